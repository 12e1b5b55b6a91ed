"""REST of endpoint-picker decisions: the newest of a pool, one in full, and its replay."""

from datetime import datetime
from typing import Annotated, Any, Literal

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, Field, StringConstraints
from werkzeug.wrappers import Response

from api.answers import RANGE, TIME_RANGE
from api.guard import current_identity
from api.openapi import Time, Tree, answer, cluster_of, in_both_trees
from api.pool_scope import asked_of
from services.container import Container
from services.inference import telling
from services.inference.decision_store import Known
from services.inference.replay import replay
from services.inference.results import EppDecision
from services.telemetry.windows import Window

MOST = 500
NO_LATENCY = (
    "From the recorded values. What the latency would have been is not known: nobody saw it."
)
"""What every replay says of time."""

RequestId = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[!-~]+$")]


class DecisionParams(BaseModel):
    """Which decisions."""

    pool: str = Field("", max_length=320, description="Name, or namespace/name; empty: all")
    time_range: str = TIME_RANGE
    limit: int = Field(20, ge=1, le=MOST)


class DecisionPath(Tree):
    """A request by its id."""

    request_id: RequestId = Field(description="x-request-id, as the picker got it or made it up")


class OneDecisionParams(BaseModel):
    """Whose picker, where two had a request of the id."""

    pool: str = Field("", max_length=320, description="Name, or namespace/name; empty: any")


class AskedWindow(BaseModel):
    """From start on, before end; UTC."""

    start: str
    end: str


class DecisionRow(BaseModel):
    """A decision in one line. What no source holds is null."""

    timestamp: Time | None
    requestId: str
    selectedPod: str | None
    reason: str = Field(description="What decided, in one sentence")
    queueDepth: float | None
    kvCachePct: float | None
    prefixCacheHit: bool | None
    candidatesConsidered: int | None
    decisionLatencyUs: float | None
    endpoint: str | None = Field(description="As the picker's spans spell it: llm/llama-1-rank-0")
    address: str | None
    source: str | None = Field(description="Who says which endpoint was picked")
    unknown: str | None = Field(description="Why it is not known")
    outcome: str | None
    status: int | None
    tie: list[str]
    margin: float | None
    detail: Literal["scores", "totals"] | None
    cluster: str
    namespace: str
    pool: str | None
    picker: str


class DecisionList(BaseModel):
    """The newest decisions, newest first."""

    items: list[DecisionRow]
    source: str
    as_of: Time | None
    window: AskedWindow
    reason: str | None = Field(description="Why there is none")


class WholeDecision(BaseModel):
    """Everything that is known of a decision: of each field a value and its source, or a reason."""

    requestId: str
    cluster: str
    namespace: str
    pool: str | None
    picker: str
    explanation: list[str]
    notes: list[str]
    timestamp: dict[str, Any]
    outcome: dict[str, Any]
    error: dict[str, Any]
    picked: dict[str, Any]
    tie: list[dict[str, Any]]
    margin: dict[str, Any]
    profile: dict[str, Any]
    pickerPlugin: dict[str, Any]
    scorers: list[dict[str, Any]]
    highestTotal: float | None
    detail: dict[str, Any]
    candidates: list[dict[str, Any]]
    filters: dict[str, Any]
    objective: dict[str, Any]
    priority: dict[str, Any]
    incomingModel: dict[str, Any]
    targetModel: dict[str, Any]
    queueMs: dict[str, Any]
    decisionMs: dict[str, Any]
    steps: list[dict[str, Any]]
    status: dict[str, Any]
    latencyMs: dict[str, Any]
    firstByteMs: dict[str, Any]
    ttftMs: dict[str, Any]
    inputTokens: dict[str, Any]
    outputTokens: dict[str, Any]
    source: str
    as_of: Time | None


class ReplayBody(BaseModel):
    """Which decision, and what is to be otherwise."""

    requestId: RequestId
    pool: str = Field("", max_length=320)
    weights: dict[str, float] = Field(
        default_factory=dict, description="By scorer; those not named stay as they were"
    )
    state: Literal["recorded", "now"] = Field(
        "recorded", description="now: with what the pods' metrics say at this moment"
    )


class ReplayAnswer(BaseModel):
    """Who would win. ``replayMs`` is null, because nobody can say how long it would have taken."""

    requestId: str
    originalMs: float | None
    replayMs: None
    steps: list[dict[str, Any]] = Field(description="Of the request as it was")
    note: str
    basis: Literal["recorded", "now"]
    weights: dict[str, float]
    computed: bool
    reason: str | None = Field(description="Why it cannot be computed")
    original: dict[str, Any]
    winners: list[dict[str, Any]]
    changed: bool | None
    margin: float | None
    ranking: list[dict[str, Any]]
    measuredAnew: list[str]
    keptAsRecorded: list[str]
    gone: list[dict[str, Any]]


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/inference/metrics/epp-decisions``, ``/inference/decisions`` and the replay."""
    fleet, decisions = container.fleet, container.decisions

    def known(path: Tree, request_id: str, pool: str) -> Known:
        cluster = cluster_of(path, fleet)
        return decisions.one(current_identity(), request_id, pool=pool, clusters=(cluster,))

    def list_epp_decisions(path: Tree, query: DecisionParams) -> Response:
        """The newest decisions of endpoint pickers."""
        window, asked = Window.parse(query.time_range), asked_of(container, path, query.pool)
        found = container.metrics.recent_decisions(asked, window, query.limit)
        return answer(
            {
                "items": [_row(one) for one in found.value or ()],
                "window": {"start": window.start.isoformat(), "end": window.end.isoformat()},
                "reason": found.reason,
                **_rests_on(found.source, found.as_of),
            }
        )

    def get_decision(path: DecisionPath, query: OneDecisionParams) -> Response:
        """Why a request went to its endpoint: candidates, scores, weights, filters, times."""
        one = known(path, path.request_id, query.pool)
        return answer({**telling.whole(one.found), **_rests_on(one.source, one.as_of)})

    def replay_decision(path: Tree, body: ReplayBody) -> Response:
        """A recorded decision with other weights, or with what pods say now. Changes nothing."""
        found = known(path, body.requestId, body.pool).found
        states = decisions.states(found.place) if body.state == "now" else None
        result = replay(found.decision, body.weights, states)
        return answer(
            {
                "requestId": body.requestId,
                "originalMs": found.decision.latency_ms.value,
                "replayMs": None,
                "steps": telling.whole(found)["steps"],
                "note": NO_LATENCY,
                **telling.replayed(found.decision, result),
            }
        )

    in_both_trees(
        server,
        "decisions",
        [
            (
                "get",
                "/inference/metrics/epp-decisions",
                list_epp_decisions,
                {"responses": {"200": DecisionList}},
            ),
            (
                "get",
                "/inference/decisions/<request_id>",
                get_decision,
                {"responses": {"200": WholeDecision}},
            ),
            (
                "post",
                "/inference/diagnostics/replay",
                replay_decision,
                {"responses": {"200": ReplayAnswer}},
            ),
        ],
        RANGE,
    )


def _row(one: EppDecision) -> dict[str, Any]:
    return {
        "timestamp": one.timestamp.isoformat() if one.timestamp else None,
        "requestId": one.request_id,
        "selectedPod": one.selected_pod,
        "reason": one.reason,
        "queueDepth": one.queue_depth,
        "kvCachePct": one.kv_cache_pct,
        "prefixCacheHit": one.prefix_cache_hit,
        "candidatesConsidered": one.candidates_considered,
        "decisionLatencyUs": one.decision_latency_us,
        "endpoint": one.endpoint,
        "address": one.address,
        "source": one.source,
        "unknown": one.unknown,
        "outcome": one.outcome,
        "status": one.status,
        "tie": list(one.tie),
        "margin": one.margin,
        "detail": one.detail,
        "cluster": one.cluster,
        "namespace": one.namespace,
        "pool": one.pool,
        "picker": one.picker,
    }


def _rests_on(source: str, as_of: datetime | None) -> dict[str, Any]:
    return {"source": source, "as_of": as_of.isoformat() if as_of else None}
