"""Spans, with the attributes that the console knows and without links."""

from collections.abc import Iterator
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from services.telemetry import redaction
from services.telemetry.otlp.values import attributes, moment

_KINDS = ("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")
_STATUSES = ("Unset", "Ok", "Error")

Row = tuple[str, dict[str, Any]]


def rows(message: ExportTraceServiceRequest, cluster: str) -> Iterator[Row]:
    """Table and row of every span."""
    for resource_spans in message.resource_spans:
        resource = redaction.resource(attributes(resource_spans.resource.attributes))
        resource["cluster_name"] = cluster
        for scope_spans in resource_spans.scope_spans:
            scope = scope_spans.scope
            for span in scope_spans.spans:
                yield "otel_traces", _row(span, resource, scope.name, scope.version)


def _row(span: Span, resource: dict[str, str], scope: str, version: str) -> dict[str, Any]:
    return {
        "Timestamp": moment(span.start_time_unix_nano),
        "TraceId": span.trace_id.hex(),
        "SpanId": span.span_id.hex(),
        "ParentSpanId": span.parent_span_id.hex(),
        "TraceState": span.trace_state,
        "SpanName": span.name,
        "SpanKind": _KINDS[span.kind] if span.kind < len(_KINDS) else _KINDS[0],
        "ServiceName": resource.get("service.name", ""),
        "ResourceAttributes": resource,
        "ScopeName": scope,
        "ScopeVersion": version,
        "SpanAttributes": redaction.span(attributes(span.attributes)),
        "Duration": max(0, span.end_time_unix_nano - span.start_time_unix_nano),
        "StatusCode": _STATUSES[span.status.code] if span.status.code < 3 else _STATUSES[0],
        "StatusMessage": span.status.message[: redaction.ERROR_LENGTH],
        "Events.Timestamp": [moment(event.time_unix_nano) for event in span.events],
        "Events.Name": [event.name for event in span.events],
        "Events.Attributes": [
            redaction.event(attributes(event.attributes)) for event in span.events
        ],
    }
