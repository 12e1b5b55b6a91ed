"""Model servers that somebody else runs: which Deployment the pods of a pool belong to."""

from collections.abc import Mapping
from typing import Any

from ngf_operator import names
from ngf_operator.inference.spec import Stack
from ngf_operator.wanting import Obj, World

SCALERS = "scalers"
"""In a Deployment that is remembered: who says how many pods it has."""


def scalers(deployment: Obj) -> list[str]:
    """The field managers that say how many pods a Deployment has."""
    fields = deployment["metadata"].get("managedFields") or ()
    return [str(each.get("manager", "")) for each in fields if "f:replicas" in _spec(each)]


def _spec(entry: Obj) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (entry.get("fieldsV1") or {}).get("f:spec") or {}
    return found


def reduced(deployment: Obj) -> Obj:
    """What is looked at of a Deployment that may be adopted. One that the stack made may be here
    for a moment longer than among the children."""
    spec, status = deployment.get("spec") or {}, deployment.get("status") or {}
    template = spec.get("template") or {}
    containers = (template.get("spec") or {}).get("containers") or ()
    pods = {
        "metadata": {"labels": (template.get("metadata") or {}).get("labels") or {}},
        "spec": {"containers": [{"image": each.get("image", "")} for each in containers]},
    }
    counts = (
        "observedGeneration",
        "availableReplicas",
        "readyReplicas",
        "replicas",
        "updatedReplicas",
    )
    return {
        **{key: deployment[key] for key in ("apiVersion", "kind") if key in deployment},
        "metadata": deployment["metadata"],
        SCALERS: scalers(deployment),
        "spec": {"replicas": spec.get("replicas", 1), "template": pods},
        "status": {key: status[key] for key in counts if key in status},
    }


def labels_of(deployment: Obj) -> Mapping[str, str]:
    """The labels of its pods."""
    template = (deployment.get("spec") or {}).get("template") or {}
    found: Mapping[str, str] = (template.get("metadata") or {}).get("labels") or {}
    return found


def deployments(stack: Stack, world: World) -> list[Obj]:
    """Deployments whose pods the pool selects, by name, without those that a stack made."""
    selector = stack.selector.items()
    found = [
        each
        for each in world.all("apps", "Deployment", stack.namespace)
        if selector <= labels_of(each).items() and not _is_made(each)
    ]
    return sorted(found, key=lambda each: str(each["metadata"]["name"]))


def _is_made(deployment: Obj) -> bool:
    labels = deployment["metadata"].get("labels") or {}
    return bool(labels.get(names.MANAGED_BY) == names.MANAGED_BY_US)


def images(deployment: Obj) -> list[str]:
    """The images of its containers."""
    template = (deployment.get("spec") or {}).get("template") or {}
    return [
        str(each.get("image", "")) for each in (template.get("spec") or {}).get("containers") or ()
    ]


def engine_image(stack: Stack, world: World) -> str:
    """The images that the engine runs from, as far as it is known."""
    if stack.serves:
        return str(stack.section("modelServer").get("image") or stack.engine.image)
    return " ".join(image for each in deployments(stack, world) for image in images(each))
