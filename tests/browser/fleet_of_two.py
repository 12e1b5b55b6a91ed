"""A whole console on two small clusters of the demo's API, for the journeys over resources.

The clusters are real to the console: TLS, tokens, watches, dry-run. ``web`` can be stopped and
started, which is how a lost cluster is tested.
"""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from app import create_app
from services.clusters.fleet import Fleet, Member
from services.container import Container
from services.demo.api import DemoApi
from services.demo.definitions import definitions
from services.kube.connection import Connection
from services.settings import load
from tests.serving import loopback
from tests.stores import fresh_store

API = "gateway.networking.k8s.io/v1"
ROUTES = 60


def condition(kind: str, status: str, reason: str, message: str = "") -> dict[str, Any]:
    """A condition as a controller writes it."""
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }


def gateway(name: str = "edge", namespace: str = "shop", programmed: bool = True) -> dict[str, Any]:
    """A Gateway with two listeners and what NGF says of it."""
    verdict = [condition("Accepted", "True", "Accepted")]
    verdict.append(
        condition("Programmed", "True", "Programmed")
        if programmed
        else condition("Programmed", "False", "AddressNotAssigned", "No address is free.")
    )
    listeners = [
        {"name": "http", "port": 80, "protocol": "HTTP"},
        {
            "name": "https",
            "port": 443,
            "protocol": "HTTPS",
            "hostname": "*.example.com",
            "tls": {"mode": "Terminate", "certificateRefs": [{"name": "wildcard"}]},
        },
    ]
    return {
        "apiVersion": API,
        "kind": "Gateway",
        "metadata": {"name": name, "namespace": namespace, "labels": {"tier": "edge"}},
        "spec": {"gatewayClassName": "nginx", "listeners": listeners},
        "status": {
            "conditions": verdict,
            "listeners": [
                {
                    "name": one["name"],
                    "attachedRoutes": 1,
                    "supportedKinds": [],
                    "conditions": verdict,
                }
                for one in listeners
            ],
        },
    }


def route(name: str, namespace: str = "shop", **spec: Any) -> dict[str, Any]:
    """An accepted HTTPRoute of gateway ``edge``."""
    parent = {"name": "edge", "namespace": "shop"}
    rule = {
        "matches": [{"path": {"type": "PathPrefix", "value": f"/{name}"}}],
        "backendRefs": [
            {"name": "web", "port": 8080, "weight": 95},
            {"name": "gone", "port": 8080, "weight": 5},
        ],
        "timeouts": {"request": "10s"},
    }
    return {
        "apiVersion": API,
        "kind": "HTTPRoute",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "parentRefs": [parent],
            "hostnames": [f"{name}.example.com"],
            "rules": [rule],
            **spec,
        },
        "status": {
            "parents": [
                {
                    "parentRef": parent,
                    "controllerName": "gateway.nginx.org/nginx-gateway-controller",
                    "conditions": [
                        condition("Accepted", "True", "Accepted"),
                        condition(
                            "ResolvedRefs", "False", "BackendNotFound", "Service gone is missing."
                        ),
                    ],
                }
            ]
        },
    }


def service(name: str) -> dict[str, Any]:
    """A Service on port 8080."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"ports": [{"port": 8080}]},
    }


def endpoints(name: str) -> dict[str, Any]:
    """The one ready endpoint of a Service."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{name}-1",
            "namespace": "shop",
            "labels": {"kubernetes.io/service-name": name},
        },
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": True}}],
        "ports": [{"port": 8080}],
    }


def objects(cluster: str) -> list[dict[str, Any]]:
    """What each cluster holds: two gateways, routes, one Service with a ready endpoint."""
    places = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        for name in ("shop", "payments")
    ]
    gateway_class = {
        "apiVersion": API,
        "kind": "GatewayClass",
        "metadata": {"name": "nginx"},
        "spec": {"controllerName": "gateway.nginx.org/nginx-gateway-controller"},
        "status": {"conditions": [condition("Accepted", "True", "Accepted")]},
    }
    made = [*places, gateway_class, service("web"), endpoints("web"), gateway()]
    made.append(gateway("pay", "payments", programmed=False))
    count = ROUTES if cluster == "web" else 3
    return [*made, *[route(f"route-{number:03d}") for number in range(count)]]


class Served:
    """The console's address, its services, and the API servers behind it, by name."""

    def __init__(self, held: dict[str, list[dict[str, Any]]]) -> None:
        """Start an API server for each name, with the objects it holds."""
        self.apis = {name: DemoApi(name, definitions()) for name in held}
        for name, api in self.apis.items():
            for obj in held[name]:
                api.store.create(obj)
            api.start()

    def serve(self, container: Container) -> None:
        """Start the console and wait until it has read what it works on."""
        self.container = container
        self._server = loopback(create_app(container).server)
        container.start()
        container.fleet.wait_ready(30)
        self.url = f"http://127.0.0.1:{self._server.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def sign_in_link(self) -> str:
        return f"{self.url}/signin?code={self.container.signin.mint()}"

    def stop(self) -> None:
        self._server.shutdown()
        self.container.stop()
        for api in self.apis.values():
            api.stop()


T = TypeVar("T", bound=Served)


class Console(Served):
    """A console on the clusters ``hub`` and ``web``."""

    def __init__(self, folder: Path) -> None:
        super().__init__({name: objects(name) for name in ("hub", "web")})
        fleet = Fleet([self._member(name) for name in self.apis])
        self.serve(Container.build(load({"data": folder}), fleet, fresh_store()))

    def _member(self, name: str) -> Member:
        kubeconfig = self.apis[name].kubeconfig()
        return Member(name, lambda: Connection.from_kubeconfig(kubeconfig), default=name == "web")

    def live(self, kind: str, name: str, namespace: str = "shop") -> dict[str, Any]:
        """An object of cluster ``web`` as its API server has it."""
        return self.apis["web"].store.get(API, kind, namespace, name)


class Late(Console):
    """A console that starts while ``web`` does not answer."""

    def serve(self, container: Container) -> None:
        self.apis["web"].stop()
        super().serve(container)

    def answers(self) -> None:
        """From now on ``web`` answers."""
        self.apis["web"].start()
        self.container.fleet.get("web").cache.retry()


@contextmanager
def running() -> Iterator[Console]:
    """A console of its own, stopped at the end."""
    with started(Console) as console:
        yield console


@contextmanager
def started(make: Callable[[Path], T]) -> Iterator[T]:
    """What ``make`` starts in a folder of its own, stopped at the end."""
    with tempfile.TemporaryDirectory() as folder:
        console = make(Path(folder))
        try:
            yield console
        finally:
            console.stop()
