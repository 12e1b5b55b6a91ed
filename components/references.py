"""References to other objects as people write them: ``name``, or ``namespace/name``."""

from typing import Any

from components.field_paths import fits, put
from components.typed import shown


def written(ref: dict[str, Any]) -> str:
    """A reference as an input shows it; empty where it names nothing."""
    name, namespace = shown(ref.get("name")), shown(ref.get("namespace"))
    return f"{namespace}/{name}" if namespace else name


def readable(ref: Any) -> bool:
    """Whether an input can show a reference."""
    return fits(ref, "name") and fits(ref, "namespace")


def write(ref: dict[str, Any], value: str) -> None:
    """Point a reference to what was typed, in place; its other fields stay."""
    namespace, _, name = value.rpartition("/")
    put(ref, "namespace", namespace)
    ref["name"] = name
