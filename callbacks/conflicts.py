"""Two people, one object: what each changed, field by field, and the result they agree on."""

from copy import deepcopy
from typing import Any

from components import yaml_view
from components.field_paths import set_at, value_at
from services.auth.identity import Identity
from services.configdb.audit import AuditLog
from services.errors import Conflict
from services.kube.fields import MISSING, differences, editable
from services.kube.merging import merge
from services.kube.writes import FIELD_MANAGER

Object = dict[str, Any]


def begun(
    error: Conflict, base: Object, mine: Object, writer: dict[str, str] | None
) -> dict[str, Any]:
    """What the browser keeps of a conflict while it is open; ``writer`` made the other change."""
    return {
        "writer": writer,
        "base": editable(error.details.get("base") or base),
        "theirs": error.details["theirs"],
        "mine": editable(mine),
        "clashes": list(error.details.get("clashes") or ()),
        "choices": {},
    }


def writer(
    audit: AuditLog, who: Identity, error: Conflict, place: tuple[str, str, str, str]
) -> dict[str, str] | None:
    """Who made the other change and when, ``{name, time}``.

    The cluster names a field manager. Where that is this console, its audit log knows the person.
    """
    found = error.details.get("theirs_by")
    if not found:
        return None
    name = found["manager"]
    if name == FIELD_MANAGER:
        cluster, kind, namespace, object_name = place
        newest = audit.list(
            who,
            cluster=cluster,
            kind=kind,
            namespace=namespace or None,
            name=object_name,
            outcome="done",
            page_size=1,
        ).items
        name = newest[0].actor if newest else name
    return {"name": name, "time": found["time"]}


def decided(conflict: dict[str, Any], path: str, side: str) -> dict[str, Any]:
    """The conflict after a choice; no ``side`` takes the choice back."""
    choices = {at: chosen for at, chosen in conflict["choices"].items() if at != path}
    return conflict | {"choices": choices | ({path: side} if side else {})}


def rows(conflict: dict[str, Any]) -> list[dict[str, Any]]:
    """Every field that somebody changed: ``{path, base, theirs, mine, clash}``."""
    base, clashes = conflict["base"], conflict["clashes"]
    sides = {"theirs": editable(conflict["theirs"]), "mine": conflict["mine"]}
    clashing = [
        {"path": path, "base": value_at(base, path), "clash": True}
        | {name: value_at(side, path) for name, side in sides.items()}
        for path in clashes
    ]
    alone: dict[tuple[str, str], dict[str, Any]] = {}
    for name, side in sides.items():
        for path, was, now in differences(base, side):
            if any(_inside(path, clash) for clash in clashes):
                continue
            old, new = (None if value is MISSING else value for value in (was, now))
            unchanged = {"path": path, "base": old, "theirs": old, "mine": old, "clash": False}
            alone.setdefault((path, repr(new)), unchanged)[name] = new
    return [*clashing, *alone.values()]


def undecided(conflict: dict[str, Any]) -> int:
    """How many clashes still ask."""
    return sum(path not in conflict["choices"] for path in conflict["clashes"])


def result(conflict: dict[str, Any]) -> Object:
    """Both sides' changes together, each clash as it was decided; ready to be sent."""
    theirs = editable(conflict["theirs"])
    merged = deepcopy(merge(conflict["base"], theirs, conflict["mine"]).object)
    for path, side in conflict["choices"].items():
        if side == "theirs":
            set_at(merged, path, deepcopy(value_at(theirs, path)))
    return yaml_view.restored(merged, conflict["theirs"])


def _inside(path: str, other: str) -> bool:
    return path == other or path.startswith((f"{other}.", f"{other}["))
