"""Promise: the demo's NGF stand-in says of each seeded fault what NGF says, and follows edits."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from services.demo.fleet import DemoFleet, start_demo

API = "gateway.networking.k8s.io/v1"
DEADLINE_S = 60.0


@pytest.fixture(scope="module")
def fleet() -> Iterator[DemoFleet]:
    started = start_demo()
    yield started
    started.stop()


def verdicts(fleet: DemoFleet, kind: str, namespace: str, name: str) -> dict[str, str]:
    """Condition type to "status reason" of the first parent of a route."""
    obj = fleet.apis["web-fra"].store.get(API, kind, namespace, name)
    parents = obj["status"]["parents"]
    return {one["type"]: f"{one['status']} {one['reason']}" for one in parents[0]["conditions"]}


@pytest.mark.parametrize(
    ("kind", "place", "condition", "said"),
    [
        ("HTTPRoute", "shop/storefront", "Accepted", "True Accepted"),
        ("HTTPRoute", "shop/wrong-host", "Accepted", "False NoMatchingListenerHostname"),
        ("HTTPRoute", "labs/try", "Accepted", "False NotAllowedByListeners"),
        ("HTTPRoute", "labs/no-such-listener", "Accepted", "False NoMatchingParent"),
        ("HTTPRoute", "shop/legacy", "Accepted", "False InvalidListener"),
        ("HTTPRoute", "payments/checkout", "ResolvedRefs", "False BackendNotFound"),
        ("HTTPRoute", "shop/wrong-port", "ResolvedRefs", "False BackendNotFound"),
        ("HTTPRoute", "shop/cross", "ResolvedRefs", "False RefNotPermitted"),
        ("HTTPRoute", "accounts/shared", "ResolvedRefs", "True ResolvedRefs"),
        ("TLSRoute", "iot/firmware", "Accepted", "False NoMatchingListenerHostname"),
        ("UDPRoute", "iot/coap", "Accepted", "True Accepted"),
        ("HTTPRoute", "status/page", "Accepted", "True Accepted"),
        ("HTTPRoute", "labs/llm-preview", "Accepted", "False NoMatchingParent"),
    ],
)
def test_a_seeded_route_is_judged(
    fleet: DemoFleet, kind: str, place: str, condition: str, said: str
) -> None:
    namespace, name = place.split("/")
    assert verdicts(fleet, kind, namespace, name)[condition] == said


def test_a_gateway_takes_listener_sets_of_the_namespaces_it_names(fleet: DemoFleet) -> None:
    store = fleet.apis["web-fra"].store
    said = {
        one["metadata"]["name"]: next(
            f"{c['status']} {c['reason']}"
            for c in one["status"]["conditions"]
            if c["type"] == "Accepted"
        )
        for one in store.all(API, "ListenerSet")
    }
    assert said == {"status": "True Accepted", "preview": "False NotAllowed"}
    taken = store.get(API, "ListenerSet", "status", "status")["status"]["listeners"]
    assert [one["attachedRoutes"] for one in taken] == [2]
    assert store.get(API, "Gateway", "shop", "edge-public")["status"]["attachedListenerSets"] == 1


def test_a_new_backend_heals_a_route(fleet: DemoFleet) -> None:
    web = fleet.apis["web-fra"]
    service: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": "partner", "name": "ledger-api"},
        "spec": {"ports": [{"port": 50051}]},
    }
    assert verdicts(fleet, "GRPCRoute", "partner", "ledger")["ResolvedRefs"].startswith("False")
    web.store.create(service)
    end = time.monotonic() + DEADLINE_S
    while not verdicts(fleet, "GRPCRoute", "partner", "ledger")["ResolvedRefs"].startswith("True"):
        assert time.monotonic() < end, "the stand-in did not follow"
        time.sleep(0.05)


def test_three_clusters_hold_what_the_pages_need(fleet: DemoFleet) -> None:
    kinds = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
    routes = sum(len(api.store.all(API, kind)) for api in fleet.apis.values() for kind in kinds)
    assert list(fleet.apis) == ["hub-fra", "web-fra", "gpu-iad"]
    assert routes >= 40
    pools = fleet.apis["gpu-iad"].store.all("inference.networking.k8s.io/v1", "InferencePool")
    nodes = fleet.apis["gpu-iad"].store.all("v1", "Node")
    assert len(pools) == 4
    assert any("nvidia.com/mig-1g.10gb" in node["status"]["capacity"] for node in nodes)
