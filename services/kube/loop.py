"""One asyncio loop in one thread, on which the watches of all clusters and kinds live.

A fleet of 300 clusters times 30 kinds is 9,000 open streams; as threads they would cost gigabytes,
as coroutines they cost a socket each. Nothing on this loop may block, and nobody outside waits for
it: results leave as published snapshots.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from services.kube.turns import Turns

TLS_BUFFER = 16 * 1024
"""Bytes; what one TLS record carries at most (RFC 8446, 5.1)."""

FIRST_READS = 8
FIRST_READ_SECONDS = 0.25
"""Clusters that are read for the first time at once, and how long one of them counts."""
LOOKUPS = 256
"""Names that are looked up at once, each in a thread. One that no name server answers holds its
thread for half a minute, whoever gave up waiting; with asyncio's own few, six of them held up all.
"""
PROBES = 10
PROBE_TURN_SECONDS = 1.0
"""Health checks at work at once, and how long one counts that gets no answer."""


class StreamLoop(asyncio.SelectorEventLoop):
    """An event loop for thousands of TLS connections that are silent most of the time.

    asyncio gives every TLS connection a read buffer of 256 KiB and zeroes it, which makes it
    resident: 2.3 GB for 9,000 streams. A smaller one costs a long list a few more turns. Where the
    hook is gone from a later Python, connections are as large as they were.
    """

    def _make_ssl_transport(self, *args: Any, **named: Any) -> asyncio.Transport:
        # asyncio's own hook, which its type stubs leave out.
        made: Any = super()._make_ssl_transport(*args, **named)  # type: ignore[misc]
        protocol = made._ssl_protocol
        protocol.max_size = TLS_BUFFER
        protocol._ssl_buffer = bytearray(TLS_BUFFER)
        protocol._ssl_buffer_view = memoryview(protocol._ssl_buffer)
        transport: asyncio.Transport = made
        return transport


class WatchLoop:
    """The thread and its loop. Started after the fork, stopped with everything still on it.

    ``probes`` and ``first_reads`` are how the health checks and the first lists of all clusters on
    it take turns.
    """

    def __init__(self) -> None:
        self.probes = Turns(PROBES, PROBE_TURN_SECONDS)
        self.first_reads = Turns(FIRST_READS, FIRST_READ_SECONDS)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lookups: ThreadPoolExecutor

    def start(self) -> None:
        """Start the thread; a second start changes nothing."""
        if self._thread is not None:
            return
        self._loop = StreamLoop()
        self._lookups = ThreadPoolExecutor(LOOKUPS, "kube-lookups")
        self._loop.set_default_executor(self._lookups)
        self._thread = threading.Thread(target=self._run, name="kube-watches", daemon=True)
        self._thread.start()

    def spawn(self, work: Coroutine[Any, Any, None]) -> "Future[None]":
        """Run ``work`` on the loop; cancelling the future cancels the work."""
        if self._loop is None:
            work.close()
            raise RuntimeError("the watch loop has not been started")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def call(self, function: Callable[[], object]) -> None:
        """Run ``function`` on the loop soon; ignored when there is no loop."""
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(function)

    def wait_turn(self, seconds: float) -> None:
        """Return when what the loop is at has ended, or after ``seconds``; not on the loop."""
        turned = threading.Event()
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(turned.set)
            turned.wait(seconds)

    def stop(self) -> None:
        """Cancel all that runs on the loop, wait until it has ended, join the thread."""
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is None or thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)

    def _run(self) -> None:
        loop = self._loop
        if loop is None:
            return
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
            self._lookups.shutdown(wait=False, cancel_futures=True)
            loop.close()


class Alarm:
    """A sleep on the loop that somebody else can cut short for all who sleep on it."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake everyone who sleeps now."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds`` or when the alarm rings."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
