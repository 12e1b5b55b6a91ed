"""Where a cluster's real status says something else than the model, and since when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import GATEWAY_GROUP, Object, Ref
from services.gatewayapi.statuses.computed import Statuses
from services.gatewayapi.statuses.conditions import PENDING, generation
from services.kube.catalogue import KINDS

_PLURALS = {kind.kind: name for name, kind in KINDS.items()}
_NAMED = (("parents", "parentRef"), ("ancestors", "ancestorRef"), ("listeners", "name"))
_PARENT = 4
"""How much of a parent's name says which object it is; the rest is listener and port."""
_QUIET = {"Conflicted": "False", "Accepted": "True", "ResolvedRefs": "True", "Programmed": "True"}
"""What a condition that is not there means."""


_BEYOND = frozenset(
    {"AddressNotAssigned", "AddressNotUsable", "NoResources", "PortUnavailable", "Programming"}
)
"""Reasons that no model can know: they are about what is around the cluster."""


@dataclass(frozen=True, slots=True)
class Differing:
    """One condition (or count) of which the cluster says something else than the model.

    ``where`` is the listener, parent or ancestor that it is about, "" for the object itself, and
    ``about`` that parent or ancestor.
    ``expected`` and ``found`` are "status reason", ``found`` "" where nothing is said. ``since`` is
    when the cluster's condition last changed (ISO 8601), None where that is not known. ``stale``:
    the controller has not looked at this generation of the object yet.
    """

    ref: Ref
    where: str
    type: str
    expected: str
    found: str
    message: str
    since: str | None
    stale: bool
    about: Ref | None = None


def differs(model: Model, ref: Ref, computed: Statuses | None = None) -> list[Differing]:
    """How an object's real status differs from the computed one; [] while it has none at all.

    That is told where one says yes and the other no (or they say no for other reasons), not where
    controllers word the same verdict differently.
    """
    obj = model.world.of(_PLURALS.get(ref.kind, "")).get(ref.key)
    real = (obj or {}).get("status")
    if obj is None or not isinstance(real, Mapping) or _untouched(real):
        return []
    wanted = (computed or Statuses(model, marks=False)).of(ref)
    if wanted is None:
        return []
    return list(_compared(ref, obj, wanted, real))


def _untouched(real: Object) -> bool:
    """Whether nobody has said anything but what a server fills in."""
    said = real.get("conditions") or ()
    spoken = any(real.get(name) for name, _ in _NAMED)
    return not spoken and all(one.get("reason") == PENDING for one in said)


def _compared(ref: Ref, obj: Object, wanted: Object, real: Object) -> Iterator[Differing]:
    at = generation(obj)
    yield from _conditions(ref, "", at, wanted, real)
    for several, key in _NAMED:
        for one in wanted.get(several) or ():
            named = _name(ref, one[key])
            said = [
                each
                for each in real.get(several) or ()
                if each.get("controllerName") == one.get("controllerName")
            ]
            match = _said_of(named, [(_name(ref, each.get(key)), each) for each in said])
            where = _spoken(several, named)
            about = None if several == "listeners" else Ref(named[1], named[2], named[3])
            told = list(_conditions(ref, where, at, one, match))
            # Of what nothing at all is said of, one condition tells as much as all.
            for each in told if match else told[:1]:
                yield replace(each, about=about)
            count, found = one.get("attachedRoutes"), match.get("attachedRoutes")
            if match and count is not None and found is not None and count != found:
                yield Differing(
                    ref, where, "attachedRoutes", str(count), str(found), "", None, False
                )


def _said_of(named: tuple[str, ...], said: list[tuple[tuple[str, ...], Object]]) -> Object:
    """The entry about a listener, parent or ancestor, {} where nothing is said of it. Of a parent
    without listener and port, a controller may name the listener that the route attached to, as
    NGINX Gateway Fabric does where the Gateway has just one."""
    parent, listener = named[:_PARENT], named[_PARENT:]
    exact = [each for name, each in said if name == named]
    of_parent = [each for name, each in said if listener and name[:_PARENT] == parent]
    return next(iter(exact or ([] if any(listener) else of_parent)), {})


def _conditions(ref: Ref, where: str, at: int, wanted: Object, real: Object) -> Iterator[Differing]:
    said = {one.get("type"): one for one in real.get("conditions") or ()}
    for one in wanted.get("conditions") or ():
        kind = one["type"]
        found: Any = said.get(kind)
        if found is None and (one["status"] == _QUIET.get(kind, "True") or kind not in _QUIET):
            if not real:
                yield _differing(ref, where, at, one, None)
            continue
        if found is None or _otherwise(one, found):
            yield _differing(ref, where, at, one, found)
    dropped = said.get("PartiallyInvalid")
    if dropped and all(one["type"] != "PartiallyInvalid" for one in wanted.get("conditions") or ()):
        yield Differing(
            ref,
            where,
            "PartiallyInvalid",
            "",
            f"{dropped.get('status')} {dropped.get('reason', '')}",
            str(dropped.get("message", "")),
            _since(dropped),
            _old(dropped, at),
        )


def _otherwise(wanted: Object, found: Object) -> bool:
    if found.get("reason") in _BEYOND:
        return False
    if wanted["status"] != found.get("status"):
        return True
    bad = "True" if wanted["type"] in ("Conflicted", "PartiallyInvalid") else "False"
    return bool(wanted["status"] == bad and wanted["reason"] != found.get("reason"))


def _differing(ref: Ref, where: str, at: int, wanted: Object, found: Any) -> Differing:
    return Differing(
        ref,
        where,
        wanted["type"],
        f"{wanted['status']} {wanted['reason']}",
        f"{found.get('status')} {found.get('reason', '')}" if found else "",
        str(wanted["message"]),
        _since(found) if found else None,
        _old(found, at) if found else False,
    )


def _since(found: Object) -> str | None:
    since = str(found.get("lastTransitionTime") or "")
    return None if not since or since.startswith("1970-") else since


def _old(found: Object, at: int) -> bool:
    return bool(found.get("observedGeneration", at) < at)


def _name(ref: Ref, named: Any) -> tuple[str, ...]:
    """A listener's name, or a reference with its defaults filled in."""
    if not isinstance(named, Mapping):
        return (str(named),)
    return (
        str(named.get("group", GATEWAY_GROUP)),
        str(named.get("kind") or "Gateway"),
        str(named.get("namespace") or ref.namespace),
        str(named.get("name", "")),
        str(named.get("sectionName") or ""),
        str(named.get("port") or ""),
    )


def _spoken(several: str, named: tuple[str, ...]) -> str:
    if several == "listeners":
        return f"listener {named[0]}"
    _, kind, namespace, name, section, port = named
    part = f", listener {section}" if section else f", port {port}" if port else ""
    return f"{kind} {namespace}/{name}{part}"
