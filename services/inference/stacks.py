"""Model endpoints that the operator runs: InferenceStacks, and what a cluster can give them."""

from collections.abc import Mapping
from typing import Any

from ngf_operator import names

from services.auth.identity import Identity
from services.clusters.fleet import Fleet
from services.clusters.gpus import GpuReadings
from services.errors import Invalid, NotFound
from services.gatewayapi.resources import Resources
from services.inference.abilities import StackAbilities, stack_abilities
from services.kube.changes import Changes
from services.operated import Operated


class Stacks(Operated):
    """The one way from pages, REST and commands to InferenceStacks."""

    def __init__(
        self, fleet: Fleet, resources: Resources, changes: Changes, gpus: GpuReadings
    ) -> None:
        super().__init__("inferencestacks", resources, changes)
        self._fleet, self._gpus = fleet, gpus

    def of_pool(
        self, who: Identity, cluster: str, pool: str, namespace: str = ""
    ) -> Mapping[str, Any]:
        """The stack of a pool: of the InferencePool of that name, else the stack called so.
        ``pool`` may name its namespace.

        Raises NotFound, with code ``no_stack`` where there is a pool that no stack makes,
        Unavailable, and Invalid where several namespaces have one.
        """
        of, _, name = pool.rpartition("/")
        space = namespace or of
        found = {
            place: obj
            for place, obj in self._visible(who, cluster).items()
            if space in ("", place[0]) and name in (place[1], names.pool(place[1]))
        }
        made = {place: obj for place, obj in found.items() if names.pool(place[1]) == name}
        chosen = made or found
        if not chosen:
            raise self._none(who, cluster, space, name)
        if len(chosen) > 1:
            places = ", ".join(sorted(place[0] for place in chosen))
            raise Invalid.of(
                "namespace", f"must be given, as there is one of this name in {places}"
            )
        return next(iter(chosen.values()))

    def _visible(self, who: Identity, cluster: str) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        member = self._fleet.visible(who, cluster)
        snapshot = member.snapshot(self.kind)
        if snapshot.as_of is None and snapshot.state in ("stale", "loading"):
            raise member.unavailable(snapshot.why)
        return {
            place: obj for place, obj in snapshot.objects.items() if who.may_see(cluster, place[0])
        }

    def _none(self, who: Identity, cluster: str, namespace: str, name: str) -> NotFound:
        pools = self._fleet.visible(who, cluster).snapshot("inferencepools").objects
        place = f"{namespace}/{name}" if namespace else name
        for space, other in pools:
            if other == name and namespace in ("", space) and who.may_see(cluster, space):
                said = f"No InferenceStack makes pool {space}/{name}; change the pool itself."
                return NotFound(said, code="no_stack", pool=name)
        return NotFound(f"There is no inference pool {place} on {cluster}.", pool=name)

    def abilities(self, who: Identity, cluster: str) -> StackAbilities:
        """What a model endpoint can have on a cluster, each with its evidence.

        Raises NotFound for a cluster that there is not, or that one may not see.
        """
        return stack_abilities(who, self._fleet.visible(who, cluster), self._gpus)
