"""The fields of built-in kinds: read from ``core_fields.txt``, shown as schemas.

The same facts serve twice: as the schema that custom kinds bring themselves (``schemas``), and as
the field numbers that decode protobuf bodies (``protobuf``).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.demo.api.statuses import Obj

_PACKAGES = {
    "": "core",
    "events.k8s.io": "events",
    "authentication.k8s.io": "authentication",
    "authorization.k8s.io": "authorization",
    "coordination.k8s.io": "coordination",
    "discovery.k8s.io": "discovery",
    "rbac.authorization.k8s.io": "rbac",
}
_LEAVES: dict[str, Obj] = {
    "string": {"type": "string"},
    "bytes": {"type": "string", "format": "byte"},
    "bool": {"type": "boolean"},
    "int32": {"type": "integer", "format": "int32"},
    "int64": {"type": "integer", "format": "int64"},
    "double": {"type": "number"},
    "meta.v1.Time": {"type": "string", "nullable": True},
    "meta.v1.MicroTime": {"type": "string", "nullable": True},
    "util.intstr.IntOrString": {"x-kubernetes-int-or-string": True},
    "api.resource.Quantity": {"x-kubernetes-int-or-string": True},
    "meta.v1.FieldsV1": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    "pkg.runtime.RawExtension": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
}
# Go structs that are no pointers, and a list without omitempty: in JSON always there.
_PLAIN_STRUCTS = ("metadata", "spec", "status", "strategy", "updateStrategy", "template")
_ALWAYS_LISTED = ("containers",)
# Of what JSON always shows; of a struct, that of each of its fields.
_ZEROS: dict[str, Any] = {"string": "", "bool": False, "int32": 0, "int64": 0, "double": 0}
_KEY_DEFAULTS = {("core.v1.ServicePort", "protocol"), ("core.v1.ContainerPort", "protocol")}


@dataclass(frozen=True)
class Field:
    """One field of a message. ``shape`` is "", "[]" or "{}"; ``kind`` a message or scalar."""

    number: int
    name: str
    shape: str
    kind: str
    list_type: str = ""
    list_keys: tuple[str, ...] = ()
    merges: bool = False
    merge_key: str = ""
    atomic: bool = False
    inline: bool = False
    always: bool = False


@dataclass(frozen=True)
class Message:
    """A struct: its fields, and whether appliers own it as a whole."""

    fields: tuple[Field, ...]
    atomic: bool


@cache
def messages() -> dict[str, Message]:
    """Every known message by its short name (``core.v1.Pod``)."""
    found: dict[str, tuple[list[Field], list[str]]] = {}
    fields: list[Field] = []
    flags: list[str] = []
    for line in Path(__file__).with_name("core_fields.txt").read_text().splitlines():
        words = line.split()
        if line.startswith("#"):
            continue
        if not line.startswith(" "):
            fields, flags = [], []
            found[words[0]] = (fields, flags)
        elif len(words) == 1:
            flags += words
        else:
            fields.append(_field(words))
    return {
        name: Message(tuple(fields), "atomic" in flags) for name, (fields, flags) in found.items()
    }


def _field(words: list[str]) -> Field:
    number, name, kind, *marks = words
    shape = kind[:2] if kind[0] in "[{" else ""
    given = dict(mark.partition(":")[::2] for mark in marks)
    list_type = next((each for each in ("set", "map") if each in given), "")
    return Field(
        number=int(number),
        name=name,
        shape=shape,
        kind=kind.removeprefix(shape),
        list_type=list_type,
        list_keys=tuple(filter(None, given.get(list_type, "").split(","))),
        merges="merge" in given,
        merge_key=given.get("merge", ""),
        atomic="atomic" in given,
        inline="inline" in given,
        always="always" in given,
    )


def message_name(api_version: str, kind: str) -> str:
    """Where a built-in kind stands in the table; the name may be absent from it."""
    group, _, version = api_version.rpartition("/")
    return f"{_PACKAGES.get(group, group)}.{version}.{kind}"


@cache
def schema_of(name: str) -> Obj:
    """The OpenAPI schema of a message; preserves everything when the message is not known."""
    if name in _LEAVES:
        return _LEAVES[name]
    message = messages().get(name)
    if message is None:
        return {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    properties: Obj = {}
    for field in message.fields:
        if field.inline:
            properties |= schema_of(field.kind)["properties"]
        else:
            properties[field.name] = _property(field)
        if (name, field.name) in _KEY_DEFAULTS:
            properties[field.name] = {"type": "string", "default": "TCP"}
    schema: Obj = {"type": "object", "properties": properties}
    if message.atomic:
        schema["x-kubernetes-map-type"] = "atomic"
    return schema


def _property(field: Field) -> Obj:
    inner = schema_of(field.kind)
    if field.shape == "{}":
        schema: Obj = {"type": "object", "additionalProperties": inner}
    elif field.shape == "[]":
        schema = {"type": "array", "items": inner}
        schema["x-kubernetes-list-type"] = field.list_type or "atomic"
        if field.list_keys:
            schema["x-kubernetes-list-map-keys"] = list(field.list_keys)
    else:
        schema = inner
    if field.atomic and field.shape != "[]":
        schema = schema | {"x-kubernetes-map-type": "atomic"}
    if (field.name in _PLAIN_STRUCTS and not field.shape) or field.name in _ALWAYS_LISTED:
        schema = schema | {"x-plain": True}
    if field.always and field.name not in _PLAIN_STRUCTS:
        schema = schema | {"default": _ZEROS.get(field.kind, {})}
    if field.merges:
        schema = schema | {"x-kubernetes-patch-strategy": "merge"}
        if field.merge_key:
            schema["x-kubernetes-patch-merge-key"] = field.merge_key
    return schema
