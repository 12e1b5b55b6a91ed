"""What NVML, NVIDIA's management library, knows of the GPUs of the node we run on.

A field that a GPU does not support is null with NVML's reason; the others still stand. Without the
library or its driver there is no GPU here, which is an answer and not an error. NVML itself can
hang, with a driver that has lost its GPU: then the probe says so instead of hanging along.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


@dataclass(frozen=True, slots=True)
class GpuField:
    """One number of a GPU: its key in JSON, its metric, and how NVML is asked for it."""

    key: str
    metric: str
    meaning: str
    read: Callable[[Any, Any], Any]


FIELDS = (
    GpuField(
        "utilizationPercent",
        "utilization_percent",
        "How busy the GPU is",
        lambda nvml, gpu: nvml.nvmlDeviceGetUtilizationRates(gpu).gpu,
    ),
    GpuField(
        "memoryUsedBytes",
        "memory_used_bytes",
        "Memory in use",
        lambda nvml, gpu: nvml.nvmlDeviceGetMemoryInfo(gpu, nvml.nvmlMemory_v2).used,
    ),
    GpuField(
        "memoryTotalBytes",
        "memory_total_bytes",
        "Memory there is",
        lambda nvml, gpu: nvml.nvmlDeviceGetMemoryInfo(gpu, nvml.nvmlMemory_v2).total,
    ),
    GpuField(
        "temperatureCelsius",
        "temperature_celsius",
        "Temperature of the GPU",
        lambda nvml, gpu: nvml.nvmlDeviceGetTemperature(gpu, nvml.NVML_TEMPERATURE_GPU),
    ),
    GpuField(
        "powerWatts",
        "power_watts",
        "Power drawn",
        lambda nvml, gpu: nvml.nvmlDeviceGetPowerUsage(gpu) / 1000,
    ),
    GpuField(
        "powerLimitWatts",
        "power_limit_watts",
        "Power that it is held to",
        lambda nvml, gpu: nvml.nvmlDeviceGetEnforcedPowerLimit(gpu) / 1000,
    ),
    GpuField(
        "migEnabled",
        "mig_enabled",
        "1 where the GPU is cut into MIG instances",
        lambda nvml, gpu: nvml.nvmlDeviceGetMigMode(gpu)[0] == nvml.NVML_DEVICE_MIG_ENABLE,
    ),
)
"""NVML gives power in milliwatts, everything else in the unit of the name. The first version of its
memory counts what the driver keeps for itself as used; nvidia-smi and the second do not."""

_ABSENT = ("LibraryNotFound", "DriverNotLoaded", "NotFound")
_HELD_S = 1.0
"""How long an answer is good for; NVML's own counters are no finer."""
_PATIENCE_S = 1.5
"""Below the time that the heartbeat gives a probe."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found. ``reason`` says why there is no GPU; ``trouble`` that this is an error."""

    gpus: tuple[dict[str, Any], ...] = ()
    driver: str | None = None
    reason: str = ""
    trouble: bool = False

    def as_json(self) -> dict[str, Any]:
        """The body of ``/gpus``."""
        return {
            "gpus": list(self.gpus),
            "driverVersion": self.driver,
            "reason": self.reason or None,
        }


def load_nvml() -> Any:
    """The binding; raises ImportError where it is not installed."""
    import pynvml

    return pynvml


@dataclass
class GpuProbe:
    """Reads NVML, one thread at a time."""

    load: Callable[[], Any] = load_nvml
    clock: Callable[[], float] = time.monotonic
    patience_s: float = _PATIENCE_S
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _last: Reading = field(default=Reading(), init=False)
    _read_at: float = field(default=float("-inf"), init=False)

    def read(self) -> Reading:
        """The state of the GPUs, at most a second old."""
        if not self._lock.acquire(timeout=self.patience_s):
            return Reading(reason="NVML does not answer", trouble=True)
        try:
            if self.clock() - self._read_at > _HELD_S:
                self._last = self._fresh()
                self._read_at = self.clock()
            return self._last
        finally:
            self._lock.release()

    def _fresh(self) -> Reading:
        try:
            nvml = self.load()
        except ImportError:
            return Reading(reason="no GPU here: the binding of NVML is not installed")
        try:
            nvml.nvmlInit()
        except nvml.NVMLError as error:
            absent = type(error).__name__.removeprefix("NVMLError_") in _ABSENT
            reason = f"no GPU here: {error}" if absent else str(error)
            return Reading(reason=reason, trouble=not absent)
        # Opened for each reading: a driver that is replaced while we run is taken up.
        try:
            many = nvml.nvmlDeviceGetCount()
            gpus = tuple(_gpu(nvml, index) for index in range(many))
            driver = nvml.nvmlSystemGetDriverVersion()
            return Reading(gpus, driver, "" if gpus else "no GPU here: the driver has none")
        except nvml.NVMLError as error:
            return Reading(reason=str(error), trouble=True)
        finally:
            nvml.nvmlShutdown()


def _gpu(nvml: Any, index: int) -> dict[str, Any]:
    described: dict[str, Any] = {"index": index}
    missing: dict[str, str] = {}

    def ask(key: str, call: Callable[..., Any], *about: Any) -> Any:
        try:
            return call(*about)
        except nvml.NVMLError as error:
            missing[key] = str(error)
            return None

    gpu = ask("gpu", nvml.nvmlDeviceGetHandleByIndex, index)
    if gpu is not None:
        described["uuid"] = ask("uuid", nvml.nvmlDeviceGetUUID, gpu)
        described["name"] = ask("name", nvml.nvmlDeviceGetName, gpu)
        for each in FIELDS:
            described[each.key] = ask(each.key, each.read, nvml, gpu)
    return {**described, "missing": missing}


class GpuMetrics(Collector):
    """A reading as metrics; a field that is null has no sample."""

    def __init__(self, probe: GpuProbe) -> None:
        self._probe = probe

    def collect(self) -> Iterator[Metric]:
        """One family for each field, one sample for each GPU that has it."""
        reading = self._probe.read()
        yield GaugeMetricFamily("ngf_console_gpu_count", "GPUs of the node", len(reading.gpus))
        for each in FIELDS:
            family = GaugeMetricFamily(
                f"ngf_console_gpu_{each.metric}", each.meaning, labels=["index", "uuid", "name"]
            )
            for gpu in reading.gpus:
                if gpu.get(each.key) is not None:
                    labels = [str(gpu[name]) for name in ("index", "uuid", "name")]
                    family.add_metric(labels, float(gpu[each.key]))
            yield family

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: registering must not ask the driver."""
        return iter(())
