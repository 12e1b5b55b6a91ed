"""The order of a list over many clusters, kept while clusters change under it.

The rows of each cluster are filtered and sorted for themselves (a *part*); a page merges the parts
as far as it reaches. So a change costs the cluster that it happened on, and a page what lies before
it. How large the rest of the fleet is does not matter.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from threading import Lock
from typing import Any

from services.entries import Held, last_seen, texts
from services.filtering import Entry

STATUS_ORDER = {"err": 0, "warn": 1, "info": 2, "ok": 3, "unknown": 4, "stale": 5}


@dataclass(frozen=True, slots=True)
class Question:
    """What decides the order.

    ``sees`` takes a namespace; ``matches`` an entry and its status, ``wanted`` the status: counts
    by status are taken between the two. Rows that are alike in ``field`` come by namespace, name
    and cluster, ``backwards`` or not.
    """

    sees: Callable[[str], bool]
    matches: Callable[[Entry, str], bool]
    wanted: Callable[[Iterable[str]], bool]
    field: str
    backwards: bool

    def value(self, entry: Entry, stale: bool) -> Any:
        """What an entry is sorted by, as it is shown."""
        value = entry.row.get(self.field)
        if stale:
            value = last_seen(entry.row).get(self.field, value)
        if self.field == "status":
            return STATUS_ORDER.get(str(value), len(STATUS_ORDER))
        if isinstance(value, list):
            value = " ".join(texts(value))
        return value if isinstance(value, int | float) else str(value or "").casefold()


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """The answer of one kind on one cluster, made from ``held``. ``unfiltered`` counts what may be
    seen."""

    held: Held
    stale: bool
    entries: Sequence[Entry]
    unfiltered: int
    counts: Counter[str]


class Merged:
    """The parts of several clusters as one list, in order as far as it was looked at."""

    def __init__(self, question: Question, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.total = sum(len(part.entries) for part in parts)
        self.unfiltered = sum(part.unfiltered for part in parts)
        self.counts = Counter[str]()
        for part in parts:
            self.counts.update(part.counts)
        runs = (_keyed(question, part) for part in parts if part.entries)
        self._rest = heapq.merge(*runs, key=itemgetter(0))
        self._entries: list[Entry] = []

    def between(self, start: int, end: int) -> list[Entry]:
        """The entries from ``start`` up to ``end``."""
        missing = max(end - len(self._entries), 0)
        self._entries.extend(entry for _, entry in islice(self._rest, missing))
        return self._entries[start:end]


class Order:
    """The answer to one question, of whichever clusters; safe to use from any thread."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._parts: dict[Hashable, Part] = {}
        self._merged = Merged(question, ())
        self._lock = Lock()

    def page(
        self, known: Iterable[tuple[Hashable, Held, bool]], start: int, end: int
    ) -> tuple[list[Entry], Merged]:
        """Entries from ``start`` up to ``end`` over what is ``known`` (whose it is, what is held of
        it, whether that is old), and the whole they are cut from."""
        with self._lock:
            parts = [self._part(*one) for one in known]
            if parts != self._merged.parts:
                self._merged = Merged(self._question, parts)
            return self._merged.between(start, end), self._merged

    def _part(self, whose: Hashable, held: Held, stale: bool) -> Part:
        part = self._parts.get(whose)
        if part is None or part.held is not held or part.stale is not stale:
            part = self._parts[whose] = _answered(self._question, held, stale)
        return part


def _answered(question: Question, held: Held, stale: bool) -> Part:
    unfiltered, counts, kept = 0, Counter[str](), []
    for (namespace, _), entry in held.entries.items():
        if not question.sees(namespace):
            continue
        unfiltered += 1
        status = "stale" if stale else entry.row["status"]
        if question.matches(entry, status):
            counts[status] += 1
            if question.wanted([status]):
                kept.append(entry)
    kept.sort(key=lambda entry: question.value(entry, stale), reverse=question.backwards)
    return Part(held, stale, kept, unfiltered, counts)


def _keyed(question: Question, part: Part) -> Iterator[tuple[Any, Entry]]:
    """The entries of a part with their places in the whole; ties are broken by the cluster."""
    for entry in part.entries:
        value = question.value(entry, part.stale)
        first = _Backwards(value) if question.backwards else value
        yield (first, entry.row["namespace"], entry.row["name"]), entry


@dataclass(frozen=True, slots=True)
class _Backwards:
    """A value whose order is turned around, and of nothing beside it."""

    value: Any

    def __lt__(self, other: "_Backwards") -> bool:
        return bool(other.value < self.value)
