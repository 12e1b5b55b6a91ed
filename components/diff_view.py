"""Field changes and conflicts as small tables: field, old, new; or base, theirs, mine, result."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from dash import html

from components.status import age

ROWS = 18
"""Rows drawn; a returned subtree stays below a hundred components. The rest is counted."""
CLASHES = 8
"""Rows of the three-way view: with its buttons one is ten components."""
LONG = 80


def changes_table(
    changes: Sequence[dict[str, Any]], entry: Callable[[str, Any], str] | None = None
) -> Any:
    """What a dry-run would change: ``[{path, old, new, server_set}]``, the user's changes first.

    ``entry`` tells an entry of a list in words, given its path; it says nothing of other values.
    """
    ordered = sorted(changes, key=lambda change: bool(change.get("server_set")))
    if not ordered:
        return html.Div("Nothing: the server stores what it has already.", className="quiet")
    rows = [
        html.Tr(
            [
                html.Td(change["path"], className="mono t2"),
                html.Td(_both(change, entry), className="mono"),
            ],
            className="srv" if change.get("server_set") else "",
        )
        for change in ordered[:ROWS]
    ]
    table = html.Table(html.Tbody(rows), className="diff")
    if len(ordered) > ROWS:
        more = html.Div(f"and {len(ordered) - ROWS} more fields", className="quiet")
        return [table, more]
    return table


def _both(change: dict[str, Any], entry: Callable[[str, Any], str] | None) -> list[Any]:
    old, new = change.get("old"), change.get("new")
    if (old is None) != (new is None) and entry:
        said = entry(change["path"], new if old is None else old)
        if said:
            word, name = ("added", "new") if old is None else ("removed", "old")
            return [f"{word}: ", html.Span(said, className=name)]
    if change.get("server_set"):
        said = said_value(new) if old is None else f"{said_value(old)}, then {said_value(new)}"
        return [f"{said} ", html.Span("set by the server", className="s11")]
    parts: list[Any] = []
    if old is not None:
        parts += [html.Span(said_value(old), className="old"), " "]
    if new is not None:
        parts.append(html.Span(said_value(new), className="new"))
    return parts


def said_value(value: Any) -> str:
    """A field's value in one short line; "none" where there is no field."""
    if value is None:
        return "none"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONG else text[: LONG - 1] + "…"


def conflict_table(
    rows: Sequence[dict[str, Any]], choices: dict[str, str], writer: dict[str, str] | None
) -> Any:
    """The three-way view: ``[{path, base, theirs, mine, clash}]``. A clash carries two buttons, and
    once it is decided what was chosen; ``writer``, ``{name, time}``, made the other change.

    Where there are more rows than are drawn, a clash that is decided makes room for one that asks.
    """
    ranked = sorted(rows, key=lambda row: (not row["clash"], row["path"] in choices))
    drawn = [row for row in rows if row in ranked[:CLASHES]]
    theirs = (
        [writer["name"], ", ", age(writer["time"], style="age"), " ago"] if writer else "Theirs"
    )
    head = html.Tr(
        [html.Th(word) for word in ("Field", "You started from", theirs, "You", "Result")]
    )
    made = [_conflict_row(row, choices.get(row["path"], "")) for row in drawn]
    table = html.Table([html.Thead(head), html.Tbody(made)], className="diff three")
    if len(rows) > CLASHES:
        return [table, html.Div(f"and {len(rows) - CLASHES} more fields", className="quiet")]
    return table


def _conflict_row(row: dict[str, Any], chosen: str) -> html.Tr:
    def side(name: str) -> html.Td:
        marked = row[name] != row["base"]
        return html.Td(
            html.Span(said_value(row[name]), className="new") if marked else said_value(row[name]),
            className="mono",
        )

    if row["clash"] and not chosen:
        keep = [_choice(row["path"], name, f"Keep {name}") for name in ("theirs", "mine")]
        result = html.Td(keep, className="nowrap")
    elif row["clash"]:
        again = _choice(row["path"], "", "Change", f"Change {row['path']}")
        result = html.Td([html.Span(said_value(row[chosen]), className="mono"), again])
    else:
        value = row["theirs"] if row["theirs"] != row["base"] else row["mine"]
        result = html.Td(said_value(value), className="mono")
    return html.Tr(
        [
            html.Td(row["path"], className="mono t2"),
            html.Td(said_value(row["base"]), className="mono"),
            side("theirs"),
            side("mine"),
            result,
        ]
    )


def _choice(path: str, side: str, label: str, name: str = "") -> html.Button:
    """A button that decides the clash at ``path``, or without a ``side`` opens it again."""
    return html.Button(
        label,
        id={"type": "edit-keep", "side": side, "path": path},
        className="btn btn-sm btn-secondary" if side else "btn btn-sm btn-link",
        type="button",
        **({"aria-label": name} if name else {}),
    )
