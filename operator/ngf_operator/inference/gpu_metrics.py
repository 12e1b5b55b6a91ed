"""The DCGM exporter, which measures GPUs. One is enough for a cluster, whoever runs it."""

from dataclasses import replace

from ngf_operator import names
from ngf_operator.inference import workloads
from ngf_operator.inference.spec import GPU_METRICS, WORKLOAD, Stack
from ngf_operator.wanting import Child, Obj, Wanted, World

IMAGE = "nvcr.io/nvidia/k8s/dcgm-exporter:4.5.3-4.8.2-distroless"
_PART_OF_IMAGE = "dcgm-exporter"
_PORT = 9400
_SOCKETS = "/var/lib/kubelet/pod-resources"


def reduced(daemon_set: Obj) -> Obj:
    """What is looked at of a DaemonSet that may be an exporter."""
    template = (daemon_set.get("spec") or {}).get("template") or {}
    containers = (template.get("spec") or {}).get("containers") or ()
    images = [{"image": each.get("image", "")} for each in containers]
    status = daemon_set.get("status") or {}
    counts = ("observedGeneration", "desiredNumberScheduled", "numberReady")
    return {
        **{key: daemon_set[key] for key in ("apiVersion", "kind") if key in daemon_set},
        "metadata": daemon_set["metadata"],
        "spec": {"template": {"spec": {"containers": images}}},
        "status": {key: status[key] for key in counts if key in status},
    }


def wanted(stack: Stack, world: World) -> Wanted:
    """The exporter that was asked for, or the one that runs already."""
    asked = stack.section("dcgm")
    if not asked.get("enabled"):
        return Wanted(())
    name = names.gpu_metrics(stack.name)
    if other := _other(stack, world):
        exporter = stack.named("DCGM exporter", other)
        stands = workloads.of_daemon_set(other, other, world)
        if stands.state != "Ready":
            own = other["metadata"]["namespace"] == stack.namespace
            # The first sentence counts pods, the others name some.
            said = stands.message if own else f"{stands.message.partition('.')[0]}."
            why = f"{exporter} is to measure the GPUs of this cluster. {said}"
            lack = stack.lack(GPU_METRICS, "DaemonSet", name, stands.reason, why)
            return Wanted((), (replace(lack, waits=True),))
        why = f"{exporter} measures the GPUs of this cluster already."
        if asked.get("profiling"):
            why += " Whether it reads profiling counters is up to it."
        lack = stack.lack(GPU_METRICS, "DaemonSet", name, "Adopted", why, blocks=False)
        return Wanted((), (lack,))
    return Wanted(
        (Child(GPU_METRICS, stack.object("apps/v1", "DaemonSet", name, spec=_spec(stack))),)
    )


def known(stack: Stack, world: World) -> bool:
    """Whether GPUs are measured, or will be."""
    return bool(stack.section("dcgm").get("enabled")) or any(map(_exports, _daemon_sets(world)))


def _daemon_sets(world: World) -> list[Obj]:
    return list(world.all("apps", "DaemonSet"))


def _exports(daemon_set: Obj) -> bool:
    template = (daemon_set.get("spec") or {}).get("template") or {}
    containers = (template.get("spec") or {}).get("containers") or ()
    return any(_PART_OF_IMAGE in str(each.get("image")) for each in containers)


def _other(stack: Stack, world: World) -> Obj | None:
    """An exporter that makes one of this stack needless. Of several that stacks made, the oldest
    stays, so that they never all give way to each other."""
    own = (stack.namespace, names.gpu_metrics(stack.name))
    found = [each for each in _daemon_sets(world) if _exports(each)]
    others = [each for each in found if _place(each) != own and not _goes(each)]
    foreign = [each for each in others if not _ours(each)]
    if foreign:
        ready = [each for each in foreign if _is_ready(each, world)]
        return min(ready or foreign, key=_place)
    mine = next((each for each in found if _place(each) == own), None)
    older = [each for each in others if mine is None or _age(each) < _age(mine)]
    return min(older, key=_age) if older else None


def _is_ready(daemon_set: Obj, world: World) -> bool:
    return workloads.of_daemon_set(daemon_set, daemon_set, world).state == "Ready"


def _place(obj: Obj) -> tuple[str, str]:
    return obj["metadata"]["namespace"], obj["metadata"]["name"]


def _age(obj: Obj) -> tuple[str, tuple[str, str]]:
    return str(obj["metadata"].get("creationTimestamp", "")), _place(obj)


def _goes(obj: Obj) -> bool:
    return "deletionTimestamp" in obj["metadata"]


def _ours(obj: Obj) -> bool:
    return (obj["metadata"].get("labels") or {}).get(names.MANAGED_BY) == names.MANAGED_BY_US


def _spec(stack: Stack) -> Obj:
    asked, name = stack.section("dcgm"), names.gpu_metrics(stack.name)
    labels = {"app": name, "app.kubernetes.io/name": _PART_OF_IMAGE, WORKLOAD: name}
    annotations = {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": str(_PORT),
        "prometheus.io/path": "/metrics",
    }
    pod: Obj = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "nodeSelector": dict(asked.get("nodeSelector") or {"nvidia.com/gpu.present": "true"}),
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
        "containers": [_container(stack)],
        "volumes": [{"name": "pod-resources", "hostPath": {"path": _SOCKETS, "type": "Directory"}}],
    }
    if asked.get("runtimeClassName"):
        pod["runtimeClassName"] = asked["runtimeClassName"]
    return {
        "selector": {"matchLabels": {WORKLOAD: name}},
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "10%"}},
        "template": {"metadata": {"labels": labels, "annotations": annotations}, "spec": pod},
    }


def _container(stack: Stack) -> Obj:
    asked = stack.section("dcgm")
    profiling = bool(asked.get("profiling"))
    node = {"fieldRef": {"apiVersion": "v1", "fieldPath": "spec.nodeName"}}
    probe = {"httpGet": {"path": "/health", "port": "metrics"}}
    return {
        "name": "dcgm-exporter",
        # Whoever may write stacks shall not run an image of theirs with rights over a node.
        "image": IMAGE if profiling else asked.get("image") or IMAGE,
        "env": [
            {"name": "DCGM_EXPORTER_LISTEN", "value": f":{_PORT}"},
            {"name": "DCGM_EXPORTER_KUBERNETES", "value": "true"},
            {"name": "NODE_NAME", "valueFrom": node},
        ],
        "ports": [{"name": "metrics", "containerPort": _PORT}],
        "readinessProbe": {**probe, "periodSeconds": 10},
        "livenessProbe": {
            **probe,
            "initialDelaySeconds": 45,
            "periodSeconds": 10,
            "failureThreshold": 6,
        },
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"cpu": "200m", "memory": "256Mi"},
        },
        "securityContext": _rights(profiling=profiling),
        "volumeMounts": [{"name": "pod-resources", "mountPath": _SOCKETS, "readOnly": True}],
    }


def _rights(*, profiling: bool) -> Obj:
    """Only root may ask the kubelet which pod has which GPU, without which GPUs have no pods. How
    busy parts of a GPU are is told only to SYS_ADMIN."""
    capabilities: Obj = {"drop": ["ALL"]}
    if profiling:
        capabilities["add"] = ["SYS_ADMIN"]
    return {
        "runAsUser": 0,
        "runAsNonRoot": False,
        "allowPrivilegeEscalation": False,
        "capabilities": capabilities,
    }
