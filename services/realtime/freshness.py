"""How old what the console shows is: one moment for the whole fleet."""

from collections.abc import Iterable
from datetime import UTC, datetime

from services.clusters.fleet import Cluster


def as_of(clusters: Iterable[Cluster]) -> datetime | None:
    """The moment up to which every answering cluster is known; None when none was ever seen.

    Clusters that do not answer are named on their own and do not make the others look old. With
    none answering it is when the last of them was seen.
    """
    found = [cluster.reach for cluster in clusters]
    now = datetime.now(UTC)
    live = [reach.last_seen or now for reach in found if reach.connected]
    if live:
        return min(live)
    return max((reach.last_seen for reach in found if reach.last_seen), default=None)
