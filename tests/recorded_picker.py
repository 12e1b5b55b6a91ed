"""What a real endpoint picker emitted, as rows of the store: see ``tests/recorded/epp``.

The spans and log lines go through the decoders of the intake, so that tests start from what is
kept, redacted as it is kept.
"""

import json
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakSet

import orjson
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from services.telemetry.attribution import unknown
from services.telemetry.otlp import logs, traces
from services.telemetry.store import Store

FOLDER = Path(__file__).parent / "recorded" / "epp"
CLUSTER, NAMESPACE, POOL = "gpu-iad", "llm", "llama-pool"
PICKER = f"{POOL}-epp"
LOGS = ("logs.jsonl", "logs_v2.jsonl", "logs_v3.jsonl", "logs_v5.jsonl")
FULLY_LOGGED = "f8a6d7cf-6da9-4c8f-b5e1-b04d844bb0be"
"""The one request of which every line of verbosity 4 is kept."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """What a caller sent and got: ``endpoint`` is the address that it went to. ``totals`` are those
    of the candidates by address, which a picker tells Envoy in dynamic metadata."""

    request_id: str
    tag: str
    status: int | None
    endpoint: str
    totals: dict[str, float]


def sent() -> list[Sent]:
    """Every request of the recording, in order. One that named no id has none here."""
    return [_sent(json.loads(line)) for line in (FOLDER / "requests.jsonl").open()]


def _sent(told: Row) -> Sent:
    found = Sent(
        told.get("sent_headers", {}).get("x-request-id", ""),
        told.get("tag", ""),
        told.get("status"),
        told.get("endpoint") or "",
        {},
    )
    for response in told.get("responses", ()):
        if "set_headers" in response:
            metadata = response["dynamic_metadata"]["envoy.lb"]
            found = Sent(
                response["set_headers"]["x-request-id"],
                "envoy",
                None,
                metadata["x-gateway-destination-endpoint"],
                metadata["x-gateway-destination-endpoint-scores"],
            )
    return found


def span_rows() -> list[Row]:
    """Rows of ``otel_traces``."""
    told = _bytes(json.loads((FOLDER / "spans.json").read_text()))
    message = json_format.ParseDict(told, ExportTraceServiceRequest())
    return [row for _, row in traces.rows(message, CLUSTER)]


def line_rows() -> list[Row]:
    """Rows of ``otel_logs``, as raw lines of the picker's container are taken."""
    message = ExportLogsServiceRequest()
    source = message.resource_logs.add()
    for key, value in (
        ("k8s.container.name", "epp"),
        ("k8s.namespace.name", NAMESPACE),
        ("k8s.pod.name", f"{PICKER}-6d9f7c54b8-x2k4p"),
        ("ngf.inference_pool", POOL),
    ):
        source.resource.attributes.add(key=key).value.string_value = value
    records = source.scope_logs.add().log_records
    for name in LOGS:
        for line in (FOLDER / name).read_text().splitlines():
            records.add().body.string_value = line
    return [row for _, row in logs.rows(message, CLUSTER, unknown)]


def spans() -> Iterator[Row]:
    """The spans, as the store answers them."""
    for row in span_rows():
        yield {
            "trace_id": row["TraceId"],
            "span_id": row["SpanId"],
            "parent_id": row["ParentSpanId"],
            "name": row["SpanName"],
            "start": nanoseconds(row["Timestamp"]),
            "duration": row["Duration"],
            "attributes": row["SpanAttributes"],
            "error": row["StatusMessage"] if row["StatusCode"] == "Error" else "",
        }


def lines() -> Iterator[Row]:
    """The log lines, as the store answers them."""
    for row in line_rows():
        fields = row["LogAttributes"]
        if fields.get("x-request-id"):
            at, message = nanoseconds(row["Timestamp"]), fields["msg"]
            request_id = fields["x-request-id"]
            yield {"request_id": request_id, "at": at, "message": message, "fields": fields}


def nanoseconds(moment: str) -> int:
    """A time of a row, such as 1795421223.392266, since 1970."""
    seconds, _, rest = moment.partition(".")
    return int(seconds) * 1_000_000_000 + int(rest.ljust(9, "0")[:9])


def _bytes(told: Any) -> Any:
    """OTLP writes ids in hexadecimal, protobuf's JSON in base64."""
    if isinstance(told, dict):
        return {
            key: b64encode(bytes.fromhex(value)).decode()
            if key in ("traceId", "spanId", "parentSpanId")
            else _bytes(value)
            for key, value in told.items()
        }
    return [_bytes(one) for one in told] if isinstance(told, list) else told


_having: WeakSet[Store] = WeakSet()


def put_recording(store: Store) -> None:
    """Put the recording into ``store``, unless it is there, as if it had ended five minutes ago,
    and what gateway, engine and metrics would have told of the one request that is logged in full.
    Tests share stores, and a store forgets after some batches which it has taken."""
    if store in _having:
        return
    _having.add(store)
    spans, lines = span_rows(), line_rows()
    newest = max(nanoseconds(row["Timestamp"]) for row in spans)
    later = time.time_ns() - 300_000_000_000 - newest
    for row in (*spans, *lines):
        row["Timestamp"] = _moved(row["Timestamp"], later)
    for row in spans:
        row["ResourceAttributes"]["ngf.inference_pool"] = POOL
    at = next(row["Timestamp"] for row in lines if _id_of(row) == FULLY_LOGGED)
    _put(store, "otel_traces", spans)
    _put(store, "otel_logs", lines)
    _put(store, "ngf_access_logs", [_access_row(at)])
    _put(store, "ngf_inference_logs", [_answer_row(at)])
    _put(store, "ngf_pod_metrics", [_metrics_row(at, number) for number in range(4)])


def _moved(moment: str, by: int) -> str:
    at = nanoseconds(moment) + by
    return f"{at // 1_000_000_000}.{at % 1_000_000_000:09d}"


def _id_of(row: Row) -> str:
    found: str = row["LogAttributes"].get("x-request-id", "")
    return found


def _put(store: Store, table: str, rows: list[Row]) -> None:
    store.insert(table, b"\n".join(map(orjson.dumps, rows)), f"{table}-recorded")


def _access_row(at: str) -> Row:
    return {
        "timestamp": at,
        "cluster_name": CLUSTER,
        "x_request_id": FULLY_LOGGED,
        "status": 200,
        "latency_ms": 820.5,
        "upstream_header_ms": 212.0,
        "upstream_addr": "127.0.0.3:8000",
        "picked": True,
    }


def _answer_row(at: str) -> Row:
    return {
        "timestamp": at,
        "cluster_name": CLUSTER,
        "request_id": FULLY_LOGGED,
        "pod_name": "llama-1",
        "time_to_first_token_ms": 210.0,
        "time_in_queue_ms": 61.0,
        "input_tokens": 3412,
        "output_tokens": 611,
    }


def _metrics_row(at: str, number: int) -> Row:
    return {
        "timestamp": _moved(at, -5_000_000_000),
        "cluster_name": CLUSTER,
        "namespace": NAMESPACE,
        "pool_name": POOL,
        "pod_name": f"llama-{number}",
        "queue_depth": number,
        "requests_in_flight": 7,
        "kv_cache_util_pct": 50.0,
    }
