"""The forms of certificates: a dry run that shows no key, then the change itself."""

from typing import Any

from dash import Input, Output, State, ctx, html, no_update, set_props

from callbacks import impact_words
from callbacks.permission import explained
from callbacks.registrar import Callbacks, nothing, toast
from components import certificate_form as form
from components import ids, kinds
from services.auth.identity import Role
from services.certificates.storing import Manner, Upload
from services.errors import Denied, Invalid, NotFound
from services.kube.changes import Applied, Plan

FIELDS = {
    "commonName": "common-name",
    "metadata.name": "name",
    "metadata.namespace": "namespace",
}
"""Fields of the services and the inputs they are typed into, where those are called otherwise."""
Ref = dict[str, str]


def register(callbacks: Callbacks) -> None:
    """Register the three forms on ``callbacks``."""
    for mode in form.INPUTS:
        _register_open(callbacks, mode)
        _register_go(callbacks, mode)


def _register_open(callbacks: Callbacks, mode: str) -> None:
    """Whether the form may be used here, and on which clusters."""
    container = callbacks.container

    @callbacks.on(
        Output(form.part(mode, "inputs"), "disabled"),
        Output(form.part(mode, "denied"), "className"),
        Output(form.part(mode, "denied-text"), "children"),
        *(
            [
                Output(form.part(mode, "cluster"), "options"),
                Output(form.part(mode, "cluster"), "value"),
            ]
            if mode != "renew"
            else []
        ),
        Input(form.part(mode, "ref"), "data"),
        State(ids.VIEW, "data"),
    )
    def opened(ref: Ref, view: dict[str, Any] | None) -> Any:
        who = callbacks.who()
        try:
            who.require(Role.OPERATOR)
            if mode == "renew":
                place = (ref["cluster"], ref["namespace"], ref["name"])
                container.certificates.detail(who, *place)
                refusal = container.changes.refusal(
                    who, ref["cluster"], "secrets", "update", ref["namespace"]
                )
                if isinstance(refusal, Denied):
                    raise refusal
        except (Denied, NotFound) as error:
            told: list[Any] = [True, "strip info", explained(error)]
        else:
            told = [False, "strip info d-none", ""]
        if mode == "renew":
            return told
        clusters = [one.name for one in container.fleet.clusters(who)]
        wanted = ((view or {}).get("cluster") or [""])[0]
        usual = container.fleet.default_name()
        chosen = next((one for one in (wanted, usual, *clusters) if one in clusters), "")
        return [*told, [{"value": one, "label": one} for one in clusters], chosen]


def _register_go(callbacks: Callbacks, mode: str) -> None:
    names = form.INPUTS[mode]
    typed = [State(form.part(mode, name), "value") for name in names]
    where = [State(form.part(mode, "cluster"), "value")] if mode != "renew" else []
    choice = (
        State(form.part(mode, "algorithm"), "value")
        if mode == "request"
        else State(form.part(mode, "choices"), "value")
    )

    @callbacks.on(
        Output(form.part(mode, "plan"), "children"),
        Output(form.part(mode, "said"), "children"),
        *[Output(form.part(mode, f"{name}-error"), "children") for name in names],
        Input(form.part(mode, "check"), "n_clicks"),
        Input(form.part(mode, "go"), "n_clicks"),
        State(form.part(mode, "ref"), "data"),
        State(form.part(mode, "reason"), "value"),
        choice,
        *where,
        *typed,
        role=Role.OPERATOR,
        prevent_initial_call=True,
    )
    def act(
        check: int | None,
        go: int | None,
        ref: Ref,
        reason: str | None,
        chosen: Any,
        *given: str | None,
    ) -> Any:
        if not (check or go):
            return nothing()
        place, texts = (given[:1], given[1:]) if where else ((), given)
        said = dict(zip(names, (text or "" for text in texts), strict=True))
        cluster = (place[0] or "") if place else ref["cluster"]
        dry_run = ctx.triggered_id == form.part(mode, "check")
        try:
            made = _made(callbacks, mode, ref, cluster, said, chosen, reason or "", dry_run)
        except Invalid as error:
            faults = _faults(error, names)
            return [no_update, "Something is wrong above.", *faults]
        clear = [""] * len(names)
        if isinstance(made, Plan):
            impact = callbacks.container.impacts.of_plan(callbacks.who(), made)
            lines = html.Div(impact_words.lines(impact, cluster), className="conds")
            return [[_changes(made), lines], _warned(made), *clear]
        name = said.get("name") or ref["name"]
        namespace = said.get("namespace") or ref["namespace"]
        toast("ok", f"Secret {namespace}/{name} {_DONE[mode]}", "The audit log has no key in it.")
        set_props(ids.URL, {"href": kinds.href("secrets", cluster, namespace, name)})
        return [no_update, "", *clear]


_DONE = {"upload": "stored", "request": "made, and the request with it", "renew": "renewed"}


def _made(
    callbacks: Callbacks,
    mode: str,
    ref: Ref,
    cluster: str,
    said: dict[str, str],
    chosen: Any,
    reason: str,
    dry_run: bool,
) -> Plan | Applied:
    storing, who = callbacks.container.storing, callbacks.who()
    manner = Manner(reason.strip(), bool(reason.strip()))
    if mode == "request":
        hosts = [line.strip() for line in said["hosts"].splitlines() if line.strip()]
        _, made = storing.request(
            who,
            cluster,
            said["namespace"].strip(),
            said["name"].strip(),
            hosts,
            manner,
            common_name=said["common-name"].strip(),
            algorithm=chosen,
            dry_run=dry_run,
        )
        return made
    upload = Upload(
        said["certificate"],
        said["key"],
        said["ca"],
        "confirm-expired" in (chosen or ()),
        "reorder" in (chosen or ()),
    )
    if mode == "renew":
        return storing.renew(
            who, cluster, ref["namespace"], ref["name"], upload, manner, dry_run=dry_run
        )
    place = (cluster, said["namespace"].strip(), said["name"].strip())
    return storing.upload(who, *place, upload, manner, dry_run=dry_run)


def _faults(error: Invalid, names: tuple[str, ...]) -> list[str]:
    """What is wrong, by input. Raises the error when it is about none of them."""
    found: dict[str, list[str]] = {}
    for one in error.details.get("fields") or ():
        name = FIELDS.get(str(one["field"]), str(one["field"]))
        found.setdefault(name, []).append(f"{str(one['rule']).rstrip('.')}.")
    if not found.keys() & set(names):
        raise error
    return [" ".join(found.get(name, ())) for name in names]


def _changes(plan: Plan) -> Any:
    """The fields that would differ, without keys and without what the server sets."""
    own = [one for one in plan.changes if not one.server_set]
    lines = [
        html.Div(
            [
                html.Span(one.path, className="mono b5"),
                html.Span(_short(one.old), className="mono t3") if one.old is not None else None,
                html.Span(_short(one.new), className="mono t2"),
            ],
            className="cond-line",
        )
        for one in own[:12]
    ]
    return html.Div(lines or "Nothing would differ.", className="fs p-3")


def _short(value: Any) -> str:
    text = "taken out" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _warned(plan: Plan) -> str:
    if plan.owner:
        return f"{plan.owner.tool} keeps it and may undo the change: a reason is needed."
    return "The API server would take it. " + " ".join(plan.warnings)
