"""Who of a rule's backends gets which share of the requests, and what filters of a backendRef make
of its share (HTTPRouteRule.backendRefs, HTTPBackendRef.filters)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from services.gatewayapi.matching.answer import Share
from services.gatewayapi.matching.filters import Asked, Result, run
from services.gatewayapi.model.routes import BackendRef, Route, Rule

if TYPE_CHECKING:
    from services.gatewayapi.model.model import Model


@dataclass(frozen=True, slots=True)
class Shared:
    """``able`` are the backends that get requests, ``broken`` those that get none. ``ended`` is
    what filters made of the shares that they keep from their backends, ``single`` what those of the
    only backendRef of a rule make of every request."""

    able: tuple[Share, ...]
    broken: tuple[Share, ...]
    ended: tuple[Result, ...] = ()
    single: Result | None = None

    @property
    def status(self) -> int | None:
        """What clients get whose share goes to no backend: an error before anything else."""
        statuses = [one.status for one in self.broken if one.status is not None]
        return next((one for one in statuses if one >= 400), next(iter(statuses), None))


def shares(model: "Model", route: Route, rule: Rule, ngf: bool) -> Shared:
    """The backends of a rule, whatever filters they have."""
    found = [_share(model, route, ref, rule, ngf) for ref in rule.backends]
    return Shared(
        tuple(one for one in found if not one.why), tuple(one for one in found if one.why)
    )


def filtered(asked: Asked, result: Result) -> Shared:
    """The backends of a rule, each with what its own filters do to a request that those of the rule
    made ``result`` of. Where they answer themselves, the backend does not get its share."""
    rule = asked.rule
    plain = shares(asked.model, asked.route, rule, asked.ngf)
    if asked.ngf or not any(ref.filtered for ref in rule.backends):
        return plain
    able: list[Share] = []
    broken: list[Share] = []
    ended: list[Result] = []
    single: Result | None = None
    for ref, spec in zip(rule.backends, rule.obj["backendRefs"], strict=True):
        share = _share(asked.model, asked.route, ref, rule, asked.ngf)
        if share.why:
            broken.append(share)
            continue
        own = run(
            asked,
            spec.get("filters") if isinstance(spec, Mapping) else (),
            result.request,
            ref.field,
        )
        own.response = result.response.then(own.response)
        if len(rule.backends) == 1:
            single = own
        if own.own is None and own.redirect is None:
            able.append(
                replace(
                    share,
                    request=own.request,
                    response_headers=own.response,
                    mirrors=tuple(own.mirrors),
                )
            )
            continue
        ended.append(own)
        if own.own is not None:
            broken.append(replace(share, status=own.own.status, why=own.own.reason.text))
        elif own.redirect is not None:
            why = f"Its filter redirects to {own.redirect.location}."
            broken.append(replace(share, status=own.redirect.status, why=why))
    return Shared(tuple(able), tuple(broken), tuple(ended), single)


def _share(model: "Model", route: Route, ref: BackendRef, rule: Rule, ngf: bool) -> Share:
    found = model.backend(route.ref, ref, ngf)
    total = sum(one.weight for one in rule.backends)
    part = ref.weight / total if total else 0.0
    share = Share(ref.ref, ref.port, ref.weight, part, found.ready, found.total)
    if ref.weight == 0:
        return replace(share, why="Its weight is 0.")
    if found.fault is not None:
        return replace(share, status=found.status, why=found.fault.message)
    if not found.answers:
        return replace(share, status=found.status, why=f"{ref.ref} has no ready endpoint.")
    return share
