"""REST of the fleet: which clusters there are, how they stand, what they have."""

from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, Field, RootModel
from werkzeug.wrappers import Response

from api.conditions import Seen, marked
from api.fleet_models import (
    ClusterDetail,
    ClusterItem,
    cluster_detail,
    cluster_item,
    gpu_item,
    missing_item,
    timeless,
)
from api.guard import current_identity
from api.lists import MissingCluster, fingerprint
from api.openapi import V1, answer, blueprint, with_headers
from services.clusters.fleet import ClusterInfo
from services.clusters.gpus import GpuReading
from services.container import Container


class OneCluster(BaseModel):
    """A cluster by name."""

    cluster: str = Field(description="Name of the cluster")


class Clusters(RootModel[list[ClusterItem]]):
    """All clusters the identity may see, by name."""

    model_config = with_headers("ETag")


class Detail(ClusterDetail):
    """One cluster."""

    model_config = with_headers("ETag")


class Summary(BaseModel):
    """Sums over the clusters that have answered; who has not is named."""

    totalClusters: int
    healthyClusters: int = Field(description="Clusters whose phase is Ready")
    totalGateways: int
    totalRoutes: int
    totalGPUs: int
    clusters_missing: list[MissingCluster]


class GpuCapacity(BaseModel):
    """Sums over the clusters whose GPUs are known; who is not part of them is named."""

    totalGPUs: int
    allocatedGPUs: int
    clusters: list[dict[str, Any]]
    clusters_missing: list[MissingCluster]


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/clusters`` and ``/global/gpu-capacity``."""
    group = blueprint("clusters", V1)
    fleet = container.fleet

    def readings() -> list[tuple[ClusterInfo, GpuReading]]:
        seen = fleet.described(current_identity())
        return [(info, container.gpus.of(one)) for one, info in seen]

    @group.get("/clusters", responses={"200": Clusters, "304": None}, operation_id="list_clusters")
    def clusters(header: Seen) -> Response:
        """Every cluster with its state."""
        who = current_identity()
        items = [cluster_item(info, who) for info in fleet.list(who)]
        return marked(answer(items), fingerprint([timeless(one) for one in items]), header)

    @group.get("/clusters/summary", responses={"200": Summary}, operation_id="summarize_clusters")
    def summary() -> Response:
        """Totals of the fleet. A cluster that was never read counts as a cluster only."""
        known, counted = readings(), container.resources.summary(current_identity())
        infos = [info for info, _ in known]
        return answer(
            {
                "totalClusters": len(infos),
                "healthyClusters": sum(info.standing.phase == "Ready" for info in infos),
                "totalGateways": _total(counted, "gateways"),
                "totalRoutes": _total(counted, "httproutes"),
                "totalGPUs": sum(one.capacity.total for _, one in known if one.capacity),
                "clusters_missing": [
                    missing_item(info, info.state.reason or info.standing.title)
                    for info in infos
                    if not info.state.connected
                ],
            }
        )

    @group.get(
        "/clusters/<cluster>", responses={"200": Detail, "304": None}, operation_id="get_cluster"
    )
    def cluster(path: OneCluster, header: Seen) -> Response:
        """One cluster: state, conditions, health checks, breaker, GPUs."""
        return one(path, header)

    @group.get(
        "/clusters/<cluster>/detail",
        responses={"200": Detail, "304": None},
        operation_id="get_cluster_detail",
    )
    def detail(path: OneCluster, header: Seen) -> Response:
        """The same under the prototype's path."""
        return one(path, header)

    def one(path: OneCluster, header: Seen) -> Response:
        who = current_identity()
        cluster = fleet.visible(who, path.cluster)
        body = cluster_detail(fleet.info(cluster), container.gpus.of(cluster), who)
        return marked(answer(body), fingerprint(timeless(body)), header)

    @group.get(
        "/global/gpu-capacity", responses={"200": GpuCapacity}, operation_id="get_gpu_capacity"
    )
    def gpu_capacity() -> Response:
        """GPUs of every cluster: total and allocated, by type and node, with their source."""
        found = readings()
        known = [reading.capacity for _, reading in found if reading.capacity]
        return answer(
            {
                "totalGPUs": sum(one.total for one in known),
                "allocatedGPUs": sum(one.allocated for one in known),
                "clusters": [gpu_item(info, reading) for info, reading in found],
                "clusters_missing": [
                    missing_item(info, reading.reason)
                    for info, reading in found
                    if reading.capacity is None or reading.reason
                ],
            }
        )

    server.register_api(group)


def _total(counted: dict[str, Any], kind: str) -> int:
    return sum(counts[kind].total() for counts in counted.values() if kind in counts)
