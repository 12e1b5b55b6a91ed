"""A cluster in words, the same on every page: its look, its versions, what its trouble means.

A sentence with a time in it is a list of parts: a string, ``{"ago": moment}``, ``{"in": moment}``
or ``{"at": moment}``. The browser writes the times and keeps them current.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from components.kinds import cluster_href
from components.status import PHASES, SILENT, Look
from components.times import clock
from services.clusters.cluster import ClusterInfo, ClusterState
from services.clusters.counts import Counted
from services.clusters.standing import Condition, Standing
from services.kube.breaker import FAILURES

EDITIONS = {"oss": "OSS", "enterprise": "Plus", "unknown": ""}
TONES = {"True": "ok", "False": "err", "Unknown": "unknown"}
"""How the status of a condition is shown: all four are good when they are true."""

Part = str | dict[str, str]


def place(info: ClusterInfo) -> dict[str, Any]:
    """What every row of a cluster begins with: its names, its page, its colour, where it is."""
    return {
        "name": info.name,
        "href": cluster_href(info.name),
        "label": info.display_name,
        "slot": info.slot,
        "region": info.region,
        "environment": info.environment,
    }


def look(standing: Standing) -> Look:
    """Shape and word of how a cluster stands."""
    wrong = any(one.status == "False" for one in standing.conditions)
    if standing.phase == "Degraded" and not wrong and silent(standing):
        return SILENT
    return PHASES[standing.phase]


def silent(standing: Standing) -> bool:
    """Whether the agent has reported, and no longer does."""
    return standing.condition("AgentReporting").reason == "HeartbeatStale"


def headline(standing: Standing) -> str:
    """What is wrong in a line; "" for a cluster that is ready."""
    shown = look(standing)
    if not standing.title or shown is SILENT:
        return standing.title
    return f"{shown.word}: {standing.title}"


def ngf_words(state: ClusterState) -> str:
    """Version and edition of NGF, "" where neither is known."""
    if not state.ngf_version:
        return ""
    return f"{state.ngf_version} {EDITIONS[state.edition]}".strip()


def conditions(standing: Standing) -> list[dict[str, Any]]:
    """The four conditions as the scripts draw them."""
    return [
        {
            "type": one.type,
            "status": TONES[one.status],
            "said": one.status,
            "reason": one.reason,
            "text": one.message,
            "since": one.since.isoformat() if one.since else None,
        }
        for one in standing.conditions
    ]


def circuit(state: ClusterState, now: datetime) -> list[Part]:
    """What the breaker does, such as "open, next attempt in 14 s"."""
    if state.breaker == "closed":
        return ["closed"]
    if state.breaker == "half-open":
        return ["half-open, one attempt decides"]
    return ["open, next attempt in ", _rest(state, now)]


def _rest(state: ClusterState, now: datetime) -> Part:
    due = (now + timedelta(seconds=state.rest)).replace(microsecond=0)
    return {"in": due.isoformat()}


def explained(info: ClusterInfo, now: datetime, known: str) -> list[Part]:
    """What the trouble of a cluster means to whoever reads this console.

    ``known`` are its objects in words, such as "6 gateways and 214 routes", "" for none.
    """
    standing = info.standing
    connected, *rest = standing.conditions
    if standing.phase == "Pending":
        return ["Nothing is known of it until its kubeconfig can be used."]
    if connected.status == "False":
        return _unreachable(info.state, now, known)
    return [sentence for one in rest if (sentence := _meaning(one, info))]


def known(counted: Iterable[Counted]) -> str:
    """Gateways and routes of a cluster in words, "" where there are none."""
    words = {"gateways": ("gateway", "gateways"), "httproutes": ("route", "routes")}
    return " and ".join(
        f"{one.value:,} {words[one.kind][one.value != 1]}"
        for one in counted
        if one.kind in words and one.value
    )


def _unreachable(state: ClusterState, now: datetime, known: str) -> list[Part]:
    breaker: list[Part] = []
    if state.breaker == "open":
        breaker = [f"The circuit opened after {FAILURES} failed checks, the next attempt is in "]
        breaker += [_rest(state, now), ". "]
    if state.breaker == "half-open":
        breaker = [f"The circuit opened after {FAILURES} failed checks, an attempt is under way. "]
    if state.last_seen is None:
        return [*breaker, "It has not answered since this console was started."]
    seen = state.last_seen.isoformat()
    shown = f"; its {known} are shown as last seen." if known else "."
    return [*breaker, f"Last answer {clock(state.last_seen)}, ", {"ago": seen}, f" ago{shown}"]


def _meaning(one: Condition, info: ClusterInfo) -> str:
    if one.reason == "HeartbeatStale" and info.agent:
        return (
            f"A heartbeat is expected every {info.interval:g} s, the last came at "
            f"{clock(info.agent.at)}. The cluster itself answers, so lists are current; what only "
            "the agent counts is from then. "
        )
    if one.reason == "OperatorUnhealthy":
        return "Its InferenceStacks and GatewayBundles are not carried out until it is. "
    if one.type == "PrometheusReachable" and one.status == "False":
        return "Metrics of NGINX and of the controller are missing. "
    if one.type == "GatewayFabricDetected" and one.status == "False":
        return f"{one.message} Gateways of NGF's classes serve nothing here until it is installed. "
    return ""


def latest_check(clusters: Iterable[ClusterInfo]) -> datetime | None:
    """When the least recently checked of the clusters that answer was checked; the others are
    left alone while their circuit is open."""
    checked = [one.state.latest.at for one in clusters if one.state.latest and one.state.connected]
    return min(checked, default=None)
