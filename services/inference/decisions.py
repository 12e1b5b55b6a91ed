"""What is known of one decision of the endpoint picker.

No source holds all of it, so each field is a :class:`Told`: a value with the source that it came
from, or no value with the reason. Scores are as the picker counts: a scorer gives each candidate 0
to 1, the weighted sum is the total, and the highest total is picked unless the pool's picker plugin
is another one. Candidates that share the highest total are a tie, which a plugin breaks at random.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

from services.inference.endpoints import Endpoint
from services.inference.evidence import PodState

T = TypeVar("T")

PREFIX, QUEUE, KV_CACHE = "prefix-cache-scorer", "queue-scorer", "kv-cache-utilization-scorer"
"""Types of scorers whose rule is known. The first gives the share of the prompt that an endpoint
holds, the second 1 for the shortest queue and 0 for the longest, the third the share of the KV
cache that is free."""

Outcome = Literal[
    "picked", "refused", "queued_out", "client_gone", "no_endpoints", "bad_request", "failed"
]
"""How a decision ended: ``refused`` at once, ``queued_out`` after it had waited too long."""

Detail = Literal["scores", "totals"]
"""What is known of each candidate: the score by each scorer, or the weighted sums alone."""


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """A value and where it came from; without a value, why there is none."""

    value: T | None
    source: str = ""
    reason: str = ""


def unknown(reason: str) -> Told[T]:
    """No value, for a reason that reads as a sentence."""
    return Told(None, reason=reason)


@dataclass(frozen=True, slots=True)
class Scorer:
    """A scorer of the profile. ``weight`` is None where no span of it was recorded, ``highest``
    and ``mean`` are of its scores, before the weight."""

    name: str
    type: str
    weight: float | None
    highest: float | None = None
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One endpoint that was scored. ``total`` is the weighted sum, ``behind`` how much less that is
    than the total of the one that was picked, or of the best of a tie. ``scores`` are by scorer,
    before the weight; None where not every scorer's was recorded."""

    endpoint: Endpoint
    picked: bool
    total: float | None
    behind: float | None
    scores: Mapping[str, float] | None
    state: PodState | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """An endpoint that a filter took out; ``by`` names the filter, "" where that is not known."""

    endpoint: Endpoint
    by: str
    source: str
    state: PodState | None = None


@dataclass(frozen=True, slots=True)
class Filtering:
    """What the filters left: counts, their names in order where a log line told them, the one that
    left nothing, and who was taken out where that is known."""

    before: Told[int]
    after: Told[int]
    names: tuple[str, ...] = ()
    emptied_by: str = ""
    removed: tuple[Removed, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the time, in milliseconds after the picker began with the request."""

    name: str
    start_ms: float
    duration_ms: float
    source: str


def from_tie(tie: Collection[Endpoint], picked: Endpoint | None) -> bool:
    """Whether the pick was one of a tie, or which it was is not known."""
    return bool(tie) and (picked is None or picked.name in {one.name for one in tie})


def kv_cache(scorers: Iterable[Scorer], candidate: Candidate) -> Told[float]:
    """The share of a candidate's KV cache that was used: what the picker scored it by, else as the
    state of its pod tells."""
    scorer = next((one for one in scorers if one.type == KV_CACHE), None)
    if scorer and candidate.scores is not None:
        return Told(1 - candidate.scores[scorer.name], "score of the picker")
    state = candidate.state
    if state and state.kv_cache is not None:
        return Told(state.kv_cache, state.source)
    return unknown("Nothing tells how full its KV cache was.")


@dataclass(frozen=True)
class Decision:
    """One request to the picker. ``tie`` has the endpoints that shared the best total, ``notes``
    sentences on what the sources do not agree on or leave open."""

    request_id: str
    at: Told[datetime]
    outcome: Told[Outcome]
    error: Told[str]
    picked: Told[Endpoint]
    tie: tuple[Endpoint, ...]
    profile: Told[str]
    picker: Told[str]
    scorers: tuple[Scorer, ...]
    filtering: Filtering
    detail: Told[Detail]
    candidates: tuple[Candidate, ...]
    margin: Told[float]
    objective: Told[str]
    priority: Told[int]
    incoming_model: Told[str]
    target_model: Told[str]
    queue_ms: Told[float]
    decision_ms: Told[float]
    steps: tuple[Step, ...]
    status: Told[int]
    latency_ms: Told[float]
    first_byte_ms: Told[float]
    ttft_ms: Told[float]
    input_tokens: Told[int]
    output_tokens: Told[int]
    notes: tuple[str, ...]

    @property
    def most(self) -> float | None:
        """The highest total there can be: the sum of weights."""
        weights = [one.weight for one in self.scorers]
        known = [weight for weight in weights if weight is not None]
        return sum(known) if known and len(known) == len(weights) else None

    @property
    def chosen(self) -> Candidate | None:
        """The candidate that was picked, where that is known and it was scored."""
        return next((one for one in self.candidates if one.picked), None)
