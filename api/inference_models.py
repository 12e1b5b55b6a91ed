"""Numbers of inference as REST has them: shapes, and how results become them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, Field

from api.answers import Rests
from api.openapi import Time
from services.inference.results import (
    CostEstimate,
    Device,
    HistogramBucket,
    MetricsSummary,
    PodMetrics,
    Series,
    TtftSeries,
)


class Numbers(BaseModel):
    """Null is not known; ``reasons`` says why by the name of the field."""

    reasons: dict[str, str]


class SummaryItem(Numbers):
    """A pool, or several together; percentiles are estimates from the buckets of histograms."""

    avgTTFT: float | None = Field(description="Time to first token in ms")
    p50TTFT: float | None
    p95TTFT: float | None
    p99TTFT: float | None
    vantage: str | None = Field(description="Where it is measured: engine or picker")
    avgTPS: float | None = Field(description="Tokens generated in a second, of all pods")
    promptTPS: float | None
    totalTokens: int | None = Field(description="Generated")
    requests: int | None
    errors: int | None
    avgQueueDepth: float | None = Field(description="Waiting requests of a pod")
    maxQueueDepth: float | None
    requestsInFlight: float | None = Field(description="Of all pods at once, mean over time")
    avgKVCachePct: float | None = Field(description="0 to 100")
    maxKVCachePct: float | None
    prefixCacheHitRate: float | None = Field(description="0 to 1, of looked-up tokens")
    avgGPUUtil: float | None = Field(description="0 to 100")
    pods: int | None = Field(description="The most that were there in one minute")
    engines: list[str]
    sources: dict[str, str] = Field(description="Where each number comes from")


class InferenceSummary(Rests, SummaryItem):
    """Over the window."""

    pool: str


class PoolSummaryItem(SummaryItem):
    """One pool."""

    cluster: str
    namespace: str
    pool: str
    as_of: Time | None


class PoolSummaryList(Rests):
    """Pools by name."""

    items: list[PoolSummaryItem]
    total: int


class DeviceItem(BaseModel):
    """A GPU, or an instance of a partitioned one."""

    node: str
    uuid: str
    gpuId: int | None
    gpuType: str
    namespace: str = Field(description="Of the pod that has it; empty: no pod has it")
    pod: str
    pool: str
    gpuUtilPct: float | None
    gpuMemUsedMb: int | None
    gpuMemTotalMb: int | None
    gpuTemperatureC: int | None
    gpuPowerW: float | None
    xid: int | None = Field(description="The last error code, 0: none")
    as_of: Time | None


class DeviceList(Rests):
    """GPUs by node and number."""

    items: list[DeviceItem]
    total: int


class PodItem(Numbers):
    """An engine pod as it was read last."""

    podName: str
    namespace: str
    pool: str
    nodeName: str
    engine: str
    modelName: str
    gpuId: int | None = Field(description="Of its first device")
    gpuType: str | None
    queueDepth: int | None
    requestsInFlight: int | None
    kvCacheUtilPct: float | None
    prefixCacheState: int | None = Field(description="1 where prompts were found in it, else 0")
    prefixCacheHitPct: float | None
    generationTPS: float | None
    gpuUtilPct: float | None = Field(description="Mean of its devices")
    gpuMemUsedMb: int | None = Field(description="Of its devices together")
    gpuMemTotalMb: int | None
    gpuTemperatureC: int | None = Field(description="Of the hottest device")
    gpuPowerW: float | None
    devices: list[DeviceItem]
    as_of: Time | None


class PodList(Rests):
    """Pods by name."""

    items: list[PodItem]
    total: int


class Cost(Rests, Numbers):
    """What a pool costs; a month has 730 hours."""

    pool: str
    gpuType: str | None
    gpuCount: int | None = Field(description="GPUs of one replica")
    replicaCount: int | None
    currency: str
    pricePerGpuHour: float | None
    pricedOn: str
    hourlyRate: float | None = Field(description="Of the whole pool as it is now")
    dailyCost: float | None
    monthlyCost: float | None
    replicaHourlyRate: float | None
    gpuHours: float | None = Field(description="That were measured in the window")
    spent: float | None = Field(description="What they cost")
    generatedTokens: int | None = Field(description="In the window")
    tokensPerUnit: float | None = Field(description="Tokens for one of the currency")
    idleGpuHours: float | None = Field(description="Minutes below 5 percent of utilization")
    idleCost: float | None


class BarItem(BaseModel):
    """Over ``rangeStart`` ms and up to ``rangeEnd`` ms; null is open."""

    rangeStart: float
    rangeEnd: float | None
    count: int


class Histogram(Rests):
    """Times to first token, in the buckets of whoever measured them."""

    items: list[BarItem]
    count: int
    vantage: str | None
    p50: float | None
    p95: float | None
    p99: float | None


class SeriesPointItem(BaseModel):
    """A bucket of time; null is not known."""

    timestamp: Time
    value: float | None


class Points(Rests):
    """Buckets of ``step`` seconds, oldest first."""

    items: list[SeriesPointItem]
    step: int | None


class PercentilesItem(BaseModel):
    """A bucket of time; null is not known."""

    timestamp: Time
    p50: float | None
    p95: float | None
    p99: float | None
    requests: int | None


class Percentiles(Rests):
    """Times to first token in ms over time, estimated from buckets."""

    items: list[PercentilesItem]
    step: int | None
    vantage: str | None


_SUMMARY = {
    "avg_ttft_ms": "avgTTFT",
    "p50_ttft_ms": "p50TTFT",
    "p95_ttft_ms": "p95TTFT",
    "p99_ttft_ms": "p99TTFT",
    "avg_tps": "avgTPS",
    "prompt_tps": "promptTPS",
    "total_tokens": "totalTokens",
    "requests": "requests",
    "errors": "errors",
    "avg_queue_depth": "avgQueueDepth",
    "max_queue_depth": "maxQueueDepth",
    "requests_in_flight": "requestsInFlight",
    "avg_kv_cache_pct": "avgKVCachePct",
    "max_kv_cache_pct": "maxKVCachePct",
    "prefix_cache_hit_rate": "prefixCacheHitRate",
    "avg_gpu_util": "avgGPUUtil",
}
_POD = {
    "queue_depth": "queueDepth",
    "requests_in_flight": "requestsInFlight",
    "kv_cache_util_pct": "kvCacheUtilPct",
    "prefix_cache_hit_pct": "prefixCacheHitPct",
    "generation_tps": "generationTPS",
    "devices": "devices",
}
_COST = {
    "gpu_type": "gpuType",
    "gpu_count": "gpuCount",
    "replica_count": "replicaCount",
    "currency": "currency",
    "price_per_gpu_hour": "pricePerGpuHour",
    "priced_on": "pricedOn",
    "hourly_rate": "hourlyRate",
    "daily_cost": "dailyCost",
    "monthly_cost": "monthlyCost",
    "replica_hourly_rate": "replicaHourlyRate",
    "gpu_hours": "gpuHours",
    "spent": "spent",
    "generated_tokens": "generatedTokens",
    "tokens_per_unit": "tokensPerUnit",
    "idle_gpu_hours": "idleGpuHours",
    "idle_cost": "idleCost",
}
"""Names of fields in the service and in REST."""


def summary_item(one: MetricsSummary) -> dict[str, Any]:
    """A summary."""
    return {
        **{name: getattr(one, field) for field, name in _SUMMARY.items()},
        "vantage": one.vantage,
        "pods": one.pods,
        "engines": list(one.engines),
        "sources": _renamed(one.sources, _SUMMARY),
        "reasons": _renamed(one.reasons, _SUMMARY),
    }


def pool_summary_item(one: MetricsSummary) -> dict[str, Any]:
    """That of one pool of several."""
    return {
        "cluster": one.cluster,
        "namespace": one.namespace,
        "pool": one.pool,
        **summary_item(one),
        "as_of": one.as_of.isoformat() if one.as_of else None,
    }


def device_item(one: Device) -> dict[str, Any]:
    """A device."""
    return {
        "node": one.node,
        "uuid": one.uuid,
        "gpuId": one.number,
        "gpuType": one.type,
        "namespace": one.namespace,
        "pod": one.pod,
        "pool": one.pool,
        "gpuUtilPct": one.util_pct,
        "gpuMemUsedMb": one.mem_used_mb,
        "gpuMemTotalMb": one.mem_total_mb,
        "gpuTemperatureC": one.temperature_c,
        "gpuPowerW": one.power_w,
        "xid": one.xid,
        "as_of": one.at.isoformat() if one.at else None,
    }


def pod_item(one: PodMetrics) -> dict[str, Any]:
    """A pod."""
    hits = one.prefix_cache_hit_pct
    return {
        "podName": one.pod_name,
        "namespace": one.namespace,
        "pool": one.pool,
        "nodeName": one.node_name,
        "engine": one.engine,
        "modelName": one.model_name,
        "gpuId": one.devices[0].number if one.devices else None,
        "gpuType": one.gpu_type,
        "prefixCacheState": None if hits is None else int(hits > 0),
        **{name: getattr(one, field) for field, name in _POD.items()},
        "gpuUtilPct": one.gpu_util_pct,
        "gpuMemUsedMb": one.gpu_mem_used_mb,
        "gpuMemTotalMb": one.gpu_mem_total_mb,
        "gpuTemperatureC": one.gpu_temperature_c,
        "gpuPowerW": one.gpu_power_w,
        "devices": [device_item(device) for device in one.devices],
        "reasons": _renamed(one.reasons, _POD),
        "as_of": one.at.isoformat() if one.at else None,
    }


def cost_item(one: CostEstimate) -> dict[str, Any]:
    """What a pool costs."""
    told = asdict(one)
    return {
        **{name: told[field] for field, name in _COST.items()},
        "reasons": _renamed(one.reasons, _COST),
    }


def bars(found: tuple[HistogramBucket, ...]) -> list[dict[str, Any]]:
    """Buckets of a histogram."""
    return [
        {"rangeStart": one.range_start, "rangeEnd": one.range_end, "count": one.count}
        for one in found
    ]


def points(found: Series | None) -> dict[str, Any]:
    """Buckets of time."""
    if found is None:
        return {"items": [], "step": None}
    return {
        "items": [{"timestamp": one.at.isoformat(), "value": one.value} for one in found.points],
        "step": found.step,
    }


def percentiles(found: TtftSeries | None) -> dict[str, Any]:
    """Percentiles over time."""
    if found is None:
        return {"items": [], "step": None, "vantage": None}
    items = [
        {
            "timestamp": one.at.isoformat(),
            "p50": one.p50_ms,
            "p95": one.p95_ms,
            "p99": one.p99_ms,
            "requests": one.requests,
        }
        for one in found.points
    ]
    return {"items": items, "step": found.step, "vantage": found.vantage}


def _renamed(told: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    return {names[field]: text for field, text in told.items() if field in names}
