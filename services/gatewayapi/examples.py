"""Requests that show what a route does: for each of its matches one that fits it, and one that
fits it by its path alone, at each listener and host that it has.
"""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import quote, urlencode

from services.gatewayapi.matching.request import Request
from services.gatewayapi.model.attachment import Attachment
from services.gatewayapi.model.gateways import Listener
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Key, Ref
from services.gatewayapi.model.routes import Match, Route

HOSTS = 3
"""Hosts of a route at a listener that are tried."""
LABEL = "any"
"""What stands for the asterisk of a wildcard."""
NOBODY = "example.invalid"
"""The host of a route without hostnames (RFC 6761, 6.4)."""


class Example(NamedTuple):
    """A request to a gateway."""

    gateway: Key
    request: Request


def examples(model: Model, ref: Ref) -> Iterator[Example]:
    """Requests for a route, in the order of its rules. Paths by regular expression have none."""
    route = model.routes.get(ref)
    if route is None:
        return
    attached = [one for parent in model.parents(ref) for one in parent.attachments if one.attached]
    for one in attached:
        for host in islice(one.hostnames, HOSTS):
            for request in _at(route, one, host):
                yield Example(one.listener.gateway.key, request)


def _at(route: Route, attachment: Attachment, name: str) -> Iterator[Request]:
    listener = attachment.listener
    host = name.replace("*", LABEL, 1) if name else NOBODY
    if route.ref.kind not in ("HTTPRoute", "GRPCRoute"):
        yield _request(listener, host)
        return
    for rule in route.rules:
        for match in rule.matches:
            if match.path_type == "RegularExpression":
                continue
            whole = _asking(listener, host, match)
            yield whole
            bare = _bare(whole)
            if bare != whole:
                yield bare


def _asking(listener: Listener, host: str, match: Match) -> Request:
    headers = tuple((one.name, one.value) for one in match.headers if one.type == "Exact")
    if not match.path:
        call = match.grpc_service or "any.Service", match.grpc_method or "Any"
        return _request(listener, host, "POST", f"/{call[0]}/{call[1]}", headers, call)
    query = urlencode([(one.name, one.value) for one in match.query if one.type == "Exact"])
    path = quote(match.path, safe="/%!$&'()*+,;=:@~-._")
    target = f"{path}?{query}" if query else path
    return _request(listener, host, match.method or "GET", target, headers)


def _request(
    listener: Listener,
    host: str,
    method: str = "GET",
    path: str = "/",
    headers: tuple[tuple[str, str], ...] = (),
    call: tuple[str, str] | None = None,
) -> Request:
    scheme = {"HTTPS": "https", "TLS": "tls", "TCP": "tcp", "UDP": "udp"}.get(
        listener.protocol.upper(), "http"
    )
    return Request(
        method=method,
        scheme=scheme,
        host=host,
        port=listener.port,
        path=path,
        headers=headers,
        sni=host if scheme in ("https", "tls") else None,
        grpc=call,
    )


def _bare(request: Request) -> Request:
    """The same path as anybody asks for it."""
    return Request(
        method="POST" if request.grpc else "GET",
        scheme=request.scheme,
        host=request.host,
        port=request.port,
        path=request.path.partition("?")[0],
        sni=request.sni,
        grpc=request.grpc,
    )
