"""Nodes and edges while a walk finds them: each once, whoever comes by."""

from collections import Counter
from collections.abc import Callable

from services.gatewayapi.conditions import Verdict
from services.gatewayapi.model.names import Ref
from services.gatewayapi.topology.graph import WORST, Edge, Node, Presence

Sees = Callable[[str], bool]
"""Whether objects of a namespace may be told of; "" is what has none."""

_ABSENT: dict[Presence, tuple[Verdict, str]] = {
    "missing": (Verdict("err", "Missing", "not found"), "missing"),
    "denied": (Verdict("err", "Not permitted", "RefNotPermitted"), "not permitted"),
    "hidden": (Verdict("unknown", "Not visible", "outside your limits"), "not visible"),
}


def id_of(ref: Ref) -> str:
    """The id of an object's node."""
    return f"{ref.kind.lower()}/{ref.namespace}/{ref.name}"


class Collection:
    """What has been found so far. ``hidden`` counts what may not be seen, by its kind."""

    def __init__(self, sees: Sees) -> None:
        self.sees = sees
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str, str], Edge] = {}
        self.hidden: Counter[str] = Counter()

    def put(self, node: Node, verdict: Verdict | None = None) -> Node:
        """Add a node, in place of one that only stood for it."""
        known = self.nodes.get(node.id)
        if known is None or known.presence:
            self.nodes[node.id] = node
            if verdict:
                stand(node, verdict)
            return node
        return known

    def absent(self, ref: Ref, presence: Presence, message: str = "") -> Node:
        """A node for an object that is named and cannot be shown."""
        verdict, note = _ABSENT[presence]
        node = Node(id_of(ref), ref.kind.lower(), ref.name, ref.namespace, ref=ref)
        if node.id in self.nodes:
            return self.nodes[node.id]
        node.presence, node.note = presence, note
        stand(node, Verdict(verdict.status, verdict.status_word, verdict.reason, message))
        return self.put(node)

    def join(
        self, source: str, target: str, type: str, *, weight: float | None = None, broken: str = ""
    ) -> None:
        """Add an edge; a second one of the same pair adds its weight, and mends a broken one."""
        key = source, target, type
        edge = self.edges.get(key)
        if edge is None:
            edge = self.edges[key] = Edge(source, target, type, (), bool(broken), broken)
        elif edge.broken and not broken:
            edge.broken, edge.reason = False, ""
        if weight is not None and weight not in edge.weights:
            edge.weights += (weight,)


def stand(node: Node, verdict: Verdict) -> None:
    """Let a node stand as ``verdict`` says where that is worse than how it does."""
    if not node.word or WORST[verdict.status] < WORST[node.status]:
        node.status, node.word = verdict.status, verdict.status_word
        node.reason, node.message = verdict.reason, verdict.message
