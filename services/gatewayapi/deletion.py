"""What goes with a Gateway that is deleted, beside what refers to it."""

from collections.abc import Mapping
from typing import Any

from services.clusters.fleet import Cluster
from services.gatewayapi.attachments import ROUTE_KINDS
from services.gatewayapi.dataplane import data_plane
from services.kube.catalogue import KINDS
from services.kube.references import REFERRING, dependents

_USING_SECRETS = tuple(kind for kind in REFERRING if kind not in ROUTE_KINDS)


def goes_with(cluster: Cluster, gateway: Mapping[str, Any]) -> dict[str, Any]:
    """``data_plane`` as of :mod:`.dataplane`, and ``certificates``, the Secrets (namespace, name)
    that nothing else on the cluster uses."""
    metadata = gateway["metadata"]
    place = metadata["namespace"], metadata["name"]
    used = {
        (ref.get("namespace", place[0]), ref["name"])
        for listener in gateway["spec"].get("listeners") or ()
        for ref in (listener.get("tls") or {}).get("certificateRefs") or ()
    }
    there = cluster.snapshot("secrets").objects
    return {
        "data_plane": data_plane(cluster, *place),
        "certificates": sorted(
            secret for secret in used if secret in there and _only_for(cluster, secret, place)
        ),
    }


def _only_for(cluster: Cluster, secret: tuple[str, str], gateway: tuple[str, str]) -> bool:
    users = dependents(cluster.snapshot, KINDS["secrets"], *secret, among=_USING_SECRETS)
    return all((one.kind, one.namespace, one.name) == ("gateways", *gateway) for one in users)
