"""Clusters join, change and leave: ManagedClusters and their Secrets on the hub.

Nothing is stored before the kubeconfig has passed. A name that is taken is refused, whatever took
it; what was made is unmade when a later step fails. A kubeconfig goes in and never comes out.

These writes are the console's own book-keeping in its own namespace on the hub, which is why they
do not go through the door for objects that people edit (:mod:`services.kube.changes`). They are
audited all the same, without any credential.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.auth.identity import Identity, Role
from services.clusters import agent_tokens
from services.clusters.agent_tokens import OVERLAP, OVERLAP_MAX
from services.clusters.cluster_secrets import (
    KUBECONFIG,
    MERGE,
    PROMETHEUS,
    TOKENS,
    WRITE,
    ClusterSecrets,
    Texts,
    named,
)
from services.clusters.findings import Finding, examine
from services.clusters.fleet import Fleet
from services.clusters.install import Install
from services.clusters.joining import (
    ClusterPatch,
    Farewell,
    NewCluster,
    Registered,
    checked_interval,
    checked_labels,
    checked_name,
)
from services.clusters.prometheus import Prometheus
from services.clusters.registry import KUBECONFIG_KEYS, TOKENS_KEY, Registry
from services.configdb.audit import AuditEvent, AuditLog, Outcome
from services.errors import Conflict, ConsoleError, Denied, Invalid, NotFound, Unavailable
from services.kube.connection import Connection
from services.kube.fields import MISSING, differences

Object = Mapping[str, Any]

KIND = "managedclusters"


class Registration:
    """What people and programs do about clusters. Everything here needs the role admin."""

    def __init__(self, fleet: Fleet, registry: Registry, audit: AuditLog, install: Install) -> None:
        self._fleet, self._registry = fleet, registry
        self._audit, self.install = audit, install
        self._secrets = ClusterSecrets(registry)

    def test(
        self, who: Identity, kubeconfig: str, prometheus: Prometheus | None = None
    ) -> list[Finding]:
        """A live test of what would be registered. Raises Invalid for a kubeconfig refused."""
        who.require(Role.ADMIN)
        return examine(self._connection(kubeconfig), prometheus)

    def test_registered(self, who: Identity, name: str) -> list[Finding]:
        """The same for a registered cluster, with what the hub holds. One that rests is called all
        the same, and is back at once when it answers. Raises NotFound."""
        who.require(Role.ADMIN, cluster=name)
        connection, prometheus = self._registry.connection(name), self._registry.prometheus(name)
        cluster = self._fleet.get(name)
        cluster.cache.breaker.half_open()
        found = examine(connection, prometheus, cluster.cache.breaker)
        if found[0].status == "ok":
            cluster.retry()
        return found

    def check(self, who: Identity, new: NewCluster) -> None:
        """Raise what :meth:`register` would before anything is stored."""
        who.require(Role.ADMIN, cluster=new.name)
        checked_name(new.name)
        checked_labels(new.labels)
        checked_interval(new.heartbeat_seconds)
        if not new.display_name.strip():
            raise Invalid.of("displayName", "is required")
        if not new.local:
            self._connection(new.kubeconfig)
        elif new.kubeconfig:
            raise Invalid.of("kubeconfig", "is not taken for the hub's own cluster")
        if new.name in self._registry.objects():
            raise _taken(new.name, f"There is a cluster named {new.name} already.")

    def register(self, who: Identity, new: NewCluster) -> Registered:
        """Take a cluster in. Raises Invalid, and Conflict for a name that is taken."""
        with self._audited(who, "create", new.name) as entry:
            self.check(who, new)
            obj, token = self._store(new)
            entry.after = obj["spec"]
        return Registered(new.name, token)

    def change(self, who: Identity, name: str, patch: ClusterPatch) -> None:
        """Edit what is told; a new kubeconfig takes effect at once. Raises NotFound, Invalid, and
        Conflict where a Secret of its name is somebody else's."""
        spec, wanted = patch.spec(), {}
        if patch.kubeconfig is not None:
            spec["kubeconfigSecretRef"] = {"name": named(name, KUBECONFIG)}
            wanted[KUBECONFIG] = {KUBECONFIG_KEYS[0]: patch.kubeconfig}
        if patch.prometheus is not None:
            spec["prometheusSecretRef"] = {"name": named(name, PROMETHEUS)}
            wanted[PROMETHEUS] = patch.prometheus.texts()
        with self._audited(who, "update", name) as entry:
            obj = self._live(name)
            checked_labels(patch.labels or {})
            checked_interval(patch.heartbeat_seconds)
            if patch.kubeconfig is not None:
                if obj["spec"].get("isLocal"):
                    raise Invalid.of("kubeconfig", "is not taken for the hub's own cluster")
                self._connection(patch.kubeconfig)
            if wanted:
                self._patch(name, spec, dryRun="All")  # no Secret is replaced for what is refused
            self._secrets.put(obj, wanted)
            written = self._patch(name, spec)
            entry.before, entry.after = obj["spec"], written["spec"]
            entry.secrets = [named(name, purpose) for purpose in wanted]
            self._registry.wait_seen(KIND, written)

    def unregister(self, who: Identity, name: str, reason: str = "") -> Farewell:
        """Remove a cluster, its Secrets and its tokens from the hub; the cluster itself is left as
        it is. Raises NotFound, and Conflict for the hub's own cluster."""
        with self._audited(who, "delete", name, reason=reason) as entry:
            obj = self._live(name)
            entry.before = obj["spec"]
            if obj["spec"].get("isLocal"):
                raise Conflict(f"{name} is the hub's own cluster and stays registered.")
            self._delete(obj)
            self._secrets.drop(obj)
            self._registry.wait_gone(KIND, name)
        return Farewell(self.install.remains(), self.install.removal())

    def rotate_token(self, who: Identity, name: str, overlap: timedelta = OVERLAP) -> str:
        """A new token; the older ones stay valid for ``overlap``. Raises NotFound, Invalid."""
        if not timedelta() <= overlap <= OVERLAP_MAX:
            raise Invalid.of("overlapSeconds", f"between 0 and {OVERLAP_MAX.total_seconds():.0f}")
        new, text = agent_tokens.mint(datetime.now(UTC))
        with self._audited(who, "rotate", name, kind="agenttokens"):
            self._secrets.change_tokens(
                self._live(name), lambda held: agent_tokens.rotated(held, new, overlap)
            )
        return text

    def revoke_tokens(self, who: Identity, name: str) -> None:
        """Refuse every token of the cluster's agent from now on. Raises NotFound."""
        with self._audited(who, "revoke", name, kind="agenttokens"):
            self._secrets.change_tokens(self._live(name), lambda _held: [])

    def _connection(self, kubeconfig: str) -> Connection:
        return Connection.registered(kubeconfig, allow_http=self._registry.allow_http)

    def _live(self, name: str) -> dict[str, Any]:
        try:
            return self._registry.client.get(self._registry.path(KIND, name))
        except NotFound:
            raise NotFound(f"There is no cluster named {name}.", cluster=name) from None

    def _patch(self, name: str, spec: Object, **params: str) -> dict[str, Any]:
        path, body = self._registry.path(KIND, name), {"spec": spec}
        return self._registry.client.request(
            "PATCH", path, params={**WRITE, **params}, body=body, content_type=MERGE
        )

    def _store(self, new: NewCluster) -> tuple[Object, str]:
        """The ManagedCluster, then its Secrets; all or nothing. Gives it and the agent's token."""
        registry = self._registry
        path, body = registry.path(KIND), new.manifest(registry.namespace)
        try:
            obj = registry.client.request("POST", path, params=WRITE, body=body)
        except Conflict:
            raise _taken(new.name, f"There is a cluster named {new.name} already.") from None
        except NotFound as error:
            raise Unavailable(f"The hub keeps no clusters: {error.message}") from None
        token, text = agent_tokens.mint(datetime.now(UTC))
        secrets: dict[str, Texts] = {TOKENS: {TOKENS_KEY: agent_tokens.dumped([token])}}
        if new.kubeconfig:
            secrets[KUBECONFIG] = {KUBECONFIG_KEYS[0]: new.kubeconfig}
        if new.prometheus:
            secrets[PROMETHEUS] = new.prometheus.texts()
        try:
            for purpose, texts in secrets.items():
                self._secrets.make(obj, purpose, texts)
        except ConsoleError as error:
            self._delete(obj)
            if isinstance(error, Conflict):
                said = f"A Secret of the hub has the name that one of {new.name} would have."
                raise _taken(new.name, said) from None
            raise
        registry.wait_seen(KIND, obj)
        return obj, text

    def _delete(self, obj: Object) -> None:
        """The object that was seen, and no other of its name."""
        path = self._registry.path(KIND, obj["metadata"]["name"])
        precondition = {"preconditions": {"uid": obj["metadata"]["uid"]}}
        self._registry.client.request("DELETE", path, body=precondition)

    @contextmanager
    def _audited(
        self, who: Identity, verb: str, name: str, *, kind: str = KIND, reason: str = ""
    ) -> Iterator["_Entry"]:
        """Record what the block does, refusals and failures included; credentials are in none of
        it. Raises Denied for whoever may not, and Unavailable (code ``unaudited``) for what was
        done and could not be recorded."""
        entry = _Entry()
        event = AuditEvent(
            actor=who.name,
            role=str(who.role),
            address=who.address,
            verb=verb,
            kind=kind,
            cluster=name,
            name=name,
            reason=reason,
        )
        try:
            who.require(Role.ADMIN, cluster=name)
            yield entry
        except ConsoleError as error:
            outcome: Outcome = "denied" if isinstance(error, Denied) else "failed"
            self._audit.record(replace(event, outcome=outcome, error=error.message))
            raise
        done = replace(event, before=entry.before, after=entry.after, diff=entry.diff())
        try:
            self._audit.record(done)
        except ConsoleError as error:
            said = "It was done, but the audit log could not record it."
            raise Unavailable(said, code="unaudited", cluster=name) from error


@dataclass(slots=True)
class _Entry:
    """What an audit entry tells: the spec before and after, and which Secrets were replaced."""

    before: Object | None = None
    after: Object | None = None
    secrets: Sequence[str] = ()

    def diff(self) -> list[dict[str, Any]]:
        """Field by field; of a Secret that it is another, and nothing of its content."""
        old, new = ({"spec": spec} if spec else {} for spec in (self.before, self.after))
        return [
            *(
                {"path": path, "old": _said(was), "new": _said(now)}
                for path, was, now in differences(old, new)
            ),
            *({"path": f"Secret {name}", "old": "***", "new": "replaced"} for name in self.secrets),
        ]


def _said(value: Any) -> Any:
    return None if value is MISSING else value


def _taken(name: str, message: str) -> Conflict:
    return Conflict(message, code="name_taken", cluster=name, fields=[{"field": "name"}])
