"""What is worked out of a world ahead of any question, and how it is read together."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.gatewayapi.model.assembly import Assembled
from services.gatewayapi.model.attachment import Attachment, Parent
from services.gatewayapi.model.gateways import Gateway, ListenerSet
from services.gatewayapi.model.grants import Grants
from services.gatewayapi.model.names import Key, Ref, precedence
from services.gatewayapi.model.routes import Route

Index = dict[Ref, dict[Ref, None]]
"""Routes by the Gateway or ListenerSet that they name, which need not exist."""


@dataclass(slots=True)
class Compiled:
    """One world compiled. Whoever makes the next one copies what it changes.

    ``asked`` are the parents of each route as if it were alone, ``lost`` by gateway those of routes
    that lose a contest there (`contests`).
    """

    grants: Grants
    assembled: dict[Key, Assembled]
    gateways: dict[Key, Gateway]
    sets: dict[Key, ListenerSet]
    routes: dict[Ref, Route]
    asked: dict[Ref, tuple[Parent, ...]]
    by_target: Index
    lost: dict[Key, dict[Ref, tuple[Parent, ...]]]


def final(compiled: Compiled, route: Ref) -> tuple[Parent, ...]:
    """A route's parents with what contests took from it."""
    asked = compiled.asked.get(route, ())
    answer = list(asked)
    for index, one in enumerate(asked):
        lost = compiled.lost.get(one.gateway.key) if one.gateway else None
        if lost and route in lost:
            answer[index] = lost[route][index]
    return tuple(answer)


def naming(compiled: Compiled, gateway: Key) -> dict[Ref, None]:
    """Every route that names a gateway or a ListenerSet that names it."""
    found = compiled.by_target.get(Ref("Gateway", *gateway), {})
    assembled = compiled.assembled.get(gateway)
    others = [compiled.by_target.get(one.ref, {}) for one in assembled.sets] if assembled else []
    if not any(others):
        return found
    found = dict(found)
    for other in others:
        found.update(other)
    return found


def attached(compiled: Compiled, gateway: Key) -> Iterator[Attachment]:
    """The attachments of all routes of a gateway, older routes first."""

    def age(ref: Ref) -> tuple[object, ...]:
        return (*precedence(compiled.routes[ref].created, *ref.key), ref.kind)

    for ref in sorted(naming(compiled, gateway), key=age):
        yield from attached_of(compiled, gateway, ref)


def attached_of(compiled: Compiled, gateway: Key, route: Ref) -> Iterator[Attachment]:
    """The attachments of one route to listeners of a gateway, of each listener one."""
    seen = set()
    for parent in final(compiled, route):
        if parent.gateway is None or parent.gateway.key != gateway:
            continue
        for one in parent.attachments:
            if one.fault is None and one.listener.id not in seen:
                seen.add(one.listener.id)
                yield one
