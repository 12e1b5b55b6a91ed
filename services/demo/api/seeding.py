"""Direct access to a demo cluster's objects, for what fills it and for tests.

The same road as requests take, without HTTP and permission; a status given at creation is kept,
because the controllers that would write it are not there.
"""

from typing import Any

from services.demo.api.calls import Call
from services.demo.api.deletion import DeleteOptions, delete
from services.demo.api.kinds import Served
from services.demo.api.operations import Operations
from services.demo.api.patches import copied, merge
from services.demo.api.statuses import Obj, no_such_resource


class Seeding:
    """Create, read and change objects by their apiVersion and kind."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def create(self, obj: Obj, *, manager: str = "kubectl-create") -> Obj:
        """Store an object, status included. Raises ApiError as a request would be answered."""
        served = self._served(obj["apiVersion"], obj["kind"])
        namespace = obj["metadata"].get("namespace") or "default" if served.namespaced else ""
        call = Call(served, namespace, manager=manager)
        return self._operations.create(call, copied(obj), keep_status=True)

    def get(self, api_version: str, kind: str, namespace: str, name: str) -> Obj:
        """The stored object, not to be changed; raises ApiError 404."""
        served = self._served(api_version, kind)
        return self._operations.get(Call(served, namespace if served.namespaced else "", name))

    def all(self, api_version: str, kind: str, namespace: str = "") -> list[Obj]:
        """The stored objects of a kind, not to be changed."""
        served = self._served(api_version, kind)
        found = self._operations.store.objects(served.resource, namespace)
        return [served.shown(obj) for obj in found]

    def patch(
        self, api_version: str, kind: str, namespace: str, name: str, patch: Any, **options: str
    ) -> Obj:
        """Merge ``patch`` into an object; ``subresource`` and ``manager`` as for a request."""
        served = self._served(api_version, kind)
        call = Call(served, namespace if served.namespaced else "", name, **options)  # type: ignore[arg-type]
        return self._operations.patch(call, lambda live: merge(live, copied(patch)))

    def patch_status(
        self, api_version: str, kind: str, namespace: str, name: str, status: Obj
    ) -> Obj:
        """Merge ``status`` into the object's status."""
        return self.patch(
            api_version, kind, namespace, name, {"status": status}, subresource="status"
        )

    def delete(self, api_version: str, kind: str, namespace: str, name: str) -> None:
        """Delete as a background-propagated request would."""
        served = self._served(api_version, kind)
        call = Call(served, namespace if served.namespaced else "", name)
        delete(self._operations, call, DeleteOptions(policy="Background"))

    def _served(self, api_version: str, kind: str) -> Served:
        served = self._operations.registry.of_kind(api_version, kind)
        if served is None:
            raise no_such_resource()
        return served
