"""Health, readiness and metrics, served by the loop that does the work: a stuck one is silent."""

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest


class CannotServe(Exception):
    """The address cannot be listened on; the text says why."""


class Health:
    """Serves ``/healthz``, ``/readyz`` and ``/metrics`` inside an ``async with``.

    ``missing`` answers, one sentence each, what keeps the operator from working; ``notes`` what it
    works without. Raises CannotServe where it cannot listen.
    """

    def __init__(
        self,
        bind: str,
        port: int,
        registry: CollectorRegistry,
        missing: Callable[[], list[str]],
        notes: Callable[[], list[str]],
    ) -> None:
        self._bind, self._port, self._registry = bind, port, registry
        self._missing, self._notes = missing, notes
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> "Health":
        app = web.Application()
        app.router.add_get("/healthz", self._live)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        host = self._bind or None  # None: every address of both families
        try:
            await web.TCPSite(self._runner, host, self._port, reuse_address=True).start()
        except OSError as error:
            await self._runner.cleanup()
            raise CannotServe(str(error)) from None
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner:
            await self._runner.cleanup()

    @property
    def port(self) -> int:
        """Where it listens, also when any free port was asked for."""
        addresses = self._runner.addresses if self._runner else []
        return int(addresses[0][1]) if addresses else self._port

    async def _live(self, request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _ready(self, request: web.Request) -> web.Response:
        missing = self._missing()
        lines = [*missing, *self._notes()] or ["ok"]
        return web.Response(
            text="".join(f"{line}\n" for line in lines), status=503 if missing else 200
        )

    async def _metrics(self, request: web.Request) -> web.Response:
        text = generate_latest(self._registry)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})
