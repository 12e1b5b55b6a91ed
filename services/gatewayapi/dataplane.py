"""The data plane of a Gateway: the NGINX pods that NGF runs for it, and the Service before them.

NGF generates both beside the Gateway and labels them with its name; the pods, whether a Deployment
or a DaemonSet made them, also carry the name that they have in common.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from agent.ngf import GATEWAY_LABEL
from services.clusters.fleet import Cluster

Object = Mapping[str, Any]
_NAME = "app.kubernetes.io/name"
_ENDED = ("Succeeded", "Failed")


def data_plane(cluster: Cluster, namespace: str, gateway: str) -> dict[str, Any] | None:
    """``{name, ready, pods, service}``, None where NGF runs none."""
    pods = [
        pod
        for pod in _generated(cluster, "pods", namespace, gateway)
        if (pod.get("status") or {}).get("phase") not in _ENDED
    ]
    services = list(_generated(cluster, "services", namespace, gateway))
    if not pods and not services:
        return None
    named = [*pods, *services][0]["metadata"]["labels"].get(_NAME, "")
    return {
        "name": named,
        "ready": sum(_is_ready(pod) for pod in pods),
        "pods": len(pods),
        "service": services[0]["metadata"]["name"] if services else "",
    }


def _generated(cluster: Cluster, kind: str, namespace: str, gateway: str) -> Iterator[Object]:
    for (where, _), obj in cluster.snapshot(kind).objects.items():
        labels = obj["metadata"].get("labels") or {}
        if where == namespace and labels.get(GATEWAY_LABEL) == gateway:
            yield obj


def _is_ready(pod: Object) -> bool:
    said = (pod.get("status") or {}).get("conditions") or ()
    return any(one.get("type") == "Ready" and one.get("status") == "True" for one in said)
