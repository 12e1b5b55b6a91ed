"""References to other objects as people write them: ``name``, or ``namespace/name``, with the kind
in front where it is not the usual one: ``InferencePool llm/chat``."""

from typing import Any

from components.field_paths import fits, put
from components.typed import NotAccepted, shown

GROUPS = {
    "Gateway": None,
    "ListenerSet": "gateway.networking.k8s.io",
    "Service": None,
    "InferencePool": "inference.networking.k8s.io",
}
"""Groups of kinds that can be written; those that the usual kinds have need not be."""
WRITABLE = {"Gateway": ("Gateway", "ListenerSet"), "Service": ("Service", "InferencePool")}
"""By the usual kind, those that an input takes."""


def written(ref: dict[str, Any], usual: str = "Gateway") -> str:
    """A reference as an input shows it; empty where it names nothing. ``usual`` is the kind that is
    meant where none is written."""
    name, namespace = shown(ref.get("name")), shown(ref.get("namespace"))
    kind = shown(ref.get("kind")) or usual
    said = f"{namespace}/{name}" if namespace else name
    return said if kind == usual or not said else f"{kind} {said}"


def readable(ref: Any) -> bool:
    """Whether an input can show a reference."""
    return all(fits(ref, part) for part in ("kind", "namespace", "name"))


def write(ref: dict[str, Any], value: str, usual: str = "Gateway") -> None:
    """Point a reference to what was typed, in place; its other fields stay. Raises NotAccepted for
    a kind that cannot be written so."""
    first, _, rest = value.partition(" ")
    kind, place = (first, rest.strip()) if rest.strip() else (usual, value.strip())
    before = shown(ref.get("kind")) or usual
    if kind != before:
        if kind not in WRITABLE[usual]:
            known = " or ".join(WRITABLE[usual])
            raise NotAccepted(f"The kind in front must be {known}; the YAML takes others.")
        put(ref, "group", GROUPS[kind])
        put(ref, "kind", None if kind == usual else kind)
        if kind == "InferencePool":
            ref.pop("port", None)  # a pool has its ports itself
    namespace, _, name = place.rpartition("/")
    put(ref, "namespace", namespace)
    ref["name"] = name
