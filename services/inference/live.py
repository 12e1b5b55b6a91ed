"""The live topics that are read out of the store: picker decisions, and GPUs with their pods."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.clusters.fleet import Fleet
from services.inference.live_decisions import LiveDecisions
from services.inference.scaling_log import conditions
from services.realtime.scope import Scope
from services.realtime.topics import Topic
from services.telemetry.store import Limits, Store

DECISION_SECONDS = 1.0
READING_SECONDS = 2.0
FRESH = timedelta(minutes=2)
"""Older readings say nothing of now."""
LIMITS = Limits(seconds=5, rows_to_read=20_000_000, rows=20_000, memory_mib=512)


def topics(store: Store, fleet: Fleet) -> tuple[Topic, ...]:
    """Both, from ``store``; ``fleet`` knows which picker picks for which pool."""
    return (
        Topic("epp-decisions", LiveDecisions(store, fleet), DECISION_SECONDS),
        Topic("gpu-metrics", _Readings(store), READING_SECONDS, lasting=True),
    )


class _Readings:
    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(
        self, scope: Scope, cursor: datetime | None
    ) -> tuple[list[list[dict[str, Any]]], datetime | None]:
        now = datetime.now(UTC)
        where, parameters = conditions(scope)
        rows = self._store.read(
            "live_pods",
            {"from": now - FRESH, "to": now + FRESH, "most": LIMITS.rows, **parameters},
            clusters=scope.clusters,
            limits=LIMITS,
            where=where,
        ).dicts()
        newest = max((row["newest"] for row in rows), default=None)
        if newest is None or newest == cursor:
            return [], newest
        return [pods(rows)], newest


def pods(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One item a device with what its engine says; one a pod where no device is told of."""
    engines: dict[tuple[str, ...], dict[str, Any]] = {}
    devices: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        place = (row["cluster_name"], row["namespace"], row["pod_name"])
        if row["gpu_id"] is None:
            engines[place] = row
        else:
            devices.setdefault(place, []).append(row)
    return [
        _pod(engines.get(place), device)
        for place in sorted({*engines, *devices})
        for device in (devices.get(place) or (None,))
    ]


def _pod(engine: dict[str, Any] | None, device: dict[str, Any] | None) -> dict[str, Any]:
    told, of_gpu, row = engine or {}, device or {}, engine or device or {}
    return {
        "timestamp": max(one["newest"] for one in (engine, device) if one),
        "cluster": row["cluster_name"],
        "namespace": row["namespace"],
        "pool": told.get("pool_name") or of_gpu.get("pool_name") or None,
        "podName": row["pod_name"],
        "nodeName": of_gpu.get("node") or told.get("node") or None,
        "gpuId": of_gpu.get("gpu_id"),
        "gpuType": of_gpu.get("type") or None,
        "queueDepth": told.get("queue"),
        "requestsInFlight": told.get("running"),
        "kvCacheUtilPct": told.get("kv"),
        "prefixCacheHitPct": told.get("hits"),
        "gpuUtilPct": of_gpu.get("busy"),
        "gpuMemUsedMb": of_gpu.get("used"),
        "gpuMemTotalMb": of_gpu.get("total"),
        "gpuTemperatureC": of_gpu.get("temperature"),
    }
