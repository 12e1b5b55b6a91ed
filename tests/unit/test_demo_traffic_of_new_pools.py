"""Promise: a pool that somebody makes on the demo is asked for answers once it can give some."""

import time
from collections.abc import Iterator

import pytest

from services.demo.fleet import DemoFleet, start_demo
from services.demo.places import PLACES
from services.demo.traffic.clusters import ClusterTraffic, Habits

PLACE = "llm/granite-8b-pool"
SIGNALS = {"logs", "metrics"}
DEPLOYMENT = ("apps/v1", "Deployment", "llm", "granite-8b")
DEADLINE_S = 60.0


@pytest.fixture
def fleet() -> Iterator[DemoFleet]:
    started = start_demo([place for place in PLACES if place.name == "gpu-iad"])
    yield started
    started.stop()


def told_of(traffic: ClusterTraffic, until: float) -> set[str]:
    """By which signals the pool was told of."""
    exports = traffic.advance(until, 15.0)
    return {one.signal for one in exports if b"granite-8b" in one.body}


def engines(traffic: ClusterTraffic) -> set[str]:
    return {
        one.name
        for pool in traffic.pools
        if pool.pool.place == PLACE
        for one in pool.replicas.engines
    }


def test_its_engines_picker_and_gateway_tell_of_its_requests(fleet: DemoFleet) -> None:
    store, now = fleet.apis["gpu-iad"].store, time.time()
    traffic = ClusterTraffic("gpu-iad", store, Habits(0.5), 1, now, now)
    assert told_of(traffic, now + 300) >= SIGNALS
    before = engines(traffic)
    assert len(before) == 2

    store.patch(*DEPLOYMENT, {"spec": {"replicas": 3}})
    end = time.monotonic() + DEADLINE_S
    while store.get(*DEPLOYMENT)["status"].get("readyReplicas") != 3:
        assert time.monotonic() < end
        time.sleep(0.05)
    traffic.look_again()
    assert len(engines(traffic)) == 3
    assert told_of(traffic, now + 600) >= SIGNALS


def test_a_pool_without_a_picker_is_not_asked(fleet: DemoFleet) -> None:
    store, now = fleet.apis["gpu-iad"].store, time.time()
    traffic = ClusterTraffic("gpu-iad", store, Habits(0.5), 1, now, now)
    store.delete("v1", "Service", "llm", "granite-8b-epp")
    traffic.look_again()
    assert engines(traffic) == set()
    assert "metrics" not in told_of(traffic, now + 300)
