"""Which objects refer to an object: the edges of the graph, read backwards.

Every reference of the Gateway API and its extensions is a field that ends in ``Ref`` or ``Refs``
(`services.kube.references`), so one walk finds routes of a Service, gateways of a Secret and
policies of a target alike.
"""

from collections.abc import Iterable, Mapping, Sequence

from services.gatewayapi.model.names import Key, Object, Ref
from services.gatewayapi.model.world import World
from services.kube.catalogue import GATEWAY_API, KINDS, NGF
from services.kube.references import references

REFERRING = tuple(
    name
    for name, kind in KINDS.items()
    if kind.group in (GATEWAY_API, NGF) or name == "inferencepools"
)
"""Kinds whose objects refer to others."""
_CLUSTER_WIDE = frozenset(kind.kind for kind in KINDS.values() if not kind.namespaced)
Change = tuple[str, Key, Object | None, Object | None]
"""(kind, place, before, after) of an object that is another now."""


class Users:
    """Who refers to what. Never changed; see `following`."""

    def __init__(self, world: World) -> None:
        self._of: dict[Ref, dict[Ref, None]] = {}
        for name in REFERRING:
            for key, obj in world.of(name).items():
                who = Ref(KINDS[name].kind, *key)
                for meant in refers_to(name, key, obj):
                    self._of.setdefault(meant, {})[who] = None

    def following(self, changes: Iterable[Change]) -> "Users":
        """The same with ``changes``."""
        new = Users(World({}))
        new._of = dict(self._of)
        own: set[Ref] = set()
        for name, key, before, after in changes:
            if name not in REFERRING:
                continue
            who = Ref(KINDS[name].kind, *key)
            old = refers_to(name, key, before) if before is not None else set()
            now = refers_to(name, key, after) if after is not None else set()
            for meant in old ^ now:
                if meant not in own:
                    own.add(meant)
                    new._of[meant] = dict(new._of.get(meant, ()))
                if meant in now:
                    new._of[meant][who] = None
                else:
                    new._of[meant].pop(who, None)
                    if not new._of[meant]:
                        del new._of[meant]
                        own.discard(meant)
        return new

    def of(self, ref: Ref) -> Sequence[Ref]:
        """Every object that refers to ``ref``, sorted."""
        return sorted(self._of.get(ref, ()))


def refers_to(name: str, key: Key, obj: Object) -> set[Ref]:
    """What an object of the kind ``name`` refers to, whether or not it exists."""
    whole: Mapping[str, object] = {"kind": KINDS[name].kind, "spec": obj.get("spec")}
    return {
        Ref(one.kind, "" if one.kind in _CLUSTER_WIDE else one.namespace, one.name)
        for one in references(whole, key[0])
    }
