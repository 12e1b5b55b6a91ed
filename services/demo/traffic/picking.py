"""How an endpoint picker chooses: filters, then scores times weights, then the highest.

The scores are those of llm-d-router's scorers of the default profile. A tie is broken by chance,
as its picker does, and so only the picker knows how.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from services.demo.traffic.engines import Engine
from services.demo.traffic.requests import Prompt

SCORERS = (
    ("queue-scorer", 2.0),
    ("kv-cache-utilization-scorer", 2.0),
    ("prefix-cache-scorer", 3.0),
)
"""Types of scorers and their weights, in the order in which they run."""
FULL_CACHE, FULL_QUEUE = 0.95, 25
"""Beyond these a filter leaves an endpoint out."""
BUSY_CACHE, BUSY_QUEUE = 0.8, 5
"""Beyond these an endpoint counts as saturated."""

NO_CANDIDATE = (
    "inference error: ServiceUnavailable - failed to find endpoint candidates for serving the "
    "request"
)
ALL_FULL = "inference error: ResourceExhausted - no endpoints available for the given request"
SHED = "inference error: ResourceExhausted - system saturated, sheddable request dropped"
NO_MODEL = "inference error: BadRequest - model not found in request body"
STATUSES = {"ServiceUnavailable": 503, "ResourceExhausted": 429, "BadRequest": 400}


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of a request: ``picked``, or ``error``.

    ``scores`` has for each scorer the score of each endpoint in ``scored``; ``ranking`` is all of
    them with their totals, the best first.
    """

    candidates: int
    scored: tuple[Engine, ...] = ()
    scores: tuple[tuple[float, ...], ...] = ()
    ranking: tuple[tuple[Engine, float], ...] = ()
    picked: Engine | None = None
    error: str = ""

    @property
    def code(self) -> str:
        """The kind of error, as a picker's counter has it."""
        return self.error.removeprefix("inference error: ").partition(" ")[0]


def decide(
    prompt: Prompt, engines: Sequence[Engine], at: float, chance: Random, *, filtering: bool
) -> Decision:
    """Pick one of the ``engines`` that are ready."""
    if prompt.amiss:
        return Decision(0, error=NO_MODEL)
    if not engines:
        return Decision(0, error=NO_CANDIDATE)
    queues = [len(one.waiting) for one in engines]
    caches = [round(one.held(at), 4) for one in engines]
    saturated = all(
        queue > BUSY_QUEUE or cache > BUSY_CACHE
        for queue, cache in zip(queues, caches, strict=True)
    )
    if saturated and prompt.priority < 0:
        return Decision(len(engines), error=SHED)
    left = [
        place
        for place in range(len(engines))
        if not filtering or (queues[place] <= FULL_QUEUE and caches[place] <= FULL_CACHE)
    ]
    if not left:
        return Decision(len(engines), error=ALL_FULL)
    scores = (
        _shortest([queues[place] for place in left]),
        tuple(1 - caches[place] for place in left),
        tuple(engines[place].matched(prompt) for place in left),
    )
    totals = [0.0] * len(left)
    for (_, weight), given in zip(SCORERS, scores, strict=True):
        totals = [total + weight * one for total, one in zip(totals, given, strict=True)]
    order = list(range(len(left)))
    chance.shuffle(order)
    order.sort(key=totals.__getitem__, reverse=True)
    scored = tuple(engines[place] for place in left)
    ranking = tuple((scored[place], totals[place]) for place in order)
    return Decision(len(engines), scored, scores, ranking, ranking[0][0])


def saturation(engines: Sequence[Engine], at: float) -> float:
    """How full a pool is: the mean over its endpoints of what is nearest to its limit."""
    if not engines:
        return 1.0
    parts = [max(len(one.waiting) / BUSY_QUEUE, one.held(at) / BUSY_CACHE) for one in engines]
    return sum(parts) / len(parts)


def _shortest(queues: Sequence[int]) -> tuple[float, ...]:
    """1 for the shortest queue, 0 for the longest; 1 for all where they are alike."""
    least, most = min(queues), max(queues)
    if least == most:
        return tuple(1.0 for _ in queues)
    return tuple((most - queue) / (most - least) for queue in queues)
