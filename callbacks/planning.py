"""What the server would make of a draft: the dry-run, its diff, what it refuses and where."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dash import ClientsideFunction, Input, Output, State, html

from callbacks import conflicts, faults, touching
from callbacks.drafts import Draft
from callbacks.registrar import Callbacks, nothing, title
from components import diff_view, yaml_view
from components.editor import COMPARE, FORMS, creates
from components.status import age
from components.times import clock
from services.auth.identity import Identity
from services.errors import Conflict, ConsoleError
from services.gatewayapi import conditions
from services.kube.changes import Applied, Changes, Plan
from services.kube.fields import count, editable
from services.kube.owners import owner

Object = dict[str, Any]

ICONS = {
    "ok": "check-circle-fill",
    "warn": "exclamation-triangle-fill",
    "err": "x-octagon-fill",
    "info": "circle-half",
    "unk": "question-circle",
}


@dataclass(frozen=True)
class Attempt:
    """An edit that can be applied: the object to send and the one it is based on.

    ``late`` says what somebody else changed in between, where that is merged into it.
    """

    plan: Plan
    mine: Object
    base: Object
    late: Conflict | None = None


@dataclass(frozen=True)
class Verdict:
    """What the panel of the dry-run and the foot show, and what is said at the inputs."""

    stored: Any
    tone: str
    word: str
    said: Any = ""
    at: str = ""
    ready: bool = False
    faults: dict[str, Any] = field(default_factory=dict)


def attempt(
    changes: Changes, who: Identity, cluster: str, ref: dict[str, Any], mine: Object, base: Object
) -> Attempt:
    """The edit as a dry-run takes it, together with what was changed meanwhile.

    Raises Conflict only where both sides changed the same, and what a dry-run raises.
    """
    place = (who, cluster, ref["kind"], ref["namespace"], ref["name"])
    try:
        return Attempt(changes.plan_update(*place, mine, base), mine, base)
    except Conflict as error:
        merged, theirs = error.details.get("merged"), error.details.get("theirs")
        if not merged or not theirs:
            raise
        return Attempt(changes.plan_update(*place, merged, theirs), merged, theirs, error)


def applied(
    changes: Changes,
    who: Identity,
    cluster: str,
    ref: dict[str, Any],
    mine: Object,
    base: Object,
    reason: str,
) -> Applied:
    """The edit made, together with what was changed meanwhile, of which a dry-run tells.

    Raises Conflict only where both sides changed the same, and what ``Changes.update`` raises.
    """
    place = (who, cluster, ref["kind"], ref["namespace"], ref["name"])
    try:
        changes.plan_update(*place, mine, base)
    except Conflict as late:
        merged, theirs = late.details.get("merged"), late.details.get("theirs")
        mine, base = (merged, theirs) if merged and theirs else (mine, base)
    except ConsoleError:
        pass  # it is refused again below, and that is in the audit log
    return changes.update(
        *place,
        mine,
        resource_version=base["metadata"]["resourceVersion"],
        base=base,
        reason=reason,
        confirm_owned=bool(reason) and owner(base) is not None,
    )


def register(callbacks: Callbacks) -> None:
    """Register the dry-run on ``callbacks``."""
    touching.follow(callbacks, "edit", "edit-draft")
    callbacks.clientside(
        ClientsideFunction("ngfForm", "faults"),
        Output("edit-said", "data", allow_duplicate=True),
        Input("edit-faults", "data"),
        prevent_initial_call=True,
    )

    @callbacks.on(
        Output("edit-stored", "children"),
        Output("edit-stored-at", "children"),
        Output("edit-result-st", "className"),
        Output("edit-result-icon", "className"),
        Output("edit-result", "children"),
        Output("edit-based", "children"),
        Output("edit-ready", "data"),
        Output("edit-faults", "data"),
        Output("edit-strip", "className"),
        Output("edit-strip-icon", "className"),
        Output("edit-strip-lead", "children"),
        Output("edit-strip-text", "children"),
        Output("edit-strip-compare", "className"),
        Output("edit-apply", "children"),
        Input("edit-draft", "data"),
        Input("edit-touched", "data"),
        Input("edit-conflict", "data"),
        State("edit-base", "data"),
        State("edit-ref", "data"),
        prevent_initial_call=True,
    )
    def dry_run(
        stored: dict[str, Any] | None,
        touched: int | None,
        conflict: dict[str, Any] | None,
        base: dict[str, Any] | None,
        ref: dict[str, Any],
    ) -> Any:
        if not stored or not base:
            return nothing()
        draft = Draft(**stored)
        verdict = _verdict(callbacks, draft, base, ref)
        return [
            verdict.stored,
            verdict.at,
            f"st {verdict.tone}",
            f"bi bi-{ICONS[verdict.tone]}",
            verdict.word,
            verdict.said,
            draft.turn if verdict.ready else None,
            verdict.faults,
            *_strip(base, verdict.tone == "warn" and not ref["create"]),
            _verb(base, ref),
        ]


def _verdict(
    callbacks: Callbacks, draft: Draft, base: dict[str, Any], ref: dict[str, Any]
) -> Verdict:
    if draft.problem:
        return Verdict(_quiet("The YAML cannot be read yet."), "err", "Not YAML", draft.problem)
    if draft.wrong:
        return _misread(draft)
    live = base["object"]
    if not ref["create"] and draft.object == yaml_view.editable(live):
        said = f"Based on resourceVersion {version(live)}."
        return Verdict(_quiet("Nothing is changed yet."), "unk", "No changes", said)
    if ref["create"] and not (draft.object.get("metadata") or {}).get("name"):
        said = "The dry-run begins once the object has one."
        return Verdict(_quiet("Nothing is sent yet."), "unk", "Give it a name", said)
    now = clock(datetime.now(UTC))
    who, changes = callbacks.who(), callbacks.container.changes
    try:
        if ref["create"]:
            plan = changes.plan_create(who, draft.cluster, ref["kind"], draft.object)
            said = f"{_fields(plan)}."
        else:
            mine = yaml_view.restored(draft.object, live)
            tried = attempt(changes, who, draft.cluster, ref, mine, live)
            plan, said = tried.plan, _based(callbacks, tried, live)
    except Conflict as error:
        quiet = _quiet("Compare both versions before you apply.")
        word = "Exists already" if ref["create"] else "Changed meanwhile"
        return Verdict(quiet, "warn", word, error.message, now)
    except ConsoleError as error:
        return _refused(error, draft, ref, now)
    return Verdict(_stored(plan, ref), "ok", "Dry-run passed", said, now, ready=True)


def _quiet(said: str) -> html.Div:
    return html.Div(said, className="quiet")


def _fields(plan: Plan) -> str:
    asked = sum(not change.server_set for change in plan.changes)
    return f"{asked} {'field changes' if asked == 1 else 'fields change'}"


def _based(callbacks: Callbacks, tried: Attempt, live: Object) -> list[Any]:
    """What changes, what it is merged with and whose that is, and which version it is based on."""
    based = f". Based on resourceVersion {version(tried.base)}, still current."
    if tried.late is None:
        return [_fields(tried.plan), based]
    number = count(editable(live), editable(tried.base))
    others = f", merged with {number} {'field' if number == 1 else 'fields'}"
    plan, audit = tried.plan, callbacks.container.audit
    place = (plan.cluster, plan.kind, plan.namespace, plan.name)
    writer = conflicts.writer(audit, callbacks.who(), tried.late, place)
    if writer is None:
        return [_fields(plan), others, " changed meanwhile", based]
    whose = [f" of {writer['name']}, ", age(writer["time"], style="age"), " ago"]
    return [_fields(plan), others, *whose, based]


def version(obj: Object) -> str:
    """The resourceVersion of an object, in words where it has none."""
    return str(obj.get("metadata", {}).get("resourceVersion", "not known"))


def _misread(draft: Draft) -> Verdict:
    """What was typed is no value: said at the inputs, nothing is asked of the server."""
    found = faults.typed(draft)
    quiet = _quiet("Correct the form first; what was typed there is in no field yet.")
    said = " ".join(dict.fromkeys(fault.said for fault in found))
    marks = faults.drawn(found, draft.opened)
    return Verdict(quiet, "err", faults.counted(len(found)), said, faults=marks)


def _refused(error: ConsoleError, draft: Draft, ref: dict[str, Any], now: str) -> Verdict:
    causes = [
        (str(one.get("field", "")), str(one.get("rule", "")))
        for one in error.details.get("fields") or []
    ]
    fields = dict.fromkeys(path for path, _ in causes if path)
    if not fields:
        return Verdict(_quiet(error.message), "err", title(error), error.message, now)
    word = f"{faults.counted(len(fields))}: {faults.named(fields)}"
    marks = faults.drawn(faults.refused(draft, ref["kind"], causes), draft.opened)
    return Verdict(_causes(causes), "err", word, "", now, faults=marks)


def _causes(causes: list[tuple[str, str]]) -> html.Table:
    rows = [
        html.Tr([html.Td(path, className="mono t2"), html.Td(rule)]) for path, rule in causes[:12]
    ]
    return html.Table(html.Tbody(rows), className="diff")


def _stored(plan: Plan, ref: dict[str, Any]) -> Any:
    form = FORMS.get(ref["kind"])
    table = diff_view.changes_table(
        [
            {
                "path": change.path,
                "old": change.old,
                "new": change.new,
                "server_set": change.server_set,
            }
            for change in plan.changes
        ],
        form.entry if form else None,
    )
    warnings = [_quiet(f"The server warns: {said}") for said in plan.warnings[:5]]
    return [*(table if isinstance(table, list) else [table]), *warnings]


def _verb(base: dict[str, Any], ref: dict[str, Any]) -> str:
    if ref["create"]:
        return creates(ref["kind"])
    return "Apply with reason" if owner(base["object"]) else "Apply"


def _strip(base: dict[str, Any], clashing: bool) -> list[str]:
    """Class, icon, lead, text, class of Compare."""
    obj = base["object"]
    kept_by = owner(obj)
    if clashing:
        return [
            "strip warn",
            "bi bi-exclamation-triangle-fill",
            "Somebody else changed this object while you edited.",
            "Your edit is kept. Compare before you apply.",
            COMPARE,
        ]
    if going := conditions.deleting(obj):
        lead = "This object is being deleted."
        return ["strip warn", "bi bi-trash", lead, going.message, "d-none"]
    if kept_by:
        return [
            "strip info",
            "bi bi-git",
            f"{kept_by.tool} owns this object",
            f"({kept_by.application}). It will undo the change at its next sync unless its source "
            "says the same. Applying asks for a reason.",
            "d-none",
        ]
    return ["strip info d-none", "bi bi-git", "", "", "d-none"]
