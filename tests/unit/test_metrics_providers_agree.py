"""Promise: whoever provides inference metrics keeps one contract. Each answer says its source, its
window and its age; what is not known is None with a reason, and no number is invented for it."""

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from services.clusters.fleet import Fleet
from services.errors import Invalid, NotFound
from services.inference.clickhouse import ClickHouseProvider
from services.inference.decision_store import Decisions
from services.inference.members import Membership
from services.inference.mock import MockProvider
from services.inference.mock_pools import pools_on
from services.inference.opening import Inference
from services.inference.prices import OF_THE_DEMO
from services.inference.provider import Asked, MetricsProvider
from services.inference.results import PoolStatus
from services.settings import load
from services.telemetry.answers import Answer
from services.telemetry.store import Store
from services.telemetry.windows import Window
from tests.recorded_picker import POOL as RECORDED_POOL
from tests.recorded_picker import put_recording
from tests.scraped import changed, otlp, put
from tests.stores import fresh_store

NOW = datetime(2026, 11, 24, 14, 0, 10, tzinfo=UTC)
HOUR = Window(NOW - timedelta(hours=1), NOW)
POOL = "llama3-70b-prod"
ASKED = Asked(("gpu",), None, POOL)
RECORDED = Path(__file__).parent.parent / "recorded"

NUMBERS: dict[str, Callable[[MetricsProvider, Asked], Answer[Any]]] = {
    "summary": lambda one, asked: one.summary(asked, HOUR),
    "by_pool": lambda one, asked: one.by_pool(asked, HOUR),
    "pod_metrics": lambda one, asked: one.pod_metrics(asked, HOUR),
    "devices": lambda one, asked: one.devices(asked, HOUR),
    "recent_decisions": lambda one, asked: one.recent_decisions(asked, HOUR, 5),
    "ttft_histogram": lambda one, asked: one.ttft_histogram(asked, HOUR),
    "ttft_percentiles": lambda one, asked: one.ttft_percentiles(asked, HOUR),
    "tps_throughput": lambda one, asked: one.tps_throughput(asked, HOUR),
    "prompt_throughput": lambda one, asked: one.tps_throughput(asked, HOUR, prompt=True),
    "queue_depth_series": lambda one, asked: one.queue_depth_series(asked, HOUR),
    "gpu_util_series": lambda one, asked: one.gpu_util_series(asked, HOUR),
    "gpu_memory_series": lambda one, asked: one.gpu_memory_series(asked, HOUR),
    "kv_cache_series": lambda one, asked: one.kv_cache_series(asked, HOUR),
    "kv_cache_by_pod": lambda one, asked: one.kv_cache_by_pod(asked, HOUR),
}


@pytest.fixture(scope="module")
def measured_in() -> Iterator[Store]:
    found = fresh_store()
    yield found
    found.close()


@pytest.fixture(scope="module")
def measured(measured_in: Store) -> MetricsProvider:
    """The store, with what two pods of one of the pools have told in the last minutes."""
    store = measured_in
    made = ClickHouseProvider(
        store, Membership(store, lambda _: {}), OF_THE_DEMO, Decisions(store, Fleet()), lambda: NOW
    )
    for pool in pools_on("gpu", NOW):
        made.upsert_pool(pool)
    begun = NOW - timedelta(minutes=3)
    text = (RECORDED / "vllm/metrics.txt").read_text()
    more = '{engine="0",le="(?:0.5|0.75|1.0|[2-9].*|1[0-9].*|64.*|2560.*|.Inf)",.*}'
    grown = changed(
        text,
        **{
            "vllm:generation_tokens_total": 6_000,
            "vllm:prompt_tokens_total": 9_000,
            "vllm:prefix_cache_queries_total": 9_000,
            "vllm:prefix_cache_hits_total": 3_000,
            f"vllm:time_to_first_token_seconds_bucket{more}": 12,
            "vllm:time_to_first_token_seconds_count": 12,
            "vllm:time_to_first_token_seconds_sum": 4,
        },
    )
    for number in range(2):
        labels = {"pod": f"{POOL}-{number}", "namespace": "inference", "pool": POOL, "node": "n"}
        for minute, said in ((0, text), (1, text), (2, grown)):
            at = begun + timedelta(minutes=minute, seconds=number)
            put(store, "gpu", otlp(said, labels, begun + timedelta(seconds=number), at))
    devices = (RECORDED / "dcgm/metrics.txt").read_text().replace('"llama-0"', f'"{POOL}-0"')
    devices = devices.replace('namespace="llm"', 'namespace="inference"')
    put(store, "gpu", otlp(devices, {}, begun, begun + timedelta(minutes=2)))
    return made


@pytest.fixture(params=["mock", "clickhouse"])
def provider(request: pytest.FixtureRequest) -> MetricsProvider:
    if request.param == "mock":
        return MockProvider("gpu", now=lambda: NOW)
    found: MetricsProvider = request.getfixturevalue("measured")
    return found


@pytest.mark.parametrize("question", NUMBERS)
def test_every_answer_says_what_it_rests_on(provider: MetricsProvider, question: str) -> None:
    answer = NUMBERS[question](provider, ASKED)
    assert answer.source
    assert (answer.source == "mock") == (provider.source == "mock")
    assert answer.window.end <= NOW
    assert answer.window.start >= HOUR.start
    assert answer.value or answer.reason
    if answer.value:
        assert answer.as_of is not None
        assert answer.as_of <= NOW
    assert_finite(answer.value)


@pytest.mark.parametrize("question", NUMBERS)
def test_nothing_is_told_of_a_pool_that_is_not_there(
    provider: MetricsProvider, question: str
) -> None:
    answer = NUMBERS[question](provider, replace(ASKED, pool="no-such-pool"))
    assert not answer.value
    assert answer.reason
    assert answer.reason.endswith(".")


def test_the_newest_decisions_come_first_and_say_whose_they_are(
    provider: MetricsProvider, request: pytest.FixtureRequest
) -> None:
    if provider.source == "clickhouse":
        put_recording(request.getfixturevalue("measured_in"))
    window = Window.last(6 * 3600, datetime.now(UTC) + timedelta(hours=3))
    pool = RECORDED_POOL if provider.source == "clickhouse" else POOL
    found = provider.recent_decisions(Asked(None, None, pool), window, 5).value or []
    times = [one.timestamp for one in found if one.timestamp]
    assert len(found) == len(times) == 5
    assert times == sorted(times, reverse=True)
    for one in found:
        assert one.pool == pool
        assert one.cluster
        assert one.reason
        assert (one.selected_pod is None) == (one.source is None) == (one.unknown is not None)


@pytest.mark.parametrize("question", NUMBERS)
def test_limits_hold(provider: MetricsProvider, question: str) -> None:
    for limits in (Asked((), None), Asked(("other",), None), Asked(("gpu",), ("shop",))):
        assert not NUMBERS[question](provider, limits).value
        assert not provider.list_pools(limits).value


def test_pools_come_by_name(provider: MetricsProvider) -> None:
    pools = provider.list_pools(Asked(("gpu",))).value or []
    assert [one.name for one in pools] == sorted(one.name for one in pools)
    found = {one.name: one for one in pools}
    assert found[POOL].model_name == "meta-llama/Llama-3-70B-Instruct"
    assert (found[POOL].gpu_count, found[POOL].replicas, found[POOL].ready_replicas) == (4, 6, 6)
    assert found["phi3-mini-dev"].status == "Degraded"
    assert found["phi3-mini-dev"].model_version is None
    assert found[POOL].avg_gpu_util is not None
    told = provider.by_pool(Asked(("gpu",)), HOUR).value or []
    assert [one.pool for one in told] == [one.name for one in pools]


def test_one_pool_is_found_by_name_and_told_apart_by_namespace(provider: MetricsProvider) -> None:
    assert (provider.get_pool(ASKED).value or None).name == POOL  # type: ignore[union-attr]
    with pytest.raises(NotFound, match="no-such-pool"):
        provider.get_pool(Asked(("gpu",), None, "no-such-pool"))
    twin = PoolStatus("gpu", "dev", POOL, status="Ready")
    provider.upsert_pool(twin)
    try:
        with pytest.raises(Invalid) as refused:
            provider.get_pool(ASKED)
        assert refused.value.details["fields"][0]["field"] == "namespace"
        found = provider.get_pool(replace(ASKED, namespace="dev")).value
        assert found is not None
        assert (found.namespace, found.gpu_count, found.min_replicas) == ("dev", None, None)
    finally:
        provider.delete_pool("gpu", "dev", POOL)
    assert provider.get_pool(ASKED).value
    provider.delete_pool("gpu", "dev", "never-was")


def test_a_summary_has_a_source_or_a_reason_for_each_number(provider: MetricsProvider) -> None:
    found = provider.summary(ASKED, HOUR).value
    assert found is not None
    told = {
        one.name: getattr(found, one.name)
        for one in fields(found)
        if one.name.startswith(("avg_", "p", "max_", "requests", "errors", "total"))
        and one.name not in ("pool", "pods")
    }
    for name, value in told.items():
        assert (name in found.sources) == (value is not None), name
        assert (name in found.reasons) == (value is None), name
    assert found.p50_ttft_ms <= found.p95_ttft_ms <= found.p99_ttft_ms  # type: ignore[operator]
    assert found.vantage == "engine"
    assert 0 <= (found.prefix_cache_hit_rate or 0) <= 1
    assert 0 <= (found.avg_gpu_util or 0) <= 100


@pytest.mark.parametrize(
    "question", [name for name in NUMBERS if name.endswith(("series", "throughput"))]
)
def test_series_are_whole_buckets_in_order(provider: MetricsProvider, question: str) -> None:
    series = NUMBERS[question](provider, ASKED).value
    times = [point.at for point in series.points]
    assert times == sorted(times)
    steps = {(after - before).total_seconds() for before, after in pairwise(times)}
    assert steps == {series.step}
    assert HOUR.start - timedelta(seconds=series.step) < times[0] <= HOUR.start
    assert times[-1] < HOUR.end
    assert any(point.value is not None for point in series.points)


def test_a_histogram_adds_up(provider: MetricsProvider) -> None:
    found = provider.ttft_histogram(ASKED, HOUR).value
    assert found is not None
    assert sum(one.count for one in found.buckets) == found.count
    for before, after in pairwise(found.buckets):
        assert before.range_end == after.range_start
    assert found.p50_ms <= found.p95_ms <= found.p99_ms  # type: ignore[operator]


def test_cost_is_of_the_table_or_not_known(provider: MetricsProvider) -> None:
    found = provider.cost_estimate(ASKED, HOUR).value
    assert found is not None
    assert (found.gpu_type, found.gpu_count, found.replica_count) == ("H100", 4, 6)
    assert (found.currency, found.price_per_gpu_hour) == ("USD", 2.65)
    assert found.hourly_rate == pytest.approx(2.65 * 4 * 6)
    assert found.daily_cost == pytest.approx(24 * 2.65 * 24)
    assert found.monthly_cost == pytest.approx(730 * 2.65 * 24)
    assert found.gpu_hours is not None
    assert found.spent is not None
    provider.upsert_pool(
        PoolStatus("gpu", "dev", "odd", gpu_type="Z9", gpu_count=0, replicas=2, status="Ready")
    )
    try:
        unknown = provider.cost_estimate(Asked(("gpu",), None, "odd"), HOUR).value
    finally:
        provider.delete_pool("gpu", "dev", "odd")
    assert unknown is not None
    for name in ("hourly_rate", "daily_cost", "monthly_cost", "price_per_gpu_hour"):
        assert getattr(unknown, name) is None
        assert unknown.reasons[name] == "There is no price for Z9 in the table."
    assert unknown.tokens_per_unit is None
    with pytest.raises(NotFound):
        provider.cost_estimate(Asked(("gpu",), None, "no-such-pool"), HOUR)


def test_threads_share_a_provider(provider: MetricsProvider) -> None:
    def ask(number: int) -> float | None:
        if number % 4 == 0:
            provider.upsert_pool(PoolStatus("gpu", "dev", f"made-{number}", status="Ready"))
        found = provider.summary(ASKED, HOUR).value
        provider.delete_pool("gpu", "dev", f"made-{number}")
        return found.avg_tps if found else None

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(8)))
    assert len(set(answers)) == 1
    assert not [
        one for one in provider.list_pools(Asked(("gpu",))).value or [] if "made" in one.name
    ]


def assert_finite(value: Any) -> None:
    """No number anywhere in it is endless or none."""
    if isinstance(value, float):
        assert math.isfinite(value)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            assert_finite(getattr(value, one.name))
    elif isinstance(value, list | tuple):
        for one in value:
            assert_finite(one)


def test_the_mock_of_a_demo_has_its_pools_where_the_demo_has_its_gpus() -> None:
    """The clusters of a demo join its fleet later than the metrics are opened."""
    settings = load({"demo": True, "metrics": "mock"})
    store = fresh_store()
    mock = Inference.of(settings, Fleet(), store, lambda: True).metrics
    store.close()
    listed = mock.list_pools(Asked(("gpu-iad",)))
    assert (mock.source, len(listed.value or [])) == ("mock", 4)
