"""Listeners of one gateway that requests cannot be told apart by.

Gateway.spec.listeners, "Distinct Listeners": HTTP, HTTPS and TLS listeners differ by port or
hostname, TCP and UDP listeners by port. Of those that are not distinct within one object none is
accepted. Between objects the order of precedence decides (ListenerSet.spec.listeners): the gateway
first, then older ListenerSets, and what comes later and is not distinct is refused.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.gateways import Listener
from services.gatewayapi.model.hostnames import overlap
from services.gatewayapi.model.listeners import CARRIED

SECTION = "Gateway.spec.listeners"
_SECURE = ("HTTPS", "TLS")


def resolved(layers: Iterable[list[Listener]], ngf: bool) -> list[list[Listener]]:
    """The listeners of each object, in order of precedence, with their conflicts among the faults.

    NGF refuses HTTPS and TLS listeners of one port also when their hostnames only overlap, and UDP
    beside HTTP; of two in one ListenerSet it keeps the first, and one that is malformed conflicts
    with none.
    """
    standing: dict[int, list[Listener]] = defaultdict(list)
    answer = []
    for place, layer in enumerate(layers):
        sound = [one for one in layer if not (ngf and _malformed(one))]
        found = {one.index: _first(one, standing[one.port], ngf) for one in sound}
        # What lost to an earlier object is not there for its neighbours to conflict with.
        left = [one for one in sound if not found[one.index]]
        for index, one in enumerate(left):
            beside = left[:index] if ngf and place else [x for x in left if x is not one]
            found[one.index] = _first(one, beside, ngf)
        for one in left:
            standing[one.port].append(one)
        answer.append(
            [_refused(one, *lost) if (lost := found.get(one.index)) else one for one in layer]
        )
    return answer


def _first(one: Listener, others: Iterable[Listener], ngf: bool) -> tuple[str, Listener] | None:
    for other in others:
        if reason := conflict(one, other, ngf):
            return reason, other
    return None


def conflict(one: Listener, other: Listener, ngf: bool) -> str:
    """The reason why two listeners are not distinct, "" when they are."""
    pair = {one.protocol, other.protocol}
    if one.port != other.port or not pair <= CARRIED.keys():
        return ""
    if pair == {"UDP"} or pair == {"TCP"}:
        return "ProtocolConflict"
    if "UDP" in pair:
        return "ProtocolConflict" if ngf and "TCP" not in pair else ""
    if len(pair) == 1:
        return "HostnameConflict" if one.hostname == other.hostname else ""
    if not pair <= set(_SECURE):
        return "ProtocolConflict"
    if ngf and overlap(one.hostname, other.hostname):
        return "HostnameConflict"
    return "ProtocolConflict" if one.hostname == other.hostname else ""


def _malformed(one: Listener) -> bool:
    return any(
        (fault.condition == "Accepted" and fault.reason != "NoValidCACertificate")
        or fault.reason == "InvalidRouteKinds"
        for fault in one.faults
    )


def _refused(one: Listener, reason: str, other: Listener) -> Listener:
    # Who may see one of the two may not see the other: a set's listeners are not named elsewhere.
    with_whom = (
        f"listener {other.name}"
        if other.owner == one.owner
        else "a listener of the Gateway"
        if other.owner == one.gateway
        else "a listener of an older ListenerSet"
    )
    what = "the same hostname" if reason == "HostnameConflict" else "another protocol"
    if one.protocol == other.protocol and one.protocol in ("TCP", "UDP"):
        what = "the same protocol"
    elif reason == "HostnameConflict" and one.hostname != other.hostname:
        what = "an overlapping hostname"
    fault = Fault(
        "Conflicted",
        reason,
        f"On port {one.port} {with_whom} has {what}.",
        SECTION,
        f"spec.listeners[{one.index}]",
    )
    return replace(one, faults=(fault, *one.faults), usable=False)
