"""Hearing of the parents: those whose kind is served and allowed, and none that has gone."""

import asyncio
import logging
from collections.abc import Callable, Collection
from typing import Any

import kopf

from ngf_operator import handlers, names, permissions
from ngf_operator.client import METADATA_LIST, Api, Refused, Unreachable
from ngf_operator.parents import Parents
from ngf_operator.seen import Parent, version_of
from ngf_operator.served import Resource, Served
from ngf_operator.wanting import Obj

_LOG = logging.getLogger(__name__)
VERIFIED_AFTER_S = 2.0
TRIED_AGAIN_S = 2.0


class Hearing:
    """Keeps ``parents`` as the server has them; ``due`` hears of each one that came, changed or
    went."""

    def __init__(
        self,
        api: Api,
        served: Served,
        kinds: Collection[str],
        login: Callable[[], kopf.ConnectionInfo],
        parents: Parents,
        due: Callable[[Parent, str], None],
        interval_s: float,
    ) -> None:
        self._api, self._served, self._kinds, self._login = api, served, kinds, login
        self._parents, self._due, self._interval_s = parents, due, interval_s
        self._changed, self._relisted = asyncio.Event(), asyncio.Event()
        self._missing: dict[str, list[str]] = {}
        self._trouble = ""

    def look(self) -> None:
        """What is served, or allowed, has changed."""
        self._changed.set()

    def troubles(self) -> list[str]:
        """What keeps parents from being kept, a sentence each."""
        denied = [
            f"{kind} cannot be kept: the operator may not {', '.join(rights)}."
            for kind, rights in self._missing.items()
        ]
        return [*([self._trouble] if self._trouble else []), *denied]

    def absent(self) -> list[str]:
        """Kinds of parents that are not installed."""
        served = {resource.kind for resource in self._resources()}
        return [kind for kind in self._kinds if kind not in served]

    async def run(self) -> None:
        """Hear for ever. A right that is missing is asked for again every interval."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._verify())

    async def _listen(self) -> None:
        session: asyncio.Task[None] | None = None
        heard: list[Resource] = []
        try:
            while True:
                self._changed.clear()
                allowed = await self._allowed()
                if allowed is None:  # nobody knows: what is heard is heard on
                    allowed = heard
                if session and allowed != heard:
                    session.cancel()
                    session = None
                heard = allowed
                if allowed and not session:
                    session = asyncio.create_task(handlers.listen(allowed, self._login, self._told))
                    self._relisted.set()
                if await self._ends(session):
                    session = None
        finally:
            if session:
                session.cancel()

    async def _ends(self, session: asyncio.Task[None] | None) -> bool:
        """Wait until something has to be looked at again; whether the session has ended."""
        changed = asyncio.create_task(self._changed.wait())
        waits: set[asyncio.Task[Any]] = {changed, session} if session else {changed}
        again = self._interval_s if self._missing else None
        again = TRIED_AGAIN_S if self._trouble else again
        try:
            await asyncio.wait(waits, timeout=again, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
        if not session or not session.done():
            return False
        _LOG.warning("parents are not heard of any more: %s", session.exception())
        await asyncio.sleep(TRIED_AGAIN_S)
        return True

    async def _allowed(self) -> list[Resource] | None:
        """Kinds of parents that the account may keep, None when the server does not say."""
        served = self._resources()
        before = self._missing
        try:
            self._missing = await permissions.missing(self._api, served)
        except (Refused, Unreachable) as trouble:
            self._trouble = str(trouble)
            return None
        self._trouble = ""
        if self._missing != before:
            for sentence in self.troubles():
                _LOG.warning("%s", sentence)
        return [resource for resource in served if resource.kind not in self._missing]

    def _resources(self) -> list[Resource]:
        found = (self._served.find(names.GROUP, kind, (names.VERSION,)) for kind in self._kinds)
        return [resource for resource in found if resource]

    def _told(self, what: str | None, obj: Obj) -> None:
        key = Parent.of(obj)
        if what == "DELETED":
            if self._parents.drop(obj):
                self._due(key, "gone")
            return
        known = self._parents.get(key)
        if what is None and known and version_of(known) == version_of(obj):
            self._relisted.set()
        if self._parents.put(obj):
            self._due(key, "changed")

    async def _verify(self) -> None:
        """After each list ask which parents are there: a list does not name what has gone."""
        while True:
            await self._relisted.wait()
            await asyncio.sleep(VERIFIED_AFTER_S)
            self._relisted.clear()
            try:
                for resource in self._resources():
                    await self._verify_kind(resource)
            except (Refused, Unreachable) as trouble:
                _LOG.warning("parents could not be listed: %s", trouble)

    async def _verify_kind(self, resource: Resource) -> None:
        keys = [key for key in self._parents.known() if key.kind == resource.kind]
        known = [obj for key in keys if (obj := self._parents.get(key))]
        listed: set[str] = set()
        async for items, _ in self._api.pages(resource.path(), accept=METADATA_LIST):
            listed |= {each["metadata"]["uid"] for each in items}
        for gone in known:
            if gone["metadata"]["uid"] not in listed and self._parents.drop(gone):
                self._due(Parent.of(gone), "gone")
