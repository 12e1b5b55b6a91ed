"""One inference pool: what the chosen tab shows, in one answer."""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output

from callbacks import autoscaling_words, cost_words, pool_charts, pool_words
from callbacks.asking import panels, question, span_of, window_of
from callbacks.panels import plain, values
from callbacks.registrar import Callbacks
from components import pool
from services.auth.identity import Identity
from services.container import Container
from services.errors import ConsoleError
from services.inference.provider import Asked
from services.inference.results import PoolStatus
from services.realtime.scope import Scope
from services.telemetry.windows import Window

DEVICES = 8
"""Rows of GPUs on the overview, those in trouble and the hottest first; the tab of pods has all."""
EVENTS = 50

Told = dict[str, Any]


def register(callbacks: Callbacks) -> None:
    """Register the page's one question and its drawing."""
    container = callbacks.container

    @callbacks.on(Output(pool.DATA, "data"), Input(pool.ASKED, "data"))
    def answer(asked: Mapping[str, Any] | None) -> Told:
        return page(container, callbacks.who(), asked or {})

    callbacks.clientside(ClientsideFunction("ngfPool", "draw"), Input(pool.DATA, "data"))


def page(container: Container, who: Identity, asked: Mapping[str, Any]) -> Told:
    """Everything of the tab that is asked for; without the pool, why."""
    window = window_of(asked)
    scope = question(container, who, asked)
    name, namespace = str(asked.get("pool") or ""), str(asked.get("namespace") or "")
    of = Asked(scope.clusters, scope.namespaces, name, namespace)
    tab = str(asked.get("tab") or "overview")
    try:
        found = container.metrics.get_pool(of)
    except ConsoleError as error:
        return {"missing": error.message, "tab": tab, "panels": {}}
    if found.value is None:
        return {"missing": found.reason or "", "tab": tab, "panels": {}}
    one = found.value
    exactly = Asked((one.cluster,), scope.namespaces, one.name, one.namespace)
    slot = container.fleet.slot(one.cluster)
    told: Told = {
        "id": "/".join(one.place),
        "tab": tab,
        "name": one.name,
        "place": [one.cluster, one.namespace, one.name],
        "status": pool_words.STATUS.get(one.status, "unknown"),
        "word": one.status,
        "why": one.status_reason,
        "strip": found.reason,
        "facts": pool_words.facts(one, slot),
        "pods_count": one.replicas,
    }
    if tab == "pods":
        return {**told, **_pods(container, exactly, window)}
    if tab == "cost":
        return {**told, **_cost(container, exactly, window)}
    return {**told, **_overview(container, who, one, exactly, window)}


def _overview(
    container: Container, who: Identity, one: PoolStatus, of: Asked, window: Window
) -> Told:
    metrics = container.metrics
    told: Told = {"tiles": {}, "gpus": None, "cost": None}

    def made() -> dict[str, Told]:
        ttft = metrics.ttft_percentiles(of, window)
        tokens = metrics.tps_throughput(of, window)
        prompt = metrics.tps_throughput(of, window, prompt=True)
        waiting = metrics.queue_depth_series(of, window)
        filled = metrics.kv_cache_series(of, window)
        cost = metrics.cost_estimate(of, window)
        before = Window(window.start - (window.end - window.start), window.start)
        sparks = {"ttft": ttft, "tokens": tokens, "waiting": waiting, "cache": filled}
        summary, then = metrics.summary(of, window), metrics.summary(of, before)
        tiles = pool_words.tiles(summary, then, cost, sparks)
        told["tiles"] = {f"pool-kpi-{key}": value for key, value in tiles.items()}
        told["vantage"] = pool_charts.vantage(ttft)
        told["cost"] = cost_words.bill(cost)
        told["gpus"], devices = _devices(container, of, window, DEVICES)
        told["values"] = {pool.GPUS: devices, pool.COST: cost_words.values_of(cost)}
        scaled = _scaled(container, who, one, window)
        return {
            pool.TTFT: pool_charts.ttft(ttft, scaled),
            pool.SPREAD: pool_charts.spread(metrics.ttft_histogram(of, window)),
            pool.TOKENS: pool_charts.tokens(tokens, prompt),
            pool.WAITING: pool_charts.line("waiting", waiting, events=scaled),
            pool.CACHE: pool_charts.cache(metrics.kv_cache_by_pod(of, window)),
        }

    return {"panels": panels(pool.PANELS, window, "the store", made), **told}


def _devices(
    container: Container, of: Asked, window: Window, most: int | None = None
) -> tuple[Told, Told]:
    """GPUs, the first ``most`` in words and all as values."""
    found = container.metrics.devices(of, window)
    first = sorted(found.value or [], key=lambda one: one.urgency, reverse=True)
    told = {
        "rows": [pool_words.device(one) for one in first[:most]],
        "count": len(first),
        "source": found.source,
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "reason": found.reason,
    }
    return told, values(found, map(plain, first))


def _pods(container: Container, of: Asked, window: Window) -> Told:
    try:
        found = container.metrics.pod_metrics(of, window)
        gpus, devices = _devices(container, of, window)
    except ConsoleError as error:
        nothing = {"rows": [], "count": 0, "source": "", "reason": error.message}
        return {"panels": {}, "pods": nothing, "gpus": nothing}
    return {
        "panels": {},
        "values": {
            pool.PODS: values(found, map(pool_words.pod_values, found.value or [])),
            pool.DEVICES: devices,
        },
        "gpus": gpus,
        "pods": {
            "rows": [pool_words.pod(one) for one in found.value or []],
            "source": found.source,
            "as_of": found.as_of.isoformat() if found.as_of else None,
            "reason": found.reason,
        },
    }


def _cost(container: Container, of: Asked, window: Window) -> Told:
    told: Told = {"bill": None}

    def made() -> dict[str, Told]:
        cost = container.metrics.cost_estimate(of, window)
        told["bill"] = cost_words.bill(cost)
        told["values"] = {pool.BILL: cost_words.values_of(cost)}
        busy = container.metrics.gpu_util_series(of, window)
        return {pool.BUSY: pool_charts.line("utilization", busy, "%")}

    return {"panels": panels((pool.BUSY,), window, "the store", made), **told}


def _scaled(
    container: Container, who: Identity, one: PoolStatus, window: Window
) -> pool_charts.Marks:
    """When the pool was scaled, as marks in charts."""
    scope = Scope.of(who, [one.cluster], f"{one.namespace}/{one.name}")
    found = container.scaling.history.events(scope, window, EVENTS)
    return autoscaling_words.marks(found.value or [], span_of(window))
