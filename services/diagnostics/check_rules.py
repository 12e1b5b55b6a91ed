"""Checks of the rules themselves: whether they can be configured, whether requests reach them, and
whether all they say has an effect."""

from collections.abc import Iterator

from services.diagnostics.checks import Check, Subject, judged
from services.gatewayapi.issue import Issue
from services.gatewayapi.ways import WAYS

VALID = "Rules Valid"
REACHED = "Rules Reached"
EFFECT = "Fields In Effect"

NO_EFFECT = ("UnsupportedField", *(one.id for one in WAYS))
"""Reasons of what an implementation takes without doing it, or does in its own way."""

SHADOWED = "Shadowed"


def rules(of: Subject) -> Iterator[Check]:
    """Rules that are refused, that others shadow, and what is accepted and not done."""
    own = [one for one in of.issues if one.ref == of.route.ref and of.told(one)]
    yield judged(VALID, filter(_refused, own), "Every rule can be configured as it is written.")
    shadowed = (one for one in own if one.reason == SHADOWED)
    yield judged(REACHED, shadowed, "No match is shadowed by another one.")
    idle = (one for one in own if one.reason in NO_EFFECT)
    yield judged(EFFECT, idle, "Every field that it sets has an effect.")


def _refused(one: Issue) -> bool:
    """What no other check tells: a part of a rule beside its filters and backends."""
    elsewhere = one.reason == SHADOWED or one.reason in NO_EFFECT
    beside = ".filters" not in one.field and ".backendRefs" not in one.field
    return one.field.startswith("spec.rules") and beside and not elsewhere
