"""What a rule of a route matches: path, method, headers and query of each match."""

from collections.abc import Sequence
from typing import Any

from dash import html

from components import forms, typed
from components.choice import Choice
from components.field_paths import fields, fits, made, put, steps
from components.forms import Object, options
from components.pairs import format_pairs, merged_pairs, parse_pairs, showable

MATCHES = 3
"""More matches of a rule than these are in the YAML."""

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
PATH_TYPES = ("PathPrefix", "Exact", "RegularExpression")
DEFAULT_MATCH = {"path": {"type": "PathPrefix", "value": "/"}}
CHOICES = {
    "type": Choice("path.type", "path type", PATH_TYPES, "PathPrefix"),
    "method": Choice("method", "method", METHODS),
}
FIELDS = {"path": "path.value"} | {name: choice.path for name, choice in CHOICES.items()}
"""Where the field of each input is in a match that is one value."""
LISTS = {"headers": "headers", "query": "queryParams"}


def layout() -> html.Div:
    return html.Div(
        [
            *[_row(at) for at in range(MATCHES)],
            forms.text("more-matches"),
        ],
        **{"data-lab": "When a request matches"} | forms.adding("match-add", "Match"),
    )


def _row(at: int) -> html.Div:
    said = f"of match {at + 1}"
    return forms.row(
        f"match-{at}",
        [
            forms.select(f"match-{at}-type", options(*PATH_TYPES), f"Kind of path {said}"),
            forms.text_input(f"match-{at}-path", f"Path {said}", mono=True),
            forms.select(
                f"match-{at}-method", options(*METHODS, empty="Any method"), f"Method {said}"
            ),
            forms.text_input(
                f"match-{at}-headers", f"Headers {said}", mono=True, placeholder="header: value"
            ),
            forms.text_input(
                f"match-{at}-query", f"Query {said}", mono=True, placeholder="query: value"
            ),
        ],
        "124px minmax(0,1fr) 124px 24px 24px",
        remove=f"Remove match {at + 1}",
        raise_=f"Move match {at + 1} up" if at else "",
        classes="match",
    )


def read(matches: Sequence[Object]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for at in range(MATCHES):
        match = matches[at] if at < len(matches) else {}
        path = fields(match, "path")
        values[f"match-{at}-path"] = typed.shown(path.get("value", "/"))
        values |= {f"match-{at}-{name}": value for name, value in _selected(match).items()}
        values |= {
            f"match-{at}-{name}": format_pairs(match.get(key)) for name, key in LISTS.items()
        }
    return values


def locked(matches: Sequence[Any]) -> set[str]:
    shown = enumerate(matches[:MATCHES])
    return {f"match-{at}-{name}" for at, match in shown for name in _locked(match)}


def _locked(match: Any) -> list[str]:
    """The parts of a match that the form cannot show in full."""
    if not isinstance(match, dict):
        return [*FIELDS, *LISTS]
    return [
        *(name for name, path in FIELDS.items() if not fits(match, *steps(path))),
        *(name for name, key in LISTS.items() if not showable(match.get(key))),
        *(name for name, value in _selected(match).items() if not value),
    ]


def _selected(match: Object) -> dict[str, str]:
    return {name: choice.shown(match) for name, choice in CHOICES.items()}


def others(matches: Sequence[Object]) -> list[str]:
    """The values that do not stand among the options of a select."""
    return [
        f"{said} of match {at}"
        for at, match in enumerate(matches[:MATCHES], 1)
        for choice in CHOICES.values()
        if (said := choice.unlisted(match))
    ]


def write(match: Object, name: str, value: Any) -> None:
    """Change one setting of one match in place. Raises NotAccepted."""
    if name in CHOICES and not CHOICES[name].takes(value):
        return
    if name == "type":
        path = made(match, "path")
        path.update({} if path else {"value": "/"}, type=value)
    elif name == "path":
        kind = typed.shown(fields(match, "path").get("type")) or "PathPrefix"
        path = made(match, "path")
        path.update({} if path else {"type": kind}, value=typed.path(value, kind))
    elif name == "method":
        put(match, "method", None if value == forms.NONE else value)
    elif name in LISTS:
        key = LISTS[name]
        pairs = parse_pairs(value, "header" if name == "headers" else "query")
        put(match, key, merged_pairs(match.get(key) or [], pairs))


def place(rest: Sequence[str | int]) -> str:
    """The part of a match that shows a field of it."""
    match rest:
        case ["path", "type"]:
            return "type"
        case ["method" | "headers" as part, *_]:
            return str(part)
        case ["queryParams", *_]:
            return "query"
    return "path"


def rows(matches: Sequence[Object]) -> dict[str, bool]:
    return {f"match-{at}": at < len(matches) for at in range(MATCHES)}


def texts(matches: Sequence[Object]) -> dict[str, str]:
    return {
        "more-matches": forms.more(len(matches), MATCHES, "match") if matches else "Every path.",
    }


def summary(matches: Sequence[Object]) -> str:
    """Matches in a line: the first one, and how many more."""
    first = matches[0] if matches else DEFAULT_MATCH
    said = typed.shown(fields(first, "path").get("value", "/"))
    if method := typed.shown(first.get("method")):
        said = f"{method} {said}"
    if headers := format_pairs(first.get("headers")):
        said += f" with {headers}"
    return f"{said} +{len(matches) - 1}" if len(matches) > 1 else said
