"""Whether the heartbeat is alive, and whether it does its work.

*Alive* is the loop turning; kubelet restarts what is not. *Ready* is a heartbeat that the hub took
in time and an API server that answers: the pod's readiness then says what the hub sees.
"""

import threading
import time
from collections.abc import Callable

from agent.heartbeat import Heartbeat
from agent.kube import KubeApi
from agent.serving import Page, state

ASKED_AGAIN_AFTER_S = 5.0
"""Anybody may ask whether we are ready; the API server is not asked each time."""


class Health:
    """Both pages. ``alive`` tells whether the loop's thread runs."""

    def __init__(
        self,
        heartbeat: Heartbeat,
        api: KubeApi,
        alive: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._heartbeat, self._api, self._alive, self._clock = heartbeat, api, alive, clock
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._trouble = ""

    def live(self) -> Page:
        """503 when the loop has ended or does not turn any more."""
        return state(self._heartbeat.stuck() if self._alive() else "The loop has ended.")

    def ready(self) -> Page:
        """503 with the reason without a fresh heartbeat or without an API server."""
        return state(self._heartbeat.trouble() or self._api_server())

    def _api_server(self) -> str:
        with self._lock:
            if self._clock() - self._asked_at > ASKED_AGAIN_AFTER_S:
                self._trouble = self._api.trouble()
                self._asked_at = self._clock()
            return self._trouble
