"""What a pool can be scaled by: the metrics that each engine really has, as PromQL.

Names are those of docs/telemetry.md. Labels are those that the agent's collector gives: namespace
and pool; of pods that are adopted without the label of their pool, namespace and pod.
"""

from dataclasses import dataclass

AVERAGE, VALUE = "AverageValue", "Value"
"""A target per pod for what all pods add up to, and a target for what is not added up."""
RESOURCES = ("cpu", "memory")
"""What Kubernetes measures by itself: percent of what pods request."""
_WINDOW = "2m"


@dataclass(frozen=True, slots=True)
class Measure:
    """``promql`` has %s where the labels belong. ``gauge`` is the metric behind it where it is
    that of one pod as it is, which other adapters than KEDA can read, too."""

    promql: str
    compares: str = AVERAGE
    gauge: str = ""


def _sum(metric: str) -> Measure:
    return Measure(f"sum({metric}{{%s}})", gauge=metric)


def _percent(metric: str, labels: str = "") -> Measure:
    return Measure(f"100 * avg({metric}{{{labels}%s}})", VALUE)


def _rate(metric: str) -> Measure:
    return Measure(f"sum(rate({metric}{{%s}}[{_WINDOW}]))")


def _p95(metric: str, to_ms: str = "1000 * ") -> Measure:
    """The 95th percentile in milliseconds; nothing while nothing was measured."""
    rates = f"sum by (le) (rate({metric}_bucket{{%s}}[{_WINDOW}]))"
    return Measure(f"{to_ms}histogram_quantile(0.95, {rates}) >= 0", VALUE)


def _mean(total: str, count: str) -> Measure:
    """A mean in milliseconds of a sum in microseconds; nothing while nothing was measured."""
    divided = f"sum(rate({total}{{%s}}[{_WINDOW}])) / sum(rate({count}{{%s}}[{_WINDOW}]))"
    return Measure(f"{divided} / 1000 >= 0", VALUE)


_TRT = "nv_trt_llm_request_metrics"
ENGINES: dict[str, dict[str, Measure]] = {
    "vllm": {
        "queue_depth": _sum("vllm:num_requests_waiting"),
        "requests_in_flight": _sum("vllm:num_requests_running"),
        "kv_cache_pct": _percent("vllm:kv_cache_usage_perc"),
        "ttft_ms": _p95("vllm:time_to_first_token_seconds"),
        "itl_ms": _p95("vllm:inter_token_latency_seconds"),
        "e2e_ms": _p95("vllm:e2e_request_latency_seconds"),
        "queue_ms": _p95("vllm:request_queue_time_seconds"),
        "tps": _rate("vllm:generation_tokens_total"),
        "prompt_tps": _rate("vllm:prompt_tokens_total"),
        "requests_per_second": _rate("vllm:request_success_total"),
    },
    "sglang": {
        "queue_depth": _sum("sglang:num_queue_reqs"),
        "requests_in_flight": _sum("sglang:num_running_reqs"),
        "kv_cache_pct": _percent("sglang:token_usage"),
        "ttft_ms": _p95("sglang:time_to_first_token_seconds"),
        "itl_ms": _p95("sglang:inter_token_latency_seconds"),
        "e2e_ms": _p95("sglang:e2e_request_latency_seconds"),
        "queue_ms": _p95("sglang:queue_time_seconds"),
        "tps": _rate("sglang:generation_tokens_total"),
        "prompt_tps": _rate("sglang:prompt_tokens_total"),
        "requests_per_second": _rate("sglang:num_requests_total"),
    },
    "triton": {
        "queue_depth": _sum("nv_inference_pending_request_count"),
        "e2e_ms": _mean("nv_inference_request_duration_us", "nv_inference_request_success"),
        "queue_ms": _mean("nv_inference_queue_duration_us", "nv_inference_request_success"),
        "requests_per_second": _rate("nv_inference_request_success"),
    },
    "triton-tensorrt-llm": {
        "queue_depth": Measure(f'sum({_TRT}{{request_type="waiting",%s}})'),
        "requests_in_flight": Measure(f'sum({_TRT}{{request_type="active",%s}})'),
        "kv_cache_pct": _percent(
            "nv_trt_llm_kv_cache_block_metrics", 'kv_cache_block_type="fraction",'
        ),
        "ttft_ms": _p95("nv_inference_first_response_histogram_ms", ""),
        "e2e_ms": _mean("nv_inference_request_duration_us", "nv_inference_request_success"),
        "queue_ms": _mean("nv_inference_queue_duration_us", "nv_inference_request_success"),
        "requests_per_second": _rate("nv_inference_request_success"),
    },
    "tgi": {
        "queue_depth": _sum("tgi_queue_size"),
        "requests_in_flight": _sum("tgi_batch_current_size"),
        "e2e_ms": _p95("tgi_request_duration"),
        "queue_ms": _p95("tgi_request_queue_duration"),
        "tps": _rate("tgi_request_generated_tokens_sum"),
        "prompt_tps": _rate("tgi_request_input_length_sum"),
        "requests_per_second": _rate("tgi_request_success"),
    },
    "ollama": {},
}
"""By engine and canonical name. Ollama has no metrics."""
GPU_UTIL = "gpu_util_pct"
_GPU_UTIL = Measure('avg(DCGM_FI_DEV_GPU_UTIL{namespace="%s",pod=~"%s"})', VALUE)


def of(engine: str) -> dict[str, Measure]:
    """What an engine has, by canonical name and by the name of each metric that is one gauge."""
    found = ENGINES[engine]
    return {**found, **{each.gauge: each for each in found.values() if each.gauge}}


def offered(engine: str) -> list[str]:
    """The canonical names that pools of an engine can be scaled by."""
    return [*ENGINES[engine], GPU_UTIL, *RESOURCES]


def labels(namespace: str, pool: str, deployment: str, *, pooled: bool) -> str:
    """The label matchers of the pods of a pool; ``pooled`` when they carry its label."""
    if pooled:
        return f'namespace="{namespace}",pool="{pool}"'
    return f'namespace="{namespace}",pod=~"{pods_of(deployment)}"'


def pods_of(deployment: str) -> str:
    """A regular expression for the names of the pods of a Deployment."""
    return f"{deployment}-[a-z0-9]+-[a-z0-9]{{5}}"


def asked(measure: Measure, matchers: str) -> str:
    """The query for pods with such labels. It answers 0 while they are read and have measured
    nothing (some engines have a metric from the first request on), and nothing where nobody reads
    them: that must not look like a pool that nobody uses."""
    measured = measure.promql.replace("%s", matchers)
    return f"{measured} or 0 * count(up{{{matchers}}} == 1)"


def gpu_query(namespace: str, deployment: str) -> str:
    """How busy the GPUs of a Deployment's pods are, in percent."""
    return _GPU_UTIL.promql % (namespace, pods_of(deployment))


def awake(namespace: str, pool: str) -> str:
    """Whether anybody asks for a pool that has no pods, which only its picker can tell: requests
    that it found a pod for, and those that it found none for. A counter that begins with the very
    request has no rate yet: it counts as it is, for as long as the rate looks back."""
    where = f'namespace="{namespace}",pool="{pool}"'
    counted = [
        f"{prefix}_{name}"
        for prefix in ("llm_d_epp", "inference_objective")
        for name in ("request_total", "request_error_total")
    ]
    given = [f"{name}{{{where}}}" for name in counted]
    rates = [f"sum(rate({each}[{_WINDOW}]))" for each in given]
    begun = [f"sum({each} unless {each} offset {_WINDOW})" for each in given]
    return " + ".join(f"({each} or vector(0))" for each in (*rates, *begun))
