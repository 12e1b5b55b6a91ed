"""The shell's callbacks: who is here, which clusters answer, where the problems are.

The facts go into the layout itself, so that the first paint has them without another request; the
browser asks again through the tick store when something changed.
"""

from typing import Any

from dash import ClientsideFunction, Input, Output

from callbacks import fleet
from callbacks.registrar import Callbacks, toast
from components import ids, shell
from services.auth.identity import Identity, Role
from services.clusters.fleet import Cluster, ClusterInfo
from services.container import Container
from services.errors import Unauthenticated
from services.gatewayapi.policies.service import TOGETHER
from services.listing import ListQuery
from services.realtime.freshness import as_of

COUNTED = {
    "gateways": "gateways",
    "routes": "routes",
    "policies": "policies",
    "gatewayclasses": "gateway classes",
}
"""Kinds whose problems stand in the sidebar."""

NAMED = 3
"""Clusters a toast names; more are counted."""

NOBODY = Identity(name="nobody", role=Role.VIEWER, clusters=frozenset(), namespaces=frozenset())
"""Stands in while the application is built, when no request has an identity."""


def register(callbacks: Callbacks) -> None:
    """Set the layout and register what keeps it current."""
    container = callbacks.container

    def layout() -> Any:
        try:
            who = callbacks.who()
        except (Unauthenticated, AttributeError, RuntimeError):
            who = NOBODY
        return shell.layout(facts(container, who))

    callbacks.app.layout = layout

    @callbacks.on(Output(ids.FACTS, "data"), Input(ids.TICK, "data"), prevent_initial_call=True)
    def refresh(_tick: int) -> dict[str, Any]:
        return facts(container, callbacks.who())

    @callbacks.on(Input(ids.RETRY, "data"), prevent_initial_call=True)
    def retry(asked: dict[str, Any]) -> None:
        wanted = set(asked["clusters"])
        found = [one for one in container.fleet.clusters(callbacks.who()) if one.name in wanted]
        for one in found:
            one.retry()
        tried = [one.name for one in found]
        if fleet.HUB in wanted and container.registry:
            container.registry.cache.retry()
            tried.append("the hub")
        few = ", ".join(tried) if len(tried) <= NAMED else ""
        toast(
            "info",
            f"Trying {few or f'{len(tried)} clusters'} again",
            "The page follows when it answers.",
        )

    callbacks.clientside(
        ClientsideFunction("ngfView", "arrived"),
        Output(ids.VIEW, "data"),
        Input("_pages_content", "children"),
    )
    callbacks.clientside(
        ClientsideFunction("ngfShell", "facts"),
        Input(ids.FACTS, "data"),
    )
    callbacks.clientside(
        ClientsideFunction("ngfToast", "show"),
        Input(ids.TOAST, "data"),
    )
    callbacks.clientside(
        ClientsideFunction("ngfSearch", "show"),
        Input(ids.SEARCH_RESULTS, "data"),
    )


def facts(container: Container, who: Identity) -> dict[str, Any]:
    """What the frame shows, for this identity, from memory."""
    described = container.fleet.described(who)
    seen = [info for _, info in described]
    moment = as_of(one for one, _ in described)
    return {
        "version": container.version,
        "demo": container.settings.demo,
        "grafana": container.settings.grafana_url,
        "user": {
            "name": who.name,
            "role": str(who.role),
            "clusters": sorted(who.clusters) if who.clusters is not None else None,
            "namespaces": sorted(who.namespaces) if who.namespaces is not None else None,
        },
        "clusters": [
            {
                "name": info.name,
                "label": info.display_name or info.name,
                "slot": info.slot,
                "region": info.region or "",
                "environment": info.environment or "",
                "connected": info.state.connected,
                "reason": info.state.reason,
            }
            for info in seen
        ],
        "namespaces": _namespaces(who, [one for one, _ in described]),
        "counts": _problems(container, who, seen),
        "as_of": moment.isoformat() if moment else None,
    }


def _namespaces(who: Identity, clusters: list[Cluster]) -> list[str]:
    names = {
        name
        for cluster in clusters
        for _, name in cluster.snapshot("namespaces").objects
        if who.may_see(cluster.name, name)
    }
    return sorted(names)


def _problems(
    container: Container, who: Identity, clusters: list[ClusterInfo]
) -> dict[str, dict[str, Any]]:
    found = {}
    if troubled := fleet.problems(clusters):
        found["clusters"] = troubled
    for kind, words in COUNTED.items():
        lists = container.policies if kind == TOGETHER else container.resources
        counts = lists.list(who, kind, ListQuery(page_size=1)).counts
        broken, partly = counts.get("err", 0), counts.get("warn", 0)
        if broken or partly:
            found[kind] = {
                "n": broken + partly,
                "status": "err" if broken else "warn",
                "words": f"{broken + partly} {words} with problems",
            }
    return found
