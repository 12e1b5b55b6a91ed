"""What the time to first token goes along with, over requests and not over averages.

Spearman's coefficient, of ranks, because times to first token have a heavy tail; Pearson's stands
beside it. Whether chance would do the same is told by Fisher's transformation with Fieller's
variance of rank coefficients, which is good from about twenty samples on. Correlation is no cause:
a long queue and a full cache grow together.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

Impact = Literal["high", "medium", "low"]

SAMPLES = 20
"""Fewer say nothing."""
HIGH, MEDIUM = 0.5, 0.3
SIGNIFICANT = 0.01
BINS = 8
_FIELLER = 1.06


@dataclass(frozen=True, slots=True)
class Bin:
    """Requests whose value is from ``low`` to ``high``, both included: how many, and the median
    and the 95th percentile of their outcome."""

    low: float
    high: float
    n: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Correlation:
    """One factor: both coefficients (-1 to 1), over ``n`` requests that have it, and ``p``, how
    often chance alone would give as much. None, with ``reason``, where that cannot be said.
    ``bins`` have about as many requests each, from small values to large ones."""

    factor: str
    spearman: float | None
    pearson: float | None
    p: float | None
    impact: Impact | None
    n: int
    reason: str | None = None
    bins: tuple[Bin, ...] = ()


def correlate(factor: str, outcome: Sequence[float], values: Sequence[float | None]) -> Correlation:
    """How ``values`` and ``outcome`` of the same requests go together."""
    frame = pd.DataFrame({"outcome": outcome, "value": values}, dtype="float64").dropna()
    n = len(frame)
    if n < SAMPLES:
        why = f"Known of {n} requests; it takes {SAMPLES}." if n else "Known of no request."
        return _unknown(factor, n, why)
    for column, what in (("value", "It"), ("outcome", "The time to first token")):
        if frame[column].nunique() == 1:
            return _unknown(factor, n, f"{what} was the same in all {n} requests.")
    ranks = frame.rank()
    spearman = float(ranks["value"].corr(ranks["outcome"]))
    pearson = float(frame["value"].corr(frame["outcome"]))
    p = chance(spearman, n)
    return Correlation(
        factor, spearman, pearson, p, impact(spearman, p), n, bins=tuple(_bins(frame))
    )


def impact(spearman: float, p: float) -> Impact:
    """In a word; what chance may have done is low however large it looks."""
    if p >= SIGNIFICANT or abs(spearman) < MEDIUM:
        return "low"
    return "high" if abs(spearman) >= HIGH else "medium"


def chance(spearman: float, n: int) -> float:
    """How often ``n`` independent pairs have a coefficient as far from 0 (two-sided)."""
    if abs(spearman) >= 1:
        return 0.0
    z = abs(math.atanh(spearman)) * math.sqrt((n - 3) / _FIELLER)
    return math.erfc(z / math.sqrt(2))


def _bins(frame: pd.DataFrame) -> Iterator[Bin]:
    places = pd.qcut(frame["value"], BINS, labels=False, duplicates="drop")
    for _, part in frame.groupby(places):
        low, high = part["value"].min(), part["value"].max()
        p50, p95 = part["outcome"].quantile([0.5, 0.95])
        yield Bin(float(low), float(high), len(part), float(p50), float(p95))


def _unknown(factor: str, n: int, reason: str) -> Correlation:
    return Correlation(factor, None, None, None, None, n, reason)
