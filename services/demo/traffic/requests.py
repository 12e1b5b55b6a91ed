"""What is asked of a pool of models: how long prompts are, what they share, who sends them."""

from dataclasses import dataclass
from random import Random

from services.demo.traffic.rhythm import Choice, lognormal, one_of, uuid

BLOCK = 16
"""Tokens of a block of the KV cache."""
CONVERSATIONS = 70
NAMED = 0.95
"""The share of clients that send an ``x-request-id``; a picker gives others one of its own, which
nobody else hears of."""
AMISS = 0.003
"""The share of requests that name no model."""
GIVEN_UP = 0.02
PATIENT = 600.0
"""Seconds that other clients would wait."""
TENANTS = ("default-flow", "default-flow", "default-flow", "tenant-a", "tenant-b")


@dataclass(frozen=True, slots=True)
class Demand:
    """What a pool is asked for: ``rate`` requests a second at the busiest hour, medians of tokens.

    ``interactive`` and ``batch`` are shares of requests with that objective.
    """

    rate: float
    prompt: float
    output: float
    longest: int = 12_000
    interactive: float = 0.4
    batch: float = 0.2


@dataclass(slots=True, eq=False)
class Prompt:
    """One request. Times are set on its way: when it came, began, had its first token, ended.

    ``aborted``: its client went away. ``over``: it has been answered, or aborted.
    """

    request_id: str
    named: bool
    arrived: float
    objective: str
    priority: int
    tenant: str
    conversation: int
    shared: int
    prompt: int
    output: int
    amiss: bool
    patience: float
    cached: int = 0
    began: float = 0.0
    first: float = 0.0
    ended: float = 0.0
    per_token: float = 0.0
    aborted: bool = False
    over: bool = False


class Prompts:
    """Draws the requests of one pool."""

    def __init__(self, chance: Random, pool: str, demand: Demand) -> None:
        self._chance, self._pool, self._demand = chance, pool, demand
        ranks = range(CONVERSATIONS)
        self._conversations = Choice(ranks, (1 / (rank + 3) for rank in ranks))
        self._shared = [
            int(lognormal(chance, demand.prompt * 0.55, 0.6)) // BLOCK * BLOCK
            for _ in range(CONVERSATIONS)
        ]

    def draw(self, at: float) -> Prompt:
        """A request that arrives at ``at``."""
        chance, demand = self._chance, self._demand
        conversation = self._conversations.draw(chance)
        own = int(lognormal(chance, demand.prompt * 0.4, 0.8)) + BLOCK
        shared = min(self._shared[conversation], demand.longest - BLOCK)
        prompt = min(shared + own, demand.longest)
        drawn = chance.random()
        objective, priority = "", 0
        if drawn < demand.interactive:
            objective, priority = f"{self._pool}-interactive", 10
        elif drawn < demand.interactive + demand.batch:
            objective, priority = f"{self._pool}-batch", -10
        given_up = chance.random() < GIVEN_UP
        return Prompt(
            request_id=uuid(chance),
            named=chance.random() < NAMED,
            arrived=at,
            objective=objective,
            priority=priority,
            tenant=one_of(chance, TENANTS),
            conversation=conversation,
            shared=shared,
            prompt=prompt,
            output=min(int(lognormal(chance, demand.output, 0.7)) + 4, 1_500),
            amiss=chance.random() < AMISS,
            patience=chance.uniform(0.3, 20.0) if given_up else PATIENT,
        )
