"""What a new object starts from: the least that a server accepts."""

from typing import Any


def template(kind: str, namespace: str, name: str) -> dict[str, Any]:
    """A new Gateway or HTTPRoute, without names where the user gave none."""
    metadata = {"name": name, "namespace": namespace or "default"}
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
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": metadata,
        "spec": {
            "parentRefs": [{"name": ""}],
            "rules": [
                {
                    "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                    "backendRefs": [{"name": "", "port": 80}],
                }
            ],
        },
    }
