"""What all builders together read: each selector of a kind once, and of its objects no more than
somebody looks at."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from ngf_operator.wanting import CHILDREN, Obj, Reads, whole

Keep = Callable[[Obj], Obj]


def merged(reads: Iterable[Reads]) -> list[Reads]:
    """Each selector of a kind once; what the operator made comes first.

    Of what two builders keep different parts, both parts are kept. Of what the operator made
    everything is kept anyway, because all of it is compared with what is wanted: there builders
    only add.
    """
    found: dict[tuple[str, str, str], Reads] = {}
    for each in reads:
        key = (each.group, each.kind, each.labels)
        known = found.setdefault(key, each)
        if known.keep is not each.keep:
            found[key] = replace(known, keep=_both(known.keep, each.keep, each.labels))
    return sorted(found.values(), key=lambda each: each.labels != CHILDREN)


def _both(one: Keep, other: Keep, labels: str) -> Keep:
    if labels == CHILDREN:
        return lambda obj: other(one(obj))
    if whole in (one, other):
        return whole
    return lambda obj: _union(one(obj), other(obj))


def _union(one: Any, other: Any) -> Any:
    """Two parts of one document; items of a list that is in both stand at the same places."""
    if isinstance(one, dict) and isinstance(other, dict):
        shared = {key: _union(one[key], other[key]) for key in one.keys() & other.keys()}
        return {**one, **other, **shared}
    if isinstance(one, list) and isinstance(other, list):
        longer, shorter = sorted((one, other), key=len, reverse=True)
        merged = [_union(*pair) for pair in zip(longer, shorter, strict=False)]
        return merged + longer[len(shorter) :]
    return one
