"""What a rule of a route matches: path, method, headers and query of each match."""

from collections.abc import Sequence
from typing import Any

from dash import html

from components import forms
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
            forms.text("no-matches"),
            forms.text("more-matches"),
            forms.add("match-add", "Match"),
        ]
    )


def _row(at: int) -> html.Div:
    said = f"of match {at + 1}"
    return forms.row(
        f"match-{at}",
        [
            *forms.select(f"match-{at}-type", f"Kind of path {said}", options(*PATH_TYPES)),
            *forms.text_input(f"match-{at}-path", f"Path {said}", mono=True),
            *forms.select(
                f"match-{at}-method", f"Method {said}", options(*METHODS, empty="Any method")
            ),
            *forms.text_input(
                f"match-{at}-headers", f"Headers {said}", mono=True, placeholder="header: value"
            ),
            *forms.text_input(
                f"match-{at}-query", f"Query {said}", mono=True, placeholder="query: value"
            ),
            forms.remove(f"match-{at}-remove", f"Remove match {at + 1}"),
        ],
        "124px minmax(0,1fr) 124px 24px",
        "match",
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
    """Change one setting of one match in place."""
    if part in ("type", "path"):
        path = match.setdefault("path", {"type": "PathPrefix", "value": "/"})
        path["type" if part == "type" else "value"] = str(value or "")
    elif part == "method":
        put(match, "method", None if value == forms.NONE else value)
    else:
        key = LISTS[part]
        put(match, key, merged_pairs(entries(match, key), parse_pairs(value)))


def rows(matches: Sequence[Object]) -> dict[str, bool]:
    return {f"match-{at}": at < len(matches) for at in range(MATCHES)}


def texts(matches: Sequence[Object]) -> dict[str, str]:
    return {
        "no-matches": "" if matches else "Every path.",
        "more-matches": forms.more(len(matches), MATCHES, "match"),
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
