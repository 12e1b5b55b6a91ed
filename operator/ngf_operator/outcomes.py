"""Where one child of a parent stands after a reconcile, or what cannot be had of it."""

import re
from dataclasses import dataclass
from typing import Literal

from ngf_operator.applying import Applied, Failing, Lacking
from ngf_operator.belonging import hash_of
from ngf_operator.denial import UNTOUCHED
from ngf_operator.seen import Parent, Ref, ref_of
from ngf_operator.wanting import Child, Lack, Obj, Standing

State = Literal["Ready", "Waiting", "Failed", "Skipped", "Adopted"]
UNCLEAR = "BuilderFailed"
_REASON = re.compile(r"[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One child, or a lack.

    ``blocks`` marks a lack that matters, ``applied`` false a child that could not be made what is
    wanted. A lack of a whole section has no name. ``listed`` false leaves it out of the children:
    an edit of somebody else's object counts for its section alone.
    """

    ref: Ref
    api_version: str
    section: str
    state: State
    reason: str = ""
    message: str = ""
    spec_hash: str = ""
    did: str = "nothing"
    applied: bool = True
    blocks: bool = False
    listed: bool = True

    @property
    def ready(self) -> bool:
        """Whether nothing has to happen any more."""
        return self.state in ("Ready", "Adopted") or (self.state == "Skipped" and not self.blocks)

    @property
    def restored(self) -> bool:
        """Whether somebody else had changed or deleted it."""
        return self.did == "restored"

    @property
    def code(self) -> str:
        """The reason as conditions want it: one word, never empty."""
        return self.reason if _REASON.fullmatch(self.reason) else self.state

    def words(self, home: str) -> str:
        """Which child, and why, to somebody who may see no namespace but ``home``: of one in
        another its own row tells more than its kind and a word. What has no name has no row."""
        why = self.message or self.reason or self.state
        if not self.ref.name:
            return why
        here = self.ref.namespace in ("", home)
        return f"{self.ref.seen_from(home)}: {why if here else self.code}"


def stands(child: Child, applied: Applied, now: Standing) -> Outcome:
    """A child that was applied, or is as it was applied."""
    state, message = _told(child, now.state, now.message)
    return Outcome(
        ref_of(child.obj),
        child.obj["apiVersion"],
        child.section,
        state,
        now.reason,
        message,
        spec_hash=applied.spec_hash,
        did=applied.did,
        listed=not child.edits,
    )


def refused(child: Child, why: Lacking | Failing, was: str) -> Outcome:
    """A child that the cluster, or its owner, does not let us have; ``was`` is the hash that it was
    applied with before, which says nothing of an object of somebody else."""
    lacking = isinstance(why, Lacking)
    state, message = _told(child, "Skipped" if lacking else "Failed", str(why))
    return Outcome(
        ref_of(child.obj),
        child.obj["apiVersion"],
        child.section,
        state,
        why.reason,
        message,
        spec_hash="" if why.reason == "NotOurs" else was,
        applied=False,
        blocks=lacking and not child.without,
        listed=not child.edits,
    )


def delayed(child: Child, was: str, why: str) -> Outcome:
    """A child that a later try may bring; ``was`` is the hash that it was applied with before."""
    state, message = _told(child, "Waiting", why)
    return Outcome(
        ref_of(child.obj),
        child.obj["apiVersion"],
        child.section,
        state,
        "Retrying",
        message,
        spec_hash=was,
        applied=False,
        listed=not child.edits,
    )


def _told(child: Child, state: State, message: str) -> tuple[State, str]:
    """State and message of a child: skipped, with what holds instead, where it is not needed."""
    if state == "Ready" or not child.without:
        return state, message
    return "Skipped", f"{message} {child.without}".lstrip()


STILL_NEEDED = "It is no longer wanted, and stays until every other child is as it is wanted."


def remains(live: Obj, section: str, why: Exception | None) -> Outcome:
    """A child that is no longer wanted and is there still: it cannot be deleted, or with no
    ``why`` is not, because what could not be changed may need it."""
    ref, lacking = ref_of(live), isinstance(why, Lacking)
    state: State = "Skipped" if lacking else "Failed" if isinstance(why, Failing) else "Waiting"
    reason = why.reason if isinstance(why, Lacking | Failing) else "Retrying"
    return Outcome(
        ref,
        live["apiVersion"],
        section,
        state,
        reason if why else "StillNeeded",
        f"It is no longer wanted, and cannot be deleted: {why}" if why else STILL_NEEDED,
        spec_hash=hash_of(live),
        applied=False,
        blocks=lacking,
    )


def needs_what_was(outcome: Outcome) -> bool:
    """Whether a child may be as it was before, and so need what is no longer wanted: it could not
    be made what is wanted now, and it is there and the parent's. One that is ready all the same is
    not needed itself."""
    may_be_there = outcome.reason not in ("NotOurs", "CRDNotInstalled", "NotFound")
    return not outcome.applied and not outcome.ready and may_be_there


def lacking(lack: Lack) -> Outcome:
    """What the builder says cannot be had, or is not needed."""
    adopted = not lack.blocks and "adopted" in lack.reason.lower()
    blocks = lack.blocks and not lack.waits
    return Outcome(
        Ref("", lack.kind, lack.namespace, lack.name),
        "",
        lack.section,
        "Waiting" if lack.waits else "Adopted" if adopted else "Skipped",
        lack.reason,
        lack.message,
        applied=not (blocks and lack.name and lack.reason in UNTOUCHED),
        blocks=blocks,
    )


def unclear(parent: Obj, error: Exception) -> Lack:
    """A builder that failed: nothing is known of what the parent wants."""
    said = f"The operator could not work out what is wanted: {type(error).__name__}: {error}"
    return Lack("", "", "", Parent.of(parent).namespace, UNCLEAR, said)
