"""How long to wait before something that ended too soon is begun again."""

import asyncio
import random

SHORTEST_S, LONGEST_S = 0.5, 30.0
LASTED_S = 5.0
"""What ends sooner is not taken up again at once."""


async def longer(pause: float) -> float:
    """Wait about that long; how long to wait the next time."""
    await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - nothing secret
    return min(pause * 2, LONGEST_S)
