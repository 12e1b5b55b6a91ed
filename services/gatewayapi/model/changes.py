"""What differs between two worlds. Unchanged objects are the same objects, so that is quick."""

from collections.abc import Iterable, Mapping

from services.gatewayapi.model.names import Key, Object
from services.gatewayapi.model.world import World

Changed = tuple[Key, Object | None, Object | None]
"""(place, before, after) of an object that is another; None where there is none."""


def changed(before: Mapping[Key, Object], after: Mapping[Key, Object]) -> list[Changed]:
    """Objects of one kind that are not the same objects."""
    if before is after:
        return []
    was = before.get
    found: list[Changed] = [
        (key, was(key), obj) for key, obj in after.items() if was(key) is not obj
    ]
    if len(before) != len(after) or any(one[1] is None for one in found):
        found += [(key, obj, None) for key, obj in before.items() if key not in after]
    return found


def between(before: World, after: World, kinds: Iterable[str]) -> dict[str, list[Changed]]:
    """What is another, by kind; kinds without changes are left out."""
    found = {kind: changed(before.of(kind), after.of(kind)) for kind in kinds}
    return {kind: ones for kind, ones in found.items() if ones}
