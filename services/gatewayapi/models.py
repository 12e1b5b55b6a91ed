"""The model of each cluster, always that of what its watch cache knows now."""

from threading import Lock
from weakref import WeakKeyDictionary

from services.clusters.cluster import Cluster
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.reading import read, versions


class Models:
    """Keeps one model per cluster and brings it up to date when somebody asks."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Cluster, tuple[tuple[int, ...], Model]]
        self._known = WeakKeyDictionary()
        self._locks: WeakKeyDictionary[Cluster, Lock] = WeakKeyDictionary()
        self._lock = Lock()

    def of(self, cluster: Cluster) -> Model:
        """The model of a cluster as it is known now; never waits for the cluster."""
        seen = versions(cluster)
        known = self._known.get(cluster)
        if known and known[0] == seen:
            return known[1]
        with self._lock_of(cluster):
            known = self._known.get(cluster)
            # Versions first: what changes in between is seen by the next who asks.
            seen = versions(cluster)
            if known and known[0] == seen:
                return known[1]
            world = read(cluster)
            model = known[1].following(world) if known else Model.build(world)
            with self._lock:
                self._known[cluster] = seen, model
            return model

    def _lock_of(self, cluster: Cluster) -> Lock:
        with self._lock:
            return self._locks.setdefault(cluster, Lock())
