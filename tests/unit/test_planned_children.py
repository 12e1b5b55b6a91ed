"""Promise: of what is there a preview removes what the operator would remove, and nothing else."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from services.auth.identity import CONSOLE, Identity, Role
from services.clusters.cluster import Cluster
from services.kube.catalogue import KINDS, Resource
from services.kube.changes import Changes
from services.kube.shelf import Snapshot
from services.planned import Planner, ending, taken_back

Obj = dict[str, Any]
GROUP = "ngf-console.f5.com"
NGF = "gateway.nginx.org"
PARENT: Obj = {
    "apiVersion": f"{GROUP}/v1alpha1",
    "kind": "GatewayBundle",
    "metadata": {"namespace": "team-a", "name": "edge", "uid": "u1"},
    "spec": {"gatewayClassName": "nginx", "listeners": [], "routeMarker": {"enabled": True}},
}


@dataclass
class Api:
    """What a cluster's watches hold; stands in for a cluster."""

    objects: dict[str, list[Obj]]
    name: str = "web"

    def snapshot(self, kind: str) -> Snapshot:
        known = KINDS[kind]
        group, versions = known.candidates[0]
        served = Resource(known, group, versions[0], kind, known.namespaced, frozenset())
        found = {
            (one["metadata"].get("namespace", ""), one["metadata"]["name"]): one
            for one in self.objects.get(kind, [])
        }
        return Snapshot(kind, found, 1, datetime.now(UTC), "live", resource=served)


def child(place: str, owner: str, uid: str = "", kind: str = "ReferenceGrant") -> Obj:
    namespace, name = place.split("/")
    metadata: Obj = {
        "namespace": namespace,
        "name": name,
        "labels": {f"{GROUP}/bundle": "edge", "app.kubernetes.io/managed-by": "ngf-console"},
        "annotations": {f"{GROUP}/owner": f"GatewayBundle/{owner}"},
    }
    if uid:
        metadata["ownerReferences"] = [{"uid": uid, "kind": "X", "name": "x"}]
    return {"kind": kind, "metadata": metadata}


HERE = {
    "referencegrants": [
        child("certs/of-a", "team-a/edge"),
        child("certs/of-b", "team-b/edge"),
        child("team-a/orphaned", "team-a/edge"),
    ],
    "snippetsfilters": [
        child("shop/cart-marker-0", "team-a/edge", "route", "SnippetsFilter"),
        child("shop/cart-marker-1", "team-b/edge", "route", "SnippetsFilter"),
    ],
    "gateways": [child("team-a/edge", "team-a/edge", "u1", "Gateway")],
}


def gone(parent: Obj, who: Identity = CONSOLE) -> set[str]:
    planner = Planner(cast(Changes, None), who, cast(Cluster, Api(HERE)), parent)
    planned = planner.planned(())
    assert {one.verb for one in planned} == {"remove"}
    return {f"{one.namespace}/{one.name}" for one in planned}


def test_children_of_another_parent_of_the_same_name_stay() -> None:
    mine = {"certs/of-a", "shop/cart-marker-0", "team-a/edge"}
    assert gone(PARENT) == {*mine, "team-a/orphaned"}
    assert gone(ending(PARENT)) == mine
    limited = Identity("anna", Role.OPERATOR, namespaces=frozenset({"team-a"}))
    assert gone(ending(PARENT), limited) == {"team-a/edge"}


@pytest.mark.parametrize(("owner", "back"), [("team-a/edge", True), ("team-b/edge", False)])
def test_a_route_gets_back_what_a_bundle_that_goes_edited_of_it(owner: str, back: bool) -> None:
    ref = {"group": NGF, "kind": "SnippetsFilter", "name": "cart-marker-0"}
    rules = [{"filters": [{"type": "ExtensionRef", "extensionRef": ref}]}]
    route = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"namespace": "shop", "name": "cart", "resourceVersion": "7"},
        "spec": {"rules": rules},
    }
    marker = child("shop/cart-marker-0", owner, "route", "SnippetsFilter")
    here = Api({"httproutes": [route], "snippetsfilters": [marker]})
    edits = taken_back("gatewaybundles", PARENT, cast(Cluster, here))
    assert [one.obj["spec"]["rules"] for one in edits] == ([[{}]] if back else [])
