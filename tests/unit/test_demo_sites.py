"""Promise: a demo fleet of any size is believable, true to NGF's rules, and breaks where told."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest

from services.auth.identity import CONSOLE
from services.clusters.fleet import Fleet
from services.demo.api import DemoApi
from services.demo.faults import Fault
from services.demo.fleet import DemoFleet, start_demo
from services.demo.ngf import judge
from services.demo.places import PLACES, places
from services.demo.seed.sites import TRADES
from services.errors import Unavailable
from services.gatewayapi.resources import Resources
from services.kube.client import KubeClient
from services.kube.connection import Connection
from services.listing import ListQuery

API = "gateway.networking.k8s.io/v1"
SITES = len(TRADES) + 2
ROUTES = 120
DELAY = 0.3
DEAD, SLOW = "web-003", "web-004"


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoFleet]:
    faults = [Fault(DEAD, None), Fault(SLOW, DELAY)]
    started = start_demo(places(len(PLACES) + SITES, ROUTES), faults)
    yield started
    started.stop()


def sites(demo: DemoFleet) -> dict[str, DemoApi]:
    """The living clusters beyond the three that are always there."""
    return {
        name: api for name, api in demo.apis.items() if name.startswith("web-0") and name != DEAD
    }


def versions(api: DemoApi) -> dict[str, str]:
    kinds = [("v1", "Node"), (API, "Gateway"), (API, "HTTPRoute"), (API, "GatewayClass")]
    return {
        one["metadata"]["uid"]: one["metadata"]["resourceVersion"]
        for kind in kinds
        for one in api.store.all(*kind)
    }


def test_sites_differ_in_where_they_are_and_what_they_are_for() -> None:
    fleet = places(100)
    assert len(fleet) == len({one.name for one in fleet}) == 100
    assert [one.name for one in fleet[3:5]] == ["web-001", "web-002"]
    assert len({one.display_name for one in fleet}) == 100
    assert len({one.region for one in fleet}) > 4
    assert {"production", "staging", "dev"} < {one.environment for one in fleet}
    assert all(one.labels["team"] for one in fleet)


def test_a_site_has_what_a_web_cluster_has(demo: DemoFleet) -> None:
    for api in sites(demo).values():
        assert len(api.store.all(API, "HTTPRoute")) == ROUTES
        assert len(api.store.all(API, "Gateway")) == 2
        assert len(api.store.all("v1", "Node")) == 3
        services = {
            (one["metadata"]["namespace"], one["metadata"]["name"])
            for one in api.store.all("v1", "Service")
        }
        for one in api.store.all("discovery.k8s.io/v1", "EndpointSlice"):
            labels, namespace = one["metadata"]["labels"], one["metadata"]["namespace"]
            assert (namespace, labels["kubernetes.io/service-name"]) in services


def test_few_routes_are_in_trouble_and_every_status_is_what_ngf_would_say(demo: DemoFleet) -> None:
    for api in sites(demo).values():
        said = Counter(
            one["reason"]
            for route in api.store.all(API, "HTTPRoute")
            for parent in route["status"]["parents"]
            for one in parent["conditions"]
            if one["status"] != "True"
        )
        assert 0 < said.total() < ROUTES / 20
        before = versions(api)
        judge(api.store)
        assert versions(api) == before


def test_twins_share_what_they_hold_until_one_of_them_changes(demo: DemoFleet) -> None:
    first, second = demo.apis["web-001"].store, demo.apis[f"web-{len(TRADES) + 1:03d}"].store
    route = first.all(API, "HTTPRoute")[0]
    place = (API, "HTTPRoute", route["metadata"]["namespace"], route["metadata"]["name"])
    twin = second.get(*place)
    assert twin["spec"] is route["spec"]
    assert twin["metadata"]["uid"] != route["metadata"]["uid"]
    first.patch(*place, {"spec": {"hostnames": ["elsewhere.example.org"]}})
    assert second.get(*place) is twin
    end = time.monotonic() + 5
    while first.get(*place)["status"]["parents"][0]["conditions"][0]["status"] == "True":
        assert time.monotonic() < end, "the stand-in did not follow"
        time.sleep(0.02)


def test_at_the_address_of_a_dead_cluster_nothing_listens(demo: DemoFleet) -> None:
    client = KubeClient(Connection.from_kubeconfig(demo.apis[DEAD].kubeconfig()))
    with pytest.raises(Unavailable, match="refused"):
        client.get("/version")


def test_each_answer_of_a_slow_cluster_is_late(demo: DemoFleet) -> None:
    client = KubeClient(Connection.from_kubeconfig(demo.apis[SLOW].kubeconfig()))
    for path in ("/version", "/api/v1/nodes"):
        began = time.monotonic()
        client.get(path)
        assert time.monotonic() - began >= DELAY


def test_healthy_rows_are_listed_at_once_and_the_others_named(demo: DemoFleet) -> None:
    fleet = Fleet(demo.members())
    resources = Resources(fleet)

    def asked() -> tuple[int, dict[str, str]]:
        page = resources.list(CONSOLE, "httproutes", ListQuery())
        return page.total, {one["name"]: one["reason"] for one in page.clusters_missing}

    total, missing = asked()
    assert (total, set(missing)) == (0, set(fleet.names()))
    assert set(missing.values()) == {"still being read for the first time"}
    fleet.start()
    try:
        end = time.monotonic() + 60
        grown = [total]
        while set(missing) - {DEAD, SLOW} or "refused" not in missing[DEAD]:
            assert time.monotonic() < end, missing
            total, missing = asked()
            grown.append(total)
        assert grown == sorted(grown)
        assert total >= (SITES - 2) * ROUTES
        while SLOW in missing:
            assert time.monotonic() < end, missing
            # A busy machine can make it later than a call may take.
            assert missing[SLOW].endswith(("still being read for the first time", "timed out"))
            total, missing = asked()
        assert set(missing) == {DEAD}
    finally:
        fleet.stop()
