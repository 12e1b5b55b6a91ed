"""Too many to look at becomes one node with a number; it opens on demand.

Siblings (same kind, same sources, same status) above a number are one. Where the whole is still
too much, that number falls until it is not. What somebody opened stays open, whatever the rest
does; a very large group opens into groups of neighbours by name.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2s

from services.gatewayapi.topology.graph import COLUMNS, ROUTES, Edge, Graph, Node

SIBLINGS = 20
"""More siblings than this are one node."""
FEWER = (
    *((SIBLINGS, few) for few in (SIBLINGS, 10, 5, 2, 1)),
    *((few, 1) for few in (10, 5, 2, 1)),
)
"""The same where the whole is too much: first of routes and what is behind them, then of all."""
DRAWN = 300
"""What is too much as a whole."""
CHUNK = 50
"""Members of a part of a group of more than twice as many."""

_RANK = {name: at for at, name in enumerate(COLUMNS)}
_MANY = {
    "gatewayclass": "classes",
    "gateway": "gateways",
    "listener": "listeners",
    "listenerset": "listener sets",
    "service": "services",
    "inferencepool": "pools",
    "pod": "pods",
    "endpoint": "endpoints",
    "host": "hosts",
    **{kind: f"{name.removesuffix('Route')} routes" for kind, name in ROUTES.items()},
}


@dataclass(frozen=True, slots=True)
class Grouped:
    """A graph of fewer nodes; ``within`` says in which group an object is that is not drawn."""

    graph: Graph
    within: Mapping[str, str]


def grouped(graph: Graph, opened: Iterable[str] = ()) -> Grouped:
    """``graph`` with siblings together, but those of the groups ``opened``."""
    least = FEWER[0]
    for least in FEWER:
        within = _within(graph, least, frozenset())
        if len(graph.nodes) - len(within) + len(set(within.values())) <= DRAWN:
            break
    within = _within(graph, least, frozenset(opened))
    return Grouped(_folded(graph, within), within)


def _within(graph: Graph, least: tuple[int, int], opened: frozenset[str]) -> dict[str, str]:
    """The group of each node that is in one; sources are grouped before what hangs on them."""
    incoming, outgoing = graph.incoming(), graph.outgoing()
    within: dict[str, str] = {}
    columns: dict[str, list[Node]] = {}
    for node in graph.nodes.values():
        columns.setdefault(node.column, []).append(node)
    for column in sorted(columns, key=_RANK.__getitem__):
        siblings: dict[tuple[str, ...], list[Node]] = {}
        for node in columns[column]:
            near = incoming[node.id] or outgoing[node.id]
            hung = sorted({within.get(one, one) for one in near})
            key = (node.type, node.status, node.presence, node.cluster, *hung)
            siblings.setdefault(key, []).append(node)
        for key, found in siblings.items():
            if len(found) > least[_RANK[column] >= _RANK["route"]]:
                for group, members in _parts(key, found, opened):
                    within.update((node.id, group) for node in members)
    return within


def _parts(
    key: tuple[str, ...], found: list[Node], opened: frozenset[str]
) -> Iterable[tuple[str, list[Node]]]:
    digest = blake2s("\n".join(key).encode(), digest_size=6).hexdigest()
    group = f"group/{key[0]}/{digest}"
    if group not in opened:
        yield group, found
    elif len(found) > 2 * CHUNK:
        ranked = sorted(found, key=_by_name)
        for at in range(0, len(ranked), CHUNK):
            part, members = f"{group}.{at // CHUNK}", ranked[at : at + CHUNK]
            if part not in opened and len(members) > 1:
                yield part, members


def _by_name(node: Node) -> tuple[str, str, str]:
    return node.namespace, node.name, node.id


def _folded(graph: Graph, within: Mapping[str, str]) -> Graph:
    members: dict[str, list[Node]] = {}
    nodes: dict[str, Node] = {}
    for name, node in graph.nodes.items():
        if group := within.get(name):
            members.setdefault(group, []).append(node)
        else:
            nodes[name] = node
    nodes.update((group, _group(group, found)) for group, found in members.items())
    edges: dict[tuple[str, str, str], Edge] = {}
    for edge in graph.edges:
        source, target = within.get(edge.source, edge.source), within.get(edge.target, edge.target)
        key = source, target, edge.type
        if known := edges.get(key):
            known.count += 1
            known.broken &= edge.broken
        elif (source, target) == (edge.source, edge.target):
            edges[key] = replace(edge)
        else:
            edges[key] = replace(edge, source=source, target=target, weights=())
    return Graph(nodes, list(edges.values()), graph.gaps)


def _group(group: str, found: list[Node]) -> Node:
    first = found[0]
    reasons = Counter(node.reason for node in found if node.reason).most_common(1)
    reason, times = reasons[0] if reasons else ("", 0)
    names = sorted(node.said for node in found)
    label = f"{len(found):,} {_MANY.get(first.type, f'{first.type} objects')}"
    if "." in group:  # one part of many: told apart by where it begins
        label = f"{min(found, key=_by_name).name} and {len(found) - 1} more"
    pods = [int(node.metadata["total"]) for node in found if "total" in node.metadata]
    return Node(
        id=group,
        type=first.type,
        name=label,
        namespace="",
        status=first.status,
        word=first.word,
        reason=reason if times == len(found) else f"{reason} ({times} of them)" if reason else "",
        message=f"{names[0]} to {names[-1]}",
        note=f"{sum(pods):,} pods" if pods else "",
        presence=first.presence,
        column=first.column,
        cluster=first.cluster,
        count=len(found),
    )
