"""Writes down which pools there are, now and then, as long as this console leads."""

from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from services.errors import ConsoleError
from services.inference.known_pools import KnownPools

SECONDS = 30

_log = structlog.get_logger(__name__)


class PoolSync:
    """The schedule; ``leads`` says whether this replica writes."""

    def __init__(self, known: KnownPools, leads: Callable[[], bool]) -> None:
        self._known, self._leads = known, leads
        self._scheduler = BackgroundScheduler(timezone=UTC)

    def start(self) -> None:
        """Begin; returns at once."""
        self._scheduler.add_job(
            self.write, "interval", seconds=SECONDS, max_instances=1, coalesce=True
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Begin nothing more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def write(self) -> int:
        """Write down what changed, if it is on this replica to do so; how many rows."""
        if not self._leads():
            return 0
        try:
            return self._known.sync(datetime.now(UTC))
        except ConsoleError as error:
            _log.warning("pools were not written down", reason=error.message)
            return 0
