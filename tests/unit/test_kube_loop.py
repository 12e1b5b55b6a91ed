"""Promise: an idle watch is cheap: thousands of open TLS connections fit into a small process."""

import asyncio
import ssl
import tracemalloc

from services.demo.api import DemoApi
from services.kube.loop import StreamLoop

CONNECTIONS = 20
LARGEST = 64 * 1024
"""Bytes that both ends of an idle connection may take together; asyncio's own take 512 KiB."""


async def grown(port: int, context: ssl.SSLContext) -> float:
    """Bytes that a connection costs, both ends in this process."""
    opened = [await asyncio.open_connection("127.0.0.1", port, ssl=context)]
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(CONNECTIONS):
        opened.append(await asyncio.open_connection("127.0.0.1", port, ssl=context))
    after, _ = tracemalloc.get_traced_memory()
    for _, writer in opened:
        writer.close()
        await writer.wait_closed()
    return (after - before) / CONNECTIONS


def test_an_idle_connection_keeps_small_buffers_on_both_ends() -> None:
    api = DemoApi("small")
    api.start()
    context = ssl.create_default_context(cadata=api.ca_pem)
    tracemalloc.start()
    try:
        with asyncio.Runner(loop_factory=StreamLoop) as runner:
            assert runner.run(grown(api.port, context)) < LARGEST
    finally:
        tracemalloc.stop()
        api.stop()
