"""One demo cluster as its controllers see it: what is there, what they make and say of it."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from services.demo.api import ApiError
from services.demo.api.seeding import Seeding
from services.demo.seed.objects import Obj

Key = tuple[str, str]
"""Namespace and name."""
EVENTS_KEPT = 3600.0
"""Seconds, as an API server keeps them unless it is told otherwise."""
_NOT_FOUND = 404
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""Of which Kubernetes makes the ends of names."""
_PLURALS = {
    "Pod": ("", "pods"),
    "Node": ("", "nodes"),
    "Service": ("", "services"),
    "Secret": ("", "secrets"),
    "ConfigMap": ("", "configmaps"),
    "PersistentVolumeClaim": ("", "persistentvolumeclaims"),
    "Event": ("", "events"),
    "EndpointSlice": ("discovery.k8s.io", "endpointslices"),
    "Deployment": ("apps", "deployments"),
    "ReplicaSet": ("apps", "replicasets"),
    "DaemonSet": ("apps", "daemonsets"),
    "HorizontalPodAutoscaler": ("autoscaling", "horizontalpodautoscalers"),
    "ScaledObject": ("keda.sh", "scaledobjects"),
    "Certificate": ("cert-manager.io", "certificates"),
    "Issuer": ("cert-manager.io", "issuers"),
    "ClusterIssuer": ("cert-manager.io", "clusterissuers"),
    "Gateway": ("gateway.networking.k8s.io", "gateways"),
    "GatewayClass": ("gateway.networking.k8s.io", "gatewayclasses"),
    "NginxProxy": ("gateway.nginx.org", "nginxproxies"),
}


class Cluster:
    """``store`` holds the objects, ``clock`` tells the time in seconds since 1970.

    ``own`` are the uids of the objects that came while the controllers were there.
    """

    def __init__(self, store: Seeding, clock: Callable[[], float]) -> None:
        self.store, self._clock = store, clock
        self.own: set[str] = set()

    def now(self) -> float:
        """Seconds since 1970."""
        return self._clock()

    def stamp(self) -> str:
        """Now, as objects write it."""
        return datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    # Reading

    def find(self, kind: str, key: Key) -> Obj | None:
        """An object that is there and stays, not to be changed."""
        found = self.all(kind).get(key)
        return None if found is None or found["metadata"].get("deletionTimestamp") else found

    def ours(self, kind: str, key: Key) -> Obj | None:
        """`find`, for what is the controllers' to play."""
        found = self.find(kind, key)
        return found if found and found["metadata"]["uid"] in self.own else None

    def all(self, kind: str) -> Mapping[Key, Obj]:
        """Every object of a kind by namespace and name; none where it is not served."""
        return self.store.keyed(*_PLURALS[kind])

    def within(self, kind: str, namespace: str) -> list[Obj]:
        """The objects of a kind in a namespace."""
        return [one for (space, _), one in self.all(kind).items() if space == namespace]

    def owned(self, kind: str, owner: Obj) -> list[Obj]:
        """The objects of a kind that ``owner`` controls, oldest first."""
        found = [
            one
            for one in self.within(kind, owner["metadata"].get("namespace", ""))
            if controlled(one).get("uid") == owner["metadata"]["uid"]
        ]
        return sorted(found, key=lambda one: int(one["metadata"]["resourceVersion"]))

    # Writing

    def create(self, obj: Obj, by: str) -> Obj | None:
        """Store an object, of now; None where one of its name is there or cannot be made."""
        obj["metadata"].setdefault("creationTimestamp", self.stamp())
        try:
            return self.store.create(obj, manager=by)
        except ApiError as error:
            if error.reason == "AlreadyExists":
                return None
            raise

    def patch(self, obj: Obj, patch: Obj, by: str) -> None:
        """Merge into an object; one that is gone is let go."""
        try:
            self.store.patch(*place(obj), patch, manager=by)
        except ApiError as error:
            _unless_gone(error)

    def say(self, obj: Obj, status: Obj, by: str) -> None:
        """Merge into the status of an object unless it says that already."""
        live = obj.get("status") or {}
        if all(live.get(name) == value for name, value in status.items()):
            return
        try:
            self.store.patch_status(*place(obj), status, manager=by)
        except ApiError as error:
            _unless_gone(error)

    def delete(self, obj: Obj) -> None:
        """Delete an object; one that is gone is let go."""
        try:
            self.store.delete(*place(obj))
        except ApiError as error:
            _unless_gone(error)

    def condition(self, obj: Obj, kind: str, status: bool | str, reason: str, message: str) -> Obj:
        """A condition of ``obj``; its transition time is the live one where its status is that."""
        said = status if isinstance(status, str) else str(status)
        live: Obj = next(
            (
                one
                for one in (obj.get("status") or {}).get("conditions") or ()
                if one["type"] == kind
            ),
            {},
        )
        same = live.get("status") == said
        since = live.get("lastTransitionTime") if same else None
        why = {"reason": reason, "message": message} if reason else {}
        return {"type": kind, "status": said, **why, "lastTransitionTime": since or self.stamp()}

    def event(self, about: Obj, reason: str, message: str, by: str, kind: str = "Normal") -> None:
        """Say something of an object; the same again counts up. What is old is forgotten."""
        metadata = about["metadata"]
        namespace = metadata.get("namespace", "default")
        ending = ending_of(f"{metadata['uid']}{reason}{message}", 16)
        stamp, name = self.stamp(), f"{metadata['name']}.{ending}"
        self._forget_old(namespace)
        live = self.find("Event", (namespace, name))
        if live:
            self.patch(live, {"count": live["count"] + 1, "lastTimestamp": stamp}, by)
            return
        self.create(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {"name": name, "namespace": namespace},
                "involvedObject": {
                    "apiVersion": about["apiVersion"],
                    "kind": about["kind"],
                    "namespace": namespace,
                    "name": metadata["name"],
                    "uid": metadata["uid"],
                },
                "type": kind,
                "reason": reason,
                "message": message,
                "count": 1,
                "firstTimestamp": stamp,
                "lastTimestamp": stamp,
                "source": {"component": by},
                "reportingComponent": by,
                "reportingInstance": "",
            },
            by,
        )

    def _forget_old(self, namespace: str) -> None:
        for one in self.within("Event", namespace):
            told = one.get("lastTimestamp")
            if one["metadata"]["uid"] in self.own and told and self.since(told) > EVENTS_KEPT:
                self.delete(one)

    def since(self, stamp: str) -> float:
        """Seconds since a time that an object names."""
        return self.now() - datetime.fromisoformat(stamp).timestamp()


def place(obj: Obj) -> tuple[str, str, str, str]:
    """How the store is asked for an object."""
    metadata = obj["metadata"]
    return obj["apiVersion"], obj["kind"], metadata.get("namespace", ""), metadata["name"]


def key_of(obj: Obj) -> Key:
    """Namespace and name of an object."""
    return obj["metadata"].get("namespace", ""), obj["metadata"]["name"]


def controlled(obj: Obj) -> Obj:
    """The reference to what controls an object; empty where nothing does."""
    owners: Iterable[Obj] = obj["metadata"].get("ownerReferences") or ()
    return next((one for one in owners if one.get("controller")), {})


def owner(obj: Obj) -> Obj:
    """A reference by which something belongs to ``obj``."""
    return {
        "apiVersion": obj["apiVersion"],
        "kind": obj["kind"],
        "name": obj["metadata"]["name"],
        "uid": obj["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def concerned_owner(kind: str) -> Callable[[Cluster, Obj], list[Key]]:
    """Says of an object which one of ``kind`` it concerns: the one that controls it."""

    def found(cluster: Cluster, obj: Obj) -> list[Key]:
        reference = controlled(obj)
        if reference.get("kind") != kind:
            return []
        return [(obj["metadata"].get("namespace", ""), reference["name"])]

    return found


def itself(cluster: Cluster, obj: Obj) -> list[Key]:
    """An object concerns itself."""
    return [key_of(obj)]


def ending_of(text: Any, length: int = 5) -> str:
    """An ending of a name, the same for the same text."""
    number = int.from_bytes(hashlib.sha256(str(text).encode()).digest()[:12], "big")
    found = ""
    for _ in range(length):
        number, rest = divmod(number, len(_LETTERS))
        found += _LETTERS[rest]
    return found


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str] | None) -> bool:
    """Whether all of ``selector`` (labels with their values) is among ``labels``."""
    return bool(selector) and (selector or {}).items() <= (labels or {}).items()


def _unless_gone(error: ApiError) -> None:
    if error.code != _NOT_FOUND:
        raise error
