"""What an endpoint picker shows on ``/metrics``: under the names of llm-d-router, or under the old
ones, which are all that pickers up to version 1.5 of the inference extension have.

Behind NGF a picker sees no answers. It counts requests that got an endpoint, and errors; it knows
nothing of tokens and latencies, and nothing runs in its eyes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import pstdev

from services.demo.traffic.engines import Engine
from services.demo.traffic.picking import Decision, saturation
from services.demo.traffic.requests import TENANTS, Prompt
from services.demo.traffic.series import Counter, Gauge, Target

DECIDING = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
SIZES = tuple(float(2**power) for power in range(6, 24))
TENANT = "default-flow"
"""Who sends what names no tenant."""
KEPT = 3600.0
"""Seconds for which an endpoint that is gone is still shown, as it was."""
_OLD = {
    "request_total": "inference_objective_request_total",
    "request_error_total": "inference_objective_request_error_total",
    "request_running": "inference_objective_running_requests",
    "request_size_bytes": "inference_objective_request_sizes",
    "average_queue_size": "inference_pool_average_queue_size",
    "average_kv_cache_utilization": "inference_pool_average_kv_cache_utilization",
    "average_running_requests": "inference_pool_average_running_requests",
    "ready_endpoints": "inference_pool_ready_pods",
    "per_endpoint_queue_size": "inference_pool_per_pod_queue_size",
    "scheduler_attempts_total": "inference_extension_scheduler_attempts_total",
    "scheduler_e2e_duration_seconds": "inference_extension_scheduler_e2e_duration_seconds",
    "prefix_indexer_size": "inference_extension_prefix_indexer_size",
    "info": "inference_extension_info",
}
"""What the old pickers call what they have."""
_OLD_LABELS = {
    "endpoint_name": "pod_name",
    "model_server_endpoint": "model_server_pod",
    "fairness_id": None,
}


@dataclass(slots=True)
class _Endpoint:
    """Series of one endpoint, and when it could be picked last."""

    queue: Gauge
    attempts: Counter
    seen: float


class PickerMetrics:
    """The series of one picker."""

    def __init__(self, target: Target, pool: str, namespace: str, model: str, *, old: bool) -> None:
        self.target = target
        self._pool, self._namespace, self._model, self._old = pool, namespace, model, old
        self._counters: dict[tuple[str, ...], Counter] = {}
        self._endpoints: dict[str, _Endpoint] = {}
        named = {"name": pool}
        self._averages = {
            name: target.gauge(self._name(name), **named)
            for name in (
                "average_queue_size",
                "average_kv_cache_utilization",
                "average_running_requests",
                "ready_endpoints",
            )
        }
        self._deciding = target.histogram(self._name("scheduler_e2e_duration_seconds"), DECIDING)
        self._size = target.histogram(
            self._name("request_size_bytes"), SIZES, **self._model_labels(model, "0", TENANT)
        )
        self._running = target.gauge(
            self._name("request_running"), **self._model_labels(model, "0", TENANT)
        )
        for tenant in sorted(set(TENANTS)):  # all of them have come by since it was started
            for priority in ("-10", "0", "10"):
                self._counter("request_total", **self._model_labels(model, priority, tenant))
        info = target.gauge(self._name("info"), commit="", build_ref="")
        info.value = 1.0
        if not old:
            self._deviations = {
                name: target.gauge(f"llm_d_epp_std_dev_{name}", **named)
                for name in ("queue_size", "kv_cache_utilization", "running_requests")
            }
            self._saturation = [
                target.gauge(
                    "llm_d_epp_flow_control_pool_saturation", inference_pool=pool, stage=stage
                )
                for stage in ("decode", "effective")
            ]
            self._indexed = target.gauge(
                "llm_d_epp_prefix_indexer_size",
                plugin_name="approx-prefix-cache-producer",
                plugin_type="approx-prefix-cache-producer",
            )

    def decided(self, prompt: Prompt, decision: Decision, seconds: float) -> None:
        """A request was given an endpoint, or refused."""
        labels = self._model_labels(self._model, str(prompt.priority), prompt.tenant)
        if prompt.amiss:
            labels = self._model_labels("", "0", TENANT)
        if decision.error:
            self._counter("request_error_total", error_code=decision.code, **labels).add()
            return
        self._counter("request_total", **labels).add()
        self._deciding.observe(seconds)
        self._size.observe(prompt.prompt * 4.2)
        if decision.picked:
            self._endpoint(decision.picked, prompt.arrived).attempts.add()

    def show(self, engines: Sequence[Engine], at: float) -> None:
        """Set the gauges: those of an endpoint that is gone stay for a while at what they were."""
        queues = [float(len(one.waiting)) for one in engines]
        caches = [one.held(at) for one in engines]
        running = [float(len(one.running)) for one in engines]
        count = max(len(engines), 1)
        self._averages["average_queue_size"].value = sum(queues) / count
        self._averages["average_kv_cache_utilization"].value = sum(caches) / count
        self._averages["average_running_requests"].value = sum(running) / count
        self._averages["ready_endpoints"].value = len(engines)
        for engine, queue in zip(engines, queues, strict=True):
            self._endpoint(engine, at).queue.value = queue
        for name, gone in list(self._endpoints.items()):
            if gone.seen < at - KEPT:
                self.target.drop(self._name("per_endpoint_queue_size"), gone.queue)
                self.target.drop(self._name("scheduler_attempts_total"), gone.attempts)
                del self._endpoints[name]
        if not self._old and engines:
            self._deviations["queue_size"].value = pstdev(queues)
            self._deviations["kv_cache_utilization"].value = pstdev(caches)
            self._deviations["running_requests"].value = pstdev(running)
            for gauge in self._saturation:
                gauge.value = saturation(engines, at)
            self._indexed.value = sum(
                tokens // 64 for one in engines for tokens in one.cached.values()
            )

    def _endpoint(self, engine: Engine, at: float) -> _Endpoint:
        if engine.name not in self._endpoints:
            queue = self._renamed(name=self._pool, model_server_endpoint=f"{engine.name}-rank-0")
            attempts = self._renamed(
                status="success",
                target_model_name=self._model,
                endpoint_name=engine.name,
                namespace=self._namespace,
                port=str(engine.port),
            )
            self._endpoints[engine.name] = _Endpoint(
                self.target.gauge(self._name("per_endpoint_queue_size"), **queue),
                self.target.counter(self._name("scheduler_attempts_total"), **attempts),
                at,
            )
        found = self._endpoints[engine.name]
        found.seen = at
        return found

    def _counter(self, name: str, /, **labels: str) -> Counter:
        key = (name, *labels.values())
        if key not in self._counters:
            self._counters[key] = self.target.counter(self._name(name), **labels)
        return self._counters[key]

    def _name(self, name: str) -> str:
        return _OLD[name] if self._old else f"llm_d_epp_{name}"

    def _model_labels(self, model: str, priority: str, tenant: str) -> dict[str, str]:
        return self._renamed(
            model_name=model, target_model_name=model, fairness_id=tenant, priority=priority
        )

    def _renamed(self, **labels: str) -> dict[str, str]:
        if not self._old:
            return labels
        found = {_OLD_LABELS.get(key, key): value for key, value in labels.items()}
        return {key: value for key, value in found.items() if key}
