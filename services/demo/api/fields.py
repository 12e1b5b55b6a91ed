"""Sets of field paths: what a manager owns, and how two objects differ.

A path is a tuple of FieldsV1 elements: ``f:name`` for a field, ``k:{"name":"x"}`` for an item of a
keyed list, ``v:"a"`` for a member of a set. The walks follow structured-merge-diff, which the API
server uses, so that ``managedFields`` come out the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.demo.api.schemas import ANYTHING, NO_DEFAULT, Node
from services.demo.api.statuses import Obj

Path = tuple[str, ...]
FieldSet = set[Path]
MISSING = object()


def encode(paths: FieldSet) -> Obj:
    """As FieldsV1: nested objects, with ``.`` where a place with children is owned itself."""
    tree: Obj = {}
    for path in sorted(paths):
        here = tree
        for element in path:
            here = here.setdefault(element, {})
        here["."] = {}
    return _without_lone_dots(tree)


def _without_lone_dots(tree: Obj) -> Obj:
    return {
        key: {} if child.keys() == {"."} else _without_lone_dots(child)
        for key, child in tree.items()
    }


def decode(tree: Obj) -> FieldSet:
    """From FieldsV1."""
    paths: FieldSet = set()
    _decode_into(tree, (), paths)
    return paths


def _decode_into(tree: Obj, prefix: Path, paths: FieldSet) -> None:
    for key, child in tree.items():
        if key == ".":
            paths.add(prefix)
        elif child:
            _decode_into(child, (*prefix, key), paths)
        else:
            paths.add((*prefix, key))


def with_named(node: Node, paths: FieldSet) -> FieldSet:
    """The paths and the named fields on the way to them, but no items or free-form keys."""
    result = set(paths)
    for path in paths:
        here: Node = node
        for length, element in enumerate(path, 1):
            name = element[2:]
            if element.startswith("f:"):
                if name in here.properties:
                    result.add(path[:length])
                here = here.child(name) or ANYTHING
            else:
                here = here.items or ANYTHING
    return result


def text(path: Path) -> str:
    """A path as conflict messages write it: ``.spec.listeners[name="http"].port``."""
    parts = []
    for element in path:
        kind, _, rest = element.partition(":")
        if kind == "f":
            parts.append(f".{rest}")
        elif kind == "k":
            pairs = orjson.loads(rest).items()
            inner = ",".join(f"{key}={orjson.dumps(value).decode()}" for key, value in pairs)
            parts.append(f"[{inner}]")
        elif kind == "v":
            parts.append(f"[={rest}]")
        else:
            parts.append(f"[{rest}]")
    return "".join(parts)


def element_of(node: Node, item: Any) -> str:
    """The path element of an item in a keyed list or a set."""
    if node.list_type == "set":
        return f"v:{orjson.dumps(item).decode()}"
    keys: Obj = {}
    for name in sorted(node.list_keys):
        known = node.items.properties.get(name) if node.items else None
        if isinstance(item, dict) and name in item:
            keys[name] = item[name]
        elif known is not None and known.default is not NO_DEFAULT:
            keys[name] = known.default
    return f"k:{orjson.dumps(keys).decode()}"


def is_granular(node: Node, value: Any) -> bool:
    """Whether the parts of ``value`` have owners of their own."""
    if isinstance(value, dict):
        return not node.atomic
    return isinstance(value, list) and node.list_type in ("map", "set")


def children(node: Node, value: Any) -> Iterator[tuple[str, Node, Any]]:
    """The parts of a granular value by path element."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield f"f:{key}", node.child(key) or ANYTHING, item
    else:
        for item in value:
            yield element_of(node, item), node.items or ANYTHING, item


def field_set(node: Node, value: Any) -> FieldSet:
    """What somebody who states ``value`` owns."""
    paths: FieldSet = set()
    _collect(node, value, (), paths)
    return paths


def _collect(node: Node, value: Any, path: Path, paths: FieldSet) -> None:
    if not is_granular(node, value):
        paths.add(path)
        return
    for element, child, item in children(node, value):
        inner = (*path, element)
        _collect(child, item, inner, paths)
        named = isinstance(value, dict) and element[2:] in node.properties
        if not named or item is None or item == {}:
            paths.add(inner)


@dataclass
class Difference:
    """How one object differs from another."""

    added: FieldSet = field(default_factory=set)
    modified: FieldSet = field(default_factory=set)
    removed: FieldSet = field(default_factory=set)


def compare(node: Node, old: Any, new: Any) -> Difference:
    """What it took to make ``new`` of ``old``."""
    difference = Difference()
    _compare(node, old, new, (), difference)
    return difference


def _compare(node: Node, old: Any, new: Any, path: Path, out: Difference) -> None:
    if all(each is MISSING or each in (None, {}, []) for each in (old, new)):
        _compare_leaves(old, new, path, out)
        return
    branches = [is_granular(node, each) for each in (old, new)]
    leaves = [
        each not in (MISSING, None) and not branch
        for each, branch in zip((old, new), branches, strict=True)
    ]
    if any(leaves):
        _compare_leaves(old, new, path, out)
    if not any(branches):
        return
    # Null is an empty branch; where a branch meets a leaf its parts come or go besides.
    before = {e: (n, v) for e, n, v in children(node, old)} if branches[0] else {}
    after = {e: (n, v) for e, n, v in children(node, new)} if branches[1] else {}
    for element in before | after:
        child, was = before.get(element, (None, MISSING))
        other, now = after.get(element, (None, MISSING))
        if was is now:
            continue
        _compare(child or other or ANYTHING, was, now, (*path, element), out)
    if any(leaves):
        return
    if old is MISSING and not node.plain:
        out.added.add(path)
    elif new is MISSING:
        out.removed.add(path)


def _compare_leaves(old: Any, new: Any, path: Path, out: Difference) -> None:
    if old is MISSING:
        out.added.add(path)
    elif new is MISSING:
        out.removed.add(path)
    elif old != new:
        out.modified.add(path)


def merged(node: Node, live: Any, config: Any) -> Any:
    """``live`` with what ``config`` states laid over it; keyed lists merge item by item."""
    if type(live) is not type(config) or not is_granular(node, config):
        return config
    if isinstance(config, dict):
        result = dict(live)
        for key, value in config.items():
            child = node.child(key) or ANYTHING
            result[key] = merged(child, live[key], value) if key in live else value
        return result
    return _merged_list(node, live, config)


def _merged_list(node: Node, live: list[Any], config: list[Any]) -> list[Any]:
    """Both lists' items: the applier's in its order, the others where they stood among them."""
    child = node.items or ANYTHING
    theirs = {element_of(node, item): item for item in live}
    ours = {element_of(node, item): item for item in config}
    left, right = list(theirs), list(ours)
    shared = [element for element in right if element in theirs]
    taken: set[str] = set()
    result: list[Any] = []

    def take(element: str) -> None:
        taken.add(element)
        value = ours[element]
        result.append(merged(child, theirs[element], value) if element in theirs else value)
        if shared and shared[0] == element:
            shared.pop(0)

    while left or right:
        if left and right and left[0] == right[0]:
            left.pop(0)
            take(right.pop(0))
        elif left and right and left[0] in ours and shared and shared[0] != left[0]:
            left.pop(0)
        elif left and left[0] not in ours:
            result.append(theirs[left.pop(0)])
        else:
            if left and left[0] in taken:
                left.pop(0)
            if right:
                take(right.pop(0))
    return result


def without(node: Node, value: Any, paths: FieldSet) -> Any:
    """``value`` without the places in ``paths``; None when nothing of it is left."""
    heads: dict[str, FieldSet] = {}
    for path in paths:
        heads.setdefault(path[0], set()).add(path[1:])
    if not heads or not is_granular(node, value):
        return value
    kept = []
    for element, child, item in children(node, value):
        rest = heads.get(element)
        if rest is None:
            kept.append((element, item))
        elif () not in rest:
            kept.append((element, without(child, item, rest)))
    if not kept:
        return None
    if isinstance(value, dict):
        return {element[2:]: item for element, item in kept}
    return [item for _, item in kept]


def undeclared(node: Node, value: Any, path: Path = ()) -> list[Path]:
    """Places of a value that its schema does not know."""
    if isinstance(value, dict):
        found: list[Path] = []
        for key, item in value.items():
            child = node.child(key)
            inner = (*path, f"f:{key}")
            found += [inner] if child is None else undeclared(child, item, inner)
        return found
    if isinstance(value, list) and node.items is not None:
        places = [(*path, f"i:{index}") for index in range(len(value))]
        if node.list_type in ("map", "set"):
            places = [(*path, element_of(node, item)) for item in value]
        return [
            strange
            for place, item in zip(places, value, strict=True)
            for strange in undeclared(node.items, item, place)
        ]
    return []


def repeated(node: Node, value: Any, path: Path = ()) -> list[Path]:
    """Items of keyed lists and sets that stand there more than once."""
    if not is_granular(node, value):
        return []
    found: list[Path] = []
    seen: set[str] = set()
    for element, child, item in children(node, value):
        if element in seen:
            found.append((*path, element))
        seen.add(element)
        found += repeated(child, item, (*path, element))
    return found
