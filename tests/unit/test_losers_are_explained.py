"""Of every match that did not take a request the simulator says the first thing that it lost by."""

from typing import Any

import pytest

from services.gatewayapi import manifests
from services.gatewayapi.matching.request import parse
from services.gatewayapi.matching.simulate import simulate
from services.gatewayapi.model.model import Model

GROUP = "gateway.networking.k8s.io/v1"


def model(class_name: str, routes: dict[str, dict[str, Any]]) -> Model:
    gateway = {
        "apiVersion": GROUP,
        "kind": "Gateway",
        "metadata": {"name": "gw", "namespace": "n"},
        "spec": {
            "gatewayClassName": class_name,
            "listeners": [
                {"name": "http", "port": 80, "protocol": "HTTP"},
                {"name": "alt", "port": 8080, "protocol": "HTTP", "hostname": "alt.test"},
            ],
        },
    }
    objects = [gateway]
    for name, written in routes.items():
        kind = written.pop("kind", "HTTPRoute")
        created = written.pop("created", None)
        section = written.pop("section", "http")
        objects.append(
            {
                "apiVersion": GROUP,
                "kind": kind,
                "metadata": {"name": name, "namespace": "n", "creationTimestamp": created},
                "spec": {"parentRefs": [{"name": "gw", "sectionName": section}], **written},
            }
        )
    return Model.build(manifests.of_objects(objects).world)


def rules(*matches: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"matches": [one]} for one in matches]


def path(value: str, kind: str = "PathPrefix") -> dict[str, Any]:
    return {"path": {"type": kind, "value": value}}


OLD = "2026-01-01T00:00:00Z"
LOSERS: list[tuple[dict[str, dict[str, Any]], dict[str, Any], str, str]] = [
    (
        {"a": {"rules": rules(path("/x"))}},
        {"path": "/y"},
        "Its path /x is no prefix of /y by path element.",
        "HTTPRouteMatch.path",
    ),
    (
        {"a": {"rules": rules(path("/x", "Exact"))}},
        {"path": "/x/"},
        "Its path /x is not /x/ exactly.",
        "HTTPRouteMatch.path",
    ),
    (
        {"a": {"rules": rules(path("/x(", "RegularExpression"))}},
        {"path": "/x("},
        "is not valid",
        "HTTPRouteMatch.path",
    ),
    (
        {"a": {"rules": rules({"method": "POST"})}},
        {"path": "/"},
        "Its method POST is not GET.",
        "HTTPRouteMatch.method",
    ),
    (
        {"a": {"rules": rules({"headers": [{"name": "X", "value": "1"}]})}},
        {"path": "/"},
        'Header x is not sent; it must be "1".',
        "HTTPRouteMatch.headers",
    ),
    (
        {"a": {"rules": rules({"queryParams": [{"name": "q", "value": "1"}]})}},
        {"path": "/?q=2"},
        'Query parameter q is "2"; it must be "1".',
        "HTTPRouteMatch.queryParams",
    ),
    (
        {"a": {"hostnames": ["other.test"], "rules": rules(path("/"))}},
        {"path": "/", "host": "a.test"},
        "Its hostname other.test is not the request's (a.test).",
        "HTTPRoute.spec.hostnames",
    ),
    (
        {
            "a": {"hostnames": ["*.test"], "rules": rules(path("/"))},
            "b": {"hostnames": ["a.test"], "rules": rules(path("/"))},
        },
        {"path": "/", "host": "a.test"},
        "Its hostname *.test is less specific than a.test.",
        "HTTPRoute.spec.hostnames",
    ),
    (
        {
            "a": {"section": "alt", "created": OLD, "rules": rules(path("/x"))},
            "b": {"section": "alt", "hostnames": ["alt.test"], "rules": rules(path("/x"))},
        },
        {"path": "/x", "host": "alt.test", "port": 8080},
        "The route that took it names the host more exactly than any.",
        "HTTPRoute.spec.hostnames",
    ),
    (
        {
            "a": {"section": "alt", "hostnames": ["*.test"], "rules": rules(path("/"))},
            "b": {"section": "alt", "hostnames": ["alt.test"], "rules": rules(path("/x"))},
        },
        {"path": "/x", "host": "alt.test", "port": 8080},
        "The route that took it names the host more exactly than *.test.",
        "HTTPRoute.spec.hostnames",
    ),
    (
        {"a": {"section": "alt", "rules": rules(path("/"))}},
        {"path": "/", "host": "alt.test", "port": 80},
        "It is attached to listener alt; the request came to http.",
        "Gateway.spec.listeners",
    ),
    (
        {"a": {"section": "none", "rules": rules(path("/"))}},
        {"path": "/"},
        "It is not attached:",
        "HTTPRoute.spec.parentRefs.sectionName",
    ),
    (
        {"a": {"rules": rules(path("/"), path("/x", "Exact"))}},
        {"path": "/x"},
        "The path /x of the match that took it is exact.",
        "HTTPRouteRule.matches",
    ),
    (
        {"a": {"rules": rules(path("/"), path("/x"))}},
        {"path": "/x"},
        "The path /x of the match that took it is a longer prefix.",
        "HTTPRouteRule.matches",
    ),
    (
        {"a": {"rules": rules(path("/"), {"method": "GET"})}},
        {"path": "/"},
        "The match that took it names a method.",
        "HTTPRouteRule.matches",
    ),
    (
        {"a": {"rules": rules(path("/"), {"headers": [{"name": "x", "value": "1"}]})}},
        {"path": "/", "headers": {"x": "1"}},
        "The match that took it has more headers.",
        "HTTPRouteRule.matches",
    ),
    (
        {"a": {"rules": rules(path("/"))}, "b": {"created": OLD, "rules": rules(path("/"))}},
        {"path": "/"},
        "HTTPRoute n/b is older.",
        "HTTPRouteRule.matches",
    ),
    (
        {"b": {"rules": rules(path("/"))}, "a": {"rules": rules(path("/"))}},
        {"path": "/"},
        "HTTPRoute n/a comes before it by name.",
        "HTTPRouteRule.matches",
    ),
    (
        {"a": {"rules": rules(path("/"), path("/"))}},
        {"path": "/"},
        "An earlier rule of the same route took it.",
        "HTTPRouteRule.matches",
    ),
    (
        {"a": {"kind": "GRPCRoute", "rules": rules({"method": {"service": "s.S"}})}},
        {"grpc": {"service": "t.T", "method": "M"}},
        "Its service s.S is not t.T.",
        "GRPCRouteMatch.method",
    ),
    (
        {"a": {"kind": "GRPCRoute", "rules": rules({"method": {"service": "s.S"}})}},
        {"path": "/s.S/M"},
        "The request is no gRPC call.",
        "GRPCRoute",
    ),
]


@pytest.mark.parametrize(("routes", "asked", "text", "section"), LOSERS)
def test_the_first_thing_it_lost_by(
    routes: dict[str, dict[str, Any]], asked: dict[str, Any], text: str, section: str
) -> None:
    copied = {name: dict(one) for name, one in routes.items()}
    answer = simulate(model("example", copied), ("n", "gw"), parse(asked)).document()
    (lost,) = answer["candidates"]
    assert text in lost["lost_because"]
    assert lost["section"] == section
    assert answer["candidates_left_out"] == 0


def test_ngf_chose_by_path_alone() -> None:
    routes = {"a": {"rules": rules(path("/"), {**path("/x"), "method": "POST"})}}
    answer = simulate(model("nginx", routes), ("n", "gw"), parse({"path": "/x"})).document()
    assert answer["outcome"] == "no_route"
    reasons = [one["lost_because"] for one in answer["candidates"]]
    assert reasons[0].startswith("The path is chosen before methods")
    assert reasons[1] == "Its method POST is not GET."


def test_the_closest_come_first_and_the_rest_is_counted() -> None:
    many = {f"r{index}": {"rules": rules(path(f"/far/{index}"))} for index in range(80)}
    near = {"near": {"rules": rules({**path("/x"), "headers": [{"name": "a", "value": "1"}]})}}
    both = {"both": {"rules": rules({**path("/y"), "headers": [{"name": "a", "value": "1"}]})}}
    answer = simulate(model("example", many | near | both), ("n", "gw"), parse({"path": "/x"}))
    document = answer.document()
    assert len(document["candidates"]) == 50
    assert document["candidates_left_out"] == 32
    assert document["candidates"][0]["lost_because"].startswith("Header a is not sent")
    assert "both" not in {one["route"]["name"] for one in document["candidates"]}
