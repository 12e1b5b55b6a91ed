"""Which model was in force when: the models of the last hour by which requests went other ways.

A thread follows the fleet, so that a model is known from the moment at which its objects were, and
not from when somebody asked for it.
"""

import threading
import time
from bisect import bisect_right
from collections.abc import Callable
from contextlib import suppress

import structlog

from services.clusters.fleet import Fleet
from services.errors import NotFound
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.reading import READ
from services.gatewayapi.models import Models

KEPT_S = 3600.0
MOST = 200
"""How long, and how many of a cluster at most: telemetry that comes later is not told by them."""
STOP_S = 5.0

_log = structlog.get_logger(__name__)


class Past:
    """The models of one cluster, oldest first, each with the time from which it held."""

    def __init__(self) -> None:
        self._since: tuple[float, ...] = ()
        self._models: tuple[Model, ...] = ()

    def add(self, since: float, model: Model) -> None:
        """``model`` holds from ``since`` on. One by which requests go as before takes the place of
        the last."""
        times, models = self._since, self._models
        if models and _goes_alike(models[-1], model):
            models = (*models[:-1], model)
        else:
            times, models = (*times, since), (*models, model)
        kept = max(bisect_right(times, since - KEPT_S) - 1, len(times) - MOST, 0)
        self._since, self._models = times[kept:], models[kept:]

    def at(self, moment: float) -> Model | None:
        """The model that held at a time in seconds since 1970; None before the first."""
        times, models = self._since, self._models
        found = bisect_right(times, moment) - 1
        return models[found] if 0 <= found < len(models) else None


class History:
    """The past of every cluster of a fleet."""

    def __init__(self, fleet: Fleet, models: Models, now: Callable[[], float] = time.time) -> None:
        self._fleet, self._models, self._now = fleet, models, now
        self._past: dict[str, Past] = {}
        self._changed: dict[str, float] = {}
        self._lock = threading.Lock()
        self._wake, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="model-history", daemon=True)
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin; call it after the fork and before the fleet starts."""
        self._unsubscribe = self._fleet.subscribe(self._note)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._unsubscribe()
        self._ended.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    def at(self, cluster: str, moment: float) -> Model | None:
        """The model of a cluster that was in force at a time in seconds since 1970; None where it
        is not known."""
        past = self._past.get(cluster)
        return past.at(moment) if past else None

    def _note(self, cluster: str, kind: str, _version: int) -> None:
        if kind in READ:
            with self._lock:
                self._changed.setdefault(cluster, self._now())
            self._wake.set()

    def _work(self) -> None:
        while not self._ended.is_set():
            self._wake.wait()
            self._wake.clear()
            with self._lock:
                changed, self._changed = self._changed, {}
            for name, since in changed.items():
                try:
                    with suppress(NotFound):  # it went in between
                        self._follow(name, since)
                except Exception:
                    _log.exception("a model could not be made", cluster=name)

    def _follow(self, name: str, since: float) -> None:
        model = self._models.of(self._fleet.get(name))
        if not model.world.unread & _DECIDING:
            self._past.setdefault(name, Past()).add(since, model)


_DECIDING = frozenset({"gateways", "listenersets", "httproutes", "grpcroutes", "namespaces"})
"""Kinds without which nobody knows which way a request went."""


def _goes_alike(before: Model, after: Model) -> bool:
    """Whether every request goes the same way by both, whatever its backends are worth."""
    if before.routes is not after.routes or before.gateways.keys() != after.gateways.keys():
        return False
    return all(before.gateways[key] is one for key, one in after.gateways.items())
