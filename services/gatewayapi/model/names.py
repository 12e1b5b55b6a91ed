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


def created(obj: Object) -> str:
    """An object's creation timestamp as the API writes it, "" for one that was never created.

    YAML has a type for times, so a manifest's may have been read as one.
    """
    value = (obj.get("metadata") or {}).get("creationTimestamp")
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value if isinstance(value, str) else ""


def precedence(created: str, namespace: str, name: str) -> tuple[str, str]:
    """Sorts what is equal otherwise: the oldest first, then by ``namespace/name``.

    What was never created (a manifest) will be younger than everything that exists. See
    HTTPRoute.spec.rules.matches and ListenerSet.spec.listeners.
    """
    return created or _LATEST, f"{namespace}/{name}"
