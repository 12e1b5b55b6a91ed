"""What the demo's clusters send, taken apart again: lines, spans and points of OTLP requests."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from services.demo.traffic.exports import Export

Attributes = dict[str, Any]


@dataclass
class Told:
    """``access`` and ``picker`` are lines as objects, each with the resource that wrote it."""

    access: list[tuple[Attributes, dict[str, str]]] = field(default_factory=list)
    picker: list[tuple[Attributes, dict[str, Any]]] = field(default_factory=list)
    spans: list[tuple[Attributes, Any]] = field(default_factory=list)
    points: list[tuple[str, Attributes, Any]] = field(default_factory=list)

    def named(self, name: str) -> Iterator[tuple[Attributes, Any]]:
        """Points of one metric."""
        return ((labels, point) for metric, labels, point in self.points if metric == name)


def plain(pairs: Iterable[Any]) -> Attributes:
    """Attributes by key."""
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    return getattr(value, kind)


def told(exports: Iterable[Export], cluster: str) -> Told:
    """What one cluster sent."""
    found = Told()
    for one in exports:
        if one.cluster == cluster:
            {"logs": _logs, "traces": _traces, "metrics": _metrics}[one.signal](found, one.body)
    return found


def _logs(found: Told, body: bytes) -> None:
    for resource_logs in ExportLogsServiceRequest.FromString(body).resource_logs:
        resource = plain(resource_logs.resource.attributes)
        for record in resource_logs.scope_logs[0].log_records:
            line = json.loads(record.body.string_value)
            (found.access if "log" in line else found.picker).append((resource, line))


def _traces(found: Told, body: bytes) -> None:
    for resource_spans in ExportTraceServiceRequest.FromString(body).resource_spans:
        resource = plain(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            found.spans += [(resource, span) for span in scope_spans.spans]


def _metrics(found: Told, body: bytes) -> None:
    for resource_metrics in ExportMetricsServiceRequest.FromString(body).resource_metrics:
        for metric in resource_metrics.scope_metrics[0].metrics:
            data = getattr(metric, metric.WhichOneof("data"))
            found.points += [
                (metric.name, plain(point.attributes), point) for point in data.data_points
            ]
