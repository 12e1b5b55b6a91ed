"""A Service has an EndpointSlice with the pods that it selects."""

from services.demo.controllers import templates
from services.demo.controllers.cluster import (
    Cluster,
    Key,
    concerned_owner,
    ending_of,
    itself,
    key_of,
    owner,
    selects,
)
from services.demo.controllers.running import Controller
from services.demo.seed.objects import Obj

BY = "endpointslice-controller"
SERVICE = "kubernetes.io/service-name"
MANAGED = {"endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"}


def act(cluster: Cluster, key: Key) -> None:
    """Bring the slice in line with the pods."""
    service = cluster.ours("Service", key)
    if service is None or not service["spec"].get("selector"):
        return
    namespace, name = key
    pods = [
        pod
        for pod in cluster.within("Pod", namespace)
        if selects(service["spec"]["selector"], pod["metadata"].get("labels"))
        and (pod.get("status") or {}).get("podIP")
    ]
    content: Obj = {
        "endpoints": [_endpoint(pod) for pod in sorted(pods, key=key_of)],
        "ports": [_port(one, pods) for one in service["spec"].get("ports") or ()],
    }
    owned = cluster.owned("EndpointSlice", service)
    if owned:
        if any(owned[0].get(field) != value for field, value in content.items()):
            cluster.patch(owned[0], content, BY)
        return
    cluster.create(
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {
                "name": f"{name}-{ending_of(service['metadata']['uid'])}",
                "namespace": namespace,
                "labels": {SERVICE: name, **MANAGED},
                "ownerReferences": [owner(service)],
            },
            "addressType": "IPv4",
            **content,
        },
        BY,
    )


def _endpoint(pod: Obj) -> Obj:
    ready, (namespace, name) = templates.ready(pod), key_of(pod)
    return {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {"ready": ready, "serving": ready, "terminating": False},
        "nodeName": pod["spec"]["nodeName"],
        "targetRef": {
            "kind": "Pod",
            "namespace": namespace,
            "name": name,
            "uid": pod["metadata"]["uid"],
        },
    }


def _port(port: Obj, pods: list[Obj]) -> Obj:
    """Where a port of the Service leads in its pods."""
    target = port.get("targetPort") or port["port"]
    if isinstance(target, str):
        named = (
            one["containerPort"]
            for pod in pods
            for container in pod["spec"]["containers"]
            for one in container.get("ports") or ()
            if one.get("name") == target
        )
        target = next(named, port["port"])
    found: Obj = {"name": port.get("name", ""), "port": target, "protocol": port["protocol"]}
    return found | ({"appProtocol": port["appProtocol"]} if "appProtocol" in port else {})


def _selecting(cluster: Cluster, pod: Obj) -> list[Key]:
    labels = pod["metadata"].get("labels")
    return [
        key_of(service)
        for service in cluster.within("Service", pod["metadata"]["namespace"])
        if service["metadata"]["uid"] in cluster.own
        and selects((service.get("spec") or {}).get("selector"), labels)
    ]


ENDPOINTS = Controller(
    {
        ("", "services"): itself,
        ("", "pods"): _selecting,
        ("discovery.k8s.io", "endpointslices"): concerned_owner("Service"),
    },
    act,
)
