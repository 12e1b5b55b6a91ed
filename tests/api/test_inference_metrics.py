"""Promise: REST tells of pools, pods, GPUs and their cost what the store and the objects hold, null
with the reason where they hold nothing, to those who may see it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from callbacks.autoscaling import page
from components import autoscaling
from services.auth.identity import CONSOLE, Role
from services.inference.clickhouse import ClickHouseProvider
from services.inference.provider import Asked
from services.inference.results import PoolStatus
from tests.api.conftest import Console
from tests.scraped import changed, otlp, put

ROOT = "/api/v1/clusters/gpu-iad/inference"
RECORDED = Path(__file__).parent.parent / "recorded"
LLAMA, PHI = "llama3-70b-7f9c5d8b4-m4q9z", "phi4-mini-7f9c5d8b4-m4q9z"
SERIES = ("tps-throughput", "queue-depth", "gpu-util", "kv-cache", "ttft-percentiles")


@pytest.fixture(scope="module")
def told(console: Console) -> Console:
    """The console with two scrapes of an engine whose pod has no label of its pool, of one that
    has, and of the GPUs."""
    store = console.container.store
    now = datetime.now(UTC) - timedelta(minutes=2)
    begun = now - timedelta(minutes=2)
    vllm = (RECORDED / "vllm/metrics.txt").read_text()
    more = changed(
        vllm,
        **{
            "vllm:generation_tokens_total": 1_200,
            'vllm:time_to_first_token_seconds_bucket{.*le=".Inf".*}': 6,
            "vllm:time_to_first_token_seconds_count": 6,
            "vllm:time_to_first_token_seconds_sum": 16_000,
        },
    )
    labels = {"pod": LLAMA, "namespace": "llm", "node": "gpu-iad-h100-1"}
    put(store, "gpu-iad", otlp(vllm, labels, begun, begun))
    put(store, "gpu-iad", otlp(more, labels, begun, now))
    tgi = "tgi_queue_size 3\ntgi_batch_current_size 2\n"
    put(store, "gpu-iad", otlp(tgi, {**labels, "pod": PHI, "pool": "phi4-mini"}, begun, now))
    dcgm = (RECORDED / "dcgm/metrics.txt").read_text().replace('"llama-0"', f'"{LLAMA}"')
    for at in (begun, now):
        put(store, "gpu-iad", otlp(dcgm, {}, begun, at))
    return console


POOLS = ["granite-8b-pool", "llama3-70b", "phi4-mini", "qwen3-32b"]


def ask(console: Console, path: str, status: int = 200, token: str | None = None) -> Any:
    answer = console.ask("GET", f"{ROOT}{path}", token)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_pools_are_those_of_the_objects(told: Console) -> None:
    found = ask(told, "/pools")
    assert [one["name"] for one in found["items"]] == POOLS
    assert found["total"] == len(POOLS)
    assert found["source"] == "InferencePool and InferenceStack objects"
    _, llama, phi, _ = found["items"]
    assert llama["modelName"] == "meta-llama/Llama-3.3-70B-Instruct"
    assert (llama["servingBackend"], phi["servingBackend"]) == ("vllm", "tgi")
    assert (llama["gpuType"], llama["gpuCount"]) == ("NVIDIA-H100-80GB-HBM3", 2)
    assert (llama["replicas"], llama["minReplicas"], llama["maxReplicas"]) == (6, 6, 8)
    assert llama["selector"] == {"app": "llama3-70b"}
    assert llama["status"]["readyReplicas"] == 6
    assert llama["status"]["conditions"][0]["reason"] == "Ready"
    assert llama["avgGpuUtil"] == 90.5
    assert (phi["minReplicas"], phi["reasons"]["minReplicas"]) == (None, "No autoscaler scales it.")
    assert phi["avgGpuUtil"] is None
    assert "DCGM" in phi["reasons"]["avgGpuUtil"]
    one = ask(told, "/pools/llama3-70b")
    assert {key: one[key] for key in llama} == llama
    assert ask(told, "/pools/none", 404)["error"]["message"] == "There is no inference pool none."
    assert not ask(told, "/pools?namespace=shop")["items"]


def test_pods_without_a_label_belong_to_the_pool_that_selects_them(told: Console) -> None:
    found = ask(told, "/metrics/summary?pool=llama3-70b&range=15m")
    assert found["totalTokens"] == 1_200
    assert found["avgTPS"] == pytest.approx(10)
    assert (found["avgQueueDepth"], found["requestsInFlight"]) == (4, 9)
    assert found["avgKVCachePct"] == pytest.approx(64.46)
    assert found["avgGPUUtil"] == 90.5
    assert (found["vantage"], found["engines"]) == ("engine", ["vllm"])
    assert found["sources"]["avgGPUUtil"] == "DCGM"
    assert "prefixCacheHitRate" in found["reasons"]
    # All that is known of those six is that they are over the last bound.
    assert found["p50TTFT"] == found["p99TTFT"] == 2_560_000
    assert {"source", "as_of", "window", "reason"} <= set(found)
    (pod,) = ask(told, "/metrics/pods?pool=llm/llama3-70b")["items"]
    assert (pod["podName"], pod["queueDepth"], pod["generationTPS"]) == (
        LLAMA,
        4,
        pytest.approx(10),
    )
    assert (pod["gpuUtilPct"], pod["gpuTemperatureC"]) == (90.5, 61)
    assert pod["gpuMemUsedMb"] == 74_868 + 74_674
    assert [one["gpuId"] for one in pod["devices"]] == [0, 1]


def test_what_an_engine_does_not_tell_is_null_with_the_reason(told: Console) -> None:
    found = {one["pool"]: one for one in ask(told, "/metrics/by-pool?range=15m")["items"]}
    assert set(found) == set(POOLS)
    phi, qwen = found["phi4-mini"], found["qwen3-32b"]
    assert (phi["avgQueueDepth"], phi["requestsInFlight"]) == (3, 2)
    assert (phi["avgKVCachePct"], phi["avgTTFT"], phi["prefixCacheHitRate"]) == (None, None, None)
    assert phi["reasons"]["avgKVCachePct"] == "TGI exposes no KV cache metric."
    assert phi["reasons"]["avgTTFT"] == "TGI exposes no time to first token."
    assert qwen["as_of"] is None
    assert all(qwen[key] is None for key in qwen["reasons"])
    assert qwen["reasons"]["avgTPS"].startswith("No metrics of an engine have come")
    empty = ask(told, "/metrics/kv-cache/phi4-mini")
    assert (empty["items"], empty["reason"]) == ([], "TGI exposes no KV cache metric.")


@pytest.mark.parametrize("series", SERIES)
def test_series_say_what_they_rest_on(told: Console, series: str) -> None:
    found = ask(told, f"/metrics/{series}/llama3-70b?range=15m")
    assert found["items"]
    assert found["step"] == (120 if series == "gpu-util" else 60)
    assert found["source"]
    assert found["as_of"]
    assert found["reason"] is None
    assert any(
        value is not None
        for one in found["items"]
        for key, value in one.items()
        if key != "timestamp"
    )
    empty = ask(told, f"/metrics/{series}/qwen3-32b?range=15m")
    assert (empty["items"], empty["step"]) == ([], None)
    assert empty["reason"]


def test_a_histogram_has_an_open_end(told: Console) -> None:
    found = ask(told, "/metrics/ttft-histogram/llama3-70b")
    assert found["items"] == [{"rangeStart": 2_560_000, "rangeEnd": None, "count": 6}]
    assert (found["count"], found["vantage"]) == (6, "engine")


def test_cost_is_of_the_demos_prices(told: Console) -> None:
    found = ask(told, "/metrics/cost?pool=llama3-70b")
    assert (found["currency"], found["pricePerGpuHour"], found["replicaCount"]) == ("USD", 2.65, 6)
    assert found["hourlyRate"] == pytest.approx(2.65 * 2 * 6)
    assert found["replicaHourlyRate"] == pytest.approx(5.3)
    assert found["generatedTokens"] == 1_200
    # Two GPUs were read twice: the first time stands for the two minutes up to the second.
    assert found["gpuHours"] == pytest.approx(2 * 3 / 60)
    assert found["tokensPerUnit"] == pytest.approx(1_200 / (2.65 * 2 * 3 / 60))
    assert found["idleGpuHours"] == 0
    assert "prices" in found["source"]


def test_gpus_are_told_with_whose_they_are(told: Console) -> None:
    found = ask(told, "/metrics/gpus")
    assert [(one["gpuId"], one["pool"], one["pod"]) for one in found["items"]] == [
        (0, "llama3-70b", LLAMA),
        (1, "llama3-70b", LLAMA),
        (2, "", ""),
    ]
    assert len(ask(told, "/metrics/gpus?pool=llama3-70b")["items"]) == 2


def test_the_page_of_autoscaling_shows_the_queue_of_an_engine_that_names_no_pool(
    told: Console,
) -> None:
    asked = {autoscaling.CHOSEN: "gpu-iad/llm/llama3-70b", "range": "15m"}
    waiting = page(told.container, CONSOLE, asked)["panels"][autoscaling.WAITING]
    assert waiting["source"] == "vLLM metrics"
    assert any(value is not None for value in waiting["figure"]["data"][0]["y"])


def test_bad_input_names_the_field(told: Console) -> None:
    for path, field in (
        ("/metrics/summary?range=yesterday", "range"),
        ("/metrics/tps-throughput/llama3-70b?range=0s", "range"),
        ("/metrics/pods", "pool"),
        ("/metrics/cost?pool=", "pool"),
        ("/metrics/by-pool?since=1h", "since"),
    ):
        fields = ask(told, path, 422)["error"]["details"]["fields"]
        assert field in {one["field"] for one in fields}, path
    for path in ("/metrics/summary?pool=none", "/metrics/cost?pool=none", "/metrics/gpu-util/none"):
        assert ask(told, path, 404)["error"]["code"] == "not_found"


def test_nobody_sees_beyond_their_limits(told: Console) -> None:
    elsewhere = told.token(Role.VIEWER, clusters=("web-fra",))
    ask(told, "/pools", 404, elsewhere)
    ask(told, "/metrics/summary", 404, elsewhere)
    shop = told.token(Role.VIEWER, namespaces=("shop",))
    assert not ask(told, "/pools", token=shop)["items"]
    assert not ask(told, "/metrics/gpus", token=shop)["items"]
    assert ask(told, "/metrics/summary", token=shop)["totalTokens"] is None
    ask(told, "/metrics/pods?pool=llama3-70b", 404, shop)
    llm = told.token(Role.VIEWER, namespaces=("llm",))
    assert ask(told, "/metrics/summary", token=llm)["totalTokens"] == 1_200
    # A GPU that no pod has is in no namespace.
    assert len(ask(told, "/metrics/gpus", token=llm)["items"]) == 2


def test_the_default_cluster_has_the_same_paths(told: Console) -> None:
    answer = told.ask("GET", "/api/v1/inference/pools")
    assert (answer.status_code, answer.json()["items"]) == (200, [])
    answer = told.ask("GET", "/api/v1/inference/metrics/by-pool")
    assert answer.json()["items"] == []
    assert answer.json()["reason"]


def test_what_objects_say_is_written_down_and_what_is_gone_is_not(told: Console) -> None:
    inference = told.container.inference
    assert inference.sync is not None
    assert isinstance(inference.metrics, ClickHouseProvider)
    known = inference.metrics.known
    inference.sync.write()
    assert inference.sync.write() == 0

    def names() -> set[str]:
        return {pool.name for pool, _ in known.stored(Asked(("gpu-iad",)))}

    assert names() == set(POOLS)
    gone = PoolStatus("gpu-iad", "llm", "was-here", status="Ready")
    known.upsert(gone, datetime.now(UTC) - timedelta(minutes=10))
    assert "was-here" in names()
    assert inference.sync.write() == 1
    assert "was-here" not in names()


def test_pickers_are_told_to_those_who_may_see_their_pool(told: Console) -> None:
    assert "picker" in ask(told, "/metrics/pickers")["reason"]
    said = (RECORDED / "epp/metrics.txt").read_text().replace('"llama-pool"', '"llama3-70b"')
    labels = {"pod": "llama3-70b-epp-0", "namespace": "llm", "pool": "llama3-70b"}
    at = datetime.now(UTC) - timedelta(minutes=1)
    put(told.container.store, "gpu-iad", otlp(said, labels, at, at))
    (one,) = ask(told, "/metrics/pickers?pool=llama3-70b")["items"]
    assert (one["namespace"], one["pool"], one["readyEndpoints"]) == ("llm", "llama3-70b", 4)
    assert (one["requests"], one["errors"], one["p95Decision"]) == (None, {}, None), "one sample"
    ask(told, "/metrics/pickers?pool=nothing", 404)
    other = told.token(Role.VIEWER, namespaces=("shop",))
    assert ask(told, "/metrics/pickers", token=other)["items"] == []
