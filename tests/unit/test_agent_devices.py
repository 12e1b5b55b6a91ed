"""Promise: GPUs offered by dynamic resource allocation count once, whatever their shape."""

from typing import Any

import pytest

from agent.gpus import Count, capacity

Obj = dict[str, Any]
NVIDIA = "gpu.nvidia.com"
H100 = "NVIDIA H100 80GB HBM3"


def texts(**attributes: str) -> Obj:
    return {name: {"string": text} for name, text in attributes.items()}


def gpu(number: int, *, counters: bool = False) -> Obj:
    attributes = texts(type="gpu", uuid=f"GPU-{number}", productName=H100)
    attributes["resource.kubernetes.io/pciBusID"] = {"string": f"0000:0{number}:00.0"}
    return _drawing(number, {"name": f"gpu-{number}", "attributes": attributes}, counters)


def mig(number: int, name: str, *, counters: bool = False) -> Obj:
    attributes = texts(type="mig", profile="1g.10gb", productName=H100)
    attributes["resource.kubernetes.io/pciBusID"] = {"string": f"0000:0{number}:00.0"}
    return _drawing(number, {"name": name, "attributes": attributes}, counters)


def _drawing(number: int, device: Obj, counters: bool) -> Obj:
    if counters:
        device["consumesCounters"] = [{"counterSet": f"gpu-{number}-counter-set", "counters": {}}]
    return device


def slice_of(*devices: Obj, node: str = "n1", pool: str = "", **more: Any) -> Obj:
    spec: Obj = {
        "driver": more.get("driver", NVIDIA),
        "pool": {"name": pool or node, "generation": more.get("generation", 1)},
        "devices": list(devices),
    }
    if node:
        spec["nodeName"] = node
    return {"metadata": {"name": "s"}, "spec": spec}


def claim(*names: str, pool: str = "n1", driver: str = NVIDIA, **more: Any) -> Obj:
    results = [
        {"request": "r", "driver": driver, "pool": pool, "device": name, **more} for name in names
    ]
    return {"status": {"allocation": {"devices": {"results": results}}}}


def basic(device: Obj) -> Obj:
    """The shape of v1beta1."""
    return {"name": device.pop("name"), "basic": device}


PRODUCT = "NVIDIA-H100-80GB-HBM3"


@pytest.mark.parametrize("shape", [lambda device: device, basic], ids=["v1", "v1beta1"])
def test_devices_and_what_claims_hold_of_them(shape: Any) -> None:
    slices = [slice_of(*(shape(gpu(number)) for number in range(4)))]
    counted = capacity([], [], slices, [claim("gpu-0", "gpu-1"), {"status": {}}, {}])
    assert counted.types == {PRODUCT: Count(4, 2)}
    assert (counted.total, counted.allocated, counted.available) == (4, 2, 2)
    [row] = counted.nodes
    assert (row.node, row.resource, row.physical) == ("n1", NVIDIA, 4)


def test_a_device_that_several_claims_share_is_taken_once() -> None:
    counted = capacity([], [], [slice_of(gpu(0), gpu(1))], [claim("gpu-0"), claim("gpu-0")])
    assert counted.allocated == 1


def test_access_for_administrators_takes_nothing() -> None:
    counted = capacity([], [], [slice_of(gpu(0))], [claim("gpu-0", adminAccess=True)])
    assert counted.allocated == 0


def test_a_claim_on_what_is_no_longer_offered_counts_nothing() -> None:
    counted = capacity([], [], [slice_of(gpu(0))], [claim("gpu-7")])
    assert (counted.total, counted.allocated) == (1, 0)


def test_only_the_newest_generation_of_a_pool_counts() -> None:
    old = slice_of(gpu(0), gpu(1), generation=1)
    new = [slice_of(gpu(0), generation=2), slice_of(gpu(2), generation=2)]
    for slices in ([old, *new], [*new, old], [new[0], old, new[1]]):
        assert capacity([], [], slices, []).total == 2


def test_devices_of_other_drivers_are_no_gpus() -> None:
    channels = slice_of({"name": "channel-0"}, driver="compute-domain.nvidia.com")
    nics = slice_of({"name": "eth1"}, driver="dra.net")
    assert capacity([], [], [channels, nics], []).nodes == ()


def test_static_mig_instances_are_a_type_of_their_own() -> None:
    slices = [slice_of(gpu(0), mig(1, "mig-a"), mig(1, "mig-b"))]
    counted = capacity([], [], slices, [claim("mig-a")])
    assert counted.types == {PRODUCT: Count(1, 0), f"{PRODUCT}-MIG-1g.10gb": Count(2, 1)}
    assert [row.physical for row in counted.nodes] == [1, None]


def test_a_gpu_and_the_partitions_it_could_be_cut_into_are_one_gpu() -> None:
    cuts = [mig(0, f"mig-{place}", counters=True) for place in range(7)]
    slices = [slice_of(gpu(0, counters=True), *cuts, gpu(1, counters=True))]
    counted = capacity([], [], slices, [claim("mig-3")])
    assert counted.types == {PRODUCT: Count(2, 1)}


def test_a_device_that_spans_several_gpus_takes_them_all() -> None:
    pair = {
        "name": "pair",
        "consumesCounters": [{"counterSet": f"gpu-{n}-counter-set"} for n in (0, 1)],
    }
    slices = [slice_of(*(gpu(number, counters=True) for number in range(4)), pair)]
    counted = capacity([], [], slices, [claim("pair")])
    assert (counted.total, counted.allocated) == (4, 2)


def test_a_gpu_offered_to_containers_and_to_machines_is_one_gpu() -> None:
    passthrough = gpu(0)
    passthrough["name"] = "gpu-vfio-0"
    passthrough["attributes"]["type"] = {"string": "vfio"}
    counted = capacity([], [], [slice_of(gpu(0), passthrough)], [claim("gpu-vfio-0")])
    assert (counted.total, counted.allocated) == (1, 1)


def test_a_node_that_offers_its_gpus_both_ways_is_counted_once() -> None:
    node = {
        "metadata": {"name": "n1", "labels": {"nvidia.com/gpu.product": PRODUCT}},
        "status": {"allocatable": {"nvidia.com/gpu": "4"}, "capacity": {"nvidia.com/gpu": "4"}},
    }
    slices = [slice_of(*(gpu(number) for number in range(4))), slice_of(gpu(0), node="n2")]
    counted = capacity([node], [], slices, [claim("gpu-0"), claim("gpu-0", pool="n2")])
    assert counted.types == {PRODUCT: Count(5, 2)}
    assert counted.notes == ("Offered by a device plugin and by a driver, counted once: n1.",)


def test_devices_of_other_vendors_and_of_no_single_node() -> None:
    amd = {"name": "gpu-0", "attributes": texts(type="amdgpu", productName="Instinct MI300X")}
    cut = {
        "name": "gpu-1",
        "attributes": texts(
            type="amdgpu-partition", productName="Instinct MI300X", partitionProfile="cpx_nps4"
        ),
    }
    tpu = {"name": "tpu0", "attributes": texts(tpuGen="v5p"), "nodeName": "n9"}
    slices = [
        slice_of(amd, cut, driver="gpu.amd.com"),
        slice_of(tpu, {"name": "tpu1"}, driver="tpu.google.com", node="", pool="fabric"),
    ]
    counted = capacity([], [], slices, [])
    assert [(row.node, row.product) for row in counted.nodes] == [
        ("", "tpu.google.com"),
        ("n1", "Instinct-MI300X"),
        ("n1", "Instinct-MI300X-cpx_nps4"),
        ("n9", "v5p"),
    ]
