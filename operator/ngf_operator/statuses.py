"""The status of a parent: phase, conditions and children, from what was done and what is seen.

A pure computation. It answers the status that stands already where nothing has changed, so that
nothing is written then.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ngf_operator.hashing import hashed
from ngf_operator.outcomes import UNCLEAR, Outcome
from ngf_operator.wanting import Obj

NO_LONGER = "NoLongerReady"
LONGEST = 2000
"""Characters of a message that names several children."""
LISTED = 300
"""Children of one section that a status names: with thousands the parent could not be stored."""


def status_of(
    parent: Obj,
    outcomes: Sequence[Outcome],
    *,
    now: str,
    acted: bool,
    timer: bool,
    requested: str | None,
    further: Mapping[str, Any],
) -> Obj:
    """The status of a parent after a reconcile.

    ``acted`` says that something was done, ``timer`` that it was the regular pass of the timer.
    ``requested`` is the request to reconcile that was answered, ``further`` what the recipe adds.
    """
    before: Obj = parent.get("status") or {}
    phase = _phase(parent, outcomes, before)
    status: Obj = {
        **further,
        "phase": phase,
        "children": _children(outcomes, before, now),
        "conditions": _conditions(parent, outcomes, before, phase, now, timer=timer),
        "observedGeneration": parent["metadata"].get("generation", 0),
        "observedSpecHash": hashed(parent.get("spec") or {}),
        "drift": _drift(outcomes, before, now, parent["metadata"]["namespace"]),
    }
    if requested is not None:
        status["reconcileRequested"] = requested
    unchanged = all(before.get(key) == value for key, value in status.items())
    status["lastReconciledAt"] = before.get("lastReconciledAt") if unchanged and not acted else now
    return status


def terminating(parent: Obj, now: str) -> Obj:
    """The status of a parent that is being deleted."""
    before: Obj = parent.get("status") or {}
    generation = parent["metadata"].get("generation", 0)
    said = {
        "status": "False",
        "reason": "Terminating",
        "message": "It is being deleted.",
        "observedGeneration": generation,
    }
    conditions = [
        {**each, **said, "lastTransitionTime": _since(each, "False", now)}
        if each["type"] == "Ready"
        else each
        for each in before.get("conditions") or ()
    ]
    status = {**before, "phase": "Terminating", "conditions": conditions}
    return status if status == before else {**status, "lastReconciledAt": now}


def changes(parent: Obj, status: Obj) -> Obj:
    """The merge patch from the status that stands to this one; empty where they are the same."""
    before: Obj = parent.get("status") or {}
    changed = {key: value for key, value in status.items() if before.get(key) != value}
    return changed | {key: None for key in before if key not in status}


def _phase(parent: Obj, outcomes: Sequence[Outcome], before: Obj) -> str:
    if any(each.state == "Failed" for each in outcomes):
        return "Error"
    if any(each.blocks for each in outcomes):
        return "Degraded"
    if all(each.ready for each in outcomes):
        return "Ready"
    return "Degraded" if _was_ready(parent, before) else "Pending"


def _was_ready(parent: Obj, before: Obj) -> bool:
    """Whether what is wanted now has been ready before."""
    conditions = before.get("conditions") or ()
    ready: Obj = next((each for each in conditions if each["type"] == "Ready"), {})
    if ready.get("observedGeneration") != parent["metadata"].get("generation", 0):
        return False
    return ready.get("status") == "True" or ready.get("reason") == NO_LONGER


def _children(outcomes: Sequence[Outcome], before: Obj, now: str) -> list[Obj]:
    if any(each.reason == UNCLEAR for each in outcomes):
        return before.get("children") or []
    known = {place_of(each): each for each in before.get("children") or ()}
    rows = {}
    for each in outcomes:
        if not each.listed or not each.ref.name:
            continue
        row: Obj = {
            "kind": each.ref.kind,
            "namespace": each.ref.namespace,
            "name": each.ref.name,
            "section": each.section,
            "ready": each.ready,
            "state": each.state,
            "reason": each.reason,
            "message": each.message,
        }
        row |= {"apiVersion": each.api_version} if each.api_version else {}
        row |= {"specHash": each.spec_hash} if each.spec_hash else {}
        was = known.get(place_of(row), {})
        row["drift"] = was.get("drift", 0) + each.restored
        row["since"] = was.get("since", now) if was.get("state") == each.state else now
        rows[place_of(row)] = row
    return sorted(_listed(rows.values()), key=place_of)


def _listed(rows: Iterable[Obj]) -> Iterator[Obj]:
    """Of each section those that matter most: not ready, then restored before, then the others."""
    sections: dict[str, list[Obj]] = {}
    for row in sorted(rows, key=lambda row: (row["ready"], not row["drift"])):
        sections.setdefault(row["section"], []).append(row)
    for own in sections.values():
        yield from own[:LISTED]


def _conditions(
    parent: Obj, outcomes: Sequence[Outcome], before: Obj, phase: str, now: str, *, timer: bool
) -> list[Obj]:
    known = {each["type"]: each for each in before.get("conditions") or ()}
    generation, home = parent["metadata"].get("generation", 0), parent["metadata"]["namespace"]
    made = []
    for name, status, reason, message in (
        _ready(outcomes, phase, home),
        _reconciled(outcomes, home),
        _drifted(outcomes, known.get("Drifted"), home, timer=timer),
        *_sections(outcomes, home),
    ):
        was = known.get(name, {})
        since = _since(was, status, now)
        made.append(
            {
                "type": name,
                "status": status,
                "reason": reason,
                "message": message,
                "observedGeneration": generation,
                "lastTransitionTime": since,
            }
        )
    return made


def _since(was: Obj, status: str, now: str) -> str:
    """Since when a condition has a status."""
    return str(was.get("lastTransitionTime", now)) if was.get("status") == status else now


_Said = tuple[str, str, str, str]


def _ready(outcomes: Sequence[Outcome], phase: str, home: str) -> _Said:
    if phase == "Ready":
        return "Ready", "True", "AllChildrenReady", "All children are ready."
    worst = _worst(outcomes)
    reason = {
        "Error": "ChildFailed",
        "Degraded": worst.code if worst and worst.blocks else NO_LONGER,
        "Pending": "ChildrenNotReady",
    }.get(phase, phase)
    return "Ready", "False", reason, worst.words(home) if worst else ""


def _reconciled(outcomes: Sequence[Outcome], home: str) -> _Said:
    if bad := [each for each in outcomes if each.blocks or not (each.applied or each.ready)]:
        return "Reconciled", "False", bad[0].reason or "NotApplied", _joined(bad, home)
    return "Reconciled", "True", "Applied", "Every child is as it is wanted."


def _drifted(outcomes: Sequence[Outcome], before: Obj | None, home: str, *, timer: bool) -> _Said:
    restored = [each for each in outcomes if each.restored]
    if restored:
        names = ", ".join(dict.fromkeys(each.ref.seen_from(home) for each in restored))
        return "Drifted", "True", "ChildRestored", f"Restored: {names}."[:LONGEST]
    if before and before["status"] == "True" and not timer:
        return "Drifted", "True", before["reason"], before["message"]
    return "Drifted", "False", "NoDrift", "No child was changed or deleted by others."


def _sections(outcomes: Sequence[Outcome], home: str) -> Iterator[_Said]:
    for section in dict.fromkeys(each.section for each in outcomes if each.section):
        own = [each for each in outcomes if each.section == section]
        bad = [each for each in own if not each.ready]
        if not bad:
            skipped = [each for each in own if each.state in ("Skipped", "Adopted")]
            reason = skipped[0].code if len(skipped) == len(own) else "AllReady"
            said = _joined(skipped, home) or "Everything is ready."
            yield section, "True", reason, said + _left_out(own)
        elif worst := _worst(bad):
            yield section, "False", worst.code, _joined(bad, home) + _left_out(own)


def _left_out(own: Iterable[Outcome]) -> str:
    """That the status does not list all children of a section."""
    count = len({each.ref.place for each in own if each.listed and each.ref.name})
    return f" {LISTED} of {count} children are listed." if count > LISTED else ""


def _worst(outcomes: Iterable[Outcome]) -> Outcome | None:
    """A failed child, or else a lack that matters, or else one that is waited for."""
    bad = [each for each in outcomes if not each.ready]
    return min(bad, key=lambda each: (each.state != "Failed", not each.blocks), default=None)


def _joined(outcomes: Iterable[Outcome], home: str) -> str:
    return " ".join(dict.fromkeys(each.words(home) for each in outcomes))[:LONGEST]


def _drift(outcomes: Iterable[Outcome], before: Obj, now: str, home: str) -> Obj:
    drift: Obj = {"count": 0, **(before.get("drift") or {})}
    for each in outcomes:
        if each.restored:
            last = each.ref.seen_from(home)
            drift |= {"count": drift["count"] + 1, "last": last, "lastAt": now}
    return drift


def place_of(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """The key of a child in a status, as ``Ref.place`` spells it."""
    return row["kind"], row.get("namespace", ""), row["name"]
