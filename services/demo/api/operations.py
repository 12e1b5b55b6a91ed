"""Create, update, patch and delete: the road every write takes, in the API server's order.

Checks of identity and version, then admission (defaults, pruning, validation), then field
ownership, then the store. Dry-run walks the whole road and stops before the store. One lock is
held from reading the live object to storing its successor, so optimistic concurrency is decided
by resourceVersion alone.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from services.demo.api import deletion, incoming, ownership
from services.demo.api.admission import Admission
from services.demo.api.calls import Call
from services.demo.api.patches import copied
from services.demo.api.registry import Registry, established
from services.demo.api.schemas import Schemas
from services.demo.api.statuses import (
    ApiError,
    Cause,
    Obj,
    already_exists,
    invalid,
    not_found,
)
from services.demo.api.store import Store, key_of

CRDS = "customresourcedefinitions.apiextensions.k8s.io"
Change = Callable[[Obj], Obj]

_SERVER_OWNED = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "selfLink",
)
_CREATE_ON_UPDATE = {
    "leases.coordination.k8s.io",
    "services",
    "endpoints",
    "events",
    "clusterroles.rbac.authorization.k8s.io",
    "clusterrolebindings.rbac.authorization.k8s.io",
    "roles.rbac.authorization.k8s.io",
    "rolebindings.rbac.authorization.k8s.io",
}
_WITH_GENERATION = {
    "deployments.apps",
    "replicasets.apps",
    "daemonsets.apps",
    "statefulsets.apps",
    "endpointslices.discovery.k8s.io",
    "jobs.batch",
    "pods",
    CRDS,
}
_STATUS_AS_CREATED = "nodes"
"""A kubelet registers its node together with what it offers."""


class Operations:
    """Reads and writes of one cluster's objects."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        now: Callable[[], datetime],
        schemas: Schemas | None = None,
    ) -> None:
        self.store = store
        self.registry = registry
        self.now = now
        self.schemas = schemas or Schemas()
        self.admission = Admission(store, self.schemas)

    def timestamp(self) -> str:
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    # Reading

    def get(self, call: Call) -> Obj:
        return call.served.shown(self._live(call))

    def _live(self, call: Call) -> Obj:
        live = self.store.get(call.served.resource, call.key)
        if live is None:
            raise not_found(call.served.group, call.served.plural, call.name)
        return live

    # Creating

    def create(self, call: Call, body: Obj, *, keep_status: bool = False) -> Obj:
        """Store a new object. ``keep_status`` is for seeding what a controller would have set."""
        return self._create(call, incoming.understood(call, body), keep_status=keep_status)

    def _create(
        self,
        call: Call,
        obj: Obj,
        *,
        keep_status: bool = False,
        managed: list[Obj] | None = None,
        created: str = "",
    ) -> Obj:
        served = call.served
        metadata = obj["metadata"]
        name = metadata["name"] = incoming.generated_name(call, metadata)
        with self.store.lock:
            incoming.check_namespace(self.store, call, name)
            if metadata.get("resourceVersion"):
                message = "resourceVersion should not be set on objects to be created"
                raise ApiError(500, "", message)
            if keep_status:
                created = metadata.get("creationTimestamp") or ""
            for key in (*_SERVER_OWNED, "resourceVersion"):
                metadata.pop(key, None)
            metadata["uid"] = str(uuid4())
            metadata["creationTimestamp"] = created or self.timestamp()
            if served.custom or served.resource in _WITH_GENERATION:
                metadata["generation"] = 1
            status = obj.pop("status", None) if self._has_status(call) else None
            keeps = keep_status or served.resource == _STATUS_AS_CREATED
            if keeps and status is not None:
                obj["status"] = status
            metadata.pop("managedFields", None)
            self.admission.shape(call, obj)
            if managed is not None:
                metadata["managedFields"] = managed
            else:
                ownership.created(self.schemas.of(served), call, obj, self.timestamp())
            self.admission.complete(call, obj, None)
            if self.store.get(served.resource, key_of(call.namespace, name)) is not None:
                raise already_exists(served.group, served.plural, name)
            if served.resource == CRDS:
                obj["status"] = established(obj, self.timestamp())
            return self._finish(call, obj, None)

    def _has_status(self, call: Call) -> bool:
        return "status" in call.served.subresources

    # Updating

    def update(self, call: Call, body: Obj) -> tuple[int, Obj]:
        """PUT: 200 and the object, or 201: some kinds are created when they do not exist."""
        with self.store.lock:
            served = call.served
            live = self.store.get(served.resource, call.key)
            if live is None:
                if served.resource in _CREATE_ON_UPDATE and not call.subresource:
                    return 201, self.create(call, body)
                raise not_found(served.group, served.plural, call.name)
            obj = incoming.understood(call, body)
            if served.custom and not obj["metadata"].get("resourceVersion"):
                cause = Cause(
                    "FieldValueInvalid",
                    "Invalid value: 0: must be specified for an update",
                    "metadata.resourceVersion",
                )
                raise invalid(served.group, served.plural, call.name, [cause])
            return 200, self._replace(call, live, obj)

    def patch(self, call: Call, change: Change) -> Obj:
        """Apply ``change`` to the live object as this version shows it."""
        with self.store.lock:
            live = self._live(call)
            patched = change(copied(call.served.shown(live)))
            return self._replace(call, live, incoming.patched(call, patched))

    def apply(self, call: Call, config: Any, *, created: str = "") -> tuple[int, Obj]:
        """Server-side apply: 201 and the object made, or 200 and what became of it. ``created`` is
        when it was made, for seeding."""
        served = call.served
        incoming.check_config(call, config)
        node = self.schemas.of(served)
        ownership.check_declared(node, call, config)
        with self.store.lock:
            live = self.store.get(served.resource, call.key)
            if live is None:
                if call.subresource:
                    raise not_found(served.group, served.plural, call.name)
                incoming.check_new(call, config)
            stated = incoming.understood(call, config)
            result = ownership.applied(node, call, live, stated, self.timestamp())
            if live is None:
                managed = result["metadata"].pop("managedFields", [])
                return 201, self._create(call, result, managed=managed, created=created)
            return 200, self._replace(call, live, copied(result), applied=True)

    def _replace(self, call: Call, live: Obj, obj: Obj, *, applied: bool = False) -> Obj:
        served, old, new = call.served, live["metadata"], obj["metadata"]
        incoming.check_identity(call, old, new)
        for key in _SERVER_OWNED:
            new.pop(key, None)
            if key in old:
                new[key] = old[key]
        new["resourceVersion"] = old["resourceVersion"]
        self._keep_other_half(call, live, obj)
        incoming.check_finalizers(call, old, obj["metadata"])
        self.admission.shape(call, obj, applied=applied)
        if not applied:
            ownership.updated(self.schemas.of(served), call, live, obj, self.timestamp())
        self.admission.complete(call, obj, live)
        if self._spec_changed(call, live, obj):
            obj["metadata"]["generation"] = live["metadata"].get("generation", 0) + 1
        return self._finish(call, obj, live)

    def _keep_other_half(self, call: Call, live: Obj, obj: Obj) -> None:
        """A status request changes status only; any other request never does."""
        if call.subresource == "status":
            managed = obj["metadata"].get("managedFields")
            status = obj.get("status")
            obj.clear()
            obj.update(copied(live))
            if managed is not None:
                obj["metadata"]["managedFields"] = managed
            obj.pop("status", None)
            if status is not None:
                obj["status"] = status
        elif self._has_status(call):
            obj.pop("status", None)
            if "status" in live:
                obj["status"] = copied(live["status"])
        if call.served.resource == CRDS and call.subresource != "status":
            obj["status"] = established(obj, self.timestamp())

    def _spec_changed(self, call: Call, live: Obj, obj: Obj) -> bool:
        served = call.served
        if not (served.custom or served.resource in _WITH_GENERATION):
            return False
        ignored = {"metadata", "apiVersion", "kind"}
        if self._has_status(call):
            ignored.add("status")
        keys = (live.keys() | obj.keys()) - ignored
        return any(live.get(key) != obj.get(key) for key in keys)

    def _finish(self, call: Call, obj: Obj, live: Obj | None) -> Obj:
        """Store unless nothing changed or this is a dry-run; a freed object goes away."""
        served = call.served
        if live is not None and ownership.same(live, obj):
            return served.shown(live)
        if call.dry_run:
            return served.shown(obj)
        key = key_of(call.namespace, obj["metadata"]["name"])
        if live is not None and deletion.is_free(served.resource, obj):
            obj["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"]
            self.store.remove(served.resource, key)
            if served.resource == CRDS:
                self.registry.uninstall(obj)
            return served.shown(obj)
        self.store.put(served.resource, key, obj)
        if served.resource == CRDS:
            self.registry.install(obj)
        return served.shown(obj)
