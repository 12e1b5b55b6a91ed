"""From one compiled world to the next: what the changes touch, in the order in which it depends."""

from collections.abc import Iterable

from services.gatewayapi.model.assembly import Assembled, assemble, named_gateway, orphan
from services.gatewayapi.model.attaching import Parents, parents, targets
from services.gatewayapi.model.attachment import Parent
from services.gatewayapi.model.changes import Changed
from services.gatewayapi.model.compiled import Compiled, Index, naming
from services.gatewayapi.model.contests import losers
from services.gatewayapi.model.gateways import Gateway, Listener, ListenerSet
from services.gatewayapi.model.grants import Grants
from services.gatewayapi.model.names import Key, Object, Ref
from services.gatewayapi.model.parsing import route as parsed
from services.gatewayapi.model.world import World
from services.kube.catalogue import KINDS

ROUTE_KINDS = ("httproutes", "grpcroutes", "tlsroutes", "tcproutes", "udproutes")
_JUDGING = ("gatewayclasses", "secrets", "nginxproxies", "configmaps", "namespaces")
"""Kinds that gateways are judged by, object for object; see `assembly.Need`."""


class Step:
    """One step; see the module. ``old`` is what was compiled of the world ``before``."""

    def __init__(
        self, old: Compiled, before: World, world: World, changes: dict[str, list[Changed]]
    ) -> None:
        self._old = old
        self._world = world
        self._changes = changes
        self._new = Compiled(
            self._old.grants,
            self._old.assembled,
            self._old.gateways,
            self._old.sets,
            self._old.routes,
            self._old.asked,
            self._old.by_target,
            self._old.lost,
        )
        self._before = before

    def taken(self) -> tuple[Compiled, dict[Key, set[Ref]]]:
        """What is compiled now, and the gateways whose attachments may be others, each with the
        routes that may have others."""
        if "referencegrants" in self._changes:
            grants, known = self._world.of("referencegrants"), self._world.knows("referencegrants")
            self._new.grants = Grants(grants, known)
        moved = self._assemble()
        routes = self._parse()
        routes |= self._concerned(moved)
        touched: dict[Key, set[Ref]] = {ref.key: set() for ref in moved if ref.kind == "Gateway"}
        self._attach(routes, touched)
        self._contest(touched)
        return self._new, touched

    def _assemble(self) -> set[Ref]:
        """Put together what changed; answers the Gateways and ListenerSets that routes see
        otherwise than before."""
        moved: set[Ref] = set()
        dirty = self._dirty()
        if not dirty:
            return moved
        self._new.assembled = dict(self._old.assembled)
        self._new.gateways = dict(self._old.gateways)
        sets = self._world.of("listenersets")
        sets_of: dict[Key, dict[Key, Object]] = {}
        for key, obj in sets.items():
            named = named_gateway(key, obj)
            if named in dirty:
                sets_of.setdefault(named, {})[key] = obj
        gateways = self._world.of("gateways")
        for key in dirty:
            before, after = self._old.assembled.get(key), None
            if key in gateways:
                after = assemble(
                    self._world, self._new.grants, key, gateways[key], sets_of.get(key, {})
                )
                after = self._new.assembled[key] = _same_listeners(before, after)
                self._new.gateways[key] = after.gateway
            elif before:
                del self._new.assembled[key], self._new.gateways[key]
            if not _looks_alike(before, after):
                moved.add(Ref("Gateway", *key))
                moved.update(one.ref for end in (before, after) if end for one in end.sets)
        self._place_sets(dirty, moved)
        return moved

    def _dirty(self) -> set[Key]:
        """Gateways that have to be put together again."""
        dirty = {key for key, _, _ in self._changes.get("gateways", ())}
        for key, before, after in self._changes.get("listenersets", ()):
            for obj in (before, after):
                named = named_gateway(key, obj) if obj is not None else None
                dirty.add(named or ("", ""))
        needs = {(kind, key) for kind in _JUDGING for key, _, _ in self._changes.get(kind, ())}
        needs |= {
            ("referencegrants", (key[0], ""))
            for key, _, _ in self._changes.get("referencegrants", ())
        }
        if needs:
            dirty |= {
                key for key, one in self._old.assembled.items() if not needs.isdisjoint(one.needs)
            }
        return dirty

    def _place_sets(self, dirty: set[Key], moved: set[Ref]) -> None:
        """Bring the index of ListenerSets up to date, those without a gateway included."""
        known = self._world.knows("gateways")
        sets: dict[Key, ListenerSet] = {}
        for key, obj in self._world.of("listenersets").items():
            named = named_gateway(key, obj)
            if named is None or named not in self._new.assembled:
                sets[key] = orphan(key, obj, known)
            elif named not in dirty:
                sets[key] = self._old.sets[key]
        for key in dirty & self._new.assembled.keys():
            sets.update((one.ref.key, one) for one in self._new.assembled[key].sets)
        for key in sets.keys() | self._old.sets.keys():
            old, new = self._old.sets.get(key), sets.get(key)
            if old is None or new is None or (old.gateway, old.fault) != (new.gateway, new.fault):
                moved.add(Ref("ListenerSet", *key))
        self._new.sets = sets

    def _parse(self) -> set[Ref]:
        """Read the routes that changed; answers which did."""
        found: set[Ref] = set()
        if self._changes.keys().isdisjoint(ROUTE_KINDS):
            return found
        routes = self._new.routes = dict(self._old.routes)
        asked = self._new.asked = dict(self._old.asked)
        index = self._new.by_target = dict(self._old.by_target)
        own: set[Ref] = set()
        for name in ROUTE_KINDS:
            kind = KINDS[name].kind
            for key, before, after in self._changes.get(name, ()):
                ref = Ref(kind, *key)
                found.add(ref)
                was = targets(routes[ref]) if before is not None else ()
                if after is None:
                    del routes[ref], asked[ref]
                    now: tuple[Ref, ...] = ()
                else:
                    routes[ref] = parsed(kind, after)
                    now = targets(routes[ref])
                if was != now:
                    _reindex(index, own, ref, was, now)
        return found

    def _concerned(self, moved: set[Ref]) -> set[Ref]:
        """Routes that did not change and yet may attach otherwise."""
        found: set[Ref] = set()
        for target in moved:
            found.update(self._new.by_target.get(target, ()))
        if spaces := self._moved_namespaces():
            found.update(ref for ref in self._new.routes if ref.namespace in spaces)
        return found

    def _moved_namespaces(self) -> set[str]:
        """Namespaces whose labels are others now."""
        return {
            key[1]
            for key, _, _ in self._changes.get("namespaces", ())
            if self._before.labels_of(key[1]) != self._world.labels_of(key[1])
        }

    def _attach(self, routes: set[Ref], touched: dict[Key, set[Ref]]) -> None:
        """Ask for the parents of ``routes``, and note the gateways that are concerned."""
        if not routes:
            return
        if self._new.asked is self._old.asked:
            self._new.asked = dict(self._old.asked)
        known = Parents(self._world, self._new.gateways, self._new.sets)
        old, new = self._old.asked, self._new.asked
        moved = self._moved_namespaces()
        for ref in routes:
            route = self._new.routes.get(ref)
            if route is not None:
                same = route is self._old.routes.get(ref) and ref.namespace not in moved
                new[ref] = parents(known, route, old[ref] if same else ())
            for ends in (old.get(ref, ()), new.get(ref, ())):
                for one in ends:
                    if one.gateway:
                        touched.setdefault(one.gateway.key, set()).add(ref)

    def _contest(self, touched: dict[Key, set[Ref]]) -> None:
        """Hold the contests of the gateways that are concerned again."""
        if not touched:
            return
        self._new.lost = dict(self._old.lost)
        for key, routes in touched.items():
            gateway = self._new.gateways.get(key)
            named_by = naming(self._new, key) if gateway else {}
            lost: dict[Ref, tuple[Parent, ...]] = {}
            if gateway and _contested(gateway, named_by):
                named = {ref: self._new.asked[ref] for ref in named_by}
                lost = losers(gateway, named, self._new.routes)
            before = self._new.lost.pop(key, {})
            if lost:
                self._new.lost[key] = lost
            routes.update(before.keys() | lost.keys())


def _contested(gateway: Gateway, refs: Iterable[Ref]) -> bool:
    """Whether routes of a gateway can be in each other's way at all."""
    kinds = {ref.kind for ref in refs}
    if gateway.ngf:
        return not kinds <= {"HTTPRoute", "GRPCRoute"}
    return {"HTTPRoute", "GRPCRoute"} <= kinds


def _reindex(
    index: Index, own: set[Ref], ref: Ref, was: tuple[Ref, ...], now: tuple[Ref, ...]
) -> None:
    """Take ``ref`` from what it named and put it to what it names; ``own`` are copied already."""
    for target in {*was, *now}:
        if target not in own:
            own.add(target)
            index[target] = dict(index.get(target, ()))
        if target in now:
            index[target][ref] = None
        else:
            index[target].pop(ref, None)
            if not index[target]:
                del index[target]
                own.discard(target)


def _same_listeners(before: Assembled | None, after: Assembled) -> Assembled:
    """``after`` with the listeners of ``before`` where they are equal and in the same hands, so
    that who compares them need only look whether they are the same."""
    if before is None or before.gateway.ngf != after.gateway.ngf:
        return after
    old = {one.id: one for one in _all(before)}

    def kept(listeners: tuple[Listener, ...]) -> tuple[Listener, ...]:
        return tuple(
            old[one.id] if one.id in old and old[one.id] == one else one for one in listeners
        )

    after.gateway.listeners = kept(after.gateway.listeners)
    for one in after.sets:
        one.listeners = kept(one.listeners)
    return after


def _all(assembled: Assembled) -> list[Listener]:
    return [*assembled.gateway.listeners, *(x for one in assembled.sets for x in one.listeners)]


def _looks_alike(before: Assembled | None, after: Assembled | None) -> bool:
    """Whether routes see the same: the listeners, who takes them, and by whose ways."""
    if before is None or after is None:
        return before is after
    one, other = before.gateway, after.gateway
    return (
        (one.controller, one.ngf, one.usable, one.settings)
        == (other.controller, other.ngf, other.usable, other.settings)
        and len(_all(before)) == len(_all(after))
        and all(x is y for x, y in zip(_all(before), _all(after), strict=True))
        and [(x.ref, x.fault) for x in before.sets] == [(x.ref, x.fault) for x in after.sets]
    )
