"""The demo's clusters as its hub has them: ManagedClusters, kubeconfigs and agents' tokens.

From there on the demo is a managed fleet like any other: clusters can be registered, edited and
left, by page, REST and kubectl.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.clusters import agent_tokens
from services.clusters.joining import NewCluster
from services.clusters.registry import API_VERSION, CLUSTER_LABEL, KUBECONFIG_KEYS, TOKENS_KEY
from services.demo.api import DemoApi
from services.demo.places import HUB, Place

NAMESPACE = "ngf-system"
HEARTBEAT_SECONDS = 10


def register(places: Sequence[Place], apis: Mapping[str, DemoApi]) -> dict[str, str]:
    """Store every cluster on the hub; gives the token of each agent, by name of cluster."""
    hub = apis[HUB].store
    hub.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    tokens = {}
    for place in places:
        new = NewCluster(
            name=place.name,
            display_name=place.display_name,
            region=place.region,
            environment=place.environment,
            labels=place.labels,
            local=place.name == HUB,
            heartbeat_seconds=HEARTBEAT_SECONDS,
        )
        owner = hub.create(
            {
                "apiVersion": API_VERSION,
                "kind": "ManagedCluster",
                "metadata": {"name": place.name, "namespace": NAMESPACE},
                "spec": new.spec(),
            }
        )
        if not new.local:
            kubeconfig = apis[place.name].kubeconfig()
            hub.create(_secret(owner, "kubeconfig", {KUBECONFIG_KEYS[0]: kubeconfig}))
        if place.agent:
            token, tokens[place.name] = agent_tokens.mint(datetime.now(UTC))
            hub.create(_secret(owner, "agent-token", {TOKENS_KEY: agent_tokens.dumped([token])}))
    return tokens


def _secret(owner: Mapping[str, Any], purpose: str, texts: Mapping[str, str]) -> dict[str, Any]:
    name, uid = owner["metadata"]["name"], owner["metadata"]["uid"]
    reference = {
        "apiVersion": API_VERSION,
        "kind": "ManagedCluster",
        "name": name,
        "uid": uid,
    }
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {
            "name": f"{name}-{purpose}",
            "namespace": NAMESPACE,
            "labels": {CLUSTER_LABEL: name},
            "ownerReferences": [reference],
        },
        "stringData": dict(texts),
    }
