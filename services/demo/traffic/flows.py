"""What clients can ask of a cluster, read from its objects: one flow for each match of each rule.

Only what the demo needs to send requests that the objects would take: a listener that a route
attached to, host, path, method, and where the rule sends them. How NGF spells the rest in its
configuration (upstreams, internal locations, server names) is what the access log shows of it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.demo.api.seeding import Seeding
from services.demo.controllers.templates import ready
from services.demo.judging import world
from services.gatewayapi.model.gateways import Listener
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Key, Object
from services.gatewayapi.model.routes import Route, Rule
from services.gatewayapi.statuses.routes import accepted

GATEWAY_LABEL = "gateway.networking.k8s.io/gateway-name"
SERVICE_LABEL = "kubernetes.io/service-name"
KINDS_READ = frozenset(
    {
        "gateways",
        "listenersets",
        "httproutes",
        "grpcroutes",
        "services",
        "endpointslices",
        "snippetsfilters",
    }
    | {"authenticationfilters", "referencegrants", "inferencepools"}
)
"""Kinds whose changes can change what is asked."""
MARKER = "x-ngf-route"
_SET_VARIABLE = re.compile(r"set \$ngf_route ([^;\s]+);")
INVALID = "invalid-backend-ref"
ANY_HOST = "~^"


@dataclass(frozen=True, slots=True)
class Plane:
    """A pod of a gateway's data plane."""

    namespace: str
    gateway: str
    pod: str
    node: str
    place: str
    """namespace/pod"""


@dataclass(frozen=True, slots=True)
class Backend:
    """Where a rule can send a request: an upstream of NGINX. Without ``peers`` it has no endpoint;
    ``service`` is empty where the reference leads nowhere."""

    upstream: str
    service: str
    peers: tuple[str, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Requests of one kind. ``gateway`` and ``route`` are namespace/name.

    ``header`` and ``variable`` are what marks the rule in the access log. ``redirect`` is a status,
    0 for none; ``broken`` a filter that NGF cannot find, ``guarded`` one that asks who is there.
    """

    gateway: str
    route: str
    rule: int
    port: int
    tls: bool
    server: str
    host: str
    method: str
    path: str
    kind: str
    query: str
    internal: str
    rewrite: str
    header: str
    variable: str
    redirect: int
    broken: bool
    guarded: bool
    grpc: bool
    pool: str
    backends: tuple[Backend, ...]


@dataclass(frozen=True, slots=True)
class Surface:
    """What of a cluster clients meet."""

    planes: Mapping[str, tuple[Plane, ...]]
    flows: tuple[Flow, ...]


def read(store: Seeding) -> Surface:
    """The surface of a cluster as its objects are now."""
    planes: dict[str, list[Plane]] = {}
    for (namespace, name), pod in sorted(store.keyed("", "pods").items()):
        gateway = (pod["metadata"].get("labels") or {}).get(GATEWAY_LABEL)
        if gateway and ready(pod):
            plane = Plane(namespace, gateway, name, pod["spec"]["nodeName"], f"{namespace}/{name}")
            planes.setdefault(f"{namespace}/{gateway}", []).append(plane)
    return Surface(
        {place: tuple(pods) for place, pods in planes.items()},
        tuple(_flows(Model.build(world(store)))),
    )


def _flows(model: Model) -> Iterator[Flow]:
    peers = _peers(model)
    for kind in ("HTTPRoute", "GRPCRoute"):
        for ref in sorted(ref for ref in model.routes if ref.kind == kind):
            for parent in model.parents(ref):
                gateway = model.gateways[parent.gateway.key] if parent.gateway else None
                if gateway is None or not gateway.ngf or accepted(model, ref, parent):
                    continue
                if not _programmed(gateway.obj, ""):
                    continue
                for one in parent.attachments:
                    if one.attached and _programmed(_owner(model, one.listener), one.listener.name):
                        yield from _of_route(
                            model, model.routes[ref], gateway.ref.key, one.listener.spec, peers
                        )


def _owner(model: Model, listener: Listener) -> Object:
    """What a listener is written in, whose status speaks of it."""
    if listener.owner.kind == "ListenerSet":
        return model.listener_sets[listener.owner.key].obj
    return model.gateways[listener.owner.key].obj


def _programmed(owner: Object, listener: str) -> bool:
    """Whether NGINX serves a gateway, or one of the listeners of it or of a ListenerSet."""
    said = owner.get("status") or {}
    if listener:
        said = next((one for one in said.get("listeners") or () if one["name"] == listener), {})
    return any(
        one["type"] == "Programmed" and one["status"] == "True"
        for one in said.get("conditions") or ()
    )


def _peers(model: Model) -> Mapping[Key, Mapping[int, tuple[str, ...]]]:
    """Ready endpoints of each Service by port."""
    found: dict[Key, dict[int, tuple[str, ...]]] = {}
    for (namespace, _), piece in sorted(model.world.of("endpointslices").items()):
        service = (piece["metadata"].get("labels") or {}).get(SERVICE_LABEL, "")
        ready = [
            address
            for endpoint in piece.get("endpoints") or ()
            if (endpoint.get("conditions") or {}).get("ready")
            for address in endpoint["addresses"]
        ]
        ports = found.setdefault((namespace, service), {})
        for port in piece.get("ports") or ():
            ports[port["port"]] = tuple(f"{address}:{port['port']}" for address in ready)
    return found


def _of_route(
    model: Model,
    route: Route,
    place: Key,
    listener: Object,
    peers: Mapping[Key, Mapping[int, tuple[str, ...]]],
) -> Iterator[Flow]:
    key = route.ref.key
    hosts = route.obj["spec"].get("hostnames") or [listener.get("hostname", "")]
    grpc = route.ref.kind == "GRPCRoute"
    for number, each in enumerate(route.rules):
        rule = each.obj
        filters = _filters(model, key[0], rule)
        backends = tuple(_backends(model, route, each, peers))
        for place_in_rule, match in enumerate(rule.get("matches") or [{}]):
            path, path_kind = _path(match, grpc)
            conditional = bool({"headers", "queryParams"} & match.keys()) or (
                "method" in match and not grpc
            )
            internal = f"/_ngf-internal-rule{number}-route{place_in_rule}" if conditional else ""
            pool = _pool(key[0], rule)
            if pool:
                internal = f"/_ngf-internal-proxy-pass-rule{number}-route0-backend0-inference"
            for host in hosts:
                yield Flow(
                    gateway="/".join(place),
                    route="/".join(key),
                    rule=number,
                    port=listener["port"],
                    tls=listener["protocol"] == "HTTPS",
                    server=host or ANY_HOST,
                    host=host.replace("*.", "www.") or f"{place[1]}-nginx.{place[0]}.svc",
                    method="POST" if grpc else match.get("method", ""),
                    path=path,
                    kind=path_kind,
                    query="&".join(
                        f"{one['name']}={one['value']}" for one in match.get("queryParams") or ()
                    ),
                    internal=internal,
                    grpc=grpc,
                    pool=pool,
                    backends=backends,
                    **filters,
                )


def _path(match: Object, grpc: bool) -> tuple[str, str]:
    if grpc:
        method = match.get("method") or {}
        service = method.get("service", "grpc.health.v1.Health")
        return f"/{service}/{method.get('method', '')}", "Exact"
    path = match.get("path") or {}
    return path.get("value", "/"), path.get("type", "PathPrefix")


def _filters(model: Model, namespace: str, rule: Object) -> dict[str, Any]:
    found: dict[str, Any] = {
        "header": "",
        "variable": "",
        "redirect": 0,
        "broken": False,
        "guarded": False,
        "rewrite": "",
    }
    for one in rule.get("filters") or ():
        for header in (one.get("responseHeaderModifier") or {}).get("set") or ():
            if header["name"].lower() == MARKER:
                found["header"] = header["value"]
        if redirect := one.get("requestRedirect"):
            found["redirect"] = redirect.get("statusCode", 302)
        rewrite = ((one.get("urlRewrite") or {}).get("path") or {}).get("replacePrefixMatch", "")
        found["rewrite"] = rewrite or found["rewrite"]
        ref = one.get("extensionRef") or {}
        place = (namespace, ref.get("name", ""))
        if ref.get("kind") == "SnippetsFilter" and place in model.world.of("snippetsfilters"):
            for snippet in model.world.of("snippetsfilters")[place]["spec"]["snippets"]:
                if set_to := _SET_VARIABLE.search(snippet["value"]):
                    found["variable"] = set_to[1]
        elif ref.get("kind") == "AuthenticationFilter":
            found["guarded"] = place in model.world.of("authenticationfilters")
            found["broken"] = not found["guarded"]
    return found


def _pool(namespace: str, rule: Object) -> str:
    for ref in rule.get("backendRefs") or ():
        if ref.get("kind") == "InferencePool":
            return f"{ref.get('namespace', namespace)}/{ref['name']}"
    return ""


def _backends(
    model: Model,
    route: Route,
    rule: Rule,
    peers: Mapping[Key, Mapping[int, tuple[str, ...]]],
) -> Iterator[Backend]:
    for ref in rule.backends:
        if model.backend(route.ref, ref).fault:
            yield Backend(INVALID, "", (), ref.weight)
            continue
        place, port = (ref.namespace, ref.name), ref.port or 0
        upstream = f"{place[0]}_{place[1]}_{port}"
        yield Backend(upstream, "/".join(place), peers.get(place, {}).get(port, ()), ref.weight)
