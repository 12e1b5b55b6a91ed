"""Promise: a watch of the definitions that ends at once is not taken up again at once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from ngf_operator.client import Api, Refused
from ngf_operator.served import Served
from ngf_operator.wanting import Obj

TURNS = 500


class Hasty(Api):
    """Ends each watch at once, with an error or without."""

    def __init__(self, error: Refused | None) -> None:
        self.error, self.watches = error, 0

    async def get(self, path: str, **options: Any) -> Obj:
        return {}

    async def pages(self, path: str, **options: Any) -> AsyncIterator[tuple[list[Obj], str]]:
        yield [], "1"

    async def watch(self, path: str, since: str, **options: Any) -> AsyncIterator[Obj]:
        self.watches += 1
        await asyncio.sleep(0)
        if self.error:
            raise self.error
        for event in ():
            yield event


@pytest.mark.parametrize("error", [None, Refused(410, "Expired", "too old")], ids=["end", "410"])
def test_a_watch_that_ends_at_once_is_no_busy_loop(error: Refused | None) -> None:
    assert asyncio.run(_watches(Hasty(error))) < TURNS / 50


async def _watches(api: Hasty) -> int:
    """How many were begun within so many turns of the loop."""
    following = asyncio.create_task(Served(api, lambda: None, 60.0).follow())
    for _ in range(TURNS):
        await asyncio.sleep(0)
    following.cancel()
    return api.watches
