"""A recorded decision again, with other weights or with what the pods say now: who would win.

It takes each candidate's score by each scorer, which a picker logs at verbosity 4. From totals
alone nothing follows for other weights. What can be measured anew is what metrics of pods tell (the
queue, the KV cache and the requests that run); every other score stays as it was recorded. No
latency is told: what would have happened after another pick was not seen by anybody.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.errors import Invalid
from services.inference.decisions import KV_CACHE, QUEUE, Candidate, Decision, Scorer
from services.inference.endpoints import Endpoint
from services.inference.evidence import PodState

RUNNING = "running-requests-size-scorer"
MEASURED = (QUEUE, KV_CACHE, RUNNING)
"""Types of scorers whose score follows from metrics of the pods."""
HEAVIEST = 1000.0


@dataclass(frozen=True, slots=True)
class Place:
    """A candidate in the replay: what it would score, and in which way that is made up;
    ``recorded`` is None where its total is not."""

    endpoint: Endpoint
    total: float
    recorded: float | None
    scores: Mapping[str, float]


@dataclass(frozen=True)
class Replay:
    """The outcome. ``places`` are best first; None with a ``reason`` where it cannot be computed.

    ``winners`` share the best total, ``margin`` is how far they are ahead. ``anew`` names the
    scorers that were measured anew, ``kept`` those that stay as recorded, ``gone`` the candidates
    whose pods say nothing now and which are left out.
    """

    basis: Literal["recorded", "now"]
    weights: Mapping[str, float]
    places: tuple[Place, ...] | None
    reason: str = ""
    anew: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    gone: tuple[Endpoint, ...] = ()

    @property
    def winners(self) -> tuple[Endpoint, ...]:
        """Who has the best total."""
        places = self.places or ()
        return tuple(one.endpoint for one in places if one.total == places[0].total)

    @property
    def margin(self) -> float | None:
        """How far the winner is ahead of the next; 0 in a tie, None without another candidate."""
        places = self.places or ()
        return places[0].total - places[1].total if len(places) > 1 else None


def replay(
    decision: Decision,
    weights: Mapping[str, float],
    states: Mapping[str, PodState] | None = None,
) -> Replay:
    """The decision with ``weights`` in place of those that were in force, by scorer, and with
    ``states`` of pods where they are given.

    Raises Invalid for a weight that no scorer has, or that is no weight.
    """
    live = {one.name: one.weight for one in decision.scorers}
    _check(weights, live)
    wanted = {name: weight for name, weight in {**live, **weights}.items() if weight is not None}
    basis: Literal["recorded", "now"] = "recorded" if states is None else "now"
    missing = _missing(decision, wanted)
    if missing:
        return Replay(basis, wanted, None, missing)
    if states is None:
        scores = {one.endpoint: dict(one.scores or {}) for one in decision.candidates}
        return Replay(basis, wanted, _placed(decision, wanted, scores))
    return _now(decision, wanted, states)


def _now(
    decision: Decision, weights: Mapping[str, float], states: Mapping[str, PodState]
) -> Replay:
    there = [one for one in decision.candidates if one.endpoint.pod in states]
    gone = tuple(one.endpoint for one in decision.candidates if one not in there)
    if not there:
        return Replay(
            "now", weights, None, "None of the candidates reports metrics now.", gone=gone
        )
    fresh = {one.name: told for one in decision.scorers if (told := _measured(one, there, states))}
    kept = tuple(one.name for one in decision.scorers if one.name not in fresh)
    scores = {
        one.endpoint: {
            name: fresh[name][at] if name in fresh else score
            for name, score in (one.scores or {}).items()
        }
        for at, one in enumerate(there)
    }
    places = _placed(decision, weights, scores)
    return Replay("now", weights, places, anew=tuple(fresh), kept=kept, gone=gone)


def _measured(
    scorer: Scorer, there: list[Candidate], states: Mapping[str, PodState]
) -> list[float] | None:
    """What a scorer would give now; None where metrics do not tell, or not of every candidate.

    Queues and running requests are ranked between the shortest and the longest, as the picker does.
    """
    found = [states[one.endpoint.pod] for one in there]
    if scorer.type == KV_CACHE:
        used = [one.kv_cache for one in found if one.kv_cache is not None]
        return [1 - one for one in used] if len(used) == len(found) else None
    if scorer.type not in MEASURED:
        return None
    lengths = [one.waiting if scorer.type == QUEUE else one.running for one in found]
    known = [one for one in lengths if one is not None]
    if len(known) < len(found):
        return None
    least, most = min(known), max(known)
    return [1.0 if most == least else (most - one) / (most - least) for one in known]


def _placed(
    decision: Decision,
    weights: Mapping[str, float],
    scores: Mapping[Endpoint, Mapping[str, float]],
) -> tuple[Place, ...]:
    places = [
        Place(
            endpoint=one.endpoint,
            total=sum(weight * scores[one.endpoint][name] for name, weight in weights.items()),
            recorded=one.total,
            scores=scores[one.endpoint],
        )
        for one in decision.candidates
        if one.endpoint in scores
    ]
    return tuple(sorted(places, key=lambda one: -one.total))


def _missing(decision: Decision, weights: Mapping[str, float]) -> str:
    """Why it cannot be computed; "" where it can."""
    if not decision.candidates:
        return "No candidate of this decision was recorded."
    if decision.detail.value != "scores":
        return (
            "Only totals were recorded. What each scorer gave each candidate is logged from"
            " verbosity 4 of the picker on, and without it other weights lead nowhere."
        )
    if len(weights) < len(decision.scorers):
        return "The weights that were in force stand in spans, and none was recorded."
    return ""


def _check(weights: Mapping[str, float], live: Mapping[str, float | None]) -> None:
    for name, weight in weights.items():
        if live and name not in live:
            raise Invalid.of(f"weights.{name}", f"must name a scorer of it: {', '.join(live)}")
        if not math.isfinite(weight) or not 0 <= weight <= HEAVIEST:
            raise Invalid.of(f"weights.{name}", f"must be a number from 0 to {HEAVIEST:g}")
