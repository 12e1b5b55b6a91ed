"""How a measured quantity is spread, in memory that does not grow with what is measured.

Values fall into buckets each about 1% wider than the one before, so a percentile is right within
that. Count, mean and the two ends are exact.
"""

import math
from collections.abc import Iterable

_WIDTH = math.log(1.01)
_LEAST = 1e-6


class Spread:
    """Positive numbers of one unit. Written by one thread, read by any."""

    def __init__(self, values: Iterable[float] = ()) -> None:
        self._buckets: dict[int, int] = {}
        self.count = 0
        self._sum = 0.0
        self._least, self._most = math.inf, 0.0
        for value in values:
            self.add(value)

    def add(self, value: float) -> None:
        """Take one more in."""
        bucket = math.floor(math.log(max(value, _LEAST)) / _WIDTH)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + 1
        self._sum += value
        self._least, self._most = min(self._least, value), max(self._most, value)
        self.count += 1

    @property
    def mean(self) -> float | None:
        """None of nothing."""
        return self._sum / self.count if self.count else None

    @property
    def most(self) -> float | None:
        """The largest."""
        return self._most if self.count else None

    def percentile(self, share: float) -> float | None:
        """The value that ``share`` (0 to 1) of all are not above; None of nothing."""
        buckets = dict(self._buckets)
        rank = share * sum(buckets.values())
        seen = 0
        for bucket in sorted(buckets):
            seen += buckets[bucket]
            if seen >= rank:
                middle = math.exp((bucket + 0.5) * _WIDTH)
                return min(max(middle, self._least), self._most)
        return None
