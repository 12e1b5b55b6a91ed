"""Picker decisions as values, for tables and files; their words are in `decision_words`."""

from typing import Any

from callbacks.panels import plain
from services.inference.decision_store import Found
from services.inference.decisions import Decision
from services.inference.endpoints import Endpoint
from services.inference.evidence import PodState

Row = dict[str, Any]


def line(found: Found) -> Row:
    """One line of the list as values."""
    one, place = found.decision, found.place
    picked = one.picked.value
    return {
        "timestamp": one.at.value,
        **plain(place),
        "request_id": one.request_id,
        "outcome": one.outcome.value,
        "picked": picked.name if picked else None,
        "picked_source": one.picked.source or None,
        "picked_reason": one.picked.reason or None,
        "tie": [endpoint.name for endpoint in one.tie],
        "detail": one.detail.value,
        "margin": one.margin.value,
        "candidates": one.filtering.after.value,
        "objective": one.objective.value,
        "priority": one.priority.value,
        "incoming_model": one.incoming_model.value,
        "target_model": one.target_model.value,
        "queue_ms": one.queue_ms.value,
        "decision_ms": one.decision_ms.value,
        "status": one.status.value,
        "latency_ms": one.latency_ms.value,
        "ttft_ms": one.ttft_ms.value,
        "input_tokens": one.input_tokens.value,
        "output_tokens": one.output_tokens.value,
    }


def candidates(one: Decision) -> list[Row]:
    """Candidates as values: scores before they are weighted; then who was filtered out."""
    weights = {f"weight {scorer.name}": scorer.weight for scorer in one.scorers}

    def made(endpoint: Endpoint, state: PodState | None, **told: Any) -> Row:
        return {
            "request_id": one.request_id,
            "endpoint": endpoint.name,
            **told,
            "waiting": state.waiting if state else None,
            "running": state.running if state else None,
            "kv_cache": state.kv_cache if state else None,
            "state_source": state.source if state else None,
        }

    scored = [
        {
            **made(
                each.endpoint,
                each.state,
                picked=each.picked,
                total=each.total,
                behind=each.behind,
                removed_by=None,
            ),
            **{f"score {name}": value for name, value in (each.scores or {}).items()},
            **weights,
        }
        for each in one.candidates
    ]
    removed = [
        made(
            gone.endpoint,
            gone.state,
            picked=False,
            total=None,
            behind=None,
            removed_by=gone.by or "a filter",
        )
        for gone in one.filtering.removed
    ]
    return scored + removed
