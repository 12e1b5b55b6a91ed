"""Objects on their way out: marked for deletion, and held until their finalizers are done.

The server answers a deletion at once, also where the object then stays: whoever put a finalizer on
it has work to do first, and takes the finalizer off when that is done.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Object = Mapping[str, Any]


def is_marked(obj: Object) -> bool:
    """Whether the object goes as soon as nothing holds it."""
    return bool((obj.get("metadata") or {}).get("deletionTimestamp"))


def finalizers(obj: Object) -> Sequence[str]:
    """Who has work to do before the object goes."""
    return list(obj["metadata"].get("finalizers") or ())


def outcome(left: Object | None) -> str:
    """What a deletion has done, given what it left behind."""
    if left is None:
        return "deleted"
    return f"marked for deletion, waits for {', '.join(finalizers(left))}"


def held(obj: Object) -> str:
    """What holds the object when it is deleted, in a sentence; nothing where it goes at once."""
    names = finalizers(obj)
    if not names:
        return ""
    verb = "is" if len(names) == 1 else "are"
    return f"It is marked for deletion; it goes when {' and '.join(names)} {verb} done."
