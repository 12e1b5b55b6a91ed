"""Clusters as the fleet tells of them, in any state that a test wants."""

from datetime import UTC, datetime, timedelta
from typing import Any

from agent.gpus import Capacity, Count
from agent.ngf import Ngf
from callbacks import gpu_words
from services.clusters.cluster import ClusterInfo, ClusterState
from services.clusters.gpus import GpuReading
from services.clusters.standing import AgentReport, Evidence, Reply, judge
from services.kube.cache import Reachability

NOW = datetime(2026, 3, 1, 14, 32, 12, tzinfo=UTC)
INTERVAL = 30.0


def report(ago: float = 3, version: str = "1.4.0", **more: Any) -> AgentReport:
    """What an agent said ``ago`` seconds before the present."""
    return AgentReport(NOW - timedelta(seconds=ago), agent_version=version, **more)


def gpus(total: int, allocated: int, **types: int) -> dict[str, Any]:
    """What an agent has told of GPUs, as pages show it."""
    counts = {name: Count(count, None) for name, count in types.items()}
    found = Capacity(total, allocated, total - allocated, counts, (), ())
    told = gpu_words.gpus(GpuReading("agent", NOW, found))
    assert told
    return told


def cluster(
    name: str = "web",
    *,
    down: str = "",
    code: str = "",
    ngf: str | None = "2.6.7",
    detected: bool | None = True,
    agent: AgentReport | None = None,
    agents: bool = True,
    prometheus: str | None = None,
    terminating: bool = False,
    **more: Any,
) -> ClusterInfo:
    """A cluster that answers, or with ``down`` the reason why it does not."""
    seen = None if code else NOW - timedelta(minutes=26)
    reach = Reachability(not down, down, NOW, NOW if not down else seen, "v1.36.3", code)
    evidence = Evidence(
        reach=reach,
        ngf=Ngf(detected, ngf, "oss" if ngf else "unknown", "As the objects say."),
        agents=agents,
        agent=agent,
        interval=INTERVAL,
        prometheus=None if prometheus is None else Reply(NOW, prometheus),
        terminating=terminating,
    )
    state = {key: more.pop(key) for key in ("breaker", "rest") if key in more}
    return ClusterInfo(
        name=name,
        display_name=name,
        region="",
        environment="",
        default=False,
        slot=1,
        state=ClusterState(
            connected=reach.connected,
            reason=reach.reason,
            since=reach.since,
            last_seen=reach.last_seen,
            kubernetes_version=reach.kubernetes_version,
            ngf_version=ngf,
            edition="oss" if ngf else "unknown",
            **state,
        ),
        standing=judge(evidence, NOW),
        agents=agents,
        agent=agent,
        interval=INTERVAL,
        **more,
    )
