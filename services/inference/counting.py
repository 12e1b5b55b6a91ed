"""What counters of engines and pickers grew by: in a window as a whole, or in buckets of time.

Counters only grow, until their engine begins anew. Growth is the difference of what a series showed
last; what it had counted before it was seen first is nobody's growth (``queries/inf_growth.sql``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.inference.members import Members
from services.inference.provider import Asked
from services.telemetry import buckets
from services.telemetry.store import Store
from services.telemetry.windows import Window

BEFORE = timedelta(minutes=5)
"""How old the last sample before a window may be that its growth is counted from."""

HOURLY_S = 6 * 3600
"""From here on whole hours are read from their own rollup."""


@dataclass(frozen=True, slots=True)
class Grown:
    """What one counter of a pool or pod grew by between ``since`` and ``newest``.

    ``value`` is the counter, or the sum of a histogram, None where one sample is all there is;
    ``count`` and ``buckets`` (by upper bound) are of histograms. In a bucket of time, which begins
    ``at``, ``rate`` is what it grew by in a second. What is not asked for is "".
    """

    cluster: str
    namespace: str
    pool: str
    source: str
    metric: str
    value: float | None
    count: int
    buckets: Mapping[float, int]
    newest: datetime
    since: datetime | None = None
    pod: str = ""
    label: str = ""
    model: str = ""
    at: datetime | None = None
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows of growth by metric; sums of them."""

    rows: Sequence[Grown] = field(default_factory=tuple)

    def of(self, metric: str) -> "Counted":
        """The rows of one metric."""
        return Counted([row for row in self.rows if row.metric == metric])

    @property
    def sources(self) -> set[str]:
        return {row.source for row in self.rows}

    @property
    def value(self) -> float | None:
        return _sum(row.value for row in self.rows)

    @property
    def rate(self) -> float | None:
        """Of rows of one bucket of time."""
        return _sum(row.rate for row in self.rows)

    @property
    def count(self) -> int:
        return sum(row.count for row in self.rows)

    @property
    def buckets(self) -> dict[float, int]:
        return buckets.added(*(row.buckets for row in self.rows))

    @property
    def newest(self) -> datetime | None:
        return max((row.newest for row in self.rows), default=None)

    @property
    def seconds(self) -> float:
        """How much of the window the samples cover."""
        since = min((row.since for row in self.rows if row.since), default=None)
        if since is None or self.newest is None:
            return 0.0
        return (self.newest - since).total_seconds()

    @property
    def per_second(self) -> float | None:
        """The mean rate while it was watched."""
        return None if self.value is None or self.seconds <= 0 else self.value / self.seconds


def grown(
    store: Store,
    asked: Asked,
    window: Window,
    metrics: Sequence[str],
    members: Members,
    *,
    by_pod: bool = False,
    by_label: bool = False,
) -> Counted:
    """The window as a whole, in whole minutes, by pool. Raises Unavailable, Invalid."""
    minutes = window.aligned(60)
    hours = _whole_hours(minutes)
    where, bound = asked.where()
    rows = store.read(
        "inf_growth",
        {
            **bound,
            **members.parameters(),
            "metrics": list(metrics),
            "back": minutes.start - BEFORE,
            "from": minutes.start,
            "to": minutes.end,
            "hours_from": hours.start,
            "hours_to": hours.end,
            "by_pod": by_pod,
            "by_label": by_label,
        },
        clusters=asked.clusters,
        where=where,
    )
    return Counted([_grown(row) for row in rows.dicts()])


def grown_in_buckets(
    store: Store,
    asked: Asked,
    buckets: Window,
    step: int,
    metrics: Sequence[str],
    members: Members,
    *,
    by_pool: bool = False,
) -> Counted:
    """Growth in each bucket of ``step`` seconds, whole minutes; ``buckets`` begins and ends with
    one. Raises as `grown`."""
    where, bound = asked.where()
    hourly = step % 3600 == 0
    rows = store.read(
        "inf_growth_series",
        {
            **bound,
            **members.parameters(),
            "metrics": list(metrics),
            "back": buckets.start - max(timedelta(seconds=step), BEFORE),
            "from": buckets.start,
            "to": buckets.end,
            "step": step,
            "gap": max(2 * step, int(BEFORE.total_seconds())),
            "hourly": hourly,
            "by_pool": by_pool,
        },
        clusters=asked.clusters,
        where=where,
    )
    return Counted([_grown(row) for row in rows.dicts()])


def _grown(row: Mapping[str, Any]) -> Grown:
    # A bucket in which nothing came says where the next one begins.
    filled = dict(zip(*row["buckets"], strict=True))
    return Grown(
        cluster=row["cluster"],
        namespace=row.get("namespace", row.get("of_namespace", "")),
        pool=row["pool"],
        source=row["told_by"],
        metric=row["metric"],
        value=row["value"],
        count=row["count"],
        buckets={bound: filled.get(bound, 0) for bound in row["bounds"]},
        newest=row["newest"],
        since=row.get("since"),
        pod=row.get("pod", ""),
        label=row.get("of_label", ""),
        model=row.get("model", ""),
        at=row.get("at"),
        rate=row.get("rate"),
    )


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _whole_hours(minutes: Window) -> Window:
    start = datetime.fromtimestamp(-(-minutes.start.timestamp() // 3600) * 3600, UTC)
    end = datetime.fromtimestamp(minutes.end.timestamp() // 3600 * 3600, UTC)
    if minutes.seconds < HOURLY_S or end <= start:
        return Window(minutes.end, minutes.end)
    return Window(start, end)
