"""Promise: an InferenceStack whose fields do not go together is refused, at the field, in words."""

from typing import Any

import pytest

from tests.real.controlplane import Obj
from tests.real.kube_api import KubeApi

STACKS = "/apis/ngf-console.f5.com/v1alpha1/namespaces/{}/inferencestacks"
POOL: Obj = {"gpuType": "H100", "gpuCount": 2, "replicas": 2}
WHOLE: Obj = {
    "modelName": "meta-llama/Llama-3.3-70B-Instruct",
    "modelVersion": "main",
    "servingBackend": "sglang",
    "pool": {
        **POOL,
        "minReplicas": 1,
        "maxReplicas": 8,
        "selector": {"app": "llama"},
        "targetPort": 30000,
        "gpuResource": "nvidia.com/gpu",
    },
    "modelServer": {
        "enabled": True,
        "image": "lmsysorg/sglang:v0.5.23",
        "args": ["--context-length=8192"],
        "env": [
            {"name": "HF_TOKEN", "secretRef": {"name": "hf", "key": "token"}},
            {"name": "EMPTY", "value": ""},
        ],
        "port": 30000,
        "resources": {"requests": {"cpu": 8}, "limits": {"memory": "128Gi"}},
        "nodeSelector": {"pool": "gpu"},
        "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
        "runtimeClassName": "nvidia",
        "sharedMemory": "16Gi",
        "cacheClaim": "weights",
        "imagePullSecrets": ["pull"],
    },
    "epp": {
        "strategy": "composite",
        "weights": {"queueDepth": 2, "kvCache": 2, "prefixAffinity": 3},
        "image": "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.10.0",
        "replicas": 2,
        "failureMode": "FailOpen",
        "logLevel": 3,
        "tracing": {"enabled": True, "endpoint": "http://otel.ngf-console:4317", "ratio": 0.5},
        "resources": {"limits": {"memory": "2Gi"}},
        "flags": ["--refresh-metrics-interval=200ms"],
    },
    "autoscaling": {
        "backend": "keda",
        "thresholds": [{"metric": "queue_depth", "target": 5}],
        "cooldownSeconds": 300,
        "pollingSeconds": 15,
        "idleReplicas": 0,
        "serverAddress": "http://prometheus.monitoring:9090",
        "scaleUp": {"stabilizationSeconds": 0},
        "scaleDown": {"stabilizationSeconds": 300},
    },
    "httpRoute": {
        "hostnames": ["llm.example"],
        "gatewayRef": "web",
        "gatewayNamespace": "edge",
        "sectionName": "https",
        "pathPrefix": "/v1",
        "headers": [{"name": "x-team", "value": "a"}],
        "modelHeader": "x-model",
        "readTimeout": "30m",
        "maxBodySize": "0",
    },
    "dcgm": {
        "enabled": True,
        "image": "nvcr.io/nvidia/k8s/dcgm-exporter:4.5.3-4.8.2-distroless",
        "profiling": False,
        "nodeSelector": {"nvidia.com/gpu.present": "true"},
        "runtimeClassName": "nvidia",
    },
    "distributedCloud": {"tenant": "t", "namespace": "n", "publicHostname": "llm.example"},
}


def stack(spec: Obj, name: str = "one") -> Obj:
    plain = {"modelName": "m", "servingBackend": "vllm", "pool": POOL}
    return {
        "apiVersion": "ngf-console.f5.com/v1alpha1",
        "kind": "InferenceStack",
        "metadata": {"name": name},
        "spec": {**plain, **spec},
    }


def test_a_stack_with_every_field_is_taken_as_it_is(kube_api: KubeApi, namespace: str) -> None:
    made = kube_api.post(STACKS.format(namespace), stack(WHOLE), fieldValidation="Strict").ok()
    assert made["spec"] == WHOLE


def env(**variable: Any) -> Obj:
    return {"modelServer": {"env": [{"name": "A", **variable}]}}


CASES: list[tuple[Obj, str, str]] = [
    (
        {"pool": {**POOL, "minReplicas": 3, "maxReplicas": 2}},
        "spec.pool.minReplicas",
        "must not be greater than maxReplicas",
    ),
    (
        {"autoscaling": {"backend": "hpa"}, "pool": {**POOL, "minReplicas": 0}},
        "spec.pool.minReplicas",
        "must be at least 1 with the backend hpa",
    ),
    (
        {"autoscaling": {"idleReplicas": 0}, "pool": {**POOL, "minReplicas": 0}},
        "spec.autoscaling.idleReplicas",
        "must be less than pool.minReplicas",
    ),
    (
        {"epp": {"strategy": "kv_cache", "weights": {"kvCache": 1}}},
        "spec.epp.weights",
        "count only with the strategy composite",
    ),
    (
        {"epp": {"strategy": "composite", "weights": {"kvCache": 0}}},
        "spec.epp.weights",
        "at least one weight must be greater than 0",
    ),
    (
        {"epp": {"strategy": "composite", "weights": {"kvCache": 1}, "config": "x"}},
        "spec.epp.weights",
        "have no effect when config is given",
    ),
    (
        {"pool": {**POOL, "targetPort": 8000}, "modelServer": {"port": 8001}},
        "spec.modelServer.port",
        "must be pool.targetPort",
    ),
    ({"epp": {"tracing": {"enabled": True}}}, "spec.epp.tracing", "endpoint is required"),
    ({"epp": {"flags": ["--pool-name=x"]}}, "spec.epp.flags[0]", "is set by the operator"),
    ({"epp": {"flags": ["--pool-group=x"]}}, "spec.epp.flags[0]", "is set by the operator"),
    ({"epp": {"flags": ["--lora-info-metric="]}}, "spec.epp.flags[0]", "is set by the operator"),
    (
        {"epp": {"flags": ["-ha-enable-leader-election"]}},
        "spec.epp.flags[0]",
        "is set by the operator",
    ),
    (
        {"dcgm": {"profiling": True, "image": "mine"}},
        "spec.dcgm.image",
        "cannot be chosen with profiling",
    ),
    (
        {"httpRoute": {"headers": [{"name": "x-m", "value": "a"}], "modelHeader": "x-m"}},
        "spec.httpRoute.modelHeader",
        "must not be among headers",
    ),
    (env(), "spec.modelServer.env[0]", "needs either value or secretRef"),
    (
        env(value="a", secretRef={"name": "s", "key": "k"}),
        "spec.modelServer.env[0]",
        "needs either value or secretRef",
    ),
]


@pytest.mark.parametrize(("spec", "field", "rule"), CASES)
def test_fields_that_do_not_go_together_are_refused(
    kube_api: KubeApi, namespace: str, spec: Obj, field: str, rule: str
) -> None:
    answer = kube_api.post(STACKS.format(namespace), stack(spec), dryRun="All")
    assert answer.status == 422, answer.body
    causes = {one["field"]: one["message"] for one in answer.body["details"]["causes"]}
    assert rule in causes.get(field, ""), causes


@pytest.mark.parametrize("name", ["3llama", "a.b", "a" * 48])
def test_a_name_that_no_service_could_be_made_of_is_refused(
    kube_api: KubeApi, namespace: str, name: str
) -> None:
    answer = kube_api.post(STACKS.format(namespace), stack({}, name), dryRun="All")
    assert answer.status == 422, answer.body
    assert "Services and autoscalers are named after it" in answer.body["message"]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"epp": {"logLevel": 6}}, "spec.epp.logLevel"),
        ({"epp": {"tracing": {"ratio": 1.5}}}, "spec.epp.tracing.ratio"),
        ({"epp": {"flags": ["v=3"]}}, "spec.epp.flags[0]"),
        ({"httpRoute": {"hostnames": ["Bad_Host"]}}, "spec.httpRoute.hostnames[0]"),
        ({"httpRoute": {"pathPrefix": "v1"}}, "spec.httpRoute.pathPrefix"),
        ({"httpRoute": {"readTimeout": "0s"}}, "spec.httpRoute.readTimeout"),
        ({"httpRoute": {"readTimeout": "1h30m"}}, "spec.httpRoute.readTimeout"),
        ({"httpRoute": {"maxBodySize": "20Mi"}}, "spec.httpRoute.maxBodySize"),
        ({"modelServer": {"sharedMemory": "much"}}, "spec.modelServer.sharedMemory"),
        ({"pool": {**POOL, "targetPort": 0}}, "spec.pool.targetPort"),
        ({"autoscaling": {"serverAddress": "prometheus:9090"}}, "spec.autoscaling.serverAddress"),
    ],
)
def test_a_field_with_a_value_that_means_nothing_is_refused(
    kube_api: KubeApi, namespace: str, spec: Obj, field: str
) -> None:
    answer = kube_api.post(STACKS.format(namespace), stack(spec), dryRun="All")
    assert answer.status == 422, answer.body
    assert field in [cause["field"] for cause in answer.body["details"]["causes"]], answer.body
