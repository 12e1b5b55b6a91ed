"""The arithmetic of a HorizontalPodAutoscaler on an external average value, as KEDA sets one up.

Every 15 seconds: as many replicas as bring the average to its target, within the bounds; up at
once, down only to the highest of what the last five minutes asked for.
"""

import math
from collections import deque
from dataclasses import dataclass

from services.demo.seed.scaling import Scaling

SYNC = 15.0
STABLE = 300.0
TOLERANCE = 0.1


@dataclass(frozen=True, slots=True)
class Reading:
    """What an autoscaler saw and wants: ``average`` of the metric for each replica."""

    at: float
    replicas: int
    wanted: int
    average: float

    @property
    def changes(self) -> bool:
        """Whether it scales."""
        return self.wanted != self.replicas


class Autoscaler:
    """One autoscaler."""

    def __init__(self, how: Scaling) -> None:
        self._how = how
        self._asked: deque[tuple[float, int]] = deque()

    def look(self, at: float, total: float, replicas: int) -> Reading:
        """What ``total`` of the metric over so many replicas leads to."""
        average = total / replicas
        need = replicas
        if abs(average / self._how.target - 1) > TOLERANCE:
            need = math.ceil(total / self._how.target)
        need = min(max(need, self._how.least), self._how.most)
        self._asked.append((at, need))
        while self._asked[0][0] < at - STABLE:
            self._asked.popleft()
        wanted = need
        if need < replicas:
            wanted = min(max(asked for _, asked in self._asked), replicas)
        return Reading(at, replicas, wanted, average)
