"""GPUs of a cluster's nodes as the DCGM exporter shows them: by device, with the pod that has it.

How busy a device is follows from the engine on it; it draws power accordingly, and gets warm in
time. A MIG instance has no utilisation of its own.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from services.demo.traffic.series import Counter, Gauge, Target

DRIVER = "580.105.08"
PRODUCT = "nvidia.com/gpu.product"
Load = Callable[[str], float]
"""How busy a pod is, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Model:
    """A type of GPU: MiB of memory, watts at rest and at most."""

    memory: int
    rest: float
    most: float


MODELS = {
    "NVIDIA-H100-80GB-HBM3": Model(81_559, 72, 700),
    "NVIDIA-L40S": Model(46_068, 36, 350),
}
RESERVED = 512
MIG_MEMORY = 9_984


@dataclass(slots=True)
class Device:
    """One GPU, or one instance of a partitioned one (``instance``)."""

    number: int
    uuid: str
    owner: tuple[str, str, str] | None = None
    instance: str = ""
    heat: float = 34.0
    millijoules: float = 0.0
    gauges: dict[str, Gauge] = field(default_factory=dict)
    energy: Counter | None = None


class NodeGpus:
    """The devices of one node. ``claims`` says which pods have how many of them."""

    def __init__(self, node: Mapping[str, Any], chance: Random) -> None:
        self.name: str = node["metadata"]["name"]
        self.product: str = node["metadata"]["labels"][PRODUCT]
        self._model = MODELS[self.product]
        self._chance = chance
        capacity = node["status"]["capacity"]
        self._devices = [
            Device(number, _uuid(self.name, number), millijoules=chance.uniform(1e11, 4e11))
            for number in range(int(capacity.get("nvidia.com/gpu", 0)))
        ]
        self._devices += [
            Device(0, _uuid(self.name, 0), instance=str(7 + number))
            for number in range(int(capacity.get("nvidia.com/mig-1g.10gb", 0)))
        ]
        self._shown = 0.0
        self.target = self._series()

    def claim(self, claims: Sequence[tuple[tuple[str, str, str], int]]) -> None:
        """Give devices to pods (namespace, pod, container); who has some keeps them."""
        staying = {owner for owner, _ in claims}
        changed = False
        for device in self._devices:
            if device.owner and device.owner not in staying:
                device.owner, changed = None, True
        for owner, count in claims:
            missing = count - sum(device.owner == owner for device in self._devices)
            for device in self._devices:
                if missing > 0 and device.owner is None and not device.instance:
                    device.owner, changed = owner, True
                    missing -= 1
        if changed:
            self.target = self._series()

    def show(self, at: float, load: Load) -> None:
        """Set every series to how it is now."""
        since = min(at - self._shown, 60.0) if self._shown else 15.0
        self._shown = at
        for device in self._devices:
            self._show(device, load(device.owner[1]) if device.owner else 0.0, since)

    def _show(self, device: Device, load: float, since: float) -> None:
        model, chance, gauges = self._model, self._chance, device.gauges
        busy = load * chance.uniform(0.96, 1.0) if load else 0.0
        watts = model.rest + (model.most - model.rest) * busy * 0.88 * chance.uniform(0.97, 1.03)
        warm = 33 + 42 * watts / model.most
        device.heat += (warm - device.heat) * min(1.0, since / 60)
        device.millijoules += watts * since * 1000
        memory = MIG_MEMORY if device.instance else model.memory
        used = memory * (0.905 if device.owner else 0.0) + (3 if not device.owner else 0)
        values = {
            "DCGM_FI_DEV_FB_USED": int(used),
            "DCGM_FI_DEV_FB_RESERVED": RESERVED,
            "DCGM_FI_DEV_FB_FREE": memory - RESERVED - int(used),
            "DCGM_FI_DEV_GPU_TEMP": round(device.heat),
            "DCGM_FI_DEV_POWER_USAGE": round(watts, 3),
            "DCGM_FI_DEV_XID_ERRORS": 0,
            "DCGM_FI_PROF_GR_ENGINE_ACTIVE": busy,
        }
        if not device.instance:
            values["DCGM_FI_DEV_GPU_UTIL"] = round(100 * busy)
        for name, value in values.items():
            gauges[name].value = float(value)
        if device.energy:
            device.energy.value = device.millijoules

    def _series(self) -> Target:
        target = Target("gpus", f"{self.name}:9400", {"Hostname": self.name, "node": self.name})
        for device in self._devices:
            labels = {
                "gpu": str(device.number),
                "UUID": device.uuid,
                "pci_bus_id": f"00000000:{16 + device.number * 9:02X}:00.0",
                "device": f"nvidia{device.number}",
                "modelName": self.product.replace("-", " "),
                "DCGM_FI_DRIVER_VERSION": DRIVER,
            }
            if device.instance:
                labels |= {"GPU_I_PROFILE": "1g.10gb", "GPU_I_ID": device.instance}
            if device.owner:
                labels |= dict(zip(("namespace", "pod", "container"), device.owner, strict=True))
            names = NAMES if not device.instance else NAMES[:-1]
            device.gauges = {name: target.gauge(name, **labels) for name in names}
            device.energy = target.counter("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", **labels)
        return target


NAMES = (
    "DCGM_FI_DEV_FB_USED",
    "DCGM_FI_DEV_FB_RESERVED",
    "DCGM_FI_DEV_FB_FREE",
    "DCGM_FI_DEV_GPU_TEMP",
    "DCGM_FI_DEV_POWER_USAGE",
    "DCGM_FI_DEV_XID_ERRORS",
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
    "DCGM_FI_DEV_GPU_UTIL",
)
"""Gauges of a device; an instance of a partitioned one lacks the last."""


def _uuid(node: str, number: int) -> str:
    digits = hashlib.sha256(f"{node}/{number}".encode()).hexdigest()
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32])
    return f"GPU-{'-'.join(parts)}"
