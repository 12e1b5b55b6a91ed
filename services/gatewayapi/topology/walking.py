"""From the model of one cluster to its graph, from where traffic comes to where it goes.

The walk begins at gateway classes and follows what refers to what, so only what traffic can reach
(or would, were it not for something broken) is drawn. What somebody may not see is not drawn and
tells nothing: hidden routes are counted, and an object that a visible one names by itself appears
with that name and without any state.
"""

from collections.abc import Mapping

from services.errors import NotFound
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Key, Object
from services.gatewayapi.topology.collecting import Collection, Sees
from services.gatewayapi.topology.endpoints import Endpoints
from services.gatewayapi.topology.frontends import add_class, add_gateway, add_listener_sets
from services.gatewayapi.topology.graph import Gap, Graph
from services.gatewayapi.topology.policies import add_policies
from services.gatewayapi.topology.routing import Routing
from services.gatewayapi.topology.standing import Verdicts

READ = (
    "gatewayclasses",
    "gateways",
    "listenersets",
    "httproutes",
    "grpcroutes",
    "tlsroutes",
    "tcproutes",
    "udproutes",
    "services",
    "inferencepools",
    "endpointslices",
    "referencegrants",
)
"""Kinds without which a part of the graph is not known."""


def walked(
    model: Model,
    sees: Sees,
    verdicts: Verdicts,
    *,
    gateway: Key | None = None,
    pods: Mapping[Key, Object] | None = None,
    with_pods: bool = False,
    with_policies: bool = False,
) -> Graph:
    """The graph of a cluster, or of one ``gateway``; of what is in namespaces that ``sees`` allows.

    ``pods`` are those of the cluster, None where they were not read; they are nodes of their own
    only ``with_pods``. Raises NotFound for a gateway that is not there or not to be seen.
    """
    found = Collection(sees)
    if gateway is None:
        chosen = [one for one in model.gateways.values() if sees(one.ref.namespace)]
        for _, name in model.world.of("gatewayclasses"):
            add_class(found, model, name)
        found.hidden["gateway"] += len(model.gateways) - len(chosen)
    else:
        one = model.gateways.get(gateway)
        if one is None or not sees(gateway[0]):
            raise NotFound(f"There is no Gateway {'/'.join(gateway)}.", name=gateway[1])
        chosen = [one]
    for one in chosen:
        add_gateway(found, model, one)
    add_listener_sets(found, model, None if gateway is None else frozenset({chosen[0].ref}))
    endpoints = Endpoints(model.world, pods)
    routing = Routing(found, model, verdicts, endpoints, pods=with_pods)
    loose = 0
    for ref in model.routes if gateway is None else model.routes_of(gateway):
        if not sees(ref.namespace):
            found.hidden["route"] += 1
        elif not routing.add(ref, model.routes[ref]):
            loose += 1
    if with_policies:
        add_policies(found, model.world)
    gaps = _hidden(found)
    if loose:
        said = "it names" if loose == 1 else "they name"
        gaps.append(Gap(f"{_number(loose, 'route')} not drawn", f"{said} no gateway", loose))
    return Graph(found.nodes, list(found.edges.values()), gaps)


def _hidden(found: Collection) -> list[Gap]:
    said = [_number(count, what) for what, count in found.hidden.items() if count]
    total = sum(found.hidden.values())
    return [Gap(" and ".join(said), "in namespaces outside your limits", total)] if said else []


def _number(count: int, one: str) -> str:
    many = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    return f"{count:,} {one if count == 1 else many}"
