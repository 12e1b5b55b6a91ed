"""Where traffic comes in: gateway classes, gateways, listener sets and listeners."""

from services.gatewayapi import conditions
from services.gatewayapi.conditions import Verdict
from services.gatewayapi.model.gateways import Gateway, Listener
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Object, Ref
from services.gatewayapi.topology import standing
from services.gatewayapi.topology.collecting import Collection, id_of, stand
from services.gatewayapi.topology.graph import Node


def listener_id(listener: Listener) -> str:
    """The id of a listener's node: its owner's name is part of its own."""
    owner = listener.owner
    holder = owner.name if owner.kind == "Gateway" else f"{owner.kind.lower()}:{owner.name}"
    return f"listener/{owner.namespace}/{holder}/{listener.name}"


def add_class(found: Collection, model: Model, name: str) -> None:
    """A gateway class, whether or not it is there."""
    ref = Ref("GatewayClass", "", name)
    obj = model.world.of("gatewayclasses").get(("", name))
    if obj is not None:
        said = {"controller": str((obj.get("spec") or {}).get("controllerName", ""))}
        node = Node(id_of(ref), "gatewayclass", name, "", ref=ref, metadata=said)
        found.put(node, conditions.deleting(obj) or conditions.gateway_class(obj))
    elif model.world.knows("gatewayclasses"):
        found.absent(ref, "missing", f"GatewayClass {name} does not exist.")
    else:
        node = Node(id_of(ref), "gatewayclass", name, "", ref=ref)
        found.put(node, Verdict("unknown", "Not read", "gateway classes were not read"))


def add_gateway(found: Collection, model: Model, gateway: Gateway) -> None:
    """A gateway with its class and its listeners."""
    ref = gateway.ref
    name = id_of(ref)
    spec, status = gateway.obj.get("spec") or {}, gateway.obj.get("status") or {}
    addresses = [str(one.get("value", "")) for one in status.get("addresses") or ()]
    metadata = {"gatewayClassName": str(spec.get("gatewayClassName", ""))}
    if addresses:
        metadata["address"] = addresses[0]
    node = Node(name, "gateway", ref.name, ref.namespace, ref=ref, metadata=metadata)
    found.put(node, standing.gateway(gateway))
    if gateway.class_name:
        add_class(found, model, gateway.class_name)
        class_id = id_of(Ref("GatewayClass", "", gateway.class_name))
        missing = found.nodes[class_id].presence == "missing"
        broken = "class not found" if missing else ""
        found.join(class_id, name, "gatewayClassName", broken=broken)
    for listener in gateway.listeners:
        _add_listener(found, model, gateway, listener)


def add_listener_sets(found: Collection, model: Model, asked: frozenset[Ref] | None) -> None:
    """Listener sets that their gateway did not take, hung on it; of the ``asked`` gateways only."""
    taken = {one for gateway in model.gateways.values() for one in gateway.listener_sets}
    for one in model.listener_sets.values():
        ref, gateway = one.ref, one.gateway
        if ref in taken or (asked is not None and gateway not in asked):
            continue
        if not found.sees(ref.namespace):
            found.hidden["listener set"] += 1
            continue
        node = _put_set(found, ref, one.obj)
        if one.fault:
            stand(node, standing.faulty(one.fault, "err", "Not accepted"))
        if not found.sees(gateway.namespace):
            found.join(found.absent(gateway, "hidden").id, node.id, "parentRef")
            continue
        if gateway.key not in model.gateways and model.world.knows("gateways"):
            found.absent(gateway, "missing", f"{gateway} does not exist.")
        if id_of(gateway) in found.nodes:
            why = one.fault.reason if one.fault else "not taken"
            found.join(id_of(gateway), node.id, "parentRef", broken=why)


def _put_set(found: Collection, ref: Ref, obj: Object) -> Node:
    said = (obj.get("status") or {}).get("conditions")
    node = Node(id_of(ref), "listenerset", ref.name, ref.namespace, ref=ref)
    return found.put(node, conditions.deleting(obj) or conditions.listener(said))


def _add_listener(found: Collection, model: Model, gateway: Gateway, listener: Listener) -> None:
    owner, above = listener.owner, id_of(gateway.ref)
    owned_by: Object | None = gateway.obj
    if owner.kind != "Gateway":
        if not found.sees(owner.namespace):
            found.hidden["listener"] += 1
            return
        owned_by = model.world.of("listenersets").get(owner.key)
        _put_set(found, owner, owned_by or {})
        found.join(above, id_of(owner), "parentRef")
        above = id_of(owner)
    name = listener_id(listener)
    node = Node(
        name,
        "listener",
        f"{listener.name} :{listener.port}",
        owner.namespace,
        ref=owner,
        metadata={
            "gateway": gateway.ref.name,
            "listener": listener.name,
            "port": str(listener.port),
            "protocol": listener.protocol,
            "hostname": listener.hostname or "any",
        },
    )
    found.put(node, standing.listener(listener, owned_by, ngf=gateway.ngf))
    found.join(above, name, "listener")
