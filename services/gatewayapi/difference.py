"""What a change of objects brings: issues introduced, fixed and left, and requests that move."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.gatewayapi.issue import Issue
from services.gatewayapi.issues.found import Issues
from services.gatewayapi.model.changes import between
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.reading import READ
from services.gatewayapi.moved import Movement, movement
from services.gatewayapi.policies.kinds import BY_KIND
from services.kube.catalogue import KINDS

_CERTIFIED = ("Secret", "ConfigMap", "Gateway", "ListenerSet")
"""Kinds of which a change can change what clients think of a certificate."""

_JUDGED = frozenset({*BY_KIND, "Gateway", "ListenerSet"})
"""Kinds that have issues of their own because of what they refer to, besides routes."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How one model differs from another. Issues are the same when they are about the same field
    of the same object for the same reason; ``unchanged`` are those of ``whole`` models, else only
    those of objects that the change touches."""

    introduced: tuple[Issue, ...]
    fixed: tuple[Issue, ...]
    unchanged: tuple[Issue, ...]
    movement: Movement
    whole: bool


def difference(
    before: Model, after: Model, changed: Iterable[Ref] | None = None, *, whole: bool = False
) -> Difference:
    """What the change from ``before`` to ``after`` brings.

    ``changed`` are the objects that are other (found by comparing where they are not given). Only
    what they touch is judged, which is quick enough for a form; ``whole`` judges everything.
    """
    refs = list(changed) if changed is not None else other(before, after)
    moved = movement(before, after, refs)
    if whole:
        was, now = Issues(before).every(), Issues(after).every()
    else:
        was, now = _touched(before, after, refs, moved.routes)
    old, new = {one.key: one for one in was}, {one.key: one for one in now}
    return Difference(
        tuple(one for key, one in new.items() if key not in old),
        tuple(one for key, one in old.items() if key not in new),
        tuple(one for key, one in new.items() if key in old),
        moved,
        whole,
    )


def other(before: Model, after: Model) -> list[Ref]:
    """The objects that are new, gone or other."""
    return [
        Ref(KINDS[name].kind if name in KINDS else "ConfigMap", *key)
        for name, ones in between(before.world, after.world, READ).items()
        for key, _, _ in ones
    ]


def _touched(
    before: Model, after: Model, changed: Sequence[Ref], routes: Sequence[Ref]
) -> tuple[list[Issue], list[Issue]]:
    ends = (Issues(before), Issues(after))
    refs = dict.fromkeys((*changed, *routes))
    for end in ends:
        for ref in routes:
            refs.update(dict.fromkeys(sorted(end.shadowing.beside(ref))))
    for model in (before, after):
        for ref in tuple(refs):
            refs.update((user, None) for user in model.users(ref) if user.kind in _JUDGED)
        refs.update(
            (one.ref, None)
            for ref in changed
            if ref.kind in ("Gateway", "ListenerSet")
            for one in model.listener_sets.values()
            if one.gateway == ref or one.ref == ref
        )
    found = [end.of(refs) for end in ends]
    if any(ref.kind in _CERTIFIED for ref in changed):
        for one, end in zip(found, ends, strict=True):
            one.extend(issue for issue in end.certificates if issue not in one)
    return found[0], found[1]
