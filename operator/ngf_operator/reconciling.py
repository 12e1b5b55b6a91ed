"""One reconcile: ask the recipe what a parent wants, make it so, and say where it stands."""

import logging
import random
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from ngf_operator import names, outcomes
from ngf_operator.applying import Applier, Failing, Lacking, Pruned
from ngf_operator.client import Api, Refused
from ngf_operator.ending import Ending
from ngf_operator.metrics import Metrics
from ngf_operator.outcomes import Outcome
from ngf_operator.parents import Parents, requested
from ngf_operator.queueing import TIMER
from ngf_operator.restraint import Restraint
from ngf_operator.seen import Asking, Parent, Readers, Ref, Seen, ref_of
from ngf_operator.served import Served
from ngf_operator.standing import standing
from ngf_operator.statuses import changes, place_of, status_of, terminating
from ngf_operator.telling import Events, stamp
from ngf_operator.wanting import Child, Obj, Recipe, Wanted

_LOG = logging.getLogger(__name__)


Place = tuple[str, str, str]
"""A child in a status: kind, namespace and name."""
Act = tuple[str, Ref]
"""What was done to a child: made, changed, restored or removed."""


class Reconciler:
    """Reconciles any parent. :meth:`reconcile` is the work of the queue."""

    def __init__(
        self,
        api: Api,
        served: Served,
        seen: Seen,
        recipes: Mapping[str, Recipe],
        events: Events,
        metrics: Metrics,
        interval_s: float,
    ) -> None:
        self._api, self._served, self._seen = api, served, seen
        self._recipes, self._events, self._metrics = recipes, events, metrics
        self._interval_s = interval_s
        self._applier = Applier(api, served, seen)
        self._ending = Ending(seen, self._applier, recipes)
        self._restraint = Restraint()
        self._untold: dict[Parent, dict[Act, None]] = {}
        self._missed: dict[Parent, set[Place]] = {}
        self._failed: dict[Parent, set[Place]] = {}
        self.parents = Parents()
        self.readers = Readers()

    async def reconcile(self, key: Parent, why: set[str]) -> float | None:
        """Bring one parent in step; in how many seconds it is due again, None when it has gone.

        After an edit of somebody else's object that is at once: what goes with it may follow now.
        So it is when another parent of its name is there already.

        Raises Refused and Unreachable for what has to be tried again.
        """
        started, result, more = time.perf_counter(), "retried", False
        try:
            parent = self.parents.get(key)
            if parent and self._missed_by(parent) - self._missed.get(key, set()):
                parent = await self._asked_again(key)  # they may go, or be let go, because it goes
            if parent is None:
                await self._end(key)
                result = "acted"
                return 0.0 if self.parents.get(key) else None
            if parent["metadata"].get("deletionTimestamp"):
                await self._write(parent, terminating(parent, stamp()))
                result = "unchanged"
            else:
                result, more = await self._keep(key, parent, why)
                self._missed[key] = self._missed_by(parent)
        finally:
            self._metrics.reconciled(key.kind, result, time.perf_counter() - started)
        return 0.0 if more else self._interval_s * random.uniform(0.9, 1.0)  # noqa: S311 - nothing secret

    def orphaning(self) -> list[Parent]:
        """Parents that are not there and have left something behind."""
        return self._ending.orphaning(self.parents)

    async def _keep(self, key: Parent, parent: Obj, why: set[str]) -> tuple[str, bool]:
        """What was done, and whether something of somebody else was edited."""
        world, recipe = Asking(self._seen), self._recipes[key.kind]
        try:
            wanted = recipe.wanted(parent, world)
        except Exception as error:
            _LOG.exception("what %s wants could not be worked out", key)
            wanted = Wanted((), (outcomes.unclear(parent, error),))
        refs = {ref_of(child.obj) for child in wanted.children}
        self.readers.add(key, world.asked | refs)  # what is told from now on concerns it
        try:
            found, trouble = await self._children(parent, wanted, world)
            found += [outcomes.lacking(lack) for lack in wanted.lacks]
            stuck = await self._prune(parent, found)
        finally:
            self.readers.note(key, world.asked | refs)
        # Also what was done before and is in no status, because none could be written.
        acts = self._untold.get(key, {})
        found = [
            replace(each, did="restored") if ("restored", each.ref) in acts else each
            for each in found
        ]
        status = status_of(
            parent,
            found,
            now=stamp(),
            acted=bool(acts),
            timer=TIMER in why,
            requested=requested(parent),
            further=recipe.status(parent, world),
        )
        await self._write(parent, status)
        self._untold.pop(key, None)
        await self._tell(parent, found, acts)
        if trouble or stuck:
            raise trouble or stuck[0]
        edited = any(each.did == "changed" and not each.listed for each in found)
        return _result(found, acts), edited

    async def _children(
        self, parent: Obj, wanted: Wanted, world: Asking
    ) -> tuple[list[Outcome], Refused | None]:
        """Apply every child in its order; also the refusal that a later try may overcome."""
        before: Obj = parent.get("status") or {}
        full = requested(parent) != before.get("reconcileRequested")
        # Of another generation they say little: it may have been worked on and not been told.
        told = before.get("observedGeneration") == parent["metadata"].get("generation")
        rows = (before.get("children") or ()) if told else ()
        hashes = {place_of(row): row.get("specHash", "") for row in rows}
        found, trouble = [], None
        for child in wanted.children:
            was = hashes.get(ref_of(child.obj).place, "")
            try:
                found.append(await self._child(parent, child, was, world, full=full))
            except Refused as refused:
                trouble = refused
                found.append(outcomes.delayed(child, was, str(refused)))
        return found, trouble

    async def _child(
        self, parent: Obj, child: Child, was: str, world: Asking, *, full: bool
    ) -> Outcome:
        ref = ref_of(child.obj)
        contested = not full and self._restraint.contested(ref)
        try:
            applied = await self._applier.child(parent, child, was, full=full, contested=contested)
        except (Lacking, Failing) as reason:
            return outcomes.refused(child, reason, was)
        if applied.did != "nothing":
            self._did(parent, applied.did, ref)
        if applied.did == "restored" or (child.edits and applied.did == "changed"):
            self._restraint.acted(ref)
        if applied.did == "restored":
            self._metrics.restored(ref.kind)
        return outcomes.stands(child, applied, standing(child.obj, applied.live, world))

    async def _prune(self, parent: Obj, found: list[Outcome]) -> list[Refused]:
        """Remove what is not wanted, unless what could not be changed may need it still. What is
        lacked is wanted all the same. What stays is ``found`` as well; the refusals that a later
        try may overcome."""
        if any(each.reason == outcomes.UNCLEAR for each in found):
            return []
        wanted = {each.ref for each in found if each.blocks or each.api_version}
        unwanted = self._applier.unwanted(Parent.of(parent), wanted)
        rows = (parent.get("status") or {}).get("children") or ()
        sections = {place_of(row): str(row.get("section", "")) for row in rows}
        if any(outcomes.needs_what_was(each) for each in found):
            pruned = Pruned([], [])
            stay: list[tuple[Obj, Exception | None]] = [(live, None) for live in unwanted]
        else:
            pruned = await self._applier.prune(unwanted)
            stay = list(pruned.stuck)
        for ref in pruned.gone:
            self._did(parent, "removed", ref)
        for live, why in stay:
            section = sections.get(ref_of(live).place, "")
            found.append(outcomes.remains(live, section, why))
        return [why for _, why in pruned.stuck if isinstance(why, Refused)]

    def _did(self, parent: Obj, what: str, ref: Ref) -> None:
        """Something was done to a child, which is told with the next status that is taken."""
        self._untold.setdefault(Parent.of(parent), {})[what, ref] = None

    async def _write(self, parent: Obj, status: Obj) -> None:
        """Write what is new, of the very parent that it is said of: another one may have its name
        by now."""
        changed = changes(parent, status)
        if not changed:
            return
        try:
            await self._patch(parent, changed)
        except Refused as refused:
            if refused.status == 404:
                self.parents.drop(parent)
                return
            if refused.status != 409:
                raise
            now = await self._asked_again(Parent.of(parent))
            if now is None or not _is_same(now, parent):
                raise
            await self._patch(now, changed)

    async def _patch(self, parent: Obj, status: Obj) -> None:
        version = {"resourceVersion": parent["metadata"].get("resourceVersion")}
        path = f"{self._path(Parent.of(parent))}/status"
        self.parents.put(await self._api.merge(path, {"metadata": version, "status": status}))

    async def _tell(self, parent: Obj, found: list[Outcome], acts: Iterable[Act]) -> None:
        home = parent["metadata"]["namespace"]
        for what, reason in (
            ("made", "ChildMade"),
            ("changed", "ChildChanged"),
            ("removed", "ChildRemoved"),
        ):
            if texts := dict.fromkeys(ref.seen_from(home) for did, ref in acts if did == what):
                await self._events.normal(parent, reason, ", ".join(texts))
        for did, ref in acts:
            if did == "restored":
                said = "was changed or deleted by somebody else and was restored."
                what = ref.seen_from(home)
                await self._events.warning(parent, "ChildRestored", f"{what} {said}")
        key, failed = Parent.of(parent), [each for each in found if each.state == "Failed"]
        rows = (parent.get("status") or {}).get("children") or ()
        told = {place_of(row) for row in rows if row["state"] == "Failed"}
        told |= self._failed.get(key, set())  # not all that fails has a row
        self._failed[key] = {each.ref.place for each in failed}
        for each in failed:
            if each.ref.place not in told:
                await self._events.warning(parent, "ChildFailed", each.words(home))

    async def _end(self, key: Parent) -> None:
        """Clean up after a parent that has gone, once the server has said that it has."""
        self.readers.note(key, set())
        self._untold.pop(key, None)
        self._missed.pop(key, None)
        self._failed.pop(key, None)
        if self._ending.left_by(key) and not await self._asked_again(key):
            await self._ending.clean(key)

    def _missed_by(self, parent: Obj) -> set[Place]:
        """The children that were applied and are not there any more, or nobody's."""
        key = Parent.of(parent)
        rows = (parent.get("status") or {}).get("children") or ()
        there = {
            ref_of(obj).place
            for obj in self._seen.children(key)
            if obj["metadata"].get("namespace") != key.namespace
            or obj["metadata"].get("ownerReferences")
        }
        return {place_of(row) for row in rows if row.get("specHash")} - there

    async def _asked_again(self, key: Parent) -> Obj | None:
        """The parent as the server has it now, which watches tell a moment later."""
        try:
            self.parents.put(await self._api.get(self._path(key)))
        except Refused as refused:
            if refused.status != 404:
                raise
            if known := self.parents.get(key):
                self.parents.drop(known)
        return self.parents.get(key)

    def _path(self, key: Parent) -> str:
        resource = self._served.find(names.GROUP, key.kind, (names.VERSION,))
        if resource is None:
            raise Refused(404, "NotFound", f"{key.kind} is not served.")
        return resource.path(key.namespace, key.name)


def _is_same(one: Obj, other: Obj) -> bool:
    """Whether two states of a parent want the same: the same one, with the same spec."""
    about, others = one["metadata"], other["metadata"]
    return all(about.get(key) == others.get(key) for key in ("uid", "generation"))


def _result(found: list[Outcome], acts: Collection[Act]) -> str:
    if any(each.state == "Failed" for each in found):
        return "failed"
    if any(each.blocks for each in found):
        return "lacking"
    return "acted" if acts else "unchanged"
