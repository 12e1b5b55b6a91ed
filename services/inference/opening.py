"""The metrics of inference of a console, as its settings say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.clusters.fleet import Fleet
from services.demo.places import PLACES
from services.inference import prices
from services.inference.clickhouse import ClickHouseProvider
from services.inference.decision_store import Decisions
from services.inference.members import Membership
from services.inference.mock import MockProvider
from services.inference.pool_sync import PoolSync
from services.inference.pools import Pools, PoolsOf
from services.inference.prices import Prices
from services.inference.provider import Asked, MetricsProvider
from services.settings import Settings
from services.telemetry.store import Store


@dataclass(frozen=True)
class Inference:
    """Who answers, who knows whose pods are whose, and who writes down which pools there are."""

    metrics: MetricsProvider
    membership: Membership
    sync: PoolSync | None

    @classmethod
    def of(
        cls, settings: Settings, fleet: Fleet, store: Store, leads: Callable[[], bool]
    ) -> "Inference":
        """For the clusters of ``fleet``. Raises BadSettings for a table of prices that is none."""
        table = prices_of(settings)
        pools = Pools()

        def objects(asked: Asked) -> Mapping[str, PoolsOf]:
            return {
                one.name: pools.of(one)
                for one in fleet.clusters()
                if asked.clusters is None or one.name in asked.clusters
            }

        membership = Membership(store, objects)
        if settings.metrics == "mock":
            return cls(MockProvider(_of_gpus(), prices=table), membership, None)
        provider = ClickHouseProvider(store, membership, table, Decisions(store, fleet))
        return cls(provider, membership, PoolSync(provider.known, leads))

    def start(self) -> None:
        """Begin to write; returns at once."""
        if self.sync:
            self.sync.start()

    def stop(self) -> None:
        """Begin nothing more."""
        if self.sync:
            self.sync.stop()


def prices_of(settings: Settings) -> Prices:
    """The table that the settings name; the demo has one of its own. Raises BadSettings."""
    if settings.demo and settings.gpu_prices is None:
        return prices.OF_THE_DEMO
    return prices.load(settings.gpu_prices)


def _of_gpus() -> str:
    """Where the pools of the mock are. Only a demo has it, whose fleet is still empty here."""
    return next(place.name for place in PLACES if place.environment == "gpu")
