"""Fields of an object, by their name or by their path, which is written as people read it:
``spec.rules[1].backendRefs[0].weight``.

A key that is no plain word stands in brackets and quotes: ``metadata.annotations["a.b/c"]``.
"""

import re
from collections.abc import Iterator
from typing import Any

_STEP = re.compile(r'\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\.?([^.\[]+)')


def entries(held: dict[str, Any], key: str, kind: type = dict) -> list[Any]:
    """The entries of a list field; what is not of its ``kind`` is no entry of it."""
    value = held.get(key)
    return [entry for entry in value if isinstance(entry, kind)] if isinstance(value, list) else []


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
