"""Devices of dynamic resource allocation (DRA): what drivers offer, and what claims hold of it.

Drivers publish devices in ResourceSlices, grouped into pools; only the slices of a pool's newest
generation count. The same hardware may be offered in several shapes: as a whole GPU and as every
partition it could be cut into, which then draw on one counter set, or to containers and to virtual
machines, which then have one PCI address. What is counted here is therefore the hardware, a
:class:`Unit`; only instances that exist by themselves (static MIG) are units of their own.

The shapes of resource.k8s.io v1, v1beta2 and v1beta1 are read; v1beta1 has a device's content one
level deeper, under ``basic``. Sources: the API reference of ResourceSlice and ResourceClaim;
KEP-4815 (partitionable devices); the attributes that the vendors' drivers document.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent.accelerators import MIG

Object = Mapping[str, Any]
DeviceId = tuple[str, str, str]
"""(driver, pool, device)."""

_PCI = "resource.kubernetes.io/pciBusID"
_INSTANCES = ("mig", "amdgpu-partition")
_NAMES = ("productName", "model", "accelerator", "tpuGen")


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece of hardware. ``node`` is "" for what no single node owns."""

    driver: str
    node: str
    product: str
    allocated: bool


def units(
    slices: Iterable[Object], claims: Iterable[Object], drivers: Collection[str]
) -> list[Unit]:
    """The hardware that the ``drivers`` offer. ``claims`` are not read when they offer none."""
    offered: dict[tuple[str, str, str], tuple[str, str, list[DeviceId]]] = {}
    for (driver, pool), (_, found) in _pools(slices, drivers).items():
        for node, device in found:
            for key in _hardware(device):
                entry = offered.setdefault((driver, pool, key), (node, _product(device), []))
                entry[2].append((driver, pool, device["name"]))
    held = _held(claims) if offered else set()
    return [
        Unit(driver, node, product or driver, not held.isdisjoint(shapes))
        for (driver, _, _), (node, product, shapes) in offered.items()
    ]


def _pools(
    slices: Iterable[Object], drivers: Collection[str]
) -> dict[tuple[str, str], tuple[int, list[tuple[str, Object]]]]:
    """By (driver, pool): the newest generation and its (node, device) pairs."""
    pools: dict[tuple[str, str], tuple[int, list[tuple[str, Object]]]] = {}
    for each in slices:
        spec = each["spec"]
        if spec["driver"] not in drivers:
            continue
        key, generation = (spec["driver"], spec["pool"]["name"]), spec["pool"]["generation"]
        newest, found = pools.get(key, (generation, []))
        if generation > newest:
            found = []
        if generation >= newest:
            pools[key] = generation, found
            found += _devices(spec)
    return pools


def _devices(spec: Object) -> Iterator[tuple[str, Object]]:
    for device in spec.get("devices") or ():
        content = {**device, **(device.get("basic") or {})}
        yield content.get("nodeName") or spec.get("nodeName") or "", content


def _hardware(device: Object) -> list[str]:
    """Keys, within the pool, of the hardware that a device stands for."""
    sets = [each["counterSet"] for each in device.get("consumesCounters") or ()]
    if sets:
        return [f"counters {name}" for name in sets]
    address = _text(device, _PCI)
    if address and _text(device, "type") not in _INSTANCES:
        return [f"pci {address}"]
    return [f"device {device['name']}"]


def _product(device: Object) -> str:
    said = next((text for name in _NAMES if (text := _text(device, name))), "")
    if not device.get("consumesCounters"):
        if profile := _text(device, "profile"):
            said += f"{MIG}{profile}"
        if _text(device, "type") in _INSTANCES and (cut := _text(device, "partitionProfile")):
            said += f"-{cut}"
    return said.replace(" ", "-")


def _text(device: Object, name: str) -> str:
    """A text attribute; drivers may write its domain in front of the name."""
    for key, value in (device.get("attributes") or {}).items():
        if name in (key, key.rpartition("/")[2]):
            return str(value.get("string") or "")
    return ""


def _held(claims: Iterable[Object]) -> set[DeviceId]:
    """Devices that claims hold; access for administrators takes nothing from others."""
    held: set[DeviceId] = set()
    for claim in claims:
        allocation = (claim.get("status") or {}).get("allocation") or {}
        for result in (allocation.get("devices") or {}).get("results") or ():
            if not result.get("adminAccess"):
                held.add((result["driver"], result["pool"], result["device"]))
    return held
