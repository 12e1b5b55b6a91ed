"""Ports of Services that nginx is named twice: NGF calls the upstream of HTTP and that of streams
by the same name, and nginx refuses such a configuration."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from services.gatewayapi.model.gateways import Gateway
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.routes import BackendRef

if TYPE_CHECKING:
    from services.gatewayapi.model.model import Model

WEB = ("HTTPRoute", "GRPCRoute")
_STREAMS = ("TLSRoute", "TCPRoute", "UDPRoute")
_CARRIED = ("TLS", "TCP", "UDP")


def clashes(model: "Model", gateway: Gateway, ref: Ref) -> Iterator[tuple[BackendRef, Ref]]:
    """The backendRefs of a route to a port that a route of the other sort uses at a gateway, each
    with that route. Only what is configured counts: routes at listeners that work, and backends
    that can be used."""
    others = _STREAMS if ref.kind in WEB else WEB
    if not _taken(model, gateway, ref):
        return
    for mine in _sound(model, ref):
        for user in model.users(mine.ref):
            if user.kind in others and _taken(model, gateway, user):
                used = {(one.ref, one.port) for one in _sound(model, user)}
                if (mine.ref, mine.port) in used:
                    yield mine, user


def clashing(model: "Model", gateway: Gateway) -> bool:
    """Whether there are any at a gateway."""
    if not any(one.protocol in _CARRIED for one in gateway.listeners):
        return False
    streams = {one.route for one in model.attached(gateway.ref.key) if one.route.kind in _STREAMS}
    return any(True for ref in streams for _ in clashes(model, gateway, ref))


def _taken(model: "Model", gateway: Gateway, ref: Ref) -> bool:
    return any(
        one.attached and one.listener.usable
        for parent in model.parents(ref)
        if parent.gateway == gateway.ref
        for one in parent.attachments
    )


def _sound(model: "Model", ref: Ref) -> Iterator[BackendRef]:
    for rule in model.routes[ref].rules:
        for one in rule.backends:
            if one.kind == "Service" and model.backend(ref, one, True).fault is None:
                yield one
