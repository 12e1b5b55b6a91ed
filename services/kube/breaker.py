"""The circuit breaker of one cluster: three calls without an answer in a row, then 30 s of rest.

::

    closed ── 3 failures ──► open ── 30 s, or somebody asks ──► half-open ── answer ──► closed
                              ▲                                    │
                              └───────────── no answer ────────────┘

Half-open admits exactly one call; all others are refused until it has ended. What counts as a
failure is that no answer came: a server that says no is there. Watches do not count. Thirty of them
that break together are one failure, which the check that they ask for finds.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from services.errors import ConsoleError, Unavailable

State = Literal["closed", "open", "half-open"]

FAILURES = 3
OPEN_SECONDS = 30.0
_GATEWAY_STATUS = (502, 503, 504)
"""Answers of something in front of a server that does not answer itself."""


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
        self._failed = 0
        self._until = 0.0
        self._probing = False

    @property
    def state(self) -> State:
        """Closed, open, or half-open once the rest is over."""
        if self._failed < self._failures:
            return "closed"
        return "open" if self.rest() > 0 else "half-open"

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

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around each call. Raises Unavailable (code ``breaker_open``) where it may not be made."""
        self._admit()
        try:
            yield
        except ConsoleError as error:
            self._ended(answered=not _unanswered(error))
            raise
        except BaseException:
            with self._lock:
                self._probing = False
            raise
        self._ended(answered=True)

    def _admit(self) -> None:
        with self._lock:
            if self._failed < self._failures:
                return
            wait = self._until - self._clock()
            if wait <= 0 and not self._probing:
                self._probing = True
                return
        again = f"the next attempt is in {wait:.0f} s" if wait > 0 else "one attempt is under way"
        raise Unavailable(
            f"It did not answer {self._failures} times in a row; {again}.",
            code="breaker_open",
            retry_after=max(1, round(wait)),
        )

    def _ended(self, *, answered: bool) -> None:
        with self._lock:
            self._probing = False
            if answered:
                self._failed = 0
                return
            self._failed += 1
            if self._failed >= self._failures:
                self._until = self._clock() + self._open_seconds


def _unanswered(error: ConsoleError) -> bool:
    """Whether nothing behind the address has answered."""
    if not isinstance(error, Unavailable) or error.error_code == "credential":
        return False
    status = error.details.get("status")
    return status is None or status in _GATEWAY_STATUS
