"""Graphs of clusters for whoever asks, within their limits: one way for the page and for REST.

A graph is made from a model and kept while that is the newest one. Models of clusters that do not
answer are those last seen; which clusters that are, and which kinds could not be read, is said.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from services.auth.identity import Identity
from services.clusters.fleet import Cluster, Fleet
from services.errors import NotFound
from services.gatewayapi.issue import Issue
from services.gatewayapi.issues.found import Issues
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Key, Ref
from services.gatewayapi.models import Models
from services.gatewayapi.topology.across import across
from services.gatewayapi.topology.graph import Gap, Graph
from services.gatewayapi.topology.standing import Verdicts
from services.gatewayapi.topology.walking import READ, walked

KEPT = 16
"""Graphs that are kept: some clusters as some people see them."""


@dataclass(frozen=True, slots=True)
class Topology:
    """A graph, until when it is known to be true (None: never was), and who did not answer.

    ``clusters_missing`` are ``{name, reason, since, last_seen}`` as lists have them.
    """

    graph: Graph
    as_of: datetime | None
    clusters_missing: tuple[Mapping[str, Any], ...]


class Topologies:
    """Makes graphs of the models of a fleet."""

    def __init__(self, fleet: Fleet, models: Models) -> None:
        self._fleet, self._models = fleet, models
        self._issues: WeakKeyDictionary[Cluster, Issues] = WeakKeyDictionary()
        self._verdicts: WeakKeyDictionary[Cluster, Verdicts] = WeakKeyDictionary()
        self._kept: OrderedDict[Any, tuple[Model, Any, Graph]] = OrderedDict()
        self._lock = Lock()

    def full(
        self, who: Identity, cluster: str, *, pods: bool = False, policies: bool = False
    ) -> Topology:
        """All of a cluster. Raises NotFound for one that ``who`` may not see."""
        one = self._fleet.visible(who, cluster)
        return self._told([one], self._graph(who, one, None, pods, policies))

    def by_gateway(
        self,
        who: Identity,
        cluster: str,
        gateway: Key,
        *,
        pods: bool = False,
        policies: bool = False,
    ) -> Topology:
        """What one gateway leads to. An empty namespace finds the gateway of that name where there
        is one only. Raises NotFound."""
        one = self._fleet.visible(who, cluster)
        namespace, name = gateway
        if not namespace:
            named = [
                key
                for key in self._models.of(one).gateways
                if key[1] == name and who.may_see(cluster, key[0])
            ]
            if len(named) != 1:
                said = "in several namespaces; name one" if named else "not there"
                raise NotFound(
                    f"Gateway {name} is {said}.", namespaces=sorted(key[0] for key in named)
                )
            gateway = named[0]
        return self._told([one], self._graph(who, one, gateway, pods, policies))

    def across(
        self, who: Identity, clusters: Collection[str] = (), *, everything: bool = False
    ) -> Topology:
        """What several clusters share; all that ``who`` may see where none is named. Raises
        NotFound."""
        chosen = [self._fleet.visible(who, name) for name in clusters]
        chosen = chosen or self._fleet.clusters(who)
        graphs = {one.name: self._graph(who, one, None, False, False) for one in chosen}
        return self._told(chosen, across(graphs, everything=everything))

    def gateways(self, who: Identity, cluster: str) -> list[Key]:
        """The gateways of a cluster that ``who`` may see, by namespace and name."""
        one = self._fleet.visible(who, cluster)
        return sorted(key for key in self._models.of(one).gateways if who.may_see(cluster, key[0]))

    def model(self, who: Identity, cluster: str) -> Model:
        """The model that graphs of a cluster are made of. Raises NotFound."""
        return self._models.of(self._fleet.visible(who, cluster))

    def issues(self, who: Identity, cluster: str, ref: Ref) -> list[Issue]:
        """What is wrong with an object, worst first, without what hangs on one that ``who`` may
        not see. Raises NotFound."""
        one = self._fleet.visible(who, cluster)
        model = self._models.of(one)
        with self._lock:
            known = self._issues.get(one)
        if known is None or known.model is not model:
            known = Issues(model)
            with self._lock:
                self._issues[one] = known
        return [
            issue
            for issue in known.of([ref])
            if issue.counterpart is None
            or who.may_see(cluster, issue.counterpart.namespace or None)
        ]

    def _graph(
        self, who: Identity, cluster: Cluster, gateway: Key | None, pods: bool, policies: bool
    ) -> Graph:
        model, snapshot = self._models.of(cluster), cluster.snapshot("pods")
        known = snapshot.objects if snapshot.as_of else None
        asked = (cluster.name, who.namespaces, gateway, pods, policies)
        with self._lock:
            kept = self._kept.get(asked)
            if kept and kept[0] is model and kept[1] is known:
                self._kept.move_to_end(asked)
                return kept[2]
            verdicts = self._verdicts.setdefault(cluster, Verdicts())
        verdicts.forget(model.routes)
        made = walked(
            model,
            lambda namespace: who.may_see(cluster.name, namespace or None),
            verdicts,
            gateway=gateway,
            pods=known,
            with_pods=pods,
            with_policies=policies,
        )
        graph = Graph(made.nodes, made.edges, [*_unread(cluster), *made.gaps])
        with self._lock:
            self._kept[asked] = model, known, graph
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return graph

    def _told(self, clusters: list[Cluster], graph: Graph) -> Topology:
        silent = [one for one in clusters if not one.reach.connected]
        seen = [
            snapshot.as_of
            for one in clusters
            for kind in READ
            if (snapshot := one.snapshot(kind)).as_of and (len(clusters) == 1 or one not in silent)
        ]
        return Topology(graph, min(seen, default=None), tuple(map(_missing, silent)))


def _unread(cluster: Cluster) -> list[Gap]:
    """The kinds that were not read, with what the cluster says of them."""
    told: dict[str, list[str]] = {}
    for kind in READ:
        snapshot = cluster.snapshot(kind)
        if snapshot.as_of is None and snapshot.state != "absent":
            told.setdefault(snapshot.why, []).append(snapshot.kind)
    return [Gap(", ".join(kinds), why, len(kinds)) for why, kinds in told.items()]


def _missing(cluster: Cluster) -> Mapping[str, Any]:
    reach = cluster.reach
    return {
        "name": cluster.name,
        "reason": reach.reason,
        "since": reach.since.isoformat() if reach.since else None,
        "last_seen": reach.last_seen.isoformat() if reach.last_seen else None,
    }
