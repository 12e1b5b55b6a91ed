"""A stand-in for NGF's control plane: watches the demo clusters and writes status as NGF does.

It works through the API like any controller, with its own watches. A change wakes
it; it computes what every gateway and route should say (`services.demo.attachment`) and patches
the status of those that say something else. Unchanged conditions keep their transition time.
"""

import logging
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.clusters.fleet import Cluster, Fleet
from services.demo import attachment
from services.errors import ConsoleError
from services.kube.catalogue import KINDS

_LOG = logging.getLogger(__name__)
SETTLE_S = 0.1
"""Changes that come together are answered together."""

READ = frozenset(
    {"gatewayclasses", "gateways", *attachment.ROUTES, "services", "secrets", "namespaces"}
    | {"referencegrants", "inferencepools", *(k for k in KINDS if k.endswith("policies"))}
)
"""Kinds whose changes can change a status."""


class StandIn:
    """Keeps the status of every gateway and route of ``fleet`` true."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._dirty: set[str] = set(fleet.names())
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="demo-ngf", daemon=True)

    def start(self) -> None:
        """Watch, and write the first statuses before returning."""
        self._fleet.subscribe(self._changed)
        self._fleet.start()
        self._fleet.wait_ready(10)
        for name in self._fleet.names():
            self._reconcile(self._fleet.get(name))
        self._thread.start()

    def stop(self) -> None:
        """End the work and the watches."""
        self._ended.set()
        self._wake.set()
        self._fleet.stop()

    def _changed(self, cluster: str, kind: str, _version: int) -> None:
        if kind in READ:
            self._dirty.add(cluster)
            self._wake.set()

    def _work(self) -> None:
        while not self._ended.is_set():
            self._wake.wait()
            self._ended.wait(SETTLE_S)
            self._wake.clear()
            names, self._dirty = self._dirty, set()
            for name in names:
                try:
                    self._reconcile(self._fleet.get(name))
                except ConsoleError as error:
                    _LOG.warning("demo status of %s waits: %s", name, error.message)
                    self._dirty.add(name)

    def _reconcile(self, cluster: Cluster) -> None:
        def world(kind: str) -> Mapping[attachment.Key, Any]:
            return cluster.snapshot(kind).objects

        counts: dict[attachment.Key, Counter[str]] = {}
        for kind in attachment.ROUTES:
            for key, route in world(kind).items():
                entries = []
                for entry, listeners in attachment.parents(world, kind, key, route):
                    entries.append(entry)
                    ref = entry["parentRef"]
                    place = (ref.get("namespace", key[0]), ref["name"])
                    counts.setdefault(place, Counter()).update(listeners)
                _write(cluster, kind, key, route, {"parents": entries})
        for key, gateway in attachment.ours(world).items():
            status = attachment.gateway_status(world, key, gateway, counts.get(key, {}))
            _write(cluster, "gateways", key, gateway, status)
        for key, one in world("gatewayclasses").items():
            if one["spec"].get("controllerName") == attachment.CONTROLLER:
                _write(cluster, "gatewayclasses", key, one, _class_status(one))
        for kind in (
            k
            for k in KINDS
            if k.endswith("policies") and KINDS[k].group.startswith("gateway.nginx")
        ):
            for key, policy in world(kind).items():
                _write(cluster, kind, key, policy, _policy_status(world, key, policy))


def _class_status(one: Mapping[str, Any]) -> dict[str, Any]:
    generation = one["metadata"].get("generation", 1)
    accepted = ("True", "Accepted", "The GatewayClass is accepted")
    version = ("True", "SupportedVersion", "The Gateway API CRD versions are supported")
    return {
        "conditions": [
            attachment.condition("Accepted", generation, accepted),
            attachment.condition("SupportedVersion", generation, version),
        ]
    }


def _policy_status(world: attachment.World, key: attachment.Key, policy: Any) -> dict[str, Any]:
    spec, generation = policy["spec"], policy["metadata"].get("generation", 1)
    plurals = {"Gateway": "gateways", "HTTPRoute": "httproutes", "GRPCRoute": "grpcroutes"}
    ancestors = []
    for ref in [*(spec.get("targetRefs") or ()), *filter(None, [spec.get("targetRef")])]:
        found = (key[0], ref["name"]) in world(plurals.get(ref["kind"], "services"))
        verdict = ("True", "Accepted", "The Policy is accepted")
        if not found:
            verdict = ("False", "TargetNotFound", f"{ref['kind']} {ref['name']} does not exist")
        ancestors.append(
            {
                "ancestorRef": dict(ref),
                "controllerName": attachment.CONTROLLER,
                "conditions": [attachment.condition("Accepted", generation, verdict)],
            }
        )
    return {"ancestors": ancestors}


def _write(cluster: Cluster, kind: str, key: attachment.Key, live: Any, wanted: Any) -> None:
    """Patch the status unless it says this already."""
    wanted = _timed(
        wanted, live.get("status") or {}, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    )
    if all((live.get("status") or {}).get(name) == value for name, value in wanted.items()):
        return
    resource = cluster.snapshot(kind).resource
    if resource is None:
        return
    cluster.client.request(
        "PATCH",
        resource.path(key[0] or None, key[1], "status"),
        params={"fieldManager": "nginx-gateway-fabric"},
        body={"status": wanted},
        content_type="application/merge-patch+json",
    )


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
