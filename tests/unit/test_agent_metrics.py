"""Promise: every metric of the agent is documented."""

from pathlib import Path

from agent.gpu_probe import GpuMetrics, GpuProbe
from agent.metrics import HeartbeatMetrics, registry
from agent.version import version

ROOT = Path(__file__).parents[2]


def test_every_metric_is_documented() -> None:
    known = registry(version())
    HeartbeatMetrics(known)
    known.register(GpuMetrics(GpuProbe()))
    documented = (ROOT / "docs" / "metrics.md").read_text()
    endings = {"counter": "_total", "info": "_info"}
    names = {family.name + endings.get(family.type, "") for family in known.collect()}
    own = {name for name in names if name.startswith("ngf_console_")}
    assert len(own) == 15
    assert {name for name in own if f"`{name}`" not in documented} == set()
