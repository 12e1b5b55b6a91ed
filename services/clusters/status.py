"""Writes what is known of clusters into the status of their ManagedClusters, field by field.

Two writers share a status and never touch each other's fields: *health* is the leader's,
*heartbeat* belongs to whichever replica took one. Each applies its own fields server-side under a
field manager of its own, at the version of the object that it has read; a conflict is looked at
again.
"""

from collections.abc import Callable, Mapping
from typing import Any

from services.clusters.registry import API_VERSION, Registry
from services.errors import Conflict

Object = Mapping[str, Any]

APPLY = "application/apply-patch+yaml"
_ATTEMPTS = 5


def apply_status(
    registry: Registry,
    manager: str,
    obj: Object,
    wanted: Callable[[Object], dict[str, Any] | None],
) -> Object | None:
    """Apply what ``wanted`` says of the object's status, None meaning that there is nothing to say.

    After a conflict it is asked again about the object as it is by then. Gives the object as
    written, None where nothing was. Raises NotFound when the object is gone.
    """
    path = registry.path("managedclusters", obj["metadata"]["name"])
    for _ in range(_ATTEMPTS):
        status = wanted(obj)
        if status is None:
            return None
        metadata = obj["metadata"]
        body = {
            "apiVersion": API_VERSION,
            "kind": "ManagedCluster",
            "metadata": {key: metadata[key] for key in ("name", "namespace", "resourceVersion")},
            "status": status,
        }
        try:
            return registry.client.request(
                "PATCH",
                f"{path}/status",
                params={"fieldManager": manager, "force": "true"},
                body=body,
                content_type=APPLY,
            )
        except Conflict:
            obj = registry.client.get(path)
    raise Conflict(f"The status of {obj['metadata']['name']} keeps changing.")
