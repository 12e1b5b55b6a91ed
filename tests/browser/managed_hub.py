"""A whole console on a hub of ManagedClusters, for the journeys of the fleet: registration, agents,
the end. The hub and the workload clusters are the demo's API; they are real to the console."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from cli.source import managed
from services.auth.identity import CONSOLE
from services.clusters.heartbeats import Heartbeat
from services.clusters.joining import NewCluster
from services.clusters.registration import Registration
from services.container import Container
from services.kube.connection import Connection
from services.settings import load
from tests.browser.fleet_of_two import Served, objects, started
from tests.stores import fresh_store

NAMESPACE = "ngf-system"


class Hub(Served):
    """A console in hub mode. ``web`` and ``spare`` are workload clusters, of which ``web`` is
    registered."""

    def __init__(self, folder: Path) -> None:
        held = {name: objects(name) for name in ("web", "spare")}
        super().__init__({"hub": [_namespace(NAMESPACE)], **held})
        settings = load({"data": folder, "multicluster": True})
        kubeconfig = self.apis["hub"].kubeconfig()
        fleet = managed(settings, partial(Connection.from_kubeconfig, kubeconfig))
        self.serve(Container.build(settings, fleet, fresh_store()))

    @property
    def registration(self) -> Registration:
        """Where clusters join."""
        assert self.container.registration
        return self.container.registration

    def register(self, name: str = "web", region: str = "", environment: str = "") -> str:
        """Take a cluster in as an admin does; its agent's token."""
        new = NewCluster(name, name, self.kubeconfig(name), region, environment)
        token = self.registration.register(CONSOLE, new).token
        self.container.fleet.get(name).cache.wait_ready(30)
        return token

    def kubeconfig(self, name: str) -> str:
        """The text of a cluster's kubeconfig."""
        return self.apis[name].kubeconfig()

    def beat(self, name: str, number: int = 1) -> None:
        """A heartbeat of the cluster's agent."""
        assert self.container.heartbeats
        beat = Heartbeat(
            sequence=number,
            agent_version="1.4.0",
            kubernetes_version="v1.36.3",
            ngf_version="2.6.7",
            ngf_edition="oss",
            operator_healthy=True,
            counts={"gateways": 2, "httpRoutes": 60, "services": 2, "namespaces": 3},
            gpus=None,
        )
        self.container.heartbeats.take(name, beat)


@contextmanager
def running() -> Iterator[Hub]:
    """A hub of its own, stopped at the end."""
    with started(Hub) as hub:
        yield hub


def _namespace(name: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
