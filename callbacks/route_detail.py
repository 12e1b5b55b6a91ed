"""Pages of one route or ListenerSet: rules, where it attaches, what is wrong, what is in effect."""

from datetime import UTC, datetime
from typing import Any

from dash import Input, Output

from callbacks.detail_reads import Ref, place_of, seen
from callbacks.registrar import Callbacks, nothing
from components import detail_rows, route_rows
from services.errors import NotFound, Unavailable
from services.gatewayapi.model.names import Ref as Named
from services.gatewayapi.policies.effective import APPLIES_TO
from services.kube.catalogue import KINDS


def register(callbacks: Callbacks) -> None:
    """Register what only these pages have on ``callbacks``."""
    _register_route(callbacks)
    _register_listenerset(callbacks)
    _register_judged(callbacks)


def _register_route(callbacks: Callbacks) -> None:
    @callbacks.on(
        Output("detail-rules", "rowData"),
        Output("detail-rules-unit", "children"),
        Output("detail-parents", "rowData"),
        Output("detail-parents-unit", "children"),
        Input("routes-ref", "data"),
        Input("detail-touched", "data"),
    )
    def show(ref: Ref, touched: int | None) -> Any:
        model = seen(callbacks, ref)
        if model is None:
            return nothing()
        rules = detail_rows.rules(model["rules"])
        judged = callbacks.container.judging.parents(callbacks.who(), *place_of(ref))
        parents = route_rows.attachments(model["parents"], judged, ref["cluster"])
        return rules, str(len(rules)), parents, str(len(parents))

    @callbacks.on(
        Output("detail-effective", "rowData"),
        Output("detail-effective-unit", "children"),
        Input("routes-ref", "data"),
        Input("detail-touched", "data"),
    )
    def show_effective(ref: Ref, touched: int | None) -> Any:
        if seen(callbacks, ref) is None:
            return nothing()
        about = Named(KINDS[ref["kind"]].kind, ref["namespace"], ref["name"])
        if about.kind not in APPLIES_TO:
            return [], ""
        try:
            told = callbacks.container.policies.effective(callbacks.who(), ref["cluster"], about)
        except (NotFound, Unavailable):
            return nothing()
        return route_rows.in_effect(told["policies"], ref["cluster"]), _hidden(told["hidden"])


def _register_judged(callbacks: Callbacks) -> None:
    @callbacks.on(
        Output("detail-problems", "rowData"),
        Output("detail-problems-unit", "children"),
        Input("judged-ref", "data"),
        Input("detail-touched", "data"),
    )
    def show(ref: Ref, touched: int | None) -> Any:
        if seen(callbacks, ref) is None:
            return nothing()
        try:
            judged = callbacks.container.judging.of(callbacks.who(), *place_of(ref))
        except (NotFound, Unavailable):
            return nothing()
        return route_rows.problems(judged), _hidden(judged["hidden"])


def _hidden(count: int) -> str:
    """What is said beside a table from which rows are left out."""
    return f"{count} more in namespaces that are not visible to you" if count else ""


def _register_listenerset(callbacks: Callbacks) -> None:
    @callbacks.on(
        Output("detail-set-listeners", "rowData"),
        Output("detail-set-listeners-unit", "children"),
        Output("detail-set-said", "children"),
        Output("detail-set-parents", "rowData"),
        Input("listenersets-ref", "data"),
        Input("detail-touched", "data"),
    )
    def show(ref: Ref, touched: int | None) -> Any:
        model = seen(callbacks, ref)
        if model is None:
            return nothing()
        return (
            detail_rows.listeners(model["listeners"], ref["namespace"], datetime.now(UTC)),
            str(len(model["listeners"])),
            detail_rows.trouble(model["listeners"]),
            detail_rows.parents(model["parents"], ref["cluster"]),
        )
