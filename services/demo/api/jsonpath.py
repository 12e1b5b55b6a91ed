"""The JSONPath of printer columns, scale and selectable fields: names, indexes, ``[*]``, filters.

``.status.conditions[?(@.type=="Ready")].status``, ``.metadata.annotations.a\\.b``, ``.rules[0]``.
"""

import re
from functools import lru_cache
from typing import Any

_STEP = re.compile(
    r"""\.?\[\?\(@\.(?P<field>[\w.]+)\s*==\s*["'](?P<equals>[^"']*)["']\)\]"""
    r"""|\.?\[(?P<index>\d+)\]"""
    r"""|\.?\[(?P<any>\*)\]"""
    r"""|\.?\[["'](?P<quoted>[^"']+)["']\]"""
    r"""|\.(?P<name>(?:\\.|[^.\[\\])+)"""
)


@lru_cache(maxsize=512)
def _parse(path: str) -> tuple[tuple[str, str, str], ...]:
    path = path.strip("{}")
    if not path.startswith((".", "[")):
        path = f".{path}"
    steps: list[tuple[str, str, str]] = []
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if not found:
            return ()
        at = found.end()
        if found["field"]:
            steps.append(("filter", found["field"], found["equals"]))
        elif found["index"]:
            steps.append(("index", found["index"], ""))
        elif found["any"]:
            steps.append(("any", "", ""))
        else:
            name = found["quoted"] or re.sub(r"\\(.)", r"\1", found["name"])
            steps.append(("name", name, ""))
    return tuple(steps)


def find(obj: Any, path: str) -> list[Any]:
    """Every value the path leads to; empty when a step is missing."""
    values = [obj]
    for kind, argument, expected in _parse(path):
        values = [out for value in values for out in _step(value, kind, argument, expected)]
    return values


def _step(value: Any, kind: str, argument: str, expected: str) -> list[Any]:
    if kind == "name":
        return [value[argument]] if isinstance(value, dict) and argument in value else []
    if kind == "any":
        if isinstance(value, dict):
            return list(value.values())
        return list(value) if isinstance(value, list) else []
    if not isinstance(value, list):
        return []
    if kind == "index":
        index = int(argument)
        return [value[index]] if index < len(value) else []
    return [item for item in value if expected in (str(found) for found in find(item, argument))]
