"""What the agent's heartbeat costs as its cluster grows: its own CPU and its resident memory.

The real process reports on the demo's API server, once with a tenth of the pods and once with all;
every node has GPUs, so that every pod has to be read. ``python tests/bench/bench_agent.py [PODS]``
prints a table; the ratios travel between machines, the seconds do not.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from services.demo.api import DemoApi
from tests.real.agents import Agent, Answer, Hub
from tests.real.kube_api import wait_until

PODS = 10_000
NODES = 100
REPORTS = 3
WITHIN_S = 120.0


def main() -> None:
    most = int(sys.argv[1]) if len(sys.argv) > 1 else PODS
    few, many = (measured(count) for count in (most // 10, most))
    print(f"{'pods':>28} {most // 10:>10} {most:>10}      ratio")
    for what, unit, before, after in zip(
        ("CPU of a report", "peak resident memory"), ("s", "MiB"), few, many, strict=True
    ):
        print(f"{what:>22} {unit:>5} {before:>10.2f} {after:>10.2f} {after / before:>10.2f}")


def measured(pods: int) -> tuple[float, float]:
    """CPU seconds of a report, and the largest resident memory in MiB."""
    demo = DemoApi()
    demo.store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "big"}})
    for number in range(NODES):
        demo.store.create(node(number))
    for number in range(pods):
        demo.store.create(pod(number))
    demo.start()
    try:
        return reported(demo)
    finally:
        demo.stop()


def reported(demo: DemoApi) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as name, Hub(*[Answer(interval=5)] * REPORTS) as hub:
        folder = Path(name)
        for file, text in (("ca.crt", demo.ca_pem), ("token", demo.token()), ("hub", "t")):
            (folder / file).write_text(text)
        variables = {
            "CLUSTER_NAME": "big",
            "HUB_API_ENDPOINT": hub.url,
            "HUB_TOKEN_FILE": str(folder / "hub"),
            "HEALTH_PORT": "0",
            "KUBERNETES_ACCOUNT": name,
            "KUBERNETES_API_SERVER": demo.url,
        }
        with Agent("heartbeat", variables) as agent:
            wait_until("the first report", lambda: hub.received, WITHIN_S)
            started = agent.metric("process_cpu_seconds_total")
            wait_until("the reports", lambda: len(hub.received) >= REPORTS, WITHIN_S)
            seconds = agent.metric("process_cpu_seconds_total") - started
            return seconds / (len(hub.received) - 1), agent.peak_memory() / 2**20


def node(number: int) -> dict[str, object]:
    offered = {"cpu": "64", "nvidia.com/gpu": "8"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": f"n{number}"},
        "status": {"allocatable": offered, "capacity": offered},
    }


def pod(number: int) -> dict[str, object]:
    """About 10 kB, as pods of clusters are."""
    settings = [{"name": f"SETTING_{each}", "value": "x" * 200} for each in range(30)]
    limits = {"nvidia.com/gpu": "1"} if number % 20 == 0 else {}
    container = {"name": "c", "image": "c:1", "env": settings, "resources": {"limits": limits}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"p{number}", "namespace": "big"},
        "spec": {"nodeName": f"n{number % NODES}", "containers": [container]},
    }


if __name__ == "__main__":
    main()
