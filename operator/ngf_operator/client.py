"""The API server, asked over HTTP: one session, every request counted, refusals with reasons."""

import asyncio
import json
import random
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp
import kopf

from ngf_operator.names import MANAGER
from ngf_operator.wanting import Obj

JSON = "application/json"
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
ANSWER_S = 30.0
WATCH_S = 280
"""How long a watch is asked for; up to a fifth more, so that not all of them end together."""
PAGE = 250
LINE_BYTES = 8 * 2**20
"""No object of an API server is longer: etcd takes 1.5 MiB."""


class Unreachable(Exception):
    """There was no answer; the text says why."""


class Refused(Exception):
    """The server said no: ``status``, the machine-readable ``reason``, and its own words."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class Api:
    """Calls to one API server as one account.

    ``login`` gives the account; it is asked again when its token is not accepted any more.
    ``counted`` hears the verb and the status of every request, 0 for no answer.
    """

    def __init__(
        self,
        login: Callable[[], kopf.ConnectionInfo],
        counted: Callable[[str, int], None],
    ) -> None:
        self._login, self._counted = login, counted
        self._access = login()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = self._opened()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session:
            await self._session.close()

    async def call(
        self,
        verb: str,
        method: str,
        path: str,
        body: Obj | None = None,
        *,
        sent: str = JSON,
        accept: str = JSON,
        seconds: float = ANSWER_S,
        query: Mapping[str, str] | None = None,
    ) -> Obj:
        """The decoded answer. Raises Refused and Unreachable."""
        try:
            return await self._call(verb, method, path, body, sent, accept, seconds, query or {})
        except Refused as refused:
            if refused.status != 401:
                raise
        self._access = self._login()
        return await self._call(verb, method, path, body, sent, accept, seconds, query or {})

    async def get(self, path: str, **options: Any) -> Obj:
        """One object, or any other document."""
        return await self.call("get", "GET", path, **options)

    async def apply(self, path: str, obj: Obj) -> Obj:
        """The object after a server-side apply that takes every field it names."""
        query = {"fieldManager": MANAGER, "force": "true"}
        return await self.call("apply", "PATCH", path, obj, sent=APPLY, query=query)

    async def merge(self, path: str, change: Obj) -> Obj:
        """The object after a merge patch."""
        query = {"fieldManager": MANAGER}
        return await self.call("patch", "PATCH", path, change, sent=MERGE, query=query)

    async def delete(self, path: str, live: Obj) -> None:
        """Delete that very object; one that is gone, or another one by now, is left alone."""
        body: Obj = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Background",
            "preconditions": {"uid": live["metadata"]["uid"]},
        }
        try:
            await self.call("delete", "DELETE", path, body)
        except Refused as refused:
            if refused.status not in (404, 409):
                raise

    async def pages(
        self, path: str, *, labels: str = "", accept: str = JSON
    ) -> AsyncIterator[tuple[list[Obj], str]]:
        """The pages of a collection, each with its resourceVersion. Raises Refused, Unreachable."""
        query = {"limit": str(PAGE), **({"labelSelector": labels} if labels else {})}
        while True:
            page = await self.call("list", "GET", path, accept=accept, query=query)
            about = page.get("metadata") or {}
            yield page.get("items") or [], str(about.get("resourceVersion", ""))
            if not about.get("continue"):
                return
            query["continue"] = about["continue"]

    async def watch(
        self, path: str, since: str, *, labels: str = "", accept: str = JSON
    ) -> AsyncIterator[Obj]:
        """Events until the server ends the watch. Raises Refused (410: list again), Unreachable."""
        lasts = WATCH_S + random.randint(0, WATCH_S // 5)  # noqa: S311 - nothing secret
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": since,
            "timeoutSeconds": str(lasts),
            **({"labelSelector": labels} if labels else {}),
        }
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=lasts + 30)
        try:
            async with self._request("GET", path, None, JSON, accept, timeout, query) as answer:
                self._counted("watch", answer.status)
                if answer.status >= 400:
                    raise _refusal(answer.status, await answer.read(), path)
                async for line in answer.content:
                    if line.strip():
                        event: Obj = json.loads(line)
                        if event["type"] == "ERROR":
                            said = event["object"]
                            raise Refused(
                                int(said.get("code", 500)),
                                str(said.get("reason", "")),
                                str(said.get("message", "")),
                            )
                        yield event
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            self._counted("watch", 0)
            raise Unreachable(_words(error)) from None

    async def _call(
        self,
        verb: str,
        method: str,
        path: str,
        body: Obj | None,
        sent: str,
        accept: str,
        seconds: float,
        query: Mapping[str, str],
    ) -> Obj:
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=10)
        try:
            async with self._request(method, path, body, sent, accept, timeout, query) as answer:
                data, status = await answer.read(), answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._counted(verb, 0)
            raise Unreachable(_words(error)) from None
        self._counted(verb, status)
        if status >= 400:
            raise _refusal(status, data, path)
        try:
            decoded = json.loads(data)
        except ValueError:
            raise Unreachable(f"{path} was not answered in JSON.") from None
        return decoded if isinstance(decoded, dict) else {}

    def _request(
        self,
        method: str,
        path: str,
        body: Obj | None,
        sent: str,
        accept: str,
        timeout: aiohttp.ClientTimeout,
        query: Mapping[str, str],
    ) -> Any:
        if self._session is None:
            raise Unreachable("The connection is closed.")
        headers = {"Accept": accept, **self._access.as_http_headers()}
        data = None
        if body is not None:
            headers["Content-Type"] = sent
            data = json.dumps(body).encode()
        return self._session.request(
            method,
            f"{self._access.server}{path}",
            data=data,
            headers=headers,
            params=query,
            timeout=timeout,
        )

    def _opened(self) -> aiohttp.ClientSession:
        secure: ssl.SSLContext | bool = True
        if self._access.server.startswith("https:"):
            secure = self._access.as_ssl_context()
        connector = aiohttp.TCPConnector(
            ssl=secure, limit=0, enable_cleanup_closed=True, socket_factory=_socket
        )
        return aiohttp.ClientSession(
            connector=connector,
            read_bufsize=LINE_BYTES,
            headers={"User-Agent": MANAGER},
            trust_env=False,
        )


def _socket(address: tuple[Any, ...]) -> socket.socket:
    """One that notices within a minute that the other side is gone, also of a silent watch."""
    family, kind, protocol = address[:3]
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return made


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return "The API server did not answer in time."
    return f"The API server cannot be reached: {error or type(error).__name__}"


def _refusal(status: int, data: bytes, path: str) -> Refused:
    try:
        said = json.loads(data)
    except ValueError:
        said = {}
    if not isinstance(said, dict):
        said = {}
    message = str(said.get("message") or f"{path} was answered with status {status}.")
    return Refused(status, str(said.get("reason", "")), message)
