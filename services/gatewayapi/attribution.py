"""From a line of an access log to the rule that must have taken its request.

What a line tells (host, port, scheme, method, path, query, a few headers) is held against the
model that was in force. Where a header that is not logged could change the answer, the upstream
that NGINX says it asked may still tell which rule it was; else all that may have are candidates.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from services.gatewayapi.matching.arrival import Arrival, arrive
from services.gatewayapi.matching.entries import Entry
from services.gatewayapi.matching.lookup import Seen, fitting, location
from services.gatewayapi.matching.request import Request
from services.gatewayapi.matching.tables import Hosted
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Key
from services.gatewayapi.model.routes import BackendRef, Rule, ValueMatch
from services.telemetry.attribution import UNMARKED, Line, Taken

if TYPE_CHECKING:
    from services.gatewayapi.history import History

LOGGED = {"user-agent": "ua", "x-request-id": "x_request_id"}
"""Headers that a line has, and its fields for them."""
NO_BACKEND = "invalid-backend-ref"
"""What NGF calls the upstream of a rule without a backend that can be used."""
MARKER = "set $ngf_route "
"""How a snippet marks the lines of its rule."""
NEVER_ROUTED = ("400", "414", "421")
"""Statuses that NGINX gives by itself before a route is chosen."""
REMEMBERED = 200_000
"""Distinct requests of a model whose rules are remembered."""


class _Asked(NamedTuple):
    """What a request is told apart by before its headers are looked at."""

    gateway: Key
    scheme: str
    host: str
    port: str
    method: str
    target: str
    with_query: bool
    called: bool


@dataclass(frozen=True, slots=True)
class _Possible:
    """A rule that a request may have taken. ``headers`` and, where no query was logged,
    ``parameters`` decide it beyond what is known; ``upstreams`` are how NGF names its backends,
    ``marks`` is whether each of its lines has a marker."""

    rule: str
    headers: tuple[ValueMatch, ...]
    parameters: bool
    upstreams: tuple[str, ...]
    marks: bool

    def asked(self, upstream: str) -> bool:
        """Whether NGINX may have asked ``upstream`` for this rule."""
        return any(upstream == one or upstream.startswith(f"{one}_") for one in self.upstreams)


class Attribution:
    """Answers for lines of all clusters that a history knows."""

    def __init__(self, history: "History") -> None:
        self._history = history
        self._known: WeakKeyDictionary[Model, dict[_Asked, tuple[_Possible, ...]]]
        self._known = WeakKeyDictionary()

    def __call__(self, line: Line) -> Taken:
        """The rules that may have taken a line."""
        model = self._history.at(line.cluster, line.at)
        return NOBODY if model is None else self.by(model, line)

    def by(self, model: Model, line: Line) -> Taken:
        """The same by a model that is given."""
        fields = line.fields
        routed = bool(fields.get("uaddr") or fields.get("proxy_host"))
        status = fields.get("status", "")
        if not routed and status in (*NEVER_ROUTED, "404"):
            return NOBODY
        asked = _asked(line)
        known = self._known.setdefault(model, {})
        possible = known.get(asked)
        if possible is None:
            if len(known) >= REMEMBERED:
                known.clear()
            possible = known[asked] = tuple(_possible(model, asked))
        return _taken(possible, fields, routed)


NOBODY = Taken((), certain=False)


def _asked(line: Line) -> _Asked:
    fields = line.fields
    target = fields.get("request_uri", "")
    called = any(fields.get(one, "") not in ("", "-") for one in ("grpc_trailer", "grpc_header"))
    return _Asked(
        (line.namespace, line.gateway),
        fields.get("scheme", ""),
        fields.get("host", ""),
        fields.get("port", ""),
        fields.get("method", ""),
        target or fields.get("path", ""),
        bool(target),
        called,
    )


def _possible(model: Model, asked: _Asked) -> Iterator[_Possible]:
    """Rules in order of precedence, down to the first that takes every request of this kind."""
    gateway = model.gateways.get(asked.gateway)
    if gateway is None or not asked.target.startswith("/") or not asked.port.isdigit():
        return
    path = asked.target.partition("?")[0].removeprefix("/")
    service, _, method = path.partition("/")
    request = Request(
        method=asked.method,
        scheme=asked.scheme,
        host=asked.host,
        port=int(asked.port),
        path=asked.target,
        grpc=(service, method) if asked.called else None,
    )
    arrival = arrive(gateway, request)
    if not isinstance(arrival, Arrival):
        return
    listening = model.tables(asked.gateway).of_listener(arrival.listener.id)
    served = listening.served(arrival.name)
    seen = Seen(request, gateway.ngf)
    if served is None or seen.path is None:
        return
    for entry in _in_order([hosted for _, hosted in served[1]], seen):
        match = entry.match
        if match is None or (match.method and match.method != seen.method):
            continue
        if asked.with_query and not all(seen.has_parameter(one) for one in match.query):
            continue
        open_query = bool(match.query) and not asked.with_query
        rule = f"{entry.route.namespace}/{entry.route.name}/{entry.rule}"
        of = model.routes[entry.route].rules[entry.rule]
        marks = _marks(model, entry.route.namespace, of)
        yield _Possible(rule, match.headers, open_query, tuple(_upstreams(of.backends)), marks)
        if not match.headers and not open_query:
            return


def _in_order(hosted: list[Hosted], seen: Seen) -> Iterable[Entry]:
    if seen.ngf:
        return location(hosted, seen)
    return [entry for one in hosted for entry in fitting(one, seen)]


def _marks(model: Model, namespace: str, rule: Rule) -> bool:
    """Whether a SnippetsFilter of a rule sets the marker variable, which no line of it then lacks
    (other markers are lost where NGINX answers by itself)."""
    filters = rule.obj.get("filters")
    for one in filters if isinstance(filters, list) else ():
        ref = one.get("extensionRef") or {}
        held = model.world.of("snippetsfilters").get((namespace, str(ref.get("name", ""))))
        if ref.get("kind") == "SnippetsFilter" and held:
            snippets = (held.get("spec") or {}).get("snippets") or ()
            if any(MARKER in str(snippet.get("value", "")) for snippet in snippets):
                return True
    return False


def _upstreams(backends: Iterable[BackendRef]) -> Iterator[str]:
    yield NO_BACKEND
    for one in backends:
        name = f"{one.name}-pool-svc" if one.kind == "InferencePool" else one.name
        place = f"{one.namespace}_{name}"
        yield place if one.port is None else f"{place}_{one.port}"


def _taken(possible: Iterable[_Possible], fields: Mapping[str, str], routed: bool) -> Taken:
    """What is left of the rules when the headers and the upstream of one line are looked at."""
    left: list[_Possible] = []
    surely = False
    unmarked = fields.get("route_var", "") in UNMARKED
    for one in possible:
        if one.marks and unmarked:
            continue
        verdict = _decided(one, fields)
        if verdict is False:
            continue
        left.append(one)
        if verdict:
            surely = True
            break
    upstream = fields.get("proxy_host", "")
    if upstream and len(left) > 1:
        asked = [one for one in left if one.asked(upstream)]
        left = asked or left
    # Without a rule that takes every such request, it may be that none did, unless somebody did.
    certain = len({one.rule for one in left}) == 1 and (surely or routed)
    return Taken(tuple(dict.fromkeys(one.rule for one in left)), certain)


def _decided(one: _Possible, fields: Mapping[str, str]) -> bool | None:
    """Whether a line's headers fit a rule; None where it needs some that are not logged."""
    open_ = one.parameters
    for header in one.headers:
        field = LOGGED.get(header.name)
        if field is None or header.type != "Exact":
            open_ = True
        elif fields.get(field, "") != header.value:
            return False
    return None if open_ else True
