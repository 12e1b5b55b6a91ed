"""Decisions as plain values, for REST and pages alike: of each field its source, or why it has no
value."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.inference.decision_store import Found
from services.inference.decisions import Candidate, Decision, Removed, Told, kv_cache
from services.inference.endpoints import Endpoint
from services.inference.evidence import PodState
from services.inference.explaining import sentences, short, why_not
from services.inference.replay import Replay
from services.inference.timing import moment

Plain = dict[str, Any]


def whole(found: Found) -> Plain:
    """Everything that is known of a decision, field by field with its source."""
    one, filtering = found.decision, found.decision.filtering
    return {
        "requestId": one.request_id,
        "cluster": found.place.cluster,
        "namespace": found.place.namespace,
        "pool": found.place.pool or None,
        "picker": found.place.picker,
        "explanation": list(sentences(one)),
        "notes": list(one.notes),
        "timestamp": _told(one.at, _time),
        "outcome": _told(one.outcome),
        "error": _told(one.error),
        "picked": _told(one.picked, _endpoint),
        "tie": [_endpoint(tied) for tied in one.tie],
        "margin": _told(one.margin),
        "profile": _told(one.profile),
        "pickerPlugin": _told(one.picker),
        "scorers": [
            {
                "name": scorer.name,
                "label": short(scorer.name),
                "type": scorer.type,
                "weight": scorer.weight,
                "highest": scorer.highest,
                "mean": scorer.mean,
            }
            for scorer in one.scorers
        ],
        "highestTotal": one.most,
        "detail": _told(one.detail),
        "candidates": [_candidate(one, candidate) for candidate in one.candidates],
        "filters": {
            "before": _told(filtering.before),
            "after": _told(filtering.after),
            "names": list(filtering.names),
            "emptiedBy": filtering.emptied_by or None,
            "removed": [_removed(gone) for gone in filtering.removed],
        },
        "objective": _told(one.objective),
        "priority": _told(one.priority),
        "incomingModel": _told(one.incoming_model),
        "targetModel": _told(one.target_model),
        "queueMs": _told(one.queue_ms),
        "decisionMs": _told(one.decision_ms),
        "steps": [
            {
                "name": step.name,
                "startMs": step.start_ms,
                "durationMs": step.duration_ms,
                "source": step.source,
            }
            for step in one.steps
        ],
        "status": _told(one.status),
        "latencyMs": _told(one.latency_ms),
        "firstByteMs": _told(one.first_byte_ms),
        "ttftMs": _told(one.ttft_ms),
        "inputTokens": _told(one.input_tokens),
        "outputTokens": _told(one.output_tokens),
    }


def replayed(decision: Decision, found: Replay) -> Plain:
    """The outcome of a replay beside what was recorded."""
    original, winners = decision.picked.value, found.winners
    names = [one.name for one in winners]
    return {
        "basis": found.basis,
        "weights": dict(found.weights),
        "computed": found.places is not None,
        "reason": found.reason or None,
        "original": _told(decision.picked, _endpoint),
        "winners": [_endpoint(one) for one in winners],
        "changed": None if original is None or not names else original.name not in names,
        "margin": found.margin,
        "ranking": [
            {
                **_endpoint(place.endpoint),
                "total": place.total,
                "recordedTotal": place.recorded,
                "scores": dict(place.scores),
            }
            for place in found.places or ()
        ],
        "measuredAnew": list(found.anew),
        "keptAsRecorded": list(found.kept),
        "gone": [_endpoint(one) for one in found.gone],
    }


def _told(told: Told[Any], plain: Callable[[Any], Any] = lambda value: value) -> Plain:
    return {
        "value": None if told.value is None else plain(told.value),
        "source": told.source or None,
        "reason": told.reason or None,
    }


def _endpoint(endpoint: Endpoint) -> Plain:
    return {
        "endpoint": endpoint.name,
        "label": endpoint.label,
        "namespace": endpoint.namespace or None,
        "pod": endpoint.pod or None,
        "rank": endpoint.rank,
        "address": endpoint.address or None,
    }


def _candidate(decision: Decision, one: Candidate) -> Plain:
    weights = {scorer.name: scorer.weight for scorer in decision.scorers}
    scores = one.scores
    return {
        **_endpoint(one.endpoint),
        "picked": one.picked,
        "total": one.total,
        "behind": one.behind,
        "scores": None if scores is None else dict(scores),
        "weighted": None if scores is None else _weighted(weights, scores),
        "whyNot": why_not(decision, one) or None,
        "kvCachePct": _told(kv_cache(decision.scorers, one), _percent),
        "state": _state(one.state),
    }


def _weighted(
    weights: Mapping[str, float | None], scores: Mapping[str, float]
) -> dict[str, float | None]:
    return {
        name: None if (weight := weights[name]) is None else weight * score
        for name, score in scores.items()
    }


def _removed(gone: Removed) -> Plain:
    return {
        **_endpoint(gone.endpoint),
        "filter": gone.by or None,
        "source": gone.source,
        "state": _state(gone.state),
    }


def _state(state: PodState | None) -> Plain | None:
    if state is None:
        return None
    return {
        "waiting": state.waiting,
        "running": state.running,
        "kvCachePct": _percent(state.kv_cache),
        "at": _time(moment(state.at)),
        "source": state.source,
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _time(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
