"""What is wrong with gateways, ListenerSets, policies and inference pools, and which statuses are
older than their objects."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from services.gatewayapi.issue import Issue
from services.gatewayapi.issues.remedies import remedy
from services.gatewayapi.issues.routes import of_fault
from services.gatewayapi.model import backend_tls, credentials
from services.gatewayapi.model.gateways import Listener
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Object, Ref
from services.gatewayapi.policies.conflicts import found as refused
from services.gatewayapi.policies.reading import Policy
from services.gatewayapi.policies.standing import Standing
from services.gatewayapi.statuses.computed import Statuses
from services.gatewayapi.statuses.conditions import generation
from services.gatewayapi.statuses.gateways import class_parameters, client_certificate
from services.gatewayapi.statuses.policies import leading_to


def gateway_class(model: Model, ref: Ref) -> Iterator[Issue]:
    """A GatewayClass whose parameters cannot be used."""
    obj = model.world.of("gatewayclasses").get(ref.key)
    wrong = class_parameters(model, obj) if obj is not None else None
    if wrong:
        field = "spec.parametersRef"
        text = remedy("InvalidParameters")
        yield Issue(
            "error", ref, field, "InvalidParameters", wrong[1], f"GatewayClass.{field}", text
        )


def gateway(model: Model, ref: Ref) -> Iterator[Issue]:
    """A Gateway with its own listeners."""
    one = model.gateways.get(ref.key)
    if one is None:
        return
    for fault in one.faults:
        issue = of_fault(ref, fault)
        # A class may yet get a controller; one that is not there takes no gateway.
        missing = ("", one.class_name) not in model.world.of("gatewayclasses")
        if fault.reason == "Pending" and missing:
            issue = replace(issue, severity="error")
        yield issue
    yield from _listeners(ref, tuple(own for own in one.listeners if own.owner == ref))
    wrong = client_certificate(model, one) if one.controller else None
    if wrong:
        yield of_fault(ref, wrong)


def listener_set(model: Model, ref: Ref) -> Iterator[Issue]:
    """A ListenerSet with its listeners."""
    one = model.listener_sets.get(ref.key)
    if one is None:
        return
    if one.fault and one.fault.reason != "ListenersNotValid":
        yield of_fault(ref, one.fault, one.gateway)
    yield from _listeners(ref, one.listeners)


def _listeners(ref: Ref, listeners: tuple[Listener, ...]) -> Iterator[Issue]:
    for one in listeners:
        for fault in one.faults:
            yield of_fault(ref, fault)


def policies(standing: Standing) -> Iterator[Issue]:
    """Every policy that does not take effect as it says."""
    for one in refused(standing):
        yield Issue(
            "error" if one.reason else "warning",
            one.policy,
            one.field,
            one.reason or "NoEffect",
            one.message,
            one.source,
            remedy(one.reason or "NoEffect"),
            one.counterpart or one.target,
        )
    for policy in standing.policies.values():
        if policy.kind.kind == "BackendTLSPolicy":
            yield from _backend_tls(standing.model, policy)
        if policy.kind.kind == "WAFPolicy":
            for fault in credentials.waf_faults(standing.model.world, policy.obj):
                yield of_fault(policy.ref, fault)


def _backend_tls(model: Model, policy: Policy) -> Iterator[Issue]:
    wrong = backend_tls.unresolved(model.world, policy.obj)
    for fault in wrong:
        yield of_fault(policy.ref, fault)
    gateways = [one for target in policy.targets for one in leading_to(model, target.ref)]
    refusal = backend_tls.refusal(model.world, policy.obj, any(one.ngf for one in gateways))
    if refusal and refusal.field not in {one.field for one in wrong}:
        yield of_fault(policy.ref, refusal)


def pool(model: Model, ref: Ref, statuses: Statuses) -> Iterator[Issue]:
    """An InferencePool whose endpoint picker is not there."""
    for parent in (statuses.of(ref) or {}).get("parents", ()):
        for one in parent["conditions"]:
            if one["status"] == "False":
                field = "spec.endpointPickerRef" if one["type"] == "ResolvedRefs" else ""
                yield Issue(
                    "error", ref, field, one["reason"], one["message"], "", remedy(one["reason"])
                )
        return


def stale(ref: Ref, obj: Object) -> Iterator[Issue]:
    """A status that speaks of an earlier generation of its object."""
    at = generation(obj)
    old = [one for one in _conditions(obj.get("status")) if _is_old(one, at)]
    if old:
        seen = min(int(one["observedGeneration"]) for one in old)
        yield Issue(
            "warning",
            ref,
            "status",
            "Stale",
            f"Its status is of generation {seen}, and it is in generation {at}: no controller has"
            " looked at the last change.",
            "metav1.Condition.observedGeneration",
            "See whether the controller runs, and what it logs.",
        )


def _is_old(condition: Object, at: int) -> bool:
    seen = condition.get("observedGeneration")
    return isinstance(seen, int) and seen < at and condition.get("reason") != "Pending"


def _conditions(status: object) -> Iterator[Object]:
    if not isinstance(status, Mapping):
        return
    holders = [status]
    for several in ("listeners", "parents", "ancestors", "controllers"):
        held = status.get(several)
        holders += [one for one in held or () if isinstance(one, Mapping)]
    for holder in holders:
        yield from (one for one in holder.get("conditions") or () if isinstance(one, Mapping))
