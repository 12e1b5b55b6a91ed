"""From a draft to a stored object: apply, discard, and the way out of a conflict."""

from typing import Any

from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update, set_props

from callbacks import conflicts, planning
from callbacks.planning import version
from callbacks.registrar import Callbacks, toast
from components import diff_view, ids, kinds, yaml_view
from services.auth.identity import Role
from services.errors import Conflict
from services.kube.owners import owner


def register(callbacks: Callbacks) -> None:
    """Register apply, discard and conflict on ``callbacks``."""
    changes = callbacks.container.changes

    callbacks.clientside(
        ClientsideFunction("ngfTurns", "gate"),
        Output("edit-apply", "disabled"),
        Input("edit-ready", "data"),
        Input("edit-applying", "data"),
        prevent_initial_call=True,
    )

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
        running=[(Output("edit-applying", "data"), True, False)],
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
        try:
            if ref["create"]:
                done = changes.create(
                    who, draft["cluster"], ref["kind"], draft["object"], reason=reason
                )
            else:
                live = base["object"]
                if touched == "edit-conflict-apply" and conflict:
                    live, mine = conflict["theirs"], conflicts.result(conflict)
                if touched == "edit-strip-compare":
                    planning.attempt(changes, who, draft["cluster"], ref, mine, live)
                    return None
                done = planning.applied(changes, who, draft["cluster"], ref, mine, live, reason)
        except Conflict as error:
            if ref["create"]:
                raise
            at = (draft["cluster"], ref["kind"], ref["namespace"], ref["name"])
            writer = conflicts.writer(callbacks.container.audit, who, error, at)
            return conflicts.begun(error, base["object"], mine, writer)
        metadata = (done.object or mine)["metadata"]
        namespace, name = metadata.get("namespace", ""), metadata["name"]
        asked = sum(not change.server_set for change in done.changes)
        toast(
            "ok",
            f"{kinds.KINDS[ref['kind']].kind} {namespace}/{name} "
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
            f"resourceVersion {version(base['object'])} against {version(conflict['theirs'])}",
            f"{left} left to decide." if left else "Nothing is left to decide.",
            bool(left),
        )

    @callbacks.on(Input("edit-discard", "n_clicks"), State("edit-ref", "data"))
    def discard(clicks: int | None, ref: dict[str, Any]) -> None:
        if clicks:
            where = (
                kinds.list_href(ref["kind"])
                if ref["create"]
                else kinds.href(ref["kind"], ref["cluster"], ref["namespace"], ref["name"])
            )
            set_props(ids.URL, {"href": where})


def _fields(count: int) -> str:
    return "field merges" if count == 1 else "fields merge"
