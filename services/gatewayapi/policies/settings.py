"""Settings that a gateway's data plane starts with: NginxProxy of its class and of the gateway.

What the gateway's NginxProxy says is laid over that of the class, field by field; a list replaces
a list. Of Deployment and DaemonSet the gateway's excludes the class's other one. Source:
nginx-gateway-fabric internal/controller/state/graph/nginxproxy.go, buildEffectiveNginxProxy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.gatewayapi.model.names import Object, Ref
from services.gatewayapi.model.world import World
from services.gatewayapi.policies.reading import leaves
from services.kube.catalogue import NGF

SOURCE = "nginx-gateway-fabric internal/controller/state/graph/nginxproxy.go"
TRACING = "telemetry.exporter.endpoint"
WORKLOADS = ("kubernetes.deployment", "kubernetes.daemonSet")


@dataclass(frozen=True, slots=True)
class Layer:
    """One NginxProxy and what names it: ``holder`` is a GatewayClass or a Gateway."""

    holder: Ref
    proxy: Ref
    obj: Object
    values: Mapping[str, Any]


def of_class(world: World, name: str) -> Layer | None:
    """The NginxProxy that a GatewayClass names; one without a namespace counts for nothing."""
    found = world.of("gatewayclasses").get(("", name))
    parameters = ((found or {}).get("spec") or {}).get("parametersRef") or {}
    place = str(parameters.get("namespace") or "")
    return _layer(world, Ref("GatewayClass", "", name), parameters, place) if place else None


def of_gateway(world: World, gateway: Object) -> Layer | None:
    """The NginxProxy that a Gateway names, in its own namespace."""
    metadata = gateway["metadata"]
    infrastructure = (gateway.get("spec") or {}).get("infrastructure") or {}
    ref = Ref("Gateway", metadata.get("namespace", ""), metadata["name"])
    return _layer(world, ref, infrastructure.get("parametersRef") or {}, ref.namespace)


def layers(world: World, gateway: Object) -> tuple[Layer, ...]:
    """What a gateway starts with, the farthest first."""
    name = str((gateway.get("spec") or {}).get("gatewayClassName", ""))
    return tuple(filter(None, (of_class(world, name), of_gateway(world, gateway))))


def excluded(path: str, below: Layer) -> str:
    """The workload of the gateway's NginxProxy that excludes the class's ``path``, or ""."""
    for mine, other in (WORKLOADS, WORKLOADS[::-1]):
        if _under(path, mine) and any(_under(one, other) for one in below.values):
            return other
    return ""


def provides(world: World, gateway: Object, need: str) -> bool:
    """Whether a gateway's settings allow what a policy needs: ``telemetry`` or ``waf``."""
    values: dict[str, Any] = {}
    for layer in layers(world, gateway):
        values |= layer.values
    if need == "waf":
        return values.get("waf.enable") is True
    off = values.get("telemetry.disabledFeatures") or ()
    return bool(values.get(TRACING)) and "DisableTracing" not in off


def _under(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root}.")


def _layer(world: World, holder: Ref, parameters: Mapping[str, Any], place: str) -> Layer | None:
    if parameters.get("kind") != "NginxProxy" or parameters.get("group") != NGF:
        return None
    proxy = Ref("NginxProxy", place, str(parameters.get("name", "")))
    obj = world.of("nginxproxies").get(proxy.key)
    return Layer(holder, proxy, obj, dict(leaves(obj.get("spec") or {}))) if obj else None
