"""One listener by itself: its protocol, the route kinds it takes, its TLS settings and Secrets.

What it says beside other listeners is `conflicts`.
"""

from dataclasses import dataclass
from typing import Any

from services.gatewayapi.model.authorities import frontend_faults
from services.gatewayapi.model.certificates import certificate_fault, secret_kind
from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.gateways import Listener
from services.gatewayapi.model.grants import Grants
from services.gatewayapi.model.names import GATEWAY_GROUP, Key, Object, Ref
from services.gatewayapi.model.selectors import broken
from services.gatewayapi.model.world import World

CARRIED: dict[str, tuple[str, ...]] = {
    "HTTP": ("HTTPRoute", "GRPCRoute"),
    "HTTPS": ("HTTPRoute", "GRPCRoute"),
    "TLS": ("TLSRoute",),
    "TCP": ("TCPRoute",),
    "UDP": ("UDPRoute",),
}
"""Route kinds that a protocol can carry. A TLS listener that terminates can hand on plain TCP."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where listeners stand: their gateway and its ``spec``, the object they are written in, and
    whose ways hold; ``taken`` is a port that the data plane needs itself."""

    world: World
    grants: Grants
    gateway: Ref
    spec: Object
    owner: Ref
    ngf: bool
    taken: int | None = None


def listener(setting: Setting, index: int, spec: Object, needs: set[tuple[str, Key]]) -> Listener:
    """One listener as written, with what is wrong with it.

    One of several certificates that is wrong leaves the others, and a route kind that is wrong
    leaves those that are not, unless the listener is NGF's.
    Adds to ``needs`` the objects that it was judged by.
    """
    protocol = str(spec.get("protocol", ""))
    tls = spec.get("tls") or {}
    mode = str(tls.get("mode") or "Terminate") if protocol in ("HTTPS", "TLS") else ""
    carried = CARRIED.get(protocol, ())
    if protocol == "TLS" and mode == "Terminate" and not setting.ngf:
        carried = (*carried, "TCPRoute")
    kinds, wrong = _kinds(spec, carried)
    field = f"spec.listeners[{index}]"
    faults: list[Fault] = []
    if not carried:
        faults.append(
            Fault(
                "Accepted",
                "UnsupportedProtocol",
                f'Protocol "{protocol}" is not one of {", ".join(CARRIED)}.',
                "Gateway.spec.listeners.protocol",
                f"{field}.protocol",
            )
        )
    faults.extend(_invalid(setting, spec, protocol, mode, field))
    certificates: list[Fault] = []
    if mode == "Terminate":
        certificates = _certificates(setting, tls, field, needs)
        faults.extend(certificates)
    if protocol == "HTTPS":
        faults += frontend_faults(
            setting.world, setting.grants, setting.gateway, setting.spec, _port(spec), needs
        )
    usable = not any(one.condition == "Accepted" for one in faults) and (
        not certificates or len(certificates) < len(tls.get("certificateRefs") or ())
    )
    if setting.ngf and any(
        secret_kind(ref) != "Secret" for ref in tls.get("certificateRefs") or ()
    ):
        usable = False
    if wrong and carried:
        faults.append(
            Fault(
                "ResolvedRefs",
                "InvalidRouteKinds",
                f"{wrong[0]} cannot be carried by protocol {protocol}.",
                "Gateway.spec.listeners.allowedRoutes.kinds",
                f"{field}.allowedRoutes.kinds",
            )
        )
        usable = usable and bool(kinds) and not setting.ngf
    return Listener(
        setting.gateway,
        setting.owner,
        index,
        str(spec.get("name", "")),
        _port(spec),
        protocol,
        str(spec.get("hostname") or "").lower() if protocol not in ("TCP", "UDP") else "",
        mode,
        kinds,
        tuple(faults),
        usable,
        spec,
    )


def attachable(one: Listener) -> bool:
    """Whether NGF lets routes attach to a listener, be it valid or not: what routes it takes has to
    be clear."""
    if any(fault.reason in ("UnsupportedProtocol", "InvalidRouteKinds") for fault in one.faults):
        return False
    spaces = (one.spec.get("allowedRoutes") or {}).get("namespaces") or {}
    if spaces.get("from") == "Selector" and spaces.get("selector") is None:
        return False
    known = one.tls_mode in ("Terminate", "Passthrough")
    return one.protocol != "TLS" or (known and bool(one.spec.get("tls")))


def _port(spec: Object) -> int:
    port = spec.get("port")
    return port if isinstance(port, int) else 0


def _kinds(spec: Object, carried: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """The route kinds that the listener takes, and those it names but cannot carry.

    Gateway.spec.listeners.allowedRoutes.kinds: without any, all that fit the protocol.
    """
    asked = (spec.get("allowedRoutes") or {}).get("kinds") or ()
    if not asked:
        return carried, []
    good, wrong = [], []
    for one in asked:
        kind, group = str(one.get("kind", "")), one.get("group", GATEWAY_GROUP)
        if group == GATEWAY_GROUP and kind in carried:
            good.append(kind)
        else:
            wrong.append(kind if group == GATEWAY_GROUP else f"{group or 'core'}/{kind}")
    return tuple(dict.fromkeys(good)), wrong


def _invalid(setting: Setting, spec: Object, protocol: str, mode: str, field: str) -> list[Fault]:
    tls, faults = spec.get("tls"), []

    def fault(message: str, section: str, where: str) -> None:
        reason = "UnsupportedValue" if setting.ngf else "Invalid"
        faults.append(Fault("Accepted", reason, message, section, f"{field}.{where}"))

    section = "Gateway.spec.listeners.tls"
    if protocol in ("HTTPS", "TLS") and not tls:
        fault(f"Protocol {protocol} needs tls.", section, "tls")
    elif protocol in ("HTTP", "TCP", "UDP") and tls:
        fault(f"Protocol {protocol} takes no tls.", section, "tls")
    elif protocol == "HTTPS" and mode != "Terminate":
        fault(f"Protocol HTTPS terminates TLS; mode {mode} is for TLS.", section, "tls.mode")
    elif protocol == "TLS" and mode not in ("Terminate", "Passthrough"):
        fault(f"TLS mode {mode} is not Terminate or Passthrough.", section, "tls.mode")
    if not 1 <= _port(spec) <= 65535:
        fault("The port is not between 1 and 65535.", "Gateway.spec.listeners.port", "port")
    elif _port(spec) == setting.taken and protocol != "TLS":
        text = f"NGF shows its metrics on port {setting.taken} (NginxProxy.spec.metrics.port)."
        fault(text, "Gateway.spec.listeners.port", "port")
    spaces = (spec.get("allowedRoutes") or {}).get("namespaces") or {}
    if spaces.get("from") == "Selector":
        section, where = (
            "Gateway.spec.listeners.allowedRoutes.namespaces.selector",
            "allowedRoutes.namespaces.selector",
        )
        selector = spaces.get("selector")
        if selector is None:
            fault("Routes are taken by a selector, but there is none.", section, where)
        elif why := broken(selector):
            fault(f"The selector is wrong: {why}.", section, where)
    return faults


def _certificates(
    setting: Setting, tls: Any, field: str, needs: set[tuple[str, Key]]
) -> list[Fault]:
    refs = tls.get("certificateRefs") or ()
    if not refs and tls and (setting.ngf or not tls.get("options")):
        return [
            Fault(
                "ResolvedRefs",
                "InvalidCertificateRef",
                "TLS is terminated here, but no certificate is named.",
                "Gateway.spec.listeners.tls.certificateRefs",
                f"{field}.tls.certificateRefs",
            )
        ]
    faults = []
    for place, ref in enumerate(refs):
        where = f"{field}.tls.certificateRefs[{place}]"
        found = certificate_fault(setting.world, setting.grants, setting.owner, ref, where, needs)
        if found:
            faults.append(found)
    return faults
