"""The rules of the Gateway API's definitions that a schema alone cannot say, by kind.

They are the CEL rules of ``x-kubernetes-validations``; each is given with the field that it is
about. Objects have the shape that their schema demands.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address
from typing import Any

from services.gatewayapi import admission_policies
from services.gatewayapi.admission_policies import Broken

_CHARACTERS = re.compile(r"(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+")
_GRPC_SERVICE = re.compile(r"\.?[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*", re.IGNORECASE)
_GRPC_METHOD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_WITHIN = ("//", "/./", "/../", "%2f", "%2F", "#")
_ENDS = ("/..", "/.")
_MATCHES = 128
_FILTERS = {
    "CORS": "cors",
    "RequestHeaderModifier": "requestHeaderModifier",
    "ResponseHeaderModifier": "responseHeaderModifier",
    "RequestMirror": "requestMirror",
    "RequestRedirect": "requestRedirect",
    "URLRewrite": "urlRewrite",
    "ExtensionRef": "extensionRef",
    "ExternalAuth": "externalAuth",
}
_REPLACEMENTS = {
    "ReplaceFullPath": "replaceFullPath",
    "ReplacePrefixMatch": "replacePrefixMatch",
}
_REPEATABLE = ("RequestMirror", "ExtensionRef", "ExternalAuth")
_ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
_HOSTNAME = re.compile(r"(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_KEY = re.compile(
    r"([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
    r"([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]"
)
_PREFIX = 253
_DURATION = re.compile(r"([0-9]{1,5}(h|m|s|ms)){1,4}")
_PARTS = re.compile(r"([0-9]+)(ms|h|m|s)")
_MILLISECONDS = {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}


def broken(obj: Mapping[str, Any]) -> Broken:
    """Field and rule of everything that an object of the right shape breaks."""
    spec = obj.get("spec") or {}
    kind = obj["kind"]
    if kind in ("Gateway", "ListenerSet"):
        yield from _addresses(spec.get("addresses") or ())
        yield from _keys(spec.get("infrastructure") or {})
        yield from _listeners(spec.get("listeners") or ())
    elif kind in _ROUTES:
        yield from _parents(spec.get("parentRefs") or ())
        yield from _rules(kind, spec.get("rules") or ())
        if kind == "TLSRoute":
            yield from _names(spec.get("hostnames") or ())
    elif kind == "Service":
        for index, port in enumerate(spec.get("ports") or ()):
            if not 0 < port.get("port", 0) < 65536:
                yield f"spec.ports[{index}].port", "must be a number from 1 to 65535"
    else:
        yield from admission_policies.broken(kind, spec)


def _addresses(addresses: Iterable[Mapping[str, Any]]) -> Broken:
    seen: dict[Any, int] = {}
    for index, one in enumerate(addresses):
        where, kind, value = (
            f"spec.addresses[{index}]",
            one.get("type", "IPAddress"),
            one.get("value"),
        )
        if value is None or kind not in ("IPAddress", "Hostname"):
            continue
        if kind == "Hostname" and not _HOSTNAME.fullmatch(value):
            yield f"{where}.value", "must be a hostname: lower case labels, the first may be *"
        if (kind, value) in seen:
            yield where, f"must differ from address {seen[kind, value]} in type or value"
        seen.setdefault((kind, value), index)


def _keys(infrastructure: Mapping[str, Any]) -> Broken:
    for name in ("labels", "annotations"):
        for key in infrastructure.get(name) or ():
            where = f'spec.infrastructure.{name}["{key}"]'
            if not _KEY.fullmatch(key):
                yield (
                    where,
                    "must be at most 63 letters, digits, -, _ and . with a letter or digit at both"
                    " ends; before it a lower case DNS subdomain and / may stand",
                )
            elif len(key.split("/")[0]) >= _PREFIX:
                yield where, f"must have less than {_PREFIX} characters before its /"


def _listeners(listeners: Iterable[Mapping[str, Any]]) -> Broken:
    seen: dict[Any, int] = {}
    for index, one in enumerate(listeners):
        where, protocol = f"spec.listeners[{index}]", one.get("protocol", "")
        tls, hostname = one.get("tls"), one.get("hostname")
        if protocol in ("HTTP", "TCP", "UDP") and tls is not None:
            yield f"{where}.tls", f"must not be specified for protocol {protocol}"
        if protocol == "HTTPS" and tls and tls.get("mode", "Terminate") != "Terminate":
            yield f"{where}.tls.mode", "must be Terminate for protocol HTTPS"
        if protocol == "TLS" and not (tls or {}).get("mode"):
            yield f"{where}.tls.mode", "must be set for protocol TLS"
        if protocol in ("TCP", "UDP") and hostname:
            yield f"{where}.hostname", f"must not be specified for protocol {protocol}"
        if (
            tls
            and tls.get("mode", "Terminate") == "Terminate"
            and not tls.get("certificateRefs")
            and not tls.get("options")
        ):
            yield f"{where}.tls", "must have certificateRefs or options when mode is Terminate"
        if one.get("port"):
            place = one["port"], protocol, hostname
            if place in seen:
                yield (
                    where,
                    f"must differ from listener {seen[place]} in port, protocol or hostname",
                )
            seen.setdefault(place, index)


def _parents(refs: Iterable[Mapping[str, Any]]) -> Broken:
    known: dict[Any, list[tuple[Any, Any]]] = {}
    for index, ref in enumerate(refs):
        parent = ref.get("group"), ref.get("kind"), ref.get("namespace") or "", ref.get("name")
        part = ref.get("sectionName") or "", ref.get("port") or 0
        others = known.setdefault(parent, [])
        where = f"spec.parentRefs[{index}]"
        if part in others:
            yield where, "must differ in sectionName or port from the other one to this parent"
        elif others and (part == ("", 0) or ("", 0) in others):
            yield where, "must have sectionName or port where several name one parent"
        others.append(part)


def _rules(kind: str, rules: Iterable[Mapping[str, Any]]) -> Broken:
    rules = tuple(rules)
    names = Counter(rule["name"] for rule in rules if rule.get("name"))
    for index, rule in enumerate(rules):
        where = f"spec.rules[{index}]"
        if names[rule.get("name")] > 1:
            yield f"{where}.name", "must be unique within the route"
        filters = rule.get("filters") or ()
        backends = rule.get("backendRefs") or ()
        matches = rule.get("matches") or ()
        yield from _filters(filters, matches, f"{where}.filters")
        for place, ref in enumerate(backends):
            at = f"{where}.backendRefs[{place}]"
            yield from _port(ref, at)
            yield from _filters(ref.get("filters") or (), matches, f"{at}.filters")
        yield from _timeouts(rule.get("timeouts") or {}, f"{where}.timeouts")
        if backends and any("requestRedirect" in one for one in filters):
            yield f"{where}.backendRefs", "must not be used together with a RequestRedirect filter"
        check: Callable[[Mapping[str, Any], str], Broken] = (
            _grpc_match if kind == "GRPCRoute" else _http_match
        )
        for place, match in enumerate(matches):
            yield from check(match, f"{where}.matches[{place}]")
    if sum(len(rule.get("matches") or ()) for rule in rules) > _MATCHES:
        yield "spec.rules", f"must have at most {_MATCHES} matches in all"


def _timeouts(timeouts: Mapping[str, Any], where: str) -> Broken:
    whole, part = (_milliseconds(timeouts.get(key)) for key in ("request", "backendRequest"))
    if whole and part is not None and part > whole:  # a request of 0s may take any time
        yield (
            f"{where}.backendRequest",
            f"must not be longer than request (it is {timeouts['backendRequest']}, and request is"
            f" {timeouts['request']})",
        )


def _milliseconds(duration: str | None) -> int | None:
    """A duration of GEP-2257; None for what is none."""
    if duration is None or not _DURATION.fullmatch(duration):
        return None
    return sum(int(count) * _MILLISECONDS[unit] for count, unit in _PARTS.findall(duration))


def _port(ref: Mapping[str, Any], where: str) -> Broken:
    service = ref.get("kind", "Service") == "Service" and not ref.get("group")
    if service and ref.get("port") is None:
        yield f"{where}.port", "is required for a Service"


def _filters(filters: Iterable[Mapping[str, Any]], matches: Any, where: str) -> Broken:
    counted: Counter[str] = Counter()
    for index, one in enumerate(filters):
        kind = one.get("type", "")
        counted[kind] += 1
        at = f"{where}[{index}]"
        for name, key in _FILTERS.items():
            if key in one and name != kind:
                yield f"{at}.{key}", f"must not be there: the type is {kind}"
        if kind in _FILTERS and _FILTERS[kind] not in one:
            yield f"{at}.{_FILTERS[kind]}", f"is required for type {kind}"
        if counted[kind] == 2 and kind not in _REPEATABLE:
            yield at, f"must not repeat a {kind} filter"
        body = one.get(_FILTERS.get(kind, "")) or {}
        if kind in ("RequestRedirect", "URLRewrite"):
            yield from _path(body.get("path") or {}, matches, f"{at}.{_FILTERS[kind]}.path")
        if kind == "RequestMirror":
            yield from _mirror(body, f"{at}.requestMirror")
        if kind == "CORS":
            for key in ("allowOrigins", "allowMethods", "allowHeaders"):
                if "*" in (body.get(key) or ()) and len(body[key]) > 1:
                    yield f"{at}.cors.{key}", "must not have * beside others"
    if counted["RequestRedirect"] and counted["URLRewrite"]:
        yield where, "must not have both RequestRedirect and URLRewrite"


def _path(path: Mapping[str, Any], matches: Any, where: str) -> Broken:
    kind = path.get("type")
    for name, key in _REPLACEMENTS.items():
        if kind == name and key not in path:
            yield f"{where}.{key}", f"is required for type {name}"
        if key in path and kind != name:
            yield f"{where}.{key}", f"must not be there: the type is {kind}"
    if kind == "ReplacePrefixMatch" and "replacePrefixMatch" in path:
        kinds = [((match.get("path") or {}).get("type") or "PathPrefix") for match in matches]
        if kinds != ["PathPrefix"]:
            yield where, "needs a rule with exactly one match, of type PathPrefix"


def _mirror(body: Mapping[str, Any], where: str) -> Broken:
    yield from _port(body.get("backendRef") or {}, f"{where}.backendRef")
    if "percent" in body and "fraction" in body:
        yield f"{where}.fraction", "must not be there beside percent"
    part = body.get("fraction") or {}
    if part.get("numerator", 0) > part.get("denominator", 100):
        yield f"{where}.fraction.numerator", "must be less than or equal to denominator"


def _http_match(match: Mapping[str, Any], where: str) -> Broken:
    path = match.get("path") or {}
    value = path.get("value") or "/"
    if path.get("type", "PathPrefix") not in ("Exact", "PathPrefix"):
        return
    where = f"{where}.path.value"
    if not value.startswith("/"):
        yield where, "must begin with /"
    for part in _WITHIN:
        if part in value:
            yield where, f"must not contain {part}"
    for end in _ENDS:
        if value.endswith(end):
            yield where, f"must not end with {end}"
    if not _CHARACTERS.fullmatch(value):
        yield where, "must only have characters that a path may have"


def _grpc_match(match: Mapping[str, Any], where: str) -> Broken:
    method = match.get("method")
    if method is None:
        return
    if not method.get("service") and not method.get("method"):
        yield f"{where}.method", "must have service or method"
    if method.get("type", "Exact") == "Exact":
        for key, allowed in (("service", _GRPC_SERVICE), ("method", _GRPC_METHOD)):
            if method.get(key) and not allowed.fullmatch(method[key]):
                yield f"{where}.method.{key}", "must only have characters that a name may have"


def _names(hostnames: Iterable[str]) -> Broken:
    for index, name in enumerate(hostnames):
        try:
            ip_address(name)
        except ValueError:
            continue
        yield f"spec.hostnames[{index}]", "must not be an IP address"
