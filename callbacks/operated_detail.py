"""The page of an object that the operator works on: its children, what is lacking, and asking for
all of it to be applied anew."""

from typing import Any

from dash import Input, Output, State

from callbacks.detail_reads import Ref, seen
from callbacks.registrar import Callbacks, nothing, toast
from components import kinds
from services.auth.identity import Role
from services.errors import Unavailable

Told = dict[str, Any]
OVERALL = ("Ready", "Reconciled", "Drifted")
"""Conditions of the whole; all others are of a section."""


def register(callbacks: Callbacks) -> None:
    """Register the tables of the overview and the button on ``callbacks``."""
    container = callbacks.container

    @callbacks.on(
        Output("detail-children", "rowData"),
        Output("detail-children-unit", "children"),
        Output("detail-children-said", "children"),
        Output("detail-lacking", "rowData"),
        Output("detail-lacking-unit", "children"),
        Input("operated-ref", "data"),
        Input("detail-touched", "data"),
    )
    def show(ref: Ref, touched: int | None) -> Any:
        model = seen(callbacks, ref)
        if model is None:
            return nothing()
        rows, lacks = children(model, ref["cluster"]), lacking(model)
        unit = f"{model['children_ready']} of {model['children_total']} ready"
        behind = "It was changed, and the operator has not looked since." if rows else ""
        said = ["" if model["observed"] else behind, hidden(model["children_hidden"])]
        told = " ".join(filter(None, said))
        return rows, unit if rows else "", told, lacks, str(len(lacks)) if lacks else ""

    @callbacks.on(Output("detail-reconcile", "className"), Input("operated-ref", "data"))
    def offered(ref: Ref) -> str:
        """Offered to those who may change it; a cluster that cannot say is no reason to hide it."""
        error = container.changes.refusal(
            callbacks.who(), ref["cluster"], ref["kind"], "update", ref["namespace"]
        )
        hidden = error is not None and not isinstance(error, Unavailable)
        return "btn btn-secondary d-none" if hidden else "btn btn-secondary"

    @callbacks.on(
        Output("detail-reconcile", "disabled"),
        Input("detail-reconcile", "n_clicks"),
        State("operated-ref", "data"),
        role=Role.OPERATOR,
        prevent_initial_call=True,
    )
    def reconcile(clicks: int | None, ref: Ref) -> bool:
        """Ask the operator; the page follows what it does."""
        if clicks:
            service = {"gatewaybundles": container.bundles, "inferencestacks": container.stacks}
            service[ref["kind"]].reconcile_now(
                callbacks.who(), ref["cluster"], ref["namespace"], ref["name"]
            )
            toast("ok", "Asked for", "The operator applies every child anew; the page follows.")
        return False


def hidden(count: int) -> str:
    """That there are further children."""
    return f"{count} more in namespaces that are not visible to you." if count else ""


def children(model: Told, cluster: str) -> list[Told]:
    """Rows of the children, trouble first."""
    own = model["object"]["metadata"].get("namespace", "")
    found = [
        {
            "kind": one["kind"],
            "child": _link(one, cluster, own),
            "state": {
                "status": "absent" if one["status_word"] == "Skipped" else one["status"],
                "text": one["reason"] if one["status"] == "err" else one["status_word"],
                "message": one["message"],
            },
            "message": one["message"],
            "section": one["section"],
            "drift": one["drift"],
            "since": one["since"],
            "rank": ("err", "warn", "info").index(one["status"])
            if one["status"] in ("err", "warn", "info")
            else 3,
        }
        for one in model["children"]
    ]
    return sorted(found, key=lambda row: row["rank"])


def _link(one: Told, cluster: str, own: str) -> Told:
    place = (one["namespace"], one["name"])
    text = one["name"] if one["namespace"] in ("", own) else "/".join(place)
    there = one["status_word"] != "Skipped"
    href = kinds.child_href(one["kind"], cluster, *place) if there else ""
    return {"text": text, "href": href}


def lacking(model: Told) -> list[Told]:
    """What cannot be had, by section, and what was left out; each with why and what to do."""
    sections = [
        _lack(one["status"], one["type"], one["reason"], one["message"])
        for one in model["conditions"]
        if one["type"] not in OVERALL and one["status"] in ("err", "warn")
    ]
    told = tuple(row["message"] for row in sections)
    return sections + [
        _lack(one["status"], f"{one['kind']} {one['name']}", one["reason"], one["message"])
        for one in model["children"]
        if one["status_word"] in ("Skipped", "Failed")
        and not any(said.endswith(one["message"]) for said in told)
    ]


def _lack(status: str, what: str, reason: str, message: str) -> Told:
    return {"what": {"status": status, "text": what}, "reason": reason, "message": message}
