"""Promise: of all replicas exactly one does what is done once; another takes over within fifteen
seconds when it dies and at once when it stops, and writes nothing that was written already."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from services.clusters.leader import ELECTION, LEASE_SECONDS, NAME, Leadership
from services.errors import Unavailable
from services.kube.client import KubeClient
from services.kube.connection import Connection
from tests.real.kube_api import KubeApi, wait_until


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def client(kube_api: KubeApi) -> KubeClient:
    return KubeClient(Connection.from_kubeconfig(kube_api.kubeconfig()))


@contextmanager
def taking_part(*candidates: Leadership) -> Iterator[None]:
    for one in candidates:
        one.start()
    try:
        yield
    finally:
        for one in candidates:
            one.stop()


def lease(namespace: str) -> str:
    """The path of the lease."""
    return f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{NAME}"


def holder(api: KubeApi, namespace: str) -> str:
    """Who holds the lease, "" for nobody."""
    answer = api.get(lease(namespace))
    return (answer.body["spec"].get("holderIdentity") or "") if answer.status == 200 else ""


def test_one_of_several_leads_and_the_lease_says_who(
    kube_api: KubeApi, client: KubeClient, namespace: str
) -> None:
    candidates = [Leadership(lambda: client, namespace) for _ in range(3)]
    with taking_part(*candidates):
        wait_until("one leads", lambda: any(one.leads for one in candidates))
        [leader] = [one for one in candidates if one.leads]
        spec = kube_api.get(lease(namespace)).ok()["spec"]
        assert spec["holderIdentity"] == leader.identity
        assert spec["leaseDurationSeconds"] == LEASE_SECONDS
        renewed = spec["renewTime"]
        path = lease(namespace)
        wait_until("renewed", lambda: kube_api.get(path).ok()["spec"]["renewTime"] != renewed)
        assert kube_api.get(path).ok()["spec"]["acquireTime"] == spec["acquireTime"]
        assert [one for one in candidates if one.leads] == [leader]


def test_one_that_stops_is_followed_at_once(
    kube_api: KubeApi, client: KubeClient, namespace: str
) -> None:
    first, second = (Leadership(lambda: client, namespace) for _ in range(2))
    with taking_part(first):
        wait_until("leads", lambda: first.leads)
        with taking_part(second):
            first.stop()
            assert not first.leads
            assert holder(kube_api, namespace) != first.identity, "nobody waits for its end"
            wait_until("the other leads", lambda: second.leads)
            assert holder(kube_api, namespace) == second.identity
    assert holder(kube_api, namespace) == ""


class Held(KubeClient):
    """Holds one call of a method, ``before`` it is made or its answer, until the test says so."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.method, self.before = "", True
        self.arrived, self.gate = threading.Event(), threading.Event()

    def call(self, method: str, path: str, **options: Any) -> Any:
        held = method == self.method
        if held:
            self.method = ""
        if held and self.before:
            self._hold()
        answer = super().call(method, path, **options)
        if held and not self.before:
            self._hold()
        return answer

    def _hold(self) -> None:
        self.arrived.set()
        assert self.gate.wait(20)


@pytest.mark.parametrize("before", [True, False], ids=["asked", "answered"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_one_that_stops_while_it_renews_does_not_take_the_lease_back(
    kube_api: KubeApi, namespace: str, method: str, before: bool
) -> None:
    held = Held(Connection.from_kubeconfig(kube_api.kubeconfig()))
    leaving = Leadership(lambda: held, namespace)
    others = set(threading.enumerate())
    with taking_part(leaving):
        wait_until("leads", lambda: leaving.leads)
        held.before, held.method = before, method
        assert held.arrived.wait(20)
        stopping = threading.Thread(target=leaving.stop)
        stopping.start()
        wait_until("stopping", lambda: not leaving.leads)
        held.gate.set()
        started = set(threading.enumerate()) - others
        for thread in (stopping, *(one for one in started if one.name == ELECTION)):
            thread.join(20)
    assert holder(kube_api, namespace) == ""


def test_who_cannot_renew_leads_no_more_when_the_lease_is_over_even_if_a_call_hangs(
    kube_api: KubeApi, namespace: str
) -> None:
    clock = Clock()
    held = Held(Connection.from_kubeconfig(kube_api.kubeconfig()))
    hanging = Leadership(lambda: held, namespace, clock)
    with taking_part(hanging):
        wait_until("leads", lambda: hanging.leads)
        held.method = "PUT"
        assert held.arrived.wait(20)
        clock.now += LEASE_SECONDS - 0.1
        assert hanging.leads
        clock.now += 0.1
        assert not hanging.leads
        held.gate.set()


def test_an_election_survives_a_hub_that_is_away(
    kube_api: KubeApi, client: KubeClient, namespace: str
) -> None:
    away = threading.Event()
    away.set()

    def connected() -> KubeClient:
        if away.is_set():
            raise Unavailable("The hub is not reachable.")
        return client

    candidate = Leadership(connected, namespace)
    with taking_part(candidate):
        away.clear()
        wait_until("leads", lambda: candidate.leads)
