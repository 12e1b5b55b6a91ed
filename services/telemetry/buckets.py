"""Quantiles out of counted buckets: estimates, because a bucket does not say where its values lie.

A histogram is a mapping of upper bounds to how many values lie over the bound before and up to this
one; the last bound may be infinite. Within a bucket values are taken to lie evenly, as Prometheus
does (``histogram_quantile``), so an estimate is off by less than the width of its bucket.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantile:
    """``value`` lies in the bucket over ``low`` and up to ``high``. In the open last bucket it is
    the lower bound: what it is at least."""

    value: float
    low: float
    high: float


def quantile(buckets: Mapping[float, int], level: float) -> Quantile | None:
    """Where ``level`` (0 to 1) of the values are below; None without any.

    >>> quantile({100: 2, 250: 6, math.inf: 0}, 0.5)
    Quantile(value=150.0, low=100, high=250)
    """
    total = sum(buckets.values())
    if total <= 0:
        return None
    rank, below, low = level * total, 0, 0.0
    for high in sorted(buckets):
        count = buckets[high]
        if count > 0 and below + count >= rank:
            if math.isinf(high):
                return Quantile(low, low, high)
            share = max(0.0, rank - below) / count
            return Quantile(low + (high - low) * share, low, high)
        below, low = below + count, high
    return None


def value_at(buckets: Mapping[float, int], level: float) -> float | None:
    """The estimate alone."""
    found = quantile(buckets, level)
    return found.value if found else None


def added(*histograms: Mapping[float, int]) -> dict[float, int]:
    """Histograms of the same bounds as one; with other bounds estimates get coarser, not wrong."""
    total: dict[float, int] = {}
    for one in histograms:
        for bound, count in one.items():
            total[bound] = total.get(bound, 0) + count
    return total
