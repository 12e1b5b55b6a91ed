"""ReferenceGrants: who may refer to what across namespaces.

ReferenceGrant.spec: a grant stands in the namespace of what is referred to and names kinds and
namespaces of those who may (``from``), and kinds, or single objects, that they may mean (``to``).
Any one grant is enough. Within a namespace none is needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.gatewayapi.model.names import Key, Object

Source = tuple[str, str, str]
"""(group, kind, namespace) of an object that refers to another."""
Target = tuple[str, str, str, str]
"""(group, kind, namespace, name) of the object that is meant."""


@dataclass(frozen=True, slots=True)
class _Grant:
    sources: frozenset[Source]
    targets: tuple[tuple[str, str, str | None], ...]

    def permits(self, source: Source, target: Target) -> bool:
        group, kind, _, name = target
        return source in self.sources and any(
            (group, kind) == one[:2] and one[2] in (None, name) for one in self.targets
        )


class Grants:
    """The grants of a world by namespace; ``known`` is false when they were not read.

    Then every reference counts as permitted: nothing is called refused on a guess.
    """

    def __init__(self, objects: Mapping[Key, Object], known: bool = True) -> None:
        self._known = known
        self._by_namespace: dict[str, list[_Grant]] = {}
        for (namespace, _), obj in objects.items():
            self._by_namespace.setdefault(namespace, []).append(_read(obj))

    def permit(self, source: Source, target: Target) -> bool:
        """Whether ``source`` may refer to ``target``."""
        if source[2] == target[2] or not self._known:
            return True
        return any(grant.permits(source, target) for grant in self._by_namespace.get(target[2], ()))


def _read(obj: Object) -> _Grant:
    spec = obj.get("spec") or {}
    return _Grant(
        frozenset(
            (one.get("group", ""), one.get("kind", ""), one.get("namespace", ""))
            for one in spec.get("from") or ()
        ),
        tuple(
            (one.get("group", ""), one.get("kind", ""), one.get("name") or None)
            for one in spec.get("to") or ()
        ),
    )
