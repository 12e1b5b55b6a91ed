"""The lines of access logs: pages of them, how they are spread over time, their frequent values.

Lines of one cluster are read in their order and cost what a page holds. Of several clusters the
newest are looked for in a minute, then in six, and so on: their order is by cluster first.
"""

import base64
import binascii
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from services.errors import Invalid
from services.telemetry.access import SOURCE, AccessLogs
from services.telemetry.answers import Answer
from services.telemetry.export_formats import Format, written
from services.telemetry.log_filters import Filters
from services.telemetry.scope import Scope
from services.telemetry.store import Store
from services.telemetry.windows import EARLIEST, LATEST, Window

PAGE_MAX = 500

FIRST_S, WIDER = 60.0, 6
"""Of several clusters: the stretch that is read first, and how much longer the next one is."""

FIELDS = (
    "status", "status_class", "method", "host", "path", "route", "gateway", "namespace",
    "upstream_name", "upstream_addr", "client_ip", "user_agent", "cluster_name",
)  # fmt: skip
"""What the most frequent values can be asked of."""

TOP_MAX = 100

EXPORT_MAX = 10_000
"""Lines of a file; who wants more reads pages."""

FORMATS: tuple[Format, ...] = ("csv", "parquet", "json")

_CURSOR_RULE = "must be the cursor of an answer"


@dataclass(frozen=True, slots=True)
class LogPage:
    """Lines, newest first, by column; ``cursor`` leads to the next page, None where there is none.
    What it cost stands beside."""

    lines: list[dict[str, Any]]
    cursor: str | None
    read_rows: int
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Lines by the class of their status, in buckets of ``step`` seconds that begin at
    ``times``; None where nothing is known."""

    times: tuple[datetime, ...]
    counts: Mapping[str, tuple[int | None, ...]]
    step: int


@dataclass(frozen=True, slots=True)
class Top:
    """A value and how many lines have it; ``share`` of all lines that were asked about."""

    value: str
    lines: int
    share: float


class LogLines:
    """Questions about lines. All of them raise Unavailable, and Invalid."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._access = AccessLogs(store)

    def page(
        self,
        scope: Scope,
        window: Window,
        filters: Filters,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Answer[LogPage]:
        """A page of lines; ``cursor`` is that of the page before."""
        if not 1 <= limit <= PAGE_MAX:
            raise Invalid.of("limit", f"must be from 1 to {PAGE_MAX}")
        last, seen = _read_cursor(cursor)
        where, bound = _conditions(scope, filters)
        if last is not None:
            window = Window(window.start, min(window.end, last + timedelta(milliseconds=1)))
            where += (
                " AND NOT (timestamp = {last:DateTime64(3, 'UTC')} AND key IN {seen:Array(UInt64)})"
            )
            bound |= {"last": last, "seen": seen}
        found: list[dict[str, Any]] = []
        read, elapsed = 0, 0.0
        for part in _stretches(window, scope):
            rows = self._store.read(
                "log_page",
                {**bound, "from": part.start, "to": part.end, "limit": limit + 1 - len(found)},
                clusters=scope.clusters,
                where=where,
            )
            found += rows.dicts()
            read, elapsed = read + rows.read_rows, elapsed + rows.elapsed_ms
            if len(found) > limit:
                break
        lines = found[:limit]
        following = _cursor(lines, last, seen) if len(found) > limit else None
        reason = None
        if not lines and last is None:
            reason = self.why_no_line(scope, window, filters)
        newest = lines[0]["timestamp"] if lines else None
        made = LogPage([_plain(line) for line in lines], following, read, elapsed)
        return Answer(made, SOURCE, newest, window, reason)

    def slowest(
        self, scope: Scope, window: Window, filters: Filters, n: int = 5
    ) -> Answer[list[dict[str, Any]]]:
        """The lines that took longest."""
        where, bound = _conditions(scope, filters)
        rows = self._store.read(
            "log_slowest",
            {**bound, "from": window.start, "to": window.end, "limit": n},
            clusters=scope.clusters,
            where=where,
        )
        found = [_plain(line) for line in rows.dicts()]
        reason = None if found else self.why_no_line(scope, window, filters)
        newest = max((line["timestamp"] for line in found), default=None)
        return Answer(found or None, SOURCE, newest, window, reason)

    def count(self, scope: Scope, window: Window, filters: Filters) -> Answer[int]:
        """How many lines there are."""
        where, bound = _conditions(scope, filters)
        rows = self._store.read(
            "log_count",
            {**bound, "from": window.start, "to": window.end},
            clusters=scope.clusters,
            where=where,
        )
        lines, newest = rows.rows[0]
        return Answer(lines, SOURCE, newest if lines else None, window)

    def histogram(
        self, scope: Scope, window: Window, filters: Filters, buckets: int = 60
    ) -> Answer[Spread]:
        """How lines are spread over time, of every status whatever is filtered by: what failed is
        seen beside what did not."""
        if not 1 <= buckets <= 500:
            raise Invalid.of("buckets", "must be from 1 to 500")
        step = window.step(buckets)
        around = window.aligned(step)
        by_minutes = step % 60 == 0 and not filters.beyond_status
        where, bound = _conditions(scope, filters, status=False)
        rows = self._store.read(
            "log_histogram_1m" if by_minutes else "log_histogram",
            {**bound, "from": around.start, "to": around.end, "step": step},
            clusters=scope.clusters,
            where=where,
        )
        newest = max((row[3] for row in rows.rows), default=None)
        if newest is None:
            reason = self.why_no_line(scope, window, filters)
            return Answer(None, SOURCE, None, window, reason)
        counts: dict[str, dict[datetime, int]] = defaultdict(dict)
        for at, name, lines, _ in rows.rows:
            counts[name][at] = lines
        return Answer(_spread(counts, around, step), SOURCE, newest, window)

    def top(
        self, scope: Scope, window: Window, filters: Filters, field: str, n: int = 10
    ) -> Answer[list[Top]]:
        """The most frequent values of ``field``."""
        if field not in FIELDS:
            raise Invalid.of("field", f"must be one of {', '.join(FIELDS)}")
        if not 1 <= n <= TOP_MAX:
            raise Invalid.of("n", f"must be from 1 to {TOP_MAX}")
        where, bound = _conditions(scope, filters)
        rows = self._store.read(
            "log_top",
            {**bound, "from": window.start, "to": window.end, "field": field, "limit": n},
            clusters=scope.clusters,
            where=where,
        )
        found = [Top(value, lines, lines / total) for value, lines, total in rows.rows]
        if not found:
            reason = self.why_no_line(scope, window, filters)
            return Answer(None, SOURCE, None, window, reason)
        return Answer(found, SOURCE, None, window)

    def facets(
        self, scope: Scope, window: Window, filters: Filters, n: int = 5
    ) -> Answer[dict[str, list[tuple[str, int]]]]:
        """The most frequent values of the fields that people choose by, with their lines."""
        where, bound = _conditions(scope, filters)
        rows = self._store.read(
            "log_facets",
            {**bound, "from": window.start, "to": window.end, "limit": n},
            clusters=scope.clusters,
            where=where,
        )
        made: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for name, value, lines in rows.rows:
            made[name].append((value, lines))
        return Answer(dict(made), SOURCE, None, window)

    def export(
        self, scope: Scope, window: Window, filters: Filters, fmt: str, limit: int = EXPORT_MAX
    ) -> bytes:
        """The newest lines as a file: ``csv``, ``parquet`` or ``json``."""
        if fmt not in FORMATS:
            raise Invalid.of("format", f"must be one of {', '.join(FORMATS)}")
        where, bound = _conditions(scope, filters)
        asked = {
            "query": "log_export",
            "parameters": {
                **bound,
                "from": window.start,
                "to": window.end,
                "limit": min(limit, EXPORT_MAX),
            },
            "clusters": scope.clusters,
            "where": where,
        }
        return b"".join(written(self._store, asked, fmt, {"source": SOURCE}))

    def why_no_line(self, scope: Scope, window: Window, filters: Filters) -> str:
        """In one sentence why a window has no line."""
        if filters.any:
            return "No line in this range matches the filters."
        return self._access.why_nothing(scope, window)


def _conditions(
    scope: Scope, filters: Filters, *, status: bool = True
) -> tuple[str, dict[str, Any]]:
    of_scope, scoped = scope.where()
    of_filters, filtered = filters.checked().where(status=status)
    return of_scope + of_filters, {**scoped, **filtered}


def _stretches(window: Window, scope: Scope) -> list[Window]:
    """The window, newest part first; in one piece where the lines have one order."""
    if scope.clusters is not None and len(scope.clusters) == 1:
        return [window]
    parts, end, length = [], window.end, FIRST_S
    while end > window.start:
        start = max(window.start, end - timedelta(seconds=length))
        parts.append(Window(start, end))
        end, length = start, length * WIDER
    return parts


def _spread(counts: Mapping[str, Mapping[datetime, int]], around: Window, step: int) -> Spread:
    number = int(around.seconds // step)
    times = tuple(around.start + timedelta(seconds=step * at) for at in range(number))
    heard = {at for of in counts.values() for at in of}
    return Spread(
        times,
        {
            name: tuple(of.get(at, 0) if at in heard else None for at in times)
            for name, of in sorted(counts.items())
        },
        step,
    )


def _plain(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line as it is shown: what the log left empty is None, and so is a dash."""
    return {
        name: None if value in ("", "-", []) else value
        for name, value in line.items()
        if name != "key"
    }


def _cursor(lines: list[dict[str, Any]], last: datetime | None, seen: list[int]) -> str:
    at = lines[-1]["timestamp"]
    keys = [line["key"] for line in lines if line["timestamp"] == at]
    if at == last:
        keys = [*seen, *keys]
    written = orjson.dumps([round(at.timestamp() * 1000), keys])
    return base64.urlsafe_b64encode(written).decode().rstrip("=")


def _read_cursor(text: str | None) -> tuple[datetime | None, list[int]]:
    if not text:
        return None, []
    try:
        at, keys = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        moment = datetime.fromtimestamp(int(at) / 1000, UTC)
        seen = [int(key) for key in keys]
    except (binascii.Error, ValueError, TypeError, OverflowError, OSError):
        raise Invalid.of("cursor", _CURSOR_RULE) from None
    if not EARLIEST <= moment <= LATEST or any(not 0 <= key < 2**64 for key in seen):
        raise Invalid.of("cursor", _CURSOR_RULE)
    return moment, seen
