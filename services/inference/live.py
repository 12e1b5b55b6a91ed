"""The live topics that are read out of the store: picker decisions, and GPUs with their pods.

What is told of one decision arrives in pieces: log lines at once, spans when the picker has a batch
of them. So the last half minute is asked for each time; a request is told when the first piece of
it is there, and again, with everything, when there are more. Whoever shows it keeps the last by its
``requestId``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.clusters.fleet import Cluster, Fleet
from services.inference.pool_pods import pickers_of
from services.inference.scaling_log import OF_POOL, conditions
from services.realtime.scope import Scope
from services.realtime.topics import Topic
from services.telemetry.store import Limits, Store

DECISION_SECONDS = 1.0
READING_SECONDS = 2.0
LATE = timedelta(seconds=30)
"""How late a piece of a decision may come; later ones are in the list of decisions only."""
FRESH = timedelta(minutes=2)
"""Older readings say nothing of now."""
BATCH = 5_000
LIMITS = Limits(seconds=5, rows_to_read=20_000_000, rows=20_000, memory_mib=512)

_OF_POOL_OR_PICKER = (
    " AND (pool_name = {pool:String} OR (pool_name = '' AND picker IN {pickers:Array(String)}))"
)
_PIECES = ("cluster_name", "namespace", "picker", "request_id")


@dataclass(frozen=True, slots=True)
class _Cursor:
    """From when on decisions may get more pieces, and what was told of those since: their first
    moment and how many pieces there were."""

    since: datetime
    told: Mapping[tuple[str, ...], tuple[datetime, int]]


def topics(store: Store, fleet: Fleet) -> tuple[Topic, ...]:
    """Both, from ``store``; ``fleet`` knows which picker picks for which pool."""
    return (
        Topic("epp-decisions", _Decisions(store, fleet), DECISION_SECONDS, batch=BATCH),
        Topic("gpu-metrics", _Readings(store), READING_SECONDS, lasting=True),
    )


class _Decisions:
    def __init__(self, store: Store, fleet: Fleet) -> None:
        self._store, self._fleet = store, fleet

    def __call__(
        self, scope: Scope, cursor: _Cursor | None
    ) -> tuple[list[dict[str, Any]], _Cursor]:
        now = datetime.now(UTC)
        since = cursor.since if cursor else now - LATE
        told = cursor.told if cursor else {}
        rows = self._rows(scope, since, now + LATE)
        # What is in the store already is in the list of decisions; only what comes is news.
        news = [row for row in rows if cursor and _pieces(told, row) < len(row["told"])]
        since = rows[-1]["first"] if len(rows) == BATCH else max(since, now - LATE)
        told = {**told, **{_key(row): (row["first"], len(row["told"])) for row in rows}}
        kept = {key: one for key, one in told.items() if one[0] >= since}
        pickers = self._pickers(scope) if any(not row["pool"] for row in news) else {}
        return [_decision(row, pickers) for row in news], _Cursor(since, kept)

    def _rows(self, scope: Scope, start: datetime, end: datetime) -> list[dict[str, Any]]:
        where, parameters = conditions(scope)
        if scope.pool:
            where = where.replace(OF_POOL, _OF_POOL_OR_PICKER)
            found = (pickers_of(one, scope.pool) for one in self._clusters(scope))
            parameters["pickers"] = sorted(set().union(*found))
        return self._store.read(
            "live_decisions",
            {"from": start, "to": end, "most": BATCH, **parameters},
            clusters=scope.clusters,
            limits=LIMITS,
            where=where,
        ).dicts()

    def _clusters(self, scope: Scope) -> list[Cluster]:
        every = self._fleet.clusters()
        return [one for one in every if scope.clusters is None or one.name in scope.clusters]

    def _pickers(self, scope: Scope) -> dict[tuple[str, str, str], str]:
        """The pool by cluster, namespace and picker, for rows that do not say."""
        return {
            (one.name, namespace, picker): pool
            for one in self._clusters(scope)
            for namespace, pool in one.snapshot("inferencepools").objects
            for picker in pickers_of(one, f"{namespace}/{pool}")
        }


def _pieces(told: Mapping[tuple[str, ...], tuple[datetime, int]], row: Mapping[str, Any]) -> int:
    found = told.get(_key(row))
    return found[1] if found else 0


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in _PIECES)


def _decision(
    row: Mapping[str, Any], pickers: Mapping[tuple[str, str, str], str]
) -> dict[str, Any]:
    """``evidence`` says what it was put together from; null is not told by any of it."""
    place = (row["cluster_name"], row["namespace"], row["picker"])
    return {
        "timestamp": row["first"],
        "cluster": row["cluster_name"],
        "namespace": row["namespace"],
        "pool": row["pool"] or pickers.get(place),
        "picker": row["picker"] or None,
        "requestId": row["request_id"],
        "selectedPod": row["pod"],
        "reason": row["why"],
        "queueDepth": row["queue"],
        "kvCachePct": row["kv"],
        "prefixCacheHit": row["hit"],
        "candidatesConsidered": row["candidates"],
        "decisionLatencyUs": row["latency"],
        "incomingModel": row["incoming"],
        "targetModel": row["model"],
        "objective": row["goal"],
        "priority": row["rank"],
        "topEndpoints": row["endpoints"],
        "topScores": row["scores"],
        "evidence": row["told"],
    }


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
