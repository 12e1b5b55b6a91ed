"""Children that the operator would make of a wanted parent, against what is there now.

The operator's own builders say which; the cluster's dry-run, where the console may ask for one,
says whether they would be taken. They are laid over live objects as the operator does it: children
by server-side apply, edits of other people's objects by a merge patch.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

from ngf_operator.belonging import dressed, hash_of, is_nobodys, is_ours, whose
from ngf_operator.gateway import bundle
from ngf_operator.inference import stack
from ngf_operator.names import ADOPT
from ngf_operator.seen import Parent, owner_of
from ngf_operator.wanting import Child, Recipe, Wanted

from services.auth.identity import Identity
from services.clusters.cluster import Cluster
from services.errors import Conflict, ConsoleError, Denied, Invalid
from services.gatewayapi.changing import PLURALS
from services.kube.catalogue import KINDS
from services.kube.changes import Changes
from services.kube.fields import MISSING, FieldChange, Object, changes, editable
from services.laying import laid
from services.operated_edits import patch
from services.operator_world import SnapshotWorld

Verb = Literal["create", "change", "same", "remove"]
RECIPES: Mapping[str, Recipe] = {
    "gatewaybundles": bundle.RECIPE,
    "inferencestacks": stack.RECIPE,
}
"""How the operator makes children, by the plural of their parent."""

_APPLIED_ANEW = "What is there is not what the operator would apply: it applies it anew."


@dataclass(frozen=True, slots=True)
class Planned:
    """One child as it would be. ``obj`` is the object that would be stored (of one that goes, the
    live one), ``fault`` why it cannot be, ``unchecked`` why no server was asked about it."""

    kind: str
    api_version: str
    namespace: str
    name: str
    section: str
    verb: Verb
    obj: Object
    changes: tuple[FieldChange, ...] = ()
    fault: str = ""
    unchecked: str = ""


def wanted(kind: str, parent: Object, cluster: Cluster) -> Wanted:
    """What the operator would make of ``parent`` on a cluster as it is now."""
    recipe = RECIPES[kind]
    return recipe.wanted(deepcopy(parent), SnapshotWorld(cluster, recipe.reads))


def taken_back(kind: str, parent: Object, cluster: Cluster) -> tuple[Child, ...]:
    """What the operator would edit of other people's objects once ``parent`` has gone."""
    gone = {**parent, "spec": {}}
    found = wanted(kind, ending(gone), cluster).children
    return tuple(one for one in found if one.edits)


def ending(parent: Object) -> Object:
    """A parent as it is while it goes."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {**parent, "metadata": {"deletionTimestamp": now, **parent["metadata"]}}


class Planner:
    """Says of children what would become of each; ``before`` are those that are wanted now."""

    def __init__(
        self,
        changes: Changes,
        who: Identity,
        cluster: Cluster,
        parent: Object,
        before: Iterable[Child] = (),
    ) -> None:
        self._changes, self._who, self._cluster = changes, who, cluster
        self._parent = parent
        self._before = {_key(one.obj): one.obj for one in before}
        said = (parent.get("status") or {}).get("children") or ()
        self._made = {
            (one["kind"], one.get("namespace") or _place(parent)[0], one["name"]): one["specHash"]
            for one in said
            if one.get("specHash")
        }

    def planned(self, children: Sequence[Child]) -> tuple[tuple[Planned, ...], int]:
        """Every child in namespaces that one may see, then those that are there and not wanted; and
        how many of both are in others."""
        kept = {_key(one.obj) for one in children}
        there = (*self._present(), *self._told())
        gone = [one for one in there if (one.kind, one.namespace, one.name) not in kept]
        found = [self._child(one) for one in children if self._sees(_place(one.obj)[0])]
        seen = (*found, *(one for one in gone if self._sees(one.namespace)))
        return seen, len(children) + len(gone) - len(seen)

    def _sees(self, namespace: str) -> bool:
        return self._who.may_see(self._cluster.name, namespace or None)

    def _child(self, child: Child) -> Planned:
        obj = deepcopy(child.obj)
        namespace, name = _place(obj)
        told = (str(obj["kind"]), str(obj["apiVersion"]), namespace, name, child.section)
        live = self._live(obj)
        unread, made = self._unread(told[0]), self._made.get((told[0], namespace, name))
        if live is not None and not child.edits and not self._takes(live, made):
            return Planned(*told, "change", obj, fault=_not_ours(live, _place(self._parent)[1]))
        if unread and made:
            same = hash_of(dressed(self._parent, child)) == made
            return Planned(*told, "same" if same else "change", obj, unchecked=unread)
        if live is None:
            return self._created(told, obj)
        diff = changes(live, result := self._result(child, live), result)
        if diff:
            return self._changed(child, told, result, diff)
        if child.edits or self._stays(child, live):
            return Planned(*told, "same", result)
        return Planned(*told, "change", result, unchecked=_APPLIED_ANEW)

    def _takes(self, live: Object, made: str | None) -> bool:
        """Whether the operator takes a live object for its child: also one that somebody replaced
        and left without marks. Where it finds by managedFields, which nobody keeps here, that it
        never applied that one, its status has no hash of it any more."""
        return is_ours(self._parent, live) or (made is not None and is_nobodys(live))

    def _result(self, child: Child, live: Object) -> Object:
        """What the operator makes of a live object."""
        before = self._before.get(_key(child.obj), MISSING)
        made = patch(live, child.obj) if child.edits else laid(live, before, child.obj)
        return dict(made)

    def _stays(self, child: Child, live: Object) -> bool:
        """Whether the operator has nothing else to apply than it had, as far as can be told."""
        if not self._parent["metadata"].get("uid"):
            return True
        if child.obj == self._before.get(_key(child.obj)):
            return True
        return hash_of(live) == hash_of(dressed(self._parent, child))

    def _created(self, told: tuple[str, str, str, str, str], obj: Object) -> Planned:
        diff = changes({}, obj, obj)
        kind = PLURALS.get(told[0])
        if kind is None:
            return Planned(*told, "create", obj, diff, unchecked=_unwatched(told[0]))
        try:
            plan = self._changes.plan_create(self._who, self._cluster.name, kind, obj)
        except ConsoleError as error:
            return Planned(*told, "create", obj, diff, *_refused(error))
        return Planned(*told, "create", editable(plan.result or obj), plan.changes)

    def _changed(
        self,
        child: Child,
        told: tuple[str, str, str, str, str],
        obj: Object,
        diff: tuple[FieldChange, ...],
    ) -> Planned:
        kind, place, edit = PLURALS[told[0]], (told[2], told[3]), partial(self._result, child)
        try:
            plan = self._changes.plan_update(self._who, self._cluster.name, kind, *place, edit)
        except ConsoleError as error:
            return Planned(*told, "change", obj, diff, *_refused(error))
        return Planned(*told, "change", plan.result or obj, plan.changes)

    def _live(self, obj: Object) -> Object | None:
        kind = PLURALS.get(str(obj["kind"]))
        found = self._cluster.snapshot(kind).objects.get(_place(obj)) if kind else None
        return dict(found) if found is not None else None

    def _present(self) -> Iterator[Planned]:
        """Children that are there, of kinds that are watched. Of a parent that goes those without
        an owner in its namespace stay: they were orphaned on purpose."""
        own, (namespace, _) = Parent.of(self._parent), _place(self._parent)
        about = self._parent["metadata"]
        for kind in KINDS if about.get("uid") else ():
            for place, obj in self._cluster.snapshot(kind).objects.items():
                if owner_of(dict(obj)) != own:
                    continue
                orphaned = place[0] == namespace and not obj["metadata"].get("ownerReferences")
                if not (orphaned and about.get("deletionTimestamp")):
                    version = str(obj.get("apiVersion", ""))
                    yield Planned(KINDS[kind].kind, version, *place, "", "remove", dict(obj))

    def _told(self) -> Iterator[Planned]:
        """Children of kinds that nobody here reads, as the operator tells of them."""
        for kind, namespace, name in self._made:
            obj = {"kind": kind, "metadata": {"namespace": namespace, "name": name}}
            if kind not in PLURALS:
                said = _unwatched(kind)
                yield Planned(kind, "", namespace, name, "", "remove", obj, unchecked=said)

    def _unread(self, kind: str) -> str:
        """Why the console does not see what objects of a kind say, "" where it does."""
        name = PLURALS.get(kind)
        if name is None or KINDS[name].metadata_only:
            return _unwatched(kind)
        snapshot = self._cluster.snapshot(name)
        known = snapshot.state == "absent" or snapshot.as_of is not None
        return "" if known else f"{kind} objects are not known: {snapshot.why}."


def _place(obj: Mapping[str, Any]) -> tuple[str, str]:
    metadata = obj["metadata"]
    return str(metadata.get("namespace") or ""), str(metadata["name"])


def _key(obj: Mapping[str, Any]) -> tuple[str, str, str]:
    return (str(obj["kind"]), *_place(obj))


def _unwatched(kind: str) -> str:
    return f"The console does not read {kind} objects; the operator will say how it goes."


def _not_ours(live: Object, parent: str) -> str:
    namespace, name = _place(live)
    return (
        f"{live.get('kind')} {namespace}/{name} {whose(live)}. Annotate it with"
        f" {ADOPT}: {parent} to let it be taken over."
    )


def _refused(error: ConsoleError) -> tuple[str, str]:
    """(fault, why nobody was asked)."""
    if isinstance(error, Invalid | Conflict):
        return error.message, ""
    if isinstance(error, Denied):
        return "", f"{error.message} The operator does it with its own account."
    return "", error.message
