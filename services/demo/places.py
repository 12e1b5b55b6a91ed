"""Which clusters a demo fleet has: three that are known, and any number of sites.

Sites are named ``web-001``, ``web-002`` and so on. They belong to a handful of trades; sites of one
trade are built alike, as the sites of a company are, and differ in where they are and what they are
for.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from services.demo.definitions import definitions
from services.demo.seed.objects import Obj
from services.demo.seed.others import gpu, hub
from services.demo.seed.parents import gpu_parents, web_parents
from services.demo.seed.sites import KINDS, TRADES, site
from services.demo.seed.web import web

Seed = Callable[[], Iterable[Obj]]
REGIONS = ("Frankfurt", "Ashburn", "Singapore", "Dublin", "Sydney", "Montreal", "Osaka")
ENVIRONMENTS = ("production", "production", "staging", "production", "production", "dev")
HUB, DEFAULT = "hub-fra", "web-fra"
SITES_WITH_AGENT = 12
"""An agent is a thread of this process; the other sites have none installed."""
WAVES = 4
"""Waves in which changes are rolled out."""


def _nothing() -> Iterable[Obj]:
    return ()


@dataclass(frozen=True, slots=True)
class Place:
    """One demo cluster: what people call it, where it is, what it holds.

    ``kinds`` are the plurals of the definitions it serves, None for all, and ``without`` those that
    it lacks of them. Places with the same ``seed`` hold the same objects to begin with. ``parents``
    are what its operator keeps; ``agent`` says whether one reports from there.
    """

    name: str
    display_name: str
    region: str
    environment: str
    seed: Seed
    labels: Mapping[str, str] = field(default_factory=dict)
    kinds: frozenset[str] | None = None
    agent: bool = True
    without: frozenset[str] = frozenset()
    parents: Seed = _nothing

    def definitions(self) -> list[Obj]:
        """The CustomResourceDefinitions of the cluster."""
        every = definitions()
        kinds = self.kinds or {one["metadata"]["name"] for one in every}
        return [one for one in every if one["metadata"]["name"] in kinds - self.without]


NOT_ON_THE_HUB = frozenset(
    {
        "certificates.cert-manager.io",
        "issuers.cert-manager.io",
        "clusterissuers.cert-manager.io",
        "scaledobjects.keda.sh",
    }
)
"""Neither cert-manager nor KEDA is installed there."""
PLACES = (
    Place(
        "hub-fra",
        "hub-fra",
        "Frankfurt",
        "production",
        hub,
        {"team": "platform"},
        without=NOT_ON_THE_HUB,
    ),
    Place(
        "web-fra",
        "web-fra",
        "Frankfurt",
        "production",
        web,
        {"team": "shop"},
        parents=web_parents,
    ),
    Place("gpu-iad", "gpu-iad", "Ashburn", "gpu", gpu, {"team": "models"}, parents=gpu_parents),
)


def places(clusters: int = len(PLACES), routes: int = 0) -> tuple[Place, ...]:
    """A fleet of ``clusters`` in all; each site has ``routes`` HTTPRoutes."""
    seeds = [partial(site, trade, routes) for trade in TRADES]
    sites = (_site(number, seeds) for number in range(1, clusters - len(PLACES) + 1))
    return (*PLACES, *sites)


def _site(number: int, seeds: Sequence[Seed]) -> Place:
    trade = TRADES[number % len(TRADES)]
    region = REGIONS[number % len(REGIONS)]
    return Place(
        name=f"web-{number:03d}",
        display_name=f"{trade.name.capitalize()} {region} {number:03d}",
        region=region,
        environment=ENVIRONMENTS[number % len(ENVIRONMENTS)],
        seed=seeds[number % len(seeds)],
        labels={"team": trade.name, "wave": str(number % WAVES + 1)},
        kinds=KINDS,
        agent=number <= SITES_WITH_AGENT,
    )
