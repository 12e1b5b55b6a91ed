"""What a model is made of: the objects of one cluster, or of a folder of manifests.

Of a kind that was not read nothing is known: that is told apart from a kind without objects, and
what depends on it is never called missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from services.gatewayapi.model.names import Key, Object
from services.kube.catalogue import KINDS

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""A label that every namespace has: its name."""
_UNREAD_CONFIGMAPS = frozenset(
    part.removeprefix("metadata.name!=") for part in KINDS["configmaps"].fields.split(",")
)
_NOTHING: Mapping[Key, Object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class World:
    """Objects by kind (the plural of `services.kube.catalogue`) and place.

    ``unread`` are the kinds of which nothing is known, ``absent`` those whose definition is not
    installed. Mappings that did not change between two worlds are the same mapping, and objects
    that did not change the same objects: that is how a model finds what did.

    ``assumed`` is true for manifests, which hold only what somebody wrote: a namespace without an
    object exists there.
    """

    objects: Mapping[str, Mapping[Key, Object]]
    unread: frozenset[str] = field(default_factory=frozenset)
    absent: frozenset[str] = field(default_factory=frozenset)
    assumed: bool = False

    def of(self, kind: str) -> Mapping[Key, Object]:
        """The objects of a kind; none for one that was not read."""
        return self.objects.get(kind, _NOTHING)

    def knows(self, kind: str) -> bool:
        """Whether what is not among the objects of a kind is known not to exist."""
        return kind not in self.unread

    def has(self, kind: str, key: Key) -> bool | None:
        """Whether an object exists, None when that is not known: its kind was not read, or it is
        one of those that the console never reads."""
        if key in self.of(kind):
            return True
        if kind in self.unread or (kind == "configmaps" and key[1] in _UNREAD_CONFIGMAPS):
            return None
        return False

    def labels_of(self, namespace: str) -> Mapping[str, str] | None:
        """The labels of a namespace, with the one that Kubernetes gives every namespace.

        None for one that does not exist or of which nothing is known.
        """
        obj = self.of("namespaces").get(("", namespace))
        if obj is None and not self.assumed:
            return None
        labels = (obj or {}).get("metadata", {}).get("labels") or {}
        return {**labels, NAMESPACE_NAME: namespace}
