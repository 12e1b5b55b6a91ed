"""Lets each parentRef of a route ask each listener that it means, and keeps the first no."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.gatewayapi.model.assembly import Need, admits
from services.gatewayapi.model.attachment import Attachment, Parent
from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.gateways import Gateway, Listener, ListenerSet
from services.gatewayapi.model.hostnames import meet
from services.gatewayapi.model.listeners import attachable
from services.gatewayapi.model.names import GATEWAY_GROUP, Key, Object, Ref
from services.gatewayapi.model.routes import Route
from services.gatewayapi.model.world import World

NAMED = ("HTTPRoute", "GRPCRoute", "TLSRoute")
"""Route kinds that have hostnames."""
_STEPS = ("InvalidListener", "NotAllowedByListeners", "NoMatchingListenerHostname")
"""How far a route came with a listener that refused it; the furthest is what its parent says."""


@dataclass(frozen=True, slots=True)
class Parents:
    """What routes can attach to."""

    world: World
    gateways: Mapping[Key, Gateway]
    sets: Mapping[Key, ListenerSet]
    own: dict[Ref, tuple[Listener, ...]] = field(default_factory=dict)

    def own_listeners(self, gateway: Gateway) -> tuple[Listener, ...]:
        """Those that are written in the Gateway itself."""
        found = self.own.get(gateway.ref)
        if found is None:
            found = tuple(one for one in gateway.listeners if one.owner == gateway.ref)
            self.own[gateway.ref] = found
        return found


def targets(route: Route) -> tuple[Ref, ...]:
    """The Gateways and ListenerSets that a route names, each once."""
    found = (_target(route.ref.namespace, one) for one in _specs(route))
    return tuple(dict.fromkeys(found))


def parents(known: Parents, route: Route, before: Iterable[Parent] = ()) -> tuple[Parent, ...]:
    """Each parentRef of a route with what the listeners that it means say, in the spec's order.

    ``before`` is what they said to the same route from the same namespace: a listener that is the
    same says the same.
    """
    said = {id(one.listener): one for parent in before for one in parent.attachments}
    return tuple(
        _parent(known, route, index, spec, said) for index, spec in enumerate(_specs(route))
    )


def _specs(route: Route) -> list[Object]:
    refs = (route.obj.get("spec") or {}).get("parentRefs") or ()
    return [one for one in refs if isinstance(one, dict)]


def foreign(spec: Object) -> bool:
    """Whether a parentRef is of another group than the Gateway API's, such as the Service of a
    mesh: gateways do not speak of it (HTTPRoute.spec.parentRefs.group)."""
    return bool(spec.get("group", GATEWAY_GROUP) != GATEWAY_GROUP)


def _target(namespace: str, spec: Object) -> Ref:
    group = spec.get("group", GATEWAY_GROUP)
    kind = str(spec.get("kind") or "Gateway")
    if foreign(spec) and kind in ("Gateway", "ListenerSet"):
        kind = f"{group or 'core'}/{kind}"
    return Ref(kind, spec.get("namespace") or namespace, str(spec.get("name", "")))


def _parent(
    known: Parents, route: Route, index: int, spec: Object, said: Mapping[int, Attachment]
) -> Parent:
    target = _target(route.ref.namespace, spec)
    section, port = str(spec.get("sectionName") or ""), spec.get("port")
    where_at = f"spec.parentRefs[{index}]"

    def refused(gateway: Ref | None, reason: str, message: str, where: str = "") -> Parent:
        fault = Fault(
            "Accepted",
            reason,
            message,
            f"{route.ref.kind}.spec.parentRefs{where}",
            where_at + where,
        )
        return Parent(index, spec, target, section, port, gateway, (), fault)

    gateway: Gateway | None = None
    listeners: tuple[Listener, ...] = ()
    match target.kind:
        case "Gateway":
            gateway = known.gateways.get(target.key)
            if gateway:
                # A Gateway as parent means its own listeners: those of its ListenerSets are
                # reached by naming the set.
                listeners = known.own_listeners(gateway)
            kind = "gateways"
        case "ListenerSet":
            one = known.sets.get(target.key)
            gateway = known.gateways.get(one.gateway.key) if one else None
            if one and gateway and one.fault and not one.listeners:
                return refused(
                    gateway.ref,
                    "NoMatchingParent",
                    f"{target} is not accepted: {one.fault.message}",
                )
            listeners = one.listeners if one else ()
            kind = "listenersets"
        case _:
            text = f"Objects of kind {target.kind} take no routes."
            if foreign(spec):
                text = f"{target} is none of the Gateway API's: no gateway takes the route there."
            return refused(None, "NoMatchingParent", text, ".kind")
    if gateway is None:
        if not known.world.knows(kind) or not known.world.knows("gateways"):
            return refused(None, "Pending", f"{target.kind}s were not read.")
        return refused(None, "NoMatchingParent", f"{target} does not exist.", ".name")
    if not gateway.controller:
        return refused(gateway.ref, "Pending", f"No controller takes {gateway.ref}.")
    if not gateway.usable:
        return refused(
            gateway.ref,
            "InvalidGateway" if gateway.ngf else "Pending",
            f"{gateway.ref} is not accepted.",
        )
    if route.ref.kind == "GRPCRoute" and (gateway.settings or {}).get("disableHTTP2") is True:
        text = f"HTTP/2 is disabled on {gateway.ref}, and gRPC needs it."
        return refused(gateway.ref, "UnsupportedConfiguration", text)
    meant = [one for one in listeners if section in ("", one.name) and port in (None, one.port)]
    if not meant:
        what = " and ".join(
            part
            for part in (
                f'name "{section}"' if section else "",
                f"port {port}" if port is not None else "",
            )
            if part
        )
        text = f"{target} has no listener with {what}." if what else f"{target} has no listeners."
        where = ".sectionName" if section else ".port" if port is not None else ""
        return refused(gateway.ref, "NoMatchingParent", text, where)
    if gateway.ngf and target.kind == "ListenerSet" and (fault := known.sets[target.key].fault):
        return refused(
            gateway.ref, "InvalidListenerSet", f"{target} is not accepted: {fault.message}"
        )
    attachments = tuple(
        [said.get(id(one)) or _attachment(known.world, route, one, gateway.ngf) for one in meant]
    )
    return Parent(
        index,
        spec,
        target,
        section,
        port,
        gateway.ref,
        attachments,
        parent_fault(gateway, attachments, where_at),
    )


def parent_fault(gateway: Gateway, attachments: tuple[Attachment, ...], field: str) -> Fault | None:
    """Why a parent took the route nowhere: of its listeners' reasons that of the last step.

    A route is attached when one listener takes it (ParentReference.sectionName), whether or not
    that listener works (ListenerStatus.attachedRoutes). NGF also wants one that works.
    """
    taken = [one for one in attachments if one.fault is None]
    if not taken:
        faults = [one.fault for one in attachments if one.fault]
        return max(faults, key=_step)
    if gateway.ngf and not any(one.listener.usable for one in taken):
        names = ", ".join(one.listener.name for one in taken)
        return Fault(
            "Accepted",
            "InvalidListener",
            f"No listener that takes the route is valid: {names}.",
            "Gateway.status.listeners.attachedRoutes",
            field,
        )
    return None


def _step(fault: Fault) -> int:
    return _STEPS.index(fault.reason) if fault.reason in _STEPS else len(_STEPS)


def _attachment(world: World, route: Route, one: Listener, ngf: bool) -> Attachment:
    fault = _closed(route, one) if ngf and not attachable(one) else _refusal(world, route, one)
    if fault:
        return Attachment(route.ref, one, (), fault)
    if route.ref.kind not in NAMED:
        return Attachment(route.ref, one, ("",), None)
    met = meet(one.hostname, route.hostnames)
    if met:
        return Attachment(route.ref, one, met, None)
    message = (
        f"None of its hostnames ({', '.join(route.hostnames)}) has a name in common with "
        f"{one.hostname} of listener {one.name}."
    )
    return Attachment(
        route.ref,
        one,
        (),
        Fault(
            "Accepted",
            "NoMatchingListenerHostname",
            message,
            f"{route.ref.kind}.spec.hostnames",
            "spec.hostnames",
        ),
    )


def _closed(route: Route, one: Listener) -> Fault:
    return Fault(
        "Accepted",
        "InvalidListener",
        f"Listener {one.name} is not valid: {one.faults[0].message}",
        f"{route.ref.kind}.spec.parentRefs",
        "spec.parentRefs",
    )


def _refusal(world: World, route: Route, one: Listener) -> Fault | None:
    """Why a listener takes no routes of this kind or from this namespace."""
    kind, namespace = route.ref.kind, route.ref.namespace
    if kind not in one.kinds:
        taken = " and ".join(one.kinds) or "no routes"
        return Fault(
            "Accepted",
            "NotAllowedByListeners",
            f"Listener {one.name} ({one.protocol}) takes {taken}, not {kind}.",
            "Gateway.spec.listeners.allowedRoutes.kinds",
            "spec.parentRefs",
        )
    spaces = (one.spec.get("allowedRoutes") or {}).get("namespaces") or {}
    wanted = spaces.get("from") or "Same"
    needs: set[Need] = set()
    if admits(world, spaces, wanted, one.owner.namespace, namespace, needs):
        return None
    from_where = {
        "Same": f"namespace {one.owner.namespace}",
        "Selector": "namespaces that its selector takes",
        "None": "no namespace",
    }.get(wanted, wanted)
    return Fault(
        "Accepted",
        "NotAllowedByListeners",
        f"Listener {one.name} takes routes from {from_where}, not from {namespace}.",
        "Gateway.spec.listeners.allowedRoutes.namespaces",
        "metadata.namespace",
    )
