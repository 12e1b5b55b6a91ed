"""The controllers a cluster cannot do without: garbage collection, namespaces, definitions.

They run behind the writes, on the server's loop, exactly because clients rely on that order: an
object is seen deleted first, then its dependents follow.
"""

import logging
from collections import deque
from collections.abc import Callable

from services.demo.api.calls import Call
from services.demo.api.deletion import FOREGROUND, ORPHAN, DeleteOptions, delete
from services.demo.api.operations import CRDS, Operations
from services.demo.api.registry import CRD_CLEANUP
from services.demo.api.statuses import ApiError, Obj
from services.demo.api.store import Change

_LOG = logging.getLogger(__name__)

SYSTEM_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")


class Collector:
    """Follows every change and finishes what deletion began. ``wake`` schedules ``work``."""

    def __init__(self, operations: Operations, wake: Callable[[], None]) -> None:
        self._operations = operations
        self._wake = wake
        self._pending: deque[Change] = deque()
        self._owners: dict[str, tuple[str, str]] = {}
        self._dependents: dict[str, set[tuple[str, str]]] = {}
        operations.store.follow_all(self._follow)

    def _follow(self, change: Change) -> None:
        """In the writer's thread, under the store's lock: index, and queue what needs work."""
        metadata = change.object["metadata"]
        key = _key(metadata)
        place = (change.resource, key)
        if change.type == "DELETED":
            self._owners.pop(metadata["uid"], None)
        else:
            self._owners[metadata["uid"]] = place
        for owner in _owner_uids(change.before):
            self._dependents.get(owner, set()).discard(place)
        if change.type != "DELETED":
            for owner in _owner_uids(change.object):
                self._dependents.setdefault(owner, set()).add(place)
        if self._needs_work(change):
            self._pending.append(change)
            self._wake()

    @staticmethod
    def _needs_work(change: Change) -> bool:
        metadata = change.object["metadata"]
        return (
            change.type == "DELETED"
            or bool(metadata.get("deletionTimestamp"))
            or bool(metadata.get("ownerReferences"))
            or change.resource == "namespaces"
        )

    def work(self) -> None:
        """Finish everything queued, and what that in turn queues."""
        while self._pending:
            change = self._pending.popleft()
            try:
                with self._operations.store.lock:
                    self._handle(change)
            except ApiError as error:
                # One object that cannot be finished must not hold up the others.
                _LOG.warning("cannot finish %s: %s", change.resource, error.message)

    def _handle(self, change: Change) -> None:
        place = (change.resource, _key(change.object["metadata"]))
        if change.type == "DELETED":
            self._collect_dependents(change.object)
            self._release_owners(change.object)
            self._release_namespace(change.object["metadata"].get("namespace", ""))
            self._release_definition(change.resource)
            return
        live = self._operations.store.get(*place)
        if live is None:
            return
        if change.resource == "namespaces" and change.type == "ADDED":
            self._greet(live["metadata"]["name"])
        if live["metadata"].get("deletionTimestamp"):
            self._advance(place, live)
        elif live["metadata"].get("ownerReferences"):
            self._collect_if_orphaned(place, live)

    def _greet(self, namespace: str) -> None:
        """Every namespace has a default service account."""
        accounts = self._operations.registry.named("serviceaccounts")
        if accounts and not self._operations.store.get("serviceaccounts", f"{namespace}/default"):
            call = Call(accounts, namespace, manager="kube-controller-manager")
            self._operations.create(call, {"metadata": {"name": "default"}})

    # Deletion in progress

    def _advance(self, place: tuple[str, str], live: Obj) -> None:
        finalizers = live["metadata"].get("finalizers") or ()
        if ORPHAN in finalizers:
            for dependent in self._dependents_of(live):
                self._disown(dependent, live["metadata"]["uid"])
            self._drop_finalizer(place, ORPHAN)
        elif FOREGROUND in finalizers:
            self._delete_in_foreground(place, live)
        elif place[0] == "namespaces":
            self._empty_namespace(place, live)
        elif place[0] == CRDS and CRD_CLEANUP in finalizers:
            self._empty_definition(place, live)

    def _delete_in_foreground(self, place: tuple[str, str], live: Obj) -> None:
        uid = live["metadata"]["uid"]
        blocking = False
        for dependent in self._dependents_of(live):
            obj = self._operations.store.get(*dependent)
            if obj is None:
                continue
            blocks = any(
                owner.get("blockOwnerDeletion")
                for owner in obj["metadata"]["ownerReferences"]
                if owner.get("uid") == uid
            )
            if not obj["metadata"].get("deletionTimestamp"):
                policy = "Foreground" if self._dependents_of(obj) else "Background"
                self._delete(dependent, policy)
            blocking |= blocks and self._operations.store.get(*dependent) is not None
        if not blocking:
            self._drop_finalizer(place, FOREGROUND)

    def _empty_namespace(self, place: tuple[str, str], live: Obj) -> None:
        name = live["metadata"]["name"]
        if self._delete_all(namespace=name):
            return
        self._finish_namespace(place, name)

    def _finish_namespace(self, place: tuple[str, str], name: str) -> None:
        served = self._operations.registry.named("namespaces")
        assert served is not None
        call = Call(served, name=name, subresource="finalize")
        self._operations.patch(call, lambda obj: obj | {"spec": {}})

    def _delete_all(self, *, namespace: str) -> bool:
        """Delete everything in a namespace; whether something still lingers."""
        lingers = False
        for resource in self._operations.store.resources():
            served = self._operations.registry.named(resource)
            if served is None or not served.namespaced:
                continue
            for obj in self._operations.store.objects(resource, namespace):
                place = (resource, _key(obj["metadata"]))
                if not obj["metadata"].get("deletionTimestamp"):
                    self._delete(place, "Background")
                lingers |= self._operations.store.get(*place) is not None
        return lingers

    def _empty_definition(self, place: tuple[str, str], crd: Obj) -> None:
        resource = f"{crd['spec']['names']['plural']}.{crd['spec']['group']}"
        lingers = False
        for obj in self._operations.store.objects(resource):
            target = (resource, _key(obj["metadata"]))
            if not obj["metadata"].get("deletionTimestamp"):
                self._delete(target, "Background")
            lingers |= self._operations.store.get(*target) is not None
        if not lingers:
            self._drop_finalizer(place, CRD_CLEANUP)
            if self._operations.store.get(*place) is None:
                self._operations.store.drop(resource)

    # After a deletion

    def _collect_dependents(self, gone: Obj) -> None:
        for dependent in self._dependents_of(gone):
            obj = self._operations.store.get(*dependent)
            if obj is not None and not obj["metadata"].get("deletionTimestamp"):
                self._collect_if_orphaned(dependent, obj)

    def _collect_if_orphaned(self, place: tuple[str, str], obj: Obj) -> None:
        """Delete an object none of whose owners exists; else forget the owners that are gone."""
        uids = _owner_uids(obj)
        gone = [uid for uid in uids if uid not in self._owners]
        if len(gone) == len(uids):
            self._delete(place, "Background")
        else:
            for uid in gone:
                self._disown(place, uid)

    def _release_owners(self, gone: Obj) -> None:
        for uid in _owner_uids(gone):
            place = self._owners.get(uid)
            owner = self._operations.store.get(*place) if place else None
            if place and owner and owner["metadata"].get("deletionTimestamp"):
                self._advance(place, owner)

    def _release_namespace(self, namespace: str) -> None:
        live = self._operations.store.get("namespaces", namespace) if namespace else None
        if live is not None and live["metadata"].get("deletionTimestamp"):
            self._advance(("namespaces", namespace), live)

    def _release_definition(self, resource: str) -> None:
        crd = self._operations.store.get(CRDS, resource)
        if crd is not None and crd["metadata"].get("deletionTimestamp"):
            self._advance((CRDS, resource), crd)

    # Single steps

    def _dependents_of(self, owner: Obj) -> list[tuple[str, str]]:
        return sorted(self._dependents.get(owner["metadata"]["uid"], ()))

    def _call(self, place: tuple[str, str]) -> Call | None:
        served = self._operations.registry.named(place[0])
        if served is None:
            return None
        namespace, _, name = place[1].rpartition("/")
        return Call(served, namespace, name, manager="kube-controller-manager")

    def _delete(self, place: tuple[str, str], policy: str) -> None:
        call = self._call(place)
        if call is None:
            return
        try:
            delete(self._operations, call, DeleteOptions(policy=policy))
        except ApiError as error:
            if error.code != 404:
                raise

    def _drop_finalizer(self, place: tuple[str, str], finalizer: str) -> None:
        def without(obj: Obj) -> Obj:
            rest = [name for name in obj["metadata"].get("finalizers", ()) if name != finalizer]
            obj["metadata"]["finalizers"] = rest
            return obj

        call = self._call(place)
        if call is not None:
            self._operations.patch(call, without)

    def _disown(self, place: tuple[str, str], uid: str) -> None:
        def without(obj: Obj) -> Obj:
            owners = obj["metadata"].get("ownerReferences", ())
            obj["metadata"]["ownerReferences"] = [o for o in owners if o.get("uid") != uid]
            return obj

        call = self._call(place)
        if call is not None and self._operations.store.get(*place) is not None:
            self._operations.patch(call, without)


def _key(metadata: Obj) -> str:
    namespace = metadata.get("namespace")
    return f"{namespace}/{metadata['name']}" if namespace else str(metadata["name"])


def _owner_uids(obj: Obj | None) -> list[str]:
    owners = obj["metadata"].get("ownerReferences") if obj else None
    return [owner.get("uid", "") for owner in owners or ()]
