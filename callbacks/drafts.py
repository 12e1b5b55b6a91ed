"""A draft: the object a user is editing, and what a touch of the form, the YAML or a button makes
of it."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from dash import ctx

from components import yaml_view
from components.editor import FORMS
from components.forms import Form
from components.typed import NotAccepted, shown

ABOVE = -1
"""The item of an input that stands above the growing list."""


@dataclass(frozen=True)
class Draft:
    """What the user has made so far: an editable object, the item that is open, the text.

    What was typed and cannot be a field's value is not in the object but in ``wrong``: the item and
    the input it was typed in, what was ``typed``, and the sentence that is ``said`` there.
    """

    object: dict[str, Any]
    opened: int
    text: str
    problem: str = ""
    cluster: str = ""
    wrong: list[dict[str, Any]] = field(default_factory=list)

    def stored(self) -> dict[str, Any]:
        """As the browser keeps it; ``Draft(**stored)`` reads it back."""
        return asdict(self)

    def typed(self) -> dict[str, Any]:
        """What the inputs to be seen hold that is in no field, by the inputs' names."""
        seen = (ABOVE, self.opened)
        return {one["field"]: one["typed"] for one in self.wrong if one["item"] in seen}


def start(base: dict[str, Any]) -> Draft:
    """The draft of an object that was just loaded."""
    obj = yaml_view.editable(base["object"])
    return Draft(obj, 0, yaml_view.to_text(obj), cluster=base["cluster"])


def touched(
    base: dict[str, Any], stored: dict[str, Any] | None, ref: dict[str, Any], text: str
) -> Draft | None:
    """The draft after what was just touched; None where nothing was."""
    what = ctx.triggered_id
    if what == "edit-base" or not stored:
        return start(base)
    draft = Draft(**stored)
    value = ctx.triggered[0]["value"]
    if what == "edit-reset":
        return start(base) if value else None
    form = FORMS.get(ref["kind"])
    if what == "edit-again":
        return _written(draft, text) if text != draft.text else _followed(form, draft, "")
    if what == "edit-yaml":
        return None if text == draft.text else _written(draft, text)
    if what == "edit-pressed" and "open" in value:
        opened = -1 if value["open"] == draft.opened else value["open"]
        return replace(_followed(form, draft, ""), opened=opened)
    if what == "edit-pressed":
        what = {"type": "edit-act", "name": value["act"]}
    if not isinstance(what, dict) or (value is None and what["type"] != "edit-field"):
        return None
    if draft.problem:
        return None
    new = _followed(form, draft, what["name"])
    if form and what["type"] == "edit-act":
        obj, opened = form.act(new.object, new.opened, what["name"])
        wrong = _still_wrong(new.wrong, new.opened, what["name"])
        text = yaml_view.rewritten(draft.text, obj)
        new = replace(new, object=obj, opened=opened, wrong=wrong, text=text)
    return None if new == draft else new


def _followed(form: Form | None, draft: Draft, name: str) -> Draft:
    """The draft with what all inputs say; ``name`` is the touched one's."""
    if draft.problem:
        return draft
    new = _typed(form, _placed(draft), name)
    return replace(new, text=yaml_view.rewritten(draft.text, new.object))


def _written(draft: Draft, text: str) -> Draft:
    """The draft that the YAML describes; what was typed in the form and is in no field is gone."""
    try:
        return replace(draft, object=yaml_view.from_text(text), text=text, problem="", wrong=[])
    except yaml_view.YamlProblem as problem:
        return replace(draft, text=text, problem=str(problem), wrong=[])


def _placed(draft: Draft) -> Draft:
    """The draft with what the inputs say of where a new object goes."""
    said = {item["id"]["name"]: item.get("value") for item in ctx.inputs_list[4]}
    cluster = str(said.pop("cluster", None) or draft.cluster)
    known = draft.object.get("metadata") or {}
    told = {name: shown(value) for name, value in said.items()}
    if all(shown(known.get(name)) == value for name, value in told.items()):
        return replace(draft, cluster=cluster)
    return replace(draft, object=draft.object | {"metadata": known | told}, cluster=cluster)


def _typed(form: Form | None, draft: Draft, name: str) -> Draft:
    """The draft with every input's value in it.

    Not only the touched one: whoever types on while an answer is under way sends the draft from
    before it, and what was typed then stands in the inputs alone. A weight has two inputs, of which
    the touched one counts.
    """
    if form is None:
        return draft
    obj, opened = draft.object, draft.opened
    wrong = [one for one in draft.wrong if one["item"] not in (ABOVE, opened)]
    for item in ctx.inputs_list[1]:
        other, value = item["id"]["name"], item.get("value")
        if other != name and (other.endswith("-slide") or other == _weight(name)):
            continue
        if form.read(obj, opened).get(other) == value:
            continue
        try:
            obj = form.write(obj, opened, _weight(other), value)
        except NotAccepted as error:
            at = ABOVE if other.startswith(form.above) else opened
            wrong.append({"item": at, "field": other, "typed": value, "said": str(error)})
    return replace(draft, object=obj, wrong=wrong)


def _weight(name: str) -> str:
    """The input that shares its value with a slider."""
    return name.replace("-slide", "-weight")


def _still_wrong(wrong: list[dict[str, Any]], opened: int, action: str) -> list[dict[str, Any]]:
    """What is wrong after a button: what stood in a removed row is gone, and so is what stood in
    the rows that moved up to its place."""
    area, *rest = action.split("-")
    if rest[-1] != "remove":
        return wrong
    if area == "item":
        return [
            one | {"item": one["item"] - (one["item"] > opened)}
            for one in wrong
            if one["item"] != opened
        ]
    rows = rest[0] if area == "filter" else area
    seen = (ABOVE, opened)
    return [one for one in wrong if one["item"] not in seen or not one["field"].startswith(rows)]
