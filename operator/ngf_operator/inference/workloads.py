"""Where Deployments and DaemonSets stand, and what keeps their pods from running."""

from collections.abc import Iterator
from typing import Any

from ngf_operator.conditions import current
from ngf_operator.inference.spec import WORKLOAD
from ngf_operator.wanting import Obj, Standing, World

_NOT_TAKEN_UP = Standing("Waiting", "WaitingForController", "The change was not taken up yet.")
_WRONG = frozenset(
    {
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "CreateContainerError",
        "ErrImageNeverPull",
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
    }
)
"""Why containers wait that do not come up by waiting."""


def of_deployment(wanted: Obj, live: Obj, world: World) -> Standing:
    """As many pods of the newest template are available as are asked for."""
    status, asked = live.get("status") or {}, (live.get("spec") or {}).get("replicas", 1)
    if _is_behind(live):
        return _NOT_TAKEN_UP
    ready = min(status.get("availableReplicas", 0), status.get("updatedReplicas", 0))
    said = f"{ready} of {asked} pods are available."
    if ready >= asked:
        return Standing("Ready", "Available", said)
    if trouble := _trouble(live, world):
        return Standing(trouble.state, trouble.reason, f"{said} {trouble.message}")
    for name in ("ReplicaFailure", "Progressing"):
        given = current(live, status.get("conditions"), name) or {}
        if given.get("status") == ("True" if name == "ReplicaFailure" else "False"):
            message = str(given.get("message", ""))
            return Standing("Failed", str(given.get("reason", "")), f"{said} {message}")
    return Standing("Waiting", "PodsNotAvailable", said)


def of_daemon_set(wanted: Obj, live: Obj, world: World) -> Standing:
    """Its pods are ready on every node that it is meant for, and there is one."""
    status: dict[str, Any] = live.get("status") or {}
    if _is_behind(live):
        return _NOT_TAKEN_UP
    asked, ready = status.get("desiredNumberScheduled", 0), status.get("numberReady", 0)
    if not asked:
        return Standing("Waiting", "NoNode", "No node matches its node selector.")
    said = f"{ready} of {asked} pods are ready."
    if ready >= asked:
        return Standing("Ready", "Available", said)
    if trouble := _trouble(live, world):
        return Standing(trouble.state, trouble.reason, f"{said} {trouble.message}")
    return Standing("Waiting", "PodsNotReady", said)


def pods_of(live: Obj, world: World) -> Iterator[Obj]:
    """The pods of one that the operator made; those of others are not watched."""
    about = live["metadata"]
    for pod in world.all("", "Pod", about["namespace"]):
        if (pod["metadata"].get("labels") or {}).get(WORKLOAD) == about["name"]:
            yield pod


def _is_behind(live: Obj) -> bool:
    seen: int = (live.get("status") or {}).get("observedGeneration", 0)
    return seen < int(live["metadata"].get("generation", 0))


def _trouble(live: Obj, world: World) -> Standing | None:
    """What the pods say: what went wrong before what is waited for."""
    found = [each for pod in pods_of(live, world) for each in _said(pod)]
    return min(found, key=lambda each: each.state != "Failed", default=None)


def _said(pod: Obj) -> Iterator[Standing]:
    name, status = pod["metadata"]["name"], pod.get("status") or {}
    for key in ("initContainerStatuses", "containerStatuses"):
        for container in status.get(key) or ():
            waits = (container.get("state") or {}).get("waiting") or {}
            if waits.get("reason") in _WRONG:
                last = (container.get("lastState") or {}).get("terminated") or {}
                why = waits.get("message") or last.get("message") or last.get("reason") or ""
                what = f"{name}: {waits['reason']}{f': {why}' if why else '.'}"
                yield Standing("Failed", str(waits["reason"]), what)
    for one in status.get("conditions") or ():
        if one.get("type") == "PodScheduled" and one.get("status") == "False":
            what = f"{name} finds no node: {one.get('message') or one.get('reason')}"
            yield Standing("Waiting", str(one.get("reason") or "Unschedulable"), what)
