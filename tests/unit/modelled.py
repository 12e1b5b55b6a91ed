"""Objects of the Gateway API in few words, and the world and model that they make."""

from collections.abc import Mapping
from typing import Any

from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.world import World
from services.kube.catalogue import KINDS

Made = dict[str, Any]
PLURALS = {kind.kind: name for name, kind in KINDS.items()}
OLD = "2026-01-01T00:00:00Z"
CONFORMANT = "example.com/controller"
NGF = "gateway.nginx.org/nginx-gateway-controller"


def made(kind: str, place: str, spec: Mapping[str, Any] | None = None, **more: Any) -> Made:
    """An object of ``kind`` at ``namespace/name``, or ``name`` for what has no namespace."""
    namespace, _, name = place.rpartition("/")
    metadata: Made = {"name": name, "creationTimestamp": more.pop("created", OLD)}
    if namespace:
        metadata["namespace"] = namespace
    if labels := more.pop("labels", None):
        metadata["labels"] = labels
    obj: Made = {"kind": kind, "metadata": metadata, **more}
    return obj if spec is None else {**obj, "spec": dict(spec)}


def gateway_class(name: str = "any", controller: str = CONFORMANT) -> Made:
    """A GatewayClass; ``any`` is a controller's that does what the specification says."""
    return made("GatewayClass", name, {"controllerName": controller})


def listener(name: str = "http", port: int = 80, protocol: str = "HTTP", **more: Any) -> Made:
    """A listener that takes routes from everywhere, unless ``allowedRoutes`` says otherwise."""
    allowed = {"namespaces": {"from": "All"}}
    return {"name": name, "port": port, "protocol": protocol, "allowedRoutes": allowed, **more}


def gateway(place: str = "infra/gw", *listeners: Made, name: str = "any", **more: Any) -> Made:
    """A Gateway of class ``name``."""
    spec = {"gatewayClassName": name, "listeners": list(listeners or [listener()]), **more}
    return made("Gateway", place, spec)


def listener_set(place: str, *listeners: Made, parent: str = "infra/gw", **more: Any) -> Made:
    """A ListenerSet of the Gateway at ``parent``."""
    namespace, _, name = parent.rpartition("/")
    spec = {"parentRef": {"namespace": namespace, "name": name}, "listeners": list(listeners)}
    return made("ListenerSet", place, spec, **more)


def route(place: str = "infra/app", *parents: Made, kind: str = "HTTPRoute", **more: Any) -> Made:
    """A route of ``kind`` with parentRefs, by default to ``infra/gw``."""
    refs = list(parents or [parent()])
    created = more.pop("created", OLD)
    return made(kind, place, {"parentRefs": refs, **more}, created=created)


def parent(name: str = "gw", namespace: str = "infra", **more: Any) -> Made:
    """A parentRef."""
    return {"name": name, "namespace": namespace, **more}


def sending(*refs: Made) -> list[Made]:
    """The ``rules`` of a route with one rule and its backendRefs."""
    return [{"backendRefs": list(refs)}]


def service(place: str, *ports: Made, **spec: Any) -> Made:
    """A Service."""
    return made("Service", place, {"ports": list(ports or [{"port": 80}]), **spec})


def grant(place: str, source: Made, target: Made) -> Made:
    """A ReferenceGrant with one ``from`` and one ``to``."""
    return made("ReferenceGrant", place, {"from": [source], "to": [target]})


def world(*objects: Made, **more: Any) -> World:
    """The world of ``objects``, with namespaces for all of them and the class ``any``."""
    found: dict[str, dict[tuple[str, str], Made]] = {}
    spaces = {one["metadata"].get("namespace", "") for one in objects} - {""}
    all_of = [*objects, *(made("Namespace", name) for name in sorted(spaces)), gateway_class()]
    for one in all_of:
        place = one["metadata"].get("namespace", ""), one["metadata"]["name"]
        found.setdefault(PLURALS[one["kind"]], {}).setdefault(place, one)
    for unread in more.get("unread", ()):
        found.pop(unread, None)
    return World(found, **more)


def model(*objects: Made, **more: Any) -> Model:
    """The model of that world."""
    return Model.build(world(*objects, **more))


def reason(of: Model, kind: str = "HTTPRoute", place: str = "infra/app", index: int = 0) -> str:
    """Why a parentRef of a route is not accepted, "" when it is."""
    namespace, _, name = place.rpartition("/")
    fault = of.parents(Ref(kind, namespace, name))[index].fault
    return fault.reason if fault else ""
