"""Promise: GPUs are counted as they are handed out, each kind under its own name, and a cluster
that tells none is named and never counted as 0."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from agent.gpus import Capacity, capacity
from callbacks import gpu_words, gpus
from services.auth.identity import CONSOLE, Identity, Role
from services.clusters.cluster import ClusterInfo
from services.clusters.gpus import GpuReading
from services.container import Container
from services.errors import Unavailable
from services.inference.mock import MockProvider
from services.inference.provider import Asked
from services.inference.results import Device
from services.telemetry.answers import Answer
from services.telemetry.windows import Window
from tests.unit.fleet_members import NOW, cluster

NONE = GpuReading("none", None, None, "Nodes and pods could not be read.")


def node(name: str, resource: str, count: int, **labels: str) -> dict[str, Any]:
    """A node that offers ``count`` of a resource; labels by what stands after nvidia.com/gpu."""
    told = {f"nvidia.com/gpu.{key}": value for key, value in labels.items()}
    offered = {resource: str(count)}
    return {
        "metadata": {"name": name, "labels": told},
        "status": {"allocatable": offered, "capacity": offered},
    }


def counted(*nodes: dict[str, Any]) -> Capacity:
    return capacity(nodes, ())


@dataclass
class Fleet:
    """Clusters whose GPUs the test decides; stands in for fleet, readings and container."""

    readings: dict[str, GpuReading]
    fleet: "Fleet" = field(init=False)
    gpus: "Fleet" = field(init=False)
    metrics: MockProvider = field(default_factory=lambda: MockProvider("none of these"))

    def __post_init__(self) -> None:
        self.fleet = self.gpus = self

    def described(self, who: Identity) -> list[tuple[str, ClusterInfo]]:
        return [(name, cluster(name)) for name in self.readings if who.may_see_cluster(name)]

    def of(self, name: str) -> GpuReading:
        return self.readings[name]


def page(who: Identity = CONSOLE, **readings: GpuReading) -> dict[str, Any]:
    return gpus.page(cast(Container, Fleet(readings)), who, frozenset())


def test_whole_shared_and_mig_are_types_of_their_own() -> None:
    found = counted(
        node("a", "nvidia.com/gpu", 8, product="NVIDIA-H100-80GB-HBM3"),
        node("b", "nvidia.com/gpu", 16, product="NVIDIA-L40S-SHARED", replicas="4"),
        node("c", "nvidia.com/mig-1g.10gb", 7, product="NVIDIA-A100-SXM4-80GB"),
    )
    nodes = page(gpu=GpuReading("nodes", NOW, found))["nodes"]
    assert [(one["node"], one["offered"], one["physical"]) for one in nodes] == [
        ("a", "whole", 8),
        ("b", "shared, 4 to a GPU", 4),
        ("c", "MIG instance", None),
    ]


@pytest.mark.parametrize(
    ("product", "resource", "words"),
    [
        ("NVIDIA-H100-80GB-HBM3", "nvidia.com/gpu", "whole"),
        ("NVIDIA-H100-80GB-HBM3", "gpu.nvidia.com", "whole, by DRA"),
        ("NVIDIA-H100-80GB-HBM3-MIG-1g.10gb", "gpu.nvidia.com", "MIG instance"),
        ("NVIDIA-L40S-SHARED", "", "shared"),
    ],
)
def test_how_a_gpu_is_handed_out(product: str, resource: str, words: str) -> None:
    assert gpu_words.offered_as(product, resource) == words


@pytest.mark.parametrize(
    ("product", "words"),
    [
        ("NVIDIA-H100-80GB-HBM3", "H100"),
        ("NVIDIA-L40S", "L40S"),
        ("NVIDIA-L40S-SHARED", "L40S shared"),
        ("Tesla-T4", "T4"),
        ("NVIDIA-A100-SXM4-80GB-MIG-1g.10gb", "A100 MIG 1g.10gb"),
        ("nvidia.com/gpu", "nvidia.com/gpu"),
    ],
)
def test_products_are_called_as_people_call_them(product: str, words: str) -> None:
    assert gpu_words.short(product) == words


def test_who_tells_nothing_is_named_and_not_counted() -> None:
    eight = counted(node("a", "nvidia.com/gpu", 8, product="NVIDIA-L40S"))
    told = page(
        hub=GpuReading("nodes", NOW, counted()), gpu=GpuReading("nodes", NOW, eight), lab=NONE
    )
    tile = told["tiles"]["gpus"]
    assert (tile["value"], tile["unit"]) == ("0", "of 8 allocated")
    assert [tuple(one) for one in tile["note"]] == [("on 1 of 3 clusters, no data of 1", "")]
    assert [one["name"] for one in told["unknown"]] == ["lab"]
    assert told["strip"]["lead"] == "2 of 3 clusters tell their GPUs now."
    assert told["strip"]["text"] == "lab: Nodes and pods could not be read, no data."


def test_nobody_telling_is_no_data() -> None:
    told = page(lab=NONE)
    assert all(tile["value"] is None for tile in told["tiles"].values())


def test_what_was_last_seen_says_so() -> None:
    eight = counted(node("a", "nvidia.com/gpu", 8, product="NVIDIA-L40S"))
    told = page(gpu=GpuReading("nodes", NOW, eight, "It does not answer."))
    assert told["clusters"][0]["reason"] == "It does not answer."
    assert told["strip"]["text"].startswith("gpu: It does not answer, shown as last seen ")


def test_utilization_is_that_of_what_is_measured() -> None:
    def of(count: int, used: float | None) -> GpuReading:
        found = counted(node("a", "nvidia.com/gpu", count, product="NVIDIA-L40S"))
        return GpuReading("nodes", NOW, found, utilization=used)

    tile = page(a=of(30, 80.0), b=of(10, 40.0), c=of(8, None))["tiles"]["used"]
    assert tile["value"] == "70%"
    assert tile["note"] == [("measured on 2 of 3 clusters", "")]
    assert page(a=of(8, None))["tiles"]["used"]["value"] is None


def test_who_is_limited_sees_the_gpus_of_the_own_clusters() -> None:
    eight = counted(node("a", "nvidia.com/gpu", 8, product="NVIDIA-L40S"))
    mine = Identity(name="ann", role=Role.VIEWER, clusters=frozenset({"mine"}))
    reading = GpuReading("nodes", NOW, eight)
    told = page(mine, mine=reading, other=reading)
    assert told["tiles"]["gpus"]["unit"] == "of 8 allocated"
    assert {one["cluster"] for one in told["nodes"]} == {"mine"}


def test_readings_that_cannot_be_asked_for_say_so_and_are_not_replaced() -> None:
    class Down(MockProvider):
        def devices(self, asked: Asked, window: Window) -> Answer[list[Device]]:
            raise Unavailable("The analytics store does not answer.")

    eight = counted(node("a", "nvidia.com/gpu", 8, product="NVIDIA-L40S"))
    fleet = Fleet({"gpu": GpuReading("nodes", NOW, eight, utilization=70.0)}, Down("none of these"))
    told = gpus.page(cast(Container, fleet), CONSOLE, frozenset())
    assert told["failed"] == "The analytics store does not answer."
    assert told["tiles"]["used"]["value"] is None
    assert told["tiles"]["used"]["note"] == [(told["failed"], "")]
    assert [one["unread"] for one in told["nodes"]] == [told["failed"]]
    assert told["tiles"]["gpus"]["unit"] == "of 8 allocated"
