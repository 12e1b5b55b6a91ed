"""The Deployment of the engine, or whose pods the pool takes over."""

from collections.abc import Mapping
from typing import Any

from ngf_operator import names
from ngf_operator.inference import adoption, gpu_types
from ngf_operator.inference.engines import Run
from ngf_operator.inference.picker_config import readable
from ngf_operator.inference.spec import MODEL_SERVER, POOL_LABEL, WORKLOAD, Stack
from ngf_operator.wanting import Child, Lack, Obj, Wanted, World

GPU = "nvidia.com/gpu"
ENGINE_LABEL = "llm-d.ai/engine-type"
"""By which endpoint pickers know whose names metrics have."""
_SCALED_BY = (names.MANAGER, "keda")
"""How the field managers are called that put a pool to sleep for a stack."""
_REPOSITORY = "--model-repository"
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - a mount of the pod, no file of ours


def wanted(stack: Stack, world: World, *, scaled: bool, wakes: bool = True) -> Wanted:
    """The engine; with ``scaled`` something else says how many pods it has, and without ``wakes``
    that gives none to a pool of none."""
    if not stack.serves:
        return Wanted((), _adopted(stack, world))
    engine, asked = stack.engine, stack.section("modelServer")
    given = any(_REPOSITORY in each for each in asked.get("args") or ())
    if engine.repository and not asked.get("cacheClaim") and not given:
        why = (
            f"{engine.title} fetches no model: modelServer.cacheClaim must name a "
            f"PersistentVolumeClaim with its model repository, or modelServer.args must have "
            f"{_REPOSITORY}."
        )
        lack = stack.lack(MODEL_SERVER, "Deployment", stack.name, "NoModelRepository", why)
        return Wanted((), (lack,))
    replicas = _kept_replicas(stack, world, wakes=wakes) if scaled else stack.replicas
    made = stack.object("apps/v1", "Deployment", stack.name, spec=_spec(stack, replicas))
    return Wanted((Child(MODEL_SERVER, made),), _unknown_gpu(stack))


def with_scalers(deployment: Obj) -> Obj:
    """A Deployment with the names of those who say how many pods it has."""
    return {**deployment, adoption.SCALERS: adoption.scalers(deployment)}


def _kept_replicas(stack: Stack, world: World, *, wakes: bool) -> int | None:
    """How many pods to go on with until the scaler has said how many; None once it has. Giving the
    field up before would set it to 1, and take the model away from whoever uses it. An engine that
    is not there begins with as many as are asked for where nothing scales, within the bounds of its
    scaler. One without pods that nothing would wake gets the least, unless somebody else put it to
    sleep."""
    live = world.get("apps", "Deployment", stack.namespace, stack.name)
    least, most = stack.bounds
    if live is None:
        return min(max(stack.replicas, least), most)
    now, by = int(live["spec"]["replicas"]), live.get(adoption.SCALERS) or []
    if not (now or wakes) and all(each.startswith(_SCALED_BY) for each in by):
        return least
    return now if by == [names.MANAGER] else None


def _adopted(stack: Stack, world: World) -> tuple[Lack, ...]:
    found = adoption.deployments(stack, world)
    labels = ",".join(f"{key}={value}" for key, value in stack.selector.items())
    if not found:
        why = (
            f"No Deployment here has pods with the labels {labels}. Deploy the engine, name "
            "the labels of its pods in pool.selector, or let the operator deploy it with "
            "modelServer.enabled. Pods of a StatefulSet or of anything else take requests, but are "
            "not looked at."
        )
        return (stack.lack(MODEL_SERVER, "Pod", labels, "NotFound", why),)
    return tuple(_adopts(stack, each, labels) for each in found)


def _adopts(stack: Stack, deployment: Obj, labels: str) -> Lack:
    name, asked = deployment["metadata"]["name"], deployment["spec"].get("replicas", 1)
    ready = (deployment.get("status") or {}).get("availableReplicas", 0)
    said = (
        f"The pods of the Deployment {name}, which have the labels {labels}, are taken as they are."
    )
    if asked and not ready:
        why = f"{said} None of its {asked} pods is available."
        return stack.lack(MODEL_SERVER, "Deployment", name, "PodsNotAvailable", why)
    if POOL_LABEL not in adoption.labels_of(deployment):
        label = f"{POOL_LABEL}: {names.pool(stack.name)}"
        said += f" Without the label {label} their metrics are not collected."
    return stack.lack(MODEL_SERVER, "Deployment", name, "Adopted", said, blocks=False)


def _unknown_gpu(stack: Stack) -> tuple[Lack, ...]:
    kind = str(stack.section("pool").get("gpuType", ""))
    if not stack.gpus or _resource(stack) != GPU or gpu_types.products(kind):
        return ()
    why = (
        f"Which nodes have a GPU of the kind {kind} is not known, so the pods run wherever "
        f"{GPU} is free. A label of the nodes, such as {gpu_types.PRODUCT}, can be named in "
        "modelServer.nodeSelector."
    )
    return (stack.lack(MODEL_SERVER, "Node", kind, "UnknownGPU", why, blocks=False),)


def _resource(stack: Stack) -> str:
    return str(stack.section("pool").get("gpuResource") or GPU)


def _spec(stack: Stack, replicas: int | None) -> Obj:
    pods = {**stack.selector, WORKLOAD: stack.name, POOL_LABEL: names.pool(stack.name)}
    about: Obj = {"labels": pods}
    if seen := readable(stack.engine.name, str(stack.section("modelServer").get("image") or "")):
        pods[ENGINE_LABEL] = seen.engine
        about["annotations"] = {
            "prometheus.io/scrape": "true",
            "prometheus.io/port": str(stack.server_port),
            "prometheus.io/path": "/metrics",
        }
    spec: Obj = {
        "selector": {"matchLabels": {WORKLOAD: stack.name}},
        # GPUs are scarce: the next pod might find no place before one has gone.
        "strategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1},
        },
        "progressDeadlineSeconds": stack.engine.loads_seconds + 600,
        "template": {"metadata": about, "spec": _pod(stack)},
    }
    return spec if replicas is None else {"replicas": replicas, **spec}


def _pod(stack: Stack) -> Obj:
    asked = stack.section("modelServer")
    taint = {"key": _resource(stack), "operator": "Exists", "effect": "NoSchedule"}
    pod: Obj = {
        "automountServiceAccountToken": False,
        # A Service called vllm would set VLLM_PORT, which the engine would listen at.
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 120,
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [_container(stack)],
        "volumes": [volume for volume, _ in _volumes(stack)],
        "tolerations": [*([taint] if stack.gpus else []), *(asked.get("tolerations") or ())],
    }
    chosen = dict(asked.get("nodeSelector") or {})
    if chosen:
        pod["nodeSelector"] = chosen
    nodes = gpu_types.affinity(str(stack.section("pool").get("gpuType", "")))
    if nodes and stack.gpus and _resource(stack) == GPU and gpu_types.PRODUCT not in chosen:
        pod["affinity"] = nodes
    if asked.get("runtimeClassName"):
        pod["runtimeClassName"] = asked["runtimeClassName"]
    if asked.get("imagePullSecrets"):
        pod["imagePullSecrets"] = [{"name": name} for name in asked["imagePullSecrets"]]
    return pod


def _volumes(stack: Stack) -> list[tuple[Obj, Obj]]:
    asked, engine = stack.section("modelServer"), stack.engine
    weights: Obj = {"name": "weights", "emptyDir": {}}
    if asked.get("cacheClaim"):
        weights = {"name": "weights", "persistentVolumeClaim": {"claimName": asked["cacheClaim"]}}
    found = [(weights, {"name": "weights", "mountPath": engine.cache})]
    size = asked.get("sharedMemory") or ("8Gi" if stack.gpus > 1 else "")
    if size:
        memory = {"name": "shared-memory", "emptyDir": {"medium": "Memory", "sizeLimit": size}}
        found.append((memory, {"name": "shared-memory", "mountPath": _SHARED_MEMORY}))
    return found


def _container(stack: Stack) -> Obj:
    engine, asked = stack.engine, stack.section("modelServer")
    run = Run(stack.model, str(stack.spec.get("modelVersion") or ""), stack.server_port, stack.gpus)
    container: Obj = {
        "name": engine.name,
        "image": asked.get("image") or engine.image,
        "args": [*engine.arguments(run), *(asked.get("args") or ())],
        "ports": [{"name": "http", "containerPort": run.port}],
        "resources": _resources(stack),
        "securityContext": {"allowPrivilegeEscalation": False},
        "volumeMounts": [mount for _, mount in _volumes(stack)],
        **_probes(stack),
    }
    if engine.command:
        container["command"] = list(engine.command)
    given = {each["name"]: _variable(each) for each in asked.get("env") or ()}
    own = {name: {"name": name, "value": value} for name, value in engine.environment(run).items()}
    if environment := {**own, **given}:
        container["env"] = list(environment.values())
    return container


def _variable(asked: Mapping[str, Any]) -> Obj:
    if ref := asked.get("secretRef"):
        source = {"secretKeyRef": {"name": ref["name"], "key": ref["key"]}}
        return {"name": asked["name"], "valueFrom": source}
    return {"name": asked["name"], "value": asked["value"]}


def _resources(stack: Stack) -> Obj:
    asked = stack.section("modelServer").get("resources") or {}
    gpus = {_resource(stack): str(stack.gpus)} if stack.gpus else {}
    found = {
        "requests": dict(asked.get("requests") or {}),
        "limits": {**(asked.get("limits") or {}), **gpus},
    }
    return {key: value for key, value in found.items() if value}


def _probes(stack: Stack) -> Obj:
    """A pod is started once it has loaded the model, for which a large one takes its time. Asked
    for its health, SGLang generates a token first, which takes a second and more."""
    engine = stack.engine
    if isinstance(engine.health, str):
        asks: Obj = {"httpGet": {"path": engine.health, "port": "http"}}
    else:
        asks = {"exec": {"command": list(engine.health)}}
    return {
        "startupProbe": {
            **asks,
            "periodSeconds": 10,
            "timeoutSeconds": 10,
            "failureThreshold": engine.loads_seconds // 10,
        },
        "readinessProbe": {**asks, "periodSeconds": 5, "timeoutSeconds": 5},
        "livenessProbe": {**asks, "periodSeconds": 10, "timeoutSeconds": 10, "failureThreshold": 6},
    }
