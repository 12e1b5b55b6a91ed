"""The names that GPUs and other accelerators go by: resources of nodes, labels, drivers.

Vendors' device plugins offer devices under resource names of their own, and their labellers write
the model on the node. Names that measure a device (memory, millicores) or open it for monitoring
count nothing and are left out. Sources, by vendor:

* NVIDIA: k8s-device-plugin README.md (sharing, MIG) and docs/gpu-feature-discovery/README.md
* AMD: ROCm k8s-device-plugin docs/user-guide/configuration.md (``mixed`` names partitions)
* Intel: intel-device-plugins-for-kubernetes cmd/gpu_plugin/README.md and labels.md
* AWS: Neuron documentation, "Neuron device plugin"; a core is a part of a device
* Google: GKE's labels of accelerator node pools, which take the place of the vendors' labels there
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Accelerator:
    """A resource name, or a pattern of them (``*``), and what is known of what it counts.

    ``products`` and ``replicas`` are node labels, the first that is there counts: the model, and
    how many containers share one device. ``driver`` hands the same hardware out through
    ResourceSlices. ``whole`` is False for what can be a part of a device or a share of one without
    a label that says so; ``part_of`` is the resource that counts the whole devices of such parts.
    """

    resource: str
    products: tuple[str, ...] = ()
    replicas: tuple[str, ...] = ()
    driver: str = ""
    whole: bool = True
    part_of: str = ""


MIG = "-MIG-"
"""Between model and profile in the product of a MIG instance, as NVIDIA's labels have it."""
SHARED = "-SHARED"
"""Ends the product of a GPU that several containers share, as NVIDIA's labels have it."""

_SHARED_RESOURCE = ".shared"
_MIG_RESOURCE = "nvidia.com/mig-"
_GKE_PARTITION = "cloud.google.com/gke-gpu-partition-size"
_NVIDIA = (
    "nvidia.com/gpu.product",
    "cloud.google.com/gke-accelerator",
    "karpenter.k8s.aws/instance-gpu-name",
    "k8s.amazonaws.com/accelerator",
)
_REPLICAS = ("nvidia.com/gpu.replicas", "cloud.google.com/gke-max-shared-clients-per-gpu")
_AMD = ("amd.com/gpu.product-name", "beta.amd.com/gpu.product-name")
_INTEL = ("gpu.intel.com/product",)
_NEURON = ("node.kubernetes.io/instance-type",)

ACCELERATORS = (
    Accelerator("nvidia.com/gpu", _NVIDIA, _REPLICAS, driver="gpu.nvidia.com"),
    Accelerator("nvidia.com/gpu.shared", _NVIDIA, _REPLICAS, driver="gpu.nvidia.com"),
    Accelerator("nvidia.com/mig-*", driver="gpu.nvidia.com", whole=False),
    Accelerator("amd.com/gpu", _AMD, driver="gpu.amd.com"),
    Accelerator("amd.com/*_nps*", _AMD, driver="gpu.amd.com", whole=False),
    Accelerator("gpu.intel.com/i915", _INTEL, driver="gpu.intel.com", whole=False),
    Accelerator("gpu.intel.com/xe", _INTEL, driver="gpu.intel.com", whole=False),
    Accelerator("aws.amazon.com/neuron", _NEURON),
    Accelerator("aws.amazon.com/neurondevice", _NEURON, part_of="aws.amazon.com/neuron"),
    Accelerator("aws.amazon.com/neuroncore", _NEURON, whole=False, part_of="aws.amazon.com/neuron"),
    Accelerator(
        "google.com/tpu", ("cloud.google.com/gke-tpu-accelerator",), driver="tpu.google.com"
    ),
)


def extended(resources: Iterable[str]) -> tuple[Accelerator, ...]:
    """The table with further resource names; a ``*`` in one stands for any text."""
    return (*ACCELERATORS, *(Accelerator(resource, whole=False) for resource in resources))


def named(resource: str, table: Iterable[Accelerator]) -> Accelerator | None:
    """What a resource of a node counts, None when it counts no accelerators."""
    return next((each for each in table if fnmatchcase(resource, each.resource)), None)


def product(accelerator: Accelerator, resource: str, labels: Mapping[str, str]) -> str:
    """The model behind a resource of a node; the resource's own name when no label says it.

    MIG instances and shared GPUs are told apart from whole ones by the suffixes of NVIDIA's labels,
    also where the label lacks them because the resource has a name of its own.
    """
    plain = resource.removesuffix(_SHARED_RESOURCE)
    said = _first(labels, (f"{plain}.product", *accelerator.products))
    if plain.startswith(_MIG_RESOURCE) and not said:
        whole = _first(labels, _NVIDIA)
        said = f"{whole}{MIG}{plain.removeprefix(_MIG_RESOURCE)}" if whole else ""
    partition = labels.get(_GKE_PARTITION)
    if said and partition and MIG not in said:
        said += f"{MIG}{partition}"
    if said and sharing(accelerator, resource, labels) > 1 and not said.endswith(SHARED):
        said += SHARED
    return said or resource


def sharing(accelerator: Accelerator, resource: str, labels: Mapping[str, str]) -> int:
    """How many containers each device behind a resource of a node is offered to."""
    plain = resource.removesuffix(_SHARED_RESOURCE)
    said = _first(labels, (f"{plain}.replicas", *accelerator.replicas))
    return max(1, int(said)) if said.isdecimal() else 1


def _first(labels: Mapping[str, str], names: Iterable[str]) -> str:
    return next((labels[name] for name in names if labels.get(name)), "")
