"""The traffic of the whole demo fleet: the clusters with a name, and a trickle on a few sites.

Only clusters with an agent send anything: the others have nobody who would. So a fleet of hundreds
sends hardly more than one of three.
"""

from collections.abc import Mapping, Sequence

import structlog

from services.demo.api.seeding import Seeding
from services.demo.places import Place
from services.demo.traffic.clusters import ClusterTraffic, Habits
from services.demo.traffic.exports import Export

SEED = 20261127
NAMED = {
    "web-fra": Habits(rate=9.0, hours_east=1),
    "gpu-iad": Habits(rate=0.5, hours_east=-5),
    "hub-fra": Habits(rate=1.6, hours_east=1),
}
TRICKLE = 1.2
"""Requests a second of all sites together."""
HOURS_EAST = {
    "Frankfurt": 1.0,
    "Ashburn": -5.0,
    "Singapore": 8.0,
    "Dublin": 0.0,
    "Sydney": 10.0,
    "Montreal": -5.0,
    "Osaka": 9.0,
}

_log = structlog.get_logger(__name__)


class Generator:
    """What the clusters of ``stores`` send from ``begin`` on, in seconds since 1970.

    ``origin`` is when the part after the history begins; incidents are counted from there.
    ``clusters`` are those that send: one whose traffic broke does no more.
    """

    def __init__(
        self,
        places: Sequence[Place],
        stores: Mapping[str, Seeding],
        begin: float,
        origin: float,
        seed: int = SEED,
    ) -> None:
        sending = [place for place in places if place.agent]
        sites = sum(place.name not in NAMED for place in sending)
        self.clusters = {
            place.name: ClusterTraffic(
                place.name, stores[place.name], _habits(place, sites), seed, begin, origin
            )
            for place in sending
        }

    def advance(self, until: float, scrape_every: float) -> list[Export]:
        """All requests about the time until ``until``, those of a signal together: they go into the
        same tables, and the store likes few big inserts."""
        found: list[Export] = []
        for name, cluster in list(self.clusters.items()):
            try:
                found += cluster.advance(until, scrape_every)
            except Exception:  # whatever somebody made there, the others go on
                _log.exception("a cluster of the demo has no traffic any more", cluster=name)
                del self.clusters[name]
        return sorted(found, key=lambda one: one.signal)

    def rest(self, until: float) -> None:
        """Nobody asks for anything before ``until``, and nothing is scraped."""
        for cluster in self.clusters.values():
            cluster.rest(until)


def _habits(place: Place, sites: int) -> Habits:
    if place.name in NAMED:
        return NAMED[place.name]
    return Habits(TRICKLE / sites, HOURS_EAST[place.region])
