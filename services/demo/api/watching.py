"""WATCH: what happened since a version, then what happens, one JSON line per event.

A watcher has a queue of its own that the writer's thread appends to; the stream on the server's
loop drains it. A watcher that does not read is cut off when its queue is full, because a client
that must relist is cheaper than a server that grows.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping

import orjson

from services.demo.api import listing
from services.demo.api.calls import Call
from services.demo.api.statuses import ApiError, Cause, Obj, expired, invalid
from services.demo.api.store import Change, Store

BOOKMARK_EVERY = 30.0
"""Seconds between bookmarks of a quiet watch (the API server: about a minute)."""

BRIEF = 2.0
"""Seconds; a watch no longer than this ends without a bookmark."""

QUEUE = 100_000
INITIAL_END = "k8s.io/initial-events-end"

Show = Callable[[Obj], Obj]


class Watcher:
    """The queue of one watch. ``receive`` may be called in any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._pending: deque[Change] = deque()
        self._ready = asyncio.Event()
        self._signalled = False
        self.overrun = False

    def receive(self, change: Change) -> None:
        if len(self._pending) >= QUEUE:
            self.overrun = True
        else:
            self._pending.append(change)
        if not self._signalled:
            self._signalled = True
            self._loop.call_soon_threadsafe(self._ready.set)

    @property
    def behind(self) -> bool:
        """Whether something has arrived that was not told yet."""
        return bool(self._pending)

    async def wait(self, seconds: float) -> list[Change]:
        """What has arrived, after at most ``seconds``."""
        if not self._pending and not self.overrun:
            try:
                async with asyncio.timeout(seconds):
                    await self._ready.wait()
            except TimeoutError:
                return []
        self._ready.clear()
        self._signalled = False
        arrived = []
        while self._pending:
            arrived.append(self._pending.popleft())
        return arrived


class Watch:
    """One watch request: where it starts, what it selects, how it shows objects."""

    def __init__(
        self, store: Store, call: Call, query: Mapping[str, str], show: Show | None
    ) -> None:
        self._store = store
        self._call = call
        self._matches = listing.predicate(call, query)
        self._show = show
        self._bookmarks = query.get("allowWatchBookmarks") in ("true", "1")
        version = query.get("resourceVersion") or "0"
        if not version.isdigit():
            problem = f'strconv.ParseUint: parsing "{version}": invalid syntax'
            raise ApiError(500, "", f'resourceVersion: Invalid value: "{version}": {problem}')
        self._since = int(version)
        self._initial = query.get("sendInitialEvents") in ("true", "1")
        self._check_initial(query)
        timeout = float(query.get("timeoutSeconds") or 0)
        self._lasts = timeout if timeout > 0 else 2400.0

    def _check_initial(self, query: Mapping[str, str]) -> None:
        match = query.get("resourceVersionMatch")
        causes = []
        if "sendInitialEvents" in query and match != "NotOlderThan":
            causes.append(
                Cause(
                    "FieldValueForbidden",
                    "Forbidden: sendInitialEvents requires setting resourceVersionMatch to "
                    "NotOlderThan",
                    "resourceVersionMatch",
                )
            )
        elif "sendInitialEvents" not in query and match:
            causes.append(
                Cause(
                    "FieldValueForbidden",
                    "Forbidden: resourceVersionMatch is forbidden for watch unless "
                    "sendInitialEvents is provided",
                    "resourceVersionMatch",
                )
            )
        if causes:
            raise invalid("meta.k8s.io", "ListOptions", "", causes)

    async def stream(self) -> AsyncGenerator[bytes]:
        """Encoded events until the time is up. The caller closes the iterator."""
        loop = asyncio.get_running_loop()
        watcher = Watcher(loop)
        resource = self._call.served.resource
        with self._store.lock:
            self._store.follow(resource, watcher.receive)
            seen = self._store.version
            start = self._start()
        try:
            if start is None:
                yield _line("ERROR", self._too_old(seen))
                return
            yield b"".join(start)
            end = loop.time() + self._lasts
            marked = loop.time()
            while (left := end - loop.time()) > 0:
                pause = min(left, BOOKMARK_EVERY) if self._bookmarks else left
                arrived = await watcher.wait(pause)
                if watcher.overrun:
                    yield _line("ERROR", self._too_old(seen))
                    return
                for change in arrived:
                    seen = max(seen, change.version)
                if lines := b"".join(self._lines(arrived)):
                    yield lines
                if self._bookmarks and loop.time() - marked >= BOOKMARK_EVERY:
                    marked = loop.time()
                    yield self._bookmark(self._current(watcher, seen))
            if self._bookmarks and self._lasts > BRIEF:
                yield self._bookmark(self._current(watcher, seen))
        finally:
            self._store.unfollow(resource, watcher.receive)

    def _current(self, watcher: Watcher, seen: int) -> int:
        """The version this watch has seen everything up to, other kinds' changes included."""
        with self._store.lock:
            return seen if watcher.behind else self._store.version

    def _start(self) -> list[bytes] | None:
        """Everything a new watch is told at once; None when its start is forgotten."""
        if self._initial or self._since == 0:
            lines = [
                _line("ADDED", self._shown(obj))
                for obj in self._store.objects(self._call.served.resource, self._call.namespace)
                if self._matches is None or self._matches(obj)
            ]
            if self._initial and self._bookmarks:
                lines.append(self._bookmark(self._store.version, initial_end=True))
            return lines
        missed = self._store.since(self._call.served.resource, self._since)
        return None if missed is None else list(self._lines(missed))

    def _too_old(self, seen: int) -> Obj:
        return expired(f"too old resource version: {self._since} ({seen})").status()

    def _lines(self, changes: list[Change]) -> list[bytes]:
        lines = []
        namespace = self._call.namespace
        for change in changes:
            if namespace and change.object["metadata"].get("namespace") != namespace:
                continue
            kind = self._kind(change)
            if kind:
                lines.append(self._encoded(kind, change))
        return lines

    def _kind(self, change: Change) -> str:
        """What the change looks like through the selectors; empty for invisible."""
        if self._matches is None:
            return change.type
        now = change.type != "DELETED" and self._matches(change.object)
        before = change.before is not None and self._matches(change.before)
        if now:
            return "MODIFIED" if before else "ADDED"
        return "DELETED" if before else ""

    def _encoded(self, kind: str, change: Change) -> bytes:
        obj = change.object
        if kind == "DELETED" and change.type != "DELETED" and change.before is not None:
            # Left the selection: the state it was selected in, at the version it left.
            version = obj["metadata"]["resourceVersion"]
            metadata = change.before["metadata"] | {"resourceVersion": version}
            obj = change.before | {"metadata": metadata}
        elif self._show is None:
            # Most watches ask for the plain object: encode it once for all of them.
            form = f"{kind} {self._call.served.version}"
            if form not in change.encoded:
                change.encoded[form] = _line(kind, self._call.served.shown(obj))
            return change.encoded[form]
        return _line(kind, self._shown(obj))

    def _shown(self, obj: Obj) -> Obj:
        obj = self._call.served.shown(obj)
        return self._show(obj) if self._show else obj

    def _bookmark(self, version: int, *, initial_end: bool = False) -> bytes:
        served = self._call.served
        metadata: Obj = {"resourceVersion": str(version)}
        if initial_end:
            metadata["annotations"] = {INITIAL_END: "true"}
        obj = {"kind": served.kind, "apiVersion": served.api_version, "metadata": metadata}
        return _line("BOOKMARK", self._show(obj) if self._show else obj)


def _line(kind: str, obj: Obj) -> bytes:
    return orjson.dumps({"type": kind, "object": obj}) + b"\n"
