"""REST of slow requests: the slowest ones of a pool, and what slowness goes along with."""

from dataclasses import asdict

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from api.answers import RANGE, TIME_RANGE
from api.openapi import Time, Tree, answer, in_both_trees
from api.pool_scope import asked_of
from services.container import Container
from services.inference.correlation import Correlation
from services.inference.slow import SLOWEST, Request, slow
from services.telemetry.windows import Window


class SlowParams(BaseModel):
    """Of which pool, and when."""

    pool: str = Field("", max_length=500, description="Name or namespace/name; without it all")
    time_range: str = TIME_RANGE
    limit: int = Field(SLOWEST, ge=1, le=200, description="Slow requests to list")


class SlowRequest(BaseModel):
    """A request with the state of its pod just before it began; null was not read."""

    requestId: str
    traceId: str
    model: str
    namespace: str
    pool: str
    pod: str
    timestamp: Time
    ttftMs: float
    totalMs: float | None
    inputTokens: int | None
    queueDepth: int | None
    gpuUtil: float | None = Field(description="0 to 1, mean of the pod's devices")
    kvCacheUtil: float | None = Field(description="0 to 1")


class CorrelationBin(BaseModel):
    """Requests with about the same value of the factor, and their time to first token."""

    low: float
    high: float
    n: int
    p50: float = Field(description="ms")
    p95: float = Field(description="ms")


class CorrelationItem(BaseModel):
    """What the time to first token goes along with; correlation is no cause."""

    factor: str = Field(description="queue_depth, gpu_util, kv_cache or input_length")
    correlation: float | None = Field(description="Spearman's coefficient, -1 to 1")
    pearson: float | None
    p: float | None = Field(description="How often chance alone would give as much")
    n: int = Field(description="Requests of which the factor is known")
    impact: str | None = Field(description="high, medium or low")
    reason: str | None
    bins: list[CorrelationBin] = Field(description="About as many requests in each")


class SlowAnswer(BaseModel):
    """Slow requests, with what they rest on."""

    pool: str
    timeRange: str
    slowRequests: list[SlowRequest]
    correlations: list[CorrelationItem]
    sampled: int = Field(description="Requests that the correlations are computed over")
    source: str
    as_of: Time | None
    window: dict[str, str]
    reason: str | None


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/inference/diagnostics/slow``."""

    def list_slow_requests(path: Tree, query: SlowParams) -> Response:
        """The slowest requests of a time, and what slowness goes along with."""
        asked = asked_of(container, path, query.pool)
        window = Window.parse(query.time_range)
        membership = container.inference.membership
        found = slow(container.store, membership, asked, window, query.limit)
        value = found.value
        return answer(
            {
                "pool": query.pool,
                "timeRange": query.time_range,
                "slowRequests": [_request(one) for one in value.requests] if value else [],
                "correlations": [_correlation(one) for one in value.correlations] if value else [],
                "sampled": value.sampled if value else 0,
                "source": found.source,
                "as_of": found.as_of.isoformat() if found.as_of else None,
                "window": {"start": window.start.isoformat(), "end": window.end.isoformat()},
                "reason": found.reason,
            }
        )

    in_both_trees(
        server,
        "slow-requests",
        [
            (
                "get",
                "/inference/diagnostics/slow",
                list_slow_requests,
                {"responses": {"200": SlowAnswer}},
            )
        ],
        RANGE,
    )


def _request(one: Request) -> dict[str, object]:
    return {
        "requestId": one.request_id,
        "traceId": one.trace_id,
        "model": one.model,
        "namespace": one.namespace,
        "pool": one.pool,
        "pod": one.pod,
        "timestamp": one.timestamp.isoformat(),
        "ttftMs": one.ttft_ms,
        "totalMs": one.total_ms,
        "inputTokens": one.input_tokens,
        "queueDepth": one.queue_depth,
        "gpuUtil": one.gpu_util,
        "kvCacheUtil": one.kv_cache_util,
    }


def _correlation(one: Correlation) -> dict[str, object]:
    return {
        "factor": one.factor,
        "correlation": one.spearman,
        "pearson": one.pearson,
        "p": one.p,
        "n": one.n,
        "impact": one.impact,
        "reason": one.reason,
        "bins": [asdict(made) for made in one.bins],
    }
