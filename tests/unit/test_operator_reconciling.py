"""Promise: what was done to children is told once the server takes the status, to nobody who may
not see where they are, and a builder that fails leaves everything as it is."""

import asyncio
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import pytest
from ngf_operator.client import Api, Refused, Unreachable
from ngf_operator.metrics import Metrics
from ngf_operator.reconciling import Reconciler
from ngf_operator.seen import Parent, Seen
from ngf_operator.served import Resource, Served
from ngf_operator.statuses import LISTED
from ngf_operator.telling import Events
from ngf_operator.wanting import CHILDREN, Child, Obj, Reads, Recipe, Wanted, World

EDGE = Parent("GatewayBundle", "shop", "edge")
RESOURCES = {
    "GatewayBundle": Resource("ngf-console.f5.com", "v1alpha1", "GatewayBundle", "bundles", True),
    "ConfigMap": Resource("", "v1", "ConfigMap", "configmaps", True),
}


class Server(Api):
    """One bundle and ConfigMaps in memory. ``refusals`` are the answers to the next statuses,
    ``denied`` those to the next applies."""

    def __init__(self) -> None:
        self.version = 1
        self.objects: dict[str, Obj] = {}
        self.refusals: list[Refused] = []
        self.denied: list[Refused] = []
        self.asked: list[tuple[str, str]] = []
        self.events: list[str] = []
        self.messages: list[str] = []

    async def get(self, path: str, **options: Any) -> Obj:
        self.asked.append(("get", path))
        if path not in self.objects:
            raise Refused(404, "NotFound", "not found")
        return deepcopy(self.objects[path])

    async def apply(self, path: str, obj: Obj) -> Obj:
        self.asked.append(("apply", path))
        if self.denied:
            raise self.denied.pop()
        ours = {"manager": "ngf-console-operator", "operation": "Apply"}
        return self.put(path, {**obj, "metadata": {**obj["metadata"], "managedFields": [ours]}})

    async def delete(self, path: str, obj: Obj) -> None:
        del self.objects[path]

    async def merge(self, path: str, change: Obj) -> Obj:
        self.asked.append(("status", path))
        if self.refusals:
            raise self.refusals.pop()
        path = path.removesuffix("/status")
        now = self.objects[path]
        return self.put(path, {**now, "status": (now.get("status") or {}) | change["status"]})

    async def call(self, verb: str, method: str, path: str, body: Any = None, **_: Any) -> Obj:
        self.events.append(body["reason"])
        self.messages.append(body["message"])
        return {}

    def put(self, path: str, obj: Obj) -> Obj:
        self.version += 1
        obj = deepcopy(obj)
        obj["metadata"].setdefault("uid", f"uid of {path}")
        obj["metadata"]["resourceVersion"] = str(self.version)
        self.objects[path] = obj
        return deepcopy(obj)


class Discovered(Served):
    """Both kinds are served."""

    def find(self, group: str, kind: str, versions: Iterable[str]) -> Resource:
        return RESOURCES[kind]

    def resource(self, api_version: str, kind: str) -> Resource:
        return RESOURCES[kind]


class Cluster:
    """The server, what the operator has seen of it, and its reconciler."""

    def __init__(self) -> None:
        self.api, self.fails = Server(), False
        self.data = {"web": "1"}
        served = Discovered(self.api, lambda: None, 60.0)
        self.seen = Seen(served, [Reads("", "ConfigMap", ("v1",), CHILDREN)])
        recipe = Recipe(EDGE.kind, self.wanted, ())
        events, metrics = Events(self.api, "test"), Metrics("test")
        self.reconciler = Reconciler(
            self.api, served, self.seen, {EDGE.kind: recipe}, events, metrics, 60.0
        )
        about = {"name": "edge", "namespace": "shop", "generation": 1}
        bundle = {"apiVersion": "ngf-console.f5.com/v1alpha1", "kind": EDGE.kind}
        path = RESOURCES[EDGE.kind].path("shop", "edge")
        self.reconciler.parents.put(self.api.put(path, {**bundle, "metadata": about, "spec": {}}))

    def wanted(self, parent: Obj, world: World) -> Wanted:
        if self.fails:
            raise TypeError("not iterable")
        return Wanted(tuple(self._child(place, said) for place, said in self.data.items()))

    def _child(self, place: str, said: str) -> Child:
        space, _, name = place.rpartition("/")
        about = {"name": name, "namespace": space or "shop"}
        obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": about, "data": {"a": said}}
        return Child("Kept", obj)

    def reconcile(self) -> None:
        asyncio.run(self.reconciler.reconcile(EDGE, {"timer"}))

    def deleted(self, space: str = "shop") -> None:
        """Somebody deletes the ConfigMap, and the watch says so."""
        [shelf] = self.seen.shelves
        self.seen.drop(shelf, self.api.objects.pop(RESOURCES["ConfigMap"].path(space, "web")))

    @property
    def status(self) -> Obj:
        parent = self.reconciler.parents.get(EDGE)
        assert parent is not None
        return dict(parent["status"])


@pytest.fixture
def cluster() -> Cluster:
    """A bundle whose child has been made."""
    found = Cluster()
    found.reconcile()
    assert found.status["phase"] == "Ready"
    found.api.asked.clear()
    found.api.events.clear()
    found.api.messages.clear()
    return found


def test_at_rest_nothing_is_asked(cluster: Cluster) -> None:
    cluster.reconcile()
    assert (cluster.api.asked, cluster.api.events) == ([], [])


PARENT = ("get", RESOURCES[EDGE.kind].path("shop", "edge"))
CHILD = ("get", RESOURCES["ConfigMap"].path("shop", "web"))


def test_a_parent_is_asked_for_once_when_a_child_of_it_goes(cluster: Cluster) -> None:
    cluster.deleted()
    refused = Refused(403, "Forbidden", "exceeded quota")
    cluster.api.denied = [refused, refused]
    cluster.reconcile()
    assert cluster.status["children"][0]["reason"] == "Forbidden"
    assert PARENT in cluster.api.asked
    cluster.api.asked.clear()
    cluster.reconcile()
    assert [verb for verb, _ in cluster.api.asked] == ["get", "apply"]
    cluster.reconcile()
    assert cluster.status["drift"]["count"] == 1, "it was ours all the time"
    cluster.deleted()
    cluster.api.asked.clear()
    cluster.reconcile()
    assert PARENT in cluster.api.asked


def test_of_what_is_not_ours_only_the_object_itself_is_asked_for(cluster: Cluster) -> None:
    cluster.deleted()
    about = {"name": "web", "namespace": "shop"}
    cluster.api.put(CHILD[1], {"apiVersion": "v1", "kind": "ConfigMap", "metadata": about})
    cluster.reconcile()
    [row] = cluster.status["children"]
    assert row["reason"] == "NotOurs"
    assert "specHash" not in row
    cluster.api.asked.clear()
    cluster.reconcile()
    assert cluster.api.asked == [CHILD]


def test_a_restore_is_told_though_the_first_status_is_not_taken(cluster: Cluster) -> None:
    cluster.deleted()
    cluster.api.refusals = [Refused(500, "InternalError", "busy")]
    with pytest.raises(Refused):
        cluster.reconcile()
    assert cluster.api.events == []
    cluster.reconcile()
    assert cluster.status["drift"]["count"] == 1
    assert cluster.status["children"][0]["drift"] == 1
    assert cluster.api.events == ["ChildRestored"]
    cluster.reconcile()
    assert cluster.status["drift"]["count"] == 1


@pytest.mark.parametrize(
    ("data", "event"),
    [
        ({"web": "1", "api": "1"}, "ChildMade"),
        ({"web": "2"}, "ChildChanged"),
        ({}, "ChildRemoved"),
    ],
)
def test_what_was_done_is_told_once_though_the_first_status_is_not_taken(
    cluster: Cluster, data: dict[str, str], event: str
) -> None:
    cluster.data = data
    cluster.api.refusals = [Refused(500, "InternalError", "busy")]
    with pytest.raises(Refused):
        cluster.reconcile()
    assert cluster.api.events == []
    cluster.reconcile()
    assert cluster.api.events == [event]
    cluster.reconcile()
    assert cluster.api.events == [event]


def test_what_was_done_is_told_though_the_server_went_away_in_the_middle(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> None:
        raise Unreachable("away")

    cluster.data = {"api": "1"}
    with monkeypatch.context() as now:
        now.setattr(cluster.api, "delete", away)
        with pytest.raises(Unreachable):
            cluster.reconcile()
    cluster.reconcile()
    assert cluster.api.events == ["ChildMade", "ChildRemoved"]


def test_what_fails_is_told_once_also_where_the_status_does_not_list_it(cluster: Cluster) -> None:
    cluster.data = {f"web-{number}": "1" for number in range(LISTED + 2)}
    cluster.api.denied = [Refused(403, "Forbidden", "exceeded quota") for _ in cluster.data] * 2
    cluster.reconcile()
    assert cluster.api.events.count("ChildFailed") == LISTED + 2
    cluster.api.events.clear()
    cluster.reconcile()
    assert cluster.api.denied == []
    assert cluster.api.events == []


def test_events_name_no_child_of_another_namespace(cluster: Cluster) -> None:
    refused = Refused(403, "Forbidden", 'configmaps "web" is forbidden in the namespace "vault"')
    cluster.data |= {"vault/web": "1", "cellar/web": "1"}
    cluster.reconcile()
    cluster.deleted("vault")
    cluster.reconcile()
    cluster.deleted("vault")
    cluster.api.denied = [refused, refused]
    cluster.reconcile()
    del cluster.data["cellar/web"], cluster.data["vault/web"]
    cluster.reconcile()
    assert list(zip(cluster.api.events, cluster.api.messages, strict=True)) == [
        ("ChildMade", "ConfigMap of another namespace"),
        (
            "ChildRestored",
            "ConfigMap of another namespace was changed or deleted by somebody else and was"
            " restored.",
        ),
        ("ChildFailed", "ConfigMap of another namespace: Forbidden"),
        ("ChildRemoved", "ConfigMap of another namespace"),
    ]


def test_a_builder_that_fails_leaves_what_is_known_of_the_children(cluster: Cluster) -> None:
    rows = cluster.status["children"]
    cluster.fails = True
    cluster.reconcile()
    assert cluster.status["phase"] == "Degraded"
    assert cluster.status["children"] == rows
    cluster.fails = False
    cluster.reconcile()
    assert cluster.status["children"] == rows
    assert "ChildMade" not in cluster.api.events
