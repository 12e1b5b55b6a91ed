"""The editor: one draft that the form, the YAML and the buttons change, and all of them show.

One callback holds the two sides together. It changes the draft by what was done in a turn
(`callbacks.drafts`; the browser sends one at a time) and then tells every input, row, head and line
of YAML what it has to show; what the user is typing in is never written back. Applying is in
`callbacks.applying`.
"""

from typing import Any

from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update

from callbacks import absent, drafts
from callbacks.drafts import Draft, Turn
from callbacks.registrar import Callbacks, nothing
from components import ids, yaml_view
from components.editor import FORMS
from components.forms import changed, counted, head
from components.resource_templates import template
from services.errors import NotFound, Unavailable
from services.kube.fields import count, origins

FIELD = {"type": "edit-field", "name": ALL}
ROW = {"type": "edit-row", "name": ALL}
ACT = {"type": "edit-act", "name": ALL}
TEXT = {"type": "edit-text", "name": ALL}
NEW = {"type": "edit-new", "name": ALL}


def register(callbacks: Callbacks) -> None:
    """Register the callbacks that load and edit on ``callbacks``."""
    services = callbacks.container

    callbacks.clientside(
        ClientsideFunction("ngfEditor", "show"),
        *[Output(f"edit-view-{view}", "className") for view in ("both", "form", "yaml")],
        Input(ids.VIEW, "data"),
    )

    callbacks.clientside(
        ClientsideFunction("ngfTurns", "answered"),
        Output("edit-said", "data", allow_duplicate=True),
        Input("edit-draft", "data"),
        Input("edit-unsaved", "data"),
        prevent_initial_call=True,
    )

    callbacks.clientside(
        ClientsideFunction("ngfDetail", "manifest"),
        Output("edit-said", "data"),
        Input("edit-kubectl", "n_clicks"),
        State("edit-yaml", "value"),
        State("edit-draft", "data"),
        prevent_initial_call=True,
    )

    callbacks.clientside(
        ClientsideFunction("ngfEditor", "follow"),
        Output("edit-said", "data", allow_duplicate=True),
        Input("edit-yaml", "style"),
        prevent_initial_call=True,
    )

    callbacks.clientside(
        ClientsideFunction("ngfForm", "heads"),
        Output("edit-said", "data", allow_duplicate=True),
        Input("edit-heads", "data"),
        prevent_initial_call=True,
    )

    callbacks.clientside(
        ClientsideFunction("ngfForm", "dressed"),
        Output("edit-said", "data", allow_duplicate=True),
        Input("edit-page", "id"),
        prevent_initial_call="initial_duplicate",
    )

    callbacks.clientside(
        ClientsideFunction("ngfEditor", "away"),
        Output("edit-said", "data", allow_duplicate=True),
        Input("edit-away", "data"),
        prevent_initial_call=True,
    )

    @callbacks.on(
        Output("edit-base", "data"),
        Output(NEW, "options"),
        Output(NEW, "value"),
        Output("edit-away", "data"),
        Output("edit-missing-title", "children"),
        Output("edit-missing-text", "children"),
        Input("edit-ref", "data"),
        State("edit-base", "data"),
    )
    def load(ref: dict[str, Any], base: dict[str, Any] | None) -> Any:
        if base:  # what was typed since then stays
            return nothing()
        who = callbacks.who()
        new = {item["id"]["name"]: at for at, item in enumerate(ctx.outputs_list[1])}
        clusters = services.fleet.list(who)
        if ref["create"] and not clusters:
            return [*nothing()[:3], {"ref": ref, "cluster": ""}, *absent.NOWHERE]
        usual = next((info.name for info in clusters if info.default), "")
        cluster = ref["cluster"] or _preferred(usual, [info.name for info in clusters])
        options: list[Any] = [no_update] * len(new)
        values: list[Any] = [no_update] * len(new)
        if ref["create"]:
            namespaces = sorted(who.namespaces) if who.namespaces is not None else []
            namespace = ref["namespace"] or _preferred("default", namespaces)
            obj = template(ref["kind"], namespace, "")
            if any(info.name == cluster for info in clusters):
                served = services.fleet.get(cluster).snapshot(ref["kind"]).resource
                obj |= {"apiVersion": served.api_version} if served else {}
            options[new["cluster"]] = [
                {"label": info.display_name or info.name, "value": info.name} for info in clusters
            ]
            values[new["cluster"]] = cluster
            values[new["namespace"]] = obj["metadata"]["namespace"]
        else:
            place = (cluster, ref["kind"], ref["namespace"], ref["name"])
            try:
                obj = services.resources.raw(who, *place)
            except (NotFound, Unavailable) as error:
                away = {"ref": ref, "cluster": cluster}
                return [*nothing()[:3], away, *absent.words(error, ref)]
        return {"object": obj, "cluster": cluster}, options, values, None, "", ""

    @callbacks.on(
        Output("edit-draft", "data"),
        Output(FIELD, "value"),
        Output(FIELD, "className"),
        Output(FIELD, "disabled"),
        Output(ROW, "className"),
        Output(ACT, "hidden"),
        Output("edit-heads", "data"),
        Output("edit-body", "className"),
        Output("edit-body", "style"),
        Output(TEXT, "children"),
        Output("edit-yaml", "value"),
        Output("edit-yaml", "style"),
        Output("edit-yaml", "rows"),
        Output("edit-gutter", "children"),
        Output("edit-problem", "children"),
        Output("edit-count", "children"),
        Output(NEW, "value", allow_duplicate=True),
        Output("edit-unsaved", "data"),
        Input("edit-base", "data"),
        Input("edit-turn", "data"),
        State(FIELD, "value"),
        State(NEW, "value"),
        State("edit-yaml", "value"),
        State("edit-draft", "data"),
        State("edit-ref", "data"),
        State(FIELD, "className"),
        State(ROW, "className"),
        State(TEXT, "children"),
        prevent_initial_call=True,
    )
    def edit(
        base: dict[str, Any] | None,
        told: dict[str, Any] | None,
        values: list[Any],
        places: list[Any],
        text: str | None,
        stored: dict[str, Any] | None,
        ref: dict[str, Any],
        classes: list[str],
        row_classes: list[str],
        said: list[str],
    ) -> Any:
        if not base:
            return nothing()
        known = None if ctx.triggered_id == "edit-base" else stored
        turn = Turn(text=text or "", values=_named(0), places=_named(1), **(told or {"number": 0}))
        draft = drafts.turned(base, known, FORMS.get(ref["kind"]), turn)
        return _shown(base, draft, ref, turn, classes, row_classes, said)


def _preferred(usual: str, permitted: list[str]) -> str:
    """The usual place, or the first permitted one where somebody is limited to others."""
    return usual if usual in permitted or not permitted else permitted[0]


def _shown(
    base: dict[str, Any],
    draft: Draft,
    ref: dict[str, Any],
    turn: Turn,
    classes: list[str],
    row_classes: list[str],
    said: list[str],
) -> list[Any]:
    """What every component has to show for a draft, with no_update wherever it does already."""
    fields, rows, acts, texts = (
        [item["id"] for item in ctx.outputs_list[at]] for at in (1, 4, 5, 9)
    )
    obj, opened, form = draft.object, draft.opened, FORMS.get(ref["kind"])
    live = obj if ref["create"] else yaml_view.editable(base["object"])
    runs = [] if ref["create"] else yaml_view.changed_lines(yaml_view.to_text(live), draft.text)
    before, items = (form.items(live), form.items(obj)) if form else ([], [])
    found = origins(before, items)
    opened = opened if 0 <= opened < len(items) else -1
    was = found[opened] if opened >= 0 else -1
    shown = form.read(obj, opened) | draft.typed() if form else {}
    marked = changed(form.read(live, was), shown) if form else set()
    place = drafts.place(draft)
    locked = form.locked(obj, opened) if form else set()
    seen = form.rows(obj, opened) if form else {}
    lines = form.texts(obj, opened) if form else {}
    labels = form.heads(obj) if form else []
    tags = [
        counted(count(before[origin], item)) if origin >= 0 else "new"
        for origin, item in zip(found, items, strict=True)
    ]
    return [
        draft.stored(),
        [_told(turn, item["name"], turn.values, shown.get(item["name"])) for item in fields],
        [_marked(classes[at], item["name"] in marked) for at, item in enumerate(fields)],
        [bool(draft.problem) or item["name"] in locked for item in fields],
        [_hidden(row_classes[at], not seen.get(item["name"])) for at, item in enumerate(rows)],
        [not seen.get(item["name"], True) for item in acts],
        {
            "opened": opened,
            "hidden": [name for name, there in seen.items() if not there],
            "items": [
                head(f"{form.noun.capitalize()} {at + 1}", label, tag)
                for at, (label, tag) in enumerate(zip(labels, tags, strict=True))
                if form
            ],
        },
        "rule-b" if opened >= 0 else "rule-b d-none",
        {"order": 2 * opened + 1},
        [
            no_update
            if (said[at] or "") == lines.get(item["name"], "")
            else lines.get(item["name"], "")
            for at, item in enumerate(texts)
        ],
        no_update if draft.text == turn.text else draft.text,
        yaml_view.marks(runs),
        draft.text.count("\n") + 1,
        yaml_view.line_numbers(draft.text),
        draft.problem,
        counted(count(live, obj)),
        [_told(turn, name, turn.places, place.get(name, "")) for name in turn.places],
        count(yaml_view.editable(base["object"]), obj) + len(draft.wrong) + bool(draft.problem),
    ]


def _named(at: int) -> dict[str, Any]:
    """What the running callback's inputs of one kind hold, by their names."""
    return {item["id"]["name"]: item.get("value") for item in ctx.states_list[at]}


def _told(turn: Turn, name: str, held: dict[str, Any], wanted: Any) -> Any:
    """An input's value; one that holds it already, or is being typed in, is left alone."""
    return no_update if held.get(name) == wanted or name == turn.touched else wanted


def _marked(classes: str | None, is_changed: bool) -> str:
    kept = [name for name in (classes or "").split() if name != "chg"]
    return " ".join([*kept, "chg"] if is_changed else kept)


def _hidden(classes: str | None, hidden: bool) -> str:
    kept = [name for name in (classes or "").split() if name != "d-none"]
    return " ".join([*kept, "d-none"] if hidden else kept)
