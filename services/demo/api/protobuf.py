"""Kubernetes' protobuf bodies as JSON data, because kubectl writes built-in kinds in them.

A body is the magic ``k8s\\0`` and a ``runtime.Unknown``: type, then the object's own bytes. Go
writes every plain field, zero or not, where JSON leaves the zero out; so are zeros left out here.
"""

import base64
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from services.demo.api.core_fields import Field, message_name, messages
from services.demo.api.statuses import Obj, bad_request

MEDIA_TYPE = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\x00"
_PLAIN_STRUCTS = {"metadata", "spec", "status", "strategy", "updateStrategy", "resources"}


def decode(body: bytes) -> Obj:
    """The object in a protobuf body. Raises 400 for a broken body or a kind not in the table."""
    if not body.startswith(_MAGIC):
        raise bad_request("provided data does not appear to be a protobuf message")
    try:
        envelope = dict(_fields(body[len(_MAGIC) :]))
        named = dict(_fields(envelope[1]))
        api_version, kind = named.get(1, b"").decode(), named.get(2, b"").decode()
        name = message_name(api_version, kind)
        if kind == "DeleteOptions":
            name = "meta.v1.DeleteOptions"
        if name not in messages():
            raise bad_request(f'no kind "{kind}" is registered for version "{api_version}"')
        return {"apiVersion": api_version, "kind": kind} | _message(envelope.get(2, b""), name)
    except (IndexError, KeyError, ValueError, struct.error) as error:
        raise bad_request(f"unable to decode protobuf: {error}") from error


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Field numbers with their raw values: bytes, or an integer for varints and doubles."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
        elif wire == 2:
            size, at = _varint(data, at)
            if at + size > len(data):
                raise ValueError("unexpected end")
            yield number, data[at : at + size]
            at += size
        elif wire == 1:
            yield number, struct.unpack_from("<d", data, at)[0]
            at += 8
        elif wire == 5:
            yield number, struct.unpack_from("<f", data, at)[0]
            at += 4
        else:
            raise ValueError(f"wire type {wire}")


def _message(data: bytes, name: str) -> Obj:
    known = {field.number: field for field in messages()[name].fields}
    result: Obj = {}
    for number, raw in _fields(data):
        field = known.get(number)
        if field is None:
            continue
        if field.shape == "[]":
            result.setdefault(field.name, []).append(_value(raw, field.kind))
        elif field.shape == "{}":
            entry = dict(_fields(raw))
            key = entry.get(1, b"").decode()
            result.setdefault(field.name, {})[key] = _value(entry.get(2, b""), field.kind)
        else:
            _put(result, field, _value(raw, field.kind))
    return result


def _put(result: Obj, field: Field, value: Any) -> None:
    if field.inline:
        result.update(value)
        return
    zero = value in ("", 0, None) and field.name != "replicas"
    empty = value == {} and field.name in _PLAIN_STRUCTS
    if not zero and not empty:
        result[field.name] = value


def _value(raw: Any, kind: str) -> Any:
    if kind == "string":
        return raw.decode()
    if kind in ("int32", "int64"):
        return raw - (1 << 64) if raw >= 1 << 63 else raw
    if kind == "bool":
        return bool(raw)
    if kind == "double":
        return raw
    if kind == "bytes":
        return base64.b64encode(raw).decode()
    if kind in ("meta.v1.Time", "meta.v1.MicroTime"):
        return _time(dict(_fields(raw)), micro=kind.endswith("MicroTime"))
    if kind == "util.intstr.IntOrString":
        parts = dict(_fields(raw))
        return parts.get(3, b"").decode() if parts.get(1) else _value(parts.get(2, 0), "int32")
    if kind == "api.resource.Quantity":
        return dict(_fields(raw)).get(1, b"").decode()
    if kind in ("meta.v1.FieldsV1", "pkg.runtime.RawExtension"):
        return orjson.loads(dict(_fields(raw)).get(1, b"{}"))
    return _message(raw, kind)


def _time(parts: dict[int, int], *, micro: bool) -> str | None:
    if not parts:
        return None
    seconds = _value(parts.get(1, 0), "int64")
    if seconds <= -62135596800:
        return None
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=parts.get(2, 0) // 1000)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ" if micro else "%Y-%m-%dT%H:%M:%SZ")
