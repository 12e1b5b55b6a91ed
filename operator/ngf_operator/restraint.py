"""No endless fight: what somebody changes back again and again is changed less often."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from ngf_operator.seen import Ref

AT_MOST, WITHIN_S = 8, 60.0
"""More often than that is a fight; while it lasts there is one change in the same time."""
OVER_S = 2.5 * WITHIN_S
"""How long nobody has to have changed it back until a fight is over."""


@dataclass(slots=True)
class _Fight:
    times: deque[float] = field(default_factory=lambda: deque(maxlen=AT_MOST))
    on: bool = False


class Restraint:
    """Counts how often each object had to be changed to what is wanted."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._fights: dict[Ref, _Fight] = {}

    def acted(self, ref: Ref) -> None:
        """An object was restored, or one of somebody else was edited."""
        fight = self._fights.setdefault(ref, _Fight())
        fight.times.append(self._clock())
        often = len(fight.times) == AT_MOST and fight.times[-1] - fight.times[0] < WITHIN_S
        fight.on = fight.on or often

    def contested(self, ref: Ref) -> bool:
        """Whether an object has to be left as it is for now."""
        fight = self._fights.get(ref)
        if fight is None:
            return False
        quiet = self._clock() - fight.times[-1]
        if quiet > OVER_S:
            del self._fights[ref]
            return False
        return fight.on and quiet < WITHIN_S
