"""What the model calls things: an object, its place, and a reference that names one for good."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

Object = Mapping[str, Any]
"""A Kubernetes object as its API server says it."""
Key = tuple[str, str]
"""(namespace, name); the namespace of what has none is ""."""


class Ref(NamedTuple):
    """One object of a cluster: its kind as the API spells it, and its place.

    Kinds of two groups that share a name (InferencePool) are one kind here, as in the catalogue.
    """

    kind: str
    namespace: str
    name: str

    @property
    def key(self) -> Key:
        """Its place among objects of its kind."""
        return self.namespace, self.name

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place}"


GATEWAY_GROUP = "gateway.networking.k8s.io"
_LATEST = "\uffff"
_LENGTH = len("2026-01-01T00:00:00Z")


def created(obj: Object) -> str:
    """An object's creation timestamp as the API writes it, so that timestamps sort as texts; "" for
    one that was never created.

    Manifests may have it in another zone, or read as the time that YAML takes it for.
    """
    metadata = obj.get("metadata")
    value = metadata.get("creationTimestamp") if isinstance(metadata, Mapping) else None
    if isinstance(value, datetime):
        return _spoken(value)
    if not isinstance(value, str):
        return ""
    if len(value) == _LENGTH and value[-1] == "Z":
        return value
    try:
        return _spoken(datetime.fromisoformat(value))
    except ValueError:
        return value


def _spoken(value: datetime) -> str:
    moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def precedence(created: str, namespace: str, name: str) -> tuple[str, str]:
    """Sorts what is equal otherwise: the oldest first, then by ``namespace/name``.

    What was never created (a manifest) will be younger than everything that exists. See
    HTTPRoute.spec.rules.matches and ListenerSet.spec.listeners.
    """
    return created or _LATEST, f"{namespace}/{name}"
