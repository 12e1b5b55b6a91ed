"""Invented numbers of invented pools, for the demo where they are asked for; every answer says so.

Values are a base and a spread, drawn from a hash of what is asked for and the minute: the same
question has the same answer, whoever asks, and two pages agree.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.inference import costing
from services.inference.buckets_of_time import times
from services.inference.gauging import GpuMinutes
from services.inference.mock_pools import pools_on
from services.inference.prices import OF_THE_DEMO, Prices
from services.inference.provider import Asked, the_one
from services.inference.results import (
    CostEstimate,
    Device,
    EppDecision,
    HistogramBucket,
    MetricsSummary,
    PodMetrics,
    PodSeries,
    Point,
    PoolStatus,
    Series,
    TtftHistogram,
    TtftPoint,
    TtftSeries,
)
from services.telemetry import buckets
from services.telemetry.answers import Answer
from services.telemetry.windows import Window

SOURCE = "mock"
NO_POOL = "There is no such pool here."

_BARS = (
    (0, 50, 45, 15),
    (50, 100, 120, 30),
    (100, 150, 200, 40),
    (150, 200, 170, 35),
    (200, 250, 100, 25),
    (250, 300, 55, 15),
    (300, 400, 30, 10),
    (400, 500, 12, 5),
)
"""Times to first token: from, to, how many, spread."""
_REASONS = ("least_queue", "kv_cache", "prefix_affinity", "composite")


class MockProvider:
    """Four pools on ``cluster``. Threads may share it."""

    source = SOURCE

    def __init__(
        self,
        cluster: str,
        seed: int = 0,
        prices: Prices = OF_THE_DEMO,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._seed, self._prices, self._now = seed, prices, now
        self._lock = threading.Lock()
        self._pools = {pool.place: pool for pool in pools_on(cluster, now())}

    def list_pools(self, asked: Asked) -> Answer[list[PoolStatus]]:
        with self._lock:
            found = [pool for pool in self._pools.values() if asked.covers(*pool.place)]
        found.sort(key=lambda one: (one.name, one.cluster, one.namespace))
        pools = [
            replace(one, avg_gpu_util=self._drawn(72, 15, one.name, "pool gpu")) for one in found
        ]
        return Answer(pools, SOURCE, self._now(), Window.last(1, self._now()))

    def get_pool(self, asked: Asked) -> Answer[PoolStatus]:
        found = self.list_pools(asked)
        pool = the_one(found.value or [], asked)
        return Answer(pool, found.source, found.as_of, found.window)

    def summary(self, asked: Asked, window: Window) -> Answer[MetricsSummary]:
        pools = self.list_pools(asked).value or []
        if not pools:
            return Answer(None, SOURCE, None, window, NO_POOL)
        return Answer(self._summary(asked.pool, len(pools)), SOURCE, self._now(), window)

    def by_pool(self, asked: Asked, window: Window) -> Answer[list[MetricsSummary]]:
        pools = self.list_pools(asked).value or []
        told = [
            replace(
                self._summary(one.name, 1),
                cluster=one.cluster,
                namespace=one.namespace,
                pool=one.name,
            )
            for one in pools
        ]
        return Answer(told, SOURCE, self._now(), window, None if told else NO_POOL)

    def pod_metrics(self, asked: Asked, window: Window) -> Answer[list[PodMetrics]]:
        pods = [pod for pool in self.list_pools(asked).value or [] for pod in self._pods(pool)]
        return Answer(pods, SOURCE, self._now(), window, None if pods else NO_POOL)

    def devices(self, asked: Asked, window: Window) -> Answer[list[Device]]:
        pods = self.pod_metrics(asked, window)
        found = [device for pod in pods.value or [] for device in pod.devices]
        found.sort(key=lambda one: (one.cluster, one.node, one.number or 0))
        return Answer(found, SOURCE, pods.as_of, window, pods.reason)

    def recent_decisions(
        self, asked: Asked, window: Window, limit: int
    ) -> Answer[list[EppDecision]]:
        now = self._now()
        pods = self.pod_metrics(asked, window).value or []
        made = []
        for number in range(limit if pods else 0):
            at, key = now - timedelta(seconds=number), f"{asked.pool} {number}"
            drawn = self._drawn(0.5, 0.5, key, "pod")
            pod = pods[int(drawn * len(pods)) % len(pods)]
            made.append(
                EppDecision(
                    timestamp=at,
                    request_id=f"req-{int(at.timestamp())}",
                    selected_pod=pod.pod_name,
                    reason=_REASONS[int(drawn * 997) % len(_REASONS)],
                    queue_depth=round(self._drawn(4, 3, key, "queue")),
                    kv_cache_pct=self._drawn(55, 20, key, "kv"),
                    prefix_cache_hit=self._drawn(0.5, 0.5, key, "hit") < 0.35,
                    candidates_considered=len(pods),
                    decision_latency_us=self._drawn(150, 80, key, "latency"),
                    cluster=pod.cluster,
                    namespace=pod.namespace,
                    pool=pod.pool,
                    picker=f"{pod.pool}-epp",
                    source=SOURCE,
                )
            )
        return Answer(made, SOURCE, now if made else None, window, None if made else NO_POOL)

    def ttft_histogram(self, asked: Asked, window: Window) -> Answer[TtftHistogram]:
        if not self.list_pools(asked).value:
            return Answer(None, SOURCE, None, window, NO_POOL)
        bars = tuple(
            HistogramBucket(low, high, round(self._drawn(base, spread, asked.pool, f"bar {low}")))
            for low, high, base, spread in _BARS
        )
        hist = {bar.range_end or 0: bar.count for bar in bars}
        p50, p95, p99 = (buckets.value_at(hist, level) for level in (0.5, 0.95, 0.99))
        made = TtftHistogram(bars, sum(hist.values()), "engine", p50, p95, p99)
        return Answer(made, SOURCE, self._now(), window)

    def ttft_percentiles(
        self, asked: Asked, window: Window, points: int = 60
    ) -> Answer[TtftSeries]:
        step = max(60, window.step(points))
        if not self.list_pools(asked).value:
            return Answer(None, SOURCE, None, window, NO_POOL)
        made = tuple(
            TtftPoint(
                at,
                self._drawn(120, 40, asked.pool, f"p50 {at}"),
                self._drawn(280, 60, asked.pool, f"p95 {at}"),
                self._drawn(450, 80, asked.pool, f"p99 {at}"),
                round(self._drawn(700, 200, asked.pool, f"requests {at}")),
            )
            for at in times(window, step, self._now())
        )
        return Answer(TtftSeries(made, step, "engine"), SOURCE, self._now(), window)

    def tps_throughput(
        self, asked: Asked, window: Window, points: int = 60, *, prompt: bool = False
    ) -> Answer[Series]:
        base, spread = (340, 100) if prompt else (85, 25)
        return self._series(asked, window, points, base, spread, f"tokens {prompt}")

    def queue_depth_series(self, asked: Asked, window: Window, points: int = 60) -> Answer[Series]:
        return self._series(asked, window, points, 5, 4, "queue")

    def gpu_util_series(self, asked: Asked, window: Window, points: int = 60) -> Answer[Series]:
        return self._series(asked, window, points, 72, 15, "gpu")

    def gpu_memory_series(self, asked: Asked, window: Window, points: int = 60) -> Answer[Series]:
        return self._series(asked, window, points, 75, 10, "gpu memory")

    def kv_cache_series(self, asked: Asked, window: Window, points: int = 60) -> Answer[Series]:
        return self._series(asked, window, points, 60, 18, "kv")

    def kv_cache_by_pod(self, asked: Asked, window: Window, points: int = 60) -> Answer[PodSeries]:
        step = max(60, window.step(points))
        pods = [pod.pod_name for pod in self.pod_metrics(asked, window).value or []]
        if not pods:
            return Answer(None, SOURCE, None, window, NO_POOL)
        made = tuple((pod, self._drawn_series(window, step, 60, 18, f"{pod} kv")) for pod in pods)
        return Answer(PodSeries(made, step), SOURCE, self._now(), window)

    def cost_estimate(self, asked: Asked, window: Window) -> Answer[CostEstimate]:
        pool = the_one(self.list_pools(asked).value or [], asked)
        minutes = round(window.seconds / 60) * (pool.gpu_count or 0) * (pool.replicas or 0)
        idle = round(minutes * self._drawn(0.08, 0.04, pool.name, "idle"))
        type_ = pool.gpu_type or ""
        known = GpuMinutes(
            *pool.place, type_, minutes, minutes, idle, (SOURCE,), window.start, window.end
        )
        rows = [known] if minutes else []
        tokens = costing.Tokens(self._summary(pool.name, 1).total_tokens, window.seconds)
        made = costing.estimate(pool, rows, tokens, self._prices)
        return Answer(made, SOURCE, self._now(), window)

    def standing_cost(self, pool: PoolStatus) -> CostEstimate:
        return costing.estimate(pool, [], costing.Tokens(), self._prices)

    def upsert_pool(self, pool: PoolStatus) -> None:
        with self._lock:
            self._pools[pool.place] = pool

    def delete_pool(self, cluster: str, namespace: str, name: str) -> None:
        with self._lock:
            self._pools.pop((cluster, namespace, name), None)

    def _drawn(self, base: float, spread: float, *what: str) -> float:
        """One value within the spread around its base, another each minute."""
        minute = int(self._now().timestamp()) // 60
        text = "\n".join((str(self._seed), str(minute), *what))
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return base + spread * (2 * int.from_bytes(digest) / 2**64 - 1)

    def _drawn_series(
        self, window: Window, step: int, base: float, spread: float, what: str
    ) -> Series:
        points = (
            Point(at, self._drawn(base, spread, what, str(at)))
            for at in times(window, step, self._now())
        )
        return Series(tuple(points), step)

    def _series(
        self, asked: Asked, window: Window, points: int, base: float, spread: float, what: str
    ) -> Answer[Series]:
        if not self.list_pools(asked).value:
            return Answer(None, SOURCE, None, window, NO_POOL)
        step = max(60, window.step(points))
        made = self._drawn_series(window, step, base, spread, f"{asked.pool} {what}")
        return Answer(made, SOURCE, self._now(), window)

    def _summary(self, pool: str, pools: int) -> MetricsSummary:
        def drawn(base: float, spread: float, what: str) -> float:
            return self._drawn(base, spread, pool, what)

        told: dict[str, Any] = {
            "avg_ttft_ms": drawn(120, 40, "ttft"),
            "p50_ttft_ms": drawn(110, 30, "p50"),
            "p95_ttft_ms": drawn(280, 60, "p95"),
            "p99_ttft_ms": drawn(450, 80, "p99"),
            "avg_tps": drawn(85, 20, "tps"),
            "prompt_tps": drawn(340, 80, "prompt"),
            "total_tokens": round(drawn(2.5e6, 0.5e6, "tokens")),
            "requests": round(drawn(9_000, 2_000, "requests")),
            "errors": round(drawn(20, 20, "errors")),
            "avg_queue_depth": drawn(4.5, 2, "queue"),
            "max_queue_depth": drawn(9, 2, "longest"),
            "requests_in_flight": drawn(3, 2, "running"),
            "avg_kv_cache_pct": drawn(62, 15, "kv"),
            "max_kv_cache_pct": drawn(88, 8, "fullest"),
            "prefix_cache_hit_rate": drawn(0.35, 0.1, "prefix"),
            "avg_gpu_util": drawn(72, 12, "gpu"),
        }
        return MetricsSummary(
            **told,
            vantage="engine",
            pods=pools,
            sources=dict.fromkeys(told, SOURCE),
            as_of=self._now(),
        )

    def _pods(self, pool: PoolStatus) -> list[PodMetrics]:
        return [self._pod(pool, number) for number in range(pool.ready_replicas or 0)]

    def _pod(self, pool: PoolStatus, number: int) -> PodMetrics:
        name, node = f"{pool.name}-pod-{number}", f"gpu-node-{number % 3}"

        def drawn(base: float, spread: float, what: str) -> float:
            return self._drawn(base, spread, name, what)

        devices = tuple(
            Device(
                cluster=pool.cluster,
                uuid=f"GPU-{name}-{gpu}",
                node=node,
                number=gpu,
                type=pool.gpu_type or "",
                namespace=pool.namespace,
                pool=pool.name,
                pod=name,
                util_pct=drawn(70, 20, f"util {gpu}"),
                mem_used_mb=round(drawn(60_000, 15_000, f"memory {gpu}")),
                mem_total_mb=81_920,
                temperature_c=round(drawn(65, 10, f"heat {gpu}")),
                power_w=drawn(500, 150, f"power {gpu}"),
                at=self._now(),
            )
            for gpu in range(pool.gpu_count or 0)
        )
        return PodMetrics(
            cluster=pool.cluster,
            namespace=pool.namespace,
            pool=pool.name,
            pod_name=name,
            node_name=node,
            engine=pool.serving_backend or "",
            model_name=pool.model_name or "",
            queue_depth=round(drawn(5, 4, "queue")),
            requests_in_flight=round(drawn(3, 2, "running")),
            kv_cache_util_pct=drawn(60, 20, "kv"),
            prefix_cache_hit_pct=drawn(35, 10, "prefix"),
            generation_tps=drawn(85, 20, "tps"),
            devices=devices,
            at=self._now(),
        )
