"""A Deployment has a ReplicaSet for its template, and goes over to a new one step by step."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from services.demo.api.patches import copied
from services.demo.controllers import templates
from services.demo.controllers.cluster import Cluster, Key, concerned_owner, itself, owner
from services.demo.controllers.replica_sets import HASH
from services.demo.controllers.running import Controller
from services.demo.seed.objects import Obj

BY = "deployment-controller"
REVISION = "deployment.kubernetes.io/revision"


@dataclass(frozen=True, slots=True)
class _Sets:
    """The ReplicaSets of a Deployment: that of its template, and those of templates before."""

    new: Obj
    old: list[Obj]

    @property
    def every(self) -> list[Obj]:
        return [self.new, *self.old]


def act(cluster: Cluster, key: Key) -> float | None:
    """One step towards what the Deployment says, and what is said of it. Gives when its deadline
    has passed."""
    one = cluster.ours("Deployment", key)
    if one is None:
        return None
    sets = _sets(cluster, one)
    if sets is None:
        return None
    for replica_set, size in _sizes(one, sets).items():
        _scale(cluster, one, next(s for s in sets.every if _name(s) == replica_set), size)
    _forget(cluster, one, sets)
    return _say(cluster, one, _Sets(*_again(cluster, sets)))


def _sets(cluster: Cluster, one: Obj) -> _Sets | None:
    template = copied(one["spec"]["template"])
    name = f"{one['metadata']['name']}-{templates.hash_of(template)}"
    owned = cluster.owned("ReplicaSet", one)
    revision = 1 + max((int(_revision(each)) for each in owned), default=0)
    new = next((each for each in owned if _name(each) == name), None)
    if new is None:
        new = cluster.create(_replica_set(one, name, template, revision), BY)
        if new is None:  # somebody else's of that name
            return None
    elif int(_revision(new)) < revision - 1:  # a template of before is wanted again
        annotations = {"annotations": {REVISION: str(revision)}}
        cluster.patch(new, {"metadata": annotations}, BY)
        new = cluster.find("ReplicaSet", (new["metadata"]["namespace"], name)) or new
    if _revision(one) != _revision(new):
        cluster.patch(one, {"metadata": {"annotations": {REVISION: _revision(new)}}}, BY)
    return _Sets(new, [each for each in owned if _name(each) != name])


def _replica_set(one: Obj, name: str, template: Obj, revision: int) -> Obj:
    label = {HASH: name.rpartition("-")[2]}
    described = template.setdefault("metadata", {})
    described["labels"] = {**(described.get("labels") or {}), **label}
    selector = copied(one["spec"]["selector"])
    selector["matchLabels"] = {**(selector.get("matchLabels") or {}), **label}
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": name,
            "namespace": one["metadata"]["namespace"],
            "labels": dict(described["labels"]),
            "annotations": {REVISION: str(revision)},
            "ownerReferences": [owner(one)],
        },
        "spec": {"replicas": 0, "selector": selector, "template": template},
    }


def _sizes(one: Obj, sets: _Sets) -> dict[str, int]:
    """How many pods each ReplicaSet shall have now."""
    wanted, strategy = one["spec"]["replicas"], one["spec"]["strategy"]
    before = sum(_size(each) for each in sets.old)
    if strategy["type"] == "Recreate":
        running = sum((each.get("status") or {}).get("replicas", 0) for each in sets.old)
        sizes = {_name(each): 0 for each in sets.old}
        return sizes | {_name(sets.new): 0 if running or before else wanted}
    rolling = strategy["rollingUpdate"]
    surge = _share(rolling["maxSurge"], wanted, math.ceil)
    fewer = _share(rolling["maxUnavailable"], wanted, math.floor)
    if not surge and not fewer:
        fewer = 1
    size = min(wanted, max(wanted + surge - before, _size(sets.new) if wanted else 0))
    sizes = {_name(sets.new): size}
    # Of the old ones as many may go as are not needed, those that do not work before all others.
    spare = max(_able(sets.new) + sum(_able(each) for each in sets.old) - (wanted - fewer), 0)
    for each in sets.old:
        broken = _size(each) - _able(each)
        working = min(_able(each), spare)
        spare -= working
        sizes[_name(each)] = _size(each) - min(broken, _size(each)) - working
    return sizes


def _share(given: int | str, of: int, rounded: Callable[[float], int]) -> int:
    return int(given) if isinstance(given, int) else rounded(of * int(given.rstrip("%")) / 100)


def _scale(cluster: Cluster, one: Obj, replica_set: Obj, size: int) -> None:
    before = _size(replica_set)
    if before == size:
        return
    cluster.patch(replica_set, {"spec": {"replicas": size}}, BY)
    way = "up" if size > before else "down"
    message = f"Scaled {way} replica set {_name(replica_set)} from {before} to {size}"
    cluster.event(one, "ScalingReplicaSet", message, BY)


def _forget(cluster: Cluster, one: Obj, sets: _Sets) -> None:
    """ReplicaSets of long ago."""
    empty = [each for each in sets.old if not _size(each)]
    for each in empty[: max(len(empty) - one["spec"]["revisionHistoryLimit"], 0)]:
        cluster.delete(each)


def _again(cluster: Cluster, sets: _Sets) -> tuple[Obj, list[Obj]]:
    def live(each: Obj) -> Obj:
        return cluster.find("ReplicaSet", (each["metadata"]["namespace"], _name(each))) or each

    return live(sets.new), [live(each) for each in sets.old]


def _say(cluster: Cluster, one: Obj, sets: _Sets) -> float | None:
    wanted = one["spec"]["replicas"]
    counted = [each.get("status") or {} for each in sets.every]
    total = sum(each.get("replicas", 0) for each in counted)
    able = sum(_able(each) for each in sets.every)
    rolling = one["spec"]["strategy"].get("rollingUpdate") or {"maxUnavailable": 0}
    enough = able >= wanted - _share(rolling["maxUnavailable"], wanted, math.floor)
    status = {
        "observedGeneration": one["metadata"]["generation"],
        "replicas": total,
        "updatedReplicas": counted[0].get("replicas", 0),
        "readyReplicas": able,
        "availableReplicas": able,
        "unavailableReplicas": max(wanted - able, 0),
    }
    available = cluster.condition(
        one,
        "Available",
        enough,
        "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable",
        f"Deployment {'has' if enough else 'does not have'} minimum availability.",
    )
    progressing, left = _progress(cluster, one, sets, status)
    cluster.say(one, {**status, "conditions": [available, progressing]}, BY)
    return left


def _progress(cluster: Cluster, one: Obj, sets: _Sets, status: Obj) -> tuple[Obj, float | None]:
    """The condition Progressing, and in how many seconds it may say something else."""
    named = f'ReplicaSet "{_name(sets.new)}"'
    before = one.get("status") or {}
    moved = any(before.get(name) != value for name, value in status.items())
    since = next(
        (
            each["lastUpdateTime"]
            for each in before.get("conditions") or ()
            if each["type"] == "Progressing" and not moved
        ),
        cluster.stamp(),
    )
    left: float | None = one["spec"]["progressDeadlineSeconds"] - cluster.since(since)
    wanted = one["spec"]["replicas"]
    if status["updatedReplicas"] == status["replicas"] == wanted == _able(sets.new):
        said = True, "NewReplicaSetAvailable", f"{named} has successfully progressed."
        left = None
    elif left is not None and left <= 0:
        said = False, "ProgressDeadlineExceeded", f"{named} has timed out progressing."
        left = None
    else:
        said = True, "ReplicaSetUpdated", f"{named} is progressing."
    found = cluster.condition(one, "Progressing", *said)
    return {**found, "lastUpdateTime": since}, left and left + 1


def _name(obj: Obj) -> str:
    name: str = obj["metadata"]["name"]
    return name


def _revision(obj: Obj) -> str:
    return str((obj["metadata"].get("annotations") or {}).get(REVISION, "0"))


def _size(replica_set: Obj) -> int:
    return int(replica_set["spec"]["replicas"])


def _able(replica_set: Obj) -> int:
    return int((replica_set.get("status") or {}).get("availableReplicas", 0))


DEPLOYMENTS = Controller(
    {("apps", "deployments"): itself, ("apps", "replicasets"): concerned_owner("Deployment")}, act
)
