"""What is known of one kind on one cluster, and how it is handed to readers.

Streams fill the shelf on the watch loop; at most every 50 ms it publishes a :class:`Snapshot`, a
copy of the index (not of the objects) that nobody changes afterwards, by one assignment. Readers in
any thread look at the last one published.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from services.errors import Denied
from services.kube.catalogue import Kind, Resource
from services.kube.stream import Key, Object, Stream

if TYPE_CHECKING:
    from services.kube.cache import WatchCache

State = Literal["loading", "live", "stale", "absent", "denied"]

PUBLISH_SECONDS = 0.05
_NOTHING: Mapping[Key, Object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The objects of one kind as they were at ``as_of``. Never changed after publication.

    ``objects`` is keyed by (namespace, name), namespace "" for cluster scope. ``version`` grows
    with every change of objects or state. ``state``: *loading* before the first list; *live* while
    the watch is open, then ``as_of`` is now; *stale* since ``since`` because of ``reason``;
    *absent* when the kind is not installed; *denied* when the console may not list it.
    """

    kind: str
    objects: Mapping[Key, Object]
    version: int
    as_of: datetime | None
    state: State
    reason: str = ""
    since: datetime | None = None
    resource: Resource | None = None

    def now(self) -> "Snapshot":
        """The same, known to be true at this moment. Every page asks every cluster for one:
        ``replace`` would take three times as long."""
        return Snapshot(
            self.kind,
            self.objects,
            self.version,
            datetime.now(UTC),
            self.state,
            self.reason,
            self.since,
            self.resource,
        )

    @property
    def why(self) -> str:
        """Why there is nothing newer, also before anything was heard."""
        return self.reason or (
            "still being read for the first time" if self.state == "loading" else self.state
        )


class Shelf:
    """One kind: its streams, what they have collected, and what of it has been published."""

    def __init__(self, kind: Kind, cache: "WatchCache") -> None:
        self.kind = kind
        self.published = Snapshot(kind.name, _NOTHING, 0, None, "loading")
        self._cache = cache
        self._resource: Resource | None = None
        self._streams: tuple[Stream, ...] = ()
        self._asked = False
        self._collected: tuple[tuple[Stream, ...], tuple[int, ...]] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._published_at = 0.0

    def hold(self, resource: Resource | None, streams: tuple[Stream, ...]) -> None:
        """What the server serves of this kind now; ``None`` when it is not installed.

        What was known before stays on the shelf until the new streams have read their lists.
        """
        self._asked, self._resource, self._streams = True, resource, streams
        self.publish()

    def changed(self) -> None:
        """Publish soon, at most every 50 ms; what arrives until then goes along."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            due = max(loop.time(), self._published_at + PUBLISH_SECONDS)
            self._timer = loop.call_at(due, self.publish)

    def suspect(self) -> None:
        """A stream met a failure that may concern the whole server."""
        self._cache.suspect()

    async def pause(self, seconds: float) -> None:
        """How long a stream waits before it tries again."""
        await self._cache.pause(seconds)

    def publish(self) -> None:
        """Make a new snapshot when objects or state differ from the last one."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        last = self.published
        state, reason = self._state()
        revisions = tuple(stream.revision for stream in self._streams)
        collected = (self._streams, revisions) if self._complete() else self._collected
        if collected == self._collected and (state, reason) == (last.state, last.reason):
            return
        now = datetime.now(UTC)
        empty = state in ("absent", "denied")
        objects = last.objects if collected == self._collected else self._collect()
        self._collected = None if empty else collected
        self._published_at = asyncio.get_running_loop().time()
        self.published = Snapshot(
            kind=self.kind.name,
            objects=_NOTHING if empty else objects,
            version=last.version + 1,
            as_of=None if empty else self._as_of(state, now),
            state=state,
            reason=reason,
            since=last.since if state == last.state and last.since else now,
            resource=self._resource,
        )
        self._cache.announce(self.published)

    def _state(self) -> tuple[State, str]:
        reachability = self._cache.reachability
        problem = next((stream.problem for stream in self._streams if stream.problem), None)
        if self._asked and self._resource is None:
            return "absent", f"{self.kind.kind} is not installed on this cluster."
        if isinstance(problem, Denied):
            return "denied", problem.message
        if reachability.since is not None and not reachability.connected:
            return "stale", reachability.reason
        if problem is not None:
            return "stale", problem.message
        if self._complete():
            return "live", ""
        if self.published.as_of is not None:
            return "stale", "The list is being read again."
        return "loading", ""

    def _complete(self) -> bool:
        return bool(self._streams) and all(stream.listed for stream in self._streams)

    def _as_of(self, state: State, now: datetime) -> datetime | None:
        """When the objects were last known to be true."""
        if state == "live":
            return now
        if self.published.state != "live":
            return self.published.as_of
        reachability = self._cache.reachability
        return now if reachability.connected else reachability.last_seen

    def _collect(self) -> Mapping[Key, Object]:
        merged: dict[Key, Object] = {}
        for stream in self._streams:
            merged.update(stream.objects)
        return MappingProxyType(merged)
