"""A model as it would be after objects were put or removed; nothing is asked of a cluster."""

from collections.abc import Iterable
from dataclasses import replace

from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Key, Object, Ref
from services.kube.catalogue import KINDS

PLURALS = {kind.kind: name for name, kind in KINDS.items()}
"""The plural of each kind, by the kind as objects spell it."""


def changed(model: Model, put: Iterable[Object] = (), removed: Iterable[Ref] = ()) -> Model:
    """The model with some objects new or other and some gone. Objects of kinds that no model
    knows, and those that were not there to be removed, change nothing."""
    objects: dict[str, dict[Key, Object]] = {}

    def of(kind: str) -> dict[Key, Object] | None:
        name = PLURALS.get(kind)
        if name is None:
            return None
        return objects.setdefault(name, dict(model.world.of(name)))

    for obj in put:
        held = of(str(obj.get("kind", "")))
        if held is not None:
            metadata = obj["metadata"]
            held[metadata.get("namespace") or "", metadata["name"]] = obj
    for ref in removed:
        held = of(ref.kind)
        if held is not None:
            held.pop(ref.key, None)
    world = model.world
    return model.following(
        replace(world, objects={**world.objects, **objects}, unread=world.unread - objects.keys())
    )
