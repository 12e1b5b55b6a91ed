"""Routes as their API server says them, brought into the one form of `routes`.

Total: whatever is in an object, it has a form; what is not of the type that the API defines counts
as not there. Defaults are filled in as the specification gives them.
"""

from collections.abc import Sequence
from typing import Any, cast

from services.gatewayapi.model.names import Object, Ref, created
from services.gatewayapi.model.routes import (
    BackendRef,
    Match,
    PathType,
    Route,
    Rule,
    ValueMatch,
    ValueType,
)

MATCHED_KINDS = frozenset({"HTTPRoute", "GRPCRoute"})
"""Kinds whose rules have matches; one without any takes every request."""
_NAMED_KINDS = frozenset({"HTTPRoute", "GRPCRoute", "TLSRoute"})
_NOTHING: Object = {}
_EVERYTHING = (Match(0, "PathPrefix", "/", "", (), ()),)
_EVERY_CALL = (Match(0, "Exact", "", "", (), ()),)
# HTTPRoute.spec.rules: a route written without rules has this one.
_DEFAULT_RULES: tuple[Object, ...] = (_NOTHING,)


def route(kind: str, obj: Object) -> Route:
    """A route of one of the five kinds from its object.

    Hostnames are lower case; of several header or query matches with one name the first counts
    (HTTPRouteMatch.headers: names are compared without case; HTTPRouteMatch.queryParams: exactly).
    """
    metadata = _mapping(obj.get("metadata"))
    spec = _mapping(obj.get("spec"))
    namespace = _text(metadata.get("namespace"))
    rules = spec.get("rules")
    entries: Sequence[Any] = rules if isinstance(rules, list) else ()
    if rules is None and kind == "HTTPRoute":
        entries = _DEFAULT_RULES
    return Route(
        Ref(kind, namespace, _text(metadata.get("name"))),
        obj,
        created(obj),
        _hostnames(spec.get("hostnames")) if kind in _NAMED_KINDS else (),
        tuple(
            _rule(kind, namespace, index, _mapping(entry)) for index, entry in enumerate(entries)
        ),
    )


def backend(namespace: str, spec: Object, field: str) -> BackendRef:
    """A backendRef of a route in ``namespace``, which stands at ``field`` of the route."""
    port = spec.get("port")
    weight = spec.get("weight")
    kind = spec.get("kind")
    return BackendRef(
        kind if isinstance(kind, str) and kind else "Service",
        _text(spec.get("group")),
        _text(spec.get("namespace")) or namespace,
        _text(spec.get("name")),
        port if type(port) is int else None,
        weight if type(weight) is int else 1,
        field,
        bool(spec.get("filters")),
    )


def _rule(kind: str, namespace: str, index: int, obj: Object) -> Rule:
    refs = obj.get("backendRefs")
    backends: tuple[BackendRef, ...] = ()
    if refs and isinstance(refs, list):
        prefix = f"spec.rules[{index}].backendRefs["
        backends = tuple(
            backend(namespace, _mapping(ref), f"{prefix}{place}]") for place, ref in enumerate(refs)
        )
    matches: tuple[Match, ...] = ()
    if kind in MATCHED_KINDS:
        written = obj.get("matches")
        if written and isinstance(written, list):
            read = _http_match if kind == "HTTPRoute" else _grpc_match
            matches = tuple(read(place, _mapping(match)) for place, match in enumerate(written))
        else:
            matches = _EVERYTHING if kind == "HTTPRoute" else _EVERY_CALL
    return Rule(index, _text(obj.get("name")), matches, backends, obj)


def _http_match(index: int, obj: Object) -> Match:
    path = _mapping(obj.get("path"))
    value = path.get("value")
    headers = obj.get("headers")
    query = obj.get("queryParams")
    return Match(
        index,
        cast("PathType", _text(path.get("type")) or "PathPrefix"),
        value if isinstance(value, str) and value else "/",
        _text(obj.get("method")),
        _values(headers, lower=True) if headers else (),
        _values(query, lower=False) if query else (),
    )


def _grpc_match(index: int, obj: Object) -> Match:
    method = _mapping(obj.get("method"))
    headers = obj.get("headers")
    return Match(
        index,
        cast("PathType", _text(method.get("type")) or "Exact"),
        "",
        "",
        _values(headers, lower=True) if headers else (),
        (),
        _text(method.get("service")),
        _text(method.get("method")),
    )


def _values(entries: object, *, lower: bool) -> tuple[ValueMatch, ...]:
    if not isinstance(entries, list):
        return ()
    found: dict[str, ValueMatch] = {}
    for entry in entries:
        obj = _mapping(entry)
        name = _text(obj.get("name"))
        if lower:
            name = name.lower()
        if name not in found:
            kind = cast("ValueType", _text(obj.get("type")) or "Exact")
            found[name] = ValueMatch(name, _text(obj.get("value")), kind)
    return tuple(found.values())


def _hostnames(value: object) -> tuple[str, ...]:
    if not value or not isinstance(value, list):
        return ()
    return tuple(name.lower() for name in value if isinstance(name, str))


def _mapping(value: Any) -> Object:
    return value if isinstance(value, dict) else _NOTHING


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
