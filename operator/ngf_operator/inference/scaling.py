"""What scales the pods: a ScaledObject of KEDA, or a HorizontalPodAutoscaler."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ngf_operator import names
from ngf_operator.inference import adoption, gpu_metrics, queries, scalers
from ngf_operator.inference.picker_config import readable
from ngf_operator.inference.scalers import Goal, Target
from ngf_operator.inference.spec import AUTOSCALING, POOL_LABEL, Stack
from ngf_operator.wanting import Child, Lack, Obj, Wanted, World

KEDA, HPA = ("keda.sh", "ScaledObject"), ("autoscaling", "HorizontalPodAutoscaler")
EXTERNAL = "v1beta1.external.metrics.k8s.io"
"""The APIService of metrics that adapters bring from elsewhere."""


def reduced(service: Obj) -> Obj:
    """What is looked at of an APIService."""
    kept = ("apiVersion", "kind", "metadata", "status")
    behind = (service.get("spec") or {}).get("service")
    return {
        **{key: service[key] for key in kept if key in service},
        "spec": {"service": behind},
    }


def wanted(stack: Stack, world: World) -> Wanted:
    """The scaler that was asked for, or why there can be none."""
    if "autoscaling" not in stack.spec:
        return Wanted(())
    backend = stack.section("autoscaling").get("backend") or "keda"
    group, kind = KEDA if backend == "keda" else HPA
    name = names.scaler(stack.name)
    target = _target(stack, world)
    if target is None:
        why = "There is no Deployment that it could scale; see the model server."
        return Wanted((), (stack.lack(AUTOSCALING, kind, name, "NoTarget", why),))
    version = world.served(group, kind)
    if version is None:
        why = f"{kind} ({group}) is not installed. Install KEDA, or set autoscaling.backend: hpa."
        return Wanted((), (stack.lack(AUTOSCALING, kind, name, "CRDNotInstalled", why),))
    if world.get(*_other(group), stack.namespace, name):
        return Wanted((), (_not_yet(stack, kind, _other(group)[1]),))
    goals, lacks = _goals(stack, world, target, kind)
    if goals and backend == "keda" and _never_wakes(stack):
        goals, lacks = (), (*lacks, _sleeps(stack))
    if not goals:
        return Wanted((), (*lacks, _nothing(stack, kind)))
    lacks = (*lacks, *_not_scaled(stack, world))
    spec = (
        scalers.scaled_object(stack, target, goals)
        if backend == "keda"
        else scalers.hpa(stack, target, goals)
    )
    return Wanted((Child(AUTOSCALING, stack.object(version, kind, name, spec=spec)),), lacks)


def goes_on(stack: Stack, world: World) -> bool:
    """Whether a scaler is there that stays, although it cannot be made as it is wanted now."""
    name = names.scaler(stack.name)
    kinds = (KEDA, HPA) if "autoscaling" in stack.spec else ()
    return any(world.get(group, kind, stack.namespace, name) for group, kind in kinds)


def wakes(stack: Stack, world: World) -> bool:
    """Whether what scales the pods cares for a pool of none: a HorizontalPodAutoscaler does not,
    unless it may ask for none itself. As long as KEDA has the pool, it does."""
    if stack.section("autoscaling").get("backend") != "hpa" or not stack.bounds[0]:
        return True
    return world.get(*KEDA, stack.namespace, names.scaler(stack.name)) is not None


def _other(group: str) -> tuple[str, str]:
    return HPA if group == KEDA[0] else KEDA


def _not_yet(stack: Stack, kind: str, other: str) -> Lack:
    """KEDA refuses to scale what a HorizontalPodAutoscaler scales, so that one has to go first."""
    why = f"A {kind} comes as soon as the {other} has gone."
    return replace(stack.lack(AUTOSCALING, kind, "", "TakesOver", why), waits=True)


def _target(stack: Stack, world: World) -> Target | None:
    pool = names.pool(stack.name)
    image = adoption.engine_image(stack, world)
    seen = readable(stack.engine.name, image)
    engine = seen.engine if seen else stack.engine.name
    if stack.serves:
        matchers = queries.labels(stack.namespace, pool, stack.name, pooled=True)
        return Target(stack.name, matchers, True, engine)
    found = adoption.deployments(stack, world)
    if not found:
        return None
    name = str(found[0]["metadata"]["name"])
    pooled = adoption.labels_of(found[0]).get(POOL_LABEL) == pool
    matchers = queries.labels(stack.namespace, pool, name, pooled=pooled)
    return Target(name, matchers, pooled, engine)


def _not_scaled(stack: Stack, world: World) -> tuple[Lack, ...]:
    """Of several Deployments with pods of the pool only one can be scaled."""
    found = [] if stack.serves else adoption.deployments(stack, world)
    if len(found) < 2:
        return ()
    first, *others = (str(each["metadata"]["name"]) for each in found)
    why = f"The Deployment {first} is scaled; {' and '.join(others)} stay as they are."
    return (stack.lack(AUTOSCALING, "Deployment", "", "OneOfSeveral", why, blocks=False),)


def _nothing(stack: Stack, kind: str) -> Lack:
    why = "autoscaling.thresholds names no metric to scale by. What scales the pool now stays."
    return stack.lack(AUTOSCALING, kind, names.scaler(stack.name), "NoThreshold", why)


def _never_wakes(stack: Stack) -> bool:
    return scalers.may_sleep(stack) and not stack.section("autoscaling").get("serverAddress")


def _sleeps(stack: Stack) -> Lack:
    why = (
        "A pool of no pods is woken by what its picker tells Prometheus: set "
        "autoscaling.serverAddress, or pool.minReplicas to at least 1."
    )
    return stack.lack(AUTOSCALING, "Metric", "awake", "MetricMissing", why)


def _goals(
    stack: Stack, world: World, target: Target, kind: str
) -> tuple[tuple[Goal, ...], tuple[Lack, ...]]:
    goals, lacks = [], []
    for threshold in stack.section("autoscaling").get("thresholds") or ():
        goal = _goal(stack, world, target, threshold)
        why = goal if isinstance(goal, str) else _unreachable(stack, world, goal, kind)
        if why:
            metric = str(threshold["metric"])
            lacks.append(stack.lack(AUTOSCALING, "Metric", metric, "MetricMissing", why))
        elif isinstance(goal, Goal):
            goals.append(goal)
    return tuple(goals), tuple(lacks)


def _goal(stack: Stack, world: World, target: Target, threshold: Mapping[str, Any]) -> Goal | str:
    """The goal, or a sentence that says why it cannot be one."""
    metric, value = str(threshold["metric"]), int(threshold["target"])
    if value < 1:
        return f"The target of {metric} must be at least 1."
    if metric in queries.RESOURCES:
        return _unrequested(stack, metric) or Goal(metric, value)
    if metric == queries.GPU_UTIL:
        if not gpu_metrics.known(stack, world):
            return f"Nothing here measures {metric}: no DCGM exporter runs. Set dcgm.enabled."
        query = queries.gpu_query(stack.namespace, target.deployment)
        return Goal(metric, value, query, queries.VALUE)
    measure = queries.of(target.engine).get(metric)
    if measure is None:
        offered = ", ".join(queries.offered(target.engine))
        return f"{stack.engine.title} has no metric {metric}. It can be scaled by {offered}."
    return Goal(
        metric, value, queries.asked(measure, target.matchers), measure.compares, measure.gauge
    )


def _unrequested(stack: Stack, resource: str) -> str:
    """Why a resource cannot be measured against what the pods of the engine request of it."""
    given = stack.section("modelServer").get("resources") or {}
    if not stack.serves or any(
        resource in (given.get(key) or {}) for key in ("requests", "limits")
    ):
        return ""
    return (
        f"{resource} is measured in percent of what pods request: "
        f"modelServer.resources.requests must have {resource}."
    )


def _unreachable(stack: Stack, world: World, goal: Goal, kind: str) -> str:
    """Why nobody would tell the scaler about a metric that the engine has."""
    if goal.metric in queries.RESOURCES:
        return ""
    if kind == KEDA[1]:
        if stack.section("autoscaling").get("serverAddress"):
            return ""
        return (
            f"{goal.metric} is read from Prometheus: set autoscaling.serverAddress to its address."
        )
    if not goal.gauge:
        return f"{goal.metric} has to be computed, which only the backend keda can."
    service = world.get("apiregistration.k8s.io", "APIService", "", EXTERNAL)
    if _is_of_keda(service):
        return (
            f"{goal.metric} needs the API external.metrics.k8s.io, which KEDA serves here for its "
            "own ScaledObjects alone. Set autoscaling.backend: keda, or scale by cpu or memory."
        )
    if not _serves(service):
        return (
            f"{goal.metric} needs the API external.metrics.k8s.io, which nothing serves here. "
            "Install a metrics adapter, scale by cpu or memory, or set autoscaling.backend: keda."
        )
    return ""


def _serves(service: Obj | None) -> bool:
    """Whether an APIService is there and answers."""
    conditions = ((service or {}).get("status") or {}).get("conditions") or ()
    return any(one["type"] == "Available" and one["status"] == "True" for one in conditions)


def _is_of_keda(service: Obj | None) -> bool:
    behind = ((service or {}).get("spec") or {}).get("service") or {}
    return "keda" in str(behind.get("name"))
