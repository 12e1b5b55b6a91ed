"""The parents that kopf tells of, in memory, and which news of them matter."""

from collections import Counter

from ngf_operator import names
from ngf_operator.seen import Parent, lean, version_of
from ngf_operator.wanting import Obj


class Parents:
    """Every bundle, stack and publication as it was seen last."""

    def __init__(self) -> None:
        self._objects: dict[Parent, Obj] = {}

    def get(self, key: Parent) -> Obj | None:
        """One parent, None for one that is not there."""
        return self._objects.get(key)

    def known(self) -> list[Parent]:
        """Every parent."""
        return list(self._objects)

    def put(self, obj: Obj) -> bool:
        """Remember a parent unless a newer state is known. True when there is something to do."""
        key = Parent.of(obj)
        known = self._objects.get(key)
        if known and version_of(known) > version_of(obj):
            return False
        self._objects[key] = lean(obj)
        return known is None or _aspects(known) != _aspects(obj)

    def drop(self, obj: Obj) -> bool:
        """Forget a parent, unless another one has its name by now. True when it was known."""
        known = self._objects.get(Parent.of(obj))
        if known is None or known["metadata"]["uid"] != obj["metadata"]["uid"]:
            return False
        del self._objects[Parent.of(obj)]
        return True

    def states(self) -> Counter[str]:
        """How many children are in each state, as the statuses say."""
        return Counter(
            child.get("state", "")
            for obj in self._objects.values()
            for child in (obj.get("status") or {}).get("children") or ()
        )


def requested(parent: Obj) -> str | None:
    """The request to reconcile that stands on it, None where there never was one."""
    annotations = parent["metadata"].get("annotations") or {}
    before: str | None = (parent.get("status") or {}).get("reconcileRequested")
    return annotations.get(names.RECONCILE_REQUESTED, before)


def tombstone(key: Parent, now: str) -> Obj:
    """What stands for a parent that has gone."""
    return {
        "apiVersion": names.API_VERSION,
        "kind": key.kind,
        "metadata": {"name": key.name, "namespace": key.namespace, "deletionTimestamp": now},
        "spec": {},
    }


def _aspects(obj: Obj) -> tuple[object, ...]:
    """What of a parent a reconcile looks at; its version is no part of it."""
    about = obj["metadata"]
    return (
        about["uid"],
        about.get("generation"),
        about.get("deletionTimestamp"),
        about.get("labels"),
        about.get("annotations"),
        obj.get("spec"),
        obj.get("status"),
    )
