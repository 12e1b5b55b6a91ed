"""Deleting asks first: what depends on the object, its name, and a reason for the audit log."""

from collections import defaultdict
from typing import Any
from urllib.parse import urlencode

from dash import ClientsideFunction, Input, Output, State, ctx, html, no_update, set_props

from callbacks import impact_words
from callbacks.registrar import Callbacks, nothing, toast
from components import ids, kinds
from components.page import condition
from services.auth.identity import Role
from services.gatewayapi.attachments import ROUTE_KINDS
from services.gatewayapi.deletion import goes_with
from services.gatewayapi.model.names import Ref as Named
from services.kube.catalogue import KINDS
from services.kube.changes import Plan
from services.kube.deletion import held, outcome
from services.kube.references import Dependent
from services.operated_limits import HIDDEN

NAMED = 3
"""Objects named in a line of the dialog; further ones are counted."""
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
        Output("detail-delete-reason", "value"),
        Input("detail-ask", "n_clicks"),
        Input("detail-delete-cancel", "n_clicks"),
        State("detail-ref", "data"),
        role=Role.OPERATOR,
        prevent_initial_call=True,
    )
    def ask(clicks: int | None, cancel: int | None, ref: Ref) -> Any:
        if ctx.triggered_id == "detail-delete-cancel":
            return False, no_update, no_update, "", ""
        if not clicks:
            return nothing()
        place = (callbacks.who(), ref["cluster"], ref["kind"], ref["namespace"], ref["name"])
        if ref["kind"] in kinds.OPERATED:
            said, consequences = _operated(callbacks, ref)
            return True, said, consequences, "", ""
        plan = changes.plan_delete(*place)
        gone = {}
        if ref["kind"] == "gateways" and plan.live:
            gone = goes_with(callbacks.container.fleet.get(ref["cluster"]), plan.live)
        impact = callbacks.container.impacts.of_plan(callbacks.who(), plan)
        traffic = impact_words.broken(impact, ref["cluster"])
        return True, _said(plan, ref), [*_consequences(plan, ref, gone), *traffic], "", ""

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
        done = changes.delete(
            callbacks.who(),
            ref["cluster"],
            ref["kind"],
            ref["namespace"],
            ref["name"],
            reason=(reason or "").strip(),
            confirm_owned=True,
        )
        spoken = kinds.KINDS[ref["kind"]].kind
        place = "/".join(filter(None, (ref["namespace"], ref["name"])))
        toast(
            "ok",
            f"{spoken} {place} {outcome(done.object)}",
            "The audit log keeps its YAML.",
            ("Audit log", "/audit"),
        )
        set_props(ids.URL, {"href": kinds.list_href(ref["kind"])})


def _operated(callbacks: Callbacks, ref: Ref) -> tuple[str, list[Any]]:
    """What is said of an object that the operator works on, and what goes with it."""
    container, who = callbacks.container, callbacks.who()
    service = {"gatewaybundles": container.bundles, "inferencestacks": container.stacks}
    plan = service[ref["kind"]].plan_delete(who, ref["cluster"], ref["namespace"], ref["name"])
    status = (plan.live or {}).get("status") or {}
    own = [one for one in status.get("children") or () if one.get("state") in ("Ready", "Waiting")]
    named = [f"{one['kind']} {one['name']}" for one in own]
    goes = f"{len(named)} {'object goes' if len(named) == 1 else 'objects go'} with it"
    made = [condition("warn", goes, ", ".join(named))] if named else []
    if hidden := status.get(HIDDEN):
        made.append(condition("warn", f"{hidden} more children that are not visible to you"))
    gone = [
        Named(one["kind"], one.get("namespace") or ref["namespace"], one["name"]) for one in own
    ]
    impact = container.impacts.of(who, ref["cluster"], removed=gone)
    lines = [*made, *_consequences(plan, ref, {}), *impact_words.broken(impact, ref["cluster"])]
    return _said(plan, ref), lines


FOR_GATEWAYS = {
    "gatewayclasses": ("gateway loses its class", "gateways lose their class"),
    "secrets": ("gateway loses a certificate", "gateways lose a certificate"),
}
ELSE_FOR_GATEWAYS = "gateway refers to it", "gateways refer to it"
"""What a deletion means to gateways, by what is deleted: of one and of several."""


def _said(plan: Plan, ref: Ref) -> str:
    at_once = f"It goes from {ref['cluster']} at once."
    said = f"{(plan.live and held(plan.live)) or at_once} The audit log keeps its YAML."
    if plan.owner:
        said += (
            f" {plan.owner.tool} ({plan.owner.application}) owns it and makes it again at its next "
            "sync unless its source lets go of it."
        )
    return said


def _consequences(plan: Plan, ref: Ref, gone: dict[str, Any]) -> list[Any]:
    """What breaks, in a line for each sort of it, and what goes along."""
    sorts: dict[str, list[Dependent]] = defaultdict(list)
    for one in plan.dependents:
        sorts[_sort(one)].append(one)
    gateways, lost, kept = sorts["gateway"], sorts["lost"], sorts["kept"]
    policies, others = sorts["policy"], sorts["other"]
    made = [
        _line("warn", gateways, *FOR_GATEWAYS.get(ref["kind"], ELSE_FOR_GATEWAYS), ref),
        _line("warn", lost, "route loses its only parent", "routes lose their only parent", ref),
        _line("note", kept, "route keeps another parent", "routes keep another parent", ref),
        *_going(gone),
        _line("warn", policies, "policy no longer applies", "policies no longer apply", ref),
        _line("warn", others, "object refers to it", "objects refer to it", ref),
    ]
    if plan.hidden:
        made.append(condition("warn", f"{plan.hidden} in namespaces that are not visible to you"))
    return [line for line in made if line is not None] or [condition("ok", "Nothing refers to it")]


def _sort(one: Dependent) -> str:
    """What a deletion means to a dependent."""
    if one.kind in ROUTE_KINDS:
        return "lost" if one.alone else "kept"
    if one.kind.endswith("policies") and one.alone:
        return "policy"
    return "gateway" if one.kind == "gateways" else "other"


def _line(status: str, group: list[Dependent], one: str, many: str, ref: Ref) -> Any:
    if not group:
        return None
    named = [f"{KINDS[it.kind].kind} {it.namespace}/{it.name}" for it in group[:NAMED]]
    text = ", ".join(named)
    if len(group) > NAMED:
        text += f" and {len(group) - NAMED} more"
    title = f"{len(group)} {one if len(group) == 1 else many}"
    return condition(status, title, text, when=_list_of(group, ref))


def _list_of(group: list[Dependent], ref: Ref) -> Any:
    """A link to the list of those that have one, filtered by the object."""
    named = {it.kind for it in group}
    if ref["kind"] == "gateways" and named & {*ROUTE_KINDS, "listenersets"}:
        asked = {"cluster": ref["cluster"], "gateway": f"{ref['namespace']}/{ref['name']}"}
        return html.A("List", href=f"/routes?{urlencode(asked, safe='/')}")
    if ref["kind"] == "gatewayclasses" and "gateways" in named:
        return html.A(
            "List",
            href=kinds.list_href("gateways", cluster=ref["cluster"], **{"class": ref["name"]}),
        )
    return None


def _going(gone: dict[str, Any]) -> list[Any]:
    """The data plane that goes with a gateway, and certificates that only it used."""
    made = []
    if plane := gone.get("data_plane"):
        pods = f" ({plane['pods']} {'pod' if plane['pods'] == 1 else 'pods'})"
        service = " and its Service go" if plane["service"] else " goes"
        made.append(condition("warn", f"Data plane {plane['name']}{pods}{service}"))
    if secrets := gone.get("certificates"):
        many = len(secrets) > 1
        made.append(
            condition(
                "note",
                f"{len(secrets)} {'certificates are' if many else 'certificate is'} no longer used",
                ", ".join(f"Secret {namespace}/{name}" for namespace, name in secrets[:NAMED]),
            )
        )
    return made
