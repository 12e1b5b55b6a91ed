"""Bundles with children of every kind, and what tests see and wait for of them."""

from typing import Any

from tests.operator.bundles import path
from tests.operator.ngf import Ngf, tls_secret
from tests.real.controlplane import Obj
from tests.real.kube_api import KubeApi, wait_until

HEALED_S = 30.0
"""Sooner than the timer, so that it was the watch; tests/bench/bench_healing.py says how soon."""
PATIENCE_S = 60.0
"""Each look of NGF at everything is dozens of requests."""
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


def bundle(ngf: Ngf, **spec: Any) -> Obj:
    listeners = [{"name": "http", "port": 80, "protocol": "HTTP"}]
    return {
        "apiVersion": "ngf-console.f5.com/v1alpha1",
        "kind": "GatewayBundle",
        "metadata": {"name": "edge"},
        "spec": {"gatewayClassName": ngf.class_name, "listeners": listeners} | spec,
    }


def route() -> Obj:
    """An HTTPRoute that opts in to the marker."""
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
        return wait_until("edge is Ready", found, PATIENCE_S) or {}
    except AssertionError:
        print(state(api, namespace)["status"])
        raise


def secrets(api: KubeApi, namespace: str, *names: str) -> None:
    for name in names:
        api.post(f"/api/v1/namespaces/{namespace}/secrets", tls_secret(name)).ok()


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

    wait_until(f"{kind} {namespace}/{name} is gone", found, PATIENCE_S)


def drifted(api: KubeApi, namespace: str, count: int) -> Obj:
    """The bundle, once it has counted that many restored children."""

    def found() -> Obj | None:
        obj = state(api, namespace)
        return obj if obj["status"]["drift"]["count"] == count else None

    return wait_until(f"{count} restored", found) or {}
