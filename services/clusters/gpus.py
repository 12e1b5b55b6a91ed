"""GPUs of a cluster: from its nodes and pods where the hub sees them, else what its agent said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from weakref import WeakKeyDictionary

from agent.gpus import Capacity, Count, capacity
from services.clusters.cluster import Cluster
from services.kube.shelf import Snapshot

NEEDED = ("nodes", "pods")
DRA = ("resourceslices", "resourceclaims")


@dataclass(frozen=True, slots=True)
class GpuReading:
    """What is known of a cluster's GPUs. ``capacity`` is None where nothing is, for ``reason``.

    ``utilization`` is a mean in percent, None where no probe reports. An agent tells types without
    what is allocated of each, and no nodes.
    """

    source: Literal["nodes", "agent", "none"]
    as_of: datetime | None
    capacity: Capacity | None
    reason: str = ""
    utilization: float | None = None


class GpuReadings:
    """Counts anew only when something that it counted has changed."""

    def __init__(self) -> None:
        self._counted: WeakKeyDictionary[Cluster, tuple[tuple[int, ...], Capacity]]
        self._counted = WeakKeyDictionary()

    def of(self, cluster: Cluster) -> GpuReading:
        """The GPUs of a cluster by what is known now."""
        seen = [cluster.snapshot(kind) for kind in (*NEEDED, *DRA)]
        told = _told(cluster)
        if all(one.as_of for one in seen[: len(NEEDED)]):
            as_of = min(one.as_of for one in seen if one.as_of)
            stale = next((one.why for one in seen if one.state == "stale"), "")
            used = told.utilization if told else None
            return GpuReading("nodes", as_of, self._count(cluster, seen), stale, used)
        if told:
            return told
        why = next((one.why for one in seen[: len(NEEDED)] if not one.as_of), "")
        return GpuReading("none", None, None, why or "Nodes and pods could not be read.")

    def _count(self, cluster: Cluster, seen: list[Snapshot]) -> Capacity:
        versions = tuple(one.version for one in seen)
        held = self._counted.get(cluster)
        if held is None or held[0] != versions:
            nodes, pods, slices, claims = (one.objects.values() for one in seen)
            held = versions, capacity(nodes, pods, slices, claims)
            self._counted[cluster] = held
        return held[1]


def _told(cluster: Cluster) -> GpuReading | None:
    agent = cluster.agent
    if agent is None or agent.gpus is None:
        return None
    used = agent.gpus.get("averageUtilization")
    return GpuReading(
        "agent",
        agent.at,
        _capacity(agent.gpus),
        "",
        used if isinstance(used, int | float) else None,
    )


def _capacity(gpus: Mapping[str, Any]) -> Capacity:
    total, allocated = int(gpus.get("totalGPUs") or 0), int(gpus.get("allocatedGPUs") or 0)
    available = gpus.get("availableGPUs")
    return Capacity(
        total=total,
        allocated=allocated,
        available=total - allocated if available is None else int(available),
        types={
            name: Count(int(count), None) for name, count in (gpus.get("gpuTypes") or {}).items()
        },
        nodes=(),
        notes=("The agent tells totals of types, not what of each is allocated.",),
    )
