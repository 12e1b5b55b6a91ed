"""KEDA: a ScaledObject has a HorizontalPodAutoscaler, and says whether it and its triggers work."""

from typing import Any

from services.demo.api.patches import copied
from services.demo.controllers.cluster import Cluster, Key, concerned_owner, itself, owner
from services.demo.controllers.running import Controller
from services.demo.seed.objects import Obj
from services.demo.seed.scaling import autoscaler, scaled_object_conditions

BY = "keda-operator"
LABEL = "scaledobject.keda.sh/name"
CHECK_FAILED = "ScaledObjectCheckFailed"
_RESOURCES = ("cpu", "memory")
_NEEDED = {"prometheus": ("serverAddress", "query", "threshold")}
"""What the metadata of a trigger must have."""


def act(cluster: Cluster, key: Key) -> None:
    """Bring the autoscaler in line with the ScaledObject, and say how both stand."""
    one = cluster.ours("ScaledObject", key)
    if one is None:
        return
    spec, (namespace, name) = one["spec"], key
    target = spec["scaleTargetRef"]
    kind = target.get("kind", "Deployment")
    deployment = cluster.find("Deployment", (namespace, target["name"]))
    trouble = next(filter(None, map(_faulty, spec["triggers"])), "")
    if deployment is None:
        trouble = f'deployments.apps "{target["name"]}" not found'
    metrics = [_called(number, each) for number, each in enumerate(spec["triggers"])]
    external = [metric for metric in metrics if metric not in _RESOURCES]
    status: Obj = {
        "scaleTargetKind": f"apps/v1.{kind}",
        "externalMetricNames": external,
        "triggersTypes": ",".join(sorted({each["type"] for each in spec["triggers"]})),
        "conditions": scaled_object_conditions((CHECK_FAILED, trouble) if trouble else None),
    }
    if not trouble and deployment is not None:
        given = (spec.get("advanced") or {}).get("horizontalPodAutoscalerConfig") or {}
        called = given.get("name") or autoscaler(name)
        said = one.get("status") or {}
        status |= {
            "hpaName": called,
            "originalReplicaCount": said.get("originalReplicaCount")
            or deployment["spec"]["replicas"],
            "health": {metric: {"numberOfFailures": 0, "status": "Happy"} for metric in external},
        }
        _keep(cluster, one, called, _scaling(one, metrics, given.get("behavior")))
    else:
        cluster.event(one, CHECK_FAILED, trouble, BY, "Warning")
    cluster.say(one, status, BY)


def _keep(cluster: Cluster, one: Obj, called: str, spec: Obj) -> None:
    """The autoscaler as KEDA wants it, with labels and annotations of the ScaledObject."""
    about = one["metadata"]
    namespace, name = about["namespace"], about["name"]
    own = {LABEL: name, "app.kubernetes.io/managed-by": BY}
    carried = {
        "labels": {**own, **copied(about.get("labels") or {})},
        "annotations": copied(about.get("annotations") or {}),
    }
    live = cluster.find("HorizontalPodAutoscaler", (namespace, called))
    if live:
        if live["metadata"]["uid"] in cluster.own:
            cluster.patch(live, {"metadata": carried, "spec": spec}, BY)
        return
    made = cluster.create(
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {
                "name": called,
                "namespace": namespace,
                **carried,
                "ownerReferences": [owner(one)],
            },
            "spec": spec,
        },
        BY,
    )
    if made:
        cluster.event(one, "KEDAScalersStarted", "Started scalers watch", BY)
        cluster.event(one, "ScaledObjectReady", "ScaledObject is ready for scaling", BY)


def _scaling(one: Obj, metrics: list[str], behavior: Any) -> Obj:
    spec, target = one["spec"], one["spec"]["scaleTargetRef"]
    found: Obj = {
        "scaleTargetRef": {
            "apiVersion": target.get("apiVersion", "apps/v1"),
            "kind": target.get("kind", "Deployment"),
            "name": target["name"],
        },
        "minReplicas": max(spec.get("minReplicaCount", 0), 1),
        "maxReplicas": spec.get("maxReplicaCount", 100),
        "metrics": [
            _metric(called, trigger, one["metadata"]["name"])
            for called, trigger in zip(metrics, spec["triggers"], strict=True)
        ],
    }
    return found | ({"behavior": copied(behavior)} if behavior else {})


def _called(number: int, trigger: Obj) -> str:
    """What KEDA calls the metric of a trigger."""
    kind: str = trigger["type"]
    return kind if kind in _RESOURCES else f"s{number}-{kind}"


def _metric(called: str, trigger: Obj, name: str) -> Obj:
    metadata = trigger.get("metadata") or {}
    if called in _RESOURCES:
        asked = int(metadata.get("value", 80))
        target: Obj = {"type": "Utilization", "averageUtilization": asked}
        return {"type": "Resource", "resource": {"name": called, "target": target}}
    kind = trigger.get("metricType", "AverageValue")
    value = str(metadata.get("threshold", "1"))
    target = {"type": kind, "averageValue" if kind == "AverageValue" else "value": value}
    metric = {"name": called, "selector": {"matchLabels": {LABEL: name}}}
    return {"type": "External", "external": {"metric": metric, "target": target}}


def _faulty(trigger: Obj) -> str:
    """What a trigger lacks."""
    metadata = trigger.get("metadata") or {}
    lacking = [each for each in _NEEDED.get(trigger["type"], ()) if not metadata.get(each)]
    return f"error parsing {trigger['type']} metadata: no {lacking[0]} given" if lacking else ""


def _scaling_it(cluster: Cluster, deployment: Obj) -> list[Key]:
    """The ScaledObjects that scale a Deployment."""
    namespace, name = deployment["metadata"]["namespace"], deployment["metadata"]["name"]
    return [
        key
        for key, one in cluster.all("ScaledObject").items()
        if key[0] == namespace and one["spec"]["scaleTargetRef"]["name"] == name
    ]


KEDA = Controller(
    {
        ("keda.sh", "scaledobjects"): itself,
        ("autoscaling", "horizontalpodautoscalers"): concerned_owner("ScaledObject"),
        ("apps", "deployments"): _scaling_it,
    },
    act,
)
