"""Rows of the store for notebooks, spreadsheets and other programs: Arrow, Parquet, CSV and JSON.

Rows leave in the order in which the store keeps them, part by part, so that a million of them cost
little memory and no Python object each. How many there are is known
before the first leaves: what is too much is refused, nothing is cut off unsaid.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from string import Template
from typing import Any

import structlog

from services.auth.identity import Identity
from services.clusters.fleet import Fleet
from services.errors import ConsoleError, Invalid, NotFound, Unavailable
from services.telemetry import export_formats
from services.telemetry.datasets import DATASETS, Dataset
from services.telemetry.engines import STREAM_S
from services.telemetry.export_formats import CONTENT_TYPES, Format
from services.telemetry.intake import Busy
from services.telemetry.scope import scope_of
from services.telemetry.store import EXPORT, Rows, Store
from services.telemetry.windows import Window

MOST = EXPORT.rows
"""Rows of an export."""

AT_ONCE, EACH = 4, 2
"""Exports at the same time, of all and of one identity: each takes a part of the memory that the
engine may take."""

SLICE = 64 * 1024
"""Bytes that are handed over at once: a server waits for so long as a client takes all of them."""

_COUNTED = "SELECT count() AS rows, max($time) AS newest FROM (\n$query\n) AS asked WHERE $matching"
_NTH = (
    "SELECT $time FROM (\n$query\n) AS asked WHERE $matching"
    " ORDER BY $time DESC LIMIT 1 OFFSET {others:UInt64}"
)
_ALL = "SELECT * FROM (\n$query\n) AS asked WHERE $matching ORDER BY $order"
_NEWEST = (
    "SELECT * FROM (SELECT * FROM (\n$query\n) AS newer"
    " WHERE $matching AND $time >= {oldest:DateTime64(3, 'UTC')}"
    " ORDER BY $time DESC LIMIT {limit:UInt64}) AS asked ORDER BY $order"
)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is exported. Without ``clusters`` all that may be seen; ``filters`` are those of the
    dataset; ``limit`` takes the newest rows, None takes all."""

    dataset: str
    window: Window
    format: Format
    clusters: tuple[str, ...] = ()
    namespace: str = ""
    filters: Mapping[str, str] | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class File:
    """What is exported, on its way: ``parts`` can be read once, then ``close`` must be called.

    ``facts`` say what it is: rows, source, newest sample, window, whether it is the demo's.
    """

    name: str
    content_type: str
    facts: Mapping[str, str]
    parts: Iterator[bytes]
    close: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Question:
    store: Store
    dataset: Dataset
    bound: Mapping[str, Any]
    clusters: Collection[str]
    where: str
    matching: str

    def read(self, around: str, **bound: Any) -> Rows:
        arguments = replace(self, bound={**self.bound, **bound}).arguments(around)
        return self.store.read(**arguments, limits=EXPORT)

    def arguments(self, around: str) -> dict[str, Any]:
        """What the store is asked, with the statement ``around`` the query."""
        return {
            "query": self.dataset.query,
            "parameters": self.bound,
            "clusters": self.clusters,
            "where": self.where,
            "around": Template(around).safe_substitute(
                time=self.dataset.time,
                matching=self.matching,
                order=", ".join(f"asked.{column}" for column in self.dataset.order),
            ),
        }


class _Places:
    """Places for exports: ``AT_ONCE`` in all, ``EACH`` for one identity."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: Counter[tuple[str, str]] = Counter()

    def taken(self, who: Identity) -> Callable[[], None]:
        """Take a place; what is returned gives it back. Raises Busy."""
        name = who.account
        with self._lock:
            if self._taken[name] == EACH:
                raise Busy(f"{EACH} exports of {who.name} are under way already.", 5)
            if self._taken.total() == AT_ONCE:
                raise Busy(f"{AT_ONCE} exports are under way already.", 5)
            self._taken[name] += 1
        return lambda: self._give_back(name)

    def _give_back(self, name: tuple[str, str]) -> None:
        with self._lock:
            self._taken[name] -= 1
            self._taken += Counter()  # forgets who holds none


class Exports:
    """Makes files out of ``store``; ``demo`` says that what is in it was made up."""

    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        *,
        demo: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._fleet, self._demo, self._clock = store, fleet, demo, clock
        self._places = _Places()

    def file(self, who: Identity, asked: Asked) -> File:
        """Begin an export.

        Raises NotFound for a dataset or cluster that is not there, Invalid for a filter that the
        dataset does not have and for more rows than an export has, Busy, and Unavailable.
        """
        question = self._question(who, asked)
        ends = self._clock() + STREAM_S
        with ExitStack() as stack:
            stack.callback(self._places.taken(who))
            ((rows, newest),) = question.read(_COUNTED).rows
            around = _ALL
            if asked.limit is not None and asked.limit < rows:
                question, around = _of_newest(question, asked.limit), _NEWEST
                rows = asked.limit
            if rows > MOST:
                rule = f"has {rows:,} rows, over {MOST:,}: make it shorter, filter or set limit"
                raise Invalid.of("range", rule)
            facts = self._facts(asked, question.dataset, rows, newest)
            parts = export_formats.written(
                self._store, question.arguments(around), asked.format, facts
            )
            stack.callback(parts.close)
            first = next(parts)
            name, held = self._name(asked), stack.pop_all()
            sent = self._sent(chain([first], parts), name, ends, held)
            return File(name, CONTENT_TYPES[asked.format], facts, sent, held.close)
        raise AssertionError("a file was returned, or an error raised")

    def _question(self, who: Identity, asked: Asked) -> _Question:
        dataset = DATASETS.get(asked.dataset)
        if dataset is None:
            raise NotFound(f"There is no dataset {asked.dataset}.", datasets=sorted(DATASETS))
        filters = asked.filters or {}
        for name in filters:
            if name not in dataset.filters:
                rule = f"is no filter of {asked.dataset}: {', '.join(dataset.filters)}"
                raise Invalid.of(name, rule)
        scope = scope_of(self._fleet, who, asked.clusters, asked.namespace)
        where, bound = scope.where()
        if bound and not dataset.by_route:
            where = " AND namespace IN {namespaces:Array(String)}"
        bound |= {"from": asked.window.start, "to": asked.window.end, **filters}
        matching = " AND ".join(["1", *(dataset.filters[name] for name in filters)])
        return _Question(self._store, dataset, bound, scope.clusters or (), where, matching)

    def _sent(
        self, parts: Iterator[bytes], name: str, ends: float, held: ExitStack
    ) -> Iterator[bytes]:
        """The file in slices, until ``ends`` on the clock; what is ``held`` for it is let go of
        before its reader sees the end, and may ask for the next. Raises Unavailable."""
        with held:
            try:
                for part in parts:
                    for at in range(0, len(part), SLICE):
                        if self._clock() > ends:
                            rule = f"The export was not taken within {STREAM_S} seconds."
                            raise Unavailable(rule)
                        yield part[at : at + SLICE]
            except ConsoleError as error:
                _log.error("an export broke off", name=name, reason=error.message)
                raise

    def _facts(
        self, asked: Asked, dataset: Dataset, rows: int, newest: datetime
    ) -> Mapping[str, str]:
        as_of = {"as_of": newest.isoformat()} if rows else {}
        return {
            "dataset": asked.dataset,
            "rows": str(rows),
            "source": dataset.source,
            **as_of,
            "from": asked.window.start.isoformat(),
            "to": asked.window.end.isoformat(),
            "demo": str(self._demo).lower(),
        }

    def _name(self, asked: Asked) -> str:
        start, end = (f"{one:%Y%m%dT%H%M%SZ}" for one in (asked.window.start, asked.window.end))
        product = "ngf-console-demo" if self._demo else "ngf-console"
        return f"{product}-{asked.dataset}-{start}-{end}.{asked.format}"


def _of_newest(question: _Question, limit: int) -> _Question:
    """The question about so many of the newest rows; how old they are is asked first, which spares
    sorting all others."""
    ((oldest,),) = question.read(_NTH, others=limit - 1).rows
    return replace(question, bound={**question.bound, "oldest": oldest, "limit": limit})
