"""Promise: every page can be used by everybody, in every window, and stays at home.

axe finds nothing serious in either theme, wide or narrow; nothing leaves the window or is cut off
without an ellipsis; a finger hits every target; no error is logged and no other origin is asked.
"""

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.tab import Console, Tab
from tests.browser.visits import PAGES, THEMES, WIDTHS, Visit, serious, visit

pytestmark = pytest.mark.browser

Visits = Callable[[str], Visit]


@pytest.fixture(scope="module")
def visits(signed_in_browser: Any, console: Console) -> Visits:
    """What each page did and looked like when it was visited, once."""
    tab = Tab(signed_in_browser, console)

    @cache
    def visited(path: str) -> Visit:
        seen = visit(tab, path)
        tab.forget()
        return seen

    return visited


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_in_both_themes_and_narrow(visits: Visits, path: str) -> None:
    assert visits(path).serious == {"light": [], "dark": [], "narrow": []}


@pytest.mark.parametrize("path", PAGES)
def test_nothing_leaves_the_window(visits: Visits, path: str) -> None:
    assert visits(path).outside == {width: [] for width in WIDTHS}


@pytest.mark.parametrize("path", PAGES)
def test_at_390_px_a_finger_hits_every_target(visits: Visits, path: str) -> None:
    assert visits(path).small == []


@pytest.mark.parametrize("path", PAGES)
def test_at_390_px_no_table_squeezes_words_into_letters(visits: Visits, path: str) -> None:
    assert visits(path).thin == []


@pytest.mark.parametrize("path", ["/gateways", "/routes", "/gateway/web-fra/shop/edge-public"])
def test_text_without_room_ends_in_an_ellipsis(visits: Visits, path: str) -> None:
    assert visits(path).cut == {width: [] for width in WIDTHS}
    assert visits(path).shortened, "nothing was short of room, so nothing was shown"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_quiet_and_stays_at_home(visits: Visits, console: Console, path: str) -> None:
    assert visits(path).errors == []
    assert visits(path).asked == {urlsplit(console.url).netloc}


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
