"""Which requests a question is about: clusters, namespaces, one gateway or route.

A gateway's log line belongs to the namespace of the gateway and, where it names its route, to that
of the route: whoever may see one of the two may see the line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.auth.identity import Identity
from services.clusters.fleet import Fleet

OWN = "namespace IN {namespaces:Array(String)}"
OWN_OR_ROUTES = f"({OWN} OR splitByChar('/', route)[1] IN {{namespaces:Array(String)}})"
"""That a row is of a namespace that may be seen: its own, or for log lines that of the route."""


@dataclass(frozen=True, slots=True)
class Scope:
    """``clusters`` by name, None for all there are; ``namespaces`` likewise. ``gateway`` and
    ``route`` are ``namespace/name``, empty for any."""

    clusters: tuple[str, ...] | None = None
    namespaces: tuple[str, ...] | None = None
    gateway: str = ""
    route: str = ""

    def where(self, within: str = OWN_OR_ROUTES) -> tuple[str, dict[str, Any]]:
        """The conditions beside the clusters, beginning with AND, and their parameters. ``within``
        is that on namespaces."""
        parts: list[str] = []
        bound: dict[str, Any] = {}
        if self.namespaces is not None:
            parts.append(f" AND {within}")
            bound["namespaces"] = sorted(self.namespaces)
        if self.gateway:
            parts.append(
                " AND namespace = {gateway_namespace:String} AND gateway = {gateway_name:String}"
            )
            bound["gateway_namespace"], _, bound["gateway_name"] = self.gateway.rpartition("/")
        if self.route:
            parts.append(" AND route = {route_name:String}")
            bound["route_name"] = self.route
        return "".join(parts), bound


def scope_of(
    fleet: Fleet,
    who: Identity,
    clusters: Sequence[str] = (),
    namespace: str = "",
    *,
    gateway: str = "",
    route: str = "",
) -> Scope:
    """What ``who`` may see of what is asked for; without ``clusters`` all of the fleet.

    Raises NotFound for a cluster that is not there or outside the limits.
    """
    names = [fleet.visible(who, name).name for name in clusters]
    seen = names or [cluster.name for cluster in fleet.clusters(who)]
    namespaces = who.namespaces
    if namespace:
        allowed = namespaces is None or namespace in namespaces
        namespaces = frozenset((namespace,) if allowed else ())
    return Scope(
        tuple(sorted(set(seen))),
        None if namespaces is None else tuple(sorted(namespaces)),
        gateway,
        route,
    )
