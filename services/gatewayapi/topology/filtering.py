"""The part of a graph that is wanted: what matches, where it comes from, where it leads."""

from collections.abc import Collection
from dataclasses import dataclass

from services.gatewayapi.topology.graph import Graph, Node, reached


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty fields want everything. ``text`` is words that must all occur."""

    namespace: str = ""
    statuses: Collection[str] = ()
    types: Collection[str] = ()
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.namespace or self.statuses or self.types or self.text.strip())


@dataclass(frozen=True, slots=True)
class Found:
    """The part that is wanted; ``matches`` are the nodes that do so themselves."""

    graph: Graph
    matches: frozenset[str]


def wanted_part(graph: Graph, wanted: Wanted) -> Found:
    """The part of ``graph`` with what is ``wanted`` and what it hangs together with.

    Of what is looked for by name, namespace or type the whole way is kept, in both directions. Of
    a status only the way there: below a gateway in trouble everything would be.
    """
    if not wanted:
        return Found(graph, frozenset())
    words = wanted.text.lower().split()
    matches = {name for name, node in graph.nodes.items() if _matches(node, wanted, words)}
    kept = reached(matches, graph.incoming())
    if not wanted.statuses:
        kept |= reached(matches, graph.outgoing())
    return Found(graph.only(kept), frozenset(matches))


def _matches(node: Node, wanted: Wanted, words: list[str]) -> bool:
    if wanted.namespace and node.namespace != wanted.namespace:
        return False
    if wanted.statuses and node.status not in wanted.statuses:
        return False
    if wanted.types and node.type not in wanted.types:
        return False
    if not words:
        return True
    said = " ".join((node.said, node.type, node.reason, node.word, node.cluster, *node.hosts))
    said = said.lower()
    return all(word in said for word in words)
