"""What engines show of themselves on ``/metrics``: vLLM of today and of old, SGLang, TGI.

Each counts the same requests under its own names. TGI has no time to first token and no KV cache.
Counters of a pod that has been running stand where some weeks of such requests would have left
them; those of one that was just started begin at nothing.
"""

from typing import Protocol

from services.demo.traffic.engines import Engine
from services.demo.traffic.requests import BLOCK, Prompt
from services.demo.traffic.series import Target

TTFT = (
    *(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5),
    *(10.0, 20.0, 40.0, 80.0, 160.0, 640.0, 2560.0),
)
PER_TOKEN = (
    *(0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5),
    *(10.0, 20.0, 40.0, 80.0),
)
WHOLE = (
    *(0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0),
    *(120.0, 240.0, 480.0, 960.0, 1920.0, 7680.0),
)
TOKENS = (
    *(float(digit * 10**power) for power in range(5) for digit in (1, 2, 5)),
    100_000.0,
)
"""Upper bounds of buckets, as vLLM has them."""
WEEKS = 2.0e6
"""Seconds for which a pod of the seed has been running."""


class EngineMetrics(Protocol):
    """The series of one pod."""

    target: Target

    def began(self, prompt: Prompt) -> None:
        """A request had its first token, or will have when it is scraped next."""

    def ended(self, prompt: Prompt) -> None:
        """A request is done, or its client gone (``aborted``)."""

    def show(self, engine: Engine, at: float) -> None:
        """Set the gauges."""


class Vllm:
    """vLLM 0.33; ``old`` for 0.8, whose names differ."""

    def __init__(self, target: Target, model: str, engine: Engine, rate: float, old: bool) -> None:
        self.target = target
        labels = {"model_name": model, **({} if old else {"engine": "0"})}
        before = rate * (WEEKS if not engine.ready else 0.0)
        prefix = "vllm:gpu_prefix_cache" if old else "vllm:prefix_cache"
        self._running = target.gauge("vllm:num_requests_running", **labels)
        self._waiting = target.gauge("vllm:num_requests_waiting", **labels)
        used = "vllm:gpu_cache_usage_perc" if old else "vllm:kv_cache_usage_perc"
        self._used = target.gauge(used, **labels)
        self._queried = target.counter(f"{prefix}_queries_total", **labels).add(before * 4000)
        self._hit = target.counter(f"{prefix}_hits_total", **labels).add(before * 1700)
        self._preempted = target.counter("vllm:num_preemptions_total", **labels)
        self._prompt = target.counter("vllm:prompt_tokens_total", **labels).add(before * 4000)
        self._generated = target.counter("vllm:generation_tokens_total", **labels).add(before * 500)
        self._done = {
            reason: target.counter(
                "vllm:request_success_total", **labels, finished_reason=reason
            ).add(before * share)
            for reason, share in (("stop", 0.9), ("length", 0.08), ("abort", 0.02), ("error", 0.0))
        }
        self._config = target.gauge(
            "vllm:cache_config_info",
            block_size=str(BLOCK),
            num_gpu_blocks=str(engine.speed.capacity // BLOCK),
        )
        self._config.value = 1.0
        itl = "vllm:time_per_output_token" if old else "vllm:inter_token_latency"
        self._ttft = target.histogram("vllm:time_to_first_token_seconds", TTFT, **labels)
        self._itl = target.histogram(f"{itl}_seconds", PER_TOKEN, **labels)
        self._whole = target.histogram("vllm:e2e_request_latency_seconds", WHOLE, **labels)
        self._queue = target.histogram("vllm:request_queue_time_seconds", WHOLE, **labels)
        self._prefill = target.histogram("vllm:request_prefill_time_seconds", WHOLE, **labels)
        self._decode = target.histogram("vllm:request_decode_time_seconds", WHOLE, **labels)

    def began(self, prompt: Prompt) -> None:
        self._queried.add(prompt.prompt)
        self._hit.add(prompt.cached)
        self._prompt.add(prompt.prompt)
        self._ttft.observe(prompt.first - prompt.arrived)

    def ended(self, prompt: Prompt) -> None:
        if prompt.aborted:
            self._done["abort"].add()
            return
        self._done["length" if prompt.output >= 1_500 else "stop"].add()
        self._generated.add(prompt.output)
        self._itl.observe(prompt.per_token, prompt.output - 1)
        self._whole.observe(prompt.ended - prompt.arrived)
        self._queue.observe(prompt.began - prompt.arrived)
        self._prefill.observe(prompt.first - prompt.began)
        self._decode.observe(prompt.ended - prompt.first)

    def show(self, engine: Engine, at: float) -> None:
        self._running.value = len(engine.running)
        self._waiting.value = len(engine.waiting)
        self._used.value = engine.held(at)


class Sglang:
    """SGLang 0.5."""

    def __init__(self, target: Target, model: str, engine: Engine, rate: float) -> None:
        self.target = target
        labels = {"model_name": model, "engine_type": "unified", "tp_rank": "0", "pp_rank": "0"}
        streaming = {"is_streaming": "true"}
        before = rate * (WEEKS if not engine.ready else 0.0)
        self._running = target.gauge("sglang:num_running_reqs", **labels)
        self._waiting = target.gauge("sglang:num_queue_reqs", **labels)
        self._used = target.gauge("sglang:token_usage", **labels)
        self._hit_rate = target.gauge("sglang:cache_hit_rate", **labels)
        self._capacity = target.gauge("sglang:max_total_num_tokens", **labels)
        self._capacity.value = engine.speed.capacity
        self._requests = target.counter("sglang:num_requests_total", **labels).add(before)
        self._aborted = target.counter("sglang:num_aborted_requests_total", **labels)
        self._prompt = target.counter("sglang:prompt_tokens_total", **labels).add(before * 2600)
        self._cached = target.counter("sglang:cached_tokens_total", **labels).add(before * 900)
        self._generated = target.counter("sglang:generation_tokens_total", **labels).add(
            before * 380
        )
        self._ttft = target.histogram(
            "sglang:time_to_first_token_seconds", TTFT, **labels, **streaming
        )
        self._itl = target.histogram("sglang:inter_token_latency_seconds", PER_TOKEN, **labels)
        self._whole = target.histogram("sglang:e2e_request_latency_seconds", WHOLE, **labels)
        self._queue = target.histogram("sglang:queue_time_seconds", WHOLE, **labels)

    def began(self, prompt: Prompt) -> None:
        self._prompt.add(prompt.prompt)
        self._cached.add(prompt.cached)
        self._hit_rate.value = prompt.cached / prompt.prompt
        self._queue.observe(prompt.began - prompt.arrived)
        self._ttft.observe(prompt.first - prompt.arrived)

    def ended(self, prompt: Prompt) -> None:
        if prompt.aborted:
            self._aborted.add()
            return
        self._requests.add()
        self._generated.add(prompt.output)
        self._itl.observe(prompt.per_token, prompt.output - 1)
        self._whole.observe(prompt.ended - prompt.arrived)

    def show(self, engine: Engine, at: float) -> None:
        self._running.value = len(engine.running)
        self._waiting.value = len(engine.waiting)
        self._used.value = engine.held(at)


class Tgi:
    """TGI 3.3: no model label, no time to first token, no KV cache."""

    def __init__(self, target: Target, engine: Engine, rate: float) -> None:
        self.target = target
        before = rate * (WEEKS if not engine.ready else 0.0)
        self._waiting = target.gauge("tgi_queue_size")
        self._batch = target.gauge("tgi_batch_current_size")
        self._most = target.gauge("tgi_batch_current_max_tokens")
        self._count = target.counter("tgi_request_count").add(before)
        self._success = target.counter("tgi_request_success").add(before * 0.99)
        self._failure = target.counter("tgi_request_failure", err="validation").add(before * 0.01)
        self._duration = target.histogram("tgi_request_duration", WHOLE)
        self._queue = target.histogram("tgi_request_queue_duration", WHOLE)
        self._per_token = target.histogram("tgi_request_mean_time_per_token_duration", PER_TOKEN)
        self._input = target.histogram("tgi_request_input_length", TOKENS)
        self._output = target.histogram("tgi_request_generated_tokens", TOKENS)

    def began(self, prompt: Prompt) -> None:
        self._count.add()
        self._input.observe(prompt.prompt)
        self._queue.observe(prompt.began - prompt.arrived)

    def ended(self, prompt: Prompt) -> None:
        if prompt.aborted:
            return
        self._success.add()
        self._duration.observe(prompt.ended - prompt.arrived)
        self._per_token.observe(prompt.per_token)
        self._output.observe(prompt.output)

    def show(self, engine: Engine, at: float) -> None:
        self._waiting.value = len(engine.waiting)
        self._batch.value = len(engine.running)
        self._most.value = sum(one.prompt + one.output for one in engine.running)
