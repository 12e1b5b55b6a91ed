"""Promise: a publication says what keeps a route from being published, and forgets nothing."""

from typing import Any

from ngf_operator.builders import RECIPES
from ngf_operator.publish.publish import RECIPE, wanted
from ngf_operator.reads import merged
from ngf_operator.standing import standing

from tests.known import Known, Obj

GATEWAYS = "gateway.networking.k8s.io"
PUBLICATION: Obj = {
    "apiVersion": "ngf-console.f5.com/v1alpha1",
    "kind": "DistributedCloudPublish",
    "metadata": {"name": "llama-publish", "namespace": "llm"},
    "spec": {
        "httpRouteRef": "llama-route",
        "inferencePoolRef": "llama-pool",
        "distributedCloud": {"tenant": "t", "namespace": "n", "publicHostname": "llm.example"},
    },
}


def made(api_version: str, kind: str, name: str, **content: Any) -> Obj:
    metadata = {"name": name, "namespace": "llm"}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}


POOL = made("inference.networking.k8s.io/v1", "InferencePool", "llama-pool")


def route(*conditions: Obj) -> Obj:
    ref = {"kind": "Gateway", "name": "web"}
    parents = [{"parentRef": ref, "conditions": list(conditions)}] if conditions else []
    spec, status = {"parentRefs": [ref]}, {"parents": parents}
    return made(f"{GATEWAYS}/v1", "HTTPRoute", "llama-route", spec=spec, status=status)


def lacks(*objects: Obj) -> dict[str, tuple[str, bool, bool]]:
    found = wanted(PUBLICATION, Known(objects))
    assert found.children == ()
    return {one.section: (one.reason, one.blocks, one.waits) for one in found.lacks}


def test_without_credentials_it_waits_and_nothing_is_wrong() -> None:
    taken = route(*({"type": kind, "status": "True"} for kind in ("Accepted", "ResolvedRefs")))
    assert lacks(taken, POOL) == {"Published": ("WaitingForCredentials", True, True)}


def test_a_route_that_is_not_there_or_not_taken_is_said() -> None:
    assert lacks(POOL)["RouteAccepted"] == ("NotFound", True, False)
    gateway = made(f"{GATEWAYS}/v1", "Gateway", "web")
    assert lacks(route(), POOL, gateway)["RouteAccepted"] == ("WaitingForController", True, True)
    refused = {"type": "Accepted", "status": "False", "reason": "NotAllowed", "message": "no"}
    assert lacks(route(refused), POOL)["RouteAccepted"] == ("NotAllowed", True, False)
    assert lacks(route(refused))["PoolAccepted"] == ("NotFound", True, False)


def test_of_a_route_no_more_is_remembered_than_is_looked_at() -> None:
    [shelf] = [
        one
        for one in merged(reads for recipe in RECIPES for reads in recipe.reads)
        if (one.kind, one.labels) == ("HTTPRoute", "")
    ]
    refused = {"type": "Accepted", "status": "False", "reason": "NotAllowed", "message": "no"}
    live = route({**refused, "lastTransitionTime": "2026-01-01T00:00:00Z"})
    pool = {"kind": "InferencePool", "name": "llama-pool"}
    match = {"path": {"type": "PathPrefix", "value": "/"}}
    live["spec"]["rules"] = [{"matches": [match] * 64, "backendRefs": [pool]}]
    kept = shelf.keep(live)
    assert "matches" not in str(kept)
    assert "lastTransitionTime" not in str(kept)
    assert lacks(kept, POOL) == lacks(live, POOL)
    asked = made(f"{POOL['apiVersion']}", "InferencePool", "llama-pool")
    for seen in (live, kept):
        assert standing(asked, asked, Known([asked, seen])).reason == "WaitingForController"


def test_what_was_told_of_the_other_side_stays() -> None:
    told = {"xcLoadBalancerName": "lb", "lastSyncedAt": "2026-01-01T00:00:00Z"}
    status = {**told, "phase": "Pending", "children": []}
    assert RECIPE.status({**PUBLICATION, "status": status}, Known()) == told
