"""Rows are made when their cluster speaks, not when somebody asks.

The first look at a list of a hundred clusters would otherwise wait until 20,000 rows are made.
Nothing depends on this: who asks before the rows of a change are made makes them.
"""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

import structlog

from services.clusters.fleet import Fleet
from services.errors import NotFound
from services.listing import Table

SETTLE_SECONDS = 0.05
"""Changes that come together are worked on together."""
STOP_SECONDS = 5.0

_log = structlog.get_logger(__name__)


class Preparing:
    """A thread that keeps the rows of ``tables`` made."""

    def __init__(self, fleet: Fleet, tables: Iterable[Table]) -> None:
        self._fleet = fleet
        self._tables = tuple(tables)
        self._changed: set[str] = set()
        self._lock = threading.Lock()
        self._wake, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="rows", daemon=True)
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin; call it after the fork."""
        self._unsubscribe = self._fleet.subscribe(self._note)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._unsubscribe()
        self._ended.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _note(self, cluster: str, _kind: str, _version: int) -> None:
        with self._lock:
            self._changed.add(cluster)
        self._wake.set()

    def _work(self) -> None:
        while not self._ended.is_set():
            self._wake.wait()
            self._ended.wait(SETTLE_SECONDS)
            self._wake.clear()
            with self._lock:
                names, self._changed = self._changed, set()
            for name in names:
                with suppress(NotFound):  # it went in between
                    self._prepare(name)

    def _prepare(self, name: str) -> None:
        cluster = self._fleet.get(name)
        for table in self._tables:
            try:
                table.prepare(cluster)
            except Exception:
                _log.exception("rows could not be made", cluster=name)
