"""Which inference pools there are: by the objects of the clusters, else as they were written down.

What objects say is written into the store, so that a pool of a cluster that has not been read yet,
or cannot be read any more, keeps its name and its last numbers.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from services.errors import Unavailable
from services.inference.members import Objects
from services.inference.provider import Asked
from services.inference.results import PoolStatus
from services.telemetry.answers import Answer
from services.telemetry.store import Store
from services.telemetry.windows import Window

SOURCE = "InferencePool and InferenceStack objects"
STORED = "the pools written down last"
TABLE = "ngf_inference_pools"
PENDING = timedelta(minutes=2)
"""For how long a pool counts that was written down and whose objects are not there yet."""

_FIRST = datetime(2000, 1, 1, tzinfo=UTC)

_WRITTEN = (
    "model_name",
    "model_version",
    "serving_backend",
    "gpu_type",
    "gpu_count",
    "replicas",
    "ready_replicas",
    "min_replicas",
    "max_replicas",
)


class KnownPools:
    """The list of pools, and where it is written down."""

    def __init__(self, store: Store, objects: Objects) -> None:
        self._store, self.objects = store, objects

    def pools(self, asked: Asked, now: datetime) -> Answer[list[PoolStatus]]:
        """By name, cluster, namespace. Raises Unavailable where no cluster was read and the store
        does not answer either."""
        read = self.objects(asked)
        known = {name: of for name, of in read.items() if of.as_of}
        found = {
            pool.place: pool
            for of in known.values()
            for pool in of.pools
            if asked.covers(*pool.place)
        }
        stored, reason = self._beside(asked, known, sorted(set(read) - set(known)))
        for pool, written in stored:
            if pool.cluster not in known or (pool.status == "Pending" and written > now - PENDING):
                found.setdefault(pool.place, pool)
        pools = sorted(found.values(), key=lambda one: (one.name, one.cluster, one.namespace))
        times = [of.as_of for of in known.values() if of.as_of]
        times += [] if known else [written for _, written in stored]
        source = SOURCE if known or not stored else STORED
        return Answer(pools, source, min(times, default=None), Window.last(1, now), reason)

    def _beside(
        self, asked: Asked, known: Collection[str], silent: Sequence[str]
    ) -> tuple[list[tuple[PoolStatus, datetime]], str | None]:
        """What was written down, beside clusters that are known, and what is to be said of it."""
        unread = f"Pools of {', '.join(silent[:3])} were never read; " if silent else ""
        try:
            stored = self.stored(asked)
        except Unavailable as error:
            if silent and not known:
                raise
            return [], unread + error.message
        return stored, f"{unread}shown are {STORED}." if unread else None

    def stored(self, asked: Asked) -> list[tuple[PoolStatus, datetime]]:
        """What was written down, and when."""
        where, bound = Asked(namespaces=asked.namespaces, namespace=asked.namespace).where()
        rows = self._store.read(
            "inf_stored_pools",
            {**bound, "from": _FIRST, "to": datetime.now(UTC) + timedelta(days=1)},
            clusters=asked.clusters,
            where=where,
        )
        pools = [(_pool(row), row["updated_at"]) for row in rows.dicts()]
        return [(pool, at) for pool, at in pools if asked.covers(*pool.place)]

    def upsert(self, pool: PoolStatus, now: datetime) -> None:
        """Write a pool down."""
        self._write([_row(pool, now)])

    def delete(self, cluster: str, namespace: str, name: str, now: datetime) -> None:
        """Write down that a pool is gone."""
        gone = PoolStatus(cluster, namespace, name)
        self._write([{**_row(gone, now), "is_deleted": 1}])

    def sync(self, now: datetime) -> int:
        """Write down what the objects of every cluster that is read say and was written otherwise,
        and that pools are gone; how many rows."""
        everything = Asked()
        known = {name: of for name, of in self.objects(everything).items() if of.as_of}
        stored = {pool.place: (pool, at) for pool, at in self.stored(everything)}
        there = {pool.place: pool for of in known.values() for pool in of.pools}
        rows = [
            _row(pool, now)
            for place, pool in there.items()
            if place not in stored or _said(pool) != _said(stored[place][0])
        ]
        rows += [
            {**_row(pool, now), "is_deleted": 1}
            for place, (pool, written) in stored.items()
            if place not in there
            and pool.cluster in known
            and not known[pool.cluster].reason
            and written < now - PENDING
        ]
        self._write(rows)
        return len(rows)

    def _write(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._store.insert(TABLE, b"\n".join(map(orjson.dumps, rows)), uuid.uuid4().hex)


def _row(pool: PoolStatus, now: datetime) -> dict[str, Any]:
    texts = ("model_name", "model_version", "serving_backend", "gpu_type")
    told = {key: getattr(pool, key) for key in _WRITTEN}
    return {
        "cluster_name": pool.cluster,
        "namespace": pool.namespace,
        "name": pool.name,
        **told,
        **{key: told[key] or "" for key in texts},
        "status": pool.status,
        "created_at": _moment(pool.created_at),
        "updated_at": _moment(now),
        "is_deleted": 0,
    }


def _said(pool: PoolStatus) -> tuple[Any, ...]:
    """What of a pool is written down."""
    row = _row(pool, _FIRST)
    return tuple(row.values())


def _pool(row: Mapping[str, Any]) -> PoolStatus:
    told: dict[str, Any] = {key: row[key] for key in _WRITTEN}
    told = {key: None if value == "" else value for key, value in told.items()}
    return PoolStatus(
        cluster=row["cluster"],
        namespace=row["namespace"],
        name=row["name"],
        **told,
        status=row["status"],
        status_reason=f"as written down at {row['updated_at']:%Y-%m-%d %H:%M} UTC",
        created_at=row["created_at"],
    )


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] if at else None


def with_utilization(
    pools: list[PoolStatus], busy: Mapping[tuple[str, str, str], float | None], why: str
) -> list[PoolStatus]:
    """The pools with the mean utilization of their GPUs, by place."""
    return [
        replace(
            pool,
            avg_gpu_util=busy.get(pool.place),
            reasons=dict(pool.reasons)
            if busy.get(pool.place) is not None
            else {**pool.reasons, "avg_gpu_util": why},
        )
        for pool in pools
    ]
