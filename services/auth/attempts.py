"""How often somebody may fail to say who they are before having to wait."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

LIMIT = 10
WINDOW_S = 60.0
_ADDRESSES = 10_000


class Attempts:
    """Failures per address in a sliding window. The clock is seconds that never go back."""

    def __init__(
        self,
        limit: int = LIMIT,
        window_s: float = WINDOW_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit, self._window, self._clock = limit, window_s, clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until ``address`` may try again; 0 is now."""
        with self._lock:
            failures = self._recent(address)
            if failures is None or len(failures) < self._limit:
                return 0.0
            return failures[0] + self._window - self._clock()

    def failed(self, address: str) -> None:
        """Count a failure."""
        with self._lock:
            failures = self._recent(address) or deque(maxlen=self._limit)
            failures.append(self._clock())
            self._failures[address] = failures
            self._failures.move_to_end(address)
            if len(self._failures) > _ADDRESSES:
                self._failures.popitem(last=False)

    def _recent(self, address: str) -> deque[float] | None:
        failures = self._failures.get(address)
        while failures and failures[0] <= self._clock() - self._window:
            failures.popleft()
        if failures is not None and not failures:
            del self._failures[address]
            return None
        return failures
