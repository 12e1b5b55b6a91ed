"""What filter, sort and page mean, the same for every list of the console.

A list reads watch snapshots only, of one kind or of several that are listed together. Each kind
says how an object becomes a row (`services.entries`); rows are kept as long as their object and the
other kinds it speaks of stay the same, and their filtered, sorted order with them
(`services.ordering`). So scrolling costs the page and a change the objects that changed.
"""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any

from services.auth.identity import Identity
from services.clusters.fleet import Cluster, Fleet
from services.entries import Entries, Held, Object, Row, last_seen
from services.errors import Invalid
from services.filtering import PLACES, Entry, accepts, matcher, values_of
from services.kube.shelf import Snapshot
from services.ordering import STATUS_ORDER, Merged, Order, Question

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
    """A part of a list: rows, and the ``objects`` they were made of. ``asked`` are the clusters
    within the identity's limits, ``unfiltered`` the number of all objects there; ``counts`` are by
    status, before the status filter."""

    items: list[Row]
    objects: list[Object]
    asked: Mapping[str, Cluster]
    total: int
    unfiltered: int
    as_of: datetime | None
    clusters_missing: list[dict[str, Any]]
    counts: dict[str, int]
    etag: str

    @property
    def clusters(self) -> int:
        """How many were asked."""
        return len(self.asked)


COMMON_SORT = {
    "metadata.name": "name",
    "metadata.namespace": "namespace",
    "metadata.creationTimestamp": "created",
    "cluster": "cluster",
    "status": "status",
    "reason": "reason",
}


class Table:
    """One list over the fleet, of the kinds that ``kept`` has the entries of."""

    def __init__(self, fleet: Fleet, *kept: Entries) -> None:
        self._fleet = fleet
        self._kept = {entries.shape.kind.name: entries for entries in kept}
        shapes = [entries.shape for entries in kept]
        self._sort = COMMON_SORT | {
            key: name for shape in shapes for key, name in shape.sort.items()
        }
        own = dict.fromkeys(name for shape in shapes for name in shape.filters)
        self._filters = ("status", *own, "reason", *PLACES)
        self._members: list[Cluster] = []
        self._orders: OrderedDict[Any, Order] = OrderedDict()
        self._lock = Lock()

    def page(self, who: Identity, query: ListQuery) -> Page:
        """The rows of one page. Raises Invalid for an unknown sort key, filter or selector, and
        NotFound for an unknown cluster."""
        self._check(query)
        clusters = self._clusters(who, query)
        snapshots = [(c, kept.shape.snapshot(c)) for c in clusters for kept in self._kept.values()]
        known = [
            ((c, s.kind), self._kept[s.kind].of(c, s), s.state == "stale") for c, s in snapshots
        ]
        start = (query.page - 1) * query.page_size
        shown, whole = self._order(who, query).page(known, start, start + query.page_size)
        seen = {(c.name, s.kind): s for c, s in snapshots}
        silent = {c.name: (c, s) for c, s in reversed(snapshots) if s.state not in _ANSWERED}
        missing = [_missing(*silent[c.name]) for c in clusters if c.name in silent]
        answered = [s.as_of for _, s in snapshots if s.state == "live" and s.as_of]
        return Page(
            items=[_dated(entry.row, seen[entry.row["cluster"], entry.kind]) for entry in shown],
            objects=[entry.obj for entry in shown],
            asked={c.name: c for c in clusters},
            total=whole.total,
            unfiltered=whole.unfiltered,
            as_of=min(answered, default=None),
            clusters_missing=missing,
            counts=dict(whole.counts),
            etag=_etag(shown, whole, missing),
        )

    def held(self, who: Identity) -> Iterator[tuple[Cluster, Snapshot, Held]]:
        """What is held of each cluster within the identity's limits; of its namespaces all."""
        for cluster in self._clusters(who, ListQuery()):
            yield from ((cluster, *known) for known in self._known(cluster))

    def prepare(self, cluster: Cluster) -> None:
        """Make the rows of a cluster now, so that who asks next does not wait for them."""
        for _ in self._known(cluster):
            pass

    def _known(self, cluster: Cluster) -> Iterator[tuple[Snapshot, Held]]:
        for entries in self._kept.values():
            snapshot = entries.shape.snapshot(cluster)
            yield snapshot, entries.of(cluster, snapshot)

    def facets(self, who: Identity, query: ListQuery) -> dict[str, dict[str, int]]:
        """Per filter the values there are, each with the number of rows that it would leave.

        The other filters of ``query`` hold, the filter's own does not: choosing a second value
        adds to the first. Raises like :meth:`page`.
        """
        self._check(query)
        matches = matcher(query.namespace, query.label_selector, query.search, {})
        sees = partial(_sees, who.namespaces)
        tests = {name: accepts(values) for name, values in query.filters.items()}
        found: dict[str, Counter[str]] = {name: Counter() for name in self._filters}
        asked = self._clusters(who, replace(query, filters={}))
        for cluster, snapshot, held in ((c, *known) for c in asked for known in self._known(c)):
            for (namespace, _), entry in held.entries.items():
                status = "stale" if snapshot.state == "stale" else entry.row["status"]
                if not sees(namespace) or not matches(entry, status):
                    continue
                values = {name: values_of(name, cluster, entry, status) for name in found}
                failed = [name for name, test in tests.items() if not test(values[name])]
                for name in found if not failed else failed if len(failed) == 1 else ():
                    for value in values[name]:
                        found[name][value] += 1
        return {name: dict(counted) for name, counted in found.items()}

    def _clusters(self, who: Identity, query: ListQuery) -> list[Cluster]:
        """The clusters that are asked for and may be seen. Raises NotFound."""
        places = {name: accepts(query.filters[name]) for name in PLACES if name in query.filters}
        self._let_go()
        chosen = self._fleet.clusters(who)
        if query.clusters is not None:
            names = dict.fromkeys(query.clusters)
            chosen = [self._fleet.get(name) for name in names if who.may_see_cluster(name)]
        return [
            cluster
            for cluster in chosen
            if all(test([cluster.place[name]]) for name, test in places.items())
        ]

    def _let_go(self) -> None:
        """Forget what was ordered once the clusters are others than before."""
        present = self._fleet.clusters()
        if present != self._members:
            with self._lock:
                self._members = present
                self._orders.clear()

    def _order(self, who: Identity, query: ListQuery) -> Order:
        """The order that answers the question, for whoever has the same limits."""
        name, backwards = self._sort_field(query.sort)
        filters = {key: values for key, values in query.filters.items() if key not in PLACES}
        asked = (query.namespace, query.label_selector, query.search)
        key = (who.namespaces, *asked, name, backwards, tuple(sorted(filters.items())))
        with self._lock:
            order = self._orders.get(key)
            if order is None:
                wanted = accepts(filters.pop("status", ()))
                sees = partial(_sees, who.namespaces)
                matches = matcher(*asked, filters)
                order = Order(Question(sees, matches, wanted, name, backwards))
                self._orders[key] = order
                while len(self._orders) > REMEMBERED:
                    self._orders.popitem(last=False)
            self._orders.move_to_end(key)
        return order

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


def _sees(namespaces: frozenset[str] | None, namespace: str) -> bool:
    return namespaces is None or not namespace or namespace in namespaces


_ANSWERED = ("live", "absent")


def _etag(shown: list[Entry], whole: Merged, missing: list[dict[str, Any]]) -> str:
    """A mark of what a page says, without its age. It is made of the objects' own versions, never
    of ours: those begin anew with every start, and a client keeps its mark for longer."""
    said = hashlib.sha256()
    for entry in shown:
        metadata = entry.obj["metadata"]
        said.update(
            repr((metadata.get("uid"), metadata.get("resourceVersion"), entry.row)).encode()
        )
    counts = sorted(whole.counts.items())
    said.update(repr((whole.total, whole.unfiltered, counts, missing)).encode())
    return said.hexdigest()[:20]


def _dated(row: Row, snapshot: Snapshot) -> Row:
    as_of = snapshot.as_of.isoformat() if snapshot.as_of else None
    if snapshot.state != "stale":
        return row | {"as_of": as_of, "stale": False}
    return row | last_seen(row) | {"as_of": as_of, "stale": True}


def _missing(cluster: Cluster, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "name": cluster.name,
        "reason": snapshot.why,
        "since": snapshot.since.isoformat() if snapshot.since else None,
        "last_seen": snapshot.as_of.isoformat() if snapshot.as_of else None,
    }
