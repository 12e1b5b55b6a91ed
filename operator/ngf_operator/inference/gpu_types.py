"""The names that nodes have for kinds of GPU: labels of NVIDIA's feature discovery and of GKE.

Sources: k8s-device-plugin ``docs/gpu-feature-discovery/README.md`` (the product is what the driver
calls it, with dashes); GKE's labels of accelerator node pools.
"""

import re

from ngf_operator.wanting import Obj

PRODUCT = "nvidia.com/gpu.product"
_SHARED = "-SHARED"
_GKE = "cloud.google.com/gke-accelerator"

_PRODUCTS: dict[str, tuple[str, ...]] = {
    "H100": (
        "NVIDIA-H100-80GB-HBM3",
        "NVIDIA-H100-PCIe",
        "NVIDIA-H100-NVL",
        "NVIDIA-H100-SXM5-80GB",
    ),
    "H200": ("NVIDIA-H200", "NVIDIA-H200-NVL"),
    "B200": ("NVIDIA-B200",),
    "GH200": ("NVIDIA-GH200-480GB", "NVIDIA-GH200-120GB"),
    "A100": (
        "NVIDIA-A100-SXM4-80GB",
        "NVIDIA-A100-SXM4-40GB",
        "NVIDIA-A100-80GB-PCIe",
        "NVIDIA-A100-PCIE-40GB",
        "A100-SXM4-40GB",
    ),
    "L40S": ("NVIDIA-L40S",),
    "L40": ("NVIDIA-L40",),
    "L4": ("NVIDIA-L4",),
    "A10": ("NVIDIA-A10",),
    "A10G": ("NVIDIA-A10G",),
    "T4": ("Tesla-T4", "NVIDIA-T4"),
    "V100": ("Tesla-V100-SXM2-16GB", "Tesla-V100-SXM2-32GB", "Tesla-V100-PCIE-16GB"),
}
_GKE_PRODUCTS: dict[str, tuple[str, ...]] = {
    "H100": ("nvidia-h100-80gb", "nvidia-h100-mega-80gb"),
    "H200": ("nvidia-h200-141gb",),
    "B200": ("nvidia-b200",),
    "A100": ("nvidia-tesla-a100", "nvidia-a100-80gb"),
    "L4": ("nvidia-l4",),
    "T4": ("nvidia-tesla-t4",),
    "V100": ("nvidia-tesla-v100",),
}


def products(gpu_type: str) -> tuple[str, ...]:
    """What nodes call a kind of GPU, shared ones too; a name that is such a label already stands
    for itself."""
    known = _PRODUCTS.get(_kind(gpu_type))
    if known:
        return (*known, *(f"{name}{_SHARED}" for name in known))
    return (gpu_type,) if gpu_type.startswith(("NVIDIA-", "Tesla-")) else ()


def _kind(gpu_type: str) -> str:
    return re.sub("^nvidia[ -]", "", gpu_type.strip(), flags=re.IGNORECASE).upper()


def affinity(gpu_type: str) -> Obj | None:
    """For nodes with that kind of GPU, or whose labels do not say which one they have; None for a
    kind that is not known."""
    found = products(gpu_type)
    if not found:
        return None
    terms = [[{"key": PRODUCT, "operator": "In", "values": list(found)}]]
    if gke := _GKE_PRODUCTS.get(_kind(gpu_type)):
        terms.append([{"key": _GKE, "operator": "In", "values": list(gke)}])
    terms.append([{"key": key, "operator": "DoesNotExist"} for key in (PRODUCT, _GKE)])
    wanted = {"nodeSelectorTerms": [{"matchExpressions": term} for term in terms]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": wanted}}
