"""What GPUs read of themselves now, by node and type: how busy, how warm, what they draw."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.container import Container
from services.errors import ConsoleError
from services.inference import gpu_types
from services.inference.provider import Asked
from services.inference.results import Device
from services.telemetry.answers import Answer
from services.telemetry.windows import Window

SOURCE = "DCGM"
SECONDS = 300
"""Older readings say nothing of now."""

UNREAD = "No readings of its devices (DCGM) in the last 5 minutes."

Place = tuple[str, str, str]
"""Cluster, node, and the common name of the type."""


@dataclass(frozen=True, slots=True)
class Live:
    """Of several devices: the mean utilization in percent, the hottest, watts together, and how
    many of them report. None is not read."""

    devices: int
    util: float | None
    heat: int | None
    watts: float | None
    as_of: datetime | None
    failing: int


def readings(
    container: Container, clusters: Iterable[str], namespaces: Iterable[str] | None
) -> Answer[list[Device]]:
    """The devices of clusters as they were read last; None with the reason where the store does not
    answer."""
    seen = None if namespaces is None else tuple(sorted(namespaces))
    window = Window.last(SECONDS)
    try:
        return container.metrics.devices(Asked(tuple(sorted(clusters)), seen), window)
    except ConsoleError as error:
        return Answer(None, SOURCE, None, window, error.message)


def by_place(devices: Iterable[Device]) -> dict[Place, list[Device]]:
    """Devices of each node and type."""
    found: dict[Place, list[Device]] = {}
    for one in devices:
        found.setdefault(place(one.cluster, one.node, one.type), []).append(one)
    return found


def place(cluster: str, node: str, product: str) -> Place:
    """Where devices of a type are, whatever the type is called there."""
    return cluster, node, gpu_types.normal(product)


def together(devices: Iterable[Device]) -> Live:
    """Several devices in one."""
    known = list(devices)
    util = [one.util_pct for one in known if one.util_pct is not None]
    heat = [one.temperature_c for one in known if one.temperature_c is not None]
    watts = [one.power_w for one in known if one.power_w is not None]
    return Live(
        devices=len(known),
        util=sum(util) / len(util) if util else None,
        heat=max(heat, default=None),
        watts=sum(watts) if watts else None,
        as_of=max((one.at for one in known if one.at), default=None),
        failing=sum(bool(one.xid) for one in known),
    )


def node_row(found: Mapping[Place, list[Device]], at: Place, unread: str) -> dict[str, Any]:
    """What stands in the row of a node and type; ``unread`` says why nothing does."""
    live = together(found.get(at, ()))
    return {
        "busy": live.util,
        "heat": live.heat,
        "watts": live.watts,
        "reporting": live.devices,
        "failing": live.failing,
        "unread": unread,
    }
