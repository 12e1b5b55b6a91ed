"""The page of one cluster in one answer: facts, conditions, checks, objects, GPUs, agent."""

from datetime import UTC, datetime
from typing import Any

from dash import ClientsideFunction, Input, Output

from callbacks import cluster_words, gpu_words
from callbacks.cluster_words import TONES, look
from callbacks.fleet import why_not
from callbacks.registrar import Callbacks
from components import cluster, ids
from components.kinds import KINDS as SPOKEN
from services.auth.identity import Identity, Role
from services.clusters.cluster import Cluster, ClusterInfo
from services.clusters.counts import Counted, counts
from services.clusters.standing import STALE_AFTER
from services.container import Container
from services.errors import NotFound
from services.kube.cache import PROBE_SECONDS
from services.kube.catalogue import KINDS

MANY = {
    "gateways": "Gateways",
    "httproutes": "HTTP routes",
    "inferencepools": "Inference pools",
    "inferencestacks": "Inference stacks",
    "gatewaybundles": "Gateway bundles",
    "services": "Services",
    "namespaces": "Namespaces",
}


def register(callbacks: Callbacks) -> None:
    """Register the page's one question and its drawing."""
    container = callbacks.container

    @callbacks.on(Output(cluster.DATA, "data"), Input(cluster.ASKED, "data"))
    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        try:
            return page(container, callbacks.who(), str(asked["name"]))
        except NotFound as error:
            return {"name": asked["name"], "missing": error.message}

    callbacks.clientside(
        ClientsideFunction("ngfCluster", "draw"),
        Output(cluster.DRAWN, "data"),
        Input(cluster.DATA, "data"),
        Input(ids.VIEW, "data"),
    )


def page(container: Container, who: Identity, name: str) -> dict[str, Any]:
    """Everything that is shown of a cluster. Raises NotFound."""
    member = container.fleet.visible(who, name)
    info, now = container.fleet.info(member), datetime.now(UTC)
    shown, counted = look(info.standing), counts(who, member)
    reading = container.gpus.of(member)
    return {
        "name": name,
        "label": info.display_name,
        "slot": info.slot,
        "status": shown.status,
        "word": shown.word,
        "reason": _reason(info),
        "title": cluster_words.headline(info.standing) if shown.said else "",
        "text": cluster_words.explained(info, now, cluster_words.known(counted)),
        "facts": _facts(info),
        "labels": [f"{key}={value}" for key, value in sorted(info.labels.items())],
        "conditions": _conditions(container, info),
        "checks": [
            {"at": check.at.isoformat(), "seconds": check.seconds} for check in info.state.checks
        ],
        "latest": info.state.latest
        and {"at": info.state.latest.at.isoformat(), "seconds": info.state.latest.seconds},
        "every": PROBE_SECONDS,
        "circuit": cluster_words.circuit(info.state, now),
        "counts": [_count(name, one) for one in counted],
        "gpus": gpu_words.gpus(reading),
        "gpus_unknown": reading.reason,
        "agent": _agent(info),
        "manage": _manage(container, who, member),
    }


def _reason(info: ClusterInfo) -> str:
    """The Kubernetes reason of what is not well."""
    if not look(info.standing).said:
        return ""
    troubled = (
        one.reason
        for one in info.standing.conditions
        if one.status == "False" or one.reason in ("HeartbeatStale", "OperatorUnhealthy")
    )
    return next(troubled, "")


def _facts(info: ClusterInfo) -> list[dict[str, Any]]:
    state = info.state
    detected = info.standing.condition("GatewayFabricDetected").status
    ngf = (
        cluster_words.ngf_words(state)
        or {
            "True": "of unknown version",
            "False": "not installed",
            "Unknown": "not known",
        }[detected]
    )
    kubernetes = (state.kubernetes_version or "").removeprefix("v")
    seen = state.last_seen.isoformat() if state.last_seen else None
    facts: list[dict[str, Any]] = [
        {"label": "Kubernetes", "value": kubernetes or "not known"},
        {"label": "NGF", "value": ngf},
        {"label": "Region", "value": info.region},
        {"label": "Environment", "value": info.environment},
        {"label": "Last answer", "ago": seen, "value": "never"},
    ]
    if info.agents:
        agent = info.agent
        facts[2:2] = [
            {"label": "Agent", "value": (agent and agent.agent_version) or "not known"},
            {
                "label": "Last heartbeat",
                "ago": agent.at.isoformat() if agent else None,
                "value": "never",
                "note": f"of every {info.interval:g} s",
            },
        ]
    return [fact for fact in facts if fact["value"]]


def _conditions(container: Container, info: ClusterInfo) -> list[dict[str, Any]]:
    """The four; since when they are so the object of a registered cluster remembers."""
    said = cluster_words.conditions(info.standing)
    if container.registry is None:
        return said
    try:
        status = container.registry.object(info.name).get("status") or {}
    except NotFound:
        return said
    written = {one["type"]: one for one in status.get("conditions") or ()}
    for one in said:
        before = written.get(one["type"], {})
        if before.get("status") == one["said"]:
            one["since"] = before.get("lastTransitionTime")
    return said


def _count(cluster_name: str, one: Counted) -> dict[str, Any]:
    return {
        "label": MANY[one.kind],
        "href": f"/{one.kind}?cluster={cluster_name}" if one.kind in SPOKEN else "",
        "kind": KINDS[one.kind].kind,
        "value": one.value,
        "source": one.source,
        "at": one.at.isoformat() if one.at else None,
        "why": one.why,
    }


def _agent(info: ClusterInfo) -> dict[str, Any] | None:
    if not info.agents:
        return None
    report, said = info.agent, info.standing.condition("AgentReporting")
    return {
        "status": "stale" if said.reason == "HeartbeatStale" else TONES[said.status],
        "reason": said.reason,
        "text": said.message,
        "version": report.agent_version if report else "",
        "heartbeat": report.at.isoformat() if report else None,
        "sequence": report.sequence if report else None,
        "operator": report.operator_healthy if report else None,
        "interval": info.interval,
        "stale_after": STALE_AFTER * info.interval,
    }


def _manage(container: Container, who: Identity, cluster: Cluster) -> dict[str, Any]:
    """What an admin may do here and what for; everybody else is told why not."""
    registration = container.registration
    if registration is None:
        return {"may": False, "why": f"{why_not(container)}."}
    if not who.role.includes(Role.ADMIN):
        return {"may": False, "why": f"This needs the role admin; you have {who.role}."}
    install = registration.install
    return {
        "may": True,
        "why": "",
        "local": cluster.member.local,
        "command": install.command(cluster.name, cluster.member.otel_endpoint),
        "problem": install.problem,
        "remains": install.remains(),
    }
