"""What an autoscaler's doing leaves in the cluster: its status, the Deployment, pods, Events.

The console sees it as it sees that of real ones: by watching.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.demo.api import ApiError
from services.demo.api.seeding import Seeding
from services.demo.seed import inference
from services.demo.seed.inference import Pool
from services.demo.seed.objects import Obj, made
from services.demo.seed.scaling import METRIC, autoscaler
from services.demo.traffic.autoscaling import Reading
from services.demo.traffic.engines import Engine
from services.demo.traffic.pools import Scaled

HPA = "autoscaling/v2", "HorizontalPodAutoscaler"
DEPLOYMENT = "apps/v1", "Deployment"
NOT_FOUND = 404
EVENTS_KEPT = 3600.0
"""Seconds, as an API server keeps them unless it is told otherwise."""


def told(store: Seeding, scaled: Scaled) -> None:
    """Write the Events of what an autoscaler did, when it did it."""
    pool, reading = scaled.pool, scaled.reading
    up = reading.wanted > reading.replicas
    labels = f"map[string]string{{scaledobject.keda.sh/name: {pool.name},}}"
    nothing = "MatchExpressions:[]LabelSelectorRequirement{}"
    selector = f"&LabelSelector{{MatchLabels:{labels},{nothing},}}"
    metric = f"external metric {METRIC}({selector})"
    why = f"{metric} above target" if up else "All metrics below target"
    _event(
        store,
        (*HPA, pool.namespace, autoscaler(pool.name)),
        reading.at,
        "SuccessfulRescale",
        f"New size: {reading.wanted}; reason: {why}",
        "horizontal-pod-autoscaler",
    )
    _event(
        store,
        (*DEPLOYMENT, pool.namespace, pool.name),
        reading.at,
        "ScalingReplicaSet",
        f"Scaled {'up' if up else 'down'} replica set {pool.name}-{inference.TEMPLATE} "
        f"from {reading.replicas} to {reading.wanted}",
        "deployment-controller",
    )


def scaled_now(store: Seeding, scaled: Scaled) -> None:
    """Do it: the Deployment wants another number, pods come or go, Events say so."""
    pool, wanted = scaled.pool, scaled.reading.wanted
    looked(store, pool, scaled.reading)
    place = (*DEPLOYMENT, pool.namespace, pool.name)
    try:
        store.patch(*place, {"spec": {"replicas": wanted}})
        for engine in scaled.added:
            store.create(
                inference.engine(pool, engine.name, engine.node, 0, waiting="ContainerCreating")
            )
        for engine in scaled.removed:
            store.delete("v1", "Pod", pool.namespace, engine.name)
    except ApiError as error:
        _unless_gone(error)
    counted(store, pool, wanted, wanted - len(scaled.added))
    told(store, scaled)


def started(store: Seeding, pool: Pool, engine: Engine, replicas: int, ready: int) -> None:
    """A new pod is ready, the ``ready``-th of so many."""
    status = inference.engine(pool, engine.name, engine.node, 0)["status"]
    try:
        store.patch_status("v1", "Pod", pool.namespace, engine.name, status)
    except ApiError as error:
        _unless_gone(error)
    counted(store, pool, replicas, ready)


def counted(store: Seeding, pool: Pool, replicas: int, ready: int) -> None:
    """How many replicas the Deployment has, and how many of them are ready."""
    status = {
        "replicas": replicas,
        "updatedReplicas": replicas,
        "readyReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": replicas - ready,
    }
    try:
        store.patch_status(*DEPLOYMENT, pool.namespace, pool.name, status)
    except ApiError as error:
        _unless_gone(error)


def looked(store: Seeding, pool: Pool, reading: Reading) -> None:
    """The autoscaler's status after it looked."""
    place = (*HPA, pool.namespace, autoscaler(pool.name))
    label = {"matchLabels": {"scaledobject.keda.sh/name": pool.name}}
    external = {
        "metric": {"name": METRIC, "selector": label},
        "current": {"averageValue": f"{round(reading.average * 1000)}m"},
    }
    status: Obj = {
        "currentReplicas": reading.replicas,
        "desiredReplicas": reading.wanted,
        "currentMetrics": [{"type": "External", "external": external}],
    }
    if reading.changes:
        status["lastScaleTime"] = _stamp(reading.at)
    try:
        live = store.get(*place)
        status["conditions"] = _limited(live, pool, reading)
        store.patch_status(*place, status)
    except ApiError as error:
        _unless_gone(error)


def _limited(live: Mapping[str, Any], pool: Pool, reading: Reading) -> list[Obj]:
    """The conditions, with what the bounds of the autoscaler do to its wish."""
    how = pool.scaling
    said = ("False", "DesiredWithinRange", "the desired count is within the acceptable range")
    if how and reading.wanted >= how.most:
        said = ("True", "TooManyReplicas", "the desired replica count is more than the maximum")
    elif how and reading.wanted <= how.least:
        said = ("True", "TooFewReplicas", "the desired replica count is less than the minimum")
    found = []
    for one in live["status"].get("conditions") or ():
        new = dict(one)
        if one["type"] == "ScalingLimited":
            new |= dict(zip(("status", "reason", "message"), said, strict=True))
            if one["status"] != new["status"]:
                new["lastTransitionTime"] = _stamp(reading.at)
        found.append(new)
    return found


def _event(
    store: Seeding,
    about: tuple[str, str, str, str],
    at: float,
    reason: str,
    message: str,
    source: str,
) -> None:
    version, kind, namespace, name = about
    try:
        uid = store.get(*about)["metadata"]["uid"]
    except ApiError as error:
        _unless_gone(error)
        return
    for old in store.all("v1", "Event", namespace):
        of_this = old["involvedObject"].get("uid") == uid
        if of_this and old.get("lastTimestamp", "") < _stamp(at - EVENTS_KEPT):
            store.delete("v1", "Event", namespace, old["metadata"]["name"])
    stamp = _stamp(at)
    event = made(
        "v1",
        "Event",
        f"{namespace}/{name}.{int(at * 1000):016x}",
        0,
        involvedObject={
            "apiVersion": version,
            "kind": kind,
            "namespace": namespace,
            "name": name,
            "uid": uid,
        },
        type="Normal",
        reason=reason,
        message=message,
        count=1,
        firstTimestamp=stamp,
        lastTimestamp=stamp,
        source={"component": source},
        reportingComponent=source,
        reportingInstance="",
    )
    event["metadata"]["creationTimestamp"] = stamp
    store.create(event)


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _unless_gone(error: ApiError) -> None:
    """Whoever looks around in the demo may have deleted it."""
    if error.code != NOT_FOUND:
        raise error
