"""Promise: an object's page tells what it is, what is wrong with it and what hangs on it, stays
current, and lets nothing be deleted by accident."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.auth.identity import CONSOLE
from tests.browser.fleet_of_two import API, Console, condition, gateway, route, running
from tests.browser.journey import Window, signed_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def console() -> Iterator[Console]:
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def opened(console: Console, chromium: Callable[[], Any]) -> Window:
    return signed_in(chromium, console)


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


def test_the_page_follows_the_object(console: Console, opened: Window) -> None:
    opened.open("/gateway/web/shop/edge")
    opened.says("#detail-pill", "Programmed")
    opened.live()
    verdict = [condition("Programmed", "False", "Invalid", "The class is gone.")]
    console.apis["web"].store.patch_status(API, "Gateway", "shop", "edge", {"conditions": verdict})
    opened.says("#detail-pill", "Not programmed")
    opened.says("#detail-conditions", "The class is gone.")


def test_an_object_that_is_not_there_says_so(opened: Window) -> None:
    opened.open("/gateway/web/shop/never-made")
    opened.says("#detail-strip", "Gateway shop/never-made does not exist on web.")


def test_deleting_names_what_depends_and_wants_the_name(console: Console, opened: Window) -> None:
    store = console.apis["web"].store
    store.create(gateway("doomed"))
    store.create(route("dependent", parentRefs=[{"name": "doomed", "namespace": "shop"}]))
    opened.open("/gateway/web/shop/doomed")
    opened.says("#detail-pill", "Programmed")
    opened.click(".dropdown-toggle")
    opened.click("#detail-ask")
    opened.says("#detail-delete-dependents", "HTTPRoute shop/dependent")
    opened.until(
        lambda: opened.driver.switch_to.active_element.text == "Cancel",
        "the focus is not on Cancel",
    )
    assert not opened.one("#detail-delete-go").is_enabled()
    opened.fill("#detail-delete-name", "doomed")
    assert not opened.one("#detail-delete-go").is_enabled()
    opened.fill("#detail-delete-reason", "replaced by edge")
    opened.click("#detail-delete-go")
    opened.address("/gateways")
    opened.says("#n-toasts", "Gateway shop/doomed deleted")
    assert all(one["metadata"]["name"] != "doomed" for one in store.all(API, "Gateway", "shop"))
    [entry] = console.container.audit.list(
        CONSOLE, kind="gateways", name="doomed", verb="delete"
    ).items
    assert (entry.outcome, entry.reason) == ("done", "replaced by edge")
