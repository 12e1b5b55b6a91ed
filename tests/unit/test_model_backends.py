"""Promise: the model says of every backendRef whether it may be used, is there, and has endpoints,
and what a client gets when it is not so; objects know who refers to them."""

from typing import Any

import pytest

from services.gatewayapi.model.backends import Backend
from services.gatewayapi.model.names import Ref
from tests.unit.modelled import (
    NGF,
    gateway,
    gateway_class,
    grant,
    made,
    model,
    route,
    sending,
    service,
    world,
)

NGF_CLASS = gateway_class("nginx", NGF)
POOLS = "inference.networking.k8s.io"
REFS = "rules.backendRefs"


def judged(
    ref: Any, *objects: Any, kind: str = "HTTPRoute", ngf: bool = False, **more: Any
) -> Backend:
    """What the one backendRef of a route in ``infra`` is worth."""
    gw = gateway(name="nginx" if ngf else "any")
    app = route(kind=kind, rules=sending(ref))
    of = model(gw, app, *objects, NGF_CLASS, **more)
    name = Ref(kind, "infra", "app")
    return of.backend(name, of.routes[name].rules[0].backends[0])


def why(found: Backend) -> str:
    return found.fault.reason if found.fault else ""


WEB = service("infra/web", {"port": 80, "name": "http"}, {"port": 53, "protocol": "UDP"})
UNREAD = frozenset({"endpointslices"})


@pytest.mark.parametrize(
    ("ref", "kind", "fault", "field"),
    [
        ({"name": "web", "port": 80}, "HTTPRoute", "", ""),
        ({"name": "web", "port": 80, "kind": "Service", "group": ""}, "HTTPRoute", "", ""),
        ({"name": "web", "port": 80}, "TCPRoute", "", ""),
        ({"name": "web", "port": 53}, "UDPRoute", "", ""),
        ({"name": "gone", "port": 80}, "HTTPRoute", "BackendNotFound", ".name"),
        ({"name": "web", "port": 81}, "HTTPRoute", "BackendNotFound", ".port"),
        ({"name": "web"}, "HTTPRoute", "BackendNotFound", ".port"),
        ({"name": "web", "port": 53}, "HTTPRoute", "BackendNotFound", ".port"),
        ({"name": "web", "port": 80}, "UDPRoute", "BackendNotFound", ".port"),
        ({"name": "web", "port": 80, "kind": "Pod"}, "HTTPRoute", "InvalidKind", ".kind"),
        ({"name": "web", "port": 80, "group": "a.b"}, "HTTPRoute", "InvalidKind", ".kind"),
        (
            {"name": "tea", "port": 80, "namespace": "store"},
            "HTTPRoute",
            "RefNotPermitted",
            ".namespace",
        ),
        (
            {"name": "gone", "port": 80, "namespace": "store"},
            "HTTPRoute",
            "RefNotPermitted",
            ".namespace",
        ),
    ],
)
def test_a_reference_to_a_service(ref: Any, kind: str, fault: str, field: str) -> None:
    """HTTPRoute.spec.rules.backendRefs: kind, namespace, name and port, in this order."""
    found = judged(ref, WEB, service("store/tea"), kind=kind, unread=UNREAD)
    assert why(found) == fault
    web = kind in ("HTTPRoute", "GRPCRoute")
    assert found.status == (500 if fault and web else None)
    if found.fault:
        assert found.fault.condition == "ResolvedRefs"
        assert found.fault.section == f"{kind}.spec.{REFS}{field}"
        assert found.fault.field == f"spec.rules[0].backendRefs[0]{field}"


ROUTES = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "infra"}
SERVICES = {"group": "", "kind": "Service"}


@pytest.mark.parametrize(
    ("place", "source", "target", "permitted"),
    [
        ("store/g", ROUTES, SERVICES, True),
        ("store/g", ROUTES, {**SERVICES, "name": "tea"}, True),
        ("store/g", ROUTES, {**SERVICES, "name": "coffee"}, False),
        ("store/g", {**ROUTES, "namespace": "store"}, SERVICES, False),
        ("store/g", {**ROUTES, "kind": "GRPCRoute"}, SERVICES, False),
        ("store/g", {**ROUTES, "group": "a.b"}, SERVICES, False),
        ("store/g", ROUTES, {"group": "", "kind": "Secret"}, False),
        ("infra/g", ROUTES, SERVICES, False),
    ],
)
def test_a_service_elsewhere_needs_a_grant(
    place: str, source: Any, target: Any, permitted: bool
) -> None:
    """ReferenceGrant.spec: in the namespace of the Service, with the route's kind and namespace."""
    ref = {"name": "tea", "port": 80, "namespace": "store"}
    found = judged(ref, service("store/tea"), grant(place, source, target), unread=UNREAD)
    assert why(found) == ("" if permitted else "RefNotPermitted")


@pytest.mark.parametrize("kind", ["services", "referencegrants"])
def test_what_was_not_read_is_not_missing(kind: str) -> None:
    ref = {"name": "tea", "port": 80, "namespace": "store"}
    free = {"referencegrants"} if kind == "services" else set()
    found = judged(ref, service("store/tea"), unread=frozenset({kind, "endpointslices", *free}))
    assert why(found) == ""


def piece(name: str, *ready: bool | None, port: str = "http", **more: Any) -> Any:
    """An EndpointSlice of Service ``web`` with one endpoint for each word on readiness."""
    endpoints = [
        {
            "addresses": [f"10.0.{sum(name.encode()) % 250}.{index}"],
            "conditions": {} if one is None else {"ready": one},
        }
        for index, one in enumerate(ready)
    ]
    labels = {"kubernetes.io/service-name": more.pop("of", "web")}
    ports = more.pop("ports", [{"name": port, "port": 8080}])
    obj = made("EndpointSlice", f"infra/{name}", labels=labels, endpoints=endpoints, ports=ports)
    return {**obj, **more}


@pytest.mark.parametrize(
    ("slices", "ready", "total", "status"),
    [
        ([], 0, 0, 503),
        ([piece("a", True, True)], 2, 2, None),
        ([piece("a", True, False)], 1, 2, None),
        ([piece("a", False)], 0, 1, 503),
        ([piece("a", None)], 1, 1, None),
        ([piece("a", True), piece("b", True, False)], 2, 3, None),
        ([piece("a", True, of="other")], 0, 0, 503),
        ([piece("a", True, port="grpc")], 0, 0, 503),
        ([piece("a", True), piece("b", True, port="grpc")], 1, 1, None),
        ([piece("a", True, ports=[{"name": "http", "protocol": "UDP", "port": 1}])], 0, 0, 503),
        ([piece("a", True, ports=None)], 0, 0, 503),
    ],
)
def test_endpoints_are_those_of_the_port(
    slices: list[Any], ready: int, total: int, status: int | None
) -> None:
    """HTTPRoute.spec.rules.backendRefs: 503 for a Service without ready endpoints. EndpointSlices
    are read across slices, by the name and protocol of the Service's port."""
    found = judged({"name": "web", "port": 80}, WEB, *slices)
    assert (found.ready, found.total, found.status) == (ready, total, status)
    assert found.answers is (status is None)


def test_an_endpoint_with_two_addresses_is_one() -> None:
    """A Service of both address families has a slice for each."""
    pod = {"targetRef": {"kind": "Pod", "namespace": "infra", "name": "web-0"}}
    both = [
        made(
            "EndpointSlice",
            f"infra/web-{family}",
            labels={"kubernetes.io/service-name": "web"},
            ports=[{"name": "http", "port": 8080}],
            endpoints=[{"addresses": [address], "conditions": {"ready": True}, **pod}],
        )
        for family, address in (("v4", "10.0.0.1"), ("v6", "fd00::1"))
    ]
    found = judged({"name": "web", "port": 80}, WEB, *both)
    assert (found.ready, found.total) == (1, 1)


def test_a_terminating_endpoint_is_not_ready() -> None:
    """EndpointConditions: serving while terminating, but no longer ready."""
    leaving = piece("a", True)
    leaving["endpoints"][0]["conditions"] = {"ready": False, "serving": True, "terminating": True}
    found = judged({"name": "web", "port": 80}, WEB, leaving)
    assert (found.ready, found.total, found.status) == (0, 1, 503)


def test_endpoints_that_were_not_read_are_taken_for_ready() -> None:
    found = judged({"name": "web", "port": 80}, WEB, unread=UNREAD)
    assert (found.ready, found.total, found.status, found.answers) == (None, None, None, True)


def proxied(**settings: Any) -> list[Any]:
    """A class of NGF with an NginxProxy."""
    cls = gateway_class("nginx", NGF)
    cls["spec"]["parametersRef"] = {"kind": "NginxProxy", "name": "p", "namespace": "ngf"}
    return [cls, made("NginxProxy", "ngf/p", settings)]


RESOLVER = {"addresses": [{"type": "IPAddress", "value": "10.0.0.10"}]}


def test_an_external_name_is_for_ngf_with_a_resolver_only() -> None:
    """HTTPRoute.spec.rules.backendRefs.kind: implementations should not support ExternalName."""
    outside = service("infra/web", type="ExternalName", externalName="example.com")
    ref = {"name": "web", "port": 80}
    assert why(judged(ref, outside)) == "UnsupportedValue"
    assert why(judged(ref, outside, ngf=True)) == "UnsupportedValue"
    found = judged(ref, outside, *proxied(dnsResolver=RESOLVER), ngf=True)
    assert (why(found), found.ready, found.status) == ("", None, None)


@pytest.mark.parametrize(
    ("setting", "families", "fault"),
    [
        ("dual", ["IPv6"], ""),
        ("ipv4", ["IPv4"], ""),
        ("ipv4", ["IPv4", "IPv6"], "InvalidIPFamily"),
        ("ipv6", ["IPv4"], "InvalidIPFamily"),
    ],
)
def test_ngf_takes_services_of_its_address_family(
    setting: str, families: list[str], fault: str
) -> None:
    web = service("infra/web", ipFamilies=families)
    ref = {"name": "web", "port": 80}
    assert why(judged(ref, web, *proxied(ipFamily=setting), ngf=True, unread=UNREAD)) == fault
    assert why(judged(ref, web, unread=UNREAD)) == ""


@pytest.mark.parametrize(
    ("kind", "protocol", "fault"),
    [
        ("HTTPRoute", "kubernetes.io/ws", ""),
        ("HTTPRoute", "kubernetes.io/h2c", "UnsupportedProtocol"),
        ("GRPCRoute", "kubernetes.io/h2c", ""),
        ("GRPCRoute", "kubernetes.io/ws", "UnsupportedProtocol"),
        ("HTTPRoute", "http", ""),
    ],
)
def test_ngf_refuses_an_application_protocol_that_does_not_fit(
    kind: str, protocol: str, fault: str
) -> None:
    spoken = service("infra/web", {"port": 80, "appProtocol": protocol})
    ref = {"name": "web", "port": 80}
    assert why(judged(ref, spoken, kind=kind, ngf=True, unread=UNREAD)) == fault
    assert why(judged(ref, spoken, kind=kind, unread=UNREAD)) == ""


POOL = {"name": "llm", "kind": "InferencePool", "group": POOLS}


def pool(picker: Any = None) -> Any:
    return made("InferencePool", "infra/llm", {"endpointPickerRef": picker or {"name": "epp"}})


@pytest.mark.parametrize(
    ("ref", "kind", "ngf", "fault"),
    [
        (POOL, "HTTPRoute", True, ""),
        (POOL, "HTTPRoute", False, ""),
        (POOL, "GRPCRoute", True, "InvalidKind"),
        (POOL, "TCPRoute", False, "InvalidKind"),
        ({**POOL, "group": "inference.networking.x-k8s.io"}, "HTTPRoute", True, "InvalidKind"),
        ({**POOL, "group": "inference.networking.x-k8s.io"}, "HTTPRoute", False, ""),
        ({**POOL, "group": ""}, "HTTPRoute", True, "InvalidKind"),
        ({**POOL, "name": "gone"}, "HTTPRoute", True, "BackendNotFound"),
    ],
)
def test_a_reference_to_a_pool(ref: Any, kind: str, ngf: bool, fault: str) -> None:
    """NGF reads pools of the group that is stable, for HTTPRoutes."""
    found = judged(ref, pool(), service("infra/epp"), kind=kind, ngf=ngf)
    assert why(found) == fault
    if not fault:
        assert (found.ready, found.total, found.status) == (None, None, None)


@pytest.mark.parametrize("picker", [{"name": "gone"}, {"name": "epp", "kind": "Deployment"}])
def test_a_pool_needs_its_picker(picker: Any) -> None:
    found = judged(POOL, pool(picker), service("infra/epp"), ngf=True)
    assert (why(found), found.status) == ("InvalidInferencePool", 500)


def test_a_pool_of_ngf_counts_the_endpoints_of_its_own_service() -> None:
    shadow = service("infra/llm-pool-svc", {"port": 8000})
    pods = piece("a", True, False, of="llm-pool-svc", ports=[{"port": 8000}])
    found = judged(POOL, pool(), service("infra/epp"), shadow, pods, ngf=True)
    assert (found.ready, found.total) == (1, 2)


def test_objects_know_who_refers_to_them() -> None:
    target = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "gw"}
    mirror = {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "web", "port": 80}}}
    secret = {"tls": {"certificateRefs": [{"name": "c"}]}}
    of = model(
        gateway("infra/gw", {"name": "s", "port": 443, "protocol": "HTTPS", **secret}),
        route("infra/app", rules=sending({"name": "web", "port": 80})),
        route("infra/mirrors", rules=[{"filters": [mirror]}]),
        route("other/app", rules=sending({"name": "web", "port": 80})),
        made("ClientSettingsPolicy", "infra/limit", {"targetRef": target}),
    )
    assert of.users(Ref("Service", "infra", "web")) == [
        Ref("HTTPRoute", "infra", "app"),
        Ref("HTTPRoute", "infra", "mirrors"),
    ]
    assert of.users(Ref("Secret", "infra", "c")) == [Ref("Gateway", "infra", "gw")]
    assert Ref("ClientSettingsPolicy", "infra", "limit") in of.users(Ref("Gateway", "infra", "gw"))
    assert of.users(Ref("GatewayClass", "", "any")) == [Ref("Gateway", "infra", "gw")]
    assert of.users(Ref("Service", "nowhere", "web")) == []


def test_trust_in_a_backend_follows_the_certificates() -> None:
    """BackendTLSPolicy.spec.validation.caCertificateRefs: with none left its clients get a 5xx."""
    refs = [{"group": "", "kind": "ConfigMap", "name": "ca"}]
    targets = [{"group": "", "kind": "Service", "name": "web", "sectionName": "http"}]
    policy = made(
        "BackendTLSPolicy",
        "infra/tls",
        {"targetRefs": targets, "validation": {"hostname": "a.test", "caCertificateRefs": refs}},
    )
    app = route(rules=sending({"name": "web", "port": 80}))
    broken = {**made("ConfigMap", "infra/ca"), "data": {"ca.crt": "none"}}
    of = model(gateway(), app, WEB, policy, unread=UNREAD)

    def found() -> Backend:
        return of.backend(app_ref, of.routes[app_ref].rules[0].backends[0])

    def message() -> str:
        fault = found().fault
        return fault.message if fault else ""

    app_ref = Ref("HTTPRoute", "infra", "app")
    assert (why(found()), found().status) == ("NoValidCACertificate", 500)
    assert "does not exist" in message()
    of = of.following(world(gateway(), app, WEB, policy, broken, unread=UNREAD))
    assert "no readable" in message()
    unread = UNREAD | {"configmaps"}
    of = of.following(world(gateway(), app, WEB, policy, unread=unread))
    assert why(found()) == ""
    of = of.following(world(gateway(), app, WEB, policy, broken, unread=UNREAD))
    assert why(found()) == "NoValidCACertificate"
    of = of.following(world(gateway(), app, WEB, broken, unread=UNREAD))
    assert why(found()) == ""


@pytest.mark.parametrize("kind", ["HTTPRoute", "GRPCRoute"])
def test_ngf_refuses_a_reference_with_filters(kind: str) -> None:
    filters = [{"type": "RequestHeaderModifier", "requestHeaderModifier": {"remove": ["X-A"]}}]
    ref = {"name": "web", "port": 80, "filters": filters}
    found = judged(ref, WEB, kind=kind, ngf=True, unread=UNREAD)
    assert found.fault
    assert (found.fault.reason, found.status) == ("UnsupportedValue", 500)
    assert found.fault.field == "spec.rules[0].backendRefs[0].filters"
    assert why(judged(ref, WEB, kind=kind, unread=UNREAD)) == ""


def test_a_reference_with_filters_is_judged_for_whom_it_is_asked() -> None:
    """A route at gateways of several controllers: each judges by its own ways."""
    filters = [{"type": "RequestHeaderModifier", "requestHeaderModifier": {"remove": ["X-A"]}}]
    app = route(
        "infra/app",
        {"name": "gw", "namespace": "infra"},
        {"name": "ngf", "namespace": "infra"},
        rules=sending({"name": "web", "port": 80, "filters": filters}),
    )
    gateways = (gateway(), gateway("infra/ngf", name="nginx"), NGF_CLASS)
    of = model(*gateways, app, WEB, unread=UNREAD)
    name = Ref("HTTPRoute", "infra", "app")
    spec = of.routes[name].rules[0].backends[0]
    assert [why(of.backend(name, spec, by_ngf)) for by_ngf in (None, True, False)] == [
        "UnsupportedValue",
        "UnsupportedValue",
        "",
    ]
