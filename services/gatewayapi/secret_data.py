"""Secrets as a server keeps them: what is written as text becomes part of the encoded data."""

from base64 import b64encode
from typing import Any


def settled(obj: dict[str, Any]) -> dict[str, Any]:
    """The Secret with its ``stringData`` in ``data``; what is no text stays as it is."""
    text = obj.get("stringData")
    if not isinstance(text, dict) or not isinstance(obj.get("data") or {}, dict):
        return obj
    encoded = {
        key: b64encode(value.encode()).decode() if isinstance(value, str) else value
        for key, value in text.items()
    }
    rest = {key: value for key, value in obj.items() if key != "stringData"}
    return rest | {"data": {**(obj.get("data") or {}), **encoded}}
