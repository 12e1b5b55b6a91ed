"""A cluster as far as a builder has to know it, given by hand: versions, and objects."""

from collections.abc import Iterable, Iterator
from typing import Any

from services.kube.labels import selector

Obj = dict[str, Any]
ALWAYS = {
    ("gateway.networking.k8s.io", "HTTPRoute"): "gateway.networking.k8s.io/v1",
    ("gateway.networking.k8s.io", "Gateway"): "gateway.networking.k8s.io/v1",
    ("inference.networking.k8s.io", "InferencePool"): "inference.networking.k8s.io/v1",
    ("keda.sh", "ScaledObject"): "keda.sh/v1alpha1",
    ("autoscaling", "HorizontalPodAutoscaler"): "autoscaling/v2",
}


class Known:
    """A world in which ``objects`` are, in which ``absent`` kinds are not installed, and which says
    of ``denied`` kinds why nobody sees them."""

    def __init__(
        self,
        objects: Iterable[Obj] = (),
        *,
        absent: Iterable[tuple[str, str]] = (),
        also: dict[tuple[str, str], str] | None = None,
        denied: dict[tuple[str, str], str] | None = None,
    ) -> None:
        self._objects, self._denied = list(objects), denied or {}
        kinds = {**ALWAYS, **(also or {})}
        self._kinds = {kind: version for kind, version in kinds.items() if kind not in set(absent)}

    def served(self, group: str, kind: str) -> str | None:
        return self._kinds.get((group, kind))

    def get(self, group: str, kind: str, namespace: str, name: str) -> Obj | None:
        found = (one for one in self.all(group, kind, namespace))
        return next((one for one in found if one["metadata"]["name"] == name), None)

    def all(
        self, group: str, kind: str, namespace: str | None = None, labels: str = ""
    ) -> Iterator[Obj]:
        chosen = selector(labels)
        for one in self._objects:
            if not chosen(one["metadata"].get("labels") or {}):
                continue
            place = one["metadata"].get("namespace", "")
            kinds = one["apiVersion"].rpartition("/")[0], one["kind"]
            if kinds == (group, kind) and namespace in (None, place):
                yield one

    def denied(self, group: str, kind: str) -> str:
        return self._denied.get((group, kind), "")
