"""The rules of policies' and filters' definitions that a schema alone cannot say, by kind.

As in `admission`: the CEL rules of the Gateway API's BackendTLSPolicy and of NGF's kinds. Which
kinds a policy of NGF may target, and which of them together, its controller says in the same words;
`policies` has that.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Broken = Iterator[tuple[str, str]]
Spec = Mapping[str, Any]
_ALTERNATIVES = {"Hostname": "hostname", "URI": "uri"}
_AUTHENTICATION = {"Basic": "basic", "OIDC": "oidc", "JWT": "jwt"}
_KEYS = {"File": "file", "Remote": "remote"}
_BUNDLES = {"HTTP": "httpSource", "NIM": "nimSource", "N1C": "n1cSource"}
_DESTINATIONS = {"file": "file", "syslog": "syslog"}
_LOG_SOURCES = ("defaultProfile", "httpSource", "nimSource", "n1cSource")
_HASHED = ("hash", "hash consistent")
_ARGUMENT = re.compile(r"[a-zA-Z0-9_.-]+")


def broken(kind: str, spec: Spec) -> Broken:
    """Field and rule of everything that a policy or filter of the right shape breaks."""
    if kind != "BackendTLSPolicy":  # its targets may differ in section alone
        yield from _targets(spec.get("targetRefs") or ())
    check = _CHECKS.get(kind)
    if check is not None:
        yield from check(spec)


def _targets(refs: Iterable[Spec]) -> Broken:
    seen: dict[Any, int] = {}
    for index, ref in enumerate(refs):
        target = ref.get("kind"), ref.get("name")
        if target in seen:
            yield (
                f"spec.targetRefs[{index}]",
                f"must differ from target {seen[target]} in kind or name",
            )
        seen.setdefault(target, index)


def _one_of(held: Spec, chosen: Any, fields: Mapping[str, str], where: str) -> Broken:
    """Of several fields there must be the one that a type stands for, and no other."""
    for name, field in fields.items():
        if name == chosen and field not in held:
            yield f"{where}.{field}", f"is required for type {name}"
        if name != chosen and field in held:
            yield f"{where}.{field}", f"must not be there: the type is {chosen}"


def _exactly_one(held: Spec, fields: Iterable[str], where: str) -> Broken:
    if sum(field in held for field in fields) != 1:
        yield where, f"must have exactly one of {', '.join(fields)}"


def _backend_tls(spec: Spec) -> Broken:
    validation = spec.get("validation") or {}
    refs, well_known = (
        validation.get("caCertificateRefs"),
        validation.get("wellKnownCACertificates"),
    )
    if refs and well_known:
        yield "spec.validation", "must not have both caCertificateRefs and wellKnownCACertificates"
    if not refs and not well_known:
        yield "spec.validation", "must have caCertificateRefs or wellKnownCACertificates"
    for index, name in enumerate(validation.get("subjectAltNames") or ()):
        where = f"spec.validation.subjectAltNames[{index}]"
        yield from _one_of(name, name.get("type"), _ALTERNATIVES, where)
    seen: dict[Any, list[str]] = {}
    for index, ref in enumerate(spec.get("targetRefs") or ()):
        others = seen.setdefault((ref.get("group"), ref.get("kind"), ref.get("name")), [])
        section = ref.get("sectionName") or ""
        if section in others:
            yield f"spec.targetRefs[{index}]", "must differ in sectionName from the other one"
        elif others and (not section or "" in others):
            yield f"spec.targetRefs[{index}]", "must have sectionName where several name one target"
        others.append(section)


def _authentication(spec: Spec) -> Broken:
    yield from _one_of(spec, spec.get("type"), _AUTHENTICATION, "spec")
    if "jwt" in spec:
        yield from _one_of(spec["jwt"], spec["jwt"].get("source"), _KEYS, "spec.jwt")
    for key in (spec.get("oidc") or {}).get("extraAuthArgs") or ():
        if not _ARGUMENT.fullmatch(key):
            where = f'spec.oidc.extraAuthArgs["{key}"]'
            yield where, "must only have letters, digits, -, _ and ."


def _client_settings(spec: Spec) -> Broken:
    timeout = (spec.get("keepAlive") or {}).get("timeout") or {}
    if "header" in timeout and "server" not in timeout:
        yield "spec.keepAlive.timeout.server", "is required where there is a header"


def _proxy(spec: Spec) -> Broken:
    workload = spec.get("kubernetes") or {}
    if "deployment" in workload and "daemonSet" in workload:
        yield "spec.kubernetes.daemonSet", "must not be there beside deployment"
    scaling = (workload.get("deployment") or {}).get("autoscaling") or {}
    if scaling.get("minReplicas", 0) > scaling.get("maxReplicas", float("inf")):
        where = "spec.kubernetes.deployment.autoscaling.minReplicas"
        yield where, "must be less than or equal to maxReplicas"
    client = spec.get("rewriteClientIP") or {}
    if "mode" in client and not client.get("trustedAddresses"):
        yield "spec.rewriteClientIP.trustedAddresses", "is required where there is a mode"


def _observability(spec: Spec) -> Broken:
    tracing = spec.get("tracing") or {}
    if "ratio" in tracing and tracing.get("strategy") != "ratio":
        yield "spec.tracing.ratio", "must not be there: the strategy is not ratio"


def _rate_limit(spec: Spec) -> Broken:
    rules = ((spec.get("rateLimit") or {}).get("local") or {}).get("rules") or ()
    for index, rule in enumerate(rules):
        if rule.get("noDelay") and "delay" in rule:
            yield f"spec.rateLimit.local.rules[{index}].noDelay", "must not be true beside delay"


def _snippets(spec: Spec) -> Broken:
    seen: set[Any] = set()
    for index, one in enumerate(spec.get("snippets") or ()):
        if one.get("context") in seen:
            yield f"spec.snippets[{index}].context", "must be unique: one snippet for each context"
        seen.add(one.get("context"))


def _upstream_settings(spec: Spec) -> Broken:
    method = spec.get("loadBalancingMethod")
    if method in _HASHED and "hashMethodKey" not in spec:
        yield "spec.hashMethodKey", f"is required for the method {method}"


def _waf(spec: Spec) -> Broken:
    source, where = spec.get("policySource") or {}, "spec.policySource"
    kind = spec.get("type")
    yield from _one_of(source, kind, _BUNDLES, where)
    if "n1cSource" in source:
        names = ("policyName", "policyObjectID")
        yield from _exactly_one(source["n1cSource"], names, f"{where}.n1cSource")
    if "nimSource" in source:
        names = ("policyName", "policyUID")
        yield from _exactly_one(source["nimSource"], names, f"{where}.nimSource")
    validation = source.get("validation") or {}
    yield from _checksum(validation, f"{where}.validation")
    if validation.get("verifyChecksum") and kind != "HTTP":
        yield f"{where}.validation.verifyChecksum", "must not be true: the type is not HTTP"
    for index, log in enumerate(spec.get("securityLogs") or ()):
        at = f"spec.securityLogs[{index}]"
        to, held = log.get("destination") or {}, log.get("logSource") or {}
        yield from _one_of(to, to.get("type"), _DESTINATIONS, f"{at}.destination")
        yield from _exactly_one(held, _LOG_SOURCES, f"{at}.logSource")
        if "n1cSource" in held:
            names = ("profileName", "profileObjectID")
            yield from _exactly_one(held["n1cSource"], names, f"{at}.logSource.n1cSource")
        yield from _checksum(held.get("validation") or {}, f"{at}.logSource.validation")


def _checksum(validation: Spec, where: str) -> Broken:
    if validation.get("verifyChecksum") and "expectedChecksum" in validation:
        yield f"{where}.expectedChecksum", "must not be there beside verifyChecksum"


_CHECKS: Mapping[str, Callable[[Spec], Broken]] = {
    "BackendTLSPolicy": _backend_tls,
    "AuthenticationFilter": _authentication,
    "ClientSettingsPolicy": _client_settings,
    "NginxProxy": _proxy,
    "ObservabilityPolicy": _observability,
    "RateLimitPolicy": _rate_limit,
    "SnippetsFilter": _snippets,
    "SnippetsPolicy": _snippets,
    "UpstreamSettingsPolicy": _upstream_settings,
    "WAFPolicy": _waf,
}
