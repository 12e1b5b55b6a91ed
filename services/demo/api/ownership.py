"""Whose field is whose: ``metadata.managedFields``."""

from services.demo.api.calls import Call
from services.demo.api.statuses import Obj


def created(call: Call, obj: Obj, now: str) -> None:
    """Record the creator as owner of every field it set."""


def updated(call: Call, live: Obj, obj: Obj, now: str) -> None:
    """Move what changed to the caller."""


def same(live: Obj, obj: Obj) -> bool:
    """Whether a write would change nothing but bookkeeping."""
    return live == obj
