"""Where a request goes: at one gateway, or at whichever takes it; told within somebody's limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.auth.identity import Identity
from services.clusters.fleet import Cluster, Fleet
from services.diagnostics.hops import Hop, Sees, hops
from services.diagnostics.limits import within
from services.errors import NotFound
from services.gatewayapi.matching.answer import Answer
from services.gatewayapi.matching.lookup import Hit, Miss, lookup
from services.gatewayapi.matching.losers import of_route
from services.gatewayapi.matching.request import Request
from services.gatewayapi.matching.simulate import simulate
from services.gatewayapi.matching.tables import covering
from services.gatewayapi.model.gateways import Gateway
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Key, Ref
from services.gatewayapi.models import Models
from services.gatewayapi.policies import documents
from services.gatewayapi.policies.effective import Effective, InEffect
from services.gatewayapi.policies.service import Policies
from services.kube.catalogue import KINDS

ROUTES = {
    KINDS[name].kind: name
    for name in ("httproutes", "grpcroutes", "tlsroutes", "tcproutes", "udproutes")
}
"""The kinds of routes, with their plural names."""

_TAKEN = ("backend", "redirect", "response")
_BEST = (*_TAKEN, "no_route", "tls_refused", "no_listener")
_OWN_PORTS = {"http": 80, "https": 443, "tls": 443}


@dataclass(frozen=True, slots=True)
class Simulated:
    """What becomes of a request at a gateway, as far as somebody may see it.

    ``document`` is the answer as REST tells it, ``hops`` the path for people. ``others`` are what
    it would do at the other gateways, as (place, document), where any gateway was asked about.
    """

    cluster: str
    gateway: Key
    request: Request
    document: dict[str, Any]
    hops: tuple[Hop, ...]
    route: Ref | None
    others: tuple[tuple[Key, dict[str, Any]], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """Whether a match of a rule fits a request, and the first thing that it lost by; ``wins`` where
    it takes it."""

    rule: int
    matched: bool
    reason: str
    wins: bool = False


@dataclass(frozen=True, slots=True)
class RouteSimulated:
    """A request as far as one route is concerned. ``at`` is what becomes of it at the gateway where
    the route comes furthest, None where it names none that may be seen; ``rule`` takes it."""

    at: Simulated | None
    rule: int | None
    rules: tuple[RuleMatch, ...]


class Simulations:
    """Simulates requests on the models of the fleet."""

    def __init__(self, fleet: Fleet, models: Models, policies: Policies) -> None:
        self._fleet = fleet
        self._models = models
        self._policies = policies

    def visible(self, who: Identity, cluster: str) -> Cluster:
        """A cluster within the limits. Raises NotFound."""
        return self._fleet.visible(who, cluster)

    def model(self, cluster: Cluster) -> Model:
        """The model of a cluster as it is now."""
        return self._models.of(cluster)

    def whole(self, who: Identity, cluster: str, gateway: Key, request: Request) -> dict[str, Any]:
        """The answer of a gateway that the person may see, with everything in it, for comparing;
        what of it may be told is `limits.within`. Raises NotFound."""
        member = self._fleet.visible(who, cluster)
        return self._answer(who, member, gateway, request).document()

    def at(self, who: Identity, cluster: str, gateway: Key, request: Request) -> Simulated:
        """What becomes of a request at one gateway. Raises NotFound."""
        member = self._fleet.visible(who, cluster)
        return self._told(
            who, member, gateway, request, self._answer(who, member, gateway, request)
        )

    def anywhere(self, who: Identity, cluster: str, request: Request) -> Simulated:
        """The same at the gateway that takes it, of those that the person may see: at the port
        that the scheme means before others, where a backend answers before others, then by name.
        Raises NotFound where there is none."""
        member = self._fleet.visible(who, cluster)
        model = self._models.of(member)
        places = sorted(key for key in model.gateways if who.may_see(cluster, key[0]))
        if not places:
            raise NotFound(f"There is no Gateway on {cluster}.", cluster=cluster, kind="gateways")
        answers = [(key, simulate(model, key, request)) for key in _meant(model, places, request)]
        best = min(answers, key=lambda one: _rank(model.gateways[one[0]], one[1], request))
        others = tuple(
            (key, within(one.document(), _seeing(who, cluster)))
            for key, one in answers
            if key != best[0] and one.outcome in _TAKEN
        )
        return self._told(who, member, best[0], request, best[1], others)

    def for_route(
        self, who: Identity, cluster: str, route: Ref, request: Request
    ) -> tuple[Simulated, ...]:
        """The same at each gateway that a route names and the person may see, those first where
        the route takes it. Raises NotFound for a route that is not there."""
        member = self._fleet.visible(who, cluster)
        model = self._models.of(member)
        if not who.may_see(cluster, route.namespace) or route not in model.routes:
            place = f"{route.namespace}/{route.name}"
            raise NotFound(f"{route.kind} {place} does not exist on {cluster}.", kind=route.kind)
        keys = dict.fromkeys(
            one.gateway.key
            for one in model.parents(route)
            if one.gateway and who.may_see(cluster, one.gateway.namespace)
        )
        found = [self.at(who, cluster, key, request) for key in keys]
        return tuple(sorted(found, key=lambda one: one.route != route))

    def of_route(self, who: Identity, cluster: str, route: Ref, request: Request) -> RouteSimulated:
        """Whether a route takes a request, rule by rule, at the gateway where it comes furthest.
        Raises NotFound for a route that is not there."""
        found = self.for_route(who, cluster, route, request)
        model = self._models.of(self._fleet.visible(who, cluster))
        rules = model.routes[route].rules
        best = found[0] if found else None
        if best is None or not any(
            one.attached and one.listener.gateway.key == best.gateway
            for parent in model.parents(route)
            for one in parent.attachments
        ):
            why = _unattached(model, route, who, cluster)
            return RouteSimulated(
                best, None, tuple(RuleMatch(one.index, False, why) for one in rules)
            )
        by_rule: dict[int, RuleMatch] = {}
        for candidate, fits in of_route(model, best.gateway, request, route):
            rule = candidate.rule if candidate.rule is not None else 0
            text = candidate.lost.text
            one = RuleMatch(rule, fits, text or "All of its conditions are met, and it takes it.")
            held = by_rule.get(rule)
            if held is None or (not text, one.matched) > (held.wins, held.matched):
                by_rule[rule] = RuleMatch(one.rule, one.matched, one.reason, not text)
        won = best.document["rule"] if best.route == route else None
        return RouteSimulated(best, won, tuple(by_rule[rule] for rule in sorted(by_rule)))

    def _answer(self, who: Identity, member: Cluster, gateway: Key, request: Request) -> Answer:
        model = self._models.of(member)
        if gateway not in model.gateways or not who.may_see(member.name, gateway[0]):
            place = "/".join(gateway)
            raise NotFound(f"Gateway {place} does not exist on {member.name}.", kind="gateways")
        return simulate(model, gateway, request)

    def _told(
        self,
        who: Identity,
        member: Cluster,
        gateway: Key,
        request: Request,
        answer: Answer,
        others: tuple[tuple[Key, dict[str, Any]], ...] = (),
    ) -> Simulated:
        model, sees = self._models.of(member), _seeing(who, member.name)
        found = model.gateways[gateway]
        policies = self._in_effect(member, found.ref, answer)
        document = within(answer.document(), sees)
        told = answer.route is None or sees(answer.route.namespace)
        document["policies"] = [
            documents.entry(one, sees) for one in policies if told and sees(one.policy.namespace)
        ]
        return Simulated(
            member.name,
            gateway,
            request,
            document,
            hops(model, found, answer, policies, sees),
            answer.route if told else None,
            others,
        )

    def _in_effect(self, member: Cluster, gateway: Ref, answer: Answer) -> Sequence[InEffect]:
        if answer.route is None or answer.rule is None:
            return ()
        backends = [one.ref for one in (*answer.backends, *answer.unavailable)]
        standing = self._policies.standing(member)
        return Effective(standing).along(answer.route, answer.rule, gateway, backends)


def _meant(model: Model, places: Sequence[Key], request: Request) -> Sequence[Key]:
    """Those of the gateways that do something with a request, or all where none does: why each of
    many others does nothing is not worth the time."""
    found = [key for key in places if _takes(lookup(model, key, request))]
    return found or places


def _takes(found: Hit | Miss) -> bool:
    return isinstance(found, Hit) or found.refusal.outcome in _TAKEN


def _rank(gateway: Gateway, answer: Answer, request: Request) -> tuple[bool, bool, int, bool]:
    """How little a gateway does with a request; of those that refuse it, the one that knows its
    host comes first."""
    meant = request.port or request.host_port or _OWN_PORTS.get(answer.scheme, answer.port)
    host = request.sni or request.hostname
    knows = any(one.hostname in covering(host) for one in gateway.listeners) if host else False
    taken = answer.outcome in _TAKEN
    return not taken, taken and answer.port != meant, _BEST.index(answer.outcome), not knows


def _unattached(model: Model, route: Ref, who: Identity, cluster: str) -> str:
    faults = [
        one.fault.message
        for one in model.parents(route)
        if one.fault and who.may_see(cluster, one.target.namespace)
    ]
    return (
        f"It is attached to no gateway: {faults[0]}" if faults else "It is attached to no gateway."
    )


def _seeing(who: Identity, cluster: str) -> Sees:
    return lambda namespace: who.may_see(cluster, namespace or None)


def echo(request: Request) -> Mapping[str, Any]:
    """A request as it was understood, in the form in which it is asked."""
    made: dict[str, Any] = {
        "method": request.method,
        "scheme": request.scheme,
        "host": request.host,
        "port": request.port,
        "path": request.path,
        "headers": [list(pair) for pair in request.headers],
        "sni": request.sni,
    }
    if request.grpc:
        made["grpc"] = dict(zip(("service", "method"), request.grpc, strict=True))
    return made
