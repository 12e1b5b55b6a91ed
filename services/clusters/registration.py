"""Clusters join, change and leave: ManagedClusters and their Secrets on the hub.

Nothing is stored before the kubeconfig has passed. A name that is taken is refused, whatever took
it; what was made is unmade when a later step fails. The Secrets are owned by the ManagedCluster, so
that they go with it even when it is deleted by kubectl. A kubeconfig goes in and never comes out.

These writes are the console's own book-keeping in its own namespace on the hub, which is why they
do not go through the door for objects that people edit (:mod:`services.kube.changes`). They are
audited all the same, without any credential.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.auth.identity import Identity, Role
from services.clusters import agent_tokens
from services.clusters.agent_tokens import OVERLAP, OVERLAP_MAX
from services.clusters.findings import Finding, examine
from services.clusters.fleet import Fleet
from services.clusters.install import Install
from services.clusters.joining import (
    ClusterPatch,
    Farewell,
    NewCluster,
    PrometheusAccess,
    Registered,
    checked_interval,
    checked_labels,
    checked_name,
)
from services.clusters.prometheus import Prometheus
from services.clusters.registry import (
    API_VERSION,
    CLUSTER_LABEL,
    KUBECONFIG_KEYS,
    TOKENS_KEY,
    Registry,
)
from services.configdb.audit import AuditEvent, AuditLog
from services.errors import Conflict, ConsoleError, Invalid, NotFound
from services.kube.connection import Connection

Object = Mapping[str, Any]

KIND = "managedclusters"
MANAGER = "ngf-console"
_WRITE = {"fieldManager": MANAGER, "fieldValidation": "Strict"}
_ATTEMPTS = 5


class Registration:
    """What people and programs do about clusters. Everything here needs the role admin."""

    def __init__(self, fleet: Fleet, registry: Registry, audit: AuditLog, install: Install) -> None:
        self._fleet, self._registry, self._audit, self.install = fleet, registry, audit, install

    def test(
        self, who: Identity, kubeconfig: str, prometheus: PrometheusAccess | None = None
    ) -> list[Finding]:
        """A live test of what would be registered. Raises Invalid for a kubeconfig refused."""
        who.require(Role.ADMIN)
        return examine(self._connection(kubeconfig), _prometheus(prometheus))

    def test_registered(self, who: Identity, name: str) -> list[Finding]:
        """The same for a registered cluster, with what the hub holds. Raises NotFound."""
        who.require(Role.ADMIN, cluster=name)
        return examine(self._registry.connection(name), self._registry.prometheus(name))

    def register(self, who: Identity, new: NewCluster) -> Registered:
        """Take a cluster in. Raises Invalid, and Conflict for a name that is taken."""
        who.require(Role.ADMIN, cluster=new.name)
        with self._audited(who, "create", new.name, after=new.spec()):
            checked_name(new.name)
            checked_labels(new.labels)
            checked_interval(new.heartbeat_seconds)
            if not new.display_name.strip():
                raise _invalid("displayName", "is required")
            if not new.local:
                self._connection(new.kubeconfig)
            _prometheus(new.prometheus)
            token = self._store(new)
        return Registered(new.name, token)

    def change(self, who: Identity, name: str, patch: ClusterPatch) -> None:
        """Edit what is told; a new kubeconfig takes effect at once. Raises NotFound, Invalid."""
        who.require(Role.ADMIN, cluster=name)
        spec = patch.spec()
        with self._audited(who, "update", name, after=spec):
            obj = self._live(name)
            checked_labels(patch.labels or {})
            checked_interval(patch.heartbeat_seconds)
            if patch.kubeconfig is not None:
                self._connection(patch.kubeconfig)
            if patch.prometheus is not None:
                _prometheus(patch.prometheus)
                spec["prometheusSecretRef"] = {"name": f"{name}-prometheus"}
            if patch.kubeconfig is not None:
                spec["kubeconfigSecretRef"] = {"name": f"{name}-kubeconfig"}
                self._put_secret(obj, "kubeconfig", {KUBECONFIG_KEYS[0]: patch.kubeconfig})
            if patch.prometheus is not None:
                self._put_secret(obj, "prometheus", patch.prometheus.texts())
            self._registry.wait_seen(
                KIND,
                self._registry.client.request(
                    "PATCH",
                    self._registry.path(KIND, name),
                    params=_WRITE,
                    body={"spec": spec},
                    content_type="application/merge-patch+json",
                ),
            )

    def unregister(self, who: Identity, name: str, reason: str = "") -> Farewell:
        """Remove a cluster, its Secrets and its tokens from the hub; the cluster itself is left as
        it is. Raises NotFound, and Conflict for the hub's own cluster."""
        who.require(Role.ADMIN, cluster=name)
        obj = self._live(name)
        with self._audited(who, "delete", name, before=obj["spec"], reason=reason):
            if obj["spec"].get("isLocal"):
                raise Conflict(f"{name} is the hub's own cluster and stays registered.")
            client, registry = self._registry.client, self._registry
            precondition = {"preconditions": {"uid": obj["metadata"]["uid"]}}
            client.request("DELETE", registry.path(KIND, name), body=precondition)
            for purpose in ("kubeconfig", "prometheus", "agent-token"):
                self._drop_secret(obj, f"{name}-{purpose}")
            registry.wait_gone(KIND, name)
        return Farewell(self.install.remains(), self.install.removal())

    def rotate_token(self, who: Identity, name: str, overlap: timedelta = OVERLAP) -> str:
        """A new token; the older ones stay valid for ``overlap``. Raises NotFound, Invalid."""
        who.require(Role.ADMIN, cluster=name)
        if not timedelta() <= overlap <= OVERLAP_MAX:
            raise _invalid("overlapSeconds", f"between 0 and {OVERLAP_MAX.total_seconds():.0f}")
        with self._audited(who, "rotate", name, kind="agenttokens"):
            obj = self._live(name)
            new, text = agent_tokens.mint(datetime.now(UTC))
            self._change_tokens(obj, lambda held: agent_tokens.rotated(held, new, overlap))
        return text

    def revoke_tokens(self, who: Identity, name: str) -> None:
        """Refuse every token of the cluster's agent from now on. Raises NotFound."""
        who.require(Role.ADMIN, cluster=name)
        with self._audited(who, "revoke", name, kind="agenttokens"):
            self._change_tokens(self._live(name), lambda _held: [])

    def _connection(self, kubeconfig: str) -> Connection:
        return Connection.from_kubeconfig(kubeconfig, allow_http=self._registry.allow_http)

    def _live(self, name: str) -> dict[str, Any]:
        try:
            return self._registry.client.get(self._registry.path(KIND, name))
        except NotFound:
            raise NotFound(f"There is no cluster named {name}.", cluster=name) from None

    def _store(self, new: NewCluster) -> str:
        """The ManagedCluster, then its Secrets; all or nothing."""
        registry, client = self._registry, self._registry.client
        body = {
            "apiVersion": API_VERSION,
            "kind": "ManagedCluster",
            "metadata": {"name": new.name, "namespace": registry.namespace},
            "spec": new.spec(),
        }
        try:
            obj = client.request("POST", registry.path(KIND), params=_WRITE, body=body)
        except Conflict:
            raise _taken(new.name, f"There is a cluster named {new.name} already.") from None
        token, text = agent_tokens.mint(datetime.now(UTC))
        secrets = {"agent-token": {TOKENS_KEY: agent_tokens.dumped([token])}}
        if new.kubeconfig and not new.local:
            secrets["kubeconfig"] = {KUBECONFIG_KEYS[0]: new.kubeconfig}
        if new.prometheus:
            secrets["prometheus"] = new.prometheus.texts()
        try:
            for purpose, texts in secrets.items():
                self._make_secret(obj, purpose, texts)
        except ConsoleError as error:
            uid = {"preconditions": {"uid": obj["metadata"]["uid"]}}
            client.request("DELETE", registry.path(KIND, new.name), body=uid)
            if isinstance(error, Conflict):
                said = f"A Secret of the hub has the name that one of {new.name} would have."
                raise _taken(new.name, said) from None
            raise
        registry.wait_seen(KIND, obj)
        return text

    def _make_secret(self, obj: Object, purpose: str, texts: Mapping[str, str]) -> Object:
        metadata = obj["metadata"]
        owner = {
            "apiVersion": API_VERSION,
            "kind": "ManagedCluster",
            "name": metadata["name"],
            "uid": metadata["uid"],
        }
        body = {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "Opaque",
            "metadata": {
                "name": f"{metadata['name']}-{purpose}",
                "namespace": self._registry.namespace,
                "labels": {
                    CLUSTER_LABEL: metadata["name"],
                    "app.kubernetes.io/managed-by": MANAGER,
                },
                "ownerReferences": [owner],
            },
            "stringData": dict(texts),
        }
        path = self._registry.path("secrets")
        made = self._registry.client.request("POST", path, params=_WRITE, body=body)
        self._registry.wait_seen("secrets", made)
        return made

    def _put_secret(self, obj: Object, purpose: str, texts: Mapping[str, str]) -> None:
        """Replace a Secret's texts, or make it where there is none."""
        path = self._registry.path("secrets", f"{obj['metadata']['name']}-{purpose}")
        try:
            written = self._registry.client.request(
                "PATCH",
                path,
                params=_WRITE,
                body={"stringData": dict(texts)},
                content_type="application/merge-patch+json",
            )
        except NotFound:
            self._make_secret(obj, purpose, texts)
        else:
            self._registry.wait_seen("secrets", written)

    def _drop_secret(self, obj: Object, name: str) -> None:
        """Delete a Secret that belongs to the cluster, and no other of that name."""
        path = self._registry.path("secrets", name)
        try:
            metadata = self._registry.client.get(path)["metadata"]
            owners = [one.get("uid") for one in metadata.get("ownerReferences") or ()]
            if obj["metadata"]["uid"] in owners:
                self._registry.client.request("DELETE", path)
        except NotFound:
            return

    def _change_tokens(self, obj: Object, change: agent_tokens.Change) -> None:
        name = f"{obj['metadata']['name']}-agent-token"
        for _ in range(_ATTEMPTS):
            try:
                self._change_tokens_once(obj, name, change)
                return
            except Conflict:
                continue
        raise Conflict(f"The tokens of {obj['metadata']['name']} keep changing.")

    def _change_tokens_once(self, obj: Object, name: str, change: agent_tokens.Change) -> None:
        registry = self._registry
        try:
            live = registry.client.get(registry.path("secrets", name))
        except NotFound:
            tokens = agent_tokens.dumped(change([]))
            self._make_secret(obj, "agent-token", {TOKENS_KEY: tokens})
            return
        held = agent_tokens.decoded((live.get("data") or {}).get(TOKENS_KEY, ""))
        written = registry.client.request(
            "PATCH",
            registry.path("secrets", name),
            params=_WRITE,
            body={
                "metadata": {"resourceVersion": live["metadata"]["resourceVersion"]},
                "stringData": {TOKENS_KEY: agent_tokens.dumped(change(held))},
            },
            content_type="application/merge-patch+json",
        )
        registry.wait_seen("secrets", written)

    @contextmanager
    def _audited(
        self,
        who: Identity,
        verb: str,
        name: str,
        *,
        kind: str = KIND,
        before: Object | None = None,
        after: Object | None = None,
        reason: str = "",
    ) -> Iterator[None]:
        """Record what the block does, failures included; credentials are in none of it."""
        event = AuditEvent(
            actor=who.name,
            role=str(who.role),
            address=who.address,
            verb=verb,
            kind=kind,
            cluster=name,
            name=name,
            before=before,
            after=after,
            reason=reason,
        )
        try:
            yield
        except ConsoleError as error:
            self._audit.record(replace(event, outcome="failed", error=error.message, after=None))
            raise
        self._audit.record(event)


def _prometheus(given: PrometheusAccess | None) -> Prometheus | None:
    return Prometheus(given.url, given.username, given.password) if given else None


def _invalid(field: str, rule: str) -> Invalid:
    return Invalid(f"{field} {rule}.", fields=[{"field": field, "rule": rule}])


def _taken(name: str, message: str) -> Conflict:
    return Conflict(message, code="name_taken", cluster=name, fields=[{"field": "name"}])
