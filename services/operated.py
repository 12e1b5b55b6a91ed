"""Objects that the operator works on, GatewayBundle and InferenceStack: read, changed, hurried.

What they bring about is in their status; changing one goes through the one door for changes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ngf_operator.names import RECONCILE_REQUESTED

from services.auth.identity import Identity
from services.gatewayapi.resources import Resources
from services.kube.changes import Applied, Changes, Edit, Plan
from services.kube.fields import Object
from services.listing import ListQuery, Page


class Operated:
    """The objects of one ``kind``, by its plural."""

    def __init__(self, kind: str, resources: Resources, changes: Changes) -> None:
        self.kind = kind
        self._resources, self._changes = resources, changes

    def list(self, who: Identity, query: ListQuery) -> Page:
        """One page, each row with ``phase``, how many children there are (``children_total``)
        and how many are ready (``children_ready``).

        Raises Invalid, and NotFound for an unknown cluster.
        """
        return self._resources.list(who, self.kind, query)

    def get(self, who: Identity, cluster: str, namespace: str, name: str) -> Mapping[str, Any]:
        """The object as last seen. Raises NotFound and Unavailable."""
        return self._resources.raw(who, cluster, self.kind, namespace, name)

    def find(self, who: Identity, cluster: str, namespace: str, name: str) -> Object | None:
        """The object as last seen, None where there is none, also because nothing is known."""
        found = self._resources.lookup(who, cluster, self.kind, namespace, name)
        return dict(found) if found else None

    def detail(self, who: Identity, cluster: str, namespace: str, name: str) -> dict[str, Any]:
        """Its row, the object, its ``children`` and ``conditions`` as tables, and its events.
        Raises NotFound and Unavailable."""
        return self._resources.detail(who, cluster, self.kind, namespace, name)

    def create(
        self,
        who: Identity,
        cluster: str,
        obj: Object,
        *,
        reason: str = "",
        confirm_owned: bool = False,
    ) -> Applied:
        """Store a new one. Raises as :meth:`services.kube.changes.Changes.create`."""
        return self._changes.create(
            who, cluster, self.kind, obj, reason=reason, confirm_owned=confirm_owned
        )

    def update(
        self,
        who: Identity,
        cluster: str,
        namespace: str,
        name: str,
        edit: Object | Edit,
        *,
        resource_version: str = "",
        base: Object | None = None,
        reason: str = "",
        confirm_owned: bool = False,
    ) -> Applied:
        """Store the edited live object. Raises as :meth:`services.kube.changes.Changes.update`."""
        return self._changes.update(
            who,
            cluster,
            self.kind,
            namespace,
            name,
            edit,
            resource_version=resource_version,
            base=base,
            reason=reason,
            confirm_owned=confirm_owned,
        )

    def plan_delete(
        self, who: Identity, cluster: str, namespace: str, name: str, resource_version: str = ""
    ) -> Plan:
        """What would go. Raises as :meth:`services.kube.changes.Changes.plan_delete`."""
        return self._changes.plan_delete(who, cluster, self.kind, namespace, name, resource_version)

    def delete(
        self,
        who: Identity,
        cluster: str,
        namespace: str,
        name: str,
        *,
        resource_version: str = "",
        reason: str = "",
        confirm_owned: bool = False,
    ) -> Applied:
        """Delete it; its children go with it. Raises as
        :meth:`services.kube.changes.Changes.delete`."""
        return self._changes.delete(
            who,
            cluster,
            self.kind,
            namespace,
            name,
            resource_version=resource_version,
            reason=reason,
            confirm_owned=confirm_owned,
        )

    def reconcile_now(
        self, who: Identity, cluster: str, namespace: str, name: str, *, reason: str = ""
    ) -> Applied:
        """Ask the operator to apply every child anew. It is done once ``status.reconcileRequested``
        is what the annotation says. Raises as ``update``; one that a GitOps tool applies needs no
        confirmation, for its spec stays as it is."""
        return self.update(
            who,
            cluster,
            namespace,
            name,
            hurried,
            reason=reason or "reconcile now",
            confirm_owned=True,
        )


def hurried(live: Object) -> Object:
    """The edit that asks the operator to apply every child anew."""
    asked = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    live["metadata"].setdefault("annotations", {})[RECONCILE_REQUESTED] = asked
    return live
