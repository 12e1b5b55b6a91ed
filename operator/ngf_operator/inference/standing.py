"""Where the children of a stack stand, from what the cluster says of each kind.

A child that the cluster has not judged yet waits; only what it says went wrong has failed.
"""

from collections.abc import Callable

from ngf_operator import names
from ngf_operator.conditions import condition, lasts, of_condition
from ngf_operator.inference import parents, pool, route, scaling, workloads
from ngf_operator.wanting import Obj, Standing, World

Judge = Callable[[Obj, Obj, World], Standing]
_REFUSED = "ScaledObjectCheckFailed"
"""KEDA's word for an object that it does not take."""
_NO_POD = "No pod is ready yet."
_NEW_PODS = "Its pods have not been up for long."
_SCRAPED_S, _POLLED_S = 90.0, 30.0
"""How long it may take until Prometheus has read new pods (it asks once a minute where nobody says
otherwise), and how often KEDA asks Prometheus where its ScaledObject does not say."""
_RESTS = "ScalingDisabled"
"""An autoscaler's word for a workload that has been scaled to no pods, which it leaves alone."""


def _of_route(wanted: Obj, live: Obj, world: World) -> Standing:
    return parents.of_route(live, world)


def of_scaled_object(wanted: Obj, live: Obj, world: World) -> Standing:
    """Ready once KEDA took it and reads its metrics, which come some time after its pods. One that
    somebody paused is ready, too."""
    given = condition(live, "Ready")
    ready = of_condition(given, "that the scaler is ready")
    if given and ready.state == "Waiting" and given.get("message"):
        return Standing("Waiting", str(given.get("reason", "")), str(given["message"]))
    if ready.state == "Failed" and ready.reason != _REFUSED:
        return _unread(live, world, ready.reason, ready.message)
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
        return _unread(live, world, "MetricSourceFailed", why)
    active = (condition(live, "Active") or {}).get("status") == "True"
    said = "It scales." if active else "Nothing asks for more pods."
    return Standing("Ready", "Active" if active else "Inactive", said)


def _unread(scaler: Obj, world: World, reason: str, message: str) -> Standing:
    """Metrics that cannot be read are waited for as long as nobody can have measured them."""
    if early := _too_early(scaler, world):
        return Standing("Waiting", reason, f"{message} {early}")
    return Standing("Failed", reason, message)


def _too_early(scaler: Obj, world: World) -> str:
    """Why nobody can be expected to have measured what is scaled; "" where that is expected, or
    nothing is known of it, such as of the age of pods that others run."""
    spec = scaler.get("spec") or {}
    name = str((spec.get("scaleTargetRef") or {}).get("name"))
    deployment = world.get("apps", "Deployment", scaler["metadata"]["namespace"], name)
    if deployment is None:
        return ""
    if not (deployment.get("status") or {}).get("availableReplicas"):
        return _NO_POD
    patience = _SCRAPED_S + spec.get("pollingInterval", _POLLED_S)
    ready = [condition(pod, "Ready") or {} for pod in workloads.pods_of(deployment, world)]
    measured = any(each.get("status") == "True" and lasts(each, patience) for each in ready)
    return "" if measured or not ready else _NEW_PODS


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
