"""What a controller says of listeners: of a Gateway (ListenerStatus) and of a ListenerSet
(ListenerEntryStatus)."""

from collections import Counter
from collections.abc import Iterable, Sequence

from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.gateways import Gateway, Listener
from services.gatewayapi.model.hostnames import overlap
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import GATEWAY_GROUP, Key, Ref
from services.gatewayapi.statuses.conditions import Condition, Status, condition
from services.gatewayapi.statuses.routes import accepted

_SECURE = ("HTTPS", "TLS")
Counts = Counter[tuple[Ref, str]]


def attached_routes(model: Model, gateway: Key) -> Counts:
    """Routes by listener, as ListenerStatus.attachedRoutes counts them: those that the listener
    takes and that are accepted, whether or not the listener itself works."""
    taken = {
        (ref, one.listener.id)
        for ref in model.routes_of(gateway)
        for parent in model.parents(ref)
        if parent.gateway is not None
        and parent.gateway.key == gateway
        and accepted(model, ref, parent) is None
        for one in parent.attachments
        if one.attached
    }
    return Counter(listener for _, listener in taken)


def statuses(
    gateway: Gateway, listeners: Sequence[Listener], counts: Counts, at: int
) -> list[Status]:
    """One entry for each listener of one object, in its order."""
    return [
        {
            "name": one.name,
            "supportedKinds": [{"group": GATEWAY_GROUP, "kind": kind} for kind in one.kinds],
            "attachedRoutes": counts[one.id],
            "conditions": _conditions(gateway, one, at),
        }
        for one in listeners
    ]


def _conditions(gateway: Gateway, one: Listener, at: int) -> list[Condition]:
    accepted_fault, refs, conflict = (
        _first(one.faults, kind) for kind in ("Accepted", "ResolvedRefs", "Conflicted")
    )
    found = [
        _accepted(gateway, one, at, accepted_fault, refs, conflict),
        _programmed(gateway, one, at, conflict),
        condition("ResolvedRefs", at, "False", refs.reason, refs.message)
        if refs
        else condition("ResolvedRefs", at, "True", "ResolvedRefs", "All references are resolved"),
        condition("Conflicted", at, "True", conflict.reason, conflict.message)
        if conflict
        else condition("Conflicted", at, "False", "NoConflicts", "No conflicts"),
    ]
    if other := _overlapping(gateway, one):
        # ListenerConditionOverlappingTLSConfig: on all of them, and never False.
        text = f"Its hostname overlaps with that of listener {other.name} on port {one.port}"
        found.append(condition("OverlappingTLSConfig", at, "True", "OverlappingHostnames", text))
    return found


def _accepted(
    gateway: Gateway,
    one: Listener,
    at: int,
    fault: Fault | None,
    refs: Fault | None,
    conflict: Fault | None,
) -> Condition:
    if fault:
        return condition("Accepted", at, "False", fault.reason, fault.message)
    if conflict:
        # Of a Gateway's own listeners the specification has no reason but Invalid; NGF and
        # ListenerSets repeat that of the conflict.
        own = one.owner == gateway.ref and not gateway.ngf
        reason = "Invalid" if own else conflict.reason
        return condition("Accepted", at, "False", reason, conflict.message)
    if refs and gateway.ngf and not one.usable and refs.reason != "InvalidRouteKinds":
        return condition("Accepted", at, "False", refs.reason, refs.message)
    return condition("Accepted", at, "True", "Accepted", "The Listener is accepted")


def _programmed(gateway: Gateway, one: Listener, at: int, conflict: Fault | None) -> Condition:
    if one.usable:
        return condition("Programmed", at, "True", "Programmed", "The Listener is programmed")
    reason = conflict.reason if conflict and one.owner != gateway.ref else "Invalid"
    text = one.faults[0].message if one.faults else "The Listener is invalid"
    return condition("Programmed", at, "False", reason, text)


def _overlapping(gateway: Gateway, one: Listener) -> Listener | None:
    """Another listener of the port that terminates TLS for names of this one. NGF says so of
    listeners that conflict, too."""
    if one.protocol not in _SECURE or (_first(one.faults, "Conflicted") and not gateway.ngf):
        return None
    for other in gateway.listeners:
        if (
            other.id != one.id
            and other.port == one.port
            and other.protocol in _SECURE
            and other.hostname != one.hostname
            and overlap(one.hostname, other.hostname)
            and not (_first(other.faults, "Conflicted") and not gateway.ngf)
        ):
            return other
    return None


def _first(faults: Iterable[Fault], kind: str) -> Fault | None:
    return next((one for one in faults if one.condition == kind), None)
