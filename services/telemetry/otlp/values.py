"""Attributes as the collector's ClickHouse exporter writes them: everything is text."""

import base64
from collections.abc import Iterable
from typing import Any

import orjson
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue


def text(value: AnyValue) -> str:
    """A value as text: lists and maps as JSON, bytes in base64, nothing as an empty string."""
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return value.string_value
    if kind is None:
        return ""
    plain = _plain(value)
    if kind == "bool_value":
        return "true" if plain else "false"
    if kind in ("bytes_value", "int_value"):
        return str(plain)
    return orjson.dumps(plain).decode().removesuffix(".0")


def attributes(pairs: Iterable[KeyValue]) -> dict[str, str]:
    """Attributes by key."""
    return {pair.key: pair.value.string_value or text(pair.value) for pair in pairs}


LATEST = 9_223_372_036 * 1_000_000_000
"""The last nanosecond that the engine can hold, in the year 2262."""


def moment(nanoseconds: int) -> str:
    """A time as the engine reads it: seconds since 1970 with ten digits and nine places."""
    seconds, rest = divmod(min(nanoseconds, LATEST), 1_000_000_000)
    return f"{seconds:010d}.{rest:09d}"


def _plain(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_plain(one) for one in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: _plain(pair.value) for pair in value.kvlist_value.values}
    if kind == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    return None if kind is None else getattr(value, kind)
