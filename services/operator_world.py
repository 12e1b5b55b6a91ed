"""The cluster as the operator's builders ask for it, over what the console's watches know.

The operator plans from its own watches; a wizard asks the same functions, so that what it shows is
what will be made.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from services.clusters.cluster import Cluster
from services.kube.catalogue import KINDS, Kind
from services.kube.shelf import Snapshot

Obj = dict[str, Any]

ALWAYS: Mapping[tuple[str, str], str] = {
    ("", "ServiceAccount"): "v1",
    ("", "PersistentVolumeClaim"): "v1",
    ("rbac.authorization.k8s.io", "Role"): "rbac.authorization.k8s.io/v1",
    ("rbac.authorization.k8s.io", "RoleBinding"): "rbac.authorization.k8s.io/v1",
}
"""Kinds that every server has and nobody here watches."""

_OF = {(group, kind.kind): kind for kind in KINDS.values() for group, _ in kind.candidates}


class SnapshotWorld:
    """One cluster as it is known now; an ``ngf_operator.wanting.World``."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def served(self, group: str, kind: str) -> str | None:
        """The apiVersion in which a kind is served here; None where it is not installed."""
        found = self._snapshot(group, kind)
        if found is None:
            return ALWAYS.get((group, kind))
        resource = found.resource
        return resource.api_version if resource and resource.group == group else None

    def get(self, group: str, kind: str, namespace: str, name: str) -> Obj | None:
        """One object as last seen."""
        found = self._snapshot(group, kind)
        obj = found.objects.get((namespace, name)) if found else None
        return dict(obj) if obj is not None else None

    def all(self, group: str, kind: str, namespace: str | None = None) -> Iterator[Obj]:
        """Every object of a kind, of one namespace or of all."""
        found = self._snapshot(group, kind)
        for (place, _), obj in found.objects.items() if found else ():
            if namespace in (None, place):
                yield dict(obj)

    def denied(self, group: str, kind: str) -> str:
        """What keeps the console from reading a kind, "" where nothing does."""
        found = self._snapshot(group, kind)
        return found.reason if found and found.state == "denied" else ""

    def _snapshot(self, group: str, kind: str) -> Snapshot | None:
        known: Kind | None = _OF.get((group, kind))
        return self._cluster.snapshot(known.name) if known else None
