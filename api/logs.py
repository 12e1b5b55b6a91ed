"""REST of access logs: pages of lines, frequent values, how lines are spread over time."""

from datetime import datetime
from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from api.answers import RANGE, TIME_RANGE, Rests, rests
from api.guard import current_identity
from api.openapi import Time, Tree, answer, cluster_of, in_both_trees
from services.container import Container
from services.telemetry.log_filters import LONGEST, Filters
from services.telemetry.log_kinds import ACCESS
from services.telemetry.log_lines import PAGE_MAX, TOP_MAX, LogLines
from services.telemetry.scope import Scope, scope_of
from services.telemetry.windows import Window

_ANY_OF = "any of these; with ! in front: none of these"

_FILTERS = {
    "method": "method",
    "hostname": "host",
    "path": "path",
    "route": "route",
    "gateway": "gateway",
    "upstreamService": "upstream",
    "upstreamAddress": "upstream_addr",
    "pod": "pod",
    "clientIp": "client",
    "userAgent": "user_agent",
    "traceId": "trace_id",
}
"""What a request may filter by, and what the service calls it."""

_NAMES = {
    **RANGE,
    "text": "search",
    "request_id": "requestId",
    "min_ms": "minLatency",
    **{theirs: ours for ours, theirs in _FILTERS.items()},
}
"""The names that refusals are to have here."""

_COLUMNS = {
    "timestamp": "timestamp",
    "cluster": "cluster_name",
    "namespace": "namespace",
    "gateway": "gateway",
    "pod": "pod_name",
    "listener": "listener",
    "route": "route",
    "rule": "rule",
    "routeSource": "route_source",
    "scheme": "scheme",
    "hostname": "host",
    "method": "method",
    "path": "path",
    "protocol": "protocol",
    "statusCode": "status",
    "statusClass": "status_class",
    "grpcStatus": "grpc_status",
    "completion": "completion",
    "latency": "latency_ms",
    "upstreamLatency": "upstream_latency_ms",
    "upstreamConnect": "upstream_connect_ms",
    "upstreamHeader": "upstream_header_ms",
    "requestSize": "request_size",
    "responseSize": "response_size",
    "upstreamService": "upstream_name",
    "upstreamAddress": "upstream_addr",
    "upstreamStatus": "upstream_status",
    "upstreamAttempts": "upstream_attempts",
    "picked": "picked",
    "clientIp": "client_ip",
    "userAgent": "user_agent",
    "requestId": "request_id",
    "clientRequestId": "x_request_id",
    "traceId": "trace_id",
    "tlsVersion": "tls_version",
    "tlsCipher": "tls_cipher",
    "wafAction": "waf_action",
    "wafViolationRating": "waf_violation_rating",
    "wafSignatures": "waf_signatures",
    "botClassification": "bot_classification",
    "edgeLatency": "xc_edge_latency_ms",
}
"""A line as REST spells it. Times are milliseconds; what the log left empty is null."""


class Asked(BaseModel):
    """What all questions about lines have in common."""

    time_range: str = TIME_RANGE
    namespace: str = Field("", description="Of the gateway, or of the route where it is known")
    search: str = Field(
        "", max_length=LONGEST, description="Text in path, host or user agent; or a request's id"
    )
    request_id: str = Field(
        "", alias="requestId", max_length=LONGEST, description="The gateway's or the client's"
    )
    min_latency: float | None = Field(
        None, alias="minLatency", ge=0, lt=1e9, description="Milliseconds"
    )


class LogQuery(Asked):
    """A page of lines. What is not known here is refused."""

    model_config = ConfigDict(extra="forbid")

    status: list[str] = Field([], description=f"502, 5xx: {_ANY_OF}")
    method: list[str] = []
    hostname: list[str] = []
    path: list[str] = []
    route: list[str] = Field([], description="namespace/name; empty: the line names none")
    gateway: list[str] = Field([], description="namespace/name")
    upstreamService: list[str] = []
    upstreamAddress: list[str] = []
    pod: list[str] = Field([], description="Of the data plane")
    clientIp: list[str] = []
    userAgent: list[str] = []
    traceId: list[str] = []
    limit: int = Field(50, ge=1, le=PAGE_MAX, description="Lines a page")
    cursor: str = Field("", description="That of the page before")


class LogParams(Asked):
    """The same in a query string; several values are comma separated."""

    status: str = Field("", description=f"502, 5xx: {_ANY_OF}")
    method: str = ""
    hostname: str = ""
    path: str = ""
    route: str = Field("", description="namespace/name")
    gateway: str = Field("", description="namespace/name")
    upstreamService: str = ""
    upstreamAddress: str = ""
    pod: str = ""
    clientIp: str = ""
    userAgent: str = ""
    traceId: str = ""


class TopParams(LogParams):
    """The most frequent values of a field."""

    field: str = Field("path", description=f"One of {', '.join(ACCESS.fields)}")
    n: int = Field(10, ge=1, le=TOP_MAX)


class HistogramParams(LogParams):
    """Lines by class of status over time; a filter of the status does not count here."""

    buckets: int = Field(60, ge=1, le=500, description="About so many")


class LogPageAnswer(Rests):
    """Lines, newest first."""

    items: list[dict[str, Any]] = Field(description=f"Each with {', '.join(_COLUMNS)}")
    cursor: str | None = Field(description="For the next page; null: there is none")
    readRows: int
    elapsedMs: float


class TopItem(BaseModel):
    """A value, how many lines have it, and their share in percent of all that were asked about."""

    key: str
    count: int
    percentage: float


class TopAnswer(Rests):
    """Values, most frequent first."""

    field: str
    items: list[TopItem]


class HistogramAnswer(Rests):
    """Lines of each class in buckets that begin at ``times``; null: nothing is known of it."""

    step: int | None = Field(description="Seconds of a bucket")
    times: list[Time]
    counts: dict[str, list[int | None]]


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/logs/query``, ``/logs/topn`` and ``/logs/histogram``."""
    lines = LogLines(container.store)

    def scope(path: Tree, asked: Asked) -> Scope:
        cluster = cluster_of(path, container.fleet)
        return scope_of(container.fleet, current_identity(), [cluster], asked.namespace)

    def query_logs(path: Tree, body: LogQuery) -> Response:
        """A page of log lines, newest first."""
        chosen = {theirs: tuple(getattr(body, ours)) for ours, theirs in _FILTERS.items()}
        found = lines.page(
            scope(path, body),
            Window.parse(body.time_range),
            _filters(body, tuple(body.status), chosen),
            body.cursor or None,
            body.limit,
        )
        page = found.value
        return answer(
            {
                "items": [_line(line) for line in page.lines] if page else [],
                "cursor": page.cursor if page else None,
                "readRows": page.read_rows if page else 0,
                "elapsedMs": page.elapsed_ms if page else 0.0,
                **rests(found),
            }
        )

    def list_log_top_values(path: Tree, query: TopParams) -> Response:
        """The most frequent values of a field."""
        found = lines.top(
            scope(path, query),
            Window.parse(query.time_range),
            _of_params(query),
            query.field,
            query.n,
        )
        return answer(
            {
                "field": query.field,
                "items": [
                    {"key": one.value, "count": one.lines, "percentage": 100 * one.share}
                    for one in found.value or ()
                ],
                **rests(found),
            }
        )

    def get_log_histogram(path: Tree, query: HistogramParams) -> Response:
        """How lines are spread over time, by class of status."""
        found = lines.histogram(
            scope(path, query),
            Window.parse(query.time_range),
            _of_params(query),
            query.buckets,
        )
        spread = found.value
        return answer(
            {
                "step": spread.step if spread else None,
                "times": [at.isoformat() for at in spread.times] if spread else [],
                "counts": dict(spread.counts) if spread else {},
                **rests(found),
            }
        )

    in_both_trees(
        server,
        "logs",
        [
            ("post", "/logs/query", query_logs, {"responses": {"200": LogPageAnswer}}),
            ("get", "/logs/topn", list_log_top_values, {"responses": {"200": TopAnswer}}),
            ("get", "/logs/histogram", get_log_histogram, {"responses": {"200": HistogramAnswer}}),
        ],
        _NAMES,
    )


def _of_params(query: LogParams) -> Filters:
    chosen = {theirs: _values(getattr(query, ours)) for ours, theirs in _FILTERS.items()}
    return _filters(query, _values(query.status), chosen)


def _filters(asked: Asked, status: tuple[str, ...], chosen: dict[str, tuple[str, ...]]) -> Filters:
    return Filters(
        text=asked.search,
        status=status,
        request_id=asked.request_id,
        min_ms=asked.min_latency,
        exact={name: values for name, values in chosen.items() if values},
    )


def _values(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _line(line: dict[str, Any]) -> dict[str, Any]:
    made = {name: line[column] for name, column in _COLUMNS.items()}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in made.items()
    }
