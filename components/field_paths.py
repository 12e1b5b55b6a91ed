"""Fields of an object, by their name or by their path, which is written as people read it:
``spec.rules[1].backendRefs[0].weight``.

A key that is no plain word stands in brackets and quotes: ``metadata.annotations["a.b/c"]``.
"""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from types import UnionType
from typing import Any

SCALAR = str | bool | int | float
_STEP = re.compile(r'\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\.?([^.\[]+)')


def listed(held: dict[str, Any], key: str) -> list[Any]:
    """The list in a field, as it is; an empty one where it holds anything else."""
    value = held.get(key)
    return value if isinstance(value, list) else []


def entries(held: dict[str, Any], key: str, kind: type = dict) -> list[Any]:
    """The entries of a list field, each at its place; an empty one stands for what is not of its
    ``kind``."""
    return [entry if isinstance(entry, kind) else kind() for entry in listed(held, key)]


def entry_at(held: dict[str, Any], key: str, at: int) -> dict[str, Any]:
    """One entry of a list field; an empty one, which is not in the list, where there is none."""
    found = entries(held, key)
    return found[at] if 0 <= at < len(found) else {}


def fields(held: dict[str, Any], key: str) -> dict[str, Any]:
    """The fields in a field; none where it holds anything else."""
    value = held.get(key)
    return value if isinstance(value, dict) else {}


def made(held: dict[str, Any], key: str) -> dict[str, Any]:
    """`fields`, to write to: it is put there where the field says nothing."""
    if held.get(key) is None:
        held[key] = {}
    return fields(held, key)


def fits(held: Any, *way: str | int, kind: type | UnionType = SCALAR) -> bool:
    """Whether the field that a way of keys and indexes leads to may be written as a ``kind``: no
    value on the way there, nor its own, is of another shape."""
    for step in way:
        if isinstance(step, int) and isinstance(held, list):
            held = held[step] if 0 <= step < len(held) else None
        elif isinstance(step, str) and isinstance(held, dict):
            held = held.get(step)
        elif held is not None:
            return False
    return held is None or isinstance(held, kind)


def only(value: Any, kind: type) -> bool:
    """Whether a value is a list of nothing but ``kind``, or no value."""
    return value is None or (
        isinstance(value, list) and all(isinstance(entry, kind) for entry in value)
    )


def put(held: dict[str, Any], key: str, value: Any) -> None:
    """Set a field in place, or take it away where the value says nothing."""
    if value in (None, "", []):
        held.pop(key, None)
    else:
        held[key] = value


def steps(path: str) -> Iterator[str | int]:
    """The keys and indexes of a path, outermost first."""
    for index, quoted, plain in _STEP.findall(path):
        yield int(index) if index else quoted or plain


def value_at(obj: Any, path: str) -> Any:
    """The value at ``path``, None where there is no such field."""
    for step in steps(path):
        if isinstance(step, int):
            if not isinstance(obj, list) or step >= len(obj):
                return None
            obj = obj[step]
        else:
            if not isinstance(obj, dict) or step not in obj:
                return None
            obj = obj[step]
    return obj


def set_at(obj: Any, path: str, value: Any) -> None:
    """Write ``value`` at ``path`` in place; None takes the field away."""
    *way, last = steps(path)
    for step in way:
        obj = obj[step] if isinstance(step, int) else obj.setdefault(step, {})
    if value is not None:
        if isinstance(last, int) and last >= len(obj):
            obj.append(value)
        else:
            obj[last] = value
    elif isinstance(last, int):
        del obj[last : last + 1]
    else:
        obj.pop(last, None)


def replaced(obj: dict[str, Any], way: Sequence[str | int], value: Any) -> dict[str, Any]:
    """A copy with ``value`` at the end of a way of keys and indexes; None takes the field away,
    and what it leaves empty around it. The object as it is where the way leads through a value of
    another shape, or past the end of a list."""
    changed = deepcopy(obj)
    if not way or not _put(changed, list(way), value):
        return obj
    return changed


def renamed(obj: dict[str, Any], way: Sequence[str | int], old: str, new: str) -> dict[str, Any]:
    """A copy in which a key of the object at the end of ``way`` has another name, at its place. The
    object as it is where there is no such key, or one of the new name already."""
    changed = deepcopy(obj)
    held: Any = changed
    for step in way:
        held = _inner(held, step)
    if not isinstance(held, dict) or old not in held or not new or new in held:
        return obj
    pairs = [(new if key == old else key, value) for key, value in held.items()]
    held.clear()
    held.update(pairs)
    return changed


def _inner(held: Any, step: str | int) -> Any:
    if isinstance(held, dict) and isinstance(step, str):
        return held.get(step)
    if isinstance(held, list) and isinstance(step, int) and 0 <= step < len(held):
        return held[step]
    return None


def _put(held: Any, way: list[str | int], value: Any) -> bool:
    """Write in place; whether the way fits."""
    step, *rest = way
    if isinstance(held, dict) and isinstance(step, str):
        if not rest:
            if value is None:
                held.pop(step, None)
            else:
                held[step] = value
            return True
        inner = held.get(step)
        if inner is None:
            if value is None:
                return False
            inner = held[step] = [] if isinstance(rest[0], int) else {}
        fitting = _put(inner, rest, value)
        if fitting and inner == {} and value is None and step not in ("spec", "metadata"):
            del held[step]
        return fitting
    if isinstance(held, list) and isinstance(step, int) and 0 <= step <= len(held):
        if rest:
            return step < len(held) and _put(held[step], rest, value)
        if value is None:
            del held[step : step + 1]
        elif step == len(held):
            held.append(value)
        else:
            held[step] = value
        return True
    return False
