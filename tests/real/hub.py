"""A whole console in hub mode on an API server, and clusters for it to register.

The hub's own objects are in a namespace made anew for each test. Everything a user has is here: the
REST API with an admin's token, kubectl's way by the API itself.
"""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from app import create_app
from services.auth.identity import CONSOLE, Role
from services.clusters.fleet import Fleet
from services.clusters.registry import API_VERSION, Registry
from services.container import Container
from services.kube.connection import Connection
from services.settings import load
from services.telemetry.store import Store
from tests.real.kube_api import KubeApi, wait_until
from tests.serving import loopback
from tests.stores import fresh_store

Obj = dict[str, Any]


class Hub:
    """A console that takes its clusters from ``namespace`` of ``api``."""

    def __init__(
        self,
        api: KubeApi,
        namespace: str,
        folder: Path,
        store: Store | None = None,
        **settings: Any,
    ) -> None:
        self.api, self.namespace = api, namespace
        kubeconfig = api.kubeconfig()
        fleet = Fleet()
        options = load({"data": folder, "multicluster": True, **settings})
        fleet.source = Registry(
            fleet,
            lambda: Connection.from_kubeconfig(kubeconfig),
            namespace,
            allow_http=options.allow_http_clusters,
        )
        self.container = Container.build(options, fleet, store or fresh_store())
        self.token = self.container.tokens.create(CONSOLE, "tests", Role.ADMIN)[1]
        self._server = loopback(create_app(self.container).server)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.container.start()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        wait_until("the hub is read", lambda: not self.registry.problem, 20)

    @property
    def registry(self) -> Registry:
        assert self.container.registry is not None
        return self.container.registry

    def rest(self, method: str, path: str, token: str = "", **options: Any) -> requests.Response:
        """One request, as admin unless ``token`` is another's."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return requests.request(
            method, f"{self.url}/api/v1{path}", headers=headers, timeout=30, **options
        )

    def cluster(self, name: str) -> Obj:
        """What REST says of a cluster now, {} of one that it does not know."""
        answer = self.rest("GET", f"/clusters/{name}")
        return answer.json() if answer.status_code == 200 else {}

    def managed(self, name: str = "") -> str:
        """The path of the ManagedClusters, or of one."""
        return "/".join(
            filter(
                None,
                (f"/apis/{API_VERSION}/namespaces/{self.namespace}/managedclusters", name),
            )
        )

    def secret(self, name: str = "") -> str:
        """The path of the namespace's Secrets, or of one."""
        return "/".join(filter(None, (f"/api/v1/namespaces/{self.namespace}/secrets", name)))

    def create_by_kubectl(self, name: str, kubeconfig: str, **spec: Any) -> None:
        """What somebody applies who does not use the console for it."""
        self.api.post(self.secret(), secret(f"{name}-own", kubeconfig)).ok()
        ref = {"kubeconfigSecretRef": {"name": f"{name}-own"}}
        self.api.post(self.managed(), managed_cluster(name, **ref, **spec)).ok()

    def stop(self) -> None:
        self._server.shutdown()
        self.container.stop()


@contextmanager
def hub_on(
    api: KubeApi, namespace: str, folder: Path, store: Store | None = None, **settings: Any
) -> Iterator[Hub]:
    """A hub of its own, stopped at the end."""
    hub = Hub(api, namespace, folder, store, **settings)
    try:
        yield hub
    finally:
        hub.stop()


def managed_cluster(name: str, **spec: Any) -> Obj:
    """A ManagedCluster."""
    return {
        "apiVersion": API_VERSION,
        "kind": "ManagedCluster",
        "metadata": {"name": name},
        "spec": {"displayName": name.title(), **spec},
    }


def secret(name: str, kubeconfig: str) -> Obj:
    """A Secret with a kubeconfig."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {"name": name},
        "data": {"kubeconfig": base64.b64encode(kubeconfig.encode()).decode()},
    }
