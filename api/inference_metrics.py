"""REST of inference metrics: what pools, pods and GPUs did, and what they cost."""

from collections.abc import Callable
from typing import Any

from flask_openapi3 import OpenAPI
from werkzeug.wrappers import Response

from api import inference_models as models
from api.answers import rests
from api.openapi import Tree, answer, in_both_trees
from api.pool_scope import (
    AnyPoolParams,
    NamespaceParams,
    OfPoolParams,
    PoolPath,
    RangeParams,
    asked_of,
    checked,
    window_of,
)
from services.container import Container
from services.inference.provider import Asked
from services.inference.results import CostEstimate, MetricsSummary
from services.telemetry.answers import Answer
from services.telemetry.windows import Window

_NO_SUMMARY = models.summary_item(MetricsSummary())
_NO_COST = models.cost_item(CostEstimate())


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/inference/metrics/...`` of the REST API."""
    metrics = container.metrics

    def summarize_inference(path: Tree, query: AnyPoolParams) -> Response:
        """One pool, or all of a cluster together."""
        asked = asked_of(container, path, query.pool)
        checked(container, asked)
        found = metrics.summary(asked, window_of(query))
        told = models.summary_item(found.value) if found.value else _NO_SUMMARY
        return answer({"pool": query.pool, **told, **rests(found)})

    def list_inference_by_pool(path: Tree, query: RangeParams) -> Response:
        """Each pool of a cluster."""
        found = metrics.by_pool(asked_of(container, path), window_of(query))
        return _listed(found, models.pool_summary_item)

    def list_inference_pods(path: Tree, query: OfPoolParams) -> Response:
        """The pods of a pool as they were read last, with their GPUs."""
        asked = asked_of(container, path, query.pool)
        checked(container, asked)
        return _listed(metrics.pod_metrics(asked, window_of(query)), models.pod_item)

    def list_gpus(path: Tree, query: AnyPoolParams) -> Response:
        """The GPUs of a cluster, or those of a pool, as they were read last."""
        asked = asked_of(container, path, query.pool)
        checked(container, asked)
        return _listed(metrics.devices(asked, window_of(query)), models.device_item)

    def estimate_inference_cost(path: Tree, query: OfPoolParams) -> Response:
        """What a pool costs, and what its GPUs were used for."""
        asked = asked_of(container, path, query.pool)
        found = metrics.cost_estimate(asked, window_of(query))
        told = models.cost_item(found.value) if found.value else _NO_COST
        return answer({"pool": query.pool, **told, **rests(found)})

    def get_ttft_histogram(path: PoolPath, query: NamespaceParams) -> Response:
        """How times to first token are distributed."""
        found = _of_pool(path, query, metrics.ttft_histogram)
        value = found.value
        body = {
            "items": models.bars(value.buckets) if value else [],
            "count": value.count if value else 0,
            "vantage": value.vantage if value else None,
            "p50": value.p50_ms if value else None,
            "p95": value.p95_ms if value else None,
            "p99": value.p99_ms if value else None,
        }
        return answer({**body, **rests(found)})

    def list_ttft_percentiles(path: PoolPath, query: NamespaceParams) -> Response:
        """Times to first token over time."""
        found = _of_pool(path, query, metrics.ttft_percentiles)
        return answer({**models.percentiles(found.value), **rests(found)})

    def list_tps_throughput(path: PoolPath, query: NamespaceParams) -> Response:
        """Tokens generated in a second over time, of all pods."""
        return _points(path, query, metrics.tps_throughput)

    def list_queue_depth(path: PoolPath, query: NamespaceParams) -> Response:
        """Waiting requests of a pod over time."""
        return _points(path, query, metrics.queue_depth_series)

    def list_gpu_util(path: PoolPath, query: NamespaceParams) -> Response:
        """Utilization of the GPUs over time, in percent."""
        return _points(path, query, metrics.gpu_util_series)

    def list_kv_cache(path: PoolPath, query: NamespaceParams) -> Response:
        """Use of the KV cache of a pod over time, in percent."""
        return _points(path, query, metrics.kv_cache_series)

    def _of_pool(
        path: PoolPath, query: NamespaceParams, question: Callable[[Asked, Window], Answer[Any]]
    ) -> Answer[Any]:
        asked = asked_of(container, path, path.pool, query.namespace)
        window = window_of(query)
        checked(container, asked)
        return question(asked, window)

    def _points(
        path: PoolPath, query: NamespaceParams, question: Callable[[Asked, Window], Answer[Any]]
    ) -> Response:
        found = _of_pool(path, query, question)
        return answer({**models.points(found.value), **rests(found)})

    views: list[tuple[str, Callable[..., Any], Any]] = [
        ("summary", summarize_inference, models.InferenceSummary),
        ("by-pool", list_inference_by_pool, models.PoolSummaryList),
        ("pods", list_inference_pods, models.PodList),
        ("gpus", list_gpus, models.DeviceList),
        ("cost", estimate_inference_cost, models.Cost),
        ("ttft-histogram/<pool>", get_ttft_histogram, models.Histogram),
        ("ttft-percentiles/<pool>", list_ttft_percentiles, models.Percentiles),
        ("tps-throughput/<pool>", list_tps_throughput, models.Points),
        ("queue-depth/<pool>", list_queue_depth, models.Points),
        ("gpu-util/<pool>", list_gpu_util, models.Points),
        ("kv-cache/<pool>", list_kv_cache, models.Points),
    ]
    in_both_trees(
        server,
        "inference-metrics",
        [
            ("get", f"/inference/metrics/{rule}", view, {"responses": {"200": told}})
            for rule, view, told in views
        ],
    )


def _listed(found: Answer[Any], item: Callable[[Any], dict[str, Any]]) -> Response:
    items = [item(one) for one in found.value or []]
    return answer({"items": items, "total": len(items), **rests(found)})
