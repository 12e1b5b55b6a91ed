"""What filter, sort and page mean, the same for every list of the console.

A list reads watch snapshots only. Each kind says how an object becomes a row (:class:`Table`); rows
are kept as long as their object and the other kinds it speaks of stay the same, and the filtered,
sorted order as long as no snapshot changes. So scrolling costs the page and a change costs the
objects that changed.
"""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any

from services.auth.identity import Identity
from services.clusters.fleet import Cluster, Fleet
from services.errors import Invalid
from services.filtering import PLACES, Entry, accepts, matcher, values_of
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
    ``filters`` maps a filter's name to accepted values; a value with ``!`` in front is refused.
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
    number of all objects within the identity's limits and the ``clusters`` that were asked."""

    items: list[Row]
    clusters: int
    total: int
    unfiltered: int
    as_of: datetime | None
    clusters_missing: list[dict[str, Any]]
    counts: dict[str, int]
    etag: str


@dataclass(frozen=True, slots=True)
class Shape:
    """How objects of one kind become rows: the row itself, and keys beyond the common ones.

    ``row`` gives the kind's own fields; ``sort`` maps documented sort keys to row fields;
    ``filters`` are the row fields, a text or a list of texts, that can be filtered by beside the
    common ones. ``reads`` are the other kinds that ``row`` looks at: a change of one of them makes
    all rows anew, so they are kinds that change seldom, or ones that few rows speak of.
    """

    kind: Kind
    row: Callable[[Cluster, Object], Row]
    sort: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Held:
    """The entries of a cluster, and the versions of the snapshots that they were made from."""

    version: int
    read: tuple[int, ...]
    entries: dict[tuple[str, str], Entry]


@dataclass(frozen=True, slots=True)
class _Order:
    entries: list[Entry]
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
        self._filters = ("status", *shape.filters, "reason", *PLACES)
        self._entries: dict[str, _Held] = {}
        self._orders: OrderedDict[Any, _Order] = OrderedDict()
        self._lock = Lock()

    def page(self, who: Identity, query: ListQuery) -> Page:
        """The rows of one page. Raises Invalid for an unknown sort key, filter or selector, and
        NotFound for an unknown cluster."""
        self._check(query)
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
            clusters=len(clusters),
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

    def facets(self, who: Identity, query: ListQuery) -> dict[str, dict[str, int]]:
        """Per filter the values there are, each with the number of rows that it would leave.

        The other filters of ``query`` hold, the filter's own does not: choosing a second value
        adds to the first. Raises like :meth:`page`.
        """
        self._check(query)
        found = {}
        for name in self._filters:
            others = {key: values for key, values in query.filters.items() if key != name}
            asked = replace(query, filters=others)
            snapshots = [(c, c.snapshot(self._shape.kind.name)) for c in self._clusters(who, asked)]
            matches, counted = _matches(asked, asked.filters), Counter[str]()
            with self._lock:
                for cluster, entry, status in self._visible(who, snapshots):
                    if matches(entry, status):
                        counted.update(values_of(name, cluster, entry, status))
            found[name] = dict(counted)
        return found

    def _clusters(self, who: Identity, query: ListQuery) -> list[Cluster]:
        names = self._fleet.names() if query.clusters is None else dict.fromkeys(query.clusters)
        places = {name: accepts(query.filters[name]) for name in PLACES if name in query.filters}
        return [
            cluster
            for cluster in (self._fleet.get(name) for name in names if who.may_see_cluster(name))
            if all(test([cluster.place[name]]) for name, test in places.items())
        ]

    def _visible(
        self, who: Identity, snapshots: list[tuple[Cluster, Snapshot]]
    ) -> Iterator[tuple[Cluster, Entry, str]]:
        """Every entry within the identity's limits with its status, that of old ones is stale."""
        for cluster, snapshot in snapshots:
            stale = snapshot.state == "stale"
            for (namespace, _), entry in self._of(cluster, snapshot).items():
                if who.may_see(cluster.name, namespace or None):
                    yield cluster, entry, "stale" if stale else entry.row["status"]

    def _ordered(
        self, who: Identity, snapshots: list[tuple[Cluster, Snapshot]], query: ListQuery
    ) -> _Order:
        others = {key: values for key, values in query.filters.items() if key != "status"}
        matches = _matches(query, others)
        wanted = accepts(query.filters.get("status", ()))
        unfiltered, counts, kept = 0, Counter[str](), []
        for _, entry, status in self._visible(who, snapshots):
            unfiltered += 1
            if matches(entry, status):
                counts[status] += 1
                if wanted([status]):
                    kept.append(entry)
        kept.sort(key=lambda entry: (entry.row["namespace"], entry.row["name"]))
        name, backwards = self._sort_field(query.sort)
        kept.sort(key=lambda entry: _sortable(name, entry.row.get(name)), reverse=backwards)
        return _Order(kept, unfiltered, dict(counts))

    def _check(self, query: ListQuery) -> None:
        """Raise Invalid for filters that the list does not have."""
        wrong = [
            {"field": name, "rule": f"filters are {', '.join(self._filters)}"}
            for name in query.filters
            if name not in self._filters
        ]
        wrong += [
            {"field": "status", "rule": f"must be one of {', '.join(STATUS_ORDER)}, not {value!r}"}
            for value in query.filters.get("status", ())
            if value.removeprefix("!") not in STATUS_ORDER
        ]
        if wrong:
            raise Invalid("The list cannot be filtered so.", fields=wrong)

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

    def _of(self, cluster: Cluster, snapshot: Snapshot) -> dict[tuple[str, str], Entry]:
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

    def _entry(self, cluster: Cluster, obj: Object) -> Entry:
        metadata = obj["metadata"]
        row = {
            "cluster": cluster.name,
            "namespace": metadata.get("namespace", ""),
            "name": metadata["name"],
            **self._shape.row(cluster, obj),
        }
        text = " ".join(_texts(row)).casefold()
        return Entry(obj, {**row, "created": metadata.get("creationTimestamp")}, text)


def _matches(
    query: ListQuery, filters: Mapping[str, Iterable[str]]
) -> Callable[[Entry, str], bool]:
    return matcher(query.namespace, query.label_selector, query.search, filters)


_ANSWERED = ("live", "absent")


def _etag(shown: list[Entry], order: _Order, missing: list[dict[str, Any]]) -> str:
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
    return {
        "name": cluster.name,
        "reason": snapshot.why,
        "since": snapshot.since.isoformat() if snapshot.since else None,
        "last_seen": snapshot.as_of.isoformat() if snapshot.as_of else None,
    }


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
