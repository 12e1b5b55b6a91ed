"""Health checks take turns: at most ten are at work, and one that hangs holds up nobody.

A check that says nothing for a second gives its turn to the next and is only waited for, until its
own time limit. So a hundred clusters that swallow every packet cost the others ten seconds once,
when all are asked for the first time, and nothing afterwards, when their breakers are open.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

AT_ONCE = 10
PATIENCE_SECONDS = 1.0


class Turns:
    """Shared by all clusters of one watch loop."""

    def __init__(self, at_once: int = AT_ONCE, patience: float = PATIENCE_SECONDS) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._patience = patience

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """Wait for a turn; it ends with the block, or earlier when the block takes long."""
        await self._free.acquire()
        early = asyncio.get_running_loop().call_later(self._patience, self._free.release)
        try:
            yield
        finally:
            if early.when() > asyncio.get_running_loop().time():
                early.cancel()
                self._free.release()
