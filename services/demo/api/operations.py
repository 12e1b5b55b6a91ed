"""Create, update, patch and delete: the road every write takes, in the API server's order.

Checks of identity and version, then admission (defaults, pruning, validation), then field
ownership, then the store. Dry-run walks the whole road and stops before the store. One lock is
held from reading the live object to storing its successor, so optimistic concurrency is decided
by resourceVersion alone.
"""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from services.demo.api import deletion, events, ownership
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
    bad_request,
    conflict,
    forbidden,
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


class Operations:
    """Reads and writes of one cluster's objects."""

    def __init__(self, store: Store, registry: Registry, now: Callable[[], datetime]) -> None:
        self.store = store
        self.registry = registry
        self.now = now
        self.schemas = Schemas()
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
        return self._create(call, body, keep_status=keep_status)

    def _create(
        self,
        call: Call,
        body: Obj,
        *,
        keep_status: bool = False,
        managed: list[Obj] | None = None,
    ) -> Obj:
        served = call.served
        obj = self._incoming(call, body)
        metadata = obj["metadata"]
        if not metadata.get("name"):
            metadata["name"] = self._generated_name(call, metadata)
        name = metadata["name"]
        with self.store.lock:
            if served.namespaced:
                self._require_namespace(call, name)
            if metadata.get("resourceVersion"):
                message = "resourceVersion should not be set on objects to be created"
                raise ApiError(500, "", message)
            for key in (*_SERVER_OWNED, "resourceVersion"):
                metadata.pop(key, None)
            metadata["uid"] = str(uuid4())
            metadata["creationTimestamp"] = self.timestamp()
            if served.custom or served.resource in _WITH_GENERATION:
                metadata["generation"] = 1
            status = obj.pop("status", None) if self._has_status(call) else None
            if keep_status and status is not None:
                obj["status"] = status
            metadata.pop("managedFields", None)
            self.admission.shape(call, obj)
            if self.store.get(served.resource, key_of(call.namespace, name)) is not None:
                raise already_exists(served.group, served.plural, name)
            if managed is not None:
                metadata["managedFields"] = managed
            else:
                ownership.created(self.schemas.of(served), call, obj, self.timestamp())
            self.admission.complete(call, obj, None)
            if served.resource == CRDS:
                obj["status"] = established(obj, self.timestamp())
            return self._finish(call, obj, None)

    def _generated_name(self, call: Call, metadata: Obj) -> str:
        prefix = metadata.get("generateName")
        if not prefix:
            cause = Cause(
                "FieldValueRequired",
                "Required value: name or generateName is required",
                "metadata.name",
            )
            raise invalid(call.served.group, call.served.kind, "", [cause])
        suffix = "".join(random.choices("bcdfghjklmnpqrstvwxz2456789", k=5))  # noqa: S311
        return f"{prefix[:58]}{suffix}"

    def _has_status(self, call: Call) -> bool:
        return "status" in call.served.subresources

    def _require_namespace(self, call: Call, name: str) -> None:
        served = call.served
        namespace = self.store.get("namespaces", call.namespace)
        if namespace is None:
            raise not_found("", "namespaces", call.namespace)
        if namespace["metadata"].get("deletionTimestamp"):
            why = (
                f"unable to create new content in namespace {call.namespace} "
                "because it is being terminated"
            )
            error = forbidden(served.group, served.plural, name, why)
            cause = Cause(
                "NamespaceTerminating",
                f"namespace {call.namespace} is being terminated",
                "metadata.namespace",
            )
            error.details = (error.details or {}) | {"causes": [cause.encoded()]}
            raise error

    def _incoming(self, call: Call, body: Any) -> Obj:
        """The body as an object of this kind in its storage version, or 400."""
        served = call.served
        if not isinstance(body, dict):
            raise bad_request(
                "the object provided is unrecognized (must be of type "
                f"{served.kind}): couldn't get version/kind; json parse error"
            )
        version, kind = body.get("apiVersion"), body.get("kind")
        if version and version != served.api_version:
            raise bad_request(
                f"the API version in the data ({version}) does not match the expected API "
                f"version ({served.api_version})"
            )
        if kind and kind != served.kind:
            raise bad_request(
                f'{served.kind} in version "{served.version}" cannot be handled as a '
                f"{served.kind}: unable to decode: kind {kind} does not match"
            )
        metadata = dict(body.get("metadata") or {})
        namespace = metadata.get("namespace")
        if served.namespaced:
            if namespace and namespace != call.namespace:
                raise bad_request(
                    "the namespace of the provided object does not match the namespace sent on "
                    "the request"
                )
            metadata["namespace"] = call.namespace
        else:
            metadata.pop("namespace", None)
        if served.group == events.GROUP:
            body = events.older(body)
        if call.name and metadata.get("name") not in (None, "", call.name):
            raise bad_request(
                f"the name of the object ({metadata.get('name')}) does not match the name on "
                f"the URL ({call.name})"
            )
        if call.name:
            metadata["name"] = call.name
        return {
            **body,
            "apiVersion": served.stored_api_version,
            "kind": served.kind,
            "metadata": metadata,
        }

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
            obj = self._incoming(call, body)
            if served.custom and not obj["metadata"].get("resourceVersion"):
                cause = Cause(
                    "FieldValueInvalid",
                    "Invalid value: 0: must be specified for an update",
                    "metadata.resourceVersion",
                )
                raise invalid(served.group, served.kind, call.name, [cause])
            return 200, self._replace(call, live, obj)

    def patch(self, call: Call, change: Change) -> Obj:
        """Apply ``change`` to the live object as this version shows it."""
        with self.store.lock:
            live = self._live(call)
            patched = change(copied(call.served.shown(live)))
            return self._replace(call, live, self._incoming(call, patched))

    def apply(self, call: Call, config: Any) -> tuple[int, Obj]:
        """Server-side apply: 201 and the object made, or 200 and what became of it."""
        served = call.served
        self._check_config(call, config)
        with self.store.lock:
            live = self.store.get(served.resource, call.key)
            if live is None and call.subresource:
                raise not_found(served.group, served.plural, call.name)
            stated = self._incoming(call, config)
            node = self.schemas.of(served)
            result = ownership.applied(node, call, live, stated, self.timestamp())
            if live is None:
                managed = result["metadata"].pop("managedFields", [])
                return 201, self._create(call, result, managed=managed)
            return 200, self._replace(call, live, copied(result), applied=True)

    def _check_config(self, call: Call, config: Any) -> None:
        served = call.served
        if not isinstance(config, dict):
            raise bad_request("error decoding YAML: the document is not an object")
        group, _, version = str(config.get("apiVersion", "")).rpartition("/")
        if config.get("apiVersion") != served.api_version or config.get("kind") != served.kind:
            kind = config.get("kind", "")
            raise bad_request(f"invalid object type: {group}/{version}, Kind={kind}")
        if (config.get("metadata") or {}).get("managedFields"):
            raise bad_request("metadata.managedFields must be nil")

    def _replace(self, call: Call, live: Obj, obj: Obj, *, applied: bool = False) -> Obj:
        served, old, new = call.served, live["metadata"], obj["metadata"]
        if new.get("uid") not in (None, "", old["uid"]):
            why = (
                f"Precondition failed: UID in precondition: {new['uid']}, "
                f"UID in object meta: {old['uid']}"
            )
            raise conflict(served.group, served.plural, call.name, why)
        if new.get("resourceVersion") not in (None, "", "0", old["resourceVersion"]):
            raise conflict(served.group, served.plural, call.name)
        for key in _SERVER_OWNED:
            new.pop(key, None)
            if key in old:
                new[key] = old[key]
        new["resourceVersion"] = old["resourceVersion"]
        self._keep_other_half(call, live, obj)
        self._check_finalizers(call, old, obj["metadata"])
        self.admission.shape(call, obj)
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

    def _check_finalizers(self, call: Call, old: Obj, new: Obj) -> None:
        added = set(new.get("finalizers") or ()) - set(old.get("finalizers") or ())
        if old.get("deletionTimestamp") and added:
            names = ", ".join(f'"{name}"' for name in sorted(added))
            message = (
                "Forbidden: no new finalizers can be added if the object is being deleted, "
                f"found new finalizers []string{{{names}}}"
            )
            cause = Cause("FieldValueForbidden", message, "metadata.finalizers")
            raise invalid(call.served.group, call.served.kind, call.name, [cause])

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
