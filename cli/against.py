"""``--against CLUSTER``: what a cluster holds now, for a command that runs without a server."""

import os
import sys
from functools import partial
from pathlib import Path

from services.clusters.fleet import SINGLE, Fleet
from services.errors import ConsoleError
from services.gatewayapi.model.model import Model
from services.gatewayapi.models import Models
from services.kube.connection import Connection
from services.kube.kubeconfig import merged, parse, read
from services.settings import Settings

READY_SECONDS = 60.0
"""Longest wait for everything that a cluster holds."""


def model_of(settings: Settings, name: str) -> Model | None:
    """The model of a cluster: one that the console would work on with these options, else a
    context of the kubeconfig. None after saying why there is none. Raises BadSettings."""
    fleet = _fleet(settings, name)
    if fleet is None:
        return None
    fleet.start()
    try:
        fleet.wait_ready(READY_SECONDS)
        cluster = fleet.get(name)
        if not cluster.state.connected:
            raise cluster.unavailable(cluster.state.reason or "it has not answered yet")
        model = Models().of(cluster)
        if model.world.unread - {"configmaps"}:
            kinds = ", ".join(sorted(model.world.unread - {"configmaps"}))
            print(f"ngf-console: {name}: may not be read: {kinds}", file=sys.stderr)
        return model
    except ConsoleError as error:
        print(f"ngf-console: --against: {error.message}", file=sys.stderr)
        return None
    finally:
        fleet.stop()


def _fleet(settings: Settings, name: str) -> Fleet | None:
    if settings.demo:
        from services.demo.fleet import start_demo
        from services.demo.places import places

        running = start_demo(places(settings.demo_clusters, settings.demo_routes))
        fleet = Fleet(running.members())
        fleet.attendants.append(running)
        return fleet
    if settings.clusters_config or settings.multicluster or name == SINGLE:
        from cli import source

        build = source.choose(settings)
        return build() if build else None
    connect = partial(_connect, settings, name)
    try:
        connect()
    except ConsoleError as error:
        print(f"ngf-console: --against: {error.message}", file=sys.stderr)
        return None
    return Fleet.single(connect, name, name)


def _connect(settings: Settings, context: str) -> Connection:
    """The API server of a context of the kubeconfig that kubectl would read."""
    paths = [Path.home() / ".kube" / "config"]
    if settings.kubeconfig:
        paths = [settings.kubeconfig]
    elif named := os.environ.get("KUBECONFIG"):
        paths = [Path(part).expanduser() for part in named.split(":") if part]
    found = [path for path in paths if path.exists()] or paths[:1]
    config = merged(parse(read(path)) for path in found)
    return Connection.from_mapping(
        config, context, "anywhere" if settings.allow_http_clusters else "loopback"
    )
