"""Two consoles on one hub, a cluster with an agent's token, and what agents send."""

from dataclasses import dataclass
from typing import Any

import requests

from services.demo.api import DemoApi
from tests.real.hub import Hub
from tests.real.kube_api import wait_until

Obj = dict[str, Any]

INTERVAL = 5
"""Seconds between heartbeats, the least that can be asked for."""
BODY: Obj = {
    "kubernetesVersion": "v1.36.3",
    "ngfVersion": "2.6.7",
    "ngfEdition": "oss",
    "agentVersion": "0.1.0",
    "operatorHealthy": True,
    "resourceCounts": {"gateways": 3, "httpRoutes": 12, "inferencePools": None},
    "gpuCapacity": {
        "totalGPUs": 8,
        "allocatedGPUs": 6,
        "availableGPUs": 2,
        "averageUtilization": None,
        "gpuTypes": {"NVIDIA-H100-80GB-HBM3": 8},
    },
    "missing": {"resourceCounts.inferencePools": "not installed"},
    "timestamp": "2026-01-01T00:00:00Z",
    "sequence": 17,
}
"""A heartbeat with all that an agent can know, and some that it does not."""


@dataclass
class Replicas:
    """Two consoles on one hub, and a cluster with the token of its agent."""

    first: Hub
    second: Hub
    name: str
    token: str

    @property
    def both(self) -> tuple[Hub, Hub]:
        return self.first, self.second

    @property
    def path(self) -> str:
        """Where the agent reports."""
        return f"/clusters/{self.name}/heartbeat"

    def beat(self, hub: Hub, body: Any = None, token: str = "") -> requests.Response:
        """What a hub answers to a heartbeat."""
        said = BODY if body is None else body
        return hub.rest("POST", self.path, token or self.token, json=said)

    def admits(self, hub: Hub, token: str) -> bool:
        return self.beat(hub, token=token).status_code == 200

    @property
    def object(self) -> Obj:
        """The ManagedCluster as it is."""
        found: Obj = self.first.api.get(self.first.managed(self.name)).ok()
        return found

    @property
    def status(self) -> Obj:
        return self.object.get("status", {})

    def wait_settled(self) -> None:
        """Until the leader has said how the cluster stands and both replicas know it."""
        wait_until("told", lambda: self.status.get("phase") in ("Ready", "Degraded"))
        wait_until("known to both", lambda: all(map(self._is_known_to, self.both)))

    def _is_known_to(self, hub: Hub) -> bool:
        known: str = hub.registry.object(self.name)["metadata"]["resourceVersion"]
        return known == self.object["metadata"]["resourceVersion"]


def registered(hub: Hub, name: str, workload: DemoApi) -> str:
    """The token of the agent of a new cluster."""
    body = {
        "name": name,
        "displayName": "Web",
        "kubeconfig": workload.kubeconfig(),
        "agentConfig": {"heartbeatIntervalSeconds": INTERVAL, "otelEndpoint": "https://o:1"},
    }
    made = hub.rest("POST", "/clusters", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["token"])
