"""A ReplicaSet has as many pods as it says."""

from itertools import count

from services.demo.controllers import templates
from services.demo.controllers.cluster import (
    Cluster,
    Key,
    concerned_owner,
    ending_of,
    itself,
)
from services.demo.controllers.running import Controller

BY = "replicaset-controller"
HASH = "pod-template-hash"


def act(cluster: Cluster, key: Key) -> None:
    """Make the pods that are missing, take away those that are too many, and count."""
    one = cluster.ours("ReplicaSet", key)
    if one is None:
        return
    pods, wanted = cluster.owned("Pod", one), one["spec"]["replicas"]
    # Those that do not work yet go first, and of the others the youngest.
    for gone in sorted(pods, key=templates.ready)[: max(len(pods) - wanted, 0)]:
        cluster.delete(gone)
        cluster.event(one, "SuccessfulDelete", f"Deleted pod: {gone['metadata']['name']}", BY)
    numbers = count()
    for _ in range(wanted - len(pods)):
        made = None
        while made is None:
            ending = ending_of(f"{one['metadata']['uid']}/{cluster.now()}/{next(numbers)}")
            made = cluster.create(templates.pod(one["spec"]["template"], one, ending), BY)
        cluster.event(one, "SuccessfulCreate", f"Created pod: {made['metadata']['name']}", BY)
    pods = cluster.owned("Pod", one)
    able = sum(templates.ready(pod) for pod in pods)
    cluster.say(
        one,
        {
            "replicas": len(pods),
            "fullyLabeledReplicas": len(pods),
            "readyReplicas": able,
            "availableReplicas": able,
            "observedGeneration": one["metadata"]["generation"],
        },
        BY,
    )


REPLICA_SETS = Controller(
    {("apps", "replicasets"): itself, ("", "pods"): concerned_owner("ReplicaSet")}, act
)
