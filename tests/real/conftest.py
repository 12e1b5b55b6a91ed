"""Fixtures of fleets: a cluster to register, and two consoles on one hub."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from services.demo.api import DemoApi
from services.demo.definitions import definitions
from tests.real.hub import Hub, hub_on
from tests.real.kube_api import KubeApi, wait_until
from tests.real.replicas import Replicas, registered

_number = count(1)


@pytest.fixture(scope="module")
def workload() -> Iterator[DemoApi]:
    """The cluster that is registered."""
    api = DemoApi("workload", definitions())
    api.start()
    yield api
    api.stop()


@pytest.fixture
def hub(kube_api: KubeApi, namespace: str, tmp_path: Path) -> Iterator[Hub]:
    """A console in hub mode, of this test alone."""
    with hub_on(kube_api, namespace, tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def hubs(
    kube_api: KubeApi, workload: DemoApi, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Hub, Hub]]:
    """Two consoles on one hub, for all tests of a file; they end before the workload does."""
    namespace = f"fleet-{next(_number)}-{kube_api.name}"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    kube_api.post("/api/v1/namespaces", body).ok()
    one, two = (tmp_path_factory.mktemp(name) for name in ("one", "two"))
    with hub_on(kube_api, namespace, one) as first, hub_on(kube_api, namespace, two) as second:
        yield first, second


@pytest.fixture
def replicas(hubs: tuple[Hub, Hub], workload: DemoApi) -> Iterator[Replicas]:
    first, second = hubs
    name = f"web-{next(_number)}"
    token = registered(first, name, workload)
    wait_until("known to the other", lambda: second.cluster(name))
    yield Replicas(first, second, name, token)
    first.rest("DELETE", f"/clusters/{name}")
