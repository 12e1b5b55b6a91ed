"""Whether a live child does its work, from what the cluster says of it, never from hope.

What a kind's status means stands in a function of its own; kinds that have none are ready as soon
as they exist.
"""

from collections.abc import Callable
from typing import Any

from ngf_operator.conditions import condition, current, of_condition
from ngf_operator.gateway import standing as gateway
from ngf_operator.wanting import Obj, Standing, World

__all__ = ["condition", "current", "of_condition", "standing"]

READY = Standing("Ready")
Judge = Callable[[Obj, Obj, World], Standing]


def _workload(wanted: Obj, live: Obj, world: World) -> Standing:
    """A Deployment: as many pods of the newest template are available as are asked for."""
    status, asked = live.get("status") or {}, (live.get("spec") or {}).get("replicas", 1)
    if status.get("observedGeneration", 0) < live["metadata"].get("generation", 0):
        return Standing("Waiting", "WaitingForController", "The change has not been taken up yet.")
    ready = min(status.get("availableReplicas", 0), status.get("updatedReplicas", 0))
    if ready >= asked:
        return Standing("Ready", "Available", f"{ready} of {asked} pods are available.")
    stuck = current(live, status.get("conditions"), "Progressing") or {}
    if stuck.get("status") == "False":
        return Standing("Failed", str(stuck.get("reason", "")), str(stuck.get("message", "")))
    return Standing("Waiting", "PodsNotAvailable", f"{ready} of {asked} pods are available.")


def _per_node(wanted: Obj, live: Obj, world: World) -> Standing:
    """A DaemonSet: its pods are ready on every node that it is meant for, and there is one."""
    status: dict[str, Any] = live.get("status") or {}
    if status.get("observedGeneration", 0) < live["metadata"].get("generation", 0):
        return Standing("Waiting", "WaitingForController", "The change has not been taken up yet.")
    asked, ready = status.get("desiredNumberScheduled", 0), status.get("numberReady", 0)
    if not asked:
        return Standing("Waiting", "NoNode", "No node matches its node selector.")
    said = f"{ready} of {asked} pods are ready."
    return (
        Standing("Ready", "Available", said)
        if ready >= asked
        else Standing("Waiting", "PodsNotReady", said)
    )


JUDGES: dict[tuple[str, str], Judge] = {
    ("apps", "Deployment"): _workload,
    ("apps", "DaemonSet"): _per_node,
    **gateway.JUDGES,
}
"""By group and kind."""


def standing(obj: Obj, live: Obj | None, world: World) -> Standing:
    """Where a child stands; ``obj`` is what was wanted, ``live`` what is there."""
    if live is None:
        return Standing("Waiting", "NotThere", "It does not exist yet.")
    if live["metadata"].get("deletionTimestamp"):
        return Standing("Waiting", "BeingDeleted", "It is being deleted and will be made again.")
    group = obj["apiVersion"].rpartition("/")[0]
    judge = JUDGES.get((group, obj["kind"]))
    return judge(obj, live, world) if judge else READY
