"""One listener's bounded queue, and how many may listen at once.

Who publishes never waits for who listens: a full queue drops its oldest message, and the listener
is told how many it has lost when it next takes some.
"""

import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from services.auth.identity import Identity

T = TypeVar("T")


class Full(Exception):
    """As many listen as are accepted; the message says of what there are as many."""


class Seats:
    """Open sockets of every kind together: each holds a thread that requests then cannot have.

    ``limit`` is how many there are, ``each`` how many of them one identity may have.
    """

    def __init__(self, limit: int, each: int) -> None:
        self.limit, self.each = limit, each
        self._lock = threading.Lock()
        self._taken: Counter[tuple[str, str]] = Counter()

    @classmethod
    def of(cls, threads: int) -> "Seats":
        """Three quarters of the threads, the rest stays for requests; a quarter of those to each
        identity, which many share where there is one token for a team, and eight at least."""
        limit = threads * 3 // 4
        return cls(limit, max(limit // 4, 8))

    @contextmanager
    def take(self, who: Identity) -> Iterator[None]:
        """One of them for the length of the block. Raises Full."""
        with self._lock:
            if self._taken[who.account] >= self.each:
                raise Full(f"you have {self.each} sockets open")
            if self._taken.total() >= self.limit:
                raise Full("too many sockets are open")
            self._taken[who.account] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[who.account] -= 1
                self._taken += Counter()  # forgets who has none


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
