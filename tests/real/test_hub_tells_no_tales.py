"""Promise: what the hub says of a cluster is of that cluster and of now: not of an older one of the
same name, not of one that rests, not of a Prometheus that nobody has asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from services.demo.api import DemoApi
from services.demo.definitions import definitions
from tests.real.hub import Hub, hub_on
from tests.real.kube_api import KubeApi, wait_until

WITHIN_S = 2.0


@pytest.fixture(scope="module")
def workload() -> Iterator[DemoApi]:
    """A cluster to register."""
    api = DemoApi("workload", definitions())
    api.start()
    yield api
    api.stop()


@pytest.fixture
def hub(kube_api: KubeApi, namespace: str, tmp_path: Path) -> Iterator[Hub]:
    with hub_on(kube_api, namespace, tmp_path) as running:
        yield running


def test_a_cluster_that_rests_says_when_it_was_seen_and_when_to_come_again(hub: Hub) -> None:
    api = DemoApi("lost", definitions())
    api.start()
    hub.create_by_kubectl("lost", api.kubeconfig())
    wait_until("connected", lambda: hub.cluster("lost").get("connected"), 5)
    api.stop()
    wait_until("at rest", lambda: hub.cluster("lost")["breaker"] == "open", 20)
    refused = hub.rest("DELETE", "/clusters/lost/gateways/shop/edge")
    assert refused.status_code == 503
    error = refused.json()["error"]
    assert error["details"]["last_seen"] == hub.cluster("lost")["lastSeen"]
    assert 0 < int(refused.headers["Retry-After"]) <= 30
    assert error["details"]["retry_after"] == int(refused.headers["Retry-After"])
    never = DemoApi("never", definitions())
    hub.create_by_kubectl("never", kubeconfig_of_nothing(never))
    wait_until("tried", lambda: hub.cluster("never").get("reason"), 5)
    answers: list[requests.Response] = [
        hub.rest("GET", "/clusters/never/gateways/shop/edge"),
        hub.rest("DELETE", "/clusters/never/gateways/shop/edge"),
    ]
    for answer in answers:
        assert answer.status_code == 503
        assert answer.json()["error"]["details"]["cluster"] == "never"
        assert answer.json()["error"]["details"]["last_seen"] is None


def kubeconfig_of_nothing(api: DemoApi) -> str:
    """The kubeconfig of a cluster that has stopped."""
    api.start()
    kubeconfig = api.kubeconfig()
    api.stop()
    return kubeconfig
