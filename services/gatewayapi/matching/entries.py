"""What a request can match: one entry for each match of a rule, in order of precedence."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from services.gatewayapi.matching import paths
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.routes import Match, Route, Rule


@dataclass(slots=True)
class Entry:
    """One match of one rule of one route (of a route without matches, one rule).

    ``key`` orders entries of one path: of two that a request fits, the smaller wins
    (HTTPRouteRule.matches, GRPCRouteRule.matches). ``path`` is in the form that is compared.
    ``partial`` marks rules of GRPCRoutes of which a match names a service or a method alone, or by
    regular expression, which not every implementation takes; ``proxied`` those that send requests
    straight to backends.
    """

    key: tuple[Any, ...]
    route: Ref
    rule: int
    match: Match | None
    path: str
    partial: bool = False
    proxied: bool = True

    @property
    def slashed(self) -> bool:
        """Whether it is a PathPrefix that is written with a slash at its end, not that of all."""
        match = self.match
        return (
            match is not None
            and match.path_type == "PathPrefix"
            and len(match.path) > 1
            and match.path.endswith("/")
        )

    @property
    def index(self) -> int | None:
        """The match's place in its rule; None for routes that have no matches."""
        return None if self.match is None else self.match.index


Entries = tuple[Entry, ...]
by_key = attrgetter("key")


def by_pattern(entry: Entry) -> tuple[int, str, tuple[Any, ...]]:
    """Orders regular expressions of paths: the longer first, then by name, then as others."""
    return -len(entry.path), entry.path, entry.key


def entries_of(route: Route) -> list[Entry]:
    """One entry for each match of a route; of a route of connections, one for its first rule."""
    ref = route.ref
    age = route.created or "~"
    name = f"{ref.namespace}/{ref.name}"
    if ref.kind == "HTTPRoute":
        return [
            _of_http(ref, rule, match, age, name) for rule in route.rules for match in rule.matches
        ]
    if ref.kind == "GRPCRoute":
        return [
            _of_grpc(ref, rule, match, age, name) for rule in route.rules for match in rule.matches
        ]
    return [Entry((age, name, rule.index), ref, rule.index, None, "") for rule in route.rules[:1]]


def _of_http(ref: Ref, rule: Rule, match: Match, age: str, name: str) -> Entry:
    key = (
        0 if match.method else 1,
        -len(match.headers),
        -len(match.query),
        age,
        name,
        rule.index,
        match.index,
    )
    path = match.path
    if match.path_type != "RegularExpression":
        if "%" in path or "/." in path:
            path = paths.compared(path)
        if match.path_type == "PathPrefix":
            path = path.rstrip("/")
    return Entry(key, ref, rule.index, match, path, proxied=_is_proxied(rule))


def _is_proxied(rule: Rule) -> bool:
    if any(one.kind == "InferencePool" for one in rule.backends):
        return False
    filters = rule.obj.get("filters")
    listed = filters if isinstance(filters, list) else ()
    return not any(isinstance(one, Mapping) and one.get("requestRedirect") for one in listed)


def _of_grpc(ref: Ref, rule: Rule, match: Match, age: str, name: str) -> Entry:
    key = (
        -len(match.grpc_service),
        -len(match.grpc_method),
        -len(match.headers),
        age,
        name,
        rule.index,
        match.index,
    )
    return Entry(key, ref, rule.index, match, "", any(_is_partial(one) for one in rule.matches))


def _is_partial(match: Match) -> bool:
    return bool(match.grpc_service) != bool(match.grpc_method) or match.path_type != "Exact"


_PLAIN = frozenset("/-_~%@=,!&' ")


def start(pattern: str) -> str:
    """Text that everything which a pattern matches from its beginning begins with; "" where that
    is not plain to see."""
    if "|" in pattern:
        return ""
    at = 0
    while at < len(pattern) and (pattern[at].isalnum() or pattern[at] in _PLAIN):
        at += 1
    # A quantifier speaks of the letter before it.
    return pattern[: at - 1] if at < len(pattern) and pattern[at] in "*?+{" else pattern[:at]


class Patterns:
    """Entries with regular expressions of paths, found by the text that a path must begin with."""

    __slots__ = ("_lengths", "_starts", "entries")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries: Entries = tuple(sorted(entries, key=by_pattern))
        self._starts: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._starts.setdefault(start(entry.path), []).append(entry)
        self._lengths = sorted({len(text) for text in self._starts})

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __bool__(self) -> bool:
        return bool(self.entries)

    def possible(self, path: str) -> list[Entry]:
        """Those that may match a path, in order of precedence."""
        found: list[Entry] = []
        for length in self._lengths:
            found.extend(self._starts.get(path[:length], ()))
        return sorted(found, key=by_pattern) if len(self._lengths) > 1 else found


def merged(
    old: Mapping[Any, Entries], added: Mapping[Any, list[Entry]], gone: set[Ref]
) -> Mapping[Any, Entries]:
    """Entries by place, without those of some routes and with others at the places of ``added``."""
    if not added:
        return old
    found = dict(old)
    for place, entries in added.items():
        kept = together(found.get(place, ()), entries, gone)
        if kept:
            found[place] = kept
        else:
            found.pop(place, None)
    return found


def together(old: Entries, added: list[Entry], gone: set[Ref]) -> Entries:
    """Entries without those of some routes and with others, in order of precedence."""
    if not old and len(added) == 1:
        return (added[0],)
    if not added and not (gone and old):
        return old
    kept = [entry for entry in old if entry.route not in gone] if gone else list(old)
    return tuple(sorted([*kept, *added], key=by_key))
