"""Promise: simulator, trace and route check answer what is typed, and what they show is a link:
where a request goes and what an edit changed for it, what was recorded of it, why a route does not
work."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from services.auth.identity import CONSOLE
from tests.browser.tab import Console, Tab

pytestmark = pytest.mark.browser

ROUTE = ("web-fra", "httproutes", "shop", "wishlist")


def edit_backend(console: Console, name: str) -> None:
    """Send what the route takes to another Service."""

    def edit(live: Any) -> dict[str, Any]:
        wanted = {**live, "spec": {**live["spec"]}}
        rule = {**live["spec"]["rules"][0]}
        rule["backendRefs"] = [{**rule["backendRefs"][0], "name": name}]
        wanted["spec"]["rules"] = [rule]
        return wanted

    console.container.changes.update(CONSOLE, *ROUTE, edit)


def typed(tab: Tab, id: str, text: str) -> None:
    field = tab.find(f"#{id}")
    field.clear()
    field.send_keys(text)


def test_a_request_is_simulated_kept_and_run_again_after_an_edit(tab: Tab) -> None:
    tab.open("/simulator?cluster=web-fra", "#simulator-gateway option")
    tab.has("#simulator-path", "Type a URL")
    typed(tab, "simulator-url", "https://www.shop.example.com/wishlist/7")
    tab.click("[data-header-add]")
    typed(tab, "simulator-headers [data-header-name]", "x-tenant")
    typed(tab, "simulator-headers [data-header-value]", "acme")
    tab.click("#simulator-go")
    tab.has("#simulator-verdict", "Goes to wishlist")
    tab.has("#simulator-path [data-step=listener]", "*.shop.example.com:443")
    tab.has("#simulator-path [data-step=rule]", "/wishlist/*")
    tab.has("#simulator-path [data-step=policies]", "RateLimitPolicy shop/per-client")
    tab.has("#simulator-path [data-step=backend]", "shop/wishlist:8080 100%")
    tab.has("#simulator-lost tbody tr:first-child", "storefront")
    tab.has("#simulator-lost tbody tr:first-child", "is a longer prefix")
    link = tab.query()
    assert "headers=x-tenant" in link
    tab.click("#simulator-save")
    typed(tab, "n-ask-name", "wishlist by id")
    tab.click(".n-dialog .btn-primary")
    row = "[data-saved='wishlist by id']"
    tab.has(row, "same")
    edit_backend(tab.console, "media")
    try:
        tab.has(row, "was 100% to wishlist:8080")
        tab.has("#simulator-path [data-step=backend]", "shop/media:8080")
    finally:
        edit_backend(tab.console, "wishlist")
    tab.has(row, "same")
    tab.open(link, row)
    tab.has("#simulator-verdict", "Goes to wishlist")
    assert tab.find("[data-header-value]").get_attribute("value") == "acme"
    tab.click(f"{row} [data-saved-menu]")
    next(one for one in tab.all(".n-menu .n-item") if one.text == "Delete").click()
    tab.until(lambda: not tab.all(row), "the request is gone")


@pytest.mark.parametrize("page", ["simulator", "trace"])
def test_back_fills_the_form_and_shows_the_answer_of_the_address(tab: Tab, page: str) -> None:
    tab.open(f"/{page}?cluster=web-fra", f"#{page}-gateway option")
    first, second = (f"https://www.shop.example.com/{path}" for path in ("wishlist", "cart"))

    def shows(url: str, route: str) -> None:
        tab.has(f"#{page}-path", f"shop/{route}")
        wanted = f"return document.querySelector('#{page}-url').value"
        tab.until(lambda: tab.run(wanted) == url, "the URL in the form")

    for url in (first, second):
        typed(tab, f"{page}-url", url)
        tab.click(f"#{page}-go")
        shows(url, url.rpartition("/")[2])
    tab.driver.back()
    shows(first, "wishlist")
    tab.click("#n-side a[href='/audit']")
    tab.has("h1", "Audit log")
    tab.driver.back()
    shows(first, "wishlist")
    tab.driver.forward()
    tab.has("h1", "Audit log")


def test_a_step_back_before_the_next_page_came_shows_the_page_of_the_address(tab: Tab) -> None:
    tab.open("/route-check?cluster=web-fra&ns=shop&name=wrong-port", "#route-check-checks .hop")
    tab.run(
        "document.querySelector('#route-check-poor a[href*=\"name=legacy\"]').click();"
        "history.back()"
    )
    tab.until(lambda: "name=wrong-port" in tab.query(), "the first route in the address")
    tab.has("#route-check-verdict", "shop/wrong-port")
    wanted = "return document.querySelector('#route-check-route').value"
    tab.until(lambda: tab.run(wanted) == "shop/wrong-port", "the route in the form")


@pytest.mark.parametrize("page", ["simulator", "trace"])
@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("cluster=web-fra&gateway=shop/gone", "There is no Gateway shop/gone on web-fra."),
        ("cluster=gone", "There is no cluster named gone."),
    ],
)
def test_a_link_to_a_gateway_that_is_gone_is_not_answered_by_another(
    tab: Tab, page: str, place: str, words: str
) -> None:
    tab.open(f"/{page}?{place}&url=https://www.shop.example.com/cart", f"#{page}-gateway option")
    tab.has(f"#{page}-verdict", words)
    assert not tab.all(f"#{page}-path .hop")


def test_no_other_cluster_answers_for_one_that_is_gone(tab: Tab) -> None:
    tab.open("/route-check?cluster=gone&ns=shop&name=cart")
    tab.has("#route-check-verdict", "There is no cluster named gone.")
    assert not tab.all("#route-check-checks .hop")
    for mode in ("", "&mode=gateway", "&mode=across"):
        tab.open(f"/topology?cluster=gone{mode}")
        tab.has("#topology-instead", "There is no cluster named gone.")


def test_what_is_wrong_with_a_request_stands_at_its_input_and_curl_is_read(tab: Tab) -> None:
    tab.open("/simulator?cluster=web-fra&url=ftp://a/b", "#simulator-url.is-invalid")
    tab.has("#simulator-url-error", "scheme must be one of")
    tab.click("#simulator-paste")
    command = "curl -H 'x-canary: true' -H 'authorization: Bearer secret' https://pay.shop.example.com/checkout"
    tab.find("#n-ask-curl").send_keys(command)
    tab.click(".n-dialog .btn-primary")
    tab.has("#simulator-path [data-step=rule]", "rule 1")
    tab.has("#simulator-path [data-step=backend]", "payments/checkout-v3:8080")
    assert "secret" not in tab.query()
    assert tab.text("#simulator-url-error") == ""


def test_a_trace_has_the_durations_of_its_record(tab: Tab) -> None:
    at = (datetime.now(UTC) - timedelta(seconds=20)).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    line = {
        "timestamp": at,
        "cluster_name": "web-fra",
        "namespace": "shop",
        "gateway": "edge-public",
        "listener": "443",
        "route": "shop/cart",
        "rule": "0",
        "route_source": "variable",
        "scheme": "https",
        "host": "www.shop.example.com",
        "method": "GET",
        "path": "/cart/traced",
        "status": 200,
        "status_class": "2xx",
        "latency_ms": 41.5,
        "upstream_latency_ms": 40.0,
        "upstream_connect_ms": 1.5,
        "upstream_header_ms": 39.0,
        "request_id": "traced-in-browser",
    }
    tab.console.container.store.insert("ngf_access_logs", orjson.dumps(line), "a traced request")
    tab.open("/trace?cluster=web-fra", "#trace-gateway option")
    typed(tab, "trace-request-id", "traced-in-browser")
    tab.click("#trace-go")
    tab.has("#trace-verdict", "Goes to cart")
    tab.has("#trace-path [data-step='Whole Request']", "41.5 ms")
    tab.has("#trace-path [data-step='Route Matching']", "not recorded")
    tab.has("#trace-lines tbody tr", "shop/cart rule 0")
    tab.has("#trace-spans", "No")
    tab.click("#trace-simulate")
    tab.has("#simulator-verdict", "Goes to cart")


def test_a_route_that_does_not_work_is_explained(tab: Tab) -> None:
    tab.open("/route-check?cluster=web-fra", "#route-check-poor tbody tr")
    tab.click("#route-check-poor a[href*='name=wrong-port']")
    tab.has("#route-check-verdict", "Does not work")
    tab.find("[data-check='Backend Port'] a[href='/httproute/web-fra/shop/wrong-port']")
    tab.has("[data-check='Backend Port'][data-status=fail]", "no port 9090")
    tab.has("[data-check='Backend Port']", "What to do")
    tab.has("[data-check='Listener Match'][data-status=pass]", "https (HTTPS 443)")
    tab.open("/route-check?cluster=web-fra&ns=payments&name=checkout", "#route-check-checks .hop")
    tab.has("#route-check-verdict", "Works in part")
    tab.open("/httproute/web-fra/shop/wrong-host", "#_pages_content h1")
    tab.click(".dropdown-toggle")
    tab.click("a.dropdown-item[href^='/route-check']")
    tab.has("[data-check='Hostname Match'][data-status=fail]", "shop.example.org")
