"""Pages of one object: what the read model says, kept current while the page is open."""

from datetime import datetime
from typing import Any

from dash import ALL, ClientsideFunction, Input, Output, State, ctx, dcc, html, no_update

from callbacks.registrar import Callbacks
from components import detail, detail_rows, ids, kinds, yaml_view
from components.detail import count_id
from components.status import pill
from components.times import clock
from services.errors import NotFound
from services.kube.owners import owner

ENTRIES = 100
"""Audit entries shown on an object's page; the audit log has all."""

TOUCHED_BY = {
    "gateways": {"gateways", "gatewayclasses", "secrets", "events", "httproutes", "grpcroutes"},
    "httproutes": {"httproutes", "gateways", "services", "endpointslices", "events"},
    "gatewayclasses": {"gatewayclasses", "gateways", "events"},
}
"""Kinds whose change may change what a page shows."""

Ref = dict[str, str]


def register(callbacks: Callbacks) -> None:
    """Register the callbacks of the three detail pages on ``callbacks``."""
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
    _register_object(callbacks)
    _register_gateway(callbacks)
    _register_httproute(callbacks)
    _register_gatewayclass(callbacks)
    _register_history(callbacks)


def _unconcerned(ref: Ref, live: list[dict[str, Any]] | None) -> bool:
    """Whether this call was made by changes that have nothing to do with the object."""
    if ctx.triggered_id != ids.LIVE_CHANGES:
        return False
    kinds_of_interest = TOUCHED_BY[ref["kind"]] | {"*"}
    return not any(
        change["kind"] in kinds_of_interest and change["cluster"] in (ref["cluster"], "*")
        for change in live or []
    )


def _where(callbacks: Callbacks, ref: Ref) -> dict[str, Any]:
    slots = {info.name: info.slot for info in callbacks.container.fleet.list()}
    return {**ref, "slot": slots.get(ref["cluster"], 8)}


def _read(callbacks: Callbacks, ref: Ref) -> tuple[dict[str, Any], dict[str, Any]]:
    """The object itself and its read model, from memory."""
    place = (ref["cluster"], ref["kind"], ref["namespace"], ref["name"])
    model = callbacks.container.resources.detail(callbacks.who(), *place)
    return model["object"], model


def _register_object(callbacks: Callbacks) -> None:
    @callbacks.on(
        Output("detail-pill", "children"),
        Output("detail-facts", "children"),
        Output("detail-strip", "className"),
        Output("detail-strip-lead", "children"),
        Output("detail-strip-text", "children"),
        Output("detail-conditions", "children"),
        Output("detail-controller", "children"),
        Output("detail-yaml", "children"),
        Output("detail-copy-yaml", "content"),
        Input("detail-ref", "data"),
        Input(ids.LIVE_CHANGES, "data"),
    )
    def show(ref: Ref, live: list[dict[str, Any]] | None) -> Any:
        if _unconcerned(ref, live):
            return [no_update] * 9
        try:
            obj, model = _read(callbacks, ref)
        except NotFound as error:
            return (
                pill("unknown", "Not here"),
                *(no_update,),
                "strip err",
                error.message,
                "What was read before stays below. It may have been deleted, or its name be wrong.",
                *(no_update,) * 4,
            )
        strip = _strip(model)
        text = yaml_view.to_text(yaml_view.whole(obj))
        return (
            _pill(model),
            detail_rows.facts(_facts(callbacks, ref, obj, model)),
            *strip,
            detail_rows.conditions_list(
                model["conditions"] or detail_rows.parent_conditions(model.get("parents", []))
            ),
            _controller(model),
            yaml_view.markdown_block(text),
            text,
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
        obj, _ = _read(callbacks, ref)
        one = kinds.KINDS[ref["kind"]].kind.lower()
        return dcc.send_string(
            yaml_view.to_text(yaml_view.whole(obj)),
            f"{one}-{ref['namespace']}-{ref['name']}.yaml".replace("--", "-"),
        )


def _pill(model: dict[str, Any]) -> Any:
    """The state beside the title; a reason that only repeats the word is left out."""
    word, reason = model["status_word"], model["reason"]
    return pill(model["status"], word, "" if reason == word else reason)


def _strip(model: dict[str, Any]) -> tuple[str, str, str]:
    if not model["missing"]:
        return "strip warn d-none", "", ""
    return (
        "strip warn",
        "The cluster does not answer.",
        f"{model['missing'].rstrip('.')}. This is the object as last seen at "
        f"{_clock(model['as_of'])}. Edits need the cluster.",
    )


def _clock(moment: str | None) -> str:
    return clock(datetime.fromisoformat(moment)) if moment else "a time that is not known"


def _controller(model: dict[str, Any]) -> str:
    """Who sets the conditions, as far as the object says."""
    if "controller" in model:
        return str(model["controller"]).partition("/")[0]
    said = {
        parent["controller"].partition("/")[0]
        for parent in model.get("parents", [])
        if parent["controller"]
    }
    return ", ".join(sorted(said))


def _facts(
    callbacks: Callbacks, ref: Ref, obj: dict[str, Any], model: dict[str, Any]
) -> list[tuple[str, Any]]:
    where = _where(callbacks, ref)
    kept_by = owner(obj)
    if kept_by:
        where["owner"] = f"{kept_by.tool}, {kept_by.application}"
    first, *rest = detail_rows.common_facts(obj, where)
    own: list[tuple[str, Any]] = []
    if ref["kind"] == "gateways":
        name = str((obj.get("spec") or {}).get("gatewayClassName", ""))
        own = [
            ("Class", html.A(name, href=kinds.href("gatewayclasses", ref["cluster"], "", name))),
            ("Address", html.Span(_addresses(model), className="mono")),
        ]
    elif ref["kind"] == "httproutes":
        hosts = model["hostnames"]
        said = ", ".join(hosts[:3]) + (f" +{len(hosts) - 3}" if len(hosts) > 3 else "")
        own = [("Hostnames", html.Span(said, className="mono") if hosts else "any host")]
    else:
        own = [
            ("Controller", html.Span(model["controller"], className="mono")),
            ("Description", model.get("description", "")),
        ]
    return [first, *own, *rest]


def _addresses(model: dict[str, Any]) -> str:
    values = [str(one.get("value", "")) for one in model["addresses"]]
    return ", ".join(values) or "not assigned"


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
        Input(ids.LIVE_CHANGES, "data"),
    )
    def show(ref: Ref, live: list[dict[str, Any]] | None) -> Any:
        if _unconcerned(ref, live):
            return [no_update] * 9
        try:
            _, model = _read(callbacks, ref)
        except NotFound:
            return [no_update] * 9
        listeners = detail_rows.listeners(model["listeners"], ref["namespace"])
        routes = detail_rows.attached(model["routes"], ref["cluster"])
        top = routes[: detail.SHOWN_ROUTES]
        unit = (
            str(len(routes))
            if len(top) == len(routes)
            else f"{len(top)} of {len(routes)}, trouble first"
        )
        refused = sum(row["state"]["status"] == "err" for row in routes)
        return (
            listeners,
            str(len(listeners)),
            detail_rows.trouble(listeners),
            top,
            unit,
            f"{refused} of them not attached" if refused else "",
            routes,
            str(len(routes)),
            str(len(routes)),
        )


def _register_httproute(callbacks: Callbacks) -> None:
    @callbacks.on(
        Output("detail-rules", "rowData"),
        Output("detail-rules-unit", "children"),
        Output("detail-parents", "rowData"),
        Output("detail-parents-unit", "children"),
        Input("httproutes-ref", "data"),
        Input(ids.LIVE_CHANGES, "data"),
    )
    def show(ref: Ref, live: list[dict[str, Any]] | None) -> Any:
        if _unconcerned(ref, live):
            return [no_update] * 4
        try:
            _, model = _read(callbacks, ref)
        except NotFound:
            return [no_update] * 4
        rules = detail_rows.rules(model["rules"])
        parents = detail_rows.parents(model["parents"], ref["cluster"])
        return rules, str(len(rules)), parents, str(len(parents))


def _register_gatewayclass(callbacks: Callbacks) -> None:
    @callbacks.on(
        Output("detail-gateways", "rowData"),
        Output("detail-gateways-unit", "children"),
        Output("detail-features", "children"),
        Input("gatewayclasses-ref", "data"),
        Input(ids.LIVE_CHANGES, "data"),
    )
    def show(ref: Ref, live: list[dict[str, Any]] | None) -> Any:
        if _unconcerned(ref, live):
            return [no_update] * 3
        try:
            _, model = _read(callbacks, ref)
        except NotFound:
            return [no_update] * 3
        gateways = [
            row | {"href": kinds.href("gateways", ref["cluster"], row["namespace"], row["name"])}
            for row in model["gateways"]
        ]
        features = model.get("features") or []
        said = ", ".join(features) or "The controller names none."
        return gateways, str(len(gateways)), html.Div(said, className="quiet")


def _register_history(callbacks: Callbacks) -> None:
    @callbacks.on(
        Output("detail-events", "rowData"),
        Output("detail-events-unit", "children"),
        Output(count_id("events"), "children"),
        Input("detail-ref", "data"),
        Input(ids.LIVE_CHANGES, "data"),
    )
    def events(ref: Ref, live: list[dict[str, Any]] | None) -> Any:
        if _unconcerned(ref, live):
            return [no_update] * 3
        try:
            _, model = _read(callbacks, ref)
        except NotFound:
            return [no_update] * 3
        rows = detail_rows.events(model["events"])
        unit = "the cluster keeps them for about an hour"
        return rows, unit, str(len(rows))

    @callbacks.on(
        Output("detail-audit", "rowData"),
        Output("detail-audit-unit", "children"),
        Output(count_id("audit"), "children"),
        Input("detail-ref", "data"),
        Input(ids.LIVE_CHANGES, "data"),
    )
    def audit(ref: Ref, live: list[dict[str, Any]] | None) -> Any:
        if _unconcerned(ref, live):
            return [no_update] * 3
        page = callbacks.container.audit.list(
            callbacks.who(),
            cluster=ref["cluster"],
            kind=ref["kind"],
            namespace=ref["namespace"] or None,
            name=ref["name"],
            page_size=ENTRIES,
        )
        rows = detail_rows.audit(page.items)
        unit = "" if page.total == len(rows) else f"the newest {len(rows)} of {page.total}"
        return rows, unit, str(page.total)
