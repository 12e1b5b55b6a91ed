"""What several clusters share: hosts that more than one answers, and backends of the same name.

A graph of its own: from a host to the gateways that answer for it, their routes, and backends.
Hosts and backends are one node over all clusters; gateways and routes are each cluster's own.
"""

from collections.abc import Mapping
from dataclasses import replace

from services.gatewayapi.topology.graph import ROUTES, WORST, Edge, Gap, Graph, Node

ANY = ""
"""The host of a route that takes all: it is the same everywhere and tells nothing."""

_BACKENDS = ("service", "inferencepool")


def across(graphs: Mapping[str, Graph], *, everything: bool = False) -> Graph:
    """What the clusters of ``graphs`` have in common, or ``everything`` they have."""
    hosts, backends = _by_cluster(graphs)
    shared = {name for name, on in (*hosts.items(), *backends.items()) if len(on) > 1}
    shared.discard(ANY)
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str, str], Edge] = {}
    gaps: list[Gap] = []
    alone = 0
    for cluster, graph in graphs.items():
        incoming, outgoing = graph.incoming(), graph.outgoing()
        joined = {(edge.source, edge.target): edge for edge in graph.edges}
        for node in graph.nodes.values():
            if node.type not in ROUTES:
                continue
            behind = [one for one in outgoing[node.id] if graph.nodes[one].type in _BACKENDS]
            if not everything and shared.isdisjoint((*node.hosts, *behind)):
                alone += 1
                continue
            route = replace(node, id=f"{cluster}/{node.id}", cluster=cluster)
            nodes[route.id] = route
            for gateway, broken in _gateways(node.id, graph, incoming, joined).items():
                known = graph.nodes[gateway]
                mine = replace(known, id=f"{cluster}/{gateway}", cluster=cluster, note=cluster)
                nodes.setdefault(mine.id, mine)
                _join(edges, Edge(mine.id, route.id, "parentRef", (), bool(broken), broken))
                for host in node.hosts:
                    _host(nodes, host, cluster, node)
                    _join(edges, Edge(f"host//{host or '*'}", mine.id, "hostname"))
            for one in behind:
                _backend(nodes, graph.nodes[one], cluster)
                _join(edges, replace(joined[node.id, one], source=route.id))
        gaps += [replace(gap, what=f"{cluster}: {gap.what}") for gap in graph.gaps]
    for node in nodes.values():
        if len(node.clusters) > 1:
            node.note = f"{len(node.clusters)} clusters"
    if alone:
        said = f"{alone:,} route{'' if alone == 1 else 's'} not drawn"
        gaps.append(Gap(said, "they share no host and no backend with another cluster", alone))
    return Graph(nodes, list(edges.values()), gaps)


def _by_cluster(
    graphs: Mapping[str, Graph],
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """On which clusters each host and each backend is."""
    hosts: dict[str, set[str]] = {}
    backends: dict[str, set[str]] = {}
    for cluster, graph in graphs.items():
        for node in graph.nodes.values():
            if node.type in ROUTES:
                for host in node.hosts:
                    hosts.setdefault(host, set()).add(cluster)
            elif node.type in _BACKENDS:
                backends.setdefault(node.id, set()).add(cluster)
    return hosts, backends


def _gateways(
    route: str,
    graph: Graph,
    incoming: Mapping[str, list[str]],
    joined: Mapping[tuple[str, str], Edge],
) -> dict[str, str]:
    """The gateways above a route, past listeners and their sets, and why none of the edges of each
    carries traffic; "" where one does."""
    found: dict[str, str] = {}
    for parent in incoming[route]:
        waiting, why = [parent], joined[parent, route].reason
        while waiting:
            one = waiting.pop()
            if graph.nodes[one].type == "gateway":
                found[one] = found.get(one, why) and why
            elif graph.nodes[one].type in ("listener", "listenerset"):
                waiting += incoming[one]
    return found


def _host(nodes: dict[str, Node], host: str, cluster: str, route: Node) -> None:
    name = f"host//{host or '*'}"
    node = nodes.setdefault(name, Node(name, "host", host or "any host", "", word="Served"))
    _seen_on(node, cluster, route)


def _backend(nodes: dict[str, Node], known: Node, cluster: str) -> None:
    node = nodes.setdefault(known.id, replace(known, status="ok", word="", metadata={}))
    if not known.presence:
        node.presence = ""
    _seen_on(node, cluster, known)
    node.metadata[cluster] = known.note or known.word


def _seen_on(node: Node, cluster: str, state: Node) -> None:
    """The worst of what the clusters say, with the cluster that says it."""
    if cluster not in node.clusters:
        node.clusters += (cluster,)
    if not node.word or WORST[state.status] < WORST[node.status]:
        node.status, node.word, node.reason = state.status, state.word, state.reason
        node.message = f"{cluster}: {state.message}" if state.message else ""


def _join(edges: dict[tuple[str, str, str], Edge], edge: Edge) -> None:
    known = edges.setdefault((edge.source, edge.target, edge.type), edge)
    if known is not edge:
        known.broken &= edge.broken
