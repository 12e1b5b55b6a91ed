"""What a topology is made of: nodes, edges in the direction of traffic, and gaps with a name.

A graph never keeps silent about what it lacks: an object that is named but not there is a node of
its own, and what cannot be drawn at all (kinds that were not read, clusters that do not answer,
namespaces outside somebody's limits) is a `Gap`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from services.gatewayapi.model.names import Ref

Status = Literal["ok", "warn", "err", "info", "unknown"]
Presence = Literal["", "missing", "denied", "hidden"]
"""Of the object that a node stands for: it is there; it is named and does not exist; naming it is
not permitted by a ReferenceGrant; it is in a namespace that the asker may not see."""

WORST: Mapping[str, int] = {"err": 0, "warn": 1, "info": 2, "unknown": 3, "ok": 4}
"""Rank of a status, the worst first."""

COLUMNS = ("host", "class", "gateway", "set", "listener", "route", "backend", "pod")
"""The columns of a drawing, from where traffic comes to where it goes."""

ROUTES: Mapping[str, str] = {
    "httproute": "HTTPRoute",
    "grpcroute": "GRPCRoute",
    "tlsroute": "TLSRoute",
    "tcproute": "TCPRoute",
    "udproute": "UDPRoute",
}

_COLUMN: Mapping[str, str] = {
    "host": "host",
    "gatewayclass": "class",
    "gateway": "gateway",
    "listenerset": "set",
    "listener": "listener",
    **dict.fromkeys(ROUTES, "route"),
    "pod": "pod",
    "endpoint": "pod",
}


@dataclass(slots=True)
class Node:
    """One object of the graph, or several where ``count`` is more than 1.

    ``type`` is the kind in lower case, ``id`` is ``<type>/<namespace>/<name>``. ``status`` is the
    worst of what the controller wrote and of what the model found, with its ``word``, the
    ``reason`` verbatim and a sentence. ``note`` is what stands beside the name (``6 pods``).
    ``column`` says where it is drawn. ``hosts`` are those under which a route gets requests,
    ``clusters`` those that have the object, where several were asked.
    """

    id: str
    type: str
    name: str
    namespace: str
    status: Status = "ok"
    word: str = ""
    reason: str = ""
    message: str = ""
    note: str = ""
    presence: Presence = ""
    ref: Ref | None = None
    column: str = ""
    hosts: tuple[str, ...] = ()
    cluster: str = ""
    clusters: tuple[str, ...] = ()
    count: int = 1
    metadata: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.column = self.column or _COLUMN.get(self.type, "backend")

    @property
    def said(self) -> str:
        """Its name as people write it."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


@dataclass(slots=True)
class Edge:
    """Traffic, or a reference, from one node to another; each pair once.

    ``type`` names the field that makes it (``parentRef``, ``backendRef``, ...). ``weights`` are
    the shares in percent that the rules of a route give to a backend, of rules that divide at all.
    A ``broken`` one carries no traffic, for the ``reason``.
    """

    source: str
    target: str
    type: str
    weights: tuple[float, ...] = ()
    broken: bool = False
    reason: str = ""
    count: int = 1


@dataclass(slots=True)
class Gap:
    """What the graph does not show: ``what`` in words, and why."""

    what: str
    why: str
    count: int = 0

    def __str__(self) -> str:
        return f"{self.what}: {self.why}" if self.why else self.what


@dataclass(slots=True)
class Graph:
    """Nodes by id and edges. Never changed after it was made."""

    nodes: Mapping[str, Node]
    edges: Sequence[Edge]
    gaps: Sequence[Gap] = ()

    def incoming(self) -> dict[str, list[str]]:
        """Sources of each node."""
        return _by(((edge.target, edge.source) for edge in self.edges), self.nodes)

    def outgoing(self) -> dict[str, list[str]]:
        """Targets of each node."""
        return _by(((edge.source, edge.target) for edge in self.edges), self.nodes)

    def only(self, kept: set[str]) -> "Graph":
        """The part with these nodes."""
        return Graph(
            {name: node for name, node in self.nodes.items() if name in kept},
            [edge for edge in self.edges if edge.source in kept and edge.target in kept],
            self.gaps,
        )


def reached(start: Iterable[str], ways: Mapping[str, Sequence[str]]) -> set[str]:
    """All that ``start`` leads to, itself among it."""
    found = set(start)
    waiting = list(found)
    while waiting:
        for other in ways.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def worst(nodes: Iterable[Node]) -> Node | None:
    """The node in the worst state, the first of them."""
    return min(nodes, key=lambda node: WORST[node.status], default=None)


def _by(pairs: Iterator[tuple[str, str]], nodes: Mapping[str, Node]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in nodes}
    for key, value in pairs:
        found[key].append(value)
    return found
