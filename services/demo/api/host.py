"""What demo clusters run on: a thread with an event loop, and an authority for loopback.

One host serves any number of clusters. Their servers differ in port and content only, so that a
fleet of a hundred costs one thread, one certificate and one TLS context.
"""

import asyncio
import ssl
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

from services.demo.api import certificates
from services.kube.loop import StreamLoop

T = TypeVar("T")
STOP_SECONDS = 10.0


class Host:
    """Serves nothing by itself; clusters run their work on it. Safe to use from any thread."""

    def __init__(self, name: str = "demo") -> None:
        self.name = name
        self._certificate = certificates.loopback(name)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self.tls = self._server_context()

    @property
    def ca_pem(self) -> str:
        """The authority that clients have to trust."""
        return self._certificate.ca

    def start(self) -> None:
        """Start the thread; a second start changes nothing."""
        if self._loop is None:
            self._loop = StreamLoop()
            self._thread = Thread(target=self._run, name=f"demo-api-{self.name}", daemon=True)
            self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], seconds: float | None = None) -> T:
        """The result of ``work``, done on the loop. Raises what it raises, and TimeoutError."""
        if self._loop is None:
            work.close()
            raise RuntimeError("the host has not been started")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def call(self, function: Callable[[], object]) -> None:
        """Run ``function`` on the loop soon; ignored while there is none."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(function)

    def stop(self) -> None:
        """End the thread; ``start`` makes another."""
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(STOP_SECONDS)

    def _run(self) -> None:
        loop = self._loop
        if loop is not None:
            asyncio.set_event_loop(loop)
            loop.run_forever()
            loop.run_until_complete(_end_all(asyncio.all_tasks(loop)))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    def _server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "server.pem")
            path.touch(0o600)
            path.write_text(self._certificate.certificate + self._certificate.key)
            context.load_cert_chain(path)
        return context


async def _end_all(tasks: set[asyncio.Task[Any]]) -> None:
    """Cancel what still runs, and let it clean up while there is a loop."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
