"""Promise: a GatewayBundle whose fields do not go together is refused, at the field, in words."""

from typing import Any

import pytest

from tests.real.controlplane import Obj
from tests.real.kube_api import KubeApi

BUNDLES = "/apis/ngf-console.f5.com/v1alpha1/namespaces/{}/gatewaybundles"
HTTP: Obj = {"name": "http", "port": 80, "protocol": "HTTP"}
HTTPS: Obj = {"name": "https", "port": 443, "protocol": "HTTPS"}
CERTIFIED: Obj = {**HTTPS, "tls": {"certificateRefs": [{"name": "web-tls"}]}}
TCP: Obj = {"name": "raw", "port": 9000, "protocol": "TCP"}
WHOLE: Obj = {
    "gatewayClassName": "nginx",
    "listeners": [
        HTTP,
        {
            **HTTPS,
            "hostname": "*.shop.example",
            "tls": {
                "mode": "Terminate",
                "certificateRefs": [{"name": "web", "namespace": "certs"}],
                "options": {"nginx.org/ssl-protocols": "TLSv1.3"},
            },
            "allowedRoutes": {
                "namespaces": {"from": "Selector", "selector": {"team": "shop"}},
                "kinds": [{"kind": "HTTPRoute"}],
            },
        },
        TCP,
    ],
    "labels": {"team": "shop"},
    "annotations": {"note": "x"},
    "nginxProxy": {
        "enabled": True,
        "ipFamily": "dual",
        "rewriteClientIP": {
            "mode": "ProxyProtocol",
            "setIPRecursively": True,
            "trustedAddresses": [{"type": "CIDR", "value": "10.0.0.0/8"}],
        },
        "telemetry": {
            "exporter": {
                "endpoint": "otel.obs.svc:4317",
                "interval": "5s",
                "batchSize": 512,
                "batchCount": 4,
            },
            "serviceName": "edge",
            "spanAttributes": [{"key": "team", "value": "shop"}],
        },
        "logging": {
            "errorLevel": "warn",
            "agentLevel": "error",
            "accessLog": {"preset": "Custom", "format": "$remote_addr", "escape": "json"},
        },
        "replicas": 2,
        "service": {"type": "NodePort", "externalTrafficPolicy": "Cluster"},
        "metrics": {"disable": False, "port": 9113},
        "disableHTTP2": True,
        "workerConnections": 1024,
        "extra": {"dnsResolver": {"addresses": [{"type": "IPAddress", "value": "10.0.0.10"}]}},
    },
    "waf": {
        "enabled": True,
        "policySource": {"httpSource": {"url": "https://p.example/p.tgz"}},
        "securityLogs": [
            {
                "destination": {"type": "stderr"},
                "logSource": {"defaultProfile": "log_blocked"},
            }
        ],
    },
    "snippetsFilter": {"enabled": True, "serverSnippet": "x y;", "locationSnippet": "x y;"},
    "snippetsPolicy": {"enabled": True, "mainSnippet": "x y;", "httpSnippet": "x y;"},
    "routeMarker": {"enabled": True},
    "tls": {
        "secretRefs": [{"name": "other", "namespace": "certs"}],
        "certManager": {
            "issuerRef": {"name": "ca", "kind": "ClusterIssuer", "group": "cert-manager.io"},
            "dnsNames": ["shop.example"],
            "duration": "2160h",
            "renewBefore": "360h",
            "secretName": "made-tls",
        },
    },
    "referenceGrants": {"create": False},
}


def bundle(spec: Obj) -> Obj:
    return {
        "apiVersion": "ngf-console.f5.com/v1alpha1",
        "kind": "GatewayBundle",
        "metadata": {"name": "one"},
        "spec": {"gatewayClassName": "nginx", "listeners": [HTTP]} | spec,
    }


def test_every_field_is_taken_as_it_is(kube_api: KubeApi, namespace: str) -> None:
    made = kube_api.post(BUNDLES.format(namespace), bundle(WHOLE), fieldValidation="Strict").ok()
    assert made["spec"] == WHOLE


def test_children_of_one_name_in_two_namespaces_are_told_apart(
    kube_api: KubeApi, namespace: str
) -> None:
    path = f"{BUNDLES.format(namespace)}/one"
    kube_api.post(BUNDLES.format(namespace), bundle({})).ok()
    grant = {"kind": "ReferenceGrant", "name": "ngf-console-one", "ready": True}
    children = [{**grant, "namespace": "a"}, {**grant, "namespace": "b"}]
    mine = {key: value for key, value in bundle({}).items() if key != "spec"}
    kube_api.apply(f"{path}/status", {**mine, "status": {"children": children}}, manager="op").ok()
    assert kube_api.get(path).ok()["status"]["children"] == children


def tls(**fields: Any) -> Obj:
    return {"name": "tls", "port": 443, "protocol": "TLS"} | fields


@pytest.mark.parametrize(
    ("spec", "field", "rule"),
    [
        ({"listeners": [{**HTTP, "tls": {}}]}, "spec.listeners[0].tls", "HTTP, TCP and UDP"),
        ({"listeners": [{**TCP, "hostname": "a.b"}]}, "spec.listeners[0].hostname", "TCP and UDP"),
        (
            {"listeners": [{**HTTPS, "tls": {"mode": "Passthrough"}}]},
            "spec.listeners[0].tls.mode",
            "must be Terminate",
        ),
        ({"listeners": [tls()]}, "spec.listeners[0].tls", "must have a mode"),
        ({"listeners": [HTTPS]}, "spec.listeners", "need tls.certificateRefs"),
        (
            {"listeners": [tls(tls={"mode": "Terminate"})], "tls": {"secretRefs": []}},
            "spec.listeners",
            "need tls.certificateRefs",
        ),
        (
            {"listeners": [HTTP, {**HTTP, "name": "too"}]},
            "spec.listeners",
            "must differ in port or hostname",
        ),
        (
            {"listeners": [CERTIFIED, tls(tls={"mode": "Passthrough"})]},
            "spec.listeners",
            "HTTPS and TLS count as one",
        ),
        (
            {"listeners": [HTTP, {**TCP, "port": 80}]},
            "spec.listeners",
            "must agree in protocol where they share a port",
        ),
        (
            {"listeners": [{**HTTP, "allowedRoutes": {"namespaces": {"from": "Selector"}}}]},
            "spec.listeners[0].allowedRoutes.namespaces.selector",
            "must have labels with from Selector",
        ),
        (
            {
                "listeners": [
                    {**HTTP, "allowedRoutes": {"namespaces": {"selector": {"team": "shop"}}}}
                ]
            },
            "spec.listeners[0].allowedRoutes.namespaces.selector",
            "and none without",
        ),
        (
            {"nginxProxy": {"rewriteClientIP": {"mode": "ProxyProtocol"}}},
            "spec.nginxProxy.rewriteClientIP.trustedAddresses",
            "is required where mode is set",
        ),
        (
            {"nginxProxy": {"logging": {"accessLog": {"preset": "Custom"}}}},
            "spec.nginxProxy.logging.accessLog.format",
            "is required with preset Custom",
        ),
        (
            {"nginxProxy": {"logging": {"accessLog": {"format": "$status"}}}},
            "spec.nginxProxy.logging.accessLog.format",
            "is only used with preset Custom",
        ),
        ({"snippetsFilter": {"enabled": True}}, "spec.snippetsFilter", "a snippet for at least"),
        ({"snippetsPolicy": {}}, "spec.snippetsPolicy", "a snippet for at least one context"),
        (
            {"waf": {"policyRef": "p", "policySource": {}}},
            "spec.waf.policyRef",
            "must not be set beside policySource",
        ),
        ({"waf": {"securityLogs": [{}]}}, "spec.waf.securityLogs", "needs policySource"),
        (
            {"waf": {"enabled": True}, "nginxProxy": {"enabled": False}},
            "spec.nginxProxy.enabled",
            "must not be false while waf is on",
        ),
        (
            {"tls": {"certManager": {"issuerRef": {"name": "ca"}}}},
            "spec.tls.certManager",
            "needs dnsNames",
        ),
        (
            {
                "listeners": [
                    {**HTTP, "protocol": "HTTPS"},
                    {
                        "name": "through",
                        "port": 8443,
                        "protocol": "TLS",
                        "hostname": "a.example",
                        "tls": {"mode": "Passthrough"},
                    },
                ],
                "tls": {"certManager": {"issuerRef": {"name": "ca"}}},
            },
            "spec.tls.certManager",
            "needs dnsNames where no listener that terminates TLS has a hostname",
        ),
        ({"listeners": [{**HTTP, "name": "Bad_"}]}, "spec.listeners[0].name", "should match"),
        ({"listeners": [{**HTTP, "hostname": "bad_host!"}]}, "spec.listeners[0].hostname", "match"),
        ({"labels": {"team": "pay ments"}}, "spec.labels.team", "should match"),
        ({"labels": {"pay ments": "team"}}, "spec.labels", "must have keys of letters"),
        (
            {"nginxProxy": {"extra": {"telemetry": "x"}}},
            "spec.nginxProxy.extra.telemetry",
            "must be of type object",
        ),
        (
            {"nginxProxy": {"extra": {"telemetry": {"disabledFeatures": 5}}}},
            "spec.nginxProxy.extra.telemetry.disabledFeatures",
            "must be of type array",
        ),
        (
            {"nginxProxy": {"extra": {"waf": {"enable": "yes"}}}},
            "spec.nginxProxy.extra.waf.enable",
            "must be of type boolean",
        ),
        (
            {"nginxProxy": {"extra": {"logging": {"accessLog": {"format": 5}}}}},
            "spec.nginxProxy.extra.logging.accessLog.format",
            "must be of type string",
        ),
    ],
)
def test_fields_that_do_not_go_together_are_refused(
    kube_api: KubeApi, spec: Obj, field: str, rule: str
) -> None:
    answer = kube_api.post(BUNDLES.format("default"), bundle(spec), dryRun="All")
    assert answer.status == 422, answer.body
    causes = {one["field"]: one["message"] for one in answer.body["details"]["causes"]}
    assert rule in causes.get(field, ""), causes


@pytest.mark.parametrize(
    "spec",
    [
        {"listeners": [HTTPS], "tls": {"secretRefs": [{"name": "web-tls"}]}},
        {
            "listeners": [{**HTTPS, "hostname": "a.example"}],
            "tls": {"certManager": {"issuerRef": {"name": "ca"}}},
        },
        {"listeners": [{**CERTIFIED, "hostname": "a.b"}, tls(tls={"mode": "Passthrough"})]},
        {"listeners": [HTTP, {**TCP, "protocol": "UDP", "port": 80}]},
        {"nginxProxy": {"enabled": False}, "waf": {"enabled": False}},
        {"snippetsFilter": {"enabled": False}},
        {"nginxProxy": {"enabled": False, "rewriteClientIP": {"mode": "ProxyProtocol"}}},
        {"nginxProxy": {"extra": {"logging": None, "telemetry": {"exporter": None, "x": 1}}}},
        {
            "nginxProxy": {
                "extra": {
                    "logging": {"accessLog": {"format": None, "disable": None}},
                    "telemetry": {"disabledFeatures": None},
                    "waf": {"enable": None, "bundleFailOpen": True},
                }
            }
        },
        {"nginxProxy": {"extra": {"telemetry": {"disabledFeatures": ["DisableTracing"]}}}},
        {"nginxProxy": {}, "waf": {}, "routeMarker": {}},
        {"listeners": [{**HTTP, "hostname": ""}], "labels": {"a.example/Team_1": "", "b": "X.y"}},
    ],
)
def test_fields_that_go_together_are_taken(kube_api: KubeApi, spec: Obj) -> None:
    kube_api.post(BUNDLES.format("default"), bundle(spec), dryRun="All").ok()
