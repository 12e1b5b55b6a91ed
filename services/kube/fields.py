"""Objects compared and merged field by field.

Paths read like the field's documentation: ``spec.rules[1].backendRefs[0].weight``, and
``metadata.annotations["example.com/owner"]`` where a key is no plain word.
"""

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
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


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; None where it does not exist.

    ``server_set`` marks what the user did not ask for: defaults and the work of admission.
    """

    path: str
    old: Any
    new: Any
    server_set: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """Both sides' changes together. Where they clash, ``object`` holds mine."""

    object: Object
    clashes: tuple[str, ...]


def editable(obj: Mapping[str, Any]) -> Object:
    """A copy of what people may edit: no status, no bookkeeping of the server or other tools."""
    kept = copy.deepcopy({key: value for key, value in obj.items() if key != "status"})
    metadata = kept.setdefault("metadata", {})
    for name in _SERVER_METADATA:
        metadata.pop(name, None)
    return trim(kept)


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(path, old, new) for every leaf that differs; MISSING where one side has no such field."""
    if old == new:
        return
    if _is(dict, old, new):
        before, after = _dict(old), _dict(new)
        for key in [*before, *(key for key in after if key not in before)]:
            yield from differences(
                before.get(key, MISSING), after.get(key, MISSING), _join(path, key)
            )
    elif _is(list, old, new):
        entries = zip_longest(_list(old), _list(new), fillvalue=MISSING)
        for index, (was, now) in enumerate(entries):
            yield from differences(was, now, f"{path}[{index}]")
    else:
        yield path, old, new


def origins(before: Sequence[Any], now: Sequence[Any]) -> list[int]:
    """Which entry of ``before`` each entry of ``now`` was made of; -1 for one that is new.

    Entries keep their order. Of all ways to read ``now`` as entries kept, changed, taken out and
    put in, it is the one that changes the fewest fields, so that an entry which only moved up, as
    another was taken out, is told from one that was changed.
    """

    @cache
    def read(left: int, at: int) -> tuple[int, list[int]]:
        """The fields changed from ``before[left:]`` to ``now[at:]``, and the origins of those."""
        if at == len(now):
            return count([], before[left:]), []
        fields, rest = read(left, at + 1)
        ways = [(fields + count(MISSING, now[at]), [-1, *rest])]
        if left < len(before):
            fields, rest = read(left + 1, at)
            ways.append((fields + count(before[left], MISSING), rest))
            fields, rest = read(left + 1, at + 1)
            ways.append((fields + count(before[left], now[at]), [left, *rest]))
        return min(reversed(ways), key=itemgetter(0))

    return list(range(len(now))) if before == now else read(0, 0)[1]


def count(old: Any, new: Any) -> int:
    """How many fields differ."""
    return sum(1 for _ in differences(old, new))


def changes(old: Object, new: Object, asked: Object) -> tuple[FieldChange, ...]:
    """What differs between two states, given the state that the user asked for."""
    before = editable(old) if old else {}
    wanted = {(path, repr(value)) for path, _, value in differences(before, editable(asked))}
    return tuple(
        FieldChange(path, _none(was), _none(now), (path, repr(now)) not in wanted)
        for path, was, now in differences(before, editable(new))
    )


def merge(base: Object, theirs: Object, mine: Object) -> Merged:
    """Three-way merge: a field that only one side changed gets that side's value.

    Lists whose entries all have distinct names are merged by name, lists of equal length by
    position; any other list that both sides changed is a clash as a whole.
    """
    clashes: list[str] = []
    return Merged(_merge(base, theirs, mine, "", clashes), tuple(clashes))


def _merge(base: Any, theirs: Any, mine: Any, path: str, clashes: list[str]) -> Any:
    if mine in (base, theirs):
        return copy.deepcopy(theirs)
    if theirs == base:
        return copy.deepcopy(mine)
    if _is(dict, theirs, mine) and (base is MISSING or isinstance(base, dict)):
        sides = (_dict(base), _dict(theirs), _dict(mine))
        return _merge_keys(sides, lambda key: _join(path, key), clashes)
    if all(isinstance(side, list) for side in (base, theirs, mine)):
        if all(map(_named, (base, theirs, mine))):
            return _merge_named(base, theirs, mine, path, clashes)
        if len(base) == len(theirs) == len(mine):
            return [
                _merge(*sides, f"{path}[{index}]", clashes)
                for index, sides in enumerate(zip(base, theirs, mine, strict=True))
            ]
    clashes.append(path)
    return copy.deepcopy(mine)


def _merge_named(
    base: list[Any], theirs: list[Any], mine: list[Any], path: str, clashes: list[str]
) -> list[Any]:
    before, there, here = (
        {entry["name"]: entry for entry in side} for side in (base, theirs, mine)
    )
    places = {name: f"{path}[{index}]" for side in (there, here) for index, name in enumerate(side)}
    return list(_merge_keys((before, there, here), places.__getitem__, clashes).values())


def _merge_keys(
    sides: tuple[Object, Object, Object], place: Callable[[str], str], clashes: list[str]
) -> Object:
    base, theirs, mine = sides
    merged: Object = {}
    for key in [*theirs, *(key for key in mine if key not in theirs)]:
        was, there, here = (side.get(key, MISSING) for side in (base, theirs, mine))
        value = _merge(was, there, here, place(key), clashes)
        if value is not MISSING:
            merged[key] = value
    return merged


def _named(entries: list[Any]) -> bool:
    if not all(isinstance(entry, dict) and "name" in entry for entry in entries):
        return False
    return len({str(entry["name"]) for entry in entries}) == len(entries)


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


def _join(path: str, key: Any) -> str:
    key = str(key)  # YAML has keys that are no words, a draft may too
    if not _PLAIN.match(key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def _none(value: Any) -> Any:
    return None if value is MISSING else value
