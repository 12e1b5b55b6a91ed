"""What the fleet does by itself while the console runs, on a schedule.

Every replica writes down the heartbeats that it took. The leader writes how clusters stand, and
asks their Prometheus now and then; a hung one of those holds up nobody but its own next turn.
"""

from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from services.clusters import health
from services.clusters.fleet import Cluster, Fleet
from services.clusters.heartbeats import Heartbeats
from services.clusters.leader import Leadership
from services.clusters.registry import Registry
from services.clusters.standing import Reply
from services.errors import ConsoleError

WRITE_SECONDS = 1
PROMETHEUS_SECONDS = 30
AT_ONCE = 10

_log = structlog.get_logger(__name__)


class Jobs:
    """The schedule of one replica. ``written`` counts the statuses it wrote, by writer."""

    def __init__(self, fleet: Fleet, registry: Registry, heartbeats: Heartbeats) -> None:
        self._fleet, self._registry, self._heartbeats = fleet, registry, heartbeats
        self.leadership = Leadership(lambda: registry.client, registry.namespace)
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._asking = ThreadPoolExecutor(AT_ONCE, "prometheus")
        self.written = {"health": 0, "heartbeat": 0}

    def start(self) -> None:
        """Begin; returns at once."""
        self.leadership.start()
        self._every(WRITE_SECONDS, self._write_heartbeats)
        self._every(WRITE_SECONDS, self._as_leader(self._write_health))
        self._every(PROMETHEUS_SECONDS, self._as_leader(self.ask_prometheus))
        self._scheduler.start()

    def stop(self) -> None:
        """Let another replica lead at once, and begin nothing more.

        What is under way is not awaited: it can hang. A status that is still written then is one
        that nobody else has written, or it is not written.
        """
        self.leadership.stop()
        self._scheduler.shutdown(wait=False)
        self._asking.shutdown(wait=False, cancel_futures=True)

    def ask_prometheus(self) -> None:
        """Ask the Prometheus of every cluster whether it answers."""
        with suppress(CancelledError):
            list(self._asking.map(self._ask, self._fleet.clusters()))

    def _every(self, seconds: float, work: Callable[[], object]) -> None:
        self._scheduler.add_job(
            work,
            "interval",
            seconds=seconds,
            max_instances=1,
            coalesce=True,
            next_run_time=datetime.now(UTC),
        )

    def _as_leader(self, work: Callable[[], object]) -> Callable[[], None]:
        def led() -> None:
            if self.leadership.leads:
                work()

        return led

    def _write_heartbeats(self) -> None:
        self.written["heartbeat"] += self._heartbeats.flush()

    def _write_health(self) -> None:
        self.written["health"] += health.write_all(
            self._registry, self._fleet, lambda: self.leadership.leads
        )

    def _ask(self, cluster: Cluster) -> None:
        try:
            prometheus = self._registry.prometheus(cluster.name)
            problem = prometheus.problem() if prometheus else None
        except ConsoleError as error:
            problem = error.message
        cluster.prometheus = None if problem is None else Reply(datetime.now(UTC), problem)
