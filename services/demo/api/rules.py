"""Rules between fields: ``x-kubernetes-validations`` of definitions that have any.

Rules that need more of CEL than ``cel`` knows, which ours do not, are left out. As in the API
server they are looked at unless something is missing or of the wrong shape, and, of an object that
changes, only where something has changed.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from services.demo.api.cel import Undecided, compiled
from services.demo.api.schemas import Node
from services.demo.api.statuses import Cause

_WORDS = {
    "FieldValueRequired": "Required value",
    "FieldValueForbidden": "Forbidden",
    "FieldValueInvalid": "Invalid value",
    "FieldValueDuplicate": "Duplicate value",
}
_ABSENT = object()
_BLOCKING = frozenset(
    f"FieldValue{what}"
    for what in ("NotSupported", "Required", "TooLong", "TooMany", "TypeInvalid")
)
"""What is wrong with a shape so that rules cannot be decided."""
_UNCHECKED = (
    "Invalid value: null: some validation rules were not checked because the object was invalid;"
    " correct the existing errors to complete validation"
)


def check(node: Node, obj: Any, live: Any, wrong: Sequence[Cause]) -> Iterator[Cause]:
    """What rules say of an object whose shape is wrong in this."""
    if not _BLOCKING & {cause.reason for cause in wrong}:
        yield from broken_rules(node, obj, before=live)
    elif _has_rules(node):
        yield Cause("FieldValueInvalid", _UNCHECKED, "<nil>")


def _has_rules(node: Node) -> bool:
    below = [*node.properties.values(), node.items, node.additional]
    return bool(node.schema.get("x-kubernetes-validations")) or any(
        _has_rules(one) for one in below if one is not None
    )


def broken_rules(node: Node, value: Any, path: str = "", before: Any = _ABSENT) -> Iterator[Cause]:
    """Every rule that a value breaks, the outermost first. ``before`` is what stood there."""
    if value is None or value == before:
        return
    for rule in node.schema.get("x-kubernetes-validations") or ():
        if not _holds(rule["rule"], value):
            reason = rule.get("reason", "FieldValueInvalid")
            where = f"{path}{rule.get('fieldPath', '')}".removeprefix(".")
            yield Cause(reason, f"{_WORDS[reason]}: {rule['message']}", where or "<nil>")
    if isinstance(value, dict):
        for key, item in value.items():
            child = node.properties.get(key) or node.additional
            if child is not None and (path or key != "metadata"):
                below = before.get(key, _ABSENT) if isinstance(before, dict) else _ABSENT
                yield from broken_rules(child, item, f"{path}.{key}".removeprefix("."), below)
    elif isinstance(value, list) and node.items is not None:
        for index, item in enumerate(value):
            below = _counterpart(node, item, before)
            yield from broken_rules(node.items, item, f"{path}[{index}]", below)


def _holds(rule: str, value: Any) -> bool:
    decide = _understood(rule)
    try:
        return decide is None or decide(value)
    except Undecided:
        return False


@cache
def _understood(rule: str) -> Callable[[Any], bool] | None:
    try:
        return compiled(rule)
    except ValueError:
        return None


def _counterpart(node: Node, item: Any, before: Any) -> Any:
    """The entry of the same keys, where a list is a map."""
    if not node.list_keys or not isinstance(before, list) or not isinstance(item, dict):
        return _ABSENT
    key = [item.get(name) for name in node.list_keys]
    same = (one for one in before if [one.get(name) for name in node.list_keys] == key)
    return next(same, _ABSENT)
