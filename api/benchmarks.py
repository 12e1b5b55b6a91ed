"""REST of benchmarks: load on an engine, followed while it runs and kept when it has ended."""

from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from werkzeug.wrappers import Response

from api.guard import current_identity, requires
from api.openapi import Time, Tree, answer, cluster_of, in_both_trees
from api.pool_scope import POOL, POOL_LENGTH
from services.auth.identity import Role
from services.container import Container
from services.inference.benchmark import MAX_TOKENS, PROMPT_TOKENS, SECONDS, USERS, Order


class BenchmarkBody(BaseModel):
    """What to measure. The key is sent to the endpoint and kept nowhere."""

    model_config = ConfigDict(extra="forbid")

    pool: str = Field(
        min_length=1,
        max_length=POOL_LENGTH,
        description=f"The pool the result is about, one of the cluster. {POOL}",
    )
    endpoint: str = Field(
        min_length=1,
        max_length=2000,
        description="Base URL of an OpenAI-compatible API, such as https://llm.example/v1, or the"
        " URL of its completions",
    )
    model: str = Field(min_length=1, max_length=253, description="Model to ask for")
    concurrentUsers: int = Field(10, ge=USERS[0], le=USERS[1])
    durationSec: int = Field(30, ge=SECONDS[0], le=SECONDS[1])
    promptTokens: int = Field(
        128, ge=PROMPT_TOKENS[0], le=PROMPT_TOKENS[1], description="About as many, as words"
    )
    maxTokens: int = Field(128, ge=MAX_TOKENS[0], le=MAX_TOKENS[1], description="Of an answer")
    apiKey: SecretStr = Field(SecretStr(""), description="Sent as Authorization: Bearer")


class BenchmarkPath(Tree):
    """One benchmark."""

    id: str = Field(description="Id of the benchmark")


class BenchmarkSecond(BaseModel):
    """A second of the run."""

    second: int
    requests: int
    failed: int
    tokens: float
    ttftMs: float | None


class BenchmarkProgress(BaseModel):
    """What has been counted so far."""

    elapsedSec: float
    totalRequests: int = Field(description="Ended, well or not")
    succeeded: int
    failed: int
    inFlight: int
    avgTtftMs: float | None
    avgThroughput: float | None = Field(description="Tokens a second, of all users together")
    timeline: list[BenchmarkSecond]


class SpreadMs(BaseModel):
    """Milliseconds; percentiles are right within one in a hundred."""

    avg: float | None
    p50: float | None
    p95: float | None
    p99: float | None


class BenchmarkError(BaseModel):
    """One kind of failure: an HTTP status, or connect, connection, timeout, stream, incomplete,
    not_streamed; and the server's own words."""

    code: str
    message: str
    count: int


class BenchmarkResult(BaseModel):
    """What the client saw; null with its reason in ``reasons`` where nothing was measured."""

    pool: str
    durationSec: float
    totalRequests: int
    unfinished: int = Field(description="Under way when the run ended; in no rate")
    successRate: float | None = Field(description="0 to 1")
    avgTtftMs: float | None
    p50TtftMs: float | None
    p95TtftMs: float | None
    p99TtftMs: float | None
    interTokenMs: SpreadMs
    totalMs: SpreadMs
    avgThroughput: float | None = Field(description="Tokens a second, of all users together")
    requestsPerSec: float | None
    answerTokens: int | None
    promptTokens: float | None = Field(description="Of a prompt, as the server counts them")
    errors: list[BenchmarkError]
    timeline: list[BenchmarkSecond]
    vantagePoint: str
    tokensFrom: str | None
    clientLagMs: float | None = Field(
        description="How late the console itself was, 99th percentile"
    )
    reasons: dict[str, str]


class Benchmark(BaseModel):
    """A benchmark. ``result`` is null while it runs."""

    id: str
    cluster: str
    namespace: str
    pool: str
    state: str = Field(description="running, done, cancelled or failed")
    startedBy: str
    startedAt: Time
    endedAt: Time | None
    endpoint: str
    model: str
    concurrentUsers: int
    durationSec: int
    promptTokens: int
    maxTokens: int
    progress: BenchmarkProgress
    result: BenchmarkResult | None


class BenchmarkList(BaseModel):
    """Those this replica has run, newest first."""

    items: list[dict[str, Any]]


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/inference/diagnostics/benchmark``."""
    benchmarks, fleet = container.benchmarks, container.fleet

    @requires(Role.OPERATOR)
    def start_benchmark(path: Tree, body: BenchmarkBody) -> Response:
        """Put load on an endpoint; one at a time for each user. 202, and its id to follow it by."""
        who, cluster = current_identity(), cluster_of(path, fleet)
        order = Order(
            pool=body.pool,
            endpoint=body.endpoint,
            model=body.model,
            concurrent_users=body.concurrentUsers,
            duration_s=body.durationSec,
            prompt_tokens=body.promptTokens,
            max_tokens=body.maxTokens,
            api_key=body.apiKey.get_secret_value(),
        )
        run = benchmarks.start(who, cluster, order)
        return answer(benchmarks.get(who, cluster, run.id), 202)

    def list_benchmarks(path: Tree) -> Response:
        """Those that run and the last that did, newest first."""
        return answer({"items": benchmarks.list(current_identity(), cluster_of(path, fleet))})

    def get_benchmark(path: BenchmarkPath) -> Response:
        """State, progress and result."""
        return answer(benchmarks.get(current_identity(), cluster_of(path, fleet), path.id))

    @requires(Role.OPERATOR)
    def cancel_benchmark(path: BenchmarkPath) -> Response:
        """End it now; what it has measured stays."""
        return answer(benchmarks.cancel(current_identity(), cluster_of(path, fleet), path.id))

    rule = "/inference/diagnostics/benchmark"
    one: dict[str, Any] = {"responses": {"200": Benchmark}}
    in_both_trees(
        server,
        "benchmarks",
        [
            ("get", rule, list_benchmarks, {"responses": {"200": BenchmarkList}}),
            ("post", rule, start_benchmark, {"responses": {"202": Benchmark}}),
            ("get", f"{rule}/<id>", get_benchmark, one),
            ("delete", f"{rule}/<id>", cancel_benchmark, one),
        ],
    )
