"""Promise: pages say how old their data is, follow changes by themselves, and survive an outage."""

import pytest

from tests.browser.tab import Tab

pytestmark = pytest.mark.browser


def test_the_indicator_says_that_data_is_live(tab: Tab) -> None:
    tab.open("/")
    tab.has("#n-live", "Live,")


def test_demo_data_is_named_on_every_page(tab: Tab) -> None:
    for path in ("/", "/gateways", "/audit", "/settings"):
        tab.open(path)
        assert "Demo data" in tab.text(".n-demo")


def test_pushed_changes_reach_scripts_and_callbacks(tab: Tab) -> None:
    tab.open("/")
    tab.has("#n-live", "Live,")
    tab.run("addEventListener('ngf:changes', (event) => { window.got = event.detail; })")
    tab.console.container.hub.publish(
        "changes", {"cluster": "web-fra", "kind": "gateways", "version": 7}
    )
    tab.until(
        lambda: any(item["kind"] == "gateways" for item in tab.run("return window.got || []")),
        "the change",
    )


def test_a_lost_socket_comes_back_by_itself(tab: Tab) -> None:
    tab.open("/")
    tab.has("#n-live", "Live,")
    before = tab.run("addEventListener('ngf:live', () => { window.again = true; }); return 1")
    assert before
    hub = tab.console.container.hub
    for subscription in list(hub._subscriptions):
        subscription.end()
    tab.until(lambda: tab.run("return window.again"), "the second socket")


def test_requests_that_are_not_logged_show_no_numbers(tab: Tab) -> None:
    tab.open("/?cluster=hub-fra&namespace=nowhere")
    tab.has("#overview-requests-v", "no data")
    tab.has("#overview-requests-d", "No access log for this has come from hub-fra yet.")
    tab.has("#overview-rate-none", "No access log for this has come from hub-fra yet.")
