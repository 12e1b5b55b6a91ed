"""Which Prometheus knows a cluster, and how its series are told from those of others.

A cluster's own Prometheus, which a ManagedCluster names by a Secret, holds that cluster alone: its
series carry no name of it. The one of ``--prometheus-url`` may hold the whole fleet; where the
console knows several clusters, the label ``--prometheus-cluster-label`` tells their series apart.
"""

import threading
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from services.clusters.fleet import Cluster, Fleet
from services.clusters.prometheus import Prometheus
from services.clusters.registry import Registry
from services.errors import Unavailable
from services.prometheus import queries
from services.prometheus.client import PrometheusClient


class NoPrometheus(Unavailable):
    """None is named for the cluster."""

    code = "no_prometheus"


@dataclass(frozen=True, slots=True)
class Source:
    """Where to ask, and the matchers of the cluster's series."""

    client: PrometheusClient
    scope: tuple[str, ...] = ()


class Sources:
    """Keeps a client, its connections and whether it rests, for as long as the cluster is there and
    its Prometheus is the same."""

    def __init__(
        self,
        fleet: Fleet,
        registry: Registry | None,
        shared: Prometheus | None,
        cluster_label: str,
    ) -> None:
        self._fleet, self._registry = fleet, registry
        self._shared = shared.client() if shared else None
        self._label = cluster_label
        self._lock = threading.Lock()
        self._own: WeakKeyDictionary[Cluster, tuple[Prometheus, PrometheusClient]]
        self._own = WeakKeyDictionary()

    def of(self, cluster: Cluster) -> Source:
        """Where to ask about a cluster. Raises NoPrometheus, and NotFound or Invalid for a Secret
        that is not there or names an address that is not called."""
        own = self._registry.prometheus(cluster.name) if self._registry else None
        if own:
            return Source(self._client(cluster, own))
        if self._shared is None:
            raise NoPrometheus(self._advice())
        several = len(self._fleet.names()) > 1
        scope = queries.equals({self._label: cluster.name}) if several else []
        return Source(self._shared, tuple(scope))

    def close(self) -> None:
        """Close idle connections."""
        with self._lock:
            clients = [client for _, client in self._own.values()]
        for client in [*clients, *([self._shared] if self._shared else [])]:
            client.close()

    def _client(self, cluster: Cluster, own: Prometheus) -> PrometheusClient:
        with self._lock:
            known = self._own.get(cluster)
            if known is None or known[0] != own:
                known = self._own[cluster] = own, own.client()
            return known[1]

    def _advice(self) -> str:
        if self._registry:
            return "No Prometheus is named for this cluster; its settings take one."
        return "No Prometheus is named; --prometheus-url takes one."
