"""Policies that do not take effect as written, each with what it has to give way to."""

from dataclasses import dataclass

from services.gatewayapi.conditions import NGF_CONTROLLER, is_bad
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Object, Ref
from services.gatewayapi.policies.effective import conditions
from services.gatewayapi.policies.standing import Standing

PROVISIONAL = ("Pending",)
"""Reasons that say only that nobody has looked yet."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One policy that is refused, at all or on one target.

    ``reason`` is what a conformant controller says, "" where it says nothing. ``counterpart`` is
    the policy or route it gives way to; ``fields`` are the settings that both set. ``said`` are
    the conditions in which a controller refuses it itself, ``agrees`` whether one names this
    reason; None while no controller has looked at this generation.
    """

    policy: Ref
    kind: str
    target: Ref | None
    reason: str
    message: str
    source: str
    counterpart: Ref | None
    fields: tuple[str, ...]
    field: str
    said: tuple[Object, ...]
    agrees: bool | None


def conflicts(model: Model) -> tuple[Conflict, ...]:
    """Every policy of a model that has no effect where it is meant to have one, by reason that
    matters most: conflicts, targets that are not there, wrong kinds, missing settings."""
    return found(Standing(model))


def found(standing: Standing) -> tuple[Conflict, ...]:
    """Like `conflicts`, from a standing that is made already."""
    told = []
    for policy in standing.policies.values():
        said = conditions(policy.obj)
        refusing = tuple(one for one in said if is_bad(one))
        generation = policy.obj["metadata"].get("generation")
        looked = [
            one
            for one in said
            if one.get("controller") == NGF_CONTROLLER
            and one.get("reason") not in PROVISIONAL
            and one.get("observedGeneration", generation) == generation
        ]
        for refusal in policy.refusals:
            agrees = any(one.get("reason") == refusal.reason for one in refusing)
            target = refusal.target or (policy.targets[0] if len(policy.targets) == 1 else None)
            told.append(
                Conflict(
                    policy.ref,
                    policy.kind.kind,
                    target.ref if target else None,
                    refusal.reason,
                    refusal.message,
                    refusal.source,
                    refusal.counterpart,
                    refusal.fields,
                    refusal.field,
                    refusing,
                    agrees if looked else None,
                )
            )
    told.sort(key=lambda one: (_ORDER.get(one.reason, len(_ORDER)), one.policy))
    return tuple(told)


_ORDER = {
    reason: at
    for at, reason in enumerate(
        ("Conflicted", "TargetConflict", "TargetNotFound", "Invalid", "NginxProxyConfigNotSet")
    )
}
