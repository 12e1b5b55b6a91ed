"""NGF on an API server under test: what it leaves there, and its judgement of what it finds.

The judgement is that of the console's own model, which is what the demo's stand-in says as well;
here it is written to any API server, the compiled one included.
"""

import base64
from typing import Any

from services.demo.api.certificates import loopback
from services.demo.ngf import judge
from services.demo.seed.installation import data_plane_name
from services.kube.catalogue import KINDS, Kind
from tests.real.controlplane import Obj
from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until

CONTROLLER = "gateway.nginx.org/nginx-gateway-controller"
LOOKED_AT = (
    "namespaces",
    "secrets",
    "services",
    "gatewayclasses",
    "gateways",
    "httproutes",
    "referencegrants",
    "nginxproxies",
    "wafpolicies",
    "snippetsfilters",
    "snippetspolicies",
)
"""Kinds that bundles are about; more would only be asked for."""
ADDRESS = "203.0.113.7"
FLAGS = ("--snippets", "--nginx-plus")


class Ngf:
    """One NGF, for Gateways of ``class_name`` in some namespaces."""

    def __init__(self, api: KubeApi, *namespaces: str) -> None:
        self._api, self._namespaces = api, namespaces
        self.class_name = f"nginx-{namespaces[0]}"
        self._versions: dict[str, str | None] = {}

    def install(self, *flags: str) -> None:
        """The class, and the Deployment of a control plane with these flags."""
        api_version = "gateway.networking.k8s.io/v1"
        gateway_class = {
            "apiVersion": api_version,
            "kind": "GatewayClass",
            "metadata": {"name": self.class_name},
            "spec": {"controllerName": CONTROLLER},
        }
        self._api.post(f"/apis/{api_version}/gatewayclasses", gateway_class).ok()
        self._api.post(f"{self._deployments}", self._deployment(flags)).ok()

    def restart(self, *flags: str) -> None:
        """The control plane with other flags."""
        patch = {"spec": self._deployment(flags)["spec"]}
        self._api.patch(f"{self._deployments}/ngf", patch, MERGE_PATCH).ok()

    def judge(self) -> None:
        """Write every status that is not what NGF would say, and give each Gateway an address."""
        for gateway in self.keyed("gateway.networking.k8s.io", "gateways").values():
            if gateway["spec"]["gatewayClassName"] == self.class_name:
                self._provision(gateway)
        judge(self)

    def _provision(self, gateway: Obj) -> None:
        """The Service of a data plane, with an address."""
        name = data_plane_name(gateway)
        path = f"/api/v1/namespaces/{gateway['metadata']['namespace']}/services"
        if self._api.get(f"{path}/{name}").status == 200:
            return
        ports = [{"name": "http", "port": 80}]
        spec = {"type": "LoadBalancer", "ports": ports, "selector": {"app": name}}
        service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}
        self._api.post(path, service).ok()
        status = {"loadBalancer": {"ingress": [{"ip": ADDRESS}]}}
        self._api.patch(f"{path}/{name}/status", {"status": status}, MERGE_PATCH).ok()

    @property
    def _deployments(self) -> str:
        return f"/apis/apps/v1/namespaces/{self._namespaces[0]}/deployments"

    def _deployment(self, flags: tuple[str, ...]) -> Obj:
        labels = {"app.kubernetes.io/name": "nginx-gateway-fabric"}
        args = ["controller", f"--gatewayclass={self.class_name}", *flags]
        container = {"name": "nginx-gateway", "image": "example/ngf:2.6.7", "args": args}
        pod = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "ngf", "labels": labels},
            "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": pod},
        }

    def keyed(self, group: str, plural: str) -> dict[tuple[str, str], Obj]:
        """The objects of a kind that this NGF looks at, by (namespace, name)."""
        kind = KINDS[plural]
        base = self._base(kind) if plural in LOOKED_AT else None
        if base is None:
            return {}
        if not kind.namespaced:
            names = [self.class_name] if plural == "gatewayclasses" else [*self._namespaces]
            found = [self._api.get(f"{base}/{plural}/{name}") for name in names]
            objects = [one.body for one in found if one.status == 200]
        else:
            paths = [f"{base}/namespaces/{one}/{plural}" for one in self._namespaces]
            objects = [one for path in paths for one in self._api.get(path).ok()["items"]]
        told = {"apiVersion": base.removeprefix("/apis/").removeprefix("/api/"), "kind": kind.kind}
        return {
            (one["metadata"].get("namespace", ""), one["metadata"]["name"]): told | one
            for one in objects
        }

    def patch_status(
        self,
        api_version: str,
        kind: str,
        namespace: str,
        name: str,
        status: Obj,
        **options: Any,
    ) -> None:
        """As the demo's clusters take it."""
        (known,) = (one for one in KINDS.values() if one.kind == kind and one.group in api_version)
        inside = f"/namespaces/{namespace}" if known.namespaced else ""
        path = f"/apis/{api_version}{inside}/{known.name}/{name}/status"
        answer = self._api.patch(path, {"status": status}, MERGE_PATCH)
        assert answer.status in (200, 404), answer.body

    def _base(self, kind: Kind) -> str | None:
        """Where a kind is served; None where it is not."""
        if kind.name not in self._versions:
            bases = [
                f"/apis/{kind.group}/{one}" if kind.group else f"/api/{one}"
                for one in kind.versions
            ]
            served = (one for one in bases if self._api.get(f"{one}/{kind.name}").status == 200)
            self._versions[kind.name] = next(served, None)
        return self._versions[kind.name]


def tls_secret(name: str) -> Obj:
    """A Secret with a certificate and its key."""
    made = loopback("edge")
    data = {"tls.crt": made.certificate, "tls.key": made.key}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/tls",
        "metadata": {"name": name},
        "data": {key: base64.b64encode(text.encode()).decode() for key, text in data.items()},
    }


def issue(api: KubeApi, namespace: str, name: str) -> None:
    """What cert-manager does with a Certificate; a Secret that is there already it keeps."""
    path = f"/apis/cert-manager.io/v1/namespaces/{namespace}/certificates/{name}"

    def found() -> Obj | None:
        answer = api.get(path)
        return answer.body if answer.status == 200 else None

    live = wait_until(f"{name} is there", found) or {}
    secret = tls_secret(live["spec"]["secretName"])
    assert api.post(f"/api/v1/namespaces/{namespace}/secrets", secret).status in (201, 409)
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "Ready",
        "message": "Certificate is up to date and has not expired",
        "observedGeneration": live["metadata"]["generation"],
        "lastTransitionTime": live["metadata"]["creationTimestamp"],
    }
    api.patch(f"{path}/status", {"status": {"conditions": [ready]}}, MERGE_PATCH).ok()
