"""One cluster's traffic: its web clients, its pools, its GPUs, and the scrapes of all of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.demo.api.seeding import Seeding
from services.demo.traffic import flows
from services.demo.traffic.exports import Export, Outbox
from services.demo.traffic.flows import Plane, Surface
from services.demo.traffic.gateway_log import GatewayLog
from services.demo.traffic.gpus import MODELS, PRODUCT, NodeGpus
from services.demo.traffic.loads import LOADS, Load
from services.demo.traffic.made_pools import Made, made_pools
from services.demo.traffic.plane_metrics import PlaneMetrics
from services.demo.traffic.pools import PoolTraffic
from services.demo.traffic.rhythm import dice
from services.demo.traffic.web import WebTraffic

POOL_GROUP = "inference.networking.k8s.io"


@dataclass(frozen=True, slots=True)
class Habits:
    """How much the web clients of a cluster ask for: requests a second at the busiest hour there,
    which is so many hours east of UTC."""

    rate: float
    hours_east: float = 0.0


class ClusterTraffic:
    """The traffic of one cluster since ``begin``. ``origin`` is where incidents count from."""

    def __init__(
        self,
        name: str,
        store: Seeding,
        habits: Habits,
        seed: int,
        begin: float,
        origin: float,
    ) -> None:
        self.name, self._store = name, store
        self._seed, self._origin, self._hours_east = seed, origin, habits.hours_east
        self._now = self._scraped = self._counted = begin
        self._scrapes = 0
        self._outbox = Outbox(name)
        self._log = GatewayLog(self._outbox)
        surface = flows.read(store)
        self._web = WebTraffic(
            dice(seed, name, "web"), surface, self._log, habits.rate, habits.hours_east, origin
        )
        self.pools = [self._pool(*one, surface) for one in _pools(store)]
        self._made: dict[str, tuple[Made, PoolTraffic]] = {}
        machines = self._machines = dice(seed, name, "machines")
        self._gpus = [
            NodeGpus(node, machines)
            for node in sorted(
                store.all("v1", "Node"), key=lambda one: str(one["metadata"]["name"])
            )
            if (node["metadata"].get("labels") or {}).get(PRODUCT) in MODELS
        ]
        self._planes: dict[Plane, PlaneMetrics] = {}
        self._meet(surface)

    def look_again(self) -> None:
        """The objects have changed: ask for what they serve now."""
        surface = flows.read(self._store)
        self._web.meet(surface)
        for pool in self.pools:
            pool.meet(surface)
        self._meet(surface)

    def _meet(self, surface: Surface) -> None:
        """Scrape the data planes that there are, and ask the pools that somebody made."""
        self._planes = {
            plane: self._planes.get(plane) or PlaneMetrics(plane, self._machines)
            for planes in surface.planes.values()
            for plane in planes
        }
        before, self._made = self._made, {}
        for made in made_pools(self._store):
            place = made.load.pool.place
            known = before.get(place)
            # Other pods are another beginning: what was under way is lost, as it would be.
            if known is None or known[0] != made:
                known = made, self._pool(made.load, list(made.pods), made.picker, surface)
            self._made[place] = known
        gone = {id(traffic) for _, traffic in before.values()}
        self.pools = [one for one in self.pools if id(one) not in gone]
        self.pools += [traffic for _, traffic in self._made.values()]

    def _pool(
        self,
        load: Load,
        pods: list[Mapping[str, Any]],
        picker: Mapping[str, Any],
        surface: Surface,
    ) -> PoolTraffic:
        return PoolTraffic(
            load,
            pods,
            picker,
            surface,
            self._outbox,
            self._log,
            dice(self._seed, self.name, load.pool.place),
            self._now,
            self._origin,
            self._hours_east,
        )

    def advance(self, until: float, scrape_every: float) -> list[Export]:
        """What the cluster sends of the time until ``until``."""
        while (scrape := self._scraped + scrape_every) <= until:
            self._run(scrape)
            self._scrape(scrape)
        self._run(until)
        return self._outbox.emptied()

    def rest(self, until: float) -> None:
        """Nobody asks for anything before ``until``, and nothing is scraped."""
        for pool in self.pools:
            pool.rest(until)
        self._now = self._scraped = until

    def _run(self, until: float) -> None:
        self._web.run(self._now, until)
        for pool in self.pools:
            pool.run(until)
        self._now = until

    def _scrape(self, at: float) -> None:
        """Engines and pickers are asked every time, gateways and GPUs every other time."""
        self._scraped = at
        for pool in self.pools:
            for target in pool.show(at):
                self._outbox.scraped(target.scrape(at))
        self._scrapes += 1
        if self._scrapes % 2:
            self._scrape_gateways(at)
            self._scrape_gpus(at)

    def _scrape_gateways(self, at: float) -> None:
        since, self._counted = at - self._counted, at
        for plane, metrics in self._planes.items():
            metrics.show(self._log.served.pop(plane.place, 0), since)
            self._outbox.scraped(metrics.target.scrape(at))

    def _scrape_gpus(self, at: float) -> None:
        engines = {one.name: (pool, one) for pool in self.pools for one in pool.replicas.engines}
        for node in self._gpus:
            node.claim(
                [
                    ((pool.pool.namespace, one.name, pool.pool.engine), pool.pool.gpus)
                    for pool, one in engines.values()
                    if one.node == node.name
                ]
            )
            node.show(at, lambda pod: engines[pod][1].busy)
            self._outbox.scraped(node.target.scrape(at))


def _pools(store: Seeding) -> Iterator[tuple[Load, list[Mapping[str, Any]], Mapping[str, Any]]]:
    """The pools of the cluster that the demo knows, each with its pods and its picker's."""
    pods = store.all("v1", "Pod")
    for namespace, name in sorted(store.keyed(POOL_GROUP, "inferencepools")):
        load = LOADS.get(f"{namespace}/{name}")
        own = list(_labelled(pods, namespace, name))
        pickers = list(_labelled(pods, namespace, f"{name}-epp"))
        if load and own and pickers:
            yield load, own, pickers[0]


def _labelled(
    pods: Iterable[Mapping[str, Any]], namespace: str, app: str
) -> Iterator[Mapping[str, Any]]:
    for pod in pods:
        metadata = pod["metadata"]
        labels = metadata.get("labels") or {}
        if metadata["namespace"] == namespace and labels.get("app") == app:
            yield pod
