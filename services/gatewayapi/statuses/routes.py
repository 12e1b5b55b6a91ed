"""What a controller says of a route, parent by parent (RouteParentStatus)."""

from collections.abc import Iterable

from services.gatewayapi.model.attachment import Parent
from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.gateways import Gateway
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.routes import Route
from services.gatewayapi.statuses import rules
from services.gatewayapi.statuses.conditions import (
    Condition,
    Status,
    condition,
    denied,
    generation,
)


def accepted(model: Model, ref: Ref, parent: Parent) -> Fault | None:
    """Why a parent does not accept a route; None when it does (RouteConditionAccepted).

    A route of which every rule is invalid is accepted by nobody.
    """
    if parent.fault:
        return parent.fault
    route = model.routes[ref]
    wrong = rules.broken(route, _ngf(model, parent))
    if wrong and len({one.rule for one in wrong}) == len(route.rules):
        return wrong[0].fault
    return None


def route(model: Model, one: Route, affected: Iterable[Condition] = ()) -> Status:
    """A route. A parent without a controller has no entry: nobody could write it
    (RouteStatus.parents). ``affected`` are the conditions that policies of NGF leave on it."""
    entries = []
    for parent in model.parents(one.ref):
        owner = model.gateways.get(parent.gateway.key) if parent.gateway else None
        if owner is None or not owner.controller:
            continue
        found = _conditions(model, one, parent, owner)
        entries.append(
            {
                "parentRef": dict(parent.spec),
                "controllerName": owner.controller,
                "conditions": [*found, *(affected if owner.ngf else ())],
            }
        )
    return {"parents": entries}


def _ngf(model: Model, parent: Parent) -> bool:
    owner = model.gateways.get(parent.gateway.key) if parent.gateway else None
    return owner is not None and owner.ngf


def _conditions(model: Model, one: Route, parent: Parent, owner: Gateway) -> list[Condition]:
    ngf = owner.ngf
    at = generation(one.obj)
    refused = accepted(model, one.ref, parent)
    found = [denied("Accepted", at, refused) if refused else _taken(one, at, ngf)]
    wrong = rules.broken(one, ngf)
    missing = [fault for fault, _ in rules.unresolved(model, one, owner.controller)]
    if ngf:  # which does not look at what rules refer to that it drops
        dropped = tuple(f"spec.rules[{each.rule}]." for each in wrong)
        missing = [fault for fault in missing if not fault.field.startswith(dropped)]
    if missing:
        found.append(denied("ResolvedRefs", at, _told(missing, ngf)))
    else:
        text = "All references are resolved"
        found.append(condition("ResolvedRefs", at, "True", "ResolvedRefs", text))
    if wrong and not refused:
        # RouteConditionPartiallyInvalid: only when True, and the message names what is dropped.
        named = ", ".join(sorted({f"spec.rules[{each.rule}]" for each in wrong}))
        text = f"Dropped Rule {named}: {wrong[0].fault.message}"
        found.append(condition("PartiallyInvalid", at, "True", "UnsupportedValue", text))
    return found


def _told(missing: list[Fault], ngf: bool) -> Fault:
    """Which of several faults a condition names: the first, for NGF the last, filters before all
    backends."""
    if not ngf:
        return missing[0]
    backends = [fault for fault in missing if fault.reason != "InvalidFilter"]
    return (backends or missing)[-1]


def _taken(one: Route, at: int, ngf: bool) -> Condition:
    fields = rules.ignored(one) if ngf else []
    if fields:
        text = f"The following unsupported parameters were ignored: {', '.join(fields)}"
        return condition("Accepted", at, "True", "UnsupportedField", text)
    return condition("Accepted", at, "True", "Accepted", "The Route is accepted")
