"""Takes telemetry from the agents of clusters: OTLP over HTTP, in protobuf or JSON.

What is taken is on disk when ``accept`` returns. Which cluster it belongs to is said by who proved
to be the sender; what the telemetry claims of itself is overwritten. How much is decoded at a time,
how big a request may be and how much may wait for the store are bounded: beyond that a sender is
told when to come again, and keeps what it has.
"""

import gzip
import hashlib
import io
import re
import threading
import zlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from services.errors import ConsoleError
from services.telemetry.otlp import logs, metrics, traces
from services.telemetry.spool import Block, Full, Spool

Signal = Literal["logs", "traces", "metrics"]

LARGEST = 16 * 1024 * 1024
"""Bytes of a request, unpacked. Collectors send about a tenth of it."""

AT_ONCE = 64 * 1024 * 1024
"""Bytes of requests that are decoded at the same time."""

PROTOBUF = "application/x-protobuf"
JSON = "application/json"

_MESSAGES: dict[str, Any] = {
    "logs": (ExportLogsServiceRequest, logs.rows),
    "traces": (ExportTraceServiceRequest, traces.rows),
    "metrics": (ExportMetricsServiceRequest, metrics.rows),
}
_IDS = re.compile(rb'"(traceId|spanId|parentSpanId)"\s*:\s*"([0-9a-fA-F]*)"')


class TooLarge(ConsoleError):
    """The request is bigger than any that is taken."""

    code = "too_large"
    status = 413


class Unreadable(ConsoleError):
    """The request is not what it says it is."""

    code = "bad_request"
    status = 400


class UnknownType(ConsoleError):
    """The request is in a form that is not taken here."""

    code = "unsupported_media_type"
    status = 415


class Busy(ConsoleError):
    """Come again in ``retry_after`` seconds; nothing was taken."""

    code = "too_many_requests"
    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message, retry_after=retry_after)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Accepted:
    """``rows`` are on disk. ``again``: they had been before, and were not taken twice."""

    rows: int
    again: bool = False


@dataclass
class Taken:
    """What came since the console started. ``refused`` by reason, ``rows`` by table."""

    requests: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    repeated: int = 0


class Intake:
    """The door. ``last`` is when each cluster last sent each signal."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.taken = Taken()
        self.last: dict[tuple[str, str], datetime] = {}
        self.arrived = threading.Event()
        self._lock = threading.Lock()
        self._decoding = 0

    def accept(
        self,
        cluster: str,
        signal: Signal,
        body: bytes,
        content_type: str = PROTOBUF,
        encoding: str | None = None,
    ) -> Accepted:
        """Take a request that ``cluster`` has sent.

        Raises Unreadable, UnknownType, TooLarge and Busy.
        """
        try:
            with self._room(len(body)):
                plain = _unpacked(body, encoding)
                blocks = _blocks(signal, plain, content_type, cluster)
                digest = hashlib.sha256(f"{cluster}\n{signal}\n".encode() + plain).digest()
            taken = self._kept(digest, blocks) if blocks else Accepted(0)
        except ConsoleError as error:
            with self._lock:
                self.taken.refused[error.error_code] += 1
            raise
        with self._lock:
            self.last[cluster, signal] = datetime.now(UTC)
            self.taken.requests[signal] += 1
            self.taken.repeated += taken.again
            if not taken.again:
                self.taken.rows.update({name: block.rows for name, block in blocks.items()})
        return taken

    def _kept(self, digest: bytes, blocks: dict[str, Block]) -> Accepted:
        rows = sum(block.rows for block in blocks.values())
        try:
            added = self.spool.add(digest, blocks)
        except Full:
            raise Busy("More telemetry waits for the store than may wait.", 30) from None
        self.arrived.set()
        return Accepted(rows, again=not added)

    @contextmanager
    def _room(self, size: int) -> Iterator[None]:
        with self._lock:
            if self._decoding and self._decoding + size > AT_ONCE:
                raise Busy("Too much telemetry arrives at once.", 1)
            self._decoding += size
        try:
            yield
        finally:
            with self._lock:
                self._decoding -= size


def _unpacked(body: bytes, encoding: str | None) -> bytes:
    if encoding in (None, "", "identity"):
        if len(body) > LARGEST:
            raise _too_large()
        return body
    if encoding != "gzip":
        raise UnknownType("Content-Encoding must be gzip or identity.")
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            plain = packed.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error):
        raise Unreadable("The request is not packed with gzip.") from None
    if len(plain) > LARGEST:
        raise _too_large()
    return plain


def _too_large() -> TooLarge:
    return TooLarge(f"A request may hold {LARGEST // 2**20} MiB unpacked; send smaller batches.")


def _blocks(signal: Signal, body: bytes, content_type: str, cluster: str) -> dict[str, Block]:
    kind, rows_of = _MESSAGES[signal]
    lines: dict[str, list[bytes]] = {}
    for table, row in rows_of(_message(kind, body, content_type), cluster):
        lines.setdefault(table, []).append(orjson.dumps(row))
    return {table: Block(len(rows), b"\n".join(rows)) for table, rows in lines.items()}


def _message(kind: type[Message], body: bytes, content_type: str) -> Message:
    """Raises Unreadable, UnknownType."""
    content_type = content_type.partition(";")[0].strip().lower()
    try:
        if content_type == PROTOBUF:
            return kind.FromString(body)
        if content_type == JSON:
            return json_format.Parse(_with_base64_ids(body), kind(), ignore_unknown_fields=True)
    except (DecodeError, json_format.ParseError, UnicodeDecodeError, RecursionError):
        raise Unreadable(f"The request is no OTLP message in {content_type}.") from None
    raise UnknownType(f"Content-Type must be {PROTOBUF} or {JSON}.")


def _with_base64_ids(body: bytes) -> bytes:
    """OTLP writes ids in hex where protobuf's JSON expects base64."""

    def converted(found: re.Match[bytes]) -> bytes:
        digits = found[2].decode()
        if len(digits) % 2:
            return found[0]
        return b'"%s":"%s"' % (found[1], b64encode(bytes.fromhex(digits)))

    return _IDS.sub(converted, body)
