"""REST of diagnostics: why a route does not work, and where a request goes and went."""

from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from api.answers import RANGE, TIME_RANGE
from api.guard import current_identity
from api.openapi import Time, Tree, answer, cluster_of, in_both_trees
from services.container import Container
from services.diagnostics.checks import Check
from services.diagnostics.documents import hop, named
from services.diagnostics.recorded import Recorded
from services.diagnostics.trace import Traced
from services.telemetry.windows import Window


class RouteCheckBody(BaseModel):
    """Which route."""

    model_config = ConfigDict(extra="forbid")

    namespace: str = Field(min_length=1, max_length=253)
    routeName: str = Field(min_length=1, max_length=253)
    routeKind: str = Field(
        "HTTPRoute", description="HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute"
    )


class CheckAnswer(BaseModel):
    """One check."""

    name: str
    status: str = Field(description="pass, fail, warn or skip")
    message: str
    details: str | None = Field(description="The evidence in one text; null: none")
    evidence: list[str]
    remedy: str | None = Field(description="What to do; null where nothing is wrong")
    section: str | None = Field(description="Where the specification says so")
    link: dict[str, str] | None = Field(description="The object to look at")


class RouteCheckAnswer(BaseModel):
    """All checks of a route."""

    route: str
    namespace: str
    kind: str
    status: str = Field(description="healthy, degraded or unhealthy")
    checks: list[CheckAnswer]


class TraceBody(BaseModel):
    """A request, as ``simulate`` takes it, or the id of one that was logged."""

    model_config = ConfigDict(extra="forbid")

    method: str = Field("", max_length=40)
    scheme: str = Field("", max_length=10)
    host: str = Field("", max_length=300)
    port: int | None = Field(None, ge=1, le=65535)
    path: str = Field("", max_length=8000)
    query: Any = Field(None, description="Text or an object")
    headers: Any = Field(None, description="An object or a list of pairs")
    sni: str | None = Field(None, max_length=253)
    grpc: dict[str, str] | None = Field(None, description="service and method")
    gateway: str = Field("", description="namespace/name; empty: the one that takes it")
    request_id: str = Field(
        "", alias="requestId", max_length=400, description="The gateway's or the client's"
    )
    time_range: str = TIME_RANGE


class TraceStep(BaseModel):
    """One step. ``durationMs`` is that of a record, null with the reason where none has it."""

    name: str
    status: str = Field(description="pass, fail, warn or skip")
    message: str
    durationMs: float | None
    durationReason: str | None


class TraceLine(BaseModel):
    """A line of an access log; times are milliseconds, null where the log left them empty."""

    timestamp: Time
    requestId: str | None
    clientRequestId: str | None
    traceId: str | None
    status: int
    route: str | None
    rule: str | None
    routeSource: str | None
    agrees: bool | None = Field(description="With the model's route; null: it names none")
    upstreamService: str | None
    upstreamAddress: str | None
    latency: float | None
    upstreamConnect: float | None
    upstreamHeader: float | None
    upstreamLatency: float | None


class TraceSpan(BaseModel):
    """A span; its duration is milliseconds."""

    timestamp: Time
    service: str | None
    name: str | None
    status: str
    duration: float
    traceId: str | None
    spanId: str | None
    parentSpanId: str | None


class TraceRecord(BaseModel):
    """What was recorded; ``reason`` and ``spansReason`` say why there is nothing."""

    window: dict[str, str]
    lines: list[TraceLine]
    reason: str | None
    spans: list[TraceSpan]
    spansReason: str | None


class TraceAnswer(BaseModel):
    """The path of a request, and what was recorded of it or of requests like it."""

    request: dict[str, Any]
    gateway: str | None
    steps: list[TraceStep]
    matched: bool
    matchedRoute: str | None = Field(description="namespace/name")
    path: list[dict[str, Any]] = Field(description="Each hop with the rule that decided it")
    simulation: dict[str, Any] | None = Field(description="As POST .../simulate answers")
    recorded: TraceRecord


_LINE = {
    "requestId": "request_id",
    "clientRequestId": "x_request_id",
    "traceId": "trace_id",
    "status": "status",
    "route": "route",
    "rule": "rule",
    "routeSource": "route_source",
    "upstreamService": "upstream_name",
    "upstreamAddress": "upstream_addr",
    "latency": "latency_ms",
    "upstreamConnect": "upstream_connect_ms",
    "upstreamHeader": "upstream_header_ms",
    "upstreamLatency": "upstream_latency_ms",
}
_SPAN = {
    "service": "service",
    "name": "name",
    "status": "status",
    "duration": "duration_ms",
    "traceId": "trace_id",
    "spanId": "span_id",
    "parentSpanId": "parent_span_id",
}
"""A record as REST spells it."""


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/diagnostics/route-check`` and ``/diagnostics/trace``."""
    fleet, checks, traces = container.fleet, container.route_checks, container.traces

    def check_route(path: Tree, body: RouteCheckBody) -> Response:
        """Check a route from its parents to its endpoints; one that is not there is unhealthy."""
        found = checks.check(
            current_identity(),
            cluster_of(path, fleet),
            body.routeKind,
            body.namespace,
            body.routeName,
        )
        return answer(
            {
                "route": body.routeName,
                "namespace": body.namespace,
                "kind": body.routeKind,
                "status": found.status,
                "checks": [_check(one) for one in found.checks],
            }
        )

    def trace_request(path: Tree, body: TraceBody) -> Response:
        """Where a request goes, and what was recorded: of the one with the id, or of those that
        were like it."""
        document = body.model_dump(
            exclude={"gateway", "request_id", "time_range"}, exclude_none=True, exclude_unset=True
        )
        found = traces.trace(
            current_identity(),
            cluster_of(path, fleet),
            document,
            gateway=body.gateway,
            request_id=body.request_id,
            window=Window.parse(body.time_range),
        )
        return answer(_traced(found))

    in_both_trees(
        server,
        "diagnostics",
        [
            (
                "post",
                "/diagnostics/route-check",
                check_route,
                {"responses": {"200": RouteCheckAnswer}},
            ),
            ("post", "/diagnostics/trace", trace_request, {"responses": {"200": TraceAnswer}}),
        ],
        RANGE | {"request_id": "requestId"},
    )


def _check(one: Check) -> dict[str, Any]:
    return {
        "name": one.name,
        "status": one.status,
        "message": one.message,
        "details": " ".join(one.evidence) or None,
        "evidence": list(one.evidence),
        "remedy": one.remedy or None,
        "section": one.section or None,
        "link": named(one.link),
    }


def _traced(found: Traced) -> dict[str, Any]:
    route = found.route
    return {
        "request": found.request,
        "gateway": found.gateway or None,
        "steps": [
            {
                "name": one.name,
                "status": one.status,
                "message": one.message,
                "durationMs": one.duration_ms,
                "durationReason": one.reason or None,
            }
            for one in found.steps
        ],
        "matched": found.matched,
        "matchedRoute": f"{route.namespace}/{route.name}" if route else None,
        "path": [hop(one) for one in found.hops],
        "simulation": found.document,
        "recorded": _recorded(found.recorded, found),
    }


def _recorded(recorded: Recorded, found: Traced) -> dict[str, Any]:
    return {
        "window": {
            "start": recorded.window.start.isoformat(),
            "end": recorded.window.end.isoformat(),
        },
        "lines": [
            {
                "timestamp": line["timestamp"].isoformat(),
                **{ours: line[theirs] for ours, theirs in _LINE.items()},
                "agrees": found.agrees(line),
            }
            for line in recorded.lines
        ],
        "reason": recorded.reason or None,
        "spans": [
            {
                "timestamp": line["timestamp"].isoformat(),
                **{ours: line[theirs] for ours, theirs in _SPAN.items()},
            }
            for line in recorded.spans
        ],
        "spansReason": recorded.spans_reason or None,
    }
