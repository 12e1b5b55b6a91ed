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
from services.telemetry.attribution import Attribute, Line, told
from services.telemetry.otlp.values import attributes, moment

PICKER_CONTAINER = "epp"

_SECONDS = re.compile(r"[1-3]\d{9}\.\d{1,9}")
"""A time within this century, in seconds since 1970."""

Row = tuple[str, dict[str, Any]]


def rows(message: ExportLogsServiceRequest, cluster: str, attribute: Attribute) -> Iterator[Row]:
    """Table and row of every record that is kept. ``attribute`` is asked for the routes of lines
    that name none."""
    for resource_logs in message.resource_logs:
        claimed = attributes(resource_logs.resource.attributes)
        from_picker = claimed.get("k8s.container.name") == PICKER_CONTAINER
        resource = redaction.resource(claimed)
        resource["cluster_name"] = cluster
        service = resource.get("service.name", "")
        for scope_logs in resource_logs.scope_logs:
            for record in scope_logs.log_records:
                fields = _fields(record, from_picker)
                if not fields:
                    continue
                at = _time(record, fields)
                if fields.get("log") == "ngf_access":
                    place = resource.get("k8s.namespace.name", ""), resource.get("ngf.gateway", "")
                    line = Line(cluster, *place, float(at), fields)
                    kept = redaction.access(fields) | told(line, attribute)
                else:
                    kept = redaction.picker(fields)
                yield "otel_logs", _row(record, at, kept, resource, service)


def _fields(record: LogRecord, from_picker: bool) -> dict[str, str]:
    """All fields of a line that is kept, none of another one."""
    fields = attributes(record.attributes)
    if fields.get("log") == "ngf_access" or fields.get("ngf.log") == "epp":
        return fields
    line = record.body.string_value
    if not line.startswith("{"):
        return {}
    if '"log":"ngf_access"' in line[:200]:
        return _parsed(line)
    if from_picker and '"x-request-id"' in line:
        return _parsed(line) | {"ngf.log": "epp"}
    return {}


def _parsed(line: str) -> dict[str, str]:
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return {key: value if isinstance(value, str) else _text(value) for key, value in fields.items()}


def _text(value: Any) -> str:
    return "" if value is None else orjson.dumps(value).decode()


def _row(
    record: LogRecord, at: str, fields: dict[str, str], resource: dict[str, str], service: str
) -> dict[str, Any]:
    return {
        "Timestamp": at,
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
