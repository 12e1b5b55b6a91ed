"""Promise: axe finds nothing serious on any page, in either theme, on a wide or a narrow screen."""

import pytest

from tests.browser.conftest import Visits
from tests.browser.tab import Tab
from tests.browser.visits import PAGES, THEMES, serious

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_in_both_themes_and_narrow(visits: Visits, path: str) -> None:
    assert visits(path).serious == {"light": [], "dark": [], "narrow": []}


@pytest.mark.parametrize("opener", ["#n-cluster", "#n-namespace", "#n-find", "#n-help", "#n-user"])
def test_menus_and_dialogs_are_accessible(tab: Tab, opener: str) -> None:
    tab.open("/", PAGES["/"])
    tab.click(opener)
    tab.find("#n-float > *")
    for theme in THEMES:
        tab.theme(theme)
        assert serious(tab) == [], f"{opener}, {theme}"


def test_the_sign_in_page_is_accessible(tab: Tab) -> None:
    tab.open("/signin", "h1")
    for theme in THEMES:
        tab.theme(theme)
        assert serious(tab) == [], theme
