"""GPUs of a cluster as pages show them: numbers with their source, types as people call them, and
how each node hands them out."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from agent.accelerators import MIG, SHARED
from agent.gpus import NodeGpus
from components.panels import tile
from services.clusters.gpus import GpuReading

Gpus = Mapping[str, Any]
Row = dict[str, Any]


def gpus(reading: GpuReading) -> Row | None:
    """All that is known of a cluster's GPUs; None where nothing is."""
    found = reading.capacity
    if found is None:
        return None
    return {
        "total": found.total,
        "allocated": found.allocated,
        "available": found.available,
        "utilization": reading.utilization,
        "source": reading.source,
        "as_of": reading.as_of.isoformat() if reading.as_of else None,
        "reason": reading.reason,
        "types": {name: [count.allocated, count.total] for name, count in found.types.items()},
        "nodes": [_node(one) for one in found.nodes],
        "notes": list(found.notes) if found.total else [],
    }


def allocation(found: Collection[Gpus], missing: int) -> Row:
    """The tile of how many GPUs are allocated on the clusters that tell, and ``missing`` that do
    not."""
    if not found:
        return tile(None, note=[("no cluster tells its GPUs", "")])
    total, taken = (sum(one[key] for one in found) for key in ("total", "allocated"))
    having = sum(bool(one["total"]) for one in found)
    said = f"on {having} of {len(found) + missing} clusters"
    untold = f", no data of {missing}" if missing else ""
    unit = f"of {total:,} allocated" if total else ""
    return tile(f"{taken:,}", unit, note=[(f"{said}{untold}", "")])


def brief(found: Gpus) -> Row:
    """The numbers alone."""
    return {"total": found["total"], "allocated": found["allocated"]}


def by_type(found: Iterable[Gpus]) -> list[str]:
    """Such as "H100 62 of 64", the most frequent type first; "64 H100" where nobody knows what of
    a type is allocated."""
    totals: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    untold: set[str] = set()
    for one in found:
        for name, (allocated, total) in one["types"].items():
            totals[short(name)] += total
            taken[short(name)] += allocated or 0
            untold |= {short(name)} if allocated is None else set()
    return [
        f"{total:,} {name}" if name in untold else f"{name} {taken[name]:,} of {total:,}"
        for name, total in totals.most_common()
    ]


def short(product: str) -> str:
    """A GPU product as people call it.

    >>> short("NVIDIA-H100-80GB-HBM3"), short("NVIDIA-A100-SXM4-80GB-MIG-1g.10gb")
    ('H100', 'A100 MIG 1g.10gb')
    """
    shared = product.endswith(SHARED)
    name, _, instance = product.removesuffix(SHARED).partition(MIG)
    parts = [part for part in name.split("-") if part not in ("NVIDIA", "AMD", "Tesla", "Instinct")]
    model = parts[0] if parts and any(map(str.isdigit, parts[0])) else " ".join(parts) or product
    return " ".join(filter(None, (model, f"MIG {instance}" if instance else "", "shared" * shared)))


def offered_as(
    product: str, resource: str = "", total: int = 0, physical: int | None = None
) -> str:
    """How a GPU is handed out: whole, as a part of one, to several at once, or by a driver."""
    if MIG in product:
        return "MIG instance"
    if physical and physical < total:
        return f"shared, {round(total / physical)} to a GPU"
    if product.endswith(SHARED):
        return "shared"
    return "whole, by DRA" if resource and "/" not in resource else "whole"


def _node(one: NodeGpus) -> Row:
    return {
        "node": one.node,
        "product": one.product,
        "short": short(one.product),
        "resource": one.resource,
        "offered": offered_as(one.product, one.resource, one.total, one.physical),
        "total": one.total,
        "allocated": one.allocated,
        "free": max(0, one.total - one.allocated),
        "physical": one.physical,
    }
