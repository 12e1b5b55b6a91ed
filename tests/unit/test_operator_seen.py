"""Promise: a builder is asked again for what it looked at, and for nothing else."""

from typing import Any

from ngf_operator.builders import RECIPES
from ngf_operator.client import Api
from ngf_operator.names import ROUTE_MARKER
from ngf_operator.reads import merged
from ngf_operator.seen import Asking, Parent, Readers, Seen, ref_of
from ngf_operator.served import Served
from ngf_operator.wanting import CHILDREN, Reads

Obj = dict[str, Any]
PLANES = "app.kubernetes.io/name in (nginx-gateway)"
EDGE = Parent("GatewayBundle", "shop", "edge")


def deployment(name: str, **rest: Any) -> Obj:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop", "resourceVersion": "1"},
        **rest,
    }


def seen(*reads: Reads) -> Seen:
    return Seen(Served(Api.__new__(Api), lambda: None, 60.0), reads)


def test_a_question_for_one_selector_is_answered_and_asked_again_for_that_alone() -> None:
    world = seen(
        Reads("apps", "Deployment", ("v1",), PLANES),
        Reads("apps", "Deployment", ("v1",), "", lambda obj: {**obj, "spec": {}}),
    )
    planes, others = world.shelves
    world.put(planes, deployment("ngf", spec={"replicas": 1}))
    world.put(others, deployment("ngf", spec={"replicas": 1}))
    world.put(others, deployment("shop"))
    asking, readers = Asking(world), Readers()
    assert [one["spec"] for one in asking.all("apps", "Deployment", labels=PLANES)] == [
        {"replicas": 1}
    ]
    readers.note(EDGE, asking.asked)
    assert readers.of_object(ref_of(deployment("shop")), "") == set()
    assert readers.of_object(ref_of(deployment("ngf")), PLANES) == {EDGE}


def test_an_answer_that_comes_after_the_word_that_the_object_is_gone_brings_nothing_back() -> None:
    world = seen(Reads("apps", "Deployment", ("v1",), ""))
    [shelf] = world.shelves

    def of(version: str) -> Obj:
        one = deployment("ngf")
        one["metadata"]["resourceVersion"] = version
        return one

    shelf.since = "2"
    world.put(shelf, of("2"))
    shelf.since = "3"
    assert world.drop(shelf, of("3"))
    world.remember(of("2"))
    assert world.get("apps", "Deployment", "shop", "ngf") is None
    world.remember(of("4"))
    assert world.get("apps", "Deployment", "shop", "ngf")


def test_of_routes_no_more_is_kept_than_is_looked_at() -> None:
    reads = [each for recipe in RECIPES for each in recipe.reads]
    [routes] = [each for each in merged(reads) if (each.kind, each.labels) == ("HTTPRoute", "")]
    backend = {"kind": "InferencePool", "name": "m"}
    rule = {"matches": [{"path": {"value": "/"}}], "backendRefs": [backend]}
    redirect = {"filters": [{"type": "RequestRedirect"}]}
    parents = [{"parentRef": {"name": "edge"}, "conditions": []}]
    route = {
        "metadata": {"name": "cart", "namespace": "shop"},
        "spec": {"hostnames": ["a"], "parentRefs": [{"name": "edge"}], "rules": [rule, redirect]},
        "status": {"parents": parents},
    }
    assert routes.keep(route) == {
        "metadata": route["metadata"],
        "spec": {"parentRefs": [{"name": "edge"}], "rules": [{"backendRefs": [backend]}]},
        "status": {"parents": parents},
    }
    marked = {**route, "metadata": {**route["metadata"], "labels": {ROUTE_MARKER: "true"}}}
    assert routes.keep(marked) == marked


def test_what_another_controller_made_of_a_child_is_no_child() -> None:
    stack, names = "InferenceStack/llm/llama", {"name": "keda-hpa-llama-scaler", "namespace": "llm"}
    made: Obj = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {**names, "annotations": {"ngf-console.f5.com/owner": stack}},
    }
    world = seen(Reads("autoscaling", "HorizontalPodAutoscaler", ("v2",), CHILDREN))
    [shelf] = world.shelves
    scaler = {"kind": "ScaledObject", "name": "llama-scaler", "uid": "1", "controller": True}
    world.put(shelf, {**made, "metadata": {**made["metadata"], "ownerReferences": [scaler]}})
    assert world.children(Parent("InferenceStack", "llm", "llama")) == []
    route = {"kind": "HTTPRoute", "name": "llama", "uid": "1"}
    ours = {"kind": "InferenceStack", "name": "llama", "uid": "2", "controller": True}
    for owners in ([], [route], [ours]):
        world.put(shelf, {**made, "metadata": {**made["metadata"], "ownerReferences": owners}})
        assert len(world.children(Parent("InferenceStack", "llm", "llama"))) == 1


def test_a_question_for_a_kind_hears_of_it_by_every_selector() -> None:
    world = seen(
        Reads("apps", "Deployment", ("v1",), CHILDREN),
        Reads("apps", "Deployment", ("v1",), ""),
    )
    asking, readers = Asking(world), Readers()
    list(asking.all("apps", "Deployment", "shop"))
    readers.note(EDGE, asking.asked)
    for labels in ("", CHILDREN):
        assert readers.of_object(ref_of(deployment("any")), labels) == {EDGE}
