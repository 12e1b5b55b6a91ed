"""Inference pools: what they do together, and each of them in a row."""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output

from callbacks import cost_words, pool_charts, pool_words
from callbacks.asking import panels, question, window_of
from callbacks.panels import values
from callbacks.registrar import Callbacks
from components import pools
from components.figures import amounts
from components.panels import tile
from services.auth.identity import Identity
from services.container import Container
from services.inference.provider import Asked
from services.inference.results import CostEstimate, MetricsSummary, PoolStatus
from services.telemetry.answers import Answer

MOST = 300
"""Rows of the list."""

Told = dict[str, Any]


def register(callbacks: Callbacks) -> None:
    """Register the page's one question and its drawing."""
    container = callbacks.container

    @callbacks.on(Output(pools.DATA, "data"), Input(pools.ASKED, "data"))
    def answer(asked: Mapping[str, Any] | None) -> Told:
        return page(container, callbacks.who(), asked or {})

    callbacks.clientside(ClientsideFunction("ngfPools", "draw"), Input(pools.DATA, "data"))


def page(container: Container, who: Identity, asked: Mapping[str, Any]) -> Told:
    """Everything on the page; where the store does not answer, the panels say so."""
    window = window_of(asked)
    scope = question(container, who, asked)
    of = Asked(scope.clusters, scope.namespaces)
    told: Told = {"rows": [], "count": 0, "tiles": {}}

    def made() -> dict[str, Told]:
        metrics = container.metrics
        listed = metrics.list_pools(of)
        known = listed.value or []
        each = metrics.by_pool(of, window)
        by_place = {(one.cluster, one.namespace, one.pool): one for one in each.value or []}
        rates = {one.place: metrics.standing_cost(one) for one in known[:MOST]}
        whole = metrics.summary(of, window)
        told["rows"] = [
            pool_words.row(
                one,
                by_place.get(one.place),
                rates[one.place],
                container.fleet.slot(one.cluster),
            )
            for one in known[:MOST]
        ]
        told["values"] = {
            pools.ROWS: values(
                listed,
                (
                    pool_words.values(one, by_place.get(one.place), rates[one.place])
                    for one in known[:MOST]
                ),
            )
        }
        told["count"] = len(known)
        told["reason"] = listed.reason
        told["source"] = listed.source
        told["as_of"] = listed.as_of.isoformat() if listed.as_of else None
        told["tiles"] = {
            f"pools-kpi-{key}": value
            for key, value in _tiles(known, whole, list(rates.values())).items()
        }
        ttft = metrics.ttft_percentiles(of, window)
        told["vantage"] = pool_charts.vantage(ttft)
        return {
            pools.TTFT: pool_charts.ttft(ttft, ()),
            pools.TOKENS: pool_charts.tokens(
                metrics.tps_throughput(of, window),
                metrics.tps_throughput(of, window, prompt=True),
            ),
        }

    return {"panels": panels((pools.TTFT, pools.TOKENS), window, "the store", made), **told}


def _tiles(
    known: list[PoolStatus], whole: Answer[MetricsSummary], costs: list[CostEstimate]
) -> dict[str, Told]:
    one = whole.value or MetricsSummary()
    counts = [
        pool.gpu_count * pool.replicas
        for pool in known
        if pool.gpu_count is not None and pool.replicas is not None
    ]
    poorly = sum(pool.status != "Ready" for pool in known)
    said = f"{poorly} not ready" if poorly else "all ready" if known else "none"
    busy = [(one.avg_gpu_util, "DCGM")] if one.avg_gpu_util is not None else []

    def metric(field: str, value: str | None, unit: str, note: str = "") -> Told:
        why = whole.reason or one.reasons.get(field, "")
        source = pool_words.brief(one.sources.get(field, ""))
        return tile(
            value,
            unit if value is not None else "",
            note=[(note if value is not None else why, "")],
            source=source,
            as_of=one.as_of if source else None,
        )

    p95 = one.p95_ttft_ms
    number, unit = amounts.duration(p95) if p95 is not None else (None, "")
    return {
        "pools": tile(str(len(known)), note=[(said, "warn" if poorly else "")], source="objects"),
        "gpus": tile(
            f"{sum(counts):,}" if counts else None,
            note=[(f"{busy[0][0]:.0f}% busy" if busy else one.reasons.get("avg_gpu_util", ""), "")],
            source="DCGM" if busy else "objects",
        ),
        "ttft": metric("p95_ttft_ms", number, unit, _p50(one)),
        "tokens": metric(
            "avg_tps",
            None if one.avg_tps is None else amounts.short(one.avg_tps),
            "/s",
            "" if one.requests is None else f"{amounts.short(one.requests)} requests",
        ),
        "waiting": metric(
            "avg_queue_depth",
            None if one.avg_queue_depth is None else amounts.short(one.avg_queue_depth),
            "/pod",
            "" if one.max_queue_depth is None else f"peak {amounts.short(one.max_queue_depth)}",
        ),
        "cost": _cost(costs),
    }


def _p50(one: MetricsSummary) -> str:
    return "" if one.p50_ttft_ms is None else f"p50 {' '.join(amounts.duration(one.p50_ttft_ms))}"


def _cost(costs: list[CostEstimate]) -> Told:
    """An hour of all pools that have a price; how many have none is said."""
    known = [one for one in costs if one.hourly_rate is not None]
    if not known:
        why = next((one.reasons.get("hourly_rate", "") for one in costs), "")
        return tile(None, note=[(why, "")], source="prices")
    total = sum(one.hourly_rate or 0 for one in known)
    left = len(costs) - len(known)
    return tile(
        cost_words.money(total, known[0].currency),
        "per hour",
        note=[(f"{left} without a price" if left else "all pools", "warn" if left else "")],
        source=f"prices {known[0].priced_on}",
    )
