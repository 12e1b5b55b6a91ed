"""How an object stands: the worst of what its controller wrote and of what the model finds.

A verdict on an object's own conditions is kept as long as the object is the same: a graph of ten
thousand routes is made anew with every change of one.
"""

from collections.abc import Iterable
from typing import Any

from services.gatewayapi import conditions
from services.gatewayapi.attachments import parents
from services.gatewayapi.conditions import Verdict
from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.gateways import Gateway, Listener
from services.gatewayapi.model.names import Object, Ref
from services.gatewayapi.topology.graph import WORST

GOOD = Verdict("ok", "Healthy")


class Verdicts:
    """Verdicts on routes from their own status, kept by object."""

    def __init__(self) -> None:
        self._kept: dict[Ref, tuple[Object, Verdict]] = {}

    def route(self, ref: Ref, obj: Object) -> Verdict:
        """What the parents of a route say of it."""
        kept = self._kept.get(ref)
        if kept is None or kept[0] is not obj:
            said = parents(obj)
            verdicts = [
                Verdict(one["status"], one["status_word"], one["reason"], one["message"])
                for one in said
            ]
            verdict = conditions.deleting(obj) or conditions.route(verdicts, len(said))
            kept = self._kept[ref] = obj, verdict
        return kept[1]

    def forget(self, known: Iterable[Ref]) -> None:
        """Keep those of ``known`` routes only."""
        left = set(known)
        for ref in [ref for ref in list(self._kept) if ref not in left]:
            self._kept.pop(ref, None)


def worst_of(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst verdict, the first of them; good where there is none."""
    return min(verdicts, key=lambda one: WORST[one.status], default=GOOD)


def faulty(fault: Fault, status: conditions.Status, word: str) -> Verdict:
    """A verdict from a rule that says no."""
    return Verdict(status, word, fault.reason, fault.message)


def gateway(one: Gateway) -> Verdict:
    """How a gateway stands."""
    own = conditions.deleting(one.obj) or conditions.gateway(one.obj, one.controller or None)
    if not one.ngf and own.status == "unknown":
        return own
    found = [own, *(faulty(fault, "err", "Not accepted") for fault in one.faults)]
    broken = next((lis for lis in one.listeners if lis.faults), None)
    if broken:
        fault = broken.faults[0]
        said = f"Listener {broken.name}: {fault.message}"
        found.append(Verdict("warn", "Partly programmed", fault.reason, said))
    return worst_of(found)


def listener(one: Listener, owner: Object | None, *, ngf: bool) -> Verdict:
    """How a listener stands; ``owner`` is the object that it is written in."""
    said = _said(owner, one.name)
    own = conditions.listener(said) if said or ngf else Verdict("unknown", conditions.NOT_NGF)
    status: conditions.Status = "warn" if one.usable else "err"
    found = [faulty(fault, status, "Not programmed") for fault in one.faults]
    return worst_of([own, *found])


def _said(owner: Object | None, name: str) -> list[Any] | None:
    for one in ((owner or {}).get("status") or {}).get("listeners") or ():
        if one.get("name") == name:
            found: list[Any] | None = one.get("conditions")
            return found
    return None


def policy(obj: Object) -> Verdict:
    """How a policy stands, by what its ancestors' controllers say."""
    status = obj.get("status") or {}
    said = [one.get("conditions") or () for one in status.get("ancestors") or ()]
    said += [one.get("conditions") or () for one in status.get("controllers") or ()]
    if not said:
        return Verdict("info", "Pending", "waiting for controller", "No controller has spoken.")
    bad = [one for each in said for one in each if conditions.is_bad(one)]
    if not bad:
        return Verdict("ok", "Accepted")
    first = bad[0]
    word = "Not accepted" if first.get("type") == "Accepted" else f"Not {first.get('type')}"
    return Verdict("warn", word, str(first.get("reason", "")), str(first.get("message", "")))
