"""Every status of a model, or that of one object."""

from collections.abc import Iterator
from functools import cached_property

from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Key, Ref
from services.gatewayapi.policies.standing import Standing
from services.gatewayapi.statuses import gateways, policies, routes
from services.gatewayapi.statuses.conditions import Condition, Status
from services.kube.catalogue import KINDS

_PLURALS = {kind.kind: name for name, kind in KINDS.items()}
_OTHERS = ("inferencepools", "nginxgateways")


class Statuses:
    """Statuses of one model; what several of them need is worked out once.

    Without ``marks`` the conditions that policies leave on their targets are left out, for which
    every policy would have to be looked at.
    """

    def __init__(
        self, model: Model, standing: Standing | None = None, *, marks: bool = True
    ) -> None:
        self.model = model
        self._given = standing
        self._marks = marks

    @cached_property
    def standing(self) -> Standing:
        """The policies and which of them take effect."""
        return self._given or Standing(self.model)

    @cached_property
    def _affected(self) -> policies.Affected:
        return policies.affected(self.standing)

    def refs(self) -> Iterator[Ref]:
        """Every object that has a status, by kind."""
        model, world = self.model, self.model.world
        yield from (Ref("GatewayClass", *key) for key in world.of("gatewayclasses"))
        yield from (one.ref for one in model.gateways.values())
        yield from (one.ref for one in model.listener_sets.values())
        yield from model.routes
        yield from self.standing.policies
        for name in _OTHERS:
            yield from (Ref(KINDS[name].kind, *key) for key in world.of(name))

    def of(self, ref: Ref) -> Status | None:
        """The status of an object; None for one that is not there or has none."""
        model = self.model
        match ref.kind:
            case "Gateway":
                gateway = model.gateways.get(ref.key)
                return gateways.gateway(model, gateway, self._left_on(ref)) if gateway else None
            case "ListenerSet":
                found = model.listener_sets.get(ref.key)
                return gateways.listener_set(model, found) if found else None
        route = model.routes.get(ref)
        if route is not None:
            return routes.route(model, route, self._left_on(ref))
        policy = self.standing.policies.get(ref)
        if policy is not None:
            if policy.kind.attachment == "filter":
                return policies.filter_status(policy)
            return policies.policy_status(self.standing, policy)
        return self._other(ref)

    def _left_on(self, ref: Ref) -> list[Condition]:
        return self._affected.get(ref, []) if self._marks else []

    def _other(self, ref: Ref) -> Status | None:
        key: Key = ref.key
        obj = self.model.world.of(_PLURALS.get(ref.kind, "")).get(key)
        if obj is None:
            return None
        match ref.kind:
            case "GatewayClass":
                return gateways.gateway_class(self.model, key, obj)
            case "InferencePool":
                return policies.pool_status(self.model, ref, obj)
            case "NginxGateway":
                return policies.settings_status(obj)
        return None


def statuses(model: Model, standing: Standing | None = None) -> dict[Ref, Status]:
    """Every status of a model."""
    every = Statuses(model, standing)
    found = {}
    for ref in every.refs():
        status = every.of(ref)
        if status is not None:
            found[ref] = status
    return found


def status_of(model: Model, ref: Ref) -> Status | None:
    """The status of one object; None for one that is not there or has none."""
    return Statuses(model).of(ref)
