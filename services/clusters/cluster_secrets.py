"""The Secrets that the hub keeps for a cluster: its kubeconfig, its Prometheus, its agent's tokens.

Each is named ``<cluster>-<purpose>`` and owned by the ManagedCluster, so that it goes with it even
when that is deleted by kubectl. A Secret of such a name that belongs to somebody else is neither
overwritten nor removed; the one that the ManagedCluster itself names is its own, whoever made it.
"""

from collections.abc import Mapping
from typing import Any

from services.clusters import agent_tokens
from services.clusters.registry import API_VERSION, CLUSTER_LABEL, TOKENS_KEY, Registry
from services.errors import Conflict, NotFound

Object = Mapping[str, Any]
Texts = Mapping[str, str]

MANAGER = "ngf-console"
WRITE = {"fieldManager": MANAGER, "fieldValidation": "Strict"}
MERGE = "application/merge-patch+json"
KUBECONFIG, PROMETHEUS, TOKENS = "kubeconfig", "prometheus", "agent-token"
"""Purposes."""
_ATTEMPTS = 5


class ClusterSecrets:
    """Reads and writes them on the hub, and waits until the watch has seen what was written.

    ``obj`` is always the ManagedCluster as it is live.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def make(self, obj: Object, purpose: str, texts: Texts) -> None:
        """A Secret that is not there yet. Raises Conflict where one is."""
        path, body = self._registry.path("secrets"), manifest(obj, purpose, texts)
        made = self._registry.client.request("POST", path, params=WRITE, body=body)
        self._registry.wait_seen("secrets", made)

    def put(self, obj: Object, wanted: Mapping[str, Texts]) -> None:
        """Replace the texts of Secrets, by purpose, or make those that are not there.

        Raises Conflict, with nothing written, where one is somebody else's.
        """
        there = {purpose: self._live(obj, purpose) for purpose in wanted}
        for purpose, texts in wanted.items():
            if there[purpose] is None:
                self.make(obj, purpose, texts)
            else:
                self._write(obj, purpose, texts)

    def drop(self, obj: Object) -> None:
        """Delete those that the ManagedCluster owns."""
        for purpose in (KUBECONFIG, PROMETHEUS, TOKENS):
            path = self._path(obj, purpose)
            try:
                if _owned(obj, self._registry.client.get(path)):
                    self._registry.client.request("DELETE", path)
            except NotFound:
                continue

    def change_tokens(self, obj: Object, change: agent_tokens.Change) -> None:
        """Make of the tokens what ``change`` says, of those that are live at that moment."""
        for _ in range(_ATTEMPTS):
            live = self._live(obj, TOKENS)
            data = (live or {}).get("data") or {}
            held = agent_tokens.decoded(data.get(TOKENS_KEY, ""))
            texts = {TOKENS_KEY: agent_tokens.dumped(change(held))}
            try:
                if live is None:
                    self.make(obj, TOKENS, texts)
                else:
                    self._write(obj, TOKENS, texts, live["metadata"]["resourceVersion"])
            except Conflict:
                continue
            return
        raise Conflict(f"The tokens of {obj['metadata']['name']} keep changing.")

    def _write(self, obj: Object, purpose: str, texts: Texts, version: str = "") -> None:
        body: dict[str, Any] = {"stringData": dict(texts)}
        if version:
            body["metadata"] = {"resourceVersion": version}
        written = self._registry.client.request(
            "PATCH", self._path(obj, purpose), params=WRITE, body=body, content_type=MERGE
        )
        self._registry.wait_seen("secrets", written)

    def _live(self, obj: Object, purpose: str) -> Object | None:
        """The Secret as it is, None where there is none. Raises Conflict for somebody else's."""
        try:
            live = self._registry.client.get(self._path(obj, purpose))
        except NotFound:
            return None
        name = live["metadata"]["name"]
        if not _owned(obj, live) and name not in _named_by(obj):
            raise Conflict(f"Secret {self._registry.namespace}/{name} belongs to somebody else.")
        return live

    def _path(self, obj: Object, purpose: str) -> str:
        return self._registry.path("secrets", named(obj["metadata"]["name"], purpose))


def manifest(obj: Object, purpose: str, texts: Texts) -> dict[str, Any]:
    """The Secret of a ManagedCluster, as it is created."""
    metadata = obj["metadata"]
    owner = {"name": metadata["name"], "uid": metadata["uid"]}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {
            "name": named(metadata["name"], purpose),
            "namespace": metadata["namespace"],
            "labels": {
                CLUSTER_LABEL: metadata["name"],
                "app.kubernetes.io/managed-by": MANAGER,
            },
            "ownerReferences": [{"apiVersion": API_VERSION, "kind": "ManagedCluster", **owner}],
        },
        "stringData": dict(texts),
    }


def named(cluster: str, purpose: str) -> str:
    """What the Secret of a cluster is called."""
    return f"{cluster}-{purpose}"


def _owned(obj: Object, secret: Object) -> bool:
    owners = secret["metadata"].get("ownerReferences") or ()
    return any(one.get("uid") == obj["metadata"]["uid"] for one in owners)


def _named_by(obj: Object) -> set[str]:
    spec = obj.get("spec") or {}
    refs = (spec.get(key) or {} for key in ("kubeconfigSecretRef", "prometheusSecretRef"))
    return {str(ref.get("name")) for ref in refs}
