"""Making children what is wanted of them: server-side apply, and removal of what is not wanted.

In the steady state nothing is asked: whether a child is as it was applied is read from memory.
"""

import logging
import re
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from typing import Literal

from ngf_operator.belonging import dressed, hash_of, is_lost, is_ours, whose
from ngf_operator.client import Api, Refused
from ngf_operator.denial import MISSING_PERMISSION, denial
from ngf_operator.drifting import Clean, kept, undone
from ngf_operator.managers import applied_by_us
from ngf_operator.seen import Parent, Ref, Seen, ref_of, version_of
from ngf_operator.served import Resource, Served
from ngf_operator.wanting import Child, Obj

_LOG = logging.getLogger(__name__)
_RIGHT = re.compile(r' cannot (\S+) resource "([^"]+)" in API group "([^"]*)"')
_UNDECLARED = re.compile(r"\.(\S+): field not declared in schema")

CONTESTED = "Somebody changes it back again and again: it is changed once a minute at most."

Did = Literal["nothing", "made", "changed", "restored"]


class Lacking(Exception):
    """A child cannot be had here: ``reason`` for programs, the text for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Failing(Exception):
    """The server, or an owner, refuses a child: ``reason`` for programs, the text for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done to a child, and the object that is there now."""

    did: Did
    live: Obj | None
    spec_hash: str = ""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted, and what could not be: Lacking, Failing, or Refused for a later try."""

    gone: list[Ref]
    stuck: list[tuple[Obj, Exception]]


class Applier:
    """Acts for one operator on one API server."""

    def __init__(self, api: Api, served: Served, seen: Seen) -> None:
        self._api, self._served, self._seen = api, served, seen
        self._clean: dict[Ref, Clean] = {}
        self._not_ours: dict[Ref, int] = {}

    async def child(
        self, parent: Obj, child: Child, was: str, *, full: bool, contested: bool = False
    ) -> Applied:
        """Make one child what is wanted; ``was`` is the hash that it was applied with before.

        With ``full`` it is applied even when nothing seems to have changed. With ``contested`` it
        is not restored and no edit is made, which is Failing. Raises Lacking, Failing, Unreachable,
        and Refused for what a later try may bring.
        """
        ref = ref_of(child.obj)
        resource = self._served.resource(child.obj["apiVersion"], ref.kind)
        if resource is None:
            raise Lacking(
                "CRDNotInstalled",
                f"The cluster does not serve {child.obj['apiVersion']} {ref.kind}.",
            )
        if denied := denial(self._seen, ref.group, ref.kind):
            raise Lacking(denied.reason, denied.said)
        try:
            if child.edits:
                return await self._edit(child, ref, resource, contested=contested)
            return await self._apply(
                parent, child, ref, resource, was, full=full, contested=contested
            )
        except Refused as refused:
            raise judged(refused, ref) from None

    def unwanted(self, parent: Parent, wanted: Set[Ref]) -> list[Obj]:
        """The children of a parent but these and those that go already. A ref without a group is
        of any: a lack does not say it."""
        return [
            live
            for live in self._seen.children(parent)
            if wanted.isdisjoint((ref := ref_of(live), replace(ref, group="")))
            and not live["metadata"].get("deletionTimestamp")
        ]

    async def prune(self, unwanted: Iterable[Obj]) -> Pruned:
        """Delete these children; one that may not be deleted keeps no other. Raises Unreachable."""
        gone, stuck = [], []
        for live in unwanted:
            ref = ref_of(live)
            try:
                if await self._remove(ref, live):
                    gone.append(ref)
            except Refused as refused:
                stuck.append((live, judged(refused, ref)))
        return Pruned(gone, stuck)

    async def _apply(
        self,
        parent: Obj,
        child: Child,
        ref: Ref,
        resource: Resource,
        was: str,
        *,
        full: bool,
        contested: bool,
    ) -> Applied:
        wanted = dressed(parent, child, namespaced=resource.namespaced)
        spec_hash = hash_of(wanted)
        live = self._seen.get(ref.group, ref.kind, ref.namespace, ref.name)
        if live is None or (was and not is_ours(parent, live)):
            live = await self._fetch(ref, resource)
        if live is not None:
            if not is_ours(parent, live) and not (was and is_lost(live)):
                raise Failing(
                    "NotOurs",
                    f"{ref} {whose(live)}. Remove it, or let its owner annotate it with"
                    f' ngf-console.f5.com/adopt: "{parent["metadata"]["name"]}".',
                )
            if live["metadata"].get("deletionTimestamp"):
                return Applied("nothing", live, was)
            if not full and self._is_clean(ref, live, wanted, spec_hash):
                return Applied("nothing", live, spec_hash)
        if contested and _restores(live, spec_hash, was):
            raise Failing("Contested", CONTESTED)
        after = await self._api.apply(resource.path(ref.namespace, ref.name), wanted)
        self._seen.remember(after)
        self._clean[ref] = Clean.of(after, spec_hash)
        return Applied(_did(wanted, live, after, was), after, spec_hash)

    async def _edit(
        self, child: Child, ref: Ref, resource: Resource, *, contested: bool
    ) -> Applied:
        """Somebody else's object gets the fields that are wanted, unless it has changed since.

        The builder asks only where there is something to change, which may be a field to be gone.
        """
        live = self._seen.get(ref.group, ref.kind, ref.namespace, ref.name)
        if live is None:
            raise Lacking("NotFound", f"{ref} does not exist.")
        if contested:
            raise Failing("Contested", CONTESTED)
        change = {**child.obj, "metadata": {**child.obj["metadata"]}}
        change["metadata"].setdefault("resourceVersion", live["metadata"]["resourceVersion"])
        after = await self._api.merge(resource.path(ref.namespace, ref.name), change)
        self._seen.remember(after)
        return Applied("nothing" if version_of(after) == version_of(live) else "changed", after)

    async def _fetch(self, ref: Ref, resource: Resource) -> Obj | None:
        """What the watch does not show because it does not carry our label, or not yet."""
        try:
            return await self._api.get(resource.path(ref.namespace, ref.name))
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    async def _remove(self, ref: Ref, live: Obj) -> bool:
        resource = self._served.resource(live["apiVersion"], ref.kind)
        if resource is None or self._not_ours.get(ref) == version_of(live):
            return False
        now = await self._fetch(ref, resource)
        if now is None:
            return False
        if not applied_by_us(now):
            self._not_ours[ref] = version_of(live)
            _LOG.warning("%s carries our annotations and was not applied by us: it stays", ref)
            return False
        await self._api.delete(resource.path(ref.namespace, ref.name), now)
        self._clean.pop(ref, None)
        return True

    def _is_clean(self, ref: Ref, live: Obj, wanted: Obj, spec_hash: str) -> bool:
        if hash_of(live) != spec_hash:
            return False
        clean = self._clean.get(ref)
        if clean and clean.spec_hash == spec_hash:
            if not clean.holds(live, wanted):
                return False
        elif self._seen.touched(ref) or not kept(wanted, live):
            return False
        if clean is None or clean.version != version_of(live):
            self._clean[ref] = Clean.of(live, spec_hash)
        return True


def _did(wanted: Obj, live: Obj | None, after: Obj, was: str) -> Did:
    if live and (version_of(live) == version_of(after) or not undone(wanted, live, after)):
        return "nothing"
    if _restores(live, hash_of(wanted), was):
        return "restored"
    return "changed" if live else "made"


def _restores(live: Obj | None, spec_hash: str, was: str) -> bool:
    """Whether what is wanted was applied before, and somebody else changed or deleted it since."""
    return spec_hash in (was, hash_of(live) if live else "")


def judged(refused: Refused, ref: Ref) -> Exception:
    """What a refusal means for a child; itself when a later try may bring it."""
    said = str(refused)
    if refused.status == 403:
        if right := _RIGHT.search(said):
            verb, plural, group = right.groups()
            label = f"{plural}.{group}" if group else plural
            where = f" in namespace {ref.namespace}" if ref.namespace else ""
            return Lacking(MISSING_PERMISSION, f"The operator may not {verb} {label}{where}.")
        if "attempting to grant" in said:
            return Lacking(MISSING_PERMISSION, said)
        return Failing("Forbidden", said)
    if refused.status == 404:
        return Lacking("NotFound", said)
    if refused.status == 500 and (fields := _UNDECLARED.findall(said)):
        unknown = " and ".join(dict.fromkeys(fields))
        why = f"The {ref.kind} that is installed knows no {unknown}: its definition is older."
        return Lacking("OldDefinition", why)
    if refused.status == 422 and "immutable" in said:
        return Failing("Immutable", f"{said} Delete it, and it is made as it is wanted.")
    if refused.status in (400, 413, 415, 422):
        return Failing("Invalid", said)
    return refused
