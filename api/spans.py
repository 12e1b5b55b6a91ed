"""REST of spans and of the log lines of endpoint pickers: pages of them."""

from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import Field
from werkzeug.wrappers import Response

from api.log_pages import ANY_OF, NAMES, VALUES, PageAnswer, PageAsked, paged, scope_asked
from api.openapi import Tree, in_both_trees
from services.container import Container
from services.telemetry.log_filters import LONGEST, Filters
from services.telemetry.log_kinds import PICKER, SPANS
from services.telemetry.log_lines import LogLines

_POOL: Any = Field([], description="namespace/name of InferencePools")

_SPAN_FILTERS = {
    "service": "service",
    "name": "name",
    "pool": "pool",
    "pod": "pod",
    "traceId": "trace_id",
}
_PICKER_FILTERS = {
    "pool": "pool",
    "message": "message",
    "endpoint": "endpoint",
    "picker": "picker",
}
"""What a request may filter by, and what the service calls it."""

_SPAN_COLUMNS = {
    "timestamp": "timestamp",
    "nanoseconds": "nanoseconds",
    "cluster": "cluster_name",
    "namespace": "namespace",
    "pod": "pod_name",
    "pool": "pool",
    "service": "service",
    "name": "name",
    "kind": "kind",
    "status": "status",
    "statusMessage": "status_message",
    "duration": "duration_ms",
    "traceId": "trace_id",
    "spanId": "span_id",
    "parentSpanId": "parent_span_id",
    "requestId": "request_id",
    "scope": "scope",
    "attributes": "attributes",
    "resource": "resource",
    "events": "events",
}
_PICKER_COLUMNS = {
    "timestamp": "timestamp",
    "microseconds": "microseconds",
    "cluster": "cluster_name",
    "namespace": "namespace",
    "picker": "picker",
    "pool": "pool",
    "requestId": "request_id",
    "message": "message",
    "outcome": "outcome",
    "endpoint": "endpoint",
    "error": "error",
    "fields": "fields",
}
"""A line as REST spells it."""


class SpanQuery(PageAsked):
    """A page of spans."""

    namespace: str = Field("", description="Of the pod that sent them")
    search: str = Field(
        "", max_length=LONGEST, description="Text in name, service, pod or failure; or an id"
    )
    request_id: str = Field("", alias="requestId", max_length=LONGEST)
    min_duration: float | None = Field(
        None, alias="minDuration", ge=0, lt=1e9, description="Milliseconds"
    )
    status: list[str] = Field([], description=f"ok, error: {ANY_OF}")
    service: list[str] = VALUES
    name: list[str] = VALUES
    pool: list[str] = _POOL
    pod: list[str] = VALUES
    traceId: list[str] = VALUES


class PickerQuery(PageAsked):
    """A page of log lines of pickers."""

    namespace: str = Field("", description="Of the picker")
    search: str = Field(
        "", max_length=LONGEST, description="Text in message, endpoint or error; or a request's id"
    )
    request_id: str = Field("", alias="requestId", max_length=LONGEST)
    outcome: list[str] = Field(
        [], description=f"handled, refused, dropped, or empty for a line that tells none: {ANY_OF}"
    )
    pool: list[str] = _POOL
    message: list[str] = VALUES
    endpoint: list[str] = Field([], description="That a line tells as picked, address:port")
    picker: list[str] = VALUES


class SpanPageAnswer(PageAnswer):
    """Spans, newest first."""

    items: list[dict[str, Any]] = Field(description=f"Each with {', '.join(_SPAN_COLUMNS)}")


class PickerPageAnswer(PageAnswer):
    """Log lines of pickers, newest first."""

    items: list[dict[str, Any]] = Field(description=f"Each with {', '.join(_PICKER_COLUMNS)}")


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/logs/spans/query`` and ``/logs/picker/query``."""
    spans = LogLines(container.store, SPANS)
    lines = LogLines(container.store, PICKER)

    def query_spans(path: Tree, body: SpanQuery) -> Response:
        """A page of spans, newest first."""
        filters = Filters(
            text=body.search,
            status=tuple(body.status),
            request_id=body.request_id,
            min_ms=body.min_duration,
            exact={theirs: tuple(getattr(body, ours)) for ours, theirs in _SPAN_FILTERS.items()},
        )
        return paged(spans, scope_asked(container, path, body), body, filters, _SPAN_COLUMNS)

    def query_picker(path: Tree, body: PickerQuery) -> Response:
        """A page of log lines of endpoint pickers, newest first."""
        filters = Filters(
            text=body.search,
            status=tuple(body.outcome),
            request_id=body.request_id,
            exact={theirs: tuple(getattr(body, ours)) for ours, theirs in _PICKER_FILTERS.items()},
        )
        return paged(lines, scope_asked(container, path, body), body, filters, _PICKER_COLUMNS)

    in_both_trees(
        server,
        "spans",
        [("post", "/logs/spans/query", query_spans, {"responses": {"200": SpanPageAnswer}})],
        NAMES | {"min_ms": "minDuration", "trace_id": "traceId"},
    )
    in_both_trees(
        server,
        "picker-log",
        [
            (
                "post",
                "/logs/picker/query",
                query_picker,
                {"responses": {"200": PickerPageAnswer}},
            )
        ],
        NAMES | {"status": "outcome"},
    )
