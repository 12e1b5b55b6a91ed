"""Read models of clusters in REST: the prototype's fields, and why a thing is as it is."""

from typing import Any

from pydantic import BaseModel, Field

from api.openapi import Time
from services.auth.identity import Identity
from services.clusters.fleet import ClusterInfo
from services.clusters.gpus import GpuReading
from services.clusters.standing import AgentReport, Condition

_AGES = ("lastSeen", "lastHeartbeat", "checks", "retryAfterSeconds")


class ConditionItem(BaseModel):
    """As Kubernetes writes conditions."""

    type: str
    status: str
    reason: str
    message: str


class ClusterItem(BaseModel):
    """A cluster. What is not known is null."""

    name: str
    displayName: str
    region: str
    environment: str
    labels: dict[str, str]
    connected: bool
    edition: str
    default: bool
    isLocal: bool
    kubernetesVersion: str | None
    ngfVersion: str | None
    phase: str = Field(description="Pending, Connecting, Ready, Degraded, Unreachable, Terminating")
    conditions: list[ConditionItem]
    reason: str
    since: Time | None
    lastSeen: Time | None
    agentInstalled: bool
    agentVersion: str | None
    lastHeartbeat: Time | None
    resourceCounts: dict[str, int | None] | None
    gpuCapacity: dict[str, Any] | None


class Check(BaseModel):
    """The worst health check of a half minute."""

    at: Time
    seconds: float | None = Field(description="null: no answer")


class ClusterDetail(ClusterItem):
    """A cluster with its health checks, breaker and GPUs."""

    breaker: str = Field(description="closed, open or half-open")
    retryAfterSeconds: float | None
    checks: list[Check]
    heartbeatIntervalSeconds: int
    gpus: dict[str, Any]


def timeless(item: dict[str, Any]) -> dict[str, Any]:
    """A cluster without what only says how old it is: what its ETag is made of."""
    kept = {key: value for key, value in item.items() if key not in _AGES}
    return {**kept, "gpus": {**kept["gpus"], "as_of": None}} if "gpus" in kept else kept


def cluster_item(info: ClusterInfo, who: Identity) -> dict[str, Any]:
    """One entry of the list of clusters. What an agent has counted cannot be shared out: who is
    limited to namespaces is not told."""
    state, agent = info.state, info.agent
    return {
        "name": info.name,
        "displayName": info.display_name,
        "region": info.region,
        "environment": info.environment,
        "labels": dict(info.labels),
        "connected": state.connected,
        "edition": state.edition,
        "default": info.default,
        "isLocal": info.local,
        "kubernetesVersion": state.kubernetes_version
        or ((agent and agent.kubernetes_version) or None),
        "ngfVersion": state.ngf_version,
        "phase": info.standing.phase,
        "conditions": [_condition(one) for one in info.standing.conditions],
        "reason": state.reason,
        "since": state.since.isoformat() if state.since else None,
        "lastSeen": state.last_seen.isoformat() if state.last_seen else None,
        "agentInstalled": agent is not None,
        "agentVersion": (agent and agent.agent_version) or None,
        "lastHeartbeat": agent.at.isoformat() if agent else None,
        "resourceCounts": _counts(agent) if who.namespaces is None else None,
        "gpuCapacity": _told_gpus(agent),
    }


def cluster_detail(info: ClusterInfo, gpus: GpuReading, who: Identity) -> dict[str, Any]:
    """Everything about one cluster."""
    state = info.state
    return {
        **cluster_item(info, who),
        "breaker": state.breaker,
        "retryAfterSeconds": round(state.rest, 1) if state.breaker == "open" else None,
        "checks": [{"at": one.at.isoformat(), "seconds": one.seconds} for one in state.checks],
        "heartbeatIntervalSeconds": info.interval,
        "gpus": gpu_item(info, gpus),
    }


def gpu_item(info: ClusterInfo, reading: GpuReading) -> dict[str, Any]:
    """The prototype's fields of a cluster's GPUs, where they come from, and nodes."""
    found = reading.capacity
    return {
        "clusterName": info.name,
        "clusterRegion": info.region,
        "totalGPUs": found.total if found else None,
        "allocatedGPUs": found.allocated if found else None,
        "availableGPUs": found.available if found else None,
        "averageUtilization": reading.utilization,
        "gpuTypes": {name: count.total for name, count in found.types.items()} if found else None,
        "source": reading.source,
        "as_of": reading.as_of.isoformat() if reading.as_of else None,
        "reason": reading.reason,
        "notes": list(found.notes) if found else [],
        "nodes": [
            {
                "node": node.node,
                "product": node.product,
                "resource": node.resource,
                "total": node.total,
                "allocated": node.allocated,
                "physical": node.physical,
            }
            for node in (found.nodes if found else ())
        ],
    }


def missing_item(info: ClusterInfo, reason: str) -> dict[str, Any]:
    """A cluster that has given no answer."""
    state = info.state
    return {
        "name": info.name,
        "reason": reason,
        "since": state.since.isoformat() if state.since else None,
        "last_seen": state.last_seen.isoformat() if state.last_seen else None,
    }


def _condition(one: Condition) -> dict[str, str]:
    return {
        "type": one.type,
        "status": one.status,
        "reason": one.reason,
        "message": one.message,
    }


def _counts(agent: AgentReport | None) -> dict[str, Any] | None:
    return dict(agent.counts) if agent and agent.counts is not None else None


def _told_gpus(agent: AgentReport | None) -> dict[str, Any] | None:
    return dict(agent.gpus) if agent and agent.gpus is not None else None
