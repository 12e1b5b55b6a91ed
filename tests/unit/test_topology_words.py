"""Promise: around a topology it is said what is not in it, and as a table it tells the same."""

from datetime import UTC, datetime
from typing import Any

from callbacks.topology_words import rows, told
from services.gatewayapi.topology.drawing import drawn
from services.gatewayapi.topology.filtering import Wanted, wanted_part
from services.gatewayapi.topology.graph import Edge, Gap, Graph, Node
from services.gatewayapi.topology.grouping import grouped
from services.gatewayapi.topology.pictures import Picture, View
from services.gatewayapi.topology.topologies import Topology

SEEN = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
GONE = {"name": "web", "reason": "timed out.", "since": None, "last_seen": None}


def a_graph() -> Graph:
    nodes = [
        Node("gateway/shop/edge", "gateway", "edge", "shop", word="Programmed"),
        Node("httproute/shop/web", "httproute", "web", "shop", "warn", "Broken reference", "Gone"),
        Node("service/shop/a", "service", "a", "shop", "err", note="missing", presence="missing"),
        Node("service/shop/b", "service", "b", "shop", note="2 pods"),
    ]
    edges = [
        Edge(nodes[0].id, nodes[1].id, "parentRef"),
        Edge(nodes[1].id, nodes[2].id, "backendRef", (5.0,), True, "BackendNotFound"),
        Edge(nodes[1].id, nodes[3].id, "backendRef", (95.0,)),
    ]
    gaps = [Gap("EndpointSlice", "the console may not list them", 1)]
    return Graph({node.id: node for node in nodes}, edges, gaps)


def shown(graph: Graph, wanted: Wanted | None = None, *missing: Any, **more: Any) -> dict[str, Any]:
    wanted = wanted or Wanted()
    part = wanted_part(graph, wanted)
    few = grouped(part.graph)
    topology = Topology(graph, more.pop("as_of", SEEN), missing)
    seen = Picture(
        topology, {"ok": 2, "warn": 1, "err": 1}, {}, part.graph, part.matches, {}, drawn(few.graph)
    )
    return told(seen, View("", ("web",), wanted=wanted), {"web": 2}, as_table=False, **more)


def test_elements_say_what_is_there_what_is_not_and_which_edge_is_broken() -> None:
    answer = shown(a_graph())
    data = {one["data"]["id"]: one["data"] for one in answer["elements"]}
    assert data["service/shop/a"]["gone"] == "missing"
    assert data["note:service/shop/b"]["label"] == "2 pods"
    broken = data["httproute/shop/web>service/shop/a>backendRef"]
    assert (broken["broken"], broken["why"], broken["label"]) == (1, "BackendNotFound", "5")
    assert data["head:backend"]["label"] == "Backend 2"
    assert [(one["word"], one["count"]) for one in answer["key"]][:3] == [
        ("healthy", 2),
        ("partly", 1),
        ("broken", 1),
    ]
    assert answer["finding"].endswith("1 object broken.")


def test_gaps_and_silent_clusters_have_names_and_reasons() -> None:
    answer = shown(a_graph(), None, GONE)
    assert answer["gaps"] == ["EndpointSlice: the console may not list them"]
    assert answer["strip"]["lead"] == "The cluster does not answer."
    assert "web: timed out. What is drawn was last seen at" in answer["strip"]["text"]
    assert answer["strip"]["names"] == ["web"]
    assert shown(a_graph())["strip"] is None


def test_an_empty_graph_says_why() -> None:
    nothing = Graph({}, [])
    assert shown(nothing)["instead"]["title"] == "Nothing to draw"
    assert shown(nothing, as_of=None)["instead"]["title"] == "Not known"
    filtered = shown(a_graph(), Wanted(text="no such thing"))
    assert filtered["instead"]["title"] == "Nothing matches"
    assert filtered["instead"]["clear"]
    assert "instead" not in shown(a_graph())


def test_rows_are_every_object_with_its_neighbours_the_worst_first() -> None:
    found = rows(a_graph(), {})
    assert [row["name"] for row in found] == ["a", "web", "edge", "b"]
    assert (found[1]["from"], found[1]["to"]) == ("edge", "a, b")
    assert found[0]["kind"] == "Service"


def test_what_filters_leave_out_is_counted() -> None:
    answer = shown(a_graph(), Wanted(statuses=("err",)))
    assert answer["said"] == "3 of 4 objects drawn, 1 left out by filters"
