"""One listener's bounded queue, and how many may listen at once.

Who publishes never waits for who listens: a full queue drops its oldest message, and the listener
is told how many it has lost when it next takes some.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Full(Exception):
    """As many listen as are accepted."""


class Seats:
    """Open sockets of every kind together: each holds a thread that requests then cannot have."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken = 0
        self._lock = threading.Lock()

    @contextmanager
    def take(self) -> Iterator[None]:
        """One of them for the length of the block. Raises Full."""
        with self._lock:
            if self.taken >= self.limit:
                raise Full
            self.taken += 1
        try:
            yield
        finally:
            with self._lock:
                self.taken -= 1


class Subscription(Generic[T]):
    """One listener's queue of at most ``size`` messages. Only its own thread reads it."""

    def __init__(self, size: int) -> None:
        self._messages: deque[T] = deque(maxlen=size)
        self._filled = threading.Condition()
        self._closed = False
        self._lost = 0

    @property
    def closed(self) -> bool:
        """Whether the stream has ended; what was queued before can still be taken."""
        return self._closed

    def take(self, timeout: float | None = None) -> list[T]:
        """Everything queued, waiting up to ``timeout`` seconds for a first message.

        Empty when the time is up or the stream has ended.
        """
        return self.take_counted(timeout)[1]

    def take_counted(self, timeout: float | None = None) -> tuple[int, list[T]]:
        """As ``take``, with how many messages were dropped before these, since the last call."""
        with self._filled:
            self._filled.wait_for(lambda: self._messages or self._closed, timeout)
            messages, lost = list(self._messages), self._lost
            self._messages.clear()
            self._lost = 0
        return lost, messages

    def wait_closed(self, timeout: float) -> bool:
        """Wait until the stream ends or ``timeout`` seconds pass; messages keep queueing."""
        with self._filled:
            return self._filled.wait_for(lambda: self._closed, timeout)

    def put(self, message: T) -> bool:
        """Queue a message; False when the oldest one had to go for it."""
        with self._filled:
            kept = len(self._messages) != self._messages.maxlen
            self._lost += not kept
            self._messages.append(message)
            self._filled.notify()
        return kept

    def end(self) -> None:
        """Nothing comes any more; who waits wakes."""
        with self._filled:
            self._closed = True
            self._filled.notify()
