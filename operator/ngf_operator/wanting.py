"""What a builder answers: the children that a parent wants, and what it cannot have here.

A builder is a pure function ``wanted(parent, world) -> Wanted``: no input or output, no clock. What
it has to know of the cluster it asks a ``World``, which answers from memory.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Obj = dict[str, Any]
State = Literal["Ready", "Waiting", "Failed"]


@dataclass(frozen=True, slots=True)
class Child:
    """One object that the parent wants. ``section`` is the condition that it counts for.

    ``obj`` has apiVersion, kind, metadata (name, namespace, labels and annotations of its own) and
    content; owner and labels of the operator are added when it is applied. ``owner`` is another
    owner than the parent. ``edits`` marks an edit of somebody else's object, which is never owned,
    deleted or pruned; there is none where that is as wanted already. With ``without``, a sentence
    on what holds without it, the parent can be Ready all the same.
    """

    section: str
    obj: Obj
    owner: Obj | None = None
    edits: bool = False
    without: str = ""


@dataclass(frozen=True, slots=True)
class Lack:
    """A section, or a child of it, that cannot be had here, or is not needed.

    ``reason`` is CamelCase (CRDNotInstalled, NotPlus, SnippetsDisabled, MissingPermission, ...).
    ``message`` is a sentence that names what the cluster lacks and what to do. With ``blocks``
    false it was left out, and the parent can be Ready all the same. With ``waits`` nothing is
    wrong: somebody else has to act first.
    """

    section: str
    kind: str
    name: str
    namespace: str
    reason: str
    message: str
    blocks: bool = True
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that a parent asks for."""

    children: tuple[Child, ...]
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a live child stands, as the cluster says."""

    state: State
    reason: str = ""
    message: str = ""


class World(Protocol):
    """What is known of the cluster. Answers come from memory."""

    def served(self, group: str, kind: str) -> str | None:
        """The apiVersion that the server prefers among ours; None where it is not installed."""

    def get(self, group: str, kind: str, namespace: str, name: str) -> Obj | None:
        """One object."""

    def all(
        self, group: str, kind: str, namespace: str | None = None, labels: str = ""
    ) -> Iterable[Obj]:
        """The objects of a kind, of one namespace or of all.

        ``labels`` asks for those of one selector only, spelled as a ``Reads`` spells it, as that
        ``Reads`` keeps them: who asked hears of no other object of the kind.
        """

    def denied(self, group: str, kind: str) -> str:
        """What cannot be done with a kind, as a phrase such as "may not list x" or "cannot list x:
        why"; "" when all is well."""


def whole(obj: Obj) -> Obj:
    """All of an object."""
    return obj


@dataclass(frozen=True, slots=True)
class Reads:
    """A kind that a builder makes or looks at, and how much of it has to be known.

    ``versions`` are those that the builder speaks, the best first. ``labels`` is the selector of
    what is watched: CHILDREN for what the operator made, "" for all. A kind stands here twice where
    two selectors are needed. ``keep`` reduces an object to what is looked at, so that memory stays
    small; it leaves metadata alone, and of CHILDREN it drops nothing. It sees managedFields, which
    nobody else does.
    """

    group: str
    kind: str
    versions: tuple[str, ...]
    labels: str
    keep: Callable[[Obj], Obj] = whole


CHILDREN = "app.kubernetes.io/managed-by=ngf-console"


Builder = Callable[[Obj, World], Wanted]


def no_more(parent: Obj, world: World) -> Obj:
    """No further field of the status."""
    return {}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What makes the children of one kind of parent.

    Everything that ``wanted`` makes stands in ``reads`` at least with CHILDREN. It is asked once
    more after its parent has gone, with a parent that has a deletionTimestamp and an empty spec: of
    that answer only the edits are made, so that it can take back what it edited of other people's.
    ``status`` answers further fields of the parent's status, such as an address.
    """

    parent: str
    wanted: Builder
    reads: tuple[Reads, ...]
    status: Callable[[Obj, World], Obj] = no_more
