"""Ports of Services that nginx is named twice: NGF calls the upstream of HTTP and that of streams
by the same name, and nginx refuses such a configuration."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from services.gatewayapi.model.gateways import Gateway
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.routes import BackendRef

if TYPE_CHECKING:
    from services.gatewayapi.model.model import Model

WEB = ("HTTPRoute", "GRPCRoute")
_STREAMS = ("TLSRoute", "TCPRoute", "UDPRoute")
_CARRIED = ("TLS", "TCP", "UDP")


class Clash(NamedTuple):
    """A route of HTTP and one of streams, each with its backendRef to one port."""

    web: Ref
    by_web: BackendRef
    stream: Ref
    by_stream: BackendRef


def clashes(model: "Model", gateway: Gateway) -> Iterator[Clash]:
    """Those of routes that are attached to listeners of a gateway that work."""
    if not any(one.protocol in _CARRIED for one in gateway.listeners):
        return
    taken = {one.route for one in model.attached(gateway.ref.key) if one.listener.usable}
    for stream in sorted(ref for ref in taken if ref.kind in _STREAMS):
        for by_stream in _sound(model, stream):
            for web in model.users(by_stream.ref):
                if web in taken and web.kind in WEB:
                    for by_web in _sound(model, web):
                        if (by_web.ref, by_web.port) == (by_stream.ref, by_stream.port):
                            yield Clash(web, by_web, stream, by_stream)


def _sound(model: "Model", ref: Ref) -> Iterator[BackendRef]:
    for rule in model.routes[ref].rules:
        for one in rule.backends:
            if one.kind == "Service" and model.backend(ref, one, True).fault is None:
                yield one
