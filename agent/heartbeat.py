"""The heartbeat: report, send, wait, again and again until told to stop.

The first one goes out at once, the next an interval later; the hub's answer says how long that is.
After a failure the wait grows from a second up to the interval, drawn anew each time (full jitter),
so that a hub that comes back is not met by all its agents at once. A wait that the hub asks for is
kept. Every report is made afresh and has a number of its own, so that the hub sees what it missed.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from agent.hub import Config, NotAccepted, Outcome

_LOG = logging.getLogger(__name__)
FIRST_WAIT_S = 1.0
STALE_AFTER = 3
"""Intervals without an accepted heartbeat after which the hub takes the agent for gone."""
WORK_S = 60.0
"""What reporting and sending may take before the loop counts as stuck."""


class Reports(Protocol):
    """Makes the body of a heartbeat."""

    def report(self, sequence: int, now: datetime) -> dict[str, Any]: ...


class Sends(Protocol):
    """Delivers one. Raises NotAccepted."""

    def send(self, payload: Mapping[str, Any]) -> Config: ...


class Watches(Protocol):
    """Is told what happened, for metrics."""

    def reported(self, seconds: float, missing: int) -> None: ...

    def sent(self, outcome: Outcome) -> None: ...

    def configured(self, interval_s: float, otel_endpoint: str | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Time:
    """Where time and chance come from; tests bring their own."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    draw: Callable[[], float] = random.random


def wait_after_failure(failures: int, interval_s: float, asked_s: float, draw: float) -> float:
    """Seconds until the next try. ``draw`` is from [0, 1), ``asked_s`` what the hub asked for."""
    ceiling = min(interval_s, FIRST_WAIT_S * 2.0 ** min(failures, 32))
    return asked_s + draw * ceiling


class Heartbeat:
    """The loop and what is known of it. ``run`` belongs to one thread, the rest to any."""

    def __init__(
        self,
        reporter: Reports,
        hub: Sends,
        interval_s: float,
        watcher: Watches,
        clock: Time = Time(),
    ) -> None:
        self._reporter, self._hub, self._watcher, self._time = reporter, hub, watcher, clock
        self._interval_s = interval_s
        self._endpoint: str | None = None
        self._failures = 0
        self._sequence = 0
        self._accepted_at: float | None = None
        self._due = self._turned_at = clock.monotonic()
        self._trouble = "No heartbeat has been sent yet."

    def run(self, stop: threading.Event) -> None:
        """Beat until ``stop`` is set."""
        self._watcher.configured(self._interval_s, None)
        while not stop.is_set():
            self._turned_at = self._time.monotonic()
            self._due = self._turned_at + self._beat()
            self._turned_at = self._time.monotonic()
            stop.wait(max(0.0, self._due - self._turned_at))

    def _beat(self) -> float:
        """One heartbeat; how long after its start the next is due."""
        started = self._time.monotonic()
        self._sequence += 1
        payload = self._reporter.report(self._sequence, self._time.now())
        self._watcher.reported(self._time.monotonic() - started, len(payload["missing"]))
        try:
            config = self._hub.send(payload)
        except NotAccepted as failure:
            self._watcher.sent(failure.outcome)
            return self._failed(failure) + self._time.monotonic() - started
        self._watcher.sent("accepted")
        self._accepted(config)
        return self._interval_s

    def _accepted(self, config: Config) -> None:
        if self._failures or self._accepted_at is None:
            _LOG.info("heartbeat %d accepted", self._sequence)
        self._failures, self._trouble = 0, ""
        self._accepted_at = self._time.monotonic()
        interval_s = config.interval_s or self._interval_s
        if (interval_s, config.otel_endpoint) != (self._interval_s, self._endpoint):
            _LOG.info("the hub wants a heartbeat every %g s", interval_s)
            self._interval_s, self._endpoint = interval_s, config.otel_endpoint
            self._watcher.configured(interval_s, config.otel_endpoint)

    def _failed(self, failure: NotAccepted) -> float:
        wait_s = wait_after_failure(
            self._failures, self._interval_s, failure.wait_s, self._time.draw()
        )
        self._failures += 1
        self._trouble = failure.reason
        _LOG.warning(
            "heartbeat %d was not accepted: %s Next try in %.1f s.",
            self._sequence,
            failure.reason,
            wait_s,
        )
        return wait_s

    def trouble(self) -> str:
        """Why the hub may take this agent for gone, "" while it has a fresh heartbeat."""
        if self._accepted_at is None:
            return self._trouble
        age_s = self._time.monotonic() - self._accepted_at
        if age_s <= STALE_AFTER * self._interval_s:
            return ""
        return f"The last accepted heartbeat is {age_s:.0f} s old. {self._trouble}".strip()

    def stuck(self) -> str:
        """Why the loop counts as stuck, "" while it turns."""
        late_s = self._time.monotonic() - max(self._due, self._turned_at)
        allowed_s = STALE_AFTER * self._interval_s + WORK_S
        return f"The loop has not turned for {late_s:.0f} s." if late_s > allowed_s else ""
