"""REST of topology: the way of traffic through one cluster or several, as nodes and edges."""

from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from api.conditions import Seen, marked
from api.guard import current_identity
from api.lists import MissingCluster, fingerprint
from api.openapi import V1, Time, Tree, answer, blueprint, cluster_of, in_both_trees, with_headers
from services.container import Container
from services.gatewayapi.topology.graph import Edge, Node
from services.gatewayapi.topology.topologies import Topology

STATUS = {"ok": "healthy", "err": "error"}
"""States as the API calls them; every other is *degraded*."""


class ByGateway(Tree):
    """One gateway."""

    name: str = Field(min_length=1, max_length=253, description="Name of the gateway")


class GraphParams(BaseModel):
    """What is drawn beside what routes traffic."""

    pods: bool = Field(True, description="Pods and other endpoints behind backends")
    policies: bool = Field(False, description="Policies, each on what it is written for")


class GatewayParams(GraphParams):
    """In which namespace the gateway is."""

    namespace: str = Field(
        "", max_length=63, description="Needed where several namespaces have a gateway of the name"
    )


class AcrossParams(BaseModel):
    """Of which clusters."""

    cluster: str = Field("", description="Clusters, comma separated; empty: all")
    shared: bool = Field(False, description="Only what more than one of them has")


class NodeItem(BaseModel):
    """One object, or what is named and not there."""

    id: str = Field(description="type/namespace/name; several clusters: behind cluster/")
    type: str = Field(description="Kind in lower case, or listener, endpoint, host")
    name: str
    namespace: str
    status: str = Field(description="healthy, degraded or error")
    word: str = Field(description="The same in the words of the console")
    reason: str = Field(description="Of the controller, verbatim, or of the rule that says no")
    message: str
    presence: str = Field(
        description="missing, denied (no ReferenceGrant), hidden (outside your limits); else empty"
    )
    hosts: list[str] = Field(description="Under which a route gets requests; empty: any")
    cluster: str = Field(description="Whose it is, where several were asked")
    clusters: list[str] = Field(description="Who has it, where several were asked")
    metadata: dict[str, str]


class EdgeItem(BaseModel):
    """From where traffic comes to where it goes."""

    id: str
    source: str
    target: str
    type: str = Field(
        description="gatewayClassName, listener, parentRef, backendRef, requestMirror, endpoint,"
        " targetRef, hostname"
    )
    weights: list[float] = Field(description="Percent, of rules with several backends")
    broken: bool
    reason: str = Field(description="Why it is broken")


class GapItem(BaseModel):
    """What the graph does not show, and why."""

    what: str
    why: str
    count: int


class TopologyAnswer(BaseModel):
    """A graph. Every pair of nodes is joined once."""

    model_config = with_headers("ETag")

    nodes: list[NodeItem]
    edges: list[EdgeItem]
    gaps: list[GapItem]
    as_of: Time | None = Field(description="Until when it is known to be true, UTC")
    clusters_missing: list[MissingCluster]


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/topology`` in both trees, and of the fleet."""
    topologies, fleet = container.topologies, container.fleet

    def get_topology(path: Tree, query: GraphParams, header: Seen) -> Response:
        """The whole graph of a cluster, as far as you may see it."""
        found = topologies.full(
            current_identity(), cluster_of(path, fleet), pods=query.pods, policies=query.policies
        )
        return _answered(found, header)

    def get_topology_of_gateway(path: ByGateway, query: GatewayParams, header: Seen) -> Response:
        """What one gateway leads to."""
        found = topologies.by_gateway(
            current_identity(),
            cluster_of(path, fleet),
            (query.namespace, path.name),
            pods=query.pods,
            policies=query.policies,
        )
        return _answered(found, header)

    described: dict[str, Any] = {"responses": {"200": TopologyAnswer, "304": None}}
    in_both_trees(
        server,
        "topology",
        [
            ("get", "/topology/full", get_topology, described),
            ("get", "/topology/by-gateway/<name>", get_topology_of_gateway, described),
        ],
    )
    group = blueprint("topology-global", f"{V1}/global")

    @group.get("/topology", operation_id="get_topology_across", **described)
    def across(query: AcrossParams, header: Seen) -> Response:
        """Hosts, gateways, routes and backends of several clusters, and what they share."""
        names = [name for name in query.cluster.split(",") if name]
        found = topologies.across(current_identity(), names, everything=not query.shared)
        return _answered(found, header)

    server.register_api(group)


def _answered(found: Topology, seen: Seen) -> Response:
    graph = found.graph
    body = {
        "nodes": [_node(node) for node in graph.nodes.values()],
        "edges": [_edge(edge, at) for at, edge in enumerate(graph.edges)],
        "gaps": [{"what": gap.what, "why": gap.why, "count": gap.count} for gap in graph.gaps],
        "clusters_missing": [dict(one) for one in found.clusters_missing],
    }
    as_of = found.as_of.isoformat() if found.as_of else None
    return marked(answer({**body, "as_of": as_of}), fingerprint(body), seen)


def _node(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "type": node.type,
        "name": node.name,
        "namespace": node.namespace,
        "status": STATUS.get(node.status, "degraded"),
        "word": node.word,
        "reason": node.reason,
        "message": node.message,
        "presence": node.presence,
        "hosts": [host for host in node.hosts if host],
        "cluster": node.cluster,
        "clusters": list(node.clusters),
        "metadata": node.metadata,
    }


def _edge(edge: Edge, at: int) -> dict[str, Any]:
    return {
        "id": f"edge-{at + 1}",
        "source": edge.source,
        "target": edge.target,
        "type": edge.type,
        "weights": [round(weight, 2) for weight in edge.weights],
        "broken": edge.broken,
        "reason": edge.reason,
    }
