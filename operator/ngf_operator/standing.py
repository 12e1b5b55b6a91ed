"""Whether a live child does its work, from what the cluster says of it, never from hope.

What a kind's status means stands in a function of its own; kinds that have none are ready as soon
as they exist.
"""

from collections.abc import Callable

from ngf_operator.conditions import condition, current, of_condition
from ngf_operator.gateway import standing as gateway
from ngf_operator.inference import standing as inference
from ngf_operator.wanting import Obj, Standing, World

__all__ = ["condition", "current", "of_condition", "standing"]

READY = Standing("Ready")
Judge = Callable[[Obj, Obj, World], Standing]


JUDGES: dict[tuple[str, str], Judge] = {
    **gateway.JUDGES,
    **inference.JUDGES,
}
"""By group and kind."""


def standing(obj: Obj, live: Obj | None, world: World) -> Standing:
    """Where a child stands; ``obj`` is what was wanted, ``live`` what is there."""
    if live is None:
        return Standing("Waiting", "NotThere", "It does not exist yet.")
    if live["metadata"].get("deletionTimestamp"):
        return Standing("Waiting", "BeingDeleted", "It is being deleted and will be made again.")
    group = obj["apiVersion"].rpartition("/")[0]
    judge = JUDGES.get((group, obj["kind"]))
    return judge(obj, live, world) if judge else READY
