"""What is wrong with a route: where it does not attach, what it refers to in vain, what NGF does
otherwise than it says."""

from collections.abc import Iterator
from dataclasses import replace

from services.gatewayapi.issue import Issue, Severity
from services.gatewayapi.issues.remedies import remedy
from services.gatewayapi.matching.clashes import WEB, clashes
from services.gatewayapi.model.attaching import foreign
from services.gatewayapi.model.attachment import Parent
from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.routes import Route, Rule
from services.gatewayapi.statuses import rules
from services.gatewayapi.ways import (
    NO_BACKENDS,
    OPEN_REGEX,
    REDIRECT_HEADERS,
    SHARED_SERVICE,
    Way,
)

_HEADERS = ("RequestHeaderModifier", "ResponseHeaderModifier")
_FOREIGN = "Leave it, if it is meant for a mesh; name a Gateway, if not."
_ANSWERING = ("RequestRedirect",)


def issues(model: Model, ref: Ref) -> Iterator[Issue]:
    """Everything that is wrong with a route by itself; nothing for one that is not there."""
    route = model.routes.get(ref)
    if route is None:
        return
    ngf = any(one.ngf for one in model.gateways_of(ref))
    for parent in model.parents(ref):
        if parent.fault:
            yield _unattached(ref, parent, parent.fault)
    if not model.parents(ref):
        yield _orphan(ref)
    controller = _controller(model, ref)
    for fault, meant in rules.unresolved(model, route, controller):
        yield of_fault(ref, fault, meant)
    for field, meant in rules.unknown(route, controller):
        yield _unknown(ref, field, meant)
    for one in rules.broken(route, ngf):
        yield of_fault(ref, one.fault)
    yield from _unready(model, route)
    yield from _idle(route)
    if ngf:
        yield from _ignored(route)
        yield from _ways(model, route)


def _controller(model: Model, ref: Ref) -> str:
    """The controllerName by whose ways a route is judged: NGF's where one of its gateways is."""
    gateways = [one for one in model.gateways_of(ref) if one.controller]
    return next((one.controller for one in sorted(gateways, key=lambda one: not one.ngf)), "")


def _unknown(ref: Ref, field: str, meant: Ref) -> Issue:
    return Issue(
        "note",
        ref,
        field,
        "",
        f"Only the gateway's own controller knows {meant.kind} {meant.namespace}/{meant.name}:"
        " whether it exists and what it does is not checked.",
        f"{ref.kind}.spec.rules.filters.extensionRef",
        "See the controller's documentation.",
        meant,
    )


def of_fault(
    ref: Ref, fault: Fault, counterpart: Ref | None = None, severity: Severity = "error"
) -> Issue:
    """A fault as an issue of the object that has it."""
    severity = "warning" if fault.reason == "Pending" else severity
    return Issue(
        severity,
        ref,
        fault.field,
        fault.reason,
        fault.message,
        fault.section,
        remedy(fault.reason),
        counterpart,
    )


def _unattached(ref: Ref, parent: Parent, fault: Fault) -> Issue:
    issue = of_fault(ref, fault, parent.target)
    if foreign(parent.spec):
        issue = replace(issue, severity="note", remedy=_FOREIGN)
    if issue.field.startswith("spec.parentRefs["):
        return issue
    # Which of several parents it is stands in the field, or two of them would be one issue.
    return replace(issue, field=f"spec.parentRefs[{parent.index}]")


def _orphan(ref: Ref) -> Issue:
    return Issue(
        "warning",
        ref,
        "spec.parentRefs",
        "",
        "It names no Gateway, so nothing sends it requests.",
        f"{ref.kind}.spec.parentRefs",
        "Name the Gateway that is to send it requests.",
    )


def _unready(model: Model, route: Route) -> Iterator[Issue]:
    """Backends that are named well and cannot answer."""
    for rule in route.rules:
        for spec in rule.backends:
            found = model.backend(route.ref, spec)
            if found.fault is not None and found.fault.condition == "Accepted" and spec.weight:
                yield of_fault(route.ref, found.fault, spec.ref)
            if found.fault is None and found.ready == 0 and spec.weight:
                answer = f" Clients get {found.status}." if found.status else ""
                yield Issue(
                    "warning",
                    route.ref,
                    spec.field,
                    "NoReadyEndpoints",
                    f"{spec.ref} has no ready endpoint on port {spec.port}.{answer}",
                    f"{route.ref.kind}.spec.rules.backendRefs",
                    "Start pods that the Service selects, or see why they are not ready.",
                    spec.ref,
                )


def _idle(route: Route) -> Iterator[Issue]:
    """Rules that send requests nowhere."""
    for rule in route.rules:
        kinds = [one.get("type") for one in rule.obj.get("filters") or ()]
        if any(kind in _ANSWERING for kind in kinds):
            continue
        if rule.backends and any(one.weight for one in rule.backends):
            continue
        if route.ref.kind in WEB:
            text = "None of its backends has a weight" if rule.backends else NO_BACKENDS.what
            text = text.rstrip(".")
            yield Issue(
                "warning",
                route.ref,
                f"spec.rules[{rule.index}].backendRefs",
                "NoBackends",
                f"{text}: clients get 500." if rule.backends else f"{text}.",
                f"{route.ref.kind}.spec.rules.backendRefs",
                "Name a backend, or delete the rule.",
            )


def _ignored(route: Route) -> Iterator[Issue]:
    for field in rules.ignored(route):
        yield Issue(
            "warning",
            route.ref,
            field,
            "UnsupportedField",
            f"NGF accepts {field.rpartition('.')[2]} and does nothing with it.",
            f"{route.ref.kind}.spec.rules",
            remedy("UnsupportedField"),
        )


def _ways(model: Model, route: Route) -> Iterator[Issue]:
    """Where NGF does otherwise than the specification, told where it changes what happens."""
    for rule in route.rules:
        at = f"spec.rules[{rule.index}]"
        filters = rule.obj.get("filters") or ()
        kinds = [one.get("type") for one in filters]
        if "RequestRedirect" in kinds:
            for place, kind in enumerate(kinds):
                if kind in _HEADERS:
                    yield _way("warning", route.ref, REDIRECT_HEADERS, f"{at}.filters[{place}]")
        if route.ref.kind == "HTTPRoute":
            yield from _open(route, rule, at)
    yield from _shared(model, route.ref)


def _open(route: Route, rule: Rule, at: str) -> Iterator[Issue]:
    for match in rule.matches:
        if match.path_type == "RegularExpression" and not match.path.endswith(("$", ".*")):
            field = f"{at}.matches[{match.index}].path.value"
            yield _way("note", route.ref, OPEN_REGEX, field)


def _shared(model: Model, ref: Ref) -> Iterator[Issue]:
    """One port of a Service behind HTTP and streams of one gateway of NGF; told once a Service."""
    told: set[Ref] = set()
    for gateway in model.gateways_of(ref):
        for mine, other in clashes(model, gateway, ref) if gateway.ngf else ():
            if mine.ref not in told:
                told.add(mine.ref)
                yield _way("error", ref, SHARED_SERVICE, mine.field, other)


def _way(
    severity: Severity, ref: Ref, way: Way, field: str, counterpart: Ref | None = None
) -> Issue:
    return Issue(severity, ref, field, way.id, f"NGF: {way.what}", way.section, "", counterpart)
