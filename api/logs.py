"""REST of access logs: pages of lines, frequent values, how lines are spread over time."""

from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from api.answers import Rests, rests
from api.log_pages import ANY_OF, NAMES, VALUES, Asked, PageAnswer, PageAsked, paged, scope_asked
from api.openapi import Time, Tree, answer, in_both_trees
from services.container import Container
from services.telemetry.log_filters import LONGEST, Filters
from services.telemetry.log_kinds import ACCESS
from services.telemetry.log_lines import TOP_MAX, LogLines
from services.telemetry.windows import Window

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
    **NAMES,
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
    "routeCandidates": "route_candidates",
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


class Request(Asked):
    """What all questions about requests have in common."""

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


class LogQuery(Request, PageAsked):
    """A page of lines. What is not known here is refused."""

    status: list[str] = Field([], description=f"502, 5xx: {ANY_OF}")
    method: list[str] = VALUES
    hostname: list[str] = VALUES
    path: list[str] = VALUES
    route: list[str] = Field([], description="namespace/name; empty: the line names none")
    gateway: list[str] = Field([], description="namespace/name")
    upstreamService: list[str] = VALUES
    upstreamAddress: list[str] = VALUES
    pod: list[str] = Field([], description="Of the data plane")
    clientIp: list[str] = VALUES
    userAgent: list[str] = VALUES
    traceId: list[str] = VALUES


class LogParams(Request):
    """The same in a query string; several values are comma separated."""

    status: str = Field("", description=f"502, 5xx: {ANY_OF}")
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


class LogPageAnswer(PageAnswer):
    """Lines, newest first."""

    items: list[dict[str, Any]] = Field(description=f"Each with {', '.join(_COLUMNS)}")


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

    def query_logs(path: Tree, body: LogQuery) -> Response:
        """A page of log lines, newest first."""
        chosen = {theirs: tuple(getattr(body, ours)) for ours, theirs in _FILTERS.items()}
        filters = _filters(body, tuple(body.status), chosen)
        return paged(lines, scope_asked(container, path, body), body, filters, _COLUMNS)

    def list_log_top_values(path: Tree, query: TopParams) -> Response:
        """The most frequent values of a field."""
        found = lines.top(
            scope_asked(container, path, query),
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
            scope_asked(container, path, query),
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


def _filters(
    asked: Request, status: tuple[str, ...], chosen: dict[str, tuple[str, ...]]
) -> Filters:
    return Filters(
        text=asked.search,
        status=status,
        request_id=asked.request_id,
        min_ms=asked.min_latency,
        exact={name: values for name, values in chosen.items() if values},
    )


def _values(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))
