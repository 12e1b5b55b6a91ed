"""What Go's JSON decoder refuses, in its words: values that the fields of a struct cannot hold."""

import re
import string
from collections.abc import Iterator
from typing import Any

from services.demo.api.schemas import Node

_GO_TYPES = {"boolean": "bool", "number": "float64", "array": "[]string", "byte": "[]uint8"}
_BASE64 = frozenset((string.ascii_letters + string.digits + "+/").encode())


def undecodable(node: Node, value: Any, path: str) -> str | None:
    """What is wrong with the first value that does not fit its field."""
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
    form = node.schema.get("format") or node.type
    if not fits:
        where = re.sub(r"\[\d+\]", "", path)
        wanted = _GO_TYPES.get(form, form)
        found = f"cannot unmarshal {json_type(value)} into Go struct field {where}"
        return f"json: {found} of type {wanted}"
    if form == "byte":
        place = base64_error(value)
        return None if place is None else f"illegal base64 data at input byte {place}"
    problems = (undecodable(*inner) for inner in _inside(node, value, path))
    return next(filter(None, problems), None)


def _inside(node: Node, value: Any, path: str) -> Iterator[tuple[Node, Any, str]]:
    """Each value in a map or list, with its node and where it is."""
    if isinstance(value, dict):
        for key, item in value.items():
            child = node.properties.get(key)
            if child is not None:
                yield child, item, f"{path}.{key}"
            elif node.additional is not None:
                yield node.additional, item, path
    elif isinstance(value, list) and node.items is not None:
        for item in value:
            yield node.items, item, path


def base64_error(text: str) -> int | None:
    """Where Go's decoder gives up; None for base64. It knows line ends and passes over them."""
    data = text.encode()
    taken = padding = 0  # of the four characters that come next
    for index, byte in enumerate(data):
        if byte in b"\r\n":
            continue
        if padding and taken + padding == 4:
            return index
        if byte in _BASE64 and not padding:
            taken = (taken + 1) % 4
        elif byte == ord("=") and taken >= 2:
            padding += 1
        else:
            return index - bool(padding)
    if padding:
        return None if taken + padding == 4 else len(data)
    return len(data) - taken if taken else None


def json_type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
