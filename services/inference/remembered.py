"""What several questions of one page need is asked once: they have the same window."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

KEPT = 48
SECONDS = 5.0
"""So many answers are kept, and for how long; a page asks all its questions in less."""

_T = TypeVar("_T")


class Remembered:
    """Answers by what was asked. Threads may share it; two that ask at once may both be answered
    anew."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[tuple[Any, ...], tuple[float, Any]] = {}

    def ask(self, key: tuple[Any, ...], answer: Callable[[], _T]) -> _T:
        """What ``answer`` gives, or gave a moment ago for the same ``key``."""
        now = self._clock()
        with self._lock:
            known = self._known.get(key)
        if known and now - known[0] <= SECONDS:
            return cast(_T, known[1])
        found = answer()
        with self._lock:
            while len(self._known) >= KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[key] = now, found
        return found
