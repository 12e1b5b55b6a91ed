"""A stand-in for NGF's control plane: follows demo clusters and writes status as NGF does.

A change wakes it; it takes what the model of the cluster says that everything should say
(`judging`) and patches the status of what says something else. It reads the clusters' own objects,
without watches: of a fleet of a hundred it would otherwise keep a second copy. Unchanged conditions
keep their transition time; those of an object that it speaks of for the first time are as old as
the object, as if it had been there all along.
"""

import logging
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from services.demo.api import ApiError
from services.demo.api.seeding import Seeding
from services.demo.judging import wanted, world
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Object
from services.gatewayapi.model.reading import READ
from services.kube.catalogue import KINDS

_LOG = logging.getLogger(__name__)
SETTLE_S = 0.1
"""Changes that come together are answered together."""
RETRY_S = 1.0
"""Until a status that could not be written is tried again."""
STOP_S = 10.0


class StandIn:
    """Keeps the status of every gateway, route and policy of ``clusters`` true.

    What they hold when it begins is taken to be judged already (:func:`judge`).
    """

    def __init__(self, clusters: Mapping[str, Seeding]) -> None:
        self._clusters = clusters
        self._lock = threading.Lock()
        self._dirty: set[str] = set()
        self._models: dict[str, Model] = {}
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="demo-ngf", daemon=True)

    def start(self) -> None:
        """Follow the clusters from now on."""
        for name, cluster in self._clusters.items():
            cluster.follow(_GROUPS_READ, partial(self._mark, name))
        self._thread.start()

    def stop(self) -> None:
        """End the work."""
        self._ended.set()
        self._wake.set()
        self._thread.join(STOP_S)

    def _mark(self, cluster: str) -> None:
        with self._lock:
            self._dirty.add(cluster)
        self._wake.set()

    def _work(self) -> None:
        while not self._ended.is_set():
            self._wake.wait()
            self._ended.wait(SETTLE_S)
            self._wake.clear()
            with self._lock:
                names, self._dirty = self._dirty, set()
            for name in names:
                try:
                    self._models[name] = judge(self._clusters[name], self._models.get(name))
                except ApiError as error:
                    _LOG.warning("demo status on %s waits: %s", name, error.message)
                    self._mark(name)
                    self._ended.wait(RETRY_S)


_GROUPS_READ = frozenset((KINDS[name].group, name) for name in READ if name in KINDS)


def judge(cluster: Seeding, before: Model | None = None) -> Model:
    """Write every status of a cluster that is not yet what NGF would say.

    ``before`` is the model of the last time, which this one's is made from. Raises ApiError for a
    status that is refused.
    """
    now = world(cluster)
    model = before.following(now) if before else Model.build(now)
    for kind, key, status in wanted(model):
        _write(cluster, model.world.of(kind)[key], status)
    return model


def _write(cluster: Seeding, live: Object, wanted: Any) -> None:
    """Patch the status unless it says this already."""
    status, metadata = live.get("status") or {}, live["metadata"]
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if _untouched(status, wanted):
        now = metadata["creationTimestamp"]
    wanted = _timed(wanted, status, now)
    if all(status.get(name) == value for name, value in wanted.items()):
        return
    place = metadata.get("namespace", ""), metadata["name"]
    try:
        cluster.patch_status(
            live["apiVersion"], live["kind"], *place, wanted, manager="nginx-gateway-fabric"
        )
    except ApiError as error:
        if error.code != 404:  # deleted since: then there is nothing to judge
            raise


def _untouched(status: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether nobody but the API's own placeholder has spoken yet."""
    pending = all(one["reason"] == "Pending" for one in status.get("conditions") or ())
    return pending and not any(status.get(name) for name in wanted if name != "conditions")


def _timed(wanted: Any, live: Any, now: str) -> Any:
    """``wanted`` with transition times: the old one where a condition's status is the same."""
    if isinstance(wanted, list):
        known = live if isinstance(live, list) else []
        return [_timed(one, _counterpart(one, known), now) for one in wanted]
    if not isinstance(wanted, dict):
        return wanted
    live = live if isinstance(live, dict) else {}
    found = {name: _timed(value, live.get(name), now) for name, value in wanted.items()}
    if "type" in wanted and "reason" in wanted:
        same = live.get("status") == wanted["status"] and live.get("lastTransitionTime")
        found["lastTransitionTime"] = live["lastTransitionTime"] if same else now
    return found


def _counterpart(one: Any, known: list[Any]) -> Any:
    if not isinstance(one, dict):
        return None
    for name in ("type", "name", "parentRef", "ancestorRef"):
        if name in one:
            return next((k for k in known if k.get(name) == one[name]), None)
    return None
