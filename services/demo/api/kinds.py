"""The kinds that every cluster has, and how one served kind is described.

Fields and list types of these kinds are in ``core_schemas``, their defaults in ``core_kinds``.
"""

from dataclasses import dataclass, field
from typing import Any

from services.demo.api import events
from services.demo.api.statuses import Obj, qualified

ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
CREATE_ONLY = ("create",)
_NO_COLLECTION = ("create", "delete", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True)
class Served:
    """One resource in one served version, as a request path names it."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool
    singular: str
    list_kind: str
    verbs: tuple[str, ...] = ALL_VERBS
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    storage_version: str = ""
    custom: bool = False
    schema: Obj = field(default_factory=dict, compare=False, repr=False)
    columns: tuple[Obj, ...] | None = field(default=None, compare=False, repr=False)
    selectable: tuple[str, ...] = ()
    scale: Obj = field(default_factory=dict, compare=False, repr=False)

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def stored_api_version(self) -> str:
        if self.group == events.GROUP:
            return "v1"
        version = self.storage_version or self.version
        return f"{self.group}/{version}" if self.group else version

    @property
    def resource(self) -> str:
        """Name of the store's bucket: the same for every version of a kind."""
        if self.group == events.GROUP:
            return self.plural
        return qualified(self.plural, self.group)

    def shown(self, obj: Obj) -> Obj:
        """A stored object in this version. Versions differ in name only (conversion "None")."""
        if self.group == events.GROUP:
            return events.newer(obj)
        if obj.get("apiVersion") == self.api_version:
            return obj
        return {**obj, "apiVersion": self.api_version}


def _kind(
    api_version: str,
    plural: str,
    kind: str,
    short_names: str = "",
    *,
    cluster: bool = False,
    subresources: str = "",
    categories: str = "",
    verbs: tuple[str, ...] = ALL_VERBS,
    **more: Any,
) -> Served:
    group, _, version = api_version.rpartition("/")
    return Served(
        group=group,
        version=version,
        plural=plural,
        kind=kind,
        namespaced=not cluster,
        singular=kind.lower(),
        list_kind=f"{kind}List",
        verbs=verbs,
        short_names=tuple(short_names.split()),
        categories=tuple(categories.split()),
        subresources=tuple(subresources.split()),
        **more,
    )


BUILT_IN: tuple[Served, ...] = (
    _kind("v1", "configmaps", "ConfigMap", "cm"),
    _kind("v1", "endpoints", "Endpoints", "ep"),
    _kind("v1", "events", "Event", "ev"),
    _kind(
        "v1",
        "namespaces",
        "Namespace",
        "ns",
        cluster=True,
        subresources="finalize status",
        verbs=_NO_COLLECTION,
    ),
    _kind("v1", "nodes", "Node", "no", cluster=True, subresources="status"),
    _kind("v1", "persistentvolumeclaims", "PersistentVolumeClaim", "pvc", subresources="status"),
    _kind("v1", "pods", "Pod", "po", subresources="status", categories="all"),
    _kind("v1", "secrets", "Secret"),
    _kind("v1", "serviceaccounts", "ServiceAccount", "sa", subresources="token"),
    _kind("v1", "services", "Service", "svc", subresources="status", categories="all"),
    _kind(
        "apiregistration.k8s.io/v1",
        "apiservices",
        "APIService",
        cluster=True,
        subresources="status",
        categories="api-extensions",
    ),
    _kind("apps/v1", "daemonsets", "DaemonSet", "ds", subresources="status", categories="all"),
    _kind(
        "apps/v1",
        "deployments",
        "Deployment",
        "deploy",
        subresources="scale status",
        categories="all",
    ),
    _kind(
        "apps/v1", "replicasets", "ReplicaSet", "rs", subresources="scale status", categories="all"
    ),
    _kind(
        "apps/v1",
        "statefulsets",
        "StatefulSet",
        "sts",
        subresources="scale status",
        categories="all",
    ),
    _kind("events.k8s.io/v1", "events", "Event", "ev"),
    _kind(
        "authentication.k8s.io/v1",
        "selfsubjectreviews",
        "SelfSubjectReview",
        cluster=True,
        verbs=CREATE_ONLY,
    ),
    _kind(
        "authentication.k8s.io/v1", "tokenreviews", "TokenReview", cluster=True, verbs=CREATE_ONLY
    ),
    _kind(
        "authorization.k8s.io/v1",
        "selfsubjectaccessreviews",
        "SelfSubjectAccessReview",
        cluster=True,
        verbs=CREATE_ONLY,
    ),
    _kind(
        "authorization.k8s.io/v1",
        "selfsubjectrulesreviews",
        "SelfSubjectRulesReview",
        cluster=True,
        verbs=CREATE_ONLY,
    ),
    _kind(
        "authorization.k8s.io/v1",
        "subjectaccessreviews",
        "SubjectAccessReview",
        cluster=True,
        verbs=CREATE_ONLY,
    ),
    _kind(
        "autoscaling/v2",
        "horizontalpodautoscalers",
        "HorizontalPodAutoscaler",
        "hpa",
        subresources="status",
        categories="all",
    ),
    _kind("batch/v1", "jobs", "Job", subresources="status", categories="all"),
    _kind("coordination.k8s.io/v1", "leases", "Lease"),
    _kind("discovery.k8s.io/v1", "endpointslices", "EndpointSlice"),
    _kind("rbac.authorization.k8s.io/v1", "clusterroles", "ClusterRole", cluster=True),
    _kind(
        "rbac.authorization.k8s.io/v1", "clusterrolebindings", "ClusterRoleBinding", cluster=True
    ),
    _kind("rbac.authorization.k8s.io/v1", "roles", "Role"),
    _kind("rbac.authorization.k8s.io/v1", "rolebindings", "RoleBinding"),
    _kind(
        "apiextensions.k8s.io/v1",
        "customresourcedefinitions",
        "CustomResourceDefinition",
        "crd crds",
        cluster=True,
        subresources="status",
        categories="api-extensions",
    ),
)
