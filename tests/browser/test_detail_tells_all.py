"""Promise: an object's page tells what it is, what is wrong with it and what hangs on it, stays
current, and lets nothing be deleted by accident."""

import pytest

from services.auth.identity import CONSOLE
from tests.browser.fleet_of_two import API, Console, condition, gateway, route
from tests.browser.journey import Window

pytestmark = pytest.mark.browser


def test_a_gateway_tells_its_listeners_routes_and_conditions(opened: Window) -> None:
    opened.open("/gateway/web/shop/edge")
    opened.says("#detail-pill", "Programmed")
    opened.says("#detail-facts", "nginx")
    opened.says("#detail-listeners", "https")
    opened.says("#detail-listeners", "wildcard")
    opened.says("#detail-top-routes", "route-000")
    opened.says("#detail-conditions", "Accepted")
    opened.says("[data-tab=routes]", "Routes60")
    assert opened.console_errors() == []


def test_a_route_tells_every_match_and_the_state_of_every_backend(opened: Window) -> None:
    opened.open("/httproute/web/shop/route-001")
    opened.says("#detail-rules", "/route-001/*")
    opened.says("#detail-rules", "request timeout 10s")
    opened.says("#detail-rules", "shop/web:8080")
    opened.says("#detail-rules", "1 of 1 endpoints ready")
    opened.says("#detail-rules", "Service does not exist")
    opened.says("#detail-parents", "BackendNotFound")
    opened.says("#detail-conditions", "Service gone is missing.")


def test_a_class_tells_its_gateways(opened: Window) -> None:
    opened.open("/gatewayclass/web/nginx")
    opened.says("#detail-gateways", "edge")
    opened.says("#detail-facts", "gateway.nginx.org/nginx-gateway-controller")


def test_a_tab_is_in_the_address(opened: Window) -> None:
    opened.open("/gateway/web/shop/edge?tab=yaml")
    opened.says(".yaml-view", "gatewayClassName: nginx")
    opened.click("[data-tab=events]")
    opened.address("tab=events")
    opened.driver.back()
    opened.says(".yaml-view", "gatewayClassName: nginx")


def test_the_page_follows_the_object(pair: Console, opened: Window) -> None:
    opened.open("/gateway/web/shop/edge")
    opened.says("#detail-pill", "Programmed")
    opened.live()
    verdict = [condition("Programmed", "False", "Invalid", "The class is gone.")]
    pair.apis["web"].store.patch_status(API, "Gateway", "shop", "edge", {"conditions": verdict})
    opened.says("#detail-pill", "Not programmed")
    opened.says("#detail-conditions", "The class is gone.")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/gateway/web/shop/never-made", "Gateway shop/never-made does not exist on web"),
        ("/gateway/nowhere/shop/edge", "There is no cluster named nowhere"),
        ("/edit/gateways/web/shop/never-made", "Gateway shop/never-made does not exist on web"),
    ],
)
def test_an_object_that_is_not_there_is_one_state(opened: Window, address: str, said: str) -> None:
    opened.open(address)
    opened.says(".missing-state", said)
    seen = [one.text for one in opened.all("#main a, #main button") if one.is_displayed()]
    assert {"All gateways", "Its audit entries"} <= set(seen)
    assert {"Edit", "More", "Apply", "Discard"}.isdisjoint(seen)
    assert not any(one.is_displayed() for one in opened.all("#main .panel:not(.missing-state)"))
    assert not opened.all("#n-alerts > *"), "the state says it, a toast need not"


def test_what_goes_while_it_is_looked_at_stays_and_says_so(pair: Console, opened: Window) -> None:
    store = pair.apis["web"].store
    store.create(gateway("passing"))
    opened.open("/gateway/web/shop/passing")
    opened.says("#detail-pill", "Programmed")
    opened.live()
    store.delete(API, "Gateway", "shop", "passing")
    opened.says("#detail-strip", "Gateway shop/passing does not exist on web.")
    opened.says("#detail-listeners", "wildcard")
    assert not opened.one("#detail-pill").text.startswith("Programmed")
    assert not any(one.is_displayed() for one in opened.all("#detail-edit, .dropdown-toggle"))


def test_a_copied_command_names_its_cluster(opened: Window) -> None:
    opened.driver.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    opened.open("/gateway/hub/shop/edge")
    opened.click(".dropdown-toggle")
    opened.click("#detail-kubectl")
    opened.says("#n-toasts", "kubectl get gateways.gateway.networking.k8s.io edge -n shop")
    copied = opened.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert copied.splitlines()[0] == "# cluster hub"


def test_an_empty_table_says_why(opened: Window) -> None:
    opened.open("/gateway/hub/shop/edge?tab=audit")
    opened.says("#detail-audit", "No change was made through this console yet.")
    opened.click("[data-tab=events]")
    opened.says("#detail-events", "The cluster keeps events for about an hour")


def test_deleting_names_what_depends_and_wants_the_name(pair: Console, opened: Window) -> None:
    store = pair.apis["web"].store
    store.create(gateway("doomed"))
    parent = {"name": "doomed", "namespace": "shop"}
    store.create(route("dependent", parentRefs=[parent]))
    store.create(route("shared", parentRefs=[parent, {"name": "edge", "namespace": "shop"}]))
    opened.open("/gateway/web/shop/doomed")
    opened.says("#detail-pill", "Programmed")
    opened.ask_to_delete()
    opened.says("#detail-delete-dependents", "1 route loses its only parent")
    opened.says("#detail-delete-dependents", "HTTPRoute shop/dependent")
    opened.says("#detail-delete-dependents", "1 route keeps another parent")
    listed = opened.one("#detail-delete-dependents a").get_attribute("href")
    assert listed.endswith("/routes?cluster=web&gateway=shop/doomed")
    opened.until(
        lambda: opened.driver.switch_to.active_element.text == "Cancel",
        "the focus is not on Cancel",
    )
    opened.fill("#detail-delete-reason", "a reason of before")
    opened.click("#detail-delete-cancel")
    opened.until(lambda: not opened.all(".danger-dialog.show"), "the dialog closed")
    opened.ask_to_delete()
    opened.holds("#detail-delete-reason", "")
    assert not opened.one("#detail-delete-go").is_enabled()
    opened.fill("#detail-delete-name", "doomed")
    assert not opened.one("#detail-delete-go").is_enabled()
    opened.fill("#detail-delete-reason", "replaced by edge")
    opened.click("#detail-delete-go")
    opened.address("/gateways")
    opened.says("#n-toasts", "Gateway shop/doomed deleted")
    assert all(one["metadata"]["name"] != "doomed" for one in store.all(API, "Gateway", "shop"))
    [entry] = pair.container.audit.list(
        CONSOLE, kind="gateways", name="doomed", verb="delete"
    ).items
    assert (entry.outcome, entry.reason) == ("done", "replaced by edge")


def test_what_a_finalizer_holds_is_marked_and_shown_as_going(pair: Console, opened: Window) -> None:
    store = pair.apis["web"].store
    held = route("held")
    held["metadata"]["finalizers"] = ["example.com/hold"]
    store.create(held)
    opened.open("/httproute/web/shop/held")
    opened.says("#detail-pill", "Broken reference")
    opened.ask_to_delete()
    opened.says(
        "#detail-delete-said", "It is marked for deletion; it goes when example.com/hold is done."
    )
    opened.fill("#detail-delete-name", "held")
    opened.fill("#detail-delete-reason", "replaced")
    opened.click("#detail-delete-go")
    opened.says("#n-toasts", "shop/held marked for deletion, waits for example.com/hold")
    opened.open("/httproute/web/shop/held")
    opened.says("#detail-pill", "Deleting: example.com/hold")
    opened.open("/edit/httproutes/web/shop/held")
    opened.says("#edit-strip", "This object is being deleted.")
    opened.says("#edit-strip", "it goes when example.com/hold is done")
    assert "deletionTimestamp" not in opened.value("#edit-yaml")
    opened.open("/routes?q=held", "#routes-grid .ag-row .nm")
    opened.says("#routes-grid", "Deleting")
