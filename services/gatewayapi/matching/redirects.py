"""Redirects and rewrites: the URL that a client is sent to, the one that a backend gets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.gatewayapi.matching import paths
from services.gatewayapi.matching.request import Request
from services.gatewayapi.model.routes import Match

WELL_KNOWN = {"http": 80, "https": 443}
_STATUS = 302
_STATUSES = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a client is sent, with which status."""

    status: int
    location: str


class Unfit(ValueError):
    """A path modifier that the rule's match or the API does not allow."""


def redirect(
    filter_: Mapping[str, Any],
    request: Request,
    match: Match | None,
    scheme: str,
    port: int,
    names_port: bool,
) -> Redirect:
    """What a RequestRedirect answers to a request that came in ``scheme`` on a listener's ``port``
    (HTTPRequestRedirectFilter); ``names_port`` whether a port that goes without saying is named.

    Raises:
        Unfit: a scheme, status or path modifier that is not allowed.
    """
    status = filter_.get("statusCode", _STATUS)
    if status not in _STATUSES:
        raise Unfit(f"statusCode {status} is not one of {', '.join(map(str, _STATUSES))}")
    told = filter_.get("scheme") or ""
    if told and (not isinstance(told, str) or told not in WELL_KNOWN):
        raise Unfit(f"scheme {told} is not http or https")
    target = told or scheme
    wanted = filter_.get("port") or (WELL_KNOWN[told] if told else port)
    host = filter_.get("hostname") or request.hostname
    path, query = paths.split(request.path)
    path = modified(filter_.get("path"), path, match) + query
    loud = names_port and not told
    return Redirect(int(status), url(target, host, wanted, path, names_port=loud))


def url(scheme: str, host: str, port: int, path: str, *, names_port: bool = False) -> str:
    """A URL with its port, unless that goes without saying and need not be named."""
    silent = port == WELL_KNOWN.get(scheme) and not names_port
    return f"{scheme}://{host}{path}" if silent else f"{scheme}://{host}:{port}{path}"


def modified(modifier: object, path: str, match: Match | None) -> str:
    """A path after a path modifier (HTTPPathModifier); the same without one.

    Raises:
        Unfit: it replaces the prefix of a match that has none, or is of no known type.
    """
    if not isinstance(modifier, Mapping):
        return path
    kind = modifier.get("type")
    if kind == "ReplaceFullPath":
        return _absolute(str(modifier.get("replaceFullPath") or ""))
    if kind != "ReplacePrefixMatch":
        raise Unfit(f"{kind} is no type of path modifier")
    if match is None or match.path_type != "PathPrefix":
        raise Unfit("ReplacePrefixMatch needs a match of type PathPrefix")
    prefix = paths.compared(match.path).rstrip("/")
    plain = path if path.startswith(prefix) else ""
    if not plain or "/." in path or "//" in path:
        # Not as it was sent: the prefix is that of the path as it was compared.
        plain = paths.compared(path)
        plain = plain if plain.startswith(prefix) else paths.as_nginx(path) or plain
        plain = paths.encoded(plain)
        prefix = paths.encoded(prefix)
    replacement = str(modifier.get("replacePrefixMatch") or "")
    return _absolute(paths.replaced(plain, prefix, replacement))


def _absolute(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"
