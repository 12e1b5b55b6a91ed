"""Direct access to a demo cluster's objects, for what fills it and for tests.

The same road as requests take, without HTTP and permission; a status given at creation is kept,
because the controllers that would write it are not there.
"""

from collections.abc import Callable, Set
from typing import Any
from uuid import uuid4

from services.demo.api.calls import Call
from services.demo.api.deletion import DeleteOptions, delete
from services.demo.api.kinds import Served
from services.demo.api.operations import CRDS, Operations
from services.demo.api.patches import copied, merge
from services.demo.api.statuses import Obj, no_such_resource, qualified
from services.demo.api.store import Change, key_of


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

    def apply(self, config: Obj, *, manager: str, created: str = "") -> Obj:
        """Server-side apply of ``config``, by force; a new object is as old as ``created``."""
        served = self._served(config["apiVersion"], config["kind"])
        namespace = config["metadata"].get("namespace") or "default" if served.namespaced else ""
        name = config["metadata"]["name"]
        call = Call(served, namespace, name, manager=manager, force=True)
        return self._operations.apply(call, copied(config), created=created)[1]

    def serves(self, api_version: str, kind: str) -> bool:
        """Whether there is such a kind."""
        return self._operations.registry.of_kind(api_version, kind) is not None

    def take_over(self, other: "Seeding") -> None:
        """Begin with what another cluster holds, each object under a uid of its own.

        All but their metadata is shared: an object in a store is never mutated.
        """
        store, registry = self._operations.store, self._operations.registry
        for resource in other._operations.store.resources():
            for obj in other._operations.store.objects(resource):
                metadata = {**obj["metadata"], "uid": str(uuid4())}
                own = {**obj, "metadata": metadata}
                store.put(resource, key_of(metadata.get("namespace", ""), metadata["name"]), own)
                if resource == CRDS:
                    registry.install(own)

    def get(self, api_version: str, kind: str, namespace: str, name: str) -> Obj:
        """The stored object, not to be changed; raises ApiError 404."""
        served = self._served(api_version, kind)
        return self._operations.get(Call(served, namespace if served.namespaced else "", name))

    def all(self, api_version: str, kind: str, namespace: str = "") -> list[Obj]:
        """The stored objects of a kind, not to be changed."""
        served = self._served(api_version, kind)
        found = self._operations.store.objects(served.resource, namespace)
        return [served.shown(obj) for obj in found]

    def keyed(self, group: str, plural: str) -> dict[tuple[str, str], Obj]:
        """The stored objects of a kind by (namespace, name); empty where it is not served."""
        found = self._operations.store.objects(qualified(plural, group))
        return {(o["metadata"].get("namespace", ""), o["metadata"]["name"]): o for o in found}

    def follow(self, kinds: Set[tuple[str, str]], changed: Callable[[], None]) -> None:
        """Call ``changed`` after each change of one of ``kinds`` (group, plural), in the writing
        thread: it must only take note."""
        resources = {qualified(plural, group) for group, plural in kinds}

        def follower(change: Change) -> None:
            if change.resource in resources:
                changed()

        self._operations.store.follow_all(follower)

    def follow_objects(
        self, kinds: Set[tuple[str, str]], changed: Callable[[tuple[str, str], Change], None]
    ) -> None:
        """`follow` with the kind (group, plural) and the change itself."""
        resources = {qualified(plural, group): (group, plural) for group, plural in kinds}

        def follower(change: Change) -> None:
            if change.resource in resources:
                changed(resources[change.resource], change)

        self._operations.store.follow_all(follower)

    def patch(
        self, api_version: str, kind: str, namespace: str, name: str, patch: Any, **options: str
    ) -> Obj:
        """Merge ``patch`` into an object; ``subresource`` and ``manager`` as for a request."""
        served = self._served(api_version, kind)
        call = Call(served, namespace if served.namespaced else "", name, **options)  # type: ignore[arg-type]
        return self._operations.patch(call, lambda live: merge(live, copied(patch)))

    def patch_status(
        self, api_version: str, kind: str, namespace: str, name: str, status: Obj, **options: str
    ) -> Obj:
        """Merge ``status`` into the object's status; ``manager`` as for a request."""
        patch = {"status": status}
        return self.patch(
            api_version, kind, namespace, name, patch, subresource="status", **options
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
