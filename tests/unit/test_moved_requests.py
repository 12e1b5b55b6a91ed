"""Promise: before an object changes, the requests that would go elsewhere are told, no others."""

from typing import Any

import pytest

from services.gatewayapi.changing import changed
from services.gatewayapi.examples import examples
from services.gatewayapi.matching.request import Request
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Object, Ref
from services.gatewayapi.moved import MOST, Moved, Movement, movement
from tests.unit import modelled
from tests.unit.modelled import gateway, grant, listener, made, parent, route, service

APP, GATEWAY = Ref("HTTPRoute", "infra", "app"), Ref("Gateway", "infra", "gw")


def rule(path: str, backend: str = "a", namespace: str = "infra", **match: Any) -> dict[str, Any]:
    refs = [{"name": backend, "namespace": namespace, "port": 80}]
    return {"matches": [{"path": {"value": path}, **match}], "backendRefs": refs}


def app(*rules: dict[str, Any], **more: Any) -> Object:
    return route("infra/app", hostnames=["a.example.com"], rules=list(rules), **more)


def model(*objects: Object) -> Model:
    """All Services answer: nothing is known of their endpoints."""
    return modelled.model(*objects, unread=frozenset({"endpointslices"}))  # type: ignore[arg-type]


def before(*objects: Object) -> Model:
    return model(gateway(), service("infra/a"), service("infra/b"), *objects)


def put(old: Model, *objects: Object) -> Movement:
    refs = [
        Ref(one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"])
        for one in objects
    ]
    return movement(old, changed(old, objects), refs)


def without(old: Model, ref: Ref) -> Movement:
    return movement(old, changed(old, removed=[ref]), [ref])


def told(one: Moved) -> tuple[str, Any, Any]:
    def to(answer: Any) -> Any:
        if answer is None or not answer.backends:
            return answer and (answer.outcome, answer.status)
        return [share.ref.name for share in answer.backends]

    return one.example.request.path, to(one.before), to(one.after)


def test_a_backend_that_changes_moves_its_requests_only() -> None:
    old = before(app(rule("/x"), rule("/y")))
    found = put(old, app(rule("/x", "b"), rule("/y")))
    assert [told(one) for one in found.moved] == [("/x", ["a"], ["b"])]
    assert (found.tried, found.whole, found.routes) == (2, True, (APP,))


def test_what_does_not_send_requests_elsewhere_moves_none() -> None:
    old = before(app(rule("/x")))
    named = app(rule("/x"))
    labelled = {**named, "metadata": {**named["metadata"], "labels": {"team": "web"}}}
    assert put(old, labelled).moved == ()


def test_a_route_that_takes_from_another_is_told() -> None:
    old = before(app(rule("/x")))
    found = put(old, route("infra/new", hostnames=["a.example.com"], rules=[rule("/x/y", "b")]))
    assert [told(one) for one in found.moved] == [("/x/y", ["a"], ["b"])]


def test_a_route_that_goes_leaves_its_requests_to_others_or_to_nobody() -> None:
    other = route("infra/other", hostnames=["a.example.com"], rules=[rule("/", "b")])
    old = before(app(rule("/x"), rule("/y", method="POST")), other)
    found = without(old, APP)
    assert [told(one) for one in found.moved] == [("/x", ["a"], ["b"]), ("/y", ["a"], ["b"])]
    found = without(before(app(rule("/x"))), APP)
    assert [told(one) for one in found.moved] == [("/x", ["a"], ("no_route", 404))]


@pytest.mark.parametrize("kind", ["header", "query"])
def test_requests_with_and_without_what_a_match_asks_for_are_tried(kind: str) -> None:
    named = [{"name": "v", "value": "2"}]
    match = {"headers": named} if kind == "header" else {"queryParams": named}
    old = before(app(rule("/x", **match), rule("/x", "b")))
    found = put(old, app(rule("/x", "b")))
    (moved,) = found.moved
    assert moved.before
    assert moved.before.backends[0].ref.name == "a"
    request = moved.example.request
    assert (request.headers or request.path) == ((("v", "2"),) if kind == "header" else "/x?v=2")
    found = put(old, app(rule("/x", **match)))
    assert [told(one) for one in found.moved] == [("/x", ["b"], ("no_route", 404))]


def test_a_gateway_that_loses_a_listener_or_goes_moves_what_came_there() -> None:
    old = model(
        gateway("infra/gw", listener(), listener("other", 8080)),
        service("infra/a"),
        app(rule("/x")),
    )
    found = put(old, gateway("infra/gw", listener()))
    assert [(one.example.request.port, told(one)[1:]) for one in found.moved] == [
        (8080, (["a"], ("no_listener", None)))
    ]
    assert [told(one)[1:] for one in without(old, GATEWAY).moved] == [(["a"], None)] * 2


def test_a_grant_that_goes_breaks_what_needed_it() -> None:
    granted = grant(
        "shop/allow",
        {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "infra"},
        {"group": "", "kind": "Service"},
    )
    old = before(app(rule("/x", "s", "shop"), rule("/y")), granted, service("shop/s"))
    found = without(old, Ref("ReferenceGrant", "shop", "allow"))
    assert [told(one) for one in found.moved] == [("/x", ["s"], ("response", 500))]


def test_a_service_that_goes_breaks_the_routes_that_use_it() -> None:
    unrelated = route("infra/other", hostnames=["b.example.com"], rules=[rule("/", "b")])
    old = before(app(rule("/x")), unrelated)
    found = without(old, Ref("Service", "infra", "a"))
    assert [told(one) for one in found.moved] == [("/x", ["a"], ("response", 500))]
    assert found.routes == (APP,)


def test_a_namespace_that_loses_its_label_loses_its_routes() -> None:
    selected = {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "web"}}}}
    old = model(
        gateway("infra/gw", listener(allowedRoutes=selected)),
        made("Namespace", "shop", labels={"team": "web"}),
        service("shop/s"),
        route("shop/app", parent(), rules=[rule("/", "s", "shop")]),
    )
    found = put(old, made("Namespace", "shop"))
    assert [told(one) for one in found.moved] == [("/", ["s"], ("no_route", 404))]


def test_what_was_not_tried_is_said() -> None:
    rules = [rule(f"/{number}") for number in range(MOST + 1)]
    found = put(before(app(*rules)), app(*rules, rule("/more")))
    assert (found.tried, found.whole) == (MOST, False)


def test_every_kind_of_route_has_examples() -> None:
    several = model(
        gateway(
            "infra/gw",
            listener("web", hostname="*.example.com"),
            listener("tls", 443, "TLS", tls={"mode": "Passthrough"}),
            listener("tcp", 9000, "TCP"),
            listener("udp", 53, "UDP"),
        ),
        route(
            "infra/g",
            kind="GRPCRoute",
            rules=[{"matches": [{"method": {"service": "s.T", "method": "Go"}}]}],
        ),
        route("infra/s", kind="TLSRoute", hostnames=["s.example.com"], rules=[{}]),
        route("infra/t", kind="TCPRoute", rules=[{}]),
        route("infra/u", kind="UDPRoute", rules=[{}]),
    )

    def of(kind: str, name: str) -> Request:
        (found,) = examples(several, Ref(kind, "infra", name))
        return found.request

    call = of("GRPCRoute", "g")
    assert (call.host, call.grpc, call.port) == ("any.example.com", ("s.T", "Go"), 80)
    passed = of("TLSRoute", "s")
    assert (passed.scheme, passed.sni, passed.port) == ("tls", "s.example.com", 443)
    assert (of("TCPRoute", "t").scheme, of("UDPRoute", "u").scheme) == ("tcp", "udp")
