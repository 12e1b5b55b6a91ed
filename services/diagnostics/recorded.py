"""What was recorded of a request: its access-log lines and spans, or those of requests like it.

Nothing here is computed: a duration that no record has is null, with the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.errors import ConsoleError
from services.telemetry.answers import Answer
from services.telemetry.log_filters import Filters
from services.telemetry.log_kinds import ACCESS, SPANS, Kind
from services.telemetry.log_lines import LogLines, LogPage
from services.telemetry.scope import Scope
from services.telemetry.store import Store
from services.telemetry.windows import Window

Line = Mapping[str, Any]

MOST_LINES, MOST_SPANS, MOST_TRACES = 20, 100, 20
"""What is told of one question, newest first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests: the one with an id (the gateway's or the client's), else those of the method,
    host and path (without its query)."""

    request_id: str = ""
    method: str = ""
    host: str = ""
    path: str = ""

    def filters(self) -> Filters:
        """The same, as log lines are asked."""
        if self.request_id:
            return Filters(request_id=self.request_id)
        given = {"method": self.method, "host": self.host, "path": self.path}
        return Filters(exact={name: (value,) for name, value in given.items() if value})


@dataclass(frozen=True, slots=True)
class Recorded:
    """``lines`` of access logs and ``spans``, newest first; ``reason`` and ``spans_reason`` say why
    there are none."""

    lines: tuple[Line, ...]
    spans: tuple[Line, ...]
    window: Window
    reason: str
    spans_reason: str

    @property
    def only(self) -> Line | None:
        """The line, where there is exactly one."""
        return self.lines[0] if len(self.lines) == 1 else None


def recorded(store: Store, scope: Scope, window: Window, wanted: Wanted) -> Recorded:
    """What is known of such requests. A store that does not answer is a reason and no error.

    Raises Invalid for what cannot be asked.
    """
    lines, reason = _page(store, ACCESS, scope, window, wanted.filters(), MOST_LINES)
    spans, spans_reason = _spans(store, scope, window, wanted, lines)
    return Recorded(lines, spans, window, reason, spans_reason)


def _spans(
    store: Store, scope: Scope, window: Window, wanted: Wanted, lines: tuple[Line, ...]
) -> tuple[tuple[Line, ...], str]:
    """Spans by the traces that the lines name, and by the request's id."""
    of = Scope(scope.clusters, scope.namespaces)  # a span names no gateway
    traces = tuple(dict.fromkeys(str(line["trace_id"]) for line in lines if line["trace_id"]))
    if traces:
        asked = Filters(exact={"trace_id": traces[:MOST_TRACES]})
        return _page(store, SPANS, of, window, asked, MOST_SPANS)
    ids = [wanted.request_id] if wanted.request_id else []
    ids += [str(line["request_id"]) for line in lines[:1] if line["request_id"] and not ids]
    if ids:
        return _page(store, SPANS, of, window, Filters(request_id=ids[0]), MOST_SPANS)
    return (), "No access-log line names a trace or a request id to look for spans by."


def _page(
    store: Store, kind: Kind, scope: Scope, window: Window, filters: Filters, most: int
) -> tuple[tuple[Line, ...], str]:
    filters.checked(kind)
    try:
        found: Answer[LogPage] = LogLines(store, kind).page(scope, window, filters, None, most)
    except ConsoleError as error:
        return (), error.message
    lines = tuple(found.value.lines) if found.value else ()
    return lines, "" if lines else found.reason or f"No {kind.one} was found."
