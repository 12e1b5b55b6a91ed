"""Gathers the issues of a model, of all objects or of some."""

from collections.abc import Iterable, Iterator
from functools import cached_property

from services.certificates.findings import findings
from services.gatewayapi.issue import Issue
from services.gatewayapi.issues import others, routes
from services.gatewayapi.issues.shadowing import Shadowing
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.reading import READ
from services.gatewayapi.policies.standing import Standing
from services.gatewayapi.statuses.computed import Statuses
from services.kube.catalogue import KINDS

_SEVERITIES = ("error", "warning", "note")
_PLURALS = {KINDS[name].kind: name for name in READ if name in KINDS}


class Issues:
    """The issues of one model; what several objects need is worked out once."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def of(self, refs: Iterable[Ref]) -> list[Issue]:
        """The issues of some objects, worst first, without those of certificates."""
        wanted = dict.fromkeys(refs)
        found = [issue for ref in wanted for issue in self._own(ref)]
        if any(ref in self.standing.policies for ref in wanted):
            found += [one for one in self._policies if one.ref in wanted]
        return _sorted(found)

    def every(self) -> list[Issue]:
        """All issues, worst first."""
        model = self.model
        refs: list[Ref] = [one.ref for one in model.gateways.values()]
        refs += [one.ref for one in model.listener_sets.values()]
        refs += list(model.routes)
        for name in _PLURALS.values():
            refs += [Ref(KINDS[name].kind, *key) for key in model.world.of(name)]
        found = [issue for ref in dict.fromkeys(refs) for issue in self._own(ref)]
        return _sorted([*found, *self._policies, *self.certificates])

    @cached_property
    def standing(self) -> Standing:
        """The policies and which of them take effect."""
        return Standing(self.model)

    @cached_property
    def certificates(self) -> tuple[Issue, ...]:
        """The issues of certificates; they hang on the time too."""
        return findings(self.model)

    @cached_property
    def shadowing(self) -> Shadowing:
        """Which routes shadow each other."""
        return Shadowing(self.model)

    @cached_property
    def _policies(self) -> list[Issue]:
        return list(others.policies(self.standing))

    @cached_property
    def _statuses(self) -> Statuses:
        return Statuses(self.model, self.standing)

    def _own(self, ref: Ref) -> Iterator[Issue]:
        model = self.model
        match ref.kind:
            case "Gateway":
                yield from others.gateway(model, ref)
            case "GatewayClass":
                yield from others.gateway_class(model, ref)
            case "ListenerSet":
                yield from others.listener_set(model, ref)
            case "InferencePool":
                yield from others.pool(model, ref, self._statuses)
            case _ if ref in model.routes:
                yield from routes.issues(model, ref)
                yield from self.shadowing.of(ref)
        obj = model.world.of(_PLURALS.get(ref.kind, "")).get(ref.key)
        if obj is not None and obj.get("status"):
            yield from others.stale(ref, obj)


def issues(model: Model) -> tuple[Issue, ...]:
    """Every issue of a model, worst first."""
    return tuple(Issues(model).every())


def issues_of(model: Model, ref: Ref) -> tuple[Issue, ...]:
    """The issues of one object, worst first, those of certificates that concern it included."""
    every = Issues(model)
    found = every.of([ref])
    return tuple(_sorted([*found, *(one for one in every.certificates if one.ref == ref)]))


def _sorted(found: Iterable[Issue]) -> list[Issue]:
    """Each once (two certificates may say the same of a route), errors before notes."""
    each = {(one.key, one.message): one for one in found}
    return sorted(
        each.values(),
        key=lambda one: (_SEVERITIES.index(one.severity), one.ref, one.field, one.reason),
    )
