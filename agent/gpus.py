"""How many GPUs a cluster has, of which type, and how many of them are taken.

Two sources that know nothing of each other. Device plugins count on the node (``allocatable``, what
can be used, not ``capacity``), and pods take from it by their limits. Drivers of dynamic resource
allocation publish devices in ResourceSlices, and claims hold them; those do not appear on the node.
A node that offers its GPUs both ways is counted once, by its node status.

What is counted is what can be scheduled: a GPU shared by time-slicing counts as often as it is
offered, a MIG instance counts as one, and both are types of their own. ``physical`` says how many
GPUs are behind it, where the node tells.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.accelerators import ACCELERATORS, MIG, Accelerator, named, product, sharing
from agent.demand import demand, holds
from agent.devices import units
from agent.quantities import whole

Object = Mapping[str, Any]
_NAMED_IN_A_NOTE = 5


@dataclass(frozen=True, slots=True)
class Count:
    """Of one product; ``allocated`` is None for who knows totals only."""

    total: int
    allocated: int | None


@dataclass(frozen=True, slots=True)
class NodeGpus:
    """What one node offers under one resource name, or through one driver.

    ``physical`` is None where the node does not tell how many GPUs are behind it. ``node`` is ""
    for devices that no single node owns.
    """

    node: str
    product: str
    resource: str
    total: int
    allocated: int
    physical: int | None


@dataclass(frozen=True, slots=True)
class Capacity:
    """Of a whole cluster. ``notes`` are sentences on what the numbers do not show.

    ``available`` can be less than ``total - allocated`` says, or more: a node whose GPUs have
    become unusable while pods hold them has nothing to give, and takes nothing from the others.
    """

    total: int
    allocated: int
    available: int
    types: Mapping[str, Count]
    nodes: tuple[NodeGpus, ...]
    notes: tuple[str, ...]

    def as_payload(self, average_utilization: float | None = None) -> dict[str, Any]:
        """``gpuCapacity`` of a heartbeat; utilization in percent, None for not known."""
        return {
            "totalGPUs": self.total,
            "allocatedGPUs": self.allocated,
            "availableGPUs": self.available,
            "averageUtilization": average_utilization,
            "gpuTypes": {name: count.total for name, count in self.types.items()},
        }


@dataclass(slots=True)
class _Row:
    product: str
    total: int
    physical: int | None
    driver: str
    part_of: str = ""
    allocated: int = 0


@dataclass(slots=True)
class _Tally:
    """Rows by (node, resource), and names of nodes for the notes."""

    rows: dict[tuple[str, str], _Row] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    doubled: set[str] = field(default_factory=set)


def capacity(
    nodes: Iterable[Object],
    pods: Iterable[Object],
    slices: Iterable[Object] = (),
    claims: Iterable[Object] = (),
    accelerators: Iterable[Accelerator] = ACCELERATORS,
) -> Capacity:
    """Count raw objects of a cluster. Each iterable is read once and not kept.

    ``pods`` are read only when a node has GPUs, ``claims`` only when a slice has, so that readers
    that fetch as they go fetch nothing in vain. ``accelerators`` replaces the table of names.
    Raises ValueError for a quantity that is none.
    """
    table = tuple(accelerators)
    tally = _Tally()
    for node in nodes:
        _add_node(tally, node, table)
    if tally.rows:
        _add_pods(tally, pods, table)
    _add_devices(tally, slices, claims, table)
    _fold_parts(tally)
    return _summed(tally)


def offers_any(node: Object, accelerators: Iterable[Accelerator] = ACCELERATORS) -> bool:
    """Whether a node has any accelerator, usable or not."""
    table = tuple(accelerators)
    there = (node.get("status") or {}).get("capacity") or {}
    return any(named(resource, table) and whole(many) for resource, many in there.items())


def _add_node(tally: _Tally, node: Object, table: tuple[Accelerator, ...]) -> None:
    name, labels = node["metadata"]["name"], node["metadata"].get("labels") or {}
    status = node.get("status") or {}
    offered, there = status.get("allocatable") or {}, status.get("capacity") or {}
    found = False
    for resource in sorted({*offered, *there}):
        accelerator = named(resource, table)
        if accelerator is None:
            continue
        total, all_of_it = whole(offered.get(resource, 0)), whole(there.get(resource, 0))
        if not total and not all_of_it:
            continue  # what a device plugin leaves behind when it is removed
        found = True
        each = sharing(accelerator, resource, labels)
        model = product(accelerator, resource, labels)
        known = accelerator.whole and MIG not in model and model != resource
        physical = math.ceil(total / each) if known else None
        part_of = accelerator.part_of
        tally.rows[name, resource] = _Row(model, total, physical, accelerator.driver, part_of)
        if total < all_of_it:
            tally.broken.append(name)
        if each > 1:
            tally.shared.append(name)
    if found and _takes_no_pods(node):
        tally.closed.append(name)


def _takes_no_pods(node: Object) -> bool:
    conditions = (node.get("status") or {}).get("conditions") or ()
    ready = [one.get("status") for one in conditions if one.get("type") == "Ready"]
    return bool((node.get("spec") or {}).get("unschedulable")) or ready not in ([], ["True"])


def _add_pods(tally: _Tally, pods: Iterable[Object], table: tuple[Accelerator, ...]) -> None:
    for pod in pods:
        if holds(pod):
            node = pod["spec"]["nodeName"]
            for resource, taken in demand(pod, lambda name: named(name, table) is not None).items():
                if row := tally.rows.get((node, resource)):
                    row.allocated += taken


def _add_devices(
    tally: _Tally,
    slices: Iterable[Object],
    claims: Iterable[Object],
    table: tuple[Accelerator, ...],
) -> None:
    on_nodes = {
        (node, row.driver): row for (node, _), row in reversed(tally.rows.items()) if row.total
    }
    drivers = {accelerator.driver for accelerator in table} - {""}
    for unit in units(slices, claims, drivers):
        row = on_nodes.get((unit.node, unit.driver))
        if row is not None:
            tally.doubled.add(unit.node)
        else:
            key = unit.node, f"{unit.driver} {unit.product}"
            row = tally.rows.setdefault(key, _Row(unit.product, 0, 0, unit.driver))
            row.total += 1
            row.physical = None if MIG in unit.product else row.total
        row.allocated += unit.allocated


def _fold_parts(tally: _Tally) -> None:
    """Count parts with the devices they are parts of: what is taken of them rounds up."""
    for (node, resource), row in list(tally.rows.items()):
        entire = tally.rows.get((node, row.part_of))
        if entire is not None and entire is not row and row.total:
            entire.allocated += math.ceil(row.allocated * entire.total / row.total)
            del tally.rows[node, resource]


def _summed(tally: _Tally) -> Capacity:
    nodes = tuple(
        NodeGpus(
            node, row.product, resource.partition(" ")[0], row.total, row.allocated, row.physical
        )
        for (node, resource), row in sorted(tally.rows.items())
    )
    total: Counter[str] = Counter()
    allocated: Counter[str] = Counter()
    for each in nodes:
        total[each.product] += each.total
        allocated[each.product] += each.allocated
    return Capacity(
        total=total.total(),
        allocated=allocated.total(),
        available=sum(max(0, each.total - each.allocated) for each in nodes),
        types={name: Count(total[name], allocated[name]) for name in sorted(total)},
        nodes=nodes,
        notes=tuple(_notes(tally)),
    )


def _notes(tally: _Tally) -> Iterable[str]:
    for names, what in (
        (tally.closed, "Cordoned or not ready, so that no new pod gets the GPUs"),
        (tally.broken, "Not all GPUs are usable"),
        (tally.shared, "Each GPU is shared by several containers"),
        (tally.doubled, "Offered by a device plugin and by a driver, counted once"),
    ):
        if names:
            known = sorted(set(names))
            more = len(known) - _NAMED_IN_A_NOTE
            shown = ", ".join(known[:_NAMED_IN_A_NOTE]) + (f" and {more} more" if more > 0 else "")
            yield f"{what}: {shown}."
