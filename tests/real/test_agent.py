"""Promise: the agent tells the hub what its cluster has, and keeps telling it, whatever happens."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.real.agents import Agent, Answer, Hub, account
from tests.real.controlplane import ControlPlane, Obj
from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until
from tests.real.objects import core, route, routes
from tests.real.servers import client_of, demo_server

MIB = 1024 * 1024
TOKEN = "token-of-this-test"
PATHS = {
    "gateways": "/apis/gateway.networking.k8s.io/v1/gateways",
    "httpRoutes": "/apis/gateway.networking.k8s.io/v1/httproutes",
    "inferencePools": "/apis/inference.networking.k8s.io/v1/inferencepools",
    "inferenceStacks": "/apis/ngf-console.f5.com/v1alpha1/inferencestacks",
    "gatewayBundles": "/apis/ngf-console.f5.com/v1alpha1/gatewaybundles",
    "services": "/api/v1/services",
    "namespaces": "/api/v1/namespaces",
}


def variables(api_server: str, hub: Hub, folder: Path, **more: str) -> dict[str, str]:
    """What the chart sets."""
    token = folder / "hub-token"
    token.write_text(f"{TOKEN}\n")
    return {
        "CLUSTER_NAME": "web-fra",
        "HUB_API_ENDPOINT": hub.url,
        "HUB_TOKEN_FILE": str(token),
        "HEARTBEAT_INTERVAL": "3600",
        "HEALTH_PORT": "0",
        "KUBERNETES_ACCOUNT": str(folder),
        "KUBERNETES_API_SERVER": api_server,
        **more,
    }


def counted(kube_api: KubeApi, path: str) -> int | None:
    answer = kube_api.get(path)
    return None if answer.status == 404 else len(answer.ok()["items"])


@pytest.fixture
def gpu_node(kube_api: KubeApi, namespace: str) -> Iterator[str]:
    """A node with four GPUs; cluster-wide, so it goes with the test."""
    offered = {"cpu": "8", "nvidia.com/gpu": "4"}
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": f"gpu-{namespace}",
            "labels": {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3"},
        },
        "status": {"allocatable": offered, "capacity": offered},
    }
    kube_api.post("/api/v1/nodes", node).ok()
    yield node["metadata"]["name"]
    kube_api.delete(f"/api/v1/nodes/{node['metadata']['name']}")


def gpu_pod(
    kube_api: KubeApi, namespace: str, name: str, node: str, gpus: int, **status: Any
) -> None:
    limits = {"nvidia.com/gpu": str(gpus)} if gpus else {}
    container = {"name": "c", "image": "example.com/c:1", "resources": {"limits": limits}}
    pod: Obj = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"nodeName": node, "containers": [container]},
    }
    pods = core(namespace, "pods")
    # An account of the namespace has to be there before its first pod.
    wait_until("the pod is taken", lambda: kube_api.post(pods, pod).status == 201)
    if status:
        kube_api.patch(f"{pods}/{name}/status", {"status": status}, MERGE_PATCH).ok()


def test_a_heartbeat_says_what_the_cluster_has(
    kube_api: KubeApi, namespace: str, gpu_node: str, tmp_path: Path
) -> None:
    for number in range(3):
        kube_api.post(routes(namespace), route(f"r{number}")).ok()
    gpu_pod(kube_api, namespace, "busy", gpu_node, 3)
    gpu_pod(kube_api, namespace, "done", gpu_node, 1, phase="Succeeded")
    with Hub() as hub, account(kube_api, namespace, tmp_path) as folder:
        settings = variables(kube_api.url, hub, folder)
        expected = {name: counted(kube_api, path) for name, path in PATHS.items()}
        with Agent("heartbeat", settings):
            first = hub.heartbeat(1)
    body = first.body
    assert first.path == "/api/v1/clusters/web-fra/heartbeat"
    assert first.authorization == f"Bearer {TOKEN}"
    assert body["resourceCounts"] == expected
    assert body["resourceCounts"]["httpRoutes"] >= 3
    assert body["kubernetesVersion"] == kube_api.get("/version").ok()["gitVersion"]
    assert body["gpuCapacity"] == {
        "totalGPUs": 4,
        "allocatedGPUs": 3,
        "availableGPUs": 1,
        "averageUtilization": None,
        "gpuTypes": {"NVIDIA-H100-80GB-HBM3": 4},
    }
    assert (body["ngfVersion"], body["ngfEdition"], body["operatorHealthy"]) == (
        None,
        "unknown",
        None,
    )
    absent = {name for name, count in expected.items() if count is None}
    assert body["missing"].keys() == {
        *(f"resourceCounts.{name}" for name in absent),
        "ngfVersion",
        "operatorHealthy",
        "gpuCapacity.averageUtilization",
    }
    assert all(body["missing"][f"resourceCounts.{name}"] == "not installed" for name in absent)
    assert body["sequence"] == 1
    assert body["timestamp"].endswith("Z")


def test_ngf_is_told_by_its_deployment(kube_api: KubeApi, namespace: str, tmp_path: Path) -> None:
    container = {
        "name": "nginx-gateway",
        "image": "ghcr.io/nginx/nginx-gateway-fabric:2.6.7",
        "args": ["controller", "--nginx-plus"],
    }
    labels = {"app.kubernetes.io/name": "nginx-gateway-fabric"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "ngf", "labels": labels},
        "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template},
    }
    where = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    kube_api.post(where, deployment).ok()
    try:
        with (
            Hub() as hub,
            account(kube_api, namespace, tmp_path) as folder,
            Agent("heartbeat", variables(kube_api.url, hub, folder)),
        ):
            body = hub.heartbeat(1).body
    finally:
        kube_api.delete(f"{where}/ngf")
    assert (body["ngfVersion"], body["ngfEdition"]) == ("2.6.7", "enterprise")


def test_what_the_account_may_not_read_is_null_with_the_reason(
    kube_api: KubeApi, namespace: str, tmp_path: Path
) -> None:
    with (
        Hub() as hub,
        account(kube_api, namespace, tmp_path, without="services") as folder,
        Agent("heartbeat", variables(kube_api.url, hub, folder)),
    ):
        body = hub.heartbeat(1).body
    assert body["resourceCounts"]["services"] is None
    assert "services is forbidden" in body["missing"]["resourceCounts.services"]
    assert body["resourceCounts"]["namespaces"] > 0


def tells(body: Obj) -> bool:
    return not {"operatorHealthy", "gpuCapacity"} & body["missing"].keys()


def test_operator_and_probes_are_found_by_their_labels(
    kube_api: KubeApi, namespace: str, gpu_node: str, tmp_path: Path
) -> None:
    ready = [{"type": "Ready", "status": "True"}]
    gpu_pod(kube_api, namespace, "operator", gpu_node, 0, phase="Running", conditions=ready)
    gpu_pod(
        kube_api,
        namespace,
        "probe",
        gpu_node,
        0,
        phase="Running",
        podIP="127.0.0.1",
        podIPs=[{"ip": "127.0.0.1"}],
    )
    with (
        Agent("gpu-probe", {"GPU_PROBE_PORT": "0"}) as probe,
        Hub() as hub,
        account(kube_api, namespace, tmp_path) as folder,
    ):
        settings = variables(
            kube_api.url,
            hub,
            folder,
            POD_NAMESPACE=namespace,
            OPERATOR_SELECTOR="app=operator",
            GPU_PROBE_SELECTOR="app=probe",
            GPU_PROBE_PORT=str(probe.port),
            HEARTBEAT_INTERVAL="5",  # an API server may be late for one of them
        )
        with Agent("heartbeat", settings):
            body = wait_until(
                "the operator is told of",
                lambda: next((one.body for one in hub.received if tells(one.body)), None),
            )
    assert body["operatorHealthy"] is True
    # The machine that runs this has no GPU that it may tell of, so the real probe says so.
    reason = body["missing"].get("gpuCapacity.averageUtilization", "")
    assert reason in ("", "no GPU reports its utilization")


def test_what_is_not_installed_is_null_and_not_zero(tmp_path: Path) -> None:
    with demo_server(()) as bare:
        space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "agent"}}
        bare.post("/api/v1/namespaces", space).ok()
        with (
            Hub() as hub,
            account(bare, "agent", tmp_path) as folder,
            Agent("heartbeat", variables(bare.url, hub, folder)),
        ):
            body = hub.heartbeat(1).body
    absent = {name for name, count in body["resourceCounts"].items() if count is None}
    assert absent == PATHS.keys() - {"services", "namespaces"}
    assert {body["missing"][f"resourceCounts.{name}"] for name in absent} == {"not installed"}


def test_it_gets_through_to_a_hub_that_was_away_and_does_as_told(
    kube_api: KubeApi, namespace: str, tmp_path: Path
) -> None:
    answers = Answer(503, headers={"Retry-After": "1"}), Answer(503), Answer(200, interval=5)
    with (
        Hub(*answers) as hub,
        account(kube_api, namespace, tmp_path) as folder,
        Agent("heartbeat", variables(kube_api.url, hub, folder)) as agent,
    ):
        assert agent.page("/healthz") == (200, "ok\n")
        status, reason = agent.page("/readyz")
        assert (status, reason.startswith(("No heartbeat", "The hub answered 503."))) == (503, True)
        third = hub.heartbeat(3)
        assert third.at - hub.received[0].at >= 1.0  # as the hub asked
        (tmp_path / "hub-token").write_text("a-new-token")
        wait_until("it is ready", lambda: agent.page("/readyz") == (200, "ok\n"))
        fourth = hub.heartbeat(4)
        assert 4.0 < fourth.at - third.at < 10.0  # 5 s instead of an hour
        assert [one.body["sequence"] for one in hub.received] == [1, 2, 3, 4]
        assert [one.authorization.split()[1] for one in hub.received[2:]] == [TOKEN, "a-new-token"]
        wait_until("it is counted", lambda: _sent(agent, "accepted") == 2)
        assert _sent(agent, "busy") == 2
        assert agent.metric("ngf_console_agent_interval_seconds") == 5
        assert agent.metric("ngf_console_agent_last_success_timestamp_seconds") > 0
        assert 0 < agent.metric("process_resident_memory_bytes") <= agent.peak_memory() < 80 * MIB
        assert agent.stop() == 0
    assert TOKEN not in str(agent.log)


def _sent(agent: Agent, outcome: str) -> float:
    return agent.metric(f'ngf_console_agent_heartbeats_total{{outcome="{outcome}"}}')


def test_without_its_api_server_it_still_says_that_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("of-the-account")
    nobody = "https://127.0.0.1:1"
    with Hub() as hub, Agent("heartbeat", variables(nobody, hub, tmp_path)) as agent:
        body = hub.heartbeat(1).body
        wait_until("it is counted", lambda: _sent(agent, "accepted") == 1)
        status, reason = agent.page("/readyz")
    assert body["kubernetesVersion"] is None
    assert body["gpuCapacity"] is None
    assert set(body["resourceCounts"].values()) == {None}
    assert set(body["missing"].values()) == {f"{nobody} does not answer: Connection refused."}
    assert (status, reason) == (503, f"{nobody} does not answer: Connection refused.\n")


def test_it_stops_at_once_while_it_waits_for_a_server_that_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("of-the-account")
    with socket.create_server(("127.0.0.1", 0)) as silent, Hub() as hub:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with Agent("heartbeat", variables(url, hub, tmp_path)) as agent:
            connection, _ = silent.accept()
            assert agent.page("/healthz") == (200, "ok\n")
            assert agent.stop() == 0
            connection.close()
    assert hub.received == []


@pytest.mark.compiled
def test_devices_of_dynamic_resource_allocation_are_counted(
    real_cluster: ControlPlane, tmp_path: Path
) -> None:
    api = client_of(real_cluster)
    dra = "/apis/resource.k8s.io/v1"
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "dra"}}
    api.post("/api/v1/namespaces", space).ok()
    devices = [
        {"name": f"gpu-{number}", "attributes": {"productName": {"string": "NVIDIA H100"}}}
        for number in range(3)
    ]
    pool = {"name": "n1", "generation": 1, "resourceSliceCount": 1}
    spec = {"driver": "gpu.nvidia.com", "pool": pool, "nodeName": "n1", "devices": devices}
    named = {"apiVersion": "resource.k8s.io/v1", "metadata": {"name": "gpus-of-n1"}}
    api.post(f"{dra}/resourceslices", {**named, "kind": "ResourceSlice", "spec": spec}).ok()
    wanted = {"name": "r", "exactly": {"deviceClassName": "gpu.nvidia.com"}}
    claim = {**named, "kind": "ResourceClaim", "spec": {"devices": {"requests": [wanted]}}}
    claims = f"{dra}/namespaces/dra/resourceclaims"
    api.post(claims, claim).ok()
    result = {"request": "r", "driver": "gpu.nvidia.com", "pool": "n1", "device": "gpu-1"}
    status = {"allocation": {"devices": {"results": [result]}}}
    api.patch(f"{claims}/gpus-of-n1/status", {"status": status}, MERGE_PATCH).ok()
    try:
        with (
            Hub() as hub,
            account(api, "dra", tmp_path) as folder,
            Agent("heartbeat", variables(api.url, hub, folder)),
        ):
            found = hub.heartbeat(1).body["gpuCapacity"]
    finally:
        api.delete(f"{dra}/resourceslices/gpus-of-n1")
    assert (found["totalGPUs"], found["allocatedGPUs"]) == (3, 1)
    assert found["gpuTypes"] == {"NVIDIA-H100": 3}
