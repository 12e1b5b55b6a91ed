"""What the watch cache costs, beside the plain Kubernetes client doing the same on the same server.

Runs on the compiled API server where it has been built, else on the demo's. Each measurement is a
process of its own, so that nobody pays for another's imports or garbage. ``python
tests/bench/bench_kube.py [ROUTES]`` prints a table; the ratios travel between machines, the seconds
do not.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.real import binaries, definitions
from tests.real.servers import client_of, compiled_server, demo_server

ROUTES = 10_000
IDLE_SECONDS = 20.0
IDLE_KINDS = 20


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROUTES
    with server() as (name, kubeconfig), tempfile.NamedTemporaryFile("w") as file:
        file.write(kubeconfig)
        file.flush()
        fill(kubeconfig, count)
        results = {
            which: json.loads(
                subprocess.run(
                    [sys.executable, __file__, "measure", which, file.name],
                    check=True,
                    stdout=subprocess.PIPE,
                    env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
                ).stdout
            )
            for which in MEASUREMENTS
        }
    table(name, count, results)


@contextmanager
def server() -> Iterator[tuple[str, str]]:
    """A server of its own, with nothing in it, and the kubeconfig of its admin."""
    documents = definitions.for_tests()
    try:
        binaries.find()
    except binaries.Missing:
        with demo_server(documents) as demo:
            yield "the demo API", demo.kubeconfig()
    else:
        with compiled_server(documents, controllers=False) as plane:
            yield "kube-apiserver", client_of(plane).kubeconfig()


def fill(kubeconfig: str, count: int) -> None:
    """Realistic routes: two rules, three backends, filters, and a status as a controller writes."""
    from services.kube.client import KubeClient
    from services.kube.connection import Connection

    client = KubeClient(Connection.from_kubeconfig(kubeconfig))
    path = "/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes"

    def create(number: int) -> None:
        made = client.request("POST", path, body=route(number))
        made["status"] = {"parents": [parent_status()]}
        client.request("PUT", f"{path}/route-{number:05d}/status", body=made)

    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(create, range(count)):
            pass


def route(number: int) -> dict[str, Any]:
    backends = [{"name": f"app-{number % 97}-{part}", "port": 80} for part in "abc"]
    headers = {"set": [{"name": "X-Team", "value": f"team-{number % 13}"}]}
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {
            "name": f"route-{number:05d}",
            "namespace": "default",
            "labels": {"app": f"app-{number % 97}", "team": f"team-{number % 13}"},
        },
        "spec": {
            "parentRefs": [{"name": f"gateway-{number % 50}", "sectionName": "https"}],
            "hostnames": [f"host-{number}.example.com"],
            "rules": [
                {
                    "matches": [{"path": {"type": "PathPrefix", "value": f"/api/v{number % 3}"}}],
                    "filters": [
                        {"type": "RequestHeaderModifier", "requestHeaderModifier": headers}
                    ],
                    "backendRefs": backends[:2],
                },
                {
                    "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                    "backendRefs": backends[2:],
                },
            ],
        },
    }


def parent_status() -> dict[str, Any]:
    def condition(kind: str) -> dict[str, Any]:
        return {
            "type": kind,
            "status": "True",
            "reason": kind,
            "message": "The route is " + kind.lower(),
            "lastTransitionTime": "2026-01-01T00:00:00Z",
            "observedGeneration": 1,
        }

    return {
        "parentRef": {"name": "gateway", "sectionName": "https"},
        "controllerName": "gateway.nginx.org/nginx-gateway-controller",
        "conditions": [condition("Accepted"), condition("ResolvedRefs")],
    }


def measure_cache(kubeconfig: str) -> dict[str, float]:
    """Load through the watch cache, then change a route and wait for it, then sit idle."""
    from services.clusters.fleet import Fleet
    from services.kube.connection import Connection

    fleet = Fleet.single(lambda: Connection.from_kubeconfig(kubeconfig))
    cluster = fleet.get("default")
    before, began = resident(), time.perf_counter()
    fleet.start()
    until(lambda: cluster.snapshot("httproutes").state == "live")
    loaded = time.perf_counter() - began
    cluster.cache.wait_ready(30)
    objects = cluster.snapshot("httproutes").objects
    grown = resident() - before
    watched = sum(shelf.state == "live" for shelf in snapshots(cluster))
    result = {
        "load_s": loaded,
        "bytes_per_object": grown / max(len(objects), 1),
        "read_us": each(lambda: cluster.snapshot("httproutes")) * 1e6,
        "event_ms": median(event_latency(cluster) for _ in range(15)) * 1e3,
        "watches": watched,
        "idle_core": idle(),
        "threads": threading.active_count() - 1,
    }
    fleet.stop()
    return result


def snapshots(cluster: Any) -> list[Any]:
    from services.kube.catalogue import KINDS

    return [cluster.snapshot(name) for name in KINDS]


def event_latency(cluster: Any) -> float:
    """From the server's answer to a write until a reader sees it, after a quiet moment."""
    time.sleep(0.1)
    path = "/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes/route-00000"
    body = {"metadata": {"labels": {"touched": str(time.time_ns())}}}
    stored = cluster.client.request(
        "PATCH", path, body=body, content_type="application/merge-patch+json"
    )
    began, version = time.perf_counter(), stored["metadata"]["resourceVersion"]
    cluster.cache.wait_seen("httproutes", ("default", "route-00000"), version, 5)
    return time.perf_counter() - began


def measure_dynamic(kubeconfig: str) -> dict[str, float]:
    """The same list with DynamicClient, as its documentation shows, kept as it returns it."""
    import kubernetes
    import yaml

    api = kubernetes.config.new_client_from_config_dict(yaml.safe_load(kubeconfig))
    dynamic = kubernetes.dynamic.DynamicClient(api)
    resource = dynamic.resources.get(api_version="gateway.networking.k8s.io/v1", kind="HTTPRoute")
    before, began = resident(), time.perf_counter()
    found = resource.get()
    loaded = time.perf_counter() - began
    grown = resident() - before
    return {"load_s": loaded, "bytes_per_object": grown / max(len(found.items), 1)}


def measure_dynamic_dict(kubeconfig: str) -> dict[str, float]:
    """And turned into dictionaries, which is what a cache would have to keep."""
    import kubernetes
    import yaml

    api = kubernetes.config.new_client_from_config_dict(yaml.safe_load(kubeconfig))
    dynamic = kubernetes.dynamic.DynamicClient(api)
    resource = dynamic.resources.get(api_version="gateway.networking.k8s.io/v1", kind="HTTPRoute")
    before, began = resident(), time.perf_counter()
    found = resource.get().to_dict()
    loaded = time.perf_counter() - began
    return {
        "load_s": loaded,
        "bytes_per_object": (resident() - before) / max(len(found["items"]), 1),
    }


def measure_watch_threads(kubeconfig: str) -> dict[str, float]:
    """Idle watches as the package's documentation writes them: ``Watch``, a thread for each."""
    import kubernetes
    import yaml

    from services.kube.catalogue import KINDS

    api = kubernetes.config.new_client_from_config_dict(yaml.safe_load(kubeconfig))
    api.configuration.connection_pool_maxsize = IDLE_KINDS * 2
    dynamic = kubernetes.dynamic.DynamicClient(api)
    before = resident()
    started = 0
    for kind in KINDS.values():
        for group, version in kind.candidates:
            address = f"{group}/{version}" if group else version
            try:
                resource = dynamic.resources.get(api_version=address, kind=kind.kind)
            except kubernetes.dynamic.exceptions.ResourceNotFoundError:
                continue
            listed = resource.get(limit=1)
            threading.Thread(
                target=lambda one, version: list(one.watch(resource_version=version)),
                args=(resource, listed.metadata.resourceVersion),
                daemon=True,
            ).start()
            started += 1
            break
    time.sleep(2)
    return {
        "watches": started,
        "idle_core": idle(),
        "threads": threading.active_count() - 1,
        "bytes": resident() - before,
    }


MEASUREMENTS: dict[str, Callable[[str], dict[str, float]]] = {
    "cache": measure_cache,
    "dynamic": measure_dynamic,
    "dynamic_dict": measure_dynamic_dict,
    "watch_threads": measure_watch_threads,
}


def idle() -> float:
    """Share of one core that this process takes while nothing happens."""
    began, used = time.perf_counter(), time.process_time()
    time.sleep(IDLE_SECONDS)
    return (time.process_time() - used) / (time.perf_counter() - began)


def each(read: Callable[[], object], times: int = 20_000) -> float:
    began = time.perf_counter()
    for _ in range(times):
        read()
    return (time.perf_counter() - began) / times


def resident() -> int:
    """Bytes of memory that this process holds now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def until(ready: Callable[[], bool]) -> None:
    deadline = time.perf_counter() + 120
    while not ready():
        assert time.perf_counter() < deadline
        time.sleep(0.005)


def table(name: str, count: int, results: dict[str, dict[str, float]]) -> None:
    cache, lazy = results["cache"], results["dynamic"]
    plain, threads = results["dynamic_dict"], results["watch_threads"]
    rows = [
        ("load, s", cache["load_s"], "DynamicClient list", lazy["load_s"]),
        ("load, s", cache["load_s"], "... as dictionaries", plain["load_s"]),
        (
            "memory per object, bytes",
            cache["bytes_per_object"],
            "DynamicClient list",
            lazy["bytes_per_object"],
        ),
        (
            "memory per object, bytes",
            cache["bytes_per_object"],
            "... as dictionaries",
            plain["bytes_per_object"],
        ),
        (
            f"idle, % of a core, {cache['watches']:.0f} kinds",
            cache["idle_core"] * 100,
            f"Watch on {threads['watches']:.0f} threads",
            threads["idle_core"] * 100,
        ),
        ("threads", cache["threads"], "Watch", threads["threads"]),
    ]
    print(f"{count} HTTPRoutes on {name}")
    print(f"{'':34} {'cache':>10}   {'baseline':24} {'':>10} {'ratio':>7}")
    for label, ours, other, theirs in rows:
        ratio = theirs / ours if ours else float("nan")
        print(f"{label:34} {ours:10.3f}   {other:24} {theirs:10.3f} {ratio:6.1f}x")
    print(f"write to visible in a snapshot: {cache['event_ms']:.1f} ms")
    print(f"reading a snapshot of {count}: {cache['read_us']:.1f} us")


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        print(json.dumps(MEASUREMENTS[sys.argv[2]](Path(sys.argv[3]).read_text())))
    else:
        main()
