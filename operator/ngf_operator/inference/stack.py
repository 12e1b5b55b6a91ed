"""All that an InferenceStack wants, section by section."""

from ngf_operator import names
from ngf_operator.gateway.parent import NGF
from ngf_operator.inference import (
    adoption,
    endpoint,
    gpu_metrics,
    model_server,
    picker,
    pool,
    publication,
    route,
    route_policies,
    scaling,
)
from ngf_operator.inference.spec import WORKLOAD, Stack, together
from ngf_operator.wanting import CHILDREN, Obj, Reads, Recipe, Wanted, World


def wanted(parent: Obj, world: World) -> Wanted:
    """The children of a stack and what it lacks. One that is being deleted wants nothing: the
    cluster's garbage collector removes what it owned. Nor does one that no server would take."""
    if parent["metadata"].get("deletionTimestamp") or not Stack.is_whole(parent):
        return Wanted(())
    stack = Stack.of(parent)
    scaler = scaling.wanted(stack, world)
    scaled = bool(scaler.children) or scaling.goes_on(stack, world)
    return together(
        (
            pool.wanted(stack, world),
            picker.wanted(stack, world),
            model_server.wanted(stack, world, scaled=scaled, wakes=scaling.wakes(stack, world)),
            scaler,
            route.wanted(stack, world),
            gpu_metrics.wanted(stack, world),
            publication.wanted(stack, world),
        )
    )


def _pod(pod: Obj) -> Obj:
    """What is looked at of a pod of the stack: why it does not run."""
    status = pod.get("status") or {}
    told = ("phase", "conditions", "containerStatuses", "initContainerStatuses")
    return {
        **{key: pod[key] for key in ("apiVersion", "kind") if key in pod},
        "metadata": pod["metadata"],
        "status": {key: status[key] for key in told if key in status},
    }


RECIPE = Recipe(
    names.STACK,
    wanted,
    (
        Reads(names.GROUP, names.STACK, (names.VERSION,), ""),
        Reads(pool.GROUP, pool.KIND, ("v1",), CHILDREN),
        Reads(pool.OLD_GROUP, pool.KIND, ("v1alpha2",), CHILDREN),
        Reads("", "ServiceAccount", ("v1",), CHILDREN),
        Reads("rbac.authorization.k8s.io", "Role", ("v1",), CHILDREN),
        Reads("rbac.authorization.k8s.io", "RoleBinding", ("v1",), CHILDREN),
        Reads("", "ConfigMap", ("v1",), CHILDREN),
        Reads("", "Service", ("v1",), CHILDREN),
        Reads("apps", "Deployment", ("v1",), CHILDREN, model_server.with_scalers),
        Reads("apps", "Deployment", ("v1",), "", adoption.reduced),
        Reads("apps", "DaemonSet", ("v1",), CHILDREN),
        Reads("apps", "DaemonSet", ("v1",), "", gpu_metrics.reduced),
        Reads("keda.sh", "ScaledObject", ("v1alpha1",), CHILDREN),
        Reads("autoscaling", "HorizontalPodAutoscaler", ("v2",), CHILDREN),
        Reads("apiregistration.k8s.io", "APIService", ("v1",), "", scaling.reduced),
        Reads(route.GROUP, route.KIND, ("v1",), CHILDREN),
        Reads(route.GROUP, "Gateway", ("v1",), "", endpoint.reduced),
        Reads(route.GROUP, "GatewayClass", ("v1",), ""),
        *(Reads(NGF, each.kind, ("v1alpha1",), "") for each in route_policies.SETTINGS),
        Reads(names.GROUP, names.PUBLISH, (names.VERSION,), CHILDREN),
        Reads("", "Pod", ("v1",), WORKLOAD, _pod),
    ),
    endpoint.status,
)
