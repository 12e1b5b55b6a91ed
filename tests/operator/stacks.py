"""Stacks for tests, what they become, and what the rest of a cluster does with that."""

from typing import Any

from tests.known import Obj
from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until

NAME = "llama-vllm"
"""The stack that is asked for."""
CONSOLE = "apis/ngf-console.f5.com/v1alpha1"
APIS = {
    "Deployment": ("apis/apps/v1", "deployments"),
    "DaemonSet": ("apis/apps/v1", "daemonsets"),
    "ServiceAccount": ("api/v1", "serviceaccounts"),
    "ConfigMap": ("api/v1", "configmaps"),
    "Service": ("api/v1", "services"),
    "Role": ("apis/rbac.authorization.k8s.io/v1", "roles"),
    "RoleBinding": ("apis/rbac.authorization.k8s.io/v1", "rolebindings"),
    "InferencePool": ("apis/inference.networking.k8s.io/v1", "inferencepools"),
    "ScaledObject": ("apis/keda.sh/v1alpha1", "scaledobjects"),
    "HorizontalPodAutoscaler": ("apis/autoscaling/v2", "horizontalpodautoscalers"),
    "HTTPRoute": ("apis/gateway.networking.k8s.io/v1", "httproutes"),
    "ClientSettingsPolicy": ("apis/gateway.nginx.org/v1alpha1", "clientsettingspolicies"),
    "ProxySettingsPolicy": ("apis/gateway.nginx.org/v1alpha1", "proxysettingspolicies"),
    "DistributedCloudPublish": (CONSOLE, "distributedcloudpublishes"),
}


def path(obj: Obj) -> str:
    api, plural = APIS[obj["kind"]]
    about = obj["metadata"]
    return f"/{api}/namespaces/{about['namespace']}/{plural}/{about['name']}"


def whole(namespace: str, backend: str, scaler: str = "keda", profiling: bool = False) -> Obj:
    """A stack that asks for everything."""
    metrics = ["cpu"] if scaler == "hpa" else ["queue_depth", "cpu", "requests_per_second"]
    return {
        "apiVersion": "ngf-console.f5.com/v1alpha1",
        "kind": "InferenceStack",
        "metadata": {"name": f"llama-{backend}", "namespace": namespace},
        "spec": {
            "modelName": "meta-llama/Llama-3.3-70B-Instruct",
            "modelVersion": "main",
            "servingBackend": backend,
            "pool": {
                "gpuType": "H100",
                "gpuCount": 2,
                "replicas": 2,
                "minReplicas": 1,
                "maxReplicas": 4,
            },
            "modelServer": {
                "enabled": True,
                "cacheClaim": "weights",
                "env": [{"name": "HF_TOKEN", "secretRef": {"name": "hf", "key": "token"}}],
                "resources": {"requests": {"cpu": 4}, "limits": {"memory": "64Gi"}},
                "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
                "nodeSelector": {"pool": "gpu"},
                "runtimeClassName": "nvidia",
                "imagePullSecrets": ["pull"],
            },
            "epp": {
                "strategy": "composite",
                "weights": {"queueDepth": 50, "kvCache": 30, "prefixAffinity": 20},
                "tracing": {"enabled": True, "endpoint": "http://otel:4317", "ratio": 0.5},
            },
            "autoscaling": {
                "backend": scaler,
                "thresholds": [{"metric": metric, "target": 5} for metric in metrics],
                "serverAddress": "http://prometheus:9090",
                "cooldownSeconds": 120,
                "scaleDown": {"stabilizationSeconds": 60},
            },
            "httpRoute": {
                "hostnames": ["llm.example"],
                "gatewayRef": "web",
                "gatewayNamespace": "edge",
                "modelHeader": "x-model",
            },
            "dcgm": {"enabled": True, "profiling": profiling},
            "distributedCloud": {"tenant": "t", "namespace": "n", "publicHostname": "a.example"},
        },
    }


def asked(namespace: str, **changes: Any) -> Obj:
    """A stack of every section that the cluster alone can bring about, with no RuntimeClass."""
    stack = whole(namespace, "vllm")
    del stack["spec"]["modelServer"]["runtimeClassName"]
    stack["spec"] = {**stack["spec"], "distributedCloud": None, **changes}
    stack["spec"] = {key: value for key, value in stack["spec"].items() if value is not None}
    return stack


def of_stack(namespace: str, name: str = "") -> str:
    """Where stacks are, or one of them."""
    base = f"/{CONSOLE}/namespaces/{namespace}/inferencestacks"
    return f"{base}/{name}" if name else base


def child(kind: str, namespace: str, name: str) -> str:
    """Where a child is."""
    return path({"kind": kind, "metadata": {"namespace": namespace, "name": name}})


def in_phase(api: KubeApi, namespace: str, name: str, phase: str, within_s: float = 30.0) -> Obj:
    """The stack, once it is in that phase with what is wanted now."""

    def found() -> Obj | None:
        obj: Obj = api.get(of_stack(namespace, name)).ok()
        status = obj.get("status") or {}
        now = status.get("observedGeneration") == obj["metadata"]["generation"]
        return obj if now and status.get("phase") == phase else None

    try:
        return wait_until(f"{name} is {phase}", found, within_s) or {}
    except AssertionError:
        print(api.get(of_stack(namespace, name)).body.get("status"))
        raise


def ready(api: KubeApi, namespace: str, **reasons: str) -> Obj:
    """The stack, once it is Ready with what is wanted now and has such a reason for its child of
    each kind that is named; others do their part meanwhile."""

    def found() -> Obj | None:
        obj: Obj = api.get(of_stack(namespace, NAME)).ok()
        status = obj.get("status") or {}
        if status.get("observedGeneration") != obj["metadata"]["generation"]:
            return None
        if status["phase"] != "Ready":
            do_their_part(api, obj)
            return None
        told = {row["kind"]: row["reason"] for row in status["children"]}
        return obj if reasons.items() <= told.items() else None

    try:
        return wait_until("the stack is Ready", found, 30.0) or {}
    except AssertionError:
        print(api.get(of_stack(namespace, NAME)).body.get("status"))
        raise


def rows(stack: Obj) -> dict[str, Obj]:
    """The children of its status, by kind and name."""
    return {row["kind"] + "/" + row["name"]: row for row in stack["status"]["children"]}


def no_exporters(api: KubeApi) -> None:
    """Remove every DCGM exporter, and the stacks that made one: one is enough for a cluster."""
    for each in api.get(f"/{CONSOLE}/inferencestacks").ok()["items"]:
        api.delete(of_stack(each["metadata"]["namespace"], each["metadata"]["name"]))

    def none_left() -> bool:
        left = api.get("/apis/apps/v1/daemonsets").ok()["items"]
        for each in left:
            api.delete(child("DaemonSet", each["metadata"]["namespace"], each["metadata"]["name"]))
        return not left

    wait_until("no exporter runs", none_left)


def do_their_part(api: KubeApi, parent: Obj) -> None:
    """What KEDA, Gateways, nodes and controllers say of children that work."""
    for row in parent["status"]["children"]:
        if row["state"] == "Waiting" and row["kind"] in _SAID:
            where = child(row["kind"], row["namespace"], row["name"])
            live = api.get(where).ok()
            _say(api, where, live)


def make_available(api: KubeApi, where: str) -> None:
    """The pods of a Deployment run from now on."""

    def available() -> bool:
        live = api.get(where).ok()
        _say(api, where, live)
        return bool((live.get("status") or {}).get("availableReplicas"))

    wait_until("its pods are available", available)


def _say(api: KubeApi, where: str, live: Obj) -> None:
    if live["kind"] == "Deployment" and api.name == "real":
        _run_pods(api, live)
    else:
        status = _SAID[live["kind"]](live)
        api.patch(f"{where}/status", {"status": status}, MERGE_PATCH).ok()


def _run_pods(api: KubeApi, deployment: Obj) -> None:
    """What a kubelet says of the pods that the controllers made of a Deployment."""
    pods = f"/api/v1/namespaces/{deployment['metadata']['namespace']}/pods"
    labels = deployment["spec"]["selector"]["matchLabels"]
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    for pod in api.get(pods, labelSelector=selector).ok()["items"]:
        status = {"phase": "Running", "conditions": [ready]}
        where = f"{pods}/{pod['metadata']['name']}/status"
        api.patch(where, {"status": status}, MERGE_PATCH)


def _accepted(generation: int) -> list[Obj]:
    return [
        {
            "type": kind,
            "status": "True",
            "reason": kind,
            "message": "",
            "observedGeneration": generation,
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        }
        for kind in ("Accepted", "ResolvedRefs", "AbleToScale", "ScalingActive")
    ]


def _parents(live: Obj) -> Obj:
    ref = {
        "group": "gateway.networking.k8s.io",
        "kind": "Gateway",
        "name": "web",
        "namespace": "edge",
    }
    if live["kind"] == "HTTPRoute":
        ref |= live["spec"]["parentRefs"][0]
        # NGINX Gateway Fabric names the listener where the Gateway has just one.
        ref["sectionName"] = "http"
    said = _accepted(live["metadata"]["generation"])[:2]
    entry = {"parentRef": ref, "controllerName": "gateway.nginx.org/c", "conditions": said}
    return {"parents": [entry]}


def _pods(live: Obj) -> Obj:
    count = live["spec"].get("replicas", 1)
    counts = dict.fromkeys(("replicas", "availableReplicas", "updatedReplicas"), count)
    return {"observedGeneration": live["metadata"]["generation"], **counts}


def _nodes(live: Obj) -> Obj:
    names = (
        "desiredNumberScheduled",
        "numberReady",
        "currentNumberScheduled",
        "numberMisscheduled",
    )
    return {
        "observedGeneration": live["metadata"]["generation"],
        **dict(zip(names, (2, 2, 2, 0), strict=True)),
    }


def _scaler(live: Obj) -> Obj:
    ready = {"type": "Ready", "status": "True", "reason": "Ready", "message": "ready"}
    return {"conditions": [ready, {**ready, "type": "Active"}]}


def _hpa(live: Obj) -> Obj:
    said = _accepted(live["metadata"].get("generation", 0))[2:]
    for one in said:
        del one["observedGeneration"]
    return {"desiredReplicas": 1, "currentReplicas": 1, "conditions": said}


_SAID: dict[str, Any] = {
    "Deployment": _pods,
    "DaemonSet": _nodes,
    "InferencePool": _parents,
    "HTTPRoute": _parents,
    "ScaledObject": _scaler,
    "HorizontalPodAutoscaler": _hpa,
}
