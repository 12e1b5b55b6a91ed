"""Two people, one object: what both changed, together.

A field that only one side changed gets that side's value; one that both changed is a clash. The
question is what "one field" means in a list, whose entries have places but move about: a change
must never end up in another entry than the one it was made in. So the entries of a list are told
apart by what they stand for (`_identity`), not by their place. Where that cannot be said, where
both sides moved entries, where each put another one in place of the same, and where a clash has not
the same place on all sides, the list clashes as a whole.
"""

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.kube.fields import MISSING, Object, join

_REFERENCE = ("group", "kind", "namespace", "name", "sectionName", "port")
"""What a reference points to: Gateway API v1, BackendRef, ParentReference, certificateRefs."""
_NAMES = ("name", "matches", "type")
"""What another entry is known by, the first that it has: listeners and headers by name, rules by
name or by what they match, filters by type."""

Named = dict[str, tuple[int, Any]]
"""Place and content of each entry of a list, by what it stands for."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Both sides' changes together. Where they clash, ``object`` holds mine."""

    object: Object
    clashes: tuple[str, ...]


def merge(base: Object, theirs: Object, mine: Object) -> Merged:
    """Three-way merge. A clash's path leads to the same field in all three and in the result."""
    clashes: list[str] = []
    return Merged(_merge(base, theirs, mine, "", clashes), tuple(clashes))


def _merge(base: Any, theirs: Any, mine: Any, path: str, clashes: list[str]) -> Any:
    if mine in (base, theirs):
        return copy.deepcopy(theirs)
    if theirs == base:
        return copy.deepcopy(mine)
    if isinstance(theirs, dict) and isinstance(mine, dict):
        if base is MISSING or isinstance(base, dict):
            return _merge_keys({} if base is MISSING else base, theirs, mine, path, clashes)
    elif all(isinstance(side, list) for side in (base, theirs, mine)):
        merged = _merge_entries(base, theirs, mine, path, clashes)
        if merged is not None:
            return merged
    clashes.append(path)
    return copy.deepcopy(mine)


def _merge_keys(
    base: Object, theirs: Object, mine: Object, path: str, clashes: list[str]
) -> Object:
    merged: Object = {}
    for key in [*theirs, *(key for key in mine if key not in theirs)]:
        was, there, here = (side.get(key, MISSING) for side in (base, theirs, mine))
        value = _merge(was, there, here, join(path, key), clashes)
        if value is not MISSING:
            merged[key] = value
    return merged


def _merge_entries(
    base: list[Any], theirs: list[Any], mine: list[Any], path: str, clashes: list[str]
) -> list[Any] | None:
    """The entries of both sides, None where the list clashes as a whole."""
    if _in_place(base, theirs) and _in_place(base, mine):
        sides = zip(base, theirs, mine, strict=True)
        return [_merge(*side, f"{path}[{place}]", clashes) for place, side in enumerate(sides)]
    known = [_known(side, path) for side in (base, theirs, mine)]
    order = _order(*map(list, known))
    if not all(map(len, known)) or order is None or _replaced_twice(*known):
        return None
    merged: list[Any] = []
    inside: list[str] = []
    for name in order:
        place, found = len(merged), len(inside)
        was, there, here = (side[name][1] if name in side else MISSING for side in known)
        value = _merge(was, there, here, f"{path}[{place}]", inside)
        if len(inside) > found and any(side.get(name, (-1,))[0] != place for side in known):
            return None
        if value is not MISSING:
            merged.append(value)
    clashes += inside
    return merged


def _in_place(base: list[Any], side: list[Any]) -> bool:
    """Whether ``side`` has plain values, as many as ``base``, and none of another place."""
    return len(base) == len(side) and all(
        not isinstance(now, dict | list) and (now == was or now not in base)
        for was, now in zip(base, side, strict=True)
    )


def _replaced_twice(base: Named, theirs: Named, mine: Named) -> bool:
    """Whether each side has an entry of its own where both gave up the same one, as when two people
    change what one rule matches."""
    gone = base.keys() - theirs.keys() - mine.keys()
    added = theirs.keys() - base.keys(), mine.keys() - base.keys()
    return bool(gone and added[0] - added[1] and added[1] - added[0])


def _order(base: Sequence[str], theirs: Sequence[str], mine: Sequence[str]) -> list[str] | None:
    """All entries in the order of the side that changed it; None where both moved some."""
    if mine not in (base, theirs) and theirs != base:
        for side in (theirs, mine):
            if [one for one in side if one in base] != [one for one in base if one in side]:
                return None
    first, other = (mine, theirs) if theirs == base else (theirs, mine)
    return [*first, *(one for one in other if one not in first)]


def _known(entries: list[Any], path: str) -> Named:
    """Place and content of each entry by what it stands for; empty where two stand for the same."""
    named = {
        _identity(entry, path): (place, entry)
        for place, entry in enumerate(entries)
        if isinstance(entry, dict)
    }
    return named if len(named) == len(entries) else {}


def _identity(entry: Object, path: str) -> str:
    names = _REFERENCE if path.endswith("Refs") else [key for key in _NAMES if key in entry][:1]
    said = {name: entry.get(name) for name in names} if names else entry
    return json.dumps(said, sort_keys=True, default=str)
