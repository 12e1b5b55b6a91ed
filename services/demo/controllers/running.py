"""Runs the controllers: a change wakes those that it concerns, and time those that wait for it."""

import heapq
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count

from services.demo.api import ApiError
from services.demo.api.seeding import Seeding
from services.demo.api.store import Change
from services.demo.controllers.cluster import Cluster, Key
from services.demo.seed.objects import Obj

_LOG = logging.getLogger(__name__)
AT_ONCE = 0.05
"""Seconds until a change is acted on, so that what comes together is answered together."""
RETRY = 1.0
STOP = 10.0


@dataclass(frozen=True, slots=True)
class Controller:
    """``follows`` has for each kind (group, plural) which keys of the controller a change there
    concerns. ``act`` does for one key what is to be done now, and says in how many seconds there
    is more to do (None: when something changes)."""

    follows: Mapping[tuple[str, str], Callable[[Cluster, Obj], Sequence[Key]]]
    act: Callable[[Cluster, Key], float | None]


@dataclass(frozen=True, slots=True)
class _Work:
    cluster: str
    controller: Controller
    key: Key

    @property
    def place(self) -> tuple[str, int, Key]:
        return self.cluster, id(self.controller), self.key


class Controllers:
    """The controllers of any number of clusters, on one thread."""

    def __init__(self, controllers: Sequence[Controller]) -> None:
        self._controllers = controllers
        self._clusters: dict[str, Cluster] = {}
        self._changes: deque[tuple[str, tuple[str, str], Obj]] = deque()
        self._due: list[tuple[float, int, _Work]] = []
        self._first: dict[tuple[str, int, Key], float] = {}
        self._number = count()
        self._clock: Callable[[], float] = time.time
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="demo-controllers", daemon=True)

    def follow(self, name: str, store: Seeding) -> None:
        """Act from now on for what comes to be on a cluster."""
        self._clusters[name] = Cluster(store, lambda: self._clock())
        kinds = frozenset(kind for one in self._controllers for kind in one.follows)
        store.follow_objects(kinds, partial(self._note, name))

    def start(self) -> None:
        """Act as time passes."""
        self._thread.start()

    def stop(self) -> None:
        """Act no more."""
        self._ended.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(STOP)

    def settle(self, begin: float, seconds: float) -> None:
        """Before ``start``: act as if it were ``begin`` (seconds since 1970) and so many seconds
        after, without waiting for them."""
        now = begin
        self._clock = lambda: now
        self._sort_in()
        while self._due and self._due[0][0] <= begin + seconds:
            now = max(now, self._due[0][0])
            self._act_once()
            self._sort_in()
        self._clock = time.time

    def _note(self, cluster: str, kind: tuple[str, str], change: Change) -> None:
        """In the writer's thread: only take note."""
        uid, own = change.object["metadata"]["uid"], self._clusters[cluster].own
        if change.type == "ADDED":
            own.add(uid)
        elif change.type == "DELETED":
            own.discard(uid)
        self._changes.append((cluster, kind, change.object))
        self._wake.set()

    def _work(self) -> None:
        while not self._ended.is_set():
            wait = self._due[0][0] - self._clock() if self._due else None
            if wait is None or wait > 0:
                self._wake.wait(wait)
            self._wake.clear()
            self._sort_in()
            while self._due and self._due[0][0] <= self._clock() and not self._ended.is_set():
                self._act_once()
                self._sort_in()

    def _sort_in(self) -> None:
        """Find out what noted changes concern."""
        while self._changes:
            name, kind, obj = self._changes.popleft()
            cluster = self._clusters[name]
            for controller in self._controllers:
                if concerned := controller.follows.get(kind):
                    for key in concerned(cluster, obj):
                        self._put(_Work(name, controller, key), AT_ONCE)

    def _put(self, work: _Work, seconds: float) -> None:
        due = self._clock() + seconds
        if due < self._first.get(work.place, float("inf")):
            self._first[work.place] = due
            heapq.heappush(self._due, (due, next(self._number), work))

    def _act_once(self) -> None:
        due, _, work = heapq.heappop(self._due)
        if self._first.get(work.place) != due:
            return
        del self._first[work.place]
        try:
            again = work.controller.act(self._clusters[work.cluster], work.key)
        except ApiError as error:  # such as a namespace that is going away
            _LOG.info("the demo waits with %s on %s: %s", work.key, work.cluster, error.message)
            again = RETRY
        except Exception:  # whatever somebody made there, the others go on
            _LOG.exception("the demo cannot finish %s on %s", work.key, work.cluster)
            again = None
        if again is not None:
            self._put(work, again)
