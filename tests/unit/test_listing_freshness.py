"""Promise: a list shows what is there now, and its mark stays true over a restart."""

from datetime import UTC, datetime
from typing import Any, cast

from services.auth.identity import CONSOLE, Identity
from services.clusters.fleet import Fleet
from services.gatewayapi.resources import Resources
from services.kube.shelf import Snapshot
from services.listing import ListQuery

NGF = "gateway.nginx.org/nginx-gateway-controller"
Objects = dict[str, list[dict[str, Any]]]


class Known:
    """A fleet of one cluster whose snapshots the test decides, as a watch would publish them."""

    name = "web"

    def __init__(self, objects: Objects) -> None:
        self._snapshots: dict[str, Snapshot] = {}
        for kind, found in objects.items():
            self.publish(kind, found)

    def publish(self, kind: str, found: list[dict[str, Any]], state: Any = "live") -> None:
        before = self.snapshot(kind)
        keyed = {(o["metadata"].get("namespace", ""), o["metadata"]["name"]): o for o in found}
        self._snapshots[kind] = Snapshot(
            kind, keyed, before.version + 1, datetime.now(UTC), state, since=None
        )

    def snapshot(self, kind: str) -> Snapshot:
        return self._snapshots.get(kind, Snapshot(kind, {}, 0, None, "absent"))

    def clusters(self, _who: Identity = CONSOLE) -> list["Known"]:
        return [self]

    def get(self, name: str) -> "Known":
        return self


def gateway_class(controller: str = NGF) -> dict[str, Any]:
    metadata = {"name": "nginx", "uid": "class", "resourceVersion": "1"}
    return {"metadata": metadata, "spec": {"controllerName": controller}}


def gateway(name: str = "edge", version: str = "1") -> dict[str, Any]:
    metadata = {"namespace": "shop", "name": name, "uid": name, "resourceVersion": version}
    return {"metadata": metadata, "spec": {"gatewayClassName": "nginx", "listeners": []}}


def resources(fleet: Known) -> Resources:
    return Resources(cast(Fleet, fleet))


def mark(objects: Objects, **query: Any) -> str:
    return resources(Known(objects)).list(CONSOLE, "gateways", ListQuery(**query)).etag


def test_a_class_counts_a_gateway_that_came_later() -> None:
    fleet = Known({"gatewayclasses": [gateway_class()], "gateways": [gateway()]})
    model = resources(fleet)
    (first,) = model.list(CONSOLE, "gatewayclasses", ListQuery()).items
    fleet.publish("gateways", [gateway(), gateway("inner")])
    (second,) = model.list(CONSOLE, "gatewayclasses", ListQuery()).items
    assert (first["gateways"], second["gateways"]) == (1, 2)


def test_a_gateway_is_judged_anew_once_its_class_is_known() -> None:
    fleet = Known({"gateways": [gateway()]})
    model = resources(fleet)
    assert model.list(CONSOLE, "gateways", ListQuery()).items[0]["status_word"] == "Pending"
    fleet.publish("gatewayclasses", [gateway_class("istio.io/gateway-controller")])
    assert model.list(CONSOLE, "gateways", ListQuery()).items[0]["status_word"] == "Not NGF"


def test_a_row_is_made_anew_only_when_its_object_changed() -> None:
    kept, changed = gateway(), gateway("inner")
    fleet = Known({"gatewayclasses": [gateway_class()], "gateways": [kept, changed]})
    table = resources(fleet)._tables["gateways"]
    ((_, _, before),) = table.held(CONSOLE)
    fleet.publish("gateways", [kept, gateway("inner", "2")])
    ((_, _, held),) = table.held(CONSOLE)
    entries, after = before.entries, held.entries
    assert {key: one.row for key, one in after.items()} == {k: o.row for k, o in entries.items()}
    assert after[("shop", "edge")] is entries[("shop", "edge")]
    assert after[("shop", "inner")] is not entries[("shop", "inner")]


def test_a_mark_survives_a_restart_and_changes_with_what_it_marks() -> None:
    one = {"gateways": [gateway()]}
    assert mark(one) == mark({"gateways": [gateway()]})
    assert mark(one) != mark({"gateways": [gateway("other")]})
    assert mark(one) != mark({"gateways": [gateway(version="2")]})
    assert mark(one) != mark({"gateways": [gateway(), gateway("inner")]}, page_size=1)


def test_a_mark_changes_when_the_cluster_is_lost() -> None:
    fleet = Known({"gateways": [gateway()]})
    model = resources(fleet)
    before = model.list(CONSOLE, "gateways", ListQuery()).etag
    fleet.publish("gateways", [gateway()], state="stale")
    assert model.list(CONSOLE, "gateways", ListQuery()).etag != before
