"""The cluster as the operator's builders ask for it, over what the console's watches know.

The operator plans from its own watches; a wizard asks the same functions, so that what it shows is
what will be made. Each builder sees here what it would see there: the versions that it speaks, and
of each kind the objects that its selectors choose.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ngf_operator.wanting import Reads

from services.clusters.cluster import Cluster
from services.kube.catalogue import KINDS
from services.kube.labels import selector
from services.kube.shelf import Snapshot

Obj = dict[str, Any]
Kind = tuple[str, str]
"""Group and kind."""

_OF = {(group, kind.kind): kind.name for kind in KINDS.values() for group, _ in kind.candidates}
ALWAYS: Mapping[Kind, str] = {
    ("", "ServiceAccount"): "v1",
    ("rbac.authorization.k8s.io", "Role"): "rbac.authorization.k8s.io/v1",
    ("rbac.authorization.k8s.io", "RoleBinding"): "rbac.authorization.k8s.io/v1",
}
"""Kinds that every server has and nobody here watches."""


class SnapshotWorld:
    """One cluster as it is known now, for a builder that ``reads`` this of it; an
    ``ngf_operator.wanting.World``."""

    def __init__(self, cluster: Cluster, reads: Iterable[Reads]) -> None:
        self._cluster = cluster
        self._reads: dict[Kind, list[Reads]] = {}
        for one in reads:
            self._reads.setdefault((one.group, one.kind), []).append(one)

    def served(self, group: str, kind: str) -> str | None:
        """The apiVersion that the builder speaks and the cluster serves; None where there is
        none."""
        asked = self._reads.get((group, kind))
        if not asked:
            return None
        found = self._snapshot(group, kind)
        if found is None:
            return ALWAYS.get((group, kind))
        resource = found.resource
        if resource is None or resource.group != group or resource.version not in asked[0].versions:
            return None
        return resource.api_version

    def get(self, group: str, kind: str, namespace: str, name: str) -> Obj | None:
        """One object as last seen."""
        found = self._snapshot(group, kind)
        obj = found.objects.get((namespace, name)) if found else None
        return dict(obj) if obj is not None and self._sees(group, kind)(obj) else None

    def all(
        self, group: str, kind: str, namespace: str | None = None, labels: str = ""
    ) -> Iterator[Obj]:
        """Every object of a kind, of one namespace or of all, or of one selector."""
        found, sees = self._snapshot(group, kind), self._sees(group, kind, labels)
        for (place, _), obj in found.objects.items() if found else ():
            if namespace in (None, place) and sees(obj):
                yield dict(obj)

    def denied(self, group: str, kind: str) -> str:
        """What keeps the console from reading a kind, as a phrase; "" where nothing does."""
        found = self._snapshot(group, kind)
        if found is None or found.state != "denied":
            return ""
        return f"may not list {found.kind}{f'.{group}' if group else ''}"

    def _sees(self, group: str, kind: str, labels: str = "") -> Callable[[Mapping[str, Any]], bool]:
        if labels:
            wanted = selector(labels)
            return lambda obj: wanted(obj["metadata"].get("labels") or {})
        chosen = [selector(one.labels) for one in self._reads.get((group, kind), ()) if one.labels]
        if any(not one.labels for one in self._reads.get((group, kind), ())):
            return lambda _: True
        return lambda obj: any(one(obj["metadata"].get("labels") or {}) for one in chosen)

    def _snapshot(self, group: str, kind: str) -> Snapshot | None:
        name = _OF.get((group, kind))
        return self._cluster.snapshot(name) if name else None
