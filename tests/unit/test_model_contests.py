"""Promise: of routes that cannot share a listener the model accepts the ones that the specification
says, and says to the others which rule took it from them."""

from typing import Any

import pytest

from services.gatewayapi.issues import issues_of
from services.gatewayapi.matching.request import parse
from services.gatewayapi.matching.simulate import simulate
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.statuses import status_of
from tests.unit.modelled import (
    NGF,
    gateway,
    gateway_class,
    listener,
    model,
    parent,
    reason,
    route,
    sending,
)

JAN, FEB, MAR = (f"2026-0{month}-01T00:00:00Z" for month in (1, 2, 3))
HOSTS = ["a.example.com"]


@pytest.mark.parametrize(
    ("http", "grpc", "met"),
    [
        (["a.example.com"], ["a.example.com"], True),
        (["a.example.com"], ["b.example.com"], False),
        (["*.example.com"], ["a.example.com"], True),
        (["a.example.com"], ["*.example.com"], True),
        (["a.b.example.com"], ["*.example.com"], True),
        (["*.example.com"], ["*.com"], True),
        (["*.example.com"], ["*.example.net"], False),
        (["example.com"], ["*.example.com"], False),
        ([], ["a.example.com"], True),
        (["a.example.com"], [], True),
        ([], [], True),
        (["a.example.com", "b.example.com"], ["c.example.com", "b.example.com"], True),
    ],
)
@pytest.mark.parametrize("older", ["HTTPRoute", "GRPCRoute"])
def test_http_and_grpc_routes_exclude_each_other(
    http: list[str], grpc: list[str], met: bool, older: str
) -> None:
    """GRPCRoute.spec.hostnames: when their hostnames meet, exactly one is accepted, the older."""
    ages = {"HTTPRoute": FEB, "GRPCRoute": FEB, older: JAN}
    of = model(
        gateway(),
        route(kind="HTTPRoute", hostnames=http, created=ages["HTTPRoute"]),
        route(kind="GRPCRoute", hostnames=grpc, created=ages["GRPCRoute"]),
    )
    younger = "GRPCRoute" if older == "HTTPRoute" else "HTTPRoute"
    assert reason(of, older) == ""
    assert reason(of, younger) == ("HostnameConflict" if met else "")
    assert [one.route.kind for one in of.attached(("infra", "gw"))] == (
        [older] if met else [older, younger]
    )
    if met:
        (found,) = of.parents(Ref(younger, "infra", "app"))
        assert found.fault
        assert found.fault.section == "GRPCRoute.spec.hostnames"


def test_of_one_age_the_first_by_name_stays() -> None:
    """GRPCRoute.spec.hostnames: by ``namespace/name``, as one text."""
    of = model(gateway(), route("a/b", kind="GRPCRoute"), route("a-a/b", kind="HTTPRoute"))
    assert reason(of, "HTTPRoute", "a-a/b") == ""
    assert reason(of, "GRPCRoute", "a/b") == "HostnameConflict"


def test_a_route_that_lost_takes_nothing_from_others() -> None:
    """The third route meets only the second, which is not accepted."""
    of = model(
        gateway(),
        route("infra/one", kind="HTTPRoute", hostnames=["a.x"], created=JAN),
        route("infra/two", kind="GRPCRoute", hostnames=["a.x", "b.x"], created=FEB),
        route("infra/three", kind="HTTPRoute", hostnames=["b.x"], created=MAR),
    )
    assert reason(of, "GRPCRoute", "infra/two") == "HostnameConflict"
    assert reason(of, "HTTPRoute", "infra/three") == ""


def test_they_exclude_each_other_on_one_listener_only() -> None:
    """Accepted by one listener is accepted (HTTPRoute.spec.parentRefs.sectionName)."""
    of = model(
        gateway("infra/gw", listener("a"), listener("b", 81)),
        route("infra/old", parent(sectionName="b"), kind="GRPCRoute", created=JAN),
        route(kind="HTTPRoute", created=FEB),
    )
    assert reason(of, "HTTPRoute") == ""
    assert [(one.route.kind, one.listener.name) for one in of.attached(("infra", "gw"))] == [
        ("GRPCRoute", "b"),
        ("HTTPRoute", "a"),
    ]


def test_ngf_serves_http_and_grpc_routes_of_one_hostname() -> None:
    of = model(
        gateway_class("nginx", NGF),
        gateway(name="nginx"),
        route(kind="HTTPRoute", hostnames=HOSTS),
        route(kind="GRPCRoute", hostnames=HOSTS),
    )
    assert (reason(of, "HTTPRoute"), reason(of, "GRPCRoute")) == ("", "")


def streams(kind: str, protocol: str, name: str) -> Model:
    """Three routes on one listener of a gateway of class ``name``."""
    return model(
        gateway_class("nginx", NGF),
        gateway("infra/gw", listener(protocol=protocol), name=name),
        route("infra/young", kind=kind, created=FEB, rules=sending()),
        route("infra/old", kind=kind, created=JAN, rules=sending()),
        route("infra/new", kind=kind, created=None, rules=sending()),
    )


@pytest.mark.parametrize(("kind", "protocol"), [("TCPRoute", "TCP"), ("UDPRoute", "UDP")])
def test_all_routes_of_a_stream_listener_are_accepted_and_the_oldest_is_used(
    kind: str, protocol: str
) -> None:
    """TCPRoute.spec.rules, UDPRoute.spec.rules; conformance TCPRouteMultipleRoutesAttachment and
    UDPRouteMultipleRoutesAttachment: all count, one gets the traffic, the others are warned."""
    of = streams(kind, protocol, "any")
    names = ("old", "young", "new")
    assert [reason(of, kind, f"infra/{name}") for name in names] == ["", "", ""]
    [entry] = (status_of(of, Ref("Gateway", "infra", "gw")) or {})["listeners"]
    assert entry["attachedRoutes"] == 3
    answer = simulate(of, ("infra", "gw"), parse({"scheme": protocol.lower(), "port": 80}))
    assert answer.document()["route"]["name"] == "old"
    told = {
        name: [
            (one.severity, one.field, one.counterpart and one.counterpart.name)
            for one in issues_of(of, Ref(kind, "infra", name))
            if one.reason == "Shadowed"
        ]
        for name in names
    }
    warned = [("warning", "spec.parentRefs[0]", "old")]
    assert told == {"old": [], "young": warned, "new": warned}


@pytest.mark.parametrize(("kind", "protocol"), [("TCPRoute", "TCP"), ("UDPRoute", "UDP")])
def test_a_stream_listener_of_ngf_has_one_route(kind: str, protocol: str) -> None:
    """Connections of a port cannot be told apart, so the oldest route has the listener."""
    of = streams(kind, protocol, "nginx")
    assert [reason(of, kind, f"infra/{name}") for name in ("old", "young", "new")] == [
        "",
        "MultipleRoutesOnListener",
        "MultipleRoutesOnListener",
    ]
    assert [one.route.name for one in of.attached(("infra", "gw"))] == ["old"]


def tls() -> dict[str, Any]:
    """A listener that passes TLS on."""
    return listener("tls", 443, "TLS", tls={"mode": "Passthrough"})


def test_ngf_gives_a_hostname_to_one_tls_route() -> None:
    """The older keeps what both ask for; who has nothing left is not accepted."""
    routes = [
        route("infra/old", kind="TLSRoute", hostnames=["a.x"], created=JAN),
        route("infra/part", kind="TLSRoute", hostnames=["a.x", "b.x"], created=FEB),
        route("infra/none", kind="TLSRoute", hostnames=["b.x"], created=MAR),
    ]
    of = model(gateway_class("nginx", NGF), gateway("infra/gw", tls(), name="nginx"), *routes)
    assert [reason(of, "TLSRoute", f"infra/{name}") for name in ("old", "part", "none")] == [
        "",
        "",
        "HostnameConflict",
    ]
    assert {one.route.name: one.hostnames for one in of.attached(("infra", "gw"))} == {
        "old": ("a.x",),
        "part": ("b.x",),
    }
    of = model(gateway("infra/gw", tls()), *routes)
    assert [one.route.name for one in of.attached(("infra", "gw"))] == ["old", "part", "none"]


def test_a_tls_route_of_which_older_ones_have_every_hostname_is_warned() -> None:
    """TLSRoute.spec.hostnames: all are accepted, and the older has the connections."""
    passing = listener("tls", 443, "TLS", tls={"mode": "Passthrough"})
    both, one, more = ["a.test", "b.test"], ["a.test"], ["a.test", "c.test"]
    of = model(
        gateway("infra/gw", passing),
        route("infra/old", kind="TLSRoute", created=JAN, hostnames=both, rules=sending()),
        route("infra/lost", kind="TLSRoute", created=FEB, hostnames=one, rules=sending()),
        route("infra/part", kind="TLSRoute", created=FEB, hostnames=more, rules=sending()),
    )
    told = {
        name: [
            (one.severity, one.field, one.counterpart and one.counterpart.name)
            for one in issues_of(of, Ref("TLSRoute", "infra", name))
            if one.reason == "Shadowed"
        ]
        for name in ("old", "lost", "part")
    }
    assert told == {"old": [], "lost": [("warning", "spec.hostnames", "old")], "part": []}
