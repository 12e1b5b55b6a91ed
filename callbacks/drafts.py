"""A draft: the object a user is editing, and what a turn of typing, writing and pressing makes of
it."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from components import field_paths, yaml_reader, yaml_view
from components.forms import Form
from components.typed import NotAccepted, shown

ABOVE = -1
"""The item of an input that stands above the growing list."""


@dataclass(frozen=True)
class Draft:
    """What the user has made so far: an editable object, the item that is open, the text.

    What was typed and cannot be a field's value is not in the object but in ``wrong``: the item and
    the input it was typed in, what was ``typed``, and the sentence that is ``said`` there.
    ``turn`` is the number of the last one that it holds.
    """

    object: dict[str, Any]
    opened: int
    text: str
    problem: str = ""
    cluster: str = ""
    wrong: list[dict[str, Any]] = field(default_factory=list)
    turn: int = 0

    def stored(self) -> dict[str, Any]:
        """As the browser keeps it; ``Draft(**stored)`` reads it back."""
        return asdict(self)

    def typed(self) -> dict[str, Any]:
        """What the inputs to be seen hold that is in no field, by the inputs' names."""
        seen = (ABOVE, self.opened)
        return {one["field"]: one["typed"] for one in self.wrong if one["item"] in seen}


@dataclass(frozen=True)
class Turn:
    """What a person did since the turn before, as the browser tells it (``editor_turns.js``).

    ``values`` is what the form's inputs hold, of which ``touched`` was typed in last; ``places`` is
    what those hold that say where a new object goes. A press is ``{"open": item}``,
    ``{"act": action}``, ``{"set": [way, value]}`` (None takes the field away) or ``{"rename":
    [way, old key, new key]}``.
    """

    number: int
    text: str
    values: dict[str, Any]
    places: dict[str, Any]
    touched: str = ""
    presses: list[dict[str, Any]] = field(default_factory=list)
    reset: bool = False


def start(base: dict[str, Any], turn: int = 0) -> Draft:
    """The draft of an object that was just loaded."""
    obj = yaml_view.editable(base["object"])
    return Draft(obj, 0, yaml_view.to_text(obj), cluster=base["cluster"], turn=turn)


def turned(
    base: dict[str, Any], stored: dict[str, Any] | None, form: Form | None, turn: Turn
) -> Draft:
    """The draft after a turn: what was written, typed and pressed since the one before.

    All of it is compared with the draft it was done on, so that nothing depends on what was sent
    when: the YAML as a whole, then each input that says something else, then the buttons.
    """
    if not stored or turn.reset:
        return start(base, turn.number)
    before = Draft(**stored)
    draft = before if turn.text == before.text else _written(before, turn.text)
    if not draft.problem:
        draft = _placed(before, draft, turn.places)
        if form:
            draft = _typed(form, before, draft, turn)
            for press in turn.presses:
                draft = _pressed(form, draft, press)
    return replace(draft, turn=turn.number)


def place(draft: Draft) -> dict[str, str]:
    """Where the object goes, by the names of the inputs that say so."""
    known = {name: shown(value) for name, value in (draft.object.get("metadata") or {}).items()}
    return known | {"cluster": draft.cluster}


def _written(draft: Draft, text: str) -> Draft:
    """The draft that the YAML describes; what was typed in the form and is in no field is gone."""
    try:
        return replace(draft, object=yaml_reader.from_text(text), text=text, problem="", wrong=[])
    except yaml_reader.YamlProblem as problem:
        return replace(draft, text=text, problem=str(problem), wrong=[])


def _placed(before: Draft, draft: Draft, places: dict[str, Any]) -> Draft:
    """The draft with what the inputs say of where a new object goes."""
    was = place(before)
    said = {name: shown(value) for name, value in places.items()}
    told = {name: value for name, value in said.items() if value != was.get(name, "")}
    cluster = told.pop("cluster", "") or draft.cluster
    metadata = (draft.object.get("metadata") or {}) | told
    return _with(replace(draft, cluster=cluster), draft.object | {"metadata": metadata})


def _typed(form: Form, before: Draft, draft: Draft, turn: Turn) -> Draft:
    """The draft with what was typed. A weight has two inputs, of which the touched one counts."""
    obj, opened = draft.object, draft.opened
    known = form.read(before.object, opened)
    if draft.text != before.text:
        known |= before.typed()
    wrong = [one for one in draft.wrong if one["item"] not in (ABOVE, opened)]
    for name, value in turn.values.items():
        if name != turn.touched and (name.endswith("-slide") or name == _weight(turn.touched)):
            continue
        if known.get(name) == value:
            continue
        try:
            obj = form.write(obj, opened, _weight(name), value)
        except NotAccepted as error:
            at = ABOVE if name.startswith(form.above) else opened
            wrong.append({"item": at, "field": name, "typed": value, "said": str(error)})
    return _with(replace(draft, wrong=wrong), obj)


def _with(draft: Draft, obj: dict[str, Any]) -> Draft:
    """The draft of another object; its text keeps comments and order, and stays where it is so."""
    if obj == draft.object:
        return draft
    return replace(draft, object=obj, text=yaml_view.rewritten(draft.text, obj))


def _pressed(form: Form, draft: Draft, press: dict[str, Any]) -> Draft:
    """The draft after a button: a head that opens or closes, or an action of the form; or after
    an edit of one path in a form made from a schema."""
    if "set" in press:
        return _with(draft, field_paths.replaced(draft.object, *press["set"]))
    if "rename" in press:
        return _with(draft, field_paths.renamed(draft.object, *press["rename"]))
    if "open" in press:
        return replace(draft, opened=-1 if press["open"] == draft.opened else press["open"])
    obj, opened = form.act(draft.object, draft.opened, press["act"])
    wrong = _still_wrong(draft.wrong, draft.opened, press["act"])
    return _with(replace(draft, opened=opened, wrong=wrong), obj)


def _weight(name: str) -> str:
    """The input that shares its value with a slider."""
    return name.replace("-slide", "-weight")


def _still_wrong(wrong: list[dict[str, Any]], opened: int, action: str) -> list[dict[str, Any]]:
    """What is wrong after a button: what stood in a removed row is gone, and so is what stood in
    the rows that moved to another place."""
    area, *rest = action.split("-")
    if rest[-1] not in ("remove", "up", "down"):
        return wrong
    if area == "item" and rest[-1] != "remove":
        other = opened + (1 if rest[-1] == "down" else -1)
        places = {opened: other, other: opened}
        return [one | {"item": places.get(one["item"], one["item"])} for one in wrong]
    if area == "item":
        return [
            one | {"item": one["item"] - (one["item"] > opened)}
            for one in wrong
            if one["item"] != opened
        ]
    rows = rest[0].rstrip("0123456789") if area == "filter" else area
    seen = (ABOVE, opened)
    return [one for one in wrong if one["item"] not in seen or not one["field"].startswith(rows)]
