"""The fleet as objects on the hub: ManagedClusters and their Secrets, watched.

::

    kubectl, GitOps, page, REST ──► ManagedCluster + Secret on the hub
                                              │ watch
                        fleet ◄── members ◄───┘──► index of agent tokens
                          │                             ▲
                    leader's status writer        heartbeats of agents
                          └──► ManagedCluster.status ◄──┘

Nothing is polled and nothing is kept: a cluster that is created, changed or deleted in whatever way
takes effect with the event, and so does a kubeconfig that somebody has rotated in its Secret. What
cannot be used is a member all the same, with the reason.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from services.clusters.agent_tokens import TokenIndex
from services.clusters.cluster import Member
from services.clusters.fleet import Fleet
from services.clusters.prometheus import PROMETHEUS_KEYS, Prometheus
from services.clusters.standing import HEARTBEAT_SECONDS, AgentReport, Reply
from services.errors import Denied, NotFound, Unavailable
from services.kube.cache import WatchCache
from services.kube.catalogue import CONSOLE, Kind, Resource
from services.kube.client import KubeClient
from services.kube.connection import Connection
from services.kube.shelf import Snapshot

Object = Mapping[str, Any]

API_VERSION = f"{CONSOLE}/v1alpha1"
CLUSTER_LABEL = f"{CONSOLE}/cluster"
"""On Secrets that the console has made for a cluster: the cluster's name."""
KUBECONFIG_KEYS = ("kubeconfig", "value")
TOKENS_KEY = "tokens"


class Registry:
    """What the hub's namespace says of clusters, and the calls that change it.

    ``read`` is whether clusters and tokens are what the hub had once, at least.
    """

    def __init__(
        self,
        fleet: Fleet,
        connect: Callable[[], Connection],
        namespace: str,
        *,
        allow_http: bool = False,
    ) -> None:
        self.namespace = namespace
        self.allow_http = allow_http
        self.tokens = TokenIndex()
        self.read = False
        self._fleet, self._connect = fleet, connect
        keys = (*KUBECONFIG_KEYS, *PROMETHEUS_KEYS, TOKENS_KEY)
        self._kinds = {
            kind.name: kind
            for kind in (
                Kind(
                    "managedclusters",
                    "ManagedCluster",
                    CONSOLE,
                    ("v1alpha1",),
                    namespace=namespace,
                ),
                Kind(
                    "secrets",
                    "Secret",
                    "",
                    ("v1",),
                    fields="type=Opaque",
                    namespace=namespace,
                    keys=keys,
                ),
            )
        }
        self.cache = WatchCache("hub", connect, fleet.loop, self._kinds.values())
        self._taken: dict[str, tuple[Object, str]] = {}
        self._client: tuple[Connection, KubeClient] | None = None

    @property
    def client(self) -> KubeClient:
        """Calls to the hub's own API. Raises Unavailable while it does not answer."""
        connection = self.cache.connection
        if connection is None:
            raise Unavailable(f"The hub is not reachable: {self.cache.reachability.reason}")
        if self._client is None or self._client[0] is not connection:
            self._client = connection, KubeClient(connection, self.cache.breaker)
        return self._client[1]

    @property
    def problem(self) -> str:
        """Why the list of clusters is not what the hub has by now; "" while it is."""
        doubtful = self.doubtful
        return doubtful.why if doubtful else ""

    @property
    def doubtful(self) -> Snapshot | None:
        """What the hub does not tell by now: how old it is, since when and why. None while all
        that makes the fleet is live."""
        seen = (self.cache.snapshot(kind) for kind in self._kinds)
        return next((one for one in seen if one.state != "live"), None)

    def start(self) -> None:
        """Begin to fill the fleet; returns at once."""
        self.cache.subscribe(self._changed)
        self.cache.start()

    def stop(self) -> None:
        """End the watches."""
        self.cache.stop()

    def wait_ready(self, timeout: float) -> None:
        """Return when the hub has been read, or after ``timeout`` seconds."""
        self.cache.wait_ready(timeout)

    def objects(self) -> Mapping[str, Object]:
        """The ManagedClusters by name, as last seen."""
        return {name: obj for (_, name), obj in self._snapshot("managedclusters").objects.items()}

    def object(self, name: str) -> Object:
        """One ManagedCluster as last seen. Raises NotFound."""
        found = self._snapshot("managedclusters").objects.get((self.namespace, name))
        if found is None:
            raise NotFound(f"There is no ManagedCluster {name}.", cluster=name)
        return found

    def secret(self, name: str) -> dict[str, str] | None:
        """The decoded texts of a Secret of the namespace, as last seen."""
        found = self._snapshot("secrets").objects.get((self.namespace, name))
        return None if found is None else _texts(found)

    def connection(self, name: str) -> Connection:
        """How to reach a cluster with what the hub holds by now.

        Raises Invalid for a kubeconfig that is refused, NotFound without its Secret.
        """
        spec = self.object(name).get("spec") or {}
        if spec.get("isLocal"):
            return self._connect()
        secret_name = (spec.get("kubeconfigSecretRef") or {}).get("name")
        if not secret_name:
            raise Unavailable("It names no Secret with a kubeconfig.", code="no_kubeconfig")
        secrets = self._snapshot("secrets")
        if secrets.state == "denied":
            raise Denied(secrets.why)
        secret = self.secret(secret_name)
        if secret is None:
            raise NotFound(f"Secret {self.namespace}/{secret_name} does not exist.")
        text = next((secret[key] for key in KUBECONFIG_KEYS if secret.get(key)), "")
        if not text:
            said = f"Secret {self.namespace}/{secret_name} has no key {KUBECONFIG_KEYS[0]}."
            raise Unavailable(said, code="no_kubeconfig")
        return Connection.registered(text, allow_http=self.allow_http)

    def prometheus(self, name: str) -> Prometheus | None:
        """The Prometheus of a cluster, None where none is named. Raises NotFound without its Secret
        and Invalid for an address that is not called."""
        secret_name = _prometheus_secret(self.object(name))
        if not secret_name:
            return None
        secret = self.secret(secret_name)
        if secret is None:
            raise NotFound(f"Secret {self.namespace}/{secret_name} does not exist.")
        return Prometheus.from_texts(secret)

    def path(self, kind: str, name: str | None = None, subresource: str | None = None) -> str:
        """Where a kind, or one object of it, is in the hub's API. Raises Invalid."""
        made = self._kinds[kind]
        resource = Resource(made, made.group, made.versions[0], made.name, True, frozenset())
        return resource.path(self.namespace, name, subresource)

    def wait_seen(self, kind: str, written: Object, seconds: float = 2.0) -> None:
        """Wait until what was just written is in the fleet and among the tokens."""
        metadata = written["metadata"]
        self._wait(kind, metadata["name"], metadata.get("resourceVersion"), seconds)

    def wait_gone(self, kind: str, name: str, seconds: float = 2.0) -> None:
        """Wait until an object that was just deleted is gone from them."""
        self._wait(kind, name, None, seconds)

    def _wait(self, kind: str, name: str, version: str | None, seconds: float) -> None:
        self.cache.wait_seen(kind, (self.namespace, name), version, seconds)
        self._fleet.loop.wait_turn(seconds)  # whoever waits may be awake before who listens

    def _snapshot(self, kind: str) -> Snapshot:
        return self.cache.snapshot(kind)

    def _changed(self, _hub: str, kind: str, _version: int) -> None:
        """On the watch loop, after each publication."""
        if kind == "secrets":
            self._read_tokens()
        clusters = self._snapshot("managedclusters")
        if self._snapshot("secrets").state == "loading":
            return  # a cluster would be taken without its kubeconfig, and again with it
        if clusters.as_of is None and clusters.state != "absent":
            return
        objects = self.objects()
        for name in self._fleet.names():
            if name not in objects or self._is_another(name, objects[name]):
                self._taken.pop(name, None)
                self._fleet.remove(name)
        for name, obj in objects.items():
            before = self._taken.get(name)
            if kind == "secrets" or before is None or before[0] is not obj:
                self._take(name, obj, before)
        self.read = self.read or all(self._snapshot(kind).as_of for kind in self._kinds)

    def _is_another(self, name: str, obj: Object) -> bool:
        """Whether the cluster that was taken has gone and one of its name has come."""
        before = self._taken.get(name)
        return before is not None and before[0]["metadata"]["uid"] != obj["metadata"]["uid"]

    def _read_tokens(self) -> None:
        held = {}
        for obj in self._snapshot("secrets").objects.values():
            cluster = (obj["metadata"].get("labels") or {}).get(CLUSTER_LABEL)
            if cluster and TOKENS_KEY in obj["data"]:
                held[cluster] = _texts(obj)[TOKENS_KEY]
        self.tokens.read(held)

    def _take(self, name: str, obj: Object, before: tuple[Object, str] | None) -> None:
        unread = before is not None and self._snapshot("secrets").state == "denied"
        fingerprint = before[1] if before and unread else self._fingerprint(obj)
        self._taken[name] = obj, fingerprint
        rotated = before is not None and before[1] != fingerprint
        cluster = self._fleet.put(self._member(name, obj), reconnect=rotated)
        status = obj.get("status") or {}
        report, reply = _report(status), _reply(status)
        if report:
            cluster.heard(report.following(cluster.agent))
        if reply and (cluster.prometheus is None or reply.at >= cluster.prometheus.at):
            cluster.prometheus = reply
        if before is not None and before[0].get("status") != obj.get("status"):
            self._fleet.touch(name)

    def _member(self, name: str, obj: Object) -> Member:
        spec = obj.get("spec") or {}
        agent = spec.get("agentConfig") or {}
        return Member(
            name=name,
            connect=partial(self.connection, name),
            display_name=str(spec.get("displayName") or ""),
            region=str(spec.get("region") or ""),
            environment=str(spec.get("environment") or ""),
            labels=dict(spec.get("labels") or {}),
            local=bool(spec.get("isLocal")),
            agents=True,
            interval=int(agent.get("heartbeatIntervalSeconds") or HEARTBEAT_SECONDS),
            otel_endpoint=str(agent.get("otelEndpoint") or ""),
            prometheus=bool(_prometheus_secret(obj)),
            terminating="deletionTimestamp" in obj["metadata"],
        )

    def _fingerprint(self, obj: Object) -> str:
        """What a connection is made from; it differs when the connection must be made anew."""
        spec = obj.get("spec") or {}
        name = (spec.get("kubeconfigSecretRef") or {}).get("name") or ""
        held = repr((bool(spec.get("isLocal")), name, self.secret(name)))
        return hashlib.sha256(held.encode()).hexdigest()


def _prometheus_secret(obj: Object) -> str:
    return ((obj.get("spec") or {}).get("prometheusSecretRef") or {}).get("name") or ""


def _texts(secret: Object) -> dict[str, str]:
    texts = {}
    for key, value in (secret.get("data") or {}).items():
        try:
            texts[key] = base64.b64decode(value).decode()
        except (binascii.Error, UnicodeDecodeError):
            texts[key] = ""
    return texts


def _report(status: Object) -> AgentReport | None:
    """What a replica has written of the agent's last heartbeat; versions are the leader's."""
    at = _time(status.get("lastHeartbeat"))
    if at is None:
        return None
    return AgentReport(
        at=at,
        sequence=int(status.get("heartbeatSequence") or 0),
        agent_version=str(status.get("agentVersion") or ""),
        operator_healthy=status.get("operatorHealthy"),
        counts=status.get("resourceCounts"),
        gpus=status.get("gpuCapacity"),
    )


def _reply(status: Object) -> Reply | None:
    """What the leader has found of the cluster's Prometheus."""
    for one in status.get("conditions") or ():
        at = _time(one.get("lastTransitionTime"))
        if one.get("type") == "PrometheusReachable" and one.get("status") != "Unknown" and at:
            return Reply(at, "" if one["status"] == "True" else str(one.get("message")))
    return None


def _time(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None
