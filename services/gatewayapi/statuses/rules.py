"""What is wrong with a route itself, whoever its parents are: rules, and what they refer to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.gatewayapi.matching import expressions
from services.gatewayapi.model import credentials
from services.gatewayapi.model.classes import NGF_DOMAIN, only_known_to
from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Object, Ref
from services.gatewayapi.model.parsing import backend
from services.gatewayapi.model.routes import BackendRef, Match, Route, Rule
from services.kube.catalogue import NGF

EXTENSIONS = {"SnippetsFilter": "snippetsfilters", "AuthenticationFilter": "authenticationfilters"}
"""Kinds of filters that NGF knows by ExtensionRef."""
IGNORED = {
    "HTTPRoute": ("name", "timeouts", "retry", "sessionPersistence"),
    "GRPCRoute": ("name", "sessionPersistence"),
}
"""Fields of a rule that NGF accepts and leaves aside (UnsupportedField)."""
_STREAMS = ("TCPRoute", "UDPRoute")
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that cannot be configured; the others of its route can."""

    rule: int
    fault: Fault


def broken(route: Route, ngf: bool) -> list[Broken]:
    """Every fault that makes a rule invalid; RouteConditionPartiallyInvalid has the rule."""
    return [
        Broken(rule.index, fault) for rule in route.rules for fault in _invalid(route, rule, ngf)
    ]


def ignored(route: Route) -> list[str]:
    """Paths of fields that NGF leaves aside: of TCPRoutes and UDPRoutes all rules but the first."""
    if route.ref.kind in _STREAMS:
        return [f"spec.rules[{rule.index}]" for rule in route.rules[1:]]
    fields = IGNORED.get(route.ref.kind, ())
    return [
        f"spec.rules[{rule.index}].{field}"
        for rule in route.rules
        for field in fields
        if field in rule.obj
    ]


def unresolved(model: Model, route: Route, controller: str) -> Iterator[tuple[Fault, Ref]]:
    """Every reference of a route that leads nowhere for a controller, with what it means, in the
    order of its rules (RouteConditionResolvedRefs)."""
    ngf = controller.startswith(NGF_DOMAIN)
    for rule in route.rules[:1] if ngf and route.ref.kind in _STREAMS else route.rules:
        filters = rule.obj.get("filters") or ()
        where = f"spec.rules[{rule.index}].filters"
        yield from _filters(model, route, filters, where, controller)
        for ref in rule.backends:
            fault = model.backend(route.ref, ref, ngf).fault
            # What is wrong with a policy of the backend, the policy's own status tells.
            if fault and fault.condition == "ResolvedRefs":
                yield fault, ref.ref
        for place, raw in enumerate(rule.obj.get("backendRefs") or ()):
            if raw.get("filters") and not ngf:  # NGF refuses the whole backendRef
                where = f"spec.rules[{rule.index}].backendRefs[{place}].filters"
                yield from _filters(model, route, raw["filters"], where, controller)


def unknown(route: Route, controller: str) -> Iterator[tuple[str, Ref]]:
    """The filters of a route that only its controller knows, each with its field."""
    for rule in route.rules:
        at = f"spec.rules[{rule.index}]"
        lists = [(f"{at}.filters", rule.obj.get("filters"))]
        for place, raw in enumerate(rule.obj.get("backendRefs") or ()):
            lists.append((f"{at}.backendRefs[{place}].filters", raw.get("filters")))
        for where, filters in lists:
            for place, one in enumerate(filters or ()):
                ref = one.get("extensionRef")
                if ref and only_known_to(controller, ref):
                    meant = Ref(str(ref["kind"]), route.ref.namespace, str(ref.get("name", "")))
                    yield f"{where}[{place}].extensionRef", meant


def mirrored(route: Route) -> Iterator[BackendRef]:
    """Where the rules of a route send copies."""
    for rule in route.rules:
        for place, one in enumerate(rule.obj.get("filters") or ()):
            ref = (one.get("requestMirror") or {}).get("backendRef")
            if ref:
                field = f"spec.rules[{rule.index}].filters[{place}].requestMirror.backendRef"
                yield backend(route.ref.namespace, ref, field)


def _filters(
    model: Model, route: Route, filters: Iterable[Object], where: str, controller: str
) -> Iterator[tuple[Fault, Ref]]:
    ngf = controller.startswith(NGF_DOMAIN)
    section = f"{route.ref.kind}.spec.rules.filters"
    for place, one in enumerate(filters):
        for key in ("requestMirror", "externalAuth"):
            ref = (one.get(key) or {}).get("backendRef")
            if ref:
                spec = backend(route.ref.namespace, ref, f"{where}[{place}].{key}.backendRef")
                fault = model.backend(route.ref, spec, ngf).fault
                if fault and fault.condition == "ResolvedRefs":
                    yield fault, spec.ref
        extension = one.get("extensionRef")
        if extension and not only_known_to(controller, extension):
            field = f"{where}[{place}].extensionRef"
            wrong = _extension(model, route.ref, extension, field, ngf)
            if wrong:
                kind, name = str(extension.get("kind", "")), str(extension.get("name", ""))
                meant = Ref(kind, route.ref.namespace, name)
                yield Fault("ResolvedRefs", *wrong, f"{section}.extensionRef", field), meant


def _extension(
    model: Model, route: Ref, ref: Object, where: str, ngf: bool
) -> tuple[str, str] | None:
    """Reason and message of an ExtensionRef that leads to no filter of the route's namespace."""
    kind, name = str(ref.get("kind", "")), str(ref.get("name", ""))
    plural = EXTENSIONS.get(kind) if ref.get("group") == NGF else None
    reason = "InvalidFilter" if ngf else "InvalidKind"
    if plural is None:
        # HTTPRouteFilter: one that cannot be resolved must not be skipped.
        known = "not known to NGF" if ngf else "no filter that is known here"
        return reason, f"{where}: {ref.get('group') or 'core'}/{kind} is {known}"
    if not ngf:
        return reason, f"{where}: {kind} is a filter of NGF, and the gateway is not NGF's"
    if model.world.has(plural, (route.namespace, name)) is False:
        return reason, f"{kind} {route.namespace}/{name} does not exist"
    obj = model.world.of(plural).get((route.namespace, name))
    if obj is not None and kind == "AuthenticationFilter":
        wrong = credentials.filter_fault(model.world, obj)
        return (reason, f"{kind} {route.namespace}/{name}: {wrong.message}") if wrong else None
    return None


def _invalid(route: Route, rule: Rule, ngf: bool) -> Iterator[Fault]:
    at = f"spec.rules[{rule.index}]"
    kinds = [one.get("type") for one in rule.obj.get("filters") or ()]
    section = f"{route.ref.kind}.spec.rules.filters"
    if "RequestRedirect" in kinds and "URLRewrite" in kinds:
        text = f"{at}.filters has both RequestRedirect and URLRewrite"
        yield Fault("Accepted", "IncompatibleFilters", text, section, f"{at}.filters")
    for match in rule.matches:
        yield from _match(route.ref.kind, match, f"{at}.matches[{match.index}]", ngf)


def _match(kind: str, match: Match, at: str, ngf: bool) -> Iterator[Fault]:
    section = f"{kind}.spec.rules.matches"

    def fault(text: str, field: str) -> Fault:
        return Fault("Accepted", "UnsupportedValue", text, section, field)

    patterns = []
    if match.path_type == "RegularExpression":
        if kind == "HTTPRoute":
            patterns.append((match.path, f"{at}.path.value"))
        else:
            patterns += [
                (match.grpc_service, f"{at}.method.service"),
                (match.grpc_method, f"{at}.method.method"),
            ]
    for name, values in (("headers", match.headers), ("queryParams", match.query)):
        patterns += [
            (one.value, f"{at}.{name}[{place}].value")
            for place, one in enumerate(values)
            if one.type == "RegularExpression"
        ]
    for pattern, field in patterns:
        wrong = expressions.fault(pattern)
        if wrong:
            yield fault(f"{field} is no regular expression: {wrong}", field)
    if kind == "HTTPRoute" and match.method and match.method not in _METHODS:
        yield fault(f"{at}.method {match.method} is not supported", f"{at}.method")
    if kind == "GRPCRoute" and ngf:
        named = bool(match.grpc_service), bool(match.grpc_method)
        if named[0] != named[1]:
            yield fault(f"{at}.method needs both service and method for NGF", f"{at}.method")
        elif any(named) and match.path_type != "Exact":
            yield fault(f"{at}.method.type must be Exact for NGF", f"{at}.method.type")
