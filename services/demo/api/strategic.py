"""Strategic merge patch: like a merge patch, but lists of built-in kinds merge by their key.

Directives: ``$patch`` (replace, delete, merge), ``$deleteFromPrimitiveList/<field>``,
``$setElementOrder/<field>`` and ``$retainKeys``.
"""

from typing import Any

from services.demo.api.schemas import ANYTHING, Node
from services.demo.api.statuses import Obj, bad_request

_DELETE = "$deleteFromPrimitiveList/"
_ORDER = "$setElementOrder/"


def patched(node: Node, live: Any, patch: Any) -> Any:
    """``live`` as the patch changes it. Raises 400 for a list item without its key."""
    if not isinstance(patch, dict):
        raise bad_request("a strategic merge patch must be an object")
    return _object(node, live if isinstance(live, dict) else {}, patch)


def _object(node: Node, live: Obj, patch: Obj) -> Obj:
    directive = patch.get("$patch")
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    if directive == "delete":
        return {}
    result = dict(live)
    if "$retainKeys" in patch:
        kept = set(patch["$retainKeys"])
        result = {key: value for key, value in result.items() if key in kept}
    for key, value in patch.items():
        if key.startswith(_DELETE):
            field, gone = key.removeprefix(_DELETE), value
            result[field] = [item for item in result.get(field) or () if item not in gone]
        elif not key.startswith("$"):
            _field(node, result, key, value)
    for key, value in patch.items():
        if key.startswith(_ORDER):
            field = key.removeprefix(_ORDER)
            if isinstance(result.get(field), list):
                child = node.child(field) or ANYTHING
                result[field] = _ordered(child, result[field], value)
    return result


def _field(node: Node, result: Obj, key: str, value: Any) -> None:
    child = node.child(key) or ANYTHING
    if value is None:
        result.pop(key, None)
    elif isinstance(value, dict):
        live = result.get(key)
        if value.get("$patch") == "delete":
            result.pop(key, None)
        else:
            result[key] = _object(child, live if isinstance(live, dict) else {}, value)
    elif isinstance(value, list) and child.merge_key is not None:
        result[key] = _list(child, result.get(key) or [], value)
    else:
        result[key] = value


def _list(node: Node, live: list[Any], patch: list[Any]) -> list[Any]:
    key = node.merge_key
    if not key:
        return [*live, *(item for item in patch if item not in live)]
    if {"$patch": "replace"} in patch:
        return [item for item in patch if item != {"$patch": "replace"}]
    items = {item.get(key): item for item in live}
    for item in patch:
        if not isinstance(item, dict) or key not in item:
            raise bad_request(f"map: {item} does not contain declared merge key: {key}")
        if item.get("$patch") == "delete":
            items.pop(item[key], None)
        else:
            items[item[key]] = _object(node.items or ANYTHING, items.get(item[key], {}), item)
    return list(items.values())


def _ordered(node: Node, items: list[Any], order: list[Any]) -> list[Any]:
    key = node.merge_key

    def identity(item: Any) -> Any:
        return item.get(key) if key and isinstance(item, dict) else item

    places = {identity(item): place for place, item in enumerate(order)}
    # Items the order does not name keep their place right after the one before them.
    ranked: list[tuple[float, int, Any]] = []
    last = -1.0
    for index, item in enumerate(items):
        last = places.get(identity(item), last)
        ranked.append((last, index, item))
    return [item for _, _, item in sorted(ranked, key=lambda entry: entry[:2])]
