"""How many objects a cluster has, who says so, and as of when.

What the console watches itself goes before what an agent has counted, unless the watch is
interrupted and the agent's number is younger. Who is limited to namespaces gets their own share of
what is watched; an agent's number cannot be shared out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.auth.identity import Identity
from services.clusters.cluster import Cluster
from services.kube.catalogue import KINDS
from services.kube.shelf import Snapshot

Source = Literal["watch", "agent", ""]

COUNTED = (
    "gateways",
    "httproutes",
    "inferencepools",
    "inferencestacks",
    "gatewaybundles",
    "services",
    "namespaces",
)
"""What an agent counts too, by its plural."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Of one kind. ``value`` is None where nobody knows, which ``why`` then explains.

    ``at`` is when the number was true, None for a number that is true now.
    """

    kind: str
    value: int | None
    source: Source
    at: datetime | None = None
    why: str = ""


def counts(who: Identity, cluster: Cluster) -> list[Counted]:
    """All counted kinds of a cluster, for this identity."""
    return [count(who, cluster, kind) for kind in COUNTED]


def count(who: Identity, cluster: Cluster, kind: str) -> Counted:
    """One kind of a cluster, for this identity."""
    snapshot = cluster.snapshot(kind)
    if snapshot.state == "live":
        return Counted(kind, _visible(who, cluster.name, snapshot), "watch")
    if snapshot.state == "absent":
        return Counted(kind, None, "", why=f"{KINDS[kind].kind} is not installed")
    reports = list(_reports(who, cluster, snapshot))
    if reports:
        return max(reports, key=lambda one: one.at.timestamp() if one.at else 0.0)
    return Counted(kind, None, "", why=snapshot.why)


def _reports(who: Identity, cluster: Cluster, snapshot: Snapshot) -> Iterator[Counted]:
    kind = snapshot.kind
    if snapshot.as_of is not None:
        seen = _visible(who, cluster.name, snapshot)
        yield Counted(kind, seen, "watch", snapshot.as_of, snapshot.why)
    agent = cluster.agent
    if agent is not None and agent.counts is not None and who.namespaces is None:
        told = {name.lower(): number for name, number in agent.counts.items()}
        if kind in told:
            yield Counted(kind, told[kind], "agent", agent.at, snapshot.why)


def _visible(who: Identity, cluster: str, snapshot: Snapshot) -> int:
    if who.namespaces is None:
        return len(snapshot.objects)
    places = (namespace or name for namespace, name in snapshot.objects)
    return sum(who.may_see(cluster, place) for place in places)
