"""One cluster's API for calls that wait for their answer: writes, dry-runs, reviews, one object.

Lists and watches do not come here, they stream into the cache. Bodies are bytes to orjson and
back, without typed models. Every call has a time limit. Writes are never repeated by the transport:
whether the first attempt took effect is not known, and a second one could undo somebody's change.
"""

import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from services.errors import Invalid, Unavailable
from services.kube import addresses
from services.kube.breaker import Breaker
from services.kube.connection import Connection
from services.kube.failures import from_answer, from_transport

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A decoded body and the warnings that came with it (deprecated version, unknown field)."""

    body: dict[str, Any]
    warnings: tuple[str, ...]


class KubeClient:
    """Calls to one API server over kept-alive connections; safe to share between threads.

    Every call asks ``breaker`` first and tells it how it went, and waits for an answer for
    ``seconds`` at most.
    """

    def __init__(
        self,
        connection: Connection,
        breaker: Breaker | None = None,
        seconds: float = READ_SECONDS,
    ) -> None:
        self._connection = connection
        self._breaker = breaker or Breaker()
        tls: dict[str, Any] = {}
        if connection.tls:
            tls["ssl_context"] = connection.tls
        if connection.server_name:
            tls |= {
                "server_hostname": connection.server_name,
                "assert_hostname": connection.server_name,
            }
        self._pool = urllib3.PoolManager(
            maxsize=8,
            retries=False,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=seconds),
            **tls,
        )
        if connection.guarded:
            self._pool.pool_classes_by_scheme = GUARDED_POOLS

    @property
    def host(self) -> str:
        """The address of the API server."""
        return self._connection.host

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """One object or list. Raises NotFound, Denied, Invalid, Unavailable."""
        return self.request("GET", path, params=params)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> dict[str, Any]:
        """One call, its decoded answer. Raises the family of :mod:`services.errors`."""
        return self.call(method, path, params=params, body=body, content_type=content_type).body

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> Answer:
        """Like :meth:`request`, with the warnings of the server."""
        with self._breaker.call():
            return self._call(method, path, params, body, content_type, accept)

    def _call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: Any,
        content_type: str,
        accept: str,
    ) -> Answer:
        url = self._connection.host + path + (f"?{urlencode(params)}" if params else "")
        headers = {"Accept": accept, **self._connection.headers}
        if body is not None:
            headers["Content-Type"] = content_type
        try:
            response = self._pool.request(
                method,
                url,
                headers=headers,
                body=None if body is None else _encoded(body),
                redirect=False,
                retries=_RETRY_READ if method == "GET" else False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise from_transport(error, self.host) from error
        if response.status >= 300:
            raise from_answer(response.status, response.data)
        warnings = response.headers.getlist("Warning")
        return Answer(_decoded(response.data, self.host), tuple(map(_warning_text, warnings)))

    def version(self) -> dict[str, Any]:
        """``gitVersion``, ``major``, ``minor`` ... of the server."""
        return self.get("/version")

    def close(self) -> None:
        """Close idle connections."""
        self._pool.clear()


class _Guarded(HTTPConnection):
    """Opens no connection to a forbidden address, and sends nothing where one has led to it all the
    same: a name may resolve to something else a moment later."""

    def _new_conn(self) -> socket.socket:
        with suppress(OSError, UnicodeError):  # of a name that does not resolve its parent tells
            found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
            self._refuse(str(address[0]) for *_, address in found)
        made = super()._new_conn()
        try:
            self._refuse([made.getpeername()[0]])
        except NewConnectionError:
            made.close()
            raise
        return made

    def _refuse(self, hosts: Iterable[str]) -> None:
        if any(map(addresses.is_forbidden, hosts)):
            raise NewConnectionError(self, f"its address {addresses.RULE}")


class _GuardedTls(_Guarded, HTTPSConnection):
    pass


class _GuardedPool(HTTPConnectionPool):
    ConnectionCls = _Guarded


class _GuardedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTls


GUARDED_POOLS: Any = {"http": _GuardedPool, "https": _GuardedTlsPool}
"""For a PoolManager that goes where somebody else has said."""

_RETRY_READ = urllib3.Retry(total=1, connect=0, read=1, redirect=0, status=0, other=0)
"""A read may be repeated once: a kept-alive connection that the server closed meanwhile."""


def _encoded(body: Any) -> bytes:
    """The body as JSON; raises Invalid for what Kubernetes cannot hold either (64-bit integers)."""
    try:
        return orjson.dumps(body)
    except TypeError as error:
        rule = {"field": "body", "rule": str(error)}
        raise Invalid("The object cannot be sent.", fields=[rule]) from error


def _decoded(data: bytes, host: str) -> dict[str, Any]:
    """The object in an answer; a proxy's page of HTML is none, whatever its status."""
    try:
        body = orjson.loads(data or b"{}")
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise Unavailable(f"{host} does not answer as a Kubernetes API does: not with JSON")
    return body


def _warning_text(header: str) -> str:
    """``299 - "unknown field \\"spec.x\\""`` to its text."""
    return header.partition('"')[2].rstrip('"').replace('\\"', '"') or header
