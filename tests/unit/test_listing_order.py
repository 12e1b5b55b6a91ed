"""Promise: whatever changes in a fleet, a list over it is ordered and counted as if it had been
sorted from scratch."""

import gc
import weakref
from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import Any, cast

import pytest

from services.auth.identity import CONSOLE, Identity, Role
from services.clusters.fleet import Fleet
from services.entries import Entries, Shape
from services.errors import NotFound
from services.kube.catalogue import KINDS
from services.kube.shelf import Snapshot
from services.listing import ListQuery, Page, Table
from services.ordering import STATUS_ORDER

KIND, READ = "httproutes", "gateways"
STATUSES = ("ok", "ok", "ok", "warn", "err", "info", "unknown")
WORDS = ("alpha", "beta", "Gamma", "delta-2")
SORTS = ("", "status", "metadata.name", "metadata.namespace", "cluster", "reason", "size", "tags")
LIMITED = Identity("limited", Role.VIEWER, namespaces=frozenset({"one", "two"}))
Obj = dict[str, Any]
Row = dict[str, Any]


class FakeCluster:
    """A cluster whose snapshots the test decides, as a watch would publish them."""

    def __init__(self, name: str, region: str) -> None:
        self.name = name
        self.place = {"region": region, "environment": "production"}
        self.objects: dict[tuple[str, str], Obj] = {}
        self.state: Any = "live"
        self.prefix = ""
        self._versions = {KIND: 1, READ: 1}

    def changed(self, kind: str = KIND) -> None:
        self._versions[kind] += 1

    def snapshot(self, kind: str) -> Snapshot:
        held = dict(self.objects) if kind == KIND else {}
        return Snapshot(kind, held, self._versions[kind], datetime.now(UTC), self.state)


class FakeFleet:
    """Clusters that come and go."""

    def __init__(self) -> None:
        self.held: dict[str, FakeCluster] = {}

    def names(self) -> list[str]:
        return sorted(self.held)

    def clusters(self, who: Identity = CONSOLE) -> list[FakeCluster]:
        return [self.held[name] for name in self.names() if who.may_see_cluster(name)]

    def get(self, name: str) -> FakeCluster:
        if name not in self.held:
            raise NotFound(f"There is no cluster named {name}.")
        return self.held[name]


def row(cluster: Any, obj: Any) -> Row:
    """What the list says of an object; it reads something of the cluster, too."""
    spec = obj["spec"]
    return {
        "status": spec["status"],
        "status_word": spec["status"].upper(),
        "reason": cluster.prefix + spec["reason"],
        "message": "",
        "size": spec["size"],
        "tags": spec["tags"],
    }


class Life:
    """A fleet, a list over it, and the changes that happen to the fleet."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.fleet = FakeFleet()
        shape = Shape(KINDS[KIND], row, {"size": "size", "tags": "tags"}, ("tags",), (READ,))
        self.table = Table(cast(Fleet, self.fleet), Entries(shape))
        for _ in range(4):
            self.cluster_comes()

    def step(self) -> None:
        rare = (
            self.object_goes,
            self.state_changes,
            self.read_changes,
            self.cluster_comes,
            self.cluster_goes,
            self.cluster_is_another,
        )
        self.pick(*rare, *[self.object_changes] * 6)()

    def object_changes(self) -> None:
        for cluster in self.some():
            namespace, name = self.pick("one", "two", "three"), f"r{self.random.randrange(12)}"
            cluster.objects[namespace, name] = self.object(namespace, name)
            cluster.changed()

    def object(self, namespace: str, name: str) -> Obj:
        spec = {
            "status": self.pick(*STATUSES),
            "reason": self.pick("", *WORDS),
            "size": self.random.randrange(4),
            "tags": self.random.sample(WORDS, self.random.randrange(3)),
        }
        labels = {"tier": self.pick("edge", "core")}
        metadata = {"namespace": namespace, "name": name, "labels": labels}
        return {"metadata": {**metadata, "resourceVersion": "1"}, "spec": spec}

    def object_goes(self) -> None:
        for cluster in self.some():
            if cluster.objects:
                del cluster.objects[self.pick(*cluster.objects)]
                cluster.changed()

    def state_changes(self) -> None:
        for cluster in self.some():
            cluster.state = self.pick("live", "stale")
            cluster.changed()

    def read_changes(self) -> None:
        for cluster in self.some():
            cluster.prefix = self.pick("", "now ")
            cluster.changed(READ)

    def cluster_comes(self) -> None:
        name = f"c{self.random.randrange(8)}"
        if name not in self.fleet.held:
            self.cluster_is_another(name)

    def cluster_goes(self) -> None:
        if len(self.fleet.held) > 1:
            del self.fleet.held[self.pick(*self.fleet.held)]

    def cluster_is_another(self, name: str = "") -> None:
        """Under its old name, with versions that begin anew."""
        name = name or self.pick(*self.fleet.held)
        cluster = FakeCluster(name, self.pick("here", "there"))
        for number in range(self.random.randrange(9)):
            namespace = self.pick("one", "two", "three")
            cluster.objects[namespace, f"r{number}"] = self.object(namespace, f"r{number}")
        self.fleet.held[name] = cluster

    def some(self) -> list[FakeCluster]:
        return [self.fleet.held[self.pick(*self.fleet.held)]]

    def pick(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def query(self) -> ListQuery:
        filters = {}
        if self.random.random() < 0.3:
            filters["status"] = (self.pick("err", "!ok", "stale"),)
        if self.random.random() < 0.3:
            filters["tags"] = (self.pick(*WORDS, "!alpha"),)
        if self.random.random() < 0.2:
            filters["region"] = (self.pick("here", "!here"),)
        return ListQuery(
            namespace=self.pick(None, None, "one"),
            label_selector=self.pick("", "", "tier=edge"),
            search=self.pick("", "", "gamma", "r1 alpha"),
            sort=(self.pick("", "-") and f"-{self.pick(*SORTS[1:])}") or self.pick(*SORTS),
            page_size=self.pick(3, 7, 500),
            filters=filters,
        )


def accepted(values: tuple[str, ...], texts: list[str]) -> bool:
    (value,) = values
    return value[1:] not in texts if value.startswith("!") else value in texts


def naive(life: Life, who: Identity, query: ListQuery, without: str = "") -> list[Row]:
    """Every row that passes, in order; ``without`` leaves one filter aside."""
    found = []
    for name in life.fleet.names():
        cluster = life.fleet.get(name)
        for key in sorted(cluster.objects):
            obj = cluster.objects[key]
            shown = {"cluster": name, "namespace": key[0], "name": key[1], **row(cluster, obj)}
            text = " ".join([name, *key, shown["status"], shown["status_word"], shown["reason"]])
            text = f"{text} {' '.join(shown['tags'])}".casefold()
            reason = shown["reason"]
            if cluster.state == "stale":
                was = f"was {shown['status_word']}"
                shown |= {"status": "stale", "status_word": "Last seen", "reason": was}
            values = {
                "status": [shown["status"]],
                "tags": shown["tags"],
                "reason": [reason] if reason else [],
                **{place: [cluster.place[place]] for place in ("region", "environment")},
            }
            if (
                (who.namespaces is None or key[0] in who.namespaces)
                and query.namespace in (None, key[0])
                and all(word in text for word in query.search.split())
                and (not query.label_selector or obj["metadata"]["labels"]["tier"] == "edge")
                and all(
                    accepted(wanted, values[name])
                    for name, wanted in query.filters.items()
                    if name != without
                )
            ):
                found.append(shown | {"values": values})
    field = query.sort.removeprefix("-").removeprefix("metadata.") or "status"
    found.sort(key=lambda one: (one["namespace"], one["name"], one["cluster"]))
    found.sort(key=lambda one: by(field, one), reverse=query.sort.startswith("-"))
    return found


def by(field: str, shown: Row) -> Any:
    if field == "status":
        return STATUS_ORDER[shown["status"]]
    value = " ".join(shown[field]) if field == "tags" else shown[field]
    return value if field == "size" else value.casefold()


def names(rows: list[Row]) -> list[tuple[str, ...]]:
    return [
        tuple(one[k] for k in ("cluster", "namespace", "name", "status", "reason")) for one in rows
    ]


def pages(life: Life, who: Identity, query: ListQuery) -> tuple[list[Row], Page]:
    """All rows, page after page, and the first page."""
    rows: list[Row] = []
    first = life.table.page(who, query)
    for number in range(1, 1000):
        question = {slot: getattr(query, slot) for slot in query.__slots__}
        page = life.table.page(who, ListQuery(**{**question, "page": number}))
        assert len(page.items) == len(page.objects) <= query.page_size
        rows += page.items
        if not page.items:
            return rows, first
    raise AssertionError("the list does not end")


@pytest.mark.parametrize("seed", range(25))
def test_a_list_is_what_sorting_everything_would_give(seed: int) -> None:
    life = Life(seed)
    questions = [life.query() for _ in range(4)]
    for _ in range(30):
        life.step()
        if life.random.random() < 0.2:
            questions[life.random.randrange(4)] = life.query()
        for query in questions:
            who = life.pick(CONSOLE, LIMITED)
            wanted = naive(life, who, query)
            rows, first = pages(life, who, query)
            assert names(rows) == names(wanted)
            assert first.total == len(wanted)
            unfiltered = ListQuery(
                filters={k: v for k, v in query.filters.items() if k == "region"}
            )
            assert first.unfiltered == len(naive(life, who, unfiltered))
            counted = Counter(one["status"] for one in naive(life, who, query, without="status"))
            assert first.counts == counted


@pytest.mark.parametrize("seed", range(10))
def test_facets_are_what_counting_everything_would_give(seed: int) -> None:
    life = Life(seed)
    for _ in range(10):
        life.step()
        query, who = life.query(), life.pick(CONSOLE, LIMITED)
        found = life.table.facets(who, query)
        for name in ("status", "tags", "reason", "region", "environment"):
            rows = naive(life, who, query, without=name)
            assert found[name] == Counter(v for one in rows for v in one["values"][name])


def test_a_cluster_that_is_asked_for_after_it_went_is_not_found() -> None:
    life = Life(1)
    name = life.fleet.names()[0]
    assert life.table.page(CONSOLE, ListQuery(clusters=(name,))).clusters == 1
    del life.fleet.held[name]
    with pytest.raises(NotFound):
        life.table.page(CONSOLE, ListQuery(clusters=(name,)))
    assert name not in life.table.page(CONSOLE, ListQuery()).asked


def test_nothing_is_kept_of_a_cluster_that_went() -> None:
    life = Life(2)
    life.table.page(CONSOLE, ListQuery())
    gone = weakref.ref(life.fleet.held.pop(life.fleet.names()[0]))
    life.table.page(CONSOLE, ListQuery())
    gc.collect()
    assert gone() is None


def test_a_cluster_that_does_not_answer_is_named_with_what_is_known_of_it() -> None:
    life = Life(3)
    lost = life.fleet.get(life.fleet.names()[0])
    lost.state = "stale"
    lost.changed()
    (entry,) = life.table.page(CONSOLE, ListQuery()).clusters_missing
    assert entry["name"] == lost.name
    assert entry["reason"]
    assert set(entry) == {"name", "reason", "since", "last_seen"}
