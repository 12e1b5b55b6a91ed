"""Promise: of every setting it is known which policy it comes from, and which policies gave way.

Each case names where its rule is from; the rules of NGF are those of 2.6.7.
"""

from itertools import count
from typing import Any

import pytest

from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.world import World
from services.gatewayapi.policies.conflicts import Conflict, conflicts
from services.gatewayapi.policies.effective import InEffect, effective, effective_for
from services.gatewayapi.policies.kinds import ALL, BY_KIND, BY_NAME
from services.kube.catalogue import GATEWAY_API, KINDS, NGF

NGF_CONTROLLER = "gateway.nginx.org/nginx-gateway-controller"
EDGE, CART, WEB = Ref("Gateway", "shop", "edge"), Ref("HTTPRoute", "shop", "cart"), "web"
PLURAL = {kind.kind: name for name, kind in KINDS.items()}
Obj = dict[str, Any]
_day = count(1)


def made(kind: str, place: str, spec: Obj, created: str = "", **more: Any) -> Obj:
    namespace, _, name = place.rpartition("/")
    metadata = {"namespace": namespace, "name": name, "generation": 1}
    metadata["creationTimestamp"] = created or f"2026-01-{next(_day) % 28 + 1:02}T00:00:00Z"
    return {"kind": kind, "metadata": metadata, "spec": spec, **more}


def policy(kind: str, name: str, target: str, settings: Obj, created: str, **more: Any) -> Obj:
    """A policy in namespace shop; ``target`` is ``Kind/name`` or several of them."""
    refs = []
    for one in target.split(","):
        spoken, _, called = one.partition("/")
        called, _, section = called.partition("#")
        group = "" if spoken == "Service" else GATEWAY_API
        refs.append(
            {"group": group, "kind": spoken, "name": called}
            | ({"sectionName": section} if section else {})
        )
    known = BY_KIND[kind]
    where = {"targetRefs": refs} if known.many else {"targetRef": refs[0]}
    return made(kind, f"shop/{name}", {**where, **settings}, created, **more)


def shop(*more: Obj, without: tuple[str, ...] = ()) -> Model:
    """A gateway, a route to a Service, and what else a case needs."""
    plain = [
        made("GatewayClass", "nginx", {"controllerName": NGF_CONTROLLER}),
        made(
            "Gateway",
            "shop/edge",
            {
                "gatewayClassName": "nginx",
                "listeners": [
                    {
                        "name": "http",
                        "port": 80,
                        "protocol": "HTTP",
                        "allowedRoutes": {"namespaces": {"from": "All"}},
                    }
                ],
            },
        ),
        route("shop/cart", "/cart"),
        made("Service", "shop/web", {"ports": [{"name": "http", "port": 80}]}),
        made("Namespace", "shop", {}),
        made("Namespace", "team", {}),
    ]
    objects: dict[str, dict[tuple[str, str], Obj]] = {}
    for obj in (*plain, *more):
        metadata = obj["metadata"]
        key = (metadata["namespace"], metadata["name"])
        objects.setdefault(PLURAL[obj["kind"]], {})[key] = obj
    for name in without:
        objects.pop(name, None)
    return Model.build(World(objects, unread=frozenset(without)))


def route(place: str, path: str, **more: Any) -> Obj:
    rule = {
        "matches": [{"path": {"type": "PathPrefix", "value": path}}],
        "backendRefs": [{"name": "web", "port": 80}],
        **more,
    }
    parent = {"name": "edge", "namespace": "shop"}
    return made("HTTPRoute", place, {"parentRefs": [parent], "rules": [rule]})


def won(entries: tuple[InEffect, ...], path: str) -> list[tuple[str, Any]]:
    """Who sets a field in the end, and to what."""
    return [
        (entry.policy.name, one.value)
        for entry in entries
        if not entry.refused
        for one in entry.settings
        if one.path == path and one.overridden_by is None
    ]


def lost(entries: tuple[InEffect, ...], path: str) -> list[tuple[str, str]]:
    """Whose value of a field does not count, and to whom it gave way."""
    return [
        (entry.policy.name, one.overridden_by.name)
        for entry in entries
        for one in entry.settings
        if one.path == path and one.overridden_by
    ]


def told(model: Model) -> list[tuple[str, str]]:
    return [(one.policy.name, one.reason) for one in conflicts(model)]


def only(model: Model) -> Conflict:
    (found,) = conflicts(model)
    return found


def test_every_ngf_policy_of_the_catalogue_is_known() -> None:
    served = {
        name
        for name, kind in KINDS.items()
        if kind.group == NGF and name not in ("nginxgateways", "nginxproxies")
    }
    assert set(BY_NAME) == served | {"backendtlspolicies"}
    assert len({one.type for one in ALL}) == len(ALL)


def test_a_route_overrides_its_gateway_field_by_field() -> None:
    """NGF: inherited policies. NGINX takes a directive from above only where it has none."""
    model = shop(
        policy(
            "ClientSettingsPolicy",
            "all",
            "Gateway/edge",
            {"body": {"maxSize": "1m", "timeout": "5s"}},
            "2026-01-01T00:00:00Z",
        ),
        policy(
            "ClientSettingsPolicy",
            "big",
            "HTTPRoute/cart",
            {"body": {"maxSize": "50m"}},
            "2026-02-01T00:00:00Z",
        ),
    )
    found = effective(model, CART)
    assert won(found, "body.maxSize") == [("big", "50m")]
    assert won(found, "body.timeout") == [("all", "5s")]
    assert lost(found, "body.maxSize") == [("all", "big")]
    assert [one.inherited_from for one in found if one.policy.name == "all"] == [EDGE]
    assert won(effective(model, EDGE), "body.maxSize") == [("all", "1m")]
    assert conflicts(model) == ()


def test_policies_on_one_target_merge_where_they_set_different_fields() -> None:
    """NGF: merging policies of the same kind."""
    model = shop(
        policy(
            "ClientSettingsPolicy",
            "size",
            "Gateway/edge",
            {"body": {"maxSize": "1m"}},
            "2026-01-01T00:00:00Z",
        ),
        policy(
            "ClientSettingsPolicy",
            "alive",
            "Gateway/edge",
            {"keepAlive": {"time": "1h"}},
            "2026-01-02T00:00:00Z",
        ),
    )
    found = effective(model, EDGE)
    assert won(found, "body.maxSize") == [("size", "1m")]
    assert won(found, "keepAlive.time") == [("alive", "1h")]
    assert conflicts(model) == ()


def test_of_two_that_overlap_the_older_wins_and_the_other_has_no_effect_at_all() -> None:
    """NGF: markConflictedPolicies makes the younger policy invalid as a whole."""
    model = shop(
        policy(
            "ClientSettingsPolicy",
            "a-young",
            "Gateway/edge",
            {"body": {"maxSize": "2m", "timeout": "9s"}},
            "2026-02-01T00:00:00Z",
        ),
        policy(
            "ClientSettingsPolicy",
            "z-old",
            "Gateway/edge",
            {"body": {"maxSize": "1m"}},
            "2026-01-01T00:00:00Z",
        ),
    )
    found = effective(model, EDGE)
    assert won(found, "body.maxSize") == [("z-old", "1m")]
    assert won(found, "body.timeout") == []
    one = only(model)
    assert (one.policy.name, one.reason, one.counterpart) == (
        "a-young",
        "Conflicted",
        Ref("ClientSettingsPolicy", "shop", "z-old"),
    )
    assert one.fields == ("body.maxSize",)
    assert one.agrees is None


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_at_the_same_age_the_first_by_name_wins(names: tuple[str, str]) -> None:
    """GEP-713, conflict resolution: then by namespace and name."""
    model = shop(
        *[
            policy(
                "ClientSettingsPolicy",
                name,
                "Gateway/edge",
                {"body": {"maxSize": f"{at}m"}},
                "2026-01-01T00:00:00Z",
            )
            for at, name in enumerate(names)
        ]
    )
    assert told(model) == [("b", "Conflicted")]


def test_who_has_lost_once_takes_nothing_from_others() -> None:
    """NGF: a policy that was marked as invalid is skipped in further comparisons."""
    model = shop(
        policy(
            "ClientSettingsPolicy",
            "first",
            "Gateway/edge",
            {"body": {"maxSize": "1m"}},
            "2026-01-01T00:00:00Z",
        ),
        policy(
            "ClientSettingsPolicy",
            "second",
            "Gateway/edge",
            {"body": {"maxSize": "2m", "timeout": "2s"}},
            "2026-01-02T00:00:00Z",
        ),
        policy(
            "ClientSettingsPolicy",
            "third",
            "Gateway/edge",
            {"body": {"timeout": "3s"}},
            "2026-01-03T00:00:00Z",
        ),
    )
    assert told(model) == [("second", "Conflicted")]
    assert won(effective(model, EDGE), "body.timeout") == [("third", "3s")]


def test_a_unit_conflicts_as_a_whole() -> None:
    """NGF clientsettings validator: keepAlive.timeout is one field."""
    model = shop(
        policy(
            "ClientSettingsPolicy",
            "a",
            "Gateway/edge",
            {"keepAlive": {"timeout": {"server": "5s"}}},
            "2026-01-01T00:00:00Z",
        ),
        policy(
            "ClientSettingsPolicy",
            "b",
            "Gateway/edge",
            {"keepAlive": {"timeout": {"server": "6s", "header": "6s"}}},
            "2026-01-02T00:00:00Z",
        ),
    )
    assert only(model).fields == ("keepAlive.timeout",)


def limits(name: str, target: str, created: str, rate: str, **more: Any) -> Obj:
    rules = [{"key": "$binary_remote_addr", "rate": rate}]
    return policy(
        "RateLimitPolicy", name, target, {"rateLimit": {"local": {"rules": rules}, **more}}, created
    )


def test_rate_limits_of_one_target_add_up_and_those_of_a_route_replace_the_gateways() -> None:
    """NGF ratelimit validator: rules are no conflict. NGINX limit_req: inherited from the level
    above only where the level has none."""
    both = shop(
        limits("a", "Gateway/edge", "2026-01-01T00:00:00Z", "10r/s"),
        limits("b", "Gateway/edge", "2026-01-02T00:00:00Z", "100r/m"),
    )
    assert [name for name, _ in won(effective(both, EDGE), "rateLimit.local.rules")] == ["a", "b"]
    assert conflicts(both) == ()
    near = shop(
        limits("a", "Gateway/edge", "2026-01-01T00:00:00Z", "10r/s", rejectCode=429),
        limits("c", "HTTPRoute/cart", "2026-01-02T00:00:00Z", "1r/s"),
    )
    found = effective(near, CART)
    assert [name for name, _ in won(found, "rateLimit.local.rules")] == ["c"]
    assert won(found, "rateLimit.rejectCode") == [("a", 429)]
    assert lost(found, "rateLimit.local.rules") == [("a", "c")]


def test_codes_of_rate_limits_conflict() -> None:
    """NGF ratelimit validator: dryRun, logLevel and rejectCode."""
    model = shop(
        limits("a", "Gateway/edge", "2026-01-01T00:00:00Z", "10r/s", rejectCode=429),
        limits("b", "Gateway/edge", "2026-01-02T00:00:00Z", "20r/s", rejectCode=503),
    )
    assert only(model).fields == ("rateLimit.rejectCode",)


def test_a_dry_run_cannot_be_switched_off_by_a_route() -> None:
    """NGF ratelimit generator: limit_req_dry_run is written for true only."""
    model = shop(
        limits("all", "Gateway/edge", "2026-01-01T00:00:00Z", "10r/s", dryRun=True),
        limits("one", "HTTPRoute/cart", "2026-01-02T00:00:00Z", "1r/s", dryRun=False),
    )
    found = effective(model, CART)
    assert ("all", True) in won(found, "rateLimit.dryRun")


def test_only_the_route_counts_where_a_direct_policy_is_on_it() -> None:
    """NGF: ObservabilityPolicy is direct; tracing conflicts as a whole."""
    telemetry = made(
        "NginxProxy", "shop/proxy", {"telemetry": {"exporter": {"endpoint": "otel:4317"}}}
    )
    gateway = made(
        "Gateway",
        "shop/edge",
        {
            "gatewayClassName": "nginx",
            "infrastructure": {
                "parametersRef": {"group": NGF, "kind": "NginxProxy", "name": "proxy"}
            },
            "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
        },
    )
    traced = [
        policy(
            "ObservabilityPolicy",
            name,
            "HTTPRoute/cart",
            {"tracing": {"strategy": "ratio", "ratio": ratio}},
            f"2026-01-0{ratio}T00:00:00Z",
        )
        for name, ratio in (("first", 1), ("second", 2))
    ]
    model = shop(telemetry, gateway, *traced)
    assert told(model) == [("second", "Conflicted")]
    assert won(effective(model, CART), "tracing")[0][0] == "first"


def test_tracing_needs_an_exporter_in_the_gateways_settings() -> None:
    """NGF observability validator: ValidateGlobalSettings."""
    model = shop(
        policy(
            "ObservabilityPolicy",
            "trace",
            "HTTPRoute/cart",
            {"tracing": {"strategy": "ratio"}},
            "2026-01-01T00:00:00Z",
        )
    )
    assert told(model) == [("trace", "NginxProxyConfigNotSet")]
    assert won(effective(model, CART), "tracing") == []


def test_a_firewall_policy_needs_the_firewall() -> None:
    """NGF waf validator: ValidateGlobalSettings."""
    model = shop(
        policy(
            "WAFPolicy",
            "waf",
            "Gateway/edge",
            {"type": "HTTP", "policySource": {}},
            "2026-01-01T00:00:00Z",
        )
    )
    assert told(model) == [("waf", "NginxProxyConfigNotSet")]


def test_snippets_of_a_gateway_hold_for_its_routes_and_never_conflict() -> None:
    """NGF snippetspolicy validator, propagateSnippetsPolicyToRoutes."""
    model = shop(
        *[
            policy(
                "SnippetsPolicy",
                name,
                "Gateway/edge",
                {"snippets": [{"context": "http", "value": name}]},
                "2026-01-01T00:00:00Z",
            )
            for name in ("a", "b")
        ]
    )
    assert conflicts(model) == ()
    found = effective(model, CART)
    assert [name for name, _ in won(found, "snippets")] == ["a", "b"]
    assert all(one.inherited_from == EDGE for one in found)


def test_two_payload_processors_on_one_target_always_conflict() -> None:
    """NGF payloadprocessor validator: Conflicts."""
    model = shop(
        *[
            policy(
                "PayloadProcessor",
                name,
                "Gateway/edge",
                {"processors": [{"type": "ExtProcess", "name": name}]},
                f"2026-01-0{at}T00:00:00Z",
            )
            for at, name in ((1, "a"), (2, "b"))
        ]
    )
    assert told(model) == [("b", "Conflicted")]


def tls(name: str, target: str, created: str, host: str) -> Obj:
    return policy("BackendTLSPolicy", name, target, {"validation": {"hostname": host}}, created)


def test_of_two_backend_tls_policies_of_a_port_the_older_wins() -> None:
    """BackendTLSPolicy.spec.targetRefs: same target and section, the older, then by name."""
    model = shop(
        tls("old", "Service/web#http", "2026-01-01T00:00:00Z", "a"),
        tls("young", "Service/web#http", "2026-01-02T00:00:00Z", "b"),
        tls("whole", "Service/web", "2026-01-03T00:00:00Z", "c"),
    )
    assert told(model) == [("young", "Conflicted")]
    web = Ref("Service", "shop", "web")
    found = effective(model, web, "http")
    assert won(found, "validation") == [("old", {"hostname": "a"})]
    assert ("whole", "old") in lost(found, "validation")
    assert won(effective(model, web), "validation") == [
        ("whole", {"hostname": "c"}),
        ("old", {"hostname": "a"}),
    ]


@pytest.mark.parametrize(
    ("kind", "target", "reason"),
    [
        ("ClientSettingsPolicy", "Gateway/gone", "TargetNotFound"),
        ("UpstreamSettingsPolicy", "HTTPRoute/cart", "Invalid"),
        ("ObservabilityPolicy", "Gateway/edge", "Invalid"),
        ("SnippetsPolicy", "HTTPRoute/cart", "Invalid"),
        ("ProxySettingsPolicy", "Gateway/edge,HTTPRoute/cart", "Invalid"),
        ("RateLimitPolicy", "HTTPRoute/cart,Gateway/edge", "Invalid"),
    ],
)
def test_a_target_that_is_not_there_or_not_allowed_is_refused(
    kind: str, target: str, reason: str
) -> None:
    """The definitions' CEL rules; NGF: TargetNotFound."""
    model = shop(policy(kind, "p", target, {"zoneSize": "1m"}, "2026-01-01T00:00:00Z"))
    one = only(model)
    assert (one.reason, one.policy.name) == (reason, "p")
    assert one.field.startswith("spec.targetRef")


def test_a_target_of_a_kind_that_was_not_read_is_not_called_missing() -> None:
    model = shop(
        policy(
            "UpstreamSettingsPolicy", "p", "Service/web", {"zoneSize": "1m"}, "2026-01-01T00:00:00Z"
        ),
        without=("services",),
    )
    assert conflicts(model) == ()


def test_a_route_that_shares_its_place_with_another_takes_no_policy() -> None:
    """NGF: checkTargetRoutesForOverlap. The other route is named, wherever it lies."""
    one = policy(
        "ClientSettingsPolicy",
        "p",
        "HTTPRoute/cart",
        {"body": {"maxSize": "1m"}},
        "2026-01-01T00:00:00Z",
    )
    model = shop(one, route("team/also", "/cart"))
    found = only(model)
    assert (found.reason, found.counterpart) == ("TargetConflict", Ref("HTTPRoute", "team", "also"))
    assert "also" not in found.message
    assert conflicts(shop(one, route("team/also", "/other"))) == ()


def test_a_gateway_of_another_controller_takes_no_policy_of_ngf() -> None:
    mesh = made("GatewayClass", "nginx", {"controllerName": "example.com/mesh"})
    model = shop(
        mesh,
        policy(
            "ClientSettingsPolicy",
            "p",
            "Gateway/edge",
            {"body": {"maxSize": "1m"}},
            "2026-01-01T00:00:00Z",
        ),
    )
    assert told(model) == [("p", "")]
    assert won(effective(model, EDGE), "body.maxSize") == []


def proxies(*, of_class: Obj, of_gateway: Obj) -> Model:
    parameters = {"group": NGF, "kind": "NginxProxy"}
    return shop(
        made("NginxProxy", "ngf/base", of_class),
        made("NginxProxy", "shop/own", of_gateway),
        made(
            "GatewayClass",
            "nginx",
            {
                "controllerName": NGF_CONTROLLER,
                "parametersRef": {**parameters, "name": "base", "namespace": "ngf"},
            },
        ),
        made(
            "Gateway",
            "shop/edge",
            {
                "gatewayClassName": "nginx",
                "infrastructure": {"parametersRef": {**parameters, "name": "own"}},
                "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
            },
        ),
    )


def test_a_gateways_settings_are_laid_over_those_of_its_class() -> None:
    """NGF: buildEffectiveNginxProxy; a list replaces a list."""
    model = proxies(
        of_class={
            "disableHTTP2": True,
            "telemetry": {"serviceName": "all"},
            "rewriteClientIP": {"trustedAddresses": [{"type": "CIDR", "value": "10/8"}]},
        },
        of_gateway={
            "telemetry": {"serviceName": "edge"},
            "rewriteClientIP": {"trustedAddresses": []},
        },
    )
    found = effective(model, EDGE)
    assert won(found, "disableHTTP2") == [("base", True)]
    assert won(found, "telemetry.serviceName") == [("own", "edge")]
    assert won(found, "rewriteClientIP.trustedAddresses") == [("own", [])]
    assert won(effective(model, Ref("GatewayClass", "", "nginx")), "telemetry.serviceName") == [
        ("base", "all")
    ]
    assert won(effective(model, CART), "telemetry.serviceName") == [("own", "edge")]


def test_a_gateways_daemonset_excludes_its_classs_deployment() -> None:
    """NGF: cleanupEffectiveNginxProxy."""
    model = proxies(
        of_class={"kubernetes": {"deployment": {"replicas": 2}}},
        of_gateway={"kubernetes": {"daemonSet": {"pod": {"terminationGracePeriodSeconds": 5}}}},
    )
    found = effective(model, EDGE)
    assert won(found, "kubernetes.deployment.replicas") == []
    assert lost(found, "kubernetes.deployment.replicas") == [("base", "own")]


def test_filters_hold_for_the_rules_that_name_them() -> None:
    """HTTPRoute.spec.rules.filters.extensionRef: in the route's own namespace."""
    staff = made("AuthenticationFilter", "shop/staff", {"type": "Basic"})
    named = {
        "type": "ExtensionRef",
        "extensionRef": {"group": NGF, "kind": "AuthenticationFilter", "name": "staff"},
    }
    model = shop(staff, route("shop/cart", "/cart", filters=[named]))
    assert [(one.policy.name, one.rule) for one in effective(model, CART, "0")] == [("staff", 0)]
    assert [one.policy.name for one in effective_for(model, CART, 0, EDGE)] == ["staff"]


def test_a_request_meets_what_its_backends_have_too() -> None:
    web = Ref("Service", "shop", "web")
    model = shop(
        policy(
            "UpstreamSettingsPolicy",
            "pool",
            "Service/web",
            {"zoneSize": "1m"},
            "2026-01-01T00:00:00Z",
        )
    )
    found = effective_for(model, CART, 0, EDGE, [web])
    assert won(found, "zoneSize") == [("pool", "1m")]
    assert [one.inherited_from for one in found] == [web]


def test_what_the_controller_says_is_told_beside_the_rule() -> None:
    accepted = {
        "type": "Accepted",
        "status": "False",
        "observedGeneration": 1,
        "reason": "Conflicted",
        "message": "Conflicts with another ClientSettingsPolicy",
    }
    status = {
        "ancestors": [
            {
                "ancestorRef": {"kind": "Gateway", "name": "edge"},
                "controllerName": NGF_CONTROLLER,
                "conditions": [accepted],
            }
        ]
    }
    model = shop(
        policy(
            "ClientSettingsPolicy",
            "a",
            "Gateway/edge",
            {"body": {"maxSize": "1m"}},
            "2026-01-01T00:00:00Z",
        ),
        policy(
            "ClientSettingsPolicy",
            "b",
            "Gateway/edge",
            {"body": {"maxSize": "2m"}},
            "2026-01-02T00:00:00Z",
            status=status,
        ),
    )
    one = only(model)
    assert one.agrees is True
    assert [said["message"] for said in one.said] == [accepted["message"]]
