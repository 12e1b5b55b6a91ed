"""Parts of an InferenceStack that have an address of their own: pool, picker, autoscaling.

Each reads as its clients know it, and edits the stack in place: what is not named is kept.
"""

from collections.abc import Mapping
from typing import Any

from ngf_operator import names

from services.errors import Invalid
from services.operated_edits import merged, onto, without_nulls

Object = Mapping[str, Any]

OF_POOL = (
    "gpuType",
    "gpuCount",
    "replicas",
    "minReplicas",
    "maxReplicas",
    "selector",
    "targetPort",
    "gpuResource",
)
"""Fields of ``spec.pool``, which a pool has at its top."""
SIZES = ("minReplicas", "maxReplicas", "replicas")


def pool_of(stack: Object) -> str:
    """The name of the InferencePool of a stack."""
    return names.pool(stack["metadata"]["name"])


def picker_of(stack: Object) -> str:
    """The name of its picker's Deployment and Service."""
    return names.picker(stack["metadata"]["name"])


def nested(given: Object) -> dict[str, Any]:
    """What a client sends of a pool, as the fields of a stack."""
    rest = {name: value for name, value in given.items() if name not in OF_POOL}
    own = {name: value for name, value in given.items() if name in OF_POOL}
    if own:
        rest["pool"] = {**(rest.get("pool") or {}), **own}
    return rest


def pool(live: Object, given: Object) -> dict[str, Any]:
    """The stack with fields of its pool laid over it."""
    return onto(live, nested(given))


def picker(live: Object, given: Object) -> dict[str, Any]:
    """The stack with fields of its picker laid over it. Weights that it has go, where they would
    count no more.

    Raises Invalid for another strategy or other weights that would have no effect, because a whole
    configuration stands in their place.
    """
    before = (live.get("spec") or {}).get("epp") or {}
    after = merged(before, given, "epp")
    whole = after.get("config") is not None
    named = [
        name for name in ("strategy", "weights") if given.get(name) not in (None, before.get(name))
    ]
    if whole and named:
        rule = "has no effect beside config, which replaces it; send config: null as well"
        raise Invalid.of(named[0], rule)
    if (whole or after.get("strategy") != "composite") and "weights" not in named:
        given = {**given, "weights": None} if "weights" in before else given
    return onto(live, {"epp": given} if given else {})


def autoscaling(live: Object, given: Object, *, enabled: bool | None = None) -> dict[str, Any]:
    """The stack with other sizes and another autoscaling; ``enabled`` False takes that away.

    Raises Invalid for what is to change in an autoscaling that goes.
    """
    before = (live.get("spec") or {}).get("autoscaling") or {}
    sizes = {name: given[name] for name in SIZES if name in given}
    rest = {name: value for name, value in given.items() if name not in SIZES}
    change: dict[str, Any] = {"pool": sizes} if sizes else {}
    if enabled is False:
        for name, value in rest.items():
            if value is not None and value != before.get(name):
                raise Invalid.of(name, "has no effect beside enabled: false")
        change["autoscaling"] = None
    elif rest:
        change["autoscaling"] = rest
    elif enabled and "autoscaling" not in (live.get("spec") or {}):
        change["autoscaling"] = without_nulls(rest)
    return onto(live, change)
