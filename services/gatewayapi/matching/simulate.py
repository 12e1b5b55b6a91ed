"""What becomes of a request at a gateway: its whole way, and why no other match took it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from services.gatewayapi import ways
from services.gatewayapi.matching import losers
from services.gatewayapi.matching.answer import Answer, Forwarded, Hop
from services.gatewayapi.matching.arrival import Arrival, Outcome, Reason
from services.gatewayapi.matching.filters import Asked, Result, run
from services.gatewayapi.matching.headers import UNCHANGED, applied
from services.gatewayapi.matching.lookup import Hit, Miss, Seen, completes, lookup
from services.gatewayapi.matching.notes import notes_of
from services.gatewayapi.matching.paths import split
from services.gatewayapi.matching.redirects import Redirect, url
from services.gatewayapi.matching.request import Request
from services.gatewayapi.matching.sharing import filtered, shares
from services.gatewayapi.model.gateways import Gateway
from services.gatewayapi.model.names import Key
from services.gatewayapi.model.routes import Route, Rule

if TYPE_CHECKING:
    from services.gatewayapi.model.model import Model

_WEB = ("HTTPRoute", "GRPCRoute")
_GRPC_STATUS = {
    400: "INTERNAL",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "UNIMPLEMENTED",
    421: "UNKNOWN",
}


def simulate(model: "Model", gateway: Key, request: Request) -> Answer:
    """What becomes of a request at a gateway, and why no other match took it.

    Raises:
        NotFound: the model has no such gateway.
    """
    found = lookup(model, gateway, request)
    of = model.gateways[gateway]
    seen = Seen(request, of.ngf)
    answer = _answered(model, of, request, seen, found)
    others, more = losers.candidates(
        model,
        losers.Asked.of(model, of, request, seen, found),
    )
    notes = dict.fromkeys((*answer.notes, *notes_of(model, of, request, found, answer)))
    return replace(answer, candidates=others, candidates_left_out=more, notes=tuple(notes))


def outcome(model: "Model", gateway: Key, request: Request) -> Answer:
    """The same without the other matches and without notes, for who asks about many requests.

    Raises:
        NotFound: the model has no such gateway.
    """
    found = lookup(model, gateway, request)
    of = model.gateways[gateway]
    return _answered(model, of, request, Seen(request, of.ngf), found)


def _answered(
    model: "Model", gateway: Gateway, request: Request, seen: Seen, found: Hit | Miss
) -> Answer:
    if isinstance(found, Hit):
        answer = _taken(model, gateway, request, seen, found)
    else:
        answer = _missed(found)
    if (seen.call is not None and answer.route is None) or _is_call(answer):
        return _as_call(answer)
    return answer


def _missed(miss: Miss) -> Answer:
    refusal = miss.refusal
    listener = refusal.listener
    hops: list[Hop] = []
    reasons = [refusal.reason]
    if miss.arrival is not None:
        reasons = [*miss.arrival.reasons, *reasons]
        hops.append(_listener_hop(miss.arrival))
    hops.append(Hop("answer", None, refusal.outcome, refusal.reason))
    return Answer(
        refusal.outcome,
        refusal.status,
        refusal.scheme,
        refusal.port,
        refusal.sni,
        listener,
        path=tuple(hops),
        because=tuple(reasons),
    )


def _taken(model: "Model", gateway: Gateway, request: Request, seen: Seen, hit: Hit) -> Answer:
    arrival, entry = hit.arrival, hit.entry
    route = model.routes[entry.route]
    rule = route.rules[entry.rule]
    chosen = _chosen(hit, route, rule)
    base = Answer(
        "backend",
        None,
        arrival.scheme,
        arrival.port,
        arrival.sni,
        arrival.listener,
        entry.route,
        entry.rule,
        entry.index,
        path=(_listener_hop(arrival), *chosen),
        because=(*arrival.reasons, *(hop.reason for hop in chosen)),
    )
    if route.ref.kind not in _WEB:
        shared = shares(model, route, rule, gateway.ngf)
        answer = replace(base, backends=shared.able, unavailable=shared.broken)
        if shared.able:
            return _with_backends(answer)
        reason = Reason(
            "No backend can take the connection, so it is closed.",
            f"{route.ref.kind}Rule.backendRefs",
        )
        return _ending(answer, "no_route", None, reason)
    if gateway.ngf and completes(entry, seen.path or "/"):
        return _completed(base, request)
    asked = Asked(model, gateway, request, seen.headers, arrival, route, rule, entry.match)
    headers = applied(request.headers, UNCHANGED)
    start = Forwarded(request.method, request.host, request.path, headers)
    result = run(asked, rule.obj.get("filters"), start, f"spec.rules[{rule.index}]")
    answer = replace(
        base,
        response_headers=result.response,
        path=(*base.path, *result.hops),
        mirrors=tuple(result.mirrors),
        notes=tuple(result.notes),
        because=(*base.because, *result.doubts),
    )
    ended = _ended(answer, result)
    return ended or _forwarded(asked, answer, result)


def _completed(answer: Answer, request: Request) -> Answer:
    path, query = split(request.path)
    location = url(answer.scheme, request.hostname, answer.port, f"{path}/{query}")
    answer = replace(answer, redirect=Redirect(301, location), notes=(ways.PREFIX_SLASH,))
    return _ending(answer, "redirect", 301, Reason(f"nginx redirects to {location}.", ""))


def _ended(answer: Answer, result: Result) -> Answer | None:
    if result.own is not None:
        own = result.own
        answer = replace(answer, headers=own.headers)
        return _ending(answer, "response", own.status, own.reason)
    if result.redirect is None:
        return None
    reason = Reason(
        f"The rule redirects to {result.redirect.location}.", "HTTPRouteFilter.requestRedirect"
    )
    answer = replace(answer, redirect=result.redirect, mirrors=())
    return _ending(answer, "redirect", result.redirect.status, reason)


def _forwarded(asked: Asked, answer: Answer, result: Result) -> Answer:
    rule = asked.rule
    shared = filtered(asked, result)
    single = shared.single
    if single is not None:
        answer = replace(
            answer,
            path=(*answer.path, *single.hops),
            because=(*answer.because, *single.doubts),
        )
    if not shared.able:
        answer = replace(answer, unavailable=shared.broken)
        failing = shared.status is None or shared.status >= 400
        if shared.ended and (single is not None or not failing):
            ended = _ended(answer, shared.ended[0])
            if ended:
                return ended
        if not rule.backends:
            text = "The rule has no backendRefs and no filter that answers."
        elif all(one.weight == 0 for one in shared.broken):
            text = "All its backends have weight 0."
        else:
            why = next(one.why for one in shared.broken if one.status == shared.status)
            text = f"None of its backends can answer: {why}"
        reason = Reason(text, f"{asked.route.ref.kind}Rule.backendRefs")
        return _ending(answer, "response", 500 if shared.status is None else shared.status, reason)
    if single is not None:
        answer = replace(
            answer,
            response_headers=single.response,
            mirrors=(*answer.mirrors, *single.mirrors),
        )
    answer = replace(
        answer,
        status=shared.status,
        request=result.request if single is None else single.request,
        backends=shared.able,
        unavailable=shared.broken,
    )
    return _with_backends(answer)


def _chosen(hit: Hit, route: Route, rule: Rule) -> tuple[Hop, Hop]:
    ref, entry = route.ref, hit.entry
    host = f"serves {hit.hostname}" if hit.hostname else "serves every host"
    if ref.kind in ("TCPRoute", "UDPRoute"):
        host = "takes the connections of the listener"
    by_host = Reason(f"{ref} {host}.", f"{ref.kind}.spec.hostnames")
    match = entry.match
    if match is None:
        by_match = Reason("Its rule takes every connection.", f"{ref.kind}.spec.rules")
    else:
        asks = []
        if ref.kind == "GRPCRoute":
            service, method = match.grpc_service or "any service", match.grpc_method or "any method"
            asks.append(f"{service}/{method}")
        else:
            asks.append(f"{match.path_type} {match.path}")
        if match.method:
            asks.append(f"method {match.method}")
        asks += [f"header {one.name}" for one in match.headers]
        asks += [f"query parameter {one.name}" for one in match.query]
        text = f"The match that goes before all others that fit: {', '.join(asks)}."
        by_match = Reason(text, f"{ref.kind}Rule.matches")
    name = rule.name or f"rule {rule.index}"
    field = f"spec.rules[{rule.index}]"
    if entry.index is not None and rule.obj.get("matches"):
        field += f".matches[{entry.index}]"
    return (
        Hop("route", ref, f"{ref.namespace}/{ref.name}", by_host, "spec.hostnames"),
        Hop("rule", ref, name, by_match, field),
    )


def _listener_hop(arrival: Arrival) -> Hop:
    listener = arrival.listener
    field = f"spec.listeners[{listener.index}]"
    return Hop("listener", listener.owner, listener.name, arrival.reasons[0], field)


def _with_backends(answer: Answer) -> Answer:
    section = f"{answer.route.kind if answer.route else 'HTTPRoute'}Rule.backendRefs"
    hops: list[Hop] = []
    for share in answer.backends:
        text = f"{share.ref} gets {share.share:.0%} of them."
        hops.append(Hop("backend", share.ref, str(share.ref), Reason(text, section)))
    for share in answer.unavailable:
        none = "cannot answer" if share.status is None or share.status >= 400 else "gets none"
        text = f"{share.ref} {none}: {share.why}"
        hops.append(Hop("backend", share.ref, str(share.ref), Reason(text, section)))
    reasons = [hop.reason for hop in hops]
    return replace(answer, path=(*answer.path, *hops), because=(*answer.because, *reasons))


def _ending(answer: Answer, outcome: Outcome, status: int | None, reason: Reason) -> Answer:
    return replace(
        answer,
        outcome=outcome,
        status=status,
        path=(*answer.path, Hop("answer", None, outcome, reason)),
        because=(*answer.because, reason),
    )


def _is_call(answer: Answer) -> bool:
    return answer.route is not None and answer.route.kind == "GRPCRoute"


def _as_call(answer: Answer) -> Answer:
    """What a caller of gRPC gets: UNAVAILABLE for a backend that cannot answer
    (GRPCRouteRule.backendRefs), else what gRPC makes of an HTTP status."""
    if answer.status is None:
        return answer
    code = _GRPC_STATUS.get(answer.status)
    if code is not None:
        return replace(answer, grpc_status=code)
    broken = tuple(
        one if one.status is None else replace(one, status=503) for one in answer.unavailable
    )
    return replace(answer, grpc_status="UNAVAILABLE", status=503, unavailable=broken)
