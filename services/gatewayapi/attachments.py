"""Which routes name which gateway: an index over parentRefs, rebuilt when a route kind changes.

It says who asks to attach; whether the gateway agreed stands in the route's status.
"""

from collections import defaultdict
from collections.abc import Mapping
from threading import Lock

from services.clusters.fleet import Cluster
from services.kube.catalogue import KINDS

ROUTE_KINDS = ("httproutes", "grpcroutes", "tlsroutes", "tcproutes", "udproutes")
Key = tuple[str, str]
Routes = Mapping[Key, list[tuple[str, Key]]]


class Attachments:
    """The index of every cluster, kept as long as none of its route snapshots changes."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, ...], Routes]] = {}
        self._lock = Lock()

    def of(self, cluster: Cluster, gateway: Key) -> list[tuple[str, Key]]:
        """(kind, (namespace, name)) of each route with a parentRef to ``gateway``."""
        snapshots = [cluster.snapshot(kind) for kind in ROUTE_KINDS]
        versions = tuple(snapshot.version for snapshot in snapshots)
        with self._lock:
            known = self._known.get(cluster.name)
            if known is None or known[0] != versions:
                known = self._known[cluster.name] = (versions, _index(cluster))
        return known[1].get(gateway, [])


def _index(cluster: Cluster) -> Routes:
    found: dict[Key, dict[tuple[str, Key], None]] = defaultdict(dict)
    for kind in ROUTE_KINDS:
        for key, obj in cluster.snapshot(kind).objects.items():
            for ref in (obj.get("spec") or {}).get("parentRefs") or ():
                if ref.get("kind", KINDS["gateways"].kind) == KINDS["gateways"].kind:
                    found[(ref.get("namespace", key[0]), ref["name"])][(kind, key)] = None
    return {gateway: list(routes) for gateway, routes in found.items()}
