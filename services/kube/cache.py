"""One cluster in memory: every kind of the catalogue, always up to date, read without waiting.

What flows: a probe asks the server every few seconds what it serves, which is also the sign of
life. Each kind that is served gets its streams (:mod:`services.kube.stream`); a kind that appears
or disappears with its definition gains or loses them. What streams collect is published on the
shelf of its kind (:mod:`services.kube.shelf`). All of that happens on the watch loop. Readers pick
up the last published snapshot from any thread, without a lock.

When the server is gone only the probe keeps asking; streams wait for it. So a dead cluster costs
one attempt per backoff and not one per kind, and all kinds recover together. After three attempts
in vain the breaker makes that one in thirty seconds. Probes of all clusters take turns.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from services.errors import ConsoleError, Denied
from services.kube.breaker import Breaker
from services.kube.catalogue import KINDS, Kind, Resource, resolve
from services.kube.checks import Checks
from services.kube.connection import Connection
from services.kube.discovery import Discovery
from services.kube.loop import Alarm, WatchLoop
from services.kube.shelf import Shelf, Snapshot
from services.kube.stream import Backoff, Key, Stream, selections
from services.kube.streaming import StreamingApi

Listener = Callable[[str, str, int], object]

PROBE_SECONDS = 5.0
"""Between two probes of a cluster that answers, and the longest wait for an answer of one."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reachability:
    """Whether the API server answers, since when it does or does not, and why not.

    ``code`` is that of the error: *kubeconfig_refused*, *credential*, *unavailable* ...
    """

    connected: bool
    reason: str
    since: datetime | None
    last_seen: datetime | None
    kubernetes_version: str | None
    code: str = ""


class WatchCache:
    """The watched kinds of one cluster. ``connect`` is called again after each refusal, so that a
    rotated credential takes effect without a restart."""

    def __init__(
        self,
        cluster: str,
        connect: Callable[[], Connection],
        loop: WatchLoop,
        kinds: Iterable[Kind] = tuple(KINDS.values()),
    ) -> None:
        self.cluster = cluster
        self.breaker, self.checks = Breaker(), Checks()
        self.connection: Connection | None = None
        self.reachability = Reachability(False, "not connected yet", None, None, None)
        self._connect = connect
        self._loop = loop
        self._shelves = {kind.name: Shelf(kind, self) for kind in kinds}
        self._listeners: tuple[Listener, ...] = ()
        self._changed = threading.Condition()
        self._work: Future[None] | None = None
        self._reachable = asyncio.Event()
        self._probe_alarm, self._stream_alarm = Alarm(), Alarm()
        self._end_turn: Callable[[], None] | None = None

    def snapshot(self, kind: str) -> Snapshot:
        """What is known of a kind; KeyError for a name that is not in the catalogue."""
        published = self._shelves[kind].published
        return published.now() if published.state == "live" else published

    def wait_ready(self, timeout: float) -> None:
        """Return when no kind is loading any more, at the latest after ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._loading() and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)

    def wait_seen(self, kind: str, key: Key, resource_version: str | None, timeout: float) -> None:
        """Return when an object is here at this version or a later one, or after ``timeout``.

        ``resource_version=None`` waits for its absence. Who has just written waits a moment, so
        that the next list shows it.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while not _seen(self._shelves[kind].published, key, resource_version):
                if (left := deadline - time.monotonic()) <= 0:
                    return
                self._changed.wait(left)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(cluster, kind, version)`` after each publication, on the watch loop.

        It must not block. The returned function ends the subscription.
        """
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    def start(self) -> None:
        """Begin watching; returns at once."""
        if self._work is None:
            self._work = self._loop.spawn(self._supervise())

    def stop(self) -> None:
        """End all streams of this cluster."""
        if self._work is not None:
            self._work.cancel()
            self._work = None

    def reconnect(self) -> None:
        """Begin anew with what ``connect`` gives by now; what is known stays until it is replaced.

        On the watch loop.
        """
        self.stop()
        self.connection = None
        self.breaker.reset()
        self._lost("Its kubeconfig has changed; connecting again.", "reconnecting")
        self.start()

    def retry(self) -> None:
        """Try everything that waits again, now."""
        self.breaker.half_open()
        self._loop.call(self._probe_alarm.ring)
        self._loop.call(self._stream_alarm.ring)

    # What shelves and their streams ask of the cluster; all on the watch loop.

    def suspect(self) -> None:
        """A call failed: ask for a sign of life now instead of at the next turn."""
        self._probe_alarm.ring()

    async def pause(self, seconds: float) -> None:
        """Rest, then wait until the server is reachable."""
        await self._stream_alarm.sleep(seconds)
        await self._reachable.wait()

    def announce(self, snapshot: Snapshot) -> None:
        """Tell those who wait and those who listen."""
        if self._end_turn is not None and not self._loading():
            self._end_turn()
            self._end_turn = None
        with self._changed:
            self._changed.notify_all()
        for listener in self._listeners:
            try:
                listener(self.cluster, snapshot.kind, snapshot.version)
            except Exception:
                _log.exception("a listener failed", cluster=self.cluster, kind=snapshot.kind)

    async def _supervise(self) -> None:
        backoff = Backoff(1.0, 15.0)
        self._end_turn = await self._loop.first_reads.take()
        while True:
            self.connection = None  # what it was made from may be refused or gone by now
            try:
                connection = await asyncio.to_thread(self._connect)
                self.connection = connection
                async with StreamingApi(connection) as api:
                    await self._serve(api, backoff)
            except ConsoleError as error:
                self._lost(error.message, error.error_code)
            except Exception as error:
                _log.exception("watching failed", cluster=self.cluster)
                self._lost(f"The console failed to watch this cluster: {error!r}", "internal")
            await self._probe_alarm.sleep(backoff.next())

    async def _serve(self, api: StreamingApi, backoff: Backoff) -> None:
        """Probe and keep the streams fitting; ends when the credential is refused."""
        discovery = Discovery(api)
        running: dict[Resource, tuple[asyncio.Task[None], ...]] = {}
        try:
            while True:
                try:
                    version, wanted = await self._check(api, discovery, running)
                except ConsoleError as error:
                    if error.error_code == "credential" or isinstance(error, Denied):
                        raise
                    if error.error_code != "breaker_open":
                        self._lost(error.message, error.error_code)
                    await self._probe_alarm.sleep(max(backoff.next(), self.breaker.rest()))
                    continue
                backoff.reset()
                self._reached(version)
                self._fit(api, wanted, running)
                await self._probe_alarm.sleep(PROBE_SECONDS)
        finally:
            for tasks in running.values():
                _cancel(tasks)

    async def _check(
        self, api: StreamingApi, discovery: Discovery, running: Collection[Resource]
    ) -> tuple[str, dict[str, Resource]]:
        """The server's version ("" while connected) and what it serves, in one probe."""
        end_turn = await self._loop.probes.take()
        began = time.monotonic()
        try:
            with self.breaker.call():
                found = await self._ask(api, discovery, running)
        except ConsoleError as error:
            if error.error_code != "breaker_open":
                self.checks.note(datetime.now(UTC), None)
            raise
        finally:
            end_turn()
        self.checks.note(datetime.now(UTC), time.monotonic() - began)
        return found

    async def _ask(
        self, api: StreamingApi, discovery: Discovery, running: Collection[Resource]
    ) -> tuple[str, dict[str, Resource]]:
        kinds = [shelf.kind for shelf in self._shelves.values()]
        connected, version = self.reachability.connected, ""
        if not connected:
            answer, _ = await api.get("/version", seconds=PROBE_SECONDS)
            version = str(answer.get("gitVersion", ""))
        wanted = resolve(kinds, await discovery.poll())
        if not connected or set(running) - set(wanted.values()):
            # It may be starting, and what it does not serve yet is not gone.
            await api.require_ready(PROBE_SECONDS)
            wanted = resolve(kinds, await discovery.poll())
        return version, wanted

    def _fit(
        self,
        api: StreamingApi,
        wanted: Mapping[str, Resource],
        running: dict[Resource, tuple[asyncio.Task[None], ...]],
    ) -> None:
        """Start streams of what has appeared, end those of what has gone."""
        for resource in set(running) - set(wanted.values()):
            _cancel(running.pop(resource))
        for name, shelf in self._shelves.items():
            if name not in wanted:
                if shelf.published.state != "absent":
                    shelf.hold(None, ())
            elif (resource := wanted[name]) not in running:
                streams = tuple(
                    Stream(api, resource, selection, shelf) for selection in selections(resource)
                )
                shelf.hold(resource, streams)
                running[resource] = tuple(asyncio.create_task(one.run()) for one in streams)

    def _reached(self, version: str) -> None:
        now = datetime.now(UTC)
        was = self.reachability
        if was.connected:
            self.reachability = replace(was, last_seen=now)
            return
        self.reachability = Reachability(True, "", now, now, version or None)
        self._reachable.set()
        self._stream_alarm.ring()
        self._publish_all()

    def _lost(self, reason: str, code: str) -> None:
        was = self.reachability
        since = was.since if was.since and not was.connected else datetime.now(UTC)
        self.reachability = replace(was, connected=False, reason=reason, since=since, code=code)
        self._reachable.clear()
        self._publish_all()

    def _publish_all(self) -> None:
        for shelf in self._shelves.values():
            shelf.publish()

    def _loading(self) -> bool:
        return any(shelf.published.state == "loading" for shelf in self._shelves.values())


def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


def _seen(snapshot: Snapshot, key: Key, resource_version: str | None) -> bool:
    obj = snapshot.objects.get(key)
    if obj is None or resource_version is None:
        return obj is None and resource_version is None
    known = str(obj["metadata"]["resourceVersion"])
    if known.isdecimal() and resource_version.isdecimal():
        return int(known) >= int(resource_version)
    return known == resource_version
