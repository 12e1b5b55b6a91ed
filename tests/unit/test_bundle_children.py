"""Promise: each field of a GatewayBundle stands where NGF reads it, in the child that is its."""

from typing import Any

import pytest

from tests.bundles import (
    GATEWAY_API,
    HTTP,
    NGF,
    Cluster,
    Obj,
    accepted,
    bundle,
    children,
    consenting,
    installed,
    lacks,
    made,
    sections,
)

HTTPS: Obj = {"name": "https", "port": 443, "protocol": "HTTPS"}
SECRET = {"name": "c"}
PROXY = "NginxProxy edge-proxy"
TARGET = {"group": GATEWAY_API, "kind": "Gateway", "name": "edge"}
SOURCE = {"httpSource": {"url": "https://policies.example/p.tgz"}}


def cluster(*flags: str, objects: tuple[Obj, ...] = (), **rest: Any) -> Cluster:
    certs = consenting("certs", "shop")
    return Cluster([*installed("--snippets", *flags), certs, *objects], **rest)


def gateway(spec: Obj, **rest: Any) -> Obj:
    return children(bundle(spec), cluster(**rest))["Gateway edge"]


def proxy(section: Obj, **spec: Any) -> Obj:
    made = children(bundle({"nginxProxy": section, **spec}), cluster("--nginx-plus"))
    answer: Obj = made[PROXY]["spec"]
    return answer


def test_a_bundle_of_a_listener_is_a_gateway_and_nothing_else() -> None:
    assert children(bundle(), cluster()) == {
        "Gateway edge": {
            "apiVersion": f"{GATEWAY_API}/v1",
            "kind": "Gateway",
            "metadata": {"name": "edge", "namespace": "shop"},
            "spec": {"gatewayClassName": "nginx", "listeners": [HTTP]},
        }
    }


@pytest.mark.parametrize(
    ("listener", "tls", "expected"),
    [
        ({"hostname": "a.example"}, {}, {"hostname": "a.example"}),
        ({"hostname": ""}, {}, {}),
        (
            {"allowedRoutes": {"namespaces": {"from": "Selector", "selector": {"team": "a"}}}},
            {},
            {
                "allowedRoutes": {
                    "namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "a"}}}
                }
            },
        ),
        (
            {"allowedRoutes": {"namespaces": {"from": "All"}, "kinds": [{"kind": "GRPCRoute"}]}},
            {},
            {"allowedRoutes": {"namespaces": {"from": "All"}, "kinds": [{"kind": "GRPCRoute"}]}},
        ),
        ({"allowedRoutes": {"namespaces": {}}}, {}, {}),
        (
            HTTPS | {"tls": {"certificateRefs": [{"name": "a", "namespace": "b"}]}},
            {"secretRefs": [{"name": "c"}]},
            {
                "tls": {
                    "mode": "Terminate",
                    "certificateRefs": [{"name": "a", "namespace": "b"}],
                }
            },
        ),
        (
            HTTPS | {"tls": {"options": {"k": "v"}}},
            {"secretRefs": [{"name": "c"}]},
            {
                "tls": {
                    "mode": "Terminate",
                    "options": {"k": "v"},
                    "certificateRefs": [{"name": "c"}],
                }
            },
        ),
        (
            HTTPS,
            {"certManager": {"issuerRef": {"name": "ca"}, "dnsNames": ["a.example"]}},
            {"tls": {"mode": "Terminate", "certificateRefs": [{"name": "edge-tls"}]}},
        ),
        (
            {"protocol": "TLS", "tls": {"mode": "Passthrough"}},
            {"secretRefs": [{"name": "c"}]},
            {"tls": {"mode": "Passthrough"}},
        ),
    ],
)
def test_a_listener_has_what_the_gateway_api_knows(listener: Obj, tls: Obj, expected: Obj) -> None:
    asked = HTTP | listener
    spec = gateway({"listeners": [asked], "tls": tls})["spec"]
    about = {key: asked[key] for key in ("name", "port", "protocol")}
    assert spec["listeners"] == [about | expected]


def test_labels_and_annotations_are_those_of_the_gateway() -> None:
    metadata = gateway({"labels": {"a": "b"}, "annotations": {"c": "d"}})["metadata"]
    assert (metadata["labels"], metadata["annotations"]) == ({"a": "b"}, {"c": "d"})


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ({"ipFamily": "ipv6"}, {"ipFamily": "ipv6"}),
        (
            {
                "rewriteClientIP": {
                    "mode": "XForwardedFor",
                    "setIPRecursively": True,
                    "trustedAddresses": [{"type": "CIDR", "value": "10.0.0.0/8"}],
                }
            },
            {
                "rewriteClientIP": {
                    "mode": "XForwardedFor",
                    "setIPRecursively": True,
                    "trustedAddresses": [{"type": "CIDR", "value": "10.0.0.0/8"}],
                }
            },
        ),
        (
            {"telemetry": {"exporter": {"endpoint": "o:4317", "batchSize": 1}, "serviceName": "s"}},
            {
                "telemetry": {
                    "disabledFeatures": [],
                    "exporter": {"endpoint": "o:4317", "batchSize": 1},
                    "serviceName": "s",
                }
            },
        ),
        ({"replicas": 3}, {"kubernetes": {"deployment": {"replicas": 3}}}),
        ({"replicas": 0}, {"kubernetes": {"deployment": {"replicas": 0}}}),
        (
            {"service": {"type": "NodePort", "externalTrafficPolicy": "Cluster"}},
            {"kubernetes": {"service": {"type": "NodePort", "externalTrafficPolicy": "Cluster"}}},
        ),
        ({"metrics": {"port": 9000}}, {"metrics": {"port": 9000}}),
        ({"disableHTTP2": True}, {"disableHTTP2": True}),
        ({"workerConnections": 9}, {"workerConnections": 9}),
        (
            {"replicas": 3, "extra": {"kubernetes": {"deployment": {"pod": {"volumes": []}}}}},
            {"kubernetes": {"deployment": {"replicas": 3, "pod": {"volumes": []}}}},
        ),
        ({"ipFamily": "ipv6", "extra": {"ipFamily": "dual"}}, {"ipFamily": "dual"}),
    ],
)
def test_settings_of_the_data_plane_stand_in_the_nginx_proxy(section: Obj, expected: Obj) -> None:
    spec = proxy(section)
    assert {key: value for key, value in spec.items() if key != "logging"} == expected


def test_levels_of_logs_stand_beside_the_access_log() -> None:
    logging = proxy({"logging": {"errorLevel": "warn", "agentLevel": "error"}})["logging"]
    assert (logging["errorLevel"], logging["agentLevel"]) == ("warn", "error")
    assert logging["accessLog"]["format"].startswith('{"log":"ngf_access"')


@pytest.mark.parametrize(
    ("spec", "there"),
    [
        ({}, False),
        ({"nginxProxy": {}}, True),
        ({"nginxProxy": {"enabled": True}}, True),
        ({"nginxProxy": {"enabled": False, "replicas": 2}}, False),
        ({"waf": {}}, True),
        ({"routeMarker": {"enabled": True}}, True),
        ({"routeMarker": {"enabled": True}, "nginxProxy": {"enabled": False}}, False),
    ],
)
def test_the_gateway_refers_to_its_nginx_proxy_where_it_has_one(spec: Obj, there: bool) -> None:
    found = children(bundle(spec), cluster("--nginx-plus"))
    ref = {"group": NGF, "kind": "NginxProxy", "name": "edge-proxy"}
    infrastructure = {"infrastructure": {"parametersRef": ref}} if there else {}
    assert (PROXY in found) == there
    expected = {"gatewayClassName": "nginx", "listeners": [HTTP], **infrastructure}
    assert found["Gateway edge"]["spec"] == expected


def test_snippets_stand_in_the_contexts_that_ngf_knows() -> None:
    written = {
        "mainSnippet": "a 1;",
        "httpSnippet": "b 1;",
        "serverSnippet": "c 1;",
        "locationSnippet": "d 1;",
    }
    found = children(bundle({"snippetsFilter": written, "snippetsPolicy": written}), cluster())
    snippets = [
        {"context": "main", "value": "a 1;"},
        {"context": "http", "value": "b 1;"},
        {"context": "http.server", "value": "c 1;"},
        {"context": "http.server.location", "value": "d 1;"},
    ]
    assert found["SnippetsFilter edge-snippets"]["spec"] == {"snippets": snippets}
    policy = {"targetRefs": [TARGET], "snippets": snippets}
    assert found["SnippetsPolicy edge-snippets"]["spec"] == policy


def test_the_firewall_is_switched_on_in_the_nginx_proxy_and_has_a_policy() -> None:
    logs = [{"destination": {"type": "stderr"}, "logSource": {"defaultProfile": "log_all"}}]
    spec = {"waf": {"policySource": SOURCE, "securityLogs": logs}}
    found = children(bundle(spec), cluster("--nginx-plus"))
    assert found[PROXY]["spec"]["waf"] == {"enable": True}
    expected = {"type": "HTTP", "targetRefs": [TARGET], "policySource": SOURCE}
    expected["securityLogs"] = logs
    assert found["WAFPolicy edge-waf"]["spec"] == expected


@pytest.mark.parametrize(("source", "kind"), [("nimSource", "NIM"), ("n1cSource", "N1C")])
def test_the_type_of_a_policy_follows_from_its_source(source: str, kind: str) -> None:
    found = children(bundle({"waf": {"policySource": {source: {}}}}), cluster("--nginx-plus"))
    assert found["WAFPolicy edge-waf"]["spec"]["type"] == kind


def test_a_policy_needs_one_source() -> None:
    for source in ({}, {"nimSource": {}, "n1cSource": {}}):
        parent = bundle({"waf": {"policySource": source}})
        said = lacks(parent, cluster("--nginx-plus"))["WAFAttached"]
        assert (said.reason, said.blocks) == ("InvalidPolicySource", True)


def test_cert_manager_is_asked_for_the_hostnames_of_the_listeners_that_use_it() -> None:
    own = {"certificateRefs": [{"name": "own"}]}
    spec = {
        "listeners": [
            {**HTTPS, "hostname": "a.example"},
            {**HTTPS, "name": "b", "hostname": "b.example", "tls": own},
            {**HTTP, "hostname": "c.example"},
        ],
        "tls": {"certManager": {"issuerRef": {"name": "ca", "kind": "ClusterIssuer"}}},
    }
    assert children(bundle(spec), cluster())["Certificate edge-tls"]["spec"] == {
        "secretName": "edge-tls",
        "issuerRef": {"name": "ca", "kind": "ClusterIssuer"},
        "dnsNames": ["a.example"],
    }


def test_cert_manager_is_asked_for_what_the_bundle_names() -> None:
    asked = {"dnsNames": ["x.example"], "duration": "2160h", "renewBefore": "360h"}
    section = {"issuerRef": {"name": "ca"}, "secretName": "web", **asked}
    spec = {"listeners": [HTTPS], "tls": {"certManager": section}}
    found = children(bundle(spec), cluster())
    expected = {"secretName": "web", "issuerRef": {"name": "ca"}, **asked}
    assert found["Certificate edge-tls"]["spec"] == expected
    refs = found["Gateway edge"]["spec"]["listeners"][0]["tls"]["certificateRefs"]
    assert refs == [{"name": "web"}]


ABROAD = {"listeners": [HTTPS], "tls": {"secretRefs": [{"name": "web", "namespace": "certs"}]}}


def grant(name: str, source: Obj, target: Obj, **metadata: Any) -> Obj:
    spec = {
        "from": [{"group": GATEWAY_API, "kind": "Gateway", "namespace": "shop"} | source],
        "to": [{"group": "", "kind": "Secret"} | target],
    }
    about = {"metadata": metadata}
    return made(f"{GATEWAY_API}/v1", "ReferenceGrant", f"certs/{name}", spec=spec, **about)


def test_secrets_of_another_namespace_are_granted_there_and_by_name() -> None:
    found = children(bundle(ABROAD), cluster())["ReferenceGrant ngf-console-shop.edge"]
    assert found["metadata"]["namespace"] == "certs"
    assert found["spec"] == grant("x", {}, {"name": "web"})["spec"]


@pytest.mark.parametrize(
    ("existing", "enough"),
    [
        (grant("theirs", {}, {}), True),
        (grant("theirs", {}, {"name": "web"}), True),
        (grant("theirs", {}, {"name": "other"}), False),
        (grant("theirs", {"namespace": "other"}, {}), False),
        (grant("theirs", {"kind": "HTTPRoute"}, {}), False),
        (grant("theirs", {}, {}, deletionTimestamp="2026-01-01T00:00:00Z"), False),
        (
            grant("ngf-console-shop.edge", {}, {}, labels={"ngf-console.f5.com/bundle": "edge"}),
            False,
        ),
    ],
)
def test_a_grant_of_others_that_is_enough_is_respected(existing: Obj, enough: bool) -> None:
    world = cluster(objects=(existing,))
    assert ("ReferenceGrant ngf-console-shop.edge" in children(bundle(ABROAD), world)) != enough
    said = lacks(bundle(ABROAD), world).get("ReferencesGranted")
    assert (said is not None and said.reason == "GrantedAlready" and not said.blocks) == enough


def test_grants_for_two_bundles_never_have_one_name() -> None:
    one, other = bundle(ABROAD, "c", "a-b"), bundle(ABROAD, "b-c", "a")
    both = Cluster([*installed(), consenting("certs", "a,a-b")])
    assert len({*children(one, both)} & {*children(other, both)}) == 0


def test_of_the_grants_of_others_only_those_that_permit_are_named() -> None:
    world = cluster(objects=(grant("theirs", {}, {}), grant("other", {"namespace": "x"}, {})))
    said = lacks(bundle(ABROAD), world)["ReferencesGranted"].message
    assert "theirs" in said
    assert "other" not in said.replace("namespace other", "")


def test_without_another_namespace_there_is_no_grant() -> None:
    spec = {"listeners": [HTTPS], "tls": {"secretRefs": [{"name": "a", "namespace": "shop"}]}}
    assert list(children(bundle(spec), cluster())) == ["Gateway edge"]


def test_what_is_referred_to_is_made_before_what_refers_to_it() -> None:
    spec = ABROAD | {
        "nginxProxy": {},
        "waf": {"policySource": SOURCE},
        "snippetsPolicy": {"httpSnippet": "a 1;"},
    }
    kinds = [one.partition(" ")[0] for one in children(bundle(spec), cluster("--nginx-plus"))]
    assert kinds == ["NginxProxy", "ReferenceGrant", "Gateway", "WAFPolicy", "SnippetsPolicy"]


def test_every_child_counts_for_the_section_that_asked_for_it() -> None:
    spec = ABROAD | {
        "nginxProxy": {},
        "waf": {"policySource": SOURCE},
        "snippetsFilter": {"serverSnippet": "a 1;"},
        "routeMarker": {},
    }
    spec["tls"] = spec["tls"] | {"certManager": {"issuerRef": {"name": "a"}, "dnsNames": ["a.b"]}}
    found = sections(bundle(spec), cluster("--nginx-plus"))
    assert {section: [one.obj["kind"] for one in those] for section, those in found.items()} == {
        "ProxyConfigured": ["NginxProxy"],
        "CertificateReady": ["Certificate"],
        "ReferencesGranted": ["ReferenceGrant"],
        "GatewayProgrammed": ["Gateway"],
        "WAFAttached": ["WAFPolicy"],
        "SnippetsConfigured": ["SnippetsFilter"],
        "RouteMarkerActive": ["SnippetsPolicy"],
    }


@pytest.mark.parametrize(
    ("policy", "reason", "blocks", "waits"),
    [
        (None, "NotFound", True, False),
        ({"targetRefs": [{**TARGET, "name": "other"}]}, "NotTargeted", True, False),
        ({"targetRefs": [TARGET]}, "Adopted", False, False),
    ],
)
def test_a_policy_of_the_firewall_that_is_named_has_to_be_there_and_target_the_gateway(
    policy: Obj | None, reason: str, blocks: bool, waits: bool
) -> None:
    objects = (accepted("WAFPolicy", "shop/mine", policy),) if policy else ()
    world = cluster("--nginx-plus", objects=objects)
    parent = bundle({"waf": {"policyRef": "mine"}})
    said = lacks(parent, world)["WAFAttached"]
    assert (said.reason, said.blocks, said.waits, said.name) == (reason, blocks, waits, "mine")
    assert "WAFPolicy edge-waf" not in children(parent, world)


def test_a_policy_that_is_named_is_waited_for_until_ngf_has_accepted_it() -> None:
    said_of_another = accepted("WAFPolicy", "shop/mine", {"targetRefs": [TARGET]}, "other")
    unsaid = {**said_of_another, "status": {}}
    for one in (said_of_another, unsaid):
        world = cluster("--nginx-plus", objects=(one,))
        said = lacks(bundle({"waf": {"policyRef": "mine"}}), world)["WAFAttached"]
        assert (said.reason, said.waits) == ("WaitingForController", True)


@pytest.mark.parametrize(
    ("place", "target", "attached"),
    [
        ("shop/theirs", TARGET, True),
        ("other/theirs", TARGET, False),
        ("shop/theirs", {**TARGET, "name": "other"}, False),
        ("web/theirs", {**TARGET, "kind": "HTTPRoute", "name": "cart"}, True),
        ("shop/theirs", {**TARGET, "kind": "HTTPRoute", "name": "cart"}, False),
    ],
)
def test_a_firewall_without_a_policy_of_its_own_waits_for_one_of_others(
    place: str, target: Obj, attached: bool
) -> None:
    route = made(
        f"{GATEWAY_API}/v1",
        "HTTPRoute",
        "web/cart",
        spec={"parentRefs": [{"name": "edge", "namespace": "shop"}]},
    )
    policy = accepted("WAFPolicy", place, {"targetRefs": [target]})
    parent = bundle({"waf": {"enabled": True}})
    said = lacks(parent, cluster("--nginx-plus", objects=(route, policy)))["WAFAttached"]
    reason = "Adopted" if attached else "NoPolicy"
    assert (said.reason, said.waits) == (reason, not attached)
    named = "theirs" if place.startswith("shop/") else "of another namespace"
    assert said.message.endswith(f" WAFPolicy {named}.") == attached
    unsaid = {**policy, "status": {}}
    world = cluster("--nginx-plus", objects=(route, unsaid))
    assert lacks(parent, world)["WAFAttached"].reason == "NoPolicy"
