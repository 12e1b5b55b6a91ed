"""How long the operator takes for 500 bundles on the real API server, as a ratio to applying the
same objects with the same client, and what it costs when nothing changes.

It needs the compiled control plane (``./test --all`` builds it).
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[2] / "operator"))

import kopf
import yaml
from ngf_operator.client import Api

from tests.operator.bundles import path
from tests.operator.replica import REAL, Replica, running
from tests.real import definitions
from tests.real.controlplane import Obj
from tests.real.kube_api import KubeApi, wait_until
from tests.real.servers import client_of, compiled_server

BUNDLES, BASELINE, WATCHED_S, WORKERS = 500, 50, 90.0, 8
NAMESPACE = "bench"


def bundle(number: int) -> Obj:
    """Gateway and NginxProxy."""
    return {
        "apiVersion": "ngf-console.f5.com/v1alpha1",
        "kind": "GatewayBundle",
        "metadata": {"name": f"b{number}"},
        "spec": {
            "gatewayClassName": "nginx",
            "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
            "nginxProxy": {"enabled": True, "logging": {"errorLevel": "warn"}},
        },
    }


def children(number: int) -> list[tuple[str, Obj]]:
    """What the operator makes of one, made by hand."""
    gateway_api, ngf = "gateway.networking.k8s.io/v1", "gateway.nginx.org/v1alpha2"
    about = {"name": f"plain{number}", "namespace": NAMESPACE}
    listener = {"name": "http", "port": 80, "protocol": "HTTP"}
    spec = {"gatewayClassName": "nginx", "listeners": [listener]}
    gateway = {"apiVersion": gateway_api, "kind": "Gateway", "metadata": about, "spec": spec}
    logging = {"logging": {"errorLevel": "warn"}}
    proxy = {"apiVersion": ngf, "kind": "NginxProxy", "metadata": about, "spec": logging}
    return [
        (f"/apis/{ngf}/namespaces/{NAMESPACE}/nginxproxies/plain{number}", proxy),
        (f"/apis/{gateway_api}/namespaces/{NAMESPACE}/gateways/plain{number}", gateway),
    ]


async def baseline(api: KubeApi) -> float:
    """Seconds that a bundle's objects and one status take, applied with as many workers."""
    access = yaml.safe_load(api.kubeconfig())
    token = access["users"][0]["user"]["token"]
    info = kopf.ConnectionInfo(server=api.url, ca_data=api.ca_pem.encode(), token=token)
    numbers = iter(range(BASELINE))
    async with Api(lambda: info, lambda verb, code: None) as client:

        async def work() -> None:
            for number in numbers:
                for where, obj in children(number):
                    await client.apply(where, obj)
                await client.merge(
                    f"{path(NAMESPACE, 'b0')}/status", {"status": {"phase": "Pending"}}
                )

        started = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(WORKERS)))
        return (time.perf_counter() - started) / BASELINE


def cpu_s(pid: int) -> float:
    """CPU time of a process until now."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def memory_mib(pid: int) -> float:
    """Resident memory."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> None:
    """Print the numbers."""
    with compiled_server(definitions.for_tests(), controllers=False) as plane:
        api = client_of(plane)
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
        api.post("/api/v1/namespaces", body).ok()
        for number in range(BUNDLES):
            api.post(path(NAMESPACE), bundle(number)).ok()
        plain = asyncio.run(baseline(api))
        folder = Path(tempfile.mkdtemp())
        with running(Replica(api, folder, NAMESPACE, "bench"), REAL) as replica:
            started = time.perf_counter()
            requests = "ngf_console_operator_api_requests_total"
            wait_until(
                "the first", lambda: replica.metric(requests, verb="apply") > 0, within_s=120
            )
            first = time.perf_counter()
            wait_until("all", lambda: waiting(replica) >= 2 * BUNDLES, within_s=600)
            ended = time.perf_counter()
            per_bundle = (ended - first) / BUNDLES
            print(f"start until the first object: {first - started:.1f} s")
            print(f"{BUNDLES} bundles, {2 * BUNDLES} children: {ended - first:.1f} s")
            print(f"a bundle, as a ratio to its objects applied by hand: {per_bundle / plain:.2f}")
            asked, used = replica.metric(requests), cpu_s(replica.pid)
            passes = "ngf_console_operator_reconciles_total"
            done = replica.metric(passes)
            began = time.perf_counter()
            wait_until(
                "a pass of the timer",
                lambda: time.perf_counter() - began > WATCHED_S,
                within_s=WATCHED_S + 10,
            )
            minutes = (time.perf_counter() - began) / 60
            cores = (cpu_s(replica.pid) - used) / (minutes * 60)
            print(f"steady state: {(replica.metric(requests) - asked) / minutes:.1f} requests/min")
            print(f"steady state: {(replica.metric(passes) - done) / minutes:.0f} reconciles/min")
            print(f"steady state: {cores * 100:.1f} % of a core, {memory_mib(replica.pid):.0f} MiB")


def waiting(replica: Replica) -> float:
    """Children of bundles whose status is written."""
    return replica.metric("ngf_console_operator_children")


if __name__ == "__main__":
    main()
