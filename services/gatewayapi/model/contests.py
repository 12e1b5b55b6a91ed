"""Routes that keep each other from one listener: the older stays, the younger is not accepted.

What a single route cannot know of itself. Three rules:

- GRPCRoute.spec.hostnames: an HTTPRoute and a GRPCRoute whose hostnames meet exclude each other.
  NGF serves both.
- TCP and UDP listeners tell no connections apart, so the oldest route has them all. NGF refuses the
  others; the specification accepts and counts them, though they get nothing.
- NGF takes each hostname of a port from one TLSRoute only.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from services.gatewayapi.model.attaching import parent_fault
from services.gatewayapi.model.attachment import Attachment, Parent
from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.gateways import Gateway
from services.gatewayapi.model.hostnames import overlap
from services.gatewayapi.model.names import Ref, precedence
from services.gatewayapi.model.routes import Route

Id = tuple[Ref, str]
_WEB = ("HTTPRoute", "GRPCRoute")
_STREAM = ("TCPRoute", "UDPRoute")


def losers(
    gateway: Gateway,
    named: Mapping[Ref, tuple[Parent, ...]],
    routes: Mapping[Ref, Route],
) -> dict[Ref, tuple[Parent, ...]]:
    """The routes of ``named`` that lose a listener of ``gateway``, with their parents as they are
    then. ``named`` are those that name it, with their parents as if each were alone."""
    kinds = {ref.kind for ref in named}
    lost: dict[tuple[Ref, Id], Attachment] = {}
    if not gateway.ngf and set(_WEB) <= kinds:
        lost |= _contest(gateway, named, routes, _WEB, _by_other_kind)
    if gateway.ngf and "TLSRoute" in kinds:
        lost |= _contest(gateway, named, routes, ("TLSRoute",), _by_hostname)
    for kind in _STREAM:
        if gateway.ngf and kind in kinds:
            lost |= _contest(gateway, named, routes, (kind,), _by_listener)
    touched = dict.fromkeys(ref for ref, _ in lost)
    return {ref: tuple(_parents(gateway, named[ref], lost)) for ref in touched}


Contest = Callable[[list[Attachment]], Iterator[Attachment]]
"""Of attachments in order of precedence those that cannot stay, as they are then."""


def _contest(
    gateway: Gateway,
    named: Mapping[Ref, tuple[Parent, ...]],
    routes: Mapping[Ref, Route],
    kinds: Iterable[str],
    contest: Contest,
) -> dict[tuple[Ref, Id], Attachment]:
    asking: dict[object, dict[tuple[Ref, Id], Attachment]] = {}
    for ref, parents in named.items():
        if ref.kind not in kinds:
            continue
        for parent in parents:
            if parent.gateway != gateway.ref:
                continue
            for one in parent.attachments:
                if one.fault is None:
                    place = one.listener.port if contest is _by_hostname else one.listener.id
                    asking.setdefault(place, {}).setdefault((ref, one.listener.id), one)

    def order(one: Attachment) -> tuple[object, ...]:
        ref = one.route
        return (*precedence(routes[ref].created, *ref.key), ref.kind, one.listener.index)

    return {
        (one.route, one.listener.id): one
        for found in asking.values()
        if len(found) > 1
        for one in contest(sorted(found.values(), key=order))
    }


def _by_listener(asking: list[Attachment]) -> Iterator[Attachment]:
    """The oldest has the listener."""
    first, *others = asking
    for one in others:
        message = (
            f"Listener {one.listener.name} already has a {one.route.kind}, and it can have one."
        )
        yield _lost(one, "MultipleRoutesOnListener", message, "rules", "")
    del first


def _by_hostname(asking: list[Attachment]) -> Iterator[Attachment]:
    """Each hostname has the oldest route that asks for it; what is left over stays."""
    taken: dict[str, Ref] = {}
    for one in asking:
        free = tuple(host for host in one.hostnames if taken.get(host, one.route) == one.route)
        taken.update(dict.fromkeys(free, one.route))
        if not free:
            message = (
                f"Older TLSRoutes on port {one.listener.port} have {', '.join(one.hostnames)}."
            )
            yield _lost(one, "HostnameConflict", message, "hostnames", "spec.hostnames")
        elif free != one.hostnames:
            yield replace(one, hostnames=free)


def _by_other_kind(asking: list[Attachment]) -> Iterator[Attachment]:
    """A route stays when no older one of the other kind has one of its hostnames."""
    held: dict[str, dict[str, None]] = {kind: {} for kind in _WEB}
    for one in asking:
        other = "GRPCRoute" if one.route.kind == "HTTPRoute" else "HTTPRoute"
        met = next((host for host in one.hostnames if _holds(held[other], host)), None)
        if met is None:
            held[one.route.kind].update(dict.fromkeys(one.hostnames))
            continue
        message = (
            f"An older {other} on listener {one.listener.name} has {met or 'every hostname'}, and "
            "an HTTPRoute and a GRPCRoute cannot share one."
        )
        fault = _lost(one, "HostnameConflict", message, "hostnames", "spec.hostnames").fault
        yield replace(
            one,
            hostnames=(),
            fault=replace(fault, section="GRPCRoute.spec.hostnames") if fault else None,
        )


def _holds(held: Mapping[str, None], host: str) -> bool:
    """Whether any of many hostnames has a name in common with ``host``."""
    if not held:
        return False
    if host in held or "" in held or not host:
        return True
    if host.startswith("*."):
        return any(overlap(one, host) for one in held)
    rest = host
    while "." in rest:
        rest = rest.split(".", 1)[1]
        if f"*.{rest}" in held:
            return True
    return False


def _lost(one: Attachment, reason: str, message: str, section: str, field: str) -> Attachment:
    fault = Fault(
        "Accepted", reason, message, f"{one.route.kind}.spec.{section}", field or "spec.parentRefs"
    )
    return replace(one, hostnames=(), fault=fault)


def _parents(
    gateway: Gateway, parents: tuple[Parent, ...], lost: Mapping[tuple[Ref, Id], Attachment]
) -> Iterator[Parent]:
    for parent in parents:
        if parent.gateway != gateway.ref:
            yield parent
            continue
        attachments = tuple(
            lost.get((one.route, one.listener.id), one) if one.fault is None else one
            for one in parent.attachments
        )
        if attachments == parent.attachments or not attachments:
            yield parent
            continue
        field = f"spec.parentRefs[{parent.index}]"
        yield replace(
            parent, attachments=attachments, fault=parent_fault(gateway, attachments, field)
        )
