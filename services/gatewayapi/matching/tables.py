"""The compiled matches of a gateway: by listener, host and path, then in order of precedence.

Made once and carried along: a change copies the few tables that it touches and shares the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.gatewayapi.matching.entries import (
    Entries,
    Entry,
    Patterns,
    entries_of,
    merged,
    together,
)
from services.gatewayapi.model.attachment import Attachment
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.routes import Route

ListenerId = tuple[Ref, str]
Call = tuple[str, str]


_NO_PATTERNS = Patterns()


@dataclass(frozen=True, slots=True)
class Hosted:
    """What requests for one hostname may match, of the routes that name it in one way.

    ``exact`` and ``prefix`` are by path (prefixes without trailing slash, "" for all),
    ``patterns`` are regular expressions of paths. ``calls`` are GRPCRoute matches by
    service and method ("" for any), ``call_patterns`` those by regular expression.
    ``connections`` are TLSRoutes, TCPRoutes and UDPRoutes.
    """

    exact: Mapping[str, Entries] = field(default_factory=dict)
    prefix: Mapping[str, Entries] = field(default_factory=dict)
    patterns: Patterns = _NO_PATTERNS
    calls: Mapping[Call, Entries] = field(default_factory=dict)
    call_patterns: Entries = ()
    connections: Entries = ()

    def entries(self) -> Iterable[Entry]:
        """All of them, in no order."""
        for several in (self.exact, self.prefix, self.calls):
            for one in several.values():
                yield from one
        yield from self.patterns
        yield from self.call_patterns
        yield from self.connections

    @property
    def empty(self) -> bool:
        """Whether nothing is left."""
        return next(iter(self.entries()), None) is None


Variants = tuple[tuple[str, Hosted], ...]
"""Of one hostname: the hostnames as routes wrote them, most specific first, with what they hold."""


@dataclass(frozen=True, slots=True)
class Listening:
    """The hosts of one listener, by hostname as it is served there ("" for any, "*.x" for all
    below x)."""

    hosts: Mapping[str, Variants]

    def served(self, host: str) -> tuple[str, Variants] | None:
        """The most specific hostname that a host has here: itself, then the longest wildcard, then
        any (HTTPRouteSpec.hostnames)."""
        hosts = self.hosts
        if host:
            for name in covering(host):
                found = hosts.get(name)
                if found is not None:
                    return name, found
        found = hosts.get("")
        return None if found is None else ("", found)


@dataclass(frozen=True, slots=True)
class Tables:
    """All listeners of one gateway."""

    listeners: Mapping[ListenerId, Listening]

    @classmethod
    def of(cls, attachments: Iterable[Attachment], routes: Mapping[Ref, Route]) -> "Tables":
        """The tables of attachments that took; ``routes`` holds at least their routes."""
        return _with(cls({}), (), attachments, routes, routes)

    def changed(
        self,
        removed: Iterable[Attachment],
        added: Iterable[Attachment],
        before: Mapping[Ref, Route],
        after: Mapping[Ref, Route],
    ) -> "Tables":
        """The tables without some attachments and with others, all of a route's at once; of routes
        that changed, ``before`` and ``after`` hold what they were and what they are."""
        return _with(self, removed, added, before, after)

    def of_listener(self, listener: ListenerId) -> Listening:
        """The hosts of one listener; none for one without routes."""
        return self.listeners.get(listener, _SILENT)


_SILENT = Listening({})


def covering(host: str) -> Iterable[str]:
    """The names that cover a host, most specific first: itself, then wildcards; never "*.x" for x
    itself."""
    yield host
    rest = host[2:] if host.startswith("*.") else host
    at = rest.find(".")
    while at >= 0:
        yield "*" + rest[at:]
        at = rest.find(".", at + 1)


def specificity(name: str) -> tuple[int, int]:
    """Orders hostnames, most specific first: whole names before wildcards before any, then by
    characters (HTTPRouteSpec.hostnames)."""
    return (2 if not name else 1 if name.startswith("*") else 0, -len(name))


def as_written(route: Route, name: str) -> str:
    """The hostname of a route by which it serves a name that it shares with its listener."""
    names = route.hostnames
    if not names or name in names:
        return name if names else ""
    return next((one for one in covering(name) if one in names), "")


class _Draft:
    """A `Hosted` while it is written; what was not touched is the same object afterwards."""

    __slots__ = ("calls", "exact", "gone", "lists", "prefix", "seen", "start")

    def __init__(self, start: Hosted) -> None:
        self.start = start
        self.gone: set[Ref] = set()
        self.seen: set[Ref] = set()
        self.exact: dict[str, list[Entry]] = {}
        self.prefix: dict[str, list[Entry]] = {}
        self.calls: dict[Call, list[Entry]] = {}
        self.lists: tuple[list[Entry], list[Entry], list[Entry]] = ([], [], [])

    def remove(self, ref: Ref, entries: Iterable[Entry]) -> None:
        self.gone.add(ref)
        for entry in entries:
            self._slot(entry)

    def add(self, ref: Ref, entries: Iterable[Entry]) -> None:
        # Two parentRefs of one route may mean the same listener.
        if ref in self.seen:
            return
        self.seen.add(ref)
        for entry in entries:
            self._slot(entry).append(entry)

    def _slot(self, entry: Entry) -> list[Entry]:
        match = entry.match
        if match is None:
            return self.lists[2]
        if entry.route.kind == "GRPCRoute":
            if match.path_type == "RegularExpression":
                return self.lists[1]
            return self.calls.setdefault((match.grpc_service, match.grpc_method), [])
        if match.path_type == "Exact":
            return self.exact.setdefault(entry.path, [])
        if match.path_type == "PathPrefix":
            return self.prefix.setdefault(entry.path, [])
        return self.lists[0]

    def done(self) -> Hosted:
        start, gone = self.start, self.gone
        patterns, call_patterns, connections = self.lists
        changed = patterns or (gone and start.patterns)
        kept = (entry for entry in start.patterns if entry.route not in gone)
        return Hosted(
            merged(start.exact, self.exact, gone),
            merged(start.prefix, self.prefix, gone),
            Patterns((*kept, *patterns)) if changed else start.patterns,
            merged(start.calls, self.calls, gone),
            together(start.call_patterns, call_patterns, gone),
            together(start.connections, connections, gone),
        )


def _with(
    tables: Tables,
    removed: Iterable[Attachment],
    added: Iterable[Attachment],
    before: Mapping[Ref, Route],
    after: Mapping[Ref, Route],
) -> Tables:
    drafts: dict[ListenerId, dict[tuple[str, str], _Draft]] = {}
    made: dict[Ref, list[Entry]] = {}
    for attachment in removed:
        if attachment.fault is None:
            entries = entries_of(before[attachment.route])
            for draft in _drafts(tables, drafts, attachment, before[attachment.route]):
                draft.remove(attachment.route, entries)
    for attachment in added:
        if attachment.fault is None:
            route = after[attachment.route]
            found = made.get(attachment.route)
            if found is None:
                found = made[attachment.route] = entries_of(route)
            for draft in _drafts(tables, drafts, attachment, route):
                draft.add(attachment.route, found)
    if not drafts:
        return tables
    listeners = dict(tables.listeners)
    for listener, hosts in drafts.items():
        listening = _listening(listeners.get(listener, _SILENT), hosts)
        if listening.hosts:
            listeners[listener] = listening
        else:
            listeners.pop(listener, None)
    return replace(tables, listeners=listeners)


def _drafts(
    tables: Tables,
    drafts: dict[ListenerId, dict[tuple[str, str], _Draft]],
    attachment: Attachment,
    route: Route,
) -> Sequence[_Draft]:
    listener = attachment.listener
    hosts = drafts.setdefault(listener.id, {})
    listening = tables.listeners.get(listener.id, _SILENT)
    found = []
    for name in dict.fromkeys(attachment.hostnames):
        place = (name, as_written(route, name))
        draft = hosts.get(place)
        if draft is None:
            start = dict(listening.hosts.get(name, ())).get(place[1], _NOTHING)
            draft = hosts[place] = _Draft(start)
        found.append(draft)
    return found


_NOTHING = Hosted()


def _listening(old: Listening, drafts: dict[tuple[str, str], _Draft]) -> Listening:
    hosts = dict(old.hosts)
    for (name, written), draft in drafts.items():
        hosted = draft.done()
        variants = hosts.get(name, ())
        if len(variants) <= 1 and (not variants or variants[0][0] == written):
            kept: Variants = () if hosted.empty else ((written, hosted),)
        else:
            several = dict(variants)
            several[written] = hosted
            kept = tuple(
                (one, several[one])
                for one in sorted(several, key=specificity)
                if not several[one].empty
            )
        if kept:
            hosts[name] = kept
        else:
            hosts.pop(name, None)
    return Listening(hosts)
