"""Matches that no request ever reaches, because a match that is the same goes before them.

HTTPRouteRule.matches and GRPCRouteRule.matches: of two that are equal in everything that counts,
the older route has the requests, then the first by name, then the first rule and match. Of
TCPRoutes and UDPRoutes on one listener the first has every connection, of TLSRoutes the first has
those to a hostname.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from services.gatewayapi.issue import Issue
from services.gatewayapi.matching.entries import Entry, entries_of
from services.gatewayapi.matching.tables import Hosted, as_written
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.routes import Match, Route

KINDS = ("HTTPRoute", "GRPCRoute")
STREAMS = ("TCPRoute", "UDPRoute")
Slot = tuple[Entry, ...]


class Shadowing:
    """Who shadows whom in one model. What is read of a host and path is read once."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._firsts: dict[int, tuple[Slot, dict[Any, Entry]]] = {}

    def of(self, ref: Ref) -> Iterator[Issue]:
        """The matches of a route that can never take a request, at any host that it has, and the
        listeners of which it gets no connection."""
        for field, listener, entries in self._streams(ref):
            if entries[0].route != ref:
                yield _silent(ref, field, listener, entries[0].route)
        firsts = [entries[0].route for entries in self._names(ref)]
        if firsts and ref not in firsts:
            yield _nameless(ref, firsts[0])
        for entry, winners in self._placed(ref):
            if winners and all(_place(one) != _place(entry) for one in winners):
                yield _issue(entry, winners[0])

    def beside(self, ref: Ref) -> set[Ref]:
        """Routes with a match that is the same as one of ``ref`` at the same host."""
        found = {one.route for _, _, entries in self._streams(ref) for one in entries}
        for entry, slots in self._slots(ref):
            wanted = _signature(entry.match)
            for slot in slots:
                found |= {one.route for one in slot if _signature(one.match) == wanted}
        return found - {ref}

    def _streams(self, ref: Ref) -> Iterator[tuple[str, str, Slot]]:
        """Of each listener that takes connections for a route: the field of the route that means
        it, its name, and the routes that it took, the first one first."""
        if ref.kind not in STREAMS:
            return
        for parent in self._model.parents(ref):
            for one in parent.attachments:
                if one.attached:
                    tables = self._model.tables(one.listener.gateway.key)
                    for _, hosted in tables.of_listener(one.listener.id).hosts.get("", ()):
                        if hosted.connections:
                            field = f"spec.parentRefs[{parent.index}]"
                            yield field, one.listener.name, hosted.connections

    def _names(self, ref: Ref) -> Iterator[Slot]:
        """Of each hostname that a TLSRoute serves at a listener, the routes that serve it."""
        if ref.kind != "TLSRoute":
            return
        for parent in self._model.parents(ref):
            for one in parent.attachments:
                if one.attached:
                    tables = self._model.tables(one.listener.gateway.key)
                    hosts = tables.of_listener(one.listener.id).hosts
                    for name in one.hostnames:
                        for _, hosted in hosts.get(name, ()):
                            if hosted.connections:
                                yield hosted.connections

    def _placed(self, ref: Ref) -> Iterator[tuple[Entry, list[Entry]]]:
        for entry, slots in self._slots(ref):
            wanted = _signature(entry.match)
            yield entry, [self._first(slot).get(wanted, entry) for slot in slots]

    def _slots(self, ref: Ref) -> Iterator[tuple[Entry, list[Slot]]]:
        route = self._model.routes.get(ref)
        if route is None or ref.kind not in KINDS:
            return
        hosted = list(self._hosted(route))
        if hosted:
            for entry in entries_of(route):
                yield entry, [slot for one in hosted if (slot := _slot(one, entry))]

    def _hosted(self, route: Route) -> Iterator[Hosted]:
        seen = set()
        for parent in self._model.parents(route.ref):
            for one in parent.attachments:
                if not one.attached or one.listener.id in seen:
                    continue
                seen.add(one.listener.id)
                listening = self._model.tables(one.listener.gateway.key).of_listener(
                    one.listener.id
                )
                for name in one.hostnames:
                    written = as_written(route, name)
                    for spelled, hosted in listening.hosts.get(name, ()):
                        if spelled == written:
                            yield hosted

    def _first(self, slot: Slot) -> dict[Any, Entry]:
        known = self._firsts.get(id(slot))
        if known is None:
            found: dict[Any, Entry] = {}
            for one in slot:
                found.setdefault(_signature(one.match), one)
            known = self._firsts[id(slot)] = slot, found  # the slot is held, so its id stays its
        return known[1]


def shadowed(model: Model, refs: Iterable[Ref]) -> Iterator[Issue]:
    """The issues of several routes."""
    found = Shadowing(model)
    for ref in refs:
        yield from found.of(ref)


def _slot(hosted: Hosted, entry: Entry) -> Slot:
    match = entry.match
    if match is None:
        return ()
    if entry.route.kind == "GRPCRoute":
        if match.path_type == "RegularExpression":
            return hosted.call_patterns
        return hosted.calls.get((match.grpc_service, match.grpc_method), ())
    if match.path_type == "Exact":
        return hosted.exact.get(entry.path, ())
    if match.path_type == "PathPrefix":
        return hosted.prefix.get(entry.path, ())
    return hosted.patterns.entries


def _signature(match: Match | None) -> Any:
    if match is None:
        return None
    return (
        match.path_type,
        match.path,
        match.method,
        match.grpc_service,
        match.grpc_method,
        frozenset(match.headers),
        frozenset(match.query),
    )


def _place(entry: Entry) -> tuple[Ref, int, int | None]:
    return entry.route, entry.rule, entry.index


def _issue(entry: Entry, winner: Entry) -> Issue:
    field = f"spec.rules[{entry.rule}].matches[{entry.index}]"
    kind = entry.route.kind
    if winner.route == entry.route:
        text = f"Rule {winner.rule} of the same route has the same match and comes before it."
        counterpart = None
    else:
        text = (
            "A route that goes before this one has the same match at every host where this one"
            " could get a request."
        )
        counterpart = winner.route
    return Issue(
        "warning",
        entry.route,
        field,
        "Shadowed",
        f"{text} No request ever reaches it.",
        f"{kind}.spec.rules.matches",
        "Change the match, or delete the rule that is not meant.",
        counterpart,
    )


def _nameless(ref: Ref, first: Ref) -> Issue:
    return Issue(
        "warning",
        ref,
        "spec.hostnames",
        "Shadowed",
        "TLSRoutes that go before this one have every connection to its hostnames. This one is"
        " accepted and gets none.",
        f"{ref.kind}.spec.hostnames",
        "Give the route a hostname of its own.",
        first,
    )


def _silent(ref: Ref, field: str, listener: str, first: Ref) -> Issue:
    return Issue(
        "warning",
        ref,
        field,
        "Shadowed",
        f"A {ref.kind} that goes before this one has every connection of listener {listener}. This"
        " one is accepted and gets none.",
        f"{ref.kind}.spec.rules",
        "Give the route a listener of its own.",
        first,
    )
