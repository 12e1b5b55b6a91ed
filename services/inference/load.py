"""Load on an OpenAI-compatible endpoint: users that ask, read the stream to its end and ask again.

::

    user 1  ──ask──► first text ─ text ─ text ─ end ──ask──► ...
                  └─ TTFT ─┘└─ inter-token ─┘

Every user is a coroutine on one loop, whose own lateness is measured with the rest: when it is late
the numbers are those of this machine and not of the server. No prompt begins like another, so that
nothing of it is in the server's cache. At the end no more is asked; what is still under way then
gets a few seconds and is counted apart after that.
"""

import asyncio
import random
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from services.inference.reach import Reach
from services.inference.spread import Spread
from services.inference.streamed import complaint, piece
from services.kube.failures import cause

CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 60.0
"""Without a byte of an answer."""
DRAIN_SECONDS = 5.0
REQUESTS = 50_000
"""After which a run ends early: a server that answers at once would otherwise fill the memory."""
ANSWER_BYTES = 16 * 1024 * 1024
ERRORS = 20
"""Kinds of error that are told apart."""
SENTENCE = 200
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Seconds a user waits after one failure, after two in a row, and so on."""
_LAG_SECONDS = 0.02

_TEXT = (
    "the river takes a slow turn past old stone walls and on to open fields where tall grass moves"
    " with wind from far hills while small birds rise over warm roads near the quiet town"
)
_WORDS = tuple(_TEXT.split())
"""Each of them is one token to most models."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked, by how many and for how long. ``url`` is that of completions themselves."""

    url: str
    model: str
    users: int
    seconds: int
    prompt_tokens: int
    max_tokens: int
    reach: Reach
    api_key: str = field(default="", repr=False)

    @property
    def chat(self) -> bool:
        """Whether the endpoint takes messages instead of a prompt."""
        return self.url.endswith("/chat/completions")


@dataclass(slots=True)
class Second:
    """What happened within one second of the run."""

    ended: int = 0
    failed: int = 0
    pieces: int = 0
    ttft_sum: float = 0.0
    ttft_count: int = 0


class Broken(Exception):
    """A request that did not end well: a short code, and the server's or the network's words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Load:
    """One run and what it has measured so far, in ms; other threads may read while it runs."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.started = self.ended = self.failed = self.in_flight = self.unfinished = 0
        self.ttft, self.gaps, self.whole, self.lag = Spread(), Spread(), Spread(), Spread()
        self.pieces = self.answer_tokens = self.prompt_tokens = self.told = 0
        self.errors: dict[tuple[str, str], int] = {}
        self.seconds: list[Second] = [Second()]
        self.addresses: set[str] = set()
        self._began = time.perf_counter()
        self._took: float | None = None
        self._random = random.Random()  # noqa: S311 (draws prompts; nothing is secret)

    @property
    def elapsed(self) -> float:
        """Seconds since it began, or that it took."""
        return self._took if self._took is not None else time.perf_counter() - self._began

    async def run(self) -> None:
        """Until the time is over; cancelling it keeps what was measured."""
        self._began = time.perf_counter()
        limits = aiohttp.ClientTimeout(
            total=None, connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS
        )
        connector = aiohttp.TCPConnector(
            limit=0, resolver=_Resolver(self.plan.reach, self.addresses)
        )
        headers = {"Authorization": f"Bearer {self.plan.api_key}"} if self.plan.api_key else {}
        watching = asyncio.create_task(self._watch_the_loop())
        try:
            async with aiohttp.ClientSession(
                connector=connector, timeout=limits, headers=headers
            ) as session:
                users = [asyncio.create_task(self._user(session)) for _ in range(self.plan.users)]
                try:
                    await asyncio.wait(users, timeout=self.plan.seconds + DRAIN_SECONDS)
                finally:
                    self._took = min(self.elapsed, float(self.plan.seconds))
                    self.unfinished = self.in_flight
                    for user in users:
                        user.cancel()
                    await asyncio.gather(*users, return_exceptions=True)
        finally:
            watching.cancel()

    async def _user(self, session: aiohttp.ClientSession) -> None:
        failures = 0
        while self._wants_more():
            try:
                with self._under_way():
                    await self._ask(session)
                failures = 0
                self.ended += 1
                self._now.ended += 1
            except Broken as error:
                self._failed(error.code, error.message)
                pause = PAUSES[min(failures, len(PAUSES) - 1)]
                failures += 1
                left = self.plan.seconds - self.elapsed
                await asyncio.sleep(min(pause, max(0.0, left)))

    def _wants_more(self) -> bool:
        return self.elapsed < self.plan.seconds and self.started < REQUESTS

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        self.started += 1
        self.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1

    async def _ask(self, session: aiohttp.ClientSession) -> None:
        """One request to its end. Raises Broken."""
        began = time.perf_counter()
        try:
            async with session.post(
                self.plan.url, json=self._body(), allow_redirects=False
            ) as response:
                if response.status != 200:
                    raise await _refusal(response)
                if response.content_type != "text/event-stream":
                    raise Broken("not_streamed", f"it answers with {response.content_type}")
                await self._follow(response, began)
        except aiohttp.ConnectionTimeoutError as error:
            raise Broken("connect", f"no connection within {CONNECT_SECONDS:g} s") from error
        except TimeoutError as error:
            raise Broken("timeout", f"no byte for {SILENCE_SECONDS:g} s") from error
        except aiohttp.ClientConnectorError as error:
            raise Broken("connect", cause(error)) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Broken("connection", cause(error)) from error
        except ValueError as error:  # of a line that is too long, or no JSON
            raise Broken("stream", "the stream cannot be read") from error

    async def _follow(self, response: aiohttp.ClientResponse, began: float) -> None:
        last: float | None = None
        pieces = size = 0
        finished = False
        usage: tuple[int | None, int | None] | None = None
        async for line in response.content:
            size += len(line)
            if size > ANSWER_BYTES:
                raise Broken("stream", "the answer is over 16 MiB")
            event = piece(line)
            if event.error:
                raise Broken(*event.error)
            finished = finished or event.finished
            usage = event.usage or usage
            if event.text:
                now = time.perf_counter()
                if last is None:
                    self._first(now - began)
                else:
                    self.gaps.add(1000 * (now - last))
                last, pieces = now, pieces + 1
                self._now.pieces += 1
        if not finished or last is None:
            raise Broken("incomplete", "the stream ended early" if last else "no text came")
        self._answered(1000 * (last - began), pieces, usage)

    def _first(self, seconds: float) -> None:
        self.ttft.add(1000 * seconds)
        self._now.ttft_sum += 1000 * seconds
        self._now.ttft_count += 1

    def _answered(
        self, took: float, pieces: int, usage: tuple[int | None, int | None] | None
    ) -> None:
        """An answer that came to its end; its tokens are the server's count, else its pieces."""
        self.whole.add(took)
        prompt, answer = usage or (None, None)
        self.pieces += pieces
        self.answer_tokens += pieces if answer is None else answer
        self.told += answer is not None
        self.prompt_tokens += prompt or 0

    def _failed(self, code: str, message: str) -> None:
        self.failed += 1
        self._now.failed += 1
        key = (code[:40], _without(message, self.plan.api_key)[:SENTENCE])
        if key not in self.errors and len(self.errors) >= ERRORS:
            key = ("other", "more kinds of errors than are told apart")
        self.errors[key] = self.errors.get(key, 0) + 1

    @property
    def _now(self) -> Second:
        """What happens now belongs to this second; after the last one it belongs to none."""
        at = int(self.elapsed)
        if at >= self.plan.seconds:
            return Second()
        while len(self.seconds) <= at:
            self.seconds.append(Second())
        return self.seconds[at]

    def _body(self) -> dict[str, Any]:
        words = [str(self._random.getrandbits(32))]
        words += self._random.choices(_WORDS, k=max(0, self.plan.prompt_tokens - 1))
        prompt = " ".join(words)
        asked: dict[str, Any] = (
            {"messages": [{"role": "user", "content": prompt}]}
            if self.plan.chat
            else {"prompt": prompt}
        )
        return {
            "model": self.plan.model,
            **asked,
            "max_tokens": self.plan.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }

    async def _watch_the_loop(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_LAG_SECONDS)
            self.lag.add(1000 * (time.perf_counter() - before - _LAG_SECONDS))


class _Resolver(aiohttp.abc.AbstractResolver):
    """Looks names up and gives no address that the console does not call; what is connected to is
    what was looked up here."""

    def __init__(self, reach: Reach, found: set[str]) -> None:
        self._inner = aiohttp.ThreadedResolver()
        self._reach, self._found = reach, found

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for one in found:
            if problem := self._reach.problem_of(one["host"], host):
                raise OSError(f"its address {problem}")
        self._found.update(one["host"] for one in found)
        return found

    async def close(self) -> None:
        await self._inner.close()


async def _refusal(response: aiohttp.ClientResponse) -> Broken:
    """What the server says of a status that is none of success: its own sentence, never a page."""
    body: Any = None
    with suppress(orjson.JSONDecodeError):
        body = orjson.loads(await response.content.read(64 * 1024))
    _, message = complaint(body, "")
    return Broken(str(response.status), message or response.reason or "")


def _without(message: str, secret: str) -> str:
    """A server may repeat the credential it was sent."""
    return message.replace(secret, "***") if secret else message
