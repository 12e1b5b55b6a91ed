"""Promise: a topology shows the way of traffic as far as it may be seen, and what is broken on it.

From small sets of objects, without a cluster: what the model finds is what is drawn.
"""

import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest

from services.errors import NotFound
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.world import World
from services.gatewayapi.topology.across import across
from services.gatewayapi.topology.drawing import NODE_HEIGHT, drawn
from services.gatewayapi.topology.filtering import Wanted, wanted_part
from services.gatewayapi.topology.graph import Edge, Graph, Node, reached
from services.gatewayapi.topology.grouping import DRAWN, grouped
from services.gatewayapi.topology.standing import Verdicts
from services.gatewayapi.topology.walking import walked

Object = dict[str, Any]
NGF = "gateway.nginx.org/nginx-gateway-controller"
EVERYTHING: Callable[[str], bool] = lambda _: True  # noqa: E731


def named(name: str, namespace: str = "shop", **more: Any) -> Object:
    return {"metadata": {"name": name, "namespace": namespace}, **more}


def good(*types: str) -> list[Object]:
    return [{"type": one, "status": "True", "reason": one, "message": ""} for one in types]


def gateway(name: str = "edge", namespace: str = "shop", cls: str = "nginx", **spec: Any) -> Object:
    listener = {"name": "http", "port": 80, "protocol": "HTTP"}
    listener["allowedRoutes"] = {"namespaces": {"from": "All"}}  # type: ignore[assignment]
    spec = {"gatewayClassName": cls, "listeners": [listener], **spec}
    status = {
        "conditions": good("Accepted", "Programmed"),
        "listeners": [
            {"name": one["name"], "conditions": good("Accepted", "Programmed", "ResolvedRefs")}
            for one in spec["listeners"]
        ],
    }
    return named(name, namespace, spec=spec, status=status)


def route(name: str, *backends: Object, parent: Object | None = None, **more: Any) -> Object:
    ref = parent or {"name": "edge", "namespace": "shop"}
    said = {
        "parentRef": ref,
        "controllerName": NGF,
        "conditions": good("Accepted", "ResolvedRefs"),
    }
    rules = [{"backendRefs": list(backends)}] if backends else []
    spec = {"parentRefs": [ref], "rules": rules, **more.pop("spec", {})}
    return named(name, more.pop("namespace", "shop"), spec=spec, status={"parents": [said]})


def to(name: str, **more: Any) -> Object:
    return {"name": name, "port": 80, **more}


def service(name: str, namespace: str = "shop") -> Object:
    return named(name, namespace, spec={"clusterIP": "10.0.0.1", "ports": [{"port": 80}]})


def slices(service: str, *ready: bool, namespace: str = "shop") -> Object:
    endpoints = [
        {
            "addresses": [f"10.1.0.{at}"],
            "conditions": {"ready": one},
            "targetRef": {"kind": "Pod", "name": f"{service}-{at}", "namespace": namespace},
        }
        for at, one in enumerate(ready)
    ]
    made = named(f"{service}-x", namespace, endpoints=endpoints, ports=[{"port": 8080}])
    made["metadata"]["labels"] = {"kubernetes.io/service-name": service}
    return made


CLASS = {"metadata": {"name": "nginx"}, "spec": {"controllerName": NGF}}
CLASS["status"] = {"conditions": good("Accepted")}


def world(unread: frozenset[str] = frozenset(), **kinds: list[Object]) -> World:
    kinds = {"gatewayclasses": [CLASS], **kinds}
    return World(
        {
            kind: {
                (one["metadata"].get("namespace", ""), one["metadata"]["name"]): one for one in of
            }
            for kind, of in kinds.items()
        },
        unread=unread,
    )


def graph(of: World, sees: Callable[[str], bool] = EVERYTHING, **more: Any) -> Graph:
    return walked(Model.build(of), sees, Verdicts(), **more)


def edge(found: Graph, source: str, target: str) -> Edge:
    (one,) = [one for one in found.edges if (one.source, one.target) == (source, target)]
    return one


def test_edges_go_with_the_traffic_from_class_to_pod_and_each_pair_is_one() -> None:
    found = graph(
        world(
            gateways=[gateway()],
            httproutes=[
                route(
                    "web",
                    to("a", weight=3),
                    to("b", weight=1),
                    spec={
                        "rules": [
                            {"backendRefs": [to("a", weight=3), to("b", weight=1)]},
                            {"backendRefs": [to("a")]},
                        ]
                    },
                )
            ],
            services=[service("a"), service("b"), service("unused")],
            endpointslices=[slices("a", True, True), slices("b", True)],
        ),
        with_pods=True,
    )
    way = ["gatewayclass//nginx", "gateway/shop/edge", "listener/shop/edge/http"]
    way += ["httproute/shop/web", "service/shop/a", "pod/shop/a-0"]
    for source, target in itertools.pairwise(way):
        assert not edge(found, source, target).broken
    assert edge(found, "httproute/shop/web", "service/shop/a").weights == (75.0,)
    assert edge(found, "httproute/shop/web", "service/shop/b").weights == (25.0,)
    assert "service/shop/unused" not in found.nodes
    assert found.nodes["service/shop/a"].note == "2 pods"
    assert {node.status for node in found.nodes.values()} == {"ok"}
    assert not found.gaps


def test_what_is_named_and_missing_is_a_node_behind_a_dashed_edge() -> None:
    found = graph(
        world(
            gateways=[gateway(), gateway("lost", cls="gone")],
            httproutes=[
                route("web", to("gone")),
                route("stray", parent={"name": "nowhere"}),
                route("section", parent={"name": "edge", "sectionName": "https"}),
            ],
            services=[service("a")],
        )
    )
    for source, target in (
        ("httproute/shop/web", "service/shop/gone"),
        ("gatewayclass//gone", "gateway/shop/lost"),
        ("gateway/shop/nowhere", "httproute/shop/stray"),
    ):
        one = edge(found, source, target)
        assert one.broken
        assert "missing" in (found.nodes[source].presence, found.nodes[target].presence)
    assert edge(found, "httproute/shop/web", "service/shop/gone").reason == "BackendNotFound"
    assert found.nodes["httproute/shop/web"].status == "warn"
    assert found.nodes["httproute/shop/web"].reason == "BackendNotFound"
    assert edge(found, "gateway/shop/edge", "httproute/shop/section").broken
    assert found.nodes["httproute/shop/section"].status == "err"


def test_a_listener_that_takes_no_traffic_leads_to_its_routes_with_a_broken_edge() -> None:
    tls = {"mode": "Terminate", "certificateRefs": [{"name": "none"}]}
    allowed = {"namespaces": {"from": "All"}}
    listener = {"name": "https", "port": 443, "protocol": "HTTPS", "tls": tls}
    found = graph(
        world(
            gateways=[gateway(listeners=[{**listener, "allowedRoutes": allowed}])],
            httproutes=[route("web", to("a"))],
            services=[service("a")],
            secrets=[],
        )
    )
    assert edge(found, "listener/shop/edge/https", "httproute/shop/web").broken
    assert found.nodes["listener/shop/edge/https"].status == "err"
    assert found.nodes["httproute/shop/web"].status in ("err", "warn")
    assert not [one for one in found.edges if one.source == "gateway/shop/edge"][1:]


def test_a_backend_without_permission_is_told_apart_from_one_that_is_missing() -> None:
    backend = to("private", namespace="other")
    objects: dict[str, list[Object]] = {
        "gateways": [gateway()],
        "httproutes": [route("web", backend)],
        "services": [service("private", "other")],
    }
    found = graph(world(**objects))
    assert found.nodes["service/other/private"].presence == "denied"
    assert edge(found, "httproute/shop/web", "service/other/private").reason == "RefNotPermitted"
    grant = named("let", "other", spec={})
    grant["spec"] = {
        "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "shop"}],
        "to": [{"group": "", "kind": "Service"}],
    }
    found = graph(world(**objects, referencegrants=[grant]))
    assert not found.nodes["service/other/private"].presence
    assert not edge(found, "httproute/shop/web", "service/other/private").broken


def test_the_worst_state_stays_with_its_reason() -> None:
    bad = gateway()
    bad["status"]["conditions"] = [
        {"type": "Programmed", "status": "False", "reason": "Invalid", "message": "no"},
        *good("Accepted"),
    ]
    found = graph(
        world(
            gateways=[bad],
            httproutes=[route("web", to("a"), to("b"))],
            services=[service("a"), service("b")],
            endpointslices=[slices("a", True, False), slices("b", False)],
        )
    )
    assert found.nodes["gateway/shop/edge"].status == "err"
    assert found.nodes["gateway/shop/edge"].reason == "Invalid"
    assert (found.nodes["service/shop/a"].status, found.nodes["service/shop/a"].note) == (
        "warn",
        "1 of 2",
    )
    assert found.nodes["service/shop/b"].status == "err"
    assert found.nodes["httproute/shop/web"].word == "No ready endpoint"


def test_hidden_namespaces_are_counted_and_tell_nothing() -> None:
    found = graph(
        world(
            gateways=[gateway(), gateway("inner", "secret")],
            httproutes=[
                route("web", to("a")),
                route("covert", to("a"), namespace="secret"),
                route("out", to("vault", namespace="secret")),
                route("up", parent={"name": "inner", "namespace": "secret", "sectionName": "x"}),
            ],
            services=[service("a"), service("vault", "secret")],
        ),
        sees=lambda namespace: namespace != "secret",
    )
    said = repr(found)
    assert "covert" not in said
    assert found.nodes["httproute/shop/up"].word == "Accepted"
    assert [str(gap) for gap in found.gaps] == [
        "1 gateway and 1 route: in namespaces outside your limits"
    ]
    vault, inner = found.nodes["service/secret/vault"], found.nodes["gateway/secret/inner"]
    assert (vault.presence, vault.status) == (inner.presence, inner.status) == ("hidden", "unknown")
    assert not edge(found, "httproute/shop/out", vault.id).broken
    assert not [one for one in found.nodes if one.startswith("listener/secret")]


def test_what_was_not_read_is_not_called_missing() -> None:
    found = graph(
        world(
            frozenset({"services", "gatewayclasses", "endpointslices"}),
            gateways=[gateway()],
            httproutes=[route("web", to("a"))],
            gatewayclasses=[],
        )
    )
    assert found.nodes["service/shop/a"].status == "unknown"
    assert found.nodes["gatewayclass//nginx"].status == "unknown"
    assert not edge(found, "httproute/shop/web", "service/shop/a").broken


def test_one_gateway_shows_its_own_way_only() -> None:
    of = world(
        gateways=[gateway(), gateway("other")],
        httproutes=[
            route("web", to("a")),
            route("elsewhere", to("b"), parent={"name": "other"}),
            route("both", to("a"), spec={"parentRefs": [{"name": "edge"}, {"name": "other"}]}),
        ],
        services=[service("a"), service("b")],
    )
    found = graph(of, gateway=("shop", "edge"))
    kept = {"httproute/shop/web", "httproute/shop/both"}
    assert {one for one in found.nodes if one.startswith("httproute")} == kept
    assert "gateway/shop/other" not in found.nodes
    assert reached({"gatewayclass//nginx"}, found.outgoing()) == set(found.nodes)
    with pytest.raises(NotFound):
        graph(of, gateway=("shop", "none"))
    with pytest.raises(NotFound):
        graph(of, sees=lambda _: False, gateway=("shop", "edge"))


def test_policies_hang_on_what_they_are_written_for() -> None:
    target = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "edge"}
    policy = named("limits", spec={"targetRef": target})
    loose = named("loose", spec={"targetRef": {**target, "name": "none"}})
    of = world(gateways=[gateway()], clientsettingspolicies=[policy, loose])
    found = graph(of, with_policies=True)
    assert edge(found, "clientsettingspolicy/shop/limits", "gateway/shop/edge").type == "targetRef"
    assert "clientsettingspolicy/shop/loose" not in found.nodes
    assert not [one for one in graph(of).nodes if "policy" in one]


def test_listener_sets_stand_between_their_gateway_and_their_listeners() -> None:
    lists = named("extra")
    lists["spec"] = {
        "parentRef": {"name": "edge"},
        "listeners": [{"name": "more", "port": 8080, "protocol": "HTTP"}],
    }
    refused = named("refused", spec={**lists["spec"], "parentRef": {"name": "closed"}})
    allowed = {"namespaces": {"from": "Same"}}
    found = graph(
        world(
            gateways=[gateway(allowedListeners=allowed), gateway("closed")],
            listenersets=[lists, refused],
        )
    )
    owned = "listener/shop/listenerset:extra/more"
    assert not edge(found, "gateway/shop/edge", "listenerset/shop/extra").broken
    assert not edge(found, "listenerset/shop/extra", owned).broken
    assert edge(found, "gateway/shop/closed", "listenerset/shop/refused").broken


def test_clusters_share_hosts_and_backends() -> None:
    def one(host: str, backend: str) -> Graph:
        return graph(
            world(
                gateways=[gateway()],
                httproutes=[route("web", to(backend), spec={"hostnames": [host]})],
                services=[service("a"), service(backend)],
            )
        )

    graphs = {"east": one("www.example.com", "a"), "west": one("www.example.com", "b")}
    graphs["lone"] = one("lone.example.com", "c")
    found = across(graphs)
    host = found.nodes["host//www.example.com"]
    assert (host.clusters, host.note) == (("east", "west"), "2 clusters")
    assert edge(found, host.id, "east/gateway/shop/edge")
    assert edge(found, "west/httproute/shop/web", "service/shop/b")
    assert not [node for node in found.nodes if node.startswith("lone/")]
    assert "1 route not drawn" in str(found.gaps[-1])
    everything = across(graphs, everything=True)
    assert not edge(everything, "lone/gateway/shop/edge", "lone/httproute/shop/web").broken
    stray = route("web", parent={"name": "edge", "sectionName": "none"})
    refused = across(
        {"lone": graph(world(gateways=[gateway()], httproutes=[stray]))}, everything=True
    )
    assert edge(refused, "lone/gateway/shop/edge", "lone/httproute/shop/web").broken


def test_what_is_looked_for_keeps_its_whole_way_and_a_status_the_way_there() -> None:
    found = graph(
        world(
            gateways=[gateway()],
            httproutes=[route("web", to("a")), route("cart", to("gone"))],
            services=[service("a")],
            endpointslices=[slices("a", True)],
        )
    )
    part = wanted_part(found, Wanted(text="WEB"))
    assert part.matches == {"httproute/shop/web"}
    assert {"service/shop/a", "gateway/shop/edge", "gatewayclass//nginx"} < set(part.graph.nodes)
    assert "httproute/shop/cart" not in part.graph.nodes
    part = wanted_part(found, Wanted(statuses=("err", "warn")))
    assert "service/shop/a" not in part.graph.nodes
    assert {"service/shop/gone", "httproute/shop/cart", "gateway/shop/edge"} < set(part.graph.nodes)
    assert not wanted_part(found, Wanted(text="nothing like it")).graph.nodes


def many(routes: int, gateways: int = 1) -> Graph:
    return graph(
        world(
            gateways=[gateway(f"edge-{at}") for at in range(gateways)],
            httproutes=[
                route(f"r{at:04}", to(f"s{at:04}"), parent={"name": f"edge-{at % gateways}"})
                for at in range(routes)
            ],
            services=[service(f"s{at:04}") for at in range(routes)],
            endpointslices=[slices(f"s{at:04}", True) for at in range(routes)],
        )
    )


def test_siblings_above_twenty_are_one_node_that_opens() -> None:
    assert not grouped(many(20)).within
    found = many(60)
    few = grouped(found)
    groups = [node for node in few.graph.nodes.values() if node.count > 1]
    assert [(node.name, node.note) for node in groups] == [
        ("60 HTTP routes", ""),
        ("60 services", "60 pods"),
    ]
    assert len(few.graph.edges) == 4
    opened = grouped(found, [groups[0].id])
    assert len([one for one in opened.graph.nodes if one.startswith("httproute")]) == 60
    assert set(opened.within) == {one for one in found.nodes if one.startswith("service")} - set(
        opened.graph.nodes
    )


def test_the_whole_stays_small_enough_to_look_at_and_large_groups_open_in_parts() -> None:
    found = many(1500, gateways=100)
    few = grouped(found)
    assert len(few.graph.nodes) <= DRAWN
    assert len(few.within) + sum(node.count == 1 for node in few.graph.nodes.values()) == len(
        found.nodes
    )
    one = grouped(many(500))
    routes = next(node.id for node in one.graph.nodes.values() if node.count > 1)
    parts = [
        node
        for node in grouped(many(500), [routes]).graph.nodes.values()
        if node.type == "httproute"
    ]
    assert {node.count for node in parts} == {50}
    assert parts[0].message == "shop/r0000 to shop/r0049"
    assert [node.name for node in parts[:2]] == ["r0000 and 49 more", "r0050 and 49 more"]
    more = grouped(many(501), [routes]).graph.nodes
    assert "httproute/shop/r0500" in more, "one that is left over is itself"


def test_places_depend_on_the_objects_alone_and_nodes_never_overlap() -> None:
    found = many(40, gateways=7)
    drawing = drawn(found)
    for seed in range(3):
        nodes, edges = list(found.nodes.items()), list(found.edges)
        random.Random(seed).shuffle(nodes)
        random.Random(seed).shuffle(edges)
        assert drawn(Graph(dict(nodes), edges)).places == drawing.places
    columns: dict[float, list[float]] = {}
    for place in drawing.places.values():
        columns.setdefault(place.x, []).append(place.y)
    assert len(columns) == 5
    for heights in columns.values():
        heights.sort()
        gaps = [below - above for above, below in itertools.pairwise(heights)]
        assert all(gap > NODE_HEIGHT for gap in gaps)
    for one in found.edges:
        assert drawing.places[one.source].x < drawing.places[one.target].x


def test_edges_are_drawn_without_a_crossing_where_there_need_be_none() -> None:
    sources = [Node(f"gateway//{name}", "gateway", name, "") for name in "abcd"]
    targets = [Node(f"listener//{name}", "listener", name, "") for name in "wxyz"]
    edges = [
        Edge(one.id, other.id, "listener")
        for one, other in zip(sources, reversed(targets), strict=True)
    ]
    drawing = drawn(Graph({node.id: node for node in [*sources, *targets]}, edges))
    ends = sorted((drawing.places[one.source].y, drawing.places[one.target].y) for one in edges)
    assert [end for _, end in ends] == sorted(end for _, end in ends)
