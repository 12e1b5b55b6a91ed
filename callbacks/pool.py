"""One inference pool: what the chosen tab shows, in one answer."""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output

from callbacks import autoscaling_words, cost_words, picker_words, pool_charts, pool_words
from callbacks.asking import answered, question, span_of, window_of
from callbacks.panels import plain, values
from callbacks.registrar import Callbacks
from components import pool
from services.auth.identity import Identity
from services.container import Container
from services.errors import Invalid, NotFound, Unavailable
from services.inference.provider import Asked
from services.inference.results import PoolStatus
from services.realtime.scope import Scope
from services.telemetry.answers import Answer
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
    except (NotFound, Invalid) as error:
        return {"missing": error.message, "tab": tab, "panels": {}}
    except Unavailable as error:
        found = Answer(None, "the store", None, window, error.message)
    told: Told = {"tab": tab, "strip": found.reason}
    if one := found.value:
        of = Asked((one.cluster,), scope.namespaces, one.name, one.namespace)
        told |= _head(one, container.fleet.slot(one.cluster))
        told["settings"] = picker_words.settings(container, who, one)
    if tab == "pods":
        return {**told, **_pods(container, of, window)}
    if tab == "cost":
        return {**told, **_cost(container, of, window)}
    told.setdefault("settings", picker_words.unknown(found.reason))
    return {**told, **_overview(container, who, of, window)}


def _head(one: PoolStatus, slot: int) -> Told:
    return {
        "id": "/".join(one.place),
        "name": one.name,
        "place": [one.cluster, one.namespace, one.name],
        "status": pool_words.STATUS.get(one.status, "unknown"),
        "word": one.status,
        "why": one.status_reason,
        "facts": pool_words.facts(one, slot),
        "pods_count": one.replicas,
        "stack": one.stack,
        "edit": pool_words.edit_href(one),
    }


def _overview(container: Container, who: Identity, of: Asked, window: Window) -> Told:
    metrics = container.metrics
    ttft = answered(lambda: metrics.ttft_percentiles(of, window), window)
    tokens = answered(lambda: metrics.tps_throughput(of, window), window)
    prompt = answered(lambda: metrics.tps_throughput(of, window, prompt=True), window)
    waiting = answered(lambda: metrics.queue_depth_series(of, window), window)
    filled = answered(lambda: metrics.kv_cache_series(of, window), window)
    each = answered(lambda: metrics.kv_cache_by_pod(of, window), window)
    spread = answered(lambda: metrics.ttft_histogram(of, window), window)
    cost = answered(lambda: metrics.cost_estimate(of, window), window)
    before = Window(window.start - (window.end - window.start), window.start)
    summary = answered(lambda: metrics.summary(of, window), window)
    then = answered(lambda: metrics.summary(of, before), before)
    sparks = {"ttft": ttft, "tokens": tokens, "waiting": waiting, "cache": filled}
    tiles = pool_words.tiles(summary, then, cost, sparks)
    gpus, devices = _devices(container, of, window, DEVICES)
    scaled = _scaled(container, who, of, window)
    return {
        "tiles": {f"pool-kpi-{key}": value for key, value in tiles.items()},
        "vantage": pool_charts.vantage(ttft),
        "cost": cost_words.bill(cost),
        "gpus": gpus,
        "values": {pool.GPUS: devices, pool.COST: cost_words.values_of(cost)},
        "panels": {
            pool.TTFT: pool_charts.ttft(ttft, scaled),
            pool.SPREAD: pool_charts.spread(spread),
            pool.TOKENS: pool_charts.tokens(tokens, prompt),
            pool.WAITING: pool_charts.line("waiting", waiting, events=scaled),
            pool.CACHE: pool_charts.cache(each),
        },
    }


def _devices(
    container: Container, of: Asked, window: Window, most: int | None = None
) -> tuple[Told, Told]:
    """GPUs, the first ``most`` in words and all as values."""
    found = answered(lambda: container.metrics.devices(of, window), window)
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
    found = answered(lambda: container.metrics.pod_metrics(of, window), window)
    gpus, devices = _devices(container, of, window)
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
    cost = answered(lambda: container.metrics.cost_estimate(of, window), window)
    busy = answered(lambda: container.metrics.gpu_util_series(of, window), window)
    return {
        "bill": cost_words.bill(cost),
        "values": {pool.BILL: cost_words.values_of(cost)},
        "panels": {pool.BUSY: pool_charts.line("utilization", busy, "%")},
    }


def _scaled(container: Container, who: Identity, of: Asked, window: Window) -> pool_charts.Marks:
    """When the pool was scaled, as marks in charts."""
    place = f"{of.namespace}/{of.pool}" if of.namespace else of.pool
    scope = Scope.of(who, of.clusters or (), place)
    found = container.scaling.history.events(scope, window, EVENTS)
    return autoscaling_words.marks(found.value or [], span_of(window))
