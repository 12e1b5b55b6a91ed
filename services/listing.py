"""What filter, sort and page mean, the same for every list of the console.

A list reads watch snapshots only. Each kind says how an object becomes a row (:class:`Table`); rows
are kept as long as their object and the other kinds it speaks of stay the same, and the filtered,
sorted order as long as no snapshot changes. So scrolling costs the page and a change costs the
objects that changed.
"""

import hashlib
import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Any

from services.auth.identity import Identity
from services.clusters.fleet import Cluster, Fleet
from services.errors import Invalid
from services.kube.catalogue import Kind
from services.kube.shelf import Snapshot

Object = Mapping[str, Any]
Row = dict[str, Any]
MAX_PAGE_SIZE = 100_000
REMEMBERED = 64
"""Orders kept: a handful of open lists with their filters."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One question to a list. ``clusters=None`` means all that the identity may see.

    ``search`` is words that all must occur; ``sort`` a documented key, ``-`` for descending;
    ``filters`` maps a row field to accepted values.
    """

    clusters: tuple[str, ...] | None = None
    namespace: str | None = None
    label_selector: str = ""
    search: str = ""
    sort: str = ""
    page: int = 1
    page_size: int = 50
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wrong = []
        if self.page < 1:
            wrong.append({"field": "page", "rule": "must be 1 or more"})
        if not 1 <= self.page_size <= MAX_PAGE_SIZE:
            wrong.append({"field": "pageSize", "rule": f"must be between 1 and {MAX_PAGE_SIZE}"})
        if wrong:
            raise Invalid("The page cannot be shown.", fields=wrong)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list. ``counts`` are by status, before the status filter; ``unfiltered`` is the
    number of all objects within the identity's limits and the chosen clusters."""

    items: list[Row]
    total: int
    unfiltered: int
    as_of: datetime | None
    clusters_missing: list[dict[str, Any]]
    counts: dict[str, int]
    etag: str


@dataclass(frozen=True, slots=True)
class Shape:
    """How objects of one kind become rows: the row itself, and keys beyond the common ones.

    ``row`` gives the kind's own fields; ``sort`` maps documented sort keys to row fields. ``reads``
    are the other kinds that ``row`` looks at: a change of one of them makes all rows anew, so they
    are kinds that change seldom, or ones that few rows speak of.
    """

    kind: Kind
    row: Callable[[Cluster, Object], Row]
    sort: Mapping[str, str] = field(default_factory=dict)
    filters: frozenset[str] = frozenset()
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    obj: Object
    row: Row
    text: str


@dataclass(frozen=True, slots=True)
class _Held:
    """The entries of a cluster, and the versions of the snapshots that they were made from."""

    version: int
    read: tuple[int, ...]
    entries: dict[tuple[str, str], _Entry]


@dataclass(frozen=True, slots=True)
class _Order:
    entries: list[_Entry]
    unfiltered: int
    counts: dict[str, int]


COMMON_SORT = {
    "metadata.name": "name",
    "metadata.namespace": "namespace",
    "metadata.creationTimestamp": "created",
    "cluster": "cluster",
    "status": "status",
    "reason": "reason",
}
STATUS_ORDER = {"err": 0, "warn": 1, "info": 2, "ok": 3, "unknown": 4, "stale": 5}


class Table:
    """One list of one kind over the fleet."""

    def __init__(self, fleet: Fleet, shape: Shape) -> None:
        self._fleet = fleet
        self._shape = shape
        self._sort = {**COMMON_SORT, **shape.sort}
        self._entries: dict[str, _Held] = {}
        self._orders: OrderedDict[Any, _Order] = OrderedDict()
        self._lock = Lock()

    def page(self, who: Identity, query: ListQuery) -> Page:
        """The rows of one page. Raises Invalid for an unknown sort key, filter or selector, and
        NotFound for an unknown cluster."""
        clusters = self._clusters(who, query)
        snapshots = [(c, c.snapshot(self._shape.kind.name)) for c in clusters]
        limits = (who.namespaces, tuple(c.name for c in clusters))
        versions = tuple((s.version, s.state, self._read(c)) for c, s in snapshots)
        asked = replace(query, page=1, page_size=1, clusters=None, filters={})
        key: tuple[Any, ...] = (
            limits,
            versions,
            asked.namespace,
            asked.label_selector,
            asked.search,
            asked.sort,
        )
        key = (*key, tuple(sorted(query.filters.items())))
        with self._lock:
            order = self._orders.get(key)
            if order is None:
                order = self._orders[key] = self._ordered(who, snapshots, query)
                while len(self._orders) > REMEMBERED:
                    self._orders.popitem(last=False)
            self._orders.move_to_end(key)
        start = (query.page - 1) * query.page_size
        seen = {c.name: s for c, s in snapshots}
        shown = order.entries[start : start + query.page_size]
        missing = [_missing(c, s) for c, s in snapshots if s.state not in _ANSWERED]
        known = [s.as_of for _, s in snapshots if s.state == "live" and s.as_of]
        return Page(
            items=[_dated(entry.row, seen[entry.row["cluster"]]) for entry in shown],
            total=len(order.entries),
            unfiltered=order.unfiltered,
            as_of=min(known, default=None),
            clusters_missing=missing,
            counts=order.counts,
            etag=_etag(shown, order, missing),
        )

    def rows(self, who: Identity) -> Iterable[tuple[Row, str]]:
        """Every row within the identity's limits, with its searchable text."""
        for cluster in self._clusters(who, ListQuery()):
            snapshot = cluster.snapshot(self._shape.kind.name)
            with self._lock:
                entries = self._of(cluster, snapshot)
            for (namespace, _), entry in entries.items():
                if who.may_see(cluster.name, namespace or None):
                    yield _dated(entry.row, snapshot), entry.text

    def row(self, cluster: Cluster, obj: Object) -> Row:
        """The row of one object, whatever its age."""
        return self._entry(cluster, obj).row

    def _clusters(self, who: Identity, query: ListQuery) -> list[Cluster]:
        names = self._fleet.names() if query.clusters is None else query.clusters
        return [self._fleet.get(name) for name in names if who.may_see_cluster(name)]

    def _ordered(
        self, who: Identity, snapshots: list[tuple[Cluster, Snapshot]], query: ListQuery
    ) -> _Order:
        selects = selector(query.label_selector)
        words = query.search.casefold().split()
        accepted = self._accepted(query)
        unfiltered, counts, kept = 0, Counter[str](), []
        for cluster, snapshot in snapshots:
            stale = snapshot.state == "stale"
            for (namespace, _), entry in self._of(cluster, snapshot).items():
                if not who.may_see(cluster.name, namespace or None):
                    continue
                unfiltered += 1
                if query.namespace and namespace != query.namespace:
                    continue
                if words and not all(word in entry.text for word in words):
                    continue
                if not selects(entry.obj["metadata"].get("labels") or {}):
                    continue
                if any(not _has(entry.row.get(name), values) for name, values in accepted.items()):
                    continue
                status = "stale" if stale else entry.row["status"]
                counts[status] += 1
                if "status" in query.filters and status not in query.filters["status"]:
                    continue
                kept.append(entry)
        kept.sort(key=lambda entry: (entry.row["namespace"], entry.row["name"]))
        name, backwards = self._sort_field(query.sort)
        kept.sort(key=lambda entry: _sortable(name, entry.row.get(name)), reverse=backwards)
        return _Order(kept, unfiltered, dict(counts))

    def _accepted(self, query: ListQuery) -> dict[str, tuple[str, ...]]:
        for name in query.filters:
            if name != "status" and name not in self._shape.filters:
                known = ", ".join(sorted({"status", *self._shape.filters}))
                raise Invalid(
                    "The list cannot be filtered so.",
                    fields=[{"field": name, "rule": f"filters are {known}"}],
                )
        return {name: values for name, values in query.filters.items() if name != "status"}

    def _sort_field(self, sort: str) -> tuple[str, bool]:
        if not sort:
            return "status", False
        name, backwards = sort.removeprefix("-"), sort.startswith("-")
        name = self._sort.get(name, name if name in self._sort.values() else "")
        if not name:
            raise Invalid(
                "The list cannot be sorted so.",
                fields=[{"field": "sort", "rule": f"must be one of {', '.join(self._sort)}"}],
            )
        return name, backwards

    def _of(self, cluster: Cluster, snapshot: Snapshot) -> dict[tuple[str, str], _Entry]:
        read = self._read(cluster)
        before = self._entries.get(cluster.name)
        if before and (before.version, before.read) == (snapshot.version, read):
            return before.entries
        old = before.entries if before and before.read == read else {}
        entries = {}
        for key, obj in snapshot.objects.items():
            entry = old.get(key)
            entries[key] = entry if entry and entry.obj is obj else self._entry(cluster, obj)
        self._entries[cluster.name] = _Held(snapshot.version, read, entries)
        return entries

    def _read(self, cluster: Cluster) -> tuple[int, ...]:
        return tuple(cluster.snapshot(kind).version for kind in self._shape.reads)

    def _entry(self, cluster: Cluster, obj: Object) -> _Entry:
        metadata = obj["metadata"]
        row = {
            "cluster": cluster.name,
            "namespace": metadata.get("namespace", ""),
            "name": metadata["name"],
            "created": metadata.get("creationTimestamp"),
            **self._shape.row(cluster, obj),
        }
        return _Entry(obj, row, " ".join(_texts(row)).casefold())


_ANSWERED = ("live", "absent")


def _etag(shown: list[_Entry], order: _Order, missing: list[dict[str, Any]]) -> str:
    """A mark of what a page says, without its age. It is made of the objects' own versions, never
    of ours: those begin anew with every start, and a client keeps its mark for longer."""
    said = hashlib.sha256()
    for entry in shown:
        metadata = entry.obj["metadata"]
        said.update(
            repr((metadata.get("uid"), metadata.get("resourceVersion"), entry.row)).encode()
        )
    counts = sorted(order.counts.items())
    said.update(repr((len(order.entries), order.unfiltered, counts, missing)).encode())
    return said.hexdigest()[:20]


def _dated(row: Row, snapshot: Snapshot) -> Row:
    as_of = snapshot.as_of.isoformat() if snapshot.as_of else None
    if snapshot.state != "stale":
        return row | {"as_of": as_of, "stale": False}
    was = f"was {row['status_word']}"
    shown = {"status": "stale", "status_word": "Last seen", "reason": was}
    return row | shown | {"as_of": as_of, "stale": True}


def _missing(cluster: Cluster, snapshot: Snapshot) -> dict[str, Any]:
    reasons = {"loading": "still being read for the first time"}
    return {
        "cluster": cluster.name,
        "reason": snapshot.reason or reasons.get(snapshot.state, snapshot.state),
        "since": snapshot.since.isoformat() if snapshot.since else None,
        "last_seen": snapshot.as_of.isoformat() if snapshot.as_of else None,
    }


def _has(value: Any, accepted: tuple[str, ...]) -> bool:
    return any(one in accepted for one in value) if isinstance(value, list) else value in accepted


def _sortable(name: str, value: Any) -> Any:
    if name == "status":
        return STATUS_ORDER.get(value, 9)
    if isinstance(value, list):
        value = " ".join(_texts(value))
    return value if isinstance(value, int | float) else str(value or "").casefold()


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


_KEY = r"[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?"
_VALUE = r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?"
_SET = re.compile(rf"(?P<key>{_KEY})\s+(?P<op>in|notin)\s*\((?P<values>[^()]*)\)")
_EQUAL = re.compile(rf"(?P<key>{_KEY})\s*(?P<op>==|=|!=)\s*(?P<value>{_VALUE})")
_EXISTS = re.compile(rf"(?P<not>!?)\s*(?P<key>{_KEY})")

Selects = Callable[[Mapping[str, str]], bool]


@lru_cache(maxsize=256)
def selector(text: str) -> Selects:
    """A label selector as kubectl takes it: ``app=web,tier in (a, b),!canary``. Raises Invalid."""
    parts = [part.strip() for part in re.split(r",(?![^()]*\))", text)] if text.strip() else []
    rules = [_requirement(part) for part in parts]
    return lambda labels: all(rule(labels) for rule in rules)


def _requirement(part: str) -> Selects:
    if match := _SET.fullmatch(part):
        key, values = match["key"], {value.strip() for value in match["values"].split(",")}
        if match["op"] == "in":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    if match := _EQUAL.fullmatch(part):
        key, value = match["key"], match["value"]
        if match["op"] == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if match := _EXISTS.fullmatch(part):
        key, absent = match["key"], bool(match["not"])
        return lambda labels: (key in labels) is not absent
    rule = f"must be like app=web, app!=web, app in (a,b), app or !app, not {part!r}"
    raise Invalid("The label selector is wrong.", fields=[{"field": "labelSelector", "rule": rule}])
