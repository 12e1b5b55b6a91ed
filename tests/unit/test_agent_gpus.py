"""Promise: GPUs are counted as they can be scheduled, once each, whoever offers them."""

from collections.abc import Iterator
from typing import Any

import pytest

from agent.accelerators import extended
from agent.gpus import Capacity, Count, NodeGpus, capacity
from agent.quantities import whole

Obj = dict[str, Any]


def node(name: str, allocatable: Obj, *, capacity: Obj | None = None, **more: Any) -> Obj:
    """A node; ``more`` are its ``labels``, its ``spec`` and whether it is ``ready``."""
    labels, spec = more.get("labels", {}), more.get("spec", {})
    status = {"allocatable": {"cpu": "8", **allocatable}, "capacity": capacity or allocatable}
    conditions = [{"type": "Ready", "status": more.get("ready", "True")}]
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": spec,
        "status": {**status, "conditions": conditions},
    }


def container(**limits: int | str) -> Obj:
    """A container; ``gpu`` stands for ``nvidia.com/gpu``."""
    named = {{"gpu": "nvidia.com/gpu"}.get(name, name): str(many) for name, many in limits.items()}
    return {"resources": {"limits": {"cpu": "1", **named}}}


def pod(where: str, *containers: Obj, init: tuple[Obj, ...] = (), phase: str = "Running") -> Obj:
    spec: Obj = {"containers": list(containers), "initContainers": list(init)}
    if where:
        spec["nodeName"] = where
    return {"metadata": {"name": "p"}, "spec": spec, "status": {"phase": phase}}


def sidecar(**limits: int) -> Obj:
    return {**container(**limits), "restartPolicy": "Always"}


H100 = {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3", "nvidia.com/gpu.replicas": "1"}


def whole_gpus(name: str, count: int, **more: Any) -> Obj:
    return node(name, {"nvidia.com/gpu": str(count)}, labels=H100, **more)


def numbers(counted: Capacity) -> tuple[int, int, int]:
    return counted.total, counted.allocated, counted.available


def test_a_cluster_without_gpus_is_known_to_have_none() -> None:
    def never() -> Iterator[Obj]:
        raise AssertionError("pods were read in vain")
        yield

    counted = capacity([node("cpu-1", {})], never(), [], never())
    assert counted.as_payload() == {
        "totalGPUs": 0,
        "allocatedGPUs": 0,
        "availableGPUs": 0,
        "averageUtilization": None,
        "gpuTypes": {},
    }


def test_whole_gpus_by_type_and_node() -> None:
    a100 = {"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-40GB"}
    nodes = [whole_gpus("n1", 8), node("n2", {"nvidia.com/gpu": "4"}, labels=a100), node("n3", {})]
    counted = capacity(nodes, [pod("n1", container(gpu=6)), pod("n2", container(gpu=1))])
    assert numbers(counted) == (12, 7, 5)
    assert counted.types == {
        "NVIDIA-A100-SXM4-40GB": Count(4, 1),
        "NVIDIA-H100-80GB-HBM3": Count(8, 6),
    }
    assert counted.nodes[0] == NodeGpus("n1", "NVIDIA-H100-80GB-HBM3", "nvidia.com/gpu", 8, 6, 8)
    assert counted.as_payload(41.5) == {
        "totalGPUs": 12,
        "allocatedGPUs": 7,
        "availableGPUs": 5,
        "averageUtilization": 41.5,
        "gpuTypes": {"NVIDIA-A100-SXM4-40GB": 4, "NVIDIA-H100-80GB-HBM3": 8},
    }


@pytest.mark.parametrize(
    ("held", "taken"),
    [
        (pod("n1", container(gpu=1), container(gpu=2)), 3),
        (pod("n1", container(gpu=1), phase="Pending"), 1),
        (pod("n1", container(gpu=1), phase="Succeeded"), 0),
        (pod("n1", container(gpu=1), phase="Failed"), 0),
        (pod("", container(gpu=1), phase="Pending"), 0),
        (pod("gone", container(gpu=1)), 0),
        (pod("n1", container()), 0),
        # init containers run one after the other and before the others
        (pod("n1", container(gpu=1), init=(container(gpu=4), container(gpu=2))), 4),
        (pod("n1", container(gpu=3), init=(container(gpu=2),)), 3),
        # a sidecar stays, and is there while later init containers run
        (pod("n1", container(gpu=1), init=(sidecar(gpu=1),)), 2),
        (pod("n1", container(gpu=1), init=(sidecar(gpu=1), container(gpu=3))), 4),
        (pod("n1", container(gpu=1), init=(container(gpu=3), sidecar(gpu=1))), 3),
        # to be deleted, still there
        ({**pod("n1", container(gpu=2)), "metadata": {"deletionTimestamp": "2026-01-01"}}, 2),
    ],
)
def test_a_pod_takes_what_the_scheduler_reckons(held: Obj, taken: int) -> None:
    counted = capacity([whole_gpus("n1", 8)], [held])
    assert numbers(counted) == (8, taken, 8 - taken)


def test_what_is_not_allocatable_is_not_there_and_takes_nothing_from_others() -> None:
    broken = whole_gpus("n1", 0, capacity={"nvidia.com/gpu": "8"})
    counted = capacity([broken, whole_gpus("n2", 4)], [pod("n1", container(gpu=2))])
    assert numbers(counted) == (4, 2, 4)
    assert counted.notes == ("Not all GPUs are usable: n1.",)


def test_a_resource_that_a_removed_plugin_left_behind_is_no_gpu() -> None:
    assert capacity([whole_gpus("n1", 0)], []).nodes == ()


@pytest.mark.parametrize("closed", [{"spec": {"unschedulable": True}}, {"ready": "Unknown"}])
def test_gpus_on_nodes_that_take_no_pods_are_named(closed: Obj) -> None:
    names = [f"n{number}" for number in range(1, 8)]
    counted = capacity([whole_gpus(name, 1, **closed) for name in names], [])
    assert counted.total == 7
    assert counted.notes == (
        "Cordoned or not ready, so that no new pod gets the GPUs: n1, n2, n3, n4, n5 and 2 more.",
    )


SHARED_A100 = "NVIDIA-A100-SXM4-40GB-SHARED"


@pytest.mark.parametrize(
    ("resource", "labels"),
    [
        (
            "nvidia.com/gpu",
            {"nvidia.com/gpu.product": SHARED_A100, "nvidia.com/gpu.replicas": "4"},
        ),
        (
            "nvidia.com/gpu.shared",
            {
                "nvidia.com/gpu.product": "NVIDIA-A100-SXM4-40GB",
                "nvidia.com/gpu.replicas": "4",
            },
        ),
        (
            "nvidia.com/gpu",
            {
                "cloud.google.com/gke-accelerator": "NVIDIA-A100-SXM4-40GB",
                "cloud.google.com/gke-max-shared-clients-per-gpu": "4",
            },
        ),
    ],
)
def test_a_shared_gpu_counts_as_often_as_it_is_offered(resource: str, labels: Obj) -> None:
    holder = pod("n1", container(**{resource: 3}))
    counted = capacity([node("n1", {resource: "16"}, labels=labels)], [holder])
    assert counted.nodes == (NodeGpus("n1", SHARED_A100, resource, 16, 3, 4),)
    assert counted.notes == ("Each GPU is shared by several containers: n1.",)


def test_mig_single_counts_instances_as_a_type_of_its_own() -> None:
    labels = {"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb"}
    counted = capacity(
        [node("n1", {"nvidia.com/gpu": "56"}, labels=labels), whole_gpus("n2", 8)],
        [pod("n1", container(gpu=1))],
    )
    assert counted.types == {
        "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb": Count(56, 1),
        "NVIDIA-H100-80GB-HBM3": Count(8, 0),
    }
    assert counted.nodes[0].physical is None


def test_mig_of_gke_is_told_by_the_size_of_the_partition() -> None:
    labels = {
        "cloud.google.com/gke-accelerator": "nvidia-tesla-a100",
        "cloud.google.com/gke-gpu-partition-size": "1g.5gb",
    }
    counted = capacity([node("n1", {"nvidia.com/gpu": "7"}, labels=labels)], [])
    assert counted.types == {"nvidia-tesla-a100-MIG-1g.5gb": Count(7, 0)}


def test_mig_mixed_counts_each_profile_beside_whole_gpus() -> None:
    labels = {
        "nvidia.com/gpu.product": "NVIDIA-A100-SXM4-40GB",
        "nvidia.com/mig-1g.5gb.product": "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb",
    }
    allocatable = {"nvidia.com/gpu": "2", "nvidia.com/mig-1g.5gb": "7", "nvidia.com/mig-3g.20gb": 2}
    holder = pod("n1", container(**{"nvidia.com/mig-3g.20gb": 1}), container(gpu=1))
    counted = capacity([node("n1", allocatable, labels=labels)], [holder])
    assert counted.types == {
        "NVIDIA-A100-SXM4-40GB": Count(2, 1),
        "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb": Count(7, 0),
        "NVIDIA-A100-SXM4-40GB-MIG-3g.20gb": Count(2, 1),
    }
    assert [each.physical for each in counted.nodes] == [2, None, None]


@pytest.mark.parametrize(
    ("allocatable", "labels", "types"),
    [
        (
            {"amd.com/gpu": "8"},
            {"amd.com/gpu.product-name": "AMD_Instinct_MI300X_OAM"},
            {"AMD_Instinct_MI300X_OAM": 8},
        ),
        ({"amd.com/cpx_nps4": "64"}, {}, {"amd.com/cpx_nps4": 64}),
        (
            {"gpu.intel.com/i915": "2", "gpu.intel.com/i915_monitoring": "1"},
            {"gpu.intel.com/product": "Max_1550"},
            {"Max_1550": 2},
        ),
        (
            {"gpu.intel.com/xe": "1", "gpu.intel.com/millicores": "1000"},
            {},
            {"gpu.intel.com/xe": 1},
        ),
        (
            {"google.com/tpu": "4"},
            {"cloud.google.com/gke-tpu-accelerator": "tpu-v5-lite-podslice"},
            {"tpu-v5-lite-podslice": 4},
        ),
        (
            {"aws.amazon.com/neuron": "16", "aws.amazon.com/neuroncore": "32"},
            {"node.kubernetes.io/instance-type": "trn1.32xlarge"},
            {"trn1.32xlarge": 16},
        ),
        ({"nvidia.com/gpu": "1"}, {}, {"nvidia.com/gpu": 1}),
        ({"rdma/hca": "8", "example.com/npu": "4"}, {}, {}),
    ],
)
def test_other_vendors(allocatable: Obj, labels: Obj, types: dict[str, int]) -> None:
    counted = capacity([node("n1", allocatable, labels=labels)], [])
    assert {name: count.total for name, count in counted.types.items()} == types


def test_cores_of_neuron_devices_are_taken_from_the_devices() -> None:
    allocatable = {"aws.amazon.com/neuron": "16", "aws.amazon.com/neuroncore": "32"}
    pods = [
        pod("n1", container(**{"aws.amazon.com/neuroncore": 3})),
        pod("n1", container(**{"aws.amazon.com/neuron": 2})),
    ]
    assert numbers(capacity([node("n1", allocatable)], pods)) == (16, 4, 12)


def test_further_names_can_be_given() -> None:
    counted = capacity(
        [node("n1", {"example.com/npu-a": "4"})],
        [pod("n1", container(**{"example.com/npu-a": 1}))],
        accelerators=extended(["example.com/npu-*"]),
    )
    assert counted.types == {"example.com/npu-a": Count(4, 1)}


@pytest.mark.parametrize(
    ("written", "number"),
    [("8", 8), (8, 8), ("2k", 2000), ("1Ki", 1024), ("1e3", 1000), ("500m", 1), ("0.5", 1)],
)
def test_quantities_are_read_as_kubernetes_writes_them(written: str | int, number: int) -> None:
    assert whole(written) == number


@pytest.mark.parametrize("written", ["", "eight", "1 Gi", "1KiB"])
def test_what_is_no_quantity_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no quantity"):
        whole(written)
