"""Where a rule of a route sends: Services, their ports and weights.

Beside its inputs a row says two things that no input holds: the weight that is live while another
is drafted, as a mark on the slider, and the state of what the row names. `callbacks.backends`
fills both.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import forms, references, typed
from components.field_paths import put
from components.forms import Object
from components.status import ICONS, colour

BACKENDS = 3
"""More backends of a rule than these are in the YAML."""

DEFAULT_WEIGHT, MOST_WEIGHT = 1, 1_000_000
"""Gateway API v1, BackendRef.weight."""


def live_id(name: Any) -> dict[str, Any]:
    """The id of a slider's mark at the live weight."""
    return {"type": "edit-live", "name": name}


def state_id(name: Any) -> dict[str, Any]:
    """The id of the line with a backend's state."""
    return {"type": "edit-state", "name": name}


def layout() -> html.Div:
    return html.Div(
        [
            html.Div(
                [
                    html.Span("Send it to", className="grow"),
                    html.Span("weight, share", className="t3 fw-normal"),
                ],
                className="lab row-f",
            ),
            *[_row(at) for at in range(BACKENDS)],
            forms.text("more-backends"),
            forms.add("backend-add", "Backend"),
        ]
    )


def _row(at: int) -> html.Div:
    said = f"of backend {at + 1}"
    return forms.row(
        f"backend-{at}",
        [
            forms.text_input(f"backend-{at}-name", f"Service {said}", list="edit-services"),
            forms.number_input(f"backend-{at}-port", f"Port {said}"),
            html.Span(id=live_id(at), className="live", style=_mark(None)),
            dbc.Input(
                id=forms.field_id(f"backend-{at}-slide"),
                name=f"Weight slider {said}",
                type="range",
                min=0,
                max=100,
                step=1,
                debounce=150,
                className="form-range",
            ),
            forms.number_input(f"backend-{at}-weight", f"Weight {said}"),
            forms.text(f"share-{at}", "num t2"),
            forms.remove(f"backend-{at}-remove", f"Remove backend {at + 1}"),
            html.Div(id=state_id(at), className="hint"),
        ],
        "minmax(0,1fr) 76px minmax(0,1.1fr) 68px 40px 24px",
        "backend",
    )


def read(backends: Sequence[Object]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for at in range(BACKENDS):
        backend = backends[at] if at < len(backends) else {}
        weight = _weight(backend) if backend else None
        values |= {
            f"backend-{at}-name": references.written(backend),
            f"backend-{at}-port": typed.shown(backend.get("port")),
            f"backend-{at}-weight": typed.shown(weight),
            f"backend-{at}-slide": min(weight, 100) if isinstance(weight, int) else 0,
        }
    return values


def write(backend: Object, part: str, value: Any) -> None:
    """Change one setting of one backend in place. Raises NotAccepted."""
    if part == "name":
        references.write(backend, str(value or "").strip())
    elif part == "port":
        put(backend, "port", typed.port(value))
    else:
        put(backend, "weight", typed.whole(value, "Weight", 0, MOST_WEIGHT))


def place(rest: Sequence[str | int]) -> str:
    """The part of a backend that shows a field of it."""
    return str(rest[0]) if rest and rest[0] in ("port", "weight") else "name"


def rows(backends: Sequence[Object]) -> dict[str, bool]:
    return {f"backend-{at}": at < len(backends) for at in range(BACKENDS)}


def texts(backends: Sequence[Object]) -> dict[str, str]:
    """Each backend's share of the rule's requests, and how many backends have no row."""
    weights = [_weight(backend) for backend in backends]
    total = sum(weight for weight in weights if isinstance(weight, int))
    shares = [
        f"{round(100 * weight / total)}%" if total and isinstance(weight, int) else ""
        for weight in weights
    ]
    said = {f"share-{at}": shares[at] if at < len(shares) else "" for at in range(BACKENDS)}
    return said | {"more-backends": forms.more(len(backends), BACKENDS, "backend")}


def named(backend: Object, namespace: str) -> dict[str, Any]:
    """What a backend points to, of a route in ``namespace``: kind, namespace, name, port."""
    return {
        "kind": str(backend.get("kind") or "Service"),
        "namespace": str(backend.get("namespace") or namespace),
        "name": str(backend.get("name") or ""),
        "port": backend.get("port"),
    }


def live_weights(
    live: Sequence[Object], drafted: Sequence[Object], namespace: str
) -> list[int | None]:
    """The weight that each drafted backend has in the live rule; None for one it does not name.

    Backends are told apart by what they point to: one that moved up keeps its live weight, and one
    that now names another Service has none.
    """
    weights = [(named(one, namespace), _weight(one)) for one in live]
    return [
        next((weight for ref, weight in weights if ref == named(one, namespace)), None)
        for one in drafted
    ]


def told(
    weights: Sequence[int | None], states: Sequence[Mapping[str, str]]
) -> tuple[list[Any], ...]:
    """What every row says of live weights and states, blank where there is no backend: style and
    text of the marks, then class and text of the lines."""
    marks = [*weights, *[None] * (BACKENDS - len(weights))]
    lines = [*states, *[{"status": "", "state": ""}] * (BACKENDS - len(states))]
    return (
        [_mark(weight) for weight in marks],
        ["" if weight is None else f"live {weight}" for weight in marks],
        [_line(one["status"]) for one in lines],
        [one["state"] for one in lines],
    )


def _mark(weight: int | None) -> dict[str, Any]:
    return {"display": "none"} if weight is None else {"--at": min(weight, 100) / 100}


def _line(status: str) -> str:
    return f"hint says {colour(status)} bi bi-{ICONS.get(status, ICONS['unknown'])}"


def _weight(backend: Object) -> Any:
    return backend.get("weight", DEFAULT_WEIGHT)
