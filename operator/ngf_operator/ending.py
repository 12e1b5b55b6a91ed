"""What is left to do when a parent has gone: what the garbage collector does not take along."""

import logging
from collections.abc import Mapping

from ngf_operator.applying import Applier, Failing, Lacking
from ngf_operator.client import Refused
from ngf_operator.parents import Parents, tombstone
from ngf_operator.seen import Asking, Parent, Ref, Seen, ref_of
from ngf_operator.telling import stamp
from ngf_operator.wanting import Recipe, Wanted

_LOG = logging.getLogger(__name__)


class Ending:
    """Takes back edits of other people's objects and deletes what would be left behind."""

    def __init__(self, seen: Seen, applier: Applier, recipes: Mapping[str, Recipe]) -> None:
        self._seen, self._applier, self._recipes = seen, applier, recipes

    def left_by(self, key: Parent) -> list[Ref]:
        """Children that do not go with their parent: of another namespace, or of another owner.

        One of the same namespace without an owner was orphaned on purpose, and stays.
        """
        return [
            ref_of(obj)
            for obj in self._seen.children(key)
            if obj["metadata"].get("namespace") != key.namespace
            or any(
                each["kind"] != key.kind for each in obj["metadata"].get("ownerReferences") or ()
            )
        ]

    def orphaning(self, parents: Parents) -> list[Parent]:
        """Parents that are not there and have left something behind."""
        known = set(parents.known())
        return [key for key in self._seen.parents() if key not in known and self.left_by(key)]

    async def clean(self, key: Parent) -> None:
        """Do it. The parent must be known to have gone. Raises Refused and Unreachable."""
        gone = tombstone(key, stamp())
        try:
            answer = self._recipes[key.kind].wanted(gone, Asking(self._seen))
        except Exception:
            _LOG.exception("what was edited for %s could not be worked out", key)
            answer = Wanted(())
        needed = {ref_of(each.obj) for each in answer.children if not each.edits}
        kept = needed if any(lack.blocks for lack in answer.lacks) else set()
        for child in answer.children:
            if child.edits:
                try:
                    await self._applier.child(gone, child, "", full=False)
                except (Lacking, Failing) as reason:
                    _LOG.warning("an edit for %s could not be taken back: %s", key, reason)
                    kept = needed
        stays = {ref_of(obj) for obj in self._seen.children(key)} - set(self.left_by(key))
        for live, trouble in (
            await self._applier.prune(self._applier.unwanted(key, stays | kept))
        ).stuck:
            if isinstance(trouble, Refused):
                raise trouble
            _LOG.warning("%s, which %s left behind, stays: %s", ref_of(live), key, trouble)
