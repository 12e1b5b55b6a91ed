"""Policies as the model's world has them: their targets, and their fields with a path each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.gatewayapi.model.names import Object, Ref, created, precedence
from services.gatewayapi.model.world import World
from services.gatewayapi.policies.kinds import ALL, PolicyKind


@dataclass(frozen=True, slots=True)
class Target:
    """One object that a policy targets, in the policy's own namespace; ``section`` is "" for all
    of it, ``field`` the path of the reference in the policy."""

    ref: Ref
    group: str
    section: str
    field: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a policy has no effect: at all, or on one ``target``.

    ``reason`` is what a controller says under ``Accepted``, "" where it says nothing and simply
    leaves the policy out. ``counterpart`` is the object it has to give way to, with the ``fields``
    that both set; the message does not name it, for not everybody may see it. ``source`` says
    where the rule is from.
    """

    reason: str
    message: str
    source: str
    target: Target | None = None
    counterpart: Ref | None = None
    fields: tuple[str, ...] = ()
    field: str = ""


@dataclass(slots=True)
class Policy:
    """One policy or filter. ``values`` are its settings by path, without its targets."""

    ref: Ref
    kind: PolicyKind
    obj: Object
    targets: tuple[Target, ...]
    values: Mapping[str, Any]
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def age(self) -> tuple[str, str]:
        """Sorts by precedence: the older first, then by namespace and name."""
        return precedence(created(self.obj), *self.ref.key)

    @property
    def refused(self) -> Refusal | None:
        """Why it has no effect anywhere."""
        return next((one for one in self.refusals if one.target is None), None)

    def refused_on(self, ref: Ref, section: str = "") -> Refusal | None:
        """Why it has no effect on one of its targets."""
        for one in self.refusals:
            if one.target is None or (one.target.ref, one.target.section) == (ref, section):
                return one
        return None


def policies(world: World) -> Iterator[Policy]:
    """Every policy and filter of a world."""
    for kind in ALL:
        for obj in world.of(kind.name).values():
            yield policy(kind, obj)


def policy(kind: PolicyKind, obj: Object) -> Policy:
    """One object as a policy; total, whatever a server took."""
    metadata = obj["metadata"]
    ref = Ref(kind.kind, metadata.get("namespace", ""), metadata["name"])
    spec = obj.get("spec") or {}
    settings = {name: one for name, one in spec.items() if name not in ("targetRef", "targetRefs")}
    return Policy(ref, kind, obj, targets(obj), dict(leaves(settings, kind.units)))


def targets(obj: Object) -> tuple[Target, ...]:
    """What a policy targets, whether its kind has one reference or many."""
    spec = obj.get("spec") or {}
    namespace = obj["metadata"].get("namespace", "")
    written: list[tuple[str, Any]] = [("spec.targetRef", spec.get("targetRef"))]
    several = spec.get("targetRefs")
    if isinstance(several, Sequence):
        written += [(f"spec.targetRefs[{at}]", one) for at, one in enumerate(several)]
    return tuple(
        Target(
            Ref(str(one.get("kind", "")), namespace, str(one.get("name", ""))),
            str(one.get("group", "")),
            str(one.get("sectionName") or ""),
            path,
        )
        for path, one in written
        if isinstance(one, Mapping)
    )


def leaves(value: Any, units: tuple[str, ...] = (), path: str = "") -> Iterator[tuple[str, Any]]:
    """The settings in a spec, each with its path; a list or a unit is one setting."""
    if isinstance(value, Mapping) and value and path not in units:
        for name, inner in value.items():
            yield from leaves(inner, units, f"{path}.{name}" if path else str(name))
    elif path and value not in ({}, None):
        yield path, value
