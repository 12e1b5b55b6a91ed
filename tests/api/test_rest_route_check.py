"""Promise: every broken route of the demo fleet is explained by the check that it really fails,
with its evidence, what to do and the object to look at; sound routes are called healthy."""

from typing import Any

import pytest

from services.auth.identity import Role
from tests.api.conftest import Console
from tests.real.kube_api import wait_until

CHECK = "/api/v1/clusters/{}/diagnostics/route-check"


@pytest.fixture(scope="module", autouse=True)
def read(console: Console) -> None:
    """Clusters whose objects have been read: before that nothing is said of a route."""
    for name in ("web-fra", "gpu-iad"):
        cluster = console.container.fleet.get(name)
        wait_until(name, lambda of=cluster: not console.container.models.of(of).world.unread)


def checked(console: Console, cluster: str, route: str, token: str = "") -> dict[str, Any]:
    kind, namespace, name = route.split("/")
    body = {"namespace": namespace, "routeName": name, "routeKind": kind}
    answer = console.ask("POST", CHECK.format(cluster), token or None, json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def by_name(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in told["checks"]}


@pytest.mark.parametrize(
    ("cluster", "route", "check", "status", "words"),
    [
        ("web-fra", "HTTPRoute/shop/wrong-host", "Hostname Match", "fail", "shop.example.org"),
        ("web-fra", "HTTPRoute/shop/wrong-port", "Backend Port", "fail", "no port 9090"),
        ("web-fra", "HTTPRoute/shop/cross", "Backend Namespace", "fail", "No ReferenceGrant"),
        ("web-fra", "HTTPRoute/shop/legacy", "Certificate", "fail", "legacy-tls does not exist"),
        ("web-fra", "HTTPRoute/shop/legacy", "Listener Match", "fail", "https-legacy"),
        ("web-fra", "HTTPRoute/shop/storefront", "Backend Health", "fail", "no ready endpoint"),
        ("web-fra", "HTTPRoute/labs/try", "Allowed Routes", "fail", "not from labs"),
        ("web-fra", "HTTPRoute/labs/no-such-listener", "Listener Match", "fail", "https-new"),
        ("web-fra", "HTTPRoute/labs/canary", "Certificate", "fail", "labs/missing does not exist"),
        ("web-fra", "HTTPRoute/payments/checkout", "Backend Exists", "fail", "checkout-v4"),
        ("web-fra", "HTTPRoute/payments/checkout", "Fields In Effect", "warn", "NGF accepts"),
        ("web-fra", "HTTPRoute/payments/refunds", "Certificate", "warn", "payments/pay-tls"),
        ("web-fra", "HTTPRoute/accounts/partners", "Filters", "fail", "partners-only"),
        ("web-fra", "GRPCRoute/partner/ledger", "Backend Exists", "fail", "ledger-api"),
        ("web-fra", "HTTPRoute/partner/rest", "Certificate", "fail", "b2b.partner.example.com"),
        ("web-fra", "TLSRoute/iot/firmware", "Hostname Match", "fail", "fw.iot.example.net"),
        ("gpu-iad", "HTTPRoute/llm/mixtral", "Backend Exists", "fail", "mixtral-8x7b"),
    ],
)
def test_a_broken_route_is_explained(
    console: Console, cluster: str, route: str, check: str, status: str, words: str
) -> None:
    told = checked(console, cluster, route)
    assert told["status"] == ("degraded" if route.endswith("refunds") else "unhealthy")
    one = by_name(told)[check]
    assert (one["status"], words in one["message"]) == (status, True), one
    assert one["remedy"]
    assert one["section"] or check == "Certificate"


@pytest.mark.parametrize(
    "route",
    ["HTTPRoute/orders/orders", "TLSRoute/iot/mqtt", "TCPRoute/iot/timescale", "UDPRoute/iot/coap"],
)
def test_a_sound_route_is_healthy(console: Console, route: str) -> None:
    told = checked(console, "web-fra", route)
    wrong = {one["name"]: one["message"] for one in told["checks"] if one["status"] != "pass"}
    assert (told["status"], set(wrong)) == ("healthy", {"Traffic Seen"}), wrong


def test_a_route_that_is_not_there_fails_the_first_check_and_skips_the_rest(
    console: Console,
) -> None:
    told = checked(console, "web-fra", "HTTPRoute/shop/gone")
    first, *rest = told["checks"]
    assert (told["status"], first["name"], first["status"]) == ("unhealthy", "Route Exists", "fail")
    assert len(rest) >= 15
    assert {one["status"] for one in rest} == {"skip"}


def test_what_stands_in_a_hidden_namespace_is_not_told(console: Console) -> None:
    whole = checked(console, "web-fra", "HTTPRoute/labs/try")
    assert "takes routes from" in by_name(whole)["Allowed Routes"]["message"]
    labs = console.token(Role.VIEWER, namespaces=("labs",))
    told = by_name(checked(console, "web-fra", "HTTPRoute/labs/try", labs))
    assert told["Parent Gateway Attached"]["status"] == "skip"
    assert told["Allowed Routes"]["status"] == "skip"
    assert told["Certificate"]["status"] == "skip"
    hidden = checked(console, "web-fra", "HTTPRoute/shop/cross", labs)
    missing = checked(console, "web-fra", "HTTPRoute/shop/gone", labs)
    assert hidden["checks"][1:] == missing["checks"][1:]
    assert hidden["checks"][0]["message"] == "HTTPRoute shop/cross does not exist."


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"namespace": "shop"}, "routeName"),
        ({"namespace": "", "routeName": "cart"}, "namespace"),
        ({"namespace": "shop", "routeName": "cart", "routeKind": "Gateway"}, "routeKind"),
    ],
)
def test_what_cannot_be_checked_is_named(
    console: Console, body: dict[str, Any], field: str
) -> None:
    answer = console.ask("POST", CHECK.format("web-fra"), json=body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["error"]["details"]["fields"]] == [field]
