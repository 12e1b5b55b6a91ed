"""A form that is made from the schema of its kind, as the object's cluster serves it.

The browser draws it (``assets/js/schema_form.js``) from the store `SCHEMA`: which inputs there are
depends on the schema and on the object. Every input is an edit of one path of the draft, so that
what the form does not show is not touched.
"""

from collections.abc import Sequence
from typing import Any

from dash import html

from components.field_paths import value_at
from components.forms import Object

SCHEMA = "edit-schema"
"""Store with what the form is made from: ``{at, schema, targets, templates, filters, why}``. With
``filters``, what each is called and begins with, it is the form of the filters of the backends of
the rule that is open, and ``schema`` that of one filter."""
ROOM = "edit-schema-form"


def field_of(obj: Object, path: str) -> str:
    """The input that shows the field at ``path``; none for one that holds others, or is not there
    and so is told at what would hold it."""
    return path if not isinstance(value_at(obj, path), dict | list) else ""


class SchemaForm:
    """See `components.forms.Form`; there is no growing list with heads, and no input of Dash."""

    above = ("spec",)
    noun = "setting"

    def __init__(self, title: str) -> None:
        self.title = title

    def layout(self) -> Any:
        return html.Div([html.Div(id=ROOM, className="fs"), html.Div(id="edit-body", hidden=True)])

    def read(self, obj: Object, opened: int) -> dict[str, Any]:
        return {}

    def locked(self, obj: Object, opened: int) -> set[str]:
        return set()

    def write(self, obj: Object, opened: int, field: str, value: Any) -> Object:
        return obj

    def place(self, obj: Object, path: str) -> tuple[int, str]:
        """Every field of the spec has its input under its own path; one that is missing is told
        at what would hold it."""
        if not path.startswith("spec"):
            return -1, ""
        return -1, field_of(obj, path)

    def act(self, obj: Object, opened: int, action: str) -> tuple[Object, int]:
        return obj, opened

    def rows(self, obj: Object, opened: int) -> dict[str, bool]:
        return {}

    def items(self, obj: Object) -> Sequence[Object]:
        return []

    def heads(self, obj: Object) -> Sequence[str]:
        return []

    def entry(self, path: str, value: Any) -> str:
        return ""

    def texts(self, obj: Object, opened: int) -> dict[str, str]:
        return {}
