"""Every cluster the console knows, whatever its state.

A cluster that cannot be reached, or whose kubeconfig cannot even be used, is in the fleet with its
reason: it is never left out silently and never answers "not found". Where the members come from
(one kubeconfig, a file, the demo) is decided once, by whoever builds the fleet.
"""

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from agent.ngf import Edition, Ngf, detect
from services.auth.identity import Identity
from services.errors import NotFound, Unavailable
from services.kube.cache import Listener, WatchCache
from services.kube.client import KubeClient
from services.kube.connection import Connection
from services.kube.loop import WatchLoop
from services.kube.shelf import Snapshot
from services.kube.stream import Object

SLOTS = 8
"""Colours that tell clusters apart; the last is shared by all further ones."""

SINGLE = "default"
"""The name of a cluster that nobody has named."""


@dataclass(frozen=True, slots=True)
class Member:
    """One cluster as configured. ``connect`` may raise; it is asked again until it does not."""

    name: str
    connect: Callable[[], Connection]
    display_name: str = ""
    region: str = ""
    environment: str = ""
    default: bool = False


@dataclass(frozen=True, slots=True)
class ClusterState:
    """Whether the cluster answers and what runs on it. ``last_seen`` is its last sign of life."""

    connected: bool
    reason: str
    since: datetime | None
    last_seen: datetime | None
    kubernetes_version: str | None
    ngf_version: str | None
    edition: Edition

    @property
    def unreachable(self) -> bool:
        """Not answering, with a reason; a cluster still being connected has none yet."""
        return not self.connected and bool(self.reason)


@dataclass(frozen=True, slots=True)
class ClusterInfo:
    """A cluster for people: names, place, state, and the colour slot (1 to 8) it keeps."""

    name: str
    display_name: str
    region: str
    environment: str
    default: bool
    state: ClusterState
    slot: int


class Cluster:
    """One member at work: its client for calls, its cache for reads."""

    def __init__(self, member: Member, slot: int, default: bool, loop: WatchLoop) -> None:
        self.name = member.name
        self.cache = WatchCache(member.name, member.connect, loop)
        self._member, self._slot, self._default = member, slot, default
        self._lock = threading.Lock()
        self._client: tuple[Connection, KubeClient] | None = None
        self._detected: tuple[tuple[int, ...], Ngf] | None = None

    @property
    def place(self) -> dict[str, str]:
        """Where it runs: ``environment`` and ``region``, "" where nobody said."""
        return {"environment": self._member.environment, "region": self._member.region}

    @property
    def client(self) -> KubeClient:
        """Calls to the API server. Raises Unavailable while there is no usable connection."""
        connection = self.cache.connection
        if connection is None:
            reach = self.cache.reachability
            raise Unavailable(f"Cluster {self.name} is not reachable: {reach.reason}")
        with self._lock:
            if self._client is None or self._client[0] is not connection:
                self._client = connection, KubeClient(connection)
            return self._client[1]

    def snapshot(self, kind: str) -> Snapshot:
        """What is known of a kind here; never waits. Raises NotFound for an unknown kind."""
        try:
            return self.cache.snapshot(kind)
        except KeyError:
            raise NotFound(f"There is no kind named {kind}.", kind=kind) from None

    def info(self) -> ClusterInfo:
        """Names, place and present state."""
        reach = self.cache.reachability
        ngf = self._ngf()
        return ClusterInfo(
            name=self.name,
            display_name=self._member.display_name or self.name,
            region=self._member.region,
            environment=self._member.environment,
            default=self._default,
            state=ClusterState(
                connected=reach.connected,
                reason=reach.reason,
                since=reach.since,
                last_seen=reach.last_seen,
                kubernetes_version=reach.kubernetes_version,
                ngf_version=ngf.version,
                edition=ngf.edition,
            ),
            slot=self._slot,
        )

    def _ngf(self) -> Ngf:
        """Which NGF runs here, looked up again only when what tells it has changed."""
        sources = [self.snapshot(kind) for kind in ("deployments", "pods", "gatewayclasses")]
        seen = tuple(source.version for source in sources)
        if self._detected is None or self._detected[0] != seen:
            self._detected = seen, detect(*(_known(source) for source in sources))
        return self._detected[1]

    def retry(self) -> None:
        """Try to reach it again now instead of at the next turn."""
        self.cache.retry()


class Fleet:
    """The clusters by name, and one watch loop for all of them."""

    def __init__(self, members: Iterable[Member], default: str = "") -> None:
        """``default`` names another default than the members do; it must be one of them."""
        ordered = sorted(members, key=lambda member: member.name)
        if not ordered:
            raise ValueError("a fleet needs at least one cluster")
        flagged = [member.name for member in ordered if member.default]
        self._default = default or next(iter(flagged), ordered[0].name)
        self._loop = WatchLoop()
        self._clusters = {
            member.name: Cluster(
                member, min(index + 1, SLOTS), member.name == self._default, self._loop
            )
            for index, member in enumerate(ordered)
        }

    @classmethod
    def from_members(cls, members: Iterable[Member], default: str = "") -> "Fleet":
        """Clusters that somebody else has put together, the demo for one."""
        return cls(members, default)

    @classmethod
    def single(
        cls, connect: Callable[[], Connection], name: str = SINGLE, display_name: str = "Default"
    ) -> "Fleet":
        """The one cluster of a kubeconfig or of the pod we run in."""
        return cls([Member(name, connect, display_name, default=True)])

    def get(self, name: str) -> Cluster:
        """A cluster in whatever state. Raises NotFound."""
        try:
            return self._clusters[name]
        except KeyError:
            raise _no_cluster(name) from None

    def visible(self, who: Identity, name: str) -> Cluster:
        """A cluster within the limits. Raises NotFound for others, as if they did not exist."""
        if not who.may_see_cluster(name):
            raise _no_cluster(name)
        return self.get(name)

    def default_name(self) -> str:
        """The cluster that paths without a cluster mean."""
        return self._default

    def names(self) -> list[str]:
        """All names, sorted."""
        return list(self._clusters)

    def list(self) -> list[ClusterInfo]:
        """All clusters, sorted by name."""
        return [cluster.info() for cluster in self._clusters.values()]

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(cluster, kind, version)`` whenever a kind on a cluster has changed.

        It runs on the watch loop and must not block. The returned function ends the subscription.
        """
        ends = [cluster.cache.subscribe(listener) for cluster in self._clusters.values()]

        def unsubscribe() -> None:
            for end in ends:
                end()

        return unsubscribe

    def wait_ready(self, timeout: float) -> None:
        """Return when no cluster is loading any more, or after ``timeout`` seconds."""
        for cluster in self._clusters.values():
            cluster.cache.wait_ready(timeout)

    def start(self) -> None:
        """Begin watching all clusters; returns at once. Call it after the fork."""
        self._loop.start()
        for cluster in self._clusters.values():
            cluster.cache.start()

    def stop(self) -> None:
        """End every watch."""
        for cluster in self._clusters.values():
            cluster.cache.stop()
        self._loop.stop()


def _known(source: Snapshot) -> Collection[Object] | None:
    """The objects of a kind, None when nobody knows whether there are any."""
    known = source.as_of is not None or source.state == "absent"
    return source.objects.values() if known else None


def _no_cluster(name: str) -> NotFound:
    return NotFound(f"There is no cluster named {name}.", cluster=name)
