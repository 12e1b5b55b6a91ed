"""Numbers of inference out of the analytics store, joined with what the clusters' objects say."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from services.errors import Unavailable
from services.inference import buckets_of_time as points_of
from services.inference import costing, engines, podwise, summing
from services.inference.counting import Counted, grown, grown_in_buckets
from services.inference.decision_store import Decisions
from services.inference.gauging import Busy, Gauges, last_minutes
from services.inference.known_pools import KnownPools, with_utilization
from services.inference.members import Members, Membership
from services.inference.prices import Prices
from services.inference.provider import Asked, the_one
from services.inference.remembered import Remembered
from services.inference.results import (
    CostEstimate,
    Device,
    EppDecision,
    MetricsSummary,
    PodMetrics,
    PodSeries,
    Point,
    PoolStatus,
    Series,
    TtftHistogram,
    TtftSeries,
)
from services.telemetry import buckets
from services.telemetry.answers import Answer
from services.telemetry.store import Store
from services.telemetry.windows import Window

_LATELY_S = 900
_POD_COUNTERS = ("generation_tokens", "prefix_cache_hits", "prefix_cache_queries")
_REMEMBERED = timedelta(days=7)
_OVER_TIME = ("ttft", "picker_ttft", "generation_tokens", "prompt_tokens")
_GPU_STEP_S = 120
"""Exporters of devices are asked less often than engines."""


class ClickHouseProvider:
    """Answers from ``store``; ``membership`` knows pools and their pods, ``prices`` what GPUs
    cost."""

    source = "clickhouse"

    def __init__(
        self,
        store: Store,
        membership: Membership,
        prices: Prices,
        decisions: Decisions,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._prices, self._decisions, self._now = store, prices, decisions, now
        self._membership = membership
        self.known = KnownPools(store, membership.objects)
        self._gauges = Gauges(store)
        self._once = Remembered()

    def list_pools(self, asked: Asked) -> Answer[list[PoolStatus]]:
        found = self.known.pools(asked, self._now())
        lately, why = Window.last(_LATELY_S, self._now()), summing.NO_GPU
        try:
            busy = self._gauges.busy(asked, lately, self._members(asked, lately), by_pool=True)
        except Unavailable as error:
            busy, why = [], error.message
        util = {(one.cluster, one.namespace, one.pool): one.util for one in busy}
        pools = with_utilization(found.value or [], util, why)
        return Answer(pools, found.source, found.as_of, found.window, found.reason)

    def get_pool(self, asked: Asked) -> Answer[PoolStatus]:
        found = self.list_pools(asked)
        pool = the_one(found.value or [], asked)
        return Answer(pool, found.source, found.as_of, found.window, found.reason)

    def summary(self, asked: Asked, window: Window) -> Answer[MetricsSummary]:
        belonging = self._members(asked, window)
        counted = self._grown(asked, window, belonging)
        gauged = self._gauges.over(asked, window, belonging)
        busy = self._gauges.busy(asked, window, belonging)
        found = summing.summary(counted, gauged, busy)
        reason = None if found.as_of else self._why_nothing(asked, window, belonging)
        source = summing.named(found.sources.values())
        return Answer(found if found.as_of else None, source, found.as_of, window, reason)

    def by_pool(self, asked: Asked, window: Window) -> Answer[list[MetricsSummary]]:
        belonging = self._members(asked, window)
        counted = self._grown(asked, window, belonging)
        gauged = self._gauges.over(asked, window, belonging, by_pool=True)
        busy = self._gauges.busy(asked, window, belonging, by_pool=True)
        told = summing.by_pool(counted, gauged, busy)
        nothing = summing.summary(Counted(), (), ())
        for pool in self.known.pools(asked, self._now()).value or []:
            told.setdefault(pool.place, summing.placed(nothing, pool.place))
        found = sorted(told.values(), key=lambda one: (one.pool, one.cluster, one.namespace))
        as_of = max((one.as_of for one in found if one.as_of), default=None)
        reason = None if as_of else self._why_nothing(asked, window, belonging)
        source = summing.named(name for one in found for name in one.sources.values())
        return Answer(found, source, as_of, window, reason)

    def pod_metrics(self, asked: Asked, window: Window) -> Answer[list[PodMetrics]]:
        belonging = self._members(asked, window)
        lately = last_minutes(window)
        read = self._gauges.pods(asked, window, belonging)
        counted = grown(self._store, asked, lately, _POD_COUNTERS, belonging, by_pod=True)
        held: dict[podwise.Place, list[Device]] = {}
        for one in self._gauges.devices(asked, window, belonging):
            held.setdefault((one.cluster, one.namespace, one.pod), []).append(one)
        pods = [podwise.pod_metrics(row, counted, held) for row in read]
        as_of = max((one.at for one in pods if one.at), default=None)
        reason = None if pods else self._why_nothing(asked, window, belonging)
        devices = {name for pod in pods for one in pod.devices for name in one.sources}
        source = summing.source_of({one.engine for one in pods} | devices)
        return Answer(pods, source, as_of, lately, reason)

    def devices(self, asked: Asked, window: Window) -> Answer[list[Device]]:
        belonging = self._members(asked, window)
        found = self._gauges.devices(asked, window, belonging)
        as_of = max((one.at for one in found if one.at), default=None)
        reason = None if found else summing.NO_GPU
        source = summing.source_of({name for one in found for name in one.sources} or {"dcgm"})
        return Answer(found, source, as_of, last_minutes(window), reason)

    def recent_decisions(
        self, asked: Asked, window: Window, limit: int
    ) -> Answer[list[EppDecision]]:
        found = self._decisions.recent(asked, window, limit)
        short = [podwise.decision(one) for one in found.value or []]
        return Answer(short, found.source, found.as_of, window, found.reason)

    def ttft_histogram(self, asked: Asked, window: Window) -> Answer[TtftHistogram]:
        belonging = self._members(asked, window)
        counted = self._grown(asked, window, belonging)
        ttft, vantage = summing.ttft_of(counted)
        if not ttft.count:
            return self._nothing(asked, window, belonging, "ttft", counted)
        source = "picker histogram" if vantage == "picker" else summing.source_of(ttft.sources)
        hist = ttft.buckets
        made = TtftHistogram(
            buckets=points_of.bars(hist),
            count=ttft.count,
            vantage=vantage,
            p50_ms=buckets.value_at(hist, 0.5),
            p95_ms=buckets.value_at(hist, 0.95),
            p99_ms=buckets.value_at(hist, 0.99),
        )
        return Answer(made, source, ttft.newest, window)

    def ttft_percentiles(
        self, asked: Asked, window: Window, points: int = 60
    ) -> Answer[TtftSeries]:
        belonging, step = self._members(asked, window), max(60, window.step(points))
        counted = self._in_buckets(asked, window, step, belonging)
        ttft, vantage = summing.ttft_of(counted)
        if not ttft.count:
            return self._nothing(asked, window, belonging, "ttft", counted)
        source = "picker histogram" if vantage == "picker" else summing.source_of(ttft.sources)
        by_time: dict[datetime, Counted] = points_of.by_time(ttft)
        made = tuple(
            points_of.ttft_point(at, by_time.get(at))
            for at in points_of.times(window, step, ttft.newest)
        )
        return Answer(TtftSeries(made, step, vantage), source, ttft.newest, window)

    def tps_throughput(
        self, asked: Asked, window: Window, points: int = 60, *, prompt: bool = False
    ) -> Answer[Series]:
        metric = "prompt_tokens" if prompt else "generation_tokens"
        belonging, step = self._members(asked, window), max(60, window.step(points))
        counted = self._in_buckets(asked, window, step, belonging).of(metric)
        if counted.value is None:
            return self._nothing(asked, window, belonging, metric, counted)
        source = summing.source_of(counted.sources)
        by_time = points_of.by_time(counted)
        made = [
            Point(at, by_time[at].rate if at in by_time else None)
            for at in points_of.times(window, step, counted.newest)
        ]
        return Answer(Series(tuple(made), step), source, counted.newest, window)

    def queue_depth_series(self, asked: Asked, window: Window, points: int = 60) -> Answer[Series]:
        return self._gauge_series(asked, window, points, "waiting", "waiting_mean")

    def kv_cache_series(self, asked: Asked, window: Window, points: int = 60) -> Answer[Series]:
        return self._gauge_series(asked, window, points, "kv_cache", "kv")

    def gpu_util_series(self, asked: Asked, window: Window, points: int = 60) -> Answer[Series]:
        return self._gpu_series(asked, window, points, lambda one: one.util)

    def gpu_memory_series(self, asked: Asked, window: Window, points: int = 60) -> Answer[Series]:
        return self._gpu_series(asked, window, points, lambda one: one.memory)

    def _gpu_series(
        self, asked: Asked, window: Window, points: int, value: Callable[[Busy], float | None]
    ) -> Answer[Series]:
        step = max(_GPU_STEP_S, window.step(points))
        found = self._once.ask(
            ("gpus", asked, window, step),
            lambda: self._gauges.busy(
                asked, window.aligned(step), self._members(asked, window), step
            ),
        )
        newest = max((one.newest for one in found), default=None)
        known = {one.at: value(one) for one in found}
        if not any(value is not None for value in known.values()):
            return Answer(None, "DCGM", newest, window, summing.NO_GPU)
        made = [Point(at, known.get(at)) for at in points_of.times(window, step, newest)]
        source = summing.source_of({name for one in found for name in one.sources})
        return Answer(Series(tuple(made), step), source, newest, window)

    def kv_cache_by_pod(self, asked: Asked, window: Window, points: int = 60) -> Answer[PodSeries]:
        belonging, step = self._members(asked, window), max(60, window.step(points))
        read = self._gauges.over(
            asked, window.aligned(step), belonging, step, by_pool=True, by_pod=True
        )
        names = {source for one in read for source in one.sources}
        source = summing.source_of(names)
        newest = max((one.newest for one in read), default=None)
        known: dict[str, dict[datetime, float | None]] = {}
        for one in read:
            known.setdefault(one.pod, {})[one.at] = one.kv
        if not any(one.kv is not None for one in read):
            return self._nothing(asked, window, belonging, "kv_cache", Counted(), names)
        times = points_of.times(window, step, newest)
        made = tuple(
            (pod, Series(tuple(Point(at, values.get(at)) for at in times), step))
            for pod, values in sorted(known.items())
        )
        return Answer(PodSeries(made, step), source, newest, window)

    def cost_estimate(self, asked: Asked, window: Window) -> Answer[CostEstimate]:
        listed = self.known.pools(asked, self._now())
        pool = the_one(listed.value or [], asked)
        belonging = self._members(asked, window)
        minutes = self._gauges.gpu_minutes(asked, window, belonging)
        counted = self._grown(asked, window, belonging).of("generation_tokens")
        tokens = costing.Tokens(
            None if counted.value is None else round(counted.value),
            counted.seconds,
            engines.why_missing({pool.serving_backend or ""} - {""}, "generation_tokens"),
        )
        made = costing.estimate(pool, minutes, tokens, self._prices)
        read = {name for one in minutes for name in one.sources}
        parts = [self._prices.source, summing.source_of(read) if read else "", listed.source]
        as_of = max((one.newest for one in minutes), default=listed.as_of)
        return Answer(made, summing.named(filter(None, parts)), as_of, window)

    def standing_cost(self, pool: PoolStatus) -> CostEstimate:
        return costing.estimate(pool, [], costing.Tokens(), self._prices)

    def upsert_pool(self, pool: PoolStatus) -> None:
        self.known.upsert(pool, self._now())

    def delete_pool(self, cluster: str, namespace: str, name: str) -> None:
        self.known.delete(cluster, namespace, name, self._now())

    def _members(self, asked: Asked, window: Window) -> Members:
        return self._once.ask(
            ("members", asked, window), lambda: self._membership.of(asked, window)
        )

    def _grown(self, asked: Asked, window: Window, belonging: Members) -> Counted:
        return self._once.ask(
            ("grown", asked, window),
            lambda: grown(self._store, asked, window, summing.METRICS, belonging),
        )

    def _in_buckets(self, asked: Asked, window: Window, step: int, belonging: Members) -> Counted:
        buckets = window.aligned(step)
        return self._once.ask(
            ("in buckets", asked, window, step),
            lambda: grown_in_buckets(self._store, asked, buckets, step, _OVER_TIME, belonging),
        )

    def _gauge_series(
        self, asked: Asked, window: Window, points: int, what: str, key: str
    ) -> Answer[Series]:
        belonging, step = self._members(asked, window), max(60, window.step(points))
        read = self._once.ask(
            ("gauged", asked, window, step),
            lambda: self._gauges.over(asked, window.aligned(step), belonging, step),
        )
        names = {source for one in read for source in one.sources}
        newest = max((one.newest for one in read), default=None)
        known = {one.at: getattr(one, key) for one in read}
        if not any(value is not None for value in known.values()):
            return self._nothing(asked, window, belonging, what, Counted(), names)
        made = [Point(at, known.get(at)) for at in points_of.times(window, step, newest)]
        return Answer(Series(tuple(made), step), summing.source_of(names), newest, window)

    def _nothing(
        self,
        asked: Asked,
        window: Window,
        belonging: Members,
        what: str,
        counted: Counted,
        names: Iterable[str] = (),
    ) -> Answer[Any]:
        """Why ``what`` is not known: no engine tells anything, or none of them tells this."""
        known = set(names) | (counted.sources - {"picker"})
        if not known:
            known = set(self._gauges.last(asked, window, belonging)) & set(engines.ENGINES)
        if what == "ttft" and counted.of("ttft").rows:
            reason = summing.NOTHING_STREAMED
        elif known:
            reason = engines.why_missing(known, what)
        else:
            reason = self._why_nothing(asked, window, belonging)
        return Answer(None, summing.source_of(known), counted.newest, window, reason)

    def _why_nothing(self, asked: Asked, window: Window, belonging: Members) -> str:
        """Why nothing at all is known of a range."""
        before = Window(window.end - _REMEMBERED, window.end)
        if before.start < window.start:
            told = self._gauges.last(asked, before, self._members(asked, before))
            last = max((at for name, at in told.items() if name in engines.ENGINES), default=None)
            if last:
                return f"No engine metrics in this range; the last came {last:%Y-%m-%d %H:%M} UTC."
        return engines.why_missing((), "")
