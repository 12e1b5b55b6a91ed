"""How old what the console shows is: one moment for the whole fleet."""

from collections.abc import Iterable
from datetime import UTC, datetime

from services.clusters.fleet import ClusterInfo


def as_of(clusters: Iterable[ClusterInfo]) -> datetime | None:
    """The moment up to which every answering cluster is known; None when none was ever seen.

    Clusters that do not answer are named on their own and do not make the others look old. With
    none answering it is when the last of them was seen.
    """
    states = [info.state for info in clusters]
    now = datetime.now(UTC)
    live = [state.last_seen or now for state in states if state.connected]
    if live:
        return min(live)
    return max((state.last_seen for state in states if state.last_seen), default=None)
