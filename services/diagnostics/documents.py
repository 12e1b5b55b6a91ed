"""JSON forms of what diagnostics tell."""

from typing import Any

from services.diagnostics.hops import Hop
from services.gatewayapi.model.names import Ref


def named(ref: Ref | None) -> dict[str, str] | None:
    """An object by kind, namespace and name."""
    if ref is None:
        return None
    return {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name}


def hop(one: Hop) -> dict[str, Any]:
    """One hop of a path."""
    return {
        "step": one.step,
        "status": one.status,
        "what": [
            {"text": part.text, "ref": named(part.ref), "more": part.more} for part in one.what
        ],
        "aside": one.aside,
        "why": list(one.why),
        "section": one.section,
    }
