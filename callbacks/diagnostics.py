"""Diagnostics: why requests are slow, and benchmarks: started, followed, cancelled."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dash import ClientsideFunction, Input, Output, State, ctx, no_update

from callbacks.asking import Asked, question, span_of, window_of
from callbacks.panels import plain, shown, values
from callbacks.registrar import Callbacks, nothing
from components import diagnostics as page
from components import panels
from components.figures.frame import Span, frame
from components.figures.lines import Line, time_series
from components.figures.steps import Step, between, steps
from services.auth.identity import Identity, Role
from services.container import Container
from services.errors import ConsoleError, Invalid
from services.inference.benchmark import Order
from services.inference.correlation import Correlation
from services.inference.provider import Asked as Pools
from services.inference.slow import SOURCE, Request, Slow, slow
from services.telemetry.answers import Answer

STEPS = "diagnostics-steps"
MEASURED = "this benchmark"
SLOWEST = 10
FIELDS = {
    "endpoint": "endpoint",
    "model": "model",
    "pool": "pool",
    "apiKey": "key",
    "concurrentUsers": "users",
    "durationSec": "seconds",
    "promptTokens": "prompt",
    "maxTokens": "answer",
}
"""Fields of an order and the inputs they are typed into."""


def register(callbacks: Callbacks) -> None:
    """Register the page's questions and their drawing."""
    container = callbacks.container

    @callbacks.on(Output(page.SLOW, "data"), Input(page.ASKED, "data"))
    def why(asked: dict[str, Any]) -> dict[str, Any]:
        return slowness(container, callbacks.who(), asked)

    @callbacks.on(Output(page.RUN, "data"), Input(page.RUN_ASKED, "data"))
    def follow(asked: dict[str, Any]) -> dict[str, Any]:
        return benchmark(container, callbacks.who(), str(asked.get("run") or ""))

    @callbacks.on(
        Output(page.FAULTS, "data"),
        Output("benchmark-key", "value"),
        Input("benchmark-start", "n_clicks"),
        Input("benchmark-cancel", "n_clicks"),
        State(page.RUN_ASKED, "data"),
        *[State(f"benchmark-{key}", "value") for key in page.INPUTS],
        role=Role.OPERATOR,
        prevent_initial_call=True,
    )
    def act(start: int | None, cancel: int | None, asked: dict[str, Any], *values: Any) -> Any:
        who = callbacks.who()
        if ctx.triggered_id == "benchmark-cancel":
            cluster, _, run_id = str(asked.get("run") or "").partition("/")
            if cancel:
                container.benchmarks.cancel(who, cluster, run_id)
            return [{"run": asked.get("run"), "at": cancel}, no_update]
        if not start:
            return nothing()
        return started(container, who, dict(zip(page.INPUTS, values, strict=True)), start)

    callbacks.clientside(ClientsideFunction("ngfDiagnostics", "slow"), Input(page.SLOW, "data"))
    callbacks.clientside(ClientsideFunction("ngfDiagnostics", "run"), Input(page.RUN, "data"))
    callbacks.clientside(ClientsideFunction("ngfDiagnostics", "acted"), Input(page.FAULTS, "data"))


def slowness(container: Container, who: Identity, asked: Asked) -> dict[str, Any]:
    """The slowest requests, what slowness goes along with, and one factor in steps."""
    window, scope = window_of(asked), question(container, who, asked)
    namespace, _, pool = str(asked.get("pool") or "").rpartition("/")
    of = Pools(scope.clusters, scope.namespaces, pool, namespace)
    try:
        found = slow(container.store, container.inference.membership, of, window, SLOWEST)
    except ConsoleError as error:
        found = Answer(None, SOURCE, None, window, error.message)
    value = found.value
    correlations = {one.factor: one for one in value.correlations} if value else {}
    chosen = _chosen(correlations, str(asked.get("factor") or ""))
    return {
        "factors": [_factor(one, one.factor == chosen) for one in correlations.values()],
        "requests": [_request(container, one) for one in value.requests] if value else [],
        "sampled": value.sampled if value else 0,
        "chosen": page.FACTORS[chosen][0] if chosen else "",
        "source": found.source,
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "reason": found.reason,
        "panels": {STEPS: _steps(found, correlations.get(chosen))},
        "values": {
            page.FACTORS_TOLD: values(found, map(plain, correlations.values())),
            page.REQUESTS: values(found, map(plain, value.requests if value else ())),
        },
    }


def benchmark(container: Container, who: Identity, run: str) -> dict[str, Any]:
    """The run that is looked at, and those there are. Without one, the last of them."""
    runs = container.benchmarks.list(who)
    if not run and runs:
        run = f"{runs[0]['cluster']}/{runs[0]['id']}"
    cluster, _, run_id = run.partition("/")
    listed = [{**one, "run": f"{one['cluster']}/{one['id']}"} for one in runs]
    tables = {page.RUNS: panels.values(map(_flat, runs), MEASURED)}
    try:
        found = container.benchmarks.get(who, cluster, run_id) if run else None
    except ConsoleError as error:
        nothing = {"run": None, "reason": error.message, "panels": _no_run(), "values": tables}
        return {**nothing, "runs": listed}
    if found is None:
        nothing = {"run": None, "reason": None, "panels": _no_run(), "values": tables}
        return {**nothing, "runs": listed}
    timeline = found["progress"].pop("timeline")
    if found["result"]:
        found["result"].pop("timeline")
    began = datetime.fromisoformat(found["startedAt"])
    mine = found["startedBy"] == who.name or who.role is Role.ADMIN
    return {
        "run": {**found, "run": run, "mine": mine},
        "runs": listed,
        "reason": None,
        "panels": _panels(timeline, began, found["durationSec"], found["state"] == "running"),
        "values": {
            **tables,
            page.WHOLE: panels.values([_flat(found)], MEASURED),
            page.ERRORS: panels.values((found["result"] or {}).get("errors", ()), MEASURED),
        },
    }


def _flat(run: Mapping[str, Any]) -> dict[str, Any]:
    """A run as values: what it was to do, and each number of its progress or result."""
    result = run.get("result") or {}
    between = {f"interTokenMs.{name}": one for name, one in result.get("interTokenMs", {}).items()}
    told = {**run, **(run.get("progress") or {}), **result, **between}
    return {name: value for name, value in told.items() if not isinstance(value, list | dict)}


def started(container: Container, who: Identity, typed: Mapping[str, Any], at: int) -> list[Any]:
    """Begin what was typed; what is wrong with it goes to its input, where it has one."""
    try:
        order = _order(typed)
        cluster = str(typed["cluster"] or "") or container.fleet.default_name()
        run = container.benchmarks.start(who, cluster, order)
    except Invalid as error:
        return [{"faults": _faults(error), "at": at}, no_update]
    return [{"run": f"{cluster}/{run.id}", "at": at}, ""]


def _order(typed: Mapping[str, Any]) -> Order:
    """Raises Invalid for a number that is none."""

    def text(key: str) -> str:
        return str(typed[key] or "").strip()

    def number(field: str) -> int:
        if not text(FIELDS[field]).isdecimal():
            raise Invalid.of(field, "must be a whole number")
        return int(text(FIELDS[field]))

    return Order(
        pool=text("pool"),
        endpoint=text("endpoint"),
        model=text("model"),
        concurrent_users=number("concurrentUsers"),
        duration_s=number("durationSec"),
        prompt_tokens=number("promptTokens"),
        max_tokens=number("maxTokens"),
        api_key=text("key"),
    )


def _faults(error: Invalid) -> dict[str, str]:
    """What is wrong by input. Raises the error when it is about none of them."""
    found = {
        FIELDS[one["field"]]: f"It {one['rule']}."
        for one in error.details.get("fields") or ()
        if one["field"] in FIELDS
    }
    if not found:
        raise error
    return found


def _chosen(correlations: Mapping[str, Correlation], wanted: str) -> str:
    """The factor that is shown in steps: the one that is asked for, else the strongest."""
    known = [one for one in correlations.values() if one.spearman is not None]
    if wanted in correlations:
        return wanted
    strongest = max(known, key=lambda one: abs(one.spearman or 0), default=None)
    return strongest.factor if strongest else ""


def _factor(one: Correlation, chosen: bool) -> dict[str, Any]:
    return {
        "factor": one.factor,
        "label": page.FACTORS[one.factor][0],
        "spearman": one.spearman,
        "pearson": one.pearson,
        "p": one.p,
        "n": one.n,
        "impact": one.impact,
        "reason": one.reason,
        "chosen": chosen,
    }


def _request(container: Container, one: Request) -> dict[str, Any]:
    return {
        "key": f"{one.cluster} {one.request_id or one.trace_id} {one.timestamp.isoformat()}",
        "time": one.timestamp.isoformat(),
        "cluster": one.cluster,
        "slot": container.fleet.slot(one.cluster),
        "pool": f"{one.namespace}/{one.pool}",
        "pod": one.pod,
        "request": one.request_id,
        "model": one.model,
        "ttft": one.ttft_ms,
        "total": one.total_ms,
        "tokens": one.input_tokens,
        "queue": one.queue_depth,
        "cache": one.kv_cache_util,
        "gpu": one.gpu_util,
    }


def _steps(found: Answer[Slow], one: Correlation | None) -> dict[str, Any]:
    if one is None:
        return shown(frame(span_of(found.window), None), found)
    name, unit = page.FACTORS[one.factor]
    times = 100 if unit == "%" else 1
    groups = [
        Step(between(times * bin.low, times * bin.high, unit), bin.n, bin.p50, bin.p95)
        for bin in one.bins
    ]
    return shown(steps(groups, along=name), found, reason=one.reason)


def _panels(
    timeline: list[dict[str, Any]], began: datetime, seconds: int, running: bool
) -> dict[str, Any]:
    end = began + timedelta(seconds=seconds)
    # The second that has just begun is not over: its numbers would fall at every look.
    over = timeline[:-1] if running else timeline

    def panel(field: str, name: str, colour: str, unit: str = "", step: int = 1) -> dict[str, Any]:
        points = [
            (began + timedelta(seconds=one["second"]), one[field])
            for one in over
            if one[field] is not None  # a second in which no answer began is no gap in measuring
        ]
        figure = time_series([Line(name, points, colour)], Span(began, end, step), unit)
        as_of = began + timedelta(seconds=len(timeline))
        return panels.told(figure, MEASURED, as_of, reason=None if over else "Not measured yet.")

    return {
        "benchmark-throughput": panel("tokens", "tokens", "c3"),
        "benchmark-first": panel("ttftMs", "mean", "p95", "ms", step=5),
    }


def _no_run() -> dict[str, Any]:
    now = datetime.now().astimezone()
    empty = frame(Span(now - timedelta(seconds=30), now, 1), None)
    none = panels.told(empty, "", None, reason="No benchmark has run yet.")
    return dict.fromkeys(("benchmark-throughput", "benchmark-first"), none)
