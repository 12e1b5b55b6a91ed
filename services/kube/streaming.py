"""One cluster's API for the watch loop: the asynchronous half of the transport.

It shares the connection (TLS context, credential) with :mod:`services.kube.client`, knows lists as
pages and watches as lines, and decodes with the garbage collector paused: a page creates tens of
thousands of objects, none of them garbage, and the collector would walk them all again and again
(four times the price of decoding).
"""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from services.errors import ConsoleError, Denied, NotFound, Unavailable
from services.kube import addresses
from services.kube.connection import Connection
from services.kube.failures import from_answer, from_transport

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0
SILENCE_SECONDS = 150.0
"""A watch that says nothing for this long is opened anew: API servers send a bookmark a minute."""


class StreamingApi:
    """Reads from one API server; lives and dies on the watch loop."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._session: aiohttp.ClientSession

    @property
    def host(self) -> str:
        """The address of the API server."""
        return self._connection.host

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                ssl=self._connection.tls or True,
                socket_factory=_guarded_socket if self._connection.guarded else _keepalive_socket,
            ),
            skip_auto_headers=("User-Agent",),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
        etag: str = "",
        seconds: float = ANSWER_SECONDS,
    ) -> tuple[Any, str]:
        """The decoded answer and its ETag; ``None`` instead of an answer when ``etag`` still holds.

        Raises the family of :mod:`services.errors`.
        """
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        async with self._open(path, params, accept, timeout, etag) as response:
            if response.status == 304:
                return None, etag
            body = await response.read()
            try:
                with collector_paused():
                    return orjson.loads(body), response.headers.get("ETag", "")
            except orjson.JSONDecodeError as error:
                raise Unavailable(f"{self._connection.host} answers something else.") from error

    async def require_ready(self, seconds: float) -> None:
        """Raise Unavailable while the server is still starting: it answers by then, but does not
        serve every definition yet. One that may not be asked counts as ready."""
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        with suppress(Denied, NotFound):
            async with self._open("/readyz", None, "*/*", timeout):
                pass

    async def lines(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        accept: str,
        opened: Callable[[], None],
    ) -> AsyncIterator[bytes]:
        """The lines of a watch until the server ends it. A long silence ends it as well.

        ``opened`` is called when the server has accepted; the first line may be a minute away.
        """
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS
        )
        async with self._open(path, params, accept, timeout) as response:
            opened()
            rest = b""
            try:
                async for chunk in response.content.iter_any():
                    *whole, rest = (rest + chunk).split(b"\n")
                    for line in whole:
                        yield line
            except aiohttp.SocketTimeoutError:
                return

    @asynccontextmanager
    async def _open(
        self,
        path: str,
        params: Mapping[str, str] | None,
        accept: str,
        timeout: aiohttp.ClientTimeout,
        etag: str = "",
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        headers = {"Accept": accept, **self._connection.headers}
        headers["Accept-Encoding"] = "gzip" if self._connection.compress else "identity"
        if etag:
            headers["If-None-Match"] = etag
        try:
            async with self._session.get(
                self._connection.host + path,
                params=params,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
                server_hostname=self._connection.server_name,
            ) as response:
                if response.status >= 300 and response.status != 304:
                    raise from_answer(response.status, await response.read())
                yield response
        except ConsoleError:
            raise
        except (aiohttp.ClientError, TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            raise from_transport(error, self._connection.host) from error


@contextmanager
def collector_paused() -> Iterator[None]:
    """No garbage collection inside; what is built here is meant to stay."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _guarded_socket(address: Any) -> socket.socket:
    if addresses.is_forbidden(address[4][0]):
        raise OSError(f"its address {addresses.RULE}")  # a number would be told instead
    return _keepalive_socket(address)


def _keepalive_socket(address: Any) -> socket.socket:
    """A socket on which a silent peer is noticed within half a minute, not after two hours."""
    family, kind, protocol, *_ = address
    made = socket.socket(family=family, type=kind, proto=protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return made
