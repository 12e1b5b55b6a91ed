"""Where each node of a graph stands: columns from left to right, as few crossings as is cheap.

The order within a column starts from the names and follows the mean of its neighbours (barycentre)
back and forth; of all orders seen the one with the fewest crossings stays. Heights are the nearest
to the neighbours' mean that keep the distance (isotonic regression: pool adjacent violators). All
of it depends on nothing but the graph, so that the same objects always stand in the same place.
"""

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from services.gatewayapi.topology.graph import COLUMNS, WORST, Edge, Graph, Node

NODE_HEIGHT = 27
ROW = 34
APART = 8
"""More between two neighbours of a column that hang on different nodes."""
GUTTER = 44
WEIGHTS = 18
"""More before backends, where weights are written on the edges."""
TOP = 54
"""Room for the heads of columns."""
SWEEPS = 4
EXACT = 4_000
"""Edges up to which crossings are counted; beyond, the last order is as good as any."""

_LEAST = {"host": 150, "class": 84, "gateway": 124, "set": 124, "listener": 124}
_MOST = {"host": 250, "class": 150, "gateway": 190, "set": 190, "listener": 180, "pod": 290}
_LETTER = 6.7
"""Mean width of a letter of 12 px."""


@dataclass(slots=True)
class Place:
    """The middle of a node, and its width; px."""

    x: float
    y: float
    width: float


@dataclass(slots=True)
class Column:
    """A column: its name, its left edge and width in px, how many objects stand in it."""

    name: str
    left: float
    width: float
    count: int


@dataclass(slots=True)
class Drawing:
    """A graph with the place of each node. ``height`` and ``width`` in px."""

    graph: Graph
    places: Mapping[str, Place]
    columns: Sequence[Column]
    width: float
    height: float

    def bend(self, edge: Edge) -> tuple[list[float], list[float]]:
        """The two control points that make an edge leave and arrive level: their weights along
        the line from middle to middle, and their distances from it, as Cytoscape counts them."""
        start, end = self.places[edge.source], self.places[edge.target]
        dx, dy = end.x - start.x, end.y - start.y
        length = hypot(dx, dy) or 1.0
        middle = (start.x + start.width / 2 + end.x - end.width / 2) / 2
        weights, distances = [], []
        for y in (start.y, end.y):
            px, py = middle - start.x, y - start.y
            weights.append(round((px * dx + py * dy) / (length * length), 4))
            distances.append(round((py * dx - px * dy) / length, 2))
        return weights, distances


def drawn(graph: Graph) -> Drawing:
    """Places for every node of ``graph``."""
    columns = _ordered(_columns(graph), graph)
    left, right = graph.incoming(), graph.outgoing()
    heights = _heights(columns, left, right)
    places: dict[str, Place] = {}
    heads: list[Column] = []
    x = 16.0
    weighted = any(edge.weights for edge in graph.edges)
    for name, ids in columns:
        width = _width(name, [graph.nodes[one] for one in ids])
        x += WEIGHTS if weighted and name == "backend" else 0
        heads.append(Column(name, x, width, sum(_counted(graph.nodes[one]) for one in ids)))
        for one in ids:
            places[one] = Place(x + width / 2, heights[one] + TOP, width)
        x += width + GUTTER
    bottom = max((place.y for place in places.values()), default=TOP)
    return Drawing(graph, places, heads, max(0.0, x - GUTTER), bottom + NODE_HEIGHT)


def _counted(node: Node) -> int:
    """Objects of its column that a node is: a policy only stands there."""
    return 0 if node.type.endswith("policy") else node.count


def _columns(graph: Graph) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {name: [] for name in COLUMNS}
    for name, node in graph.nodes.items():
        found[node.column].append(name)
    for ids in found.values():
        ids.sort(key=lambda one: _by_name(graph.nodes[one]))
    return [(name, ids) for name, ids in found.items() if ids]


def _by_name(node: Node) -> tuple[str, str, int, str]:
    return node.namespace, node.name, WORST[node.status], node.id


def _ordered(columns: list[tuple[str, list[str]]], graph: Graph) -> list[tuple[str, list[str]]]:
    left, right = graph.incoming(), graph.outgoing()
    order = {one: at for _, ids in columns for at, one in enumerate(ids)}
    sizes = {one: len(ids) for _, ids in columns for one in ids}
    exact = len(graph.edges) <= EXACT
    best, least = columns, _crossings(columns, graph, order) if exact else 0

    def mean(one: str, ways: Mapping[str, list[str]]) -> float:
        found = [(order[other] + 0.5) / sizes[other] for other in ways[one]]
        return sum(found) / len(found) if found else (order[one] + 0.5) / sizes[one]

    for sweep in range(SWEEPS):
        ways = right if sweep % 2 else left
        now = []
        for name, ids in reversed(columns) if sweep % 2 else columns:
            means = {one: mean(one, ways) for one in ids}
            ranked = sorted(ids, key=lambda one: (round(means[one], 9), order[one]))
            order.update((one, at) for at, one in enumerate(ranked))
            now.append((name, ranked))
        columns = now[::-1] if sweep % 2 else now
        crossings = _crossings(columns, graph, order) if exact else -1
        if crossings < least or not exact:
            best, least = columns, crossings
    order = {one: at for _, ids in best for at, one in enumerate(ids)}
    for _ in range(SWEEPS if exact and least else 0):
        for _, ids in best:
            _transpose(ids, order, (left, right))
    return best


def _transpose(
    ids: list[str], order: dict[str, int], ways: tuple[Mapping[str, list[str]], ...]
) -> None:
    """Swap neighbours of a column, in place, where fewer edges then cross."""
    for at in range(len(ids) - 1):
        one, other = ids[at], ids[at + 1]
        gain = 0
        for way in ways:
            for here in way[one]:
                for there in way[other]:
                    gain += (order[here] > order[there]) - (order[here] < order[there])
        if gain > 0:
            ids[at], ids[at + 1] = other, one
            order[one], order[other] = at + 1, at


def _crossings(columns: list[tuple[str, list[str]]], graph: Graph, order: dict[str, int]) -> int:
    """Pairs of edges between the same two columns that cross."""
    column = {one: at for at, (_, ids) in enumerate(columns) for one in ids}
    between: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for edge in graph.edges:
        ends = column[edge.source], column[edge.target]
        between.setdefault(ends, []).append((order[edge.source], order[edge.target]))
    total = 0
    for pairs in between.values():
        passed: list[int] = []
        for _, target in sorted(pairs):
            total += len(passed) - bisect_right(passed, target)
            insort(passed, target)
    return total


def _heights(
    columns: list[tuple[str, list[str]]],
    left: Mapping[str, list[str]],
    right: Mapping[str, list[str]],
) -> dict[str, float]:
    """The middle of each node from the top of the first."""
    if not columns:
        return {}
    lists = [ids for _, ids in columns]
    steps = [_steps(ids, left) for ids in lists]
    longest = max(range(len(lists)), key=lambda at: (steps[at][-1], -at))
    heights = dict(zip(lists[longest], steps[longest], strict=True))
    both = {one: left[one] + right[one] for ids in lists for one in ids}
    for at in [*range(longest - 1, -1, -1), *range(longest + 1, len(lists))]:
        _settle(lists[at], steps[at], right if at < longest else left, heights)
    for _ in range(2):
        for at in [*range(len(lists) - 1, -1, -1), *range(len(lists))]:
            if at != longest:
                _settle(lists[at], steps[at], both, heights)
    first = min(heights.values())
    return {one: round(height - first, 1) for one, height in heights.items()}


def _steps(ids: list[str], left: Mapping[str, list[str]]) -> list[float]:
    """How far from the first each of a column must at least be."""
    steps: list[float] = []
    at, before = 0.0, None
    for one in ids:
        parent = min(left[one], default="")
        if steps:
            at += ROW + (APART if parent != before else 0)
        steps.append(at)
        before = parent
    return steps


def _settle(
    ids: list[str], steps: list[float], ways: Mapping[str, list[str]], heights: dict[str, float]
) -> None:
    """Bring a column as near to its neighbours as its order and distances allow."""
    wanted: list[float | None] = []
    for one in ids:
        near = [heights[other] for other in ways[one] if other in heights]
        wanted.append(sum(near) / len(near) if near else heights.get(one))
    for one, level, step in zip(ids, _isotonic(_filled(wanted, steps)), steps, strict=True):
        heights[one] = level + step


def _filled(wanted: list[float | None], steps: list[float]) -> list[float]:
    """Each as if it were the first; one that wants nothing wants what the one above it does."""
    levels: list[float] = []
    known = next(
        (want - step for want, step in zip(wanted, steps, strict=True) if want is not None), 0.0
    )
    for want, step in zip(wanted, steps, strict=True):
        known = known if want is None else want - step
        levels.append(known)
    return levels


def _isotonic(values: list[float]) -> list[float]:
    """The nearest values that never fall."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        mean, size = value, 1
        while blocks and blocks[-1][0] > mean:
            above, many = blocks.pop()
            mean, size = (mean * size + above * many) / (size + many), size + many
        blocks.append((mean, size))
    return [mean for mean, size in blocks for _ in range(size)]


def _width(column: str, nodes: Sequence[Node]) -> float:
    letters = max(len(node.name) + (len(node.note) + 2 if node.note else 0) for node in nodes)
    least, most = _LEAST.get(column, 148), _MOST.get(column, 230)
    return round(min(most, max(least, 38 + letters * _LETTER)))
