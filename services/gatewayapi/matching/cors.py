"""Cross-origin requests: preflights that the gateway answers, headers on answers of others
(HTTPCORSFilter)."""

import re
from collections.abc import Mapping
from typing import Any

from services.gatewayapi.matching.headers import Pairs, joined

_DEFAULT_PORTS = {"http": "80", "https": "443"}
_DEFAULT_AGE = 5


def is_preflight(method: str, header: Mapping[str, str]) -> bool:
    """Whether a request (``header`` by lower-case name) asks beforehand (Fetch, 3.2.2)."""
    return method == "OPTIONS" and "origin" in header and "access-control-request-method" in header


def allows(filter_: Mapping[str, Any], origin: str) -> bool:
    """Whether an origin is one of those that a filter allows (HTTPCORSFilter.allowOrigins)."""
    return any(_covers(str(pattern), origin) for pattern in _list(filter_, "allowOrigins"))


def preflight(filter_: Mapping[str, Any], header: Mapping[str, str]) -> Pairs:
    """The headers of the answer to a preflight; none for an origin that is not allowed."""
    origin = header.get("origin", "")
    if not allows(filter_, origin):
        return ()
    found = [("Access-Control-Allow-Origin", _origin(filter_, origin))]
    for name, field, asked in (
        ("Access-Control-Allow-Methods", "allowMethods", "access-control-request-method"),
        ("Access-Control-Allow-Headers", "allowHeaders", "access-control-request-headers"),
    ):
        value = _allowed(filter_, field, header.get(asked))
        if value:
            found.append((name, value))
    found.extend(_shared(filter_))
    age = filter_.get("maxAge")
    found.append(("Access-Control-Max-Age", str(age if type(age) is int else _DEFAULT_AGE)))
    return tuple(found)


def actual(filter_: Mapping[str, Any], header: Mapping[str, str]) -> Pairs:
    """The headers that the answer to an actual request gets; none without an allowed origin."""
    origin = header.get("origin")
    if origin is None or not allows(filter_, origin):
        return ()
    return (("Access-Control-Allow-Origin", _origin(filter_, origin)), *_shared(filter_))


def by_nginx(filter_: Mapping[str, Any], header: Mapping[str, str]) -> Pairs:
    """The headers that nginx adds to every answer, as NGF configures it: all but the origin and
    credentials whatever the request is, and for ``*`` what the request asks for."""
    origin = header.get("origin", "")
    allowed = any(_is_like(str(one), origin) for one in _list(filter_, "allowOrigins"))
    age = filter_.get("maxAge")
    found = (
        ("Access-Control-Allow-Origin", origin if allowed else ""),
        (
            "Access-Control-Allow-Methods",
            _written(filter_, "allowMethods", header.get("access-control-request-method")),
        ),
        (
            "Access-Control-Allow-Headers",
            _written(filter_, "allowHeaders", header.get("access-control-request-headers")),
        ),
        ("Access-Control-Expose-Headers", joined(_list(filter_, "exposeHeaders"))),
        (
            "Access-Control-Allow-Credentials",
            "true" if allowed and _credentials(filter_) else "",
        ),
        ("Access-Control-Max-Age", str(age if type(age) is int else _DEFAULT_AGE)),
    )
    return tuple((name, value) for name, value in found if value)


def _written(filter_: Mapping[str, Any], field: str, asked: str | None) -> str:
    text = joined(_list(filter_, field))
    return asked or "" if text == "*" else text


def _is_like(pattern: str, origin: str) -> bool:
    body = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(body, origin) is not None


def _shared(filter_: Mapping[str, Any]) -> Pairs:
    found = []
    exposed = _list(filter_, "exposeHeaders")
    if exposed and not ("*" in exposed and _credentials(filter_)):
        found.append(("Access-Control-Expose-Headers", joined(exposed)))
    if _credentials(filter_):
        found.append(("Access-Control-Allow-Credentials", "true"))
    return tuple(found)


def _origin(filter_: Mapping[str, Any], origin: str) -> str:
    anyone = "*" in _list(filter_, "allowOrigins")
    return "*" if anyone and not _credentials(filter_) else origin


def _allowed(filter_: Mapping[str, Any], field: str, asked: str | None) -> str:
    allowed = _list(filter_, field)
    if "*" not in allowed:
        return joined(allowed)
    return (asked or "") if _credentials(filter_) else "*"


def _covers(pattern: str, origin: str) -> bool:
    if pattern == "*":
        return True
    wanted, given = _parts(pattern), _parts(origin)
    if wanted is None or given is None or wanted[0] != given[0] or wanted[2] != given[2]:
        return False
    # A wildcard reaches over any number of labels (HTTPCORSFilter.allowOrigins).
    body = ".*".join(re.escape(part) for part in wanted[1].split("*"))
    return re.fullmatch(body, given[1]) is not None


def _parts(origin: str) -> tuple[str, str, str] | None:
    scheme, mark, rest = origin.lower().partition("://")
    if not mark or not rest:
        return None
    host, colon, port = rest.rpartition(":")
    if not colon or not port.isdigit():
        host, port = rest, _DEFAULT_PORTS.get(scheme, "")
    return scheme, host, port


def _list(filter_: Mapping[str, Any], field: str) -> list[Any]:
    value = filter_.get(field)
    return value if isinstance(value, list) else []


def _credentials(filter_: Mapping[str, Any]) -> bool:
    return filter_.get("allowCredentials") is True
