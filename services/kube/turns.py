"""Turns: a few at a time, and none for long.

A hundred clusters that are asked all at once answer all at once, at the end; in turn, the first
answers are there at once. One that says nothing gives its turn to the next and is only waited for,
until its own time limit. So a hundred clusters that swallow every packet cost the others some
seconds once, when all are asked for the first time, and then nothing: their breakers are open.
"""

import asyncio
from collections.abc import Callable


class Turns:
    """``count`` at once, each for ``seconds`` at most; on one event loop."""

    def __init__(self, count: int, seconds: float) -> None:
        self._free = asyncio.Semaphore(count)
        self._seconds = seconds

    async def take(self) -> Callable[[], None]:
        """Wait for a turn. The returned function ends it; calling it again changes nothing."""
        await self._free.acquire()
        ended = False

        def end() -> None:
            nonlocal ended
            if not ended:
                ended = True
                timer.cancel()
                self._free.release()

        timer = asyncio.get_running_loop().call_later(self._seconds, end)
        return end
