"""Promise: topology shows the demo's traffic with what is broken on it, and stays where one looks.

The graph is a canvas: what it holds is read from Cytoscape itself, what a person reaches by mouse
or keys is pressed.
"""

from typing import Any
from xml.etree import ElementTree

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.fleet_of_two import API, Console, route
from tests.browser.journey import Window
from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

CY = "const cy = document.getElementById('topology-graph')._cyreg.cy;"
TAP = f"{CY} cy.getElementById(arguments[0]).emit('tap')"
HOVER = f"{CY} cy.getElementById(arguments[0]).emit('mouseover')"
VIEWPORT = f"{CY} return [cy.zoom(), cy.pan().x, cy.pan().y]"
NODE = f"{CY} const one = cy.getElementById(arguments[0]); return one.nonempty() && one.data()"
EDGE = (
    f"{CY} return cy.edges().map((one) => one.data())"
    ".find((one) => one.source === arguments[0] && one.target === arguments[1])"
)
GROUP = f"{CY} const one = cy.nodes('[as = \"group\"]'); return one.nonempty() && one[0].data()"
SAID = "return document.getElementById('topology-said').textContent"
CHECKOUT = "httproute/payments/checkout"


def node(tab: Tab, name: str) -> dict[str, Any]:
    found: dict[str, Any] = tab.until(lambda: tab.run(NODE, name), f"{name} in the graph")
    return found


def test_broken_ways_are_drawn_and_explained(tab: Tab) -> None:
    tab.open("/topology?cluster=web-fra", "#topology-key button")
    assert node(tab, CHECKOUT)["st"] == "warn"
    missing = node(tab, "service/payments/checkout-v4")
    assert (missing["gone"], missing["note"]) == ("missing", "missing")
    assert node(tab, "service/accounts/avatar")["gone"] == "denied"
    broken = tab.run(EDGE, CHECKOUT, "service/payments/checkout-v4")
    assert (broken["broken"], broken["why"]) == (1, "BackendNotFound")
    assert tab.run(EDGE, CHECKOUT, "service/payments/checkout-v2")["label"] == "95"
    lost = tab.run(EDGE, "listener/shop/edge-public/https-legacy", "httproute/shop/legacy")
    assert lost["broken"] == 1

    tab.run(HOVER, CHECKOUT)
    tab.has("#topology-tip", "HTTPRoute payments/checkout")
    tab.has("#topology-tip", "BackendNotFound")
    tab.has("#topology-tip", "ObservabilityPolicy")

    tab.run(TAP, CHECKOUT)
    tab.has("#topology-drawer", "Service payments/checkout-v4 does not exist")
    tab.has("#topology-drawer", "Create the backend, or correct its name and port.")
    tab.has("#topology-drawer", "listener https")
    tab.has("#topology-drawer", "checkout-v2:8080 95")
    tab.has("#topology-drawer", "trace-checkout")
    assert f"sel={CHECKOUT}" in tab.query()
    hot = f"{CY} return cy.edges('.hot').map((one) => one.data('source'))"
    assert "gatewayclass//nginx" in tab.run(hot)
    tab.run("ngf.saveFile = (name, type, text) => { window.saved = text; }")
    tab.click("#topology-svg")
    drawing = ElementTree.fromstring(tab.until(lambda: tab.run("return window.saved"), "a file"))
    assert "checkout-v4" in [one.text for one in drawing.iter("{http://www.w3.org/2000/svg}text")]
    tab.press(Keys.ESCAPE)
    tab.until(lambda: "sel=" not in tab.query(), "the drawer closed")
    assert tab.run("return document.activeElement.id") == "topology-canvas"


def test_what_is_looked_for_and_opened_is_in_the_address(tab: Tab) -> None:
    tab.open("/topology?cluster=web-fra", "#topology-key button")
    tab.find("#topology-q").send_keys("checkout-v4")
    tab.has("#topology-count", "left out by filters")
    assert "q=checkout-v4" in tab.query()
    assert node(tab, "service/payments/checkout-v4")["match"] == 1
    assert not tab.run(NODE, "httproute/shop/cart")
    tab.click("[data-topology-mode=gateway]")
    tab.until(lambda: "mode=gateway" in tab.query(), "by gateway")
    tab.find("#topology-picks [data-topology-pick=gateway]")
    tab.open("/topology?cluster=web-fra&status=err", "#topology-key button.on")
    assert not tab.run(NODE, "httproute/shop/cart")
    tab.open("/topology?mode=across", "#topology-key button")
    host = node(tab, "host//status.example.com")
    assert (host["kind"], host["note"]) == ("Host", "2 clusters")
    assert node(tab, "service/status/status-page")["note"] == "2 clusters"
    assert node(tab, "web-fra/gateway/shop/edge-public")["note"] == "web-fra"
    tab.click("[data-topology-check=shared]")
    tab.until(lambda: not tab.run(NODE, "host//www.shop.example.com"), "what one cluster has")
    assert tab.run(NODE, "web-fra/httproute/status/page")


def test_keys_walk_the_graph_and_the_table_has_the_same(tab: Tab) -> None:
    tab.open("/topology?cluster=hub-fra", "#topology-key button")
    total = tab.run(f"{CY} return cy.nodes('[as = \"object\"]').length")
    tab.run("document.getElementById('topology-canvas').focus()")
    tab.press(Keys.ARROW_RIGHT)
    tab.until(lambda: "GatewayClass" in tab.run(SAID), "the first is said")
    tab.press(Keys.ARROW_RIGHT)
    tab.until(lambda: "Gateway " in tab.run(SAID), "the next is said")
    tab.press(Keys.ENTER)
    tab.has("#topology-drawer .t3", "Gateway")
    tab.click("[data-topology-as=table]")
    tab.find("#topology-grid .ag-row")
    tab.has("#topology-rows", f"{total} of {total} objects")
    tab.click("#topology-grid .ag-row .nm a")
    tab.until(lambda: "sel=" in tab.query(), "chosen in the table")


def test_a_detail_page_leads_to_its_place_in_the_graph(tab: Tab) -> None:
    tab.open("/gateway/web-fra/shop/edge-public", "#detail-conditions .cond")
    tab.click("#detail-actions .dropdown-toggle")
    tab.click("#detail-actions a.dropdown-item")
    tab.has("#topology-drawer h2", "edge-public")
    assert "mode=gateway" in tab.query()


def test_a_group_opens_and_a_change_moves_nothing_one_looks_at(
    pair: Console, opened: Window
) -> None:
    opened.open("/topology?cluster=web", "#topology-key button")
    opened.live()
    group = opened.until(lambda: opened.run(GROUP), "routes as a group")
    assert group["label"].endswith("HTTP routes")
    opened.run(HOVER, group["id"])
    opened.says("#topology-tip", "Click to open it.")
    opened.run(TAP, group["id"])
    opened.address("open=group/httproute/")
    node(opened, "httproute/shop/route-000")
    opened.until(
        lambda: opened.run("return document.getElementById('topology-tip').hidden"),
        "nothing is told of a group that is open",
    )

    opened.run(TAP, "httproute/shop/route-000")
    opened.says("#topology-drawer h2", "route-000")
    opened.run(f"{CY} cy.viewport({{zoom: 0.7, pan: {{x: -20, y: -30}}}})")
    before = opened.run(VIEWPORT)
    name = "made-while-looking"
    pair.apis["web"].store.create(route(name))
    try:
        node(opened, f"httproute/shop/{name}")
        assert opened.run(VIEWPORT) == before
        opened.says("#topology-drawer h2", "route-000")
        chosen = f"{CY} return cy.nodes('.sel').map((one) => one.id())"
        opened.until(lambda: opened.run(chosen) == ["httproute/shop/route-000"], "still chosen")
    finally:
        pair.apis["web"].store.delete(API, "HTTPRoute", "shop", name)
    opened.until(lambda: not opened.run(NODE, f"httproute/shop/{name}"), "gone again")
    assert opened.run(VIEWPORT) == before
