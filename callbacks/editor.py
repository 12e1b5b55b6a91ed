"""The editor: one draft that the form, the YAML and the buttons change, and all of them show.

One callback holds the two sides together. It reads what was touched, changes the draft (an
object), and then tells every input, row, head and line of YAML what it has to show; what the user
is typing in is never written back. Applying is in `callbacks.applying`.
"""

from dataclasses import dataclass
from typing import Any

from dash import ALL, ClientsideFunction, Input, Output, State, ctx, html, no_update

from callbacks.registrar import Callbacks
from components import yaml_view
from components.editor import FORMS
from components.forms import changed
from components.resource_templates import template

FIELD = {"type": "edit-field", "name": ALL}
ROW = {"type": "edit-row", "name": ALL}
HEAD = {"type": "edit-head", "index": ALL}
ACT = {"type": "edit-act", "name": ALL}
TEXT = {"type": "edit-text", "name": ALL}
NEW = {"type": "edit-new", "name": ALL}

OFFERED = 90
"""Names offered in an input's list; more would make the page slow for little help."""


@dataclass(frozen=True)
class Draft:
    """What the user has made so far: an editable object, the item that is open, the text."""

    obj: dict[str, Any]
    opened: int
    text: str
    problem: str = ""
    cluster: str = ""

    def stored(self) -> dict[str, Any]:
        return {
            "object": self.obj,
            "opened": self.opened,
            "text": self.text,
            "problem": self.problem,
            "cluster": self.cluster,
        }


def register(callbacks: Callbacks) -> None:
    """Register the callbacks that load and edit on ``callbacks``."""
    services = callbacks.container

    for view in ("both", "form", "yaml"):
        callbacks.clientside(
            ClientsideFunction("ngfEditor", "show"),
            Output(f"edit-view-{view}", "className"),
            Input("edit-view-both", "n_clicks"),
            Input("edit-view-form", "n_clicks"),
            Input("edit-view-yaml", "n_clicks"),
            State(f"edit-view-{view}", "id"),
            prevent_initial_call=True,
        )

    callbacks.clientside(
        ClientsideFunction("ngfDetail", "manifest"),
        Output("edit-said", "data"),
        Input("edit-kubectl", "n_clicks"),
        State("edit-yaml", "value"),
        prevent_initial_call=True,
    )

    callbacks.clientside(
        ClientsideFunction("ngfEditor", "follow"),
        Output("edit-said", "data", allow_duplicate=True),
        Input("edit-yaml", "style"),
        prevent_initial_call=True,
    )

    @callbacks.on(
        Output("edit-base", "data"),
        Output("edit-gateways", "children"),
        Output("edit-services", "children"),
        Output("edit-classes", "children"),
        Output(NEW, "options"),
        Output(NEW, "value"),
        Input("edit-ref", "data"),
    )
    def load(ref: dict[str, Any]) -> Any:
        who = callbacks.who()
        new = {item["id"]["name"]: at for at, item in enumerate(ctx.outputs_list[4])}
        clusters = [info for info in services.fleet.list() if who.may_see_cluster(info.name)]
        cluster = ref["cluster"] or services.fleet.default_name()
        options: list[Any] = [no_update] * len(new)
        values: list[Any] = [no_update] * len(new)
        if ref["create"]:
            obj = template(ref["kind"], ref["namespace"], "")
            options[new["cluster"]] = [
                {"label": info.display_name or info.name, "value": info.name} for info in clusters
            ]
            values[new["cluster"]] = cluster
            values[new["namespace"]] = obj["metadata"]["namespace"]
        else:
            obj = services.resources.raw(who, cluster, ref["kind"], ref["namespace"], ref["name"])
        base = {"object": obj, "cluster": cluster}
        return (
            base,
            _offered(callbacks, cluster, "gateways", ref["namespace"]),
            _offered(callbacks, cluster, "services", ref["namespace"]),
            _offered(callbacks, cluster, "gatewayclasses", ""),
            options,
            values,
        )

    @callbacks.on(
        Output("edit-draft", "data"),
        Output(FIELD, "value"),
        Output(FIELD, "className"),
        Output(FIELD, "disabled"),
        Output(ROW, "className"),
        Output(HEAD, "className"),
        Output(HEAD, "children"),
        Output("edit-body", "className"),
        Output("edit-body", "style"),
        Output(TEXT, "children"),
        Output("edit-yaml", "value"),
        Output("edit-yaml", "style"),
        Output("edit-yaml", "rows"),
        Output("edit-gutter", "children"),
        Output("edit-problem", "children"),
        Output("edit-count", "children"),
        Input("edit-base", "data"),
        Input(FIELD, "value"),
        Input(ACT, "n_clicks"),
        Input(HEAD, "n_clicks"),
        Input(NEW, "value"),
        Input("edit-yaml", "value"),
        Input("edit-reset", "n_clicks"),
        State("edit-draft", "data"),
        State("edit-ref", "data"),
        State(FIELD, "className"),
        State(ROW, "className"),
        State(TEXT, "children"),
        prevent_initial_call=True,
    )
    def edit(
        base: dict[str, Any] | None,
        values: list[Any],
        acts: list[Any],
        heads: list[Any],
        places: list[Any],
        text: str | None,
        reset: int | None,
        stored: dict[str, Any] | None,
        ref: dict[str, Any],
        classes: list[str],
        row_classes: list[str],
        said: list[str],
    ) -> Any:
        if not base:
            return _nothing()
        draft = _changed_draft(base, stored, ref, text or "")
        if draft is None:
            return _nothing()
        return _shown(base, draft, ref, values, classes, row_classes, said, text or "")


def _nothing() -> list[Any]:
    return [
        [no_update] * len(output) if isinstance(output, list) else no_update
        for output in ctx.outputs_list
    ]


def _start(base: dict[str, Any]) -> Draft:
    obj = base.get("draft") or yaml_view.editable(base["object"])
    return Draft(obj, 0, yaml_view.to_text(obj), cluster=base["cluster"])


def _changed_draft(
    base: dict[str, Any], stored: dict[str, Any] | None, ref: dict[str, Any], text: str
) -> Draft | None:
    """The draft after what was just touched; None where nothing was."""
    touched = ctx.triggered_id
    if touched == "edit-base" or not stored:
        return _start(base)
    draft = Draft(
        stored["object"], stored["opened"], stored["text"], stored["problem"], stored["cluster"]
    )
    obj, opened, cluster = draft.obj, draft.opened, draft.cluster
    form = FORMS.get(ref["kind"])
    value = ctx.triggered[0]["value"]
    if touched == "edit-reset":
        return _start({**base, "draft": None}) if value else None
    if touched == "edit-yaml":
        if text == draft.text:
            return None
        try:
            obj = yaml_view.from_text(text)
        except yaml_view.YamlProblem as problem:
            return Draft(obj, opened, text, str(problem), cluster)
        return Draft(obj, opened, text, "", cluster)
    if not isinstance(touched, dict) or (value is None and touched["type"] != "edit-field"):
        return None
    if touched["type"] == "edit-new":
        if touched["name"] == "cluster":
            cluster = str(value)
        else:
            obj = obj | {"metadata": obj.get("metadata", {}) | {touched["name"]: value}}
    elif form is None:
        return None
    elif touched["type"] == "edit-head":
        index = touched["index"]
        return Draft(obj, -1 if index == opened else index, draft.text, draft.problem, cluster)
    elif touched["type"] == "edit-act":
        if draft.problem:
            return None
        obj, opened = form.act(obj, opened, touched["name"])
    else:
        if draft.problem:
            return None
        obj = _typed(form, obj, opened, touched["name"])
        if obj is draft.obj:
            return None
    return Draft(obj, opened, yaml_view.rewritten(draft.text, obj), "", cluster)


def _typed(form: Any, obj: dict[str, Any], opened: int, touched: str) -> dict[str, Any]:
    """The object with every input's value in it.

    Not only the touched one: whoever types on while an answer is under way sends the draft from
    before it, and what was typed then stands in the inputs alone. A weight has two inputs, of which
    the touched one counts.
    """
    for item in ctx.inputs_list[1]:
        name, value = item["id"]["name"], item.get("value")
        if name != touched and (name.endswith("-slide") or name == _weight(touched)):
            continue
        if form.read(obj, opened).get(name) != value:
            obj = form.write(obj, opened, _weight(name), value)
    return obj


def _weight(name: str) -> str:
    """The input that shares its value with a slider."""
    return name.replace("-slide", "-weight")


def _shown(
    base: dict[str, Any],
    draft: Draft,
    ref: dict[str, Any],
    values: list[Any],
    classes: list[str],
    row_classes: list[str],
    said: list[str],
    text: str,
) -> list[Any]:
    """What every component has to show for a draft, with no_update wherever it does already."""
    fields, heads, texts, rows = (
        [item["id"] for item in ctx.outputs_list[at]] for at in (1, 5, 9, 4)
    )
    start = yaml_view.editable(base["object"])
    form = FORMS.get(ref["kind"])
    shown = form.read(draft.obj, draft.opened) if form else {}
    marked = changed(form.read(start, draft.opened), shown) if form else set()
    locked = form.locked(draft.obj, draft.opened) if form else set()
    seen = form.rows(draft.obj, draft.opened) if form else {}
    lines = form.texts(draft.obj, draft.opened) if form else {}
    summaries = list(form.heads(draft.obj)) if form else []
    before = list(form.items(start)) if form else []
    items = list(form.items(draft.obj)) if form else []
    start_text = yaml_view.to_text(start)
    runs = [] if ref["create"] else yaml_view.changed_lines(start_text, draft.text)
    count = sum(lines for _, lines in runs)
    opened = draft.opened if 0 <= draft.opened < len(summaries) else -1
    return [
        draft.stored(),
        [
            no_update if shown.get(item["name"]) == values[at] else shown.get(item["name"])
            for at, item in enumerate(fields)
        ],
        [
            _marked(classes[at], not ref["create"] and item["name"] in marked)
            for at, item in enumerate(fields)
        ],
        [bool(draft.problem) or item["name"] in locked for item in fields],
        [_hidden(row_classes[at], not seen.get(item["name"])) for at, item in enumerate(rows)],
        [
            _head_class(at, items, opened, items if ref["create"] else before)
            for at in range(len(heads))
        ],
        [summaries[at] if at < len(summaries) else "" for at in range(len(heads))],
        "rule-b" if opened >= 0 else "rule-b d-none",
        {"order": 2 * opened + 1},
        [
            no_update
            if (said[at] or "") == lines.get(item["name"], "")
            else lines.get(item["name"], "")
            for at, item in enumerate(texts)
        ],
        no_update if draft.text == text else draft.text,
        yaml_view.marks(runs),
        draft.text.count("\n") + 1,
        yaml_view.line_numbers(draft.text),
        draft.problem,
        f"{count} changed {'line' if count == 1 else 'lines'}" if count else "",
    ]


def _marked(classes: str | None, is_changed: bool) -> str:
    kept = [name for name in (classes or "").split() if name != "chg"]
    return " ".join([*kept, "chg"] if is_changed else kept)


def _hidden(classes: str | None, hidden: bool) -> str:
    kept = [name for name in (classes or "").split() if name != "d-none"]
    return " ".join([*kept, "d-none"] if hidden else kept)


def _head_class(at: int, items: list[Any], opened: int, before: list[Any]) -> str:
    if at >= len(items):
        return "rule-h d-none"
    is_changed = at >= len(before) or before[at] != items[at]
    return "rule-h" + (" open" if at == opened else "") + (" chg" if is_changed else "")


def _offered(callbacks: Callbacks, cluster: str, kind: str, namespace: str) -> list[Any]:
    """Names that an input proposes: those of the same namespace first and short."""
    who = callbacks.who()
    found = callbacks.container.fleet.get(cluster).snapshot(kind).objects
    places = sorted(
        (place for place in found if who.may_see(cluster, place[0] or None)),
        key=lambda place: (place[0] != namespace, place),
    )
    return [
        html.Option(value=name if where in (namespace, "") else f"{where}/{name}")
        for where, name in places[:OFFERED]
    ]
