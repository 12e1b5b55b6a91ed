"""Promise: who cannot renew the Lease ends before another replica may begin."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from ngf_operator.client import Api, Unreachable
from ngf_operator.leader import Leader, Lost

Obj = dict[str, Any]
LASTS_S = 3.0


class Silent(Api):
    """Grants the Lease once; after that ``answers`` says what becomes of a call."""

    def __init__(self, answers: Callable[[], Awaitable[Obj]]) -> None:
        self._answers, self._granted = answers, False

    async def call(self, verb: str, *_: Any, **__: Any) -> Obj:
        if self._granted:
            return await self._answers()
        self._granted = verb == "update"
        return {"metadata": {"name": "operator"}, "spec": {}}


async def _never() -> Obj:
    await asyncio.Event().wait()
    return {}


async def _unreachable() -> Obj:
    raise Unreachable("The API server cannot be reached: refused")


@pytest.mark.parametrize("answers", [_never, _unreachable])
def test_a_holder_that_is_not_answered_ends_in_time(
    answers: Callable[[], Awaitable[Obj]],
) -> None:
    async def keeps() -> float:
        leader = Leader(Silent(answers), "shop", "operator", "one", LASTS_S)
        began = time.monotonic()
        await leader.acquire()
        with pytest.raises(Lost, match="in time"):
            await leader.keep()
        assert not leader.leads
        return time.monotonic() - began

    assert asyncio.run(keeps()) < LASTS_S, "another one may have begun"
