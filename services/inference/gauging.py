"""What pods and devices read of themselves: over time, and last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.inference.members import Members
from services.inference.provider import Asked
from services.inference.results import Device
from services.telemetry.store import PANEL, Limits, Store
from services.telemetry.windows import Window

FRESH = timedelta(minutes=5)
"""Older readings say nothing of now."""

WHOLE = 2**32 - 1
"""Seconds of a bucket that holds any window."""

IDLE_BELOW = 5.0
"""A GPU is idle in a minute in which it was busy for less than this share, in percent."""


@dataclass(frozen=True, slots=True)
class Gauged:
    """Readings in one bucket of time of a pool, or of one of its pods.

    Of each minute ``running`` is the sum of the pods, ``waiting_mean``, ``kv`` and ``hits`` are
    their means; told is the mean of the minutes. ``pods`` is the most that were there in a minute.
    """

    at: datetime
    cluster: str
    namespace: str
    pool: str
    pod: str
    waiting_mean: float | None
    waiting_max: float | None
    running: float | None
    kv: float | None
    kv_max: float | None
    hits: float | None
    pods: int
    sources: tuple[str, ...]
    newest: datetime


@dataclass(frozen=True, slots=True)
class Busy:
    """GPUs of a pool in one bucket: their mean utilization, and memory in use, in percent."""

    at: datetime
    cluster: str
    namespace: str
    pool: str
    util: float | None
    memory: float | None
    sources: tuple[str, ...]
    newest: datetime


@dataclass(frozen=True, slots=True)
class GpuMinutes:
    """For how many minutes GPUs of a type were there, and idle, from ``since`` to ``newest``."""

    cluster: str
    namespace: str
    pool: str
    type: str
    minutes: int
    measured: int
    idle: int
    sources: tuple[str, ...]
    since: datetime
    newest: datetime


def last_minutes(window: Window) -> Window:
    """The end of a window, where what is read is what there is now."""
    return Window(max(window.start, window.end - FRESH), window.end)


class Gauges:
    """Questions about readings. All raise Unavailable, and Invalid where too much is asked."""

    def __init__(self, store: Store, limits: Limits = PANEL) -> None:
        self._store, self._limits = store, limits

    def over(
        self,
        asked: Asked,
        window: Window,
        members: Members,
        step: int = WHOLE,
        *,
        by_pool: bool = False,
        by_pod: bool = False,
    ) -> list[Gauged]:
        """Engines' readings in buckets of ``step`` seconds; without it the window as one."""
        more = {"step": step, "by_pool": by_pool, "by_pod": by_pod}
        return [_gauged(row) for row in self._read("inf_gauges", asked, window, members, more)]

    def busy(
        self,
        asked: Asked,
        window: Window,
        members: Members,
        step: int = WHOLE,
        *,
        by_pool: bool = False,
    ) -> list[Busy]:
        """Utilization of GPUs, likewise."""
        rows = self._read(
            "inf_gpu_series", asked, window, members, {"step": step, "by_pool": by_pool}
        )
        return [
            Busy(
                row["at"],
                row["cluster"],
                row["of_namespace"],
                row["pool"],
                row["busy"],
                row["memory"],
                tuple(row["sources"]),
                row["newest"],
            )
            for row in rows
        ]

    def gpu_minutes(self, asked: Asked, window: Window, members: Members) -> list[GpuMinutes]:
        """Minutes of GPUs by pool and type."""
        more = {"idle_below": IDLE_BELOW}
        return [
            GpuMinutes(
                row["cluster"],
                row["of_namespace"],
                row["pool"],
                row["type"],
                row["minutes"],
                row["measured_minutes"],
                row["idle_minutes"],
                tuple(row["sources"]),
                row["since"],
                row["newest"],
            )
            for row in self._read("inf_gpu_hours", asked, window, members, more)
        ]

    def pods(self, asked: Asked, window: Window, members: Members) -> list[dict[str, Any]]:
        """What each pod read last, in the window's last minutes."""
        return self._read("inf_pods", asked, last_minutes(window), members, {})

    def devices(self, asked: Asked, window: Window, members: Members) -> list[Device]:
        """What each device read last, in the window's last minutes."""
        rows = self._read("inf_devices", asked, last_minutes(window), members, {})
        return [_device(row) for row in rows]

    def last(self, asked: Asked, window: Window, members: Members) -> dict[str, datetime]:
        """When each source read something last."""
        rows = self._read("inf_last", asked, window, members, {})
        return {row["source"]: row["newest"] for row in rows}

    def _read(
        self, query: str, asked: Asked, window: Window, members: Members, more: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        where, bound = asked.where()
        if asked.pool:
            # Rows of devices have no pool and are found by their pods.
            where += " AND pod_name IN {own_pods:Array(String)}"
            bound["own_pods"] = members.names(asked.pool)
        return self._store.read(
            query,
            {**bound, **members.parameters(), **more, "from": window.start, "to": window.end},
            clusters=asked.clusters,
            limits=self._limits,
            where=where,
        ).dicts()


def _gauged(row: Mapping[str, Any]) -> Gauged:
    return Gauged(
        at=row["at"],
        cluster=row["cluster"],
        namespace=row["of_namespace"],
        pool=row["pool"],
        pod=row["named_pod"],
        waiting_mean=row["waiting_mean"],
        waiting_max=row["waiting_max"],
        running=row["running"],
        kv=row["kv"],
        kv_max=row["kv_max"],
        hits=row["hits"],
        pods=row["pods"],
        sources=tuple(row["sources"]),
        newest=row["newest"],
    )


def _device(row: Mapping[str, Any]) -> Device:
    return Device(
        cluster=row["cluster"],
        uuid=row["uuid"],
        node=row["node"],
        number=row["number"],
        type=row["type"],
        namespace=row["last_namespace"],
        pool=row["pool"],
        pod=row["pod"],
        util_pct=row["util"],
        mem_used_mb=row["mem_used"],
        mem_total_mb=row["mem_total"],
        temperature_c=row["temperature"],
        power_w=row["power"],
        xid=row["xid"],
        sources=tuple(row["sources"]),
        at=row["newest"],
    )
