"""The two engines that run the store's SQL: a ClickHouse server, and chDB in this process.

Both are spoken to through clickhouse-connect with the same text and parameters. What differs is how
clients are kept: a server has one that threads share; chDB has a few, each for one call at a time,
because a call on one waits for the last, and because a query that failed leaves its rests in the
client's next answer: a client is closed after any error.

chDB is imported when it is opened and not before: a process that forks after the import hangs.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import clickhouse_connect

HANDLES = 4
"""Clients of chDB kept ready: more do not make two cores faster."""

TIMEOUT_S = 35
"""Longest wait for an answer of a server; the longest query is ended before."""


class Engine(Protocol):
    """Where clients come from. ``name`` is for people; ``opened`` is when the engine was opened, in
    seconds since 1970, where this process alone uses it."""

    name: str
    opened: float | None

    @contextmanager
    def client(self) -> Iterator[Any]:
        """A clickhouse-connect client for one call. Raises ClickHouseError."""

    def close(self) -> None:
        """Let go of all clients."""


class Server:
    """A ClickHouse server at ``url``, such as ``https://user:password@clickhouse:8443``."""

    opened: float | None = None

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.name = f"ClickHouse at {parts.hostname}:{parts.port or _port(parts.scheme)}"
        self._options: dict[str, Any] = {
            "host": parts.hostname,
            "port": parts.port or _port(parts.scheme),
            "username": unquote(parts.username or "default"),
            "password": unquote(parts.password or ""),
            "secure": parts.scheme == "https",
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
                send_receive_timeout=TIMEOUT_S,
                query_retries=0,
                tz_mode="aware",
            )
        yield self._client

    def close(self) -> None:
        """Close connections."""
        if self._client is not None:
            self._client.close()


class Embedded:
    """chDB with its data in ``folder``, which one process at a time may open.

    ``memory_mib`` bounds what the engine takes for all queries together.
    """

    name = "the embedded store"

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
