"""Promise: the demo's traffic goes the way of all telemetry into every table that it can fill, goes
on where it ended, and changes the cluster's objects as an autoscaler would."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.demo.fleet import DemoFleet, start_demo
from services.demo.places import PLACES
from services.demo.traffic import incidents, live
from services.demo.traffic.generator import Generator
from services.demo.traffic.live import DemoTraffic, begins
from services.demo.traffic.replicas_now import ReplicasNow
from services.telemetry.intake import Intake
from services.telemetry.spool import Spool
from services.telemetry.store import Store
from services.telemetry.writer import Writer
from tests.stores import fresh_store

DEADLINE_S = 180.0
NOW = 1_795_700_000.0
"""2026-11-26T14:13:20Z."""
NOT_OURS = {"ngf_inference_pools", "ngf_scaling_events", "ngf_scaling_samples"}
"""Filled from the objects that the console watches."""
HPA = ("autoscaling/v2", "HorizontalPodAutoscaler", "llm", "keda-hpa-llama3-70b")
DEPLOYMENT = ("apps/v1", "Deployment", "llm", "llama3-70b")


@pytest.fixture(scope="module")
def fleet() -> Iterator[DemoFleet]:
    started = start_demo()
    yield started
    started.stop()


@pytest.fixture
def own_fleet() -> Iterator[DemoFleet]:
    """For tests in which autoscalers change it."""
    started = start_demo()
    yield started
    started.stop()


def eventually(what: str, holds: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < end, f"not within {DEADLINE_S} s: {what}"
        time.sleep(0.05)


def test_a_demo_fills_the_tables_and_goes_on_where_the_last_one_ended(
    fleet: DemoFleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HISTORY", 240.0)
    monkeypatch.setattr(live, "TICK", 0.01)
    now = [time.time()]
    store, intake = fresh_store(), Intake(Spool(tmp_path / "spool", 2**28))
    writer = Writer(intake, store, tmp_path / "refused")
    traffic = DemoTraffic(PLACES, fleet.apis, lambda: now[0])
    begun = now[0]
    assert begins(store, begun) == begun - 240
    traffic.start(intake, store)
    eventually("history", lambda: intake.taken.requests["metrics"] >= len(PLACES))
    now[0] += 30
    before = intake.taken.requests["metrics"]
    eventually("what came after", lambda: intake.taken.requests["metrics"] >= before + len(PLACES))
    traffic.stop()
    writer.drain()
    counts = filled(store)
    ours = {name for name in counts if name.startswith("ngf_")} - NOT_OURS
    assert {name for name in ours if not counts[name]} == set()
    assert counts["otel_traces"] > 0
    assert writer.put_aside == 0
    newest = begins(store, now[0])
    assert begun + 20 < newest <= now[0]
    assert bounds(store) == pytest.approx((begun - 240, newest), abs=2)


def test_a_demo_that_goes_on_calls_its_requests_by_other_ids(
    fleet: DemoFleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HISTORY", 240.0)
    store, intake = fresh_store(), Intake(Spool(tmp_path / "spool", 2**28))
    writer = Writer(intake, store, tmp_path / "refused")
    now = time.time()
    for started in (now - 120, now):
        before = intake.taken.requests["traces"]  # they are sent last
        traffic = DemoTraffic(PLACES, fleet.apis, lambda at=started: at)
        traffic.start(intake, store)
        eventually("history", lambda then=before: intake.taken.requests["traces"] > then)
        traffic.stop()
        writer.drain()
    with store.engine.client() as client:
        for column, table in (("request_id", "ngf_access_logs"), ("SpanId", "otel_traces")):
            count, different = client.query(
                f"SELECT count(), uniqExact({column}) FROM {store.layout.database}.{table}"
            ).first_row
            assert different == count > 0


class Clock:
    """Says ``now``, and counts how often it was asked."""

    def __init__(self, now: float) -> None:
        self.now, self.asked = now, 0

    def __call__(self) -> float:
        self.asked += 1
        return self.now

    def looked_at(self) -> None:
        """Wait until all that was done about the time as it is."""
        before = self.asked
        eventually("the demo looks at the clock", lambda: self.asked > before + 2)


def test_a_machine_that_slept_sends_what_it_missed_in_requests_that_are_taken(
    own_fleet: DemoFleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HISTORY", 1_000.0)
    monkeypatch.setattr(live, "TICK", 0.01)
    clock, intake = Clock(time.time()), Intake(Spool(tmp_path / "spool", 2**30))
    traffic = DemoTraffic(PLACES, own_fleet.apis, clock)
    traffic.start(intake, fresh_store())
    clock.looked_at()
    before = intake.taken.requests["metrics"]
    clock.now += 1_000
    clock.looked_at()
    assert intake.taken.requests["metrics"] >= before + len(PLACES)
    assert not intake.taken.refused
    taken = sum(intake.taken.requests.values())
    clock.now -= 600
    clock.looked_at()
    clock.now += 600
    clock.looked_at()
    traffic.stop()
    assert sum(intake.taken.requests.values()) == taken, "a clock that was set back"


def filled(store: Store) -> dict[str, int]:
    """Rows by table."""
    with store.engine.client() as client:
        database = store.layout.database
        names = client.query(
            "SELECT name FROM system.tables WHERE database = {database:String}"
            " AND engine NOT IN ('MaterializedView', 'Null')",
            parameters={"database": database},
        ).result_rows
        return {
            name: client.query(f"SELECT count() FROM {database}.{name}").result_rows[0][0]
            for (name,) in names
        }


def bounds(store: Store) -> tuple[float, float]:
    """The times of the first and of the last request."""
    with store.engine.client() as client:
        table = f"{store.layout.database}.ngf_access_logs"
        first, last = client.query(f"SELECT min(timestamp), max(timestamp) FROM {table}").first_row
        return first.timestamp(), last.timestamp()


def test_what_goes_wrong_shows_in_every_table_at_the_same_time(
    fleet: DemoFleet, tmp_path: Path
) -> None:
    origin = time.time()
    stores = {name: api.store for name, api in fleet.apis.items()}
    made = Generator(PLACES, stores, origin - 2_160, origin)
    intake = Intake(Spool(tmp_path / "spool", 2**28))
    store = fresh_store()
    for export in made.advance(origin - 1_140, 30):
        intake.accept(export.cluster, export.signal, export.body)
    Writer(intake, store, tmp_path / "refused").drain()
    rush = origin + incidents.SURGE.first - incidents.SURGE.period
    crash = origin + incidents.CRASH.first - incidents.CRASH.period
    told = f"""
        WITH timestamp >= toDateTime64({rush + 60:.0f}, 3, 'UTC')
            AND timestamp < toDateTime64({rush + 240:.0f}, 3, 'UTC') AS rush,
            timestamp < toDateTime64({rush:.0f}, 3, 'UTC') AS before
        SELECT {{0}} FROM $db.{{1}} WHERE cluster_name = 'gpu-iad' AND {{2}} = 'llama3-70b'
    """
    with store.engine.client() as client:

        def asked(sql: str) -> tuple[Any, ...]:
            row: tuple[Any, ...] = client.query(sql.replace("$db", store.layout.database)).first_row
            return row

        waiting, then, pods, pods_then = asked(
            told.format(
                "maxIf(queue_depth, rush), maxIf(queue_depth, before),"
                " uniqIf(pod_name, rush), uniqIf(pod_name, before)",
                "ngf_pod_metrics",
                "source = 'vllm' AND pool_name",
            )
        )
        assert waiting > then + 2
        assert (pods_then, pods) == (6, 8)
        first, first_then = asked(
            told.format(
                "avgIf(time_to_first_token_ms, rush), avgIf(time_to_first_token_ms, before)",
                "ngf_inference_logs",
                "inference_pool",
            )
        )
        assert first > 4 * first_then
        ready, ready_then = asked(
            told.format(
                "maxIf(ready_endpoints, rush), maxIf(ready_endpoints, before)",
                "ngf_picker_metrics",
                "pool_name",
            )
        )
        assert (ready_then, ready) == (6, 8)
        failed, elsewhere, outside = asked(
            f"""
            SELECT countIf(route = 'orders/orders'), countIf(route != 'orders/orders'),
                countIf(timestamp < toDateTime64({crash + 60:.0f}, 3, 'UTC'))
            FROM $db.ngf_access_logs WHERE cluster_name = 'web-fra' AND status = 502
            """
        )
        assert failed > 10
        assert (elsewhere, outside) == (0, 0)
        (errors,) = asked(
            """
            SELECT sum(request_count) FROM $db.ngf_metrics_1m
            WHERE cluster_name = 'web-fra' AND route = 'orders/orders' AND status_class = '5xx'
            """
        )
        assert errors >= failed


def test_the_autoscaler_of_a_rush_is_seen_on_the_objects(fleet: DemoFleet) -> None:
    api = fleet.apis["gpu-iad"]
    origin = NOW
    made = Generator(PLACES, {name: one.store for name, one in fleet.apis.items()}, origin, origin)
    cluster = made.clusters["gpu-iad"]
    pool = next(one for one in cluster.pools if one.pool.name == "llama3-70b")
    keeper = ReplicasNow(api.store, pool)

    def engines() -> dict[str, Any]:
        pods = api.store.all("v1", "Pod", "llm")
        return {
            pod["metadata"]["name"]: pod["status"]["conditions"][0]["status"]
            for pod in pods
            if (pod["metadata"].get("labels") or {}).get("app") == "llama3-70b"
        }

    sizes, waited = [], []
    for second in range(0, int(incidents.SURGE.first + incidents.SURGE.length + 420), 15):
        cluster.advance(origin + second, 60)
        keeper.follow(origin + second)
        status = api.store.get(*HPA)["status"]
        replicas = api.store.get(*DEPLOYMENT)["spec"]["replicas"]
        assert status["desiredReplicas"] == replicas == len(engines())
        sizes.append(replicas)
        waited.append(list(engines().values()).count("False"))
        metric = status["currentMetrics"][0]["external"]["current"]["averageValue"]
        assert metric.endswith("m")
    assert (sizes[0], max(sizes), sizes[-1]) == (6, 8, 6)
    assert max(waited) == 2, "new pods are not ready at once"
    assert waited[-1] == 0
    events = {
        event["message"].partition(";")[0]: event
        for event in api.store.all("v1", "Event", "llm")
        if event["reason"] in ("SuccessfulRescale", "ScalingReplicaSet")
    }
    assert {"New size: 8", "New size: 6"} <= events.keys()
    assert any(message.endswith("from 6 to 8") for message in events)
    assert events["New size: 8"]["involvedObject"]["uid"] == api.store.get(*HPA)["metadata"]["uid"]


def test_events_of_an_autoscaler_end_after_an_hour(fleet: DemoFleet) -> None:
    api = fleet.apis["gpu-iad"]
    origin = NOW + 200_000
    stores = {name: one.store for name, one in fleet.apis.items()}
    cluster = Generator(PLACES, stores, origin, origin).clusters["gpu-iad"]
    keepers = [ReplicasNow(api.store, pool) for pool in cluster.pools]
    seed = {name(event) for event in api.store.all("v1", "Event") if "uid" not in about(event)}
    for second in range(0, int(3 * incidents.SURGE.period), 60):
        cluster.advance(origin + second, 60)
        for keeper in keepers:
            keeper.follow(origin + second)
    events = api.store.all("v1", "Event")
    assert seed <= {name(event) for event in events}
    stamps = [
        datetime.fromisoformat(event["lastTimestamp"]).timestamp()
        for event in events
        if about(event).get("uid") == api.store.get(*HPA)["metadata"]["uid"]
    ]
    assert len(stamps) > 1
    assert max(stamps) - min(stamps) <= 3_600


def name(event: dict[str, Any]) -> str:
    made: str = event["metadata"]["name"]
    return made


def about(event: dict[str, Any]) -> dict[str, str]:
    told: dict[str, str] = event["involvedObject"]
    return told


def test_of_what_scaled_before_the_start_there_are_events_of_that_time(fleet: DemoFleet) -> None:
    api = fleet.apis["gpu-iad"]
    origin = NOW + 100_000
    stores = {name: one.store for name, one in fleet.apis.items()}
    cluster = Generator(PLACES, stores, origin - 2_100, origin).clusters["gpu-iad"]
    before = api.store.get(*DEPLOYMENT)
    cluster.advance(origin - 1_200, 60)
    for pool in cluster.pools:
        ReplicasNow(api.store, pool).tell_past()
    assert api.store.get(*DEPLOYMENT) is before
    begun = origin + incidents.SURGE.first - incidents.SURGE.period
    stamps = [
        datetime.fromisoformat(event["lastTimestamp"]).timestamp()
        for event in api.store.all("v1", "Event", "llm")
        if event["message"].startswith("New size: 8")
    ]
    assert any(begun < stamp < begun + incidents.SURGE.length for stamp in stamps)


def test_a_console_without_the_demo_has_none_of_its_traffic() -> None:
    loaded = "sorted(name for name in sys.modules if 'demo.traffic' in name)"
    path = "sys.path.append('operator')"  # as app.py does
    code = f"import sys; {path}; import cli.source, services.container; print({loaded})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
