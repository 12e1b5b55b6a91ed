"""A draft: the object a user is editing, and what a touch of the form, the YAML or a button makes
of it."""

from dataclasses import asdict, dataclass
from typing import Any

from dash import ctx

from components import yaml_view
from components.editor import FORMS
from components.forms import Form


@dataclass(frozen=True)
class Draft:
    """What the user has made so far: an editable object, the item that is open, the text."""

    object: dict[str, Any]
    opened: int
    text: str
    problem: str = ""
    cluster: str = ""

    def stored(self) -> dict[str, Any]:
        """As the browser keeps it; ``Draft(**stored)`` reads it back."""
        return asdict(self)


def start(base: dict[str, Any]) -> Draft:
    """The draft of an object that was just loaded or merged."""
    obj = base.get("draft") or yaml_view.editable(base["object"])
    return Draft(obj, 0, yaml_view.to_text(obj), cluster=base["cluster"])


def touched(
    base: dict[str, Any], stored: dict[str, Any] | None, ref: dict[str, Any], text: str
) -> Draft | None:
    """The draft after what was just touched; None where nothing was."""
    what = ctx.triggered_id
    if what == "edit-base" or not stored:
        return start(base)
    draft = Draft(**stored)
    obj, opened, cluster = draft.object, draft.opened, draft.cluster
    form = FORMS.get(ref["kind"])
    value = ctx.triggered[0]["value"]
    if what == "edit-reset":
        return start({**base, "draft": None}) if value else None
    if what == "edit-yaml":
        if text == draft.text:
            return None
        try:
            obj = yaml_view.from_text(text)
        except yaml_view.YamlProblem as problem:
            return Draft(obj, opened, text, str(problem), cluster)
        return Draft(obj, opened, text, "", cluster)
    if not isinstance(what, dict) or (value is None and what["type"] != "edit-field"):
        return None
    if what["type"] == "edit-new":
        if what["name"] == "cluster":
            cluster = str(value)
        else:
            obj = obj | {"metadata": obj.get("metadata", {}) | {what["name"]: value}}
    elif form is None:
        return None
    elif what["type"] == "edit-head":
        index = what["index"]
        return Draft(obj, -1 if index == opened else index, draft.text, draft.problem, cluster)
    elif what["type"] == "edit-act":
        if draft.problem:
            return None
        obj, opened = form.act(obj, opened, what["name"])
    else:
        if draft.problem:
            return None
        obj = _typed(form, obj, opened, what["name"])
        if obj is draft.object:
            return None
    return Draft(obj, opened, yaml_view.rewritten(draft.text, obj), "", cluster)


def _typed(form: Form, obj: dict[str, Any], opened: int, name: str) -> dict[str, Any]:
    """The object with every input's value in it.

    Not only the touched one: whoever types on while an answer is under way sends the draft from
    before it, and what was typed then stands in the inputs alone. A weight has two inputs, of which
    the touched one counts.
    """
    for item in ctx.inputs_list[1]:
        other, value = item["id"]["name"], item.get("value")
        if other != name and (other.endswith("-slide") or other == _weight(name)):
            continue
        if form.read(obj, opened).get(other) != value:
            obj = form.write(obj, opened, _weight(other), value)
    return obj


def _weight(name: str) -> str:
    """The input that shares its value with a slider."""
    return name.replace("-slide", "-weight")
