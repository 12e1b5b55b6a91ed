"""Who listens, what is sent, what is dropped.

Producers (watch caches, jobs) publish from their own threads and must never wait for a reader, so
each subscription is a bounded queue that drops its oldest message when full: a message says *that*
something changed and the reader fetches what it is now, hence a lost one costs nothing when a later
one arrives. ``close`` wakes every reader with the end of the stream, so that a terminating process
does not sit out its sockets.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from services.auth.identity import Identity
from services.realtime.subscription import Seats, Subscription

QUEUE = 1_000
"""Messages a reader may fall behind before its oldest are dropped."""


@dataclass(frozen=True, slots=True)
class Message:
    """What was published: a topic and a JSON-able payload."""

    topic: str
    payload: dict[str, Any]


class Hub:
    """Hands every published message to every open subscription.

    ``seats`` are those of all sockets, of which other hubs may take some.
    """

    def __init__(self, seats: Seats, queue: int = QUEUE) -> None:
        self.seats = seats
        self._queue = queue
        self._lock = threading.Lock()
        self._subscriptions: frozenset[Subscription[Message]] = frozenset()
        self._closed = False

    def __len__(self) -> int:
        return len(self._subscriptions)

    def publish(self, topic: str, payload: dict[str, Any]) -> None:
        """Queue the message for everyone; returns at once whatever the readers do."""
        message = Message(topic, payload)
        for subscription in self._subscriptions:
            subscription.put(message)

    @contextmanager
    def subscribe(self, who: Identity) -> Iterator[Subscription[Message]]:
        """A subscription for the length of the block. Raises Full."""
        subscription: Subscription[Message] = Subscription(self._queue)
        with self.seats.take(who):
            with self._lock:
                self._subscriptions |= {subscription}
                if self._closed:
                    subscription.end()
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
            subscription.end()
