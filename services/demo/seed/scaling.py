"""What scales an engine Deployment: KEDA's ScaledObject and its HorizontalPodAutoscaler."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.demo.seed.objects import Obj, made
from services.demo.seed.workloads import event

_NO_TRIGGER = ("PartialTriggerError", "Triggers defined in ScaledObject are not working")
METRIC = "s0-prometheus"
"""What KEDA calls the metric of a first trigger."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """How KEDA scales a pool: bounds, what it asks Prometheus, and the target for each pod."""

    least: int
    most: int
    query: str
    target: int
    fails: bool = False


def autoscaler(name: str) -> str:
    """What KEDA calls the autoscaler of a ScaledObject."""
    return f"keda-hpa-{name}"


def scaled(place: str, count: int, how: Scaling) -> Iterator[Obj]:
    """The ScaledObject of the Deployment at ``place``, the HPA that KEDA made from it, and what
    they complain about; ``count`` replicas run."""
    space, _, name = place.partition("/")
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    label = {"scaledobject.keda.sh/name": name}
    slow = {"stabilizationWindowSeconds": 300}
    yield made(
        "keda.sh/v1alpha1",
        "ScaledObject",
        place,
        60,
        labels=label,
        spec={
            "scaleTargetRef": target,
            "minReplicaCount": how.least,
            "maxReplicaCount": how.most,
            "pollingInterval": 15,
            "cooldownPeriod": 300,
            "advanced": {"horizontalPodAutoscalerConfig": {"behavior": {"scaleDown": slow}}},
            "triggers": [
                {
                    "type": "prometheus",
                    "metricType": "AverageValue",
                    "metadata": {
                        "serverAddress": "http://prometheus.monitoring.svc:9090",
                        "query": how.query,
                        "threshold": str(how.target),
                        "ignoreNullValues": "false",
                    },
                }
            ],
        },
        status={
            "scaleTargetKind": "apps/v1.Deployment",
            "originalReplicaCount": count,
            "hpaName": autoscaler(name),
            "externalMetricNames": [METRIC],
            "triggersTypes": "prometheus",
            "health": {
                METRIC: {
                    "numberOfFailures": 214 if how.fails else 0,
                    "status": "Failing" if how.fails else "Happy",
                }
            },
            "conditions": scaled_object_conditions(_NO_TRIGGER if how.fails else None),
        },
    )
    external = {"metric": {"name": METRIC, "selector": {"matchLabels": label}}}
    value = {"type": "AverageValue", "averageValue": str(how.target)}
    status: Obj = {
        "observedGeneration": 1,
        "currentReplicas": count,
        "desiredReplicas": count,
        "conditions": _autoscaler_conditions(how.fails),
    }
    if not how.fails:
        current = {"metric": external["metric"], "current": {"averageValue": "0"}}
        status["currentMetrics"] = [{"type": "External", "external": current}]
    yield made(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        f"{space}/{autoscaler(name)}",
        60,
        labels={**label, "app.kubernetes.io/managed-by": "keda-operator"},
        spec={
            "scaleTargetRef": target,
            "minReplicas": how.least,
            "maxReplicas": how.most,
            "metrics": [{"type": "External", "external": {**external, "target": value}}],
            "behavior": {
                "scaleDown": {**slow, "selectPolicy": "Max"},
                "scaleUp": {"selectPolicy": "Max"},
            },
        },
        status=status,
    )
    if how.fails:
        yield event(
            f"HorizontalPodAutoscaler/{space}/{autoscaler(name)}",
            "FailedGetExternalMetric",
            f"unable to get external metric {space}/{METRIC}: no matching metrics found",
            0.01,
            count=214,
            kind="Warning",
            source="horizontal-pod-autoscaler",
            version="autoscaling/v2",
        )
        yield event(
            f"ScaledObject/{space}/{name}",
            "KEDAScalerFailed",
            "prometheus metrics 'prometheus' target may be lost, the result is empty",
            0.01,
            count=214,
            kind="Warning",
            source="keda-operator",
            version="keda.sh/v1alpha1",
        )


def scaled_object_conditions(trouble: tuple[str, str] | None) -> list[Obj]:
    """As KEDA writes them: without times. ``trouble`` is what is wrong, reason and message."""
    if trouble:
        ready = ("False", *trouble)
        active = ("False", "ScalerNotActive", "Scaling is not performed because no trigger works")
    else:
        ready = ("True", "ScaledObjectReady", "ScaledObject is defined correctly")
        active = ("True", "ScalerActive", "Scaling is performed because triggers are active")
    said = {
        "Ready": ready,
        "Active": active,
        "Fallback": ("False", "NoFallbackFound", "No fallbacks are active on this scaled object"),
        "Paused": ("False", "ScaledObjectUnpaused", "ScaledObject is not paused"),
    }
    return [
        {"type": kind, "status": status, "reason": reason, "message": message}
        for kind, (status, reason, message) in said.items()
    ]


def _autoscaler_conditions(fails: bool) -> list[Obj]:
    able = ("True", "ReadyForNewScale", "recommended size matches current size")
    active = (
        "True",
        "ValidMetricFound",
        f"the HPA was able to successfully calculate a replica count from external metric {METRIC}",
    )
    limited = ("True", "TooFewReplicas", "the desired replica count is less than the minimum")
    if fails:
        able = ("True", "SucceededGetScale", "the HPA controller was able to get the target scale")
        active = (
            "False",
            "FailedGetExternalMetric",
            "the HPA was unable to compute the replica count: unable to get external metric "
            f"{METRIC}: no matching metrics found",
        )
        limited = ("False", "DesiredWithinRange", "the desired count is within the range")
    said = {"AbleToScale": able, "ScalingActive": active, "ScalingLimited": limited}
    return [
        {
            "type": kind,
            "status": status,
            "reason": reason,
            "message": message,
            "lastTransitionTime": "2026-11-20T08:00:00Z",
        }
        for kind, (status, reason, message) in said.items()
    ]
