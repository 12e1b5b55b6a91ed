"""Promise: what an API server refuses by the rules of the Gateway API's and NGF's definitions is
named with its field, for each rule that a schema alone cannot say; what it takes breaks none."""

from typing import Any

import pytest
import yaml

from services.gatewayapi.admission import broken

LISTENERS = "spec: {listeners: [%s]}"
RULES = "spec: {rules: [%s]}"
FILTERS = "spec: {rules: [{matches: [{path: {type: PathPrefix, value: /a}}], filters: [%s]}]}"
BACKEND = "backendRefs: [{name: a, port: 1}]"
MATCH = "spec: {rules: [{matches: [{path: %s}]}]}"
TIMEOUTS = "spec: {rules: [{timeouts: {%s}}]}"
SAN = "spec: {validation: {wellKnownCACertificates: System, subjectAltNames: [{%s}]}}"
SOURCE = "spec: {type: HTTP, policySource: {httpSource: {url: a}%s}"
LOG = SOURCE % "}, securityLogs: [{%s}]"
GATEWAY = "{group: gateway.networking.k8s.io, kind: Gateway, name: a}"
HASHES = "validation: {verifyChecksum: true, expectedChecksum: a}"
CASES: list[tuple[str, str, list[str]]] = [
    ("Gateway", LISTENERS % "{name: a, port: 80, protocol: HTTP}", []),
    ("Gateway", LISTENERS % "{protocol: HTTP, tls: {options: {a: b}}}", ["spec.listeners[0].tls"]),
    (
        "Gateway",
        LISTENERS % "{protocol: HTTPS, tls: {mode: Passthrough}}",
        ["spec.listeners[0].tls.mode"],
    ),
    ("Gateway", LISTENERS % "{protocol: TLS}", ["spec.listeners[0].tls.mode"]),
    ("ListenerSet", LISTENERS % "{protocol: TCP, hostname: a}", ["spec.listeners[0].hostname"]),
    ("Gateway", LISTENERS % "{protocol: HTTPS, tls: {mode: Terminate}}", ["spec.listeners[0].tls"]),
    (
        "Gateway",
        LISTENERS % "{port: 80, protocol: HTTP}, {port: 80, protocol: HTTP}",
        ["spec.listeners[1]"],
    ),
    ("ListenerSet", LISTENERS % "{protocol: TLS}", ["spec.listeners[0].tls.mode"]),
    ("Gateway", "spec: {addresses: [{value: 1.1.1.1}, {value: 1.1.1.2}]}", []),
    ("Gateway", "spec: {addresses: [{type: NamedAddress, value: a}, {value: a}]}", []),
    ("Gateway", "spec: {addresses: [{type: Hostname}, {type: Hostname}]}", []),
    (
        "Gateway",
        "spec: {addresses: [{value: 1.1.1.1}, {type: IPAddress, value: 1.1.1.1}]}",
        ["spec.addresses[1]"],
    ),
    (
        "Gateway",
        "spec: {addresses: [{type: Hostname, value: a}, {type: Hostname, value: a}]}",
        ["spec.addresses[1]"],
    ),
    (
        "Gateway",
        "spec: {addresses: [{type: Hostname, value: '*.a.b'}, {type: Hostname, value: A}]}",
        ["spec.addresses[1].value"],
    ),
    ("Gateway", "spec: {infrastructure: {labels: {a.b/C_d: e, x: y}}}", []),
    (
        "Gateway",
        "spec: {infrastructure: {labels: {-x: y}, annotations: {a b: c, A.b/c: d, %s/x: y}}}"
        % ("a" * 253),
        [
            'spec.infrastructure.labels["-x"]',
            'spec.infrastructure.annotations["a b"]',
            'spec.infrastructure.annotations["A.b/c"]',
            f'spec.infrastructure.annotations["{"a" * 253}/x"]',
        ],
    ),
    ("HTTPRoute", "spec: {parentRefs: [{name: a, port: 1}, {name: a, port: 2}]}", []),
    ("HTTPRoute", "spec: {parentRefs: [{name: a}, {name: a}]}", ["spec.parentRefs[1]"]),
    ("TCPRoute", "spec: {parentRefs: [{name: a}, {name: a, port: 2}]}", ["spec.parentRefs[1]"]),
    ("HTTPRoute", RULES % "{name: a}, {name: a}", ["spec.rules[0].name", "spec.rules[1].name"]),
    (
        "HTTPRoute",
        RULES % "{backendRefs: [{name: a}]}",
        ["spec.rules[0].backendRefs[0].port"],
    ),
    (
        "HTTPRoute",
        RULES % "{filters: [{type: RequestRedirect, requestRedirect: {}}], %s}" % BACKEND,
        ["spec.rules[0].backendRefs"],
    ),
    ("HTTPRoute", FILTERS % "{type: CORS}", ["spec.rules[0].filters[0].cors"]),
    (
        "HTTPRoute",
        FILTERS % "{type: CORS, cors: {}, urlRewrite: {}}",
        ["spec.rules[0].filters[0].urlRewrite"],
    ),
    (
        "HTTPRoute",
        FILTERS % "{type: CORS, cors: {}}, {type: CORS, cors: {}}",
        ["spec.rules[0].filters[1]"],
    ),
    (
        "HTTPRoute",
        FILTERS % "{type: CORS, cors: {allowOrigins: ['*', 'http://a']}}",
        ["spec.rules[0].filters[0].cors.allowOrigins"],
    ),
    (
        "HTTPRoute",
        FILTERS
        % "{type: URLRewrite, urlRewrite: {}}, {type: RequestRedirect, requestRedirect: {}}",
        ["spec.rules[0].filters"],
    ),
    (
        "HTTPRoute",
        FILTERS % "{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath}}}",
        ["spec.rules[0].filters[0].urlRewrite.path.replaceFullPath"],
    ),
    (
        "HTTPRoute",
        "spec: {rules: [{filters: [{type: URLRewrite, urlRewrite:"
        " {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}]}]}",
        ["spec.rules[0].filters[0].urlRewrite.path"],
    ),
    (
        "HTTPRoute",
        FILTERS
        % "{type: RequestMirror, requestMirror: {backendRef: {name: a, port: 1}, percent: 1,"
        " fraction: {numerator: 5, denominator: 2}}}",
        [
            "spec.rules[0].filters[0].requestMirror.fraction",
            "spec.rules[0].filters[0].requestMirror.fraction.numerator",
        ],
    ),
    (
        "HTTPRoute",
        TIMEOUTS % "request: 1s, backendRequest: 2s",
        ["spec.rules[0].timeouts.backendRequest"],
    ),
    (
        "HTTPRoute",
        TIMEOUTS % "request: 1m500ms, backendRequest: 0h1m1s",
        ["spec.rules[0].timeouts.backendRequest"],
    ),
    ("HTTPRoute", TIMEOUTS % "request: 1m, backendRequest: 60s", []),
    ("HTTPRoute", TIMEOUTS % "request: 2s, backendRequest: 1500ms", []),
    ("HTTPRoute", TIMEOUTS % "request: 0s, backendRequest: 1h", []),
    ("HTTPRoute", TIMEOUTS % "backendRequest: 1h", []),
    ("HTTPRoute", TIMEOUTS % "request: 1 s, backendRequest: 1h", []),  # its schema says no
    ("HTTPRoute", MATCH % "{value: a}", ["spec.rules[0].matches[0].path.value"]),
    ("HTTPRoute", MATCH % "{value: /a//b}", ["spec.rules[0].matches[0].path.value"]),
    ("HTTPRoute", MATCH % "{value: /a/..}", ["spec.rules[0].matches[0].path.value"]),
    ("HTTPRoute", MATCH % "{value: '/a b'}", ["spec.rules[0].matches[0].path.value"]),
    ("HTTPRoute", MATCH % "{type: RegularExpression, value: 'a b//'}", []),
    (
        "GRPCRoute",
        "spec: {rules: [{matches: [{method: {type: Exact}}]}]}",
        ["spec.rules[0].matches[0].method"],
    ),
    (
        "GRPCRoute",
        "spec: {rules: [{matches: [{method: {service: a-b, method: C}}]}]}",
        ["spec.rules[0].matches[0].method.service"],
    ),
    ("TLSRoute", "spec: {hostnames: [a.example.com, 10.0.0.1]}", ["spec.hostnames[1]"]),
    ("BackendTLSPolicy", "spec: {validation: {}}", ["spec.validation"]),
    (
        "BackendTLSPolicy",
        "spec: {validation: {wellKnownCACertificates: System},"
        " targetRefs: [{name: a, sectionName: b}, {name: a}]}",
        ["spec.targetRefs[1]"],
    ),
    ("BackendTLSPolicy", SAN % "type: Hostname, hostname: a}, {type: URI, uri: 'b:c'", []),
    (
        "BackendTLSPolicy",
        SAN % "type: Hostname",
        ["spec.validation.subjectAltNames[0].hostname"],
    ),
    ("BackendTLSPolicy", SAN % "type: URI", ["spec.validation.subjectAltNames[0].uri"]),
    (
        "BackendTLSPolicy",
        SAN % "type: Hostname, hostname: a, uri: 'b:c'",
        ["spec.validation.subjectAltNames[0].uri"],
    ),
    (
        "BackendTLSPolicy",
        SAN % "type: URI, hostname: a, uri: 'b:c'",
        ["spec.validation.subjectAltNames[0].hostname"],
    ),
    ("AuthenticationFilter", "spec: {type: Basic, basic: {realm: a}}", []),
    ("AuthenticationFilter", "spec: {type: OIDC, basic: {}}", ["spec.basic", "spec.oidc"]),
    (
        "AuthenticationFilter",
        "spec: {type: JWT, jwt: {source: File, remote: {}}}",
        ["spec.jwt.file", "spec.jwt.remote"],
    ),
    (
        "AuthenticationFilter",
        "spec: {type: OIDC, oidc: {extraAuthArgs: {a.b-c: d, e f: g}}}",
        ['spec.oidc.extraAuthArgs["e f"]'],
    ),
    (
        "ClientSettingsPolicy",
        "spec: {keepAlive: {timeout: {header: 1s}}}",
        ["spec.keepAlive.timeout.server"],
    ),
    (
        "NginxProxy",
        "spec: {kubernetes: {deployment: {autoscaling: {minReplicas: 3, maxReplicas: 2}},"
        " daemonSet: {}}, rewriteClientIP: {mode: ProxyProtocol}}",
        [
            "spec.kubernetes.daemonSet",
            "spec.kubernetes.deployment.autoscaling.minReplicas",
            "spec.rewriteClientIP.trustedAddresses",
        ],
    ),
    ("ObservabilityPolicy", "spec: {tracing: {strategy: ratio, ratio: 5}}", []),
    (
        "ObservabilityPolicy",
        "spec: {tracing: {strategy: parent, ratio: 5}}",
        ["spec.tracing.ratio"],
    ),
    (
        "ProxySettingsPolicy",
        f"spec: {{targetRefs: [{GATEWAY}, {GATEWAY.replace('name: a', 'name: b')}, {GATEWAY}]}}",
        ["spec.targetRefs[2]"],
    ),
    (
        "RateLimitPolicy",
        "spec: {rateLimit: {local: {rules: [{delay: 1}, {delay: 1, noDelay: true}]}}}",
        ["spec.rateLimit.local.rules[1].noDelay"],
    ),
    (
        "SnippetsFilter",
        "spec: {snippets: [{context: http}, {context: main}, {context: http}]}",
        ["spec.snippets[2].context"],
    ),
    (
        "UpstreamSettingsPolicy",
        "spec: {loadBalancingMethod: hash consistent}",
        ["spec.hashMethodKey"],
    ),
    ("UpstreamSettingsPolicy", "spec: {loadBalancingMethod: least_conn}", []),
    ("WAFPolicy", SOURCE % "}", []),
    (
        "WAFPolicy",
        "spec: {type: NIM, policySource: {httpSource: {url: a}}}",
        ["spec.policySource.httpSource", "spec.policySource.nimSource"],
    ),
    (
        "WAFPolicy",
        "spec: {type: NIM, policySource: {nimSource: {policyName: a, policyUID: b},"
        " validation: {verifyChecksum: true}}}",
        ["spec.policySource.nimSource", "spec.policySource.validation.verifyChecksum"],
    ),
    (
        "WAFPolicy",
        "spec: {type: N1C, policySource: {n1cSource: {namespace: a}}}",
        ["spec.policySource.n1cSource"],
    ),
    (
        "WAFPolicy",
        SOURCE % f", {HASHES}}}",
        ["spec.policySource.validation.expectedChecksum"],
    ),
    (
        "WAFPolicy",
        LOG % "destination: {type: stderr}, logSource: {defaultProfile: log_all}",
        [],
    ),
    (
        "WAFPolicy",
        LOG % "destination: {type: file, syslog: {}}, logSource: {}",
        [
            "spec.securityLogs[0].destination.file",
            "spec.securityLogs[0].destination.syslog",
            "spec.securityLogs[0].logSource",
        ],
    ),
    (
        "WAFPolicy",
        LOG % f"destination: {{type: stderr}}, logSource: {{n1cSource: {{}}, {HASHES}}}",
        [
            "spec.securityLogs[0].logSource.n1cSource",
            "spec.securityLogs[0].logSource.validation.expectedChecksum",
        ],
    ),
    ("Service", "spec: {ports: [{port: 0}]}", ["spec.ports[0].port"]),
]


@pytest.mark.parametrize(("kind", "text", "fields"), CASES)
def test_each_rule_names_its_field(kind: str, text: str, fields: list[str]) -> None:
    obj: dict[str, Any] = {"kind": kind, **yaml.safe_load(text)}
    told = list(broken(obj))
    assert [field for field, _ in told] == fields
    assert all(rule.startswith(("must", "is ", "needs ")) for _, rule in told)


def test_a_route_has_at_most_so_many_matches() -> None:
    match = {"path": {"type": "Exact", "value": "/"}}
    rules = [{"matches": [match] * 64}, {"matches": [match] * 64}]
    assert list(broken({"kind": "HTTPRoute", "spec": {"rules": rules}})) == []
    rules.append({"matches": [match]})
    told = list(broken({"kind": "HTTPRoute", "spec": {"rules": rules}}))
    assert told == [("spec.rules", "must have at most 128 matches in all")]
