"""Heartbeats: taken by any replica, known there at once, known to all by way of the hub.

Taking one costs a hash and an assignment. What it says goes into the ManagedCluster's status at
most once per interval and cluster, whoever took it: before a replica writes it looks at the
heartbeat that the status tells already, and the object's version makes a second writer look again.
What is not due yet waits, and the latest wins, also the latest of another replica; so none is lost
that was not overtaken by a newer, and none is written over a newer.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from agent.ngf import Edition
from services.clusters.fleet import Cluster, Fleet
from services.clusters.registry import Registry
from services.clusters.standing import AgentReport
from services.clusters.status import apply_status
from services.errors import ConsoleError, Denied, NotFound, Unavailable

Object = Mapping[str, Any]

MANAGER = "ngf-console-heartbeat"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What an agent sends; None is not known to it."""

    sequence: int
    agent_version: str
    kubernetes_version: str
    ngf_version: str | None
    ngf_edition: Edition
    operator_healthy: bool | None
    counts: Mapping[str, int | None]
    gpus: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class AgentConfig:
    """What an agent is told in return: seconds between heartbeats, and where telemetry goes."""

    interval: int
    otel_endpoint: str


class Heartbeats:
    """Takes heartbeats and writes them down. ``now`` is the hub's clock, the only one asked."""

    def __init__(
        self,
        fleet: Fleet,
        registry: Registry,
        otel_url: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._fleet, self._registry, self._otel_url, self._now = fleet, registry, otel_url, now
        self._lock = threading.Lock()
        self._unwritten: dict[Cluster, AgentReport] = {}

    def admit(self, name: str, token: str) -> None:
        """Whether the token is that of this cluster's agent.

        Raises Unauthenticated and Denied, and Unavailable while the clusters are not known yet.
        """
        if not self._registry.read:
            raise Unavailable("The hub is still reading its clusters.", retry_after=1)
        cluster = self._registry.tokens.authenticate(token, self._now())
        if cluster != name:
            raise Denied(f"This token is not that of cluster {name}.", cluster=name)

    def take(self, name: str, beat: Heartbeat) -> AgentConfig:
        """Note a heartbeat of an agent that was admitted. Raises NotFound."""
        cluster = self._fleet.get(name)
        report = AgentReport(
            at=_as_told(self._now()),
            sequence=beat.sequence,
            agent_version=beat.agent_version,
            kubernetes_version=beat.kubernetes_version,
            ngf_version=beat.ngf_version,
            ngf_edition=beat.ngf_edition,
            operator_healthy=beat.operator_healthy,
            counts={key: count for key, count in beat.counts.items() if count is not None},
            gpus=beat.gpus,
        )
        with self._lock:
            if cluster.heard(report):
                self._unwritten[cluster] = report
        member = cluster.member
        return AgentConfig(member.interval, member.otel_endpoint or self._otel_url)

    def flush(self) -> int:
        """Write down what is due; how many were. What fails stays for the next time."""
        with self._lock:
            waiting = dict(self._unwritten)
        return sum(self._write_down(cluster, report) for cluster, report in waiting.items())

    def _write_down(self, cluster: Cluster, report: AgentReport) -> bool:
        interval = timedelta(seconds=cluster.member.interval)
        try:
            if self._fleet.get(cluster.name) is not cluster:
                raise NotFound("It has gone, and another has its name.")
            if cluster.agent is not report:  # another replica has heard a newer one
                self._forget(cluster, report)
                return False
            obj = self._registry.object(cluster.name)
            if not _due(obj, report, interval, self._now()):
                return False
            done = apply_status(
                self._registry,
                MANAGER,
                obj,
                lambda live: _status(report) if _due(live, report, interval, self._now()) else None,
            )
        except NotFound:
            self._forget(cluster, report)
            return False
        except ConsoleError as error:
            said = error.message
            _log.warning("a heartbeat was not written down", cluster=cluster.name, reason=said)
            return False
        if done is not None:
            self._forget(cluster, report)
        return done is not None

    def _forget(self, cluster: Cluster, report: AgentReport) -> None:
        with self._lock:
            if self._unwritten.get(cluster) is report:
                del self._unwritten[cluster]


def _due(obj: Object, report: AgentReport, interval: timedelta, now: datetime) -> bool:
    """Whether the heartbeat that the status tells is an earlier one and an interval old."""
    text = (obj.get("status") or {}).get("lastHeartbeat")
    if not text:
        return True
    told = datetime.fromisoformat(text)
    return told < report.at and now - told >= interval


def _as_told(moment: datetime) -> datetime:
    """As exact as the status tells it, so that it is the same moment for all replicas."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _status(report: AgentReport) -> dict[str, Any]:
    """The fields that are the heartbeat's."""
    told: dict[str, Any] = {
        "agentInstalled": True,
        "agentVersion": report.agent_version,
        "lastHeartbeat": report.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "heartbeatSequence": report.sequence,
        "operatorHealthy": report.operator_healthy,
        "resourceCounts": dict(report.counts or {}),
        "gpuCapacity": _gpus(report.gpus),
    }
    return {key: value for key, value in told.items() if value is not None}


def _gpus(gpus: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if gpus is None else {k: v for k, v in gpus.items() if v is not None}
