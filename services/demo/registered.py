"""The demo's clusters as its hub has them: ManagedClusters, kubeconfigs and agents' tokens.

From there on the demo is a managed fleet like any other: clusters can be registered, edited and
left, by page, REST and kubectl.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from services.clusters import agent_tokens
from services.clusters.cluster_secrets import KUBECONFIG, TOKENS, manifest
from services.clusters.joining import NewCluster
from services.clusters.registry import KUBECONFIG_KEYS, TOKENS_KEY
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
        owner = hub.create(new.manifest(NAMESPACE))
        if not new.local:
            kubeconfig = apis[place.name].kubeconfig()
            hub.create(manifest(owner, KUBECONFIG, {KUBECONFIG_KEYS[0]: kubeconfig}))
        if place.agent:
            token, tokens[place.name] = agent_tokens.mint(datetime.now(UTC))
            hub.create(manifest(owner, TOKENS, {TOKENS_KEY: agent_tokens.dumped([token])}))
    return tokens
