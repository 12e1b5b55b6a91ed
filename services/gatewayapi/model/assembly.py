"""Puts a gateway together: its class, its own listeners and those of its ListenerSets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.gatewayapi.model.addresses import addresses
from services.gatewayapi.model.classes import NGF_CLASS, Class, class_of
from services.gatewayapi.model.conflicts import resolved
from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.gateways import Gateway, Listener, ListenerSet
from services.gatewayapi.model.grants import Grants
from services.gatewayapi.model.listeners import Setting, listener
from services.gatewayapi.model.names import (
    GATEWAY_GROUP,
    Key,
    Object,
    Ref,
    created,
    precedence,
)
from services.gatewayapi.model.parameters import INVALID, parameters_fault
from services.gatewayapi.model.proxies import metrics_port, settings
from services.gatewayapi.model.selectors import selects
from services.gatewayapi.model.world import World

Need = tuple[str, Key]
"""An object that something was judged by: its kind and place. Of ReferenceGrants the namespace
counts, in the place's first half; of ListenerSets the gateway that they name."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """A gateway with all ListenerSets that name it, and what all of that was judged by."""

    gateway: Gateway
    sets: tuple[ListenerSet, ...]
    needs: frozenset[Need]


def named_gateway(key: Key, obj: Object) -> Key | None:
    """The gateway that a ListenerSet names; None when it names something else."""
    ref = (obj.get("spec") or {}).get("parentRef") or {}
    if (ref.get("group") or GATEWAY_GROUP, ref.get("kind") or "Gateway") != (
        GATEWAY_GROUP,
        "Gateway",
    ):
        return None
    return ref.get("namespace") or key[0], str(ref.get("name", ""))


def assemble(
    world: World, grants: Grants, key: Key, obj: Object, sets: Mapping[Key, Object]
) -> Assembled:
    """The gateway at ``key``; ``sets`` are the ListenerSets that name it."""
    ref = Ref("Gateway", *key)
    spec = obj.get("spec") or {}
    class_name = str(spec.get("gatewayClassName", ""))
    known = class_of(world, class_name)
    needs: set[Need] = {("gatewayclasses", ("", name)) for name in (class_name, NGF_CLASS)}
    faults = [known.fault] if known.fault else []
    fatal = bool(faults)
    if known.controller:
        wrongs = (_parameters(world, key[0], spec, known, needs), *addresses(spec, known.ngf))
        faults += [one for one in wrongs if one]
        fatal = any(one.condition == "Accepted" for one in faults)
    proxy = settings(world, class_name, key[0], spec, needs) if known.ngf else None
    taken = metrics_port(proxy) if known.ngf else None
    layers = [_listeners(Setting(world, grants, ref, spec, ref, known.ngf, taken), spec, needs)]
    placed: list[tuple[Ref, Object, Fault | None]] = []
    for place, one in sorted(sets.items(), key=lambda item: precedence(created(item[1]), *item[0])):
        owner = Ref("ListenerSet", *place)
        refused = _not_allowed(world, ref, spec, place[0], fatal, needs)
        placed.append((owner, one, refused))
        setting = Setting(world, grants, ref, spec, owner, known.ngf, taken)
        layers.append([] if refused else _listeners(setting, one.get("spec") or {}, needs))
    own, *others = resolved(layers, known.ngf)
    compiled = tuple(
        ListenerSet(owner, one, ref, refused or _all_invalid(found), tuple(found))
        for (owner, one, refused), found in zip(placed, others, strict=True)
    )
    accepted = [one for one in compiled if one.fault is None]
    gateway = Gateway(
        ref,
        obj,
        class_name,
        known.controller,
        known.ngf,
        (*own, *(found for one in accepted for found in one.listeners)),
        tuple(one.ref for one in accepted),
        tuple(faults),
        not fatal,
        proxy,
    )
    return Assembled(gateway, compiled, frozenset(needs))


def orphans(
    objects: Mapping[Key, Object], gateways: Iterable[Key], known: bool
) -> dict[Key, ListenerSet]:
    """ListenerSets whose gateway is not there; ``known`` says whether gateways were read."""
    there, found = set(gateways), {}
    for key, obj in objects.items():
        named = named_gateway(key, obj)
        if named is not None and named in there:
            continue
        found[key] = orphan(key, obj, known)
    return found


def orphan(key: Key, obj: Object, known: bool) -> ListenerSet:
    """A ListenerSet that belongs to no gateway of the model."""
    named = named_gateway(key, obj)
    target = Ref("Gateway", *named) if named else Ref("Gateway", key[0], "")
    if named is None:
        reason, message = "ParentNotAccepted", "Its parentRef does not name a Gateway."
    elif known:
        reason, message = "ParentNotAccepted", f"{target} does not exist."
    else:
        reason, message = "Pending", "Gateways were not read."
    fault = Fault("Accepted", reason, message, "ListenerSet.spec.parentRef", "spec.parentRef")
    return ListenerSet(Ref("ListenerSet", *key), obj, target, fault, ())


def _listeners(setting: Setting, spec: Object, needs: set[Need]) -> list[Listener]:
    entries = spec.get("listeners") or ()
    return [listener(setting, index, one, needs) for index, one in enumerate(entries)]


def _all_invalid(listeners: list[Listener]) -> Fault | None:
    if any(one.usable for one in listeners):
        return None
    return Fault(
        "Accepted",
        "ListenersNotValid",
        "None of its listeners is valid.",
        "ListenerSet.spec.listeners",
        "spec.listeners",
    )


def _not_allowed(
    world: World, gateway: Ref, spec: Object, namespace: str, fatal: bool, needs: set[Need]
) -> Fault | None:
    """Why a gateway does not take a ListenerSet from ``namespace``."""
    section, field = "Gateway.spec.allowedListeners", "spec.parentRef"
    if fatal:
        message = f"{gateway} is not accepted."
        return Fault("Accepted", "ParentNotAccepted", message, "ListenerSet.spec.parentRef", field)
    spaces = (spec.get("allowedListeners") or {}).get("namespaces") or {}
    wanted = spaces.get("from") or "None"
    if admits(world, spaces, wanted, gateway.namespace, namespace, needs):
        return None
    message = (
        f"{gateway} takes ListenerSets from {SPOKEN.get(wanted, wanted)}, not from {namespace}."
    )
    return Fault("Accepted", "NotAllowed", message, section, field)


SPOKEN = {
    "None": "no namespace",
    "Same": "its own namespace",
    "Selector": "namespaces that its selector takes",
}


def admits(
    world: World,
    spaces: Mapping[str, Any],
    wanted: str,
    home: str,
    namespace: str,
    needs: set[Need],
) -> bool:
    """Whether a ``namespaces`` field with ``from: wanted`` takes what stands in ``namespace``.

    Where namespaces were not read, a selector counts as met.
    """
    match wanted:
        case "All":
            return True
        case "Same":
            return namespace == home
        case "Selector":
            needs.add(("namespaces", ("", namespace)))
            selector = spaces.get("selector")
            if selector is None:
                return False
            labels = world.labels_of(namespace)
            if labels is None:
                return not world.knows("namespaces")
            return selects(selector, labels)
    return False


def _parameters(
    world: World, namespace: str, spec: Object, known: Class, needs: set[Need]
) -> Fault | None:
    """What is wrong with ``infrastructure.parametersRef``. NGF goes on without what it names."""
    ref = (spec.get("infrastructure") or {}).get("parametersRef")
    if not ref:
        return None
    wrong = parameters_fault(world, ref, namespace, known.controller, known.ngf, needs)
    if wrong is None:
        return None
    return Fault(
        "ResolvedRefs" if known.ngf else "Accepted",
        INVALID if known.ngf else "InvalidParameters",
        wrong[1],
        "Gateway.spec.infrastructure.parametersRef",
        "spec.infrastructure.parametersRef",
    )
