"""What the API server itself fills in on built-in kinds."""

from base64 import b64encode
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Any

from services.demo.api import crds
from services.demo.api.kinds import Served
from services.demo.api.statuses import Obj
from services.demo.api.store import Store

Preparation = Callable[[Obj], None]
Completion = Callable[[Store, Obj, Obj | None], None]

_SERVICE_NETWORK = IPv4Address("10.96.0.0")


def set_defaults(served: Served, obj: Obj) -> None:
    """Set, in place, the defaults that are part of a built-in kind's version."""
    preparation = _DEFAULTS.get(served.resource)
    if preparation:
        preparation(obj)


def complete(store: Store, served: Served, obj: Obj, live: Obj | None) -> None:
    """Set, in place, what the server decides by itself and no writer owns."""
    completion = _COMPLETIONS.get(served.resource)
    if completion:
        completion(store, obj, live)


def _defaults(target: Obj, **values: Any) -> None:
    for key, value in values.items():
        if target.get(key) is None:
            target[key] = value


def _namespace(obj: Obj) -> None:
    labels = obj["metadata"].get("labels") or {}
    obj["metadata"]["labels"] = labels | {"kubernetes.io/metadata.name": obj["metadata"]["name"]}


def _complete_namespace(store: Store, obj: Obj, live: Obj | None) -> None:
    if live is None:
        obj["spec"] = {"finalizers": ["kubernetes"]}
        obj.setdefault("status", {"phase": "Active"})
    else:
        obj.setdefault("spec", live.get("spec") or {})


def _secret(obj: Obj) -> None:
    obj.setdefault("type", "Opaque")
    texts = obj.pop("stringData", None) or {}
    if texts:
        encoded = {key: b64encode(text.encode()).decode() for key, text in texts.items()}
        obj["data"] = (obj.get("data") or {}) | encoded


def _service(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    _defaults(spec, sessionAffinity="None", type="ClusterIP")
    for port in spec.get("ports") or ():
        _defaults(port, protocol="TCP")
        port["targetPort"] = port.get("targetPort") or port.get("port", 0)
    if spec["type"] != "ExternalName":
        _defaults(spec, internalTrafficPolicy="Cluster")
    if spec["type"] in ("LoadBalancer", "NodePort"):
        _defaults(spec, externalTrafficPolicy="Cluster")
    if spec["type"] == "LoadBalancer":
        _defaults(spec, allocateLoadBalancerNodePorts=True)


def _complete_service(store: Store, obj: Obj, live: Obj | None) -> None:
    spec = obj["spec"]
    if spec["type"] != "ExternalName":
        before = (live or {}).get("spec") or {}
        _defaults(spec, clusterIP=before.get("clusterIP") or _free_address(store))
        _defaults(spec, clusterIPs=[spec["clusterIP"]])
        _defaults(spec, ipFamilies=["IPv4"], ipFamilyPolicy="SingleStack")
    obj.setdefault("status", {"loadBalancer": {}})


def _free_address(store: Store) -> str:
    # Steps of a prime through a /16 give addresses that neither repeat soon nor sit in a row.
    taken = {(each.get("spec") or {}).get("clusterIP") for each in store.objects("services")}
    number = len(taken)
    while True:
        number += 1
        address = str(_SERVICE_NETWORK + 256 + (number * 7919) % 65000)
        if address not in taken:
            return address


def _container(container: Obj) -> None:
    image = container.get("image", "")
    latest = image.endswith(":latest") or ":" not in image.rpartition("/")[2]
    _defaults(
        container,
        imagePullPolicy="Always" if latest else "IfNotPresent",
        resources={},
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
    )
    for port in container.get("ports") or ():
        _defaults(port, protocol="TCP")
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if container.get(name):
            probe = container[name]
            _defaults(probe, timeoutSeconds=1, periodSeconds=10)
            _defaults(probe, successThreshold=1, failureThreshold=3)
            if probe.get("httpGet"):
                _defaults(probe["httpGet"], path="/", scheme="HTTP")


def _pod_spec(spec: Obj) -> None:
    _defaults(
        spec,
        dnsPolicy="ClusterFirst",
        restartPolicy="Always",
        schedulerName="default-scheduler",
        securityContext={},
        terminationGracePeriodSeconds=30,
    )
    for container in (*(spec.get("containers") or ()), *(spec.get("initContainers") or ())):
        _container(container)
    for volume in spec.get("volumes") or ():
        for kind in ("configMap", "secret"):
            if isinstance(volume.get(kind), dict):
                _defaults(volume[kind], defaultMode=420)


def _pod(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    _pod_spec(spec)
    _defaults(spec, enableServiceLinks=True)


def _complete_pod(store: Store, obj: Obj, live: Obj | None) -> None:
    tolerated = ("not-ready", "unreachable")
    tolerations = [
        {
            "key": f"node.kubernetes.io/{trouble}",
            "operator": "Exists",
            "effect": "NoExecute",
            "tolerationSeconds": 300,
        }
        for trouble in tolerated
    ]
    _defaults(obj["spec"], preemptionPolicy="PreemptLowerPriority", priority=0)
    _defaults(obj["spec"], tolerations=tolerations)
    obj.setdefault("status", {"phase": "Pending", "qosClass": "BestEffort"})


def _complete_workload(store: Store, obj: Obj, live: Obj | None) -> None:
    obj.setdefault("status", {})


def _complete_event(store: Store, obj: Obj, live: Obj | None) -> None:
    for key in ("eventTime", "firstTimestamp", "lastTimestamp"):
        obj.setdefault(key, None)


def _endpoint_slice(obj: Obj) -> None:
    for port in obj.get("ports") or ():
        _defaults(port, name="", protocol="TCP")


def _workload(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    template = spec.get("template")
    if isinstance(template, dict) and isinstance(template.get("spec"), dict):
        _pod_spec(template["spec"])


def _replicated(obj: Obj) -> None:
    _workload(obj)
    _defaults(obj["spec"], replicas=1)


def _job(obj: Obj) -> None:
    _workload(obj)
    spec = obj["spec"]
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec["completions"] = 1
    _defaults(spec, parallelism=1, backoffLimit=6, completionMode="NonIndexed")
    _defaults(spec, suspend=False, manualSelector=False)
    _defaults(spec, podReplacementPolicy="TerminatingOrFailed")


def _autoscaler(obj: Obj) -> None:
    target = {"type": "Utilization", "averageUtilization": 80}
    metric = {"type": "Resource", "resource": {"name": "cpu", "target": target}}
    _defaults(obj.setdefault("spec", {}), minReplicas=1, metrics=[metric])


def _claim(obj: Obj) -> None:
    _defaults(obj.setdefault("spec", {}), volumeMode="Filesystem")


def _complete_claim(store: Store, obj: Obj, live: Obj | None) -> None:
    obj.setdefault("status", {"phase": "Pending"})


def _deployment(obj: Obj) -> None:
    _replicated(obj)
    spec = obj["spec"]
    _defaults(spec, progressDeadlineSeconds=600, revisionHistoryLimit=10, strategy={})
    _defaults(spec["strategy"], type="RollingUpdate")
    if spec["strategy"]["type"] == "RollingUpdate":
        _defaults(spec["strategy"], rollingUpdate={})
        _defaults(spec["strategy"]["rollingUpdate"], maxSurge="25%", maxUnavailable="25%")


def _daemon_set(obj: Obj) -> None:
    _workload(obj)
    _defaults(obj["spec"], revisionHistoryLimit=10, updateStrategy={})
    _defaults(obj["spec"]["updateStrategy"], type="RollingUpdate")
    _defaults(obj["spec"]["updateStrategy"], rollingUpdate={"maxSurge": 0, "maxUnavailable": 1})


_DEFAULTS: dict[str, Preparation] = {
    "customresourcedefinitions.apiextensions.k8s.io": crds.fill_in,
    "namespaces": _namespace,
    "secrets": _secret,
    "services": _service,
    "pods": _pod,
    "endpointslices.discovery.k8s.io": _endpoint_slice,
    "deployments.apps": _deployment,
    "replicasets.apps": _replicated,
    "statefulsets.apps": _replicated,
    "daemonsets.apps": _daemon_set,
    "jobs.batch": _job,
    "horizontalpodautoscalers.autoscaling": _autoscaler,
    "persistentvolumeclaims": _claim,
}
_COMPLETIONS: dict[str, Completion] = {
    "namespaces": _complete_namespace,
    "services": _complete_service,
    "pods": _complete_pod,
    "events": _complete_event,
    "deployments.apps": _complete_workload,
    "replicasets.apps": _complete_workload,
    "statefulsets.apps": _complete_workload,
    "daemonsets.apps": _complete_workload,
    "jobs.batch": _complete_workload,
    "persistentvolumeclaims": _complete_claim,
}
