"""Promise: no page logs an error, and none asks another origin for anything."""

from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Visits
from tests.browser.tab import Console
from tests.browser.visits import PAGES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_quiet_and_stays_at_home(visits: Visits, console: Console, path: str) -> None:
    assert visits(path).errors == []
    assert visits(path).asked == {urlsplit(console.url).netloc}
