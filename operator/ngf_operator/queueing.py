"""Whom to reconcile next: each parent once, one run of a parent at a time, trouble less and less
often."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_LOG = logging.getLogger(__name__)
TIMER = "timer"
"""The reason of the regular runs."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 300.0

Key = TypeVar("Key")


@dataclass(slots=True)
class _Entry:
    """``why`` is what it is due for, ``later`` when it will be due for what else."""

    why: set[str] = field(default_factory=set)
    later: dict[str, float] = field(default_factory=dict)
    failures: int = 0
    timer: asyncio.TimerHandle | None = None


class Queue(Generic[Key]):
    """Keys with the reasons why they wait. ``work`` does one; what it raises is tried again later.

    It is given the reasons that came together since the last run, and answers in how many seconds
    the key is due again, or None for never.
    """

    def __init__(self, work: Callable[[Key, set[str]], Awaitable[float | None]]) -> None:
        self._work = work
        self._entries: dict[Key, _Entry] = {}
        self._ready: asyncio.Queue[Key] = asyncio.Queue()
        self._waiting: set[Key] = set()
        self._running: set[Key] = set()

    @property
    def depth(self) -> int:
        """How many keys are due and have no worker yet."""
        return len(self._waiting)

    def add(self, key: Key, why: str, after_s: float = 0.0) -> None:
        """Do a key, now or after a while. Reasons add up; of two dates for one the earlier wins. A
        run does what is due later as well, but the timer comes at its date all the same."""
        entry = self._entries.setdefault(key, _Entry())
        if after_s <= 0:
            entry.why.add(why)
            self._wait(key)
            return
        due = asyncio.get_running_loop().time() + after_s
        entry.later[why] = min(due, entry.later.get(why, due))
        self._plan(key, entry)

    def forget(self, key: Key) -> None:
        """Nothing is left to do for a key."""
        if (entry := self._entries.pop(key, None)) and entry.timer:
            entry.timer.cancel()

    async def run(self, workers: int) -> None:
        """Work for ever, with so many workers at once."""
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(self._serve())

    def _plan(self, key: Key, entry: _Entry) -> None:
        """Wake up for what is due first."""
        if entry.timer:
            entry.timer.cancel()
            entry.timer = None
        if entry.later:
            first = min(entry.later.values())
            entry.timer = asyncio.get_running_loop().call_at(first, self._due, key, first)

    def _due(self, key: Key, now: float) -> None:
        if (entry := self._entries.get(key)) is None:
            return
        entry.timer = None
        came = {why for why, due in entry.later.items() if due <= now}
        entry.why |= came
        for why in came:
            del entry.later[why]
        self._plan(key, entry)
        self._wait(key)

    def _wait(self, key: Key) -> None:
        if key in self._waiting:
            return
        self._waiting.add(key)
        if key not in self._running:
            self._ready.put_nowait(key)

    async def _serve(self) -> None:
        while True:
            key = await self._ready.get()
            self._waiting.discard(key)
            entry = self._entries.get(key)
            if entry is None:
                continue
            self._running.add(key)
            why, entry.why = entry.why, set()
            why |= self._early(key, entry)
            try:
                again = await self._work(key, why)
                entry.failures = 0
            except Exception as trouble:
                entry.failures += 1
                entry.why |= why
                again = _pause(entry.failures)
                _LOG.warning("%s is tried again in %.1f s: %s", key, again, trouble)
            finally:
                self._running.discard(key)
            if key in self._waiting:
                self._ready.put_nowait(key)
            elif again is None:
                self.forget(key)
                continue
            if again is not None:
                self.add(key, "retry" if entry.failures else TIMER if again else "more", again)

    def _early(self, key: Key, entry: _Entry) -> set[str]:
        """What was due later and is done now; the timer keeps its date."""
        early = entry.later.keys() - {TIMER}
        for why in early:
            del entry.later[why]
        self._plan(key, entry)
        return early


def _pause(failures: int) -> float:
    longest = min(FIRST_PAUSE_S * float(2 ** min(failures - 1, 16)), LONGEST_PAUSE_S)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - nothing secret
