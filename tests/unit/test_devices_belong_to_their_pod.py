"""Promise: a device is told with the pod that has it and with who read it; without readings nothing
is made up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from services.clusters.fleet import Fleet
from services.inference.clickhouse import ClickHouseProvider
from services.inference.decision_store import Decisions
from services.inference.members import Membership
from services.inference.prices import OF_THE_DEMO
from services.inference.provider import Asked
from services.inference.results import PoolStatus
from services.telemetry.windows import Window
from tests.stores import fresh_store

NOW = datetime(2026, 11, 24, 14, 0, 10, tzinfo=UTC)
HOUR = Window(NOW - timedelta(hours=1), NOW)


def engine(namespace: str, pod: str, pool: str, source: str = "vllm") -> dict[str, Any]:
    return {"namespace": namespace, "pod_name": pod, "pool_name": pool, "source": source}


def device(uuid: str, namespace: str, pod: str, source: str = "dcgm") -> dict[str, Any]:
    return {"namespace": namespace, "pod_name": pod, "gpu_uuid": uuid, "source": source}


ROWS = (
    {**engine("team-a", "vllm-0", "a"), "queue_depth": 1},
    {**engine("team-b", "vllm-0", "b"), "queue_depth": 2},
    {**engine("team-a", "triton-0", "t", "triton"), "queue_depth": 3},
    {**engine("team-a", "bare-0", "bare"), "queue_depth": 4},
    {**device("GPU-a", "team-a", "vllm-0"), "gpu_util_pct": 90, "gpu_mem_used_mb": 1_000},
    {**device("GPU-b", "team-b", "vllm-0"), "gpu_util_pct": 10, "gpu_mem_used_mb": 5_000},
    {**device("GPU-t", "team-a", "triton-0", "triton"), "gpu_util_pct": 50, "pool_name": "t"},
)


@pytest.fixture(scope="module")
def provider() -> Iterator[ClickHouseProvider]:
    store = fresh_store()
    place = {"timestamp": f"{NOW - timedelta(seconds=20):%F %T}", "cluster_name": "gpu"}
    lines = b"\n".join(orjson.dumps({**place, **row}) for row in ROWS)
    store.insert("ngf_pod_metrics", lines, "devices")
    made = ClickHouseProvider(
        store, Membership(store, lambda _: {}), OF_THE_DEMO, Decisions(store, Fleet()), lambda: NOW
    )
    made.upsert_pool(PoolStatus("gpu", "team-a", "t", gpu_type="H100", gpu_count=1, replicas=1))
    yield made
    store.close()


def test_pods_of_one_name_in_two_namespaces_have_each_their_own(
    provider: ClickHouseProvider,
) -> None:
    pods = provider.pod_metrics(Asked(("gpu",)), HOUR).value or []
    told = {(one.namespace, one.pod_name): (one.gpu_util_pct, one.gpu_mem_used_mb) for one in pods}
    assert told["team-a", "vllm-0"] == (90, 1_000)
    assert told["team-b", "vllm-0"] == (10, 5_000)


@pytest.mark.parametrize(
    ("pool", "pods", "devices"),
    [
        ("a", "vLLM metrics, DCGM", "DCGM"),
        ("bare", "vLLM metrics", "DCGM"),
        ("t", "Triton metrics", "Triton metrics"),
        ("", "Triton and vLLM metrics, DCGM", "Triton metrics, DCGM"),
    ],
)
def test_the_source_is_who_read_it(
    provider: ClickHouseProvider, pool: str, pods: str, devices: str
) -> None:
    asked = Asked(("gpu",), pool=pool)
    assert provider.pod_metrics(asked, HOUR).source == pods
    assert provider.devices(asked, HOUR).source == devices
    summary = provider.summary(asked, HOUR).value
    assert summary is not None
    assert summary.sources.get("avg_gpu_util") == (devices if pool != "bare" else None)


def test_cost_and_utilization_over_time_name_it_too(provider: ClickHouseProvider) -> None:
    asked = Asked(("gpu",), pool="t")
    assert provider.gpu_util_series(asked, HOUR).source == "Triton metrics"
    assert "Triton metrics" in provider.cost_estimate(asked, HOUR).source
