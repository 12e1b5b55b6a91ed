"""A pod gets the emptiest node that can take it, or waits and says what there is not enough of."""

from collections import Counter

from services.demo.controllers.cluster import Cluster, Key, key_of
from services.demo.controllers.nodes import lacking, unsuited
from services.demo.controllers.running import Controller
from services.demo.seed.objects import Obj

BY = "default-scheduler"


def act(cluster: Cluster, key: Key) -> None:
    """Put the pod on a node, or say why not."""
    pod = cluster.ours("Pod", key)
    if pod is None or pod["spec"].get("nodeName"):
        return
    if missing := _claim(cluster, pod):
        _wait(cluster, pod, f'persistentvolumeclaim "{missing}" not found')
        return
    held: dict[str, list[Obj]] = {name: [] for _, name in cluster.all("Node")}
    for other in cluster.all("Pod").values():
        held.setdefault(other["spec"].get("nodeName", ""), []).append(other)
    why: Counter[str] = Counter()
    fitting: list[str] = []
    for (_, name), node in cluster.all("Node").items():
        if refusal := unsuited(node, pod["spec"]):
            why[refusal] += 1
        elif lacks := lacking(node, pod["spec"], held[name]):
            why.update("Too many pods" if one == "pods" else f"Insufficient {one}" for one in lacks)
        else:
            fitting.append(name)
    if not fitting:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(why.items()))
        _wait(cluster, pod, f"0/{len(held) - ('' in held)} nodes are available: {reasons}.")
        return
    chosen = min(fitting, key=lambda name: (len(held[name]), name))
    bound = cluster.condition(pod, "PodScheduled", True, "", "")
    cluster.patch(pod, {"spec": {"nodeName": chosen}}, BY)
    cluster.say(pod, {"conditions": [bound]}, BY)
    namespace, name = key
    cluster.event(pod, "Scheduled", f"Successfully assigned {namespace}/{name} to {chosen}", BY)


def _wait(cluster: Cluster, pod: Obj, message: str) -> None:
    said = cluster.condition(pod, "PodScheduled", False, "Unschedulable", message)
    if (pod.get("status") or {}).get("conditions") == [said]:
        return
    cluster.say(pod, {"phase": "Pending", "conditions": [said]}, BY)
    cluster.event(pod, "FailedScheduling", message, BY, "Warning")


def _claim(cluster: Cluster, pod: Obj) -> str:
    """A claim of the pod that does not exist."""
    for volume in pod["spec"].get("volumes") or ():
        name: str = (volume.get("persistentVolumeClaim") or {}).get("claimName", "")
        key = pod["metadata"]["namespace"], name
        if name and cluster.find("PersistentVolumeClaim", key) is None:
            return name
    return ""


def _waiting(cluster: Cluster, changed: Obj) -> list[Key]:
    """What leaves or changes may make room for everything that waits."""
    return [
        key_of(pod)
        for pod in cluster.all("Pod").values()
        if not pod["spec"].get("nodeName") and pod["metadata"]["uid"] in cluster.own
    ]


SCHEDULER = Controller(
    {("", "pods"): _waiting, ("", "nodes"): _waiting, ("", "persistentvolumeclaims"): _waiting},
    act,
)
