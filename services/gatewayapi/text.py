"""Matches and backends of routes, listener ports and selectors, as one line of text each.

A match reads like the request it takes: ``GET /checkout/* header x-canary: true``. Nothing that
decides is left out: type of path match, method, headers, query parameters.
"""

from collections.abc import Mapping
from typing import Any

Object = Mapping[str, Any]


def http_match(match: Object) -> str:
    """One HTTPRouteMatch."""
    path = match.get("path") or {}
    parts = [match.get("method", ""), _path(path.get("type", "PathPrefix"), path.get("value", "/"))]
    parts += [_pair("header", one, ": ") for one in match.get("headers") or ()]
    parts += [_pair("query", one, "=") for one in match.get("queryParams") or ()]
    return " ".join(filter(None, parts))


def grpc_match(match: Object) -> str:
    """One GRPCRouteMatch."""
    method = match.get("method") or {}
    called = f"{method.get('service') or '*'}/{method.get('method') or '*'}"
    if method.get("type") == "RegularExpression":
        called = f"regex {called}"
    parts = [called, *(_pair("header", one, ": ") for one in match.get("headers") or ())]
    return " ".join(parts)


def _path(kind: str, value: str) -> str:
    if kind == "Exact":
        return f"= {value}"
    if kind == "RegularExpression":
        return f"~ {value}"
    return f"{value.rstrip('/')}/*"


def _pair(word: str, one: Object, between: str) -> str:
    regex = "~" if one.get("type") == "RegularExpression" else ""
    return f"{word} {one.get('name')}{between}{regex}{one.get('value')}"


def backend_name(ref: Object) -> str:
    """A backend as ``namespace/name:port``, with its kind unless it is a Service."""
    kind = "" if ref.get("kind", "Service") == "Service" else f"{ref['kind']} "
    place = f"{ref['namespace']}/" if ref.get("namespace") else ""
    port = f":{ref['port']}" if ref.get("port") else ""
    return f"{kind}{place}{ref.get('name', '')}{port}"


def backends(rule: Object) -> list[str]:
    """The backends of a rule; several ones with their weights, the default of 1 included."""
    refs: list[Object] = list(rule.get("backendRefs") or ())
    if len(refs) == 1:
        return [backend_name(refs[0])]
    return [f"{backend_name(ref)} weight {ref.get('weight', 1)}" for ref in refs]


def listener(one: Object) -> str:
    """A listener as ``https HTTPS 443 shop.example.com``."""
    parts = (one.get("name"), one.get("protocol"), one.get("port"), one.get("hostname"))
    return " ".join(str(part) for part in parts if part)


def ports(listeners: list[Object]) -> str:
    """Listener ports in order; a port of several listeners carries their number."""
    counted: dict[int, int] = {}
    for one in listeners:
        counted[one.get("port", 0)] = counted.get(one.get("port", 0), 0) + 1
    return ", ".join(f"{port} ×{n}" if n > 1 else str(port) for port, n in sorted(counted.items()))


def label_selector(one: Object) -> str:
    """A selector as kubectl takes it: ``tier=edge,zone in (a, b)``; nothing for an empty one."""
    parts = [f"{key}={value}" for key, value in (one.get("matchLabels") or {}).items()]
    for rule in one.get("matchExpressions") or ():
        key, values = rule.get("key", ""), ", ".join(rule.get("values") or ())
        match rule.get("operator"):
            case "Exists":
                parts.append(key)
            case "DoesNotExist":
                parts.append(f"!{key}")
            case operator:
                parts.append(f"{key} {str(operator).lower()} ({values})")
    return ",".join(parts)
