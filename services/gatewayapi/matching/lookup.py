"""Which match takes a request: one look at the tables, without a reason for every loser."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from services.errors import NotFound
from services.gatewayapi.matching import expressions, paths
from services.gatewayapi.matching.arrival import Arrival, Reason, Refusal, arrive
from services.gatewayapi.matching.entries import Entries, Entry, by_pattern
from services.gatewayapi.matching.headers import together
from services.gatewayapi.matching.request import GRPC_TYPE, Request
from services.gatewayapi.matching.tables import Hosted, Variants
from services.gatewayapi.model.names import Key
from services.gatewayapi.model.routes import ValueMatch

if TYPE_CHECKING:
    from services.gatewayapi.model.model import Model


@dataclass(frozen=True, slots=True)
class Hit:
    """The match that takes a request; ``hostname`` is the name by which the route serves its
    host."""

    arrival: Arrival
    hostname: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Miss:
    """A request that no route takes; ``refusal`` says why. ``arrival`` is where it came to, None
    where it reached no listener, ``hostname`` the served name that it has there, if one."""

    refusal: Refusal
    arrival: Arrival | None = None
    hostname: str | None = None


class Seen:
    """A request in the form that matches are compared with."""

    __slots__ = ("call", "headers", "method", "ngf", "path", "query")

    def __init__(self, request: Request, ngf: bool) -> None:
        target, query = paths.split(request.path)
        self.ngf = ngf
        self.method = request.method
        self.path: str | None = paths.as_nginx(target) if ngf else paths.compared(target)
        self.call = request.call
        self.headers = {name: value for name, (_, value) in together(request.headers).items()}
        # A request has these without anybody naming them among its headers.
        if request.host:
            self.headers.setdefault("host", request.host)
        if self.call is not None:
            self.headers.setdefault("content-type", GRPC_TYPE)
        self.query = parameters(query)

    def fits(self, entry: Entry) -> bool:
        """Whether all but the path, service and method of a call fits."""
        match = entry.match
        if match is None:
            return True
        if match.method and match.method != self.method:
            return False
        return all(self.has_header(one) for one in match.headers) and all(
            self.has_parameter(one) for one in match.query
        )

    def has_header(self, wanted: ValueMatch) -> bool:
        """Whether a header is there with its value (HTTPHeaderMatch)."""
        value = self.headers.get(wanted.name)
        if value is None:
            return False
        if self.ngf:
            # njs divides at commas and keeps what stands beside them.
            return any(self._value(wanted, one) for one in value.split(","))
        return self._value(wanted, value)

    def has_parameter(self, wanted: ValueMatch) -> bool:
        """Whether the first query parameter of a name has its value (HTTPQueryParamMatch)."""
        value = self.query.get(wanted.name)
        return value is not None and self._value(wanted, value)

    def _value(self, wanted: ValueMatch, value: str) -> bool:
        # An API server refuses other types; a manifest may have any, which match nothing.
        kind: str = wanted.type
        if kind == "Exact":
            return value == wanted.value
        if kind != "RegularExpression":
            return False
        if self.ngf:
            return expressions.anywhere(wanted.value, value)
        return expressions.whole(wanted.value, value)


def parameters(query: str) -> dict[str, str]:
    """The parameters of a query (with or without its question mark), decoded, the first of each
    name."""
    found: dict[str, str] = {}
    for pair in query.removeprefix("?").split("&") if len(query) > 1 else ():
        name, _, value = pair.partition("=")
        found.setdefault(unquote_plus(name), unquote_plus(value))
    return found


def lookup(model: "Model", gateway: Key, request: Request) -> Hit | Miss:
    """The match that takes a request at a gateway, or why none does.

    Raises:
        NotFound: the model has no such gateway.
    """
    found = model.gateways.get(gateway)
    if found is None:
        raise NotFound(f"There is no Gateway {gateway[0]}/{gateway[1]}.", kind="Gateway")
    arrival = arrive(found, request)
    if isinstance(arrival, Refusal):
        return Miss(arrival)
    listening = model.tables(gateway).of_listener(arrival.listener.id)
    served = listening.served(arrival.name)
    seen = Seen(request, found.ngf)
    if served is None:
        return Miss(_unrouted(arrival, _unserved(arrival)), arrival)
    name, variants = served
    if seen.path is None:
        text = "Its path leads out of the root, which nginx refuses."
        refusal = Refusal(
            "response", 400, Reason(text, ""), arrival.scheme, arrival.port, arrival.listener
        )
        return Miss(refusal, arrival, name)
    entry = winner(arrival, variants, seen)
    if entry is None:
        what = f"No match of a route for {name or 'any host'} fits the request."
        reason = Reason(what, "HTTPRoute.spec.rules.matches")
        return Miss(_unrouted(arrival, reason), arrival, name)
    return Hit(arrival, name, entry)


def winner(arrival: Arrival, variants: Variants, seen: Seen) -> Entry | None:
    """The first match in order of precedence that a request fits, at one host."""
    if arrival.scheme not in ("http", "https"):
        for _, hosted in variants:
            if hosted.connections:
                return hosted.connections[0]
        return None
    if seen.ngf:
        return _as_ngf([hosted for _, hosted in variants], seen)
    return next(
        (entry for _, hosted in variants for entry in fitting(hosted, seen) if seen.fits(entry)),
        None,
    )


def fitting(hosted: Hosted, seen: Seen) -> Iterator[Entry]:
    """The matches whose path or call a request has, in order of precedence: for a call those of
    GRPCRoutes by characters of service and method; by path Exact, the longest PathPrefix, then
    regular expressions (whose precedence the specification leaves open)."""
    path = seen.path or "/"
    if seen.call is not None:
        yield from _calls(hosted, seen.call)
    yield from hosted.exact.get(path, ())
    if hosted.prefix:
        held = hosted.prefix
        for one in paths.prefixes(path):
            entries = held.get(one)
            if entries:
                yield from entries
    for entry in hosted.patterns.possible(path):
        if expressions.whole(entry.path, path):
            yield entry


def _calls(hosted: Hosted, call: tuple[str, str]) -> Iterable[Entry]:
    service, method = call
    calls = hosted.calls
    if not calls and not hosted.call_patterns:
        return ()
    found = [
        entry
        for place in ((service, method), (service, ""), ("", method), ("", ""))
        for entry in calls.get(place, ())
    ]
    found.extend(entry for entry in hosted.call_patterns if _is_call(entry, service, method))
    return sorted(found, key=lambda entry: entry.key)


def _is_call(entry: Entry, service: str, method: str) -> bool:
    match = entry.match
    return (
        match is not None
        and (not match.grpc_service or expressions.whole(match.grpc_service, service))
        and (not match.grpc_method or expressions.whole(match.grpc_method, method))
    )


def _as_ngf(hosted: Sequence[Hosted], seen: Seen) -> Entry | None:
    # nginx chooses a location by the path alone; what the location asks for else comes after.
    return next((entry for entry in location(hosted, seen) if seen.fits(entry)), None)


def location(hosted: Sequence[Hosted], seen: Seen) -> Entries:
    """The matches that share the nginx location of a request, in order of precedence: the exact
    path, else the first regular expression, else the longest prefix.

    A prefix with a slash at its end is the longer one. The path without the slash it takes only to
    add the slash to it (`completes`).
    """
    path = seen.path or "/"
    service, _, method = path[1:].partition("/")
    found = _together(
        (one.exact.get(path, ()) for one in hosted),
        (one.calls.get((service, method), ()) for one in hosted if service and method),
    )
    if not found and path != "/":
        prefixed = _together(one.prefix.get(path, ()) for one in hosted)
        slashed = tuple(entry for entry in prefixed if entry.slashed)
        found = tuple(entry for entry in prefixed if not entry.slashed) if slashed else prefixed
        if not found and len(slashed) == 1 and completes(slashed[0], path):
            return slashed
    if found:
        return found
    patterns = [entry for one in hosted for entry in one.patterns.possible(path)]
    if len(hosted) > 1:
        patterns.sort(key=by_pattern)
    for entry in patterns:
        if expressions.beginning(entry.path, path):
            return tuple(one for one in patterns if one.path == entry.path)
    for prefix in paths.prefixes(path):
        found = _together(
            (one.prefix.get(prefix, ()) for one in hosted),
            # A GRPCRoute match without service and method is the path / there.
            (one.calls.get(("", ""), ()) for one in hosted if not prefix),
        )
        slashed = tuple(entry for entry in found if entry.slashed)
        if slashed and prefix == path:
            continue
        if found:
            return slashed or found
    return ()


def completes(entry: Entry, path: str) -> bool:
    """Whether nginx answers a path by adding the slash to it with which a match is written: where
    its location sends requests to backends and asks for nothing but the path."""
    match = entry.match
    return (
        match is not None
        and entry.slashed
        and entry.path == path
        and entry.proxied
        and not (match.method or match.headers or match.query)
    )


def _together(*several: Iterable[Entries]) -> Entries:
    """Entries of one location; a rule that NGF drops has none."""
    lists = [one for some in several for one in some if one]
    if any(entry.partial for one in lists for entry in one):
        lists = [tuple(entry for entry in one if not entry.partial) for one in lists]
        lists = [one for one in lists if one]
    if len(lists) <= 1:
        return lists[0] if lists else ()
    return tuple(sorted((entry for one in lists for entry in one), key=lambda entry: entry.key))


def _unserved(arrival: Arrival) -> Reason:
    name = arrival.listener.name
    if arrival.scheme in ("tcp", "udp"):
        return Reason(f"Listener {name} has no route.", "Gateway.spec.listeners")
    if not arrival.name:
        what = f"The request names no host, and no route of listener {name} serves every host."
    else:
        what = f"No route of listener {name} serves {arrival.name}."
    kind = "TLSRoute" if arrival.scheme == "tls" else "HTTPRoute"
    return Reason(what, f"{kind}.spec.hostnames")


def _unrouted(arrival: Arrival, reason: Reason) -> Refusal:
    status = 404 if arrival.scheme in ("http", "https") else None
    return Refusal(
        "no_route", status, reason, arrival.scheme, arrival.port, arrival.listener, arrival.sni
    )
