"""What the operator cannot do with a kind, in the words of a lack."""

from dataclasses import dataclass
from typing import Protocol

MISSING_PERMISSION, CANNOT_BE_LISTED = "MissingPermission", "CannotBeListed"
UNTOUCHED = (MISSING_PERMISSION, CANNOT_BE_LISTED)
"""A child that is lacked for such a reason may be there, as it was."""


class Knows(Protocol):
    """What says of a kind what cannot be done with it, as a ``World`` does."""

    def denied(self, group: str, kind: str) -> str:
        """A phrase such as "may not list x" or "cannot list x: why"; "" when all is well."""


@dataclass(frozen=True, slots=True)
class Denial:
    """``who`` is a clause that says it, ``remedy`` the beginning of a sentence on what follows."""

    reason: str
    who: str
    remedy: str

    @property
    def said(self) -> str:
        """The clause as a sentence."""
        return f"{self.who[0].upper()}{self.who[1:]}."


def denial(known: Knows, group: str, kind: str) -> Denial | None:
    """Why a kind cannot be handled; None when it can. The account may not, or the server fails."""
    denied = known.denied(group, kind)
    if not denied:
        return None
    who = f"the operator {denied}"
    if denied.startswith("cannot "):
        return Denial(CANNOT_BE_LISTED, who, "Once the API server does that again,")
    return Denial(MISSING_PERMISSION, who, "Grant it, then")
