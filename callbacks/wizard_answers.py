"""What a wizard is told of a draft: what the server says, what is made of it, whom it meets."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from callbacks import conflicts, faults
from components import yaml_view
from components.diff_view import said_value
from components.times import clock
from services.errors import Conflict, ConsoleError, NotFound
from services.kube.catalogue import KINDS
from services.previews import Planned, Preview

Object = dict[str, Any]

ROWS = 40
"""Children that a wizard tells of; a route marker may make one for every rule."""
_LISTENER = re.compile(r"(spec\.listeners\[\d+\][\w.\[\]]*): (.+?)(?=, spec\.|\]?$)")
_READ = frozenset(kind.kind for kind in KINDS.values())


def unjudged(turn: int, text: str) -> Object:
    """The answer to a turn of which nothing is known but its YAML."""
    return {
        "turn": turn,
        "at": clock(datetime.now(UTC)),
        "text": text,
        "ok": False,
        "refused": "",
        "faults": [],
        "clashes": [],
        "clashing": "",
        "children": [],
        "refusals": 0,
        "counts": {},
        "more": 0,
        "hidden": 0,
        "lacks": [],
        "changes": 0,
        "late": "",
        "conflict": None,
    }


def refusal(error: ConsoleError, base: Object | None) -> str:
    """Why nothing comes of a draft; one of an edit may be of an object that has gone."""
    gone = base is not None and isinstance(error, NotFound) and not error.details
    return "It was deleted meanwhile. Create it anew, or leave." if gone else error.message


def judged(found: Preview, wanted: Object, base: Object | None, cluster: str, kind: str) -> Object:
    """What a preview of ``wanted``, edited from ``base``, adds to it."""
    plan, late = found.plan, found.late
    merged = late.details.get("merged") if late else None
    if base and late and plan is None and not merged:
        return {"conflict": _conflict(late, base, wanted)}
    refused = [one for one in found.children if one.fault]
    failed = _failed(plan.live) if plan else set()
    fresh = [one for one in refused if (one.kind, one.namespace, one.name) not in failed]
    told: Object = {
        "ok": found.applies and not fresh and not any(one.blocks for one in found.clashes),
        "faults": [
            *({"field": one.field, "rule": faults.plain(one.rule)} for one in found.faults),
            *(fault for one in fresh for fault in _of_listeners(one, kind)),
        ],
        "clashes": [
            {"listener": one.listener, "with": one.with_, "rule": one.rule, "blocks": one.blocks}
            for one in found.clashes
        ],
        "late": late.message if late else "",
        "clashing": f"Against each other and the gateways of {cluster}."
        if kind == "gatewaybundles"
        else "",
        "children": [
            _child(one, bool(base))
            for one in sorted(found.children, key=lambda one: not one.fault)[:ROWS]
        ],
        "refusals": len(fresh),
        "counts": Counter(one.verb for one in found.children),
        "more": max(0, len(found.children) - ROWS),
        "hidden": found.hidden,
        "lacks": [_lack(one) for one in found.lacks[:ROWS]],
        "changes": sum(not one.server_set for one in plan.changes) if plan else 0,
    }
    if merged:
        told["text"] = yaml_view.to_text(yaml_view.editable(merged))
    if plan is None and not found.faults:
        told["refused"] = "The server did not say why."
    return told


def _conflict(late: Conflict, base: Object, mine: Object) -> Object:
    """Both ways out of a conflict, each with all that only one side has changed, and the values
    of each field that both did."""
    kept = conflicts.begun(late, base, mine, None)
    taken = kept
    for path in kept["clashes"]:
        taken = conflicts.decided(taken, path, "theirs")
    theirs = late.details["theirs"]
    return {
        "clashes": kept["clashes"],
        "sides": [
            {"path": one["path"]}
            | {side: said_value(one[side]) for side in ("base", "theirs", "mine")}
            for one in conflicts.rows(kept)
            if one["clash"]
        ],
        "mine": yaml_view.editable(conflicts.result(kept)),
        "theirs": yaml_view.editable(conflicts.result(taken)),
        "live": yaml_view.editable(theirs),
        "object": theirs,
    }


def _failed(live: Mapping[str, Any] | None) -> set[tuple[str, str, str]]:
    """Children that are refused already, which is no reason to hold an edit back."""
    said = ((live or {}).get("status") or {}).get("children") or ()
    return {
        (one["kind"], one.get("namespace", ""), one["name"])
        for one in said
        if one.get("state") == "Failed"
    }


def _of_listeners(refused: Planned, kind: str) -> Iterator[Object]:
    """What a refused Gateway says of its listeners, which are those of the bundle."""
    if kind == "gatewaybundles" and refused.kind == "Gateway":
        for field, rule in _LISTENER.findall(refused.fault):
            yield {"field": field, "rule": faults.plain(rule)}


def _child(one: Planned, edited: bool) -> Object:
    """A child; of an edited parent it is not known whether one is there that nobody reads here."""
    unread = edited and one.verb == "create" and one.kind not in _READ
    return {
        "kind": one.kind,
        "namespace": one.namespace,
        "name": one.name,
        "section": one.section,
        "verb": "unread" if unread else one.verb,
        "fault": str(one.fault or ""),
        "unchecked": one.unchecked,
        "changes": [change.path for change in one.changes if not change.server_set]
        if one.verb == "change"
        else [],
    }


def _lack(one: Any) -> Object:
    return {
        "section": one.section,
        "kind": one.kind,
        "namespace": one.namespace,
        "name": one.name,
        "reason": one.reason,
        "message": one.message,
        "blocks": one.blocks,
    }
