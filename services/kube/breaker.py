"""The circuit breaker of one cluster: three calls without an answer in a row, then 30 s of rest.

::

    closed ── 3 failures ──► open ── 30 s, or somebody asks ──► half-open ── answer ──► closed
                              ▲                                    │
                              └───────────── no answer ────────────┘

Half-open admits exactly one call; all others are refused until it has ended. What counts as a
failure is that no answer came: a server that says no is there. Watches do not count. Thirty of them
that break together are one failure, which the check that they ask for finds. Calls that were made
before it opened and end later say nothing new, unless one is answered after all.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from services.errors import ConsoleError, Unavailable

State = Literal["closed", "open", "half-open"]

FAILURES = 3
OPEN_SECONDS = 30.0
_GATEWAY_STATUS = (502, 503, 504)
"""Answers of something in front of a server that does not answer itself."""


@dataclass(frozen=True, slots=True)
class _Admitted:
    """A call that may be made: whether it is the probe, and since which reset it counts."""

    probe: bool
    resets: int


class Breaker:
    """Safe to share between threads. ``clock`` counts seconds."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        failures: int = FAILURES,
        open_seconds: float = OPEN_SECONDS,
    ) -> None:
        self._clock, self._failures, self._open_seconds = clock, failures, open_seconds
        self._lock = threading.Lock()
        self._failed = self._resets = 0
        self._until = 0.0
        self._probing = False

    @property
    def state(self) -> State:
        """Closed, open, or half-open once the rest is over."""
        if self._failed < self._failures:
            return "closed"
        return "open" if self.rest() > 0 else "half-open"

    @property
    def admits(self) -> bool:
        """Whether a call would be made now: closed, or the rest is over and nobody probes."""
        with self._lock:
            return self._wait() is None

    def rest(self) -> float:
        """Seconds until a call is admitted again, 0 where one is."""
        with self._lock:
            waits = self._failed >= self._failures and not self._probing
            return max(0.0, self._until - self._clock()) if waits else 0.0

    def half_open(self) -> None:
        """End the rest: the next call is the probe."""
        with self._lock:
            self._until = self._clock()

    def reset(self) -> None:
        """Forget what was: it is about another address or credential."""
        with self._lock:
            self._failed, self._probing = 0, False
            self._resets += 1

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around each call. Raises Unavailable (code ``breaker_open``) where it may not be made."""
        call = self._admit()
        try:
            yield
        except ConsoleError as error:
            self._ended(call, answered=not _unanswered(error))
            raise
        except BaseException:
            self._ended(call, answered=None)
            raise
        self._ended(call, answered=True)

    def _admit(self) -> _Admitted:
        with self._lock:
            wait = self._wait()
            if wait is None:
                probe = self._failed >= self._failures
                self._probing = self._probing or probe
                return _Admitted(probe, self._resets)
        again = f"the next attempt is in {wait:.0f} s" if wait > 0 else "one attempt is under way"
        raise Unavailable(
            f"It did not answer {self._failures} times in a row; {again}.",
            code="breaker_open",
            retry_after=max(1, round(wait)),
        )

    def _wait(self) -> float | None:
        """Seconds until a call is admitted, 0 while one is under way; None where it is now."""
        if self._failed < self._failures:
            return None
        wait = self._until - self._clock()
        return None if wait <= 0 and not self._probing else max(0.0, wait)

    def _ended(self, call: _Admitted, *, answered: bool | None) -> None:
        """None where somebody gave the call up."""
        with self._lock:
            if call.resets != self._resets:
                return
            if call.probe:
                self._probing = False
            if answered:
                self._failed = 0
            elif answered is False and (call.probe or self._failed < self._failures):
                self._failed += 1
                if self._failed >= self._failures:
                    self._until = self._clock() + self._open_seconds


def _unanswered(error: ConsoleError) -> bool:
    """Whether nothing behind the address has answered."""
    if not isinstance(error, Unavailable) or error.error_code == "credential":
        return False
    status = error.details.get("status")
    return status is None or status in _GATEWAY_STATUS
