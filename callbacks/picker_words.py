"""The settings of a pool's endpoint picker as they are now."""

from collections.abc import Mapping
from typing import Any

from callbacks import stack_words
from components import kinds
from services.auth.identity import Identity
from services.container import Container
from services.inference.results import PoolStatus

Told = dict[str, Any]
Object = Mapping[str, Any]
USUAL_LEVEL = 3
_NO_STACK = (
    "No stack owns the pool: the configuration of its picker is in a ConfigMap of the cluster, "
    "whose content the console does not read."
)


def settings(container: Container, who: Identity, pool: PoolStatus) -> Told:
    """Rows of label and value, where they are changed, and why there are no more."""
    place = (pool.cluster, "inferencestacks", pool.namespace, pool.stack)
    stack = container.resources.lookup(who, *place) if pool.stack else None
    if stack is None:
        live = container.resources.lookup(
            who, pool.cluster, "inferencepools", pool.namespace, pool.name
        )
        return unknown(_NO_STACK) | {"rows": _of_pool(pool, live or {})}
    href = kinds.edit_href("inferencestacks", pool.cluster, pool.namespace, pool.stack)
    return {"rows": _of_stack(stack), "change": f"{href}?step=picker", "reason": ""}


def unknown(reason: str | None) -> Told:
    """Of a pool of which nothing is known."""
    return {"rows": [], "change": "", "reason": reason or _NO_STACK}


def _of_stack(stack: Object) -> list[Told]:
    epp = (stack.get("spec") or {}).get("epp") or {}
    tracing = epp.get("tracing") or {}
    strategy = str(epp.get("strategy") or "least_queue")
    share = tracing.get("ratio")
    return [
        _row("Picks by", "a configuration of its own" if epp.get("config") else strategy),
        *_scored(stack),
        _row("When it fails", epp.get("failureMode") or "FailClose"),
        _row("Log level", epp.get("logLevel", USUAL_LEVEL)),
        _row(
            "Traces",
            f"{100 * share:g}% of requests"
            if tracing.get("enabled") and share is not None
            else "on"
            if tracing.get("enabled")
            else "off",
        ),
    ]


def _scored(stack: Object) -> list[Told]:
    said = stack_words.weighed(stack.get("spec") or {})
    return [_row("Weights", said)] if said else []


def _of_pool(pool: PoolStatus, live: Object) -> list[Told]:
    spec = live.get("spec") or {}
    ref = spec.get("endpointPickerRef") or spec.get("extensionRef") or {}
    named = [_row("Service", pool.picker)] if pool.picker else []
    return named + ([_row("When it fails", ref["failureMode"])] if ref.get("failureMode") else [])


def _row(label: str, value: Any) -> Told:
    return {"label": label, "value": str(value)}
