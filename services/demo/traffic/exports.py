"""OTLP requests in the making: what one cluster sends of one signal at a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

Signal = Literal["logs", "traces", "metrics"]
Attributes = Mapping[str, "str | int | float | list[str] | list[float]"]


@dataclass(frozen=True, slots=True)
class Export:
    """One request to the intake."""

    cluster: str
    signal: Signal
    body: bytes


@dataclass(frozen=True, eq=False)
class Resource:
    """Who speaks. Two are never the same."""

    attributes: Mapping[str, str]


def nanoseconds(seconds: float) -> int:
    """A time for OTLP, to the microsecond."""
    return round(seconds * 1_000_000) * 1_000


def describe(target: Any, attributes: Attributes) -> None:
    """Append attributes to a repeated field."""
    for key, value in attributes.items():
        pair = target.add()
        pair.key = key
        if isinstance(value, str):
            pair.value.string_value = value
        elif isinstance(value, int):
            pair.value.int_value = value
        elif isinstance(value, float):
            pair.value.double_value = value
        else:
            _listed(pair.value.array_value.values, value)


def _listed(values: Any, items: Iterable[str | float]) -> None:
    for item in items:
        if isinstance(item, str):
            values.add().string_value = item
        else:
            values.add().double_value = item


class Outbox:
    """What a cluster has to send. ``emptied`` gives it and begins anew."""

    def __init__(self, cluster: str) -> None:
        self._cluster = cluster
        self._begin()

    def _begin(self) -> None:
        self._logs = ExportLogsServiceRequest()
        self._traces = ExportTraceServiceRequest()
        self._metrics = ExportMetricsServiceRequest()
        self._records: dict[Resource, Any] = {}
        self._spans: dict[tuple[Resource, str], Any] = {}

    def line(self, resource: Resource, at: float, text: str) -> None:
        """A line as a log file holds it."""
        records = self._records.get(resource)
        if records is None:
            one = self._logs.resource_logs.add()
            describe(one.resource.attributes, resource.attributes)
            records = self._records[resource] = one.scope_logs.add().log_records
        record = records.add()
        record.time_unix_nano = nanoseconds(at)
        record.body.string_value = text

    def span(self, resource: Resource, scope: str) -> Span:
        """A new span to be filled."""
        spans = self._spans.get((resource, scope))
        if spans is None:
            one = self._traces.resource_spans.add()
            describe(one.resource.attributes, resource.attributes)
            scoped = one.scope_spans.add()
            scoped.scope.name = scope
            spans = self._spans[resource, scope] = scoped.spans
        added: Span = spans.add()
        return added

    def scraped(self, target: Any) -> None:
        """A copy of what a scrape target shows now (a ResourceMetrics)."""
        self._metrics.resource_metrics.add().CopyFrom(target)

    def emptied(self) -> list[Export]:
        """One request of each signal that has something."""
        filled: list[tuple[Signal, Any, Any]] = [
            ("logs", self._logs, self._logs.resource_logs),
            ("traces", self._traces, self._traces.resource_spans),
            ("metrics", self._metrics, self._metrics.resource_metrics),
        ]
        found = [
            Export(self._cluster, signal, message.SerializeToString(deterministic=True))
            for signal, message, parts in filled
            if parts
        ]
        self._begin()
        return found
