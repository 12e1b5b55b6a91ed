"""Who applies an object from elsewhere, and would undo or be surprised by an edit here.

Argo CD marks what it tracks by an annotation that names the object itself (a copy of it on another
object does not count) or by its own instance label; Flux by labels of its two controllers; Helm by
``managed-by`` together with the name of the release.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

_ARGO_TRACKING = "argocd.argoproj.io/tracking-id"
_ARGO_INSTANCE = "argocd.argoproj.io/instance"
_FLUX = ("kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io")
_HELM_RELEASE = "meta.helm.sh/release-name"
_HELM_NAMESPACE = "meta.helm.sh/release-namespace"


@dataclass(frozen=True, slots=True)
class GitOpsOwner:
    """The tool and what it calls the thing it applies (application, kustomization, release)."""

    tool: Literal["Argo CD", "Flux", "Helm"]
    application: str


def owner(obj: Mapping[str, Any]) -> GitOpsOwner | None:
    """Who applies this object, or None."""
    metadata = obj.get("metadata") or {}
    labels: Mapping[str, str] = metadata.get("labels") or {}
    annotations: Mapping[str, str] = metadata.get("annotations") or {}
    for controller in _FLUX:
        if name := labels.get(f"{controller}/name"):
            return GitOpsOwner("Flux", _placed(labels.get(f"{controller}/namespace"), name))
    if _tracked(annotations.get(_ARGO_TRACKING, ""), obj):
        return GitOpsOwner("Argo CD", annotations[_ARGO_TRACKING].partition(":")[0])
    if name := labels.get(_ARGO_INSTANCE):
        return GitOpsOwner("Argo CD", name)
    if labels.get("app.kubernetes.io/managed-by") == "Helm" and annotations.get(_HELM_RELEASE):
        release = annotations[_HELM_RELEASE]
        return GitOpsOwner("Helm", _placed(annotations.get(_HELM_NAMESPACE), release))
    return None


def _tracked(tracking: str, obj: Mapping[str, Any]) -> bool:
    """``app:group/Kind:namespace/name`` names this very object."""
    metadata = obj["metadata"]
    group = str(obj.get("apiVersion", "")).rpartition("/")[0]
    place = f"{metadata.get('namespace', '')}/{metadata.get('name', '')}"
    return tracking.partition(":")[2] == f"{group}/{obj.get('kind', '')}:{place}"


def _placed(namespace: str | None, name: str) -> str:
    return f"{namespace}/{name}" if namespace else name
