"""Inference pools: what they do together, and each of them in a row."""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output

from callbacks import cost_words, pool_charts, pool_words
from callbacks.asking import answered, question, window_of
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
    """Everything on the page. Where the store does not answer, what objects say is there, and the
    rest says why it is not."""
    window, metrics = window_of(asked), container.metrics
    scope = question(container, who, asked)
    of = Asked(scope.clusters, scope.namespaces)
    listed = answered(lambda: metrics.list_pools(of), window)
    known = listed.value or []
    each = answered(lambda: metrics.by_pool(of, window), window)
    whole = answered(lambda: metrics.summary(of, window), window)
    ttft = answered(lambda: metrics.ttft_percentiles(of, window), window)
    tokens = answered(lambda: metrics.tps_throughput(of, window), window)
    prompt = answered(lambda: metrics.tps_throughput(of, window, prompt=True), window)
    by_place = {(one.cluster, one.namespace, one.pool): one for one in each.value or []}
    rates = {one.place: metrics.standing_cost(one) for one in known[:MOST]}
    figures = tiles(listed, whole, list(rates.values()))
    return {
        "rows": [
            pool_words.row(
                one,
                by_place.get(one.place),
                each.reason or "",
                rates[one.place],
                container.fleet.slot(one.cluster),
            )
            for one in known[:MOST]
        ],
        "values": {
            pools.ROWS: values(
                listed,
                (
                    pool_words.values(one, by_place.get(one.place), rates[one.place])
                    for one in known[:MOST]
                ),
            )
        },
        "count": len(known),
        "reason": listed.reason,
        "source": pool_words.listed_by(listed.source),
        "as_of": listed.as_of.isoformat() if listed.as_of else None,
        "tiles": {f"pools-kpi-{key}": value for key, value in figures.items()},
        "vantage": pool_charts.vantage(ttft),
        "panels": {
            pools.TTFT: pool_charts.ttft(ttft, ()),
            pools.TOKENS: pool_charts.tokens(tokens, prompt),
        },
    }


def tiles(
    listed: Answer[list[PoolStatus]], whole: Answer[MetricsSummary], costs: list[CostEstimate]
) -> dict[str, Told]:
    """The key figures, by `components.pools.TILES`."""
    one = whole.value or MetricsSummary()

    def metric(field: str, value: str | None, unit: str, note: str = "") -> Told:
        why = whole.reason or one.reasons.get(field, "")
        source = pool_words.brief(one.sources.get(field, ""))
        return tile(
            value,
            unit if value is not None else "",
            note=[(note if value is not None else why, "")],
            source=source,
            as_of=one.as_of if source else None,
            exact=(field, getattr(one, field)),
        )

    p95 = one.p95_ttft_ms
    number, unit = amounts.duration(p95) if p95 is not None else (None, "")
    return {
        "pools": _count(listed),
        "gpus": _gpus(listed, one),
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


def _count(listed: Answer[list[PoolStatus]]) -> Told:
    if listed.value is None:
        return tile(None, note=[(listed.reason or "", "")])
    poorly = sum(pool.status != "Ready" for pool in listed.value)
    said = f"{poorly} not ready" if poorly else "all ready" if listed.value else "none"
    source = pool_words.listed_by(listed.source)
    return tile(str(len(listed.value)), note=[(said, "warn" if poorly else "")], source=source)


def _gpus(listed: Answer[list[PoolStatus]], one: MetricsSummary) -> Told:
    """GPUs of the pools that say how many they have; of how many that is not known is said."""
    known = listed.value or []
    counts = [
        pool.gpu_count * pool.replicas
        for pool in known
        if pool.gpu_count is not None and pool.replicas is not None
    ]
    left = len(known) - len(counts)
    notes = [] if one.avg_gpu_util is None else [(f"{one.avg_gpu_util:.0f}% busy", "")]
    if left:
        notes.append((f"not known of {left} of {len(known)} pools", "warn"))
    source = pool_words.brief(one.sources.get("avg_gpu_util", ""))
    return tile(
        f"{sum(counts):,}" if counts else None,
        note=notes or [(listed.reason or one.reasons.get("avg_gpu_util", ""), "")],
        source=source or pool_words.listed_by(listed.source),
    )


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
        exact=("hourly_rate", total),
    )
