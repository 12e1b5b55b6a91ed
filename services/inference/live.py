"""The live topics that are read out of the store: picker decisions, and GPUs with their pods."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from services.clusters.fleet import Fleet
from services.inference.gauging import Gauges
from services.inference.live_decisions import LiveDecisions
from services.inference.members import Membership
from services.inference.provider import Asked
from services.inference.results import Device
from services.realtime.scope import Scope
from services.realtime.topics import Topic
from services.telemetry.store import Limits, Store
from services.telemetry.windows import Window

DECISION_SECONDS = 1.0
READING_SECONDS = 2.0
FRESH = timedelta(minutes=2)
"""Older readings say nothing of now."""
LIMITS = Limits(seconds=5, rows_to_read=20_000_000, rows=20_000, memory_mib=512)
NO_DEVICE = Device("", "", "", None, "")


def topics(store: Store, fleet: Fleet, membership: Membership) -> tuple[Topic, ...]:
    """Both, from ``store``; ``fleet`` knows which picker picks for which pool, ``membership`` which
    pod belongs to it."""
    return (
        Topic("epp-decisions", LiveDecisions(store, fleet), DECISION_SECONDS),
        Topic("gpu-metrics", _Readings(store, membership), READING_SECONDS, lasting=True),
    )


class _Readings:
    def __init__(self, store: Store, membership: Membership) -> None:
        self._gauges, self._membership = Gauges(store, LIMITS), membership

    def __call__(
        self, scope: Scope, cursor: datetime | None
    ) -> tuple[list[list[dict[str, Any]]], datetime | None]:
        now = datetime.now(UTC)
        asked, window = Asked.of(scope), Window(now - FRESH, now + FRESH)
        members = self._membership.of(asked, window)
        told = readings(
            self._gauges.pods(asked, window, members), self._gauges.devices(asked, window, members)
        )
        newest = max((one["timestamp"] for one in told), default=None)
        if newest is None or newest == cursor:
            return [], newest
        return [told], newest


def readings(pods: Iterable[Mapping[str, Any]], devices: Iterable[Device]) -> list[dict[str, Any]]:
    """One item a device with what the engine says that has it; one a pod where no device is told
    of. A device that nobody has is told without a pod."""
    engines = {(one["cluster"], one["namespace"], one["pod"]): one for one in pods}
    held: dict[tuple[str, ...], list[Device]] = {}
    for device in devices:
        held.setdefault((device.cluster, device.namespace, device.pod), []).append(device)
    return [
        _reading(place, engines.get(place, {}), device)
        for place in sorted({*engines, *held})
        for device in (held.get(place) or (None,))
    ]


def _reading(
    place: tuple[str, ...], engine: Mapping[str, Any], device: Device | None
) -> dict[str, Any]:
    cluster, namespace, pod = place
    times = (engine.get("newest"), device and device.at)
    return {
        "timestamp": max(at for at in times if at),
        "cluster": cluster,
        "namespace": namespace or None,
        "pool": engine.get("pool") or (device and device.pool) or None,
        "podName": pod or None,
        "nodeName": (device and device.node) or engine.get("last_node") or None,
        "queueDepth": engine.get("last_waiting"),
        "requestsInFlight": engine.get("last_running"),
        "kvCacheUtilPct": engine.get("last_kv"),
        "prefixCacheHitPct": engine.get("last_hits"),
        **_of_device(device or NO_DEVICE),
    }


def _of_device(device: Device) -> dict[str, Any]:
    return {
        "gpuId": device.number,
        "gpuUuid": device.uuid or None,
        "gpuType": device.type or None,
        "gpuUtilPct": device.util_pct,
        "gpuMemUsedMb": device.mem_used_mb,
        "gpuMemTotalMb": device.mem_total_mb,
        "gpuTemperatureC": device.temperature_c,
    }
