"""Where the children of a stack stand, from what the cluster says of each kind.

A child that the cluster has not judged yet waits; only what it says went wrong has failed.
"""

from collections.abc import Callable

from ngf_operator import names
from ngf_operator.conditions import condition, of_condition
from ngf_operator.inference import parents, pool, route, scaling, workloads
from ngf_operator.wanting import Obj, Standing, World

Judge = Callable[[Obj, Obj, World], Standing]
_REFUSED = "ScaledObjectCheckFailed"
"""KEDA's word for an object that it does not take."""
_NO_POD = "No pod is ready yet."
_RESTS = "ScalingDisabled"
"""An autoscaler's word for a workload that has been scaled to no pods, which it leaves alone."""


def _of_route(wanted: Obj, live: Obj, world: World) -> Standing:
    return parents.of_route(live, world)


def of_scaled_object(wanted: Obj, live: Obj, world: World) -> Standing:
    """Ready once KEDA took it and reads its metrics, which come once a pod is ready. One that
    somebody paused is ready, too."""
    given = condition(live, "Ready")
    ready = of_condition(given, "that the scaler is ready")
    if given and ready.state == "Waiting" and given.get("message"):
        return Standing("Waiting", str(given.get("reason", "")), str(given["message"]))
    if ready.state == "Failed" and ready.reason != _REFUSED and not _has_pods(live, world):
        return Standing("Waiting", ready.reason, f"{ready.message} {_NO_POD}")
    if ready.state != "Ready":
        return ready
    if (fallback := condition(live, "Fallback") or {}).get("status") == "True":
        why = str(fallback.get("message") or "Metrics cannot be read.")
        return Standing("Failed", "Fallback", f"It holds the number of pods: {why}")
    if (paused := condition(live, "Paused") or {}).get("status") == "True":
        return Standing("Ready", "Paused", str(paused.get("message") or "Scaling is paused."))
    failing = [
        name
        for name, health in ((live.get("status") or {}).get("health") or {}).items()
        if health.get("status") == "Failing"
    ]
    if failing:
        why = f"KEDA cannot read {' and '.join(sorted(failing))}."
        if not _has_pods(live, world):
            return Standing("Waiting", "MetricSourceFailed", f"{why} {_NO_POD}")
        return Standing("Failed", "MetricSourceFailed", why)
    active = (condition(live, "Active") or {}).get("status") == "True"
    said = "It scales." if active else "Nothing asks for more pods."
    return Standing("Ready", "Active" if active else "Inactive", said)


def _has_pods(scaler: Obj, world: World) -> bool:
    """Whether a pod of what is scaled is there to be measured, as far as is known."""
    target = (scaler.get("spec") or {}).get("scaleTargetRef") or {}
    space, name = scaler["metadata"]["namespace"], str(target.get("name"))
    deployment = world.get("apps", "Deployment", space, name)
    return deployment is None or bool((deployment.get("status") or {}).get("availableReplicas"))


def of_hpa(wanted: Obj, live: Obj, world: World) -> Standing:
    """Ready once it may scale and has its metrics."""
    able = of_condition(condition(live, "AbleToScale"), "whether it can scale")
    if able.state != "Ready":
        return able
    active = condition(live, "ScalingActive")
    if active and active.get("status") == "False":
        reason, message = str(active.get("reason", "")), str(active.get("message", ""))
        if reason == _RESTS:
            said = f"{message} It goes on once somebody gives its Deployment a pod."
            return Standing("Waiting", reason, said)
        # Metrics of pods that have just begun come a little later.
        return Standing("Waiting" if reason.startswith("FailedGet") else "Failed", reason, message)
    return of_condition(active, "that its metrics are there")


def of_publication(wanted: Obj, live: Obj, world: World) -> Standing:
    """As is said of it; it waits as long as nothing is published."""
    ready = of_condition(condition(live, "Ready"), "that the route is published")
    if ready.state != "Failed" or (live.get("status") or {}).get("phase") == "Error":
        return ready
    why = of_condition(condition(live, "Published"), "that the route is published")
    said = why if why.state == "Failed" else ready
    return Standing("Waiting", said.reason, said.message)


JUDGES: dict[tuple[str, str], Judge] = {
    ("apps", "Deployment"): workloads.of_deployment,
    ("apps", "DaemonSet"): workloads.of_daemon_set,
    (pool.GROUP, pool.KIND): parents.of_pool,
    (pool.OLD_GROUP, pool.KIND): parents.of_pool,
    (route.GROUP, route.KIND): _of_route,
    scaling.KEDA: of_scaled_object,
    scaling.HPA: of_hpa,
    (names.GROUP, names.PUBLISH): of_publication,
}
"""By group and kind."""
