"""One replica of the operator, from its first probe to its last.

It waits for the Lease, learns what is served and what is there, and then keeps parents as they are
wanted.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

import kopf

from ngf_operator.client import Api, Refused, Unreachable
from ngf_operator.health import Health
from ngf_operator.hearing import Hearing
from ngf_operator.leader import Leader
from ngf_operator.metrics import Metrics
from ngf_operator.options import Options
from ngf_operator.queueing import Queue
from ngf_operator.reconciling import Reconciler
from ngf_operator.seen import Parent, Seen, owner_of, ref_of
from ngf_operator.served import Served
from ngf_operator.telling import Events
from ngf_operator.wanting import Obj, Recipe
from ngf_operator.watching import Watching

_LOG = logging.getLogger(__name__)
GATHERED_S, GATHERED_EACH_S = 0.3, 0.01
"""How long changes of what parents merely read are gathered before these are reconciled: the more
of them there are the longer, so that a busy cluster costs no more than a share of a core."""
SWEPT_AFTER_S = 2.0
STARTING = "The operator is starting: not every kind is listed yet."


class Operator:
    """Runs until it is told to stop. ``login`` gives the account at the API server."""

    def __init__(
        self,
        options: Options,
        recipes: Sequence[Recipe],
        login: Callable[[], kopf.ConnectionInfo],
        version: str,
    ) -> None:
        self._options = options
        self._recipes = {recipe.parent: recipe for recipe in recipes}
        self.metrics = Metrics(version)
        self._api = Api(login, self.metrics.requested)
        self._leader = Leader(
            self._api,
            options.namespace,
            options.lease,
            options.identity,
            options.lease_seconds,
        )
        reads = [each for recipe in recipes for each in recipe.reads]
        self._served = Served(self._api, self._adjusted, options.interval)
        self._seen = Seen(self._served, reads)
        self._reconciler = Reconciler(
            self._api,
            self._served,
            self._seen,
            self._recipes,
            Events(self._api, options.identity),
            self.metrics,
            options.interval,
        )
        self._queue = Queue(self._reconcile)
        self._hearing = Hearing(
            self._api,
            self._served,
            self._recipes,
            login,
            self._reconciler.parents,
            self._queue.add,
            options.interval,
        )
        self._watching: Watching | None = None
        self._trouble = STARTING
        self.metrics.watches(
            lambda: self._queue.depth, lambda state: self._reconciler.parents.states()[state]
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Serve, wait for the Lease, work. Raises leader.Lost and health.CannotServe."""
        health = Health(
            self._options.bind,
            self._options.port,
            self.metrics.registry,
            self._missing_now,
            self._notes,
        )
        async with self._api, health:
            _LOG.info("serving on port %d", health.port)
            work = asyncio.create_task(self._work())
            told = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait((work, told), return_when=asyncio.FIRST_COMPLETED)
            finally:
                told.cancel()
                work.cancel()
                await asyncio.wait((work,))
                self.metrics.leads(False)
                await self._leader.release()
            if not work.cancelled() and (error := work.exception()):
                raise error

    async def _work(self) -> None:
        if self._options.leader_elect:
            self._trouble = ""
            await self._leader.acquire()
        self.metrics.leads(True)
        self._trouble = STARTING
        async with asyncio.TaskGroup() as tasks:
            if self._options.leader_elect:
                tasks.create_task(self._leader.keep())
            self._watching = Watching(
                self._api,
                self._served,
                self._seen,
                self._told,
                self._told_kind,
                tasks,
                self._options.interval,
            )
            await self._first_discovery()
            tasks.create_task(self._served.follow())
            await self._watching.settled()
            self._trouble = ""
            tasks.create_task(self._hearing.run())
            tasks.create_task(self._sweep())
            tasks.create_task(self._queue.run(self._options.workers))

    async def _first_discovery(self) -> None:
        while True:
            try:
                await self._served.refresh()
            except (Refused, Unreachable) as trouble:
                self._trouble = str(trouble)
                _LOG.warning("discovery failed: %s", trouble)
                await asyncio.sleep(2.0)
            else:
                self._trouble = STARTING
                return

    async def _reconcile(self, key: Parent, why: set[str]) -> float | None:
        """Raises Refused and Unreachable; what may not be done is asked for, so that it is told."""
        try:
            return await self._reconciler.reconcile(key, why)
        except Refused as refused:
            if refused.status == 403:
                self._hearing.look()
            raise

    async def _sweep(self) -> None:
        """Clean up after parents that went while no operator ran."""
        await asyncio.sleep(SWEPT_AFTER_S)
        while True:
            for key in self._reconciler.orphaning():
                if key.kind in self._recipes:
                    self._queue.add(key, "gone")
            await asyncio.sleep(self._options.interval)

    def _adjusted(self) -> None:
        self._hearing.look()
        if self._watching:
            self._watching.adjust()

    def _told(self, obj: Obj, labels: str) -> None:
        """Something came, changed or went: who asked for it is due, its parent at once."""
        owner, parents = owner_of(obj), self._reconciler.parents
        readers = self._reconciler.readers.of_object(ref_of(obj), labels)
        after = GATHERED_S + GATHERED_EACH_S * len(readers)
        for key in readers:
            self._queue.add(key, "seen", 0.0 if key == owner else after)
        if owner and parents.get(owner):
            self._queue.add(owner, "seen")

    def _told_kind(self, group: str, kind: str) -> None:
        for key in self._reconciler.readers.of_kind(group, kind):
            self._queue.add(key, "served", GATHERED_S)

    def _missing_now(self) -> list[str]:
        said = [self._trouble] if self._trouble else []
        if self._leader.trouble and not self._leader.leads:
            said.append(f"The Lease cannot be taken: {self._leader.trouble}")
        return said + self._hearing.troubles()

    def _notes(self) -> list[str]:
        if self._options.leader_elect and not self._leader.leads:
            return [f"standby: {self._leader.holder or 'nobody'} holds the Lease"]
        denied = {shelf.denied for shelf in self._seen.shelves if shelf.denied}
        return [
            *(f"{kind} is not installed." for kind in self._hearing.absent()),
            *(f"The operator {each}." for each in sorted(denied)),
        ]
