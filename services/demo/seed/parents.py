"""What people ask the operator for: gateways as bundles, a model as a stack, and one in public."""

from collections.abc import Iterator

from services.demo.seed.objects import Obj, made
from services.kube.catalogue import CONSOLE

VERSION = f"{CONSOLE}/v1alpha1"


def web_parents() -> Iterator[Obj]:
    """A bundle with everything that this cluster can give, and one that wants a firewall where NGF
    has none."""
    yield made(
        VERSION,
        "GatewayBundle",
        "accounts/members",
        33,
        spec={
            "gatewayClassName": "nginx",
            "listeners": [
                {
                    "name": "https",
                    "port": 443,
                    "protocol": "HTTPS",
                    "hostname": "members.example.com",
                    "allowedRoutes": {"namespaces": {"from": "Same"}},
                },
            ],
            "tls": {"secretRefs": [{"name": "members-tls"}]},
            "nginxProxy": {
                "ipFamily": "dual",
                "replicas": 2,
                "logging": {"errorLevel": "warn", "accessLog": {"preset": "Console"}},
                "telemetry": {"exporter": {"endpoint": "otel-collector.monitoring.svc:4317"}},
            },
            "snippetsPolicy": {"httpSnippet": "large_client_header_buffers 4 16k;"},
        },
    )
    yield made(
        VERSION,
        "GatewayBundle",
        "labs/guarded",
        5,
        spec={
            "gatewayClassName": "nginx",
            "listeners": [
                {"name": "http", "port": 80, "protocol": "HTTP", "hostname": "guarded.example.com"}
            ],
            "waf": {"enabled": True},
        },
    )


def gpu_parents() -> Iterator[Obj]:
    """A stack that runs, and a route that is to be published once there are credentials."""
    yield made(
        VERSION,
        "InferenceStack",
        "llm/granite-8b",
        12,
        spec={
            "modelName": "ibm-granite/granite-3.3-8b-instruct",
            "servingBackend": "vllm",
            "pool": {
                "gpuType": "H100",
                "gpuCount": 1,
                "replicas": 2,
                "minReplicas": 2,
                "maxReplicas": 4,
            },
            "modelServer": {
                "enabled": True,
                "image": "vllm/vllm-openai:v0.33.0",
                "nodeSelector": {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3"},
            },
            "epp": {"strategy": "composite"},
            "autoscaling": {
                "backend": "keda",
                "thresholds": [{"metric": "queue_depth", "target": 4}],
                "serverAddress": "http://prometheus.monitoring.svc:9090",
            },
            "httpRoute": {
                "hostnames": ["llm.example.com"],
                "gatewayRef": "gpu-edge",
                "sectionName": "https",
                "pathPrefix": "/granite",
            },
        },
    )
    yield made(
        VERSION,
        "DistributedCloudPublish",
        "llm/granite-public",
        3,
        spec={
            "httpRouteRef": "granite-8b-route",
            "distributedCloud": {
                "tenant": "example",
                "namespace": "models",
                "publicHostname": "granite.example.com",
            },
        },
    )
