"""Deleting asks first: what depends on the object, its name, and a reason for the audit log."""

from typing import Any

from dash import ClientsideFunction, Input, Output, State, ctx, no_update, set_props

from callbacks.registrar import Callbacks, toast
from components import ids, kinds
from components.page import condition
from services.auth.identity import Role
from services.kube.changes import Plan

LISTED = 11
Ref = dict[str, str]


def register(callbacks: Callbacks) -> None:
    """Register the dialog of the detail pages on ``callbacks``."""
    changes = callbacks.container.changes

    callbacks.clientside(
        ClientsideFunction("ngfDetail", "confirmed"),
        Output("detail-delete-go", "disabled"),
        Input("detail-delete-name", "value"),
        Input("detail-delete-reason", "value"),
        State("detail-ref", "data"),
    )
    callbacks.clientside(
        ClientsideFunction("ngfDetail", "asked"),
        Output("detail-copied", "data", allow_duplicate=True),
        Input("detail-delete", "is_open"),
        prevent_initial_call=True,
    )

    @callbacks.on(
        Output("detail-delete", "is_open"),
        Output("detail-delete-said", "children"),
        Output("detail-delete-dependents", "children"),
        Output("detail-delete-name", "value"),
        Input("detail-ask", "n_clicks"),
        Input("detail-delete-cancel", "n_clicks"),
        State("detail-ref", "data"),
        role=Role.OPERATOR,
        prevent_initial_call=True,
    )
    def ask(clicks: int | None, cancel: int | None, ref: Ref) -> Any:
        if ctx.triggered_id == "detail-delete-cancel":
            return False, no_update, no_update, ""
        if not clicks:
            return [no_update] * 4
        plan = changes.plan_delete(
            callbacks.who(), ref["cluster"], ref["kind"], ref["namespace"], ref["name"]
        )
        return True, _said(plan, ref), _dependents(plan), ""

    @callbacks.on(
        Input("detail-delete-go", "n_clicks"),
        State("detail-ref", "data"),
        State("detail-delete-name", "value"),
        State("detail-delete-reason", "value"),
        role=Role.OPERATOR,
        prevent_initial_call=True,
    )
    def delete(clicks: int | None, ref: Ref, typed: str | None, reason: str | None) -> None:
        if not clicks or typed != ref["name"]:
            return
        changes.delete(
            callbacks.who(),
            ref["cluster"],
            ref["kind"],
            ref["namespace"],
            ref["name"],
            reason=(reason or "").strip(),
            confirm_owned=True,
        )
        spoken = kinds.KINDS[ref["kind"]].kind
        toast(
            "ok",
            f"{spoken} {ref['namespace']}/{ref['name']} deleted",
            "The audit log keeps its YAML.",
            ("Audit log", "/audit"),
        )
        set_props(ids.URL, {"href": f"/{ref['kind']}"})


def _said(plan: Plan, ref: Ref) -> str:
    said = f"It goes from {ref['cluster']} at once. The audit log keeps its YAML."
    if plan.owner:
        said += (
            f" {plan.owner.tool} ({plan.owner.application}) owns it and makes it again at its next "
            "sync unless its source lets go of it."
        )
    return said


def _dependents(plan: Plan) -> list[Any]:
    count = len(plan.dependents) + plan.hidden
    if not count:
        return [condition("ok", "Nothing refers to it")]
    made = [
        condition("note", f"{count} {'object refers' if count == 1 else 'objects refer'} to it")
    ]
    made += [
        condition(
            "warn",
            f"{kinds.KINDS[one.kind].kind if one.kind in kinds.KINDS else one.kind} "
            f"{one.namespace}/{one.name}",
            f"names it in {one.field}",
        )
        for one in plan.dependents[:LISTED]
    ]
    if len(plan.dependents) > LISTED:
        made.append(condition("warn", f"and {len(plan.dependents) - LISTED} more"))
    if plan.hidden:
        made.append(condition("warn", f"{plan.hidden} in namespaces that are not visible to you"))
    return made
