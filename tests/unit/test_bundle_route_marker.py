"""Promise: routes that opt in have each rule marked, no rule ever refers to a filter that is not
there, and a route that opts out is as it was before."""

from copy import deepcopy
from typing import Any

import pytest
from ngf_operator.gateway.bundle import wanted
from ngf_operator.gateway.routes import of_interest, referred
from ngf_operator.wanting import Child

from tests.bundles import (
    GATEWAY_API,
    NGF,
    Cluster,
    Obj,
    accepted,
    bundle,
    children,
    edits,
    installed,
    lacks,
    made,
    reference,
)

PARENT = bundle({"routeMarker": {"enabled": True}})
OFF = bundle()
GONE: Obj = {
    "kind": "GatewayBundle",
    "metadata": {"name": "edge", "namespace": "shop", "deletionTimestamp": "now"},
    "spec": {},
}
TARGET = {"group": GATEWAY_API, "kind": "Gateway", "name": "edge"}
SNIPPETS = [{"context": "http", "value": 'map "" $ngf_route { default "-"; }'}]
DECLARED = accepted(
    "SnippetsPolicy", "shop/edge-marker", {"targetRefs": [TARGET], "snippets": SNIPPETS}
)
REDIRECT = {"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}


def route(*rules: Obj, kind: str = "HTTPRoute", label: str = "true", **rest: Any) -> Obj:
    labels = {"ngf-console.f5.com/route-marker": label} if label else {}
    parents = rest.pop("parents", [{"name": "edge", "namespace": "shop"}])
    spec = {"parentRefs": parents, "hostnames": ["a.example"], "rules": list(rules), **rest}
    metadata = {"labels": labels, "uid": "u", "resourceVersion": "7"}
    return made(f"{GATEWAY_API}/v1", kind, "web/cart", spec=spec, metadata=metadata)


def marker(index: int, owner: str = "shop/edge") -> Obj:
    """A marker filter as it is on the cluster."""
    value = f'set $ngf_route "web/cart/{index}";'
    spec = {"snippets": [{"context": "http.server.location", "value": value}]}
    metadata: Obj = {"annotations": {"ngf-console.f5.com/owner": f"GatewayBundle/{owner}"}}
    of = {"apiVersion": f"{GATEWAY_API}/v1", "kind": "HTTPRoute", "name": "cart", "uid": "u"}
    metadata["ownerReferences"] = [of]
    place = f"web/cart-marker-{index}"
    return made(f"{NGF}/v1alpha1", "SnippetsFilter", place, spec=spec, metadata=metadata)


def world(*objects: Obj, flags: tuple[str, ...] = ("--snippets",)) -> Cluster:
    return Cluster([*installed(*flags), *objects])


def filters(parent: Obj, cluster: Cluster) -> list[Child]:
    found = wanted(parent, cluster).children
    return [one for one in found if one.obj["kind"] == "SnippetsFilter"]


def names(parent: Obj, cluster: Cluster) -> list[str]:
    return sorted(one.obj["metadata"]["name"] for one in filters(parent, cluster))


def applied(parent: Obj, cluster: Cluster) -> None:
    """Do to the cluster what the operator would do, until nothing is left to do."""
    for _ in range(10):
        edit = edits(parent, cluster)
        kept = {one.obj["metadata"]["name"]: one for one in filters(parent, cluster)}
        for one in edit:
            (live,) = (each for each in cluster.objects if each["kind"] == one["kind"])
            live["spec"]["rules"] = one["spec"]["rules"]
        there = {
            one["metadata"]["name"] for one in cluster.objects if one["kind"] == "SnippetsFilter"
        }
        cluster.objects = [
            one
            for one in cluster.objects
            if one["kind"] != "SnippetsFilter"
            or one["metadata"]["name"] in kept
            or "annotations" not in one["metadata"]
        ]
        cluster.objects += [
            marker(int(name.rpartition("-")[2])) for name in kept if name not in there
        ]
        whole(cluster)
        if not edit and set(kept) <= there:
            return
    raise AssertionError("it never came to rest")


def whole(cluster: Cluster) -> None:
    """No rule refers to a filter that is not there: such a rule answers 500."""
    there = {one["metadata"]["name"] for one in cluster.objects if one["kind"] == "SnippetsFilter"}
    for one in cluster.objects:
        for rule in (one.get("spec") or {}).get("rules") or ():
            for each in rule.get("filters") or ():
                assert each.get("extensionRef", {}).get("name", "") in there | {""}


def rules_of(cluster: Cluster) -> list[Obj]:
    (found,) = (one for one in cluster.objects if one["kind"] in ("HTTPRoute", "GRPCRoute"))
    rules: list[Obj] = found["spec"]["rules"]
    return rules


def test_the_variable_is_declared_for_the_whole_gateway() -> None:
    found = children(PARENT, world())["SnippetsPolicy edge-marker"]
    assert found["spec"] == {"targetRefs": [TARGET], "snippets": SNIPPETS}


@pytest.mark.parametrize(
    ("kind", "name"), [("HTTPRoute", "cart-marker-0"), ("GRPCRoute", "cart-marker-grpc-0")]
)
def test_each_rule_gets_a_filter_that_the_route_owns(kind: str, name: str) -> None:
    one, two = filters(PARENT, world(route({}, {"filters": [REDIRECT]}, kind=kind)))
    assert one.obj["spec"] == marker(0)["spec"]
    assert two.obj["spec"] == marker(1)["spec"]
    assert one.obj["metadata"] == {"name": name, "namespace": "web"}
    assert one.owner is not None
    assert (one.owner["kind"], one.owner["metadata"]["uid"]) == (kind, "u")


def test_rules_refer_to_their_filter_once_it_is_there_and_the_variable_is_declared() -> None:
    rules = [{"matches": [{"path": {"value": "/a"}}]}, {"filters": [REDIRECT]}]
    whole_world = world(route(*rules), DECLARED, marker(0), marker(1))
    (edit,) = edits(PARENT, whole_world)
    assert edit["metadata"] == {"name": "cart", "namespace": "web", "resourceVersion": "7"}
    assert edit["spec"] == {
        "rules": [
            rules[0] | {"filters": [reference("cart-marker-0")]},
            {"filters": [REDIRECT, reference("cart-marker-1")]},
        ]
    }
    (edit,) = edits(PARENT, world(route(*rules), DECLARED, marker(1)))
    assert edit["spec"]["rules"][0] == rules[0]
    assert edits(PARENT, world(route(*rules), marker(0), marker(1))) == []
    assert edits(PARENT, world(route(*rules), DECLARED)) == []


@pytest.mark.parametrize(
    "other",
    [
        route({}, label=""),
        route({}, label="false"),
        route({}, parents=[{"name": "edge"}]),
        route({}, parents=[{"name": "other", "namespace": "shop"}]),
        route({}, parents=[{"name": "edge", "namespace": "shop", "kind": "Service", "group": ""}]),
    ],
)
def test_routes_that_did_not_opt_in_or_are_elsewhere_are_left_alone(other: Obj) -> None:
    cluster = world(other, DECLARED)
    assert (names(PARENT, cluster), edits(PARENT, cluster)) == ([], [])


@pytest.mark.parametrize(
    "rules",
    [
        [{"matches": [{"path": {"value": "/a"}}], "backendRefs": [{"name": "a", "port": 1}]}],
        [{"filters": [REDIRECT]}, {"filters": [reference("theirs")]}, {}],
    ],
)
def test_a_route_that_opts_out_is_as_it_was_and_has_no_filters_left(rules: list[Obj]) -> None:
    theirs = made(f"{NGF}/v1alpha1", "SnippetsFilter", "web/theirs", spec={"snippets": []})
    cluster = world(route(*deepcopy(rules)), DECLARED, theirs)
    applied(PARENT, cluster)
    last = {"filters": [*rules[-1].get("filters", []), reference(f"cart-marker-{len(rules) - 1}")]}
    assert rules_of(cluster)[-1] == rules[-1] | last
    marked = next(one for one in cluster.objects if one["kind"] == "HTTPRoute")
    marked["metadata"]["labels"] = {}
    applied(PARENT, cluster)
    assert rules_of(cluster) == rules
    assert names(PARENT, cluster) == []


@pytest.mark.parametrize(
    "after",
    [
        OFF,
        bundle({"routeMarker": {"enabled": False}}),
        GONE,
    ],
)
def test_without_marker_or_without_bundle_routes_are_as_they_were(after: Obj) -> None:
    cluster = world(route({"filters": [REDIRECT]}, {}), DECLARED)
    applied(PARENT, cluster)
    assert rules_of(cluster)[1] == {"filters": [reference("cart-marker-1")]}
    applied(after, cluster)
    assert rules_of(cluster) == [{"filters": [REDIRECT]}, {}]


def test_when_ngf_loses_its_snippets_the_references_go_because_they_would_answer_500() -> None:
    cluster = world(route({}), DECLARED)
    applied(PARENT, cluster)
    cluster.objects = [one for one in cluster.objects if one["kind"] != "Deployment"]
    cluster.objects += installed()[1:]
    applied(PARENT, cluster)
    assert rules_of(cluster) == [{}]
    assert lacks(PARENT, cluster)["RouteMarkerActive"].reason == "SnippetsDisabled"


@pytest.mark.parametrize("after", [PARENT, OFF, GONE], ids=["on", "off", "gone"])
@pytest.mark.parametrize(
    "why", [{"denied": {"HTTPRoute": "may not list httproutes"}}, {"absent": ["HTTPRoute"]}]
)
def test_markers_of_routes_that_cannot_be_seen_stay_as_they_are(after: Obj, why: Obj) -> None:
    before = world(route({}, {}), DECLARED, marker(0), marker(1))
    blind = Cluster([*installed("--snippets"), DECLARED, marker(0), marker(1)], **why)
    kept = filters(after, blind)
    of_before = filters(PARENT, before)
    assert [one.obj for one in kept] == [one.obj for one in of_before]
    for one in kept:
        assert one.owner is not None
        about = {key: one.owner["metadata"][key] for key in ("name", "namespace", "uid")}
        assert about == {"name": "cart", "namespace": "web", "uid": "u"}
    assert edits(after, blind) == []
    if "denied" in why:
        said = lacks(after, blind)["RouteMarkerActive"]
        assert (said.reason, said.kind, said.blocks) == ("MissingPermission", "HTTPRoute", True)
        assert "may not list httproutes" in said.message


def test_routes_of_two_kinds_and_one_name_have_each_their_own_filters() -> None:
    both = world(route({}), route({}, kind="GRPCRoute"), DECLARED)
    assert names(PARENT, both) == ["cart-marker-0", "cart-marker-grpc-0"]


def test_when_the_class_is_of_another_controller_the_references_go() -> None:
    cluster = world(route({}), DECLARED)
    applied(PARENT, cluster)
    cluster.objects = [one for one in cluster.objects if one["kind"] != "GatewayClass"]
    cluster.objects += installed("--snippets", controller="example.com/other")[:1]
    applied(PARENT, cluster)
    assert rules_of(cluster) == [{}]


def test_a_route_that_the_operator_keeps_itself_is_not_fought_over() -> None:
    kept = route({})
    kept["metadata"]["annotations"] = {"ngf-console.f5.com/owner": "InferenceStack/web/cart"}
    cluster = world(kept, DECLARED, marker(0))
    assert edits(PARENT, cluster) == []
    said = lacks(PARENT, cluster)["RouteMarkerActive"]
    assert (said.reason, said.blocks) == ("KeptByOperator", False)
    place = kept["metadata"]["namespace"], kept["metadata"]["name"]
    assert (said.namespace, said.name) == place, "who may not see it does not hear of it"
    assert "InferenceStack/web/cart" in said.message


def test_rules_that_come_go_and_change_places_keep_the_marker_of_their_place() -> None:
    cluster = world(route({"name": "a"}, {"name": "b"}, {"name": "c"}), DECLARED)
    applied(PARENT, cluster)
    del rules_of(cluster)[0]
    applied(PARENT, cluster)
    assert rules_of(cluster) == [
        {"name": "b", "filters": [reference("cart-marker-0")]},
        {"name": "c", "filters": [reference("cart-marker-1")]},
    ]
    assert names(PARENT, cluster) == ["cart-marker-0", "cart-marker-1"]


def test_a_rule_that_its_owner_marks_already_is_left_to_him() -> None:
    snippets = [{"context": "http.server.location", "value": 'set $ngf_route "mine";'}]
    theirs = made(f"{NGF}/v1alpha1", "SnippetsFilter", "web/mine", spec={"snippets": snippets})
    cluster = world(route({"filters": [reference("mine")]}, {}), DECLARED, theirs)
    applied(PARENT, cluster)
    assert rules_of(cluster)[0] == {"filters": [reference("mine")]}
    assert names(PARENT, cluster) == ["cart-marker-1"]


def test_a_rule_with_as_many_filters_as_there_may_be_is_left_out_and_named() -> None:
    cluster = world(route({"filters": [REDIRECT] * 16}), DECLARED, marker(0))
    said = lacks(PARENT, cluster)["RouteMarkerActive"]
    assert (said.reason, said.blocks) == ("TooManyFilters", False)
    assert edits(PARENT, cluster) == []


def test_a_filter_that_was_deleted_is_made_again_and_the_route_keeps_its_reference() -> None:
    cluster = world(route({}), DECLARED)
    applied(PARENT, cluster)
    cluster.objects = [one for one in cluster.objects if one["kind"] != "SnippetsFilter"]
    assert names(PARENT, cluster) == ["cart-marker-0"]
    assert edits(PARENT, cluster) == []


def test_of_two_gateways_with_a_marker_one_marks_a_route() -> None:
    other = bundle({"routeMarker": {}}, name="also")
    parents = [{"name": "edge", "namespace": "shop"}, {"name": "also", "namespace": "shop"}]
    cluster = world(route({}, parents=parents), PARENT, other)
    assert names(PARENT, cluster) == []
    assert names(other, cluster) == ["cart-marker-0"]
    cluster = world(route({}, parents=parents), PARENT, bundle(name="also"))
    assert names(PARENT, cluster) == ["cart-marker-0"]


def test_filters_of_another_bundle_are_not_touched() -> None:
    cluster = world(route({"filters": [reference("cart-marker-0")]}, label=""), marker(0, "a/b"))
    assert (names(PARENT, cluster), edits(PARENT, cluster)) == ([], [])


def test_of_routes_that_do_not_matter_next_to_nothing_is_remembered() -> None:
    assert of_interest(route({}, label=""))["spec"] == {
        "parentRefs": [{"name": "edge", "namespace": "shop"}]
    }
    for one in (route({}), route({"filters": [reference("cart-marker-0")]}, label="")):
        assert of_interest(one)["spec"] == one["spec"]


def test_no_names_of_markers_are_made_up_for_routes_that_refer_to_no_filter() -> None:
    nameless: Obj = {"kind": "HTTPRoute", "metadata": {"namespace": "web"}}
    for rule in ({}, {"filters": [REDIRECT]}):
        assert referred({**nameless, "spec": {"rules": [rule]}}) == frozenset()
    of = referred(route({"filters": [REDIRECT, reference("cart-marker-0"), reference("mine")]}))
    assert of == {"cart-marker-0"}
