"""May this person change this here: their role, their limits, and the console's own rights.

The console acts with its own account, so two questions are asked: what the person may do in the
console, and what the cluster lets the console do (SelfSubjectAccessReview). The second answer is
kept for a few seconds, because a page asks it for every button.
"""

import threading
import time
from typing import Literal
from weakref import WeakKeyDictionary

from services.auth.identity import Identity, Role
from services.clusters.fleet import Cluster
from services.errors import Denied
from services.kube.catalogue import Kind, Resource
from services.kube.client import KubeClient

Verb = Literal["create", "update", "delete"]
Right = Literal["create", "update", "patch", "delete"]
"""What a cluster may let the console do."""

_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_SECONDS = 5.0
_MOST = 2_000

_Asked = tuple[Resource, Right, str]
"""A verb on a kind in a namespace."""
_Said = tuple[float, bool, str]
"""Until when it holds, whether it is allowed, and why."""


def require_person(who: Identity, cluster: str, kind: Kind, namespace: str) -> None:
    """Raise Denied unless the person may change objects in this place.

    A limit to namespaces excludes objects that belong to none, and namespaces themselves.
    """
    if kind.namespaced:
        who.require(Role.OPERATOR, cluster=cluster, namespace=namespace)
        return
    who.require(Role.OPERATOR, cluster=cluster)
    if who.namespaces is not None:
        raise Denied(
            f"{who.name} is limited to namespaces; a {kind.kind} belongs to the whole cluster.",
            kind=kind.name,
        )


class Reviews:
    """What the clusters let the console do, remembered for some seconds and as long as it calls
    them with the same credential."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: WeakKeyDictionary[KubeClient, dict[_Asked, _Said]] = WeakKeyDictionary()

    def require(self, cluster: Cluster, resource: Resource, verb: Right, namespace: str) -> None:
        """Raise Denied when the console's account may not, Unavailable when nobody can tell."""
        client, asked, now = cluster.client, (resource, verb, namespace), time.monotonic()
        with self._lock:
            known = self._known.setdefault(client, {})
            until, allowed, why = known.get(asked, (0.0, False, ""))
        if until < now:
            allowed, why = _review(client, resource, verb, namespace)
            with self._lock:
                if len(known) >= _MOST:
                    known.clear()
                known[asked] = (now + _SECONDS, allowed, why)
        if not allowed:
            place = f" in namespace {namespace}" if namespace else ""
            raise Denied(
                f"The console's account on cluster {cluster.name} may not {verb}"
                f" {resource.plural}{place}" + (f": {why}" if why else "."),
                verb=verb,
                cluster=cluster.name,
            )


def _review(
    client: KubeClient, resource: Resource, verb: Right, namespace: str
) -> tuple[bool, str]:
    attributes = {
        "group": resource.group,
        "version": resource.version,
        "resource": resource.plural,
        "verb": verb,
        "namespace": namespace,
    }
    answer = client.request(
        "POST",
        _REVIEWS,
        body={
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        },
    )
    status = answer.get("status") or {}
    return bool(status.get("allowed")), str(status.get("reason") or "")
