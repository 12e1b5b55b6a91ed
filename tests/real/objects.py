"""The few objects and paths that these tests are written with."""

from typing import Any

from tests.real.controlplane import Obj

GATEWAY_API = "gateway.networking.k8s.io/v1"


def core(namespace: str, plural: str) -> str:
    """Path of a collection of the core group."""
    return f"/api/v1/namespaces/{namespace}/{plural}"


def routes(namespace: str) -> str:
    """Path of the HTTPRoutes of a namespace."""
    return f"/apis/{GATEWAY_API}/namespaces/{namespace}/httproutes"


def config_map(name: str, data: dict[str, str] | None = None, **metadata: Any) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, **metadata},
        "data": data or {},
    }


def route(name: str, host: str = "a.example", weight: int = 1, **metadata: Any) -> Obj:
    return {
        "apiVersion": GATEWAY_API,
        "kind": "HTTPRoute",
        "metadata": {"name": name, **metadata},
        "spec": {
            "parentRefs": [{"name": "web"}],
            "hostnames": [host],
            "rules": [{"backendRefs": [{"name": "app", "port": 80, "weight": weight}]}],
        },
    }


def owned_by(owner: Obj, *, blocks: bool = False) -> Obj:
    """An owner reference to a stored object."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "blockOwnerDeletion": blocks,
    }


def definition(
    group: str, properties: Obj, *, scope: str = "Namespaced", status: bool = True
) -> Obj:
    """A definition of the kind Widget with these fields under ``spec``."""
    schema: Obj = {
        "type": "object",
        "properties": {
            "spec": {"type": "object", "properties": properties},
            "status": {
                "type": "object",
                "properties": {"phase": {"type": "string"}, "ready": {"type": "integer"}},
            },
        },
    }
    version: Obj = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "additionalPrinterColumns": [
            {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
            {"name": "Phase", "type": "string", "jsonPath": ".status.phase", "priority": 1},
            {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
        ],
    }
    if status:
        version["subresources"] = {"status": {}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": {
            "group": group,
            "scope": scope,
            "names": {
                "plural": "widgets",
                "singular": "widget",
                "kind": "Widget",
                "listKind": "WidgetList",
                "shortNames": ["wd"],
            },
            "versions": [version],
        },
    }


def widget(group: str, name: str, spec: Obj, **metadata: Any) -> Obj:
    return {
        "apiVersion": f"{group}/v1",
        "kind": "Widget",
        "metadata": {"name": name, **metadata},
        "spec": spec,
    }
