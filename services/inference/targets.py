"""Which workloads serve an inference pool, and what scales them.

A pool selects pods by labels and knows nothing of what makes them: a Deployment serves it when the
labels of its pod template are those that the pool selects; any other workload, when a pod that the
pool selects names it as its owner. A scaler names its target.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.kube.shelf import Snapshot

Object = Mapping[str, Any]
Objects = Mapping[tuple[str, str], Object]

HPAS, SCALED_OBJECTS = "horizontalpodautoscalers", "scaledobjects"
READ = ("inferencepools", "deployments", HPAS, SCALED_OBJECTS)
"""Kinds that are needed to know which scaler belongs to which pool."""

OWNED_BY_KEDA = "scaledobject.keda.sh/name"
"""KEDA labels the HPA that it makes with the name of its ScaledObject."""


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A workload that is scaled."""

    namespace: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class World:
    """What one cluster holds of pools, workloads and scalers, at one moment."""

    pools: Objects
    deployments: Objects
    hpas: Objects
    scaled_objects: Objects
    pods: Objects

    @classmethod
    def of(cls, snapshots: Mapping[str, Snapshot]) -> "World":
        """From the snapshots of ``READ`` and of the pods."""
        kinds = (*READ, "pods")
        return cls(*(snapshots[kind].objects for kind in kinds))

    def pools_of(self, target: Target) -> list[str]:
        """Names of the pools that a workload serves, sorted."""
        return sorted(
            name
            for (namespace, name), pool in self.pools.items()
            if namespace == target.namespace and self._serves(target, wanted(pool))
        )

    def targets_of(self, namespace: str, pool: Object) -> list[Target]:
        """The workloads that serve a pool, sorted: Deployments, and whatever else is scaled."""
        found = {
            Target(namespace, "Deployment", name)
            for (place, name), _ in self.deployments.items()
            if place == namespace
        }
        found |= {target_of(one) for one in (*self.hpas.values(), *self.scaled_objects.values())}
        labels = wanted(pool)
        return sorted(
            one for one in found if one.namespace == namespace and self._serves(one, labels)
        )

    def scalers_of(self, target: Target) -> tuple[list[Object], list[Object]]:
        """The HPAs and the ScaledObjects that name a workload as their target."""
        return (
            [one for one in self.hpas.values() if target_of(one) == target],
            [one for one in self.scaled_objects.values() if target_of(one) == target],
        )

    def pods_of(self, namespace: str, pool: Object) -> Iterator[Object]:
        """The pods that a pool selects."""
        labels = wanted(pool)
        for (place, _), pod in self.pods.items():
            if place == namespace and _selects(labels, pod):
                yield pod

    def _serves(self, target: Target, labels: Mapping[str, str]) -> bool:
        if target.kind == "Deployment":
            found = self.deployments.get((target.namespace, target.name))
            return found is not None and _selects(labels, found["spec"]["template"])
        return any(
            place == target.namespace and _selects(labels, pod) and _owned(pod, target)
            for (place, _), pod in self.pods.items()
        )


def wanted(pool: Object) -> Mapping[str, str]:
    """The labels that a pool selects; ``v1alpha2`` has them without ``matchLabels``."""
    selector = pool["spec"].get("selector") or {}
    found: Mapping[str, str] = selector.get("matchLabels", selector)
    return found if isinstance(found, Mapping) else {}


def target_of(scaler: Object) -> Target:
    """What an HPA or a ScaledObject scales."""
    ref = (scaler.get("spec") or {}).get("scaleTargetRef") or {}
    return Target(
        scaler["metadata"].get("namespace", ""),
        ref.get("kind") or "Deployment",
        ref.get("name", ""),
    )


def scaler_kind(hpa: Object) -> str:
    """Who speaks through an HPA: ``keda`` where KEDA made it, else ``hpa``."""
    return "keda" if OWNED_BY_KEDA in (hpa["metadata"].get("labels") or {}) else "hpa"


def _selects(labels: Mapping[str, str], made: Object) -> bool:
    has = (made.get("metadata") or {}).get("labels") or {}
    return bool(labels) and all(has.get(key) == value for key, value in labels.items())


def _owned(pod: Object, target: Target) -> bool:
    owners = pod["metadata"].get("ownerReferences") or ()
    return any((one.get("kind"), one.get("name")) == (target.kind, target.name) for one in owners)
