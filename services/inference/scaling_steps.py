"""Puts the signs of one change of size together, so that each change is told once and in full.

They arrive in any order within a second or two, some of them again when a watch begins anew, and
one by one when the console starts and reads what the cluster still remembers.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from services.inference.scaling_signs import Sign
from services.inference.targets import Target

SETTLE_S = 2.0
"""How long further signs of a change are awaited before it is told."""
TOGETHER = timedelta(seconds=10)
"""Signs that the cluster dates this far apart speak of two changes, even if to the same size."""
ARRIVE_S = 15.0
"""The same for the time of arrival, of signs that nobody dates."""
REMEMBER_S = 900.0
"""How long a change is known, so that a late sign of it is not taken for another."""

_ORDER = ("HPA", "KEDA event", "HPA event", "Deployment", "Deployment event")
_METRIC = re.compile(
    r"(?:(?:external|pods|object) metric (?P<name>[^\s(]+)|(?P<resource>\w+) resource)"
)


@dataclass(frozen=True, slots=True)
class ScalingEvent:
    """What happened to a workload, as its scaler or the cluster said. None is not told.

    ``kind``: *scale-up*, *scale-down*, *activated* (from zero), *deactivated* (to zero), *scaled*
    (nobody says from what size), *paused*, *resumed*, *fallback*, *fallback ended*, *failed*,
    *limited*. ``scaler`` is *keda*, *hpa*, or "" for whoever else wrote the size. ``sources`` are
    the signs it rests on, ``id`` is the same whoever puts it together.
    """

    at: datetime
    target: Target
    kind: str
    scaler: str
    before: int | None
    after: int | None
    reason: str
    message: str
    trigger: str
    sources: tuple[str, ...]
    id: str

    def same(self, other: "ScalingEvent") -> bool:
        """Whether both tell the same change, though from other signs."""
        if self.id == other.id:
            return True
        size = self.after is not None and self.after == other.after
        return size and self.target == other.target and abs(self.at - other.at) <= TOGETHER


@dataclass(slots=True)
class _Change:
    arrived: float
    signs: list[Sign] = field(default_factory=list)
    told: bool = False

    def takes(self, sign: Sign, now: float) -> bool:
        if self.signs[0].target != sign.target or self.signs[0].after != sign.after:
            return False
        if any(one.key == sign.key for one in self.signs):
            return True
        if sign.at:
            dated = [one.at for one in self.signs if one.at]
            if dated:
                return min(abs(at - sign.at) for at in dated) <= TOGETHER
        return now - self.arrived <= ARRIVE_S


class Steps:
    """The changes of size on one cluster."""

    def __init__(self) -> None:
        self._changes: list[_Change] = []
        self._helpers: list[tuple[float, Sign]] = []

    def add(self, sign: Sign, now: float) -> None:
        """A sign of the kind *size*; ``now`` counts seconds."""
        for change in self._changes:
            if change.takes(sign, now):
                change.signs.append(sign)
                return
        if sign.helps:
            self._helpers.append((now, sign))
            return
        change = _Change(now, [sign])
        self._changes.append(change)
        for arrived, helper in self._helpers:
            if change.takes(helper, arrived):
                change.signs.append(helper)

    def due(self, now: float) -> Iterator[tuple[float, ScalingEvent]]:
        """The changes of which nothing more is awaited, each once, with when the first sign of it
        came."""
        for change in self._changes:
            if not change.told and now - change.arrived >= SETTLE_S:
                change.told = True
                yield change.arrived, _event(change.signs, now - change.arrived)
        self._changes = [one for one in self._changes if now - one.arrived < REMEMBER_S]
        self._helpers = [one for one in self._helpers if now - one[0] < ARRIVE_S]


def happened(sign: Sign) -> ScalingEvent:
    """The event that one sign is, of any other kind than *size*."""
    return ScalingEvent(
        sign.at or datetime.now(UTC),
        sign.target,
        sign.kind,
        sign.scaler,
        sign.before,
        sign.after,
        sign.reason,
        sign.message,
        sign.trigger,
        (sign.source,),
        sign.key,
    )


def _event(signs: Iterable[Sign], ago: float) -> ScalingEvent:
    ordered = sorted(signs, key=lambda sign: _ORDER.index(sign.source))
    before = next((one.before for one in ordered if one.before is not None), None)
    scaler = next((one.scaler for one in ordered if one.scaler), "")
    said = next((one for one in ordered if one.reason), ordered[0])
    after = ordered[0].after
    return ScalingEvent(
        next((one.at for one in ordered if one.at), datetime.now(UTC) - timedelta(seconds=ago)),
        ordered[0].target,
        _kind(scaler, before, after or 0),
        scaler,
        before,
        after,
        said.reason,
        said.message,
        said.trigger or _trigger(said.message),
        tuple(dict.fromkeys(one.source for one in ordered)),
        ordered[0].key,
    )


def _kind(scaler: str, before: int | None, after: int) -> str:
    if before is None:
        return "scaled"
    if scaler == "keda" and 0 in (before, after):
        return "activated" if after else "deactivated"
    return "scale-up" if after > before else "scale-down"


def _trigger(message: str) -> str:
    """The metric that an HPA names as the one that asked for it; "" for none."""
    found = _METRIC.match(message)
    return (found["name"] or found["resource"]) if found else ""
