"""A HorizontalPodAutoscaler keeps a Deployment within its bounds, and says what it sees.

What is measured is nothing: a pool that nobody asks for anything has no load.
"""

from services.demo.controllers.cluster import Cluster, Key, itself
from services.demo.controllers.running import Controller
from services.demo.seed.objects import Obj

BY = "horizontal-pod-autoscaler"
_CURRENT: dict[str, Obj] = {
    "AverageValue": {"averageValue": "0"},
    "Value": {"value": "0"},
    "Utilization": {"averageUtilization": 0, "averageValue": "0"},
}


def act(cluster: Cluster, key: Key) -> None:
    """Scale to the bounds where the target is beyond them."""
    one = cluster.ours("HorizontalPodAutoscaler", key)
    if one is None:
        return
    spec = one["spec"]
    target = cluster.find("Deployment", (key[0], spec["scaleTargetRef"]["name"]))
    if target is None:
        text = f'deployments.apps "{spec["scaleTargetRef"]["name"]}" not found'
        text = f"the HPA controller was unable to get the target's current scale: {text}"
        said = cluster.condition(one, "AbleToScale", False, "FailedGetScale", text)
        cluster.say(one, {"currentReplicas": 0, "desiredReplicas": 0, "conditions": [said]}, BY)
        return
    least, most, before = (
        spec.get("minReplicas", 1),
        spec["maxReplicas"],
        target["spec"]["replicas"],
    )
    wanted = min(max(before, least), most)
    if wanted != before:
        cluster.patch(target, {"spec": {"replicas": wanted}}, BY)
        why = "below spec.minReplicas" if wanted > before else "above spec.maxReplicas"
        why = f"New size: {wanted}; reason: Current number of replicas {why}"
        cluster.event(one, "SuccessfulRescale", why, BY)
    cluster.say(
        one,
        {
            "currentReplicas": (target.get("status") or {}).get("replicas", 0),
            "desiredReplicas": wanted,
            "currentMetrics": [_current(metric) for metric in spec.get("metrics") or ()],
            "conditions": _conditions(cluster, one, wanted),
        },
        BY,
    )


def _conditions(cluster: Cluster, one: Obj, wanted: int) -> list[Obj]:
    spec = one["spec"]
    seen = next((_named(metric) for metric in spec.get("metrics") or ()), "")
    valid = f"the HPA was able to successfully calculate a replica count from {seen}"
    limited = (False, "DesiredWithinRange", "the desired count is within the acceptable range")
    if wanted <= spec.get("minReplicas", 1):
        text = "the desired replica count is less than the minimum replica count"
        limited = (True, "TooFewReplicas", text)
    return [
        cluster.condition(
            one, "AbleToScale", True, "ReadyForNewScale", "recommended size matches current size"
        ),
        cluster.condition(one, "ScalingActive", True, "ValidMetricFound", valid),
        cluster.condition(one, "ScalingLimited", *limited),
    ]


def _named(metric: Obj) -> str:
    source = metric[_field(metric)]
    name = source.get("name") or (source.get("metric") or {}).get("name", "")
    return f"{metric['type'].lower()} metric {name}"


def _current(metric: Obj) -> Obj:
    field = _field(metric)
    source = metric[field]
    kept = {name: source[name] for name in ("name", "metric", "container") if name in source}
    current = _CURRENT[source["target"]["type"]]
    return {"type": metric["type"], field: {**kept, "current": dict(current)}}


def _field(metric: Obj) -> str:
    kind: str = metric["type"]
    return kind[0].lower() + kind[1:]


def _scaling_it(cluster: Cluster, deployment: Obj) -> list[Key]:
    """The autoscalers of a Deployment."""
    namespace, name = deployment["metadata"]["namespace"], deployment["metadata"]["name"]
    return [
        key
        for key, one in cluster.all("HorizontalPodAutoscaler").items()
        if key[0] == namespace and one["spec"]["scaleTargetRef"]["name"] == name
    ]


AUTOSCALER = Controller(
    {
        ("autoscaling", "horizontalpodautoscalers"): itself,
        ("apps", "deployments"): _scaling_it,
    },
    act,
)
