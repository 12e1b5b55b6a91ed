"""How the children of what a wizard has applied stand, until all are ready; and taking it back."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from dash import Input, Output, State, no_update

from callbacks.registrar import Callbacks, toast
from components import kinds
from services.auth.identity import Role
from services.errors import NotFound, Unavailable
from services.operated_limits import HIDDEN
from services.operated_rows import sentence

Object = dict[str, Any]

TONES = {"Ready": "ok", "Pending": "info", "Degraded": "warn", "Error": "err"}
"""Status of each phase; what is going has none."""
WRONG = ("Degraded", "Error")
"""Phases in which somebody has to correct something."""
_OVERALL = ("Ready", "Reconciled", "Drifted")
RESULTS = {"gatewaybundles": "gateways"}
"""What comes of a kind, where that is another object than its own page's."""
STANDING = ("Ready", "Adopted")
_NOT_YET = (
    "The operator of {} has not taken it up yet. It hears of changes at once; if this stays, look "
    "at whether it runs."
)


def register(callbacks: Callbacks) -> None:
    """Register the watch of what was applied, and its deletion, on ``callbacks``."""
    container = callbacks.container

    @callbacks.on(
        Output("wizard-progress", "data"),
        Input("wizard-watch", "data"),
        Input("wizard-touched", "data"),
        prevent_initial_call=True,
    )
    def watch(place: Object | None, touched: int | None) -> Any:
        if not place:
            return no_update
        where = (place["cluster"], place["kind"], place["namespace"], place["name"])
        try:
            obj = container.resources.raw(callbacks.who(), *where)
        except NotFound as error:
            return _answer("absent", "Gone") | {"gone": error.message}
        except Unavailable as error:
            return _answer("unknown", "Not known") | {"waiting": error.message}
        beneath = []
        if place["kind"] == "gatewaybundles":
            at = (place["cluster"], "gateways", place["namespace"], place["name"])
            with suppress(NotFound, Unavailable):
                beneath = data_plane(container.resources.detail(callbacks.who(), *at))
        return progress(dict(obj), place["cluster"], place["kind"], beneath)

    @callbacks.on(
        Output("wizard-removed", "data"),
        Input("wizard-remove", "data"),
        State("wizard-ref", "data"),
        role=Role.OPERATOR,
        prevent_initial_call=True,
    )
    def delete(place: Object | None, ref: Object) -> Any:
        """Delete what the wizard has created; its children go with it."""
        if not place:
            return no_update
        container.changes.delete(
            callbacks.who(),
            place["cluster"],
            ref["kind"],
            place["namespace"],
            place["name"],
            reason="taken back in the wizard that created it",
        )
        kind = kinds.KINDS[ref["kind"]]
        toast("ok", f"{kind.kind} {place['namespace']}/{place['name']} deleted")
        return {"href": kinds.list_href(RESULTS.get(ref["kind"], ref["kind"]))}


def data_plane(gateway: Object) -> list[Object]:
    """What NGF runs for a gateway: no child of the operator, but what takes the traffic."""
    plane = gateway["data_plane"]
    if plane is None:
        return []
    addresses = ", ".join(str(one.get("value", "")) for one in gateway["addresses"])
    said = f"{plane['ready']} of {plane['pods']} {'pod' if plane['pods'] == 1 else 'pods'} ready"
    up = 0 < plane["pods"] == plane["ready"]
    rows = [("Data plane", plane["name"], up, said)]
    if plane["service"]:
        rows.append(("Service", plane["service"], bool(addresses), addresses or "no address yet"))
    return [
        {
            "kind": kind,
            "name": name,
            "namespace": gateway["namespace"],
            "state": "Ready" if there else "Waiting",
            "message": said,
        }
        for kind, name, there, said in rows
    ]


def progress(obj: Object, cluster: str, kind: str, beneath: Sequence[Object] = ()) -> Object:
    """What the status of an object says: its phase in a word, and each child; and what runs
    ``beneath`` them."""
    metadata, status = obj["metadata"], obj.get("status") or {}
    current = status.get("observedGeneration") == metadata.get("generation")
    children = [*(status.get("children") or []), *beneath] if current else []
    phase = str(status.get("phase") or "") if current else ""
    counted = [one for one in children if one.get("state") != "Skipped"]
    ready = sum(one.get("state") in STANDING for one in counted)
    coming = phase in ("Ready", "Pending") and ready < len(counted)
    word = f"Applying, {ready} of {len(counted)} ready" if coming else phase
    waiting = [one for one in counted if one.get("state") not in STANDING]
    if phase == "Ready" and waiting and all(one in beneath for one in waiting):
        word = f"Up but for its {waiting[0]['kind'].lower()}"
    said = {one["type"]: one for one in status.get("conditions") or []}.get("Ready") or {}
    result = RESULTS.get(kind, kind)
    made = result == kind or any(one["kind"] == kinds.KINDS[result].kind for one in children)
    place = (cluster, metadata.get("namespace", ""), metadata["name"])
    return _answer("info" if coming else TONES.get(phase, "info"), word or "Applied") | {
        "phase": phase,
        "ready": ready,
        "of": len(counted),
        "message": str(said.get("message") or "") if current else "",
        "waiting": _NOT_YET.format(cluster),
        "children": [_child(one, cluster) for one in children],
        "hidden": status.get(HIDDEN, 0) if current else 0,
        "lacks": _lacks(obj, children) if phase in WRONG else [],
        "edit": kinds.edit_href(kind, *place) if phase in WRONG else "",
        "href": kinds.href(result, *place) if made else "",
        "open": f"Open {kinds.KINDS[result].one}",
    }


def _lacks(obj: Object, children: Sequence[Object]) -> list[Object]:
    """What keeps a section from being had, where no row of a child says it."""
    said = [sentence(obj, one) for one in children]
    found = []
    for one in obj["status"].get("conditions") or []:
        rest = str(one.get("message") or "")
        for words in said:
            rest = rest.replace(words, "")
        if one["type"] not in _OVERALL and one["status"] == "False" and rest.strip():
            found.append({"section": one["type"], "reason": one["reason"], "message": rest.strip()})
    return found


def _answer(tone: str, word: str) -> Object:
    return {
        "tone": tone,
        "word": word,
        "phase": "",
        "ready": 0,
        "of": 0,
        "children": [],
        "hidden": 0,
        "lacks": [],
    }


def _child(one: Object, cluster: str) -> Object:
    place = (cluster, one.get("namespace", ""), one["name"])
    there = one.get("state") in STANDING
    return {
        "kind": one["kind"],
        "namespace": place[1],
        "name": one["name"],
        "state": one.get("state", "Waiting"),
        "reason": one.get("reason", ""),
        "message": one.get("message", ""),
        "since": one.get("since"),
        "href": kinds.child_href(one["kind"], *place) if there else "",
    }
