"""What NGF says of its own kinds, of what they affect, and of inference pools."""

from collections.abc import Iterable
from typing import Any

from services.demo.references import (
    CONTROLLER,
    Key,
    Object,
    Verdict,
    World,
    condition,
    generation,
)
from services.kube.catalogue import KINDS, NGF

POLICIES = tuple(
    name for name, kind in KINDS.items() if kind.group == NGF and name.endswith("policies")
)
FILTERS = tuple(
    name for name, kind in KINDS.items() if kind.group == NGF and name.endswith("filters")
)
_PLURALS = {"Gateway": "gateways", "HTTPRoute": "httproutes", "GRPCRoute": "grpcroutes"}
_SHOWN_ON_TARGETS = (
    "clientsettingspolicies",
    "observabilitypolicies",
    "proxysettingspolicies",
    "ratelimitpolicies",
    "snippetspolicies",
)


def targets(policy: Object) -> list[Any]:
    """What a policy points at, whether it may have one target or many."""
    spec = policy["spec"]
    return [*(spec.get("targetRefs") or ()), *filter(None, [spec.get("targetRef")])]


def policy_status(world: World, key: Key, policy: Object) -> dict[str, Any]:
    """One ancestor per target."""
    return {"ancestors": [_ancestor(world, key, policy, ref) for ref in targets(policy)]}


def _ancestor(world: World, key: Key, policy: Object, ref: Any) -> dict[str, Any]:
    verdict: Verdict = ("True", "Accepted", "The Policy is accepted")
    if (key[0], ref["name"]) not in world(_PLURALS.get(ref["kind"], "services")):
        verdict = ("False", "TargetNotFound", f"{ref['kind']} {ref['name']} does not exist")
    return {
        "ancestorRef": {**ref, "namespace": key[0]},
        "controllerName": CONTROLLER,
        "conditions": [condition("Accepted", generation(policy), verdict)],
    }


def affected(world: World, kind: str, key: Key, obj: Object) -> list[dict[str, Any]]:
    """The conditions that policies leave on the ``kind`` (Gateway, HTTPRoute) they target."""
    found = []
    for name in _SHOWN_ON_TARGETS:
        policies = world(name).items()
        if any(
            namespace == key[0] and (ref["kind"], ref["name"]) == (kind, key[1])
            for (namespace, _), policy in policies
            for ref in targets(policy)
        ):
            text = f"The {KINDS[name].kind} is applied to the resource"
            found.append(
                condition(
                    f"{KINDS[name].kind}Affected",
                    generation(obj),
                    ("True", "PolicyAffected", text),
                )
            )
    return found


def filter_status(kind: str, one: Object) -> dict[str, Any]:
    """The status of a SnippetsFilter or AuthenticationFilter."""
    verdict = ("True", "Accepted", f"The {KINDS[kind].kind} is accepted")
    accepted = condition("Accepted", generation(one), verdict)
    return {"controllers": [{"controllerName": CONTROLLER, "conditions": [accepted]}]}


def settings_status(one: Object) -> dict[str, Any]:
    """The status of the NginxGateway that the control plane reads."""
    verdict = ("True", "Valid", "The NginxGateway is valid")
    return {"conditions": [condition("Valid", generation(one), verdict)]}


def pool_status(world: World, key: Key, pool: Object, gateways: Iterable[Key]) -> dict[str, Any]:
    """The status of an InferencePool; ``gateways`` are those whose routes lead to it."""
    at, picker = generation(pool), pool["spec"]["endpointPickerRef"]
    refs: Verdict = ("True", "ResolvedRefs", "The InferencePool references a valid ExtensionRef")
    if (key[0], picker["name"]) not in world("services"):
        text = f"The ExtensionRef Service {key[0]}/{picker['name']} does not exist"
        refs = ("False", "InvalidExtensionRef", text)
    accepted = ("True", "Accepted", "The InferencePool is accepted by the Gateway")
    return {
        "parents": [
            {
                "parentRef": {
                    "group": "gateway.networking.k8s.io",
                    "kind": "Gateway",
                    "namespace": namespace,
                    "name": name,
                },
                "controllerName": CONTROLLER,
                "conditions": [
                    condition("Accepted", at, accepted),
                    condition("ResolvedRefs", at, refs),
                ],
            }
            for namespace, name in sorted(gateways)
        ]
    }
