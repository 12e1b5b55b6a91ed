"""Gateways that the operator runs: GatewayBundles, and what a cluster can give them."""

from services.auth.identity import Identity
from services.clusters.fleet import Fleet
from services.gatewayapi.abilities import Abilities, abilities
from services.gatewayapi.resources import Resources
from services.kube.changes import Changes
from services.operated import Operated


class Bundles(Operated):
    """The one way from pages, REST and commands to GatewayBundles."""

    def __init__(self, fleet: Fleet, resources: Resources, changes: Changes) -> None:
        super().__init__("gatewaybundles", resources, changes)
        self._fleet = fleet

    def abilities(self, who: Identity, cluster: str, class_name: str = "") -> Abilities:
        """What a gateway of a class can have on a cluster, each with its evidence.

        Raises NotFound for a cluster that there is not, or that one may not see.
        """
        return abilities(who, self._fleet.visible(who, cluster), class_name)
