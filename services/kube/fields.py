"""Objects compared field by field.

Paths read like the field's documentation: ``spec.rules[1].backendRefs[0].weight``, and
``metadata.annotations["example.com/owner"]`` where a key is no plain word.
"""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest
from operator import itemgetter
from typing import Any, Final

from services.kube.trim import trim

Object = dict[str, Any]

_PLAIN = re.compile(r"^[A-Za-z_][A-Za-z0-9_-]*$")
_SERVER_METADATA = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)


class _Missing(Enum):
    MISSING = 0


MISSING: Final = _Missing.MISSING
MOST_PAIRS = 4_096
"""Entries of two lists that are all compared with one another; the work grows with the product."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; None where it does not exist.

    ``server_set`` marks what the user did not ask for: defaults and the work of admission.
    """

    path: str
    old: Any
    new: Any
    server_set: bool = False


def editable(obj: Mapping[str, Any]) -> Object:
    """A copy of what people may edit: no status, no bookkeeping of the server or other tools."""
    kept = copy.deepcopy({key: value for key, value in obj.items() if key != "status"})
    metadata = kept.setdefault("metadata", {})
    for name in _SERVER_METADATA:
        metadata.pop(name, None)
    return trim(kept)


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(path, old, new) for every leaf that differs; MISSING where one side has no such field.

    An entry that was put into a list or taken out of it is one difference, at its place in the list
    that has it; the entries around it are compared with what they were.
    """
    if old == new:
        return
    if _is(dict, old, new):
        before, after = _dict(old), _dict(new)
        for key in [*before, *(key for key in after if key not in before)]:
            yield from differences(
                before.get(key, MISSING), after.get(key, MISSING), join(path, key)
            )
    elif old is not MISSING and new is not MISSING and _is(list, old, new):
        for place, was, now in _paired(old, new):
            if was is MISSING or now is MISSING:
                yield f"{path}[{place}]", was, now
            else:
                yield from differences(was, now, f"{path}[{place}]")
    elif _is(list, old, new):
        for place, entry in enumerate(old if new is MISSING else new):
            was, now = (entry, MISSING) if new is MISSING else (MISSING, entry)
            yield from differences(was, now, f"{path}[{place}]")
    else:
        yield path, old, new


def origins(before: Sequence[Any], now: Sequence[Any]) -> list[int]:
    """Which entry of ``before`` each entry of ``now`` was made of; -1 for one that is new.

    Entries keep their order. Of all ways to read ``now`` as entries kept, changed, taken out and
    put in, it is the one that changes the fewest fields, so that an entry which only moved up, as
    another was taken out, is told from one that was changed. Long lists without much in common are
    read place by place.
    """
    alike = _alike(before, now)
    same_end = _alike(before[alike:][::-1], now[alike:][::-1])
    old, new = before[alike : len(before) - same_end], now[alike : len(now) - same_end]
    if len(old) * len(new) > MOST_PAIRS:
        middle = [at if at < len(old) else -1 for at in range(len(new))]
    else:
        middle = _fewest_changes(old, new)
    return [
        *range(alike),
        *(at + alike if at >= 0 else -1 for at in middle),
        *range(len(before) - same_end, len(before)),
    ]


def _fewest_changes(before: Sequence[Any], now: Sequence[Any]) -> list[int]:
    """By the leaves that change from ``before[left:]`` to ``now[at:]``, from the ends backwards."""
    taken_out = [_leaves(entry, MISSING) for entry in before]
    put_in = [_leaves(MISSING, entry) for entry in now]
    leaves = {(len(before), len(now)): 0}
    steps: dict[tuple[int, int], tuple[int, int]] = {}
    for left in range(len(before), -1, -1):
        for at in range(len(now), -1, -1):
            ways = []
            if left < len(before) and at < len(now):
                ways.append((leaves[left + 1, at + 1] + _leaves(before[left], now[at]), (1, 1)))
            if left < len(before):
                ways.append((leaves[left + 1, at] + taken_out[left], (1, 0)))
            if at < len(now):
                ways.append((leaves[left, at + 1] + put_in[at], (0, 1)))
            if ways:
                leaves[left, at], steps[left, at] = min(ways, key=itemgetter(0))
    found: list[int] = []
    left = at = 0
    while at < len(now):
        old, new = steps[left, at]
        if new:
            found.append(left if old else -1)
        left, at = left + old, at + new
    return found


def _alike(one: Sequence[Any], other: Sequence[Any]) -> int:
    """How many entries two lists have in common at the start."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _paired(old: Sequence[Any], new: Sequence[Any]) -> Iterator[tuple[int, Any, Any]]:
    """(place, was, now) of every entry in ``new``, and of those taken out of ``old``."""
    found = origins(old, new)
    for place, was in enumerate(old):
        if place not in found:
            yield place, was, MISSING
    for place, (origin, now) in enumerate(zip(found, new, strict=True)):
        yield place, MISSING if origin < 0 else old[origin], now


def count(old: Any, new: Any) -> int:
    """How many fields differ; an entry put into a list or taken out of it counts as one."""
    return sum(1 for _ in differences(old, new))


def _leaves(old: Any, new: Any) -> int:
    """How many leaves differ, those of entries put in and taken out among them."""
    if old == new:
        return 0
    if _is(dict, old, new):
        before, after = _dict(old), _dict(new)
        return sum(
            _leaves(before.get(key, MISSING), after.get(key, MISSING))
            for key in before.keys() | after.keys()
        )
    if _is(list, old, new):
        pairs = zip_longest(_list(old), _list(new), fillvalue=MISSING)
        return sum(_leaves(was, now) for was, now in pairs)
    return 1


def changes(old: Object, new: Object, asked: Object) -> tuple[FieldChange, ...]:
    """What differs between two states, given the state that the user asked for.

    A change is the user's where the asked state has the same one, or takes the field away (which a
    server may answer with the default), or changes an entry as a whole (to which it may add).
    """
    before = editable(old) if old else {}
    wanted = [(path, value) for path, _, value in differences(before, editable(asked))]
    exactly = {(path, repr(value)) for path, value in wanted}
    anyhow = {path for path, value in wanted if value is MISSING or isinstance(value, dict | list)}
    return tuple(
        FieldChange(
            path,
            _none(was),
            _none(now),
            server_set=path not in anyhow and (path, repr(now)) not in exactly,
        )
        for path, was, now in differences(before, editable(new))
    )


def _is(kind: type, *sides: Any) -> bool:
    """Whether all sides are of this kind, and one of them has something in it.

    A missing side counts as an empty one.
    """
    present = [side for side in sides if side is not MISSING]
    return all(isinstance(side, kind) for side in present) and any(present)


def _dict(side: Any) -> Object:
    return {} if side is MISSING else side


def _list(side: Any) -> list[Any]:
    return [] if side is MISSING else side


def join(path: str, key: Any) -> str:
    """The path of a key of the object at ``path``."""
    key = str(key)  # YAML has keys that are no words, a draft may too
    if not _PLAIN.match(key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def _none(value: Any) -> Any:
    return None if value is MISSING else value
