"""The demo's traffic as the console takes it in: the last hour at once, then every two seconds.

It goes the way of all telemetry, through the intake. What an autoscaler does after the start is
done to the objects of the cluster, too. When objects change, so does what clients ask for.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

import structlog

from services.demo.api import DemoApi
from services.demo.places import Place
from services.demo.traffic import flows
from services.demo.traffic.exports import Export
from services.demo.traffic.generator import SEED, Generator
from services.demo.traffic.replicas_now import ReplicasNow
from services.errors import ConsoleError, Unavailable
from services.kube.catalogue import KINDS
from services.telemetry.intake import Busy, Intake
from services.telemetry.store import Store

HISTORY = 3600.0
"""Seconds before the start that are made up for."""
SLICE = 300.0
"""Seconds that are sent at once, where there is more to catch up with."""
SCRAPE_THEN, SCRAPE_NOW = 60.0, 15.0
"""Seconds between scrapes, in the history and after."""
TICK = 2.0
"""Seconds between sends, as many as the collector of an agent gathers."""
STOP_S = 10.0
LEFT_OVER_S = 10.0

_log = structlog.get_logger(__name__)
_FOLLOWED = frozenset((KINDS[name].group, name) for name in (*flows.KINDS_READ, "deployments"))
"""What is asked for follows from these; Deployments tell when pods have become ready."""


class DemoTraffic:
    """One thread. ``clock`` tells the time in seconds since 1970."""

    def __init__(
        self,
        places: Sequence[Place],
        apis: Mapping[str, DemoApi],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._places, self._apis, self._clock = places, apis, clock
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._changed: set[str] = set()
        self._thread: threading.Thread | None = None

    def start(self, intake: Intake, store: Store) -> None:
        """Begin to send to ``intake``; returns at once. ``store`` says what is there already."""
        self._thread = threading.Thread(
            target=self._work, args=(intake, store), name="demo-traffic", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Send no more."""
        self._ended.set()
        if self._thread:
            self._thread.join(STOP_S)

    def _work(self, intake: Intake, store: Store) -> None:
        try:
            self._run(intake, store)
        except Exception:
            _log.exception("the demo has no traffic any more")

    def _run(self, intake: Intake, store: Store) -> None:
        self._wait_for_what_waits(intake)
        origin = self._clock()
        begin = begins(store, origin)
        stores = {name: api.store for name, api in self._apis.items()}
        # Who goes on where another ended must not call its requests by the same ids.
        generator = Generator(self._places, stores, begin, origin, SEED + int(begin))
        for name in generator.clusters:
            stores[name].follow(_FOLLOWED, partial(self._note, name))
        at = self._catch_up(generator, intake, begin, origin, SCRAPE_THEN)
        _log.info("the demo has a history", seconds=round(self._clock() - origin, 1))
        replicas = [
            ReplicasNow(stores[name], pool)
            for name, cluster in generator.clusters.items()
            for pool in cluster.pools
        ]
        for one in replicas:
            one.tell_past()
        while not self._ended.wait(TICK):
            now = self._clock()
            for name in self._taken():
                self._look_again(generator, name)
            if now - at > HISTORY:
                at = now - HISTORY
                generator.rest(at)
            at = self._catch_up(generator, intake, at, now, SCRAPE_NOW)
            for one in replicas:
                one.follow(now)

    def _catch_up(
        self, generator: Generator, intake: Intake, at: float, now: float, scrape_every: float
    ) -> float:
        """Send what comes after ``at`` and until ``now``; gives until when that is done. A clock
        that was set back sends nothing twice."""
        while at < now and not self._ended.is_set():
            at = min(at + SLICE, now)
            self._send(generator.advance(at, scrape_every), intake)
        return at

    def _wait_for_what_waits(self, intake: Intake) -> None:
        """Until the store has what an earlier demo sent, or does not take it."""
        end = time.monotonic() + LEFT_OVER_S
        while intake.spool.rows and time.monotonic() < end and not self._ended.wait(0.1):
            pass

    def _look_again(self, generator: Generator, cluster: str) -> None:
        try:
            if cluster in generator.clusters:
                generator.clusters[cluster].look_again()
        except Exception:  # whatever somebody made there, the rest goes on
            _log.exception("demo clients go on as before", cluster=cluster)

    def _note(self, cluster: str) -> None:
        with self._lock:
            self._changed.add(cluster)

    def _taken(self) -> set[str]:
        with self._lock:
            names, self._changed = self._changed, set()
        return names

    def _send(self, exports: Iterable[Export], intake: Intake) -> None:
        """Hand requests to the intake; where it is busy they are sent again, as agents do."""
        for one in exports:
            while not self._ended.is_set():
                try:
                    intake.accept(one.cluster, one.signal, one.body)
                except Busy as busy:
                    self._ended.wait(busy.retry_after)
                    continue
                except ConsoleError as error:
                    _log.warning("demo traffic was refused", reason=error.message)
                break


def begins(store: Store, now: float) -> float:
    """Since when there is something to send: the last hour, or what of it is not there yet from a
    demo that ran before."""
    bounds = {
        "from": datetime.fromtimestamp(now - HISTORY, UTC),
        "to": datetime.fromtimestamp(now, UTC),
    }
    try:
        found = store.read("newest_request", bounds, clusters=None)
    except Unavailable:
        return now - HISTORY
    newest = found.rows[0][0]
    return newest.timestamp() if newest else now - HISTORY
