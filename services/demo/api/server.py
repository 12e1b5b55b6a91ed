"""DemoApi: one cluster's API on a port of loopback, with its own objects and kubeconfigs."""

import asyncio
import logging
import secrets
import socket
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import orjson
import yaml
from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage

from services.demo.api.access import MASTERS, Access, User
from services.demo.api.bootstrap import bootstrap
from services.demo.api.collector import Collector
from services.demo.api.host import Host
from services.demo.api.listing import Lists
from services.demo.api.operations import Operations
from services.demo.api.registry import Registry
from services.demo.api.resources import Answer
from services.demo.api.routes import Routes
from services.demo.api.seeding import Seeding
from services.demo.api.statuses import ApiError, Obj
from services.demo.api.store import HISTORY, Store
from services.demo.api.watching import Watch

VERSION = "v1.36.3"
LARGEST_BODY = 3 * 1024 * 1024
"""Bytes, as kube-apiserver limits them."""
CLOSE_SECONDS = 10.0
_LOG = logging.getLogger(__name__)


class DemoApi:
    """A Kubernetes API server in this process.

    ``crds`` are CustomResourceDefinition objects to begin with; ``tokens`` maps bearer tokens to
    users beside the administrator ``admin``, whose token is made anew. Objects are seeded without
    HTTP through ``store``, before or after ``start``, from any thread. Clusters may share a
    ``host``; without one the cluster has its own. ``delay`` is seconds by which every answer is
    late. ``like`` is a cluster whose objects, as they are now, this one begins with, instead of
    ``crds``: it costs next to nothing, because the two share them until one of them changes.
    """

    def __init__(
        self,
        name: str = "demo",
        crds: Iterable[Obj] = (),
        tokens: Mapping[str, User] | None = None,
        *,
        host: Host | None = None,
        delay: float = 0.0,
        like: "DemoApi | None" = None,
        version: str = VERSION,
        history: int = HISTORY,
    ) -> None:
        self.name = name
        self._own_host = host is None
        self._host = host or Host(name)
        self._delay = delay
        self._store = Store(history)
        schemas = like._operations.schemas if like else None
        self._operations: Operations = Operations(
            self._store, Registry(), lambda: datetime.now(UTC), schemas
        )
        self._access = Access(self._store, dict(tokens or {}))
        self._access.tokens[secrets.token_urlsafe(24)] = User("admin", (MASTERS,))
        self._lists = Lists(self._store)
        self._routes = Routes(self._operations, self._access, self._lists, version)
        self._collector: Collector = Collector(
            self._operations, lambda: self._host.call(self._collector.work)
        )
        self.store = Seeding(self._operations)
        self._runner: web.ServerRunner | None = None
        self._streams: set[asyncio.Task[object]] = set()
        self._unheard: socket.socket | None = None
        self.port = 0
        if like:
            self.store.take_over(like.store)
            return
        bootstrap(self.store)
        for crd in crds:
            self.store.create(crd)

    # Life

    def start(self, port: int = 0) -> None:
        """Serve on a free loopback port (or ``port``); returns when the server accepts."""
        self._host.start()
        try:
            self._host.run(self._open(port or self.port))
        except BaseException:
            self.stop()
            raise
        self._host.call(self._collector.work)

    def settle(self) -> None:
        """Do now, before ``start``, what the cluster does by itself behind the writes."""
        self._collector.work()

    def play_dead(self) -> None:
        """Take a port on which nothing listens, in place of ``start``."""
        self._unheard = socket.socket()
        self._unheard.bind(("127.0.0.1", 0))
        self.port = self._unheard.getsockname()[1]

    async def _open(self, port: int) -> None:
        server = web.Server(
            self._handle,
            request_factory=_request,
            # A watch whose client is gone ends at once, not with its next event.
            handler_cancellation=True,
            access_log=None,
            keepalive_timeout=3600,
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, ssl_context=self._host.tls)
        await site.start()
        self.port = self._runner.addresses[0][1]

    def stop(self) -> None:
        """Close every connection. The objects stay; ``start`` serves again."""
        if self._unheard is not None:
            self._unheard.close()
            self._unheard = None
        if self._runner is not None:
            self._host.run(self._close(self._runner), CLOSE_SECONDS)
            self._runner = None
        if self._own_host:
            self._host.stop()

    async def _close(self, runner: web.ServerRunner) -> None:
        for stream in list(self._streams):
            stream.cancel()
        await runner.cleanup()

    # What clients need

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def ca_pem(self) -> str:
        return self._host.ca_pem

    def token(self, user: str = "admin") -> str:
        """The bearer token of a user; raises KeyError for an unknown one."""
        for token, known in self._access.tokens.items():
            if known.name == user:
                return token
        raise KeyError(user)

    def add_user(self, name: str, groups: Iterable[str] = ()) -> str:
        """Make a token for a user; returns it."""
        token = secrets.token_urlsafe(24)
        self._access.tokens[token] = User(name, tuple(groups))
        return token

    def kubeconfig(self, user: str = "admin") -> str:
        """A kubeconfig with inline credentials, as YAML text."""
        cluster = {
            "server": self.url,
            "certificate-authority-data": b64encode(self.ca_pem.encode()).decode(),
        }
        context = {"cluster": self.name, "user": user}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": self.name, "cluster": cluster}],
            "users": [{"name": user, "user": {"token": self.token(user)}}],
            "contexts": [{"name": self.name, "context": context}],
            "current-context": self.name,
        }
        return yaml.safe_dump(config, sort_keys=False)

    def expire_history(self) -> None:
        """Forget the past: watches from older versions and continue tokens get 410."""
        self._store.expire()
        self._lists.forget()

    # Requests

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if self._delay:
            await asyncio.sleep(self._delay)
        try:
            body = await self._body(request)
            answer, warnings = self._routes.answer(request, body)
        except ApiError as error:
            return _encoded(Answer(error.code, error.status()), [])
        except Exception:
            _LOG.exception("%s %s failed", request.method, request.path)
            broken = ApiError(500, "InternalError", "Internal error occurred")
            return _encoded(Answer(500, broken.status()), [])
        if isinstance(answer, Watch):
            return await self._stream(request, answer)
        return _encoded(answer, warnings)

    async def _body(self, request: web.BaseRequest) -> bytes:
        try:
            return await request.read()
        except web.HTTPRequestEntityTooLarge as error:
            message = f"Request entity too large: limit is {LARGEST_BODY}"
            raise ApiError(413, "RequestEntityTooLarge", message) from error

    async def _stream(self, request: web.BaseRequest, watch: Watch) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        task = asyncio.current_task()
        assert task is not None
        self._streams.add(task)
        events = watch.stream()
        try:
            await response.prepare(request)
            async for lines in events:
                if lines:
                    await response.write(lines)
            await response.write_eof()
        except ConnectionError:
            pass
        finally:
            await events.aclose()
            self._streams.discard(task)
        return response


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: web.RequestHandler,
    writer: AbstractStreamWriter,
    task: "asyncio.Task[None]",
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(
        message, payload, protocol, writer, task, loop, client_max_size=LARGEST_BODY
    )


def _encoded(answer: Answer, warnings: list[str]) -> web.Response:
    body = answer.body
    if isinstance(body, str):
        body = body.encode()
    response = web.Response(
        status=answer.code,
        body=body if isinstance(body, bytes) else orjson.dumps(body),
        headers={"Content-Type": answer.content_type},
    )
    if answer.etag:
        response.headers["ETag"] = answer.etag
    for warning in warnings:
        text = warning.replace("\\", "\\\\").replace('"', '\\"')
        response.headers.add("Warning", f'299 - "{text}"')
    return response
