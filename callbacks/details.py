"""Pages of one object: what the read model says, kept current while the page is open."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from dash import ALL, ClientsideFunction, Input, Output, State, dcc, html, no_update

from callbacks import (
    absent,
    certificate,
    detail_head,
    operated_detail,
    policy_detail,
    route_detail,
    stack_detail,
    touching,
)
from callbacks.detail_reads import Ref, read, seen
from callbacks.registrar import Callbacks, nothing
from components import detail, detail_overviews, detail_rows, ids, kinds, yaml_view
from components.detail import count_id
from components.status import pill
from services.errors import ConsoleError, NotFound, Unavailable

ENTRIES = 100
"""Audit entries shown on an object's page; the audit log has all."""


def register(callbacks: Callbacks) -> None:
    """Register the callbacks of the detail pages on ``callbacks``."""
    callbacks.clientside(
        ClientsideFunction("ngfDetail", "tabs"),
        Output({"type": "detail-tablink", "name": ALL}, "className"),
        Output({"type": "detail-tab", "name": ALL}, "className"),
        Input(ids.VIEW, "data"),
        State({"type": "detail-tablink", "name": ALL}, "id"),
    )
    callbacks.clientside(
        ClientsideFunction("ngfDetail", "copy"),
        Output("detail-copied", "data"),
        Input("detail-kubectl", "n_clicks"),
        Input("detail-link", "n_clicks"),
        State("detail-ref", "data"),
        prevent_initial_call=True,
    )
    touching.follow(callbacks, "detail", "detail-ref")
    _register_object(callbacks)
    _register_gateway(callbacks)
    route_detail.register(callbacks)
    _register_gatewayclass(callbacks)
    _register_certificate(callbacks)
    policy_detail.register(callbacks)
    operated_detail.register(callbacks)
    stack_detail.register(callbacks)
    _register_history(callbacks)


def _register_object(callbacks: Callbacks) -> None:
    fleet = callbacks.container.fleet

    @callbacks.on(
        Output("detail-page", "className"),
        Output("detail-pill", "children"),
        Output("detail-facts", "children"),
        Output("detail-strip", "className"),
        Output("detail-strip-lead", "children"),
        Output("detail-strip-text", "children"),
        Output("detail-conditions", "children"),
        Output("detail-controller", "children"),
        Output("detail-yaml", "children"),
        Output("detail-copy-yaml", "content"),
        Output("detail-missing-title", "children"),
        Output("detail-missing-text", "children"),
        Input("detail-ref", "data"),
        Input("detail-touched", "data"),
        State("detail-page", "className"),
    )
    def show(ref: Ref, touched: int | None, page: str) -> Any:
        try:
            model = read(callbacks, ref)
            info = fleet.info(fleet.get(ref["cluster"]))
        except (NotFound, Unavailable) as error:
            return _not_there(error, ref, read=page in (detail.PAGE, detail.GONE))
        obj = model["object"]
        text = yaml_view.to_text(yaml_view.whole(obj))
        conditions = model["conditions"] or detail_rows.parent_conditions(model.get("parents", []))
        differs = detail_rows.differing(model.get("differs", ()))
        return (
            detail.PAGE,
            detail_head.state_pill(model),
            detail_rows.facts(detail_head.facts(ref["kind"], model, info)),
            *detail_head.strip(model),
            detail_rows.conditions_list([*conditions, *differs]),
            detail_head.controller(model),
            yaml_view.markdown_block(text),
            text,
            no_update,
            no_update,
        )

    @callbacks.on(
        Output("detail-download", "data"),
        Input("detail-yaml-file", "n_clicks"),
        State("detail-ref", "data"),
        prevent_initial_call=True,
    )
    def download(clicks: int | None, ref: Ref) -> Any:
        if not clicks:
            return no_update
        obj = read(callbacks, ref)["object"]
        one = kinds.KINDS[ref["kind"]].kind.lower()
        return dcc.send_string(
            yaml_view.to_text(yaml_view.whole(obj)),
            f"{one}-{ref['namespace']}-{ref['name']}.yaml".replace("--", "-"),
        )


def _not_there(error: ConsoleError, ref: Ref, *, read: bool) -> list[Any]:
    """What the page shows of an object that is gone, was never there, or is not known yet."""
    told = nothing()
    if read:
        history = html.A("Its audit entries", href=f"/audit?q={quote(ref['name'])}")
        told[0], told[1] = detail.GONE, pill("unknown", "Gone")
        told[3:6] = ["strip err", error.message, ["What was read last stays below. ", history]]
    else:
        told[0], told[10:12] = detail.MISSING, absent.words(error, ref)
    return told


def _register_gateway(callbacks: Callbacks) -> None:
    @callbacks.on(
        Output("detail-listeners", "rowData"),
        Output("detail-listeners-unit", "children"),
        Output("detail-listeners-said", "children"),
        Output("detail-top-routes", "rowData"),
        Output("detail-top-routes-unit", "children"),
        Output("detail-unattached", "children"),
        Output("detail-routes", "rowData"),
        Output("detail-routes-unit", "children"),
        Output(count_id("routes"), "children"),
        Input("gateways-ref", "data"),
        Input("detail-touched", "data"),
    )
    def show(ref: Ref, touched: int | None) -> Any:
        model = seen(callbacks, ref)
        if model is None:
            return nothing()
        listeners = detail_rows.listeners(
            [*model["listeners"], *model["set_listeners"]], ref["namespace"], datetime.now(UTC)
        )
        routes = detail_rows.named_by(model["named_by"], ref["cluster"])
        top = routes[: detail_overviews.SHOWN_ROUTES]
        unit, left_out = detail_rows.named_count(model["named_by"], model["named_hidden"])
        return (
            listeners,
            str(len(listeners)),
            detail_rows.trouble([*model["listeners"], *model["set_listeners"]]),
            top,
            unit if len(top) == len(routes) else f"{len(top)} of {unit}, trouble first",
            left_out,
            routes,
            unit,
            unit,
        )


def _register_gatewayclass(callbacks: Callbacks) -> None:
    @callbacks.on(
        Output("detail-gateways", "rowData"),
        Output("detail-gateways-unit", "children"),
        Output("detail-features", "children"),
        Input("gatewayclasses-ref", "data"),
        Input("detail-touched", "data"),
    )
    def show(ref: Ref, touched: int | None) -> Any:
        model = seen(callbacks, ref)
        if model is None:
            return nothing()
        gateways = [
            row | {"href": kinds.href("gateways", ref["cluster"], row["namespace"], row["name"])}
            for row in model["gateways"]
        ]
        features = model.get("features") or []
        said = ", ".join(features) or "The controller names none."
        return gateways, str(len(gateways)), html.Div(said, className="quiet")


def _register_certificate(callbacks: Callbacks) -> None:
    @callbacks.on(
        *[Output(*leaf) for leaf in certificate.LEAVES],
        Input("certificates-ref", "data"),
        Input("detail-touched", "data"),
    )
    def show(ref: Ref, touched: int | None) -> Any:
        model = seen(callbacks, ref)
        return nothing() if model is None else certificate.leaves(model, ref["cluster"])


def _register_history(callbacks: Callbacks) -> None:
    @callbacks.on(
        Output("detail-events", "rowData"),
        Output("detail-events-unit", "children"),
        Output(count_id("events"), "children"),
        Input("detail-ref", "data"),
        Input("detail-touched", "data"),
    )
    def events(ref: Ref, touched: int | None) -> Any:
        model = seen(callbacks, ref)
        if model is None:
            return nothing()
        found = detail_rows.events(model["events"])
        unit = "the cluster keeps them for about an hour"
        return found, unit, str(len(found))

    @callbacks.on(
        Output("detail-audit", "rowData"),
        Output("detail-audit-unit", "children"),
        Output(count_id("audit"), "children"),
        Input("detail-ref", "data"),
        Input("detail-touched", "data"),
    )
    def audit(ref: Ref, touched: int | None) -> Any:
        page = callbacks.container.audit.list(
            callbacks.who(),
            cluster=ref["cluster"],
            kind=ref["kind"],
            namespace=ref["namespace"] or None,
            name=ref["name"],
            page_size=ENTRIES,
        )
        found = detail_rows.audit(page.items)
        unit = "" if page.total == len(found) else f"the newest {len(found)} of {page.total}"
        return found, unit, str(page.total)
