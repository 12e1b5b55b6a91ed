"""What the operator cannot do with a kind, in the words of a lack."""

from dataclasses import dataclass

from ngf_operator.wanting import World


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


def denial(world: World, group: str, kind: str) -> Denial | None:
    """Why a kind cannot be handled; None when it can. The account may not, or the server fails."""
    denied = world.denied(group, kind)
    if not denied:
        return None
    if denied.startswith("cannot "):
        again = "Once the API server does that again,"
        return Denial("CannotBeListed", f"the operator {denied}", again)
    who = f"the account of the operator {denied}"
    return Denial("MissingPermission", who, "Grant it, then")
