"""Matches, filters and backends of routes as one line of text each.

A match reads like the request it takes: ``GET /checkout/* header x-canary: true``. Nothing that
decides is left out: type of path match, method, headers, query parameters. A filter reads like what
it does; one of a kind unknown here is named as it stands.
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


_FIELDS = {"URLRewrite": "urlRewrite", "CORS": "cors"}
"""Filter types whose field is not just their name with a small first letter."""


def filter_text(one: Object) -> str:
    """One filter of a rule or backend."""
    kind = str(one.get("type", ""))
    body = one.get(_FIELDS.get(kind, kind[:1].lower() + kind[1:])) or {}
    match kind:
        case "RequestHeaderModifier" | "ResponseHeaderModifier":
            where = "request" if kind.startswith("Request") else "response"
            done = [
                *(f"set {h['name']}: {h.get('value', '')}" for h in body.get("set") or ()),
                *(f"add {h['name']}: {h.get('value', '')}" for h in body.get("add") or ()),
                *(f"remove {name}" for name in body.get("remove") or ()),
            ]
            return f"{where} header {', '.join(done)}"
        case "RequestRedirect":
            target = "".join(
                [
                    f"{body['scheme']}://" if body.get("scheme") else "",
                    body.get("hostname", ""),
                    f":{body['port']}" if body.get("port") else "",
                    _replaced(body.get("path")),
                ]
            )
            return f"redirect {body.get('statusCode', 302)} to {target or 'the same place'}"
        case "URLRewrite":
            host = f"host to {body['hostname']}" if body.get("hostname") else ""
            path = f"path to {_replaced(body['path'])}" if body.get("path") else ""
            return f"rewrite {' and '.join(filter(None, (host, path)))}"
        case "RequestMirror":
            share = f" {body['percent']}%" if "percent" in body else ""
            return f"mirror{share} to {backend_name(body.get('backendRef') or {})}"
        case "CORS":
            return f"CORS for {', '.join(body.get('allowOrigins') or ('no origin',))}"
        case "ExtensionRef":
            return f"{body.get('kind')} {body.get('name')}"
    return kind


def _replaced(path: Object | None) -> str:
    if not path:
        return ""
    if path.get("type") == "ReplacePrefixMatch":
        return f"{path.get('replacePrefixMatch') or '/'} in place of the prefix"
    return str(path.get("replaceFullPath", ""))


def backend_name(ref: Object) -> str:
    """A backend as ``namespace/name:port``, with its kind unless it is a Service."""
    kind = "" if ref.get("kind", "Service") == "Service" else f"{ref['kind']} "
    place = f"{ref['namespace']}/" if ref.get("namespace") else ""
    port = f":{ref['port']}" if ref.get("port") else ""
    return f"{kind}{place}{ref.get('name', '')}{port}"


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
