"""References to other objects as people write them: ``name``, or ``namespace/name``."""

from typing import Any

from components.field_paths import put


def written(ref: dict[str, Any]) -> str:
    """A reference as an input shows it; empty where it names nothing."""
    name = str(ref.get("name") or "")
    return f"{ref['namespace']}/{name}" if ref.get("namespace") else name


def write(ref: dict[str, Any], value: str) -> None:
    """Point a reference to what was typed, in place; its other fields stay."""
    namespace, _, name = value.rpartition("/")
    put(ref, "namespace", namespace)
    ref["name"] = name
