"""Is the console alive, can it serve, what does it depend on?

``/api/v1/livez`` says that the process answers. ``/api/v1/readyz`` is 503 only while the console
cannot serve at all, which is without its config database: a cluster that does not answer is news to
show, no reason to stop.
"""

from typing import Any

from flask import Response
from flask_openapi3 import APIBlueprint, OpenAPI
from pydantic import BaseModel

from api.guard import current_identity
from api.openapi import V1, Tree, answer, cluster_of, in_both_trees
from services.container import Container
from services.errors import Unauthenticated, Unavailable


class Health(BaseModel):
    """The prototype's answer, kept."""

    status: str


class Ready(BaseModel):
    """Each dependency with its state."""

    status: str
    dependencies: list[dict[str, Any]]


class Config(BaseModel):
    """Edition, version and connection of a cluster."""

    edition: str
    version: str
    connected: bool
    cluster: str
    demo: bool


def _is_known() -> bool:
    """Probes ask without an identity."""
    try:
        current_identity()
    except Unauthenticated:
        return False
    return True


def _may_know(cluster: str) -> bool:
    """Who is not known hears nothing of clusters."""
    return _is_known() and current_identity().may_see_cluster(cluster)


def register(server: OpenAPI, container: Container) -> None:
    """Add the health views and the console's own configuration."""
    group = APIBlueprint("health", __name__, url_prefix=V1)

    @group.get("/health", responses={"200": Health})
    def health() -> Response:
        """The process answers."""
        return answer({"status": "ok"})

    @group.get("/livez", responses={"200": Health})
    def livez() -> Response:
        """The process answers."""
        return answer({"status": "ok"})

    @group.get("/readyz", responses={"200": Ready, "503": Ready})
    def readyz() -> Response:
        """Whether the console can serve, with the state of each dependency."""
        database = ""
        try:
            container.db.ping()
        except Unavailable as error:
            database = error.message
        found = [{"name": "config database", "ok": database == "", "reason": database}]
        if _is_known():
            problem = container.store.problem or ""
            found.append({"name": container.store.name, "ok": problem == "", "reason": problem})
        if container.registry and _is_known():
            problem = container.registry.problem
            found.append({"name": "hub", "ok": problem == "", "reason": problem})
        found += [
            {
                "name": f"cluster {info.name}",
                "ok": info.state.connected,
                "reason": info.state.reason,
            }
            for info in container.fleet.list()
            if _may_know(info.name)
        ]
        status = 503 if database else 200
        return answer({"status": "unready" if database else "ready", "dependencies": found}, status)

    server.register_api(group)

    def get_config(path: Tree) -> Response:
        """Edition, version and connection of a cluster."""
        cluster = cluster_of(path, container.fleet)
        state = container.fleet.visible(current_identity(), cluster).state
        return answer(
            {
                "edition": state.edition,
                "version": container.version,
                "connected": state.connected,
                "cluster": cluster,
                "demo": container.settings.demo,
            }
        )

    in_both_trees(
        server, "config", [("get", "/config", get_config, {"responses": {"200": Config}})]
    )
