"""What NGF would say of gateways and routes: conditions from a snapshot of the cluster.

Deliberately only what the demo needs to look true: parentRef by section and port, protocol, host
intersection, allowed namespaces, grants, existence of backends and certificates. Pure functions of
the objects; :mod:`services.demo.ngf` writes the results.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Object = Mapping[str, Any]
Key = tuple[str, str]
World = Callable[[str], Mapping[Key, Object]]
"""Objects of a kind by (namespace, name)."""

CONTROLLER = "gateway.nginx.org/nginx-gateway-controller"
GROUP = "gateway.networking.k8s.io"
ROUTES = {
    "httproutes": ("HTTPRoute", ("HTTP", "HTTPS")),
    "grpcroutes": ("GRPCRoute", ("HTTP", "HTTPS")),
    "tlsroutes": ("TLSRoute", ("TLS",)),
    "tcproutes": ("TCPRoute", ("TCP",)),
    "udproutes": ("UDPRoute", ("UDP",)),
}
"""Route kinds and the listener protocols that take them."""

Verdict = tuple[str, str, str]
"""Status, reason and message of a condition."""


def condition(kind: str, generation: int, verdict: Verdict) -> dict[str, Any]:
    status, reason, message = verdict
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "observedGeneration": generation,
    }


def ours(world: World) -> dict[Key, Object]:
    """Gateways of our classes."""
    classes = {
        name
        for (_, name), one in world("gatewayclasses").items()
        if one["spec"].get("controllerName") == CONTROLLER
    }
    return {
        key: one
        for key, one in world("gateways").items()
        if one["spec"].get("gatewayClassName") in classes
    }


def gateway_status(world: World, key: Key, gateway: Object, attached: Mapping[str, int]) -> Any:
    """A Gateway's whole status; ``attached`` counts routes by listener name."""
    generation = gateway["metadata"].get("generation", 1)
    listeners, good = [], 0
    for one in gateway["spec"]["listeners"]:
        found = list(_listener(world, key[0], gateway, one))
        good += all(
            verdict[0] == ("False" if name == "Conflicted" else "True") for name, verdict in found
        )
        listeners.append(
            {
                "name": one["name"],
                "supportedKinds": [
                    {"group": GROUP, "kind": kind}
                    for kind, protocols in ROUTES.values()
                    if one["protocol"] in protocols
                ],
                "attachedRoutes": attached.get(one["name"], 0),
                "conditions": [condition(name, generation, verdict) for name, verdict in found],
            }
        )
    accepted: Verdict = ("True", "Accepted", "The Gateway is accepted")
    programmed: Verdict = ("True", "Programmed", "The Gateway is programmed")
    addresses = [{"type": "IPAddress", "value": _address(key)}]
    if not good:
        accepted = ("False", "ListenersNotValid", "The Gateway has no valid listeners")
        programmed = ("False", "Invalid", "The Gateway has no valid listeners")
        addresses = []
    elif good < len(listeners):
        accepted = ("True", "ListenersNotValid", "The Gateway has at least one valid listener")
    if gateway["spec"].get("addresses"):
        wanted = gateway["spec"]["addresses"][0].get("value", "")
        programmed = (
            "False",
            "AddressNotAssigned",
            f"The address {wanted} could not be assigned to the data plane Service",
        )
        addresses = []
    return {
        "addresses": addresses,
        "listeners": listeners,
        "conditions": [
            condition("Accepted", generation, accepted),
            condition("Programmed", generation, programmed),
        ],
    }


def _address(key: Key) -> str:
    return f"203.0.113.{sum('/'.join(key).encode()) % 200 + 10}"


def _listener(
    world: World, namespace: str, gateway: Object, one: Object
) -> Iterator[tuple[str, Verdict]]:
    yield "Accepted", ("True", "Accepted", "The Listener is accepted")
    same = [
        other
        for other in gateway["spec"]["listeners"]
        if other["port"] == one["port"]
        and other.get("hostname") == one.get("hostname")
        and other["name"] != one["name"]
    ]
    if same:
        text = f"Listener {same[0]['name']} has the same port and hostname"
        yield "Conflicted", ("True", "HostnameConflict", text)
    else:
        yield "Conflicted", ("False", "NoConflicts", "No conflicts")
    refs = _certificates(world, namespace, one)
    yield "ResolvedRefs", refs
    if refs[0] == "True" and not same:
        yield "Programmed", ("True", "Programmed", "The Listener is programmed")
    else:
        yield "Programmed", ("False", "Invalid", refs[2])


def _certificates(world: World, namespace: str, one: Object) -> Verdict:
    for ref in (one.get("tls") or {}).get("certificateRefs") or ():
        place = (ref.get("namespace", namespace), ref["name"])
        if not granted(world, ("Gateway", namespace), ("Secret", "", place)):
            text = (
                f"Certificate ref to secret {'/'.join(place)} not permitted by any ReferenceGrant"
            )
            return "False", "RefNotPermitted", text
        if place not in world("secrets"):
            text = f"Secret {'/'.join(place)} does not exist"
            return "False", "InvalidCertificateRef", text
    return "True", "ResolvedRefs", "All references are resolved"


def granted(world: World, source: tuple[str, str], target: tuple[str, str, Key]) -> bool:
    """Whether ``source`` (kind, namespace) may refer to ``target`` (kind, group, place)."""
    kind, namespace = source
    target_kind, group, place = target
    if place[0] == namespace:
        return True
    for (where, _), grant in world("referencegrants").items():
        spec = grant["spec"]
        if (
            where == place[0]
            and any(f["kind"] == kind and f["namespace"] == namespace for f in spec["from"])
            and any(
                t["kind"] == target_kind
                and t["group"] == group
                and t.get("name", place[1]) == place[1]
                for t in spec["to"]
            )
        ):
            return True
    return False


def parents(
    world: World, kind_name: str, key: Key, route: Object
) -> Iterator[tuple[Any, list[str]]]:
    """Per parentRef to one of our gateways: its status entry, and the listeners it attached to."""
    generation = route["metadata"].get("generation", 1)
    resolved = _backends(world, kind_name, key[0], route)
    gateways = ours(world)
    for ref in route["spec"].get("parentRefs") or ():
        place = (ref.get("namespace", key[0]), ref["name"])
        if ref.get("kind", "Gateway") != "Gateway" or place not in gateways:
            continue
        accepted, names = _attach(world, kind_name, key, route, ref, (place, gateways[place]))
        conditions = [condition("Accepted", generation, accepted)]
        conditions.append(condition("ResolvedRefs", generation, resolved))
        yield (
            {"parentRef": dict(ref), "controllerName": CONTROLLER, "conditions": conditions},
            names,
        )


def _attach(
    world: World, kind_name: str, key: Key, route: Object, ref: Object, parent: tuple[Key, Object]
) -> tuple[Verdict, list[str]]:
    place, gateway = parent
    kind, protocols = ROUTES[kind_name]
    named = [
        one
        for one in gateway["spec"]["listeners"]
        if ref.get("sectionName") in (None, one["name"]) and ref.get("port") in (None, one["port"])
    ]
    named = [one for one in named if one["protocol"] in protocols]
    if not named:
        return ("False", "NoMatchingParent", "Listener is not found for this parent ref"), []
    allowed = [one for one in named if _allows(world, place[0], one, kind, key[0])]
    if not allowed:
        return ("False", "NotAllowedByListeners", "The route is not allowed by any listener"), []
    hosts = route["spec"].get("hostnames") or []
    matching = [one for one in allowed if _meets(one.get("hostname", ""), hosts)]
    if not matching:
        text = "The listener hostname does not match the route hostnames"
        return ("False", "NoMatchingListenerHostname", text), []
    valid = [one for one in matching if _certificates(world, place[0], one)[0] == "True"]
    if not valid:
        return ("False", "InvalidListener", "The listener is invalid for this parent ref"), []
    names = [one["name"] for one in valid]
    return ("True", "Accepted", "The Route is accepted"), names


def _allows(world: World, home: str, one: Object, kind: str, namespace: str) -> bool:
    allowed = one.get("allowedRoutes") or {}
    kinds = [entry["kind"] for entry in allowed.get("kinds") or ()]
    if kinds and kind not in kinds:
        return False
    spaces = allowed.get("namespaces") or {}
    match spaces.get("from", "Same"):
        case "All":
            return True
        case "Selector":
            wanted = (spaces.get("selector") or {}).get("matchLabels") or {}
            space = world("namespaces").get(("", namespace)) or {"metadata": {}}
            labels = space["metadata"].get("labels") or {}
            return all(labels.get(name) == value for name, value in wanted.items())
        case "Same":
            return home == namespace
    return False


def _meets(listener: str, hosts: list[str]) -> bool:
    """Whether a listener's hostname and a route's have one in common."""
    if not listener or not hosts:
        return True
    return any(_covers(listener, host) or _covers(host, listener) for host in hosts)


def _covers(pattern: str, host: str) -> bool:
    if pattern.startswith("*."):
        return host.removeprefix("*").endswith(pattern[1:]) and host != pattern[2:]
    return pattern == host


def _backends(world: World, kind_name: str, namespace: str, route: Object) -> Verdict:
    kind = ROUTES[kind_name][0]
    for rule in route["spec"].get("rules") or ():
        for ref in rule.get("backendRefs") or ():
            target, group = ref.get("kind", "Service"), ref.get("group", "")
            place = (ref.get("namespace", namespace), ref["name"])
            known = {"Service": "services", "InferencePool": "inferencepools"}.get(target)
            if known is None:
                return "False", "InvalidKind", f"Backend kind {target} is not supported"
            if not granted(world, (kind, namespace), (target, group, place)):
                text = (
                    f"Backend ref to {target} {'/'.join(place)} not permitted by any ReferenceGrant"
                )
                return "False", "RefNotPermitted", text
            found = world(known).get(place)
            if found is None:
                return "False", "BackendNotFound", f"{target} {'/'.join(place)} does not exist"
            ports = [one["port"] for one in found["spec"].get("ports") or ()]
            if target == "Service" and ref.get("port") not in ports:
                text = f"no matching port for Service {'/'.join(place)} and port {ref.get('port')}"
                return "False", "BackendNotFound", text
    return "True", "ResolvedRefs", "All references are resolved"
