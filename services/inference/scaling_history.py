"""How a pool was scaled over a stretch of time: metric against target, sizes, limits, events."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from services.errors import Unavailable
from services.inference.scaling_log import MOST, ScalingLog, ScalingRecord, conditions, together
from services.realtime.scope import Scope
from services.telemetry.answers import Answer
from services.telemetry.store import Store
from services.telemetry.windows import Window

SOURCE = "autoscalers"
POINTS = 240
MOST_POINTS = 20_000


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket. Values are means, sizes the last ones in it; None is not known."""

    at: datetime
    value: float | None
    target: float | None
    replicas: int | None
    desired: int | None
    ready: int | None
    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Track:
    """One metric of one workload; ``metric`` is "" for a workload that has none."""

    kind: str
    name: str
    metric: str
    per: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class History:
    """Tracks of a pool in buckets of ``step`` seconds, a bucket without a sample is left out."""

    step: int
    tracks: tuple[Track, ...]


class ScalingHistory:
    """Answers from the analytics store; ``recent`` is what happened since this replica runs, which
    the store may not have yet."""

    def __init__(
        self, store: Store, log: ScalingLog, recent: Callable[[], Iterable[ScalingRecord]]
    ) -> None:
        self._store, self._log, self._recent = store, log, recent

    def events(self, scope: Scope, window: Window, most: int = MOST) -> Answer[list[ScalingRecord]]:
        """Events of a scope, newest first. Without the store, what this console saw itself.

        Raises Invalid.
        """
        recent = [
            one
            for one in self._recent()
            if one.within(scope) and window.start <= one.event.at < window.end
        ]
        reason = None
        try:
            known = self._log.read(scope, window, most)
        except Unavailable as error:
            known, reason = [], f"Only what happened since the console started: {error.message}"
        found = together(known, recent)[:most]
        if not found and reason is None:
            reason = "Nothing was scaled in this time, and no autoscaler complained."
        newest = found[0].event.at if found else None
        return Answer(found, "Kubernetes: autoscalers and Events", newest, window, reason)

    def tracks(self, scope: Scope, window: Window) -> Answer[History]:
        """Metrics and sizes of the workloads of one pool. Raises Unavailable, Invalid."""
        seconds = step(window)
        where, parameters = conditions(scope)
        bounds = {"from": window.start, "to": window.end, "step": seconds, "most": MOST_POINTS}
        rows = self._store.read(
            "scaling_samples", bounds | parameters, clusters=scope.clusters, where=where
        ).dicts()
        tracks = tuple(
            Track(*key, str(listed[0]["per"]), tuple(_point(row) for row in listed))
            for key, group in groupby(rows, key=_track)
            if (listed := list(group))
        )
        newest = max((row["newest"] for row in rows), default=None)
        reason = None
        if not rows:
            reason = (
                "The console has seen no autoscaler at work in this time. It writes down what it"
                " sees while it runs."
            )
        elif rows[0]["bucket"] > window.start + timedelta(seconds=2 * seconds):
            reason = "The console began to watch within this time."
        return Answer(History(seconds, tracks), SOURCE, newest, window, reason)


def step(window: Window) -> int:
    """Seconds of a bucket, twice those between two samples at least: none is empty by chance."""
    return max(30, window.step(POINTS))


def _track(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["target_kind"], row["target_name"], row["metric"]


def _point(row: dict[str, Any]) -> Point:
    return Point(
        row["bucket"],
        row["value"],
        row["target"],
        row["replicas"],
        row["desired"],
        row["ready"],
        row["least"],
        row["most"],
    )
