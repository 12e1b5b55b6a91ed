"""From a draft to a stored object: dry-run, apply, and the way out of a conflict."""

from datetime import UTC, datetime
from typing import Any

from dash import ALL, Input, Output, State, ctx, html, no_update, set_props

from callbacks import conflicts
from callbacks.registrar import Callbacks, toast
from components import diff_view, ids, kinds, yaml_view
from components.editor import KIND_NAMES
from components.times import clock
from services.auth.identity import Role
from services.errors import Conflict, ConsoleError
from services.kube.changes import Plan
from services.kube.owners import owner

Shown = dict[str, Any]

ICONS = {
    "ok": "check-circle-fill",
    "warn": "exclamation-triangle-fill",
    "err": "x-octagon-fill",
    "info": "circle-half",
    "unk": "question-circle",
}


def register(callbacks: Callbacks) -> None:
    """Register dry-run, apply, discard and conflict on ``callbacks``."""
    changes = callbacks.container.changes

    @callbacks.on(
        Output("edit-stored", "children"),
        Output("edit-stored-at", "children"),
        Output("edit-result-st", "className"),
        Output("edit-result-icon", "className"),
        Output("edit-result", "children"),
        Output("edit-based", "children"),
        Output("edit-apply", "disabled"),
        Output("edit-apply", "children"),
        Output("edit-strip", "className"),
        Output("edit-strip-icon", "className"),
        Output("edit-strip-lead", "children"),
        Output("edit-strip-text", "children"),
        Output("edit-strip-compare", "className"),
        Input("edit-draft", "data"),
        Input(ids.LIVE_CHANGES, "data"),
        Input("edit-conflict", "data"),
        State("edit-base", "data"),
        State("edit-ref", "data"),
        prevent_initial_call=True,
    )
    def dry_run(
        draft: dict[str, Any] | None,
        live: list[dict[str, Any]] | None,
        conflict: dict[str, Any] | None,
        base: dict[str, Any] | None,
        ref: dict[str, Any],
    ) -> Any:
        if not draft or not base:
            return [no_update] * 13
        if ctx.triggered_id == ids.LIVE_CHANGES and not _concerned(live or [], base, ref):
            return [no_update] * 13
        shown = _planned(callbacks, draft, base, ref)
        return [*shown, *_strip(base, ref, shown[2] == "st warn")]

    @callbacks.on(
        Output("edit-conflict", "data"),
        Input("edit-apply", "n_clicks"),
        Input("edit-strip-compare", "n_clicks"),
        Input("edit-conflict-apply", "n_clicks"),
        Input("edit-conflict-close", "n_clicks"),
        Input({"type": "edit-keep", "side": ALL, "path": ALL}, "n_clicks"),
        State("edit-draft", "data"),
        State("edit-base", "data"),
        State("edit-ref", "data"),
        State("edit-reason", "value"),
        State("edit-conflict", "data"),
        role=Role.OPERATOR,
        prevent_initial_call=True,
        running=[(Output("edit-apply", "disabled"), True, False)],
    )
    def decide(
        apply: int | None,
        compare: int | None,
        merge: int | None,
        close: int | None,
        keeps: list[int | None],
        draft: dict[str, Any],
        base: dict[str, Any],
        ref: dict[str, Any],
        reason: str | None,
        conflict: dict[str, Any] | None,
    ) -> Any:
        touched = ctx.triggered_id
        if not ctx.triggered or not ctx.triggered[0]["value"]:
            return no_update
        if isinstance(touched, dict) and conflict:
            return conflicts.decided(conflict, touched["path"], touched["side"])
        if touched == "edit-conflict-close":
            return None
        who, reason = callbacks.who(), (reason or "").strip()
        if touched != "edit-strip-compare" and owner(base["object"]) and not reason:
            set_props("edit-reason", {"invalid": True})
            toast(
                "warn",
                "A reason is needed",
                "Another tool owns this object. Say why you change it.",
            )
            return no_update
        mine = yaml_view.restored(draft["object"], base["object"])
        place = (ref["kind"], ref["namespace"], ref["name"])
        try:
            if touched == "edit-strip-compare":
                changes.plan_update(who, draft["cluster"], *place, mine, base["object"])
                return None
            if ref["create"]:
                done = changes.create(
                    who, draft["cluster"], ref["kind"], draft["object"], reason=reason
                )
            else:
                if touched == "edit-conflict-apply" and conflict:
                    base = {**base, "object": conflict["theirs"]}
                    mine = conflicts.result(conflict)
                done = changes.update(
                    who,
                    draft["cluster"],
                    *place,
                    mine,
                    resource_version=base["object"]["metadata"]["resourceVersion"],
                    base=base["object"],
                    reason=reason,
                    confirm_owned=bool(reason) and owner(base["object"]) is not None,
                )
        except Conflict as error:
            if ref["create"]:
                raise
            at = (draft["cluster"], *place)
            writer = conflicts.writer(callbacks.container.audit, who, error, at)
            return conflicts.begun(error, base["object"], mine, writer)
        metadata = (done.object or mine)["metadata"]
        namespace, name = metadata.get("namespace", ""), metadata["name"]
        asked = sum(not change.server_set for change in done.changes)
        toast(
            "ok",
            f"{KIND_NAMES.get(ref['kind'], ref['kind'])} {namespace}/{name} "
            f"{'created' if ref['create'] else 'applied'}",
            f"{asked} {'field' if asked == 1 else 'fields'} changed. The audit log has both.",
        )
        set_props(ids.URL, {"href": kinds.href(ref["kind"], draft["cluster"], namespace, name)})
        return None

    @callbacks.on(
        Output("edit-conflict-panel", "className"),
        Output("edit-conflict-table", "children"),
        Output("edit-conflict-sub", "children"),
        Output("edit-conflict-versions", "children"),
        Output("edit-conflict-left", "children"),
        Output("edit-conflict-apply", "disabled"),
        Input("edit-conflict", "data"),
        State("edit-base", "data"),
        prevent_initial_call=True,
    )
    def show_conflict(conflict: dict[str, Any] | None, base: dict[str, Any]) -> Any:
        if not conflict:
            return "panel d-none", None, "", "", "", True
        fields = conflicts.rows(conflict)
        clashing = len(conflict["clashes"])
        left = conflicts.undecided(conflict)
        alone = len(fields) - clashing
        return (
            "panel",
            diff_view.conflict_table(fields, conflict["choices"], conflict["writer"]),
            f"the object changed while you edited; {alone} {_fields(alone)} by "
            f"{'itself' if alone == 1 else 'themselves'}, {clashing} "
            f"{'is' if clashing == 1 else 'are'} yours to decide",
            f"resourceVersion {_version(base['object'])} against {_version(conflict['theirs'])}",
            f"{left} left to decide." if left else "Nothing is left to decide.",
            bool(left),
        )

    @callbacks.on(Input("edit-discard", "n_clicks"), State("edit-ref", "data"))
    def discard(clicks: int | None, ref: dict[str, Any]) -> None:
        if clicks:
            where = (
                f"/{ref['kind']}"
                if ref["create"]
                else kinds.href(ref["kind"], ref["cluster"], ref["namespace"], ref["name"])
            )
            set_props(ids.URL, {"href": where})


def _fields(count: int) -> str:
    return "field merges" if count == 1 else "fields merge"


def _version(obj: dict[str, Any]) -> str:
    return str(obj.get("metadata", {}).get("resourceVersion", "not known"))


def _concerned(live: list[dict[str, Any]], base: dict[str, Any], ref: dict[str, Any]) -> bool:
    return any(
        change["kind"] in (ref["kind"], "*") and change["cluster"] in (base["cluster"], "*")
        for change in live
    )


def _planned(
    callbacks: Callbacks, draft: dict[str, Any], base: dict[str, Any], ref: dict[str, Any]
) -> list[Any]:
    """The dry-run's panel and the foot: children, time, class, icon, word, sentence, disabled."""
    now = clock(datetime.now(UTC))
    if draft["problem"]:
        quiet = html.Div("The YAML cannot be read yet.", className="quiet")
        return _result(quiet, "", "err", "Not YAML", draft["problem"], False)
    if not ref["create"] and draft["object"] == yaml_view.editable(base["object"]):
        quiet = html.Div("Nothing is changed yet.", className="quiet")
        said = f"Based on resourceVersion {_version(base['object'])}."
        return _result(quiet, "", "unk", "No changes", said, False)
    who, changes = callbacks.who(), callbacks.container.changes
    try:
        if ref["create"]:
            plan = changes.plan_create(who, draft["cluster"], ref["kind"], draft["object"])
        else:
            mine = yaml_view.restored(draft["object"], base["object"])
            plan = changes.plan_update(
                who,
                draft["cluster"],
                ref["kind"],
                ref["namespace"],
                ref["name"],
                mine,
                base["object"],
            )
    except Conflict as error:
        quiet = html.Div("Compare both versions before you apply.", className="quiet")
        word = "Exists already" if ref["create"] else "Changed meanwhile"
        return _result(quiet, now, "warn", word, error.message, False)
    except ConsoleError as error:
        return _result(_refused(error), now, "err", "Not accepted", error.message, False)
    count = sum(not change.server_set for change in plan.changes)
    said = f"{count} {'field changes' if count == 1 else 'fields change'}."
    if not ref["create"]:
        said += f" Based on resourceVersion {_version(base['object'])}, still current."
    return _result(_stored(plan), now, "ok", "Dry-run passed", said, True)


def _result(children: Any, at: str, tone: str, word: str, said: str, ready: bool) -> list[Any]:
    icon = f"bi bi-{ICONS[tone]}"
    return [children, at, f"st {tone}", icon, word, said, not ready]


def _stored(plan: Plan) -> Any:
    table = diff_view.changes_table(
        [
            {
                "path": change.path,
                "old": change.old,
                "new": change.new,
                "server_set": change.server_set,
            }
            for change in plan.changes
        ]
    )
    warnings = [
        html.Div(f"The server warns: {said}", className="quiet") for said in plan.warnings[:5]
    ]
    return [*(table if isinstance(table, list) else [table]), *warnings]


def _refused(error: ConsoleError) -> Any:
    fields = error.details.get("fields") or []
    if not fields:
        return html.Div(error.message, className="quiet")
    rows = [
        html.Tr(
            [
                html.Td(str(field.get("field", "")), className="mono t2"),
                html.Td(str(field.get("rule", ""))),
            ]
        )
        for field in fields[:12]
    ]
    return html.Table(html.Tbody(rows), className="diff")


def _strip(base: dict[str, Any], ref: dict[str, Any], conflicting: bool) -> list[Any]:
    """Label of the apply button, then the strip: class, icon, lead, text, class of Compare."""
    verb = "Create" if ref["create"] else "Apply"
    kept_by = owner(base["object"])
    if conflicting and not ref["create"]:
        return [
            verb,
            "strip warn",
            "bi bi-exclamation-triangle-fill",
            "Somebody else changed this object while you edited.",
            "Your edit is kept. Compare before you apply.",
            "btn btn-link btn-sm",
        ]
    if kept_by:
        return [
            f"{verb} with reason",
            "strip info",
            "bi bi-git",
            f"{kept_by.tool} owns this object",
            f"({kept_by.application}). It will undo the change at its next sync unless its source "
            "says the same. Applying asks for a reason.",
            "d-none",
        ]
    return [verb, "strip info d-none", "bi bi-git", "", "", "d-none"]
