"""Rows of one kind, kept cluster by cluster for as long as what they were made of stays the same.

They are kept by the cluster itself and not by its name: a cluster that comes back under its old
name counts its versions anew. What a cluster that is gone held goes with it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from services.clusters.fleet import Cluster
from services.filtering import Entry
from services.kube.catalogue import Kind
from services.kube.shelf import Snapshot

Object = Mapping[str, Any]
Key = tuple[str, str]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """How objects of one kind become rows: the row itself, and keys beyond the common ones.

    ``row`` gives the kind's own fields; ``sort`` maps documented sort keys to row fields;
    ``filters`` are the row fields, a text or a list of texts, that can be filtered by beside the
    common ones. ``reads`` are the other kinds that ``row`` looks at: a change of one of them makes
    all rows anew, so they are kinds that change seldom, or ones that few rows speak of. So does a
    change of what ``depends`` gives: the time, or the model of the cluster. ``source`` is for a
    list of objects of several kinds, the snapshot that it makes of theirs.
    """

    kind: Kind
    row: Callable[[Cluster, Object], Row]
    sort: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    depends: Callable[[Cluster], int] = lambda _: 0
    source: Callable[[Cluster], Snapshot] | None = None

    def snapshot(self, cluster: Cluster) -> Snapshot:
        """The objects of a cluster that become rows."""
        return self.source(cluster) if self.source else cluster.snapshot(self.kind.name)


@dataclass(frozen=True, eq=False, slots=True)
class Held:
    """What is held of a cluster: entries by (namespace, name), in this order.

    ``version`` and ``read`` are those of the snapshots that the entries were made from. ``tally``
    counts rows by namespace, status and status word.
    """

    version: int
    read: tuple[int, ...]
    entries: Mapping[Key, Entry]
    tally: Mapping[tuple[str, str, str], int]


class Entries:
    """The entries of every cluster. Safe to use from any thread: two that ask at once may do the
    same work, neither waits for the other."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._held: WeakKeyDictionary[Cluster, Held] = WeakKeyDictionary()

    def of(self, cluster: Cluster, snapshot: Snapshot) -> Held:
        """What ``snapshot`` holds as entries; only those of changed objects are made anew."""
        versions = [cluster.snapshot(kind).version for kind in self.shape.reads]
        read = (*versions, self.shape.depends(cluster))
        before = self._held.get(cluster)
        if before and (before.version, before.read) == (snapshot.version, read):
            return before
        old = before.entries if before and before.read == read else {}
        entries = {}
        for key in sorted(snapshot.objects):
            obj, entry = snapshot.objects[key], old.get(key)
            entries[key] = entry if entry and entry.obj is obj else self.entry(cluster, obj)
        held = Held(snapshot.version, read, entries, Counter(_told(entries.values())))
        self._held[cluster] = held
        return held

    def entry(self, cluster: Cluster, obj: Object) -> Entry:
        """The entry of one object."""
        metadata = obj["metadata"]
        row = {
            "cluster": cluster.name,
            "namespace": metadata.get("namespace", ""),
            "name": metadata["name"],
            **self.shape.row(cluster, obj),
        }
        text = " ".join(texts(row)).casefold()
        row["created"] = metadata.get("creationTimestamp")
        return Entry(obj, row, text, self.shape.kind.name)


def _told(entries: Iterable[Entry]) -> Iterator[tuple[str, str, str]]:
    for entry in entries:
        yield entry.row["namespace"], entry.row["status"], entry.row["status_word"]


def last_seen(row: Row) -> Row:
    """What a row of a cluster that does not answer says instead of its verdict."""
    was = f"was {row['status_word']}"
    return {"status": "stale", "status_word": "Last seen", "reason": was}


def texts(value: Any) -> list[str]:
    """Every text within a value of a row."""
    found: list[str] = []
    _gather(value, found)
    return found


def _gather(value: Any, found: list[str]) -> None:
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, dict):
        for part in value.values():
            _gather(part, found)
    elif isinstance(value, list):
        for part in value:
            _gather(part, found)
