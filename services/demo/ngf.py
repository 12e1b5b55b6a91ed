"""A stand-in for NGF's control plane: follows demo clusters and writes status as NGF does.

A change wakes it; it computes what everything on the cluster should say (`listeners`, `attachment`,
`policies`) and patches the status of what says something else. It reads the clusters' own objects,
without watches: of a fleet of a hundred it would otherwise keep a second copy. Unchanged conditions
keep their transition time; those of an object that it speaks of for the first time are as old as
the object, as if it had been there all along.
"""

import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from services.demo import policies
from services.demo.api import ApiError
from services.demo.api.seeding import Seeding
from services.demo.attachment import parents
from services.demo.listeners import ROUTES, class_status, gateway_status, ours
from services.demo.references import CONTROLLER, Key, Object, World
from services.kube.catalogue import KINDS

_LOG = logging.getLogger(__name__)
SETTLE_S = 0.1
"""Changes that come together are answered together."""
RETRY_S = 1.0
"""Until a status that could not be written is tried again."""
STOP_S = 10.0

WRITES = (
    "gatewayclasses",
    "gateways",
    "inferencepools",
    "nginxgateways",
    *ROUTES,
    *policies.POLICIES,
    *policies.FILTERS,
)
READ = frozenset({*WRITES, "services", "secrets", "namespaces", "referencegrants", "nginxproxies"})
"""Kinds whose changes can change a status."""


class StandIn:
    """Keeps the status of every gateway, route and policy of ``clusters`` true.

    What they hold when it begins is taken to be judged already (:func:`judge`).
    """

    def __init__(self, clusters: Mapping[str, Seeding]) -> None:
        self._clusters = clusters
        self._lock = threading.Lock()
        self._dirty: set[str] = set()
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
                    judge(self._clusters[name])
                except ApiError as error:
                    _LOG.warning("demo status on %s waits: %s", name, error.message)
                    self._mark(name)
                    self._ended.wait(RETRY_S)


_GROUPS_READ = frozenset((KINDS[name].group, name) for name in READ)


def judge(cluster: Seeding) -> None:
    """Write every status of a cluster that is not yet what NGF would say.

    Raises ApiError for one that is refused.
    """

    @cache
    def world(kind: str) -> Mapping[Key, Object]:
        return cluster.keyed(KINDS[kind].group, kind)

    for kind, key, status in _wanted(world):
        _write(cluster, world(kind)[key], status)


def _wanted(world: World) -> list[tuple[str, Key, dict[str, Any]]]:
    """Every status that NGF would write on a cluster: kind, place, status."""
    found: list[tuple[str, Key, dict[str, Any]]] = []
    counts: dict[Key, Counter[str]] = defaultdict(Counter)
    pools: dict[Key, set[Key]] = defaultdict(set)
    for kind, (spoken, _) in ROUTES.items():
        for key, route in world(kind).items():
            before = (route.get("status") or {}).get("parents") or []
            entries = [one for one in before if one["controllerName"] != CONTROLLER]
            said = policies.affected(world, spoken, key, route)
            for entry, place, listeners in parents(world, kind, key, route, said):
                entries.append(entry)
                counts[place].update(listeners)
                for pool in _pools(key[0], route):
                    pools[pool].add(place)
            if entries or before:
                found.append((kind, key, {"parents": entries}))
    for key, gateway in ours(world).items():
        said = policies.affected(world, "Gateway", key, gateway)
        status = gateway_status(world, key, gateway, counts[key], said)
        found.append(("gateways", key, status))
    for key, one in world("inferencepools").items():
        found.append(("inferencepools", key, policies.pool_status(world, key, one, pools[key])))
    for key, one in world("gatewayclasses").items():
        if one["spec"].get("controllerName") == CONTROLLER:
            found.append(("gatewayclasses", key, class_status(key[1], one)))
    for key, one in world("nginxgateways").items():
        found.append(("nginxgateways", key, policies.settings_status(one)))
    for kind in policies.POLICIES:
        for key, one in world(kind).items():
            found.append((kind, key, policies.policy_status(world, key, one)))
    for kind in policies.FILTERS:
        for key, one in world(kind).items():
            found.append((kind, key, policies.filter_status(kind, one)))
    return found


def _pools(namespace: str, route: Object) -> set[Key]:
    """The inference pools that a route's rules lead to."""
    return {
        (ref.get("namespace", namespace), ref["name"])
        for rule in route["spec"].get("rules") or ()
        for ref in rule.get("backendRefs") or ()
        if ref.get("kind") == "InferencePool"
    }


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
