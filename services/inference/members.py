"""Which pod belongs to which pool: what a collector wrote beside a metric, else what objects say.

Engines are scraped with the pool that their pods are labelled with; exporters of devices know pods
only, and so do pods without the label. Pods that are gone are known by what was written of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.inference.pools import PoolsOf
from services.inference.provider import Asked
from services.telemetry.store import Store
from services.telemetry.windows import Window

Objects = Callable[[Asked], Mapping[str, PoolsOf]]
"""What the objects of each cluster asked about say."""


@dataclass(frozen=True, slots=True)
class Members:
    """Pods as ``cluster/namespace/name``, and the pool of each at the same place."""

    pods: tuple[str, ...]
    pools: tuple[str, ...]

    def of(self, pool: str) -> list[str]:
        """The pods of pools with a name."""
        return [pod for pod, own in zip(self.pods, self.pools, strict=True) if own == pool]

    def names(self, pool: str) -> list[str]:
        """Their names alone, each once."""
        return sorted({pod.rpartition("/")[2] for pod in self.of(pool)})

    def parameters(self) -> dict[str, Any]:
        """As queries take them; an empty list is none that the engine can translate by."""
        return {"pods": ["", *self.pods], "pools": ["", *self.pools]}


class Membership:
    """Answers whose pods are whose, from ``store`` and from what the clusters' objects say."""

    def __init__(self, store: Store, objects: Objects) -> None:
        self._store, self.objects = store, objects

    def of(self, asked: Asked, window: Window) -> Members:
        """In the clusters asked about; what the objects of a cluster say goes before what was
        written. Raises Unavailable."""
        found: dict[str, str] = {}
        where, bound = Asked(asked.clusters, asked.namespaces, namespace=asked.namespace).where()
        if asked.pool:
            where, bound = f"{where} AND pool_name = {{pool:String}}", {**bound, "pool": asked.pool}
        rows = self._store.read(
            "inf_members",
            {**bound, "from": window.start, "to": window.end},
            clusters=asked.clusters,
            where=where,
        )
        for cluster, namespace, pod, pool in rows.rows:
            found[f"{cluster}/{namespace}/{pod}"] = pool
        for cluster, of in self.objects(asked).items():
            for (namespace, pod), pool in of.members.items():
                found[f"{cluster}/{namespace}/{pod}"] = pool
        return Members(tuple(found), tuple(found.values()))
