"""Promise: a link is a view, back goes back, and the keyboard reaches everything."""

from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.tab import Tab

pytestmark = pytest.mark.browser


def rows(tab: Tab) -> list[Any]:
    return tab.all("#routes-grid .ag-center-cols-container .ag-row")


def test_choosing_a_cluster_changes_the_address_and_back_undoes_it(tab: Tab) -> None:
    tab.open("/")
    tab.click("#n-cluster")
    tab.click(".n-menu [aria-label='Only web-fra']")
    tab.until(lambda: tab.query() == "/?cluster=web-fra", "the cluster in the address")
    tab.has("#n-cluster", "web-fra")
    tab.until(lambda: len(tab.all("#overview-clusters tbody tr")) == 1, "one cluster's row")
    tab.driver.back()
    tab.has("#n-cluster", "All clusters")
    tab.until(lambda: len(tab.all("#overview-clusters tbody tr")) == 3, "all rows")


def test_a_chosen_cluster_and_namespace_go_along_to_the_next_page(tab: Tab) -> None:
    tab.open("/?cluster=web-fra&namespace=shop")
    tab.click("#n-side a[href='/gateways']")
    tab.until(lambda: tab.query() == "/gateways?cluster=web-fra&namespace=shop", "both kept")
    tab.has("h1", "Gateways")


def test_a_link_to_the_page_that_one_is_on_opens_it_as_the_link_says(tab: Tab) -> None:
    tab.open("/routes?cluster=web-fra", "#routes-grid .ag-row")
    tab.find("#routes-q").send_keys("wishlist")
    tab.until(lambda: tab.query() == "/routes?cluster=web-fra&q=wishlist", "the words")
    tab.until(lambda: len(rows(tab)) == 1, "the row with these words")
    tab.click("#n-side a[href='/routes']")
    tab.until(lambda: tab.query() == "/routes?cluster=web-fra", "the plain page")
    tab.until(lambda: len(rows(tab)) > 1, "all rows")
    assert tab.find("#routes-q").get_attribute("value") == ""


def test_back_within_a_page_leaves_the_page_standing(tab: Tab) -> None:
    tab.open("/routes?cluster=web-fra", "#routes-grid .ag-row")
    tab.run("document.querySelector('#routes-grid').dataset.mark = 'same'")
    for status in ("err", "warn"):
        tab.click(f"#routes-count-{status}")
        tab.until(lambda status=status: status in tab.query(), status)
    for _ in range(2):
        tab.driver.back()
    tab.until(lambda: tab.query() == "/routes?cluster=web-fra", "the plain page")
    tab.until(lambda: len(rows(tab)) > 1, "all rows")
    assert tab.find("#routes-grid").get_attribute("data-mark") == "same"


def test_no_key_of_a_query_makes_a_page_show_another_object(tab: Tab) -> None:
    tab.open("/gateway/web-fra/shop/edge-public?cluster=gpu-iad&namespace=llm&name=gpu-edge")
    tab.has("h1", "edge-public")
    tab.has("#detail-facts", "web-fra")
    tab.open("/edit/gateways/web-fra/shop/edge-public?kind=httproutes&name=cart")
    tab.has("h1", "Edit edge-public")


def test_a_link_opens_the_same_view_elsewhere(tab: Tab) -> None:
    tab.open("/settings?tab=sources")
    tab.has("[data-panel=sources]", "Kubernetes API of web-fra")
    assert tab.find("#settings-tabs a.on").text == "Data sources"


def test_g_and_a_letter_goes_to_a_page(tab: Tab) -> None:
    tab.open("/")
    tab.press("g", "a")
    tab.until(lambda: tab.query() == "/audit", "the audit log")
    tab.press("/")
    tab.until(lambda: tab.run("return document.activeElement.id") == "audit-q", "the filter")


def test_the_help_lists_the_keys_and_gives_the_focus_back(tab: Tab) -> None:
    tab.open("/")
    tab.click("#n-help")
    tab.has(".n-dialog", "Go to Gateways")
    tab.press(Keys.ESCAPE)
    tab.until(lambda: not tab.all(".n-dialog"), "the help closed")
    assert tab.run("return document.activeElement.id") == "n-help"


def test_search_finds_pages_and_objects(tab: Tab) -> None:
    tab.open("/")
    tab.click("#n-find")
    tab.press("simul")
    tab.has(".n-hit[href^='/simulator']", "Simulator")
    tab.press(*[Keys.BACKSPACE] * len("simul"))
    tab.press("edge-public")
    tab.has(".n-hits", "edge-public")
    tab.press(Keys.ENTER)
    tab.until(lambda: "/edge-public" in tab.query(), "the object's page")


@pytest.mark.parametrize(
    ("asked", "shown", "address"),
    [
        ("per-client", "per-client", "/policy/ratelimitpolicies/web-fra/shop/per-client"),
        ("edge-public", "for Gateway edge-public", "/policy/ratelimitpolicies/web-fra/shop/per"),
        ("backendtlspolicy", "for Service checkout-v3", "/policy/backendtlspolicies/"),
        ("id.shop.example.com", "*.shop.example.com", "/certificate/web-fra/shop/shop-wildcard"),
    ],
)
def test_search_finds_policies_and_certificates_and_says_by_what(
    tab: Tab, asked: str, shown: str, address: str
) -> None:
    tab.open("/")
    tab.click("#n-find")
    tab.press(asked)
    tab.has(f".n-hit[href^='{address}']", shown)


def test_the_sidebar_shows_only_pages_that_exist_and_collapses(tab: Tab) -> None:
    tab.open("/")
    tab.click("#n-collapse")
    tab.until(lambda: tab.run("return document.querySelector('#n-side').offsetWidth") == 56)
    tab.driver.refresh()
    tab.find("#_pages_content h1")
    assert tab.run("return document.querySelector('#n-side').offsetWidth") == 56
    tab.click("#n-collapse")


def test_at_390_px_the_sidebar_is_a_drawer_and_nothing_scrolls_sideways(tab: Tab) -> None:
    tab.size(390, 844)
    tab.open("/")
    tab.find("#overview-clusters tbody tr")
    assert not tab.run("return document.documentElement.scrollWidth > innerWidth")
    tab.click("#n-menu")
    tab.click("#n-side.open a[href='/settings']")
    tab.until(lambda: tab.query() == "/settings", "the settings")


def test_an_address_without_a_page_says_what_to_do(tab: Tab) -> None:
    tab.open("/no/such/page")
    tab.has("#main", "There is no page at this address")
    tab.click("#main a.btn-primary")
    tab.has("h1", "Overview")
