"""Writes down what autoscalers compare and what workloads have, so that it can be drawn later.

Kubernetes keeps no history of it: an HPA knows the value of the moment only. A quarter of a minute
is how often the autoscaler looks itself. Nothing is written of a cluster that does not answer, so
that a gap means that nobody could look.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from services.clusters.fleet import Cluster, Fleet
from services.errors import ConsoleError
from services.inference.autoscaling import Scaled, workloads_of
from services.inference.readings import Reading
from services.inference.targets import READ
from services.telemetry.store import Store

TABLE = "ngf_scaling_samples"
SECONDS = 15.0
_log = structlog.get_logger(__name__)


class Sampler:
    """Samples every pool of the fleet while ``leads`` says that it is this replica's to write."""

    def __init__(self, fleet: Fleet, store: Store, leads: Callable[[], bool]) -> None:
        self._fleet, self._store, self._leads = fleet, store, leads
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scaling-samples", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._ended.set()

    def sample(self, now: datetime) -> int:
        """Write how everything is at ``now``; how many rows that were.

        Raises Unavailable, Invalid.
        """
        at = f"{now:%Y-%m-%d %H:%M:%S.%f}"[:-3]
        rows = [row for cluster in self._fleet.clusters() for row in _rows(cluster)]
        if rows:
            lines = b"".join(orjson.dumps({"timestamp": at, **row}) + b"\n" for row in rows)
            self._store.insert(TABLE, lines, f"samples-{hashlib.sha256(lines).hexdigest()}")
        return len(rows)

    def _run(self) -> None:
        while not self._ended.wait(SECONDS):
            if not self._leads():
                continue
            try:
                self.sample(datetime.now(UTC))
            except ConsoleError as error:
                _log.warning("what scales pools was not written down", reason=error.message)
            except Exception:
                _log.exception("what scales pools was not written down")


def _rows(cluster: Cluster) -> Iterator[dict[str, Any]]:
    """What a cluster that answers says now."""
    states = [cluster.snapshot(kind).state for kind in READ]
    if any(state not in ("live", "absent") for state in states):
        return
    for namespace, pool in cluster.snapshot("inferencepools").objects:
        for one in workloads_of(cluster, namespace, pool):
            place = {"cluster_name": cluster.name, "namespace": namespace, "pool_name": pool}
            for reading in one.readings or (None,):
                yield {**place, **_row(one, reading)}


def _row(one: Scaled, reading: Reading | None) -> dict[str, Any]:
    return {
        "target_kind": one.target.kind,
        "target_name": one.target.name,
        "metric": reading.name if reading else "",
        "per": reading.per if reading else "",
        "value": reading.value if reading else None,
        "target": reading.target if reading else None,
        "replicas": one.replicas,
        "desired_replicas": one.desired,
        "ready_replicas": one.ready,
        "min_replicas": one.least,
        "max_replicas": one.most,
    }
