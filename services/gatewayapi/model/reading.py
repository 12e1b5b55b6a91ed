"""Reads a cluster's snapshots as the world that a model is made of."""

from collections.abc import Iterable

from services.clusters.cluster import Cluster
from services.gatewayapi.model.world import World
from services.kube.catalogue import GATEWAY_API, KINDS, NGF
from services.kube.shelf import Snapshot

READ = tuple(
    name
    for name, kind in KINDS.items()
    if kind.group in (GATEWAY_API, NGF)
    or name
    in (
        "inferencepools",
        "services",
        "endpointslices",
        "namespaces",
        "secrets",
        "configmaps",
        "certificates",
    )
)
"""Kinds that the model knows; others never change it."""


def read(cluster: Cluster) -> World:
    """What is known of a cluster now."""
    return world(cluster.snapshot(name) for name in READ)


def versions(cluster: Cluster) -> tuple[int, ...]:
    """Changes whenever `read` would read something else."""
    return tuple(cluster.snapshot(name).version for name in READ)


def world(snapshots: Iterable[Snapshot]) -> World:
    """The world that snapshots show.

    A kind that was read once is known, also while its cluster does not answer: it may be out of
    date, which its page says. One that is not installed has no objects.
    """
    objects, unread, absent = {}, set(), set()
    for snapshot in snapshots:
        if snapshot.state == "live" or (snapshot.state == "stale" and snapshot.as_of):
            objects[snapshot.kind] = snapshot.objects
        elif snapshot.state == "absent":
            absent.add(snapshot.kind)
        else:
            unread.add(snapshot.kind)
    return World(objects, frozenset(unread), frozenset(absent))
