"""What of an answer somebody may see: nothing is told of a route in a namespace outside their
limits, neither that it won, nor that it lost, nor by what is said of others."""

from collections.abc import Callable, Mapping
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
    if "candidates" not in document:
        return dict(document)
    seen = [one for one in candidates if sees(one["route"]["namespace"])]
    return {**document, "candidates": seen, "candidates_hidden": len(candidates) - len(seen)}
