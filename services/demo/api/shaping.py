"""Pruning, defaulting and decoding: an object takes the shape its schema gives it."""

import re
from copy import deepcopy
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Mistyped:
    """A value that a Go struct cannot hold, in the words of Go's JSON decoder."""

    path: str
    found: str
    wanted: str


_GO_TYPES = {"boolean": "bool", "number": "float64", "array": "[]string"}


def mistyped(node: Node, value: Any, path: str) -> Mistyped | None:
    """The first value that does not fit its field."""
    if value is None or node.int_or_string or not node.type:
        return None
    fits = {
        "string": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "array": isinstance(value, list),
        "object": isinstance(value, dict),
    }[node.type]
    if not fits:
        where = re.sub(r"\[\d+\]", "", path)
        wanted = node.schema.get("format") or _GO_TYPES.get(node.type, node.type)
        return Mistyped(where, json_type(value), wanted)
    if isinstance(value, dict):
        for key, item in value.items():
            child = node.properties.get(key)
            if child is not None:
                wrong = mistyped(child, item, f"{path}.{key}" if path else key)
            elif node.additional is not None:
                wrong = mistyped(node.additional, item, path)
            else:
                wrong = None
            if wrong is not None:
                return wrong
    elif isinstance(value, list) and node.items is not None:
        for item in value:
            wrong = mistyped(node.items, item, path)
            if wrong is not None:
                return wrong
    return None


def json_type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
