"""Listeners of a draft that cannot be, or that others have already, told while somebody types.

By the rules of the Gateway API ("Distinct Listeners", ListenerSet.spec.listeners) and of NGF:
listeners of one Gateway differ by port, protocol and hostname. NGF runs a data plane of its own for
every Gateway, so a port that another Gateway has is no conflict, unless its Service takes ports of
the nodes; a hostname that two Gateways serve is worth knowing, for only one of them has its DNS.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.gatewayapi.model.conflicts import conflict
from services.gatewayapi.model.gateways import Gateway, Listener
from services.gatewayapi.model.hostnames import overlap
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Key, Ref

Object = Mapping[str, Any]
Sees = Callable[[str], bool]
"""Whether one may look into a namespace."""
_UNCLEAR = ("TCP", "UDP")
MOST = 64
"""Listeners that a Gateway may have. Each pair can clash, so more than the server takes are not
compared."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A listener of a draft and what it meets. ``blocks`` is False for what works all the same."""

    listener: str
    with_: str
    rule: str
    blocks: bool = True


def clashes(
    model: Model, gateway: Key, listeners: Sequence[Any], sees: Sees, *, ngf: bool = True
) -> tuple[Clash, ...]:
    """What the ``listeners`` of a draft of ``gateway`` meet: each other, listeners of ListenerSets
    that name it, and other Gateways in namespaces that one ``sees``. Nothing of more than `MOST`,
    which the server refuses."""
    if len(listeners) > MOST:
        return ()
    drafted = [_listener(gateway, index, one) for index, one in enumerate(listeners)]
    mine = [one for one in drafted if one is not None]
    return (
        *_among(mine, ngf),
        *_with_sets(model, gateway, mine, sees, ngf),
        *_with_others(model, gateway, mine, sees),
    )


def _listener(gateway: Key, index: int, spec: Any) -> Listener | None:
    """A listener as far as it is written; None where it has no port yet."""
    if not isinstance(spec, Mapping) or not isinstance(spec.get("port"), int):
        return None
    ref, protocol = Ref("Gateway", *gateway), str(spec.get("protocol") or "")
    host = "" if protocol in _UNCLEAR else str(spec.get("hostname") or "").lower()
    name = str(spec.get("name") or "") or f"number {index + 1}"
    return Listener(
        ref, ref, index, name, spec["port"], protocol, host, "", (), (), usable=True, spec=spec
    )


def _among(mine: list[Listener], ngf: bool) -> Iterator[Clash]:
    for place, one in enumerate(mine):
        for other in mine[:place]:
            if one.name == other.name:
                yield Clash(one.name, other.name, "Two listeners have this name.")
            elif reason := conflict(one, other, ngf):
                yield Clash(one.name, other.name, _said(one, other, reason))


def _with_sets(
    model: Model, gateway: Key, mine: list[Listener], sees: Sees, ngf: bool
) -> Iterator[Clash]:
    live = model.gateways.get(gateway)
    for other in live.listeners if live else ():
        if other.owner.kind != "ListenerSet" or not sees(other.owner.namespace):
            continue
        for one in mine:
            if reason := conflict(one, other, ngf):
                named = f"{other.name} of {other.owner}"
                said = f"{_said(one, other, reason)} The Gateway goes first, so that one is lost."
                yield Clash(one.name, named, said, blocks=False)


def _with_others(model: Model, gateway: Key, mine: list[Listener], sees: Sees) -> Iterator[Clash]:
    for place, other in model.gateways.items():
        if place == gateway or not sees(place[0]) or not other.controller:
            continue
        for one in mine:
            if met := _served(one, other):
                said = (
                    f"Gateway {place[0]}/{place[1]} serves {met} on port {one.port}, too, at an"
                    " address of its own: clients reach the one that DNS names."
                )
                yield Clash(one.name, f"{place[0]}/{place[1]}", said, blocks=False)


def _served(one: Listener, other: Gateway) -> str:
    """A hostname of ``one`` that another Gateway has on the same port; "" where it has none."""
    for each in other.listeners:
        named = one.hostname and each.hostname
        if named and each.port == one.port and overlap(one.hostname, each.hostname):
            return max(one.hostname, each.hostname, key=len)
    return ""


def _said(one: Listener, other: Listener, reason: str) -> str:
    if reason == "HostnameConflict" and one.hostname == other.hostname:
        host = f"hostname {one.hostname}" if one.hostname else "every hostname"
        return f"Both have {host} on port {one.port} by {one.protocol}."
    if reason == "HostnameConflict":
        hosts = f"{one.hostname or 'Every hostname'} and {other.hostname or 'every hostname'}"
        return f"{hosts} overlap on port {one.port}."
    if one.protocol == other.protocol:
        return f"Port {one.port} takes one {one.protocol} listener."
    return f"Port {one.port} cannot have both {one.protocol} and {other.protocol}."
