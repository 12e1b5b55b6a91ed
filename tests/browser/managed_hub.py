"""A whole console on a hub of ManagedClusters, for the journeys of the fleet: registration, agents,
the end. The hub and the workload clusters are the demo's API; they are real to the console."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from app import create_app
from cli.source import managed
from services.auth.identity import CONSOLE
from services.clusters.heartbeats import Heartbeat
from services.clusters.joining import NewCluster
from services.clusters.registration import Registration
from services.container import Container
from services.demo.api import DemoApi
from services.demo.definitions import definitions
from services.kube.connection import Connection
from services.settings import load
from tests.browser.fleet_of_two import objects
from tests.serving import loopback

NAMESPACE = "ngf-system"


class Hub:
    """The console's address, its services, and the API servers behind it. ``web`` and ``spare``
    are workload clusters, of which ``web`` is registered."""

    def __init__(self, folder: Path) -> None:
        self.apis: dict[str, DemoApi] = {}
        for name in ("hub", "web", "spare"):
            api = self.apis[name] = DemoApi(name, definitions())
            made = objects(name) if name != "hub" else [_namespace(NAMESPACE)]
            for obj in made:
                api.store.create(obj)
            api.start()
        settings = load({"data": folder, "multicluster": True})
        kubeconfig = self.apis["hub"].kubeconfig()
        fleet = managed(settings, partial(Connection.from_kubeconfig, kubeconfig))
        self.container = Container.build(settings, fleet)
        self._server = loopback(create_app(self.container).server)
        self.container.start()
        assert self.container.registry
        self.container.registry.cache.wait_ready(30)
        self.url = f"http://127.0.0.1:{self._server.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def registration(self) -> Registration:
        """Where clusters join."""
        assert self.container.registration
        return self.container.registration

    def register(self, name: str = "web", **told: str) -> str:
        """Take a cluster in as an admin does; its agent's token."""
        new = NewCluster(name, name, self.kubeconfig(name), **told)  # type: ignore[arg-type]
        token = self.registration.register(CONSOLE, new).token
        self.container.fleet.get(name).cache.wait_ready(30)
        return token

    def kubeconfig(self, name: str) -> str:
        """The text of a cluster's kubeconfig."""
        return self.apis[name].kubeconfig()

    def beat(self, name: str, number: int = 1) -> None:
        """A heartbeat of the cluster's agent."""
        assert self.container.heartbeats
        counts = {"gateways": 2, "httpRoutes": 60, "services": 2, "namespaces": 3}
        said = ("1.4.0", "v1.36.3", "2.6.7", "oss", True, counts, None)
        self.container.heartbeats.take(name, Heartbeat(number, *said))  # type: ignore[arg-type]

    def sign_in_link(self) -> str:
        return f"{self.url}/signin?code={self.container.signin.mint()}"

    def stop(self) -> None:
        self._server.shutdown()
        self.container.stop()
        for api in self.apis.values():
            api.stop()


@contextmanager
def running() -> Iterator[Hub]:
    """A hub of its own, stopped at the end."""
    with tempfile.TemporaryDirectory() as folder:
        hub = Hub(Path(folder))
        try:
            yield hub
        finally:
            hub.stop()


def _namespace(name: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
