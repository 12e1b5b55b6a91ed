"""Promise: the model says of each listener what is wrong with it: protocol, TLS, certificates and
their grants, conflicts with others, and ListenerSets that are merged in their order."""

import base64
from typing import Any

import pytest

from services.demo.api.certificates import loopback
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from tests.unit.modelled import (
    NGF,
    gateway,
    gateway_class,
    grant,
    listener,
    listener_set,
    made,
    model,
    parent,
    reason,
    route,
)

GW = ("infra", "gw")
REFS = "Gateway.spec.listeners.tls.certificateRefs"


@pytest.fixture(scope="module")
def pem() -> str:
    """A certificate, as a Secret has it."""
    return base64.b64encode(loopback("edge").certificate.encode()).decode()


def tls_secret(place: str, content: str, kind: str = "kubernetes.io/tls") -> dict[str, Any]:
    """A Secret with ``tls.crt``."""
    return made("Secret", place, type=kind, data={"tls.crt": content})


def https(*refs: Any, **more: Any) -> dict[str, Any]:
    """An HTTPS listener with certificateRefs."""
    return listener("s", 443, "HTTPS", tls={"certificateRefs": list(refs)}, **more)


def said(of: Model, index: int = 0) -> list[tuple[str, str]]:
    """Condition and reason of each fault of one of the gateway's listeners."""
    found = of.gateways[GW].listeners[index]
    return [(one.condition, one.reason) for one in found.faults]


def usable(of: Model) -> list[bool]:
    return [one.usable for one in of.gateways[GW].listeners]


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (listener(protocol="SCTP"), ("Accepted", "UnsupportedProtocol")),
        (listener(protocol="HTTPS"), ("Accepted", "Invalid")),
        (listener(tls={"certificateRefs": [{"name": "c"}]}), ("Accepted", "Invalid")),
        (listener(protocol="HTTPS", tls={"mode": "Passthrough"}), ("Accepted", "Invalid")),
        (listener(protocol="TLS"), ("Accepted", "Invalid")),
        (
            listener(protocol="HTTPS", tls={"mode": "Terminate", "certificateRefs": []}),
            ("ResolvedRefs", "InvalidCertificateRef"),
        ),
        (
            {**listener(), "allowedRoutes": {"kinds": [{"kind": "TCPRoute"}]}},
            ("ResolvedRefs", "InvalidRouteKinds"),
        ),
        (
            {**listener(), "allowedRoutes": {"namespaces": {"from": "Selector"}}},
            ("Accepted", "Invalid"),
        ),
    ],
)
def test_a_broken_listener(broken: Any, fault: tuple[str, str]) -> None:
    """Gateway.spec.listeners: protocol, tls and allowedRoutes have to fit each other."""
    of = model(gateway("infra/gw", broken))
    assert said(of) == [fault]
    assert usable(of) == [False]
    assert of.gateways[GW].listeners[0].faults[0].section.startswith("Gateway.spec.listeners")


def test_a_listener_with_good_kinds_and_bad_ones_has_the_good_ones() -> None:
    """Gateway.status.listeners.supportedKinds: those that are not supported are left out. NGF
    refuses the listener."""
    mixed = {
        **listener(),
        "allowedRoutes": {"kinds": [{"kind": "HTTPRoute"}, {"kind": "TLSRoute"}]},
    }
    of = model(gateway("infra/gw", mixed), route())
    assert said(of) == [("ResolvedRefs", "InvalidRouteKinds")]
    assert of.gateways[GW].listeners[0].kinds == ("HTTPRoute",)
    assert usable(of) == [True]
    assert reason(of) == ""
    of = model(gateway_class("nginx", NGF), gateway("infra/gw", mixed, name="nginx"))
    assert usable(of) == [False]


def test_a_passthrough_listener_needs_no_certificate() -> None:
    """Gateway.spec.listeners.tls.mode: certificateRefs are ignored in mode Passthrough."""
    passing = listener("p", 443, "TLS", tls={"mode": "Passthrough"})
    assert said(model(gateway("infra/gw", passing))) == []


def test_a_certificate_of_the_same_namespace(pem: str) -> None:
    of = model(gateway("infra/gw", https({"name": "c"})), tls_secret("infra/c", pem))
    assert said(of) == []
    assert usable(of) == [True]


@pytest.mark.parametrize(
    ("ref", "secret"),
    [
        ({"name": "gone"}, None),
        ({"name": "c", "kind": "ConfigMap"}, None),
        ({"name": "c", "group": "example.com"}, None),
        ({"name": "c"}, "opaque"),
        ({"name": "c"}, "garbage"),
        ({"name": "c"}, "empty"),
    ],
)
def test_a_certificate_that_cannot_be_used(ref: Any, secret: str | None, pem: str) -> None:
    """Gateway.spec.listeners.tls.certificateRefs: a Secret of type kubernetes.io/tls."""
    content = {"garbage": base64.b64encode(b"Hello").decode(), "empty": ""}.get(secret or "", pem)
    kind = "Opaque" if secret == "opaque" else "kubernetes.io/tls"
    objects = [tls_secret("infra/c", content, kind)] if secret else []
    of = model(gateway("infra/gw", https(ref)), *objects)
    assert said(of) == [("ResolvedRefs", "InvalidCertificateRef")]
    assert usable(of) == [False]
    (fault,) = of.gateways[GW].listeners[0].faults
    assert (fault.section, fault.field) == (REFS, "spec.listeners[0].tls.certificateRefs[0]")


def test_one_of_two_certificates_still_serves(pem: str) -> None:
    of = model(
        gateway("infra/gw", https({"name": "c"}, {"name": "gone"})), tls_secret("infra/c", pem)
    )
    assert said(of) == [("ResolvedRefs", "InvalidCertificateRef")]
    assert usable(of) == [True]


def test_secrets_that_were_not_read_are_not_missing() -> None:
    of = model(gateway("infra/gw", https({"name": "c"})), unread=frozenset({"secrets"}))
    assert said(of) == []


GATEWAYS = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": "infra"}
SECRETS = {"group": "", "kind": "Secret"}


@pytest.mark.parametrize(
    ("place", "source", "target", "permitted"),
    [
        ("store/g", GATEWAYS, SECRETS, True),
        ("store/g", GATEWAYS, {**SECRETS, "name": "c"}, True),
        ("store/g", GATEWAYS, {**SECRETS, "name": "other"}, False),
        ("store/g", {**GATEWAYS, "namespace": "elsewhere"}, SECRETS, False),
        ("store/g", {**GATEWAYS, "kind": "HTTPRoute"}, SECRETS, False),
        ("store/g", {**GATEWAYS, "group": ""}, SECRETS, False),
        ("store/g", GATEWAYS, {"group": "", "kind": "Service"}, False),
        ("store/g", GATEWAYS, {"group": "example.com", "kind": "Secret"}, False),
        ("infra/g", GATEWAYS, SECRETS, False),
        ("elsewhere/g", GATEWAYS, SECRETS, False),
    ],
)
def test_a_certificate_elsewhere_needs_a_grant(
    place: str, source: Any, target: Any, permitted: bool, pem: str
) -> None:
    """ReferenceGrant.spec: in the namespace of the Secret, for the Gateway's kind and namespace,
    and for this Secret where it names one."""
    of = model(
        gateway("infra/gw", https({"name": "c", "namespace": "store"})),
        tls_secret("store/c", pem),
        grant(place, source, target),
    )
    assert said(of) == ([] if permitted else [("ResolvedRefs", "RefNotPermitted")])


def test_a_missing_grant_tells_nothing_of_the_secret() -> None:
    """RefNotPermitted, whether or not there is such a Secret in the other namespace."""
    of = model(gateway("infra/gw", https({"name": "gone", "namespace": "store"})))
    assert said(of) == [("ResolvedRefs", "RefNotPermitted")]


def test_a_grant_for_gateways_is_none_for_their_listener_sets(pem: str) -> None:
    """ListenerSet, "ReferenceGrant Semantics"."""
    allowed = {"allowedListeners": {"namespaces": {"from": "All"}}}
    objects = [
        gateway("infra/gw", **allowed),
        listener_set("infra/set", https({"name": "c", "namespace": "store"})),
        tls_secret("store/c", pem),
        grant("store/g", GATEWAYS, SECRETS),
    ]
    refused = model(*objects).listener_sets[("infra", "set")].listeners[0]
    assert [one.reason for one in refused.faults] == ["RefNotPermitted"]
    of = model(*objects, grant("store/h", {**GATEWAYS, "kind": "ListenerSet"}, SECRETS))
    assert of.listener_sets[("infra", "set")].listeners[0].faults == ()


HTTP_A = listener("a", hostname="a.example.com")
PASS = {"mode": "Passthrough"}


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (HTTP_A, listener("b", hostname="b.example.com"), ""),
        (HTTP_A, listener("b", hostname="*.example.com"), ""),
        (HTTP_A, listener("b"), ""),
        (HTTP_A, listener("b", hostname="A.example.com"), "HostnameConflict"),
        (listener("a"), listener("b"), "HostnameConflict"),
        (listener("a"), listener("b", 81), ""),
        (HTTP_A, listener("b", protocol="TCP"), "ProtocolConflict"),
        (HTTP_A, listener("b", protocol="UDP"), ""),
        (listener("a", protocol="TCP"), listener("b", protocol="UDP"), ""),
        (listener("a", protocol="TCP"), listener("b", protocol="TCP"), "ProtocolConflict"),
        (listener("a", protocol="UDP"), listener("b", protocol="UDP"), "ProtocolConflict"),
        (HTTP_A, listener("b", protocol="TLS", tls=PASS), "ProtocolConflict"),
        (
            listener("a", protocol="TLS", tls=PASS, hostname="a.example.com"),
            listener("b", protocol="TLS", tls=PASS, hostname="b.example.com"),
            "",
        ),
        (
            listener("a", protocol="TLS", tls=PASS),
            listener("b", protocol="TLS", tls={"mode": "Terminate"}),
            "HostnameConflict",
        ),
        (listener("a", protocol="TLS", tls=PASS), https(), ""),
        (listener("a", 443, "TLS", tls=PASS), https(), "ProtocolConflict"),
        (
            listener("a", 443, "TLS", tls=PASS, hostname="abc.example.com"),
            https(hostname="*.example.com"),
            "",
        ),
    ],
)
def test_listeners_that_are_not_distinct_all_conflict(one: Any, other: Any, why: str) -> None:
    """Gateway.spec.listeners, "Distinct Listeners": port, protocol and, for HTTP, HTTPS and TLS,
    hostname. None of those that are not distinct wins."""
    for listeners in ((one, other), (other, one)):
        of = model(gateway("infra/gw", *listeners))
        for found in of.gateways[GW].listeners:
            conflicts = [x.reason for x in found.faults if x.condition == "Conflicted"]
            assert conflicts == ([why] if why else [])
            assert not (found.usable and why)


def test_ngf_refuses_https_and_tls_whose_hostnames_overlap() -> None:
    tls = listener("a", 443, "TLS", tls=PASS, hostname="abc.example.com")
    gw = gateway("infra/gw", tls, https(hostname="*.example.com"), name="nginx")
    of = model(gateway_class("nginx", NGF), gw)
    assert [said(of, index)[0] for index in (0, 1)] == [("Conflicted", "HostnameConflict")] * 2


def test_a_listener_that_conflicts_leaves_the_others() -> None:
    """Gateway.spec.listeners, "Handling indistinct Listeners": the distinct ones may be taken."""
    of = model(gateway("infra/gw", listener("a"), listener("b"), listener("c", 81)))
    assert usable(of) == [False, False, True]


def sets(of: Model) -> list[str]:
    """The gateway's listeners in order, with the set that they are from."""
    return [f"{one.owner.name}/{one.name}" for one in of.gateways[GW].listeners]


ALLOWING: dict[str, Any] = {"allowedListeners": {"namespaces": {"from": "All"}}}


def test_listener_sets_are_merged_in_order_of_age_and_name() -> None:
    """ListenerSet.spec.listeners: the Gateway's first, then older sets, then by namespace/name."""
    of = model(
        gateway("infra/gw", listener("own", 1), **ALLOWING),
        listener_set("b/young", listener("l", 2), created="2026-03-01T00:00:00Z"),
        listener_set("b/old", listener("l", 3), created="2026-02-01T02:00:00+02:00"),
        listener_set("a/old", listener("l", 4), listener("m", 5), created="2026-02-01T00:00:00Z"),
        listener_set("a/manifest", listener("l", 6), created=None),
    )
    assert sets(of) == ["gw/own", "old/l", "old/m", "old/l", "young/l", "manifest/l"]
    assert of.gateways[GW].listener_sets == (
        Ref("ListenerSet", "a", "old"),
        Ref("ListenerSet", "b", "old"),
        Ref("ListenerSet", "b", "young"),
        Ref("ListenerSet", "a", "manifest"),
    )


@pytest.mark.parametrize(
    ("spaces", "place", "taken"),
    [
        (None, "infra/set", False),
        ({}, "infra/set", False),
        ({"from": "None"}, "infra/set", False),
        ({"from": "Same"}, "infra/set", True),
        ({"from": "Same"}, "apps/set", False),
        ({"from": "All"}, "apps/set", True),
        ({"from": "Selector", "selector": {"matchLabels": {"team": "web"}}}, "apps/set", True),
        ({"from": "Selector", "selector": {"matchLabels": {"team": "web"}}}, "infra/set", False),
        ({"from": "Selector"}, "apps/set", False),
    ],
)
def test_a_gateway_says_which_listener_sets_it_takes(spaces: Any, place: str, taken: bool) -> None:
    """Gateway.spec.allowedListeners: none by default."""
    allowed = {} if spaces is None else {"allowedListeners": {"namespaces": spaces}}
    of = model(
        gateway("infra/gw", **allowed),
        made("Namespace", "apps", labels={"team": "web"}),
        listener_set(place, listener("extra", 81)),
    )
    namespace, _, name = place.partition("/")
    found = of.listener_sets[(namespace, name)]
    assert sets(of) == ["gw/http", "set/extra"][: 1 + taken]
    assert found.fault is None if taken else found.fault and found.fault.reason == "NotAllowed"


def test_of_conflicting_listeners_the_earlier_object_keeps_its_own() -> None:
    """ListenerSet.spec.listeners: the Gateway comes first, then the older set."""
    of = model(
        gateway("infra/gw", listener("own", hostname="gw.example.com"), **ALLOWING),
        listener_set(
            "infra/first",
            listener("ok", hostname="one.example.com"),
            listener("tcp", protocol="TCP"),
            listener("same", hostname="gw.example.com"),
            created="2026-02-01T00:00:00Z",
        ),
        listener_set(
            "infra/second",
            listener("ok", hostname="two.example.com"),
            listener("same", hostname="one.example.com"),
            created="2026-03-01T00:00:00Z",
        ),
        listener_set("infra/third", listener("same", hostname="two.example.com"), created=None),
    )
    assert {
        f"{one.owner.name}/{one.name}": [x.reason for x in one.faults]
        for one in of.gateways[GW].listeners
    } == {
        "gw/own": [],
        "first/ok": [],
        "first/tcp": ["ProtocolConflict"],
        "first/same": ["HostnameConflict"],
        "second/ok": [],
        "second/same": ["HostnameConflict"],
    }
    third = of.listener_sets[("infra", "third")]
    assert third.fault
    assert (third.fault.reason, third.fault.section) == (
        "ListenersNotValid",
        "ListenerSet.spec.listeners",
    )
    assert [one.name for one in of.gateways[GW].listener_sets] == ["first", "second"]


def test_a_conflict_names_nobody_else_s_listener() -> None:
    """ListenerSet.spec.listeners: what siblings hold is not reported."""
    of = model(
        gateway("infra/gw", listener("own", 81), **ALLOWING),
        listener_set("secret/hidden", listener("private"), created="2026-02-01T00:00:00Z"),
        listener_set("apps/set", listener("mine"), created="2026-03-01T00:00:00Z"),
    )
    (fault,) = of.listener_sets[("apps", "set")].listeners[0].faults
    assert "private" not in fault.message
    assert "hidden" not in fault.message


def test_routes_reach_a_set_s_listeners_by_naming_the_set() -> None:
    """ListenerSet: a Gateway as parent means its own listeners, a ListenerSet the set's."""
    named = {"kind": "ListenerSet", "name": "set", "namespace": "apps"}
    of = model(
        gateway("infra/gw", listener("own"), **ALLOWING),
        listener_set("apps/set", listener("extra", 81)),
        route("infra/app"),
        route("infra/section", parent(sectionName="extra")),
        route("infra/both", parent(), named),
    )
    attached = [(one.route.name, one.listener.name) for one in of.attached(GW)]
    assert attached == [("app", "own"), ("both", "own"), ("both", "extra")]
    assert reason(of, place="infra/section") == "NoMatchingParent"
    assert [one.name for one in of.routes_of(GW)] == ["app", "both", "section"]


def test_the_same_namespace_of_a_set_s_listener_is_the_set_s() -> None:
    """AllowedRoutes.namespaces ``Same`` is that of the object that the listener is written in."""
    own = {"name": "l", "port": 81, "protocol": "HTTP"}
    named = {"kind": "ListenerSet", "name": "set", "namespace": "apps"}
    of = model(
        gateway("infra/gw", **ALLOWING),
        listener_set("apps/set", own),
        route("apps/near", named),
        route("infra/far", named),
    )
    assert reason(of, place="apps/near") == ""
    assert reason(of, place="infra/far") == "NotAllowedByListeners"


@pytest.mark.parametrize(
    ("ref", "why"),
    [
        ({"name": "gone"}, "ParentNotAccepted"),
        ({"kind": "Service", "group": ""}, "ParentNotAccepted"),
    ],
)
def test_a_set_without_a_gateway_says_so(ref: Any, why: str) -> None:
    """ListenerSet.spec.parentRef."""
    lost = listener_set("infra/set", listener("l", 81))
    lost["spec"]["parentRef"] |= ref
    named = {"kind": "ListenerSet", "name": "set", "namespace": "infra"}
    of = model(gateway("infra/gw", **ALLOWING), lost, route("infra/app", named))
    found = of.listener_sets[("infra", "set")].fault
    assert found
    assert (found.reason, found.section) == (why, "ListenerSet.spec.parentRef")
    assert reason(of) == "NoMatchingParent"


def test_a_set_of_a_gateway_that_is_not_accepted() -> None:
    of = model(
        gateway("infra/gw", name="gone", **ALLOWING), listener_set("infra/set", listener("l", 81))
    )
    found = of.listener_sets[("infra", "set")].fault
    assert found
    assert found.reason == "ParentNotAccepted"


@pytest.mark.parametrize(
    ("name", "condition", "why", "works"),
    [
        ("nginx", "ResolvedRefs", "ParametersRefInvalid", True),
        ("any", "Accepted", "InvalidParameters", False),
    ],
)
def test_parameters_that_are_not_there(name: str, condition: str, why: str, works: bool) -> None:
    """Gateway.spec.infrastructure.parametersRef. NGF goes on with its defaults."""
    ref = {"group": "gateway.nginx.org", "kind": "NginxProxy", "name": "p"}
    gw = gateway("infra/gw", name=name, infrastructure={"parametersRef": ref})
    of = model(gateway_class("nginx", NGF), gw, route())
    found = of.gateways[GW]
    assert [(one.condition, one.reason) for one in found.faults] == [(condition, why)]
    assert found.usable is works
    there = made("NginxProxy", "infra/p", {})
    faults = model(gateway_class("nginx", NGF), gw, there).gateways[GW].faults
    assert [one.reason for one in faults] == ([] if name == "nginx" else [why])


@pytest.mark.parametrize(
    ("controller", "group", "kind", "known"),
    [
        ("example.com/controller", "invalid.io", "InvalidParameters", False),
        ("example.com/controller", "", "Pod", False),
        ("example.com/controller", "gateway.nginx.org", "NginxProxy", False),
        ("example.com/controller", "", "ConfigMap", False),
        ("example.com/controller", "settings.example.com", "Settings", True),
        ("io.cilium/gateway-controller", "cilium.io", "CiliumGatewayClassConfig", True),
        (NGF, "", "ConfigMap", False),
        ("", "invalid.io", "InvalidParameters", False),
        ("", "gateway.envoyproxy.io", "EnvoyProxy", True),
    ],
)
def test_parameters_of_a_kind_that_is_not_supported(
    controller: str, group: str, kind: str, known: bool
) -> None:
    """Gateway.spec.infrastructure.parametersRef, conformance GatewayInvalidParametersRef. What is
    of the controller's own domain nobody else can judge; without a class (``""``) of that of none
    that is known."""
    ref = {"group": group, "kind": kind, "name": "p"}
    gw = gateway("infra/gw", name="some", infrastructure={"parametersRef": ref})
    some = [gateway_class("some", controller)] if controller else []
    unread = () if controller else ("gatewayclasses",)
    found = model(gw, *some, unread=unread).gateways[GW]
    wanted = ("ResolvedRefs", "ParametersRefInvalid") if controller == NGF else INVALID
    assert [(one.condition, one.reason) for one in found.faults] == ([] if known else [wanted])


INVALID = ("Accepted", "InvalidParameters")


def trusting(*refs: Any, port: int | None = None) -> dict[str, Any]:
    """A Gateway's ``tls`` with CA certificates for clients, of one port or of all."""
    settings = {"validation": {"caCertificateRefs": list(refs)}}
    if port is None:
        return {"tls": {"frontend": {"default": settings}}}
    return {"tls": {"frontend": {"default": {}, "perPort": [{"port": port, "tls": settings}]}}}


def authority(name: str, **more: Any) -> dict[str, Any]:
    """A reference to a ConfigMap."""
    return {"group": "", "kind": "ConfigMap", "name": name, **more}


NONE_VALID = ("Accepted", "NoValidCACertificate")


@pytest.mark.parametrize(
    ("tls", "faults"),
    [
        (trusting(authority("ca")), []),
        (trusting(authority("gone")), [NONE_VALID, ("ResolvedRefs", "InvalidCACertificateRef")]),
        (trusting(authority("empty")), [NONE_VALID, ("ResolvedRefs", "InvalidCACertificateRef")]),
        (
            trusting(authority("ca", kind="Service")),
            [NONE_VALID, ("ResolvedRefs", "InvalidCACertificateKind")],
        ),
        (
            trusting(authority("ca", namespace="store")),
            [NONE_VALID, ("ResolvedRefs", "RefNotPermitted")],
        ),
        (
            trusting(authority("ca"), authority("gone")),
            [("ResolvedRefs", "InvalidCACertificateRef")],
        ),
        (trusting(authority("gone"), port=8443), []),
        (
            trusting(authority("gone"), port=443),
            [NONE_VALID, ("ResolvedRefs", "InvalidCACertificateRef")],
        ),
    ],
)
def test_the_authorities_of_clients(tls: Any, faults: list[tuple[str, str]], pem: str) -> None:
    """Gateway.spec.tls.frontend: of the port, else the default; one good reference is enough."""
    text = base64.b64decode(pem).decode()
    of = model(
        gateway("infra/gw", https({"name": "c"}), listener(), **tls),
        tls_secret("infra/c", pem),
        made("ConfigMap", "infra/ca", data={"ca.crt": text}),
        made("ConfigMap", "infra/empty", data={"ca.crt": "Hello"}),
    )
    assert said(of) == faults
    assert usable(of) == [NONE_VALID not in faults, True]
    assert said(of, 1) == []
