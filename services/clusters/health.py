"""The leader's part: how each cluster stands, into the status of its ManagedCluster.

A status is written when it would say something else than it says, so a fleet that is well costs no
writes at all, and a new leader writes nothing that the old one had written already. What that one
found stands until a cluster has been read for the first time here.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog

from services.clusters.cluster import Cluster
from services.clusters.fleet import Fleet
from services.clusters.registry import Registry
from services.clusters.standing import Condition
from services.clusters.status import apply_status
from services.errors import ConsoleError, NotFound

Object = Mapping[str, Any]

MANAGER = "ngf-console-health"
LONGEST = 1024
"""Characters of a condition's message; what a kubeconfig is refused for has no end of its own."""

_log = structlog.get_logger(__name__)


def write_all(registry: Registry, fleet: Fleet, leads: Callable[[], bool]) -> int:
    """Write every status that has changed while this replica ``leads``; how many were.

    The hub's failures are logged.
    """
    written = 0
    for name, obj in registry.objects().items():
        if not leads():
            break
        try:
            written += _write(registry, fleet.get(name), obj)
        except NotFound:
            continue  # it has gone meanwhile
        except ConsoleError as error:
            _log.warning("a status was not written", cluster=name, reason=error.message)
    return written


def _write(registry: Registry, cluster: Cluster, obj: Object) -> bool:
    def wanted(live: Object) -> dict[str, Any] | None:
        before = live.get("status") or {}
        if before.get("conditions") and cluster.is_first_read:
            return None
        status = _status(cluster, before, datetime.now(UTC))
        return None if status == _said(before, status) else status

    return apply_status(registry, MANAGER, obj, wanted) is not None


def _said(before: Object, status: Object) -> dict[str, Any]:
    """Of a status the same fields and conditions, in the same order."""
    held = {one["type"]: one for one in before.get("conditions") or ()}
    conditions = [held.get(one["type"]) for one in status["conditions"]]
    return {**{key: before.get(key) for key in status}, "conditions": conditions}


def _status(cluster: Cluster, before: Object, now: datetime) -> dict[str, Any]:
    """The fields that are the leader's. What is not known now is left as it was known last."""
    standing, state = cluster.standing(now), cluster.state
    known = {
        "kubernetesVersion": state.kubernetes_version,
        "ngfVersion": state.ngf_version,
        "ngfEdition": None if state.edition == "unknown" else state.edition,
    }
    kept = {key: value or before.get(key) for key, value in known.items()}
    old = {one["type"]: one for one in before.get("conditions") or ()}
    return {
        "phase": standing.phase,
        **{key: value for key, value in kept.items() if value},
        "conditions": [_condition(one, old.get(one.type), now) for one in standing.conditions],
    }


def _condition(one: Condition, before: Object | None, now: datetime) -> dict[str, Any]:
    same = before is not None and before.get("status") == one.status
    return {
        "type": one.type,
        "status": one.status,
        "reason": one.reason,
        "message": one.message[:LONGEST],
        "lastTransitionTime": before["lastTransitionTime"]
        if same and before
        else now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
