"""What a new object starts from: the least that a server accepts."""

from typing import Any

from components import policy_templates
from components.kinds import KINDS
from components.policy_kinds import POLICIES


def template(kind: str, namespace: str, name: str) -> dict[str, Any]:
    """A new object of a kind, without names where the user gave none."""
    metadata = {"name": name, "namespace": namespace or "default"}
    if kind in POLICIES:
        made = policy_templates.empty(kind)
        return {**made, "metadata": metadata, "spec": made.pop("spec")}
    if kind == "gateways":
        return {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "Gateway",
            "metadata": metadata,
            "spec": {
                "gatewayClassName": "nginx",
                "listeners": [
                    {
                        "name": "http",
                        "port": 80,
                        "protocol": "HTTP",
                        "allowedRoutes": {"namespaces": {"from": "Same"}},
                    }
                ],
            },
        }
    if kind == "gatewaybundles":
        return {
            "apiVersion": "ngf-console.f5.com/v1alpha1",
            "kind": "GatewayBundle",
            "metadata": metadata,
            "spec": {
                "gatewayClassName": "nginx",
                "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
                "nginxProxy": {"enabled": True, "logging": {"accessLog": {"preset": "Console"}}},
            },
        }
    if kind == "listenersets":
        return {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "ListenerSet",
            "metadata": metadata,
            "spec": {
                "parentRef": {"name": ""},
                "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
            },
        }
    if kind == "inferencestacks":
        return {
            "apiVersion": "ngf-console.f5.com/v1alpha1",
            "kind": "InferenceStack",
            "metadata": metadata,
            "spec": {
                "modelName": "",
                "servingBackend": "vllm",
                "pool": {"gpuType": "", "gpuCount": 1, "replicas": 1},
                "modelServer": {"enabled": True},
                "epp": {"strategy": "least_queue"},
            },
        }
    rule: dict[str, Any] = {"backendRefs": [{"name": "", "port": 80}]}
    if kind == "httproutes":
        rule = {"matches": [{"path": {"type": "PathPrefix", "value": "/"}}]} | rule
    hosts = {"hostnames": [""]} if kind == "tlsroutes" else {}
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": KINDS[kind].kind if kind in KINDS else kind,
        "metadata": metadata,
        "spec": {"parentRefs": [{"name": ""}]} | hosts | {"rules": [rule]},
    }
