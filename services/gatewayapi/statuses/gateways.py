"""What a controller says of GatewayClasses, Gateways and ListenerSets."""

from services.gatewayapi.model.certificates import certificate_fault
from services.gatewayapi.model.classes import NGF_DOMAIN, ignored
from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.gateways import Gateway, Listener, ListenerSet
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Key, Object
from services.gatewayapi.model.parameters import INVALID, parameters_fault
from services.gatewayapi.statuses import listeners
from services.gatewayapi.statuses.conditions import (
    PENDING,
    Condition,
    Status,
    condition,
    denied,
    generation,
)

FEATURES = (
    "BackendTLSPolicy",
    "GRPCRoute",
    "Gateway",
    "GatewayHTTPListenerIsolation",
    "GatewayInfrastructurePropagation",
    "GatewayPort8080",
    "HTTPRoute",
    "HTTPRouteHostRewrite",
    "HTTPRouteMethodMatching",
    "HTTPRoutePathRedirect",
    "HTTPRoutePathRewrite",
    "HTTPRoutePortRedirect",
    "HTTPRouteQueryParamMatching",
    "HTTPRouteRequestMirror",
    "HTTPRouteRequestMultipleMirrors",
    "HTTPRouteRequestPercentageMirror",
    "HTTPRouteResponseHeaderModification",
    "HTTPRouteSchemeRedirect",
    "ReferenceGrant",
    "TLSRoute",
)
"""What NGF says that it supports."""
_WAITING = "Waiting for controller"
_INVALID = "InvalidParameters"


def gateway_class(model: Model, key: Key, obj: Object) -> Status:
    """A GatewayClass, by the controller that it names (GatewayClass.spec.controllerName)."""
    at = generation(obj)
    spec = obj.get("spec") or {}
    controller = str(spec.get("controllerName", ""))
    ngf = controller.startswith(NGF_DOMAIN)
    wrong = class_parameters(model, obj)
    reason, text = wrong or ("Accepted", "The GatewayClass is accepted")
    if ignored(model.world, key[1]):
        text = "The resource is ignored due to a conflicting GatewayClass resource"
        found = [condition("Accepted", at, "False", "GatewayClassConflict", text)]
    else:
        # NGF stays with the class and leaves the parameters aside.
        taken = "False" if wrong and not ngf else "True"
        found = [condition("Accepted", at, taken, _INVALID if wrong else reason, text)]
    text = "The Gateway API CRD versions are supported"
    found.append(condition("SupportedVersion", at, "True", "SupportedVersion", text))
    if not ngf:
        return {"conditions": found}
    if spec.get("parametersRef"):
        verdict = ("True", "ResolvedRefs", "The ParametersRef resource is resolved")
        if wrong:
            verdict = ("False", *wrong)
        found.append(condition("ResolvedRefs", at, *verdict))
    return {"conditions": found, "supportedFeatures": [{"name": name} for name in FEATURES]}


def class_parameters(model: Model, obj: Object) -> tuple[str, str] | None:
    """NGF's reason and the sentence for what is wrong with a class's parametersRef."""
    spec = obj.get("spec") or {}
    ref, controller = spec.get("parametersRef"), str(spec.get("controllerName", ""))
    if not ref:
        return None
    ngf, home = controller.startswith(NGF_DOMAIN), str(ref.get("namespace") or "")
    return parameters_fault(model.world, ref, home, controller, ngf, set())


def gateway(model: Model, one: Gateway, affected: list[Condition]) -> Status:
    """A Gateway; ``affected`` are the conditions that policies leave on it. Without a controller
    it has what a server fills in."""
    at = generation(one.obj)
    if not one.controller:
        return _waiting(at)
    own = [listener for listener in one.listeners if listener.owner == one.ref]
    refused = _refused(one)
    accepted, programmed = _verdicts(one, own, at, refused)
    found = [accepted, programmed, *_references(model, one, at), *affected]
    if _insecure(one.obj):
        text = "The Gateway accepts clients whose certificate is not valid"
        reason = "ConfigurationChanged"
        found.append(condition("InsecureFrontendValidationMode", at, "True", reason, text))
    counts = listeners.attached_routes(model, one.ref.key)
    return {
        "conditions": found,
        "listeners": [] if refused else listeners.statuses(one, own, counts, at),
        "attachedListenerSets": len(one.listener_sets),
    }


def _refused(one: Gateway) -> Fault | None:
    """Why a gateway is not accepted, whatever its listeners are."""
    return next((fault for fault in one.faults if fault.condition == "Accepted"), None)


def _verdicts(
    one: Gateway, own: list[Listener], at: int, refused: Fault | None
) -> tuple[Condition, Condition]:
    """GatewayConditionAccepted and GatewayConditionProgrammed."""
    if refused:
        accepted = denied("Accepted", at, refused)
        if refused.reason == PENDING:
            return accepted, denied("Programmed", at, refused)
        return accepted, condition("Programmed", at, "False", "Invalid", refused.message)
    programmed = condition("Programmed", at, "True", "Programmed", "The Gateway is programmed")
    unassigned = [fault for fault in one.faults if fault.condition == "Programmed"]
    if unassigned:
        programmed = denied("Programmed", at, unassigned[-1])
    if not any(listener.usable for listener in one.listeners):
        text = "The Gateway has no valid listeners"
        accepted = condition("Accepted", at, "False", "ListenersNotValid", text)
        invalid = condition("Programmed", at, "False", "Invalid", text)
        return accepted, programmed if unassigned else invalid
    wrong = [listener.name for listener in own if not listener.usable]
    if wrong:
        text = f"Listeners that are not valid: {', '.join(wrong)}"
        return condition("Accepted", at, "True", "ListenersNotValid", text), programmed
    ignored_ref = next((fault for fault in one.faults if fault.reason == INVALID), None)
    if ignored_ref:
        text = ignored_ref.message
        return condition("Accepted", at, "True", _INVALID, text), programmed
    return condition("Accepted", at, "True", "Accepted", "The Gateway is accepted"), programmed


def _references(model: Model, one: Gateway, at: int) -> list[Condition]:
    """GatewayConditionResolvedRefs, where the Gateway itself refers to something."""
    spec = one.obj.get("spec") or {}
    fault = next((fault for fault in one.faults if fault.condition == "ResolvedRefs"), None)
    parameters = one.ngf and (spec.get("infrastructure") or {}).get("parametersRef")
    client = ((spec.get("tls") or {}).get("backend") or {}).get("clientCertificateRef")
    fault = fault or client_certificate(model, one)
    if fault:
        return [condition("ResolvedRefs", at, "False", fault.reason, fault.message)]
    if parameters or client:
        text = "All references of the Gateway are resolved"
        return [condition("ResolvedRefs", at, "True", "ResolvedRefs", text)]
    return []


def client_certificate(model: Model, one: Gateway) -> Fault | None:
    """What is wrong with the certificate that a gateway shows to backends
    (Gateway.spec.tls.backend)."""
    field = "spec.tls.backend.clientCertificateRef"
    tls = (one.obj.get("spec") or {}).get("tls") or {}
    ref = (tls.get("backend") or {}).get("clientCertificateRef")
    if not ref:
        return None
    fault = certificate_fault(model.world, model.grants, one.ref, ref, field, set())
    if fault is None:
        return None
    reason = fault.reason
    if reason == "InvalidCertificateRef":
        reason = "InvalidClientCertificateRef"
    return Fault("ResolvedRefs", reason, fault.message, f"Gateway.{field}", field)


def _insecure(obj: Object) -> bool:
    frontend = ((obj.get("spec") or {}).get("tls") or {}).get("frontend") or {}
    settings = [
        frontend.get("default"),
        *(each.get("tls") for each in frontend.get("perPort") or ()),
    ]
    return any(
        ((one or {}).get("validation") or {}).get("mode") == "AllowInsecureFallback"
        for one in settings
    )


def _waiting(at: int) -> Status:
    """What a server fills in, and nobody replaces without a controller."""
    return {
        "conditions": [
            condition(kind, at, "Unknown", PENDING, _WAITING) for kind in ("Accepted", "Programmed")
        ]
    }


def listener_set(model: Model, one: ListenerSet) -> Status:
    """A ListenerSet, by the controller of its Gateway."""
    at = generation(one.obj)
    owner = model.gateways.get(one.gateway.key)
    if owner is None or not owner.controller:
        return _waiting(at)
    if one.fault:
        found = [denied("Accepted", at, one.fault), denied("Programmed", at, one.fault)]
    else:
        wrong = [listener.name for listener in one.listeners if not listener.usable]
        verdict = ("True", "Accepted", "The ListenerSet is accepted")
        if wrong:
            text = f"Listeners that are not valid: {', '.join(wrong)}"
            verdict = ("True", "ListenersNotValid", text)
        found = [
            condition("Accepted", at, *verdict),
            condition("Programmed", at, "True", "Programmed", "The ListenerSet is programmed"),
        ]
    counts = listeners.attached_routes(model, one.gateway.key)
    return {
        "conditions": found,
        "listeners": listeners.statuses(owner, one.listeners, counts, at),
    }
