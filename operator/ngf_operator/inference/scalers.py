"""How a ScaledObject and a HorizontalPodAutoscaler ask for what a stack is scaled by."""

from dataclasses import dataclass

from ngf_operator import names
from ngf_operator.inference import queries
from ngf_operator.inference.spec import Stack
from ngf_operator.wanting import Obj

_SLEEPS_AT = "1000000"
"""A target that is never reached: the trigger wakes a pool and says nothing of its size."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is scaled: a Deployment, and how the metrics of its pods are labelled."""

    deployment: str
    matchers: str
    pooled: bool
    engine: str


@dataclass(frozen=True, slots=True)
class Goal:
    """One threshold that can be met; ``query`` is empty for what Kubernetes measures itself."""

    metric: str
    target: int
    query: str = ""
    compares: str = ""
    gauge: str = ""


def may_sleep(stack: Stack) -> bool:
    """Whether the pool may be without pods."""
    return 0 in (stack.bounds[0], stack.section("autoscaling").get("idleReplicas"))


def _behaviour(stack: Stack, *, by_hpa: bool) -> Obj:
    asked = stack.section("autoscaling")
    found: Obj = {}
    for way in ("scaleUp", "scaleDown"):
        seconds = (asked.get(way) or {}).get("stabilizationSeconds")
        if seconds is None and by_hpa and way == "scaleDown":
            seconds = asked.get("cooldownSeconds")
        if seconds is not None:
            found[way] = {"stabilizationWindowSeconds": min(seconds, 3600)}
    return found


def scaled_object(stack: Stack, target: Target, goals: tuple[Goal, ...]) -> Obj:
    """The spec of a ScaledObject."""
    asked = stack.section("autoscaling")
    least, most = stack.bounds
    triggers = [_trigger(stack, goal) for goal in goals]
    if may_sleep(stack):
        query = queries.awake(stack.namespace, names.pool(stack.name))
        wakes = _prometheus(stack, query, _SLEEPS_AT)
        triggers.append(
            {
                "type": "prometheus",
                "name": "awake",
                "metricType": queries.AVERAGE,
                "metadata": wakes,
            }
        )
    spec: Obj = {
        "scaleTargetRef": {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "name": target.deployment,
        },
        "minReplicaCount": least,
        "maxReplicaCount": most,
        "triggers": triggers,
    }
    given = {"pollingInterval": "pollingSeconds", "cooldownPeriod": "cooldownSeconds"}
    given["idleReplicaCount"] = "idleReplicas"
    spec |= {field: asked[name] for field, name in given.items() if name in asked}
    if behaviour := _behaviour(stack, by_hpa=False):
        spec["advanced"] = {"horizontalPodAutoscalerConfig": {"behavior": behaviour}}
    return spec


def _prometheus(stack: Stack, query: str, threshold: str) -> dict[str, str]:
    address = stack.section("autoscaling")["serverAddress"]
    # No answer is no load only where no pod may be there to answer.
    nothing = "true" if may_sleep(stack) else "false"
    return {
        "serverAddress": address,
        "query": query,
        "threshold": threshold,
        "ignoreNullValues": nothing,
    }


def _trigger(stack: Stack, goal: Goal) -> Obj:
    if goal.metric in queries.RESOURCES:
        return {
            "type": goal.metric,
            "metricType": "Utilization",
            "metadata": {"value": str(goal.target)},
        }
    metadata = _prometheus(stack, goal.query, str(goal.target))
    name = "".join(each if each.isalnum() else "-" for each in goal.metric)
    return {"type": "prometheus", "name": name, "metricType": goal.compares, "metadata": metadata}


def hpa(stack: Stack, target: Target, goals: tuple[Goal, ...]) -> Obj:
    """The spec of a HorizontalPodAutoscaler."""
    least, most = stack.bounds
    spec: Obj = {
        "scaleTargetRef": {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "name": target.deployment,
        },
        "minReplicas": least,
        "maxReplicas": most,
        "metrics": [_metric(stack, goal, target) for goal in goals],
    }
    if behaviour := _behaviour(stack, by_hpa=True):
        spec["behavior"] = behaviour
    return spec


def _metric(stack: Stack, goal: Goal, target: Target) -> Obj:
    if goal.metric in queries.RESOURCES:
        aim = {"type": "Utilization", "averageUtilization": goal.target}
        return {"type": "Resource", "resource": {"name": goal.metric, "target": aim}}
    labels = {"namespace": stack.namespace}
    if target.pooled:
        labels["pool"] = names.pool(stack.name)
    metric = {"name": goal.gauge, "selector": {"matchLabels": labels}}
    aim = {"type": "AverageValue", "averageValue": str(goal.target)}
    return {"type": "External", "external": {"metric": metric, "target": aim}}
