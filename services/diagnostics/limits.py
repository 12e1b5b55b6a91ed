"""What of an answer somebody may see: nothing is told of a route in a namespace outside their
limits, neither that it won, nor that it lost, nor by what is said of others."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Sees = Callable[[str], bool]
Document = Mapping[str, Any]

HIDDEN = "A route in a namespace that you may not see takes it."

_OF_THE_ROUTE: dict[str, Any] = {
    "status": None,
    "route": None,
    "rule": None,
    "match": None,
    "backends": [],
    "unavailable": [],
    "grpc_status": None,
    "request": None,
    "response_headers": None,
    "response": None,
    "redirect": None,
    "mirrors": [],
}


def within(document: Document, sees: Sees) -> dict[str, Any]:
    """The answer as far as it may be told. ``hidden`` says that the winner may not; of the
    candidates that may not ``candidates_hidden`` is the number."""
    candidates = document.get("candidates") or []
    route = document.get("route")
    if route and not sees(route["namespace"]):
        told = {name: value for name, value in _OF_THE_ROUTE.items() if name in document}
        made = {**document, **told, "hidden": True}
        if "candidates" in document:
            # What they lost by speaks of the winner.
            made |= {"candidates": [], "candidates_hidden": len(candidates), "notes": []}
            made |= {"because": [{"text": HIDDEN, "section": ""}], "path": []}
        return made
    made = _without_states(document, sees)
    if "candidates" not in document:
        return made
    seen = [one for one in candidates if sees(one["route"]["namespace"])]
    return {**made, "candidates": seen, "candidates_hidden": len(candidates) - len(seen)}


def places(shares: Iterable[Document], sees: Sees) -> tuple[str, ...]:
    """``namespace/name`` of backends that may not be seen."""
    return tuple(
        f"{one['namespace']}/{one['name']}" for one in shares if not sees(one["namespace"])
    )


def _without_states(document: Document, sees: Sees) -> dict[str, Any]:
    """Backends in hidden namespaces by what the route itself names, and nothing of how they are."""
    hidden = places((*document["backends"], *document.get("unavailable", ())), sees)
    made = dict(document)
    if not hidden:
        return made
    for name in ("backends", "unavailable"):
        made[name] = [
            one
            if sees(one["namespace"])
            else {key: value for key, value in one.items() if key in _WRITTEN} | {"hidden": True}
            for one in document.get(name) or ()
        ]
    for name in ("because", "path"):
        if name in document:
            made[name] = [
                one for one in document[name] if not any(place in one["text"] for place in hidden)
            ]
    return made


_WRITTEN = ("kind", "namespace", "name", "port", "weight", "share")
