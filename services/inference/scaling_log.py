"""Scaling events in the analytics store, and the form in which they are told."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from services.inference.scaling_steps import TOGETHER, ScalingEvent
from services.inference.targets import Target
from services.realtime.scope import Scope
from services.telemetry.store import Store
from services.telemetry.windows import Window

TABLE = "ngf_scaling_events"
OF_POOL = " AND pool_name = {pool:String}"
MOST = 2_000
"""Events that one answer may have."""


@dataclass(frozen=True, slots=True)
class ScalingRecord:
    """An event as it concerns one pool."""

    cluster: str
    pool: str
    event: ScalingEvent

    @property
    def id(self) -> str:
        """Names the row in the store."""
        return f"{self.pool}:{self.event.id}"

    def within(self, scope: Scope) -> bool:
        """Whether it belongs to a scope."""
        return scope.covers(self.cluster, self.event.target.namespace, self.pool)

    def same(self, other: "ScalingRecord") -> bool:
        """Whether both tell the same change of the same pool."""
        place = (self.cluster, self.pool) == (other.cluster, other.pool)
        return place and self.event.same(other.event)


def as_json(record: ScalingRecord) -> dict[str, Any]:
    """As REST and sockets tell it; null is not told."""
    event = record.event
    return {
        "timestamp": event.at,
        "cluster": record.cluster,
        "namespace": event.target.namespace,
        "pool": record.pool,
        "event": event.kind,
        "fromReplicas": event.before,
        "toReplicas": event.after,
        "trigger": event.trigger or None,
        "reason": event.reason or None,
        "message": event.message or None,
        "scaler": event.scaler or None,
        "targetKind": event.target.kind,
        "target": event.target.name,
        "source": ", ".join(event.sources),
        "id": record.id,
    }


class ScalingLog:
    """Writes and reads the table ``ngf_scaling_events``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self, records: Sequence[ScalingRecord]) -> None:
        """Add events; what is there already is not there twice. Raises Unavailable, Invalid."""
        if records:
            token = hashlib.sha256("\n".join(sorted(one.id for one in records)).encode())
            lines = b"".join(orjson.dumps(_row(one)) + b"\n" for one in records)
            self._store.insert(TABLE, lines, f"scaling-{token.hexdigest()}")

    def missing(self, records: Sequence[ScalingRecord]) -> list[ScalingRecord]:
        """Those that are not written yet, neither so nor from other signs. Raises Unavailable."""
        if not records:
            return []
        moments = [one.event.at for one in records]
        around = Window(min(moments) - TOGETHER, max(moments) + TOGETHER + timedelta(seconds=1))
        clusters = frozenset(one.cluster for one in records)
        known = self.read(Scope(clusters), around)
        return [one for one in records if not any(one.same(other) for other in known)]

    def read(self, scope: Scope, window: Window, most: int = MOST) -> list[ScalingRecord]:
        """The newest events of a scope, newest first. Raises Unavailable, Invalid."""
        where, parameters = conditions(scope)
        rows = self._store.read(
            "scaling_events",
            {"from": window.start, "to": window.end, "most": most, **parameters},
            clusters=scope.clusters,
            where=where,
        )
        return [_record(row) for row in rows.dicts()]


def conditions(scope: Scope) -> tuple[str, dict[str, Any]]:
    """What limits a query to the pool and the namespaces of a scope, and its parameters."""
    where = ""
    parameters: dict[str, Any] = {}
    if scope.namespaces is not None:
        where += " AND namespace IN {namespaces:Array(String)}"
        parameters["namespaces"] = sorted(scope.namespaces)
    if scope.pool:
        namespace, _, name = scope.pool.rpartition("/")
        where += OF_POOL
        parameters["pool"] = name
        if namespace:
            where += " AND namespace = {namespace:String}"
            parameters["namespace"] = namespace
    return where, parameters


def _row(record: ScalingRecord) -> dict[str, Any]:
    event = record.event
    return {
        "timestamp": _written(event.at),
        "cluster_name": record.cluster,
        "namespace": event.target.namespace,
        "pool_name": record.pool,
        "target_kind": event.target.kind,
        "target_name": event.target.name,
        "scaler": event.scaler,
        "kind": event.kind,
        "from_replicas": event.before,
        "to_replicas": event.after,
        "reason": event.reason,
        "message": event.message,
        "trigger": event.trigger,
        "source": ", ".join(event.sources),
        "event_id": record.id,
    }


def _record(row: dict[str, Any]) -> ScalingRecord:
    pool, _, key = row["event_id"].partition(":")
    return ScalingRecord(
        row["cluster_name"],
        pool,
        ScalingEvent(
            row["timestamp"],
            Target(row["namespace"], row["target_kind"], row["target_name"]),
            row["kind"],
            row["scaler"],
            row["from_replicas"],
            row["to_replicas"],
            row["reason"],
            row["message"],
            row["trigger"],
            tuple(row["source"].split(", ")),
            key,
        ),
    )


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def together(*parts: Iterable[ScalingRecord]) -> list[ScalingRecord]:
    """Events of several places, each once, newest first."""
    found: dict[str, ScalingRecord] = {}
    for part in parts:
        for one in part:
            found.setdefault(f"{one.cluster}/{one.id}", one)
    return sorted(found.values(), key=lambda one: one.event.at, reverse=True)
