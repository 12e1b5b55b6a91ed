"""From the bytes of an OTLP request to rows, within bounds.

A few kilobytes may unpack, decode and repeat themselves to gigabytes; so what it becomes is counted
while it grows, and given up where it is too much.
"""

import gzip
import io
import re
import zlib
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Literal, Protocol

import orjson
from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from services.errors import ConsoleError
from services.telemetry.attribution import Attribute, unknown
from services.telemetry.otlp import logs, metrics, traces
from services.telemetry.otlp.logs import Row
from services.telemetry.spool import Block

Signal = Literal["logs", "traces", "metrics"]

LARGEST = 8 * 1024 * 1024
"""Bytes of a request, packed and unpacked. Collectors send about a tenth of it. Decoded it may have
a hundred times as much, where it consists of empty messages."""

MOST_ROWS = 64 * 1024 * 1024
"""Bytes of the rows of a request: each repeats what it has in common with the others."""

PIECE = 256 * 1024
"""Bytes that are read at a time."""

PROTOBUF = "application/x-protobuf"
JSON = "application/json"

_MESSAGES: dict[str, type[Message]] = {
    "logs": ExportLogsServiceRequest,
    "traces": ExportTraceServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}
_IDS = re.compile(rb'"(traceId|spanId|parentSpanId)"\s*:\s*"([0-9a-fA-F]*)"')

Hold = Callable[[int], None]
"""Called with each number of bytes before they are kept; it raises where that is too much."""


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


class Body(Protocol):
    """What is read of a request."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most ``size``; none at the end."""


class Rows:
    """Rows of one request by table, of the time ``since`` to ``until``, in seconds since 1970.

    ``attribute`` is asked for the routes of lines that name none. ``untimely`` counts, by table,
    those that are of another time and left out.
    """

    def __init__(
        self, since: float, until: float, hold: Hold, attribute: Attribute = unknown
    ) -> None:
        self._since, self._until, self._hold = since, until, hold
        self._rows: dict[str, Callable[[Any, str], Iterator[Row]]] = {
            "logs": lambda message, cluster: logs.rows(message, cluster, attribute),
            "traces": traces.rows,
            "metrics": metrics.rows,
        }
        self._lines: dict[str, list[bytes]] = {}
        self._bytes = 0
        self.untimely: Counter[str] = Counter()

    def add(self, signal: Signal, plain: bytes, content_type: str, cluster: str) -> None:
        """Decode a request. Raises Unreadable, UnknownType, TooLarge."""
        message = _message(_MESSAGES[signal], plain, content_type)
        for table, row in self._rows[signal](message, cluster):
            at = float(row["TimeUnix"] if "TimeUnix" in row else row["Timestamp"])
            if self._since <= at <= self._until:
                self._keep(table, orjson.dumps(row))
            else:
                self.untimely[table] += 1

    def blocks(self) -> dict[str, Block]:
        """As the spool takes them."""
        return {table: Block(len(lines), b"\n".join(lines)) for table, lines in self._lines.items()}

    def _keep(self, table: str, line: bytes) -> None:
        self._bytes += len(line)
        if self._bytes > MOST_ROWS:
            raise TooLarge(
                f"The rows of a request may have {MOST_ROWS // 2**20} MiB; send smaller batches."
            )
        self._hold(len(line))
        self._lines.setdefault(table, []).append(line)


def read(body: Body, hold: Hold) -> bytes:
    """All of it. Raises TooLarge."""
    pieces = []
    size = 0
    while piece := body.read(PIECE):
        size += len(piece)
        if size > LARGEST:
            raise too_large()
        hold(len(piece))
        pieces.append(piece)
    return b"".join(pieces)


def unpacked(body: bytes, encoding: str | None, hold: Hold) -> bytes:
    """As it was before it was packed. Raises TooLarge, Unreadable, UnknownType."""
    if encoding in (None, "", "identity"):
        return body
    if encoding != "gzip":
        raise UnknownType("Content-Encoding must be gzip or identity.")
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            return read(packed, hold)
    except (OSError, EOFError, zlib.error):
        raise Unreadable("The request is not packed with gzip.") from None


def too_large() -> TooLarge:
    """For a body of more than ``LARGEST`` bytes."""
    return TooLarge(f"A request may have {LARGEST // 2**20} MiB; send smaller batches.")


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
