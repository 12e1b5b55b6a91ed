"""Where a rule of a route sends: Services and pools, their ports and weights.

Beside its inputs a row says two things that no input holds: the weight that is live while another
is drafted, as a mark on the slider, and the state of what the row names. `callbacks.naming` gives
both, ``resources_form.js`` draws them.
"""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import forms, references, typed
from components.field_paths import fits, put
from components.forms import Object

BACKENDS = 3
"""More backends of a rule than these are in the YAML."""

DEFAULT_WEIGHT, MOST_WEIGHT = 1, 1_000_000
"""Gateway API v1, BackendRef.weight."""


WIDE = 100
"""Where sliders end while no backend has a weight."""


def layout() -> html.Div:
    return forms.block(
        "backends",
        [
            forms.heading("Send it to", "weight, share", "lab far"),
            *[_row(at) for at in range(BACKENDS)],
        ],
        adds=("backend-add", "Backend"),
    )


def _row(at: int) -> html.Div:
    said = f"of backend {at + 1}"
    return forms.row(
        f"backend-{at}",
        [
            forms.text_input(f"backend-{at}-name", f"Service {said}", list="edit-backends"),
            forms.number_input(f"backend-{at}-port", f"Port {said}", list="edit-ports"),
            dbc.Input(
                id=forms.field_id(f"backend-{at}-slide"),
                name=f"Weight slider {said}",
                type="range",
                min=0,
                max=MOST_WEIGHT,
                step=1,
                className="form-range",
            ),
            forms.number_input(f"backend-{at}-weight", f"Weight {said}"),
        ],
        "minmax(0,1fr) 76px minmax(0,1.1fr) 68px 40px 24px 24px",
        remove=f"Remove backend {at + 1}",
        raise_=f"Move backend {at + 1} up" if at else "",
        classes="backend",
    )


def read(backends: Sequence[Object]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for at in range(BACKENDS):
        backend = backends[at] if at < len(backends) else {}
        weight = _weight(backend) if backend else None
        values |= {
            f"backend-{at}-name": references.written(backend, "Service"),
            f"backend-{at}-port": typed.shown(backend.get("port")),
            f"backend-{at}-weight": typed.shown(weight),
            f"backend-{at}-slide": _whole(weight),
        }
    return values


def locked(backends: Sequence[Any]) -> set[str]:
    found = set()
    for at, backend in enumerate(backends[:BACKENDS]):
        if not references.readable(backend):
            found.add(f"backend-{at}-name")
        if not fits(backend, "port"):
            found.add(f"backend-{at}-port")
        if not fits(backend, "weight"):
            found |= {f"backend-{at}-weight", f"backend-{at}-slide"}
    return found


def write(backend: Object, part: str, value: Any) -> None:
    """Change one setting of one backend in place. Raises NotAccepted."""
    if part == "name":
        references.write(backend, str(value or "").strip(), "Service")
    elif part == "port":
        put(backend, "port", typed.port(value))
    else:
        put(backend, "weight", typed.whole(value, "Weight", 0, MOST_WEIGHT))


def place(rest: Sequence[str | int]) -> str:
    """The part of a backend that shows a field of it."""
    return str(rest[0]) if rest and rest[0] in ("port", "weight") else "name"


def rows(backends: Sequence[Object], *, redirected: bool) -> dict[str, bool]:
    """Gateway API lets a rule redirect or send, not both: the one that is there hides the other."""
    seen = {f"backend-{at}": at < len(backends) for at in range(BACKENDS)}
    return seen | {"backends": bool(backends) or not redirected}


def named(backend: Object, namespace: str) -> dict[str, Any]:
    """What a backend points to, of a route in ``namespace``: kind, namespace, name, port."""
    return {
        "kind": typed.shown(backend.get("kind")) or "Service",
        "namespace": typed.shown(backend.get("namespace")) or namespace,
        "name": typed.shown(backend.get("name")),
        "port": backend.get("port") if fits(backend, "port", kind=int) else None,
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


def shares(drafted: Sequence[Object]) -> list[str]:
    """Each backend's share of the rule's requests; no words where no backend has a weight."""
    weights = [_whole(_weight(backend)) for backend in drafted]
    total = sum(weights)
    return [f"{round(100 * weight / total)}%" if total else "" for weight in weights]


def scale(live: Sequence[Object], drafted: Sequence[Object]) -> int:
    """Where sliders end: at the sum of the weights, live or drafted, so that shares can be seen."""
    sums = [sum(_whole(_weight(one)) for one in side) for side in (live, drafted)]
    return max(sums) or WIDE


def _whole(weight: Any) -> int:
    return weight if isinstance(weight, int) and 0 <= weight <= MOST_WEIGHT else 0


def _weight(backend: Object) -> Any:
    return backend.get("weight", DEFAULT_WEIGHT)
