"""Every cluster the console knows, whatever its state.

A cluster that cannot be reached, or whose kubeconfig cannot even be used, is in the fleet with its
reason: it is never left out silently and never answers "not found". Where the members come from
(one kubeconfig, a file, ManagedCluster objects) is decided by whoever fills the fleet; with the
last, clusters come and go while the console runs.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from services.auth.identity import CONSOLE, Identity
from services.clusters.cluster import Cluster, ClusterInfo, ClusterState, Member
from services.clusters.colours import SLOTS, Colours
from services.errors import NotFound, Unavailable
from services.kube.cache import Listener
from services.kube.connection import Connection
from services.kube.loop import WatchLoop

if TYPE_CHECKING:
    from services.telemetry.intake import Intake
    from services.telemetry.store import Store

__all__ = ["MEMBERSHIP", "SINGLE", "Cluster", "ClusterInfo", "ClusterState", "Fleet", "Member"]

SINGLE = "default"
"""The name of a cluster that nobody has named."""

MEMBERSHIP = "clusters"
"""What listeners hear as the kind when a cluster came, went or was renamed."""


class Attendant(Protocol):
    """Belongs to a fleet and ends with it."""

    def stop(self) -> None:
        """End."""


class Feed(Protocol):
    """Sends telemetry of the fleet's clusters from within this process, as agents would."""

    def start(self, intake: "Intake", store: "Store") -> None:
        """Begin; returns at once."""


class Source(Protocol):
    """Fills a fleet for as long as it runs."""

    def start(self) -> None:
        """Begin, on a watch loop that has been started; returns at once."""

    def stop(self) -> None:
        """Put nothing into the fleet any more."""

    def wait_ready(self, timeout: float) -> None:
        """Return when the first members are in the fleet, or after ``timeout`` seconds."""


class Fleet:
    """The clusters by name, and one watch loop for all of them."""

    def __init__(self, members: Iterable[Member] = (), default: str = "") -> None:
        """``default`` names another default than the members do. A ``source`` that is set before
        the start puts members and removes them while the fleet runs."""
        self.loop = WatchLoop()
        self.colours = Colours()
        self._wanted_default = default
        self._clusters: Mapping[str, Cluster] = {}
        self.source: Source | None = None
        self.attendants: list[Attendant] = []
        self.feeds: list[Feed] = []
        self._listeners: tuple[Listener, ...] = ()
        self._started = False
        self._changes = 0
        for member in members:
            self.put(member)

    @classmethod
    def single(
        cls, connect: Callable[[], Connection], name: str = SINGLE, display_name: str = "Default"
    ) -> "Fleet":
        """The one cluster of a kubeconfig or of the pod we run in."""
        return cls([Member(name, connect, display_name, default=True)])

    def put(self, member: Member, *, reconnect: bool = False) -> Cluster:
        """Add a cluster, or take over what is new about it; after the start on the watch loop.

        ``reconnect`` makes a known one connect anew.
        """
        cluster = self._clusters.get(member.name)
        if cluster is None:
            cluster = Cluster(member, self.loop)
            cluster.cache.subscribe(self._announce)
            self._clusters = dict(sorted({**self._clusters, member.name: cluster}.items()))
            if self._started:
                cluster.cache.start()
        else:
            if cluster.member == member and not reconnect:
                return cluster
            cluster.configure(member)
            if reconnect:
                cluster.reconnect()
        self.touch(member.name)
        return cluster

    def remove(self, name: str) -> None:
        """Forget a cluster and end its watches; on the watch loop."""
        cluster = self._clusters[name]
        self._clusters = {key: one for key, one in self._clusters.items() if key != name}
        cluster.cache.stop()
        self.touch(name)

    def touch(self, name: str) -> None:
        """Tell listeners that something about a cluster itself is new; on the watch loop."""
        self._changes += 1
        self._announce(name, MEMBERSHIP, self._changes)

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
        """The cluster that paths without a cluster mean: the one that was asked for, else the one
        marked so, else the hub itself, else the first. Raises Unavailable where it is not there."""
        if not self._clusters:
            raise Unavailable("No default cluster is available: no cluster is registered.")
        name = self._default()
        if name not in self._clusters:
            raise Unavailable("The default cluster is not registered.")
        return name

    def names(self) -> list[str]:
        """All names, sorted."""
        return list(self._clusters)

    def clusters(self, who: Identity = CONSOLE) -> list[Cluster]:
        """The clusters within the limits, sorted by name. Each can be asked further, even when it
        leaves the fleet meanwhile."""
        return [one for name, one in self._clusters.items() if who.may_see_cluster(name)]

    def described(self, who: Identity = CONSOLE) -> list[tuple[Cluster, ClusterInfo]]:
        """Each cluster within the limits with what people are told of it, sorted by name."""
        default = self._default()
        return [
            (one, one.info(self.slot(one.name), one.name == default)) for one in self.clusters(who)
        ]

    def list(self, who: Identity = CONSOLE) -> list[ClusterInfo]:
        """The clusters within the limits for people, sorted by name."""
        return [info for _, info in self.described(who)]

    def info(self, cluster: Cluster) -> ClusterInfo:
        """One cluster for people."""
        return cluster.info(self.slot(cluster.name), cluster.name == self._default())

    def slot(self, name: str) -> int:
        """The colour (1 to 8) of a cluster; the shared one of a cluster that is not there."""
        return self.colours.slot(name, self._clusters) if name in self._clusters else SLOTS

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(cluster, kind, version)`` whenever a kind on a cluster has changed, and
        with the kind ``MEMBERSHIP`` when a cluster came, went or something about itself is new.

        It runs on the watch loop and must not block. The returned function ends the subscription.
        """
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    def wait_ready(self, timeout: float) -> None:
        """Return when no cluster is loading any more, or after ``timeout`` seconds."""
        if self.source:
            self.source.wait_ready(timeout)
        for cluster in self._clusters.values():
            cluster.cache.wait_ready(timeout)

    def start(self) -> None:
        """Begin watching all clusters; returns at once. Call it after the fork."""
        self.loop.start()
        self._started = True
        for cluster in self._clusters.values():
            cluster.cache.start()
        if self.source:
            self.source.start()

    def stop(self) -> None:
        """End every watch, and what belongs to the fleet."""
        for attendant in self.attendants:
            attendant.stop()
        if self.source:
            self.source.stop()
        for cluster in self._clusters.values():
            cluster.cache.stop()
        self.loop.stop()

    def _default(self) -> str:
        """The name that was asked for or that stands out; "" without any cluster."""
        if self._wanted_default:
            return self._wanted_default
        clusters = self._clusters
        marked = (name for name, one in clusters.items() if one.member.default)
        local = (name for name, one in clusters.items() if one.member.local)
        return next(chain(marked, local, clusters), "")

    def _announce(self, cluster: str, kind: str, version: int) -> None:
        for listener in self._listeners:
            listener(cluster, kind, version)


def _no_cluster(name: str) -> NotFound:
    return NotFound(f"There is no cluster named {name}.", cluster=name)
