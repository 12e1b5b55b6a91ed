"""Promise: where a cluster's status says something else than its objects imply, that is told with
since when; what only is worded otherwise, or no model can know, is not."""

from typing import Any

from services.gatewayapi import manifests
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.statuses import differs, status_of

EDGE = Ref("Gateway", "shop", "edge")
WEB = Ref("HTTPRoute", "shop", "web")
SINCE = "2024-05-01T10:00:00Z"
GATEWAY: dict[str, Any] = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "Gateway",
    "metadata": {"name": "edge", "namespace": "shop", "generation": 2},
    "spec": {
        "gatewayClassName": "nginx",
        "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
    },
}
ROUTE: dict[str, Any] = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "HTTPRoute",
    "metadata": {"name": "web", "namespace": "shop", "generation": 3},
    "spec": {
        "parentRefs": [{"name": "edge"}],
        "rules": [{"backendRefs": [{"name": "nowhere", "port": 80}]}],
    },
}


def told(gateway: Any = None, route: Any = None, ref: Ref = WEB) -> list[str]:
    model = made(gateway, route)
    return [f"{one.where}: {one.type}: {one.expected} / {one.found}" for one in differs(model, ref)]


def made(gateway: Any = None, route: Any = None) -> Model:
    objects = [
        {**GATEWAY, "status": gateway} if gateway else GATEWAY,
        {**ROUTE, "status": route} if route else ROUTE,
    ]
    return Model.build(manifests.of_objects(objects).world)


def said(kind: str, status: str, reason: str, at: int = 3) -> dict[str, Any]:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": "",
        "observedGeneration": at,
        "lastTransitionTime": SINCE,
    }


def parents(*conditions: dict[str, Any]) -> dict[str, Any]:
    computed = status_of(made(), WEB)
    assert computed is not None
    return {"parents": [{**computed["parents"][0], "conditions": list(conditions)}]}


def test_a_status_that_was_never_written_differs_from_nothing() -> None:
    assert told() == []


def test_what_is_computed_agrees_with_itself() -> None:
    model = made()
    gateway, route = (status_of(model, ref) for ref in (EDGE, WEB))
    assert told(gateway, route) == []
    assert told(gateway, route, EDGE) == []


def test_an_entry_that_names_the_only_listener_is_that_of_its_gateway() -> None:
    status = parents(
        said("Accepted", "True", "Accepted"), said("ResolvedRefs", "False", "BackendNotFound")
    )
    [entry] = status["parents"]
    entry["parentRef"] = {**entry["parentRef"], "sectionName": "http"}
    assert told(None, status) == []
    entry["conditions"][1] = said("ResolvedRefs", "True", "ResolvedRefs")
    [one] = differs(made(None, status), WEB)
    assert (one.where, one.found) == ("Gateway shop/edge", "True ResolvedRefs")


def test_another_verdict_is_told_with_its_time() -> None:
    status = parents(
        said("Accepted", "True", "Accepted"), said("ResolvedRefs", "True", "ResolvedRefs")
    )
    [one] = differs(made(None, status), WEB)
    assert (one.where, one.type) == ("Gateway shop/edge", "ResolvedRefs")
    assert (one.expected, one.found) == ("False BackendNotFound", "True ResolvedRefs")
    assert one.since == SINCE
    assert one.about == EDGE
    assert not one.stale


def test_another_reason_for_a_no_is_told() -> None:
    status = parents(
        said("Accepted", "True", "Accepted"), said("ResolvedRefs", "False", "InvalidKind")
    )
    assert told(None, status) == [
        "Gateway shop/edge: ResolvedRefs: False BackendNotFound / False InvalidKind"
    ]


def test_another_word_for_a_yes_is_not_told() -> None:
    status = parents(
        said("Accepted", "True", "UnsupportedField"),
        said("ResolvedRefs", "False", "BackendNotFound"),
    )
    assert told(None, status) == []


def test_a_condition_of_an_older_generation_is_marked() -> None:
    status = parents(
        said("Accepted", "True", "Accepted"), said("ResolvedRefs", "True", "ResolvedRefs", 2)
    )
    [one] = differs(made(None, status), WEB)
    assert one.stale


def test_a_count_of_routes_is_compared() -> None:
    gateway = status_of(made(), EDGE)
    assert gateway is not None
    gateway["listeners"][0]["attachedRoutes"] = 7
    assert told(gateway, None, EDGE) == ["listener http: attachedRoutes: 1 / 7"]


def test_what_is_around_the_cluster_is_not_judged() -> None:
    gateway = status_of(made(), EDGE)
    assert gateway is not None
    gateway["conditions"][1] = said("Programmed", "False", "AddressNotAssigned", 2)
    assert told(gateway, None, EDGE) == []


def test_a_parent_of_which_nothing_is_said_is_told() -> None:
    assert "Gateway shop/edge: Accepted: True Accepted / " in told(None, {"parents": [{}]})
