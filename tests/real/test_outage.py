"""An API server that stops and comes back: what is known stays readable, says how old it is, and
is up to date again without anybody's help."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.clusters.fleet import Cluster, Fleet
from services.kube.breaker import OPEN_SECONDS
from services.kube.connection import Connection
from tests.real import definitions
from tests.real.kube_api import KubeApi, wait_until
from tests.real.objects import route, routes
from tests.real.servers import BOTH, client_of, compiled_server, demo_server

HERE = routes("default")


@pytest.fixture(scope="module", params=BOTH)
def server(request: pytest.FixtureRequest) -> Iterator[KubeApi]:
    """An API server of these tests alone, so that nobody else suffers."""
    folder = definitions.GO_SETS[0].upstream()
    documents = definitions.load(folder) if folder else definitions.for_tests()
    if request.param == "real":
        with compiled_server(documents, controllers=False) as plane:
            yield client_of(plane)
    else:
        with demo_server(documents) as api:
            yield api


@pytest.fixture
def cluster(server: KubeApi) -> Iterator[Cluster]:
    kubeconfig = server.kubeconfig()
    fleet = Fleet.single(lambda: Connection.from_kubeconfig(kubeconfig))
    fleet.start()
    fleet.wait_ready(20)
    yield fleet.get("default")
    fleet.stop()


@contextmanager
def told_of(cluster: Cluster) -> Iterator[set[str]]:
    """The states that the routes are in meanwhile, looked at as often as a thread may."""
    states, over = set[str](), threading.Event()

    def look() -> None:
        while not over.wait(0.002):
            states.add(cluster.snapshot("httproutes").state)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield states
    finally:
        over.set()
        looking.join()


def names(cluster: Cluster) -> set[str]:
    return {name for _, name in cluster.snapshot("httproutes").objects}


def test_an_outage_is_told_survived_and_recovered_from(server: KubeApi, cluster: Cluster) -> None:
    for name in ("stays", "goes"):
        server.post(HERE, route(name)).ok()
    wait_until("seen", lambda: names(cluster) >= {"stays", "goes"})
    assert cluster.snapshot("httproutes").state == "live"

    server.halt()
    wait_until("told as stale", lambda: cluster.snapshot("httproutes").state == "stale")
    lost = cluster.snapshot("httproutes")
    assert names(cluster) >= {"stays", "goes"}
    assert lost.reason
    assert lost.since is not None
    assert lost.as_of is not None
    wait_until("told of the cluster", lambda: not cluster.state.connected)
    assert cluster.state.reason
    assert cluster.state.last_seen is not None
    assert cluster.snapshot("httproutes").as_of == lost.as_of, "its age must not be made younger"

    with told_of(cluster) as states:
        server.resume()
        server.delete(f"{HERE}/goes").ok()
        server.post(HERE, route("new")).ok()
        wait_until("caught up", lambda: "new" in names(cluster), within_s=40)
    assert "stays" in names(cluster)
    assert states <= {"stale", "live"}, "a server that is starting serves no definition yet"
    assert "goes" not in names(cluster)
    wait_until("live again", lambda: cluster.snapshot("httproutes").state == "live")
    assert cluster.state.connected
    server.post(HERE, route("later")).ok()
    wait_until("watching again", lambda: "later" in names(cluster))


def test_a_person_who_cannot_wait_may_retry(server: KubeApi, cluster: Cluster) -> None:
    server.halt()
    wait_until("told", lambda: not cluster.state.connected)
    server.resume()
    cluster.retry()
    wait_until("connected", lambda: cluster.state.connected, within_s=OPEN_SECONDS / 2)


def test_what_is_forgotten_meanwhile_is_listed_anew(server: KubeApi, cluster: Cluster) -> None:
    server.post(HERE, route("before")).ok()
    wait_until("seen", lambda: "before" in names(cluster))
    server.halt()
    wait_until("told", lambda: cluster.snapshot("httproutes").state == "stale")
    server.resume()
    server.delete(f"{HERE}/before").ok()
    server.post(HERE, route("after")).ok()
    server.compact()
    wait_until("caught up", lambda: "after" in names(cluster), within_s=40)
    assert "before" not in names(cluster)
