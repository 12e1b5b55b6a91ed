"""The model: one world compiled, every question of the Gateway API answered from it.

A model is never changed. When the world changes, `Model.following` makes the next one out of what
the change touches and takes over the rest, so that it costs what the change costs. It equals what
`Model.build` makes of the same world.

::

      world ──► gateways, ListenerSets ──► what each parentRef of a route gets ──► contests
                (assembly, conflicts)       (attaching)                           (contests)

Backends and users are worked out when somebody asks: Services and EndpointSlices change often, and
nothing of what is compiled depends on them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.gatewayapi.matching.tables import Tables
from services.gatewayapi.model.attachment import Attachment, Parent
from services.gatewayapi.model.backend_tls import BackendTLS
from services.gatewayapi.model.backends import Backend, resolve
from services.gatewayapi.model.carrying import carried
from services.gatewayapi.model.changes import Changed, between
from services.gatewayapi.model.compiled import Compiled, attached, final, naming
from services.gatewayapi.model.endpoints import Slices
from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.gateways import Gateway, ListenerSet
from services.gatewayapi.model.grants import Grants
from services.gatewayapi.model.names import Key, Ref
from services.gatewayapi.model.reading import READ
from services.gatewayapi.model.routes import BackendRef, Route
from services.gatewayapi.model.step import Step
from services.gatewayapi.model.users import Users
from services.gatewayapi.model.world import World
from services.kube.streaming import collector_paused


@dataclass(slots=True)
class _Remembered:
    """Answers that were asked for, kept while they hold. Two threads may work out the same."""

    slices: Slices | None = None
    users: Users | None = None
    backend_tls: BackendTLS | None = None
    attached: dict[Key, list[Attachment]] = field(default_factory=dict)
    refused: dict[Key, list[tuple[Ref, Fault]]] = field(default_factory=dict)
    tables: dict[Key, Tables] = field(default_factory=dict)


class Model:
    """One world, compiled; see the module. Safe to read from any thread."""

    def __init__(self, world: World, compiled: Compiled, remembered: _Remembered) -> None:
        self.world = world
        self._compiled = compiled
        self._remembered = remembered

    @classmethod
    def build(cls, world: World) -> "Model":
        """The model of ``world`` from scratch."""
        empty = World({}, world.unread, world.absent, world.assumed)
        grants = Grants({}, world.knows("referencegrants"))
        nothing = Compiled(grants, {}, {}, {}, {}, {}, {}, {})
        return cls(empty, nothing, _Remembered()).following(world)

    def following(self, world: World) -> "Model":
        """The model of ``world``, made from this one: only what the differences touch is new."""
        if world is self.world:
            return self
        before = self.world
        if (before.unread, before.absent, before.assumed) != (
            world.unread,
            world.absent,
            world.assumed,
        ):
            return Model.build(world)
        changes = between(before, world, READ)
        if not changes:
            return Model(world, self._compiled, self._remembered)
        with collector_paused():
            compiled, touched = Step(self._compiled, before, world, changes).taken()
            return Model(world, compiled, self._kept(changes, compiled, touched))

    def _kept(
        self, changes: dict[str, list[Changed]], compiled: Compiled, touched: dict[Key, set[Ref]]
    ) -> _Remembered:
        old = self._remembered
        slices, users, backend_tls = old.slices, old.users, old.backend_tls
        if slices and "endpointslices" in changes:
            slices = slices.following(changes["endpointslices"])
        if users:
            users = users.following(
                (kind, *change) for kind, ones in changes.items() for change in ones
            )
        if backend_tls:
            backend_tls = backend_tls.following(changes)
        attached = {key: found for key, found in old.attached.items() if key not in touched}
        refused = {key: found for key, found in old.refused.items() if key not in touched}
        tables = {
            key: carried(found, key, self._compiled, compiled, touched.get(key, ()))
            for key, found in old.tables.items()
            if key in compiled.gateways
        }
        return _Remembered(slices, users, backend_tls, attached, refused, tables)

    @property
    def gateways(self) -> Mapping[Key, Gateway]:
        """Every Gateway, of whatever class."""
        return self._compiled.gateways

    @property
    def listener_sets(self) -> Mapping[Key, ListenerSet]:
        """Every ListenerSet, accepted or not."""
        return self._compiled.sets

    @property
    def routes(self) -> Mapping[Ref, Route]:
        """Every route of the five kinds."""
        return self._compiled.routes

    @property
    def grants(self) -> Grants:
        """The ReferenceGrants."""
        return self._compiled.grants

    @property
    def slices(self) -> Slices:
        """The EndpointSlices by Service."""
        if self._remembered.slices is None:
            self._remembered.slices = Slices(self.world.of("endpointslices"))
        return self._remembered.slices

    @property
    def backend_tls(self) -> BackendTLS:
        """The BackendTLSPolicies by Service."""
        if self._remembered.backend_tls is None:
            self._remembered.backend_tls = BackendTLS.of(self.world)
        return self._remembered.backend_tls

    def parents(self, route: Ref) -> tuple[Parent, ...]:
        """Each parentRef of a route, with where it attached and why not elsewhere; () for a route
        that is not there."""
        return final(self._compiled, route)

    def gateways_of(self, route: Ref) -> Sequence[Gateway]:
        """The gateways that a route's parentRefs lead to, each once, whether or not it attached."""
        keys = dict.fromkeys(
            one.gateway.key for one in self._compiled.asked.get(route, ()) if one.gateway
        )
        return [self.gateways[key] for key in keys]

    def routes_of(self, gateway: Key) -> Sequence[Ref]:
        """Every route that names a gateway or a ListenerSet that names it, taken or not; sorted."""
        return sorted(naming(self._compiled, gateway))

    def attached(self, gateway: Key) -> Sequence[Attachment]:
        """The attachments that listeners of a gateway took, older routes first; of each route and
        listener one. Also those of listeners that are not ``usable``, as a controller counts."""
        known = self._remembered.attached
        if gateway not in known:
            known[gateway] = list(attached(self._compiled, gateway))
        return known[gateway]

    def refused(self, gateway: Key) -> Sequence[tuple[Ref, Fault]]:
        """The routes of `routes_of` of which a parentRef that leads here does not attach, each with
        the first fault of one."""
        known = self._remembered.refused
        if gateway not in known:
            known[gateway] = [
                (ref, fault)
                for ref in self.routes_of(gateway)
                if (fault := _first_fault(self.parents(ref), gateway)) is not None
            ]
        return known[gateway]

    def tables(self, gateway: Key) -> Tables:
        """The compiled matches of a gateway's attachments; empty for one that is not there."""
        known = self._remembered.tables
        if gateway not in known:
            with collector_paused():
                known[gateway] = Tables.of(self.attached(gateway), self.routes)
        return known[gateway]

    def backend(self, route: Ref, spec: BackendRef, by_ngf: bool | None = None) -> Backend:
        """What a backendRef of a route is worth, to gateways of NGF or to others; ``by_ngf`` None
        for whichever it names. Raises KeyError for a route that is not there."""
        return resolve(self, self.routes[route], spec, by_ngf)

    def users(self, ref: Ref) -> Sequence[Ref]:
        """Every object that refers to ``ref``, which need not exist; sorted."""
        if self._remembered.users is None:
            with collector_paused():
                self._remembered.users = Users(self.world)
        return self._remembered.users.of(ref)


def _first_fault(parents: Sequence[Parent], gateway: Key) -> Fault | None:
    return next(
        (
            one.fault
            for one in parents
            if one.fault is not None and one.gateway is not None and one.gateway.key == gateway
        ),
        None,
    )
