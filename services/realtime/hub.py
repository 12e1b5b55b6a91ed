"""Who listens, what is sent, what is dropped.

Producers (watch caches, jobs) publish from their own threads and must never wait for a reader, so
each subscription is a bounded queue that drops its oldest message when full: a message says *that*
something changed and the reader fetches what it is now, hence a lost one costs nothing when a later
one arrives. ``close`` wakes every reader with the end of the stream, so that a terminating process
does not sit out its sockets.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

QUEUE = 1_000
"""Messages a reader may fall behind before its oldest are dropped."""


@dataclass(frozen=True, slots=True)
class Message:
    """What was published: a topic and a JSON-able payload."""

    topic: str
    payload: dict[str, Any]


class Full(Exception):
    """The hub has as many subscriptions as it accepts."""


class Subscription:
    """One reader's queue. Only its own thread reads it."""

    def __init__(self, size: int) -> None:
        self._messages: deque[Message] = deque(maxlen=size)
        self._filled = threading.Condition()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the stream has ended; what was queued before can still be taken."""
        return self._closed

    def take(self, timeout: float | None = None) -> list[Message]:
        """Everything queued, waiting up to ``timeout`` seconds for a first message.

        Empty when the time is up or the stream has ended.
        """
        with self._filled:
            self._filled.wait_for(lambda: self._messages or self._closed, timeout)
            messages = list(self._messages)
            self._messages.clear()
        return messages

    def wait_closed(self, timeout: float) -> bool:
        """Wait until the stream ends or ``timeout`` seconds pass; messages keep queueing."""
        with self._filled:
            return self._filled.wait_for(lambda: self._closed, timeout)

    def _put(self, message: Message) -> None:
        with self._filled:
            self._messages.append(message)
            self._filled.notify()

    def _end(self) -> None:
        with self._filled:
            self._closed = True
            self._filled.notify()


class Hub:
    """Hands every published message to every open subscription."""

    def __init__(self, limit: int = 400, queue: int = QUEUE) -> None:
        self._limit = limit
        self._queue = queue
        self._lock = threading.Lock()
        self._subscriptions: frozenset[Subscription] = frozenset()
        self._closed = False

    def __len__(self) -> int:
        return len(self._subscriptions)

    def publish(self, topic: str, payload: dict[str, Any]) -> None:
        """Queue the message for everyone; returns at once whatever the readers do."""
        message = Message(topic, payload)
        for subscription in self._subscriptions:
            subscription._put(message)

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        """A subscription for the length of the block. Raises Full above the limit."""
        subscription = Subscription(self._queue)
        with self._lock:
            if len(self._subscriptions) >= self._limit:
                raise Full
            self._subscriptions |= {subscription}
            if self._closed:
                subscription._end()
        try:
            yield subscription
        finally:
            with self._lock:
                self._subscriptions -= {subscription}

    def close(self) -> None:
        """End every stream, now and of later subscribers."""
        with self._lock:
            self._closed = True
            subscriptions = self._subscriptions
        for subscription in subscriptions:
            subscription._end()
