"""A Service of type LoadBalancer gets an address of the demo's pool a moment after it was made."""

from services.demo.controllers.cluster import Cluster, Key, itself
from services.demo.controllers.running import Controller
from services.demo.seed.installation import service_address
from services.demo.seed.objects import Obj

BY = "service-controller"
TAKES = 1.0
"""Seconds until there is an address."""


def act(cluster: Cluster, key: Key) -> float | None:
    """Give it one, or say that the one that it wants is not to be had."""
    service = cluster.ours("Service", key)
    if service is None or service["spec"].get("type") != "LoadBalancer":
        return None
    if ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress"):
        return None
    left = TAKES - cluster.since(service["metadata"]["creationTimestamp"])
    if left > 0:
        return left
    wanted = service["spec"].get("loadBalancerIP")
    if wanted:
        text = f"address {wanted} is not in a pool of this cluster"
        text = f"Error syncing load balancer: failed to ensure load balancer: {text}"
        cluster.event(service, "SyncLoadBalancerFailed", text, BY, "Warning")
        return None
    given: Obj = {"loadBalancer": {"ingress": [{"ip": service_address(*key), "ipMode": "VIP"}]}}
    cluster.say(service, given, BY)
    cluster.event(service, "EnsuredLoadBalancer", "Ensured load balancer", BY)
    return None


LOAD_BALANCERS = Controller({("", "services"): itself}, act)
