"""Pods of a model server: requests wait for a place and for room in the KV cache, are prefilled,
then decoded, and leave their beginning in the prefix cache.

Times come out of that: a full pod makes its requests wait, a long prompt takes longer to the first
token, and what is cached does not.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from services.demo.traffic.requests import Prompt

REMEMBERED = 12
"""Conversations whose beginning a pod keeps."""
CROWDED = 0.045
"""By how much each further request slows the others down."""


@dataclass(frozen=True, slots=True)
class Speed:
    """What a pod can do: places, tokens of KV cache, tokens a second of prefill, seconds for each
    token of an answer."""

    places: int
    capacity: int
    prefill: float
    per_token: float


@dataclass(eq=False, slots=True)
class Engine:
    """One pod. ``ready`` is when it can be picked first, ``gone`` when it was told to end."""

    name: str
    node: str
    address: str
    port: int
    speed: Speed
    chance: Random
    ready: float = 0.0
    gone: bool = False
    running: list[Prompt] = field(default_factory=list)
    waiting: deque[Prompt] = field(default_factory=deque)
    cached: OrderedDict[int, int] = field(default_factory=OrderedDict)

    @property
    def endpoint(self) -> str:
        """Where requests go."""
        return f"{self.address}:{self.port}"

    @property
    def busy(self) -> float:
        """How busy its GPUs are, from 0 to 1: one request alone takes a good part of them."""
        if not self.running:
            return 0.0
        return 0.35 + 0.65 * len(self.running) / self.speed.places

    def held(self, at: float) -> float:
        """The part of the KV cache that running requests hold, from 0 to 1."""
        tokens = 0.0
        for one in self.running:
            spent = (at - one.first) / (one.ended - one.first) if one.ended > one.first else 0.0
            tokens += one.prompt + one.output * min(max(spent, 0.0), 1.0)
        return min(tokens / self.speed.capacity, 1.0)

    def matched(self, prompt: Prompt) -> float:
        """The part of a prompt whose beginning is cached here, from 0 to 1."""
        return self.cached.get(prompt.conversation, 0) / prompt.prompt

    def take(self, prompt: Prompt, at: float) -> Iterator[Prompt]:
        """Queue a request; gives what begins now."""
        self.waiting.append(prompt)
        yield from self._begin(at)

    def leave(self, prompt: Prompt, at: float) -> Iterator[Prompt]:
        """A request is done or its client gone; gives what begins now."""
        if prompt in self.running:
            self.running.remove(prompt)
        else:
            self.waiting.remove(prompt)
        yield from self._begin(at)

    def _begin(self, at: float) -> Iterator[Prompt]:
        speed = self.speed
        while self.waiting and len(self.running) < speed.places:
            ahead = self.waiting[0]
            if self.running and self.held(at) + ahead.prompt / speed.capacity > 1.0:
                return
            prompt = self.waiting.popleft()
            prompt.cached = min(self.cached.get(prompt.conversation, 0), prompt.prompt)
            self._remember(prompt)
            self.running.append(prompt)
            crowd = 1 + CROWDED * (len(self.running) - 1)
            prompt.began = at
            prefill = (prompt.prompt - prompt.cached) / speed.prefill
            prompt.first = at + 0.018 + prefill * crowd * self.chance.uniform(0.9, 1.2)
            prompt.per_token = speed.per_token * crowd * self.chance.uniform(0.93, 1.1)
            prompt.ended = prompt.first + (prompt.output - 1) * prompt.per_token
            yield prompt

    def _remember(self, prompt: Prompt) -> None:
        self.cached[prompt.conversation] = prompt.shared
        self.cached.move_to_end(prompt.conversation)
        if len(self.cached) > REMEMBERED:
            self.cached.popitem(last=False)
