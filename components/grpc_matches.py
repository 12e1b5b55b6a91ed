"""Matches of a GRPCRoute's rule in the form: service, method, headers.

Field meanings: Gateway API v1, GRPCRouteMatch.
"""

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

TYPES = ("Exact", "RegularExpression")
DEFAULT_MATCH: Object = {"method": {"type": "Exact", "service": ""}}
TYPE = Choice("method.type", "kind of method match", TYPES, "Exact")
FIELDS = {"type": "method.type", "service": "method.service", "method": "method.method"}
"""Where the field of each input is in a match that is one value."""


def layout() -> html.Div:
    return html.Div(
        [
            *[_row(at) for at in range(MATCHES)],
            forms.text("more-matches"),
        ],
        **{"data-lab": "When a call matches"} | forms.adding("match-add", "Match"),
    )


def _row(at: int) -> html.Div:
    said = f"of match {at + 1}"
    return forms.row(
        f"match-{at}",
        [
            forms.select(f"match-{at}-type", options(*TYPES), f"Kind of method {said}"),
            forms.text_input(
                f"match-{at}-service", f"Service {said}", mono=True, placeholder="any service"
            ),
            forms.text_input(
                f"match-{at}-method", f"Method {said}", mono=True, placeholder="any method"
            ),
            forms.text_input(
                f"match-{at}-headers", f"Headers {said}", mono=True, placeholder="header: value"
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
        method = fields(match, "method")
        values |= {
            f"match-{at}-type": TYPE.shown(match),
            f"match-{at}-service": typed.shown(method.get("service")),
            f"match-{at}-method": typed.shown(method.get("method")),
            f"match-{at}-headers": format_pairs(match.get("headers")),
        }
    return values


def locked(matches: Sequence[Any]) -> set[str]:
    shown = enumerate(matches[:MATCHES])
    return {f"match-{at}-{name}" for at, match in shown for name in _locked(match)}


def _locked(match: Any) -> list[str]:
    """The parts of a match that the form cannot show in full."""
    if not isinstance(match, dict):
        return [*FIELDS, "headers"]
    return [
        *(name for name, path in FIELDS.items() if not fits(match, *steps(path))),
        *([] if showable(match.get("headers")) else ["headers"]),
        *([] if TYPE.shown(match) else ["type"]),
    ]


def others(matches: Sequence[Object]) -> list[str]:
    """The values that do not stand among the options of a select."""
    return [
        f"{said} of match {at}"
        for at, match in enumerate(matches[:MATCHES], 1)
        if (said := TYPE.unlisted(match))
    ]


def write(match: Object, name: str, value: Any) -> None:
    """Change one setting of one match in place. Raises NotAccepted."""
    if name == "headers":
        put(match, name, merged_pairs(match.get(name) or [], parse_pairs(value)))
    elif name == "type":
        if TYPE.takes(value):
            made(match, "method")["type"] = value
    elif value or "method" in match:
        method = made(match, "method")
        put(method, name, typed.shown(value).strip())
        if set(method) <= {"type"}:
            match.pop("method")  # a match of a method must name a service or a method


def place(rest: Sequence[str | int]) -> str:
    """The part of a match that shows a field of it."""
    match rest:
        case ["method", "type" | "method" as part, *_]:
            return str(part)
        case ["headers", *_]:
            return "headers"
    return "service"


def rows(matches: Sequence[Object]) -> dict[str, bool]:
    return {f"match-{at}": at < len(matches) for at in range(MATCHES)}


def texts(matches: Sequence[Object]) -> dict[str, str]:
    return {
        "more-matches": forms.more(len(matches), MATCHES, "match") if matches else "Every call.",
    }


def summary(matches: Sequence[Object]) -> str:
    """Matches in a line: the first one, and how many more."""
    method = fields(matches[0], "method") if matches else {}
    parts = (typed.shown(method.get(part)) or "*" for part in ("service", "method"))
    said = "/".join(parts)
    if headers := format_pairs(matches[0].get("headers")) if matches else "":
        said += f" with {headers}"
    return f"{said} +{len(matches) - 1}" if len(matches) > 1 else said
