"""What refers to an object, so that a deletion says what it would break.

Gateway API and its extensions write every reference the same way: a field that ends in ``Ref`` or
``Refs`` and holds ``group``, ``kind``, ``namespace`` and ``name``, the first three with defaults.
So one walk finds all of them in every kind, also in kinds that are added later.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.kube.catalogue import GATEWAY_API, KINDS, Kind
from services.kube.shelf import Snapshot

_DEFAULTS: Mapping[str, tuple[str, str]] = {
    "parentRef": (GATEWAY_API, "Gateway"),
    "parentRefs": (GATEWAY_API, "Gateway"),
    "backendRef": ("", "Service"),
    "backendRefs": ("", "Service"),
    "endpointPickerRef": ("", "Service"),
    "certificateRefs": ("", "Secret"),
    "clientCertificateRef": ("", "Secret"),
    "secretRef": ("", "Secret"),
}
REFERRING = tuple(
    kind.name for kind in KINDS.values() if kind.group not in ("", "apps", "discovery.k8s.io")
)


@dataclass(frozen=True, slots=True)
class Dependent:
    """An object that refers to the one in question, the field that does, and whether that field
    names nothing else (a route's only gateway)."""

    kind: str
    namespace: str
    name: str
    field: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference as written, defaults filled in: ``namespace`` is that of the object that
    refers where none is given."""

    group: str
    kind: str
    namespace: str
    name: str
    field: str


def dependents(
    snapshot: Callable[[str], Snapshot],
    kind: Kind,
    namespace: str,
    name: str,
    among: Iterable[str] = REFERRING,
) -> tuple[Dependent, ...]:
    """Everything on the cluster, of the kinds ``among``, that refers to an object; each once."""
    groups = {group for group, _ in kind.candidates}
    place = namespace if kind.namespaced else ""

    def meant(reference: Reference) -> bool:
        return (
            reference.name == name
            and reference.kind == kind.kind
            and reference.group in groups
            and (not kind.namespaced or reference.namespace == place)
        )

    found: list[Dependent] = []
    for referring in among:
        for (where, who), obj in snapshot(referring).objects.items():
            named = list(references(obj, where))
            field = next((one.field for one in named if meant(one)), None)
            if field is not None:
                alone = all(meant(one) for one in named if one.field == field)
                found.append(Dependent(referring, where, who, field, alone))
    return tuple(found)


def references(obj: Mapping[str, Any], namespace: str) -> Iterator[Reference]:
    """Every reference in the ``spec`` of an object that stands in ``namespace``."""
    spec = obj.get("spec") or {}
    if obj.get("kind") == "Gateway":
        class_name = str(spec.get("gatewayClassName", ""))
        yield Reference(GATEWAY_API, "GatewayClass", "", class_name, "gatewayClassName")
    yield from _walk(spec, namespace)


def _walk(node: Any, namespace: str) -> Iterator[Reference]:
    if isinstance(node, list):
        for entry in node:
            yield from _walk(entry, namespace)
    elif isinstance(node, dict):
        for field, value in node.items():
            if field.endswith(("Ref", "Refs")):
                for entry in value if isinstance(value, list) else [value]:
                    if isinstance(entry, dict) and "name" in entry:
                        yield _reference(field, entry, namespace)
            yield from _walk(value, namespace)


def _reference(field: str, entry: Mapping[str, Any], namespace: str) -> Reference:
    group, kind = _DEFAULTS.get(field, ("", ""))
    return Reference(
        group=str(entry.get("group", group)),
        kind=str(entry.get("kind", kind)),
        namespace=str(entry.get("namespace") or namespace),
        name=str(entry["name"]),
        field=field,
    )
