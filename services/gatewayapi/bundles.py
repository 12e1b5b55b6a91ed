"""Gateways that the operator runs: GatewayBundles, and what a cluster can give them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ngf_operator.belonging import hash_of, is_ours, whose
from ngf_operator.names import ADOPT, BUNDLE, shortened

from services.auth.identity import Identity
from services.clusters.fleet import Fleet
from services.errors import Conflict
from services.gatewayapi.abilities import Abilities, abilities
from services.gatewayapi.resources import Resources
from services.kube.catalogue import KINDS
from services.kube.changes import Changes, Plan
from services.kube.fields import Object
from services.kube.references import dependents
from services.operated import Operated
from services.operated_rows import bundle_of


def shows(gateway: Mapping[str, Any], bundle: Mapping[str, Any]) -> bool:
    """Whether a Gateway is what its bundle says now, so that who has read it has seen the bundle.

    The operator keeps a hash of what it made for this generation of the bundle, and of nothing that
    a cluster refused.
    """
    status = bundle.get("status") or {}
    place = [gateway["metadata"][name] for name in ("namespace", "name")]
    made = [
        one.get("specHash")
        for one in status.get("children") or ()
        if one["kind"] == "Gateway" and [one.get("namespace"), one["name"]] == place
    ]
    seen = status.get("observedGeneration")
    told = seen is not None and seen == bundle["metadata"].get("generation")
    return told and bool(hash_of(dict(gateway))) and made == [hash_of(dict(gateway))]


class Bundles(Operated):
    """The one way from pages, REST and commands to GatewayBundles."""

    def __init__(self, fleet: Fleet, resources: Resources, changes: Changes) -> None:
        super().__init__("gatewaybundles", resources, changes)
        self._fleet = fleet

    def of_gateway(self, who: Identity, cluster: str, namespace: str, name: str) -> Object | None:
        """The bundle that makes a Gateway, or is to; None where the Gateway is nobody's child.

        Raises NotFound for an unknown cluster, Unavailable where bundles are not known and one may
        make it.
        """
        found = self.find(who, cluster, namespace, name)
        gateway = self._resources.lookup(who, cluster, "gateways", namespace, name)
        if found is None:
            unread = () if gateway else ("gateways",)
            if who.may_see(cluster, namespace) and (not gateway or bundle_of(gateway)):
                self._require_known(cluster, self.kind, *unread)
            return None
        return found if gateway is None or bundle_of(gateway) == shortened(name) else None

    def require_free(self, who: Identity, cluster: str, namespace: str, name: str) -> None:
        """Raise Conflict where there is a Gateway that a new bundle of its name could not take:
        one of somebody else, who has not annotated it for that."""
        gateway = self._resources.lookup(who, cluster, "gateways", namespace, name)
        place = {"name": name, "namespace": namespace}
        if gateway is None or is_ours({"kind": BUNDLE, "metadata": place}, dict(gateway)):
            return
        said = (
            f"Gateway {namespace}/{name} exists already and {whose(dict(gateway))}. Annotate it"
            f" with {ADOPT}: {name} to let a GatewayBundle take it over."
        )
        raise Conflict(said, **place)

    def _require_known(self, cluster: str, *kinds: str) -> None:
        """Raise Unavailable where nothing is known of any of the kinds."""
        member = self._fleet.get(cluster)
        found = [member.snapshot(kind) for kind in kinds]
        if all(one.as_of is None and one.state != "absent" for one in found):
            raise member.unavailable(found[0].why)

    def plan_delete(
        self, who: Identity, cluster: str, namespace: str, name: str, resource_version: str = ""
    ) -> Plan:
        """What would go, the Gateway among it, and what refers to that."""
        plan = super().plan_delete(who, cluster, namespace, name, resource_version)
        gateway = self._resources.lookup(who, cluster, "gateways", namespace, name)
        if gateway is None or self.of_gateway(who, cluster, namespace, name) is None:
            return plan
        snapshot, own = self._fleet.get(cluster).snapshot, shortened(name)
        using = [
            one
            for one in dependents(snapshot, KINDS["gateways"], namespace, name)
            if bundle_of(snapshot(one.kind).objects.get((one.namespace, one.name))) != own
        ]
        seen = tuple(one for one in using if who.may_see(cluster, one.namespace or None))
        return replace(plan, dependents=seen, hidden=len(using) - len(seen))

    def abilities(self, who: Identity, cluster: str, class_name: str = "") -> Abilities:
        """What a gateway of a class can have on a cluster, each with its evidence.

        Raises NotFound for a cluster that there is not, or that one may not see.
        """
        return abilities(who, self._fleet.visible(who, cluster), class_name)
