"""Promise: each change of a pool's size is written down once, with what Kubernetes said of it, by
whichever replica leads, and also when it happened before the console was there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.auth.identity import CONSOLE
from services.clusters.fleet import SINGLE, Fleet
from services.inference import recording, scaling_steps
from services.inference.scaling import Scaling
from services.inference.scaling_log import ScalingRecord
from services.kube.connection import Connection
from services.realtime.scope import Scope
from services.telemetry.store import Store
from services.telemetry.windows import Window
from tests.real.kube_api import KubeApi, wait_until
from tests.real.scaled_pool import ABOVE, Obj, ScaledPool
from tests.stores import fresh_store


class Replica:
    """One console at work on the pool's cluster."""

    def __init__(self, fleet: Fleet, store: Store, pool: ScaledPool, leads: bool) -> None:
        self.leads = leads
        self.scaling = Scaling.of(fleet, store, lambda: self.leads)
        self._scope = Scope(pool=f"{pool.namespace}/llama")
        self._source = self.scaling.recorder.topic().source
        _, self._cursor = self._source(self._scope, None)
        self.scaling.start()

    def heard(self) -> list[Obj]:
        """What came live since it runs."""
        found, _ = self._source(self._scope, self._cursor)
        return list(found)

    def kept(self) -> list[ScalingRecord]:
        """What the store has, oldest first."""
        now = datetime.now(UTC)
        window = Window(now - timedelta(hours=2), now + timedelta(minutes=1))
        known = self.scaling.history._log.read(self._scope, window)
        return known[::-1]


@pytest.fixture
def pool(kube_api: KubeApi, namespace: str) -> ScaledPool:
    return ScaledPool(kube_api, namespace)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "SECONDS", 0.1)
    monkeypatch.setattr(scaling_steps, "SETTLE_S", 0.5)


@pytest.fixture
def replica(pool: ScaledPool) -> Iterator[Callable[..., Any]]:
    store = fresh_store()

    @contextmanager
    def run(leads: bool = True) -> Iterator[Replica]:
        fleet = Fleet.single(lambda: Connection.from_kubeconfig(pool.api.kubeconfig()))
        fleet.start()
        fleet.wait_ready(20)
        one = Replica(fleet, store, pool, leads)
        try:
            wait_until("it has looked", lambda: one.scaling.recorder.looked(SINGLE))
            yield one
        finally:
            one.scaling.stop()
            fleet.stop()

    yield run
    store.close()


def sizes(records: list[ScalingRecord]) -> list[tuple[str, int | None, int | None]]:
    return [(one.event.kind, one.event.before, one.event.after) for one in records]


def test_a_change_is_told_live_and_written_once_with_all_that_was_said(
    pool: ScaledPool, replica: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scaling_steps, "SETTLE_S", 5.0)  # all three have been said by then
    at = datetime.now(UTC).replace(microsecond=0)
    with replica() as one:
        pool.scale(4, 6, at)
        wait_until("it is written", one.kept)
        heard = one.heard()
        assert sizes(one.kept()) == [("scale-up", 4, 6)]
    with replica() as again:
        assert again.heard() == []
        assert sizes(again.kept()) == [("scale-up", 4, 6)]
    assert len(heard) == 1
    told = heard[0]
    assert (told["timestamp"], told["cluster"], told["pool"]) == (at, SINGLE, "llama")
    assert (told["fromReplicas"], told["toReplicas"]) == (4, 6)
    assert (told["scaler"], told["trigger"], told["message"]) == ("keda", "s0-prometheus", ABOVE)
    assert told["source"].startswith("HPA, HPA event, Deployment")


def test_what_happened_before_is_taken_from_what_the_cluster_remembers(
    pool: ScaledPool, replica: Callable[..., Any]
) -> None:
    past = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=20)
    pool.say("SuccessfulRescale", f"New size: 4; reason: {ABOVE}", past)
    pool.say("FailedGetExternalMetric", "nothing was found", past, "Warning")
    with replica() as one:
        wait_until("both are written", lambda: len(one.kept()) == 2)
        assert one.heard() == [], "it is not news"
        assert ("scaled", None, 4) in sizes(one.kept()), "nobody says from what size"
        assert ("failed", None, None) in sizes(one.kept())
        assert {one.event.at for one in one.kept()} == {past}


def test_a_new_leader_writes_what_the_old_one_did_not(
    pool: ScaledPool, replica: Callable[..., Any]
) -> None:
    start = datetime.now(UTC).replace(microsecond=0)
    with replica() as first, replica(leads=False) as second:
        pool.scale(4, 6, start)
        wait_until("the leader writes", first.kept)
        wait_until("the other knows as well", second.heard)
        first.leads = False
        pool.scale(6, 8, start + timedelta(seconds=30))
        wait_until("both know", lambda: len(first.heard()) == len(second.heard()) == 2)
        assert sizes(first.kept()) == [("scale-up", 4, 6)]
        second.leads = True
        wait_until("the new leader writes", lambda: len(second.kept()) == 2)
    assert sizes(second.kept()) == [("scale-up", 4, 6), ("scale-up", 6, 8)]


def test_what_is_compared_is_sampled_and_drawn_in_buckets(
    pool: ScaledPool, replica: Callable[..., Any]
) -> None:
    with replica() as one:
        now = datetime.now(UTC)
        sampler, name = one.scaling.sampler, f"{pool.namespace}/llama"
        assert sampler.sample(now) > 0
        at = (now + timedelta(seconds=90)).replace(microsecond=0)
        pool.scale(4, 6, at)
        explained = one.scaling.now
        wait_until("it is seen", lambda: explained.of(CONSOLE, SINGLE, name).replicas == 6)
        wait_until(
            "the reading is seen",
            lambda: explained.of(CONSOLE, SINGLE, name).workloads[0].readings[0].value == 7.5,
        )
        assert sampler.sample(at) > 0
        window = Window(now - timedelta(minutes=1), now + timedelta(minutes=3))
        answer = one.scaling.history.tracks(Scope(pool=name), window)
    assert answer.value is not None
    (track,) = answer.value.tracks
    assert (track.name, track.metric, track.per) == ("llama", "s0-prometheus", "pod")
    assert [(one.value, one.target, one.replicas) for one in track.points] == [
        (4.0, 5.0, 4),
        (7.5, 5.0, 6),
    ]
    assert {(one.least, one.most) for one in track.points} == {(2, 8)}
    assert answer.as_of == at
