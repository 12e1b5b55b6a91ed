"""Promise: a key is worked on once at a time, for all its reasons, and again after trouble."""

import asyncio
from collections.abc import Awaitable, Callable

from ngf_operator.queueing import Queue

Work = Callable[[str, set[str]], Awaitable[float | None]]


async def served(work: Work, do: Callable[[Queue[str]], Awaitable[None]]) -> None:
    """Do something while two workers run."""
    queue = Queue(work)
    workers = asyncio.create_task(queue.run(2))
    try:
        async with asyncio.timeout(20):
            await do(queue)
    finally:
        workers.cancel()


def test_reasons_add_up_while_a_key_waits_and_while_it_is_worked_on() -> None:
    runs: list[set[str]] = []
    busy, free = asyncio.Event(), asyncio.Event()

    async def work(key: str, why: set[str]) -> float | None:
        runs.append(why)
        busy.set()
        await free.wait()
        return None

    async def do(queue: Queue[str]) -> None:
        queue.add("a", "one")
        queue.add("a", "two")
        await busy.wait()
        queue.add("a", "three")
        queue.add("a", "four")
        assert len(runs) == 1, "no second worker takes a key that is worked on"
        free.set()
        while len(runs) < 2:
            await asyncio.sleep(0)

    asyncio.run(served(work, do))
    assert runs == [{"one", "two"}, {"three", "four"}]


def test_what_fails_is_tried_again_for_the_same_reasons() -> None:
    runs: list[set[str]] = []
    done = asyncio.Event()

    async def work(key: str, why: set[str]) -> float | None:
        runs.append(why)
        if len(runs) == 1:
            raise RuntimeError("busy")
        done.set()
        return None

    async def do(queue: Queue[str]) -> None:
        queue.add("a", "changed")
        await done.wait()

    asyncio.run(served(work, do))
    assert runs == [{"changed"}, {"changed", "retry"}]


def test_a_key_comes_again_when_it_is_due_and_an_earlier_date_wins() -> None:
    runs: list[set[str]] = []
    done = asyncio.Event()

    async def work(key: str, why: set[str]) -> float | None:
        runs.append(why)
        if len(runs) == 2:
            done.set()
            return None
        return 3600.0

    async def do(queue: Queue[str]) -> None:
        queue.add("a", "changed")
        while not runs:
            await asyncio.sleep(0)
        queue.add("a", "seen", 0.01)
        await done.wait()

    asyncio.run(served(work, do))
    assert runs == [{"changed"}, {"seen"}], "the timer has not come yet"


def test_the_timer_comes_at_its_date_however_much_news_there_is() -> None:
    runs: list[set[str]] = []

    async def work(key: str, why: set[str]) -> float | None:
        runs.append(why)
        return 0.2

    async def do(queue: Queue[str]) -> None:
        queue.add("a", "changed")
        while not any("timer" in why for why in runs):
            queue.add("a", "seen")
            await asyncio.sleep(0.01)

    asyncio.run(served(work, do))
    assert {"seen"} in runs


def test_a_run_does_what_was_gathered_for_later_as_well() -> None:
    runs: list[set[str]] = []

    later = asyncio.Event()

    async def work(key: str, why: set[str]) -> float | None:
        if key == "later":
            later.set()
        else:
            runs.append(why)
        return 3600.0

    async def do(queue: Queue[str]) -> None:
        queue.add("a", "seen", 0.01)
        queue.add("a", "changed")
        queue.add("later", "seen", 0.02)
        await later.wait()

    asyncio.run(served(work, do))
    assert runs == [{"changed", "seen"}]
