"""Promise: of what is there a preview removes what the operator would remove, and nothing else; of
what it edits it says what the operator would make of it."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from ngf_operator.belonging import dressed
from ngf_operator.wanting import Child

from services.auth.identity import CONSOLE, Identity, Role
from services.clusters.cluster import Cluster
from services.kube.catalogue import KINDS, Resource
from services.kube.changes import Changes, Edit, Plan
from services.kube.fields import changes
from services.kube.shelf import Snapshot
from services.planned import Planned, Planner, ending, taken_back

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


def gone(parent: Obj, who: Identity = CONSOLE) -> tuple[set[str], int]:
    planner = Planner(cast(Changes, None), who, cast(Cluster, Api(HERE)), parent)
    found, hidden = planner.planned(())
    assert {one.verb for one in found} == {"remove"}
    return {f"{one.namespace}/{one.name}" for one in found}, hidden


def test_children_of_another_parent_of_the_same_name_stay() -> None:
    mine = {"certs/of-a", "shop/cart-marker-0", "team-a/edge"}
    assert gone(PARENT) == ({*mine, "team-a/orphaned"}, 0)
    assert gone(ending(PARENT)) == (mine, 0)


def test_what_goes_in_namespaces_of_others_is_counted() -> None:
    limited = Identity("anna", Role.OPERATOR, namespaces=frozenset({"team-a"}))
    told = {"kind": "Role", "namespace": "certs", "name": "of-a", "specHash": "1"}
    parent = ending(PARENT) | {"status": {"children": [told]}}
    assert gone(parent, limited) == ({"team-a/edge"}, 3)
    planner = Planner(cast(Changes, None), limited, cast(Cluster, Api(HERE)), PARENT)
    found, hidden = planner.planned([grant()])
    assert [one.name for one in found] == ["edge", "orphaned"]
    assert hidden == 2, "the grant that is wanted does not go"


def test_what_a_scaler_of_the_cluster_made_of_a_child_is_not_removed() -> None:
    copied = child("team-a/keda-hpa-edge", "team-a/edge", "s1", "HorizontalPodAutoscaler")
    [owner] = copied["metadata"]["ownerReferences"]
    owner.update(kind="ScaledObject", controller=True)
    here = Api({"horizontalpodautoscalers": [copied]})
    found, hidden = Planner(cast(Changes, None), CONSOLE, cast(Cluster, here), PARENT).planned(())
    assert (tuple(found), hidden) == ((), 0)


@dataclass
class Willing:
    """An API server that takes every update as it is."""

    api: Api

    def plan_update(
        self, _who: Identity, cluster: str, kind: str, namespace: str, name: str, edit: Edit
    ) -> Plan:
        live = dict(self.api.snapshot(kind).objects[namespace, name])
        result = edit(deepcopy(live))
        diff = changes(live, result, result)
        return Plan("update", cluster, kind, namespace, name, live, result, diff, "1", None)


def planned(here: Api, parent: Obj, child: Child, before: Child | None = None) -> Planned:
    was = [before] if before else []
    planner = Planner(cast(Changes, Willing(here)), CONSOLE, cast(Cluster, here), parent, was)
    (one,) = [one for one in planner.planned([child])[0] if one.verb != "remove"]
    return one


def marked(owner: str) -> Api:
    """A route, and the filter of a bundle that its rule refers to."""
    ref = {"group": NGF, "kind": "SnippetsFilter", "name": "cart-marker-0"}
    rules = [{"name": "a", "filters": [{"type": "ExtensionRef", "extensionRef": ref}]}]
    route = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"namespace": "shop", "name": "cart", "resourceVersion": "7"},
        "spec": {"hostnames": ["cart.example"], "rules": rules},
    }
    marker = child("shop/cart-marker-0", owner, "route", "SnippetsFilter")
    return Api({"httproutes": [route], "snippetsfilters": [marker]})


@pytest.mark.parametrize(("owner", "back"), [("team-a/edge", True), ("team-b/edge", False)])
def test_a_route_gets_back_what_a_bundle_that_goes_edited_of_it(owner: str, back: bool) -> None:
    edits = taken_back("gatewaybundles", PARENT, cast(Cluster, marked(owner)))
    assert [one.obj["spec"]["rules"] for one in edits] == ([[{"name": "a"}]] if back else [])


def test_a_marker_that_is_taken_back_is_shown_as_gone() -> None:
    here = marked("team-a/edge")
    (edit,) = taken_back("gatewaybundles", PARENT, cast(Cluster, here))
    route = planned(here, ending(PARENT), edit)
    assert route.verb == "change"
    assert {one.path.partition(".filters")[0] for one in route.changes} == {"spec.rules[0]"}
    assert route.obj["spec"] == {"hostnames": ["cart.example"], "rules": [{"name": "a"}]}


def grant(**spec: Any) -> Child:
    metadata = {"namespace": "certs", "name": "of-a"}
    version = "gateway.networking.k8s.io/v1beta1"
    obj = {"apiVersion": version, "kind": "ReferenceGrant", "metadata": metadata, "spec": spec}
    return Child("ReferencesGranted", obj)


def test_what_is_wanted_no_more_is_shown_as_gone() -> None:
    before, after = grant(kept=1, gone=2), grant(kept=1)
    here = Api({"referencegrants": [dressed(PARENT, before)]})
    assert planned(here, PARENT, before, before).verb == "same"
    shown = planned(here, PARENT, after, before)
    assert (shown.verb, shown.obj["spec"]) == ("change", {"kept": 1})
    assert [(one.path, one.old) for one in shown.changes] == [("spec.gone", 2)]


def test_a_child_that_somebody_left_without_marks_is_taken_if_it_was_applied_before() -> None:
    wanted, place = grant(kept=1), {"namespace": "certs", "name": "of-a"}
    bare = {**wanted.obj, "metadata": place, "spec": {"kept": 2}}
    row = {"kind": "ReferenceGrant", **place, "specHash": "1"}
    parent = PARENT | {"status": {"children": [row]}}
    here = Api({"referencegrants": [bare]})
    assert "was made by somebody else" in planned(here, PARENT, wanted).fault
    shown = planned(here, parent, wanted, wanted)
    assert (shown.fault, shown.obj["spec"]) == ("", {"kept": 1})
    bare["metadata"] = child("certs/of-a", "team-b/edge")["metadata"]
    assert "belongs to GatewayBundle team-b/edge" in planned(here, parent, wanted).fault


def test_what_was_not_applied_as_it_is_wanted_is_never_the_same() -> None:
    before, after = grant(kept=1, gone=2), grant(kept=1)
    here = Api({"referencegrants": [dressed(PARENT, before)]})
    unknown = planned(here, PARENT, after)
    assert (unknown.verb, bool(unknown.unchecked)) == ("change", True)
