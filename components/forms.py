"""What the form side of the editor is made of.

A form is a fixed set of inputs that stand in the page from the start; nothing is mounted while
somebody types. Lists that grow (rules, listeners) are a column of heads and *one* body: the body
shows the item that is open and CSS order puts it under its head. Inputs carry pattern ids
``{"type": "edit-field", "name": ...}``, so one callback serves every form. Heads, crosses and the
lines under rows are drawn by ``resources_form.js``: a page has room for few components.

Numbers are typed as text: an input of numbers gives nothing for what it does not understand,
which cannot be told from a field that was emptied. dbc's inputs take no ``aria-label``; what an
input without a label of its own is called stands in its ``name``, from where
``resources_form.js`` takes it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import dash_bootstrap_components as dbc
from dash import html

from components.status import ICONS, colour

Object = dict[str, Any]
Option = dict[str, str]


NONE = "-"
"""A select's value for "not set": an empty one would show nothing."""


class Form(Protocol):
    """How one kind is edited. Every function leaves ``obj`` as it was and returns a new one."""

    title: str
    noun: str

    def layout(self) -> Any:
        """All inputs of the form."""

    above: tuple[str, ...]
    """How the names of inputs begin that stand above the growing list, not in an item of it."""

    def read(self, obj: Object, opened: int) -> dict[str, Any]:
        """What each input shows for ``obj`` with item ``opened`` open."""

    def locked(self, obj: Object, opened: int) -> set[str]:
        """Inputs whose value the form cannot show in full, so that only the YAML may change it."""

    def write(self, obj: Object, opened: int, field: str, value: Any) -> Object:
        """The object after the user changed one input; nothing else in it changes.

        Raises NotAccepted where what was typed cannot be the field's value.
        """

    def place(self, obj: Object, path: str) -> tuple[int, str]:
        """The item (-1 for none) and the input that show the field at ``path``; no input for one
        that only the YAML has."""

    def act(self, obj: Object, opened: int, action: str) -> tuple[Object, int]:
        """The object and the open item after a button such as ``match-add``."""

    def rows(self, obj: Object, opened: int) -> dict[str, bool]:
        """Which rows are to be seen."""

    def items(self, obj: Object) -> Sequence[Object]:
        """The entries of the growing list."""

    def heads(self, obj: Object) -> Sequence[str]:
        """The items of the growing list, each in a line."""

    def entry(self, path: str, value: Any) -> str:
        """An item of the growing list in a line, given its path; no words for anything else."""

    def texts(self, obj: Object, opened: int) -> dict[str, str]:
        """Lines of text in the form that depend on the object."""


def field_id(name: str) -> dict[str, str]:
    """The id of an input."""
    return {"type": "edit-field", "name": name}


def label_for(component_id: dict[str, Any]) -> str:
    """A pattern id as it stands in the document, for a label to point at."""
    return json.dumps(component_id, sort_keys=True, separators=(",", ":"))


def text_input(name: str, label: str = "", *, mono: bool = False, **more: Any) -> dbc.Input:
    """A text input; ``label`` is for those who cannot see the column's heading."""
    return dbc.Input(
        id=field_id(name),
        name=label or None,
        autocomplete="off",
        className="mono" if mono else "",
        **more,
    )


def number_input(name: str, label: str = "", **more: Any) -> dbc.Input:
    """A whole number."""
    return text_input(name, label, inputmode="numeric", **more)


def select(name: str, options: Sequence[Option], label: str = "") -> dbc.Select:
    """A choice; the YAML may hold another value, which is not for the form to change."""
    return dbc.Select(
        id=field_id(name), name=label or None, options=list(options), placeholder="See the YAML"
    )


def heading(text: str, aside: str, classes: str = "lab") -> html.Div:
    """A label over rows, with something in grey beside it that CSS draws."""
    return html.Div(text, className=classes, **{"data-aside": aside})


def labelled(label: str, control: Any) -> html.Label:
    """An input under a visible label, which stands around it: one component less than beside it."""
    return html.Label([label, control], className="lab around")


def row(
    name: str,
    children: Sequence[Any],
    columns: str,
    *,
    remove: str,
    classes: str = "",
    raise_: str = "",
) -> html.Div:
    """A row that appears and goes as a whole; ``remove`` is what its cross is called, ``raise_``
    the button that moves it up, if it has one."""
    return html.Div(
        list(children),
        id={"type": "edit-row", "name": name},
        className=f"frow {classes} d-none",
        style={"gridTemplateColumns": columns},
        **{"data-remove": remove} | ({"data-raise": raise_} if raise_ else {}),
    )


def block(
    name: str, children: Sequence[Any], *, remove: str = "", adds: tuple[str, str] | None = None
) -> html.Div:
    """Like `row`, for children that stack; without ``remove`` it has no cross. ``adds`` is the
    action and the word of the button at its end."""
    return html.Div(
        list(children),
        id={"type": "edit-row", "name": name},
        className="fblock d-none",
        **({"data-remove": remove} if remove else {}) | (adding(*adds) if adds else {}),
    )


def blocks(found: Sequence[tuple[str, str, Sequence[Any]]]) -> html.Div:
    """Blocks of inputs that appear and go as a whole, each with the name of its row and its title.

    The inputs stand in one container, with their names as captions; titles, captions and crosses
    are drawn by the browser, which hides the blocks that `Form.rows` says are not to be seen.
    """
    told = [
        {"row": row, "title": title, "inputs": [one.id["name"] for one in inputs]}
        for row, title, inputs in found
    ]
    return html.Div(
        [one for _, _, inputs in found for one in inputs],
        className="caps",
        **{"data-blocks": json.dumps(told)},
    )


def ends(noun: str) -> html.Div:
    """The buttons under an open item: move, duplicate and remove it. As all that stand in
    ``data-buttons`` they are drawn by the browser, which hides those that `Form.rows` says are not
    to be seen."""
    found = {
        "item-up": "Move up",
        "item-down": "Move down",
        "item-duplicate": "Duplicate",
        "item-remove": f"Remove {noun}",
    }
    return html.Div(className="row-f end", **{"data-buttons": json.dumps(found)})


def moved(found: list[Any], at: int, what: str) -> int:
    """Move an entry up or down in place; where it is then."""
    to = at + (1 if what == "down" else -1)
    if 0 <= at < len(found) and 0 <= to < len(found):
        found[at], found[to] = found[to], found[at]
        return to
    return at


def adding(action: str, label: str) -> dict[str, str]:
    """What an element carries that ends with the dashed button that adds an item."""
    return {"data-buttons": json.dumps({action: label})}


def action_id(name: str) -> dict[str, str]:
    """The id of a button that changes the object."""
    return {"type": "edit-act", "name": name}


def text(name: str, className: str = "hint") -> html.Div:  # noqa: N803
    """A line that callbacks fill."""
    return html.Div(id={"type": "edit-text", "name": name}, className=className)


def more(count: int, limit: int, noun: str) -> str:
    """That the form has fewer rows than the object has entries; no words where it has enough."""
    if count <= limit:
        return ""
    return f"{count} in all; this form shows the first {limit}, the YAML has every {noun}."


def kept(said: Sequence[str]) -> str:
    """What only the YAML changes; no words where that is nothing."""
    return f"Kept as they are in the YAML: {', '.join(said)}." if said else ""


def items(body: Sequence[Any]) -> html.Div:
    """The growing list: the one body, to which the browser draws the heads (`head`)."""
    return html.Div(
        className="items",
        children=[html.Div(list(body), id="edit-body", className="rule-b d-none")],
    )


def head(label: str, summary: str, tag: str) -> dict[str, str]:
    """What a head shows: which item, the item in a line, what was done to it."""
    return {"label": label, "summary": summary, "tag": tag}


def told(state: Mapping[str, str]) -> dict[str, Any]:
    """What the line under a row says, given ``{status, state}``."""
    status = state["status"]
    tone = f"{colour(status)} bi bi-{ICONS.get(status, ICONS['unknown'])}"
    return {"tone": tone, "state": state["state"]}


def counted(changes: int) -> str:
    """A number of changes in words; no words for none."""
    return f"{changes} {'change' if changes == 1 else 'changes'}" if changes else ""


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    """Names of the inputs that show something else than they did at the start."""
    return {name for name, value in now.items() if before.get(name) != value}


def options(*values: str, empty: str = "") -> list[Option]:
    """Options that are their own labels; ``empty`` names the choice of none (`NONE`)."""
    first = [{"label": empty, "value": NONE}] if empty else []
    return first + [{"label": value, "value": value} for value in values]
