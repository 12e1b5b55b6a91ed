"""The endpoint picker: account, rights, configuration, pods and Service."""

from collections.abc import Mapping
from typing import Any

from ngf_operator import hashing, names
from ngf_operator.inference import adoption, picker_config, picker_image, pool
from ngf_operator.inference.picker_config import Readable
from ngf_operator.inference.picker_image import PickerImage
from ngf_operator.inference.spec import PICKER, WORKLOAD, Stack
from ngf_operator.wanting import Child, Lack, Obj, Wanted, World

CONFIG_KEY = "epp-config.yaml"
CONFIG_HASH = f"{names.GROUP}/config-hash"
"""On the pods: the hash of what they read when they started, so that another one rolls them."""
LOG_LEVEL = 3
"""The least at which the picker logs which endpoint it chose."""
_FOLDER = "/config"
_HEALTH_PORT, _METRICS_PORT = 9003, 9090
_READ = ("get", "list", "watch")


def wanted(stack: Stack, world: World) -> Wanted:
    """The picker of the pool. Where pools are not installed none is made, and what is there
    stays."""
    version = pool.served(world)
    if version is None:
        return Wanted((), _without_pools(stack, world))
    name, image = names.picker(stack.name), _image(stack, version)
    seen = picker_config.readable(stack.engine.name, adoption.engine_image(stack, world))
    config, lacks = _config(stack, world, image, seen)
    if image.is_from(1, 4) and not picker_config.takes_any_request(config):
        lacks = (*lacks, _reads_completions(stack))
    if not image.extension and version.startswith(f"{pool.OLD_GROUP}/"):
        lacks = (*lacks, _too_new(stack, image))
    labels = {"app": name, WORKLOAD: name}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    account = {"kind": "ServiceAccount", "name": name, "namespace": stack.namespace}
    rbac = "rbac.authorization.k8s.io/v1"
    objects = (
        stack.object("v1", "ServiceAccount", name),
        stack.object(rbac, "Role", name, rules=_rules()),
        stack.object(rbac, "RoleBinding", name, roleRef=role, subjects=[account]),
        stack.object("v1", "ConfigMap", names.picker_config(stack.name), data={CONFIG_KEY: config}),
        stack.object(
            "apps/v1",
            "Deployment",
            name,
            spec=_deployment(
                stack, image, config, labels, _arguments(stack, image, config, version, seen)
            ),
        ),
        stack.object("v1", "Service", name, spec=_service(labels)),
    )
    return Wanted(tuple(Child(PICKER, each) for each in objects), lacks)


def _image(stack: Stack, version: str) -> PickerImage:
    old = version.startswith(f"{pool.OLD_GROUP}/")
    default = picker_image.DEFAULT_OLD if old else picker_image.DEFAULT
    return picker_image.read(stack.section("epp").get("image") or default)


def _without_pools(stack: Stack, world: World) -> tuple[Lack, ...]:
    """One lack for each object that is there, which keeps it, or else one for the Deployment."""
    name = names.picker(stack.name)
    rbac, config = "rbac.authorization.k8s.io", names.picker_config(stack.name)
    parts = [("", "ServiceAccount", name), (rbac, "Role", name), (rbac, "RoleBinding", name)]
    parts += [("", "ConfigMap", config), ("", "Service", name), ("apps", "Deployment", name)]
    there = [each for each in parts if world.get(each[0], each[1], stack.namespace, each[2])]
    why = f"There is no pool to pick from: {pool.KIND} is not installed."
    return tuple(
        stack.lack(PICKER, kind, name, "CRDNotInstalled", why)
        for _, kind, name in there or parts[-1:]
    )


def _too_new(stack: Stack, image: PickerImage) -> Lack:
    why = (
        f"{image.image} serves pools of v1, and this cluster has only v1alpha2 of {pool.KIND}. "
        "Leave epp.image out, or install the definitions of the Gateway API Inference Extension."
    )
    return stack.lack(PICKER, pool.KIND, "", "OldVersion", why)


def _config(
    stack: Stack, world: World, image: PickerImage, seen: Readable | None
) -> tuple[str, tuple[Lack, ...]]:
    """What the picker reads. A text that it could not read changes nothing of what runs."""
    epp, name = stack.section("epp"), names.picker_config(stack.name)
    asked = picker_config.weights(epp)
    made = picker_config.text(asked, seen, image)
    if "config" not in epp:
        blind = picker_config.blind(asked, seen)
        return made, (_blind(stack, blind, len(blind) == len(asked)),) if blind else ()
    if not (faults := picker_config.faults(epp["config"], image)):
        return epp["config"], ()
    had = _had(stack, world, image)
    rest = "The picker goes on with what it had" if had else "Strategy and weights say what it does"
    why = f"epp.config was not taken. {' '.join(faults)} {rest}."
    lack = stack.lack(PICKER, picker_config.KIND, name, "InvalidPickerConfig", why)
    return had or made, (lack,)


def _had(stack: Stack, world: World, image: PickerImage) -> str:
    """The text that the picker runs with, "" where that is not there any more: somebody edited it,
    or another image is to read it."""
    live = world.get("", "ConfigMap", stack.namespace, names.picker_config(stack.name)) or {}
    found = str((live.get("data") or {}).get(CONFIG_KEY) or "")
    picker = world.get("apps", "Deployment", stack.namespace, names.picker(stack.name)) or {}
    pods = ((picker.get("spec") or {}).get("template") or {}).get("metadata") or {}
    read = (pods.get("annotations") or {}).get(CONFIG_HASH)
    if not found or read not in (None, hashing.hashed(found)):
        return ""
    return "" if picker_config.faults(found, image) else found


def _blind(stack: Stack, blind: list[str], all_of_them: bool) -> Lack:
    scorers = " and ".join(picker_config.SCORERS[name] for name in blind)
    which = "it was" if len(blind) == 1 else "they were"
    rest = "Pods are picked at random." if all_of_them else "The other scorers decide."
    return stack.lack(
        PICKER,
        picker_config.KIND,
        names.picker_config(stack.name),
        "MetricMissing",
        f"{stack.engine.title} has no metric for {scorers}, so {which} left out. {rest}",
        blocks=False,
    )


def _reads_completions(stack: Stack) -> Lack:
    """What a picker that reads prompts does with requests of other APIs than /v1/completions."""
    path = "/v1/chat/completions"
    if stack.section("epp").get("failureMode") == "FailOpen":
        told = f"Requests to {path} go to any pod"
    else:
        told = f"Requests to {path} get an error (with epp.failureMode: FailOpen: any pod)"
    why = (
        "NGINX Gateway Fabric does not tell the picker the path of a request, and one that reads "
        f"prompts takes all for /v1/completions. {told}, unless clients send the header "
        f"x-forwarded-path: {path}. The picker of llm-d, from 0.10, reads no prompts where the "
        "strategy has no prefix affinity."
    )
    return stack.lack(PICKER, picker_config.KIND, "", "PathNotTold", why, blocks=False)


def _rules() -> list[Obj]:
    """Pods, pools and what stands beside a pool, in the namespace of the stack."""
    beside = ["inferenceobjectives", "inferencemodelrewrites"]
    return [
        {"apiGroups": [""], "resources": ["pods"], "verbs": list(_READ)},
        {
            "apiGroups": [pool.GROUP, pool.OLD_GROUP],
            "resources": ["inferencepools"],
            "verbs": list(_READ),
        },
        {"apiGroups": ["llm-d.ai", pool.OLD_GROUP], "resources": beside, "verbs": list(_READ)},
    ]


def _service(labels: Mapping[str, str]) -> Obj:
    ports = [
        {
            "name": "grpc-ext-proc",
            "port": pool.PICKER_PORT,
            "targetPort": "grpc",
            "protocol": "TCP",
        },
        {"name": "metrics", "port": _METRICS_PORT, "targetPort": "metrics", "protocol": "TCP"},
    ]
    ports[0]["appProtocol"] = "http2"
    return {"type": "ClusterIP", "selector": {WORKLOAD: labels[WORKLOAD]}, "ports": ports}


def _deployment(
    stack: Stack, image: PickerImage, config: str, labels: Mapping[str, str], arguments: list[str]
) -> Obj:
    # The agent's collector names the pool of a picker's metrics after this label.
    pods = {**labels, "inferencepool": f"{names.pool(stack.name)}-epp"}
    annotations = {
        CONFIG_HASH: hashing.hashed(config),
        "prometheus.io/scrape": "true",
        "prometheus.io/port": str(_METRICS_PORT),
        "prometheus.io/path": "/metrics",
    }
    files = {"name": "config", "configMap": {"name": names.picker_config(stack.name)}}
    return {
        "replicas": stack.section("epp").get("replicas", 1),
        "selector": {"matchLabels": {WORKLOAD: labels[WORKLOAD]}},
        "strategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
        },
        "template": {
            "metadata": {"labels": pods, "annotations": annotations},
            "spec": {
                "serviceAccountName": names.picker(stack.name),
                "automountServiceAccountToken": True,
                "enableServiceLinks": False,
                "terminationGracePeriodSeconds": 60,
                "securityContext": {
                    "runAsNonRoot": True,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containers": [_container(stack, image, arguments)],
                "volumes": [files],
            },
        },
    }


def _container(stack: Stack, image: PickerImage, arguments: list[str]) -> Obj:
    probe = {"grpc": {"port": _HEALTH_PORT, "service": "inference-extension"}}
    small = {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "1Gi"}}
    container: Obj = {
        "name": "epp",
        "image": image.image,
        "args": arguments,
        "ports": [
            {"name": "grpc", "containerPort": pool.PICKER_PORT},
            {"name": "grpc-health", "containerPort": _HEALTH_PORT},
            {"name": "metrics", "containerPort": _METRICS_PORT},
        ],
        "readinessProbe": {**probe, "periodSeconds": 2},
        "livenessProbe": {
            **probe,
            "initialDelaySeconds": 30,
            "periodSeconds": 10,
            "failureThreshold": 6,
        },
        "resources": stack.section("epp").get("resources") or small,
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": [{"name": "config", "mountPath": _FOLDER, "readOnly": True}],
    }
    if tracing := _tracing(stack.section("epp").get("tracing") or {}):
        container["env"] = tracing
    return container


def _arguments(
    stack: Stack, image: PickerImage, config: str, version: str, seen: Readable | None
) -> list[str]:
    epp = stack.section("epp")
    traced = bool((epp.get("tracing") or {}).get("enabled"))
    found = [
        f"--pool-name={names.pool(stack.name)}",
        f"--pool-namespace={stack.namespace}",
        f"--pool-group={version.partition('/')[0]}",
        f"--config-file={_FOLDER}/{CONFIG_KEY}",
        f"-v={epp.get('logLevel', LOG_LEVEL)}",
        "--zap-encoder=json",
    ]
    if image.is_from(1, 1):
        found.append(f"--tracing={'true' if traced else 'false'}")
    if image.is_from(1, 3):
        found.append("--metrics-endpoint-auth=false")
    found += picker_config.metric_flags(seen, image)
    if image.has_own_dialect and picker_config.experimental(config):
        found.append("--allow-experimental-plugins")
    return [*found, *(epp.get("flags") or ())]


def _tracing(asked: Mapping[str, Any]) -> list[Obj]:
    """With another sampler the picker traces a tenth, without the exporter it prints spans."""
    if not asked.get("enabled"):
        return []
    places = {
        "POD_NAMESPACE": "metadata.namespace",
        "POD_NAME": "metadata.name",
        "NODE_NAME": "spec.nodeName",
    }
    resource = (
        "k8s.namespace.name=$(POD_NAMESPACE),k8s.pod.name=$(POD_NAME),k8s.node.name=$(NODE_NAME)"
    )
    found: list[Obj] = [
        {"name": name, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": path}}}
        for name, path in places.items()
    ]
    values = {
        "OTEL_SERVICE_NAME": "llm-d-router/epp",
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_ENDPOINT": asked["endpoint"],
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": f"{asked.get('ratio', 0.1):g}",
        "OTEL_RESOURCE_ATTRIBUTES": resource,
    }
    return found + [{"name": name, "value": value} for name, value in values.items()]
