"""Promise: the probe says of each GPU what NVML says, else null with the reason; it never hangs."""

import threading
from types import SimpleNamespace
from typing import Any

import pynvml
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from agent.gpu_probe import FIELDS, GpuMetrics, GpuProbe
from agent.probes import NotKnown, average_utilization
from tests.unit.loopback import Response, answering


class Nvml:
    """The calls of the binding that the probe makes, for GPUs that no machine here has.

    Errors are the binding's. ``unsupported`` names calls that answer so; ``fails`` is the error
    code of the first call.
    """

    NVMLError = pynvml.NVMLError
    NVML_TEMPERATURE_GPU = pynvml.NVML_TEMPERATURE_GPU
    NVML_DEVICE_MIG_ENABLE = pynvml.NVML_DEVICE_MIG_ENABLE

    def __init__(self, gpus: int, *unsupported: str, fails: int = 0) -> None:
        self.gpus, self.unsupported, self.fails = gpus, unsupported, fails
        self.opened = self.closed = 0

    def nvmlInit(self) -> None:
        if self.fails:
            raise pynvml.NVMLError(self.fails)
        self.opened += 1

    def nvmlShutdown(self) -> None:
        self.closed += 1

    def nvmlDeviceGetCount(self) -> int:
        return self.gpus

    def nvmlSystemGetDriverVersion(self) -> str:
        return "580.1"

    def __getattr__(self, name: str) -> Any:
        answers: dict[str, Any] = {
            "nvmlDeviceGetHandleByIndex": lambda index: f"handle-{index}",
            "nvmlDeviceGetUUID": lambda handle: f"GPU-{handle}",
            "nvmlDeviceGetName": lambda handle: "NVIDIA H100 80GB HBM3",
            "nvmlDeviceGetUtilizationRates": lambda handle: SimpleNamespace(gpu=41, memory=12),
            "nvmlMemory_v2": pynvml.nvmlMemory_v2,
            "nvmlDeviceGetMemoryInfo": self._memory,
            "nvmlDeviceGetTemperature": lambda handle, sensor: 55,
            "nvmlDeviceGetPowerUsage": lambda handle: 312_500,
            "nvmlDeviceGetEnforcedPowerLimit": lambda handle: 700_000,
            "nvmlDeviceGetMigMode": lambda handle: [0, 0],
        }
        if name in self.unsupported:
            return self._refuse
        return answers[name]

    def _memory(self, handle: str, version: int | None = None) -> SimpleNamespace:
        """As seen on an H200: the first version counts what the driver keeps for itself."""
        used = 1024 if version == pynvml.nvmlMemory_v2 else 1024 + 615
        return SimpleNamespace(used=used, total=4096)

    def _refuse(self, *_: Any) -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)


def test_every_field_in_its_unit() -> None:
    nvml = Nvml(2)
    reading = GpuProbe(lambda: nvml).read().as_json()
    assert (reading["driverVersion"], reading["reason"], len(reading["gpus"])) == ("580.1", None, 2)
    assert reading["gpus"][0] == {
        "index": 0,
        "uuid": "GPU-handle-0",
        "name": "NVIDIA H100 80GB HBM3",
        "utilizationPercent": 41,
        "memoryUsedBytes": 1024,
        "memoryTotalBytes": 4096,
        "temperatureCelsius": 55,
        "powerWatts": 312.5,
        "powerLimitWatts": 700.0,
        "migEnabled": False,
        "missing": {},
    }
    assert (nvml.opened, nvml.closed) == (1, 1)


def test_what_a_gpu_does_not_support_is_null_with_the_reason_and_no_sample() -> None:
    nvml = Nvml(1, "nvmlDeviceGetUtilizationRates", "nvmlDeviceGetMigMode")
    probe = GpuProbe(lambda: nvml)
    [gpu] = probe.read().gpus
    assert (gpu["utilizationPercent"], gpu["migEnabled"], gpu["powerWatts"]) == (None, None, 312.5)
    assert gpu["missing"] == {"utilizationPercent": "Not Supported", "migEnabled": "Not Supported"}
    registry = CollectorRegistry()
    registry.register(GpuMetrics(probe))
    text = generate_latest(registry).decode()
    labels = '{index="0",name="NVIDIA H100 80GB HBM3",uuid="GPU-handle-0"}'
    assert f"ngf_console_gpu_power_watts{labels} 312.5" in text
    assert "ngf_console_gpu_utilization_percent{" not in text
    assert "ngf_console_gpu_count 1.0" in text


def test_a_gpu_that_is_lost_is_still_named() -> None:
    [gpu] = GpuProbe(lambda: Nvml(1, "nvmlDeviceGetHandleByIndex")).read().gpus
    assert gpu == {"index": 0, "missing": {"gpu": "Not Supported"}}


def no_binding() -> Any:
    raise ImportError("pynvml")


@pytest.mark.parametrize(
    ("load", "reason", "trouble"),
    [
        (no_binding, "no GPU here: the binding of NVML is not installed", False),
        (lambda: Nvml(0), "no GPU here: the driver has none", False),
        (
            lambda: Nvml(0, fails=pynvml.NVML_ERROR_LIBRARY_NOT_FOUND),
            "no GPU here: NVML Shared Library Not Found",
            False,
        ),
        (
            lambda: Nvml(0, fails=pynvml.NVML_ERROR_DRIVER_NOT_LOADED),
            "no GPU here: Driver Not Loaded",
            False,
        ),
        (
            lambda: Nvml(0, fails=pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH),
            "RM has detected an NVML/RM version mismatch.",
            True,
        ),
    ],
)
def test_no_gpu_is_an_answer_and_a_broken_driver_is_trouble(
    load: Any, reason: str, trouble: bool
) -> None:
    reading = GpuProbe(load).read()
    assert (reading.gpus, reading.reason, reading.trouble) == ((), reason, trouble)


def test_the_real_binding_answers_whether_there_is_a_gpu_or_not() -> None:
    reading = GpuProbe().read()
    assert bool(reading.gpus) != bool(reading.reason)


def test_a_driver_that_hangs_does_not_take_the_probe_along() -> None:
    entered, release = threading.Event(), threading.Event()

    def hang() -> Any:
        entered.set()
        release.wait(20)
        return Nvml(0)

    probe = GpuProbe(hang, patience_s=0.05)
    asking = threading.Thread(target=probe.read)
    asking.start()
    assert entered.wait(10)
    reading = probe.read()
    release.set()
    asking.join()
    assert (reading.reason, reading.trouble) == ("NVML does not answer", True)


def test_those_who_ask_often_do_not_make_the_driver_work_more() -> None:
    nvml, now = Nvml(1), [0.0]
    probe = GpuProbe(lambda: nvml, clock=lambda: now[0])
    for _ in range(5):
        probe.read()
    assert nvml.opened == 1
    now[0] = 1.5
    probe.read()
    assert nvml.opened == 2


def test_each_field_has_a_key_and_a_metric_of_its_own() -> None:
    assert len({each.key for each in FIELDS}) == len({each.metric for each in FIELDS}) == 7


def gpus(*percents: Any) -> Response:
    return Response(200, {"gpus": [{"utilizationPercent": percent} for percent in percents]})


def test_the_average_is_over_gpus_and_not_over_nodes() -> None:
    with (
        answering(lambda _: gpus(10, 20, None)) as (_, port),
        answering(lambda _: gpus(90), host="127.0.0.2", port=port),
    ):
        assert average_utilization(["127.0.0.1", "127.0.0.2", "127.0.0.3"], port) == 40.0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (gpus(), "no GPU reports its utilization"),
        (gpus(None, True, "high"), "no GPU reports its utilization"),
        (Response(200, [1, 2]), "no GPU reports its utilization"),
        (Response(200, {"gpus": [7]}), "no GPU reports its utilization"),
        (Response(200, b"<html>"), "none of 1 GPU probes answered"),
        (Response(503, b""), "none of 1 GPU probes answered"),
    ],
)
def test_without_an_average_there_is_a_reason(answer: Response, reason: str) -> None:
    with answering(lambda _: answer) as (_, port), pytest.raises(NotKnown) as unknown:
        average_utilization(["127.0.0.1"], port)
    assert str(unknown.value) == reason


def test_no_probe_is_a_reason() -> None:
    with pytest.raises(NotKnown, match="no GPU probe runs"):
        average_utilization([], 1)
