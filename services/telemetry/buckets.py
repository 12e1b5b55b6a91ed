"""Quantiles out of counted buckets: estimates, because a bucket does not say where its values lie.

A histogram is a mapping of upper bounds to how many values lie over the bound before and up to this
one; the last bound may be infinite. Within a bucket values are taken to lie evenly, as Prometheus
does (``histogram_quantile``), so an estimate is off by less than the width of its bucket.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise


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
    """Histograms as one, in the buckets of all of them together.

    Where others divide a bucket, its values are taken to lie evenly in it. Of what lies in an open
    bucket only the lower bound is known, so from the lowest of these on all are in an open one.

    >>> added({100: 10, math.inf: 0}, {50: 2, 100: 2, 200: 4})
    {50: 7, 100: 7, 200: 4, inf: 0}
    """
    together: dict[tuple[float, ...], Counter[float]] = {}
    for one in histograms:
        together.setdefault(tuple(sorted(one)), Counter()).update(one)
    opened = [max(bounds[:-1], default=0.0) for bounds, one in together.items() if one[math.inf]]
    highest = min(opened, default=math.inf)
    every = sorted({bound for bounds in together for bound in bounds})
    bounds = [bound for bound in every if bound <= highest or math.isinf(bound)]
    counts = [sum(_up_to(one, bound) for one in together.values()) for bound in bounds]
    between = [count - below for below, count in pairwise([0, *counts])]
    return dict(zip(bounds, between, strict=True))


def _up_to(histogram: Mapping[float, int], bound: float) -> int:
    """How many values are taken to lie up to a bound."""
    count, low = 0, 0.0
    for high in sorted(histogram):
        if high > bound:
            return count + round(histogram[high] * (bound - low) / (high - low))
        count, low = count + histogram[high], high
    return count
