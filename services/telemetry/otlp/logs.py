"""Log records: access logs of gateways and log lines of endpoint pickers; others are passed over.

A record either has the fields of its line as attributes, which is what our collectors send, or the
line itself as its body.
"""

import re
import time
from collections.abc import Iterator
from typing import Any

import orjson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from services.telemetry import redaction
from services.telemetry.otlp.values import attributes, moment

PICKER_CONTAINER = "epp"

_SECONDS = re.compile(r"[1-3]\d{9}\.\d{1,9}")
"""A time within this century, in seconds since 1970."""

Row = tuple[str, dict[str, Any]]


def rows(message: ExportLogsServiceRequest, cluster: str) -> Iterator[Row]:
    """Table and row of every record that is kept."""
    for resource_logs in message.resource_logs:
        claimed = attributes(resource_logs.resource.attributes)
        from_picker = claimed.get("k8s.container.name") == PICKER_CONTAINER
        resource = redaction.resource(claimed)
        resource["cluster_name"] = cluster
        service = resource.get("service.name", "")
        for scope_logs in resource_logs.scope_logs:
            for record in scope_logs.log_records:
                kept = _kept(record, from_picker)
                if kept:
                    yield "otel_logs", _row(record, kept, resource, service)


def _kept(record: LogRecord, from_picker: bool) -> dict[str, str] | None:
    fields = attributes(record.attributes)
    if fields.get("log") == "ngf_access":
        return redaction.access(fields)
    if fields.get("ngf.log") == "epp":
        return redaction.picker(fields)
    line = record.body.string_value
    if not line.startswith("{"):
        return None
    if '"log":"ngf_access"' in line[:200]:
        return redaction.access(_parsed(line))
    if from_picker and '"x-request-id"' in line:
        return redaction.picker(_parsed(line) | {"ngf.log": "epp"})
    return None


def _parsed(line: str) -> dict[str, str]:
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return {key: value if isinstance(value, str) else _text(value) for key, value in fields.items()}


def _text(value: Any) -> str:
    return "" if value is None else orjson.dumps(value).decode()


def _row(
    record: LogRecord, fields: dict[str, str], resource: dict[str, str], service: str
) -> dict[str, Any]:
    return {
        "Timestamp": _time(record, fields),
        "TraceId": record.trace_id.hex(),
        "SpanId": record.span_id.hex(),
        "SeverityText": record.severity_text,
        "SeverityNumber": record.severity_number & 0xFF,
        "ServiceName": service,
        "ResourceAttributes": resource,
        "LogAttributes": fields,
    }


def _time(record: LogRecord, fields: dict[str, str]) -> str:
    """The record's own time; a raw line has it in ``msec``, of a picker in ``ts``. A record without
    any is as old as its arrival."""
    if record.time_unix_nano:
        return moment(record.time_unix_nano)
    said = fields.get("msec") or fields.get("ts", "")
    if _SECONDS.fullmatch(said):
        return said
    return moment(record.observed_time_unix_nano or time.time_ns())
