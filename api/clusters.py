"""REST of the fleet: which clusters there are and whether they answer."""

from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, RootModel
from werkzeug.wrappers import Response

from api.conditions import Seen, marked
from api.guard import current_identity
from api.lists import fingerprint
from api.openapi import V1, answer, blueprint, with_headers
from services.clusters.fleet import ClusterInfo
from services.container import Container


class ClusterItem(BaseModel):
    """A cluster; fields of the prototype plus why and since when it does not answer."""

    name: str
    displayName: str
    region: str
    environment: str
    connected: bool
    edition: str
    default: bool
    kubernetesVersion: str | None
    ngfVersion: str | None
    reason: str
    since: str | None
    lastSeen: str | None


class Clusters(RootModel[list[ClusterItem]]):
    """All clusters the identity may see, by name."""

    model_config = with_headers("ETag")


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/clusters``."""
    group = blueprint("clusters", V1)

    @group.get("/clusters", responses={"200": Clusters, "304": None}, operation_id="list_clusters")
    def clusters(header: Seen) -> Response:
        """Every cluster with its state. The ETag is that of everything but ``lastSeen``."""
        who = current_identity()
        items = [_item(one) for one in container.fleet.list() if who.may_see_cluster(one.name)]
        etag = fingerprint([{**item, "lastSeen": None} for item in items])
        return marked(answer(items), etag, header)

    server.register_api(group)


def _item(info: ClusterInfo) -> dict[str, Any]:
    state = info.state
    return {
        "name": info.name,
        "displayName": info.display_name,
        "region": info.region,
        "environment": info.environment,
        "connected": state.connected,
        "edition": state.edition,
        "default": info.default,
        "kubernetesVersion": state.kubernetes_version,
        "ngfVersion": state.ngf_version,
        "reason": state.reason,
        "since": state.since.isoformat() if state.since else None,
        "lastSeen": state.last_seen.isoformat() if state.last_seen else None,
    }
