"""A pod that has a node pulls its images, starts, and is ready a little later.

One that mounts or reads what does not exist waits for it and says so. A model server takes longer
than anything else, because it loads its model.
"""

import hashlib
import math

from services.demo.controllers.cluster import Cluster, Key, itself
from services.demo.controllers.running import Controller
from services.demo.seed.objects import Obj

BY = "kubelet"
PULL = 2.0
"""Seconds from a node to a running container."""
START, LOAD = 1.0, 5.0
"""Seconds from running to ready, of most containers and of those with a GPU."""
LOOK = 2.0
"""Seconds until what was missing is looked for again."""
_MOUNTED = (("ConfigMap", "configMap", "name"), ("Secret", "secret", "secretName"))
_READ = (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef"))


def act(cluster: Cluster, key: Key) -> float | None:
    """The next step of a pod's start; gives in how many seconds another is due."""
    pod = cluster.ours("Pod", key)
    if pod is None or not pod["spec"].get("nodeName"):
        return None
    status = pod.get("status") or {}
    if status.get("phase", "Pending") == "Pending":
        return _starting(cluster, pod, status)
    if status["phase"] == "Running" and _all(status, "running") and not _all(status, "ready"):
        began = status["containerStatuses"][0]["state"]["running"].get("startedAt")
        if began is None:  # not of our starting
            return None
        left = (LOAD if _model(pod) else START) - cluster.since(began)
        if left > 0:
            return left
        _say(cluster, pod, "Running", {"running": {"startedAt": began}}, ready=True)
    return None


def _starting(cluster: Cluster, pod: Obj, status: Obj) -> float:
    since = status.get("startTime")
    if missing := _missing(cluster, pod):
        waiting = {"reason": "CreateContainerConfigError", "message": f"{missing} not found"}
        _say(cluster, pod, "Pending", {"waiting": waiting})
        if since is None:
            cluster.event(pod, "Failed", f"Error: {missing} not found", BY, "Warning")
        return LOOK
    if since is None or not status.get("containerStatuses"):
        _say(cluster, pod, "Pending", {"waiting": {"reason": "ContainerCreating"}})
        return PULL
    left = PULL - cluster.since(since)
    if left > 0:
        return left
    for container in pod["spec"]["containers"]:
        image = f'Container image "{container["image"]}" already present on machine'
        cluster.event(pod, "Pulled", image, BY)
        cluster.event(pod, "Started", f"Started container {container['name']}", BY)
    _say(cluster, pod, "Running", {"running": {"startedAt": cluster.stamp()}})
    return math.ceil(LOAD if _model(pod) else START)


def _say(cluster: Cluster, pod: Obj, phase: str, state: Obj, *, ready: bool = False) -> None:
    condition, spec = cluster.condition, pod["spec"]
    names = ", ".join(one["name"] for one in spec["containers"])
    why = (
        ("", "") if ready else ("ContainersNotReady", f"containers with unready status: [{names}]")
    )
    status: Obj = {
        "phase": phase,
        "conditions": [
            condition(pod, "PodScheduled", True, "", ""),
            condition(pod, "Initialized", True, "", ""),
            condition(pod, "ContainersReady", ready, *why),
            condition(pod, "Ready", ready, *why),
        ],
        "startTime": (pod.get("status") or {}).get("startTime") or cluster.stamp(),
        "containerStatuses": [
            {
                "name": one["name"],
                "image": one["image"],
                "imageID": "",
                "ready": ready,
                "started": ready,
                "restartCount": 0,
                "state": state,
            }
            for one in spec["containers"]
        ],
    }
    if phase == "Running":
        status["podIP"] = _address(pod)
        status["podIPs"] = [{"ip": status["podIP"]}]
    cluster.say(pod, status, BY)


def _all(status: Obj, what: str) -> bool:
    """Whether every container is ready, or in a state."""
    containers = status.get("containerStatuses") or ()
    return bool(containers) and all(
        one["ready"] if what == "ready" else (one.get("state") or {}).get(what) is not None
        for one in containers
    )


def _model(pod: Obj) -> bool:
    """Whether a container has a device of its own, such as a GPU."""
    return any(
        "/" in name
        for container in pod["spec"]["containers"]
        for name in (container.get("resources") or {}).get("limits") or ()
    )


def _missing(cluster: Cluster, pod: Obj) -> str:
    """What the pod mounts or reads and is not there, as the kubelet names it."""
    asked = []
    for volume in pod["spec"].get("volumes") or ():
        for kind, field, name in _MOUNTED:
            if source := volume.get(field):
                asked.append((kind, source.get(name), source.get("optional")))
    for container in pod["spec"]["containers"]:
        for variable in container.get("env") or ():
            source = variable.get("valueFrom") or {}
            for kind, field in _READ:
                if reference := source.get(field):
                    asked.append((kind, reference.get("name"), reference.get("optional")))
    for kind, name, optional in asked:
        if not optional and cluster.find(kind, (pod["metadata"]["namespace"], name)) is None:
            return f'{kind.lower()} "{name}"'
    return ""


def _address(pod: Obj) -> str:
    """One of a network in which the seed has no pods."""
    third, fourth = hashlib.sha256(pod["metadata"]["uid"].encode()).digest()[:2]
    return f"10.{48 + third % 16}.{third}.{fourth}"


KUBELET = Controller({("", "pods"): itself}, act)
