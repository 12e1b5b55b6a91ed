"""Whether a live object still has everything that was wanted of it."""

from dataclasses import dataclass
from typing import Any, Self

from ngf_operator.hashing import hashed
from ngf_operator.seen import version_of
from ngf_operator.wanting import Obj

Content = tuple[str, int | str]


@dataclass(frozen=True, slots=True)
class Clean:
    """A live object as the server made it of what is wanted: in which version, with what content.

    ``kept`` cannot tell an addition within a list item from a default of the server. So whatever
    changes the content after that is an apply worth, which undoes it or changes nothing.
    """

    spec_hash: str
    version: int
    content: Content

    @classmethod
    def of(cls, live: Obj, spec_hash: str) -> Self:
        """The object as it is now."""
        return cls(spec_hash, version_of(live), content_of(live))

    def holds(self, live: Obj, wanted: Obj) -> bool:
        """Whether nothing has changed since but the status, or metadata of others."""
        if self.version == version_of(live):
            return True
        return self.content == content_of(live) and kept(wanted["metadata"], live["metadata"])


def content_of(obj: Obj) -> Content:
    """What differs where the content does: the generation, or a hash in kinds that have none. An
    object that was made anew counts its generations anew."""
    about = obj["metadata"]
    rest = {key: value for key, value in obj.items() if key not in ("metadata", "status")}
    return str(about.get("uid", "")), int(about.get("generation") or 0) or hashed(rest)


def undone(wanted: Obj, live: Obj, after: Obj) -> bool:
    """Whether an apply changed something of a live object: what was wanted was not there, or what
    was there is gone. What others added or changed in the meantime is their own."""
    theirs = {key: live[key] for key in wanted if key not in ("metadata", "status") and key in live}
    return not kept(wanted, live) or _lost(wanted, theirs, after)


def _lost(wanted: Any, before: Any, after: Any) -> bool:
    """Whether a key or a list item is gone, or another value stands within a list that is wanted,
    which is ours as a whole. Any other value that is not wanted is for others to change."""
    if isinstance(before, dict) and isinstance(after, dict):
        of = wanted if isinstance(wanted, dict) else {}
        return any(
            key not in after or _lost(of.get(key), one, after[key]) for key, one in before.items()
        )
    if isinstance(before, list) and isinstance(after, list):
        if isinstance(wanted, list):
            return not kept(before, after)
        if len(before) != len(after):
            return len(before) > len(after)
        return any(_lost(None, one, other) for one, other in zip(before, after, strict=True))
    return False


def kept(wanted: Any, live: Any) -> bool:
    """Whether each field that is wanted is there with its value; further fields do not matter.

    False may also mean that the server spells a value differently: then an apply, which changes
    nothing in that case, gives the answer.
    """
    if isinstance(wanted, dict):
        return isinstance(live, dict) and all(
            key in live and kept(value, live[key]) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(live, list)
            and len(wanted) == len(live)
            and all(kept(one, other) for one, other in zip(wanted, live, strict=True))
        )
    if isinstance(wanted, bool) or isinstance(live, bool):
        return wanted is live
    return bool(wanted == live)
