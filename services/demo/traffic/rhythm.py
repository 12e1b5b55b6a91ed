"""How much clients ask for, and when: by the time of day, and by chance."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random
from statistics import NormalDist
from typing import Generic, TypeVar

T = TypeVar("T")
_NIGHT, _PEAK_HOUR = 0.45, 14.5


def dice(seed: int, *about: str) -> Random:
    """The chance of one thing: the same every time for the same seed."""
    return Random(":".join((str(seed), *about)))  # noqa: S311 (of a demo; nothing is secret)


def diurnal(at: float, hours_east: float = 0.0) -> float:
    """The load at a time against that of the busiest hour there, from 0.45 to 1."""
    hour = (at / 3600 + hours_east) % 24
    swing = (1 + math.cos((hour - _PEAK_HOUR) / 24 * 2 * math.pi)) / 2
    return _NIGHT + (1 - _NIGHT) * swing


def wave(at: float, phase: float) -> float:
    """Ups and downs of a few minutes around 1."""
    slow = math.sin(at / 411 + phase) * 0.10
    fast = math.sin(at / 97 + 2.1 * phase) * 0.06
    return 1 + slow + fast


_BITS = 12
_NORMAL = tuple(NormalDist().inv_cdf((place + 0.5) / 2**_BITS) for place in range(2**_BITS))
"""The normal distribution in as many equally likely parts: drawing one is far quicker than it."""


def lognormal(chance: Random, median: float, sigma: float) -> float:
    """A positive number whose logarithm is normal: most are near the median, few are far above."""
    return median * math.exp(sigma * _NORMAL[chance.getrandbits(_BITS)])


class Choice(Generic[T]):
    """Draws from ``of``, where some come up more often than others."""

    __slots__ = ("_of", "_reach", "_total")

    def __init__(self, of: Sequence[T], weights: Iterable[float]) -> None:
        self._of = of
        self._reach = list(accumulate(weights))
        self._total = self._reach[-1] if self._reach else 0.0

    def __bool__(self) -> bool:
        return bool(self._of)

    def draw(self, chance: Random) -> T:
        """One of them."""
        return self._of[bisect_right(self._reach, chance.random() * self._total)]


def one_of(chance: Random, of: Sequence[T]) -> T:
    """One of them, all alike."""
    return of[int(chance.random() * len(of))]


def uuid(chance: Random) -> str:
    """A random UUID (RFC 9562 version 4)."""
    digits = f"{chance.getrandbits(128):032x}"
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
