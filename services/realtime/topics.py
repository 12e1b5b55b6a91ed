"""Live topics: what is asked again and again is asked once for everybody who listens to the same.

A *topic* has a source, which answers what is new since a cursor. While somebody listens to a topic
in a scope, one producer asks it and hands each message, written once, to all of these listeners;
with the last of them it ends. A listener that is too slow loses its oldest messages and learns how
many (:mod:`services.realtime.subscription`). What a source cannot answer is said once, and so is
that it answers again.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from services.auth.identity import Identity
from services.errors import ConsoleError, NotFound
from services.realtime.scope import Scope
from services.realtime.subscription import Full, Seats, Subscription

QUEUE = 1_000
"""Messages a listener may fall behind before its oldest are dropped."""
LASTING = 2
"""The same where each says all there is: the last one, and why none comes at the moment."""
AT_ONCE = 8
"""Sources that are asked at the same time, however many scopes are listened to."""
EACH = 32
"""Topics, each in a scope, that one identity may listen to: every one is asked again and again."""
REST_S = 15.0
"""Longest pause before a source that failed is asked again."""

Source = Callable[[Scope, Any], tuple[Sequence[Any], Any]]
"""What is new in a scope since a cursor (None: nothing, begin here), and the next cursor. Each item
is the ``data`` of one message. Raises ConsoleError."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Topic:
    """A source and how often it is asked, in seconds.

    Messages of a ``lasting`` topic say all there is: who comes later hears the last one first.
    """

    name: str
    source: Source
    interval: float
    lasting: bool = False


@dataclass(slots=True)
class Count:
    """What became of the messages of one topic; ``closed`` is sockets by why they ended."""

    sent: int = 0
    lost: int = 0
    closed: Counter[str] = field(default_factory=Counter)


class Topics:
    """Every topic, its producers and its listeners. ``seats`` are shared with other sockets."""

    def __init__(self, topics: Iterable[Topic], seats: Seats, queue: int = QUEUE) -> None:
        self._topics = {topic.name: topic for topic in topics}
        self._seats = seats
        self._queue = queue
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._producers: dict[tuple[str, Scope], _Producer] = {}
        self._closed = False
        self.counts: Mapping[str, Count] = {name: Count() for name in self._topics}

    def topic(self, name: str) -> Topic:
        """One topic. Raises NotFound with the names that there are."""
        try:
            return self._topics[name]
        except KeyError:
            known = sorted(self._topics)
            raise NotFound(
                f"There is no topic {name}; there are {', '.join(known)}.", topics=known
            ) from None

    @contextmanager
    def listen(self, name: str, scope: Scope, who: Identity) -> Iterator[Subscription[str]]:
        """Messages of a topic for the length of the block. Raises NotFound, and Full."""
        topic = self.topic(name)
        subscription: Subscription[str] = Subscription(LASTING if topic.lasting else self._queue)
        with self._seats.take(who):
            with self._lock:
                producer = self._producers.get((name, scope))
                if producer is None or not producer.is_heard_by(who):
                    self._check_room(who)
                if producer is None:
                    producer = _Producer(topic, scope, self._turns)
                    self._producers[name, scope] = producer
                producer.join(subscription, who)
                if self._closed:
                    subscription.end()
            try:
                yield subscription
            finally:
                with self._lock:
                    if not producer.leave(subscription):
                        del self._producers[name, scope]

    def _check_room(self, who: Identity) -> None:
        if sum(one.is_heard_by(who) for one in self._producers.values()) >= EACH:
            raise Full(f"you listen to {EACH} topics and scopes")

    def note(self, name: str, *, sent: int = 0, lost: int = 0, closed: str = "") -> None:
        """Count what became of messages, or of a socket."""
        with self._lock:
            count = self.counts[name]
            count.sent += sent
            count.lost += lost
            if closed:
                count.closed[closed] += 1

    def listening(self) -> dict[str, tuple[int, int]]:
        """Of each topic how many listen, and in how many scopes."""
        with self._lock:
            found = dict.fromkeys(self._topics, (0, 0))
            for (name, _), producer in self._producers.items():
                listeners, scopes = found[name]
                found[name] = listeners + len(producer), scopes + 1
        return found

    def close(self) -> None:
        """End every stream, now and of later listeners."""
        with self._lock:
            self._closed = True
            producers = list(self._producers.values())
        for producer in producers:
            producer.close()


class _Producer:
    """Asks one source in one scope from the first listener to the last."""

    def __init__(self, topic: Topic, scope: Scope, turns: threading.Semaphore) -> None:
        self._topic, self._scope, self._turns = topic, scope, turns
        self._lock = threading.Lock()
        self._listeners: Mapping[Subscription[str], Identity] = {}
        self._ended = threading.Event()
        self._last = ""
        self._problem = ""
        threading.Thread(target=self._run, name=f"topic-{topic.name}", daemon=True).start()

    def __len__(self) -> int:
        return len(self._listeners)

    def is_heard_by(self, who: Identity) -> bool:
        return any(one.account == who.account for one in self._listeners.values())

    def join(self, listener: Subscription[str], who: Identity) -> None:
        with self._lock:
            self._listeners = {**self._listeners, listener: who}
            if self._last:
                listener.put(self._last)
            if self._problem:
                listener.put(self._message(None, problem=self._problem))

    def leave(self, listener: Subscription[str]) -> int:
        """How many are left; with none it ends."""
        with self._lock:
            left = {one: who for one, who in self._listeners.items() if one is not listener}
            self._listeners = left
            if not self._listeners:
                self._ended.set()
            return len(self._listeners)

    def close(self) -> None:
        self._ended.set()
        for listener in self._listeners:
            listener.end()

    def _run(self) -> None:
        cursor: Any = None
        pause = self._topic.interval
        while not self._ended.is_set():
            try:
                with self._turns:
                    items, cursor = self._topic.source(self._scope, cursor)
                pause = self._topic.interval
                self._tell(items)
            except Exception as error:
                pause = min(2 * max(pause, self._topic.interval), REST_S)
                self._fail(error)
            self._ended.wait(pause)

    def _fail(self, error: Exception) -> None:
        if self._ended.is_set():
            return
        if isinstance(error, ConsoleError):
            problem = error.message
        else:
            _log.error("a source failed", topic=self._topic.name, exc_info=error)
            problem = "The console failed to read this; its log has the cause."
        with self._lock:
            if problem != self._problem:
                self._problem = problem
                self._hand_out(self._message(None, problem=problem))

    def _tell(self, items: Sequence[Any]) -> None:
        with self._lock:
            if self._problem:
                self._problem = ""
                self._hand_out(self._message(None, problem=None))
            for item in items:
                text = self._message(item)
                if self._topic.lasting:
                    self._last = text
                self._hand_out(text)

    def _hand_out(self, text: str) -> None:
        for listener in self._listeners:
            listener.put(text)

    def _message(self, data: Any, **more: Any) -> str:
        return envelope(self._topic.name, data=data, **more)


def envelope(topic: str, **content: Any) -> str:
    """A message as it is sent: its topic, when it was written, and what it says."""
    written = {"topic": topic, "timestamp": datetime.now(UTC), **content}
    return orjson.dumps(written, option=orjson.OPT_UTC_Z).decode()
