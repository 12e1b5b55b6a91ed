"""Scaling events of inference pools, from what the watches see; nothing is ever made up.

Once a second the recorder compares what each cluster holds with what it held before, reads signs
out of the difference (:mod:`services.inference.scaling_signs`), puts those of one change together
(:mod:`services.inference.scaling_steps`) and gives each event to the pools that the workload
serves. What happened before the console started is taken from the Events that the cluster still
has: written down if it is not yet, but not told as if it were new.

Every replica of the console records, so that each can tell it live; the leader writes it down, and
a new leader what the old one did not get to.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from services.clusters.fleet import MEMBERSHIP, Cluster, Fleet
from services.errors import ConsoleError, Invalid
from services.inference import scaling_signs
from services.inference.scaling_log import ScalingLog, ScalingRecord, as_json
from services.inference.scaling_signs import Sign
from services.inference.scaling_steps import ScalingEvent, Steps, happened
from services.inference.targets import HPAS, READ, Object, Objects, World
from services.kube.shelf import Snapshot
from services.realtime.scope import Scope
from services.realtime.topics import Topic

SECONDS = 1.0
"""Between two looks at what has changed."""
KEPT = 2_000
"""Events kept for those who listen, and at most that wait to be written."""
TAKEOVER = timedelta(minutes=15)
"""How long another replica keeps what the leader may not have written."""
REPEAT = timedelta(minutes=10)
"""A failure that goes on is told again after this time."""
RECENT = timedelta(minutes=1)
RETRY_S = 5.0

_FOLLOWED = (*READ, "events")

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Seen:
    """What is known of one cluster: the objects at the last look, and changes being put together.

    ``first`` is when it was looked at for the first time: what was there then is no news.
    ``failures`` are when an Event that is there, by its uid, was told last.
    """

    first: float | None = None
    before: dict[str, Objects] = field(default_factory=dict)
    steps: Steps = field(default_factory=Steps)
    failures: dict[str, datetime] = field(default_factory=dict)
    world: World | None = None


class Recorder:
    """Watches the fleet for scaling. ``leads`` says whether this replica writes."""

    def __init__(self, fleet: Fleet, log: ScalingLog, leads: Callable[[], bool]) -> None:
        self._fleet, self._log, self._leads = fleet, log, leads
        self._lock = threading.Lock()
        self._changed: set[str] = set()
        self._clusters: dict[str, _Seen] = {}
        self._recent: deque[tuple[int, ScalingRecord]] = deque(maxlen=KEPT)
        self._told = 0
        self._unwritten: deque[ScalingRecord] = deque(maxlen=KEPT)
        self._doubtful = True
        self._rest = 0.0
        self._unsubscribe: Callable[[], None] = lambda: None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scaling", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._unsubscribe = self._fleet.subscribe(self._heard)
        with self._lock:
            self._changed.update(self._fleet.names())
        self._thread.start()

    def stop(self) -> None:
        """End. What is not written yet is in the cluster's Events when the console comes back."""
        self._unsubscribe()
        self._ended.set()

    def topic(self) -> Topic:
        """Live: each event of a scope as it happens."""
        return Topic("scaling-events", self._since, SECONDS)

    def looked(self, cluster: str) -> bool:
        """Whether a cluster was read; from then on changes of it are seen."""
        seen = self._clusters.get(cluster)
        return seen is not None and seen.first is not None

    def recent(self) -> list[ScalingRecord]:
        """What happened since this replica runs, oldest first."""
        with self._lock:
            return [record for _, record in self._recent]

    def _since(self, scope: Scope, cursor: int | None) -> tuple[list[dict[str, Any]], int]:
        with self._lock:
            told, recent = self._told, list(self._recent)
        if cursor is None:
            return [], told
        return [
            as_json(one) for number, one in recent if number > cursor and one.within(scope)
        ], told

    def _heard(self, cluster: str, kind: str, _: int) -> None:
        """On the watch loop: only note it."""
        if kind in _FOLLOWED or kind == MEMBERSHIP:
            with self._lock:
                self._changed.add(cluster)

    def _run(self) -> None:
        while not self._ended.wait(SECONDS):
            try:
                self._look()
                self._write()
            except Exception:
                _log.exception("scaling events were not recorded")

    def _look(self) -> None:
        with self._lock:
            changed, self._changed = self._changed, set()
        here = {one.name: one for one in self._fleet.clusters()}
        self._clusters = {name: one for name, one in self._clusters.items() if name in here}
        for name in changed & here.keys():
            seen = self._clusters.setdefault(name, _Seen())
            if not self._compare(here[name], seen):
                with self._lock:
                    self._changed.add(name)
        for name, seen in self._clusters.items():
            for arrived, event in seen.steps.due(time.monotonic()):
                self._tell(name, seen, event, arrived)

    def _compare(self, cluster: Cluster, seen: _Seen) -> bool:
        """Read what is new of a cluster; False when it is not all there yet."""
        snapshots = {kind: cluster.snapshot(kind) for kind in (*_FOLLOWED, "pods")}
        if any(one.state == "loading" for one in snapshots.values()):
            return False
        if not snapshots["inferencepools"].objects:
            seen.before, seen.first = {}, None  # nothing here is scaled for a pool
            return True
        seen.world = World.of(snapshots)
        now = time.monotonic()
        if seen.first is None:
            seen.first = now
        for sign in _signs(snapshots, seen):
            if sign.kind == "size":
                seen.steps.add(sign, now)
            elif sign.kind != "failed" or _is_news(sign, seen.failures):
                self._tell(cluster.name, seen, happened(sign), now)
        seen.before = {kind: snapshots[kind].objects for kind in _FOLLOWED}
        there = {one["metadata"].get("uid") for one in snapshots["events"].objects.values()}
        seen.failures = {uid: at for uid, at in seen.failures.items() if uid in there}
        return True

    def _tell(self, cluster: str, seen: _Seen, event: ScalingEvent, arrived: float) -> None:
        pools = seen.world.pools_of(event.target) if seen.world else []
        records = [ScalingRecord(cluster, pool, event) for pool in pools]
        old = arrived == seen.first
        with self._lock:
            for record in records:
                self._unwritten.append(record)
                if not old:
                    self._told += 1
                    self._recent.append((self._told, record))
        # What is older than a moment may have been seen before: by another replica, by another run.
        self._doubtful |= old or datetime.now(UTC) - event.at > RECENT

    def _write(self) -> None:
        """Write down what is not yet, or leave it to the leader."""
        now = time.monotonic()
        if not self._leads():
            self._doubtful = True
            stale = datetime.now(UTC) - TAKEOVER
            while self._unwritten and self._unwritten[0].event.at < stale:
                self._unwritten.popleft()
            return
        if not self._unwritten or now < self._rest:
            return
        batch = list(self._unwritten)
        try:
            self._log.write(self._log.missing(batch) if self._doubtful else batch)
        except Invalid:
            _log.exception("the store takes no scaling events")
        except ConsoleError as error:
            self._rest = now + RETRY_S
            _log.warning("scaling events wait", count=len(batch), reason=error.message)
            return
        self._doubtful = False
        for _ in batch:
            self._unwritten.popleft()


def _signs(snapshots: Mapping[str, Snapshot], seen: _Seen) -> Iterator[Sign]:
    world = seen.world
    assert world is not None
    for _, old, new in _changed(snapshots[HPAS].objects, seen.before.get(HPAS)):
        yield from scaling_signs.of_hpa(old, new)
    deployments = "deployments"
    for _, old, new in _changed(snapshots[deployments].objects, seen.before.get(deployments)):
        yield from scaling_signs.of_deployment(old, new)
    for _, old, new in _changed(snapshots["events"].objects, seen.before.get("events")):
        if not old or scaling_signs.occurrence(old) != scaling_signs.occurrence(new):
            yield from scaling_signs.of_event(new, world)


def _changed(
    objects: Objects, before: Objects | None
) -> Iterator[tuple[tuple[str, str], Object | None, Object]]:
    """Each object that is not what it was, with what it was; None for another of its name."""
    known = before or {}
    for place, new in objects.items():
        old = known.get(place)
        if old is not new:
            same = old and old["metadata"].get("uid") == new["metadata"].get("uid")
            yield place, old if same else None, new


def _is_news(sign: Sign, failures: dict[str, datetime]) -> bool:
    at = sign.at or datetime.now(UTC)
    last = failures.get(sign.key)
    if last is not None and at - last < REPEAT:
        return False
    failures[sign.key] = at
    return True
