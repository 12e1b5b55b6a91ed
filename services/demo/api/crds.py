"""What makes a CustomResourceDefinition acceptable, and what the server fills in."""

from collections.abc import Iterator
from typing import Any

from services.demo.api.statuses import Cause, Obj
from services.demo.api.validation import INVALID, shown, unsupported

_REQUIRED = "FieldValueRequired"


def fill_in(crd: Obj) -> None:
    """Set the names and the conversion that follow from the rest."""
    spec = crd.get("spec")
    names = spec.get("names") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(names, dict) or not names.get("kind"):
        return
    names.setdefault("singular", names["kind"].lower())
    names.setdefault("listKind", f"{names['kind']}List")
    spec.setdefault("conversion", {"strategy": "None"})


def check(crd: Obj) -> Iterator[Cause]:
    """What is wrong with a definition, of what the registry relies on."""
    spec = crd.get("spec") or {}
    names = spec.get("names") or {}
    for path, value in (
        ("spec.group", spec.get("group")),
        ("spec.names.plural", names.get("plural")),
        ("spec.names.kind", names.get("kind")),
        ("spec.scope", spec.get("scope")),
    ):
        if not value:
            yield Cause(_REQUIRED, "Required value", path)
    expected = f"{names.get('plural')}.{spec.get('group')}"
    name = crd["metadata"].get("name", "")
    if name != expected:
        message = f'Invalid value: {shown(name)}: must be spec.names.plural+"."+spec.group'
        yield Cause(INVALID, message, "metadata.name")
    if spec.get("scope"):
        yield from unsupported(spec["scope"], ("Cluster", "Namespaced"), "spec.scope")
    yield from _check_versions(spec.get("versions") or [])


def _check_versions(versions: list[Any]) -> Iterator[Cause]:
    for index, version in enumerate(versions):
        path = f"spec.versions[{index}]"
        if not version.get("name"):
            yield Cause(_REQUIRED, "Required value", f"{path}.name")
        schema = (version.get("schema") or {}).get("openAPIV3Schema")
        where = f"{path}.schema.openAPIV3Schema"
        if schema is None:
            yield Cause(_REQUIRED, "Required value: schemas are required", where)
        elif schema.get("type") != "object":
            message = f"Invalid value: {shown(schema.get('type', ''))}: must be object at the root"
            yield Cause(INVALID, message, f"{where}.type")
    if sum(bool(version.get("storage")) for version in versions) != 1:
        names = shown([version.get("name") for version in versions])
        message = f"Invalid value: {names}: must have exactly one version marked as storage version"
        yield Cause(INVALID, message, "spec.versions")
