"""How a cluster stands: four conditions, one phase, and one sentence that says why.

Said once, for pages, REST and the status of ManagedCluster objects. The sentences of conditions
contain no ages, so that a status is written when something has changed and not as time passes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from agent.ngf import Edition, Ngf
from services.kube.cache import Reachability

Status = Literal["True", "False", "Unknown"]
Phase = Literal["Pending", "Connecting", "Ready", "Degraded", "Unreachable", "Terminating"]

HEARTBEAT_SECONDS = 30
STALE_AFTER = 3
"""Intervals without a heartbeat after which the agent counts as silent."""

_PENDING = ("no_kubeconfig", "not_found")
_REASONS = {
    "kubeconfig_refused": "KubeconfigRefused",
    "credential": "CredentialRefused",
    "denied": "Forbidden",
    "no_kubeconfig": "NoKubeconfig",
    "not_found": "SecretNotFound",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """As in Kubernetes; ``since`` is when the status became what it is."""

    type: str
    status: Status
    reason: str
    message: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class AgentReport:
    """What the agent of a cluster said last; ``at`` is the hub's clock. None is not known."""

    at: datetime
    sequence: int = 0
    agent_version: str = ""
    kubernetes_version: str = ""
    ngf_version: str | None = None
    ngf_edition: Edition = "unknown"
    operator_healthy: bool | None = None
    counts: Mapping[str, int] | None = None
    gpus: Mapping[str, object] | None = None

    def following(self, before: "AgentReport | None") -> "AgentReport":
        """With the versions of an earlier report, where this one comes from a status, which has
        none of the agent's."""
        if before is None:
            return self
        return replace(
            self,
            kubernetes_version=before.kubernetes_version,
            ngf_version=before.ngf_version,
            ngf_edition=before.ngf_edition,
        )

    def stale(self, interval: float, now: datetime) -> bool:
        """Whether three intervals have passed without a heartbeat."""
        return now - self.at > timedelta(seconds=STALE_AFTER * interval)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a dependency of the cluster, its Prometheus, answered; ``problem`` is "" if all well."""

    at: datetime
    problem: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the judgement rests on. ``agents`` is False where no agent can report here,
    ``unasked`` is True while nobody has asked the Prometheus that there is."""

    reach: Reachability
    ngf: Ngf
    agents: bool
    agent: AgentReport | None
    interval: int
    prometheus: Reply | None
    terminating: bool = False
    unasked: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The judgement. ``title`` is "" while the cluster is ready."""

    phase: Phase
    title: str
    conditions: tuple[Condition, ...]

    def condition(self, kind: str) -> Condition:
        """One of the four by type."""
        return next(one for one in self.conditions if one.type == kind)


def judge(seen: Evidence, now: datetime) -> Standing:
    """What the evidence says at ``now``."""
    conditions = tuple(_conditions(seen, now))
    return Standing(_phase(seen, conditions), _title(seen, conditions, now), conditions)


def _conditions(seen: Evidence, now: datetime) -> Iterator[Condition]:
    yield _connected(seen.reach)
    yield _reporting(seen, now)
    yield _prometheus(seen)
    yield _detected(seen)


def _connected(reach: Reachability) -> Condition:
    if reach.connected:
        return Condition("Connected", "True", "Answers", "The API server answers.", reach.since)
    if reach.since is None or reach.code == "reconnecting":
        said = "The first answer is awaited." if reach.since is None else reach.reason
        return Condition("Connected", "Unknown", "Connecting", said, reach.since)
    reason = _REASONS.get(reach.code, "NoAnswer")
    return Condition("Connected", "False", reason, reach.reason, reach.since)


def _reporting(seen: Evidence, now: datetime) -> Condition:
    kind = "AgentReporting"
    if not seen.agents:
        return Condition(
            kind, "Unknown", "NotManaged", "Agents report to a hub of ManagedClusters."
        )
    if seen.agent is None:
        return Condition(kind, "Unknown", "NeverReported", "No heartbeat was ever received.")
    if seen.agent.stale(seen.interval, now):
        last = seen.agent.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        said = f"The last heartbeat came at {last}; one is expected every {seen.interval:g} s."
        return Condition(kind, "Unknown", "HeartbeatStale", said)
    if seen.agent.operator_healthy is False:
        return Condition(kind, "True", "OperatorUnhealthy", "The agent says its operator is not.")
    return Condition(kind, "True", "Heartbeat", "Heartbeats arrive in time.")


def _prometheus(seen: Evidence) -> Condition:
    kind = "PrometheusReachable"
    if seen.unasked:
        return Condition(kind, "Unknown", "NotAsked", "It has not been asked yet.")
    if seen.prometheus is None:
        return Condition(kind, "Unknown", "NotConfigured", "No Prometheus is configured.")
    if seen.prometheus.problem:
        return Condition(kind, "False", "NoAnswer", seen.prometheus.problem)
    return Condition(kind, "True", "Answers", "Prometheus answers.")


def _detected(seen: Evidence) -> Condition:
    kind = "GatewayFabricDetected"
    if seen.ngf.detected is None:
        return Condition(kind, "Unknown", "NotKnown", seen.ngf.evidence)
    if seen.ngf.detected:
        return Condition(kind, "True", "Detected", seen.ngf.evidence)
    return Condition(kind, "False", "NotDetected", seen.ngf.evidence)


def _phase(seen: Evidence, conditions: tuple[Condition, ...]) -> Phase:
    if seen.terminating:
        return "Terminating"
    connected, agent, *others = conditions
    if connected.status == "Unknown":
        return "Connecting"
    if connected.status == "False":
        return "Pending" if seen.reach.code in _PENDING else "Unreachable"
    troubled = agent.reason in ("HeartbeatStale", "OperatorUnhealthy")
    if troubled or any(one.status == "False" for one in others):
        return "Degraded"
    return "Ready"


def _title(seen: Evidence, conditions: tuple[Condition, ...], now: datetime) -> str:
    """The sentence for people, what matters most first."""
    connected, agent, prometheus, ngf = conditions
    if seen.terminating:
        return "Being removed"
    if connected.status == "False":
        return connected.message
    if connected.status == "Unknown":
        return connected.message
    if seen.agent and agent.reason == "HeartbeatStale":
        return f"Agent stale: no heartbeat for {_span((now - seen.agent.at).total_seconds())}"
    if prometheus.status == "False":
        return prometheus.message
    if ngf.status == "False":
        return "NGINX Gateway Fabric is not found"
    return agent.message if agent.reason == "OperatorUnhealthy" else ""


def _span(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    if minutes >= 120:
        return f"{minutes // 60} h"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
