"""Promise: a list shows what the clusters have now, is found again by its address, and names a
cluster that does not answer instead of dropping its rows."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.fleet_of_two import ROUTES, Console, gateway
from tests.browser.journey import Window

pytestmark = pytest.mark.browser

ROW = ".ag-center-cols-container .ag-row"


def test_a_gateway_made_elsewhere_appears_without_loading_the_page_again(
    pair: Console, opened: Window
) -> None:
    opened.open("/gateways")
    opened.says("#gateways-foot", "1 to 4 of 4")
    opened.live()
    opened.run("window.stayed = true")
    pair.apis["web"].store.create(gateway("made-elsewhere"))
    try:
        opened.says(ROW, "made-elsewhere")
        assert opened.run("return window.stayed"), "the page was loaded again"
    finally:
        pair.apis["web"].store.delete(
            "gateway.networking.k8s.io/v1", "Gateway", "shop", "made-elsewhere"
        )
    opened.says("#gateways-foot", "1 to 4 of 4")


def test_filters_are_in_the_address_and_back_undoes_them(opened: Window) -> None:
    opened.open("/gateways")
    opened.says("#gateways-foot", "1 to 4 of 4")
    opened.fill("#gateways-q", "payments")
    opened.says("#gateways-foot", "1 to 2 of 2 after filters, 4 in all")
    opened.address("q=payments")
    opened.click("#gateways-count-ok")
    opened.address("status=ok")
    opened.says("#gateways-instead-title", "No gateway matches")
    opened.driver.back()
    opened.says("#gateways-foot", "1 to 2 of 2 after filters, 4 in all")
    assert opened.value("#gateways-q") == "payments"
    opened.click("#gateways-drop-q")
    opened.says("#gateways-foot", "1 to 4 of 4")
    opened.until(lambda: "q=" not in opened.driver.current_url, "the address keeps the filter")


def test_an_address_with_filters_opens_that_view(opened: Window) -> None:
    opened.open("/gateways?status=err&cluster=web&sort=-metadata.name")
    opened.says("#gateways-foot", "1 to 1 of 1 after filters")
    opened.says(ROW, "pay")
    opened.says("#gateways-chip-status", "not programmed")
    opened.says("#gateways-chip-cluster", "web")


def test_an_address_that_asks_for_what_is_not_there_says_so(opened: Window) -> None:
    for address, said in (
        ("cluster=gone", "There is no cluster named gone"),
        ("status=fine", "must be one of err, warn"),
        ("q=a==b=c", "must be like app=web"),
    ):
        opened.open(f"/gateways?{address}")
        opened.says("#gateways-instead", "This view cannot be shown")
        opened.says("#gateways-instead-text", said)
        opened.click("#gateways-clear")
        opened.says("#gateways-foot", "1 to 4 of 4")


def test_rows_stay_in_sight_until_their_successors_are_here(pair: Console, opened: Window) -> None:
    opened.open("/gateways")
    opened.says("#gateways-foot", "1 to 4 of 4")
    opened.driver.execute_cdp_cmd("Network.enable", {})
    away = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    opened.driver.execute_cdp_cmd("Network.emulateNetworkConditions", away)
    try:
        opened.fill("#gateways-q", "payments")
        opened.address("q=payments")
        assert len(opened.all(ROW + " .nm a")) == 4
        assert not [one for one in opened.all(".skel") if one.is_displayed()]
    finally:
        back = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        opened.driver.execute_cdp_cmd("Network.emulateNetworkConditions", back)
    opened.says("#gateways-foot", "of 2 after filters, 4 in all")
    opened.console_errors()


def test_a_chosen_row_is_found_again_on_coming_back(opened: Window) -> None:
    def focused() -> str:
        return str(
            opened.run("return document.activeElement.closest('.ag-row')?.getAttribute('row-id')")
        )

    opened.open("/gateways?sort=metadata.name")
    opened.says("#gateways-foot", "1 to 4 of 4")
    opened.one("#gateways-grid").click()
    for _ in range(3):
        opened.press("j")
    opened.until(lambda: "sel=" in opened.driver.current_url, "the chosen row in the address")
    chosen = focused()
    opened.press("e")
    opened.address("/edit/gateways/")
    opened.driver.back()
    opened.says("#gateways-foot", "1 to 4 of 4")
    opened.until(lambda: focused() == chosen, "the row that was chosen")
    opened.press(Keys.ENTER)
    opened.address("/gateway/")


def test_a_new_object_is_begun_where_one_is_looking(opened: Window) -> None:
    opened.open("/gateways?cluster=web&namespace=shop")
    opened.says("#gateways-sub", "on 1 cluster")
    opened.click("#gateways-create")
    opened.address("cluster=web")
    opened.address("namespace=shop")


def test_labels_are_filtered_in_the_same_field(opened: Window) -> None:
    opened.open("/gateways?q=tier=edge")
    opened.says("#gateways-foot", "1 to 4 of 4")
    opened.fill("#gateways-q", "tier=core")
    opened.says("#gateways-instead-title", "No gateway matches")


def entry(opened: Window, text: str) -> None:
    """Choose an entry of the open menu."""

    def chosen() -> bool:
        found = next(one for one in opened.all(".n-menu .n-item") if text in one.text)
        found.click()
        return True

    opened.until(chosen, f"choosing {text!r}")


def test_a_filter_is_chosen_from_the_values_there_are(opened: Window) -> None:
    opened.open("/gateways")
    opened.says("#gateways-foot", "1 to 4 of 4")
    opened.click("#gateways-filter-menu")
    entry(opened, "status")
    opened.says(".n-menu", "not programmed")
    entry(opened, "not programmed")
    opened.address("status=err")
    opened.says("#gateways-chip-status", "not programmed")
    opened.click(".n-menu .seg button:last-child")
    opened.address("status=!err")
    opened.says("#gateways-chip-status", "all but not programmed")
    opened.says("#gateways-foot", "after filters, 4 in all")
    opened.press(Keys.ESCAPE)
    opened.until(lambda: not opened.all(".n-menu"), "the menu to close")
    opened.click("#gateways-drop-status")
    opened.says("#gateways-foot", "1 to 4 of 4")


def test_chosen_columns_are_in_the_address(opened: Window) -> None:
    def heads() -> list[str]:
        return [head.text for head in opened.all(".ag-header-cell") if head.is_displayed()]

    opened.open("/gateways")
    opened.says(ROW, "edge")
    assert "Reason" in heads()
    assert "Class" not in heads()
    opened.click("#gateways-columns-menu")
    entry(opened, "Reason")
    entry(opened, "Class")
    opened.until(lambda: "Class" in heads() and "Reason" not in heads(), "the chosen columns")
    opened.driver.get(opened.driver.current_url)
    opened.says(ROW, "nginx")
    assert "Class" in heads()
    assert "Reason" not in heads()
    opened.click("#gateways-columns-menu")
    entry(opened, "The usual columns")
    opened.until(lambda: "Reason" in heads(), "the usual columns")
    assert "columns" not in opened.driver.current_url


def test_a_view_is_kept_opened_again_and_removed(opened: Window) -> None:
    opened.open("/gateways?status=err&sort=-metadata.name")
    opened.says("#gateways-foot", "after filters, 4 in all")
    opened.click("#gateways-views-menu")
    opened.says(".n-menu", "None yet")
    opened.fill(".n-menu .n-save input", "Trouble")
    opened.click(".n-menu .n-save button")
    opened.says(".n-menu", "Trouble")
    entry(opened, "All gateways")
    opened.says("#gateways-foot", "1 to 4 of 4")
    opened.click("#gateways-views-menu")
    entry(opened, "Trouble")
    opened.address("status=err&sort=-metadata.name")
    opened.says("#gateways-foot", "after filters, 4 in all")
    opened.says("#gateways-sorted", "Sorted by name")
    opened.click("#gateways-views-menu")
    opened.click(".n-menu [aria-label='Remove view Trouble']")
    opened.says(".n-menu", "None yet")
    opened.press(Keys.ESCAPE)


def test_slash_leads_to_the_filter(opened: Window) -> None:
    opened.open("/routes")
    opened.says(ROW, "route-000")
    opened.one("body").send_keys("/")
    opened.until(
        lambda: opened.driver.switch_to.active_element.get_attribute("id") == "routes-q",
        "the filter has no focus",
    )


def test_rows_come_from_the_server_as_they_are_scrolled_to(opened: Window) -> None:
    opened.open("/routes?cluster=web&sort=metadata.name")
    opened.says("#routes-foot", f"of {ROUTES}")
    opened.run("dash_ag_grid.getApi('routes-grid').ensureIndexVisible(arguments[0])", ROUTES - 1)
    opened.says(ROW, f"route-{ROUTES - 1:03d}")


def test_a_narrow_window_keeps_a_name_and_a_number(opened: Window) -> None:
    opened.size(390, 844)
    opened.open("/gateways")
    opened.says(".ag-row", "edge")
    opened.until(
        lambda: (
            [head.text for head in opened.all(".ag-header-cell") if head.is_displayed()]
            == ["Name", "Routes"]
        ),
        "two columns",
    )
    assert opened.run("return document.documentElement.scrollWidth <= window.innerWidth")
    assert opened.console_errors() == []
    opened.size(1440)


def test_a_lost_cluster_is_named_and_its_rows_stay(pair: Console, opened: Window) -> None:
    opened.open("/gateways")
    opened.says("#gateways-foot", "1 to 4 of 4")
    pair.apis["hub"].stop()
    opened.says("#gateways-strip", "1 of 2 clusters answered.")
    opened.says("#gateways-strip", "hub is missing")
    opened.says(".ag-row", "Last seen")
    opened.says("#gateways-foot", "1 to 4 of 4")
    opened.click("#gateways-hide-stale")
    opened.says("#gateways-foot", "1 to 2 of 2 after filters, 4 in all")
