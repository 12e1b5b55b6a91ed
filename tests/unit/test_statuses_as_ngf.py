"""Promise: of gateways of NGF's classes the status is computed that NGF would write, where its
source says something else than the specification or what the specification leaves open."""

from typing import Any

import pytest
from modelled import (
    CONFORMANT,
    NGF,
    Made,
    gateway,
    gateway_class,
    listener,
    listener_set,
    made,
    model,
    parent,
    route,
    sending,
    service,
)

from services.gatewayapi.issues import issues
from services.gatewayapi.matching.request import parse
from services.gatewayapi.matching.simulate import simulate
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.statuses import status_of

GATEWAY = Ref("Gateway", "infra", "gw")
ROUTE = Ref("HTTPRoute", "infra", "app")
PASSING = {"mode": "Passthrough"}
HTTP = {"kind": "HTTPRoute"}


def of(controller: str, *objects: Made, **unread: Any) -> Model:
    return model(gateway_class("nginx", controller), *objects, **unread)


def words(conditions: list[dict[str, Any]]) -> dict[str, str]:
    return {one["type"]: f"{one['status']} {one['reason']}" for one in conditions}


def gateway_says(found: Model) -> dict[str, str]:
    return words((status_of(found, GATEWAY) or {})["conditions"])


def listeners(found: Model, ref: Ref = GATEWAY) -> dict[str, dict[str, str]]:
    entries = (status_of(found, ref) or {})["listeners"]
    return {one["name"]: words(one["conditions"]) for one in entries}


def parent_says(found: Model, ref: Ref = ROUTE) -> dict[str, str]:
    return words((status_of(found, ref) or {})["parents"][0]["conditions"])


@pytest.mark.parametrize(
    ("address", "accepted", "programmed", "field"),
    [
        ({"value": "10.0.0.1"}, "True Accepted", "True Programmed", ""),
        ({"type": "IPAddress"}, "True Accepted", "False AddressNotAssigned", "spec.addresses[0]"),
        ({"value": "x"}, "True Accepted", "False AddressNotUsable", "spec.addresses[0].value"),
        (
            {"value": "198.51.100.0"},
            "True Accepted",
            "False AddressNotUsable",
            "spec.addresses[0].value",
        ),
        (
            {"type": "Hostname", "value": "a.example.com"},
            "False UnsupportedAddress",
            "False Invalid",
            "spec.addresses[0].type",
        ),
    ],
)
def test_addresses(address: Made, accepted: str, programmed: str, field: str) -> None:
    """NGF, prepareGatewayRequest and validateGateway; GatewayConditionProgrammed."""
    found = of(NGF, gateway(name="nginx", addresses=[address]), route())
    says = gateway_says(found)
    assert (says["Accepted"], says["Programmed"]) == (accepted, programmed)
    told = [one.field for one in issues(found) if one.ref == GATEWAY]
    assert told == ([field] if field else [])
    if accepted.startswith("False"):
        assert parent_says(found)["Accepted"] == "False InvalidGateway"


def test_udp_beside_http_on_one_port() -> None:
    """NGF, portConflictResolver: protocols of two groups share no port, of which TCP and UDP are
    one. The specification tells UDP from what is carried by TCP."""
    for name, protocol, conflict in (
        (NGF, "HTTP", "True ProtocolConflict"),
        (CONFORMANT, "HTTP", "False NoConflicts"),
        (NGF, "TCP", "False NoConflicts"),
    ):
        found = of(
            name,
            gateway(
                "infra/gw", listener("a", 80, protocol), listener("b", 80, "UDP"), name="nginx"
            ),
        )
        assert {one["Conflicted"] for one in listeners(found).values()} == {conflict}


def test_of_two_that_conflict_in_a_set_the_first_stays() -> None:
    """NGF, resolveProtocolGroupConflict: only what comes later is refused in a ListenerSet."""
    found = of(
        NGF,
        gateway(name="nginx", allowedListeners={"namespaces": {"from": "All"}}),
        listener_set("infra/set", listener("a", 81), listener("b", 81, "TCP")),
    )
    says = listeners(found, Ref("ListenerSet", "infra", "set"))
    assert says["a"]["Accepted"] == "True Accepted"
    assert says["b"]["Accepted"] == "False ProtocolConflict"


def test_what_is_malformed_conflicts_with_none() -> None:
    """NGF, listenerConfigurator: conflicts are looked for among listeners that pass validation."""
    odd = listener("b", 80, "TCP", allowedRoutes={"kinds": [{"kind": "HTTPRoute"}]})
    found = of(NGF, gateway("infra/gw", listener("a", 80), odd, name="nginx"))
    assert listeners(found)["a"]["Accepted"] == "True Accepted"


def test_listeners_that_conflict_overlap_too() -> None:
    """NGF, createOverlappingTLSConfigResolver."""
    found = of(
        NGF,
        gateway(
            "infra/gw",
            listener("a", 443, "TLS", hostname="*.example.com", tls=PASSING),
            listener(
                "b",
                443,
                "HTTPS",
                hostname="a.example.com",
                tls={"certificateRefs": [{"name": "gone"}]},
            ),
            name="nginx",
        ),
    )
    says = listeners(found)
    assert says["a"]["Conflicted"] == "True HostnameConflict"
    assert says["a"]["OverlappingTLSConfig"] == "True OverlappingHostnames"


def test_a_port_that_the_data_plane_needs_itself() -> None:
    """NGF, buildProtectedPorts: the port of NginxProxy.spec.metrics."""
    on = gateway("infra/gw", listener("a", 9113), name="nginx")
    assert listeners(of(NGF, on))["a"]["Accepted"] == "False UnsupportedValue"
    assert listeners(of(CONFORMANT, on))["a"]["Accepted"] == "True Accepted"
    ref = {"group": "gateway.nginx.org", "kind": "NginxProxy", "name": "p"}
    own = gateway(
        "infra/gw", listener("a", 9113), name="nginx", infrastructure={"parametersRef": ref}
    )
    for metrics in ({"disable": True}, {"port": 9200}):
        proxy = made("NginxProxy", "infra/p", {"metrics": metrics})
        assert listeners(of(NGF, own, proxy))["a"]["Accepted"] == "True Accepted"


def test_a_route_to_a_set_that_is_not_accepted() -> None:
    """NGF, validateParentRef: InvalidListenerSet, once its listener is found."""
    objects = (
        gateway(name="nginx", allowedListeners={"namespaces": {"from": "All"}}),
        listener_set("infra/set", listener("a", 80, "TCP")),
    )
    for section, why in (("a", "InvalidListenerSet"), ("z", "NoMatchingParent")):
        to = parent("set", kind="ListenerSet", sectionName=section)
        assert parent_says(of(NGF, *objects, route("infra/app", to)))["Accepted"] == f"False {why}"


def trusting(name: str, target: str, host: str) -> Made:
    return made(
        "BackendTLSPolicy",
        f"infra/{name}",
        {
            "targetRefs": [{"group": "", "kind": "Service", "name": target}],
            "validation": {"hostname": host, "wellKnownCACertificates": "System"},
        },
    )


def test_backends_of_one_rule_are_trusted_in_one_way() -> None:
    """NGF, validateBackendTLSPolicyMatchingAllBackends."""
    both = sending({"name": "a", "port": 80}, {"name": "b", "port": 80})
    objects = (
        gateway(name="nginx"),
        route(rules=both),
        service("infra/a"),
        service("infra/b"),
        trusting("p", "a", "a.example.com"),
    )
    for controller, refs, status in (
        (NGF, "False UnsupportedValue", 500),
        (CONFORMANT, "True ResolvedRefs", None),
    ):
        found = of(controller, *objects, unread=frozenset({"endpointslices"}))
        assert parent_says(found)["ResolvedRefs"] == refs
        answer = simulate(found, ("infra", "gw"), parse({"host": "a.example.com"}))
        assert answer.status == status
    alike = (trusting("q", "b", "a.example.com"), *objects)
    assert parent_says(of(NGF, *alike))["ResolvedRefs"] == "True ResolvedRefs"


def test_websockets_with_tls_need_a_policy() -> None:
    """NGF, validateRouteBackendRefAppProtocol."""
    objects = (
        gateway(name="nginx"),
        route(rules=sending({"name": "a", "port": 80})),
        service("infra/a", {"port": 80, "appProtocol": "kubernetes.io/wss"}),
    )
    assert parent_says(of(NGF, *objects))["ResolvedRefs"] == "False UnsupportedProtocol"
    policy = trusting("p", "a", "a.example.com")
    assert parent_says(of(NGF, *objects, policy))["ResolvedRefs"] == "True ResolvedRefs"
    assert parent_says(of(CONFORMANT, *objects))["ResolvedRefs"] == "True ResolvedRefs"


def test_a_tls_route_to_a_protocol_of_http() -> None:
    """NGF, validateBackendRefTLSRoute."""
    found = of(
        NGF,
        gateway("infra/gw", listener("tls", 443, "TLS", tls=PASSING), name="nginx"),
        route(
            kind="TLSRoute", hostnames=["a.example.com"], rules=sending({"name": "a", "port": 80})
        ),
        service("infra/a", {"port": 80, "appProtocol": "kubernetes.io/h2c"}),
    )
    says = parent_says(found, Ref("TLSRoute", "infra", "app"))
    assert says["ResolvedRefs"] == "False UnsupportedProtocol"


def test_of_several_broken_references_the_last_is_told() -> None:
    """NGF, DeduplicateConditions: of conditions of one type the last stays."""
    rules = sending({"name": "a", "kind": "Odd", "group": "example.com"}, {"name": "b", "port": 80})
    objects = (gateway(name="nginx"), route(rules=rules))
    assert parent_says(of(NGF, *objects))["ResolvedRefs"] == "False BackendNotFound"
    assert parent_says(of(CONFORMANT, *objects))["ResolvedRefs"] == "False InvalidKind"


def test_rules_of_connections_beyond_the_first() -> None:
    """NGF, buildGenericL4Route: only the first rule counts."""
    rules = [
        *sending({"name": "a", "port": 80}),
        *sending({"name": "gone", "port": 80}),
    ]
    found = of(
        NGF,
        gateway("infra/gw", listener("tcp", 5432, "TCP"), name="nginx"),
        route(kind="TCPRoute", rules=rules),
        service("infra/a"),
    )
    assert parent_says(found, Ref("TCPRoute", "infra", "app")) == {
        "Accepted": "True UnsupportedField",
        "ResolvedRefs": "True ResolvedRefs",
    }


def settings(name: str, kind: str, target: str, created: str = "2026-01-01T00:00:00Z") -> Made:
    ref = {"group": "gateway.networking.k8s.io", "kind": kind, "name": target}
    spec = {"targetRef": ref, "body": {"maxSize": "1m"}}
    return made("ClientSettingsPolicy", f"infra/{name}", spec, created=created)


def policy_says(found: Model, name: str) -> dict[str, str]:
    ref = Ref("ClientSettingsPolicy", "infra", name)
    return words((status_of(found, ref) or {})["ancestors"][0]["conditions"])


def test_a_policy_on_a_route_that_nobody_takes() -> None:
    """NGF, attachPolicyToRoute: a route that names a gateway is known, attached or not."""
    lost = route("infra/app", parent(sectionName="nope"))
    found = of(NGF, gateway(name="nginx"), lost, settings("p", "HTTPRoute", "app"))
    assert policy_says(found, "p") == {"Accepted": "True Accepted"}
    assert ("warning", "NoEffect") in [
        (one.severity, one.reason) for one in issues(found) if one.ref.name == "p"
    ]


def test_a_policy_on_a_gateway_that_is_not_accepted() -> None:
    """NGF, attachPolicyToGateway: TargetNotFound."""
    odd = gateway(name="nginx", addresses=[{"type": "Hostname", "value": "a"}])
    found = of(NGF, odd, settings("p", "Gateway", "gw"))
    assert policy_says(found, "p") == {"Accepted": "False TargetNotFound"}


def test_policies_are_as_old_as_their_moments_not_their_texts() -> None:
    """Creation timestamps of another zone sort by what they mean."""
    found = of(
        NGF,
        gateway(name="nginx"),
        settings("late", "Gateway", "gw", "2026-01-01T00:30:00Z"),
        settings("soon", "Gateway", "gw", "2026-01-01T01:00:00+01:00"),
    )
    assert policy_says(found, "soon")["Accepted"] == "True Accepted"
    assert policy_says(found, "late")["Accepted"] == "False Conflicted"


def test_only_what_is_configured_is_named_twice() -> None:
    """NGF names upstreams of HTTP and of streams alike, by Service and port, for routes that attach
    and backends that can be used."""
    listeners_ = (
        listener("web", 80),
        listener("tls", 443, "TLS", tls=PASSING),
        listener("tcp", 9000, "TCP"),
    )

    def told(*routes: Made) -> set[str]:
        found = of(
            NGF,
            gateway("infra/gw", *listeners_, name="nginx"),
            service("infra/a", {"name": "a", "port": 80}, {"name": "b", "port": 81}),
            *routes,
        )
        clash = "service-in-http-and-tcp"
        return {one.ref.kind for one in issues(found) if one.reason == clash}

    def to(kind: str, port: int = 80, section: str = "web") -> Made:
        rules = sending({"name": "a", "port": port})
        place = f"infra/{kind.lower()}"
        return route(place, parent(sectionName=section), kind=kind, rules=rules)

    web = to("HTTPRoute")
    assert told(web, to("TCPRoute", section="tcp")) == {"HTTPRoute", "TCPRoute"}
    assert told(web, to("TLSRoute", section="tls")) == {"HTTPRoute", "TLSRoute"}
    assert told(web, to("TCPRoute", 81, "tcp")) == set()
    assert told(web, to("TCPRoute", section="nope")) == set()
    assert told(to("HTTPRoute", section="nope"), to("TCPRoute", section="tcp")) == set()


@pytest.mark.parametrize(
    ("secret", "accepted"),
    [
        (made("Secret", "infra/users", data={"auth": "eA=="}), "True Accepted"),
        (made("Secret", "infra/users", data={"other": "eA=="}), "False Invalid"),
        (made("Secret", "infra/other", data={"auth": "eA=="}), "False Invalid"),
    ],
)
def test_an_authentication_filter_without_its_secret(secret: Made, accepted: str) -> None:
    """NGF, validateAuthenticationFilter: the filter is invalid, routes that name it are told so,
    and requests get 500."""
    ref = {"group": "gateway.nginx.org", "kind": "AuthenticationFilter", "name": "login"}
    basic = {"type": "Basic", "basic": {"realm": "x", "secretRef": {"name": "users"}}}
    filters = [{"type": "ExtensionRef", "extensionRef": ref}]
    found = of(
        NGF,
        gateway(name="nginx"),
        route(rules=[{"filters": filters, "backendRefs": [{"name": "a", "port": 80}]}]),
        service("infra/a"),
        made("AuthenticationFilter", "infra/login", basic),
        secret,
        assumed=True,
    )
    filter_ = Ref("AuthenticationFilter", "infra", "login")
    says = (status_of(found, filter_) or {})["controllers"][0]["conditions"]
    assert words(says) == {"Accepted": accepted}
    good = accepted.startswith("True")
    wanted = "True ResolvedRefs" if good else "False InvalidFilter"
    assert parent_says(found)["ResolvedRefs"] == wanted
    answer = simulate(found, ("infra", "gw"), parse({"host": "a.example.com"}))
    assert answer.status == (401 if good else 500)
    told = [(one.severity, one.field) for one in issues(found) if one.ref == filter_]
    assert told == ([] if good else [("error", "spec.basic.secretRef")])


@pytest.mark.parametrize(
    "odd",
    [
        {"protocol": "HTTP", "allowedRoutes": {"kinds": [{"kind": "TLSRoute"}, HTTP]}},
        {"protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "Selector"}}},
        {"protocol": "example.com/odd"},
    ],
)
def test_listeners_to_which_no_route_attaches(odd: Made) -> None:
    """NGF, listenerValidator: routes attach to a listener that is not valid, unless it is not clear
    which routes it takes; others that are named with it decide."""
    sound = listener("good", 80)
    found = of(
        NGF,
        gateway("infra/gw", sound, listener("odd", 81, **odd), name="nginx"),
        route("infra/app", parent(sectionName="odd")),
        route("infra/both"),
        route("infra/no", kind="TCPRoute"),
    )
    assert parent_says(found)["Accepted"] == "False InvalidListener"
    assert parent_says(found, Ref("HTTPRoute", "infra", "both"))["Accepted"] == "True Accepted"
    refused = parent_says(found, Ref("TCPRoute", "infra", "no"))["Accepted"]
    assert refused == "False NotAllowedByListeners"
    entries = (status_of(found, GATEWAY) or {})["listeners"]
    assert [one["attachedRoutes"] for one in entries] == [1, 0]


def test_references_of_a_rule_that_is_dropped() -> None:
    """NGF, addBackendRefsToRules: they are not looked at."""
    broken = {"path": {"type": "RegularExpression", "value": "/("}}
    rules = [
        {"matches": [broken], **sending({"name": "gone", "port": 80})[0]},
        *sending({"name": "a", "port": 80}),
    ]
    objects = (gateway(name="nginx"), route(rules=rules), service("infra/a"))
    says = parent_says(of(NGF, *objects))
    assert says["ResolvedRefs"] == "True ResolvedRefs"
    assert says["PartiallyInvalid"] == "True UnsupportedValue"
    assert parent_says(of(CONFORMANT, *objects))["ResolvedRefs"] == "False BackendNotFound"


def test_a_waf_policy_without_its_secret() -> None:
    """NGF, resolveBundleAuth: told under ResolvedRefs."""
    target = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "gw"}
    source = {"httpSource": {"url": "https://a/b"}, "auth": {"secretRef": {"name": "token"}}}
    spec = {"targetRefs": [target], "type": "HTTP", "policySource": source}
    objects = (gateway(name="nginx"), made("WAFPolicy", "infra/waf", spec))
    ref = Ref("WAFPolicy", "infra", "waf")

    def said(found: Model) -> str:
        ancestor = (status_of(found, ref) or {})["ancestors"][0]
        return words(ancestor["conditions"])["ResolvedRefs"]

    lacking = of(NGF, *objects, made("Secret", "infra/other"))
    assert said(lacking) == "False InvalidRef"
    assert "spec.policySource.auth.secretRef" in [one.field for one in issues(lacking)]
    assert said(of(NGF, *objects, made("Secret", "infra/token"))) == "True ResolvedRefs"


def test_a_certificate_of_another_kind_beside_a_good_one() -> None:
    """NGF, validateTLSTerminateConfig: it refuses the listener, as no missing Secret does."""
    refs = [{"kind": "ConfigMap", "name": "a"}, {"name": "b"}]
    https = listener("https", 443, "HTTPS", tls={"certificateRefs": refs})
    unread = frozenset({"secrets"})
    on = gateway("infra/gw", https, name="nginx")
    says = listeners(of(NGF, on, unread=unread))["https"]
    assert says["Accepted"] == "False InvalidCertificateRef"
    assert listeners(of(CONFORMANT, on, unread=unread))["https"]["Programmed"].startswith("True")
