"""The two engines that run the store's SQL: a ClickHouse server, and chDB in this process.

Both are spoken to through clickhouse-connect with the same text and parameters. What differs is how
clients are kept: a server has one that threads share; chDB has a few, each for one call at a time,
because a call on one waits for the last, and because a query that failed leaves its rests in the
client's next answer: a client is closed after any error.

Answers of any length come as a stream. A server ends the query first and holds the answer until it
was fetched, so that what goes wrong is known before the first byte; chDB makes each part when it is
asked for, so that the time of whoever reads counts, too.

chDB is imported when it is opened and not before: a process that forks after the import hangs.
"""

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any, Protocol
from urllib.parse import unquote, urlencode, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.binding import bind_query
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError
from urllib3.exceptions import HTTPError

HANDLES = 4
"""Clients of chDB kept ready: more do not make two cores faster."""

TIMEOUT_S = 35
"""Longest wait for an answer of a server; the longest query is ended before."""

STREAM_S = 600
"""Longest that a stream may take, whoever reads it included; chDB itself ends it then."""

BATCH_ROWS = 100_000
CHUNK = 1024 * 1024
"""Rows, and bytes, that are read of a stream at once."""

Values = Mapping[str, Any]

_CODE = re.compile(r"\bCode: (\d+)")


class Engine(Protocol):
    """Where clients come from. ``name`` is for people; ``at_once`` is how many calls it takes at
    the same time; ``opened`` is when the engine was opened, in seconds since 1970, where this
    process alone uses it."""

    name: str
    at_once: int
    opened: float | None

    @contextmanager
    def client(self) -> Iterator[Any]:
        """A clickhouse-connect client for one call. Raises ClickHouseError."""

    def batches(self, text: str, parameters: Values, settings: Values) -> Iterator[Any]:
        """The answer in parts, each a ``pyarrow.RecordBatch``. Raises ClickHouseError."""

    def chunks(self, text: str, parameters: Values, settings: Values, fmt: str) -> Iterator[bytes]:
        """The answer as the engine writes ``fmt``, in parts. Raises ClickHouseError."""

    def close(self) -> None:
        """Let go of all clients."""


class Server:
    """A ClickHouse server at ``url``, such as ``https://user:password@clickhouse:8443``."""

    at_once = 64
    opened: float | None = None

    def __init__(self, url: str, timeout_s: float = TIMEOUT_S) -> None:
        parts = urlsplit(url)
        self.name = f"ClickHouse at {parts.hostname}:{parts.port or _port(parts.scheme)}"
        self._options: dict[str, Any] = {
            "host": parts.hostname,
            "port": parts.port or _port(parts.scheme),
            "username": unquote(parts.username or "default"),
            "password": unquote(parts.password or ""),
            "secure": parts.scheme == "https",
            "send_receive_timeout": timeout_s,
        }
        self._client: Any = None

    @contextmanager
    def client(self) -> Iterator[Any]:
        """The shared client, which is made at the first call that the server answers."""
        if self._client is None:
            self._client = clickhouse_connect.get_client(
                **self._options,
                autogenerate_session_id=False,
                connect_timeout=5,
                query_retries=0,
                tz_mode="aware",
            )
        yield self._client

    def batches(self, text: str, parameters: Values, settings: Values) -> Iterator[Any]:
        """In parts as the server sends them."""
        import pyarrow.ipc

        with self._streamed(text, parameters, settings, "ArrowStream") as answer:
            try:
                yield from pyarrow.ipc.open_stream(answer)
            except (pyarrow.ArrowInvalid, HTTPError, OSError) as error:
                raise OperationalError(str(error)) from error

    def chunks(self, text: str, parameters: Values, settings: Values, fmt: str) -> Iterator[bytes]:
        """In parts of ``CHUNK`` bytes."""
        with self._streamed(text, parameters, settings, fmt) as answer:
            try:
                while chunk := answer.read(CHUNK):
                    yield chunk
            except (HTTPError, OSError) as error:
                raise OperationalError(str(error)) from error

    @contextmanager
    def _streamed(self, text: str, parameters: Values, settings: Values, fmt: str) -> Iterator[Any]:
        ended = {**settings, "wait_end_of_query": 1}
        with self.client() as client:
            answer = client.raw_stream(text, parameters=parameters, settings=ended, fmt=fmt)
            try:
                yield answer
            finally:
                answer.close()

    def close(self) -> None:
        """Close connections."""
        if self._client is not None:
            self._client.close()


class Embedded:
    """chDB with its data in ``folder``, which one process at a time may open.

    ``memory_mib`` bounds what the engine takes for all queries together.
    """

    name = "the embedded store"
    at_once = 16

    def __init__(self, folder: Path, memory_mib: int) -> None:
        self._folder = folder
        self._options = {"max_server_memory_usage": memory_mib * 1024 * 1024}
        self._idle: LifoQueue[Any] = LifoQueue()
        self.opened: float | None = time.time()

    @contextmanager
    def client(self) -> Iterator[Any]:
        """A client that nobody else uses meanwhile; it is closed where the call fails."""
        try:
            client = self._idle.get_nowait()
        except Empty:
            client = self._open()
        try:
            yield client
        except BaseException:
            client.close()
            raise
        if self._idle.qsize() < HANDLES:
            self._idle.put(client)
        else:
            client.close()

    def batches(self, text: str, parameters: Values, settings: Values) -> Iterator[Any]:
        """In parts of ``BATCH_ROWS`` rows."""
        with self._streamed(text, parameters, settings, "Arrow") as parts:
            yield from parts.record_batch(BATCH_ROWS)

    def chunks(self, text: str, parameters: Values, settings: Values, fmt: str) -> Iterator[bytes]:
        """In parts of a block; ``fmt`` is one without a beginning or end, such as CSV."""
        with self._streamed(text, parameters, settings, fmt) as parts:
            for part in parts:
                yield part.bytes()

    @contextmanager
    def _streamed(self, text: str, parameters: Values, settings: Values, fmt: str) -> Iterator[Any]:
        """Through a handle of its own: clickhouse-connect would gather the answer in memory."""
        import chdb

        _use_utc()
        _, bound = bind_query(text, dict(parameters))
        given = {name.removeprefix("param_"): value for name, value in bound.items()}
        limits = {**settings, "max_execution_time": STREAM_S}
        text += "\nSETTINGS " + ", ".join(f"{name} = {value!r}" for name, value in limits.items())
        handle: Any = chdb.connect(f"{os.path.realpath(self._folder)}?{urlencode(self._options)}")
        try:
            with handle.send_query(text, fmt, params=given) as parts:
                yield parts
        except RuntimeError as error:
            code = _CODE.search(str(error))
            raise DatabaseError(str(error), code=int(code[1]) if code else None) from error
        finally:
            handle.close()

    def close(self) -> None:
        """Close what is idle."""
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    def _open(self) -> Any:
        _use_utc()
        client: Any = clickhouse_connect.get_client(
            interface="chdb",
            path=str(self._folder),
            chdb_options=self._options,
            tz_mode="aware",
        )
        # chDB calls the rows of an answer read; a server tells how many were scanned for it.
        client._backend._summary = _scanned
        return client


def _scanned(result: Any) -> dict[str, str]:
    return {"read_rows": str(result.storage_rows_read())}


def _use_utc() -> None:
    """The engine takes the zone of the process for its own; ours is UTC everywhere."""
    if os.environ.get("TZ") != "UTC":
        os.environ["TZ"] = "UTC"
        time.tzset()


def _port(scheme: str) -> int:
    return 8443 if scheme == "https" else 8123
