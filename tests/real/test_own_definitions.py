"""Promise: both API servers take the objects of our own kinds that make sense, and no others."""

from typing import Any

import pytest

from tests.real.controlplane import Obj
from tests.real.kube_api import MERGE_PATCH, TABLE, KubeApi

GROUP = "ngf-console.f5.com/v1alpha1"
CLUSTER: Obj = {"displayName": "Web", "kubeconfigSecretRef": {"name": "web-kubeconfig"}}
STACK: Obj = {
    "modelName": "meta-llama/Llama-3.1-8B-Instruct",
    "servingBackend": "vllm",
    "pool": {"gpuType": "H100", "gpuCount": 1, "replicas": 2, "minReplicas": 1, "maxReplicas": 4},
    "epp": {
        "strategy": "composite",
        "weights": {"queueDepth": 50, "kvCache": 30, "prefixAffinity": 20},
    },
    "autoscaling": {"backend": "keda", "thresholds": [{"metric": "queue_depth", "target": 10}]},
    "httpRoute": {"hostnames": ["llm.example"], "gatewayRef": "llm", "gatewayNamespace": "edge"},
}
BUNDLE: Obj = {
    "gatewayClassName": "nginx",
    "listeners": [
        {
            "name": "https",
            "port": 443,
            "protocol": "HTTPS",
            "tls": {"mode": "Terminate", "certificateRefs": [{"name": "web-tls"}]},
            "allowedRoutes": {"namespaces": {"from": "Selector", "selector": {"team": "a"}}},
        }
    ],
    "nginxProxy": {"enabled": True, "ipFamily": "dual"},
}
PUBLISH: Obj = {
    "httpRouteRef": "shop",
    "distributedCloud": {"tenant": "t", "namespace": "n", "publicHostname": "shop.example"},
}
PLURALS = {
    "ManagedCluster": "managedclusters",
    "InferenceStack": "inferencestacks",
    "GatewayBundle": "gatewaybundles",
    "DistributedCloudPublish": "distributedcloudpublishes",
}
HEARTBEAT: Obj = {
    "phase": "Ready",
    "kubernetesVersion": "v1.36.3",
    "ngfVersion": "2.6.7",
    "ngfEdition": "unknown",
    "agentInstalled": True,
    "agentVersion": "0.1.0",
    "operatorHealthy": False,
    "lastHeartbeat": "2026-01-01T00:00:00Z",
    "heartbeatSequence": 2**40,
    "resourceCounts": {"gateways": 3, "httpRoutes": 12},
    "gpuCapacity": {
        "totalGPUs": 8,
        "allocatedGPUs": 6,
        "availableGPUs": 2,
        "averageUtilization": 41.5,
        "gpuTypes": {"NVIDIA-H100-80GB-HBM3": 8},
    },
    "conditions": [
        {
            "type": "Connected",
            "status": "True",
            "reason": "Answered",
            "message": "",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        }
    ],
}


def path(namespace: str, kind: str) -> str:
    return f"/apis/{GROUP}/namespaces/{namespace}/{PLURALS[kind]}"


def body(kind: str, spec: Obj, name: str = "one") -> Obj:
    return {"apiVersion": GROUP, "kind": kind, "metadata": {"name": name}, "spec": spec}


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("ManagedCluster", CLUSTER),
        ("ManagedCluster", {"displayName": "Hub", "isLocal": True, "ngfEdition": "enterprise"}),
        ("InferenceStack", STACK),
        ("GatewayBundle", BUNDLE),
        ("DistributedCloudPublish", PUBLISH),
    ],
)
def test_an_object_that_makes_sense_is_taken(
    kube_api: KubeApi, namespace: str, kind: str, spec: Obj
) -> None:
    made = kube_api.post(path(namespace, kind), body(kind, spec), fieldValidation="Strict").ok()
    assert made["spec"] == spec


@pytest.mark.parametrize(
    ("kind", "spec", "field"),
    [
        ("ManagedCluster", {"isLocal": True}, "spec.displayName"),
        ("ManagedCluster", {**CLUSTER, "displayName": ""}, "spec.displayName"),
        ("ManagedCluster", {**CLUSTER, "ngfEdition": "plus"}, "spec.ngfEdition"),
        (
            "ManagedCluster",
            {**CLUSTER, "agentConfig": {"heartbeatIntervalSeconds": 4}},
            "spec.agentConfig.heartbeatIntervalSeconds",
        ),
        ("ManagedCluster", {**CLUSTER, "kubeconfigSecretRef": {}}, "spec.kubeconfigSecretRef.name"),
        ("InferenceStack", {**STACK, "servingBackend": "other"}, "spec.servingBackend"),
        ("InferenceStack", {**STACK, "pool": {"gpuCount": 1, "replicas": 1}}, "spec.pool.gpuType"),
        ("GatewayBundle", {**BUNDLE, "listeners": []}, "spec.listeners"),
        ("GatewayBundle", {**BUNDLE, "listeners": BUNDLE["listeners"] * 2}, "spec.listeners[1]"),
        ("DistributedCloudPublish", {**PUBLISH, "httpRouteRef": ""}, "spec.httpRouteRef"),
    ],
)
def test_an_object_that_makes_none_is_refused_at_its_field(
    kube_api: KubeApi, namespace: str, kind: str, spec: Obj, field: str
) -> None:
    answer = kube_api.post(path(namespace, kind), body(kind, spec))
    assert answer.status == 422
    assert field in [cause["field"] for cause in answer.body["details"]["causes"]], answer.body


def test_an_interval_that_is_not_given_is_half_a_minute(kube_api: KubeApi, namespace: str) -> None:
    spec = {**CLUSTER, "agentConfig": {"otelEndpoint": "https://hub.example:4318"}}
    made = kube_api.post(path(namespace, "ManagedCluster"), body("ManagedCluster", spec)).ok()
    assert made["spec"]["agentConfig"]["heartbeatIntervalSeconds"] == 30


def test_a_heartbeat_lands_in_the_status_and_leaves_the_spec_alone(
    kube_api: KubeApi, namespace: str
) -> None:
    clusters = path(namespace, "ManagedCluster")
    kube_api.post(clusters, body("ManagedCluster", CLUSTER)).ok()
    patch: Any = {"spec": {"displayName": "Other"}, "status": HEARTBEAT}
    kube_api.patch(f"{clusters}/one/status", patch, MERGE_PATCH, fieldValidation="Strict").ok()
    kept = kube_api.get(f"{clusters}/one").ok()
    assert (kept["spec"], kept["status"]) == (CLUSTER, HEARTBEAT)


def test_two_writers_of_conditions_keep_each_others(kube_api: KubeApi, namespace: str) -> None:
    clusters = path(namespace, "ManagedCluster")
    kube_api.post(clusters, body("ManagedCluster", CLUSTER)).ok()
    for kind in ("Connected", "AgentReporting"):
        condition = {**HEARTBEAT["conditions"][0], "type": kind}
        mine = {
            "apiVersion": GROUP,
            "kind": "ManagedCluster",
            "metadata": {"name": "one"},
            "status": {"conditions": [condition]},
        }
        kube_api.apply(f"{clusters}/one/status", mine, manager=f"writer-of-{kind}").ok()
    kept = kube_api.get(f"{clusters}/one").ok()["status"]["conditions"]
    assert {one["type"] for one in kept} == {"Connected", "AgentReporting"}


def test_the_table_of_clusters_tells_how_they_are(kube_api: KubeApi, namespace: str) -> None:
    clusters = path(namespace, "ManagedCluster")
    kube_api.post(clusters, body("ManagedCluster", {**CLUSTER, "region": "Frankfurt"})).ok()
    kube_api.patch(f"{clusters}/one/status", {"status": HEARTBEAT}, MERGE_PATCH).ok()
    table = kube_api.get(clusters, accept=TABLE).ok()
    columns = [column["name"] for column in table["columnDefinitions"]]
    assert columns == ["Name", "Display Name", "Region", "Status", "NGF", "Heartbeat", "Age"]
    assert table["rows"][0]["cells"][:5] == ["one", "Web", "Frankfurt", "Ready", "2.6.7"]


@pytest.mark.parametrize(
    ("kind", "spec", "message"),
    [
        (
            "ManagedCluster",
            {"displayName": "Web", "isLocal": False},
            "spec.kubeconfigSecretRef: Required value: is required unless isLocal is true",
        ),
        (
            "InferenceStack",
            {**STACK, "pool": {**STACK["pool"], "minReplicas": 5}},
            "spec.pool.minReplicas: Invalid value: must not be greater than maxReplicas",
        ),
    ],
)
def test_rules_between_fields_hold(
    kube_api: KubeApi, namespace: str, kind: str, spec: Obj, message: str
) -> None:
    answer = kube_api.post(path(namespace, kind), body(kind, spec))
    assert answer.status == 422
    assert message in answer.body["message"]


def test_while_something_is_missing_rules_are_not_looked_at(
    kube_api: KubeApi, namespace: str
) -> None:
    spec = {"listeners": BUNDLE["listeners"], "snippetsFilter": {}}
    answer = kube_api.post(path(namespace, "GatewayBundle"), body("GatewayBundle", spec))
    causes = answer.body["details"]["causes"]
    assert [one["field"] for one in causes] == ["spec.gatewayClassName", "<nil>"]
    assert "some validation rules were not checked" in causes[1]["message"]


def test_a_rule_about_the_whole_object_is_told_without_a_field(
    kube_api: KubeApi, namespace: str
) -> None:
    stack = body("InferenceStack", STACK, "1-is-no-name")
    answer = kube_api.post(path(namespace, "InferenceStack"), stack)
    assert [one["field"] for one in answer.body["details"]["causes"]] == ["<nil>"]
    assert "metadata.name must begin with a letter" in answer.body["message"]


def test_a_change_that_breaks_a_rule_is_refused_and_others_are_taken(
    kube_api: KubeApi, namespace: str
) -> None:
    bundles = path(namespace, "GatewayBundle")
    kube_api.post(bundles, body("GatewayBundle", BUNDLE)).ok()
    wrong = {"spec": {"snippetsFilter": {"enabled": True}}}
    answer = kube_api.patch(f"{bundles}/one", wrong, MERGE_PATCH)
    assert answer.status == 422
    assert [one["field"] for one in answer.body["details"]["causes"]] == ["spec.snippetsFilter"]
    labels = {"metadata": {"labels": {"a": "b"}}}
    kube_api.patch(f"{bundles}/one", labels, MERGE_PATCH).ok()
