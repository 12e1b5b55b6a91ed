"""Bundles for tests of the operator's core, and what one sees of them."""

from typing import Any

from tests.real.controlplane import Obj
from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until


def path(namespace: str, name: str = "") -> str:
    base = f"/apis/ngf-console.f5.com/v1alpha1/namespaces/{namespace}/gatewaybundles"
    return f"{base}/{name}" if name else base


def settings(namespace: str, name: str = "") -> str:
    base = f"/api/v1/namespaces/{namespace}/configmaps"
    return f"{base}/{name}" if name else base


def bundle(name: str, *ports: int, **metadata: Any) -> Obj:
    """One with a listener ``l<port>`` for each port."""
    listeners = [{"name": f"l{port}", "port": port, "protocol": "HTTP"} for port in ports or (80,)]
    return {
        "apiVersion": "ngf-console.f5.com/v1alpha1",
        "kind": "GatewayBundle",
        "metadata": {"name": name, **metadata},
        "spec": {"gatewayClassName": "nginx", "listeners": listeners},
    }


def ready(api: KubeApi, namespace: str, name: str, within_s: float = 20.0) -> Obj:
    """The bundle, once it is Ready in its latest generation."""
    return in_phase(api, namespace, name, "Ready", within_s)


def in_phase(api: KubeApi, namespace: str, name: str, phase: str, within_s: float = 20.0) -> Obj:
    def found() -> Obj | None:
        obj: Obj = api.get(path(namespace, name)).ok()
        status = obj.get("status") or {}
        now = status.get("observedGeneration") == obj["metadata"]["generation"]
        return obj if now and status.get("phase") == phase else None

    try:
        return wait_until(f"{name} is {phase}", found, within_s) or {}
    except AssertionError:
        print(api.get(path(namespace, name)).body)
        raise


def condition(obj: Obj, name: str) -> Obj:
    """A condition of its status."""
    found: Obj = next(each for each in obj["status"]["conditions"] if each["type"] == name)
    return found


def child(obj: Obj, name: str) -> Obj:
    """A child of its status."""
    found: Obj = next(each for each in obj["status"]["children"] if each["name"] == name)
    return found


def change(api: KubeApi, where: str, **fields: Any) -> Obj:
    """A merge patch, as somebody else makes it."""
    changed: Obj = api.patch(where, fields, MERGE_PATCH, fieldManager="somebody").ok()
    return changed
