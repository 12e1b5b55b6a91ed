"""What runs on a demo cluster: nodes, pods, Services with their endpoints, and Events."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

from services.demo.seed.objects import Obj, made

POD_ENDS = ("x7k2d", "m4q9z", "b8t5w", "r2c6n", "v9h3f", "k5l7p", "d6j4s", "w3n8g")
"""Random to the eye, the same at every start."""


def service(
    place: str,
    age: float,
    *ports: int,
    ready: int = 2,
    total: int = 0,
    image: str = "",
    failing: str = "",
    container: str = "main",
    protocol: str = "TCP",
) -> list[Obj]:
    """A Service, its pods and its EndpointSlice: ``ready`` of ``total`` (total: ready) endpoints.

    ``failing`` is why the containers of the others wait.
    """
    space, _, name = place.rpartition("/")
    number = sum(place.encode())
    template = f"{number * 7919 % 0xFFFFFFFF:08x}9"
    pods = [
        pod(
            f"{place}-{template}-{POD_ENDS[index % len(POD_ENDS)]}",
            age / 10,
            image or f"registry.example.com/{space}/{name}:1.{number % 40}.{number % 7}",
            labels={"app": name, "pod-template-hash": template},
            waiting="" if index < ready else failing or "ContainerCreating",
            container=container,
        )
        for index in range(max(ready, total))
    ]
    endpoints = [
        {
            "addresses": [one["status"]["podIP"]],
            "conditions": {"ready": index < ready},
            "targetRef": {"kind": "Pod", "namespace": space, "name": one["metadata"]["name"]},
        }
        for index, one in enumerate(pods)
    ]
    listed = [{"name": f"p{port}", "port": port, "protocol": protocol} for port in ports]
    return [
        made("v1", "Service", place, age, spec={"selector": {"app": name}, "ports": listed}),
        *pods,
        made(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            f"{place}-{POD_ENDS[number % len(POD_ENDS)]}",
            age,
            labels={"kubernetes.io/service-name": name},
            addressType="IPv4",
            endpoints=endpoints,
            ports=listed,
        ),
    ]


def node(name: str, age: float, labels: Obj | None = None, **capacity: str) -> Obj:
    """A ready node with extra ``nvidia_gpu`` or ``mig_1g`` capacity."""
    spelled = {"nvidia_gpu": "nvidia.com/gpu", "mig_1g": "nvidia.com/mig-1g.10gb"}
    resources = {"cpu": "64", "memory": "527951892Ki", "pods": "110"}
    number = sum(name.encode()) * 2654435761 % 2**32
    resources |= {spelled[key]: value for key, value in capacity.items()}
    return made(
        "v1",
        "Node",
        name,
        age,
        labels={"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", **(labels or {})},
        status={
            "capacity": resources,
            "allocatable": resources,
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
            "nodeInfo": {
                "machineID": f"{number:032x}",
                "systemUUID": f"{number:08x}-0000-4000-8000-{number:012x}",
                "bootID": f"{number:08x}-0000-4000-9000-{number:012x}",
                "kernelVersion": "6.1.0-32-amd64",
                "osImage": "Debian GNU/Linux 12 (bookworm)",
                "containerRuntimeVersion": "containerd://2.1.4",
                "kubeletVersion": "v1.36.3",
                "kubeProxyVersion": "",
                "operatingSystem": "linux",
                "architecture": "amd64",
            },
        },
    )


def pod(
    place: str, age: float, image: str, node_name: str = "", gpus: str = "", **more: Any
) -> Obj:
    """A running pod, or one whose container (``container``: its name) is ``waiting`` for that
    reason."""
    called = more.pop("container", "main")
    container: Obj = {"name": called, "image": image, "args": more.pop("args", [])}
    waiting = more.pop("waiting", "")
    address = _address(place)
    if gpus:
        container["resources"] = {"limits": {"nvidia.com/gpu": gpus}}
    state: Obj = {"waiting": {"reason": waiting}} if waiting else {"running": {}}
    ready = {"type": "Ready", "status": "False" if waiting else "True"}
    return made(
        "v1",
        "Pod",
        place,
        age,
        **more,
        spec={"containers": [container], **({"nodeName": node_name} if node_name else {})},
        status={
            "phase": "Running",
            "conditions": [ready],
            "podIP": address,
            "podIPs": [{"ip": address}],
            "containerStatuses": [
                {
                    "name": called,
                    "image": image,
                    "imageID": "",
                    "ready": not waiting,
                    "restartCount": 41 if waiting == "CrashLoopBackOff" else 0,
                    "state": state,
                }
            ],
        },
    )


def _address(place: str) -> str:
    """One of a network that is large enough for no two of the seed's pods to share one."""
    subnet, high, low = hashlib.sha256(place.encode()).digest()[:3]
    return f"10.{32 + subnet % 16}.{high}.{low}"


def scheduled(objects: Iterable[Obj]) -> Iterator[Obj]:
    """The objects of a cluster, each pod on one of its nodes."""
    cluster = list(objects)
    nodes = cycle([obj["metadata"]["name"] for obj in cluster if obj["kind"] == "Node"])
    for obj in cluster:
        if obj["kind"] == "Pod" and "nodeName" not in obj["spec"]:
            obj["spec"]["nodeName"] = next(nodes)
        yield obj


def event(
    about: str, reason: str, note: str, hours: float, *, count: int = 1, source: str, **more: str
) -> Obj:
    """An Event on ``Kind/namespace/name``, last seen ``hours`` ago; ``kind=Warning`` if it is."""
    subject, namespace, name = about.split("/")
    last = datetime.now(UTC) - timedelta(hours=hours)
    first = last - timedelta(minutes=5 * (count - 1))
    spelled = "%Y-%m-%dT%H:%M:%SZ"
    ending = f"{abs(sum((about + reason).encode()) * 2654435761) % 2**48:012x}"
    return made(
        "v1",
        "Event",
        f"{namespace}/{name}.{ending}",
        (hours + (count - 1) / 12) / 24,
        involvedObject={
            "apiVersion": more.get("version", "v1"),
            "kind": subject,
            "namespace": namespace,
            "name": name,
        },
        type=more.get("kind", "Normal"),
        reason=reason,
        message=note,
        count=count,
        firstTimestamp=first.strftime(spelled),
        lastTimestamp=last.strftime(spelled),
        source={"component": source},
        reportingComponent=source,
        reportingInstance="",
    )
