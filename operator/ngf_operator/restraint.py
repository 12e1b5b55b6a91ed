"""No endless fight: a child that somebody changes back again and again is restored less often."""

import time
from collections import deque
from collections.abc import Callable

from ngf_operator.seen import Ref

AT_MOST, WITHIN_S = 8, 60.0


class Restraint:
    """Counts restorations of each child."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: dict[Ref, deque[float]] = {}

    def restored(self, ref: Ref) -> None:
        """A child was restored."""
        self._times.setdefault(ref, deque(maxlen=AT_MOST)).append(self._clock())

    def contested(self, ref: Ref) -> bool:
        """Whether a child was restored too often lately to go on at once."""
        times = self._times.get(ref)
        if times is None:
            return False
        if self._clock() - times[-1] > WITHIN_S:
            del self._times[ref]
            return False
        return len(times) == AT_MOST and self._clock() - times[0] < WITHIN_S
