"""Promise: on the demo a bundle and a stack become what they ask for, by the operator itself.

It runs for clusters with work only, with the rights that its chart gives, and ends with the demo.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services.demo import leashed
from services.demo.fleet import DemoFleet, start_demo
from services.demo.operators import DemoOperators
from services.demo.places import PLACES

Obj = dict[str, Any]
OURS = "ngf-console.f5.com/v1alpha1"
CHILDREN = {
    "Gateway": "gateway.networking.k8s.io/v1",
    "HTTPRoute": "gateway.networking.k8s.io/v1",
    "NginxProxy": "gateway.nginx.org/v1alpha2",
    "Certificate": "cert-manager.io/v1",
    "InferencePool": "inference.networking.k8s.io/v1",
    "Deployment": "apps/v1",
    "ReplicaSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "ScaledObject": "keda.sh/v1alpha1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "EndpointSlice": "discovery.k8s.io/v1",
    "Role": "rbac.authorization.k8s.io/v1",
    "RoleBinding": "rbac.authorization.k8s.io/v1",
    "ServiceAccount": "v1",
    "ConfigMap": "v1",
    "Service": "v1",
    "Pod": "v1",
}
SPACE = "fresh"
DEADLINE_S = 120.0


def eventually(what: str, ready: Callable[[], Any]) -> Any:
    end = time.monotonic() + DEADLINE_S
    while not (found := ready()):
        assert time.monotonic() < end, f"not within {DEADLINE_S} s: {what}"
        time.sleep(0.05)
    return found


class Demo:
    """The demo with its operators, and one cluster of it; ``seeded`` is what they found there."""

    def __init__(self, fleet: DemoFleet, operators: DemoOperators, folder: Path) -> None:
        self.fleet, self.operators, self.folder = fleet, operators, folder
        self.seeded = [
            (api.store, parent)
            for api in fleet.apis.values()
            for kind in ("GatewayBundle", "InferenceStack", "DistributedCloudPublish")
            for parent in api.store.all(OURS, kind)
        ]
        self.store = fleet.apis["gpu-iad"].store
        self.store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}})

    def make(self, kind: str, name: str, spec: Obj) -> None:
        metadata = {"name": name, "namespace": SPACE}
        self.store.create({"apiVersion": OURS, "kind": kind, "metadata": metadata, "spec": spec})

    def phase(self, kind: str, name: str) -> str:
        status = self.store.get(OURS, kind, SPACE, name).get("status") or {}
        return str(status.get("phase"))

    def ready(self, kind: str, name: str) -> Obj:
        def is_ready() -> bool:
            return self.phase(kind, name) == "Ready"

        eventually(f"{kind} {name} Ready", is_ready)
        return self.store.get(OURS, kind, SPACE, name)

    def there(self) -> list[str]:
        return [
            f"{kind} {one['metadata']['name']}"
            for kind, version in CHILDREN.items()
            for one in self.store.all(version, kind, SPACE)
            if one["metadata"]["name"] != "default"
        ]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    fleet, folder = start_demo(PLACES), tmp_path_factory.mktemp("demo") / "operators"
    operators = DemoOperators(fleet.apis, folder, lambda seconds: None)
    demo = Demo(fleet, operators, folder)
    operators.start()
    yield demo
    operators.stop()
    fleet.stop()


def test_clusters_with_work_have_an_operator_and_no_others(demo: Demo) -> None:
    eventually("operators", lambda: set(demo.operators.pids()) == {"web-fra", "gpu-iad"})
    assert demo.folder.stat().st_mode & 0o777 == 0o700
    files = sorted(demo.folder.iterdir())
    assert [one.name for one in files] == [
        "gpu-iad.kubeconfig",
        "gpu-iad.log",
        "web-fra.kubeconfig",
        "web-fra.log",
    ]
    assert {one.stat().st_mode & 0o777 for one in files} == {0o600}
    spec = {
        "gatewayClassName": "nginx",
        "listeners": [{"name": "http", "port": 8081, "protocol": "HTTP"}],
    }
    hub = demo.fleet.apis["hub-fra"].store
    metadata = {"name": "extra", "namespace": "platform"}
    hub.create({"apiVersion": OURS, "kind": "GatewayBundle", "metadata": metadata, "spec": spec})
    eventually("an operator for the hub", lambda: "hub-fra" in demo.operators.pids())

    def phase() -> str:
        status = hub.get(OURS, "GatewayBundle", "platform", "extra").get("status") or {}
        return str(status.get("phase"))

    eventually("the bundle on the hub", lambda: phase() == "Ready")


def test_a_bundle_and_a_stack_become_ready_and_leave_nothing_behind(demo: Demo) -> None:
    listeners = [
        {"name": "http", "port": 80, "protocol": "HTTP", "hostname": "chat.example.com"},
        {"name": "https", "port": 443, "protocol": "HTTPS", "hostname": "chat.example.com"},
    ]
    issuer = {"name": "demo", "kind": "ClusterIssuer"}
    demo.make(
        "GatewayBundle",
        "chat",
        {
            "gatewayClassName": "nginx",
            "listeners": listeners,
            "tls": {"certManager": {"issuerRef": issuer, "dnsNames": ["chat.example.com"]}},
            "nginxProxy": {"replicas": 1, "logging": {"accessLog": {"preset": "Console"}}},
        },
    )
    bundle = demo.ready("GatewayBundle", "chat")
    service = demo.store.get("v1", "Service", SPACE, "chat-nginx")
    (ingress,) = service["status"]["loadBalancer"]["ingress"]
    assert bundle["status"]["gatewayAddress"] == ingress["ip"]
    demo.make(
        "InferenceStack",
        "tiny",
        {
            "modelName": "Qwen/Qwen3-0.6B",
            "servingBackend": "vllm",
            "pool": {
                "gpuType": "H100",
                "gpuCount": 1,
                "replicas": 1,
                "minReplicas": 1,
                "maxReplicas": 2,
            },
            "modelServer": {"enabled": True},
            "epp": {"strategy": "composite"},
            "autoscaling": {
                "backend": "keda",
                "thresholds": [{"metric": "queue_depth", "target": 3}],
                "serverAddress": "http://prometheus.monitoring.svc:9090",
            },
            "httpRoute": {"hostnames": ["chat.example.com"], "gatewayRef": "chat"},
        },
    )
    stack = demo.ready("InferenceStack", "tiny")
    kinds = {one["kind"] for one in stack["status"]["children"]}
    assert {"InferencePool", "Deployment", "ScaledObject", "HTTPRoute"} <= kinds
    assert "HorizontalPodAutoscaler keda-hpa-tiny-scaler" in demo.there()
    demo.store.delete(OURS, "InferenceStack", SPACE, "tiny")
    demo.store.delete(OURS, "GatewayBundle", SPACE, "chat")
    eventually("nothing left", lambda: not demo.there())


def test_what_the_seed_says_of_its_parents_the_operator_says_too(demo: Demo) -> None:
    """It starts with nothing to do: what it would restore it would count as drift."""
    assert {parent["kind"] for _, parent in demo.seeded} == {
        "GatewayBundle",
        "InferenceStack",
        "DistributedCloudPublish",
    }
    for store, parent in demo.seeded:
        _told_again(store, parent)


def _told_again(store: Any, before: Obj) -> None:
    """Ask the operator to reconcile, and compare."""
    kind = before["kind"]
    place = OURS, kind, before["metadata"]["namespace"], before["metadata"]["name"]
    annotations = {"ngf-console.f5.com/reconcile-requested": "now"}
    store.patch(*place, {"metadata": {"annotations": annotations}})

    def answered() -> bool:
        return bool(store.get(*place)["status"].get("reconcileRequested") == "now")

    eventually(f"{kind} {place[3]} reconciled", answered)
    after = store.get(*place)["status"]
    assert after["phase"] == before["status"]["phase"]
    assert after["drift"]["count"] == 0
    assert after["conditions"] == before["status"]["conditions"]


def test_an_operator_that_ends_is_started_again(demo: Demo) -> None:
    pid = eventually("an operator", lambda: demo.operators.pids().get("web-fra"))
    os.kill(pid, signal.SIGKILL)
    eventually("another", lambda: demo.operators.pids().get("web-fra") not in (pid, None))


def test_one_that_cannot_start_ends_no_other_and_starts_when_it_can(demo: Demo) -> None:
    pids = eventually("both", lambda: len(found := demo.operators.pids()) > 1 and found)
    pid = pids.pop("web-fra")
    log, kubeconfig = demo.folder / "web-fra.log", demo.folder / "web-fra.kubeconfig"
    log.unlink()
    log.mkdir()

    def written() -> int:
        """When the last try got as far as to its kubeconfig, which comes before the log."""
        try:
            return kubeconfig.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    began = written()
    os.kill(pid, signal.SIGKILL)
    failed = eventually("a try", lambda: (at := written()) > began and at)
    eventually("another try", lambda: written() > failed)
    now = demo.operators.pids()
    assert {one: now.get(one) for one in pids} == pids
    assert "web-fra" not in now
    log.rmdir()
    eventually("it", lambda: "web-fra" in demo.operators.pids())


def test_a_leashed_program_ends_with_a_parent_that_is_killed() -> None:
    sleeper = [sys.executable, "-c", "import signal; print('up', flush=True); signal.pause()"]
    start = (
        "import os, subprocess, sys, time\n"
        f"command = [sys.executable, '-I', {leashed.__file__!r}, str(os.getpid())]\n"
        f"child = subprocess.Popen(command + {sleeper!r}, stdout=subprocess.PIPE, text=True)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    command = [sys.executable, "-c", start]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()

    def gone() -> bool:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        return state == "Z"  # whoever adopts it has not looked yet

    eventually("the child gone", gone)
