"""What a model is made of: the objects of one cluster, or of a folder of manifests.

Of a kind that was not read nothing is known: that is told apart from a kind without objects, and
what depends on it is never called missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from services.gatewayapi.model.names import Key, Object

_NOTHING: Mapping[Key, Object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class World:
    """Objects by kind (the plural of `services.kube.catalogue`) and place.

    ``unread`` are the kinds of which nothing is known, ``absent`` those whose definition is not
    installed. Mappings that did not change between two worlds are the same mapping, and objects
    that did not change the same objects: that is how a model finds what did.
    """

    objects: Mapping[str, Mapping[Key, Object]]
    unread: frozenset[str] = field(default_factory=frozenset)
    absent: frozenset[str] = field(default_factory=frozenset)

    def of(self, kind: str) -> Mapping[Key, Object]:
        """The objects of a kind; none for one that was not read."""
        return self.objects.get(kind, _NOTHING)

    def knows(self, kind: str) -> bool:
        """Whether what is not among the objects of a kind is known not to exist."""
        return kind not in self.unread
