"""How many authenticated heartbeats a second one core takes, and whether any of them is lost.

The whole console as it is served (gunicorn, its own process, held to one core) on a hub of the
demo's API with 100 clusters; agents are connections of this process that send as fast as they are
answered. Given as a ratio to the same connections asking ``/api/v1/livez``, which does nothing.
Goal: 500 a second, and in the end each ManagedCluster's status tells its agent's last heartbeat.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

sys.path.insert(0, str(Path(__file__).parents[2]))

from services.clusters import agent_tokens
from services.clusters.registry import API_VERSION, CLUSTER_LABEL, TOKENS_KEY
from services.demo.api import DemoApi
from services.demo.definitions import own
from tests.serving import free_port

CLUSTERS = 100
CONNECTIONS = 20
SECONDS = 10.0
INTERVAL = 5
NAMESPACE = "ngf-system"
BEAT = {
    "kubernetesVersion": "v1.36.3",
    "ngfVersion": "2.6.7",
    "ngfEdition": "oss",
    "agentVersion": "0.1.0",
    "operatorHealthy": True,
    "resourceCounts": {"gateways": 3, "httpRoutes": 12, "services": 40, "namespaces": 9},
    "gpuCapacity": {
        "totalGPUs": 8,
        "allocatedGPUs": 6,
        "availableGPUs": 2,
        "averageUtilization": 41.5,
        "gpuTypes": {"NVIDIA-H100-80GB-HBM3": 8},
    },
    "missing": {"resourceCounts.inferencePools": "not installed"},
    "timestamp": "2026-01-01T00:00:00Z",
}


def hub() -> tuple[DemoApi, dict[str, str]]:
    """An API with the clusters, none of which has a kubeconfig, and the token of each agent."""
    api, tokens = DemoApi("hub", own()), {}
    api.store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    for number in range(CLUSTERS):
        name = f"c-{number:03d}"
        spec = {
            "displayName": name,
            "kubeconfigSecretRef": {"name": "none"},
            "agentConfig": {"heartbeatIntervalSeconds": INTERVAL},
        }
        api.store.create(
            {
                "apiVersion": API_VERSION,
                "kind": "ManagedCluster",
                "metadata": {"name": name, "namespace": NAMESPACE},
                "spec": spec,
            }
        )
        token, tokens[name] = agent_tokens.mint(datetime.now(UTC))
        api.store.create(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "type": "Opaque",
                "metadata": {
                    "name": f"{name}-agent-token",
                    "namespace": NAMESPACE,
                    "labels": {CLUSTER_LABEL: name},
                },
                "stringData": {TOKENS_KEY: agent_tokens.dumped([token])},
            }
        )
    api.start()
    return api, tokens


async def rate(url: str, tokens: dict[str, str], sent: dict[str, int] | None) -> tuple[float, int]:
    """(answers a second, refusals). With ``sent``, heartbeats: it learns each agent's last one."""
    names = list(tokens)
    refused = answered = 0
    deadline = time.monotonic() + SECONDS

    async def agent(session: aiohttp.ClientSession, mine: list[str]) -> None:
        nonlocal refused, answered
        turn = 0
        while time.monotonic() < deadline:
            name = mine[turn % len(mine)]
            turn += 1
            if sent is None:
                call: Any = session.get(f"{url}/api/v1/livez")
            else:
                sent[name] += 1
                call = session.post(
                    f"{url}/api/v1/clusters/{name}/heartbeat",
                    json={**BEAT, "sequence": sent[name]},
                    headers={"Authorization": f"Bearer {tokens[name]}"},
                )
            async with call as answer:
                await answer.read()
                answered += 1
                refused += answer.status != 200

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(
            *(agent(session, names[index::CONNECTIONS]) for index in range(CONNECTIONS))
        )
    return answered / SECONDS, refused


def lost(api: DemoApi, sent: dict[str, int]) -> dict[str, int]:
    """Clusters whose status does not tell the last heartbeat, three intervals later at most."""
    deadline = time.monotonic() + 3 * INTERVAL
    while True:
        told = {
            one["metadata"]["name"]: (one.get("status") or {}).get("heartbeatSequence", 0)
            for one in api.store.all(API_VERSION, "ManagedCluster")
        }
        missing = {name: told[name] for name, last in sent.items() if told[name] != last}
        if not missing or time.monotonic() > deadline:
            return missing
        time.sleep(0.2)  # asking in a loop would take the time that is measured


def main() -> int:
    api, tokens = hub()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        kubeconfig = Path(folder) / "hub.yaml"
        kubeconfig.write_text(api.kubeconfig())
        console = subprocess.Popen(
            [
                sys.executable,
                "app.py",
                *("--multicluster", "--kubeconfig", str(kubeconfig), "--port", str(port)),
                *("--data", f"{folder}/data", "--log-level", "warning"),
            ],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert console.stdout is not None
            console.stdout.readline()
            cores = sorted(os.sched_getaffinity(0))
            pids = [console.pid, *_children(console.pid)]
            for pid in pids:
                for task in os.listdir(f"/proc/{pid}/task"):
                    os.sched_setaffinity(int(task), {cores[-1]})
            os.sched_setaffinity(0, set(cores[:-1]) or set(cores))
            url = f"http://127.0.0.1:{port}"
            idle, _ = asyncio.run(rate(url, tokens, None))
            sent = dict.fromkeys(tokens, 0)
            beats, refused = asyncio.run(rate(url, tokens, sent))
            missing = lost(api, sent)
        finally:
            console.terminate()
            console.wait(30)
    api.stop()
    print(
        f"heartbeats: {beats:.0f}/s on one core, {beats / idle:.2f} x livez ({idle:.0f}/s), "
        f"{refused} refused, {len(missing)} of {CLUSTERS} agents' last heartbeats lost"
    )
    return 0


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


if __name__ == "__main__":
    sys.exit(main())
