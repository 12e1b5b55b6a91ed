"""Promise: a gateway's page tells what is wrong and what runs it, and every page gives the same
number of its routes."""

import pytest

from services.configdb.audit import AuditEvent
from tests.browser.journey import Window
from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

EDGE = "/gateway/web-fra/shop/edge-public"


@pytest.fixture
def opened(tab: Tab) -> Window:
    return Window(tab.driver, tab.console)


def number(window: Window, grid: str, name: str) -> str:
    """What column Routes of a grid says of a gateway."""
    found = window.until(
        lambda: [
            row.find_element("css selector", "[col-id=routes]").text
            for row in window.all(f"{grid} .ag-row")
            if name in row.text
        ],
        f"{name} in {grid}",
    )
    return str(found[0])


def test_every_page_counts_the_routes_of_a_gateway_alike(opened: Window) -> None:
    opened.open("/gateways?q=edge-public", "#gateways-grid .ag-row .nm")
    in_list = number(opened, "#gateways-grid", "edge-public")
    opened.open("/gatewayclass/web-fra/nginx")
    assert number(opened, "#detail-gateways", "edge-public") == in_list
    opened.open(EDGE)
    opened.says("[data-tab=routes]", f"25, {in_list} attached")
    opened.says("#detail-top-routes-unit", f"8 of 25, {in_list} attached")
    opened.says("#detail-unattached", f"{25 - int(in_list)} name it and are not attached")


def test_a_gateway_has_the_listeners_and_routes_of_its_listener_sets(opened: Window) -> None:
    opened.open(EDGE)
    opened.says("#detail-listeners-unit", "6")
    rows = "#detail-listeners .ag-row"
    opened.until(
        lambda: (
            any("status/https" in one.text and "Programmed" in one.text for one in opened.all(rows))
            and any(
                "preview/http" in one.text and "NotAllowed" in one.text for one in opened.all(rows)
            )
        ),
        "a set that it took and one that it did not",
    )
    opened.says("#detail-top-routes", "llm-preview")

    opened.open("/listenerset/web-fra/status/status", "#detail-conditions .cond")
    opened.says("#detail-pill", "Programmed")
    opened.says("#detail-facts", "shop/edge-public")
    opened.says("#detail-controller", "gateway.nginx.org")
    opened.open("/listenerset/web-fra/labs/preview", "#detail-conditions .cond")
    opened.says("#detail-set-listeners", "NotAllowed")
    opened.says("#detail-problems", "Allow the ListenerSet's namespace")
    opened.open("/httproute/web-fra/status/page", "#detail-parents a")
    assert (
        opened.one("#detail-parents a")
        .get_attribute("href")
        .endswith("/listenerset/web-fra/status/status")
    )


def test_a_gateway_tells_how_far_it_is_programmed_and_what_runs_it(opened: Window) -> None:
    opened.open(EDGE)
    opened.says("#detail-pill", "Partly programmed: 1 of 4 listeners is not valid")
    opened.says("#detail-facts", "2.6.7 OSS")
    opened.says("#detail-facts", "2 of 2 pods")
    opened.says("#detail-facts", "edge-public-nginx")
    opened.says("#detail-facts", "edge-proxy")
    opened.says("#detail-facts", "214 d ago")
    opened.says("#detail-controller", "gateway.nginx.org")
    assert opened.one("#detail-conditions .cond.warn").text.startswith("Accepted True")
    opened.says(".detail-page [data-live]", "watch, ")


def test_a_listener_tells_its_certificate_its_selector_and_the_next_step(opened: Window) -> None:
    opened.open(EDGE)
    opened.says("#detail-listeners", "edge=public")
    tags = {one.text for one in opened.all("#detail-listeners .tag")}
    assert {"expired", "not found"} <= tags
    assert all(one.is_displayed() for one in opened.all("#detail-listeners .tag"))
    opened.says("#detail-listeners-said", "Secret shop/legacy-tls does not exist. Create it")
    assert opened.all("#detail-listeners-said .bi-x-octagon-fill")
    opened.open("/gateway/web-fra/orders/api")
    opened.says("#detail-listeners", "Programmed")
    foot = opened.find("#detail-listeners-said").find_element("xpath", "..")
    assert not foot.is_displayed(), "a foot without words is an empty band"


def test_a_deletion_says_what_goes_along(opened: Window) -> None:
    opened.open(EDGE)
    opened.ask_to_delete()
    opened.says("#detail-delete-dependents", "21 routes lose their only parent")
    opened.says(
        "#detail-delete-dependents", "Data plane edge-public-nginx (2 pods) and its Service go"
    )
    opened.says("#detail-delete-dependents", "2 certificates are no longer used")


def test_the_overview_keeps_to_the_chosen_namespace_and_cluster(opened: Window) -> None:
    for cluster, namespace, name in (
        ("web-fra", "payments", "told"),
        ("web-fra", "shop", "elsewhere"),
        ("hub-fra", "payments", "on-another-cluster"),
    ):
        opened.console.container.audit.record(
            AuditEvent(
                actor="m.keller",
                role="operator",
                cluster=cluster,
                kind="httproutes",
                namespace=namespace,
                name=name,
                verb="update",
            )
        )
    opened.open("/?namespace=payments&cluster=web-fra", "#overview-clusters tbody tr")
    opened.says("#overview-attention", "HTTPRoute payments/checkout")
    assert "shop/" not in opened.text("#overview-attention")
    opened.says("#overview-changes", "payments/told")
    assert "elsewhere" not in opened.text("#overview-changes")
    assert "on-another-cluster" not in opened.text("#overview-changes")
