"""Promise: how a cluster stands is said once, from evidence alone: a phase, the sentence that
matters most, and four conditions; no clock but the hub's is asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.ngf import Ngf
from services.clusters.standing import (
    STALE_AFTER,
    AgentReport,
    Evidence,
    Reply,
    Standing,
    judge,
)
from services.kube.cache import Reachability

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
INTERVAL = 30
STALE = STALE_AFTER * INTERVAL

ANSWERS = Reachability(True, "", NOON, NOON, "v1.36.3")
AWAITED = Reachability(False, "not connected yet", None, None, None)
NGF = Ngf(True, "2.6.7", "oss", "Deployment nginx-gateway/ngf runs 2.6.7.")
WELL = Evidence(
    reach=ANSWERS,
    ngf=NGF,
    agents=True,
    agent=AgentReport(NOON, 17),
    interval=INTERVAL,
    prometheus=Reply(NOON, ""),
)


def silent(code: str, reason: str = "https://a does not answer: timed out") -> Reachability:
    return Reachability(False, reason, NOON, NOON, "v1.36.3", code)


def seen(**evidence: Any) -> Standing:
    return judge(replace(WELL, **evidence), NOON)


def summed(standing: Standing) -> dict[str, str]:
    return {one.type: f"{one.status}/{one.reason}" for one in standing.conditions}


def test_a_cluster_that_is_well_has_nothing_to_say() -> None:
    standing = seen()
    assert (standing.phase, standing.title) == ("Ready", "")
    assert summed(standing) == {
        "Connected": "True/Answers",
        "AgentReporting": "True/Heartbeat",
        "PrometheusReachable": "True/Answers",
        "GatewayFabricDetected": "True/Detected",
    }


@pytest.mark.parametrize(
    ("evidence", "phase", "title", "condition"),
    [
        ({"reach": AWAITED}, "Connecting", "The first answer", "Connected: Unknown/Connecting"),
        (
            {"reach": silent("reconnecting", "Its kubeconfig has changed; connecting again.")},
            "Connecting",
            "kubeconfig has changed",
            "Connected: Unknown/Connecting",
        ),
        ({"reach": silent("unavailable")}, "Unreachable", "timed out", "Connected: False/NoAnswer"),
        (
            {"reach": silent("kubeconfig_refused", "users[u].user.exec: never")},
            "Unreachable",
            "users[u].user.exec: never",
            "Connected: False/KubeconfigRefused",
        ),
        (
            {"reach": silent("credential")},
            "Unreachable",
            "timed out",
            "Connected: False/CredentialRefused",
        ),
        ({"reach": silent("denied")}, "Unreachable", "timed out", "Connected: False/Forbidden"),
        ({"reach": silent("internal")}, "Unreachable", "timed out", "Connected: False/NoAnswer"),
        (
            {"reach": silent("no_kubeconfig", "It names no Secret.")},
            "Pending",
            "It names no Secret.",
            "Connected: False/NoKubeconfig",
        ),
        (
            {"reach": silent("not_found", "Secret x does not exist.")},
            "Pending",
            "does not exist",
            "Connected: False/SecretNotFound",
        ),
        ({"agents": False, "agent": None}, "Ready", "", "AgentReporting: Unknown/NotManaged"),
        ({"agent": None}, "Ready", "", "AgentReporting: Unknown/NeverReported"),
        (
            {"agent": AgentReport(NOON - timedelta(seconds=STALE + 1))},
            "Degraded",
            "Agent stale: no heartbeat for 1 min 31 s",
            "AgentReporting: Unknown/HeartbeatStale",
        ),
        (
            {"agent": AgentReport(NOON, operator_healthy=False)},
            "Degraded",
            "operator is not",
            "AgentReporting: True/OperatorUnhealthy",
        ),
        (
            {"agent": AgentReport(NOON, operator_healthy=None)},
            "Ready",
            "",
            "AgentReporting: True/Heartbeat",
        ),
        ({"prometheus": None}, "Ready", "", "PrometheusReachable: Unknown/NotConfigured"),
        (
            {"prometheus": None, "unasked": True},
            "Ready",
            "",
            "PrometheusReachable: Unknown/NotAsked",
        ),
        (
            {"prometheus": Reply(NOON, "http://p does not answer")},
            "Degraded",
            "http://p does not answer",
            "PrometheusReachable: False/NoAnswer",
        ),
        (
            {"ngf": Ngf(None, None, "unknown", "Deployments cannot be read.")},
            "Ready",
            "",
            "GatewayFabricDetected: Unknown/NotKnown",
        ),
        (
            {"ngf": Ngf(False, None, "unknown", "No NGF is to be seen.")},
            "Degraded",
            "NGINX Gateway Fabric is not found",
            "GatewayFabricDetected: False/NotDetected",
        ),
        ({"terminating": True}, "Terminating", "Being removed", "Connected: True/Answers"),
        (
            {"terminating": True, "reach": silent("unavailable")},
            "Terminating",
            "Being removed",
            "Connected: False/NoAnswer",
        ),
    ],
)
def test_from_evidence_to_phase_title_and_condition(
    evidence: dict[str, Any], phase: str, title: str, condition: str
) -> None:
    standing = seen(**evidence)
    assert standing.phase == phase
    assert title in standing.title
    assert bool(title) == bool(standing.title)
    kind, _, rest = condition.partition(": ")
    assert summed(standing)[kind] == rest
    well = summed(seen())
    others = {one: said for one, said in summed(standing).items() if one != kind}
    assert others == {one: said for one, said in well.items() if one != kind}, "said of one only"


def test_what_matters_most_is_said_first() -> None:
    troubles: dict[str, Any] = {
        "reach": silent("unavailable", "dead"),
        "agent": AgentReport(NOON - timedelta(days=1), operator_healthy=False),
        "prometheus": Reply(NOON, "no metrics"),
        "ngf": Ngf(False, None, "unknown", "no NGF"),
    }
    told = []
    while troubles:
        told.append(seen(**troubles).title)
        troubles.pop(next(iter(troubles)))
    assert told == [
        "dead",
        "Agent stale: no heartbeat for 24 h",
        "no metrics",
        "NGINX Gateway Fabric is not found",
    ]


def test_stale_is_after_three_intervals_and_not_at_them() -> None:
    for interval in (5, 30, 3600):
        last = AgentReport(NOON - timedelta(seconds=3 * interval))
        assert not last.stale(interval, NOON)
        assert last.stale(interval, NOON + timedelta(microseconds=1))


def test_a_condition_says_the_same_as_time_passes_or_it_would_be_written_again_and_again() -> None:
    silent_agent = replace(WELL, agent=AgentReport(NOON - timedelta(seconds=STALE + 1)))
    later = NOON + timedelta(hours=5)
    assert judge(silent_agent, NOON).conditions == judge(silent_agent, later).conditions
    assert judge(silent_agent, NOON).title != judge(silent_agent, later).title


def test_replicas_that_know_the_moment_more_or_less_exactly_say_the_same() -> None:
    exact = NOON.replace(microsecond=123_999) - timedelta(seconds=STALE + 1)
    told = exact.replace(microsecond=123_000)
    stale = [judge(replace(WELL, agent=AgentReport(at)), NOON) for at in (exact, told)]
    assert stale[0].conditions == stale[1].conditions
