"""What controllers say of policies (PolicyAncestorStatus), filters and inference pools, and what
policies leave on the objects that they target."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from services.gatewayapi.model import backend_tls, credentials
from services.gatewayapi.model.classes import NGF_CONTROLLER, NGF_DOMAIN
from services.gatewayapi.model.gateways import Gateway
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Object, Ref
from services.gatewayapi.policies.reading import Policy, Refusal, Target
from services.gatewayapi.policies.standing import Standing
from services.gatewayapi.statuses.conditions import (
    Condition,
    Status,
    condition,
    denied,
    generation,
    reference,
)
from services.gatewayapi.statuses.routes import accepted
from services.kube.catalogue import GATEWAY_API

AFFECTING = {
    "ClientSettingsPolicy": "ClientSettingsPolicyAffected",
    "ObservabilityPolicy": "ObservabilityPolicyAffected",
    "ProxySettingsPolicy": "ProxySettingsPolicyAffected",
    "RateLimitPolicy": "RateLimitPolicyAffected",
    "SnippetsPolicy": "SnippetsPolicyAffected",
    "WAFPolicy": "gateway.nginx.org/WAFPolicyAffected",
}
"""Policies of NGF that show on the Gateways and routes they target, and as what."""
Affected = Mapping[Ref, list[Condition]]


def affected(standing: Standing) -> Affected:
    """The conditions that NGF leaves on what policies target."""
    found: dict[Ref, list[Condition]] = defaultdict(list)
    for kind in AFFECTING:
        for target in _targeted(standing, kind):
            obj = _object(standing.model, target)
            if obj is not None:
                text = f"The {kind} is applied to the resource"
                found[target].append(
                    condition(AFFECTING[kind], generation(obj), "True", "PolicyAffected", text)
                )
    return found


def _targeted(standing: Standing, kind: str) -> list[Ref]:
    refs = {
        target.ref
        for policy in standing.policies.values()
        if policy.kind.kind == kind
        for target in policy.targets
        if target.group == GATEWAY_API
    }
    return sorted(refs)


def _object(model: Model, ref: Ref) -> Object | None:
    if ref.kind == "Gateway":
        one = model.gateways.get(ref.key)
        return one.obj if one else None
    route = model.routes.get(ref)
    return route.obj if route else None


def filter_status(policy: Policy) -> Status:
    """A SnippetsFilter or AuthenticationFilter."""
    at = generation(policy.obj)
    verdict = condition("Accepted", at, "True", "Accepted", f"The {policy.kind.kind} is accepted")
    if policy.refused:
        verdict = _refused(at, policy.refused)
    return {"controllers": [{"controllerName": NGF_CONTROLLER, "conditions": [verdict]}]}


def policy_status(standing: Standing, policy: Policy) -> Status:
    """A policy: one ancestor for each Gateway or route that it targets, of a Service for each
    Gateway whose routes lead there."""
    to_backends = policy.kind.kind == "BackendTLSPolicy"
    ancestors: list[Status] = []
    for ref, controller, refusal in _ancestors(standing, policy):
        named = reference(ref)
        if any(one["ancestorRef"] == named for one in ancestors):
            continue
        found = (
            _backend_tls(standing.model, policy, refusal, controller.startswith(NGF_DOMAIN))
            if to_backends
            else [_verdict(policy, refusal), *_resolved(standing.model, policy)]
        )
        ancestors.append({"ancestorRef": named, "controllerName": controller, "conditions": found})
    return {"ancestors": ancestors}


def _ancestors(standing: Standing, policy: Policy) -> Iterator[tuple[Ref, str, Refusal | None]]:
    for target in policy.targets:
        refusal = policy.refused_on(target.ref, target.section)
        if target.ref.kind != "Service":
            if policy.kind.kind == "BackendTLSPolicy":
                continue  # which controller would take it, nobody knows
            yield from _direct(standing.model, target, refusal)
            continue
        gateways = list(leading_to(standing.model, target.ref))
        if policy.kind.kind != "BackendTLSPolicy":
            gateways = [one for one in gateways if one.ngf]
            if refusal and refusal.reason == "TargetNotFound" and not gateways:
                yield target.ref, NGF_CONTROLLER, refusal
        for one in gateways:
            yield one.ref, one.controller, refusal if refusal and refusal.reason else None


def _direct(
    model: Model, target: Target, refusal: Refusal | None
) -> Iterator[tuple[Ref, str, Refusal | None]]:
    if not refusal or refusal.reason:
        yield target.ref, NGF_CONTROLLER, refusal
    elif any(one.ngf for one in model.gateways_of(target.ref)):
        yield target.ref, NGF_CONTROLLER, None  # a route that is known, though nothing goes there


def leading_to(model: Model, backend: Ref, *, asked: bool = False) -> Iterator[Gateway]:
    """The gateways of which an attached route sends requests to a Service or an InferencePool;
    ``asked``: also those that a route only names."""
    found = {}
    for user in model.users(backend):
        for parent in model.parents(user):
            if parent.gateway and (asked or any(one.attached for one in parent.attachments)):
                found[parent.gateway.key] = model.gateways[parent.gateway.key]
    for key in sorted(found):
        if found[key].controller:
            yield found[key]


def _verdict(policy: Policy, refusal: Refusal | None) -> Condition:
    at = generation(policy.obj)
    if refusal:
        return _refused(at, refusal)
    return condition("Accepted", at, "True", "Accepted", "The Policy is accepted")


def _resolved(model: Model, policy: Policy) -> list[Condition]:
    """Whether the Secrets of a WAFPolicy are there; other kinds name none. What NGF fetches with
    them, no model knows."""
    if policy.kind.kind != "WAFPolicy":
        return []
    at = generation(policy.obj)
    for fault in credentials.waf_faults(model.world, policy.obj):
        return [denied("ResolvedRefs", at, fault)]
    text = "All references are resolved"
    return [condition("ResolvedRefs", at, "True", "ResolvedRefs", text)]


def _refused(at: int, refusal: Refusal) -> Condition:
    return condition("Accepted", at, "False", refusal.reason, refusal.message)


def _backend_tls(
    model: Model, policy: Policy, refused: Refusal | None, ngf: bool
) -> list[Condition]:
    at = generation(policy.obj)
    wrong = backend_tls.unresolved(model.world, policy.obj)
    first = _verdict(policy, refused)
    if not refused and (fault := backend_tls.refusal(model.world, policy.obj, ngf)):
        first = denied("Accepted", at, fault)
    if wrong:
        return [first, denied("ResolvedRefs", at, wrong[0])]
    if refused and refused.reason == "TargetNotFound":
        # LocalPolicyTargetReferenceWithSectionName.sectionName: told under ResolvedRefs.
        return [first, condition("ResolvedRefs", at, "False", refused.reason, refused.message)]
    text = "All references are resolved"
    return [first, condition("ResolvedRefs", at, "True", "ResolvedRefs", text)]


def pool_status(model: Model, ref: Ref, obj: Object) -> Status:
    """An InferencePool: one parent for each Gateway whose routes lead to it."""
    at = generation(obj)
    parents = []
    for one in leading_to(model, ref, asked=True):
        text = "The InferencePool is accepted by the Gateway"
        verdict = condition("Accepted", at, "True", "Accepted", text)
        if not _some_accepted(model, ref, one):
            text = "No HTTPRoute that leads to the InferencePool is accepted"
            verdict = condition("Accepted", at, "False", "HTTPRouteNotAccepted", text)
        wrong = _picker(model, ref, obj)
        text = wrong or "The InferencePool references a valid ExtensionRef"
        resolved = condition(
            "ResolvedRefs",
            at,
            "False" if wrong else "True",
            "InvalidExtensionRef" if wrong else "ResolvedRefs",
            text,
        )
        parents.append(
            {
                "parentRef": reference(one.ref),
                "controllerName": one.controller,
                "conditions": [verdict, resolved],
            }
        )
    return {"parents": parents}


def _some_accepted(model: Model, pool: Ref, gateway: Gateway) -> bool:
    return any(
        accepted(model, user, parent) is None
        for user in model.users(pool)
        for parent in model.parents(user)
        if parent.gateway == gateway.ref
    )


def _picker(model: Model, ref: Ref, obj: Object) -> str:
    """What is wrong with the endpoint picker that a pool names; "" for a Service that is there."""
    named = (obj.get("spec") or {}).get("endpointPickerRef") or {}
    place = ref.namespace, str(named.get("name", ""))
    if (named.get("kind") or "Service") != "Service":
        return f"The ExtensionRef is a {named['kind']}, not a Service"
    if model.world.has("services", place) is False:
        return f"The ExtensionRef Service {'/'.join(place)} does not exist"
    return ""


def settings_status(obj: Object) -> Status:
    """The NginxGateway that NGF's control plane reads."""
    text = "The NginxGateway is valid"
    return {"conditions": [condition("Valid", generation(obj), "True", "Valid", text)]}
