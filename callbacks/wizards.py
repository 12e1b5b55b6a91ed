"""What every wizard asks: its object, what its cluster offers, the server's verdict on the draft,
the change itself, and how the children stand after it. What a cluster offers is the kind's own.

The browser draws it all (``assets/js/wizard_steps.js``); shapes of answers are made here.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import structlog
from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks import (
    absent,
    gateway_offers,
    impact_words,
    planning,
    progress,
    stack_offers,
    touching,
    wizard_answers,
)
from callbacks.permission import explained
from callbacks.registrar import Callbacks, nothing, toast
from components import diff_view, kinds, yaml_view
from components.page import condition
from components.resource_templates import template
from services.auth.identity import Identity, Role
from services.errors import ConsoleError, Denied, NotFound, Unavailable
from services.kube.changes import Plan
from services.kube.owners import owner

log = structlog.get_logger(__name__)

Object = dict[str, Any]

OFFERS: Mapping[str, Callable[[Callbacks, Identity, Object], Object]] = {
    "gatewaybundles": gateway_offers.of,
    "inferencestacks": stack_offers.of,
}
"""What a cluster offers for a kind: lists by name, and ``abilities``, each ``{ok, reason,
evidence}``."""
DRAWN = {
    "base": "begin",
    "offers": "offered",
    "answer": "answered",
    "applied": "applied",
    "progress": "progressed",
    "removed": "removed",
}
"""Stores of answers and the functions of ``ngfWizard`` that draw them."""
UNKNOWN = "The console could not answer; its log has the cause."


def register(callbacks: Callbacks) -> None:
    """Register the questions of the wizards on ``callbacks``."""
    for store, drawn in DRAWN.items():
        callbacks.clientside(
            ClientsideFunction("ngfWizard", drawn),
            Output("wizard-said", "data", allow_duplicate=True),
            Input(f"wizard-{store}", "data"),
            prevent_initial_call=True,
        )
    touching.follow(callbacks, "wizard", "wizard-watch")
    touching.follow(callbacks, "wizard-offers", "wizard-offers-asked")
    _register_begin(callbacks)
    _register_answer(callbacks)
    _register_go(callbacks)
    progress.register(callbacks)


def _register_begin(callbacks: Callbacks) -> None:
    container = callbacks.container

    @callbacks.on(
        Output("wizard-base", "data"),
        Output("wizard-denied", "className"),
        Output("wizard-denied-lead", "children"),
        Output("wizard-denied-text", "children"),
        Output("wizard-missing-title", "children"),
        Output("wizard-missing-text", "children"),
        Input("wizard-ref", "data"),
    )
    def begin(ref: Object) -> Any:
        who = callbacks.who()
        clusters = container.fleet.list(who)
        names = [info.name for info in clusters]
        if not names:
            return _missing(ref, "", absent.NOWHERE)
        fresh = ref["create"] and not ref["progress"]
        usual = next((info.name for info in clusters if info.default), names[0])
        cluster = ref["cluster"] or usual
        if fresh:
            cluster = cluster if cluster in names else usual
            permitted = sorted(who.namespaces or ())
            obj = template(ref["kind"], ref["namespace"] or next(iter(permitted), ""), "")
        else:
            place = (cluster, ref["kind"], ref["namespace"], ref["name"])
            try:
                obj = dict(container.resources.raw(who, *place))
            except (NotFound, Unavailable) as error:
                return _missing(ref, cluster, absent.words(error, ref))
        denied = _denied(callbacks, ref, cluster)
        base = {
            "ref": ref,
            "cluster": cluster,
            "object": None if ref["create"] else obj,
            "editable": yaml_view.editable(obj),
            "clusters": [
                {
                    "value": info.name,
                    "label": info.display_name or info.name,
                    "slot": info.slot,
                }
                for info in clusters
            ],
            "denied": denied is not None,
            "owned": _owned(obj) if not ref["create"] else None,
            "who": who.name,
            "applied": bool(ref["progress"]),
            "since": obj["metadata"].get("creationTimestamp") if ref["progress"] else None,
        }
        many = kinds.KINDS[ref["kind"]].many
        lead = f"You may not {'create' if ref['create'] else 'change'} {many}."
        told = explained(denied) if denied else ""
        shown = "strip info" if denied else "strip info d-none"
        return [base, shown, lead, told, "", ""]

    @callbacks.on(
        Output("wizard-offers", "data"),
        Input("wizard-offers-asked", "data"),
        Input("wizard-offers-touched", "data"),
        prevent_initial_call=True,
    )
    def offer(asked: Object | None, touched: int | None) -> Any:
        if not asked or asked["kind"] not in OFFERS:
            return no_update
        return {"cluster": asked["cluster"]} | OFFERS[asked["kind"]](
            callbacks, callbacks.who(), asked
        )


def _missing(ref: Object, cluster: str, words: tuple[str, str]) -> list[Any]:
    """The page's answer where there is nothing to begin with; it is asked for again by ``ref`` when
    something changes on ``cluster``."""
    return [{"ref": ref, "cluster": cluster, "missing": True}, *nothing()[1:4], *words]


def _owned(obj: Object) -> Object | None:
    """The tool that keeps the object as its source says, which would undo an edit."""
    kept_by = owner(obj)
    return {"tool": kept_by.tool, "application": kept_by.application} if kept_by else None


def _denied(callbacks: Callbacks, ref: Object, cluster: str) -> ConsoleError | None:
    """Why this person cannot make or change it; a cluster that cannot say is no reason."""
    if ref["create"]:
        try:
            callbacks.who().require(Role.OPERATOR)
        except Denied as error:
            return error
        return None
    error = callbacks.container.changes.refusal(
        callbacks.who(), cluster, ref["kind"], "update", ref["namespace"]
    )
    return None if isinstance(error, Unavailable) else error


def _register_answer(callbacks: Callbacks) -> None:
    previews = callbacks.container.previews

    @callbacks.on(
        Output("wizard-answer", "data"),
        Output("wizard-impact", "children"),
        Output("wizard-stored", "children"),
        Output("wizard-manifest", "children"),
        Output("wizard-copy", "content"),
        Input("wizard-asked", "data"),
        State("wizard-ref", "data"),
        prevent_initial_call=True,
    )
    def answer(asked: Object | None, ref: Object) -> Any:
        if not asked:
            return nothing()
        mine, base, cluster = asked["object"], asked["base"], asked["cluster"]
        text = yaml_view.to_text(yaml_view.editable(mine))
        shown = [yaml_view.markdown_block(text), text]
        quiet = [condition("note", "Shown once the dry-run has passed")]
        told = wizard_answers.unjudged(asked["turn"], text)
        try:
            wanted = yaml_view.restored(mine, base) if base else mine
            found = previews.of(callbacks.who(), cluster, ref["kind"], wanted, base)
            told |= wizard_answers.judged(found, wanted, base, cluster, ref["kind"])
            impact: Any = quiet
            if found.impact:  # what stays as it is is nothing that this changes
                impact = impact_words.lines(replace(found.impact, left=()), cluster)
            stored = _stored(found.plan) if base and found.plan else quiet
            return [told, impact, stored, *shown]
        except ConsoleError as error:
            refused = wizard_answers.refusal(error, base)
            return [told | {"refused": refused}, quiet, quiet, *shown]
        except Exception:
            log.exception("preview failed", cluster=cluster, kind=ref["kind"])
            return [told | {"refused": UNKNOWN}, quiet, quiet, *shown]


def _stored(plan: Plan) -> Any:
    return diff_view.changes_table(
        [
            {"path": one.path, "old": one.old, "new": one.new, "server_set": one.server_set}
            for one in plan.changes
        ]
    )


def _register_go(callbacks: Callbacks) -> None:
    changes = callbacks.container.changes

    @callbacks.on(
        Output("wizard-applied", "data"),
        Input("wizard-go", "data"),
        State("wizard-ref", "data"),
        role=Role.OPERATOR,
        prevent_initial_call=True,
    )
    def apply(asked: Object | None, ref: Object) -> Any:
        """Create or update; a refusal is told and leaves the draft as it is."""
        if not asked:
            return no_update
        who, cluster, kind = callbacks.who(), asked["cluster"], ref["kind"]
        now, reason, base = datetime.now(UTC), asked["reason"], asked["base"]
        try:
            if base is None:
                done = changes.create(who, cluster, kind, asked["object"], reason=reason)
            else:
                mine = yaml_view.restored(asked["object"], base)
                done = planning.applied(changes, who, cluster, ref, mine, base, reason)
        except ConsoleError as error:
            refused = wizard_answers.refusal(error, base)
            toast("err", "Not applied", refused)
            return {"refused": refused, "at": asked["at"]}
        except Exception:
            log.exception("apply failed", cluster=cluster, kind=kind)
            toast("err", "Not known whether it was applied", UNKNOWN)
            return {"refused": UNKNOWN, "at": asked["at"]}
        metadata = (done.object or asked["object"])["metadata"]
        return {
            "cluster": cluster,
            "namespace": metadata.get("namespace", ""),
            "name": metadata["name"],
            "at": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
