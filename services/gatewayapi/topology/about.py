"""One node of a topology in full: what it hangs on, what its rules say, what leads where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.auth.identity import Identity
from services.errors import NotFound
from services.gatewayapi.issue import Issue
from services.gatewayapi.model.attachment import Parent
from services.gatewayapi.model.backends import Backend
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Object
from services.gatewayapi.model.routes import BackendRef, Route
from services.gatewayapi.rows import matches
from services.gatewayapi.topology.graph import ROUTES, WORST, Edge, Node
from services.gatewayapi.topology.pictures import View, topology_of
from services.gatewayapi.topology.routing import HOLDERS
from services.gatewayapi.topology.topologies import Topologies
from services.kube.catalogue import KINDS

_PLURALS = {kind.kind: name for name, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class RuleTold:
    """A rule of a route: what it takes, as text, and where it sends that; a backend that may not be
    seen is named by the route itself and has no state (``fault`` and ``status`` None)."""

    number: int
    takes: tuple[str, ...]
    backends: tuple[Backend, ...]


@dataclass(frozen=True, slots=True)
class About:
    """A node with its object (None where it is not there or has none), its neighbours with the edge
    between, the worst first, and of a route its parents and rules. ``cluster`` is whose it is, ""
    for what several share."""

    node: Node
    cluster: str
    obj: Object | None
    sources: Sequence[tuple[Edge, Node]]
    targets: Sequence[tuple[Edge, Node]]
    parents: Sequence[Parent] = ()
    rules: Sequence[RuleTold] = ()
    issues: Sequence[Issue] = ()


def about(
    topologies: Topologies, who: Identity, view: View, name: str, *, why: bool = False
) -> About:
    """The node ``name`` of what ``view`` shows, with its issues where somebody asks ``why``. Raises
    NotFound."""
    graph = topology_of(topologies, who, view).graph
    node = graph.nodes.get(name)
    if node is None:
        raise NotFound("This is no longer in the graph.", id=name)
    cluster = node.cluster or (view.clusters[0] if view.mode != "across" else "")
    sources = _near(
        graph.nodes, [(edge, edge.source) for edge in graph.edges if edge.target == name]
    )
    targets = _near(
        graph.nodes, [(edge, edge.target) for edge in graph.edges if edge.source == name]
    )
    if not cluster or node.ref is None or node.presence:
        return About(node, cluster, None, sources, targets)
    model = topologies.model(who, cluster)
    obj = model.world.of(_PLURALS.get(node.ref.kind, "")).get(node.ref.key)
    issues = topologies.issues(who, cluster, node.ref) if why and node.type != "listener" else []
    route = model.routes.get(node.ref) if node.type in ROUTES else None
    if route is None:
        return About(node, cluster, obj, sources, targets, issues=issues)

    def sees(namespace: str) -> bool:
        return who.may_see(cluster, namespace)

    parents = [
        one
        for one in model.parents(route.ref)
        if one.target.kind in HOLDERS and sees((one.gateway or one.target).namespace)
    ]
    rules = [
        RuleTold(
            rule.index + 1,
            tuple(matches(_PLURALS[route.ref.kind], rule.obj)),
            tuple(_backend(model, route, spec, sees(spec.namespace)) for spec in rule.backends),
        )
        for rule in route.rules
    ]
    return About(node, cluster, obj, sources, targets, parents, rules, issues)


def _backend(model: Model, route: Route, spec: BackendRef, seen: bool) -> Backend:
    if not seen:
        return Backend(spec, None, None, None, None)
    return model.backend(route.ref, spec)


def _near(nodes: Mapping[str, Node], found: list[tuple[Edge, str]]) -> list[tuple[Edge, Node]]:
    near = [(edge, nodes[other]) for edge, other in found]
    return sorted(
        near,
        key=lambda one: (not one[0].broken, WORST[one[1].status], one[1].namespace, one[1].name),
    )
