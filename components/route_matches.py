"""What a rule of a route matches: path, method, headers and query of each match."""

from collections.abc import Sequence
from typing import Any

from dash import html

from components import forms, typed
from components.field_paths import entries, put
from components.forms import Object, options
from components.pairs import format_pairs, merged_pairs, parse_pairs, showable

MATCHES = 3
"""More matches of a rule than these are in the YAML."""

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
PATH_TYPES = ("PathPrefix", "Exact", "RegularExpression")
DEFAULT_MATCH = {"path": {"type": "PathPrefix", "value": "/"}}
LISTS = {"headers": "headers", "query": "queryParams"}


def layout() -> html.Div:
    return html.Div(
        [
            html.Span("When a request matches", className="lab"),
            *[_row(at) for at in range(MATCHES)],
            forms.text("more-matches"),
            forms.add("match-add", "Match"),
        ]
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
        "124px minmax(0,1fr) 124px 24px",
        remove=f"Remove match {at + 1}",
        classes="match",
    )


def read(matches: Sequence[Object]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for at in range(MATCHES):
        match = matches[at] if at < len(matches) else {}
        path = match.get("path") or {}
        values |= {
            f"match-{at}-type": path.get("type", "PathPrefix"),
            f"match-{at}-path": str(path.get("value", "/")),
            f"match-{at}-method": match.get("method", forms.NONE),
        }
        values |= {
            f"match-{at}-{part}": format_pairs(entries(match, key)) for part, key in LISTS.items()
        }
    return values


def locked(matches: Sequence[Object]) -> set[str]:
    return {
        f"match-{at}-{part}"
        for at, match in enumerate(matches[:MATCHES])
        for part, key in LISTS.items()
        if not showable(entries(match, key))
    }


def write(match: Object, part: str, value: Any) -> None:
    """Change one setting of one match in place. Raises NotAccepted."""
    if part == "type":
        match.setdefault("path", {"value": "/"})["type"] = value
    elif part == "path":
        kind = (match.get("path") or {}).get("type", "PathPrefix")
        match.setdefault("path", {"type": kind})["value"] = typed.path(value, kind)
    elif part == "method":
        put(match, "method", None if value == forms.NONE else value)
    else:
        key = LISTS[part]
        pairs = parse_pairs(value, "header" if part == "headers" else "query")
        put(match, key, merged_pairs(entries(match, key), pairs))


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
    said = str((first.get("path") or {}).get("value", "/"))
    if first.get("method"):
        said = f"{first['method']} {said}"
    if first.get("headers"):
        said += f" with {format_pairs(entries(first, 'headers'))}"
    return f"{said} +{len(matches) - 1}" if len(matches) > 1 else said
