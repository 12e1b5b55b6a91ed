"""What goes wrong in the demo, and when: the same again and again, with time to recover between.

Times are seconds after the origin, which is when the live part begins; history lies before it. So
who starts a demo finds each incident in the hour behind, and sees the next within minutes.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that begins at ``first`` and every ``period`` seconds before and after."""

    first: float
    period: float
    length: float

    def elapsed(self, since_origin: float) -> float | None:
        """Seconds since it began, None while nothing is wrong."""
        within = (since_origin - self.first) % self.period
        return within if within < self.length else None


SURGE = Incident(first=60, period=2100, length=330)
"""A rush of prompts: the engines of a pool fall behind, the autoscaler adds some."""
SURGE_HEIGHT = 2.4
"""By how much the rush exceeds the load of the busiest hour."""
SURGE_RAMP = 45.0

CRASH = Incident(first=420, period=1800, length=240)
"""A backend gets slow, then its pods hang up one after another, then they are back."""
CRASHED = "orders/orders"
SLOW_FOR = 60.0
SLOW_FACTOR = 9.0
ONE_EACH = 25.0
"""Seconds from one pod that fails to the next."""

OUTAGE = Incident(first=900, period=2400, length=40)
"""All engines of a pool restart at once: its picker finds no candidate."""
OUT = "phi4-mini"


def surge(since_origin: float) -> float:
    """What the rush adds to the prompts of its pool, in loads of the busiest hour."""
    elapsed = SURGE.elapsed(since_origin)
    if elapsed is None:
        return 0.0
    left = SURGE.length - elapsed
    return SURGE_HEIGHT * min(1.0, elapsed / SURGE_RAMP, left / SURGE_RAMP)


def slowness(since_origin: float) -> float:
    """By what the answers of the backend that is to crash take longer."""
    elapsed = CRASH.elapsed(since_origin)
    if elapsed is None:
        return 1.0
    return 1 + (SLOW_FACTOR - 1) * min(1.0, elapsed / SLOW_FOR)


def hung_up(since_origin: float) -> int:
    """How many pods of the backend that crashes hang up on requests."""
    elapsed = CRASH.elapsed(since_origin)
    if elapsed is None or elapsed < SLOW_FOR:
        return 0
    return 1 + int((elapsed - SLOW_FOR) / ONE_EACH)
