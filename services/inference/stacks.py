"""Model endpoints that the operator runs: InferenceStacks, and what a cluster can give them."""

from services.auth.identity import Identity
from services.clusters.fleet import Fleet
from services.clusters.gpus import GpuReadings
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

    def abilities(self, who: Identity, cluster: str) -> StackAbilities:
        """What a model endpoint can have on a cluster, each with its evidence.

        Raises NotFound for a cluster that there is not, or that one may not see.
        """
        return stack_abilities(who, self._fleet.visible(who, cluster), self._gpus)
