"""A HorizontalPodAutoscaler, and KEDA beside it, at work on a load that was recorded.

The rules are those of the controllers: every 15 seconds ``ceil(load / target)`` of each metric, the
largest of them; left as it is within a tenth of the target; up at once or after its window, by at
most four pods or as many again; down to the highest wish of the window behind. KEDA looks after the
way between none and one: it wakes a workload for which anything is above nothing when it polls, and
puts it to sleep once nothing has been for the cooldown.
"""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.inference.readings import TOLERANCE

SYNC_S = 15
"""How often the controller looks."""
MOST_AT_ONCE = 4
_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Policy:
    """What an autoscaler is told. ``targets`` are by metric, of one pod on average."""

    least: int
    most: int
    targets: tuple[float, ...]
    cooldown_s: int = 300
    polling_s: int = 30
    up_window_s: int = 0
    down_window_s: int = 300
    keda: bool = True


@dataclass(frozen=True, slots=True)
class Tick:
    """One look: the load of all pods together by metric (None could not be read). ``awake`` is
    whether anybody asks for them, which says nothing of their number."""

    at: float
    loads: tuple[float | None, ...]
    awake: bool = False


class _Wishes:
    """The sizes that were wished for; the latest counts in any window.

    Of each window only those are kept that may still decide, in the order in which they will: a
    wish is never the lowest again once a lower one has come.
    """

    def __init__(self, policy: Policy) -> None:
        self._up_s, self._down_s = policy.up_window_s, policy.down_window_s
        self._low: deque[tuple[float, int]] = deque()
        self._high: deque[tuple[float, int]] = deque()

    @property
    def known(self) -> bool:
        """Whether there is any."""
        return bool(self._low)

    @property
    def lowest(self) -> int:
        """Of the window for growth, as of the latest."""
        return self._low[0][1]

    @property
    def highest(self) -> int:
        """Of the window for shrinking, as of the latest."""
        return self._high[0][1]

    def add(self, at: float, wish: int) -> None:
        """Take in the latest."""
        while self._low and self._low[-1][1] >= wish:
            self._low.pop()
        while self._high and self._high[-1][1] <= wish:
            self._high.pop()
        for kept, window in ((self._low, self._up_s), (self._high, self._down_s)):
            kept.append((at, wish))
            while len(kept) > 1 and kept[0][0] <= at - window:
                kept.popleft()


def replay(policy: Policy, ticks: Iterable[Tick], start: int) -> Iterator[tuple[Tick, int]]:
    """The size after each look, beginning with ``start`` pods, of which it counts as active."""
    size = min(max(start, policy.least), policy.most)
    wishes = _Wishes(policy)
    active_at = polled_at = _NEVER
    for tick in ticks:
        if size and not wishes.known:
            wishes.add(tick.at, size)
        if size and active_at == _NEVER:
            active_at = tick.at
        if policy.keda and policy.least == 0 and tick.at - polled_at >= policy.polling_s:
            polled_at = tick.at
            if tick.awake or any(tick.loads):
                active_at, size = tick.at, max(size, 1)
            elif all(load is not None for load in tick.loads):
                size = 0 if tick.at - active_at >= policy.cooldown_s else size
        if size:
            wish = _wish(policy, tick.loads, size)
            wishes.add(tick.at, size if wish is None else wish)
            size = _stabilized(policy, wishes, size)
        else:
            wishes = _Wishes(policy)
        yield tick, size


def above(policy: Policy, tick: Tick, size: int) -> bool | None:
    """Whether a pod has more than its target of any metric; None where nothing is known."""
    known = [
        load > target * size
        for load, target in zip(tick.loads, policy.targets, strict=True)
        if load is not None
    ]
    return any(known) if known else None


def _wish(policy: Policy, loads: Sequence[float | None], size: int) -> int | None:
    """The size that the metrics ask for; None where none can be read. One that is missing keeps
    the others from asking for less."""
    asked = []
    for load, target in zip(loads, policy.targets, strict=True):
        if load is None:
            continue
        ratio = load / (target * size)
        asked.append(size if abs(ratio - 1) <= TOLERANCE else math.ceil(load / target - 1e-9))
    if not asked:
        return None
    wish = max(asked)
    if wish < size and any(load is None for load in loads):
        return size
    return min(max(wish, policy.least, 1), policy.most)


def _stabilized(policy: Policy, wishes: _Wishes, size: int) -> int:
    if wishes.lowest > size:
        return min(wishes.lowest, max(size * 2, size + MOST_AT_ONCE), policy.most)
    return max(wishes.highest, policy.least) if wishes.highest < size else size
