"""Whose an object is, and how a child says it: owner reference, labels and annotations."""

from copy import deepcopy

from ngf_operator import names
from ngf_operator.hashing import hashed
from ngf_operator.managers import applied_by_us
from ngf_operator.seen import Parent, owner_of
from ngf_operator.wanting import Child, Obj


def dressed(parent: Obj, child: Child, *, namespaced: bool = True) -> Obj:
    """The object to apply: what is wanted, and whose it is."""
    obj = deepcopy(child.obj)
    about = obj["metadata"]
    key = Parent.of(parent)
    about["labels"] = {
        **(about.get("labels") or {}),
        names.MANAGED_BY: names.MANAGED_BY_US,
        names.LABELS[key.kind]: names.shortened(key.name),
    }
    about["annotations"] = {**(about.get("annotations") or {}), names.OWNER: str(key)}
    if reference := _reference(parent, child, namespaced=namespaced):
        about["ownerReferences"] = [reference]
    about["annotations"][names.SPEC_HASH] = hashed(obj)
    return obj


def hash_of(obj: Obj) -> str:
    """The hash that a dressed or live object carries, "" for none."""
    return str((obj["metadata"].get("annotations") or {}).get(names.SPEC_HASH, ""))


def is_ours(parent: Obj, live: Obj) -> bool:
    """Whether a live object belongs to the parent, or was offered to it by its owner."""
    key, about = Parent.of(parent), live["metadata"]
    if owner_of(live) == key:
        return True
    uid = parent["metadata"].get("uid")
    if any(each.get("uid") == uid for each in about.get("ownerReferences") or ()):
        return True
    return (about.get("annotations") or {}).get(names.ADOPT) == key.name


def is_nobodys(live: Obj) -> bool:
    """Whether a live object says of nobody that it is theirs."""
    owners = live["metadata"].get("ownerReferences") or ()
    return owner_of(live) is None and not any(each.get("controller") for each in owners)


def is_lost(live: Obj) -> bool:
    """Whether a live object is nobody's, and is what we applied once: somebody replaced it with a
    manifest that has none of our marks."""
    return is_nobodys(live) and applied_by_us(live)


def whose(live: Obj) -> str:
    """A phrase that names the owner of an object of somebody else."""
    about = live["metadata"]
    if owner := owner_of(live):
        return f"belongs to {owner.kind} {owner.namespace}/{owner.name}"
    for each in about.get("ownerReferences") or ():
        if each.get("controller"):
            return f"belongs to {each['kind']} {each['name']}"
    manager = (about.get("labels") or {}).get(names.MANAGED_BY)
    return f"is managed by {manager}" if manager else "was made by somebody else"


def _reference(parent: Obj, child: Child, *, namespaced: bool) -> Obj | None:
    """The owner reference; owners are in the same namespace, or references mean nothing."""
    owner, namespace = child.owner or parent, child.obj["metadata"].get("namespace")
    about = owner["metadata"]
    if not namespaced or about.get("namespace") != namespace:
        return None
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": about["name"],
        "uid": about["uid"],
    }
    if child.owner is None:
        reference |= {"controller": True, "blockOwnerDeletion": True}
    return reference
