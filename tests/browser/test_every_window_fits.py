"""Promise: what a tight window has no room for moves to where it can be reached."""

import pytest

from tests.browser.tab import Tab
from tests.browser.visits import SMALL

pytestmark = pytest.mark.browser

GATEWAY = "/gateway/web-fra/shop/edge-public"
ROUTE = "/httproute/web-fra/shop/storefront"


@pytest.mark.parametrize("opener", ["#n-menu", "#n-cluster", "#n-user", "#n-find-m"])
def test_at_390_px_a_finger_hits_what_opens(tab: Tab, opener: str) -> None:
    tab.size(390, 844)
    tab.open("/")
    tab.click(opener)
    tab.find("#n-float > *, #n-side.open")
    assert tab.run(SMALL) == [], opener


def test_at_390_px_a_namespace_can_be_chosen_and_is_named(tab: Tab) -> None:
    tab.size(390, 844)
    tab.open("/gateways", "#gateways-grid .ag-row")
    tab.click("#n-cluster")
    tab.until(lambda: tab.run("return ngf.floating()"), "the menu")
    next(item for item in tab.all(".n-menu .n-item") if item.text == "All namespaces").click()
    tab.has(".n-menu[aria-label=Namespace]", "shop")
    next(item for item in tab.all(".n-menu .n-item") if item.text == "shop").click()
    tab.until(lambda: tab.query() == "/gateways?namespace=shop", "the namespace in the address")
    tab.has("#n-cluster", "All / shop")
    tab.until(
        lambda: "namespace shop" in tab.find("#n-cluster").get_attribute("aria-label"), "its name"
    )


def test_the_sidebar_is_narrow_in_a_tight_window_until_somebody_chose(tab: Tab) -> None:
    def width() -> int:
        return int(tab.run("return document.querySelector('#n-side').offsetWidth"))

    tab.open("/")
    assert width() == 232
    tab.size(1100)
    tab.until(lambda: width() == 56, "the narrow sidebar")
    assert tab.find("#n-collapse").get_attribute("aria-label") == "Expand sidebar"
    tab.click("#n-collapse")
    tab.until(lambda: width() == 232, "the wide sidebar")
    tab.open("/gateways")
    assert width() == 232


def test_a_detail_stacks_where_its_tables_would_lose_columns(tab: Tab) -> None:
    tab.size(1280)
    tab.open(GATEWAY, "#detail-listeners [col-id=state] .st")
    status, panel = (
        tab.run("return document.querySelector(arguments[0]).getBoundingClientRect().right", css)
        for css in ("#detail-listeners .ag-header-cell[col-id=state]", "#detail-listeners")
    )
    assert status <= panel


def test_columns_without_room_can_be_scrolled_to(tab: Tab) -> None:
    tab.size(800)
    tab.open(GATEWAY, "#detail-listeners .ag-row")
    bar = "#detail-listeners .ag-body-horizontal-scroll"
    tab.until(lambda: tab.find(bar).size["height"] > 0, "a scroll bar")


def test_the_two_halves_of_the_editor_never_overlap(tab: Tab) -> None:
    for width in (800, 1024, 1100, 1280):
        tab.size(width)
        tab.open("/edit/httproutes/web-fra/shop/storefront", "#_pages_content label.lab")
        halves = [half.rect for half in tab.all(".edit-cols > *")]
        assert all(half["x"] + half["width"] <= width for half in halves), width
        first, second = halves[0], halves[1]
        beside = first["x"] + first["width"] <= second["x"]
        assert beside or first["y"] + first["height"] <= second["y"], width


@pytest.mark.parametrize(
    "path", [ROUTE, f"{GATEWAY}?tab=routes", f"{GATEWAY}?tab=events", f"{GATEWAY}?tab=audit"]
)
def test_at_390_px_every_column_of_a_detail_is_seen_whole(tab: Tab, path: str) -> None:
    tab.size(390, 844)
    tab.open(path, ".ag-header-cell")
    wide = (
        "return [...document.querySelectorAll('.ag-center-cols-viewport')]"
        ".filter((room) => room.scrollWidth > room.clientWidth).length"
    )
    tab.until(lambda: tab.run(wide) == 0, "columns within the window")


def test_at_390_px_a_listener_has_its_port_and_its_rows_fill_the_card(tab: Tab) -> None:
    tab.size(390, 844)
    tab.open(GATEWAY, "#detail-listeners .ag-row")
    tab.has("#detail-listeners [col-id=protocol].ag-cell", "HTTP 80")
    empty = (
        "const right = (css) => document.querySelector('#detail-listeners ' + css)"
        ".getBoundingClientRect().right;"
        "return right('.ag-center-cols-viewport') - right('.ag-header-cell[col-id=state]')"
    )
    tab.until(lambda: 0 <= tab.run(empty) < 2, "rows as wide as the card")


def test_numbers_that_come_later_move_nothing(tab: Tab) -> None:
    tab.open("/gateways", "#gateways-grid .ag-row")
    move = (
        "const at = () => document.querySelector('#gateways-count-ok').getBoundingClientRect().x;"
        "const before = at();"
        "for (const n of document.querySelectorAll('.count .tnum')) n.textContent = '';"
        "return at() - before;"
    )
    assert abs(tab.run(move)) < 0.5, "browsers round places to a 64th of a pixel"


def test_the_account_menu_has_the_themes_only_where_the_top_bar_has_not(tab: Tab) -> None:
    for width, seen in ((1440, False), (390, True)):
        tab.size(width)
        tab.open("/")
        tab.click("#n-user")
        tab.until(lambda: tab.run("return ngf.floating()"), "the menu")
        assert ("As the system" in tab.text(".n-menu")) is seen, width


@pytest.mark.parametrize("width", [1440, 390])
def test_a_command_of_the_sign_in_page_stays_on_one_line(tab: Tab, width: int) -> None:
    tab.size(width, 844)
    tab.open("/signin", "#credential")
    lines = (
        "return [...document.querySelectorAll('.auth span.mono')]"
        ".map((one) => one.getClientRects().length)"
    )
    assert tab.run(lines) == [1, 1, 1, 1]
