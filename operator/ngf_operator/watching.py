"""List and watch of every kind that builders read, so that it is in memory and stays right.

A kind that is not installed is picked up when its definition appears. One that the account may not
list is noted with verb and resource, and tried again every interval. One that the server fails to
list, such as one whose conversion webhook does not answer, is noted as well: others do not wait.
"""

import asyncio
import logging
from collections.abc import Callable

from ngf_operator.client import Api, Refused, Unreachable
from ngf_operator.pausing import LASTED_S, SHORTEST_S, longer
from ngf_operator.seen import Seen, Shelf, place_of
from ngf_operator.served import Resource, Served
from ngf_operator.wanting import Obj

_LOG = logging.getLogger(__name__)
TRIES = 3
"""After how many refusals the operator goes on without a kind that was never listed."""


class Watching:
    """One task for each shelf whose kind is served.

    ``told`` hears of each object that came, changed or went, and by which selector; ``told_kind``
    of a kind that is served or allowed from now on, or no more.
    """

    def __init__(
        self,
        api: Api,
        served: Served,
        seen: Seen,
        told: Callable[[Obj, str], None],
        told_kind: Callable[[str, str], None],
        tasks: asyncio.TaskGroup,
        interval_s: float,
    ) -> None:
        self._api, self._served, self._seen, self._tasks = api, served, seen, tasks
        self._told, self._told_kind, self._interval_s = told, told_kind, interval_s
        self._running: dict[int, tuple[Resource, asyncio.Task[None]]] = {}
        self._known: dict[int, asyncio.Event] = {
            id(shelf): asyncio.Event() for shelf in seen.shelves
        }

    async def settled(self) -> None:
        """Wait until every kind is listed, or known to be absent or forbidden."""
        for event in self._known.values():
            await event.wait()

    def adjust(self) -> None:
        """Watch what is served now. To be called after each change of discovery."""
        for shelf in self._seen.shelves:
            reads, key = shelf.reads, id(shelf)
            resource = self._served.find(reads.group, reads.kind, reads.versions)
            before, task = self._running.get(key, (None, None))
            if resource == before and resource is not None:
                continue
            if task:
                task.cancel()
                del self._running[key]
            if resource is None:
                shelf.denied = ""
                self._forget(shelf)
                self._known[key].set()
            else:
                made = self._tasks.create_task(self._keep(shelf, resource))
                self._running[key] = (resource, made)
            if resource != before:
                self._told_kind(reads.group, reads.kind)

    async def _keep(self, shelf: Shelf, resource: Resource) -> None:
        pause, tries, loop = SHORTEST_S, 0, asyncio.get_running_loop()
        shelf.since = ""
        while True:
            began, waits = loop.time(), True
            try:
                if not shelf.since:
                    tries += 1
                    await self._list(shelf, resource)
                    tries = 0
                await self._follow(shelf, resource)
            except Refused as refused:
                shelf.since = ""
                if refused.status == 403:
                    self._deny(shelf, resource, refused)
                    await asyncio.sleep(self._interval_s)
                    waits = False
                elif refused.status != 410:  # 404: discovery says soon that it is gone
                    _LOG.warning("%s cannot be watched: %s", resource.label, refused)
                    if tries >= TRIES:
                        self._give_up(shelf, resource, refused)
            except Unreachable as trouble:
                _LOG.warning("%s cannot be watched: %s", resource.label, trouble)
            if loop.time() - began > LASTED_S:
                pause = SHORTEST_S
            elif waits:
                pause = await longer(pause)

    async def _list(self, shelf: Shelf, resource: Resource) -> None:
        listed, version = set(), ""
        async for items, of_page in self._api.pages(resource.path(), labels=shelf.reads.labels):
            version = of_page
            for obj in items:
                obj.setdefault("apiVersion", resource.api_version)  # items of a list have neither
                obj.setdefault("kind", resource.kind)
                listed.add(place_of(obj))
                self._put(shelf, obj)
        for gone in self._seen.only(shelf, listed, int(version) if version.isdecimal() else 0):
            self._told(gone, shelf.reads.labels)
        if shelf.denied:
            shelf.denied = ""
            self._told_kind(resource.group, resource.kind)
        shelf.since = version
        self._known[id(shelf)].set()

    async def _follow(self, shelf: Shelf, resource: Resource) -> None:
        """Hear until the server ends the watch."""
        path, labels = resource.path(), shelf.reads.labels
        async for event in self._api.watch(path, shelf.since, labels=labels):
            obj: Obj = event["object"]
            shelf.since = obj["metadata"]["resourceVersion"]
            if event["type"] == "DELETED":
                if self._seen.drop(shelf, obj):
                    self._told(obj, shelf.reads.labels)
            elif event["type"] != "BOOKMARK":
                self._put(shelf, obj)

    def _put(self, shelf: Shelf, obj: Obj) -> None:
        if self._seen.put(shelf, obj):
            self._told(obj, shelf.reads.labels)

    def _deny(self, shelf: Shelf, resource: Resource, refused: Refused) -> None:
        verb = "watch" if " cannot watch " in str(refused) else "list"
        denied = f"may not {verb} {resource.label}"
        if shelf.denied != denied:
            _LOG.warning("the operator %s: %s", denied, refused)
            shelf.denied = denied
            self._forget(shelf)
            self._told_kind(resource.group, resource.kind)
        self._known[id(shelf)].set()

    def _give_up(self, shelf: Shelf, resource: Resource, refused: Refused) -> None:
        """Go on without a kind of which nothing is known; what is known of one stays."""
        if self._known[id(shelf)].is_set():
            return
        shelf.denied = f"cannot list {resource.label}: {str(refused).rstrip('.')}"
        self._told_kind(resource.group, resource.kind)
        self._known[id(shelf)].set()

    def _forget(self, shelf: Shelf) -> None:
        for obj in list(shelf.objects.values()):
            self._seen.drop(shelf, obj)
            self._told(obj, shelf.reads.labels)
