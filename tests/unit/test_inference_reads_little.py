"""Promise: an answer about one pool and an hour reads little more than that hour of that pool,
however many pools and hours there are beside it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.clusters.fleet import Fleet
from services.inference.clickhouse import ClickHouseProvider
from services.inference.decision_store import Decisions
from services.inference.members import Membership
from services.inference.prices import OF_THE_DEMO
from services.inference.provider import Asked
from services.inference.results import PoolStatus
from services.telemetry.windows import Window
from tests.stores import Watched, watched_store

POOLS, PODS, HOURS = 20, 4, 24
READINGS = POOLS * PODS * HOURS * 120
"""Each pod and each device every 30 s."""
COUNTED = POOLS * PODS * HOURS * 60 * 3
"""Three counters of each pod by the minute."""
END = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
"""The last midnight: rows lie in the parts of a day alike, whatever the time is."""
START = END - timedelta(hours=HOURS)
HOUR = Window(END - timedelta(hours=1), END)
DAY = Window(START, END)
ONE = Asked(("gpu",), None, "pool-7")
ALL = Asked(("gpu",))

PODS_SQL = """
INSERT INTO {database:Identifier}.ngf_pod_metrics
    (timestamp, cluster_name, namespace, pool_name, pod_name, node_name, source, gpu_id, gpu_uuid,
     gpu_type, queue_depth, requests_in_flight, kv_cache_util_pct, gpu_util_pct)
SELECT
    {start:DateTime64(3, 'UTC')} + toIntervalSecond(30 * intDiv(number, 80)), 'gpu', 'llm',
    if({device:Bool}, '', concat('pool-', toString(number % 20))),
    concat('pod-', toString(number % 80)), 'node', if({device:Bool}, 'dcgm', 'vllm'),
    if({device:Bool}, 0, NULL), if({device:Bool}, concat('G', toString(number % 80)), ''), 'H100',
    if({device:Bool}, NULL, 2), if({device:Bool}, NULL, 5), if({device:Bool}, NULL, 50),
    if({device:Bool}, 70, NULL)
FROM numbers({rows:UInt64})
"""
COUNTERS_SQL = """
INSERT INTO {database:Identifier}.ngf_counters_1m
    (window_start, cluster_name, namespace, pool_name, pod_name, source, metric, series, started,
     samples, last_seen, first_value, last_value, first_counted, last_count, last_buckets)
SELECT
    {start:DateTime64(3, 'UTC')} + toIntervalMinute(intDiv(number, 240)) AS minute, 'gpu', 'llm',
    concat('pool-', toString(number % 20)), concat('pod-', toString(number % 80)), 'vllm',
    ['ttft', 'generation_tokens', 'requests'][1 + intDiv(number % 240, 80)], number % 80,
    {start:DateTime64(3, 'UTC')}, 4, minute + toIntervalSecond(45),
    60 * intDiv(number, 240), 60 * intDiv(number, 240) + 45,
    (intDiv(number, 240), [100.0, 250.0, inf], [toUInt64(intDiv(number, 240)), 0, 0]),
    intDiv(number, 240),
    ([100.0, 250.0, inf], [toUInt64(intDiv(number, 240)), 0, 0])
FROM numbers({rows:UInt64})
"""


@pytest.fixture(scope="module")
def store() -> Iterator[Watched]:
    store = watched_store()
    store.open()
    with store.engine.client() as client:
        database = {"database": store.layout.database, "start": START}
        for device in (False, True):
            client.command(PODS_SQL, parameters={**database, "rows": READINGS, "device": device})
        client.command(COUNTERS_SQL, parameters={**database, "rows": COUNTED})
        for table in ("ngf_pod_metrics", "ngf_counters_1m", "ngf_counters_1h"):
            client.command(f"OPTIMIZE TABLE {store.layout.table(table)} FINAL")
    yield store
    store.close()


@pytest.fixture
def provider(store: Watched) -> ClickHouseProvider:
    made = ClickHouseProvider(
        store, Membership(store, lambda _: {}), OF_THE_DEMO, Decisions(store, Fleet()), lambda: END
    )
    made.upsert_pool(PoolStatus("gpu", "llm", "pool-7", gpu_type="H100", gpu_count=1, replicas=4))
    store.cost()
    return made


Question = Callable[[ClickHouseProvider], Any]
OF_ONE: dict[str, tuple[Question, int]] = {
    "summary": (lambda one: one.summary(ONE, HOUR), 180_000),
    "pod_metrics": (lambda one: one.pod_metrics(ONE, HOUR), 165_000),
    "devices": (lambda one: one.devices(ONE, HOUR), 60_000),
    "ttft_histogram": (lambda one: one.ttft_histogram(ONE, HOUR), 33_000),
    "ttft_percentiles": (lambda one: one.ttft_percentiles(ONE, HOUR), 29_000),
    "tps_throughput": (lambda one: one.tps_throughput(ONE, HOUR), 29_000),
    "queue_depth_series": (lambda one: one.queue_depth_series(ONE, HOUR), 41_000),
    "kv_cache_by_pod": (lambda one: one.kv_cache_by_pod(ONE, HOUR), 41_000),
    "gpu_util_series": (lambda one: one.gpu_util_series(ONE, HOUR), 60_000),
    "cost_estimate": (lambda one: one.cost_estimate(ONE, HOUR), 105_000),
    "list_pools": (lambda one: one.list_pools(ONE), 105_000),
    "tokens of a day": (lambda one: one.tps_throughput(ONE, DAY, 64_000), 50_000),
}
"""Questions and how many rows may be read for them, of 806,400."""


@pytest.mark.parametrize("question", OF_ONE)
def test_one_pool_costs_one_pool(
    store: Watched, provider: ClickHouseProvider, question: str
) -> None:
    ask, most = OF_ONE[question]
    found = ask(provider)
    assert found.value
    assert store.cost() <= most


def test_all_pools_read_readings_of_the_range_twice_and_hours_of_counters(
    store: Watched, provider: ClickHouseProvider
) -> None:
    found = provider.by_pool(ALL, DAY).value
    assert found is not None
    assert len(found) == POOLS
    assert {one.pods for one in found} == {PODS}
    # Once for who is in which pool, once for what they read; of counters mostly the hours.
    assert store.cost() < 4 * READINGS + COUNTED


def test_a_day_of_tokens_comes_from_hours(store: Watched, provider: ClickHouseProvider) -> None:
    by_hours = provider.tps_throughput(ONE, DAY, 24)
    assert by_hours.value is not None
    assert by_hours.value.step == 3600
    values = [point.value for point in by_hours.value.points]
    assert values[1:] == [pytest.approx(4.0)] * (len(values) - 1)
