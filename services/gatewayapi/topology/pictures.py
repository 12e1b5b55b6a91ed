"""What a page shows of a topology: the part that is wanted, grouped, each node in its place."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.auth.identity import Identity
from services.gatewayapi.model.names import Key
from services.gatewayapi.topology.drawing import Drawing, drawn
from services.gatewayapi.topology.filtering import Wanted, wanted_part
from services.gatewayapi.topology.graph import Graph
from services.gatewayapi.topology.grouping import Grouped, grouped
from services.gatewayapi.topology.topologies import Topologies, Topology


@dataclass(frozen=True, slots=True)
class View:
    """What is asked for. ``clusters`` is one, but for what several share (``mode`` *across*);
    ``gateway`` is looked at where ``mode`` is *gateway*. ``opened`` are groups that are open."""

    mode: str
    clusters: tuple[str, ...]
    gateway: Key = ("", "")
    wanted: Wanted = field(default_factory=Wanted)
    group: bool = True
    opened: tuple[str, ...] = ()
    pods: bool = False
    policies: bool = False
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A topology as it is looked at. ``counts`` and ``types`` are of all of it, by status and by
    type; ``part`` is what is wanted, ``matches`` what was looked for, ``within`` the group of each
    object that is not drawn itself."""

    topology: Topology
    counts: Mapping[str, int]
    types: Mapping[str, int]
    part: Graph
    matches: frozenset[str]
    within: Mapping[str, str]
    drawing: Drawing


def topology_of(topologies: Topologies, who: Identity, view: View) -> Topology:
    """The whole graph that a view is of. Raises NotFound."""
    if view.mode == "across":
        return topologies.across(who, view.clusters, everything=view.everything)
    cluster = view.clusters[0]
    if view.mode == "gateway":
        return topologies.by_gateway(
            who, cluster, view.gateway, pods=view.pods, policies=view.policies
        )
    return topologies.full(who, cluster, pods=view.pods, policies=view.policies)


def picture(topologies: Topologies, who: Identity, view: View) -> Picture:
    """Everything a page shows. Raises NotFound for what is not there or not to be seen."""
    topology = topology_of(topologies, who, view)
    nodes = topology.graph.nodes.values()
    part = wanted_part(topology.graph, view.wanted)
    few = grouped(part.graph, view.opened) if view.group else Grouped(part.graph, {})
    return Picture(
        topology=topology,
        counts=Counter(node.status for node in nodes),
        types=Counter(node.type for node in nodes),
        part=part.graph,
        matches=part.matches,
        within=few.within,
        drawing=drawn(few.graph),
    )
