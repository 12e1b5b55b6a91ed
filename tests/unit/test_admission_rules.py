"""Promise: what an API server refuses by the rules of the Gateway API's definitions is named with
its field, for each rule that a schema alone cannot say; what it takes breaks none."""

from typing import Any

import pytest
import yaml

from services.gatewayapi.admission import broken

LISTENERS = "spec: {listeners: [%s]}"
RULES = "spec: {rules: [%s]}"
FILTERS = "spec: {rules: [{matches: [{path: {type: PathPrefix, value: /a}}], filters: [%s]}]}"
BACKEND = "backendRefs: [{name: a, port: 1}]"
MATCH = "spec: {rules: [{matches: [{path: %s}]}]}"
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
