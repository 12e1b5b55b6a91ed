"""What the API server's printers show of workloads and of what is theirs."""

from datetime import datetime
from typing import Any

from services.demo.api.cells import NONE, age, age_of, at, first, moment, pairs
from services.demo.api.statuses import Obj

_ACCESS_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}
_JOB_STATES = (
    "Complete",
    "Failed",
    "Terminating",
    "Suspended",
    "FailureTarget",
    "SuccessCriteriaMet",
)
"""The first of them that holds is a Job's status."""


def _containers(obj: Obj) -> list[str]:
    found = at(obj, "spec.template.spec.containers", [])
    return [",".join(each.get(key, "") for each in found) for key in ("name", "image")]


def _template(obj: Obj) -> list[str]:
    """The columns of ``-o wide``: containers, their images, the selector of pods."""
    return [*_containers(obj), pairs(at(obj, "spec.selector.matchLabels"))]


def pod(obj: Obj, now: datetime) -> list[Any]:
    statuses = at(obj, "status.containerStatuses", [])
    total = len(at(obj, "spec.containers", []))
    ready = sum(1 for each in statuses if each.get("ready"))
    restarts = sum(each.get("restartCount", 0) for each in statuses)
    word = at(obj, "status.reason") or at(obj, "status.phase", "")
    for each in statuses:
        state = each.get("state") or {}
        waiting = (state.get("waiting") or state.get("terminated") or {}).get("reason")
        word = waiting or word
    if obj["metadata"].get("deletionTimestamp"):
        word = "Terminating"
    where = [at(obj, path, NONE) for path in ("status.podIP", "spec.nodeName")]
    nominated = at(obj, "status.nominatedNodeName", NONE)
    return [f"{ready}/{total}", word, str(restarts), age_of(obj, now), *where, nominated, NONE]


def deployment(obj: Obj, now: datetime) -> list[Any]:
    status = obj.get("status") or {}
    ready = f"{status.get('readyReplicas', 0)}/{at(obj, 'spec.replicas', 0)}"
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    return [ready, updated, available, age_of(obj, now), *_template(obj)]


def replica_set(obj: Obj, now: datetime) -> list[Any]:
    status = obj.get("status") or {}
    counts = [
        at(obj, "spec.replicas", 0),
        status.get("replicas", 0),
        status.get("readyReplicas", 0),
    ]
    return [*counts, age_of(obj, now), *_template(obj)]


def daemon_set(obj: Obj, now: datetime) -> list[Any]:
    names = (
        "desiredNumberScheduled",
        "currentNumberScheduled",
        "numberReady",
        "updatedNumberScheduled",
        "numberAvailable",
    )
    counts = [at(obj, f"status.{name}", 0) for name in names]
    node = pairs(at(obj, "spec.template.spec.nodeSelector"))
    return [*counts, node, age_of(obj, now), *_template(obj)]


def stateful_set(obj: Obj, now: datetime) -> list[Any]:
    ready = f"{at(obj, 'status.readyReplicas', 0)}/{at(obj, 'spec.replicas', 0)}"
    return [ready, age_of(obj, now), *_containers(obj)]


def job(obj: Obj, now: datetime) -> list[Any]:
    holds = [one["type"] for one in at(obj, "status.conditions", []) if one["status"] == "True"]
    ending = ["Terminating"] if obj["metadata"].get("deletionTimestamp") else []
    word = next((one for one in _JOB_STATES if one in [*holds, *ending]), "Running")
    wanted, at_once = at(obj, "spec.completions"), at(obj, "spec.parallelism", 0)
    of = str(wanted) if wanted is not None else f"1 of {at_once}" if at_once > 1 else "1"
    completions = f"{at(obj, 'status.succeeded', 0)}/{of}"
    began, ended = at(obj, "status.startTime"), at(obj, "status.completionTime")
    lasted = age(began, moment(ended) if ended else now) if began else ""
    return [word, completions, lasted, age_of(obj, now), *_template(obj)]


def autoscaler(obj: Obj, now: datetime) -> list[Any]:
    target = at(obj, "spec.scaleTargetRef", {})
    told = at(obj, "status.currentMetrics", [])
    metrics = [
        _metric(metric, told[index] if index < len(told) else {})
        for index, metric in enumerate(at(obj, "spec.metrics", []))
    ]
    return [
        f"{target.get('kind', '')}/{target.get('name', '')}",
        first(metrics, 2, ", ") or NONE,
        str(at(obj, "spec.minReplicas", "<unset>")),
        at(obj, "spec.maxReplicas", 0),
        at(obj, "status.currentReplicas", 0),
        age_of(obj, now),
    ]


def _metric(metric: Obj, told: Obj) -> str:
    """What is measured of what is wanted: ``cpu: 12%/80%``."""
    kind = metric["type"][:1].lower() + metric["type"][1:]
    wanted, current = at(metric, f"{kind}.target", {}), at(told, f"{kind}.current", {})
    unknown = "<unknown>"
    if "averageValue" in wanted:
        text = f"{current.get('averageValue', unknown)}/{wanted['averageValue']}"
        average = " (avg)" if kind in ("external", "object") else ""
    elif kind in ("resource", "containerResource"):
        now, then = (one.get("averageUtilization") for one in (current, wanted))
        text = f"{unknown if now is None else f'{now}%'}/{'<auto>' if then is None else f'{then}%'}"
        average = ""
    else:
        text, average = f"{current.get('value', unknown)}/{wanted.get('value')}", ""
    name = at(metric, f"{kind}.name")
    return (f"{name}: " if name else "") + text + average


def claim(obj: Obj, now: datetime) -> list[Any]:
    """A PersistentVolumeClaim; what its volume holds shows once it has one."""
    ending = obj["metadata"].get("deletionTimestamp")
    volume = at(obj, "spec.volumeName", "")
    modes = at(obj, "status.accessModes", []) if volume else []
    legacy = at(obj, "metadata.annotations", {}).get("volume.beta.kubernetes.io/storage-class")
    return [
        "Terminating" if ending else at(obj, "status.phase", ""),
        volume,
        at(obj, "status.capacity.storage", "0") if volume else "",
        ",".join(short for mode, short in _ACCESS_MODES.items() if mode in modes),
        legacy or at(obj, "spec.storageClassName", ""),
        at(obj, "spec.volumeAttributesClassName", "<unset>"),
        age_of(obj, now),
        at(obj, "spec.volumeMode", "<unset>"),
    ]
