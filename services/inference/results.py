"""What is told of inference: typed results.

None is not known and never 0; ``reasons`` then says why, by the name of the field. Times are
milliseconds, shares of caches and devices percent, ``prefix_cache_hit_rate`` is 0 to 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Vantage = Literal["engine", "picker"]
"""Where the time to first token is measured: the picker's holds the time in its queue as well."""


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """An inference pool as its objects say. ``status`` is one word with ``status_reason``,
    ``stack`` the InferenceStack in its namespace that it belongs to, "" for none."""

    cluster: str
    namespace: str
    name: str
    model_name: str | None = None
    model_version: str | None = None
    serving_backend: str | None = None
    gpu_type: str | None = None
    gpu_count: int | None = None
    replicas: int | None = None
    ready_replicas: int | None = None
    min_replicas: int | None = None
    max_replicas: int | None = None
    selector: Mapping[str, str] | None = None
    status: str = "Unknown"
    status_reason: str = ""
    created_at: datetime | None = None
    avg_gpu_util: float | None = None
    picker: str = ""
    stack: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, str, str]:
        """Cluster, namespace and name."""
        return self.cluster, self.namespace, self.name


@dataclass(frozen=True, slots=True)
class MetricsSummary:
    """One pool, or several together (``pool`` is ""), over a window.

    ``sources`` names the source of each field that is known; ``vantage`` says where the time to
    first token was measured, ``watched_s`` how many seconds of the window samples of counters
    cover. Percentiles are estimates from buckets.
    """

    cluster: str = ""
    namespace: str = ""
    pool: str = ""
    avg_ttft_ms: float | None = None
    p50_ttft_ms: float | None = None
    p95_ttft_ms: float | None = None
    p99_ttft_ms: float | None = None
    vantage: Vantage | None = None
    avg_tps: float | None = None
    prompt_tps: float | None = None
    total_tokens: int | None = None
    requests: int | None = None
    errors: int | None = None
    avg_queue_depth: float | None = None
    max_queue_depth: float | None = None
    requests_in_flight: float | None = None
    avg_kv_cache_pct: float | None = None
    max_kv_cache_pct: float | None = None
    prefix_cache_hit_rate: float | None = None
    avg_gpu_util: float | None = None
    pods: int | None = None
    watched_s: float | None = None
    engines: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """A GPU, or an instance of a partitioned one, as its ``sources`` read it last."""

    cluster: str
    uuid: str
    node: str
    number: int | None
    type: str
    namespace: str = ""
    pool: str = ""
    pod: str = ""
    util_pct: float | None = None
    mem_used_mb: int | None = None
    mem_total_mb: int | None = None
    temperature_c: int | None = None
    power_w: float | None = None
    xid: int | None = None
    sources: tuple[str, ...] = ()
    at: datetime | None = None

    @property
    def mem_pct(self) -> float | None:
        """Percent of its memory in use."""
        if self.mem_used_mb is None or not self.mem_total_mb:
            return None
        return 100 * self.mem_used_mb / self.mem_total_mb

    @property
    def urgency(self) -> tuple[bool, int, float]:
        """What to look at first is the highest: with an error, then hot, then busy."""
        return bool(self.xid), self.temperature_c or 0, self.util_pct or 0.0


@dataclass(frozen=True, slots=True)
class PodMetrics:
    """An engine pod as it was read last. Of its devices utilization is the mean, temperature the
    highest, memory and power the sum."""

    cluster: str
    namespace: str
    pool: str
    pod_name: str
    node_name: str
    engine: str
    model_name: str = ""
    queue_depth: int | None = None
    requests_in_flight: int | None = None
    kv_cache_util_pct: float | None = None
    prefix_cache_hit_pct: float | None = None
    generation_tps: float | None = None
    devices: tuple[Device, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None

    @property
    def gpu_type(self) -> str | None:
        return self.devices[0].type if self.devices else None

    @property
    def gpu_util_pct(self) -> float | None:
        known = [one.util_pct for one in self.devices if one.util_pct is not None]
        return sum(known) / len(known) if known else None

    @property
    def gpu_mem_used_mb(self) -> int | None:
        known = [one.mem_used_mb for one in self.devices if one.mem_used_mb is not None]
        return sum(known) if known else None

    @property
    def gpu_mem_total_mb(self) -> int | None:
        known = [one.mem_total_mb for one in self.devices if one.mem_total_mb is not None]
        return sum(known) if known else None

    @property
    def gpu_power_w(self) -> float | None:
        known = [one.power_w for one in self.devices if one.power_w is not None]
        return sum(known) if known else None

    @property
    def gpu_temperature_c(self) -> int | None:
        known = [one.temperature_c for one in self.devices if one.temperature_c is not None]
        return max(known, default=None)


@dataclass(frozen=True, slots=True)
class EppDecision:
    """One decision of an endpoint picker, in short; what no source holds is None.

    ``reason`` says in one sentence what decided, ``source`` who says which endpoint was picked, and
    ``unknown`` why nobody does.
    """

    timestamp: datetime | None
    request_id: str
    selected_pod: str | None
    reason: str
    queue_depth: float | None
    kv_cache_pct: float | None
    prefix_cache_hit: bool | None
    candidates_considered: int | None
    decision_latency_us: float | None
    cluster: str
    namespace: str
    pool: str | None
    picker: str
    source: str | None
    unknown: str | None = None
    endpoint: str | None = None
    address: str | None = None
    outcome: str | None = None
    status: int | None = None
    tie: tuple[str, ...] = ()
    margin: float | None = None
    detail: Literal["scores", "totals"] | None = None


@dataclass(frozen=True, slots=True)
class HistogramBucket:
    """How many lie over ``range_start`` and up to ``range_end``; None is open."""

    range_start: float
    range_end: float | None
    count: int


@dataclass(frozen=True, slots=True)
class TtftHistogram:
    """Times to first token in the buckets of whoever measured them; percentiles are estimates."""

    buckets: tuple[HistogramBucket, ...]
    count: int
    vantage: Vantage
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True, slots=True)
class Point:
    """The bucket of time that begins ``at``."""

    at: datetime
    value: float | None


@dataclass(frozen=True, slots=True)
class Series:
    """Buckets of ``step`` seconds without those that have hardly begun; a gap has None."""

    points: tuple[Point, ...]
    step: int


@dataclass(frozen=True, slots=True)
class TtftPoint:
    """The time to first token in the bucket that begins ``at``."""

    at: datetime
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    requests: int | None = None


@dataclass(frozen=True, slots=True)
class TtftSeries:
    """Percentiles over time, estimated from buckets."""

    points: tuple[TtftPoint, ...]
    step: int
    vantage: Vantage


@dataclass(frozen=True, slots=True)
class PodSeries:
    """One reading of each pod over time."""

    pods: tuple[tuple[str, Series], ...]
    step: int


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What a pool costs, in ``currency``. ``hourly_rate`` is of the whole pool as it is now, a day
    has 24 of its hours and a month 730; tokens and idle GPU-hours are of the window.

    ``spent`` is what the GPU-hours of the window cost, ``idle_cost`` what the idle ones did."""

    gpu_type: str | None = None
    gpu_count: int | None = None
    replica_count: int | None = None
    currency: str = ""
    price_per_gpu_hour: float | None = None
    priced_on: str = ""
    hourly_rate: float | None = None
    daily_cost: float | None = None
    monthly_cost: float | None = None
    replica_hourly_rate: float | None = None
    gpu_hours: float | None = None
    spent: float | None = None
    generated_tokens: int | None = None
    tokens_per_unit: float | None = None
    idle_gpu_hours: float | None = None
    idle_cost: float | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
