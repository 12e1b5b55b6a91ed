"""What clients can ask of a cluster, read from its objects: one flow for each match of each rule.

Only what the demo needs to send requests that the objects would take: a listener that a route
attached to, host, path, method, and where the rule sends them. How NGF spells the rest in its
configuration (upstreams, internal locations, server names) is what the access log shows of it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from services.demo.api.seeding import Seeding
from services.demo.attachment import parents
from services.demo.listeners import ours
from services.demo.references import RESOLVED, Key, Object, World, backend
from services.kube.catalogue import KINDS

GATEWAY_LABEL = "gateway.networking.k8s.io/gateway-name"
SERVICE_LABEL = "kubernetes.io/service-name"
KINDS_READ = frozenset(
    {"gateways", "httproutes", "grpcroutes", "services", "endpointslices", "snippetsfilters"}
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

    @cache
    def world(kind: str) -> Mapping[Key, Object]:
        return store.keyed(KINDS[kind].group, kind)

    planes: dict[str, list[Plane]] = {}
    for (namespace, name), pod in sorted(world("pods").items()):
        gateway = (pod["metadata"].get("labels") or {}).get(GATEWAY_LABEL)
        if gateway:
            plane = Plane(namespace, gateway, name, pod["spec"]["nodeName"], f"{namespace}/{name}")
            planes.setdefault(f"{namespace}/{gateway}", []).append(plane)
    return Surface({place: tuple(pods) for place, pods in planes.items()}, tuple(_flows(world)))


def _flows(world: World) -> Iterator[Flow]:
    peers = _peers(world)
    gateways = ours(world)
    for kind in ("httproutes", "grpcroutes"):
        for key, route in sorted(world(kind).items()):
            for entry, place, names in parents(world, kind, key, route):
                accepted = next(c for c in entry["conditions"] if c["type"] == "Accepted")
                if accepted["status"] != "True" or not _programmed(gateways[place], ""):
                    continue
                for listener in gateways[place]["spec"]["listeners"]:
                    if listener["name"] in names and _programmed(gateways[place], listener["name"]):
                        yield from _of_route(world, kind, key, route, place, listener, peers)


def _programmed(gateway: Object, listener: str) -> bool:
    """Whether NGINX serves a gateway, or one of its listeners."""
    said = gateway.get("status") or {}
    if listener:
        said = next((one for one in said.get("listeners") or () if one["name"] == listener), {})
    return any(
        one["type"] == "Programmed" and one["status"] == "True"
        for one in said.get("conditions") or ()
    )


def _peers(world: World) -> Mapping[Key, Mapping[int, tuple[str, ...]]]:
    """Ready endpoints of each Service by port."""
    found: dict[Key, dict[int, tuple[str, ...]]] = {}
    for (namespace, _), piece in sorted(world("endpointslices").items()):
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
    world: World,
    kind: str,
    key: Key,
    route: Object,
    place: Key,
    listener: Object,
    peers: Mapping[Key, Mapping[int, tuple[str, ...]]],
) -> Iterator[Flow]:
    hosts = route["spec"].get("hostnames") or [listener.get("hostname", "")]
    grpc = kind == "grpcroutes"
    for number, rule in enumerate(route["spec"].get("rules") or ()):
        filters = _filters(world, key[0], rule)
        backends = tuple(_backends(world, kind, key[0], rule, peers))
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


def _filters(world: World, namespace: str, rule: Object) -> dict[str, Any]:
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
        if ref.get("kind") == "SnippetsFilter" and place in world("snippetsfilters"):
            for snippet in world("snippetsfilters")[place]["spec"]["snippets"]:
                if set_to := _SET_VARIABLE.search(snippet["value"]):
                    found["variable"] = set_to[1]
        elif ref.get("kind") == "AuthenticationFilter":
            found["guarded"] = place in world("authenticationfilters")
            found["broken"] = not found["guarded"]
    return found


def _pool(namespace: str, rule: Object) -> str:
    for ref in rule.get("backendRefs") or ():
        if ref.get("kind") == "InferencePool":
            return f"{ref.get('namespace', namespace)}/{ref['name']}"
    return ""


def _backends(
    world: World,
    kind: str,
    namespace: str,
    rule: Object,
    peers: Mapping[Key, Mapping[int, tuple[str, ...]]],
) -> Iterator[Backend]:
    spoken = "GRPCRoute" if kind == "grpcroutes" else "HTTPRoute"
    for ref in rule.get("backendRefs") or ():
        weight = ref.get("weight", 1)
        if backend(world, spoken, namespace, ref) != RESOLVED:
            yield Backend(INVALID, "", (), weight)
            continue
        place = (ref.get("namespace", namespace), ref["name"])
        port = ref.get("port", 0)
        upstream = f"{place[0]}_{place[1]}_{port}"
        yield Backend(upstream, "/".join(place), peers.get(place, {}).get(port, ()), weight)
