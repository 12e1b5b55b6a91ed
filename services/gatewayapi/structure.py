"""Whether an API server takes an object: its schema, and the rules beside it.

The schemas are those of the definitions in `services.demo.definitions` (Gateway API, NGF, inference
extension) and of the built-in kinds. Their CEL rules are written out in `admission`. What is wrong
is told apart: an object whose *shape* is wrong says nothing that could be read; one that breaks a
rule is refused as well, but what it means is clear, and a server without that rule takes it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from services.demo.api.core_fields import message_name
from services.demo.api.schemas import NO_DEFAULT, Node, Schemas, compiled
from services.demo.api.shaping import apply_defaults, drop_nulls
from services.demo.api.statuses import Cause
from services.demo.api.validation import validate
from services.demo.definitions import definitions
from services.gatewayapi import admission
from services.kube.catalogue import GATEWAY_API, KINDS, NGF

_CORE = frozenset({"Service", "Namespace", "Secret", "ConfigMap", "EndpointSlice"})
_SHAPE = frozenset({"FieldValueTypeInvalid", "FieldValueRequired"})
_DECISIVE = re.compile(r".*\.(matches\[\d+\]\..*type|requestRedirect\.(statusCode|scheme))")
"""Values that decide what a match or an answer means: of one that no channel of the definitions
knows nothing can be said."""
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_IN_BODY = re.compile(r"Invalid value: (?P<value>.*?): \S+ in body (?P<rule>.*)", re.DOTALL)
_CHECKED = re.compile(r"checked value (?P<rule>must be .*) in (?P<field>\S+)", re.DOTALL)
_LABELS = ("labels", "annotations")
_NO_STATUS = {"status"}
_VERSIONED = (
    GATEWAY_API,
    NGF,
    "inference.networking.k8s.io",
    "inference.networking.x-k8s.io",
    "discovery.k8s.io",
    "",
)
"""Groups of which the catalogue has every version that is served today."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an API server refuses an object: where, and the rule that it breaks."""

    field: str
    rule: str
    shape: bool


def named(obj: Any) -> list[Refusal]:
    """What is wrong with how an object says what it is; nothing else can be asked before."""
    if not isinstance(obj, dict):
        return [Refusal("", "must be an object with apiVersion and kind", True)]
    wrong = [
        Refusal(key, "must be text and not empty", True)
        for key in ("apiVersion", "kind")
        if not isinstance(obj.get(key), str) or not obj[key]
    ]
    metadata = obj.get("metadata")
    if wrong:
        return wrong
    if not isinstance(metadata, dict):
        return [Refusal("metadata", "must be an object with a name", True)]
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if not isinstance(name, str) or not name:
        return [Refusal("metadata.name", "must be text and not empty", True)]
    if namespace is not None and not isinstance(namespace, str):
        return [Refusal("metadata.namespace", "must be text", True)]
    return []


def served(obj: Mapping[str, Any]) -> list[Refusal]:
    """Whether any server serves the kind in this version; nothing is said of a kind that is not
    known, or of which the catalogue does not have every version."""
    given = obj["apiVersion"]
    known = _served().get((given.rpartition("/")[0], obj["kind"]), ())
    if not known or given in known:
        return []
    return [Refusal("apiVersion", f"must be {' or '.join(known)} (it is {given})", True)]


def complete(obj: dict[str, Any]) -> list[Refusal]:
    """Fill in the defaults of the object's definition, in place, and say why it is refused."""
    found = list(_metadata(obj["metadata"]))
    node = _node(obj["apiVersion"], obj["kind"])
    if node is None:
        return found
    body = {key: value for key, value in obj.items() if key not in _NO_STATUS}
    drop_nulls(node, body)
    apply_defaults(node, body)
    body.pop("status", None)  # what a server fills in there says that nobody has looked yet
    obj.update(body)
    for key in [key for key in obj if key not in body and key not in _NO_STATUS]:
        del obj[key]
    for cause in validate(node, body, ""):
        found.append(_refusal(cause))
    if not any(one.shape for one in found):
        found += (Refusal(field, rule, False) for field, rule in admission.broken(obj))
    return found


def unknown_fields(obj: dict[str, Any]) -> Iterator[str]:
    """Fields that the definition does not have: a server drops them without a word."""
    node = _node(obj["apiVersion"], obj["kind"])
    if node is not None and obj["kind"] not in _CORE:
        yield from _unknown(node, {k: v for k, v in obj.items() if k != "status"}, "")


def _unknown(node: Node, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            child = node.child(key)
            where = f"{path}.{key}" if path else key
            if where == "metadata":
                continue
            if child is None:
                yield where
            elif isinstance(item, dict | list):
                yield from _unknown(child, item, where)
    elif isinstance(value, list) and node.items is not None:
        for index, item in enumerate(value):
            yield from _unknown(node.items, item, f"{path}[{index}]")


def _metadata(metadata: dict[str, Any]) -> Iterator[Refusal]:
    for key in ("name", "namespace"):
        value = metadata.get(key)
        if value and (len(value) > 253 or not _NAME.fullmatch(value)):
            rule = "must be lower case letters, digits, - and ., and no - or . at its ends"
            yield Refusal(f"metadata.{key}", rule, False)
    for key in _LABELS:
        held = metadata.get(key)
        if held is None:
            continue
        if not isinstance(held, dict):
            yield Refusal(f"metadata.{key}", "must be an object", True)
            continue
        for name, value in held.items():
            if value is not None and not isinstance(value, str):
                yield Refusal(f"metadata.{key}.{name}", "must be text (put it in quotes)", True)
    created = metadata.get("creationTimestamp")
    if created is not None and not isinstance(created, str):
        yield Refusal("metadata.creationTimestamp", "must be text", True)
    generation = metadata.get("generation")
    if generation is not None and type(generation) is not int:
        yield Refusal("metadata.generation", "must be a whole number", True)


def _refusal(cause: Cause) -> Refusal:
    rule = _rule(cause.message.removeprefix(f"{cause.field}: "))
    field = "" if cause.field == "<nil>" else cause.field
    if checked := _CHECKED.fullmatch(rule):
        field, rule = checked["field"], checked["rule"]
    unknown = cause.reason == "FieldValueNotSupported" and _DECISIVE.fullmatch(field) is not None
    return Refusal(field, rule, unknown or cause.reason in _SHAPE)


def _rule(text: str) -> str:
    """The server's words without what the place says already."""
    text = text.removeprefix('Invalid value: "": ')
    if match := re.fullmatch(
        r"Invalid value: (?P<value>.*?): \S+ in body (?P<rule>.*)", text, re.S
    ):
        rule = match["rule"]
        shown = "" if rule.startswith("must be of type") else f" (it is {match['value']})"
        return f"{rule}{shown}"
    return "is required" if text == "Required value" else text[:1].lower() + text[1:]


@cache
def _served() -> dict[tuple[str, str], list[str]]:
    """Every ``apiVersion`` of a kind, preferred first, by (group, kind)."""
    found: dict[tuple[str, str], list[str]] = {}
    for kind in KINDS.values():
        for group, version in kind.candidates:
            if group in _VERSIONED:
                several = found.setdefault((group, kind.kind), [])
                several.append(f"{group}/{version}" if group else version)
    return found


@cache
def _definitions() -> dict[tuple[str, str], dict[str, Any]]:
    """The schemas as written by (group, kind), by version; "" has the stored one's."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in definitions():
        spec = one["spec"]
        versions = {v["name"]: v["schema"]["openAPIV3Schema"] for v in spec["versions"]}
        stored = next(v["name"] for v in spec["versions"] if v["storage"])
        found[spec["group"], spec["names"]["kind"]] = versions | {"": versions[stored]}
    return found


@cache
def _node(api_version: str, kind: str) -> Node | None:
    group, _, version = api_version.rpartition("/")
    if group in ("", "discovery.k8s.io") and kind in _CORE:
        return Schemas().core(message_name(api_version, kind))
    known = _definitions().get((group, kind))
    if known is None:
        return None
    node = compiled(known.get(version, known[""]))
    node.properties.pop("metadata", None)  # asked apart, and never filled in
    node.default = NO_DEFAULT
    return node
