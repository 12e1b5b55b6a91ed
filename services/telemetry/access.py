"""Rates, failures and latencies from access logs: of a fleet, a cluster, a gateway, a route.

NGF counts nothing by route, and counts some errors twice; the log has one line a request. Minutes
and hours are rolled up as lines come in, so that what is asked costs as much as its answer is long.
A bucket in which a cluster sent nothing is not known, which is not the same as no request.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from services.telemetry.answers import Answer
from services.telemetry.scope import Scope
from services.telemetry.store import Rows, Store
from services.telemetry.windows import Window

SOURCE = "access logs"

By = Literal["", "cluster", "gateway", "route", "status_class"]

SHORT_S = 15 * 60
"""Up to here the lines themselves are read: minutes would be too coarse."""

HOURLY_S = 6 * 3600
"""From here on whole hours are read from their own rollup."""

WHOLE_S = 300
LATE_S = 15
"""A bucket of up to five minutes is told when it has been over for so long: before that, lines that
are on their way would look like lines that are missing."""

ROWS = 1_000
"""Rows of a table, where nothing else is asked for."""

REMEMBERED = timedelta(days=90)
"""How far back is looked for the last line of a cluster."""


@dataclass(frozen=True, slots=True)
class Red:
    """A window as a whole. Shares are of all requests, from 0 to 1; times are milliseconds.

    ``failures`` are responses of class 5xx, of gRPC those whose status means the same. ``since`` is
    when the first line ever came, where that is within the window: rates are of the time from then.
    """

    requests: int
    per_second: float
    failures: int
    failure_share: float
    client_errors: int
    client_error_share: float
    mean_ms: float | None
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    bytes_per_second: float
    newest: datetime
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class RedRow:
    """One cluster, gateway or route. What it is not grouped by is empty; ``name`` is
    ``namespace/name``, empty for requests whose line names no route."""

    cluster: str
    name: str
    red: Red


@dataclass(frozen=True, slots=True)
class RedPoint:
    """A bucket that begins ``at``. All but ``at`` is None where nothing is known of it."""

    at: datetime
    requests: int | None
    per_second: float | None
    failure_share: float | None = None
    client_error_share: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one ``name`` (of a cluster: the cluster's), without the last ones, of which lines
    may still be on their way. ``rest`` says of how many others together this is the series."""

    cluster: str
    name: str
    points: tuple[RedPoint, ...]
    step: int
    rest: int = 0


class AccessLogs:
    """Questions about requests. All of them raise Unavailable, and Invalid where too much is
    asked."""

    def __init__(self, store: Store, clock: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self._store, self._clock = store, clock

    def summary(self, scope: Scope, window: Window) -> Answer[Red]:
        """The window as a whole."""
        rows, window = self._table(scope, window, "", 1)
        if not rows.rows or not rows.rows[0][4]:
            return Answer(None, SOURCE, None, window, self.why_nothing(scope, window))
        began = self._began(scope, window)
        whole = (
            None if set(scope.clusters or ()) - began.keys() else min(began.values(), default=None)
        )
        red = _red(rows.dicts()[0], window, whole)
        return Answer(red, SOURCE, red.newest, window)

    def table(
        self, scope: Scope, window: Window, by: By, limit: int = ROWS
    ) -> Answer[list[RedRow]]:
        """A row for each cluster, gateway or route, most requests first; the reason says where
        there are more than ``limit``."""
        rows, window = self._table(scope, window, by, limit + 1)
        began = self._began(scope, window)
        found = [_row(row, window, began.get(row["cluster"])) for row in rows.dicts()[:limit]]
        if not found:
            return Answer(None, SOURCE, None, window, self.why_nothing(scope, window))
        newest = max(row.red.newest for row in found)
        told = {row.cluster for row in found}
        reason = silent(scope, told) if by == "cluster" else None
        if len(rows.rows) > limit:
            reason = f"Only the {limit:,} {by}s with the most requests are told."
        return Answer(found, SOURCE, newest, window, reason)

    def series(
        self, scope: Scope, window: Window, by: By = "", limit: int = 8, points: int = 60
    ) -> Answer[list[Series]]:
        """Buckets of time: one series, or one for each cluster, class of status, or gateway or
        route, of which those with the most requests are told apart."""
        named: set[tuple[str, str]] = set()
        others = 0
        if by in ("gateway", "route"):
            found = self.table(scope, window, by).value or []
            ranked = [(row.cluster, row.name) for row in found]
            named, others = set(ranked[:limit]), len(ranked) - limit
        step = window.step(points) if self._fine(window) else max(60, window.step(points))
        buckets = window.aligned(step)
        rows = self._series(scope, buckets, by, step, named)
        newest = max((row["newest"] for row in rows), default=None)
        if newest is None:
            return Answer(None, SOURCE, None, window, self.why_nothing(scope, window))
        over = _Over(buckets, step, self._clock())
        made = _series(rows, over, by, max(0, others))
        reason = silent(scope, {row["cluster"] for row in rows}) if by == "cluster" else None
        return Answer(made, SOURCE, newest, window, reason)

    def last_seen(self, scope: Scope, before: datetime) -> dict[str, datetime]:
        """When each cluster sent its last line, as far as is remembered."""
        where, bound = scope.where()
        rows = self._store.read(
            "red_last",
            {**bound, "from": before - REMEMBERED, "to": before},
            clusters=scope.clusters,
            where=where,
        )
        return {str(cluster): newest for cluster, newest in rows.rows}

    def slowest(self, scope: Scope, window: Window, n: int = 5) -> Answer[list[dict[str, Any]]]:
        """The lines that took longest, by column."""
        where, bound = scope.where()
        rows = self._store.read(
            "log_slowest",
            {**bound, "from": window.start, "to": window.end, "limit": n},
            clusters=scope.clusters,
            where=where,
        )
        found = [plain(line) for line in rows.dicts()]
        reason = None if found else self.why_nothing(scope, window)
        newest = max((line["timestamp"] for line in found), default=None)
        return Answer(found or None, SOURCE, newest, window, reason)

    def why_nothing(self, scope: Scope, window: Window) -> str:
        """In one sentence why a window without a line has none."""
        of = _named(scope.clusters)
        if scope.clusters is not None and not scope.clusters:
            return "There is no cluster here."
        last = max(self.last_seen(scope, window.end).values(), default=None)
        what = " for this" if scope.gateway or scope.route or scope.namespaces else ""
        if last is None:
            return f"No access log{what} has come from {of} yet."
        return f"No request{what} in this range; the last was logged {last:%Y-%m-%d %H:%M} UTC."

    def _began(self, scope: Scope, window: Window) -> dict[str, datetime]:
        """Of the clusters that sent nothing for a day before: the minute of their first line."""
        before = window.start - timedelta(days=1)
        hours = self._store.read(
            "red_began", {"from": before, "to": window.end}, clusters=scope.clusters
        )
        late = {cluster: hour for cluster, hour in hours.rows if hour >= _hour(window.start)}
        if not late:
            return {}
        until = max(late.values()) + timedelta(hours=1)
        minutes = self._store.read(
            "red_began_1m", {"from": min(late.values()), "to": until}, clusters=tuple(late)
        )
        return {cluster: minute for cluster, minute in minutes.rows if minute > window.start}

    def _fine(self, window: Window) -> bool:
        """Whether the window is short, and its lines are still there."""
        kept = timedelta(days=self._store.layout.retention.access_days)
        return window.seconds <= SHORT_S and window.start > self._clock() - kept

    def _table(self, scope: Scope, window: Window, by: By, limit: int) -> tuple[Rows, Window]:
        where, bound = scope.where()
        asked = {**bound, "by": by, "limit": limit}
        if self._fine(window):
            rows = self._store.read(
                "red_table_raw",
                {**asked, "from": window.start, "to": window.end},
                clusters=scope.clusters,
                where=where,
            )
            return rows, window
        minutes = window.aligned(60)
        hours = _whole_hours(minutes)
        rows = self._store.read(
            "red_table",
            {
                **asked,
                "from": minutes.start,
                "to": minutes.end,
                "hours_from": hours.start,
                "hours_to": hours.end,
            },
            clusters=scope.clusters,
            where=where,
        )
        return rows, Window(minutes.start, min(minutes.end, max(window.end, self._clock())))

    def _series(
        self,
        scope: Scope,
        buckets: Window,
        by: By,
        step: int,
        named: Collection[tuple[str, str]],
    ) -> list[dict[str, Any]]:
        where, bound = scope.where()
        asked = {
            **bound,
            "from": buckets.start,
            "to": buckets.end,
            "by": by,
            "step": step,
            "named": [f"{cluster} {name}" for cluster, name in named],
        }
        raw = step < 60
        return self._store.read(
            "red_series_raw" if raw else "red_series",
            asked if raw else {**asked, "hourly": step % 3600 == 0},
            clusters=scope.clusters,
            where=where,
        ).dicts()


def silent(scope: Scope, told: Collection[str]) -> str | None:
    """Which clusters of the scope sent nothing, in one sentence."""
    missing = [name for name in scope.clusters or () if name not in told]
    return f"No access log of {_named(missing)} in this range." if missing else None


def percentile(values: list[float], at: int) -> float | None:
    """One of the percentiles of an answer; an empty list is of requests without a time."""
    return float(values[at]) if values and not math.isnan(values[at]) else None


def _whole_hours(minutes: Window) -> Window:
    start = datetime.fromtimestamp(-(-minutes.start.timestamp() // 3600) * 3600, UTC)
    end = datetime.fromtimestamp(minutes.end.timestamp() // 3600 * 3600, UTC)
    if minutes.seconds < HOURLY_S or end <= start:
        return Window(minutes.end, minutes.end)
    return Window(start, end)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _row(row: Mapping[str, Any], window: Window, since: datetime | None) -> RedRow:
    name = row["of_route"] or "/".join(filter(None, (row["of_namespace"], row["of_gateway"])))
    return RedRow(row["cluster"], name, _red(row, window, since))


def _red(row: Mapping[str, Any], window: Window, since: datetime | None) -> Red:
    requests, percentiles = row["requests"], row["percentiles"]
    seconds = (window.end - (since or window.start)).total_seconds()
    return Red(
        requests=requests,
        per_second=requests / seconds,
        failures=row["failures"],
        failure_share=row["failures"] / requests,
        client_errors=row["client_errors"],
        client_error_share=row["client_errors"] / requests,
        mean_ms=row["latency_sum"] / row["timed"] if row["timed"] else None,
        p50_ms=percentile(percentiles, 0),
        p95_ms=percentile(percentiles, 1),
        p99_ms=percentile(percentiles, 2),
        bytes_per_second=row["bytes"] / seconds,
        newest=row["newest"],
        since=since,
    )


@dataclass(frozen=True, slots=True)
class _Over:
    """The buckets of a window of which enough is over to be told, and how much of each is."""

    window: Window
    step: int
    now: datetime

    def starts(self) -> list[datetime]:
        """When they begin."""
        count = int(self.window.seconds // self.step)
        starts = [self.window.start + timedelta(seconds=self.step * at) for at in range(count)]
        # A short bucket is told once its lines have had the time to arrive, a long one as it fills.
        least = self.step + LATE_S if self.step <= WHOLE_S else self.step / 4
        return [at for at in starts if (self.now - at).total_seconds() >= least]

    def seconds(self, at: datetime) -> float:
        """How much of the bucket that begins ``at`` is over."""
        return min(float(self.step), (self.now - at).total_seconds())


def _series(rows: list[dict[str, Any]], over: _Over, by: By, others: int) -> list[Series]:
    """``rows`` as series over the same buckets, the largest first."""
    found: dict[tuple[str, str | None], dict[datetime, dict[str, Any]]] = defaultdict(dict)
    heard: dict[str, set[datetime]] = defaultdict(set)
    for row in rows:
        found[row["cluster"], row["name"]][row["bucket"]] = row
        heard[row["cluster"]].add(row["bucket"])
    starts = over.starts()
    made = []
    for (cluster, name), of in found.items():
        points = tuple(
            _point(at, of.get(at), over.seconds(at), known=at in heard[cluster]) for at in starts
        )
        rest = others if name is None else 0
        made.append((sum(row["requests"] for row in of.values()), rest, cluster, name, points))
    made.sort(key=lambda one: (one[3] is None, -one[0], one[2], one[3] or ""))
    return [
        Series(cluster, name or "", points, over.step, rest)
        for _, rest, cluster, name, points in made
    ]


def _point(at: datetime, row: dict[str, Any] | None, seconds: float, *, known: bool) -> RedPoint:
    if row is None:
        return RedPoint(at, 0, 0.0) if known else RedPoint(at, None, None)
    return RedPoint(
        at,
        row["requests"],
        row["requests"] / seconds,
        row["failures"] / row["requests"],
        row["client_errors"] / row["requests"],
        *(percentile(row["percentiles"], number) for number in range(3)),
    )


def _named(clusters: Collection[str] | None) -> str:
    if clusters is None:
        return "any cluster"
    few = list(clusters)[:2]
    more = len(clusters) - len(few)
    return ", ".join(few) + (f" and {more} more" if more > 0 else "")


def plain(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line as it is shown: what the log left empty is None, and so is a dash."""
    return {
        name: None if value in ("", "-", [], {}) else value
        for name, value in line.items()
        if name != "key"
    }
