"""What the model calls things: an object, its place, and a reference that names one for good."""

from collections.abc import Mapping
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
