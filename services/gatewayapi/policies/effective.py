"""What is in effect for an object or a request: which policies apply, and per setting which won.

Settings come from far to near: NginxProxy of the class, NginxProxy of the gateway, policies on the
gateway, policies on the route, filters of the rule; beside them those of the Services that requests
go to. Of an inherited kind the nearest one that sets a field wins that field. A policy that was
refused (`standing`) is told with its reason and wins nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.gatewayapi.model.gateways import Gateway
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Object, Ref
from services.gatewayapi.policies import settings
from services.gatewayapi.policies.kinds import ALL, BY_KIND, ROUTES, PolicyKind
from services.gatewayapi.policies.reading import Policy, Refusal
from services.gatewayapi.policies.standing import Standing

NEARER = "set nearer to the request"
INHERITANCE = "NGF, inherited policies: a route's value wins over the gateway's, field by field"


@dataclass(frozen=True, slots=True)
class Setting:
    """One field that a policy sets. ``overridden_by`` is the policy whose value counts instead,
    None where this one does or the policy is refused; ``because`` says why, in a sentence."""

    path: str
    value: Any
    overridden_by: Ref | None = None
    because: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class InEffect:
    """One policy, filter or NginxProxy that applies to the object in question.

    ``target`` is what it hangs on. ``inherited_from`` is that too where it is not the object
    itself. ``gateway`` is the gateway by way of which it applies, None where it is the same by all
    ways; ``rule`` the rule of a filter. ``refused`` says why it has no effect after all.
    ``settings`` are its fields, ``conditions`` what controllers say of it, verbatim.
    """

    policy: Ref
    kind: str
    target: Ref
    section: str = ""
    inherited_from: Ref | None = None
    gateway: Ref | None = None
    rule: int | None = None
    refused: Refusal | None = None
    settings: tuple[Setting, ...] = ()
    conditions: tuple[Object, ...] = field(default=())

    @property
    def works(self) -> bool:
        """Whether any of its settings counts."""
        return self.refused is None and any(not one.overridden_by for one in self.settings)


@dataclass(frozen=True, slots=True)
class Level:
    """What hangs on one object on the way of a request: policies in order of precedence."""

    on: Ref
    section: str
    policies: Sequence[Policy]


def effective(model: Model, ref: Ref, section: str = "") -> tuple[InEffect, ...]:
    """What is in effect for an object.

    ``ref`` is a GatewayClass, Gateway, HTTPRoute, GRPCRoute or Service; for others nothing applies.
    ``section`` is a listener of a Gateway, a port (by name) of a Service, the name or number of a
    rule of a route. Objects that are not in the model have what targets them nonetheless.
    """
    return Effective(Standing(model)).of(ref, section)


def effective_for(
    model: Model,
    route: Ref,
    rule: int | None = None,
    gateway: Ref | None = None,
    backends: Iterable[Ref] = (),
) -> tuple[InEffect, ...]:
    """What is in effect for requests that a rule of ``route`` takes, from ``gateway`` (all that
    take it where none is given) to ``backends``."""
    return Effective(Standing(model)).along(route, rule, gateway, backends)


class Effective:
    """Answers from one standing; make it once for several questions to one model."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self._world = standing.model.world

    def of(self, ref: Ref, section: str = "") -> tuple[InEffect, ...]:
        """See `effective`."""
        match ref.kind:
            case "GatewayClass":
                layer = settings.of_class(self._world, ref.name)
                return _proxies([layer] if layer else [], ref, None)
            case "Gateway":
                return self._gateway(ref, section)
            case "HTTPRoute" | "GRPCRoute":
                return self.along(ref, self._rule(ref, section))
            case "Service":
                return self._service(ref, section)
        return ()

    def along(
        self,
        route: Ref,
        rule: int | None = None,
        gateway: Ref | None = None,
        backends: Iterable[Ref] = (),
    ) -> tuple[InEffect, ...]:
        """See `effective_for`."""
        taken = self.standing.gateways_of(route)
        chosen = [one for one in taken if gateway in (None, one.ref)]
        found: list[InEffect] = []
        for one in chosen:
            found += _proxies(settings.layers(self._world, one.obj), route, one.ref)
        for kind in ALL:
            if kind.attachment != "filter":
                found += self._inherited(kind, route, chosen)
        found += self._filters(route, rule)
        for backend in dict.fromkeys(backends):
            found += [_from(one, backend) for one in self._service(backend, "")]
        return tuple(found)

    def _gateway(self, ref: Ref, section: str) -> tuple[InEffect, ...]:
        obj = self._world.of("gateways").get(ref.key)
        found = list(_proxies(settings.layers(self._world, obj), ref, None)) if obj else []
        for kind in ALL:
            levels = [self._level(kind, ref, "")]
            if section:
                levels.append(self._level(kind, ref, section))
            found += _resolved(kind, levels, ref, None)
        return tuple(found)

    def _service(self, ref: Ref, section: str) -> tuple[InEffect, ...]:
        found: list[InEffect] = []
        for kind in ALL:
            whole = self._level(kind, ref, "")
            sections = {
                target.section
                for one in self.standing.on(ref, kind)
                for target in one.targets
                if target.ref == ref and target.section
            }
            if section:
                found += _resolved(kind, [whole, self._level(kind, ref, section)], ref, None)
                continue
            found += _resolved(kind, [whole], ref, None)
            for name in sorted(sections):
                found += _resolved(kind, [self._level(kind, ref, name)], ref, None)
        return tuple(found)

    def _inherited(
        self, kind: PolicyKind, route: Ref, gateways: Sequence[Gateway]
    ) -> list[InEffect]:
        near = self._level(kind, route, "")
        if kind.attachment == "direct" and "Gateway" in kind.targets:
            return [
                entry
                for one in gateways
                for entry in _resolved(kind, [self._level(kind, one.ref, "")], route, one.ref)
            ]
        if kind.attachment != "inherited" or not gateways:
            return _resolved(kind, [near], route, None)
        found: list[InEffect] = []
        for one in gateways:
            ways = _resolved(kind, [self._level(kind, one.ref, ""), near], route, one.ref)
            found += [entry for entry in ways if entry.target != route]
        return found + _resolved(kind, [near], route, None)

    def _level(self, kind: PolicyKind, ref: Ref, section: str) -> Level:
        there = [
            one
            for one in self.standing.on(ref, kind)
            if any((t.ref, t.section) == (ref, section) for t in one.targets)
        ]
        return Level(ref, section, there)

    def _filters(self, route: Ref, rule: int | None) -> list[InEffect]:
        parsed = self.standing.model.routes.get(route)
        found = []
        for one in parsed.rules if parsed else ():
            if rule not in (None, one.index):
                continue
            for name in one.obj.get("filters") or ():
                ref = name.get("extensionRef") or {}
                kind = BY_KIND.get(str(ref.get("kind")))
                if kind is None or kind.attachment != "filter":
                    continue
                key = Ref(kind.kind, route.namespace, str(ref.get("name", "")))
                policy = self.standing.policies.get(key)
                if policy is None:
                    continue
                made = tuple(Setting(path, value) for path, value in policy.values.items())
                found.append(
                    InEffect(
                        key,
                        kind.kind,
                        route,
                        rule=one.index,
                        settings=made,
                        conditions=conditions(policy.obj),
                    )
                )
        return found

    def _rule(self, route: Ref, section: str) -> int | None:
        parsed = self.standing.model.routes.get(route)
        for one in parsed.rules if parsed and section else ():
            if section in (one.name, str(one.index)):
                return one.index
        return None


def conditions(obj: Object) -> tuple[Object, ...]:
    """What controllers say of a policy: conditions of all ancestors, each with its ``ancestor``
    and ``controller``."""
    status = obj.get("status") or {}
    told = []
    for one in (*(status.get("ancestors") or ()), *(status.get("controllers") or ())):
        place = {
            "ancestor": one.get("ancestorRef") or {},
            "controller": one.get("controllerName", ""),
        }
        told += [{**said, **place} for said in one.get("conditions") or ()]
    return tuple(told)


def _resolved(
    kind: PolicyKind, levels: Sequence[Level], asked: Ref, gateway: Ref | None
) -> list[InEffect]:
    """Entries of one kind; ``levels`` from far to near."""
    winners: dict[str, tuple[Policy, int]] = {}
    for depth, level in enumerate(levels):
        for policy in level.policies:
            if policy.refused_on(level.on, level.section):
                continue
            for path, value in policy.values.items():
                silent = path in kind.only_on and value is False
                there = winners.get(path)
                if not silent and (there is None or there[1] < depth):
                    winners[path] = (policy, depth)
    found = []
    for depth, level in enumerate(levels):
        for policy in level.policies:
            refused = policy.refused_on(level.on, level.section)
            found.append(
                InEffect(
                    policy.ref,
                    kind.kind,
                    level.on,
                    section=level.section,
                    inherited_from=None if level.on == asked else level.on,
                    gateway=gateway,
                    refused=refused,
                    settings=tuple(_settings(policy, level, depth, winners, refused, kind)),
                    conditions=conditions(policy.obj),
                )
            )
    return found


def _settings(
    policy: Policy,
    level: Level,
    depth: int,
    winners: Mapping[str, tuple[Policy, int]],
    refused: Refusal | None,
    kind: PolicyKind,
) -> Iterable[Setting]:
    for path, value in policy.values.items():
        winner = winners.get(path)
        if (
            refused
            or winner is None
            or winner[0] is policy
            or (winner[1] == depth and path in kind.gathered)
        ):
            yield Setting(path, value)
        elif winner[1] == depth and kind.meeting == "never":
            yield Setting(path, value, winner[0].ref, "An older policy sets it too.", kind.source)
        elif winner[1] < depth:
            said = (
                f"NGF writes no directive for {path} false, so what {level.on.kind}s inherit stays."
            )
            yield Setting(path, value, winner[0].ref, said, kind.source)
        else:
            what = "port" if level.on.kind == "Service" else "route"
            said = f"It is {NEARER}, on the {what}."
            yield Setting(path, value, winner[0].ref, said, INHERITANCE)


def _proxies(
    layers: Sequence[settings.Layer], asked: Ref, gateway: Ref | None
) -> tuple[InEffect, ...]:
    found = []
    for depth, layer in enumerate(layers):
        below = layers[depth + 1] if depth + 1 < len(layers) else None
        made = []
        for path, value in layer.values.items():
            winner, because = None, ""
            if below and path in below.values:
                winner, because = below.proxy, "The gateway's own NginxProxy sets it."
            elif below and (other := settings.excluded(path, below)):
                winner = below.proxy
                because = f"The gateway's own NginxProxy sets {other}, which excludes it."
            made.append(Setting(path, value, winner, because, settings.SOURCE if winner else ""))
        found.append(
            InEffect(
                layer.proxy,
                "NginxProxy",
                layer.holder,
                inherited_from=None if layer.holder == asked else layer.holder,
                gateway=gateway,
                settings=tuple(made),
            )
        )
    return tuple(found)


def _from(entry: InEffect, backend: Ref) -> InEffect:
    """An entry of a backend, as one that a request meets on its way."""
    return InEffect(
        entry.policy,
        entry.kind,
        entry.target,
        section=entry.section,
        inherited_from=backend,
        refused=entry.refused,
        settings=entry.settings,
        conditions=entry.conditions,
    )


APPLIES_TO = ("GatewayClass", "Gateway", *ROUTES, "Service")
"""Kinds of objects that `effective` can be asked about."""
