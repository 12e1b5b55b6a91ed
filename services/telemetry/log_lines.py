"""Lines of one kind: pages of them, how they are spread over time, their frequent values.

Lines of one cluster are read in their order and cost what a page holds. Of several clusters the
newest are looked for in a minute, then in six, and so on: their order is by cluster first.
"""

import base64
import binascii
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from string import Template
from typing import Any

import orjson

from services.errors import Invalid
from services.telemetry.access import AccessLogs, plain
from services.telemetry.answers import Answer
from services.telemetry.export_formats import Format, written
from services.telemetry.log_filters import Filters
from services.telemetry.log_kinds import ACCESS, Kind
from services.telemetry.scope import Scope
from services.telemetry.store import AS_IT_IS, Rows, Store
from services.telemetry.windows import EARLIEST, LATEST, Window

PAGE_MAX = 500

FIRST_S, WIDER = 60.0, 6
"""Of several clusters: the stretch that is read first, and how much longer the next one is."""

TOP_MAX = 100

EXPORT_MAX = 10_000
"""Lines of a file; who wants more reads pages."""

FORMATS: tuple[Format, ...] = ("csv", "parquet", "json")

_PAGE = "SELECT * FROM ($query) ORDER BY $order LIMIT {limit:UInt32}"
_COUNT = "SELECT count() AS lines, max(timestamp) AS newest FROM ($query)"
_HISTOGRAM = (
    "SELECT toDateTime64(intDiv(toUnixTimestamp(timestamp), {step:UInt32}) * {step:UInt32}, 0,"
    " 'UTC') AS bucket, $status, count() AS lines, max(timestamp) AS newest FROM ($query)"
    " GROUP BY bucket, $status ORDER BY bucket"
)
_TOP = (
    "SELECT value, lines, sum(lines) OVER () AS all_lines, max(newest) OVER () AS newest"
    " FROM (SELECT toString($field) AS value, count() AS lines, max(timestamp) AS newest"
    " FROM ($query) GROUP BY value)"
    " ORDER BY lines DESC, value LIMIT {limit:UInt32}"
)
_EXPORT = "SELECT * EXCEPT (key) $replaced FROM ($query) ORDER BY $order LIMIT {limit:UInt32}"
_FACETS = (
    "SELECT $field AS field, $value AS value, count() AS lines,"
    " max(max(timestamp)) OVER () AS newest FROM ($query)"
    " GROUP BY GROUPING SETS ($sets) ORDER BY lines DESC, value LIMIT {limit:UInt32} BY field"
)
"""What is asked around the query of a kind."""

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

    def __init__(self, store: Store, kind: Kind = ACCESS) -> None:
        self._store = store
        self._kind = kind
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
        last, told = _read_cursor(cursor)
        where, bound = self._conditions(scope, filters)
        if last is not None:
            window = Window(window.start, min(window.end, last + timedelta(milliseconds=1)))
        found: list[dict[str, Any]] = []
        read, elapsed = 0, 0.0
        left = Counter(told)
        for part in _stretches(window, scope):
            asked = {**bound, "limit": limit + 1 - len(found) + left.total()}
            rows = self._read(_PAGE, scope, part, (where, asked), order=self._kind.order)
            found += [line for line in rows.dicts() if not _was_told(line, last, left)]
            read, elapsed = read + rows.read_rows, elapsed + rows.elapsed_ms
            if len(found) > limit:
                break
        lines = found[:limit]
        following = _cursor(lines, last, told) if len(found) > limit else None
        reason = None
        if not lines and last is None:
            reason = self.why_no_line(scope, window, filters)
        newest = lines[0]["timestamp"] if lines else None
        made = LogPage([plain(line) for line in lines], following, read, elapsed)
        return Answer(made, self._kind.source, newest, window, reason)

    def count(self, scope: Scope, window: Window, filters: Filters) -> Answer[int]:
        """How many lines there are."""
        rows = self._read(_COUNT, scope, window, self._conditions(scope, filters))
        lines, newest = rows.rows[0]
        return Answer(lines, self._kind.source, newest if lines else None, window)

    def histogram(
        self, scope: Scope, window: Window, filters: Filters, buckets: int = 60
    ) -> Answer[Spread]:
        """How lines are spread over time, of every status whatever is filtered by: what failed is
        seen beside what did not."""
        if not 1 <= buckets <= 500:
            raise Invalid.of("buckets", "must be from 1 to 500")
        step = window.step(buckets)
        around = window.aligned(step)
        where, bound = self._conditions(scope, filters, status=False)
        conditions = where, {**bound, "step": step}
        if self._kind.minutes and step % 60 == 0 and not filters.beyond_status:
            rows = self._read(AS_IT_IS, scope, around, conditions, query=self._kind.minutes)
        else:
            rows = self._read(_HISTOGRAM, scope, around, conditions, status=self._kind.status)
        newest = max((row[3] for row in rows.rows), default=None)
        if newest is None:
            reason = self.why_no_line(scope, window, filters)
            return Answer(None, self._kind.source, None, window, reason)
        counts: dict[str, dict[datetime, int]] = defaultdict(dict)
        for at, name, lines, _ in rows.rows:
            counts[name][at] = lines
        return Answer(_spread(counts, around, step), self._kind.source, newest, window)

    def top(
        self, scope: Scope, window: Window, filters: Filters, field: str, n: int = 10
    ) -> Answer[list[Top]]:
        """The most frequent values of ``field``."""
        if field not in self._kind.fields:
            raise Invalid.of("field", f"must be one of {', '.join(self._kind.fields)}")
        if not 1 <= n <= TOP_MAX:
            raise Invalid.of("n", f"must be from 1 to {TOP_MAX}")
        where, bound = self._conditions(scope, filters)
        conditions = where, {**bound, "limit": n}
        rows = self._read(_TOP, scope, window, conditions, field=self._kind.fields[field])
        if not rows.rows:
            reason = self.why_no_line(scope, window, filters)
            return Answer(None, self._kind.source, None, window, reason)
        found = [Top(value, lines, lines / total) for value, lines, total, _ in rows.rows]
        return Answer(found, self._kind.source, rows.rows[0][3], window)

    def facets(
        self, scope: Scope, window: Window, filters: Filters, n: int = 5
    ) -> Answer[dict[str, list[tuple[str, int]]]]:
        """The most frequent values of the fields that people choose by, with their lines."""
        where, bound = self._conditions(scope, filters)
        conditions = where, {**bound, "limit": n}
        rows = self._read(_FACETS, scope, window, conditions, **_sets(self._kind))
        made: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for name, value, lines, _ in rows.rows:
            made[name].append((value, lines))
        newest = rows.rows[0][3] if rows.rows else None
        return Answer(dict(made), self._kind.source, newest, window)

    def export(
        self, scope: Scope, window: Window, filters: Filters, fmt: str, limit: int = EXPORT_MAX
    ) -> bytes:
        """The newest lines as a file: ``csv``, ``parquet`` or ``json``."""
        if fmt not in FORMATS:
            raise Invalid.of("format", f"must be one of {', '.join(FORMATS)}")
        where, bound = self._conditions(scope, filters)
        asked = {
            "query": self._kind.query,
            "parameters": {
                **bound,
                "from": window.start,
                "to": window.end,
                "limit": min(limit, EXPORT_MAX),
            },
            "clusters": scope.clusters,
            "where": where,
            "around": Template(_EXPORT).safe_substitute(
                replaced=self._kind.exported, order=self._kind.order
            ),
        }
        return b"".join(written(self._store, asked, fmt, {"source": self._kind.source}))

    def why_no_line(self, scope: Scope, window: Window, filters: Filters) -> str:
        """In one sentence why a window has no line."""
        if filters.any:
            return f"No {self._kind.one} in this range matches the filters."
        if self._kind is ACCESS:
            return self._access.why_nothing(scope, window)
        return f"No {self._kind.one} in this range."

    def _conditions(
        self, scope: Scope, filters: Filters, *, status: bool = True
    ) -> tuple[str, dict[str, Any]]:
        of_scope, scoped = scope.where(self._kind.within)
        of_filters, filtered = filters.checked(self._kind).where(self._kind, status=status)
        return of_scope + of_filters, {**scoped, **filtered}

    def _read(
        self,
        around: str,
        scope: Scope,
        window: Window,
        conditions: tuple[str, dict[str, Any]],
        query: str = "",
        **named: str,
    ) -> Rows:
        """Rows of ``around`` the lines of a window, with what is ``named`` in it."""
        where, bound = conditions
        return self._store.read(
            query or self._kind.query,
            {**bound, "from": window.start, "to": window.end},
            clusters=scope.clusters,
            where=where,
            around=Template(around).safe_substitute(named),
        )


def _sets(kind: Kind) -> dict[str, str]:
    """What the frequent values of several fields are told apart by."""
    *others, last = kind.facets
    fields = [f"grouping({name}) = 0, '{name}'" for name in others]
    values = [f"field = '{name}', toString({name})" for name in others]
    return {
        "field": f"multiIf({', '.join(fields)}, '{last}')",
        "value": f"multiIf({', '.join(values)}, toString({last}))",
        "sets": ", ".join(f"({name})" for name in kind.facets),
    }


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


def _was_told(line: Mapping[str, Any], last: datetime | None, left: Counter[int]) -> bool:
    """Whether it is one of the lines at ``last`` that earlier pages had; ``left`` are their keys,
    and loses it."""
    if line["timestamp"] != last or not left[line["key"]]:
        return False
    left[line["key"]] -= 1
    return True


def _cursor(lines: list[dict[str, Any]], last: datetime | None, told: list[int]) -> str:
    at = lines[-1]["timestamp"]
    keys = [line["key"] for line in lines if line["timestamp"] == at]
    if at == last:
        keys = [*told, *keys]
    written = orjson.dumps([round(at.timestamp() * 1000), keys])
    return base64.urlsafe_b64encode(written).decode().rstrip("=")


def _read_cursor(text: str | None) -> tuple[datetime | None, list[int]]:
    if not text:
        return None, []
    try:
        at, keys = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        moment = datetime.fromtimestamp(int(at) / 1000, UTC)
        told = [int(key) for key in keys]
    except (binascii.Error, ValueError, TypeError, OverflowError, OSError):
        raise Invalid.of("cursor", _CURSOR_RULE) from None
    if not EARLIEST <= moment <= LATEST or any(not 0 <= key < 2**64 for key in told):
        raise Invalid.of("cursor", _CURSOR_RULE)
    return moment, told
