"""Metrics of engines, pickers, devices and gateways; others are passed over."""

import math
from collections.abc import Iterator
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from services.telemetry import redaction
from services.telemetry.otlp.values import attributes, moment

WANTED = (
    "vllm:",
    "sglang:",
    "nv_",
    "tgi_",
    "DCGM_FI_",
    "llm_d_epp_",
    "inference_objective_",
    "inference_pool_",
    "inference_extension_",
    "nginx_",
)
"""How the names begin that some view reads."""

NO_VALUE = 1
"""Flag of a point that says that its series has ended."""

Row = tuple[str, dict[str, Any]]


def rows(message: ExportMetricsServiceRequest, cluster: str) -> Iterator[Row]:
    """Table and row of every point that is kept."""
    for resource_metrics in message.resource_metrics:
        resource = redaction.resource(attributes(resource_metrics.resource.attributes))
        resource["cluster_name"] = cluster
        service = resource.get("service.name", "")
        for scope_metrics in resource_metrics.scope_metrics:
            for metric in scope_metrics.metrics:
                if metric.name.startswith(WANTED):
                    head = {
                        "ResourceAttributes": resource,
                        "ServiceName": service,
                        "MetricName": metric.name,
                        "MetricUnit": metric.unit,
                    }
                    yield from _points(metric, head)


def _points(metric: Metric, head: dict[str, Any]) -> Iterator[Row]:
    kind = metric.WhichOneof("data")
    if kind is None or kind not in _TABLES:
        return
    data = getattr(metric, kind)
    fields = _TABLES[kind]
    for point in data.data_points:
        if point.flags & NO_VALUE or not _finite(point, kind):
            continue
        row = head | {
            "Attributes": attributes(point.attributes),
            "StartTimeUnix": moment(point.start_time_unix_nano),
            "TimeUnix": moment(point.time_unix_nano),
        }
        row |= fields[1](point)
        if kind not in ("gauge", "summary"):
            row["AggregationTemporality"] = data.aggregation_temporality
        if kind == "sum":
            row["IsMonotonic"] = data.is_monotonic
        yield fields[0], row


def _finite(point: Any, kind: str) -> bool:
    """Whether it has a value: what is not a number is no reading."""
    if kind in ("gauge", "sum"):
        return math.isfinite(point.as_double)
    bounds = point.explicit_bounds if kind == "histogram" else ()
    return all(map(math.isfinite, (point.sum, *bounds)))


def _number(point: Any) -> dict[str, Any]:
    whole = point.WhichOneof("value") == "as_int"
    return {"Value": point.as_int if whole else point.as_double}


def _histogram(point: Any) -> dict[str, Any]:
    return {
        "Count": point.count,
        "Sum": point.sum,
        "BucketCounts": list(point.bucket_counts),
        "ExplicitBounds": list(point.explicit_bounds),
    }


def _exponential(point: Any) -> dict[str, Any]:
    return {
        "Count": point.count,
        "Sum": point.sum,
        "Scale": point.scale,
        "ZeroCount": point.zero_count,
        "PositiveOffset": point.positive.offset,
        "PositiveBucketCounts": list(point.positive.bucket_counts),
        "NegativeOffset": point.negative.offset,
        "NegativeBucketCounts": list(point.negative.bucket_counts),
    }


def _summary(point: Any) -> dict[str, Any]:
    known = [one for one in point.quantile_values if math.isfinite(one.value)]
    return {
        "Count": point.count,
        "Sum": point.sum,
        "ValueAtQuantiles.Quantile": [one.quantile for one in known],
        "ValueAtQuantiles.Value": [one.value for one in known],
    }


_TABLES = {
    "gauge": ("otel_metrics_gauge", _number),
    "sum": ("otel_metrics_sum", _number),
    "histogram": ("otel_metrics_histogram", _histogram),
    "exponential_histogram": ("otel_metrics_exp_histogram", _exponential),
    "summary": ("otel_metrics_summary", _summary),
}
