"""A GatewayBundle as the builders of its sections see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ngf_operator.denial import denial
from ngf_operator.gateway.abilities import Abilities, abilities
from ngf_operator.names import BUNDLE, OWNER
from ngf_operator.wanting import Child, Lack, Obj, World

GATEWAY_API = "gateway.networking.k8s.io"
NGF = "gateway.nginx.org"
CERT_MANAGER = "cert-manager.io"

PROGRAMMED = "GatewayProgrammed"
PROXY = "ProxyConfigured"
WAF = "WAFAttached"
SNIPPETS = "SnippetsConfigured"
MARKER = "RouteMarkerActive"
CERTIFICATE = "CertificateReady"
GRANTS = "ReferencesGranted"

_COMES_WITH = {
    GATEWAY_API: "Install the definitions of the Gateway API.",
    NGF: "Install the definitions of an NGINX Gateway Fabric that has them.",
    CERT_MANAGER: "Install cert-manager, or give the Secrets in spec.tls.secretRefs.",
}


@dataclass(frozen=True)
class Bundle:
    """``obj`` is the GatewayBundle, ``world`` the cluster that it is on."""

    obj: Obj
    world: World

    @property
    def namespace(self) -> str:
        return str(self.obj["metadata"].get("namespace") or "default")

    @property
    def name(self) -> str:
        return str(self.obj["metadata"]["name"])

    @property
    def spec(self) -> Mapping[str, Any]:
        return self.obj.get("spec") or {}

    @property
    def ends(self) -> bool:
        """Whether it is being deleted, or was."""
        return bool(self.obj["metadata"].get("deletionTimestamp"))

    @cached_property
    def abilities(self) -> Abilities:
        """What the class of the Gateway can do here."""
        return abilities(self.world, str(self.spec.get("gatewayClassName", "")))

    def section(self, name: str) -> Mapping[str, Any] | None:
        """A section that is on: it is there, and its enabled is not false."""
        found = self.spec.get(name)
        if not isinstance(found, Mapping) or found.get("enabled") is False:
            return None
        return found

    def owns(self, live: Obj | None) -> bool:
        """Whether an object that is there was made for this bundle."""
        whose = (((live or {}).get("metadata") or {}).get("annotations") or {}).get(OWNER)
        return bool(whose == f"{BUNDLE}/{self.namespace}/{self.name}")

    @property
    def target(self) -> Obj:
        """How a policy of the namespace refers to the Gateway."""
        return {"group": GATEWAY_API, "kind": "Gateway", "name": self.name}

    def child(
        self, section: str, group: str, kind: str, name: str, spec: Obj, namespace: str = ""
    ) -> Child | Lack:
        """The child, or what keeps it from being made: the kind is not there, or not allowed."""
        lack = self.missing(section, group, kind, name, namespace)
        if lack is not None:
            return lack
        metadata = {"name": name, "namespace": namespace or self.namespace}
        api_version = self.world.served(group, kind)
        obj = {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}
        return Child(section, obj)

    def missing(
        self, section: str, group: str, kind: str, name: str, namespace: str = ""
    ) -> Lack | None:
        """What keeps an object of a kind from being made; None when nothing does."""
        if denied := denial(self.world, group, kind):
            said = f"{denied.said} {denied.remedy} {kind} {name} is made."
            return self.lack(section, kind, name, denied.reason, said, namespace)
        if self.world.served(group, kind) is None:
            said = f"The cluster has no kind {kind} of {group}. {_COMES_WITH[group]}"
            return self.lack(section, kind, name, "CRDNotInstalled", said, namespace)
        return None

    def lack(
        self,
        section: str,
        kind: str,
        name: str,
        reason: str,
        message: str,
        namespace: str = "",
        blocks: bool = True,
    ) -> Lack:
        """Something of this bundle that cannot be had."""
        return Lack(section, kind, name, namespace or self.namespace, reason, message, blocks)

    def foreign(self, section: str, kind: str, name: str) -> Lack | None:
        """The lack of a kind of NGF where the class is another controller's."""
        if self.abilities.ngf is not False:
            return None
        said = f"{self.abilities.class_evidence} Only NGINX Gateway Fabric reads {kind}."
        return self.lack(section, kind, name, "NotNGF", f"{said} Choose a class of NGF.")
