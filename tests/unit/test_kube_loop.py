"""Promise: thousands of idle watches fit into a small process, and clusters are read in turn."""

import asyncio
import ssl
import tracemalloc

from services.demo.api import DemoApi
from services.kube.loop import StreamLoop
from services.kube.turns import Turns

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


def test_clusters_take_turns_and_one_that_hangs_holds_up_nobody() -> None:
    async def order() -> list[str]:
        turns, seen = Turns(1, 0.02), []
        end = await turns.take()
        seen.append("first")
        waiting = asyncio.create_task(turns.take())
        await asyncio.sleep(0)
        assert not waiting.done()
        end()
        await waiting  # and never ends its turn
        seen.append("hangs")
        async with asyncio.timeout(5):
            (await turns.take())()
        seen.append("last")
        end()  # a second time: nobody gains a turn by it
        await turns.take()
        waiting = asyncio.create_task(turns.take())
        await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()
        return seen

    assert asyncio.run(order()) == ["first", "hangs", "last"]


def test_all_turns_are_given_out_at_once_and_no_more() -> None:
    async def given() -> int:
        turns, taken = Turns(3, 60), 0

        async def take() -> None:
            nonlocal taken
            await turns.take()
            taken += 1

        waiting = [asyncio.create_task(take()) for _ in range(5)]
        for _ in range(5):
            await asyncio.sleep(0)
        for one in waiting:
            one.cancel()
        return taken

    assert asyncio.run(given()) == 3


def test_who_gives_up_waiting_takes_no_turn_away() -> None:
    async def taken() -> bool:
        turns = Turns(1, 60)
        end = await turns.take()
        given_up, next_one = (asyncio.create_task(turns.take()) for _ in range(2))
        await asyncio.sleep(0)
        given_up.cancel()
        end()
        async with asyncio.timeout(5):
            await next_one
        return given_up.cancelled()

    assert asyncio.run(taken())
