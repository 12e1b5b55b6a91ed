"""Inference pools in tiles, charts, rows and facts. Every number says its source; a missing one
says why."""

from collections.abc import Sequence
from typing import Any

from callbacks.cost_words import amount_of, tile_of
from callbacks.gpu_words import short
from callbacks.panels import plain
from callbacks.pool_charts import FULL, tail
from components import kinds
from components.figures import amounts
from components.panels import tile
from services.inference import known_pools
from services.inference.pools import UNSCALED
from services.inference.results import (
    CostEstimate,
    Device,
    MetricsSummary,
    PodMetrics,
    PoolStatus,
)
from services.telemetry.answers import Answer
from services.telemetry.windows import Window

Row = dict[str, Any]

WATCHED = 0.8
"""Share of a window from which samples must come for it to be compared with."""
STATUS = {"Ready": "ok", "Degraded": "warn", "Pending": "info"}


def row(
    pool: PoolStatus, of: MetricsSummary | None, why: str, cost: CostEstimate, slot: int
) -> Row:
    """A pool in the list; ``why`` is why nothing was measured."""
    measured = of or MetricsSummary()
    return {
        "id": "/".join(pool.place),
        "href": href(pool),
        "cluster": pool.cluster,
        "slot": slot,
        "namespace": pool.namespace,
        "name": pool.name,
        "stack": pool.stack,
        "stack_href": stack_href(pool),
        "status": STATUS.get(pool.status, "unknown"),
        "word": pool.status,
        "why": pool.status_reason,
        "model": model(pool.model_name),
        "engine": ENGINES.get(pool.serving_backend or "", pool.serving_backend),
        "ready": pool.ready_replicas,
        "replicas": pool.replicas,
        "gpus": gpus(pool),
        "busy": pool.avg_gpu_util,
        "ttft": measured.p95_ttft_ms,
        "tokens": measured.avg_tps,
        "waiting": measured.avg_queue_depth,
        "cache": measured.avg_kv_cache_pct,
        "rate": amount_of(cost.hourly_rate, cost.currency),
        "reasons": {
            "busy": pool.reasons.get("avg_gpu_util", ""),
            "ttft": measured.reasons.get("p95_ttft_ms", why),
            "tokens": measured.reasons.get("avg_tps", why),
            "waiting": measured.reasons.get("avg_queue_depth", why),
            "cache": measured.reasons.get("avg_kv_cache_pct", why),
        },
    }


def values(pool: PoolStatus, of: MetricsSummary | None, cost: CostEstimate) -> Row:
    """The same as values."""
    own = {name: value for name, value in plain(pool).items() if name != "selector"}
    measured = plain(of or MetricsSummary()).items()
    return {
        **own,
        **{name: value for name, value in measured if name not in own and name != "pool"},
        "hourly_rate": cost.hourly_rate,
        "currency": cost.currency,
    }


def listed_by(source: str) -> str:
    """In short who says which pools there are."""
    return {known_pools.SOURCE: "objects", known_pools.STORED: "written down"}.get(source, source)


def href(pool: PoolStatus) -> str:
    """The page of one pool."""
    return f"/pool?cluster={pool.cluster}&namespace={pool.namespace}&pool={pool.name}"


def stack_href(pool: PoolStatus) -> str:
    """The page of the stack that it belongs to, nothing for none."""
    if not pool.stack:
        return ""
    return kinds.href("inferencestacks", pool.cluster, pool.namespace, pool.stack)


def edit_href(pool: PoolStatus) -> str:
    """Where it is changed: in the wizard of its stack, else its object in the editor."""
    place = (pool.cluster, pool.namespace)
    if pool.stack:
        return kinds.edit_href("inferencestacks", *place, pool.stack)
    return kinds.edit_href("inferencepools", *place, pool.name)


def model(name: str | None) -> str | None:
    """The part of a model's name that people say."""
    return name.rpartition("/")[2] if name else None


def gpus(pool: PoolStatus) -> str | None:
    """``16 H100``: all GPUs of a pool."""
    if pool.gpu_count is None or pool.replicas is None:
        return None
    return f"{pool.gpu_count * pool.replicas} {short(pool.gpu_type) if pool.gpu_type else 'GPUs'}"


def facts(pool: PoolStatus, slot: int) -> list[Row]:
    """What stands below the name of a pool."""
    engine = pool.serving_backend
    size = "no data" if pool.replicas is None else f"{pool.ready_replicas} of {pool.replicas} ready"
    return [
        {"label": "Cluster", "value": pool.cluster, "slot": slot},
        {"label": "Stack", "value": pool.stack or "none", "href": stack_href(pool)},
        {"label": "Model", "value": model(pool.model_name), "title": pool.model_name},
        {"label": "Engine", "value": ENGINES.get(engine or "", engine)},
        {"label": "Endpoints", "value": size},
        {"label": "GPUs", "value": gpus(pool), "title": pool.gpu_type},
        {"label": "Picker", "value": pool.picker or None},
        {"label": "Autoscaling", "value": _scaled(pool), "title": pool.reasons.get("min_replicas")},
    ]


def _scaled(pool: PoolStatus) -> str | None:
    """Between how many replicas it is kept; ``none`` only where nothing scales it."""
    if pool.min_replicas is not None and pool.max_replicas is not None:
        return f"{pool.min_replicas} to {pool.max_replicas}"
    return "none" if pool.reasons.get("min_replicas") == UNSCALED else None


ENGINES = {"vllm": "vLLM", "sglang": "SGLang", "triton": "Triton", "tgi": "TGI"}


def tiles(
    found: Answer[MetricsSummary],
    before: Answer[MetricsSummary],
    cost: Answer[CostEstimate],
    sparks: dict[str, Answer[Any]],
) -> dict[str, Row]:
    """The key figures of a pool, by `components.pool.TILES`."""
    one, then = found.value or MetricsSummary(), before.value or MetricsSummary()
    why = found.reason or ""
    bill = cost.value or CostEstimate()

    def made(
        field: str,
        value: str | None,
        unit: str,
        note: Sequence[tuple[str, str]] = (),
        spark: Sequence[float | None] = (),
    ) -> Row:
        reason = why or one.reasons.get(field, "")
        source = brief(one.sources.get(field, ""))
        return tile(
            value,
            unit if value is not None else "",
            note=note if value is not None else [(reason, "")],
            source=source,
            as_of=one.as_of if source else None,
            spark=spark,
            exact=(field, getattr(one, field)),
        )

    p95, tps = one.p95_ttft_ms, one.avg_tps
    number, unit = amounts.duration(p95) if p95 is not None else (None, "")
    ttft_note = [] if one.p50_ttft_ms is None else [(f"p50 {_ms(one.p50_ttft_ms)}", "")]
    peak = one.max_queue_depth
    fullest = one.max_kv_cache_pct
    rate = one.prefix_cache_hit_rate
    return {
        "ttft": made(
            "p95_ttft_ms",
            number,
            unit,
            ttft_note,
            _values(sparks["ttft"], lambda point: point.p95_ms),
        ),
        "tokens": made(
            "avg_tps",
            None if tps is None else amounts.short(tps),
            "/s",
            _change(tps, then, found.window),
            _values(sparks["tokens"], lambda point: point.value),
        ),
        "waiting": made(
            "avg_queue_depth",
            _short(one.avg_queue_depth),
            "/pod",
            [] if peak is None else [(f"peak {amounts.short(peak)}", "")],
            _values(sparks["waiting"], lambda point: point.value),
        ),
        "cache": made(
            "avg_kv_cache_pct",
            _short(one.avg_kv_cache_pct),
            "%",
            [] if fullest is None else [_fullest(fullest)],
            _values(sparks["cache"], lambda point: point.value),
        ),
        "prefix": made(
            "prefix_cache_hit_rate",
            None if rate is None else amounts.short(100 * rate),
            "%",
            [("of looked-up tokens", "")],
        ),
        "cost": tile_of(bill, cost),
    }


def _fullest(percent: float) -> tuple[str, str]:
    return f"fullest {amounts.short(percent)}%", "warn" if percent > FULL else ""


def _change(now: float | None, then: MetricsSummary, window: Window) -> list[tuple[str, str]]:
    """Against the same time before, where that was watched as well."""
    if now is None or not then.avg_tps or (then.watched_s or 0) < WATCHED * window.seconds:
        return []
    share = 100 * (now - then.avg_tps) / then.avg_tps
    hours = window.seconds / 3600
    length = f"{hours:g} h" if hours >= 1 else f"{window.seconds / 60:g} min"
    return [(f"{share:+.0f}% on the {length} before", "")]


def device(one: Device) -> Row:
    """A GPU in a table."""
    return {
        "key": f"{one.cluster} {one.uuid}",
        "pod": one.pod,
        "tail": tail(one.pod).rpartition("-")[2] or one.node,
        "number": one.number,
        "node": one.node,
        "type": one.type,
        "busy": one.util_pct,
        "memory": one.mem_pct,
        "used_mb": one.mem_used_mb,
        "total_mb": one.mem_total_mb,
        "heat": one.temperature_c,
        "watts": one.power_w,
        "xid": one.xid,
        "at": one.at.isoformat() if one.at else None,
    }


def pod(one: PodMetrics) -> Row:
    """A pod in a table."""
    total = one.gpu_mem_total_mb
    used = one.gpu_mem_used_mb
    return {
        "key": f"{one.cluster} {one.namespace} {one.pod_name}",
        "name": one.pod_name,
        "tail": one.pod_name.removeprefix(f"{one.pool}-"),
        "node": one.node_name,
        "engine": ENGINES.get(one.engine, one.engine),
        "model": model(one.model_name),
        "waiting": one.queue_depth,
        "running": one.requests_in_flight,
        "cache": one.kv_cache_util_pct,
        "prefix": one.prefix_cache_hit_pct,
        "tokens": one.generation_tps,
        "busy": one.gpu_util_pct,
        "memory": 100 * used / total if used is not None and total else None,
        "heat": one.gpu_temperature_c,
        "watts": one.gpu_power_w,
        "gpus": ", ".join(
            str(device.number) for device in one.devices if device.number is not None
        ),
        "reasons": {
            "waiting": one.reasons.get("queue_depth", ""),
            "running": one.reasons.get("requests_in_flight", ""),
            "cache": one.reasons.get("kv_cache_util_pct", ""),
            "prefix": one.reasons.get("prefix_cache_hit_pct", ""),
            "tokens": one.reasons.get("generation_tps", ""),
            "busy": one.reasons.get("devices", ""),
        },
        "at": one.at.isoformat() if one.at else None,
    }


def pod_values(one: PodMetrics) -> Row:
    """A pod as values."""
    return {
        **plain(one),
        "gpus": len(one.devices),
        "gpu_type": one.gpu_type,
        "gpu_util_pct": one.gpu_util_pct,
        "gpu_mem_used_mb": one.gpu_mem_used_mb,
        "gpu_mem_total_mb": one.gpu_mem_total_mb,
        "gpu_temperature_c": one.gpu_temperature_c,
        "gpu_power_w": one.gpu_power_w,
    }


def brief(source: str) -> str:
    """A source in the corner of a tile."""
    return "engines" if " and " in source else source.removesuffix(" metrics")


def _values(found: Answer[Any], value: Any) -> list[float | None]:
    return [value(point) for point in found.value.points] if found.value else []


def _short(value: float | None) -> str | None:
    return None if value is None else amounts.short(value)


def _ms(value: float) -> str:
    return " ".join(amounts.duration(value))
