"""One cluster at work: where it is, its client for calls, its cache for reads, how it stands."""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agent.ngf import CONTROL_PLANE_SELECTOR, Edition, Ngf, detect
from services.clusters.standing import (
    HEARTBEAT_SECONDS,
    AgentReport,
    Evidence,
    Reply,
    Standing,
    judge,
)
from services.errors import NotFound, Unavailable
from services.kube.breaker import State as BreakerState
from services.kube.cache import Reachability, WatchCache
from services.kube.checks import Check
from services.kube.client import KubeClient
from services.kube.connection import Connection
from services.kube.labels import selector
from services.kube.loop import WatchLoop
from services.kube.shelf import Snapshot
from services.kube.stream import Object

_TELL_NGF = ("deployments", "pods", "gatewayclasses")


@dataclass(frozen=True, slots=True)
class Member:
    """One cluster as configured. ``connect`` may raise; it is asked again until it does not.

    ``agents`` says whether an agent can report here at all, ``interval`` how often it should, in
    seconds; ``prometheus`` whether one is named. ``local`` is the hub itself.
    """

    name: str
    connect: Callable[[], Connection] = field(compare=False)
    display_name: str = ""
    region: str = ""
    environment: str = ""
    default: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    local: bool = False
    agents: bool = False
    interval: int = HEARTBEAT_SECONDS
    otel_endpoint: str = ""
    prometheus: bool = False
    terminating: bool = False


@dataclass(frozen=True, slots=True)
class ClusterState:
    """Whether the cluster answers and what runs on it. ``last_seen`` is its last sign of life.

    ``checks`` are the health checks of the last half hour, oldest first; ``rest`` is how many
    seconds an open breaker still waits.
    """

    connected: bool
    reason: str
    since: datetime | None
    last_seen: datetime | None
    kubernetes_version: str | None
    ngf_version: str | None
    edition: Edition
    breaker: BreakerState = "closed"
    rest: float = 0.0
    latest: Check | None = None
    checks: tuple[Check, ...] = ()

    @property
    def unreachable(self) -> bool:
        """Not answering, with a reason; a cluster still being connected has none yet."""
        return not self.connected and bool(self.reason)


@dataclass(frozen=True, slots=True)
class ClusterInfo:
    """A cluster for people: names, place, state, standing, and the colour slot (1 to 8) it keeps.

    ``agent`` is the last report of its agent, if there ever was one.
    """

    name: str
    display_name: str
    region: str
    environment: str
    default: bool
    state: ClusterState
    slot: int
    standing: Standing
    labels: Mapping[str, str] = field(default_factory=dict)
    local: bool = False
    agents: bool = False
    agent: AgentReport | None = None
    interval: int = HEARTBEAT_SECONDS


class Cluster:
    """One member at work. Its Prometheus' reply is set by whoever hears it."""

    def __init__(self, member: Member, loop: WatchLoop) -> None:
        self.name = member.name
        self.cache = WatchCache(member.name, lambda: self.member.connect(), loop)
        self.member = member
        self.agent: AgentReport | None = None
        self.prometheus: Reply | None = None
        self._lock = threading.Lock()
        self._client: tuple[Connection, KubeClient] | None = None
        self._detected: tuple[tuple[int, ...], Ngf] | None = None

    @property
    def place(self) -> dict[str, str]:
        """Where it runs: ``environment`` and ``region``, "" where nobody said."""
        return {"environment": self.member.environment, "region": self.member.region}

    @property
    def reach(self) -> Reachability:
        """Whether its API server answers: the part of :attr:`state` that costs nothing to ask."""
        return self.cache.reachability

    @property
    def client(self) -> KubeClient:
        """Calls to the API server, each of which counts for the breaker.

        Raises Unavailable while there is no usable connection.
        """
        connection = self.cache.connection
        if connection is None:
            raise self.unavailable(self.reach.reason)
        with self._lock:
            if self._client is None or self._client[0] is not connection:
                self._client = connection, KubeClient(connection, self.cache.breaker)
            client = self._client[1]
        if not self.cache.breaker.admits:
            raise self.unavailable(self.reach.reason)
        return client

    def unavailable(self, reason: str) -> Unavailable:
        """The error for what this cluster cannot answer now, with when it was last seen and, while
        no call is made to it, in how many seconds one will be."""
        reach, breaker = self.reach, self.cache.breaker
        lost = reach.since is not None and not reach.connected
        return Unavailable(
            f"Cluster {self.name} is not {'reachable' if lost else 'ready'}: {reason}",
            cluster=self.name,
            last_seen=reach.last_seen.isoformat() if reach.last_seen else None,
            retry_after=None if breaker.admits else max(1, round(breaker.rest())),
        )

    def snapshot(self, kind: str) -> Snapshot:
        """What is known of a kind here; never waits. Raises NotFound for an unknown kind."""
        try:
            return self.cache.snapshot(kind)
        except KeyError:
            raise NotFound(f"There is no kind named {kind}.", kind=kind) from None

    def standing(self, now: datetime) -> Standing:
        """Conditions and phase at ``now``."""
        return judge(self._evidence(), now)

    @property
    def display_name(self) -> str:
        """What people call it."""
        return self.member.display_name or self.name

    @property
    def is_first_read(self) -> bool:
        """Whether what it is judged by is still being read for the first time."""
        return any(self.snapshot(kind).state == "loading" for kind in _TELL_NGF)

    @property
    def state(self) -> ClusterState:
        """Whether it answers and what runs on it, now."""
        reach, ngf = self.reach, self.ngf()
        breaker, checks = self.cache.breaker, self.cache.checks
        return ClusterState(
            connected=reach.connected,
            reason=reach.reason,
            since=reach.since,
            last_seen=reach.last_seen,
            kubernetes_version=reach.kubernetes_version,
            ngf_version=ngf.version,
            edition=ngf.edition,
            breaker=breaker.state,
            rest=breaker.rest(),
            latest=checks.latest,
            checks=checks.recent(datetime.now(UTC)),
        )

    def info(self, slot: int, default: bool) -> ClusterInfo:
        """Names, place and present state; the fleet knows ``slot`` and ``default``."""
        member = self.member
        return ClusterInfo(
            name=self.name,
            display_name=self.display_name,
            region=member.region,
            environment=member.environment,
            default=default,
            state=self.state,
            slot=slot,
            standing=self.standing(datetime.now(UTC)),
            labels=member.labels,
            local=member.local,
            agents=member.agents,
            agent=self.agent,
            interval=member.interval,
        )

    def ngf(self) -> Ngf:
        """What the cluster's objects say of NGF, else what its agent said.

        Looked up again only when what tells it has changed.
        """
        seen = [self.snapshot(kind) for kind in _TELL_NGF]
        versions = tuple(snapshot.version for snapshot in seen)
        if self._detected is None or self._detected[0] != versions:
            deployments, pods, classes = map(_known, seen)
            self._detected = versions, detect(_control_planes(deployments), pods, classes)
        found, agent = self._detected[1], self.agent
        if found.detected is None and agent and agent.ngf_version:
            return Ngf(True, agent.ngf_version, agent.ngf_edition, "The agent says so.")
        return found

    def heard(self, report: AgentReport) -> bool:
        """Take over what the agent says, unless something newer is known of it."""
        with self._lock:
            newer = self.agent is None or report.at > self.agent.at
            if newer:
                self.agent = report
            return newer

    def configure(self, member: Member) -> None:
        """Take over another name, place or way to connect; :meth:`reconnect` uses the latter."""
        self.member = member

    def reconnect(self) -> None:
        """Connect anew, with a kubeconfig that has changed. On the watch loop."""
        self.cache.reconnect()

    def retry(self) -> None:
        """Try to reach it again now instead of at the next turn."""
        self.cache.retry()

    def _evidence(self) -> Evidence:
        return Evidence(
            reach=self.reach,
            ngf=self.ngf(),
            agents=self.member.agents,
            agent=self.agent,
            interval=self.member.interval,
            prometheus=self.prometheus if self.member.prometheus else None,
            unasked=self.member.prometheus and self.prometheus is None,
            terminating=self.member.terminating,
        )


def _control_planes(deployments: Collection[Object] | None) -> Collection[Object] | None:
    """Those that NGF's chart and manifests label so: others may have a container of that name."""
    if deployments is None:
        return None
    chosen = selector(CONTROL_PLANE_SELECTOR)
    return [one for one in deployments if chosen(one["metadata"].get("labels") or {})]


def _known(source: Snapshot) -> Collection[Object] | None:
    """The objects of a kind, None when nobody knows whether there are any."""
    known = source.as_of is not None or source.state == "absent"
    return source.objects.values() if known else None
