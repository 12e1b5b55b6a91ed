"""Promise: for each route, parentRef and listener the model says attached, or the first rule that
says no, with the section of the specification that it stands in."""

from typing import Any

import pytest

from services.gatewayapi.issues import issues_of
from services.gatewayapi.model.hostnames import meet
from services.gatewayapi.model.names import Ref
from tests.unit.modelled import (
    NGF,
    gateway,
    gateway_class,
    listener,
    made,
    model,
    parent,
    reason,
    route,
)

APP = Ref("HTTPRoute", "infra", "app")
ROUTES = "Gateway.spec.listeners.allowedRoutes"


def allowing(kinds: Any = None, **namespaces: Any) -> dict[str, Any]:
    """An ``allowedRoutes`` field."""
    allowed: dict[str, Any] = {"namespaces": namespaces} if namespaces else {}
    return {"allowedRoutes": {**allowed, **({"kinds": kinds} if kinds else {})}}


@pytest.mark.parametrize(
    ("ref", "attached", "why"),
    [
        ({}, ["a", "b"], ""),
        ({"sectionName": "b"}, ["b"], ""),
        ({"port": 80}, ["a"], ""),
        ({"sectionName": "b", "port": 8080}, ["b"], ""),
        ({"sectionName": "b", "port": 80}, [], "NoMatchingParent"),
        ({"sectionName": "c"}, [], "NoMatchingParent"),
        ({"port": 81}, [], "NoMatchingParent"),
        ({"name": "other"}, [], "NoMatchingParent"),
        ({"namespace": "elsewhere"}, [], "NoMatchingParent"),
        ({"kind": "Service", "group": ""}, [], "NoMatchingParent"),
        ({"group": "example.com"}, [], "NoMatchingParent"),
    ],
)
def test_a_parent_ref_means_listeners(ref: Any, attached: list[str], why: str) -> None:
    """HTTPRoute.spec.parentRefs: kind, sectionName and port, both when both are given."""
    gw = gateway("infra/gw", listener("a"), listener("b", 8080))
    of = model(gw, route("infra/app", {**parent(), **ref}))
    (found,) = of.parents(APP)
    assert [one.listener.name for one in found.attachments if one.attached] == attached
    assert reason(of) == why
    if found.fault:
        assert found.fault.section.startswith("HTTPRoute.spec.parentRefs")
        assert found.fault.field.startswith("spec.parentRefs[0]")


@pytest.mark.parametrize(
    ("listening", "kind", "why"),
    [
        (listener(), "HTTPRoute", ""),
        (listener(), "GRPCRoute", ""),
        (listener(), "TLSRoute", "NotAllowedByListeners"),
        (listener(protocol="TCP"), "TCPRoute", ""),
        (listener(protocol="TCP"), "HTTPRoute", "NotAllowedByListeners"),
        (listener(protocol="UDP"), "UDPRoute", ""),
        (listener(protocol="UDP"), "TCPRoute", "NotAllowedByListeners"),
        (listener(protocol="TLS", tls={"mode": "Passthrough"}), "TLSRoute", ""),
        (
            listener(protocol="TLS", tls={"mode": "Passthrough"}),
            "TCPRoute",
            "NotAllowedByListeners",
        ),
        (listener(protocol="TLS", tls={"mode": "Terminate"}), "TLSRoute", ""),
        (listener(protocol="TLS", tls={"mode": "Terminate"}), "TCPRoute", ""),
        (listener(protocol="SCTP"), "TCPRoute", "NotAllowedByListeners"),
        (listener(**allowing([{"kind": "HTTPRoute"}], **{"from": "All"})), "HTTPRoute", ""),
        (
            listener(**allowing([{"kind": "HTTPRoute"}], **{"from": "All"})),
            "GRPCRoute",
            "NotAllowedByListeners",
        ),
        (
            listener(**allowing([{"kind": "HTTPRoute", "group": "a.b"}], **{"from": "All"})),
            "HTTPRoute",
            "NotAllowedByListeners",
        ),
    ],
)
def test_a_listener_takes_kinds(listening: Any, kind: str, why: str) -> None:
    """Gateway.spec.listeners.allowedRoutes.kinds: those that the protocol carries, or of them
    those that are named."""
    of = model(gateway("infra/gw", listening), route(kind=kind))
    assert reason(of, kind) == why
    if why:
        (found,) = of.parents(Ref(kind, "infra", "app"))
        assert found.fault
        assert found.fault.section == f"{ROUTES}.kinds"


SELECTING = {"matchLabels": {"team": "web"}}
EXPRESSING = {"matchExpressions": [{"key": "team", "operator": "In", "values": ["web", "api"]}]}
BY_NAME = {"matchLabels": {"kubernetes.io/metadata.name": "apps"}}


@pytest.mark.parametrize(
    ("spaces", "namespace", "taken"),
    [
        ({}, "infra", True),
        ({}, "apps", False),
        ({"from": "Same"}, "infra", True),
        ({"from": "Same"}, "apps", False),
        ({"from": "All"}, "apps", True),
        ({"from": "None"}, "infra", False),
        ({"from": "Selector", "selector": SELECTING}, "apps", True),
        ({"from": "Selector", "selector": SELECTING}, "infra", False),
        ({"from": "Selector", "selector": EXPRESSING}, "apps", True),
        ({"from": "Selector", "selector": EXPRESSING}, "infra", False),
        ({"from": "Selector", "selector": BY_NAME}, "apps", True),
        ({"from": "Selector", "selector": BY_NAME}, "infra", False),
        ({"from": "Selector", "selector": {}}, "infra", True),
    ],
)
def test_a_listener_takes_namespaces(spaces: Any, namespace: str, taken: bool) -> None:
    """Gateway.spec.listeners.allowedRoutes.namespaces: the Gateway's own by default."""
    of = model(
        gateway("infra/gw", listener(**allowing(**spaces))),
        made("Namespace", "apps", labels={"team": "web"}),
        route(f"{namespace}/app"),
    )
    assert reason(of, place=f"{namespace}/app") == ("" if taken else "NotAllowedByListeners")
    if not taken:
        (found,) = of.parents(Ref("HTTPRoute", namespace, "app"))
        assert found.fault
        assert found.fault.section == f"{ROUTES}.namespaces"


@pytest.mark.parametrize(
    ("selector", "labels", "taken"),
    [
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["x"]}]}, {}, True),
        (
            {"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["x"]}]},
            {"a": "x"},
            False,
        ),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, {"a": ""}, True),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, {}, False),
        ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, {}, True),
        ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, {"a": "x"}, False),
        ({"matchLabels": {"a": "x"}, "matchExpressions": []}, {"a": "x"}, True),
        (
            {
                "matchLabels": {"a": "x"},
                "matchExpressions": [{"key": "b", "operator": "Exists"}],
            },
            {"a": "x"},
            False,
        ),
    ],
)
def test_a_selector_is_read_in_full(selector: Any, labels: dict[str, str], taken: bool) -> None:
    """metav1.LabelSelector: labels and expressions, all of them."""
    spaces = {"from": "Selector", "selector": selector}
    of = model(
        gateway("infra/gw", listener(**allowing(**spaces))),
        made("Namespace", "apps", labels=labels),
        route("apps/app"),
    )
    assert reason(of, place="apps/app") == ("" if taken else "NotAllowedByListeners")


@pytest.mark.parametrize(
    ("listening", "routed", "met"),
    [
        ("", (), ("",)),
        ("", ("a.example.com",), ("a.example.com",)),
        ("a.example.com", (), ("a.example.com",)),
        ("*.example.com", (), ("*.example.com",)),
        ("test.example.com", ("test.example.com",), ("test.example.com",)),
        ("test.example.com", ("*.example.com",), ("test.example.com",)),
        ("*.example.com", ("*.example.com",), ("*.example.com",)),
        ("*.example.com", ("test.example.com",), ("test.example.com",)),
        ("*.example.com", ("foo.test.example.com",), ("foo.test.example.com",)),
        ("*.example.com", ("example.com",), ()),
        ("*.example.com", ("test.example.net",), ()),
        ("*.example.com", ("test.example.com", "test.example.net"), ("test.example.com",)),
        ("*.example.com", ("*.com",), ("*.example.com",)),
        ("*.com", ("*.example.com",), ("*.example.com",)),
        ("*.example.com", ("*.other.com",), ()),
        ("*.example.com", ("*.wrongexample.com", "wrongexample.com"), ()),
        ("test.example.com", ("other.example.com",), ()),
        ("test.example.com", ("*.test.example.com",), ()),
        ("a.b.c", ("*.c", "*.b.c"), ("a.b.c",)),
    ],
)
def test_hostnames_meet(listening: str, routed: tuple[str, ...], met: tuple[str, ...]) -> None:
    """HTTPRoute.spec.hostnames: what listener and route have in common, the more specific name."""
    assert meet(listening, routed) == met
    hostname = {"hostname": listening} if listening else {}
    of = model(
        gateway("infra/gw", listener(**hostname)),
        route("infra/app", hostnames=[one.upper() for one in routed]),
    )
    assert reason(of) == ("" if met else "NoMatchingListenerHostname")
    (found,) = of.parents(APP)
    assert found.attachments[0].hostnames == met
    if found.fault:
        assert found.fault.section == "HTTPRoute.spec.hostnames"
        assert found.fault.field == "spec.hostnames"


def test_hostnames_are_nothing_to_a_tcp_route() -> None:
    """Gateway.spec.listeners.hostname: ignored for protocols that have none."""
    of = model(
        gateway("infra/gw", listener(protocol="TCP", hostname="a.example.com")),
        route(kind="TCPRoute"),
    )
    (found,) = of.parents(Ref("TCPRoute", "infra", "app"))
    assert found.attachments[0].hostnames == ("",)


def test_one_listener_that_takes_the_route_is_enough() -> None:
    """HTTPRoute.spec.parentRefs.sectionName: attached when one section accepts it."""
    gw = gateway(
        "infra/gw",
        listener("closed", 81, **allowing(**{"from": "Same"})),
        listener("hosted", 82, hostname="a.example.com"),
        listener("open", 83),
    )
    of = model(gw, route("apps/app", hostnames=["b.example.com"]))
    (found,) = of.parents(Ref("HTTPRoute", "apps", "app"))
    assert found.fault is None
    assert [one.fault.reason if one.fault else "" for one in found.attachments] == [
        "NotAllowedByListeners",
        "NoMatchingListenerHostname",
        "",
    ]


def test_the_parent_says_how_far_the_route_came() -> None:
    """A listener that lets it in and has no hostname for it tells more than one that is closed."""
    gw = gateway(
        "infra/gw",
        listener("hosted", 82, hostname="a.example.com"),
        listener("closed", 81, **allowing(**{"from": "Same"})),
    )
    of = model(gw, route("apps/app", hostnames=["b.example.com"]))
    assert reason(of, place="apps/app") == "NoMatchingListenerHostname"


def test_a_gateway_without_a_class_takes_nothing() -> None:
    """Gateway.spec.gatewayClassName: nobody answers for a class that is not there."""
    of = model(gateway(name="gone"), route())
    assert reason(of) == "Pending"
    found = of.gateways[("infra", "gw")]
    assert (found.controller, found.usable) == ("", False)
    assert [(one.reason, one.section) for one in found.faults] == [
        ("Pending", "Gateway.spec.gatewayClassName")
    ]


def test_what_was_not_read_is_not_called_missing() -> None:
    unread = frozenset({"gateways"})
    assert reason(model(route(), unread=unread)) == "Pending"
    selecting = {"from": "Selector", "selector": SELECTING}
    of = model(
        gateway("infra/gw", listener(**allowing(**selecting))),
        route("apps/app"),
        unread=frozenset({"namespaces"}),
    )
    assert reason(of, place="apps/app") == ""


@pytest.mark.parametrize(
    ("name", "ngf"),
    [("nginx", True), ("nginx-internal", True), ("other", False), ("nginxx", False)],
)
def test_manifests_need_no_gateway_class(name: str, ngf: bool) -> None:
    """Of a folder of manifests: ``nginx`` and ``nginx-...`` are NGF's, others follow the
    specification."""
    of = model(gateway(name=name), route(), assumed=True, unread=("gatewayclasses",))
    assert reason(of) == ""
    assert of.gateways[("infra", "gw")].ngf is ngf


@pytest.mark.parametrize("name", ["nginx", "zz"])
def test_classes_of_manifests_are_all_there_are(name: str) -> None:
    """Gateway.spec.gatewayClassName: where some classes are written, others do not exist."""
    of = model(gateway_class("other"), gateway(name=name), route(), assumed=True)
    found = of.gateways[("infra", "gw")]
    assert (found.controller, reason(of)) == ("", "Pending")
    [issue] = issues_of(of, found.ref)
    assert (issue.severity, issue.field) == ("error", "spec.gatewayClassName")
    assert f'"{name}"' in issue.message


def test_the_class_of_a_manifest_decides_by_its_controller() -> None:
    of = model(gateway_class("edge", NGF), gateway(name="edge"), assumed=True)
    assert of.gateways[("infra", "gw")].ngf


def test_namespaces_of_manifests_have_their_name_as_label() -> None:
    selecting = {"from": "Selector", "selector": BY_NAME}
    gw = gateway("infra/gw", listener(**allowing(**selecting)))
    of = model(gw, route("apps/app"), assumed=True)
    assert reason(of, place="apps/app") == ""


def test_a_broken_listener_still_counts_its_routes() -> None:
    """Gateway.status.listeners.attachedRoutes: the listener's own state has no part in it. NGF
    refuses a route that only such a listener takes."""
    https = listener("s", 443, "HTTPS", tls={"certificateRefs": [{"name": "gone"}]})
    of = model(gateway("infra/gw", https), route())
    assert reason(of) == ""
    assert len(of.attached(("infra", "gw"))) == 1
    of = model(gateway_class("nginx", NGF), gateway("infra/gw", https, name="nginx"), route())
    assert reason(of) == "InvalidListener"
    assert len(of.attached(("infra", "gw"))) == 1


def test_a_route_that_means_a_listener_twice_attaches_once() -> None:
    of = model(gateway("infra/gw"), route("infra/app", parent(), parent(sectionName="http")))
    assert len(of.attached(("infra", "gw"))) == 1
    assert of.routes_of(("infra", "gw")) == [APP]


def test_ngf_takes_care_of_one_class() -> None:
    """GatewayClassConflict: of the classes that name it NGF ignores all but its own."""
    edge = gateway("infra/gw", name="edge")
    alone = model(gateway_class("edge", NGF), edge, route())
    assert reason(alone) == ""
    beside = model(gateway_class("edge", NGF), gateway_class("nginx", NGF), edge, route())
    assert reason(beside) == "Pending"
    other = model(
        gateway_class("edge", NGF), gateway_class("nginx", "example.com/c"), edge, route()
    )
    assert reason(other) == ""


def test_ngf_takes_no_grpc_routes_without_http2() -> None:
    """NginxProxy.spec.disableHTTP2: the gateway's own NginxProxy over that of its class."""
    edge = gateway_class("nginx", NGF)
    edge["spec"]["parametersRef"] = {"kind": "NginxProxy", "name": "p", "namespace": "ngf"}
    shared = made("NginxProxy", "ngf/p", {"disableHTTP2": True})
    own = {"infrastructure": {"parametersRef": {"kind": "NginxProxy", "name": "own"}}}
    objects = [edge, shared, route(kind="GRPCRoute"), route(kind="HTTPRoute")]
    of = model(gateway(name="nginx"), *objects)
    assert reason(of, "GRPCRoute") == "UnsupportedConfiguration"
    assert reason(of, "HTTPRoute") == ""
    over = made("NginxProxy", "infra/own", {"disableHTTP2": False})
    of = model(gateway(name="nginx", **own), over, *objects)
    assert reason(of, "GRPCRoute") == ""
