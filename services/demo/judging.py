"""A demo cluster's objects as a model, and the statuses that an NGF on it writes.

The statuses are those that the model computes. What no model knows is the address of a Gateway: it
is that of its data plane's Service, and one that is asked for cannot be had.
"""

from collections.abc import Iterator
from typing import Any

from services.demo.api.seeding import Seeding
from services.demo.seed.installation import data_plane_name
from services.gatewayapi.model.classes import NGF_CONTROLLER
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Key, Object, Ref
from services.gatewayapi.model.reading import READ
from services.gatewayapi.model.world import World
from services.gatewayapi.statuses import statuses
from services.gatewayapi.statuses.conditions import Status, condition, generation
from services.kube.catalogue import KINDS

CONTROLLER = NGF_CONTROLLER
PLURALS = {KINDS[name].kind: name for name in READ if name in KINDS}
_NAMED_BY_CONTROLLER = ("parents", "ancestors", "controllers")


def world(cluster: Seeding) -> World:
    """What a cluster holds now."""
    return World({name: cluster.keyed(KINDS[name].group, name) for name in READ if name in KINDS})


def wanted(model: Model) -> Iterator[tuple[str, Key, Status]]:
    """Every status that NGF writes on a cluster: kind, place, status."""
    for ref, status in statuses(model).items():
        name = PLURALS[ref.kind]
        obj = model.world.of(name)[ref.key]
        said = _by_ngf(model, ref, obj, status)
        if said is not None:
            yield name, ref.key, said


def _by_ngf(model: Model, ref: Ref, obj: Object, status: Status) -> Status | None:
    """What of a status is NGF's to write; None where that is nothing."""
    match ref.kind:
        case "GatewayClass":
            own = (obj.get("spec") or {}).get("controllerName") == CONTROLLER
            return status if own else None
        case "Gateway":
            return _addressed(model, obj, status) if model.gateways[ref.key].ngf else None
        case "ListenerSet":
            gateway = model.gateways.get(model.listener_sets[ref.key].gateway.key)
            return status if gateway and gateway.ngf else None
    for several in _NAMED_BY_CONTROLLER:
        if several in status:
            return _beside(several, obj, status)
    return status


def _beside(several: str, obj: Object, status: Status) -> Status | None:
    """NGF's entries behind those of other controllers, which stay."""
    before = (obj.get("status") or {}).get(several) or []
    others = [one for one in before if one.get("controllerName") != CONTROLLER]
    own = [one for one in status[several] if one["controllerName"] == CONTROLLER]
    return {several: [*others, *own]} if own or before else None


def _addressed(model: Model, obj: Object, status: Status) -> Status:
    asked = (obj.get("spec") or {}).get("addresses")
    found: list[dict[str, Any]] = list(status["conditions"])
    programmed = next(one for one in found if one["type"] == "Programmed")
    addresses = [{"type": "IPAddress", "value": one} for one in _addresses(model, obj)]
    if asked:
        text = f"The address {asked[0].get('value', '')} could not be assigned to the data plane"
        at = found.index(programmed)
        found[at] = condition(
            "Programmed", generation(obj), "False", "AddressNotAssigned", f"{text} Service"
        )
    if asked or programmed["status"] != "True":
        addresses = []
    return {**status, "addresses": addresses, "conditions": found}


def _addresses(model: Model, gateway: Object) -> list[str]:
    """Where the Service of a data plane is reached; nowhere until it has an address."""
    key = gateway["metadata"]["namespace"], data_plane_name(dict(gateway))
    service = model.world.of("services").get(key) or {}
    if (service.get("spec") or {}).get("type") == "ClusterIP":
        return [service["spec"]["clusterIP"]]
    ingress = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    return [one["ip"] for one in ingress if "ip" in one]
