"""Promise: REST tells the way of traffic as nodes and edges, within the limits of who asks."""

import threading
import time
from typing import Any

import pytest

from services.auth.identity import Role
from tests.api.conftest import Console

FULL = "/api/v1/clusters/web-fra/topology/full"
ONE = "/api/v1/clusters/web-fra/topology/by-gateway"


@pytest.fixture(autouse=True, scope="module")
def read(console: Console) -> None:
    """Wait until every kind of the clusters has been read."""
    clusters, models = console.container.fleet.clusters(), console.container.models
    end = time.monotonic() + 60
    while any(models.of(one).world.unread for one in clusters):
        assert time.monotonic() < end
        threading.Event().wait(0.2)


def by_id(body: dict[str, Any]) -> dict[str, Any]:
    return {node["id"]: node for node in body["nodes"]}


def test_a_whole_cluster_from_class_to_pod(console: Console) -> None:
    answer = console.ask("GET", FULL)
    body = answer.json()
    nodes = by_id(body)
    assert nodes["gatewayclass//nginx"]["status"] == "healthy"
    assert nodes["httproute/payments/checkout"]["status"] == "degraded"
    missing = nodes["service/payments/checkout-v4"]
    assert (missing["status"], missing["presence"]) == ("error", "missing")
    pairs = [(edge["source"], edge["target"], edge["type"]) for edge in body["edges"]]
    assert len(pairs) == len(set(pairs))
    assert all({source, target} <= set(nodes) for source, target, _ in pairs)
    assert ("httproute/payments/checkout", "service/payments/checkout-v2", "backendRef") in pairs
    assert any(target.startswith("pod/payments/checkout-v2") for _, target, _ in pairs)
    assert body["as_of"]
    assert body["clusters_missing"] == []
    again = console.ask("GET", FULL, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    plain = console.ask("GET", f"{FULL}?pods=false&policies=true").json()
    types = {node["type"] for node in plain["nodes"]}
    assert "pod" not in types
    assert "clientsettingspolicy" in types


def test_one_gateway_and_none(console: Console) -> None:
    body = console.ask("GET", f"{ONE}/edge-public?namespace=shop").json()
    gateways = [node["id"] for node in body["nodes"] if node["type"] == "gateway"]
    assert gateways == ["gateway/shop/edge-public"]
    assert console.ask("GET", f"{ONE}/edge-public").json()["nodes"] == body["nodes"]
    assert console.ask("GET", f"{ONE}/none?namespace=shop").status_code == 404
    assert console.ask("GET", f"{ONE}/none").status_code == 404
    assert console.ask("GET", "/api/v1/clusters/none/topology/full").status_code == 404


def test_limits_hide_what_they_should_and_count_it(console: Console) -> None:
    token = console.token(Role.VIEWER, namespaces=("payments",))
    body = console.ask("GET", FULL, token).json()
    for node in body["nodes"]:
        assert node["namespace"] in ("", "payments") or node["presence"] == "hidden"
    assert any("outside your limits" in gap["why"] for gap in body["gaps"])
    assert console.ask("GET", f"{ONE}/edge-public?namespace=shop", token).status_code == 404
    elsewhere = console.token(Role.VIEWER, clusters=("hub-fra",))
    assert console.ask("GET", FULL, elsewhere).status_code == 404


def test_several_clusters_at_once_and_a_table_of_any(console: Console) -> None:
    body = console.ask("GET", "/api/v1/global/topology").json()
    clusters = {node["cluster"] for node in body["nodes"] if node["type"] == "httproute"}
    assert clusters == set(console.container.fleet.names())
    assert by_id(body)["host//pay.shop.example.com"]["clusters"] == ["web-fra"]
    shared = console.ask("GET", "/api/v1/global/topology?shared=true").json()
    assert all(node["type"] != "gatewayclass" for node in shared["nodes"])
    assert any("share no host" in gap["why"] for gap in shared["gaps"])
    table = console.ask("GET", f"{FULL}?format=csv").text.splitlines()
    assert table[0].startswith('"id","type","name","namespace","status"')
    assert len(table) > 100


@pytest.mark.parametrize("query", ["pods=perhaps", "kind=httproute", "pods=true&pods=false"])
def test_a_query_that_is_not_understood_is_refused(console: Console, query: str) -> None:
    assert console.ask("GET", f"{FULL}?{query}").status_code == 422
