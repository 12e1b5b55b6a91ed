"""Decisions of pickers as the page shows them: numbers rounded, in words where there is none."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from callbacks import decision_values
from callbacks.panels import plain
from components.panels import values as panel_values
from services.inference.decision_store import Counted, Found, Known
from services.inference.decisions import (
    KV_CACHE,
    PREFIX,
    QUEUE,
    Candidate,
    Decision,
    Removed,
    Told,
    kv_cache,
)
from services.inference.evidence import PodState
from services.inference.explaining import sentences, short, why_not
from services.inference.replay import Replay

Row = dict[str, Any]

_COLOURS = {QUEUE: 1, PREFIX: 2, KV_CACHE: 3, "lora-affinity-scorer": 4, "active-request-scorer": 5}
"""The colour of each type of scorer, the same in every decision; others take what is left."""
_LEFT = (6, 7, 8)
_ENDED = frozenset(
    {"refused", "queued_out", "client_gone", "no_endpoints", "bad_request", "failed"}
)


def row(found: Found, slot: int) -> Row:
    """One line of the list."""
    one = found.decision
    return {
        "id": one.request_id,
        "cluster": found.place.cluster,
        "slot": slot,
        "pool": found.place.pool,
        "time": _clock(one.at.value),
        "picked": one.picked.value.label if one.picked.value else None,
        "scored": one.detail.value == "scores",
        "none": _none(one),
        "failed": one.outcome.value in _ENDED,
        "why": " ".join((*_full(one), *sentences(one)[:2])),
        "margin": _fixed(one.margin.value),
        "close": one.margin.value is not None and one.margin.value < 0.1,
        "ms": _ms(one.decision_ms.value),
    }


def count(counted: Counted, seconds: float) -> str:
    """Such as "9,712 decisions, 10.8 per second; 1 in 10 recorded with scores"."""
    total, scored = counted.decisions, counted.with_scores
    if not total:
        return ""
    rate = total / seconds
    said = f"{total:,} decision{'' if total == 1 else 's'}"
    said += f", {rate:.1f} per second" if rate >= 0.1 else f", {60 * rate:.1f} per minute"
    if not scored:
        return f"{said}; none recorded with scores"
    if scored == total:
        return f"{said}; all with scores"
    if 2 * scored > total:
        return f"{said}; {scored:,} of {total:,} with scores"
    return f"{said}; 1 in {round(total / scored)} with scores"


def whole(known: Known, slot: Callable[[str], int]) -> Row:
    """Everything on the right side."""
    found, one = known.found, known.found.decision
    lead, *rest = sentences(one)
    colours = _colours(one)
    return {
        "requestId": one.request_id,
        "cluster": found.place.cluster,
        "slot": slot(found.place.cluster),
        "logged": _logged(one),
        "lead": lead,
        "rest": " ".join(rest),
        "notes": list(one.notes),
        "sources": ", ".join(_sources(one)),
        "facts": _facts(found),
        "scorers": [
            {
                "name": scorer.name,
                "label": short(scorer.name),
                "weight": scorer.weight,
                "colour": colours[scorer.name],
            }
            for scorer in one.scorers
        ],
        "most": one.most,
        "scored": one.detail.value == "scores",
        "detail": one.detail.reason,
        "scored_by": one.detail.source,
        "prefix": bool(one.detail.value == "scores")
        and any(scorer.type == PREFIX for scorer in one.scorers),
        "states": one.detail.value == "scores"
        or any(seen.state for seen in (*one.candidates, *one.filtering.removed)),
        "unit": _unit(one),
        "candidates": [_candidate(one, candidate) for candidate in one.candidates],
        "removed": [_removed(gone) for gone in one.filtering.removed],
        "steps": [
            {
                "name": step.name,
                "start": step.start_ms,
                "took": step.duration_ms,
                "said": _took(step.duration_ms),
                "source": step.source,
            }
            for step in one.steps
        ],
        "timed_by": ", ".join(dict.fromkeys(_timed_by(step.source) for step in one.steps)),
        "no_steps": "" if one.steps else "No span of this request was recorded.",
        "until": "until the first token" if _to_the_token(one) else "in the picker",
        "values": {
            "decisions-candidates": panel_values(
                decision_values.candidates(one),
                known.source,
                known.as_of,
                reason=one.detail.reason or None,
            ),
            "decisions-time": panel_values(map(plain, one.steps), known.source, known.as_of),
        },
    }


def replayed(decision: Decision, found: Replay) -> Row:
    """What a replay comes to, in a sentence."""
    names = [one.label for one in found.winners]
    said: list[str] = []
    if found.places is None:
        return {"requestId": decision.request_id, "said": found.reason, "note": ""}
    best, others = found.places[0].total, found.places[1:]
    basis = "With what the pods say now" if found.basis == "now" else "With these weights"
    if len(names) > 1:
        said.append(f"{basis} {_listed(names)} would tie at {best:.2f}.")
    else:
        against = f", {best:.2f} against {others[0].total:.2f}" if others else f", {best:.2f}"
        said.append(f"{basis} this request would go to {names[0]}{against}.")
    if found.kept and found.basis == "now":
        kept = _listed([short(name) for name in found.kept])
        said.append(f"As recorded: {kept}.")
    if found.gone:
        said.append(f"Left out, because it reports nothing now: {_listed(_labels(found))}.")
    return {
        "requestId": decision.request_id,
        "said": " ".join(said),
        "note": "From the recorded values. What its latency would have been is not known.",
        "winners": [one.name for one in found.winners],
    }


def _labels(found: Replay) -> list[str]:
    return [one.label for one in found.gone]


def _none(one: Decision) -> str:
    """What stands in the place of the one that was picked."""
    if one.picked.value:
        return ""
    if one.outcome.value in _ENDED:
        return f"none, {one.status.value}" if one.status.value else "none, gone"
    return f"tie of {len(one.tie)}" if one.tie else "not known"


def _full(one: Decision) -> list[str]:
    """The whole name of the one that was picked, where its label is a part of it."""
    picked = one.picked.value
    return [f"{picked.name}."] if picked and picked.pod and picked.label != picked.pod else []


def _sources(one: Decision) -> list[str]:
    """Who told it: of whom was picked, and of the scores."""
    said = [one.picked.source or one.outcome.source, one.detail.source]
    return list(dict.fromkeys(filter(None, (source.removesuffix(", no tie") for source in said))))


def _logged(one: Decision) -> str | None:
    """When the request came whose answer is in the access log."""
    known = one.status.source == "access log" and one.at.value
    return known.isoformat() if known else None


def _timed_by(source: str) -> str:
    return "engine span" if source.startswith("engine") else "picker spans"


def _facts(found: Found) -> list[Row]:
    one = found.decision
    objective = _with(one.objective, one.objective.value or "default")
    facts = [
        _fact("Time", one.at, _clock),
        _fact("Pool", Told(found.place.pool or found.place.picker), str),
        _fact("Model", one.target_model, lambda value: value or "none named"),
        _fact("Objective", objective, str),
        _fact("Priority", one.priority, str),
        _fact("Prompt", one.input_tokens, lambda value: f"{value:,} tokens"),
        _fact("Picker", one.decision_ms, _took),
        _fact("TTFT, engine", one.ttft_ms, _took),
        _fact("Answer", one.status, lambda value: _answer(value, one.output_tokens.value)),
    ]
    if one.queue_ms.value is not None and one.queue_ms.value >= 1:
        facts.insert(6, _fact("Picker's queue", one.queue_ms, _took))
    return facts


def _with(told: Told[Any], value: Any) -> Told[Any]:
    return told if told.value is None else Told(value, told.source)


def _fact(label: str, told: Told[Any], say: Callable[[Any], str]) -> Row:
    value = told.value
    return {
        "label": label,
        "value": None if value is None else say(value),
        "title": told.source or told.reason,
    }


def _answer(status: int, tokens: int | None) -> str:
    return str(status) if tokens is None else f"{status}, {tokens:,} tokens"


def _colours(one: Decision) -> dict[str, str]:
    left = iter(_LEFT)
    return {
        scorer.name: f"c{_COLOURS.get(scorer.type) or next(left, _LEFT[-1])}"
        for scorer in one.scorers
    }


def _unit(one: Decision) -> str:
    shown, removed = len(one.candidates), one.filtering
    left = removed.after.value
    said = []
    if shown:
        said = [f"the best {shown} of {left}" if left and left > shown else f"{shown} scored"]
    if removed.before.value is not None and left is not None and left < removed.before.value:
        said.append(f"{removed.before.value - left} filtered out")
    return ", ".join(said)


def _candidate(one: Decision, candidate: Candidate) -> Row:
    scores, most = candidate.scores, one.most
    prefix = next((scorer.name for scorer in one.scorers if scorer.type == PREFIX), None)
    bars = []
    if scores is not None and most:
        bars = [[scorer.name, (scorer.weight or 0) * scores[scorer.name]] for scorer in one.scorers]
    return {
        "id": candidate.endpoint.name,
        "label": candidate.endpoint.label,
        "name": candidate.endpoint.name,
        "picked": candidate.picked,
        "total": _fixed(candidate.total),
        "behind": _fixed(candidate.behind) if candidate.behind else "",
        "prefix": f"{scores[prefix]:.0%}" if scores is not None and prefix else None,
        "bars": bars,
        "why": why_not(one, candidate),
        **_state(candidate.state),
        **_kv(kv_cache(one.scorers, candidate)),
    }


def _removed(gone: Removed) -> Row:
    by = f"taken out by {gone.by}" if gone.by else "taken out by a filter"
    return {
        "id": gone.endpoint.name,
        "label": gone.endpoint.label,
        "name": gone.endpoint.name,
        "why": f"Not scored: {by}",
        "title": f"As the {gone.source} says" if gone.by else f"Follows from {gone.source}",
        **_state(gone.state),
    }


def _state(state: PodState | None) -> Row:
    """What a pod was like; ``state`` says who says so."""
    waiting = state.waiting if state else None
    used: Told[float] = Told(state.kv_cache if state else None, state.source if state else "")
    return {
        "waiting": None if waiting is None else f"{waiting:g}",
        "state": f"As the {state.source} says" if state else "Nothing tells what it was like.",
        **_kv(used),
    }


def _kv(used: Told[float]) -> Row:
    share = used.value
    return {
        "kv": None if share is None else f"{share:.0%}",
        "full": share is not None and share >= 0.95,
        "kv_source": used.reason or f"As the {used.source} says",
    }


def _to_the_token(one: Decision) -> bool:
    return any(step.name == "Prefill" for step in one.steps)


def _clock(moment: datetime | None) -> str:
    """``14:31:58.204``, with the date where it is not today's."""
    if moment is None:
        return ""
    said = f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"
    return said if moment.date() == datetime.now(UTC).date() else f"{moment:%m-%d} {said}"


def _fixed(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _ms(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def _took(ms: float) -> str:
    """A duration in the unit that suits it."""
    if ms < 0.1:
        return f"{1000 * ms:.0f} µs"
    return f"{ms:.1f} ms" if ms < 10 else f"{ms:,.0f} ms"


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
