"""What tests of GatewayBundles share: bundles, and a cluster that builders can ask."""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from ngf_operator.gateway.bundle import wanted
from ngf_operator.names import API_VERSION, BUNDLE
from ngf_operator.wanting import Child, Lack

from services.kube.labels import selector

Obj = dict[str, Any]
GATEWAY_API = "gateway.networking.k8s.io"
NGF = "gateway.nginx.org"
CONTROLLER = f"{NGF}/nginx-gateway-controller"
HTTP: Obj = {"name": "http", "port": 80, "protocol": "HTTP"}
SERVED = {
    (GATEWAY_API, "Gateway"): f"{GATEWAY_API}/v1",
    (GATEWAY_API, "GatewayClass"): f"{GATEWAY_API}/v1",
    (GATEWAY_API, "HTTPRoute"): f"{GATEWAY_API}/v1",
    (GATEWAY_API, "GRPCRoute"): f"{GATEWAY_API}/v1",
    (GATEWAY_API, "ReferenceGrant"): f"{GATEWAY_API}/v1",
    (NGF, "NginxProxy"): f"{NGF}/v1alpha2",
    (NGF, "WAFPolicy"): f"{NGF}/v1alpha1",
    (NGF, "SnippetsFilter"): f"{NGF}/v1alpha1",
    (NGF, "SnippetsPolicy"): f"{NGF}/v1alpha1",
    ("cert-manager.io", "Certificate"): "cert-manager.io/v1",
    ("apps", "Deployment"): "apps/v1",
    ("", "Namespace"): "v1",
}


class Cluster:
    """A cluster as builders see it: these objects, served and allowed unless said otherwise."""

    def __init__(
        self,
        objects: Iterable[Obj] = (),
        absent: Iterable[str] = (),
        denied: Mapping[str, str] | None = None,
    ) -> None:
        self.objects = list(objects)
        self._absent, self._denied = set(absent), dict(denied or {})

    def served(self, group: str, kind: str) -> str | None:
        return None if kind in self._absent else SERVED.get((group, kind))

    def get(self, group: str, kind: str, namespace: str, name: str) -> Obj | None:
        found = self.all(group, kind, namespace)
        return next((one for one in found if one["metadata"]["name"] == name), None)

    def all(
        self, group: str, kind: str, namespace: str | None = None, labels: str = ""
    ) -> Iterator[Obj]:
        chosen = selector(labels)
        for one in self.objects:
            if not chosen(one["metadata"].get("labels") or {}):
                continue
            place = one["metadata"].get("namespace", "")
            of = one["apiVersion"].rpartition("/")[0]
            if (of, one["kind"]) == (group, kind) and namespace in (None, place):
                yield deepcopy(one)

    def denied(self, group: str, kind: str) -> str:
        return self._denied.get(kind, "")


def bundle(spec: Obj | None = None, name: str = "edge", namespace: str = "shop") -> Obj:
    """A GatewayBundle with one listener, unless ``spec`` says otherwise."""
    return {
        "apiVersion": API_VERSION,
        "kind": BUNDLE,
        "metadata": {"name": name, "namespace": namespace, "generation": 1},
        "spec": {"gatewayClassName": "nginx", "listeners": [HTTP]} | (spec or {}),
    }


def made(api_version: str, kind: str, place: str, **rest: Any) -> Obj:
    """An object; ``place`` is its namespace and name, or its name."""
    namespace, _, name = place.rpartition("/")
    metadata: Obj = {"name": name, "generation": 1, "resourceVersion": "1"}
    metadata |= {"namespace": namespace} if namespace else {}
    metadata |= rest.pop("metadata", {})
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def installed(*flags: str, controller: str = CONTROLLER, params: str = "") -> list[Obj]:
    """NGF as it is found on a cluster: its class, and its control plane with these flags."""
    spec: Obj = {"controllerName": controller}
    if params:
        namespace, _, name = params.partition("/")
        ref = {"group": NGF, "kind": "NginxProxy", "name": name, "namespace": namespace}
        spec["parametersRef"] = ref
    args = ["controller", f"--gateway-ctlr-name={CONTROLLER}", "--gatewayclass=nginx", *flags]
    container = {"name": "nginx-gateway", "image": "example/ngf:2.6.7", "args": args}
    pod = {"template": {"spec": {"containers": [container]}}}
    labels = {"app.kubernetes.io/name": "nginx-gateway-fabric"}
    return [
        made(f"{GATEWAY_API}/v1", "GatewayClass", "nginx", spec=spec),
        made("apps/v1", "Deployment", "nginx-gateway/ngf", spec=pod, metadata={"labels": labels}),
    ]


def reference(name: str) -> Obj:
    """A filter of a rule that refers to a SnippetsFilter."""
    ref = {"group": NGF, "kind": "SnippetsFilter", "name": name}
    return {"type": "ExtensionRef", "extensionRef": ref}


def consenting(name: str, to: str) -> Obj:
    """A namespace that lets bundles of others be granted its Secrets."""
    annotations = {"ngf-console.f5.com/grants-to": to}
    return made("v1", "Namespace", name, metadata={"annotations": annotations})


def accepted(kind: str, place: str, spec: Obj, gateway: str = "edge") -> Obj:
    """A policy of NGF that NGF has accepted for a Gateway."""
    condition = {"type": "Accepted", "status": "True", "reason": "Accepted"}
    condition |= {"observedGeneration": 1, "message": ""}
    entry = {"ancestorRef": {"kind": "Gateway", "name": gateway}, "controllerName": CONTROLLER}
    status = {"ancestors": [entry | {"conditions": [condition]}]}
    return made(f"{NGF}/v1alpha1", kind, place, spec=spec, status=status)


def children(parent: Obj, cluster: Cluster) -> dict[str, Obj]:
    """What is made of a bundle, by kind and name."""
    found = [one for one in wanted(parent, cluster).children if not one.edits]
    return {f"{one.obj['kind']} {one.obj['metadata']['name']}": one.obj for one in found}


def edits(parent: Obj, cluster: Cluster) -> list[Obj]:
    """Edits of other people's objects that a bundle wants."""
    return [one.obj for one in wanted(parent, cluster).children if one.edits]


def lacks(parent: Obj, cluster: Cluster) -> dict[str, Lack]:
    """What cannot be had, by section."""
    return {one.section: one for one in wanted(parent, cluster).lacks}


def sections(parent: Obj, cluster: Cluster) -> dict[str, list[Child]]:
    """The children of each section."""
    found: dict[str, list[Child]] = {}
    for one in wanted(parent, cluster).children:
        found.setdefault(one.section, []).append(one)
    return found
