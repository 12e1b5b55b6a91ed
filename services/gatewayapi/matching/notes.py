"""Which of NGF's own ways decided something in an answer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from services.gatewayapi import ways
from services.gatewayapi.matching.answer import Answer
from services.gatewayapi.matching.clashes import clashing
from services.gatewayapi.matching.entries import Entries, Entry
from services.gatewayapi.matching.lookup import Hit, Miss, Seen, winner
from services.gatewayapi.matching.request import Request
from services.gatewayapi.matching.tables import Variants
from services.gatewayapi.model.gateways import Gateway
from services.gatewayapi.ways import Way

if TYPE_CHECKING:
    from services.gatewayapi.model.model import Model


def notes_of(
    model: "Model", gateway: Gateway, request: Request, found: Hit | Miss, answer: Answer
) -> Sequence[Way]:
    """NGF's own ways that decided something here."""
    if not gateway.ngf:
        return ()
    seen = Seen(request, ngf=True)
    notes = [*_otherwise(model, gateway, request, seen, found)]
    if isinstance(found, Miss):
        if found.refusal.status == 400 and found.arrival is None:
            notes.append(ways.PLAIN_ON_TLS)
        return notes
    route = model.routes[found.entry.route]
    rule = route.rules[found.entry.rule]
    match = found.entry.match
    if (
        match is not None
        and match.path_type == "RegularExpression"
        and route.ref.kind != "GRPCRoute"
    ):
        notes.insert(0, ways.OPEN_REGEX)
    if match is not None and any(
        one.type == "RegularExpression" for one in (*match.headers, *match.query)
    ):
        notes.append(ways.OPEN_VALUES)
    if match is not None and any("," in seen.headers.get(one.name, "") for one in match.headers):
        notes.append(ways.LISTED_VALUES)
    obj = rule.obj
    if obj.get("sessionPersistence"):
        notes.append(ways.NO_SESSIONS)
    if obj.get("timeouts") or obj.get("retry"):
        notes.append(ways.NO_TIMEOUTS)
    refs = obj.get("backendRefs")
    if isinstance(refs, list) and any(
        isinstance(one, Mapping) and one.get("filters") for one in refs
    ):
        notes.append(ways.NO_BACKEND_FILTERS)
    if not rule.backends and answer.outcome == "response":
        notes.append(ways.NO_BACKENDS)
    if clashing(model, gateway):
        notes += [ways.SHARED_SERVICE, ways.REFUSED]
    return notes


def _otherwise(
    model: "Model", gateway: Gateway, request: Request, seen: Seen, found: Hit | Miss
) -> Iterator[Way]:
    """The ways by which another match took the request than the specification says."""
    arrival, hostname = found.arrival, found.hostname
    if arrival is None or hostname is None or arrival.scheme not in ("http", "https"):
        return
    listening = model.tables(gateway.ref.key).of_listener(arrival.listener.id)
    variants = listening.hosts.get(hostname, ())
    plain = Seen(request, ngf=False)
    meant = winner(arrival, variants, plain)
    won = found.entry if isinstance(found, Hit) else None
    if won is not None and _is_younger(won, variants):
        yield ways.SHARED_KINDS
    if meant is won:
        return
    if plain.path != seen.path:
        yield ways.DECODED_PATH
    if meant is None or meant.match is None:
        return
    if meant.partial:
        yield ways.GRPC_PARTIAL
    elif _by_slash(meant, won, seen):
        yield ways.PREFIX_SLASH
    elif won and won.match and won.match.path_type == "RegularExpression" != meant.match.path_type:
        yield ways.REGEX_FIRST
    elif won and len(variants) > 1:
        yield ways.SHARED_HOST
    elif plain.path == seen.path:
        yield ways.PATH_DECIDES


def _is_younger(won: Entry, variants: Variants) -> bool:
    """Whether an older route of the other kind serves the same host."""
    for _, hosted in variants:
        others: tuple[Entries, ...] = (*hosted.calls.values(), hosted.call_patterns)
        if won.route.kind == "GRPCRoute":
            others = (*hosted.exact.values(), *hosted.prefix.values(), hosted.patterns.entries)
        if any(entry.key[3:5] < won.key[3:5] for entries in others for entry in entries):
            return True
    return False


def _by_slash(meant: Entry, won: Entry | None, seen: Seen) -> bool:
    """Whether a prefix of the same path took the request, or did not, by the slash at its end."""
    if won is not None and won.path == meant.path:
        return won.slashed and not meant.slashed
    return meant.slashed and meant.path == seen.path
