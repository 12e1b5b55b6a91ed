"""A DaemonSet has a pod on every node that it selects."""

from services.demo.controllers import templates
from services.demo.controllers.cluster import Cluster, Key, concerned_owner, ending_of, itself
from services.demo.controllers.nodes import takes
from services.demo.controllers.running import Controller
from services.demo.seed.objects import Obj

BY = "daemonset-controller"
HASH = "controller-revision-hash"


def act(cluster: Cluster, key: Key) -> None:
    """Make and take away pods, one of an old template at a time, and count."""
    one = cluster.ours("DaemonSet", key)
    if one is None:
        return
    template = one["spec"]["template"]
    revision = templates.hash_of(template)
    chosen = [
        node["metadata"]["name"]
        for node in cluster.all("Node").values()
        if takes(node, template["spec"])
    ]
    held = {pod["spec"].get("nodeName"): pod for pod in cluster.owned("Pod", one)}
    for node, pod in held.items():
        if node not in chosen:
            cluster.delete(pod)
    for node in chosen:
        if node not in held:
            ending = ending_of(f"{one['metadata']['uid']}/{node}/{cluster.now()}")
            pod = templates.pod(template, one, ending, **{HASH: revision})
            # One node and no other: nothing is left to choose for the scheduler.
            pod["spec"]["nodeName"] = node
            if made := cluster.create(pod, BY):
                name = made["metadata"]["name"]
                cluster.event(one, "SuccessfulCreate", f"Created pod: {name}", BY)
    pods = {pod["spec"]["nodeName"]: pod for pod in cluster.owned("Pod", one)}
    old = [pod for pod in pods.values() if pod["metadata"]["labels"].get(HASH) != revision]
    if old and one["spec"]["updateStrategy"]["type"] == "RollingUpdate":
        broken = [pod for pod in pods.values() if not templates.ready(pod)]
        if not broken or any(pod in old for pod in broken):
            cluster.delete(next((pod for pod in broken if pod in old), old[0]))
    _count(cluster, one, list(pods.values()), len(chosen), len(old))


def _count(cluster: Cluster, one: Obj, pods: list[Obj], wanted: int, old: int) -> None:
    able = sum(templates.ready(pod) for pod in pods)
    cluster.say(
        one,
        {
            "observedGeneration": one["metadata"]["generation"],
            "desiredNumberScheduled": wanted,
            "currentNumberScheduled": len(pods),
            "updatedNumberScheduled": len(pods) - old,
            "numberReady": able,
            "numberAvailable": able,
            "numberUnavailable": max(wanted - able, 0),
            "numberMisscheduled": 0,
        },
        BY,
    )


def _every(cluster: Cluster, node: Obj) -> list[Key]:
    """A node may concern every DaemonSet."""
    return list(cluster.all("DaemonSet"))


DAEMON_SETS = Controller(
    {
        ("apps", "daemonsets"): itself,
        ("", "pods"): concerned_owner("DaemonSet"),
        ("", "nodes"): _every,
    },
    act,
)
