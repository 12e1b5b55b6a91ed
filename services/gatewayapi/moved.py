"""Requests that go elsewhere in one model than in another."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from services.gatewayapi.examples import Example, examples
from services.gatewayapi.matching.answer import Answer
from services.gatewayapi.matching.simulate import outcome
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Key, Ref
from services.gatewayapi.model.users import refers_to
from services.kube.catalogue import KINDS

MOST = 400
"""Requests that are tried: those of the first routes that a change touches."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A request whose answer is another; None where a model has no such gateway."""

    gateway: Key
    example: Example
    before: Answer | None
    after: Answer | None


@dataclass(frozen=True, slots=True)
class Movement:
    """What was tried, and what of it goes elsewhere. ``whole`` is False where more requests would
    have to be tried to be sure; ``routes`` are those that the change touches."""

    moved: tuple[Moved, ...]
    tried: int
    whole: bool
    routes: tuple[Ref, ...]


def movement(before: Model, after: Model, changed: Iterable[Ref]) -> Movement:
    """Which requests go elsewhere because of objects that are other in ``after``.

    Tried are the examples of every route that is one of ``changed``, names one of them or attaches
    otherwise than before, by both models.
    """
    routes = tuple(_touched(before, after, changed))
    several = (
        example for ref in routes for model in (before, after) for example in examples(model, ref)
    )
    distinct = _distinct(several)
    tried = list(islice(distinct, MOST))
    moved = []
    for example in tried:
        was, now = _answer(before, example), _answer(after, example)
        if way(was) != way(now):
            moved.append(Moved(example.gateway, example, was, now))
    return Movement(tuple(moved), len(tried), next(distinct, None) is None, routes)


def _distinct(several: Iterator[Example]) -> Iterator[Example]:
    seen = set()
    for one in several:
        if one not in seen:
            seen.add(one)
            yield one


def _touched(before: Model, after: Model, changed: Iterable[Ref]) -> Iterator[Ref]:
    """Routes that a change may concern, those that changed themselves first."""
    found: dict[Ref, None] = {}
    others: list[Ref] = []
    for ref in changed:
        if ref in before.routes or ref in after.routes:
            found[ref] = None
        else:
            others.append(ref)
    yield from found
    for ref in others:
        for one in _concerned(before, after, ref):
            if one not in found:
                found[one] = None
                yield one


def _concerned(before: Model, after: Model, ref: Ref) -> Iterator[Ref]:
    """Routes that get requests through an object, or send them to it."""
    if ref.kind in ("Gateway", "ListenerSet"):
        for model in (before, after):
            owner = model.listener_sets.get(ref.key) if ref.kind == "ListenerSet" else None
            gateway = owner.gateway.key if owner and owner.gateway else ref.key
            yield from model.routes_of(gateway)
    elif ref.kind in ("GatewayClass", "Namespace", "ReferenceGrant"):
        # These name nobody: whoever they concern attaches or resolves otherwise than before.
        for route in after.routes:
            if before.parents(route) != after.parents(route) or _resolves(before, after, route):
                yield route
    elif ref.kind == "BackendTLSPolicy":
        for model in (before, after):
            policy = model.world.of("backendtlspolicies").get(ref.key)
            for target in refers_to("backendtlspolicies", ref.key, policy) if policy else ():
                yield from (one for one in model.users(target) if one.kind in _ROUTES)
    else:
        for model in (before, after):
            for user in model.users(ref):
                if user.kind in _ROUTES:
                    yield user
                elif user != ref:
                    yield from _concerned(before, after, user)


_ROUTES = frozenset(
    KINDS[name].kind for name in ("httproutes", "grpcroutes", "tlsroutes", "tcproutes", "udproutes")
)


def _resolves(before: Model, after: Model, ref: Ref) -> bool:
    """Whether a backend of a route is worth something else than before."""
    if ref not in before.routes:
        return True
    return any(
        before.backend(ref, one) != after.backend(ref, one)
        for rule in after.routes[ref].rules
        for one in rule.backends
    )


def _answer(model: Model, example: Example) -> Answer | None:
    if example.gateway not in model.gateways:
        return None
    return outcome(model, example.gateway, example.request)


def way(answer: Answer | None) -> Any:
    """What of an answer tells where a request goes."""
    if answer is None:
        return None
    return (
        answer.outcome,
        answer.status,
        answer.redirect,
        answer.route if not answer.backends else None,
        tuple(replace(one, ready=None, total=None) for one in answer.backends),
        answer.mirrors,
        answer.response_headers,
        answer.request,
    )
