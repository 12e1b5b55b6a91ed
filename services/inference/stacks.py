"""Model endpoints that the operator runs: InferenceStacks, and what a cluster can give them."""

from collections.abc import Mapping, Sequence
from typing import Any

from ngf_operator import names
from ngf_operator.belonging import is_ours

from services.auth.identity import Identity
from services.clusters.fleet import Fleet
from services.clusters.gpus import GpuReadings
from services.errors import Invalid, NotFound
from services.gatewayapi.resources import Resources
from services.inference.abilities import StackAbilities, stack_abilities
from services.kube.changes import Changes
from services.operated import Operated

Object = Mapping[str, Any]


class Stacks(Operated):
    """The one way from pages, REST and commands to InferenceStacks."""

    def __init__(
        self, fleet: Fleet, resources: Resources, changes: Changes, gpus: GpuReadings
    ) -> None:
        super().__init__("inferencestacks", resources, changes)
        self._fleet, self._gpus = fleet, gpus

    def of_pool(
        self, who: Identity, cluster: str, pool: str, namespace: str | None = None
    ) -> Object:
        """The stack of a pool: the one that makes the InferencePool of that name, else, where there
        is no such pool, the stack called so. ``pool`` may name its namespace, and is what an
        ambiguous name is said of where the caller knows no ``namespace``.

        Raises NotFound, with code ``no_stack`` where there is a pool that no stack makes,
        Unavailable, and Invalid where several namespaces have one.
        """
        of, _, name = pool.rpartition("/")
        space = namespace or of
        stacks = self._visible(who, cluster, self.kind, space)
        pools = {
            place[0]: obj
            for place, obj in self._visible(who, cluster, "inferencepools", space).items()
            if place[1] == name
        }
        found = {
            place[0]: obj
            for place, obj in stacks.items()
            if names.pool(place[1]) == name and _makes(obj, pools.get(place[0]))
        }
        if not found and not pools:
            found = {place[0]: obj for place, obj in stacks.items() if place[1] == name}
        spaces = sorted({*found, *pools})
        if len(spaces) > 1:
            raise _ambiguous(spaces, namespace is None)
        if not found:
            raise _none(cluster, "".join(spaces), space, name)
        return found[spaces[0]]

    def _visible(
        self, who: Identity, cluster: str, kind: str, space: str
    ) -> Mapping[tuple[str, str], Object]:
        """What one may see of a kind, in one namespace or in all. Raises Unavailable where that is
        not known."""
        member = self._fleet.visible(who, cluster)
        snapshot = member.snapshot(kind)
        if snapshot.as_of is None and snapshot.state != "absent":
            raise member.unavailable(snapshot.why)
        return {
            place: obj
            for place, obj in snapshot.objects.items()
            if space in ("", place[0]) and who.may_see(cluster, place[0])
        }

    def abilities(self, who: Identity, cluster: str) -> StackAbilities:
        """What a model endpoint can have on a cluster, each with its evidence.

        Raises NotFound for a cluster that there is not, or that one may not see.
        """
        return stack_abilities(who, self._fleet.visible(who, cluster), self._gpus)


def _makes(stack: Object, pool: Object | None) -> bool:
    """Whether a stack makes the InferencePool of its name, or is to."""
    parent = {"kind": names.STACK, "metadata": stack["metadata"]}
    return pool is None or is_ours(parent, dict(pool))


def _ambiguous(spaces: Sequence[str], in_pool: bool) -> Invalid:
    field, rule = ("pool", "be namespace/name") if in_pool else ("namespace", "be given")
    where = ", ".join(spaces)
    return Invalid.of(field, f"must {rule}, as there is one of this name in {where}")


def _none(cluster: str, has_one: str, space: str, name: str) -> NotFound:
    if has_one:
        said = f"No InferenceStack makes pool {has_one}/{name}; change the pool itself."
        return NotFound(said, code="no_stack", pool=name, namespace=has_one)
    place = f"{space}/{name}" if space else name
    return NotFound(f"There is no inference pool {place} on {cluster}.", pool=name)
