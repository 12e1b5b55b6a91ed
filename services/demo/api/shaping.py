"""Pruning and defaulting: an object takes the shape its schema gives it."""

from copy import deepcopy
from typing import Any

from services.demo.api.schemas import Node


def prune(node: Node, value: Any, path: str, unknown: list[str]) -> None:
    """Take out, in place, what the schema does not know; ``unknown`` collects where it was."""
    if isinstance(value, dict):
        known = node.properties
        for key in list(value):
            child = known.get(key) or node.child(key)
            if child is None:
                unknown.append(f"{path}.{key}" if path else key)
                del value[key]
            elif isinstance(value[key], dict | list):
                prune(child, value[key], f"{path}.{key}" if path else key, unknown)
    elif isinstance(value, list) and node.items is not None:
        for index, item in enumerate(value):
            if isinstance(item, dict | list):
                prune(node.items, item, f"{path}[{index}]", unknown)


def apply_defaults(node: Node, value: Any) -> None:
    """Fill in, in place, what is absent and has a default; a null that may not be one is absent."""
    if isinstance(value, dict):
        for key, default in node.defaulted:
            if key not in value or (value[key] is None and not node.properties[key].nullable):
                value[key] = deepcopy(default)
        for key, item in value.items():
            if isinstance(item, dict | list):
                child = node.properties.get(key) or node.additional
                if child is not None:
                    apply_defaults(child, item)
    elif isinstance(value, list) and node.items is not None:
        for item in value:
            if isinstance(item, dict | list):
                apply_defaults(node.items, item)


def drop_nulls(node: Node, value: Any) -> None:
    """Take out, in place, the nulls of fields that may not be null."""
    if isinstance(value, dict):
        for key, item in list(value.items()):
            child = node.properties.get(key) or node.additional
            if child is None:
                continue
            if item is None and child.type and not child.nullable and key in node.properties:
                del value[key]
            elif isinstance(item, dict | list):
                drop_nulls(child, item)
    elif isinstance(value, list) and node.items is not None:
        for item in value:
            drop_nulls(node.items, item)


def drop_empty(node: Node, value: Any) -> None:
    """Take out, in place, what Go's ``omitempty`` leaves out: null, empty text, list or map."""
    if isinstance(value, dict):
        for key, item in list(value.items()):
            child = node.properties.get(key)
            if child is None:
                continue
            is_map = child.additional is not None
            if item is None or item in ("", []) or (item == {} and is_map):
                del value[key]
            elif isinstance(item, dict | list):
                drop_empty(child, item)
    elif isinstance(value, list) and node.items is not None:
        for item in value:
            drop_empty(node.items, item)
