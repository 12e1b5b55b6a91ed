"""Promise: the API server takes the children of a GatewayBundle with all their rules, a bundle is
ready only when NGF says so, and every kind of child is healed when somebody changes it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.operator.bundles import child, condition, in_phase, path
from tests.operator.ngf import ADDRESS, FLAGS, Ngf, issue, tls_secret
from tests.operator.replica import REAL, Replica, running
from tests.real.controlplane import Obj
from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until

HEALED_S = 2.0
GATEWAY_API = "/apis/gateway.networking.k8s.io/v1"
NGF = "/apis/gateway.nginx.org"
PATHS = {
    "Gateway": GATEWAY_API + "/namespaces/{}/gateways",
    "ReferenceGrant": GATEWAY_API + "/namespaces/{}/referencegrants",
    "HTTPRoute": GATEWAY_API + "/namespaces/{}/httproutes",
    "NginxProxy": NGF + "/v1alpha2/namespaces/{}/nginxproxies",
    "WAFPolicy": NGF + "/v1alpha1/namespaces/{}/wafpolicies",
    "SnippetsFilter": NGF + "/v1alpha1/namespaces/{}/snippetsfilters",
    "SnippetsPolicy": NGF + "/v1alpha1/namespaces/{}/snippetspolicies",
    "Certificate": "/apis/cert-manager.io/v1/namespaces/{}/certificates",
}


@pytest.fixture
def certs(kube_api: KubeApi, namespace: str) -> str:
    """Another namespace."""
    name = f"{namespace}-certs"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    kube_api.post("/api/v1/namespaces", body).ok()
    return name


@pytest.fixture
def ngf(kube_api: KubeApi, namespace: str, certs: str) -> Ngf:
    return Ngf(kube_api, namespace, certs)


@pytest.fixture
def operator(kube_api: KubeApi, namespace: str, tmp_path: Path) -> Iterator[Replica]:
    replica = Replica(kube_api, tmp_path, namespace, "one", "--leader-elect=false")
    with running(replica, REAL):
        yield replica


def bundle(ngf: Ngf, **spec: Any) -> Obj:
    listeners = [{"name": "http", "port": 80, "protocol": "HTTP"}]
    return {
        "apiVersion": "ngf-console.f5.com/v1alpha1",
        "kind": "GatewayBundle",
        "metadata": {"name": "edge"},
        "spec": {"gatewayClassName": ngf.class_name, "listeners": listeners} | spec,
    }


def whole(ngf: Ngf, certs: str) -> Obj:
    """A bundle with every kind of child."""
    https = {"port": 443, "protocol": "HTTPS"}
    own = {"certificateRefs": [{"name": "web", "namespace": certs}]}
    return bundle(
        ngf,
        listeners=[
            {"name": "http", "port": 80, "protocol": "HTTP"},
            {"name": "own", "hostname": "own.example", "tls": own, **https},
            {"name": "issued", "hostname": "issued.example", **https},
        ],
        nginxProxy={
            "ipFamily": "dual",
            "replicas": 2,
            "rewriteClientIP": {
                "mode": "ProxyProtocol",
                "trustedAddresses": [{"type": "CIDR", "value": "10.0.0.0/8"}],
            },
            "telemetry": {"exporter": {"endpoint": "otel.obs.svc:4317"}},
            "service": {"type": "NodePort"},
        },
        waf={"policySource": {"httpSource": {"url": "https://policies.example/p.tgz"}}},
        snippetsFilter={"serverSnippet": "proxy_buffering off;"},
        snippetsPolicy={"httpSnippet": "map $host $tenant { default a; }"},
        routeMarker={"enabled": True},
        tls={"certManager": {"issuerRef": {"name": "ca", "kind": "ClusterIssuer"}}},
    )


def place(kind: str, namespace: str, name: str) -> str:
    return f"{PATHS[kind].format(namespace)}/{name}"


def get(api: KubeApi, kind: str, namespace: str, name: str) -> Obj:
    found: Obj = api.get(place(kind, namespace, name)).ok()
    return found


def children(obj: Obj) -> set[tuple[str, str, str]]:
    rows = (obj.get("status") or {}).get("children") or ()
    return {(one["kind"], one["namespace"], one["name"]) for one in rows}


def state(api: KubeApi, namespace: str) -> Obj:
    found: Obj = api.get(path(namespace, "edge")).ok()
    return found


def judged_ready(api: KubeApi, namespace: str, ngf: Ngf) -> Obj:
    """The bundle, once NGF has judged all there is of it and it is Ready."""

    def found() -> Obj | None:
        ngf.judge()
        obj = state(api, namespace)
        status = obj.get("status") or {}
        now = status.get("observedGeneration") == obj["metadata"]["generation"]
        return obj if now and status.get("phase") == "Ready" else None

    try:
        return wait_until("edge is Ready", found) or {}
    except AssertionError:
        print(state(api, namespace)["status"])
        raise


def secrets(api: KubeApi, namespace: str, *names: str) -> None:
    for name in names:
        api.post(f"/api/v1/namespaces/{namespace}/secrets", tls_secret(name)).ok()


def test_every_child_is_made_and_ready_is_said_only_when_ngf_and_cert_manager_do(
    kube_api: KubeApi, namespace: str, certs: str, ngf: Ngf, operator: Replica
) -> None:
    ngf.install(*FLAGS)
    secrets(kube_api, certs, "web")
    kube_api.post(path(namespace), whole(ngf, certs), fieldValidation="Strict").ok()
    grant = f"ngf-console-{namespace}-edge"
    wanted = {
        ("Gateway", namespace, "edge"),
        ("NginxProxy", namespace, "edge-proxy"),
        ("WAFPolicy", namespace, "edge-waf"),
        ("SnippetsFilter", namespace, "edge-snippets"),
        ("SnippetsPolicy", namespace, "edge-snippets"),
        ("SnippetsPolicy", namespace, "edge-marker"),
        ("Certificate", namespace, "edge-tls"),
        ("ReferenceGrant", certs, grant),
    }
    parent = in_phase(kube_api, namespace, "edge", "Pending")
    assert children(parent) == wanted
    assert child(parent, "edge")["reason"] == "WaitingForController"
    gateway = get(kube_api, "Gateway", namespace, "edge")["spec"]
    ref = {"group": "gateway.nginx.org", "kind": "NginxProxy", "name": "edge-proxy"}
    assert gateway["infrastructure"] == {"parametersRef": ref}
    refs = [one.get("tls", {}).get("certificateRefs") for one in gateway["listeners"]]
    assert [[(one["name"], one.get("namespace")) for one in each or ()] for each in refs] == [
        [],
        [("web", certs)],
        [("edge-tls", None)],
    ]
    proxy = get(kube_api, "NginxProxy", namespace, "edge-proxy")["spec"]
    assert proxy["kubernetes"]["deployment"]["replicas"] == 2
    assert proxy["waf"] == {"enable": True}
    assert '"trace_id":"$otel_trace_id"' in proxy["logging"]["accessLog"]["format"]
    assert get(kube_api, "Certificate", namespace, "edge-tls")["spec"]["dnsNames"] == [
        "issued.example"
    ]
    ngf.judge()
    parent = in_phase(kube_api, namespace, "edge", "Pending")
    assert condition(parent, "GatewayProgrammed")["status"] == "False"
    issue(kube_api, namespace, "edge-tls")
    parent = judged_ready(kube_api, namespace, ngf)
    assert {one["state"] for one in parent["status"]["children"]} == {"Ready"}
    assert {
        one["status"] for one in parent["status"]["conditions"] if one["type"] != "Drifted"
    } == {"True"}
    assert parent["status"]["gatewayAddress"] == ADDRESS
    format_ = get(kube_api, "NginxProxy", namespace, "edge-proxy")["spec"]["logging"]["accessLog"]
    assert '"route_var":"$ngf_route"' in format_["format"]
    assert parent["status"]["drift"]["count"] == 0


EDITS: dict[str, Obj] = {
    "Gateway": {"spec": {"listeners": [{"name": "http", "port": 8080, "protocol": "HTTP"}]}},
    "NginxProxy": {"spec": {"kubernetes": {"deployment": {"replicas": 9}}}},
    "WAFPolicy": {
        "spec": {"policySource": {"httpSource": {"url": "https://else.example/other.tgz"}}}
    },
    "SnippetsFilter": {"spec": {"snippets": [{"context": "http", "value": "a b;"}]}},
    "SnippetsPolicy": {"spec": {"snippets": [{"context": "http", "value": "a b;"}]}},
    "Certificate": {"spec": {"dnsNames": ["other.example"]}},
    "ReferenceGrant": {"spec": {"to": [{"group": "", "kind": "Secret", "name": "other"}]}},
}


def test_every_kind_of_child_that_is_deleted_or_edited_is_healed_and_counted(
    kube_api: KubeApi, namespace: str, certs: str, ngf: Ngf, operator: Replica
) -> None:
    ngf.install(*FLAGS)
    secrets(kube_api, certs, "web")
    kube_api.post(path(namespace), whole(ngf, certs)).ok()
    ngf.judge()
    issue(kube_api, namespace, "edge-tls")
    parent = judged_ready(kube_api, namespace, ngf)
    rows = sorted(children(parent))
    assert {kind for kind, _, _ in rows} == set(EDITS)
    drift = 0
    for kind, where, name in rows:
        before = get(kube_api, kind, where, name)
        kube_api.delete(place(kind, where, name)).ok()
        after = back(kube_api, kind, where, name, before)
        assert after["spec"] == before["spec"]
        kube_api.patch(place(kind, where, name), EDITS[kind], MERGE_PATCH, fieldManager="me").ok()
        healed(kube_api, kind, where, name, before["spec"])
        drift += 2
        parent = drifted(kube_api, namespace, drift)
        told = [one for one in parent["status"]["children"] if one["name"] == name]
        assert max(one["drift"] for one in told if one["kind"] == kind) == 2
        assert condition(parent, "Drifted")["status"] == "True"
        if kind == "Certificate":
            issue(kube_api, namespace, name)
        judged_ready(kube_api, namespace, ngf)
    events = kube_api.get(f"/api/v1/namespaces/{namespace}/events").ok()["items"]
    assert "ChildRestored" in {one["reason"] for one in events}


def back(api: KubeApi, kind: str, namespace: str, name: str, before: Obj) -> Obj:
    """The object that was made in the place of a deleted one."""

    def found() -> Obj | None:
        answer = api.get(place(kind, namespace, name))
        new = answer.status == 200 and answer.body["metadata"]["uid"] != before["metadata"]["uid"]
        return answer.body if new else None

    return wait_until(f"{kind} {name} is back", found, HEALED_S) or {}


def healed(api: KubeApi, kind: str, namespace: str, name: str, spec: Obj) -> None:
    def found() -> bool:
        return bool(get(api, kind, namespace, name)["spec"] == spec)

    wait_until(f"{kind} {name} is healed", found, HEALED_S)


def gone(api: KubeApi, kind: str, namespace: str, name: str) -> None:
    def found() -> bool:
        return api.get(place(kind, namespace, name)).status == 404

    wait_until(f"{kind} {namespace}/{name} is gone", found)


def drifted(api: KubeApi, namespace: str, count: int) -> Obj:
    """The bundle, once it has counted that many restored children."""

    def found() -> Obj | None:
        obj = state(api, namespace)
        return obj if obj["status"]["drift"]["count"] == count else None

    return wait_until(f"{count} restored", found) or {}


def test_what_the_cluster_cannot_give_is_named_and_the_gateway_is_made_all_the_same(
    kube_api: KubeApi, namespace: str, certs: str, ngf: Ngf, operator: Replica
) -> None:
    ngf.install()
    secrets(kube_api, certs, "web")
    asked = whole(ngf, certs)
    del asked["spec"]["tls"], asked["spec"]["listeners"][2]
    kube_api.post(path(namespace), asked).ok()

    def told() -> Obj | None:
        ngf.judge()
        obj = state(kube_api, namespace)
        rows = {one["type"]: one for one in (obj.get("status") or {}).get("conditions") or ()}
        return obj if rows.get("GatewayProgrammed", {}).get("status") == "True" else None

    parent = wait_until("programmed", told)
    assert parent["status"]["phase"] == "Degraded"
    for section, reason, word in (
        ("WAFAttached", "NotPlus", "--nginx-plus"),
        ("SnippetsConfigured", "SnippetsDisabled", "--snippets"),
        ("RouteMarkerActive", "SnippetsDisabled", "--snippets"),
    ):
        said = condition(parent, section)
        assert (said["status"], said["reason"]) == ("False", reason)
        assert word in said["message"]
    assert condition(parent, "ProxyConfigured")["status"] == "True"
    assert condition(parent, "Ready")["status"] == "False"
    ngf.restart(*FLAGS)
    judged_ready(kube_api, namespace, ngf)


def test_a_format_that_nginx_would_refuse_stops_nothing(
    kube_api: KubeApi, namespace: str, ngf: Ngf, operator: Replica
) -> None:
    ngf.install()

    def logging(text: str) -> Obj:
        return {"logging": {"accessLog": {"preset": "Custom", "format": text}}}

    kube_api.post(path(namespace), bundle(ngf, nginxProxy=logging("$status good"))).ok()
    judged_ready(kube_api, namespace, ngf)
    change = {"spec": {"nginxProxy": {**logging("$status $upstream_adress"), "replicas": 3}}}
    kube_api.patch(path(namespace, "edge"), change, MERGE_PATCH).ok()
    parent = in_phase(kube_api, namespace, "edge", "Degraded")
    said = condition(parent, "ProxyConfigured")
    assert said["reason"] == "InvalidAccessLog"
    assert "$upstream_adress" in said["message"]
    spec = get(kube_api, "NginxProxy", namespace, "edge-proxy")["spec"]
    assert spec["logging"]["accessLog"]["format"] == "$status good"
    assert spec["kubernetes"]["deployment"]["replicas"] == 3
    change = {"spec": {"nginxProxy": logging("$status $upstream_addr")}}
    kube_api.patch(path(namespace, "edge"), change, MERGE_PATCH).ok()
    judged_ready(kube_api, namespace, ngf)
    spec = get(kube_api, "NginxProxy", namespace, "edge-proxy")["spec"]
    assert spec["logging"]["accessLog"]["format"] == "$status $upstream_addr"


def test_a_section_that_is_taken_out_and_a_bundle_that_is_deleted_leave_nothing(
    kube_api: KubeApi, namespace: str, certs: str, ngf: Ngf, operator: Replica
) -> None:
    ngf.install(*FLAGS)
    secrets(kube_api, certs, "web")
    asked = whole(ngf, certs)
    del asked["spec"]["tls"], asked["spec"]["listeners"][2]
    kube_api.post(path(namespace), asked).ok()
    parent = judged_ready(kube_api, namespace, ngf)
    before = children(parent)
    kube_api.patch(path(namespace, "edge"), {"spec": {"waf": None}}, MERGE_PATCH).ok()
    parent = judged_ready(kube_api, namespace, ngf)
    assert before - children(parent) == {("WAFPolicy", namespace, "edge-waf")}
    assert kube_api.get(place("WAFPolicy", namespace, "edge-waf")).status == 404
    assert "waf" not in get(kube_api, "NginxProxy", namespace, "edge-proxy")["spec"]
    kube_api.delete(path(namespace, "edge")).ok()
    for kind, where, name in before:
        gone(kube_api, kind, where, name)


def route(ngf: Ngf, namespace: str) -> Obj:
    rules = [
        {"matches": [{"path": {"value": "/a"}}], "backendRefs": [{"name": "a", "port": 80}]},
        {"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}]},
    ]
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "cart", "labels": {"ngf-console.f5.com/route-marker": "true"}},
        "spec": {"parentRefs": [{"name": "edge"}], "rules": rules},
    }


def _filters(api: KubeApi, namespace: str) -> list[list[str]]:
    rules = get(api, "HTTPRoute", namespace, "cart")["spec"]["rules"]
    return [
        [
            (each.get("extensionRef") or {}).get("name", each["type"])
            for each in one.get("filters", ())
        ]
        for one in rules
    ]


@pytest.mark.parametrize("end", ["label", "section", "bundle"])
def test_a_route_that_opts_in_is_marked_and_is_as_it_was_when_that_ends(
    kube_api: KubeApi, namespace: str, ngf: Ngf, operator: Replica, end: str
) -> None:
    ngf.install("--snippets")
    kube_api.post(PATHS["HTTPRoute"].format(namespace), route(ngf, namespace)).ok()
    before = get(kube_api, "HTTPRoute", namespace, "cart")["spec"]
    kube_api.post(path(namespace), bundle(ngf, routeMarker={"enabled": True})).ok()

    def marked() -> bool:
        ngf.judge()
        expected = [["cart-marker-0"], ["RequestRedirect", "cart-marker-1"]]
        return _filters(kube_api, namespace) == expected

    wait_until("marked", marked)
    parent = judged_ready(kube_api, namespace, ngf)
    assert condition(parent, "RouteMarkerActive")["status"] == "True"
    snippet = get(kube_api, "SnippetsFilter", namespace, "cart-marker-1")
    assert snippet["spec"]["snippets"][0]["value"] == f'set $ngf_route "{namespace}/cart/1";'
    assert [one["kind"] for one in snippet["metadata"]["ownerReferences"]] == ["HTTPRoute"]
    if end == "bundle":
        kube_api.delete(path(namespace, "edge")).ok()
    elif end == "section":
        kube_api.patch(path(namespace, "edge"), {"spec": {"routeMarker": None}}, MERGE_PATCH).ok()
    else:
        patch = {"metadata": {"labels": {"ngf-console.f5.com/route-marker": None}}}
        kube_api.patch(place("HTTPRoute", namespace, "cart"), patch, MERGE_PATCH).ok()

    def as_before() -> bool:
        return bool(get(kube_api, "HTTPRoute", namespace, "cart")["spec"] == before)

    wait_until("the route is as it was", as_before)
    for name in ("cart-marker-0", "cart-marker-1"):
        gone(kube_api, "SnippetsFilter", namespace, name)
