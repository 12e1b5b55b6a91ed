"""Promise: what engines, pickers and exporters expose becomes the numbers that one computes from it
by hand: growth between two scrapes, quantiles within their bucket, each renamed metric once, and
nothing where nothing is known."""

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.inference import engines, summing
from services.inference.counting import Counted, grown, grown_in_buckets
from services.inference.gauging import Gauges
from services.inference.members import Members
from services.inference.provider import Asked
from services.telemetry import buckets
from services.telemetry.store import Store
from services.telemetry.windows import Window
from tests.scraped import changed, otlp, put
from tests.stores import fresh_store

RECORDED = Path(__file__).parent.parent / "recorded"
FIRST = datetime(2026, 11, 24, 13, 0, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = Window(FIRST - 5 * MINUTE, FIRST + 55 * MINUTE)
ENGINE = {"pod": "llama-0", "namespace": "llm", "node": "gpu-1", "pool": "llama-pool"}
PICKER = {"pod": "llama-pool-epp-0", "namespace": "llm", "pool": "llama-pool"}
TTFT = "vllm:time_to_first_token_seconds_bucket"
NOBODY = Members((), ())

ALL = ("ttft", "itl", "e2e", "queue_time", "prefill", "decode", "tpot", "requests", "errors")
TOKENS = ("prompt_tokens", "generation_tokens", "prefix_cache_hits", "prefix_cache_queries")


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """One for all tests: each has a cluster of its own."""
    made = fresh_store()
    yield made
    made.close()


@pytest.fixture
def cluster(request: pytest.FixtureRequest) -> str:
    return str(request.node.name)


def recorded(name: str) -> str:
    return (RECORDED / name).read_text()


def only(text: str, *names: str) -> str:
    """The families with these names."""
    kept = [line for line in text.splitlines() if any(name in line for name in names)]
    return "\n".join(kept) + "\n"


def of(store: Store, cluster: str, *metrics: str, **more: bool) -> Counted:
    return grown(store, Asked((cluster,)), HOUR, metrics, NOBODY, **more)


def filled(counted: Counted) -> dict[float, int]:
    return {bound: count for bound, count in counted.buckets.items() if count}


def written(store: Store, cluster: str, table: str, columns: str) -> list[tuple[Any, ...]]:
    text = f"SELECT {columns} FROM {store.layout.table(table)} WHERE cluster_name = {{of:String}}"
    with store.engine.client() as client:
        return list(client.query(text, parameters={"of": cluster}).result_rows)


def test_two_scrapes_of_vllm_tell_what_grew_between_them(store: Store, cluster: str) -> None:
    first = recorded("vllm/metrics.txt")
    assert not re.search("generation_tokens_total{.*} 25675", first)
    second = changed(
        first,
        **{
            "vllm:generation_tokens_total": 6_000,
            "vllm:prompt_tokens_total": 24_000,
            "vllm:prefix_cache_queries_total": 24_000,
            "vllm:prefix_cache_hits_total": 9_000,
            'vllm:request_success_total{engine="0",finished_reason="stop".*}': 25,
            'vllm:request_success_total{engine="0",finished_reason="abort".*}': 2,
            # 10 up to 250 ms, 15 up to 500, 5 up to 750.
            f'{TTFT}{{engine="0",le="0.25".*}}': 10,
            f'{TTFT}{{engine="0",le="0.5".*}}': 25,
            f'{TTFT}{{engine="0",le="(?:0.75|1.0|[2-9].*|1[0-9].*|64.*|2560.*|.Inf)",.*}}': 30,
            "vllm:time_to_first_token_seconds_count": 30,
            "vllm:time_to_first_token_seconds_sum": 10.5,
        },
    )
    put(store, cluster, otlp(first, ENGINE, FIRST, FIRST))
    put(store, cluster, otlp(second, ENGINE, FIRST, FIRST + MINUTE))

    told = of(store, cluster, *ALL, *TOKENS, by_label=True)
    assert {row.source for row in told.rows} == {"vllm"}
    assert told.of("generation_tokens").value == 6_000
    assert told.of("generation_tokens").per_second == pytest.approx(100)
    assert told.of("prompt_tokens").value == 24_000
    assert told.of("prefix_cache_hits").value == 9_000
    assert told.of("prefix_cache_queries").value == 24_000
    assert told.of("requests").value == 27
    assert {row.label: row.value for row in told.of("errors").rows} == {"abort": 2, "error": 0}

    ttft = told.of("ttft")
    assert ttft.count == 30
    assert ttft.value == pytest.approx(10_500)
    assert filled(ttft) == {250.0: 10, 500.0: 15, 750.0: 5}
    assert len(ttft.buckets) == 23
    assert buckets.value_at(ttft.buckets, 0.1) == pytest.approx(100 + 150 * 3 / 10)
    assert buckets.value_at(ttft.buckets, 0.5) == pytest.approx(250 + 250 * 5 / 15)
    assert buckets.value_at(ttft.buckets, 0.95) == pytest.approx(500 + 250 * 3.5 / 5)
    assert buckets.quantile(ttft.buckets, 0.95) == buckets.Quantile(
        pytest.approx(675), 500.0, 750.0
    )
    assert told.of("itl").count == 0
    assert told.newest == FIRST + MINUTE


def test_what_was_counted_before_the_first_sample_is_nobodys_growth(
    store: Store, cluster: str
) -> None:
    """An engine that begins anew counts from its first sample on, whether that is less than the
    one before or more."""
    text = only(recorded("vllm/metrics.txt"), "generation_tokens_total", "time_to_first_token")
    counter = "vllm:generation_tokens_total"
    for minute, began, amount in ((0, 0, 50), (1, 0, 150), (2, 2, 0), (3, 2, 40), (4, 4, 9e6)):
        said = changed(text, **{counter: amount})
        at = FIRST + minute * MINUTE
        put(store, cluster, otlp(said, ENGINE, FIRST + began * MINUTE, at))
    told = of(store, cluster, "generation_tokens", "ttft")
    assert told.of("generation_tokens").value == 100 + 40
    assert told.of("ttft").count == 0
    window = HOUR.aligned(60)
    parts = grown_in_buckets(store, Asked((cluster,)), window, 60, ("generation_tokens",), NOBODY)
    assert [row.value for row in parts.rows] == [None, 100, None, 40, None]


def test_one_sample_tells_of_no_growth(store: Store, cluster: str) -> None:
    put(store, cluster, otlp(recorded("vllm/metrics.txt"), ENGINE, FIRST, FIRST))
    told = of(store, cluster, *ALL, *TOKENS)
    assert told.rows
    assert told.of("requests").value is None
    assert told.of("generation_tokens").per_second is None


def test_buckets_of_time_add_up_and_gaps_stay_gaps(store: Store, cluster: str) -> None:
    text = only(recorded("vllm/metrics.txt"), "generation_tokens_total")
    put(store, cluster, otlp(text, ENGINE, FIRST, FIRST))
    for minutes, tokens in ((1, 60), (2, 180), (20, 9_180), (21, 9_240)):
        at = FIRST + minutes * MINUTE
        more = changed(text, **{"vllm:generation_tokens_total": tokens})
        put(store, cluster, otlp(more, ENGINE, FIRST, at))
    window = HOUR.aligned(60)
    told = grown_in_buckets(store, Asked((cluster,)), window, 60, ("generation_tokens",), NOBODY)
    by_minute = {int((row.at - window.start).total_seconds() / 60): row.value for row in told.rows}
    # The 9,000 of the gap are in the window, and in none of its minutes.
    assert by_minute == {5: None, 6: 60, 7: 120, 25: None, 26: 60}
    assert of(store, cluster, "generation_tokens").value == 9_240


def test_growth_is_the_same_from_minutes_and_from_hours(store: Store, cluster: str) -> None:
    text = only(recorded("vllm/metrics.txt"), "generation_tokens_total", "time_to_first_token")
    for minutes in range(0, 600, 55):
        at = FIRST + minutes * MINUTE
        more = changed(
            text,
            **{
                "vllm:generation_tokens_total": 10 * minutes,
                f'{TTFT}{{engine="0",le="(?:2560.*|.Inf)",.*}}': minutes,
                "vllm:time_to_first_token_seconds_count": minutes,
            },
        )
        put(store, cluster, otlp(more, ENGINE, FIRST, at))
    long = Window(FIRST - 20 * MINUTE, FIRST + 600 * MINUTE)
    told = grown(store, Asked((cluster,)), long, ("generation_tokens", "ttft"), NOBODY)
    assert told.of("generation_tokens").value == 5_500
    assert filled(told.of("ttft")) == {2_560_000.0: 550}
    hours = grown_in_buckets(
        store, Asked((cluster,)), long.aligned(3600), 3600, ("generation_tokens",), NOBODY
    )
    assert [row.value for row in hours.rows] == [550] * 10


def test_a_picker_that_writes_old_names_beside_new_ones_counts_once(
    store: Store, cluster: str
) -> None:
    text = recorded("epp/metrics.txt")
    more = changed(
        text,
        **{
            'llm_d_epp_request_total{fairness_id="tenant-a".*priority="0".*}': 3,
            'inference_objective_request_total{model_name="meta-llama.*priority="0".*}': 3,
            'llm_d_epp_request_error_total{.*"ResourceExhausted",fairness_id="tenant-a".*}': 2,
            'inference_objective_request_error_total{error_code="ResourceExhausted".*}': 2,
            'llm_d_epp_scheduler_attempts_total{endpoint_name="llama-2".*="sql-lora"}': 3,
            'inference_extension_scheduler_attempts_total{.*pod_name="llama-2".*="sql-lora"}': 3,
        },
    )
    put(store, cluster, otlp(text, PICKER, FIRST, FIRST))
    put(store, cluster, otlp(more, PICKER, FIRST, FIRST + MINUTE))
    told = of(store, cluster, "picker_requests", "picker_errors", "picker_attempts", by_label=True)
    assert told.of("picker_requests").value == 3
    assert {one.label: one.value for one in told.of("picker_errors").rows if one.value} == {
        "ResourceExhausted": 2
    }
    attempts = {one.label: one.value for one in told.of("picker_attempts").rows}
    assert attempts == {"llama-0": 0, "llama-1": 0, "llama-2": 3, "llama-3": 0}
    assert {(one.source, one.pool, one.namespace) for one in told.rows} == {
        ("picker", "llama-pool", "llm")
    }

    old = {**PICKER, "pod": "old-epp-0", "pool": "old-pool"}
    names = "\n".join(line for line in text.splitlines() if "llm_d_epp" not in line) + "\n"
    put(store, cluster, otlp(names, old, FIRST, FIRST))
    put(
        store,
        cluster,
        otlp(
            changed(names, **{'inference_objective_request_total{.*"sql-lora",priority="0".*}': 7}),
            old,
            FIRST,
            FIRST + MINUTE,
        ),
    )
    told = of(store, cluster, "picker_requests")
    assert {one.pool: one.value for one in told.rows} == {"llama-pool": 3, "old-pool": 7}


def test_gauges_of_a_picker_are_told_once(store: Store, cluster: str) -> None:
    put(store, cluster, otlp(recorded("epp/metrics.txt"), PICKER, FIRST, FIRST))
    columns = "pool_name, ready_endpoints, queue_size, running, kv_cache_pct, saturation"
    assert written(store, cluster, "ngf_picker_metrics", columns) == [
        ("llama-pool", 4, 3.5, 9.0, pytest.approx(53), pytest.approx(0.583333))
    ]


def test_readings_of_ranks_are_one_of_the_pod(store: Store, cluster: str) -> None:
    two = """
vllm:num_requests_running{engine="0",model_name="m"} 9
vllm:num_requests_running{engine="1",model_name="m"} 2
vllm:num_requests_waiting{engine="0",model_name="m"} 4
vllm:num_requests_waiting{engine="1",model_name="m"} 0
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.6
vllm:kv_cache_usage_perc{engine="1",model_name="m"} 0.2
"""
    put(store, cluster, otlp(two, ENGINE, FIRST, FIRST))
    (pod,) = Gauges(store).pods(Asked((cluster,)), Window(FIRST - MINUTE, FIRST + MINUTE), NOBODY)
    assert (pod["last_running"], pod["last_waiting"]) == (11, 4)
    assert pod["last_kv"] == pytest.approx(40)
    assert (pod["pool"], pod["last_engine"], pod["last_model"]) == ("llama-pool", "vllm", "m")


OTHERS = {
    "old vllm": (
        'vllm:num_requests_running{model_name="m"} 3\n'
        'vllm:num_requests_waiting{model_name="m"} 1\n'
        'vllm:gpu_cache_usage_perc{model_name="m"} 0.25\n',
        ("vllm", 3, 1, 25.0, None),
    ),
    "sglang": (
        'sglang:num_running_reqs{model_name="m",tp_rank="0"} 5\n'
        'sglang:num_queue_reqs{model_name="m",tp_rank="0"} 2\n'
        'sglang:token_usage{model_name="m",tp_rank="0"} 0.5\n'
        'sglang:cache_hit_rate{model_name="m",tp_rank="0"} 0.75\n',
        ("sglang", 5, 2, 50.0, 75.0),
    ),
    "triton with TensorRT-LLM": (
        'nv_inference_pending_request_count{model="m",version="1"} 9\n'
        'nv_trt_llm_request_metrics{model="m",request_type="waiting",version="1"} 4\n'
        'nv_trt_llm_request_metrics{model="m",request_type="active",version="1"} 6\n'
        'nv_trt_llm_request_metrics{model="m",request_type="max",version="1"} 64\n'
        'nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="fraction",model="m"} 0.1\n'
        'nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="used",model="m"} 812\n',
        ("triton", 6, 4, 10.0, None),
    ),
    "plain triton": (
        'nv_inference_pending_request_count{model="m",version="1"} 9\n',
        ("triton", None, 9, None, None),
    ),
    "tgi": (
        "tgi_queue_size 7\ntgi_batch_current_size 8\ntgi_batch_current_max_tokens 4096\n",
        ("tgi", 8, 7, None, None),
    ),
}


@pytest.mark.parametrize("engine", OTHERS)
def test_every_engine_is_read_by_its_own_names(store: Store, cluster: str, engine: str) -> None:
    text, (source, running, waiting, kv, hits) = OTHERS[engine]
    put(store, cluster, otlp(text, ENGINE, FIRST, FIRST))
    (pod,) = Gauges(store).pods(Asked((cluster,)), Window(FIRST - MINUTE, FIRST + MINUTE), NOBODY)
    assert pod["last_engine"] == source
    assert (pod["last_running"], pod["last_waiting"]) == (running, waiting)
    assert pod["last_kv"] == (None if kv is None else pytest.approx(kv))
    assert pod["last_hits"] == (None if hits is None else pytest.approx(hits))


def test_triton_and_tgi_count_failures_among_requests_and_add_up_times(
    store: Store, cluster: str
) -> None:
    def scrape(requests: int) -> str:
        return f"""
# TYPE nv_inference_request_success counter
nv_inference_request_success{{model="m",version="1"}} {requests}
# TYPE nv_inference_request_failure counter
nv_inference_request_failure{{model="m",reason="BACKEND",version="1"}} {requests // 10}
# TYPE nv_inference_request_duration_us counter
nv_inference_request_duration_us{{model="m",version="1"}} {requests * 250_000}
# TYPE tgi_request_count counter
tgi_request_count {requests}
# TYPE tgi_request_success counter
tgi_request_success {requests}
# TYPE tgi_request_failure counter
tgi_request_failure{{err="overloaded"}} {requests // 10}
# TYPE tgi_request_generated_tokens histogram
tgi_request_generated_tokens_bucket{{le="100"}} {requests}
tgi_request_generated_tokens_bucket{{le="+Inf"}} {requests}
tgi_request_generated_tokens_sum {requests * 80}
tgi_request_generated_tokens_count {requests}
"""

    put(store, cluster, otlp(scrape(100), ENGINE, FIRST, FIRST))
    put(store, cluster, otlp(scrape(120), ENGINE, FIRST, FIRST + MINUTE))
    told = of(store, cluster, "requests", "errors", "e2e", "generation_tokens")
    assert {one.source: one.value for one in told.of("requests").rows} == {"triton": 22, "tgi": 22}
    assert {one.source: one.value for one in told.of("errors").rows} == {"triton": 2, "tgi": 2}
    (duration,) = told.of("e2e").rows
    assert (duration.value, duration.count, dict(duration.buckets)) == (5_000, 0, {})
    assert told.of("generation_tokens").value == 1_600


def test_gpus_are_told_by_device_with_the_pod_that_has_them(store: Store, cluster: str) -> None:
    put(store, cluster, otlp(recorded("dcgm/metrics.txt"), {"node": "gpu-node-1"}, FIRST, FIRST))
    belonging = Members((f"{cluster}/llm/llama-0",), ("llama-pool",))
    window = Window(FIRST - MINUTE, FIRST + MINUTE)
    first, second, free = Gauges(store).devices(Asked((cluster,)), window, belonging)
    assert (first.number, first.pod, first.pool, first.util_pct) == (0, "llama-0", "llama-pool", 93)
    assert (first.mem_used_mb, first.mem_total_mb) == (74_868, 74_868 + 6_211 + 480)
    assert (first.temperature_c, first.power_w, first.type) == (61, 612.5, "NVIDIA H100 80GB HBM3")
    assert second.xid == 31
    assert (free.pod, free.pool, free.util_pct, free.node) == ("", "", 0, "gpu-node-1")

    own = Gauges(store).devices(Asked((cluster,), pool="llama-pool"), window, belonging)
    assert [one.number for one in own] == [0, 1]
    (busy,) = Gauges(store).busy(Asked((cluster,), pool="llama-pool"), window, belonging)
    assert busy.util == 90.5


def test_an_exporter_whose_labels_were_renamed_does_not_have_the_gpus_itself(
    store: Store, cluster: str
) -> None:
    own = 'pod="dcgm-exporter-x7k2p",namespace="gpu-operator"'
    part = 'gpu="2",UUID="c",GPU_I_PROFILE="1g.10gb",modelName="NVIDIA H100"'
    text = f"""
DCGM_FI_DEV_GPU_UTIL{{gpu="0",UUID="a",{own},exported_pod="llama-0",exported_namespace="llm"}} 40
DCGM_FI_DEV_GPU_UTIL{{gpu="1",UUID="b",{own}}} 0
DCGM_FI_PROF_GR_ENGINE_ACTIVE{{{part},GPU_I_ID="7"}} 0.5
DCGM_FI_PROF_GR_ENGINE_ACTIVE{{{part},GPU_I_ID="8"}} 0.25
"""
    put(store, cluster, otlp(text, {}, FIRST, FIRST))
    window = Window(FIRST - MINUTE, FIRST + MINUTE)
    found = Gauges(store).devices(Asked((cluster,)), window, NOBODY)
    assert [(one.uuid, one.namespace, one.pod, one.util_pct) for one in found] == [
        ("a", "llm", "llama-0", 40),
        ("b", "", "", 0),
        ("c/7", "", "", 50),
        ("c/8", "", "", 25),
    ]
    assert found[2].type == "NVIDIA H100 MIG 1g.10gb"


def test_increments_count_each_by_itself(store: Store, cluster: str) -> None:
    """Delta temporality: what a point says has grown since the one before it."""
    for second, amount in ((0, 5), (10, 0), (20, 7), (70, 3)):
        at = FIRST + timedelta(seconds=second)
        line = {
            "MetricName": "vllm:generation_tokens_total",
            "ResourceAttributes": {"cluster_name": cluster},
            "Attributes": ENGINE,
            "StartTimeUnix": f"{at - timedelta(seconds=10):%Y-%m-%d %H:%M:%S}",
            "TimeUnix": f"{at:%Y-%m-%d %H:%M:%S}",
            "Value": amount,
            "IsMonotonic": True,
            "AggregationTemporality": 1,
        }
        store.insert("otel_metrics_sum", orjson.dumps(line), f"{cluster} {second}")
    assert of(store, cluster, "generation_tokens").value == 15


def exponential(
    store: Store, cluster: str, at: datetime, scale: int, counts: list[int], pod: str = "llama-0"
) -> None:
    """One sample of the time to first token, whose buckets begin at a second."""
    line = {
        "MetricName": "vllm:time_to_first_token_seconds",
        "ResourceAttributes": {"cluster_name": cluster},
        "Attributes": {**ENGINE, "pod": pod},
        "StartTimeUnix": f"{FIRST:%Y-%m-%d %H:%M:%S}",
        "TimeUnix": f"{at:%Y-%m-%d %H:%M:%S}",
        "Count": sum(counts),
        "Sum": sum(counts),
        "Scale": scale,
        "PositiveOffset": 0,
        "PositiveBucketCounts": counts,
        "AggregationTemporality": 2,
    }
    store.insert("otel_metrics_exp_histogram", orjson.dumps(line), f"{cluster} {pod} {at}")


def test_exponential_histograms_are_buckets_of_one_width(store: Store, cluster: str) -> None:
    """Scale 4 becomes scale 3: two buckets are one, and bounds stay when a sender coarsens."""
    base = 2 ** (2**-3)
    for minute, scale, counts in ((0, 4, [1, 1, 0, 2]), (1, 4, [3, 1, 0, 5]), (2, 3, [4, 6])):
        exponential(store, cluster, FIRST + minute * MINUTE, scale, counts)
    ttft = of(store, cluster, "ttft")
    assert ttft.count == 10 - 4
    assert {round(bound): count for bound, count in filled(ttft).items()} == {
        round(1000 * base): 2,
        round(1000 * base**2): 4,
    }
    exponential(store, cluster, FIRST, 3, [0, 0, 0, 1, 0, 0, 0, 1], pod="sparse")
    exponential(store, cluster, FIRST + MINUTE, 3, [0, 0, 0, 1, 0, 0, 0, 4], pod="sparse")
    sparse = buckets.quantile(Counted(of(store, cluster, "ttft").rows).buckets, 1)
    assert sparse is not None
    assert (sparse.low, sparse.high) == (pytest.approx(1000 * base**7), pytest.approx(2000))


@pytest.mark.parametrize("apart", [timedelta(seconds=15), MINUTE], ids=["one minute", "two"])
def test_a_bucket_that_the_first_sample_lacks_was_empty_then(
    store: Store, cluster: str, apart: timedelta
) -> None:
    exponential(store, cluster, FIRST, 0, [100])
    exponential(store, cluster, FIRST + apart, 0, [100, 0, 40])
    exponential(store, cluster, FIRST + 2 * apart, 0, [100, 0, 50])
    ttft = of(store, cluster, "ttft")
    assert ttft.count == 50
    assert filled(ttft) == {8000.0: 50}
    parts = grown_in_buckets(store, Asked((cluster,)), HOUR.aligned(3600), 3600, ("ttft",), NOBODY)
    assert filled(parts) == {8000.0: 50}


def test_a_series_that_has_ended_is_no_reading(store: Store, cluster: str) -> None:
    line = {
        "MetricName": "vllm:num_requests_running",
        "ResourceAttributes": {"cluster_name": cluster},
        "Attributes": ENGINE,
        "TimeUnix": f"{FIRST:%Y-%m-%d %H:%M:%S}",
        "Value": 0,
        "Flags": 1,
    }
    store.insert("otel_metrics_gauge", orjson.dumps(line), cluster)
    assert not Gauges(store).pods(Asked((cluster,)), Window(FIRST - MINUTE, FIRST + MINUTE), NOBODY)


def test_a_reading_that_nothing_can_have_is_none(store: Store, cluster: str) -> None:
    """Two that are near the largest number there is add up to none; four billion do not fit."""
    for number, (metric, value) in enumerate(
        (("DCGM_FI_DEV_FB_USED", 1.7e308), ("DCGM_FI_DEV_FB_FREE", 1.7e308),
         ("DCGM_FI_DEV_FB_RESERVED", 5e9), ("DCGM_FI_DEV_GPU_TEMP", 70_000),
         ("DCGM_FI_DEV_XID_ERRORS", 31))
    ):  # fmt: skip
        line = {
            "MetricName": metric,
            "ResourceAttributes": {"cluster_name": cluster},
            "Attributes": {"UUID": "GPU-1", "gpu": "0"},
            "TimeUnix": f"{FIRST:%Y-%m-%d %H:%M:%S}",
            "Value": value,
        }
        store.insert("otel_metrics_gauge", orjson.dumps(line), f"{cluster} {number}")
    columns = "max(gpu_mem_used_mb), max(gpu_mem_reserved_mb), max(gpu_temperature_c), max(gpu_xid)"
    assert written(store, cluster, "ngf_pod_metrics", columns) == [(None, None, None, 31)]


def test_what_an_engine_lacks_is_a_sentence() -> None:
    assert engines.lacks(["tgi"], "kv_cache") == "TGI exposes no KV cache metric."
    assert engines.lacks(["tgi", "vllm"], "kv_cache") is None
    assert engines.lacks(["vllm"], "kv_cache") is None
    assert engines.why_missing([], "ttft").startswith("No metrics of an engine")
    assert "TensorRT-LLM" in engines.why_missing(["triton"], "kv_cache")
    assert engines.why_missing(["vllm"], "errors") == (
        "vLLM has told nothing of failed requests in this range."
    )
    for engine in engines.ENGINES.values():
        assert set(engine.lacks) <= set(engines.FIELDS)
        assert all(reason.endswith(".") for reason in engine.lacks.values())


def test_gateways_tell_connections(store: Store, cluster: str) -> None:
    text = recorded("ngf/dataplane_metrics.txt")
    labels = {"pod": "edge-nginx-0", "namespace": "shop", "gateway": "edge"}
    put(store, cluster, otlp(text, labels, FIRST, FIRST))
    columns = "source, pod_name, connections_active"
    told = written(store, cluster, "ngf_pod_metrics", columns)
    assert told == [("nginx", "edge-nginx-0", 1)]
    assert not written(store, cluster, "ngf_counters_1m", "metric"), "nobody asks for any"


def test_quantiles_stay_within_what_is_known() -> None:
    assert buckets.quantile({100: 0, math.inf: 0}, 0.5) is None
    assert buckets.value_at({100: 1, 200: 1}, 0.5) == 100
    # What is over the last bound is only known to be over it.
    assert buckets.quantile({100: 1, math.inf: 9}, 0.95) == buckets.Quantile(100, 100, math.inf)
    assert buckets.added({100: 1, 200: 0}, {100: 2, 200: 1}) == {100: 3, 200: 1}


def test_histograms_of_other_bounds_are_spread_over_all() -> None:
    """A hundred somewhere up to 100 ms are no hundred between 80 and 100 ms."""
    coarse = {100: 100, 200: 0, math.inf: 0}
    fine = {20: 10, 40: 0, 60: 0, 80: 0, 100: 0, 250: 0, math.inf: 0}
    both = buckets.added(coarse, fine)
    assert both == {20: 30, 40: 20, 60: 20, 80: 20, 100: 20, 200: 0, 250: 0, math.inf: 0}
    assert buckets.value_at(both, 0.5) == 45
    # What is over 100 may be over 250, too.
    assert buckets.added({100: 0, math.inf: 3}, fine | {250: 5}) == {
        **dict.fromkeys((40, 60, 80, 100), 0),
        20: 10,
        math.inf: 8,
    }
    assert sum(buckets.added({7: 5}, {2: 0, 3: 0, 5: 1}).values()) == 6


def test_engines_of_one_pool_may_have_other_bounds(store: Store, cluster: str) -> None:
    """An old and a new version beside each other while it is rolled out."""

    def scrape(bound: str, count: int) -> str:
        name = "vllm:time_to_first_token_seconds"
        bounds = "".join(
            f'{name}_bucket{{le="{one}"}} {count}\n' for one in (*bound.split(), "+Inf")
        )
        return f"# TYPE {name} histogram\n{bounds}{name}_count {count}\n{name}_sum {count}\n"

    for pod, bound, count in (("old", "0.1", 100), ("new", "0.02 0.04 0.06 0.08 0.1", 10)):
        labels = {**ENGINE, "pod": pod}
        for minute, counted in ((0, 0), (1, count)):
            said = scrape(bound, counted)
            put(store, cluster, otlp(said, labels, FIRST, FIRST + minute * MINUTE))
    ttft = of(store, cluster, "ttft")
    assert filled(ttft) == {20: 30, 40: 20, 60: 20, 80: 20, 100: 20}
    parts = grown_in_buckets(store, Asked((cluster,)), HOUR.aligned(3600), 3600, ("ttft",), NOBODY)
    assert filled(parts) == filled(ttft)


def test_without_requests_that_are_known_errors_are_not_known(store: Store, cluster: str) -> None:
    """One sample tells how many there have ever been, not how many there were."""
    text = only(recorded("vllm/metrics.txt"), "request_success_total")
    put(store, cluster, otlp(text, ENGINE, FIRST, FIRST))
    told = summing.summary(of(store, cluster, *summing.METRICS), (), ())
    assert (told.requests, told.errors) == (None, None)
    assert told.reasons["errors"]
