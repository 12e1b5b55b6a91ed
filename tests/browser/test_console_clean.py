"""Promise: no page logs an error, and none asks another origin for anything."""

from urllib.parse import urlsplit

import pytest

from tests.browser.tab import Tab
from tests.browser.test_axe import PAGES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_quiet_and_stays_at_home(tab: Tab, path: str) -> None:
    tab.open(path, PAGES[path])
    tab.has("#n-live", "Live,")
    assert tab.console_errors() == []
    home = urlsplit(tab.console.url).netloc
    asked = {urlsplit(url) for url in tab.requests()}
    assert {url.netloc for url in asked if url.scheme in ("http", "https", "ws", "wss")} == {home}
