"""What NGF says of gateway classes, gateways and their listeners.

A listener without a fault has four conditions, one with a fault only those that the fault concerns
and ``Programmed``. Addresses are invented; one that is asked for cannot be had.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from services.demo.references import (
    CONTROLLER,
    RESOLVED,
    Key,
    Object,
    Verdict,
    World,
    certificates,
    condition,
    generation,
)

CLASS = "nginx"
"""The one class that an NGF takes care of."""
GROUP = "gateway.networking.k8s.io"
ROUTES = {
    "httproutes": ("HTTPRoute", ("HTTP", "HTTPS")),
    "grpcroutes": ("GRPCRoute", ("HTTP", "HTTPS")),
    "tlsroutes": ("TLSRoute", ("TLS",)),
    "tcproutes": ("TCPRoute", ("TCP",)),
    "udproutes": ("UDPRoute", ("UDP",)),
}
"""Route kinds and the listener protocols that take them."""
_TOGETHER = {"HTTP": "plain", "HTTPS": "secure", "TLS": "secure", "TCP": "stream"}
"""Protocols that may share a port; UDP shares none of theirs."""
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

Fault = tuple[tuple[str, ...], str, str]
"""The condition types it shows under, its reason and its message."""


def ours(world: World) -> dict[Key, Object]:
    """Gateways of our class."""
    known = world("gatewayclasses").get(("", CLASS))
    if known is None or known["spec"].get("controllerName") != CONTROLLER:
        return {}
    gateways = world("gateways").items()
    return {key: one for key, one in gateways if one["spec"].get("gatewayClassName") == CLASS}


def class_status(name: str, one: Object) -> dict[str, Any]:
    """The status of a GatewayClass that names our controller."""
    at = generation(one)
    accepted: Verdict = ("True", "Accepted", "The GatewayClass is accepted")
    if name != CLASS:
        text = "The resource is ignored due to a conflicting GatewayClass resource"
        accepted = ("False", "GatewayClassConflict", text)
    version = ("True", "SupportedVersion", "The Gateway API CRD versions are supported")
    return {
        "conditions": [
            condition("Accepted", at, accepted),
            condition("SupportedVersion", at, version),
        ],
        "supportedFeatures": [{"name": feature} for feature in FEATURES],
    }


def gateway_status(
    world: World,
    key: Key,
    gateway: Object,
    attached: Mapping[str, int],
    affected: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """A Gateway's whole status; ``attached`` counts routes by listener name, ``affected`` are the
    conditions that policies add."""
    at = generation(gateway)
    listeners, good = [], 0
    for one in gateway["spec"]["listeners"]:
        found = fault(world, key[0], gateway, one)
        good += found is None
        listeners.append(
            {
                "name": one["name"],
                "supportedKinds": [{"group": GROUP, "kind": kind} for kind in supported_kinds(one)],
                "attachedRoutes": attached.get(one["name"], 0),
                "conditions": [
                    condition(name, at, verdict) for name, verdict in _conditions(found)
                ],
            }
        )
    accepted: Verdict = ("True", "Accepted", "The Gateway is accepted")
    programmed: Verdict = ("True", "Programmed", "The Gateway is programmed")
    addresses = [{"type": "IPAddress", "value": _address(key)}]
    if not good:
        accepted = ("False", "ListenersNotValid", "The Gateway has no valid listeners")
        programmed = ("False", "Invalid", "The Gateway has no valid listeners")
        addresses = []
    elif good < len(listeners):
        accepted = ("True", "ListenersNotValid", "The Gateway has at least one valid listener")
    if gateway["spec"].get("addresses"):
        wanted = gateway["spec"]["addresses"][0].get("value", "")
        text = f"The address {wanted} could not be assigned to the data plane Service"
        programmed, addresses = ("False", "AddressNotAssigned", text), []
    return {
        "addresses": addresses,
        "listeners": listeners,
        "conditions": [
            condition("Accepted", at, accepted),
            condition("Programmed", at, programmed),
            *_parameters(world, key[0], gateway),
            *affected,
        ],
    }


def _address(key: Key) -> str:
    return f"203.0.113.{sum('/'.join(key).encode()) % 200 + 10}"


def _parameters(world: World, namespace: str, gateway: Object) -> list[dict[str, Any]]:
    ref = (gateway["spec"].get("infrastructure") or {}).get("parametersRef")
    if not ref:
        return []
    verdict: Verdict = ("True", "ResolvedRefs", "ParametersRef resource is resolved")
    if (namespace, ref["name"]) not in world("nginxproxies"):
        text = f'spec.infrastructure.parametersRef.name: Not found: "{ref["name"]}"'
        verdict = ("False", "ParametersRefNotFound", text)
    return [condition("ResolvedRefs", generation(gateway), verdict)]


def _conditions(found: Fault | None) -> list[tuple[str, Verdict]]:
    if found is None:
        return [
            ("Accepted", ("True", "Accepted", "The Listener is accepted")),
            ("Programmed", ("True", "Programmed", "The Listener is programmed")),
            ("ResolvedRefs", RESOLVED),
            ("Conflicted", ("False", "NoConflicts", "No conflicts")),
        ]
    types, reason, text = found
    spoken: list[tuple[str, Verdict]] = [
        (name, ("True" if name == "Conflicted" else "False", reason, text)) for name in types
    ]
    return [*spoken, ("Programmed", ("False", "Invalid", text))]


def fault(world: World, namespace: str, gateway: Object, one: Object) -> Fault | None:
    """What is wrong with a listener, or None."""
    protocols = {protocol for _, served in ROUTES.values() for protocol in served}
    if one["protocol"] not in protocols:
        text = f'protocol: Unsupported value: "{one["protocol"]}"'
        return ("Accepted",), "UnsupportedProtocol", text
    for other in gateway["spec"]["listeners"]:
        if other["name"] != one["name"] and other["port"] == one["port"]:
            clash = _clash(one, other)
            if clash:
                return clash
    refs = certificates(world, namespace, one)
    if refs != RESOLVED:
        return ("Accepted", "ResolvedRefs"), refs[1], refs[2]
    asked = [entry["kind"] for entry in (one.get("allowedRoutes") or {}).get("kinds") or ()]
    wrong = [kind for kind in asked if kind not in supported_kinds(one)]
    if wrong:
        text = f'allowedRoutes.kinds: Unsupported value: "{wrong[0]}"'
        return ("ResolvedRefs",), "InvalidRouteKinds", text
    return None


def _clash(one: Object, other: Object) -> Fault | None:
    pair = (one["protocol"], other["protocol"])
    if "UDP" not in pair and _TOGETHER.get(pair[0]) != _TOGETHER.get(pair[1]):
        text = (
            f"Multiple listeners for the same port {one['port']} specify incompatible protocols; "
            "ensure only one protocol per port"
        )
        return ("Accepted", "Conflicted"), "ProtocolConflict", text
    if set(pair) == {"HTTPS", "TLS"} and meets(one.get("hostname", ""), other.get("hostname", "")):
        text = (
            f"HTTPS and TLS listeners for the same port {one['port']} specify overlapping "
            "hostnames; ensure no overlapping hostnames for HTTPS and TLS listeners for the "
            "same port"
        )
        return ("Accepted", "Conflicted"), "HostnameConflict", text
    return None


def supported_kinds(one: Object) -> list[str]:
    """Route kinds that fit the listener's protocol, as far as it allows them."""
    fitting = [kind for kind, protocols in ROUTES.values() if one["protocol"] in protocols]
    asked = [entry["kind"] for entry in (one.get("allowedRoutes") or {}).get("kinds") or ()]
    return [kind for kind in fitting if kind in asked] if asked else fitting


def meets(one: str, other: str) -> bool:
    """Whether two hostnames, either of them empty or with a wildcard, have a name in common."""
    return not one or not other or _covers(one, other) or _covers(other, one)


def _covers(pattern: str, host: str) -> bool:
    if pattern.startswith("*."):
        return host.removeprefix("*").endswith(pattern[1:])
    return pattern == host
