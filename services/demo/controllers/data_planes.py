"""NGF's provisioner: each Gateway of its class that it accepts has a Deployment and a Service."""

from typing import Any

from services.demo.controllers.cluster import (
    Cluster,
    Key,
    concerned_owner,
    controlled,
    itself,
    owner,
)
from services.demo.controllers.running import Controller
from services.demo.seed.installation import GATEWAY_LABEL, MANAGED_BY, data_plane
from services.demo.seed.objects import Obj
from services.gatewayapi.model.classes import NGF_CONTROLLER

BY = "nginx-gateway-fabric"
_CONTROL = "nginx-gateway-fabric"
_WAF = ("waf-enforcer", "waf-config-mgr")
"""Containers beside NGINX where App Protect works."""


def act(cluster: Cluster, key: Key) -> None:
    """Bring the data plane in line with the Gateway; one that is gone takes it along."""
    gateway = cluster.find("Gateway", key)
    if gateway is None:
        _remove(cluster, key)
        return
    gateway_class = cluster.find("GatewayClass", ("", gateway["spec"]["gatewayClassName"])) or {}
    if (gateway_class.get("spec") or {}).get("controllerName") != NGF_CONTROLLER:
        return
    if not _accepted(gateway):
        return
    settings = _settings(cluster, gateway, gateway_class)
    kubernetes = settings.get("kubernetes") or {}
    plus = _plus(cluster)
    service, deployment = data_plane(
        gateway,
        plus=plus,
        replicas=(kubernetes.get("deployment") or {}).get("replicas", 1),
        service_type=(kubernetes.get("service") or {}).get("type", "LoadBalancer"),
    )
    if asked := gateway["spec"].get("addresses"):
        service["spec"]["loadBalancerIP"] = asked[0].get("value", "")
    if plus and (settings.get("waf") or {}).get("enable"):
        containers = deployment["spec"]["template"]["spec"]["containers"]
        containers += [{"name": one, "image": containers[0]["image"]} for one in _WAF]
    for wanted in (service, deployment):
        _keep(cluster, gateway, wanted)


def _keep(cluster: Cluster, gateway: Obj, wanted: Obj) -> None:
    kind, space = wanted["kind"], wanted["metadata"]["namespace"]
    live = cluster.find(kind, (space, wanted["metadata"]["name"]))
    if live is None:
        wanted["metadata"]["ownerReferences"] = [owner(gateway)]
        wanted["metadata"].pop("creationTimestamp")
        cluster.create(wanted, BY)
    elif live["metadata"]["uid"] in cluster.own and controlled(live).get("kind") == "Gateway":
        cluster.patch(live, {"spec": wanted["spec"]}, BY)


def _remove(cluster: Cluster, key: Key) -> None:
    """What belonged to a Gateway of the seed; everything else has it as its owner."""
    for kind in ("Service", "Deployment", "Pod"):
        for one in cluster.within(kind, key[0]):
            labels = one["metadata"].get("labels") or {}
            made_by = labels.get("app.kubernetes.io/managed-by")
            if (labels.get(GATEWAY_LABEL), made_by) == (key[1], MANAGED_BY) and not controlled(one):
                cluster.delete(one)


def _accepted(gateway: Obj) -> bool:
    return any(
        one["type"] == "Accepted" and one["status"] == "True"
        for one in (gateway.get("status") or {}).get("conditions") or ()
    )


def _settings(cluster: Cluster, gateway: Obj, gateway_class: Obj) -> dict[str, Any]:
    """The NginxProxy of a Gateway over that of its class, as far as data planes go."""
    of_class = (gateway_class.get("spec") or {}).get("parametersRef") or {}
    own = (gateway["spec"].get("infrastructure") or {}).get("parametersRef") or {}
    places = [
        (of_class.get("namespace", ""), of_class.get("name", "")),
        (gateway["metadata"]["namespace"], own.get("name", "")),
    ]
    found: dict[str, Any] = {}
    for place in places:
        found |= (cluster.find("NginxProxy", place) or {}).get("spec") or {}
    return found


def _plus(cluster: Cluster) -> bool:
    """Whether the control plane says that NGINX Plus is there."""
    return any(
        "--nginx-plus" in (container.get("args") or ())
        for one in cluster.all("Deployment").values()
        if (one["metadata"].get("labels") or {}).get("app.kubernetes.io/name") == _CONTROL
        for container in one["spec"]["template"]["spec"]["containers"]
    )


def _using(cluster: Cluster, settings: Obj) -> list[Key]:
    """Every Gateway: settings may be those of its class."""
    return list(cluster.all("Gateway"))


DATA_PLANES = Controller(
    {
        ("gateway.networking.k8s.io", "gateways"): itself,
        ("gateway.nginx.org", "nginxproxies"): _using,
        ("apps", "deployments"): concerned_owner("Gateway"),
        ("", "services"): concerned_owner("Gateway"),
    },
    act,
)
