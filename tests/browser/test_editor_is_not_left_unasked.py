"""Promise: an edit that is not applied is not lost without a word: not by leaving, and not while
the console does not answer."""

import pytest

from tests.browser.journey import Window, field

pytestmark = pytest.mark.browser


def edit(opened: Window, name: str, query: str = "") -> None:
    opened.open(f"/edit/httproutes/web/shop/{name}{query}")
    opened.holds(field("hostnames"), f"{name}.example.com")
    opened.says("#edit-result", "No changes")


def changed(opened: Window, name: str) -> None:
    """The editor with two changes, come to from the route's own page."""
    opened.open(f"/httproute/web/shop/{name}")
    opened.click("#detail-edit")
    opened.holds(field("hostnames"), f"{name}.example.com")
    opened.fill(field("backend-0-weight"), "80")
    opened.fill(field("backend-1-weight"), "20")
    opened.says("#edit-based", "2 fields change")


def stayed(opened: Window, name: str) -> None:
    opened.says(".n-dialog", "Leave without applying?")
    opened.says(".n-dialog", "2 changes are lost.")
    assert opened.driver.switch_to.active_element.text == "Stay"
    opened.click(".n-dialog .btn-secondary")
    opened.until(lambda: not opened.all(".n-dialog"), "the dialog does not close")
    assert opened.query() == f"/edit/httproutes/web/shop/{name}"
    assert opened.value(field("backend-0-weight")) == "80"


def test_a_link_asks_before_the_edit_is_lost(opened: Window) -> None:
    changed(opened, "route-000")
    opened.click("#n-side a[href='/gateways']")
    stayed(opened, "route-000")
    opened.click("#n-side a[href='/gateways']")
    opened.click(".n-dialog .btn-outline-danger")
    opened.address("/gateways")
    opened.says("#_pages_content h1", "Gateways")


def test_back_asks_and_goes_where_it_would_have_gone(opened: Window) -> None:
    changed(opened, "route-001")
    opened.driver.back()
    stayed(opened, "route-001")
    opened.driver.back()
    opened.click(".n-dialog .btn-outline-danger")
    opened.address("/httproute/web/shop/route-001")
    opened.says("#_pages_content h1", "route-001")


def test_the_browser_asks_on_reload_only_where_something_is_lost(opened: Window) -> None:
    asks = "return !dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    changed(opened, "route-002")
    assert opened.run(asks)
    opened.click("#edit-reset")
    opened.says("#edit-result", "No changes")
    assert not opened.run(asks)
    opened.click("#n-side a[href='/gateways']")
    opened.address("/gateways")


def test_what_to_show_is_part_of_the_address(opened: Window) -> None:
    edit(opened, "route-003", "?show=yaml")
    opened.until(lambda: not opened.all(field("hostnames"))[0].is_displayed(), "the form is shown")
    opened.click("[data-show=form]")
    opened.address("?show=form")
    assert opened.one(field("hostnames")).is_displayed()
    opened.driver.back()
    opened.address("?show=yaml")
    opened.until(lambda: not opened.all(field("hostnames"))[0].is_displayed(), "the form is shown")


def test_what_is_typed_while_nobody_answers_is_said_and_sent_later(opened: Window) -> None:
    def offline(is_offline: bool) -> None:
        opened.driver.execute_cdp_cmd("Network.enable", {})
        opened.driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": is_offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        )

    edit(opened, "route-004")
    opened.live()
    try:
        offline(True)
        opened.fill(field("backend-0-weight"), "80")
        opened.says("#edit-result", "Not sent")
        assert not opened.one("#edit-apply").is_enabled()
        opened.click(".rule-h.open")
        opened.says("#n-toasts", "Press it again when it does.")
        assert opened.one(".rule-h.open")
    finally:
        offline(False)
    opened.says("#edit-result", "Dry-run passed")
    opened.until(lambda: "weight: 80" in opened.value("#edit-yaml"), "the YAML does not follow")
    assert opened.value(field("backend-0-weight")) == "80"
