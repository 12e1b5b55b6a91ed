"""Promise: when the leading console dies or stops another one takes over, and on a fleet at rest no
status is written by it: not by the follower, and not by a console that has just been started."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from services.clusters import health
from services.clusters.jobs import AT_ONCE
from services.clusters.leader import LEASE_SECONDS, NAME, RETRY_SECONDS
from services.demo.api import DemoApi
from tests.real.controlplane import ControlPlane, kubeconfig_text
from tests.real.hub import Hub, hub_on, managed_cluster
from tests.real.kube_api import KubeApi, wait_until
from tests.real.outage import Passage
from tests.real.replicas import BODY, Obj
from tests.real.servers import client_of
from tests.serving import free_port

ROOT = Path(__file__).parents[2]
HANDOVER_S = 60.0
"""Fifteen seconds are the rule; a busy machine takes as long as it takes."""
NOTHING = {"resultType": "vector", "result": []}
NOWHERE = "https://127.0.0.1:1"
"""Nobody listens on port 1."""


@pytest.fixture(scope="module")
def prometheus() -> Iterator[str]:
    """The URL of a server that answers as a Prometheus does."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"status": "success", "data": NOTHING}).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def populate(hub: Hub, workload: DemoApi, prometheus: str) -> None:
    """Clusters in every state that lasts."""
    dead = kubeconfig_text("dead", NOWHERE, workload.ca_pem, "token")
    for name, kubeconfig, url in (
        ("well", workload.kubeconfig(), prometheus),
        ("unmeasured", workload.kubeconfig(), NOWHERE),
        ("dead", dead, ""),
    ):
        body: Obj = {
            "name": name,
            "displayName": name,
            "kubeconfig": kubeconfig,
            "agentConfig": {"heartbeatIntervalSeconds": 3600},
            **({"prometheus": {"url": url}} if url else {}),
        }
        made = hub.rest("POST", "/clusters", json=body)
        assert made.status_code == 201, made.text
        if name == "well":
            token = made.json()["token"]
            beat = hub.rest("POST", f"/clusters/{name}/heartbeat", token, json=BODY)
            assert beat.status_code == 200
    ref = {"kubeconfigSecretRef": {"name": "late"}}
    hub.api.post(hub.managed(), managed_cluster("pending", **ref)).ok()
    refused = workload.kubeconfig().replace("token:", "tokenFile:")
    hub.create_by_kubectl("refused", refused)


AT_REST = {
    "well": ("Degraded", "Heartbeat", "Answers", "NotDetected"),
    "unmeasured": ("Degraded", "NeverReported", "NoAnswer", "NotDetected"),
    "dead": ("Unreachable", "NeverReported", "NotConfigured", "NotKnown"),
    "pending": ("Pending", "NeverReported", "NotConfigured", "NotKnown"),
    "refused": ("Unreachable", "NeverReported", "NotConfigured", "NotKnown"),
}
"""Phase, and the reasons of three conditions."""


def always() -> bool:
    """As a replica is told that leads all the time."""
    return True


def summed(obj: Obj) -> tuple[str, ...]:
    status = obj.get("status", {})
    reasons = {one["type"]: one["reason"] for one in status.get("conditions", ())}
    kinds = ("AgentReporting", "PrometheusReachable", "GatewayFabricDetected")
    return (status.get("phase", ""), *(reasons.get(kind, "") for kind in kinds))


class Rest:
    """The statuses of a fleet in which nothing happens, and whether they were written since."""

    def __init__(self, api: KubeApi, namespace: str) -> None:
        self.api = api
        self.namespace = namespace
        self._clusters = f"/apis/ngf-console.f5.com/v1alpha1/namespaces/{namespace}/managedclusters"
        self._lease = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{NAME}"

    def objects(self) -> dict[str, Obj]:
        items = self.api.get(self._clusters).ok()["items"]
        return {item["metadata"]["name"]: item for item in items}

    def wait(self) -> dict[str, str]:
        """The version of every object, once all say what lasts."""
        wait_until("at rest", self.is_settled, 60)
        return self.versions()

    def is_settled(self) -> bool:
        """Whether all say what lasts."""
        return {name: summed(obj) for name, obj in self.objects().items()} == AT_REST

    def versions(self) -> dict[str, str]:
        return {n: obj["metadata"]["resourceVersion"] for n, obj in self.objects().items()}

    def lease(self) -> Obj:
        spec: Obj = self.api.get(self._lease).ok()["spec"]
        return spec

    def holder(self) -> str:
        return str(self.lease().get("holderIdentity") or "")

    def wait_looked_at(self) -> None:
        """Until the leader has renewed its lease: it has looked at all clusters meanwhile."""
        before = self.lease()["renewTime"]
        wait_until("renewed", lambda: self.lease()["renewTime"] != before)


def leads(hub: Hub) -> bool:
    return hub.container.jobs is not None and hub.container.jobs.leadership.leads


def health_writes(hub: Hub) -> int:
    assert hub.container.jobs
    return hub.container.jobs.written["health"]


def test_neither_a_follower_nor_a_new_console_writes_what_was_written_already(
    kube_api: KubeApi, namespace: str, tmp_path: Path, workload: DemoApi, prometheus: str
) -> None:
    rest = Rest(kube_api, namespace)
    with ExitStack() as first, ExitStack() as second, ExitStack() as third:
        leader = first.enter_context(hub_on(kube_api, namespace, tmp_path / "one"))
        wait_until("the first leads", lambda: leads(leader))
        follower = second.enter_context(hub_on(kube_api, namespace, tmp_path / "two"))
        populate(leader, workload, prometheus)
        assert leader.container.jobs
        leader.container.jobs.ask_prometheus()
        before = rest.wait()
        rest.wait_looked_at()
        assert rest.versions() == before, "a fleet at rest costs nothing"
        assert not leads(follower)

        given_up = rest.holder()
        first.close()
        assert rest.holder() != given_up, "nobody waits for the end of the lease"
        wait_until("the follower leads", lambda: leads(follower), HANDOVER_S)
        rest.wait_looked_at()
        assert rest.versions() == before
        assert health_writes(follower) == 0

        second.close()
        assert rest.holder() == ""
        new = third.enter_context(hub_on(kube_api, namespace, tmp_path / "three"))
        wait_until("the new one leads", lambda: leads(new), HANDOVER_S)
        rest.wait_looked_at()
        assert rest.versions() == before
        assert health_writes(new) == 0


def test_what_was_found_stands_until_a_cluster_has_been_read_by_a_new_console(
    kube_api: KubeApi, namespace: str, tmp_path: Path, workload: DemoApi
) -> None:
    rest = Rest(kube_api, namespace)
    with Passage(workload.url) as passage:
        kubeconfig = workload.kubeconfig().replace(workload.url, passage.url)
        with hub_on(kube_api, namespace, tmp_path / "one") as hub:
            hub.create_by_kubectl("far", kubeconfig)
            wait_until("found", lambda: summed(rest.objects()["far"])[0] == "Degraded")
        before = rest.versions()
        passage.hold()
        with hub_on(kube_api, namespace, tmp_path / "two") as new:
            fleet = new.container.fleet
            assert health.write_all(new.registry, fleet, always) == 0
            passage.mend()
            wait_until("read", lambda: not fleet.get("far").is_first_read)
            assert health.write_all(new.registry, fleet, always) == 0
            assert rest.versions() == before


def test_a_leader_that_waits_for_a_prometheus_is_followed_at_once_all_the_same(
    kube_api: KubeApi, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.clusters.prometheus.SECONDS", 120.0)
    rest = Rest(kube_api, namespace)
    with socket.create_server(("127.0.0.1", 0)) as silent, ExitStack() as first:
        hub = first.enter_context(hub_on(kube_api, namespace, tmp_path / "one"))
        wait_until("leads", lambda: leads(hub))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        for number in range(2 * AT_ONCE):
            name = f"c{number}"
            body = {"metadata": {"name": f"{name}-prometheus"}, "stringData": {"url": url}}
            hub.api.post(hub.secret(), body).ok()
            refs = {
                "kubeconfigSecretRef": {"name": "none"},
                "prometheusSecretRef": {"name": f"{name}-prometheus"},
            }
            hub.api.post(hub.managed(), managed_cluster(name, **refs)).ok()
        wait_until("known", lambda: len(hub.container.fleet.names()) == 2 * AT_ONCE)
        assert hub.container.jobs
        asking = threading.Thread(target=hub.container.jobs.ask_prometheus)
        asking.start()
        first.close()
        assert asking.is_alive()
        assert rest.holder() == ""
    asking.join(20)


class Console:
    """A console as it is started: a process that others can kill."""

    def __init__(self, api: KubeApi, namespace: str, folder: Path) -> None:
        folder.mkdir()
        kubeconfig = folder / "kubeconfig"
        kubeconfig.write_text(api.kubeconfig())
        port = free_port()
        self._url = f"http://127.0.0.1:{port}/api/v1/livez"
        options = {
            "--kubeconfig": kubeconfig,
            "--multicluster-namespace": namespace,
            "--port": port,
            "--data": folder,
        }
        words = [str(word) for option in options.items() for word in option]
        kept = {name: value for name, value in os.environ.items() if "NGF_" not in name}
        self._process = subprocess.Popen(
            [sys.executable, "app.py", "--multicluster", *words],
            cwd=ROOT,
            env={**kept, "HOME": str(folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def is_up(self) -> bool:
        with suppress(requests.ConnectionError, requests.Timeout):  # it listens before it answers
            return requests.get(self._url, timeout=10).status_code == 200
        return False

    def holds(self, identity: str) -> bool:
        """Whether an identity, HOST_PID_RANDOM, is that of a process of this console."""
        try:
            worker = int(identity.split("_")[-2])
            return os.getsid(worker) == self._process.pid
        except (IndexError, ProcessLookupError):
            return False

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to all of its processes."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self._process.wait()


@contextmanager
def consoles() -> Iterator[Callable[[KubeApi, str, Path], Console]]:
    """Starts consoles; all are killed in the end."""
    started: list[Console] = []

    def start(api: KubeApi, namespace: str, folder: Path) -> Console:
        started.append(Console(api, namespace, folder))
        return started[-1]

    try:
        yield start
    finally:
        for one in started:
            one.kill()


@pytest.mark.compiled
def test_when_the_leading_process_is_killed_another_leads_within_fifteen_seconds(
    real_cluster: ControlPlane, tmp_path: Path, workload: DemoApi, prometheus: str
) -> None:
    assert LEASE_SECONDS + RETRY_SECONDS < 15
    api, namespace = client_of(real_cluster), "handover"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    api.post("/api/v1/namespaces", body).ok()
    rest = Rest(api, namespace)
    with hub_on(api, namespace, tmp_path / "zero") as hub:
        populate(hub, workload, prometheus)
        assert hub.container.jobs
        hub.container.jobs.ask_prometheus()
        before = rest.wait()
    with consoles() as start:
        both = [start(api, namespace, tmp_path / name) for name in ("one", "two")]
        wait_until("one leads", lambda: any(one.holds(rest.holder()) for one in both), 60)
        leader, follower = sorted(both, key=lambda one: not one.holds(rest.holder()))
        rest.wait_looked_at()

        leader.kill()
        began = time.monotonic()
        wait_until("the other leads", lambda: follower.holds(rest.holder()), HANDOVER_S)
        print(f"handed over in {time.monotonic() - began:.1f} s")
        three = start(api, namespace, tmp_path / "three")
        wait_until("the third is up", three.is_up, 60)
        rest.wait_looked_at()
        assert rest.versions() == before
        follower.signal(signal.SIGTERM)
        wait_until("the third leads", lambda: three.holds(rest.holder()), HANDOVER_S)
        rest.wait_looked_at()
        assert rest.versions() == before
