"""The fleet page in one answer: key figures, and each cluster with what it is and how it stands."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from dash import ClientsideFunction, Input, Output, State

from callbacks import attention, cluster_words, fleet_figures, gpu_words
from callbacks.cluster_words import Part, look
from callbacks.registrar import Callbacks
from components import fleet, ids
from components.times import clock
from services.auth.identity import Identity
from services.clusters.counts import count
from services.clusters.fleet import Cluster, ClusterInfo
from services.clusters.registry import Registry
from services.container import Container
from services.kube.cache import PROBE_SECONDS

HUB = "*"
"""Stands for the hub among names of clusters, of which none is so."""
HUB_SAYS = {"stale": "The hub does not answer.", "loading": "The hub is still being read."}
"""What is said of it by the state of what is watched there."""

Row = dict[str, Any]


def register(callbacks: Callbacks) -> None:
    """Register the page's one question and its drawing."""
    container = callbacks.container

    @callbacks.on(Output(fleet.DATA, "data"), Input(fleet.ASKED, "data"))
    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        return page(container, callbacks.who(), frozenset(asked["clusters"]))

    callbacks.clientside(
        ClientsideFunction("ngfFleet", "draw"),
        Output(fleet.GRID, "rowData"),
        Input(fleet.DATA, "data"),
        Input(ids.VIEW, "data"),
        State(fleet.GRID, "rowData"),
    )
    callbacks.clientside(
        ClientsideFunction("ngfFleet", "typed"),
        Input("fleet-q", "value"),
        prevent_initial_call=True,
    )


def page(container: Container, who: Identity, chosen: frozenset[str]) -> dict[str, Any]:
    """Everything on the page, for the ``chosen`` clusters (all when empty), worst first."""
    now = datetime.now(UTC)
    seen = container.fleet.described(who)
    shown = [(one, info) for one, info in seen if not chosen or info.name in chosen]
    shown.sort(key=lambda pair: (attention.rank(pair[1]), pair[1].name))
    clusters = [info for _, info in shown]
    gpus = [gpu_words.gpus(container.gpus.of(one)) for one, _ in shown]
    return {
        "tiles": fleet_figures.tiles(clusters, gpus),
        "clusters": [
            _row(who, one, info, now) | {"gpus": found and gpu_words.brief(found)}
            for (one, info), found in zip(shown, gpus, strict=True)
        ],
        "every": PROBE_SECONDS,
        "checked": _iso(cluster_words.latest_check(clusters)),
        "total": len(seen),
        "register": why_not(container),
        "strip": _strip(container.registry),
    }


def _strip(registry: Registry | None) -> dict[str, Any] | None:
    """That the clusters are not those that the hub has by now, and why."""
    doubtful = registry and registry.doubtful
    if not doubtful:
        return None
    lead = HUB_SAYS.get(doubtful.state, "The hub does not tell all of its clusters.")
    text = f"{doubtful.why.rstrip('.')}."
    if doubtful.as_of:
        text += (
            f" Clusters are watched as the hub had them at {clock(doubtful.as_of)}; what has"
            " changed there is not seen, and nothing can be registered or edited."
        )
    return {"lead": lead, "text": text, "names": [HUB]}


def why_not(container: Container) -> str:
    """Why clusters cannot be registered by this console at all; "" where they can."""
    if container.registration is not None:
        return ""
    if container.settings.clusters_config:
        return "Clusters come from a file"
    return "This console works on one cluster"


def _row(who: Identity, cluster: Cluster, info: ClusterInfo, now: datetime) -> Row:
    state, shown = info.state, look(info.standing)
    gateways, routes = (count(who, cluster, kind) for kind in ("gateways", "httproutes"))
    row: Row = {
        **cluster_words.place(info),
        "labels": [f"{key}={value}" for key, value in sorted(info.labels.items())],
        "local": info.local,
        "status": shown.status,
        "status_word": shown.word,
        "reason": info.standing.title,
        "gone": not state.connected,
        "attention": bool(shown.said),
        "ready": info.standing.phase == "Ready",
        "ngf": cluster_words.ngf_words(state),
        "kubernetes": (state.kubernetes_version or "").removeprefix("v"),
        "gateways": gateways.value,
        "httproutes": routes.value,
        "agents": info.agents,
        "heartbeat": _iso(info.agent.at) if info.agent else None,
        "last_seen": _iso(state.last_seen),
        "latency": state.latest.seconds if state.latest else None,
    }
    if shown.said:
        row |= _trouble(info, now, known=cluster_words.known((gateways, routes)))
    return row


def _trouble(info: ClusterInfo, now: datetime, known: str) -> Row:
    """What the panel of problems shows beside what every cluster shows."""
    text: list[Part] = cluster_words.explained(info, now, known)
    return {
        "title": cluster_words.headline(info.standing),
        "text": text,
        "conditions": [
            {key: one[key] for key in ("type", "status", "reason", "text")}
            for one in cluster_words.conditions(info.standing)
        ],
        "checks": [check.seconds for check in info.state.checks],
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def problems(clusters: list[ClusterInfo]) -> dict[str, Any] | None:
    """What the sidebar says beside the page: how many clusters need a person."""
    statuses = Counter(look(info.standing).status for info in clusters if look(info.standing).said)
    if not statuses:
        return None
    number = statuses.total()
    return {
        "n": number,
        "status": "err" if statuses["err"] else "warn",
        "words": f"{number} {'cluster needs' if number == 1 else 'clusters need'} attention",
    }
