"""Why the other matches did not take a request: of each the first thing that it lost by."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING

from services.gatewayapi.matching import expressions, paths
from services.gatewayapi.matching.answer import Candidate
from services.gatewayapi.matching.arrival import Reason
from services.gatewayapi.matching.entries import Entry
from services.gatewayapi.matching.lookup import Hit, Miss, Seen, completes, lookup
from services.gatewayapi.matching.request import Request
from services.gatewayapi.matching.tables import (
    Hosted,
    Listening,
    Tables,
    as_written,
    covering,
    specificity,
)
from services.gatewayapi.model.gateways import Gateway, Listener
from services.gatewayapi.model.names import Key, Ref
from services.gatewayapi.model.routes import Match
from services.gatewayapi.ways import PATH_DECIDES

if TYPE_CHECKING:
    from services.gatewayapi.model.model import Model

_SHOWN = 50
_READ = 600
Place = tuple[Ref, int | None, int | None]
"""A match: its route, its rule and where it is in that; a whole route has None for both."""
Ranked = tuple[tuple[int, ...], Place, str | None, Reason]
"""A match, before it the rank of how close it came, behind it its listener and what it lost by."""


@dataclass(frozen=True)
class Asked:
    """A request, where it came to and what took it, all as far as it came. ``written`` is the
    hostname by which the route that took it names its host."""

    gateway: Gateway
    seen: Seen
    listener: Listener | None
    host: str
    hostname: str | None
    won: Entry | None
    written: str

    @classmethod
    def of(
        cls, model: "Model", gateway: Gateway, request: Request, seen: Seen, found: Hit | Miss
    ) -> "Asked":
        """What became of a request by ``found``."""
        arrival = found.arrival
        refused = found.refusal.listener if isinstance(found, Miss) else None
        won = found.entry if isinstance(found, Hit) else None
        return cls(
            gateway,
            seen,
            refused if arrival is None else arrival.listener,
            request.hostname if arrival is None else arrival.name,
            found.hostname,
            won,
            as_written(model.routes[won.route], found.hostname or "") if won else "",
        )

    @cached_property
    def names(self) -> Sequence[str]:
        """The names that cover the host, most specific first; "" is any."""
        return (*covering(self.host), "") if self.host else ("",)

    @cached_property
    def prefixes(self) -> Sequence[str]:
        """The prefixes of the path by element."""
        return paths.prefixes(self.seen.path or "/")


def candidates(model: "Model", asked: Asked) -> tuple[tuple[Candidate, ...], int]:
    """The matches that did not take a request, closest first, and how many more there are.

    Of large gateways those are read whose host could have been meant, up to a bound.
    """
    found: list[Ranked] = []
    told: set[Place] = {_place(asked.won)} if asked.won else set()
    key = asked.gateway.ref.key
    tables = model.tables(key)
    here = asked.listener
    for listener in sorted(asked.gateway.listeners, key=lambda one: one is not here):
        listening = tables.of_listener(listener.id)
        for name, written, hosted in _near(listening, asked.names):
            for entry in _closest_first(hosted, asked):
                if len(found) >= _READ:
                    break
                place = _place(entry)
                if place in told:
                    continue
                told.add(place)
                rank, lost = _lost(asked, listener, name, written, entry)
                found.append(((*rank, entry.rule, place[2] or 0), place, listener.name, lost))
    found.extend(_refused(model, asked, {place[0] for place in told}))
    found.sort(key=itemgetter(0, 1))
    shown = tuple(Candidate(*place, listener, lost) for _, place, listener, lost in found[:_SHOWN])
    return shown, len(found) - len(shown)


def _closest_first(hosted: Hosted, asked: Asked) -> Iterator[Entry]:
    """All entries of a host; those that share the request's path or call come before the bound."""
    seen = asked.seen
    if seen.path is not None:
        yield from hosted.exact.get(seen.path, ())
        for prefix in asked.prefixes:
            yield from hosted.prefix.get(prefix, ())
    if seen.call is not None:
        yield from hosted.calls.get(seen.call, ())
    yield from hosted.entries()


def _near(listening: Listening, names: Sequence[str]) -> Iterator[tuple[str, str, Hosted]]:
    rest = [] if len(listening.hosts) > _READ else [n for n in listening.hosts if n not in names]
    for name in (*names, *rest):
        for written, hosted in listening.hosts.get(name, ()):
            yield name, written, hosted


def _place(entry: Entry) -> Place:
    return entry.route, entry.rule, entry.index


def _lost(
    asked: Asked, listener: Listener, name: str, written: str, entry: Entry
) -> tuple[tuple[int, ...], Reason]:
    """How far an entry came (smaller is closer) and what stopped it there."""
    host, here = asked.host, asked.listener
    missed = [reason for reason in _steps(asked, entry) if reason is not None]
    wrong, covers = len(missed), name in asked.names
    if here is None or listener.id != here.id:
        what = "none" if here is None else here.name
        text = f"It is attached to listener {listener.name}; the request came to {what}."
        return (3 if covers else 4, wrong), Reason(text, "Gateway.spec.listeners")
    if name != asked.hostname:
        if covers:
            text = f"Its hostname {name or '(any)'} is less specific than {asked.hostname}."
        else:
            text = f"Its hostname {name} is not the request's ({host or 'none'})."
        return (1 if covers else 4, wrong), Reason(text, f"{entry.route.kind}.spec.hostnames")
    if missed:
        return (0, wrong), missed[0]
    if asked.won is None:
        return (0, wrong), Reason(PATH_DECIDES.what, PATH_DECIDES.section)
    return (0, 0), _by_precedence(asked, written, entry, asked.won)


def _steps(asked: Asked, entry: Entry) -> Iterable[Reason | None]:
    match, seen = entry.match, asked.seen
    if match is None:
        return
    if entry.route.kind == "GRPCRoute":
        yield _call(asked, match, entry)
    else:
        yield _path(asked, match, entry)
    if match.method:
        text = f"Its method {match.method} is not {seen.method}."
        yield None if match.method == seen.method else Reason(text, "HTTPRouteMatch.method")
    kind = "GRPCRouteMatch" if entry.route.kind == "GRPCRoute" else "HTTPRouteMatch"
    for wanted in match.headers:
        if not seen.has_header(wanted):
            given = seen.headers.get(wanted.name)
            what = "is not sent" if given is None else f'is "{given}"'
            how = "match" if wanted.type == "RegularExpression" else "be"
            text = f'Header {wanted.name} {what}; it must {how} "{wanted.value}".'
            yield Reason(text, f"{kind}.headers")
    for wanted in match.query:
        if not seen.has_parameter(wanted):
            given = seen.query.get(wanted.name)
            what = "is not sent" if given is None else f'is "{given}"'
            how = "match" if wanted.type == "RegularExpression" else "be"
            text = f'Query parameter {wanted.name} {what}; it must {how} "{wanted.value}".'
            yield Reason(text, f"{kind}.queryParams")


def _path(asked: Asked, match: Match, entry: Entry) -> Reason | None:
    path = asked.seen.path or "/"
    section = "HTTPRouteMatch.path"
    if match.path_type == "Exact":
        fits = entry.path == path
        text = f"Its path {match.path} is not {path} exactly."
    elif match.path_type == "PathPrefix":
        fits = entry.path in asked.prefixes
        if asked.gateway.ngf and entry.slashed and entry.path == path:
            fits = completes(entry, path)
        text = f"Its path {match.path} is no prefix of {path} by path element."
    else:
        how = expressions.beginning if asked.gateway.ngf else expressions.whole
        fits = how(match.path, path)
        wrong = expressions.fault(match.path)
        text = f"Its path's regular expression {match.path} does not match {path}."
        if wrong:
            text = f"Its path's regular expression {match.path} is not valid: {wrong}."
    return None if fits else Reason(text, section)


def _call(asked: Asked, match: Match, entry: Entry) -> Reason | None:
    section = "GRPCRouteMatch.method"
    ngf, call = asked.gateway.ngf, asked.seen.call
    if ngf and entry.partial:
        text = "NGF drops its rule: a match of it lacks the service or the method."
        return Reason(text, section)
    if call is None and ngf:
        # To nginx a call is a path.
        service, _, method = (asked.seen.path or "/")[1:].partition("/")
        call = service, method
    if call is None:
        return Reason("The request is no gRPC call.", "GRPCRoute")
    how = expressions.whole if match.path_type == "RegularExpression" else _equal
    service, method = call
    for what, wanted, given in (
        ("service", match.grpc_service, service),
        ("method", match.grpc_method, method),
    ):
        if wanted and not how(wanted, given):
            return Reason(f"Its {what} {wanted} is not {given}.", section)
    return None


def _equal(wanted: str, given: str) -> bool:
    return wanted == given


def _by_precedence(asked: Asked, written: str, entry: Entry, won: Entry) -> Reason:
    one, other = entry.match, won.match
    section = f"{entry.route.kind}Rule.matches"
    if not asked.gateway.ngf and specificity(asked.written) < specificity(written):
        text = f"The route that took it names the host more exactly than {written or 'any'}."
        return Reason(text, f"{entry.route.kind}.spec.hostnames")
    if one is None or other is None:
        age = "is older" if entry.key[0] != won.key[0] else "comes before it by name"
        return Reason(
            f"{won.route} {age} and has the connection.", f"{entry.route.kind}.spec.rules"
        )
    if entry.route.kind == won.route.kind == "HTTPRoute":
        reason = _by_path(one, other, entry, won, asked.gateway.ngf)
        if reason:
            return Reason(reason, section)
        names = ("a method", "headers", "query parameters")
    else:
        names = ("characters in its service", "characters in its method", "headers")
    for index, name in enumerate(names):
        if entry.key[index] > won.key[index]:
            what = f"names {name}" if name == "a method" else f"has more {name}"
            return Reason(f"The match that took it {what}.", section)
        if entry.key[index] < won.key[index]:
            return Reason("The match that took it goes before it.", section)
    return Reason(_by_age(entry, won), section)


def _by_path(one: Match, other: Match, entry: Entry, won: Entry, ngf: bool) -> str | None:
    longer = ngf and won.slashed and not entry.slashed
    if not longer and (one.path_type, entry.path) == (other.path_type, won.path):
        return None
    if other.path_type == "Exact" and one.path_type != "Exact":
        return f"The path {other.path} of the match that took it is exact."
    if other.path_type == one.path_type == "PathPrefix":
        return f"The path {other.path} of the match that took it is a longer prefix."
    if other.path_type == one.path_type:
        return f"The regular expression {other.path} of the match that took it goes before it."
    if other.path_type == "RegularExpression":
        return f"NGF prefers the regular expression {other.path} to a prefix."
    return f"The path {other.path} of the match that took it goes before a regular expression."


def _by_age(entry: Entry, won: Entry) -> str:
    if entry.route == won.route:
        if entry.rule == won.rule:
            return "An earlier match of the same rule took it."
        return "An earlier rule of the same route took it."
    if entry.key[3] != won.key[3]:
        return f"{won.route} is older."
    return f"{won.route} comes before it by name."


def _refused(model: "Model", asked: Asked, told: Container[object]) -> Iterator[Ranked]:
    for ref, fault in model.refused(asked.gateway.ref.key)[:_READ]:
        if ref not in told:
            lost = Reason(f"It is not attached: {fault.message}", fault.section)
            yield (2, 0, 0, 0), (ref, None, None), None, lost


def of_route(
    model: "Model", gateway: Key, request: Request, route: Ref
) -> tuple[tuple[Candidate, bool], ...]:
    """Each match of a route that is attached to a gateway, by rule and match, with the first thing
    that a request lost by there, and whether it fits the request whatever else took it.

    The match that takes it has no text. Raises NotFound where the model has no such gateway.
    """
    found = lookup(model, gateway, request)
    of = model.gateways[gateway]
    asked = Asked.of(model, of, request, Seen(request, of.ngf), found)
    own = [one for one in model.attached(gateway) if one.route == route]
    told: dict[tuple[int, int | None], tuple[tuple[int, ...], Candidate, bool]] = {}
    for id, listening in Tables.of(own, model.routes).listeners.items():
        here = next(one for one in of.listeners if one.id == id)
        for name, variants in listening.hosts.items():
            for written, hosted in variants:
                for entry in hosted.entries():
                    if asked.won and _place(entry) == _place(asked.won):
                        lost, fits = Reason("", ""), True
                        rank: tuple[int, ...] = (-1,)
                    else:
                        rank, lost = _lost(asked, here, name, written, entry)
                        fits = rank == (0, 0)
                    place = entry.rule, entry.index
                    if place not in told or rank < told[place][0]:
                        candidate = Candidate(route, *place, here.name, lost)
                        told[place] = rank, candidate, fits
    ordered = sorted(told, key=lambda place: (place[0], place[1] or 0))
    return tuple(told[place][1:] for place in ordered)
