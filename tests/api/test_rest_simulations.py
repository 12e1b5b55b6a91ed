"""Promise: where a request goes is told over REST with every reason, at a gateway, at whichever
takes it and as far as a route is concerned, and nothing of what the caller may not see."""

from typing import Any

import pytest

from services.auth.identity import Role
from tests.api.conftest import Console
from tests.real.kube_api import wait_until

WEB = "/api/v1/clusters/web-fra"
EDGE = f"{WEB}/gateways/shop/edge-public/simulate"
CART = {"scheme": "https", "host": "www.shop.example.com", "path": "/cart/7?gift=1"}


@pytest.fixture(scope="module", autouse=True)
def read(console: Console) -> None:
    """A cluster whose objects have been read."""
    cluster = console.container.fleet.get("web-fra")
    wait_until("web-fra", lambda: not console.container.models.of(cluster).world.unread)


def simulated(console: Console, path: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    answer = console.ask("POST", path, token or None, json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_gateway_tells_where_a_request_goes_and_why_the_others_lost(console: Console) -> None:
    told = simulated(console, EDGE, CART)
    assert (told["outcome"], told["status"], told["listener"]) == ("backend", None, "https")
    assert told["route"] == {"kind": "HTTPRoute", "namespace": "shop", "name": "cart"}
    assert [one["name"] for one in told["backends"]] == ["cart"]
    assert told["request"]["path"] == "/cart/7?gift=1"
    steps = [one["step"] for one in told["hops"]]
    assert steps == ["listener", "route", "rule", "filters", "policies", "backend"]
    assert all(one["why"] for one in told["hops"] if one["step"] != "policies")
    policies = {(one["kind"], one["name"]) for one in told["policies"]}
    assert ("RateLimitPolicy", "per-client") in policies
    closest = told["candidates"][0]
    assert closest["route"]["name"] == "storefront"
    assert closest["lost_because"] == "The path /cart of the match that took it is a longer prefix."
    assert closest["section"] == "HTTPRouteRule.matches"


def test_several_requests_are_answered_in_their_order(console: Console) -> None:
    told = simulated(
        console,
        EDGE,
        {
            "requests": [
                CART,
                {"scheme": "http", "host": "shop.example.com", "path": "/"},
                {"port": 0},
                {"scheme": "https", "host": "nowhere.example.org"},
            ]
        },
    )["answers"]
    assert told[0]["outcome"] == "backend"
    assert told[1]["redirect"] == {"status": 301, "location": "https://shop.example.com/"}
    assert told[2]["error"]["details"]["fields"][0]["field"] == "port"
    assert told[3]["outcome"] == "tls_refused"


def test_any_gateway_is_the_one_that_takes_it(console: Console) -> None:
    told = simulated(console, f"{WEB}/simulate", {"path": "https://pay.shop.example.com/checkout"})
    assert told["gateway"] == {"namespace": "payments", "name": "pay-edge"}
    assert [(one["name"], one["share"]) for one in told["backends"]] == [
        ("checkout-v2", 0.95),
        ("checkout-v3", 0.05),
    ]
    others = simulated(console, f"{WEB}/simulate", {"path": "http://www.shop.example.com/"})
    assert others["gateway"]["name"] == "edge-public"
    assert others["others"] == [
        {"gateway": {"namespace": "shop", "name": "edge-internal"}, "outcome": "backend"}
    ]


def test_a_call_of_grpc_is_told_by_service_and_method(console: Console) -> None:
    call = {"service": "partner.v1.Inventory", "method": "Watch"}
    body = {"scheme": "https", "host": "api.partner.example.com", "grpc": call}
    told = simulated(console, f"{WEB}/grpcroutes/partner/inventory/simulate", body)
    assert (told["matched"], told["matchedRule"]) == (True, 0)
    assert told["simulation"]["request"]["path"] == "/partner.v1.Inventory/Watch"


@pytest.mark.parametrize(
    ("route", "body", "rule", "matched"),
    [
        ("httproutes/payments/checkout", {"path": "/checkout/1"}, 1, [False, True, False, False]),
        (
            "httproutes/payments/checkout",
            {"path": "/checkout/1", "headers": {"X-Canary": "true"}},
            0,
            [True, True, False, False],
        ),
        ("httproutes/payments/checkout", {"path": "/apiary"}, -1, [False] * 4),
        ("httproutes/payments/checkout", {"path": "/checkouts"}, -1, [False] * 4),
        ("tlsroutes/iot/mqtt", {"scheme": "tls", "sni": "broker.iot.example.com"}, 0, [True]),
        ("tcproutes/iot/timescale", {"scheme": "tcp", "port": 5432}, 0, [True]),
        ("udproutes/iot/coap", {"scheme": "udp", "port": 5683}, 0, [True]),
        ("httproutes/shop/wrong-host", {"path": "/"}, -1, [False]),
    ],
)
def test_a_route_tells_rule_by_rule_what_matches(
    console: Console, route: str, body: dict[str, Any], rule: int, matched: list[bool]
) -> None:
    if "path" in body:
        host = "pay.shop.example.com" if "payments" in route else "shop.example.org"
        body = {"scheme": "https", "host": host, **body}
    told = simulated(console, f"{WEB}/{route}/simulate", body)
    assert told["matchedRule"] == rule
    assert told["matched"] is (rule >= 0)
    assert [one["matched"] for one in told["matchDetails"]] == matched
    assert all(one["reason"] for one in told["matchDetails"])
    assert bool(told["backends"]) is (rule >= 0)


def test_nothing_is_told_of_a_route_in_a_hidden_namespace(console: Console) -> None:
    everything = simulated(console, EDGE, {**CART, "host": "id.shop.example.com", "path": "/login"})
    assert everything["route"]["namespace"] == "accounts"
    shop = console.token(Role.VIEWER, namespaces=("shop",))
    answer = console.ask(
        "POST", EDGE, shop, json={**CART, "host": "id.shop.example.com", "path": "/login"}
    )
    told = answer.json()
    assert told["hidden"] is True
    assert told["route"] is None
    assert told["candidates_hidden"] == len(everything["candidates"])
    assert "accounts" not in answer.text
    assert "login" not in answer.text.replace(told["asked"]["path"], "")
    mine = console.ask("POST", EDGE, shop, json=CART)
    assert mine.json()["route"]["name"] == "cart"
    assert "accounts" not in mine.text
    assert mine.json()["candidates_hidden"] > 0


def test_of_a_backend_in_a_hidden_namespace_only_what_the_route_names_is_told(
    console: Console,
) -> None:
    body = {"scheme": "https", "host": "cross.shop.example.com", "path": "/"}
    assert "ReferenceGrant" in str(simulated(console, EDGE, body)["unavailable"])
    shop = console.token(Role.VIEWER, namespaces=("shop",))
    answer = console.ask("POST", EDGE, shop, json=body)
    told = answer.json()["unavailable"]
    assert [(one["namespace"], one["name"], one["hidden"]) for one in told] == [
        ("accounts", "avatar", True)
    ]
    assert "ReferenceGrant" not in answer.text


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        (EDGE, {"path": "no-slash"}, 422, "path"),
        (EDGE, {"port": "http"}, 422, "port"),
        (EDGE, {"url": "http://a"}, 422, "url"),
        (EDGE, {"scheme": "ftp"}, 422, "scheme"),
        (EDGE, {"requests": [], "host": "a"}, 422, "requests"),
        (f"{WEB}/simulate", {"gateway": "edge"}, 422, "gateway"),
        (f"{WEB}/gateways/shop/gone/simulate", CART, 404, ""),
        (f"{WEB}/httproutes/shop/gone/simulate", CART, 404, ""),
        ("/api/v1/clusters/gone/simulate", CART, 404, ""),
    ],
)
def test_what_cannot_be_simulated_is_named(
    console: Console, path: str, body: dict[str, Any], status: int, field: str
) -> None:
    answer = console.ask("POST", path, json=body)
    assert answer.status_code == status, answer.text
    fields = answer.json()["error"]["details"].get("fields", [])
    assert [one["field"] for one in fields] == ([field] if field else [])


def test_a_gateway_outside_ones_limits_does_not_exist(console: Console) -> None:
    orders = console.token(Role.VIEWER, namespaces=("orders",))
    assert console.ask("POST", EDGE, orders, json=CART).status_code == 404
    told = simulated(console, f"{WEB}/simulate", CART, orders)
    assert told["gateway"] == {"namespace": "orders", "name": "api"}
    assert told["others"] == []
