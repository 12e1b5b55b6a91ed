"""A stand-in for NGF's control plane: watches the demo clusters and writes status as NGF does.

It works through the API like any controller, with its own watches. A change wakes it; it computes
what everything should say (`listeners`, `attachment`, `policies`) and patches the status of what
says something else. Unchanged conditions keep their transition time; those of an object that it
speaks of for the first time are as old as the object, as if it had been there all along.
"""

import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.clusters.fleet import Cluster, Fleet
from services.demo import policies
from services.demo.attachment import parents
from services.demo.listeners import ROUTES, class_status, gateway_status, ours
from services.demo.references import CONTROLLER, Key, Object
from services.errors import ConsoleError, NotFound

_LOG = logging.getLogger(__name__)
SETTLE_S = 0.1
"""Changes that come together are answered together."""
RETRY_S = 1.0
"""Until a status that could not be written is tried again."""

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
    """Keeps the status of every gateway, route and policy of ``fleet`` true."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._lock = threading.Lock()
        self._dirty: set[str] = set(fleet.names())
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="demo-ngf", daemon=True)

    def start(self) -> None:
        """Watch, and write the first statuses before returning."""
        self._fleet.subscribe(self._changed)
        self._fleet.start()
        self._fleet.wait_ready(10)
        self._answer()
        self._thread.start()

    def stop(self) -> None:
        """End the work and the watches."""
        self._ended.set()
        self._wake.set()
        self._fleet.stop()

    def _changed(self, cluster: str, kind: str, _version: int) -> None:
        if kind in READ:
            self._mark(cluster)

    def _mark(self, cluster: str) -> None:
        with self._lock:
            self._dirty.add(cluster)
        self._wake.set()

    def _work(self) -> None:
        while not self._ended.is_set():
            self._wake.wait()
            self._ended.wait(SETTLE_S)
            self._wake.clear()
            if not self._answer():
                self._ended.wait(RETRY_S)

    def _answer(self) -> bool:
        """Write what has to change on the marked clusters; False when some of it has to wait."""
        with self._lock:
            names, self._dirty = self._dirty, set()
        done = True
        for name in names:
            cluster = self._fleet.get(name)
            for kind, key, status in _wanted(cluster):
                if self._ended.is_set():
                    return True
                try:
                    _write(cluster, kind, key, status)
                except NotFound:
                    continue  # deleted since; its event is on the way
                except ConsoleError as error:
                    _LOG.warning("demo status of %s/%s waits: %s", name, key[1], error.message)
                    self._mark(name)
                    done = False
                    break
        return done


def _wanted(cluster: Cluster) -> list[tuple[str, Key, dict[str, Any]]]:
    """Every status that NGF would write on a cluster: kind, place, status."""

    def world(kind: str) -> Mapping[Key, Object]:
        return cluster.snapshot(kind).objects

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


def _write(cluster: Cluster, kind: str, key: Key, wanted: Any) -> None:
    """Patch the status unless it says this already."""
    snapshot = cluster.snapshot(kind)
    live, resource = snapshot.objects.get(key), snapshot.resource
    if live is None or resource is None:
        return
    status = live.get("status") or {}
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if _untouched(status, wanted):
        now = live["metadata"]["creationTimestamp"]
    wanted = _timed(wanted, status, now)
    if all(status.get(name) == value for name, value in wanted.items()):
        return
    cluster.client.request(
        "PATCH",
        resource.path(key[0] or None, key[1], "status"),
        params={"fieldManager": "nginx-gateway-fabric"},
        body={"status": wanted},
        content_type="application/merge-patch+json",
    )


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
