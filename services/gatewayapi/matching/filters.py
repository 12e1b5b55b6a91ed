"""What the filters of a rule do to a request, in their order (HTTPRouteRule.filters)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from services.gatewayapi import ways
from services.gatewayapi.matching import cors
from services.gatewayapi.matching.answer import Forwarded, Hop, Mirror
from services.gatewayapi.matching.arrival import Arrival, Reason
from services.gatewayapi.matching.headers import UNCHANGED, Changes, Pairs, applied, changes
from services.gatewayapi.matching.paths import split
from services.gatewayapi.matching.redirects import Redirect, Unfit, modified, redirect
from services.gatewayapi.matching.request import Request
from services.gatewayapi.model import credentials
from services.gatewayapi.model.classes import only_known_to
from services.gatewayapi.model.gateways import Gateway
from services.gatewayapi.model.parsing import backend
from services.gatewayapi.model.routes import Match, Route, Rule
from services.gatewayapi.ways import Way

if TYPE_CHECKING:
    from services.gatewayapi.model.model import Model

_NGF_GROUP = "gateway.nginx.org"
_NGF_KINDS = {
    "SnippetsFilter": "snippetsfilters",
    "AuthenticationFilter": "authenticationfilters",
}
_ONCE = (
    "RequestHeaderModifier",
    "ResponseHeaderModifier",
    "RequestRedirect",
    "URLRewrite",
    "CORS",
)
_FIELDS = {
    "RequestHeaderModifier": "requestHeaderModifier",
    "ResponseHeaderModifier": "responseHeaderModifier",
    "RequestMirror": "requestMirror",
    "RequestRedirect": "requestRedirect",
    "URLRewrite": "urlRewrite",
    "CORS": "cors",
    "ExtensionRef": "extensionRef",
    "ExternalAuth": "externalAuth",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request at a rule; everything that filters look at."""

    model: "Model"
    gateway: Gateway
    request: Request
    headers: Mapping[str, str]
    arrival: Arrival
    route: Route
    rule: Rule
    match: Match | None

    @property
    def ngf(self) -> bool:
        """Whether NGF's own ways hold."""
        return self.gateway.ngf


@dataclass(frozen=True, slots=True)
class Own:
    """An answer of the gateway itself."""

    status: int
    reason: Reason
    headers: Pairs = ()


@dataclass(slots=True)
class Result:
    """What is left after filters: the request as it goes on, or what ends it (``own`` or
    ``redirect``). ``doubts`` say what of that only the gateway's controller knows."""

    request: Forwarded
    response: Changes = UNCHANGED
    mirrors: list[Mirror] = field(default_factory=list)
    hops: list[Hop] = field(default_factory=list)
    notes: list[Way] = field(default_factory=list)
    doubts: list[Reason] = field(default_factory=list)
    own: Own | None = None
    redirect: Redirect | None = None


def run(asked: Asked, filters: object, start: Forwarded, place: str) -> Result:
    """Applies filters that stand at ``place`` of the route to a request."""
    result = Result(start)
    listed = filters if isinstance(filters, list) else []
    entries = [one for one in listed if isinstance(one, Mapping)]
    unfit = _unfit(entries)
    if unfit:
        result.own = Own(500, Reason(unfit, f"{asked.route.ref.kind}Rule.filters"))
        return result
    for index, entry in enumerate(entries):
        # What comes after a redirect finds no request any more, but still its response; to nginx
        # CORS is one of the latter wherever it stands.
        late = ("ResponseHeaderModifier", "CORS") if asked.ngf else ("ResponseHeaderModifier",)
        if result.redirect is None or entry["type"] in late:
            _apply(asked, entry, result, f"{place}.filters[{index}]")
        if result.own:
            break
    if result.redirect and asked.ngf:
        _as_ngf_redirects(entries, result)
    return result


def _unfit(entries: Sequence[Mapping[str, Any]]) -> str:
    """Why filters cannot stand together, "" when they can."""
    kinds = [str(entry.get("type")) for entry in entries]
    for kind in _ONCE:
        if kinds.count(kind) > 1:
            return f"The filter {kind} cannot be repeated."
    if "RequestRedirect" in kinds and "URLRewrite" in kinds:
        return "RequestRedirect and URLRewrite cannot be used together."
    for entry, kind in zip(entries, kinds, strict=True):
        name = _FIELDS.get(kind)
        if name is None:
            return f"There is no filter of type {kind}."
        if not isinstance(entry.get(name), Mapping):
            return f"The filter {kind} lacks {name}."
    return ""


def _apply(asked: Asked, entry: Mapping[str, Any], result: Result, place: str) -> None:
    kind = str(entry["type"])
    settings = entry[_FIELDS[kind]]
    section = f"HTTPRouteFilter.{_FIELDS[kind]}"
    ref = asked.route.ref

    def hop(text: str) -> None:
        result.hops.append(Hop("filter", ref, kind, Reason(text, section), place))

    match kind:
        case "RequestHeaderModifier":
            result.request = _with_headers(result.request, changes(settings))
            hop("Changes headers of the request.")
        case "ResponseHeaderModifier":
            result.response = result.response.then(changes(settings))
            hop("Changes headers of the response.")
        case "RequestMirror":
            _mirror(asked, settings, result, place, section)
        case "RequestRedirect":
            _redirect(asked, settings, result, hop, section)
        case "URLRewrite":
            _rewrite(asked, settings, result, hop, section)
        case "CORS":
            _cors(asked, settings, result, hop, section)
        case "ExtensionRef":
            _extension(asked, settings, result, hop, section)
        case _:
            _external(asked, settings, result, hop, section, place)


def _with_headers(request: Forwarded, changed: Changes) -> Forwarded:
    host = request.host
    for name, value in (*changed.set, *changed.add):
        if name.lower() == "host":
            host = value
    headers = applied(request.headers, changed)
    kept = tuple(one for one in headers if one[0].lower() != "host")
    return replace(request, host=host, headers=kept)


def _redirect(
    asked: Asked, settings: Mapping[str, Any], result: Result, hop: Any, section: str
) -> None:
    arrival = asked.arrival
    try:
        found = redirect(
            settings,
            asked.request,
            asked.match,
            arrival.scheme,
            arrival.listener.port,
            names_port=asked.ngf,
        )
    except Unfit as error:
        result.own = Own(500, Reason(f"The redirect cannot be made: {error}.", section))
        return
    result.redirect = found
    if asked.ngf and f":{arrival.listener.port}" in found.location.split("/")[2]:
        result.notes.append(ways.REDIRECT_PORT)
    hop(f"Sends the client to {found.location} with {found.status}.")


def _as_ngf_redirects(entries: Sequence[Mapping[str, Any]], result: Result) -> None:
    if any(str(one["type"]).endswith("HeaderModifier") for one in entries):
        result.notes.append(ways.REDIRECT_HEADERS)
        kept = result.response.set
        cross = tuple(one for one in kept if one[0].lower().startswith("access-control-"))
        result.response = Changes(cross)


def _rewrite(
    asked: Asked, settings: Mapping[str, Any], result: Result, hop: Any, section: str
) -> None:
    path, query = split(result.request.path)
    try:
        path = modified(settings.get("path"), path, asked.match)
    except Unfit as error:
        result.own = Own(500, Reason(f"The rewrite cannot be made: {error}.", section))
        return
    host = settings.get("hostname")
    host = host if isinstance(host, str) and host else result.request.host
    result.request = replace(result.request, path=path + query, host=host)
    hop(f"Rewrites the request to {host}{path}{query}.")


def _mirror(
    asked: Asked, settings: Mapping[str, Any], result: Result, place: str, section: str
) -> None:
    spec = settings.get("backendRef")
    if not isinstance(spec, Mapping):
        return
    wanted = backend(asked.route.ref.namespace, spec, f"{place}.requestMirror.backendRef")
    found = asked.model.backend(asked.route.ref, wanted, asked.ngf)
    percent = _percent(settings)
    if found.fault is not None:
        text = f"No copies go to {wanted.ref}: {found.fault.message}"
    elif percent <= 0:
        text = f"No requests are copied to {wanted.ref}: its share is 0."
    else:
        what = "Every request" if percent >= 100 else f"{percent:g}% of requests"
        text = f"{what} is copied to {wanted.ref}; its answers are ignored."
        result.mirrors.append(Mirror(wanted.ref, wanted.port, percent))
    result.hops.append(Hop("mirror", wanted.ref, "RequestMirror", Reason(text, section), place))


def _external(
    asked: Asked, settings: Mapping[str, Any], result: Result, hop: Any, section: str, place: str
) -> None:
    spec = settings.get("backendRef")
    namespace = asked.route.ref.namespace
    wanted = backend(
        namespace, spec if isinstance(spec, Mapping) else {}, f"{place}.externalAuth.backendRef"
    )
    found = asked.model.backend(asked.route.ref, wanted, asked.ngf)
    if found.answers:
        hop(f"{wanted.ref} decides who may pass; taken as if it let the request pass.")
        return
    why = found.fault.message if found.fault else f"{wanted.ref} has no ready endpoint."
    text = f"Nobody passes, for who may pass cannot be asked: {why}"
    result.own = Own(found.status or 500, Reason(text, section))


def _percent(settings: Mapping[str, Any]) -> float:
    percent = settings.get("percent")
    if isinstance(percent, int | float):
        return float(percent)
    fraction = settings.get("fraction")
    if isinstance(fraction, Mapping) and isinstance(fraction.get("numerator"), int | float):
        return float(100 * fraction["numerator"] / (fraction.get("denominator") or 100))
    return 100.0


def _cors(
    asked: Asked, settings: Mapping[str, Any], result: Result, hop: Any, section: str
) -> None:
    preflight = cors.is_preflight(asked.request.method, asked.headers)
    answer = cors.preflight if preflight else cors.actual
    headers = answer(settings, asked.headers)
    if asked.ngf:
        meant, headers = headers, cors.by_nginx(settings, asked.headers)
        if dict(headers) != dict(meant):
            result.notes.append(ways.CORS_ALWAYS)
    allowed = any(name == "Access-Control-Allow-Origin" for name, _ in headers)
    if asked.ngf and asked.request.method == "OPTIONS" and not preflight:
        result.notes.append(ways.ALL_OPTIONS)
        text = "NGF answers every OPTIONS request to a rule with a CORS filter itself."
        result.own = Own(200, Reason(text, section), headers)
        hop(text)
        return
    if preflight:
        origin = asked.headers["origin"]
        text = f"The gateway answers the preflight of {origin}"
        text += " with what is allowed." if allowed else ", which is not allowed."
        result.own = Own(200, Reason(text, section), headers)
        hop(text)
        return
    result.response = result.response.then(Changes(headers))
    if allowed:
        hop("Lets the origin of the request read the response.")
    else:
        hop("Lets nobody read the response: the request has no origin that is allowed.")


def _extension(
    asked: Asked, settings: Mapping[str, Any], result: Result, hop: Any, section: str
) -> None:
    kind, name = str(settings.get("kind", "")), str(settings.get("name", ""))
    if only_known_to(asked.gateway.controller, settings):
        text = (
            f"What {kind} {name} does, only the gateway's controller knows; taken as if it let the"
            " request pass as it is."
        )
        result.doubts.append(Reason(text, section))
        hop(text)
        return
    plural = _NGF_KINDS.get(kind) if settings.get("group") == _NGF_GROUP and asked.ngf else None
    if plural is None:
        text = f"The filter {kind} {name} is of a kind that cannot be resolved."
        result.own = Own(500, Reason(text, "HTTPRouteFilter.type"))
        return
    world = asked.model.world
    obj = world.of(plural).get((asked.route.ref.namespace, name))
    if obj is None and world.knows(plural):
        text = f"{kind} {asked.route.ref.namespace}/{name} does not exist."
        result.own = Own(500, Reason(text, "HTTPRouteFilter.type"))
        return
    wrong = obj and kind == "AuthenticationFilter" and credentials.filter_fault(world, obj)
    if wrong:
        text = f"{kind} {asked.route.ref.namespace}/{name} is not accepted: {wrong.message}"
        result.own = Own(500, Reason(text, "HTTPRouteFilter.type"))
        return
    spec = (obj or {}).get("spec")
    how = str(spec.get("type", "")) if isinstance(spec, Mapping) else ""
    if kind == "AuthenticationFilter" and how != "OIDC" and "authorization" not in asked.headers:
        text = f"{kind} {name} asks who the client is, and the request does not say."
        result.own = Own(401, Reason(text, section))
        return
    hop(f"{kind} {name} is applied.")
