"""How busy the GPUs are, asked of the GPU probes on the nodes that have them.

The probes are pods of the agent's own namespace. They are asked all at once, each with little time:
one that hangs must not hold up the heartbeat.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson

from agent.kube import KubeApi, Object
from agent.origin import Origin, Unreachable

AT_ONCE = 16
ANSWER_S = 2.0
ALTOGETHER_S = 5.0


class NotKnown(Exception):
    """There is no average; the text says why."""


def probe_addresses(api: KubeApi, namespace: str, selector: str) -> list[str]:
    """Addresses of the probes that run. Raises KubeError."""
    pods = api.list(f"/api/v1/namespaces/{namespace}/pods", labelSelector=selector)
    return [address for pod in pods if (address := _address(pod))]


def average_utilization(
    addresses: Iterable[str], port: int, clock: Callable[[], float] = time.monotonic
) -> float:
    """Mean utilization in percent over all GPUs that report one. Raises NotKnown."""
    probes = list(addresses)
    if not probes:
        raise NotKnown("no GPU probe runs")
    deadline = clock() + ALTOGETHER_S
    with ThreadPoolExecutor(min(AT_ONCE, len(probes)), "gpu-probes") as threads:
        answers = list(threads.map(lambda host: _ask(host, port, deadline - clock()), probes))
    answered = [answer for answer in answers if answer is not None]
    if not answered:
        raise NotKnown(f"none of {len(probes)} GPU probes answered")
    busy = [each for answer in answered for each in _utilizations(answer)]
    if not busy:
        raise NotKnown("no GPU reports its utilization")
    return round(statistics.fmean(busy), 1)


def _ask(host: str, port: int, seconds: float) -> Any:
    if seconds <= 0:
        return None
    named = f"[{host}]" if ":" in host else host
    try:
        reply = Origin(f"http://{named}:{port}").request(
            "GET", "/gpus", seconds=min(ANSWER_S, seconds)
        )
        return orjson.loads(reply.body) if reply.status == 200 else None
    except (Unreachable, orjson.JSONDecodeError):
        return None


def _utilizations(answer: Any) -> Iterator[float]:
    for gpu in answer.get("gpus") or () if isinstance(answer, dict) else ():
        percent = gpu.get("utilizationPercent") if isinstance(gpu, dict) else None
        if isinstance(percent, (int, float)) and not isinstance(percent, bool):
            yield float(percent)


def _address(pod: Object) -> str:
    status = pod.get("status") or {}
    return str(status.get("podIP") or "") if status.get("phase") == "Running" else ""
