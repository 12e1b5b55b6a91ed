"""Schemas made ready for walking: one ``Node`` per place in an object.

Structural schemas of CustomResourceDefinitions and those of built-in kinds (``core_fields``) become
the same tree, so that pruning, defaulting, validation, field ownership and merging each walk
one shape. Metadata has the same node everywhere.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from services.demo.api import core_fields
from services.demo.api.kinds import Served
from services.demo.api.statuses import Obj

NO_DEFAULT = object()


@dataclass(eq=False)
class Node:
    """What may stand at one place. ``additional`` is the node of free-form keys, if any."""

    schema: Mapping[str, Any]
    type: str = ""
    nullable: bool = False
    int_or_string: bool = False
    preserve: bool = False
    atomic: bool = False
    list_type: str = "atomic"
    list_keys: tuple[str, ...] = ()
    merge_key: str | None = None
    required: tuple[str, ...] = ()
    properties: dict[str, "Node"] = field(default_factory=dict)
    additional: "Node | None" = None
    items: "Node | None" = None
    default: Any = NO_DEFAULT
    defaulted: tuple[tuple[str, Any], ...] = ()
    pattern: re.Pattern[str] | None = None
    all_of: tuple["Node", ...] = ()
    any_of: tuple["Node", ...] = ()
    one_of: tuple["Node", ...] = ()
    negated: "Node | None" = None
    composed: bool = False
    plain: bool = False  # a struct that is there even when empty, so nobody owns its presence

    def child(self, key: str) -> "Node | None":
        """The node of a property; None for a key this place does not know."""
        found = self.properties.get(key)
        if found is not None:
            return found
        if self.additional is not None:
            return self.additional
        return ANYTHING if self.preserve else None


ANYTHING = Node({}, preserve=True)
"""A place without a schema: maps merge by key, lists are replaced whole."""


def compiled(schema: Obj) -> Node:
    """The tree of a schema."""
    node = Node(
        schema,
        type=schema.get("type", ""),
        nullable=bool(schema.get("nullable")),
        int_or_string=bool(schema.get("x-kubernetes-int-or-string")),
        preserve=bool(schema.get("x-kubernetes-preserve-unknown-fields")),
        atomic=schema.get("x-kubernetes-map-type") == "atomic",
        list_type=schema.get("x-kubernetes-list-type", "atomic"),
        list_keys=tuple(schema.get("x-kubernetes-list-map-keys", ())),
        merge_key=_merge_key(schema),
        required=tuple(schema.get("required", ())),
        default=schema.get("default", NO_DEFAULT),
        plain=bool(schema.get("x-plain")),
    )
    node.properties = {key: compiled(each) for key, each in schema.get("properties", {}).items()}
    if schema.get("x-kubernetes-embedded-resource"):
        node.properties = {
            "apiVersion": Node({"type": "string"}, type="string"),
            "kind": Node({"type": "string"}, type="string"),
            "metadata": metadata(),
        } | node.properties
    additional = schema.get("additionalProperties")
    if isinstance(additional, dict):
        node.additional = compiled(additional)
    elif additional is True:
        node.additional = ANYTHING
    if "items" in schema:
        node.items = compiled(schema["items"])
    if "pattern" in schema:
        node.pattern = _regex(schema["pattern"])
    node.defaulted = tuple(
        (key, each.default)
        for key, each in node.properties.items()
        if each.default is not NO_DEFAULT
    )
    node.all_of, node.any_of, node.one_of = (
        tuple(compiled(each) for each in schema.get(key, ())) for key in ("allOf", "anyOf", "oneOf")
    )
    if "not" in schema:
        node.negated = compiled(schema["not"])
    node.composed = any(key in schema for key in ("allOf", "anyOf", "oneOf", "not"))
    return node


def _merge_key(schema: Obj) -> str | None:
    """By what lists merge; empty for lists of plain values, None for lists that are replaced."""
    if schema.get("x-kubernetes-patch-strategy") != "merge":
        return None
    return str(schema.get("x-kubernetes-patch-merge-key", ""))


_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$|.", re.DOTALL)


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    # Go's $ is the end of the text; Python's also matches before a final newline.
    pieces = (r"\Z" if piece == "$" else piece for piece in _PIECE.findall(pattern))
    return re.compile("".join(pieces))


@cache
def metadata() -> Node:
    """ObjectMeta."""
    return compiled(core_fields.schema_of("meta.v1.ObjectMeta"))


class Schemas:
    """The compiled schema of each served kind, made when first asked for."""

    def __init__(self) -> None:
        self._nodes: dict[int, tuple[Obj, Node]] = {}
        self._core: dict[str, Node] = {}

    def of(self, served: Served) -> Node:
        if served.custom:
            # Keyed by identity: a changed definition brings a new schema object.
            found = self._nodes.get(id(served.schema))
            if found is None or found[0] is not served.schema:
                found = (served.schema, _root(compiled(served.schema)))
                self._nodes[id(served.schema)] = found
            return found[1]
        return self.core(core_fields.message_name(served.stored_api_version, served.kind))

    def core(self, name: str) -> Node:
        """The schema of a built-in message, such as ``authentication.v1.TokenRequest``."""
        if name not in self._core:
            self._core[name] = _root(compiled(core_fields.schema_of(name)))
        return self._core[name]


def _root(node: Node) -> Node:
    text = Node({"type": "string"}, type="string")
    node.properties = node.properties | {
        "apiVersion": text,
        "kind": text,
        "metadata": metadata(),
    }
    return node
