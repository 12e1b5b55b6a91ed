"""Promise: a heartbeat is taken by any replica from the cluster's own agent only, lands in the
status without touching what is others', at most once an interval, and the last always arrives."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from services.clusters.heartbeats import Heartbeat, Heartbeats
from services.demo.api import DemoApi
from tests.real.hub import Hub
from tests.real.kube_api import wait_until
from tests.real.replicas import BODY, INTERVAL, Obj, Replicas, registered

BEAT = Heartbeat(0, "0.1.0", "v1.36.3", None, "unknown", None, {"gateways": 3}, None)


class Clock:
    """The hub's clock, which goes when the test says so."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=123_456)

    def __call__(self) -> datetime:
        return self.now

    def after(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def taking(hub: Hub, clock: Clock) -> Heartbeats:
    """How a replica takes and writes heartbeats, at times of the test's own."""
    return Heartbeats(hub.container.fleet, hub.registry, now=clock)


def owned(obj: Obj, manager: str) -> set[str]:
    """The fields of the status that a manager owns."""

    def paths(fields: Obj, where: str) -> Iterator[str]:
        for key, inner in fields.items():
            if key != ".":
                yield from paths(inner, f"{where}/{key}") if inner else [f"{where}/{key}"]

    found = [one for one in obj["metadata"]["managedFields"] if one["manager"] == manager]
    assert all(one["subresource"] == "status" for one in found)
    return {path for one in found for path in paths(one["fieldsV1"], "")}


def reports(status: Obj) -> bool:
    """Whether the hub says that the agent reports."""
    said = {one["type"]: one["status"] for one in status.get("conditions", ())}
    return said.get("AgentReporting") == "True"


def test_it_lands_in_the_status_and_touches_nothing_that_is_others(replicas: Replicas) -> None:
    api, path = replicas.first.api, f"{replicas.first.managed(replicas.name)}/status"
    blessed = {
        "type": "Blessed",
        "status": "True",
        "reason": "Yes",
        "message": "By hand.",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    foreign = {
        **{key: replicas.object[key] for key in ("apiVersion", "kind")},
        "metadata": {"name": replicas.name},
        "status": {"resourceCounts": {"services": 99}, "conditions": [blessed]},
    }
    api.apply(path, foreign, "somebody").ok()
    answer = replicas.beat(replicas.first)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "status": "ok",
        "config": {"heartbeatIntervalSeconds": INTERVAL, "otelEndpoint": "https://o:1"},
    }
    wait_until("written", lambda: replicas.status.get("heartbeatSequence") == 17)
    wait_until("the leader has seen it", lambda: reports(replicas.status))
    replicas.wait_settled()

    status = replicas.status
    assert status["agentInstalled"] is True
    assert status["agentVersion"] == "0.1.0"
    assert status["operatorHealthy"] is True
    assert status["resourceCounts"] == {"gateways": 3, "httpRoutes": 12, "services": 99}
    assert status["gpuCapacity"] == {
        key: value for key, value in BODY["gpuCapacity"].items() if value is not None
    }
    told = datetime.fromisoformat(status["lastHeartbeat"])
    assert abs(datetime.now(UTC) - told) < timedelta(seconds=30), "the hub's clock, not the agent's"
    assert blessed in status["conditions"]
    assert reports(status)

    obj = replicas.object
    heartbeat, health = (owned(obj, f"ngf-console-{one}") for one in ("heartbeat", "health"))
    assert heartbeat
    assert health
    assert not heartbeat & health
    assert {path.split("/")[2] for path in heartbeat} == {
        "f:agentInstalled",
        "f:agentVersion",
        "f:gpuCapacity",
        "f:heartbeatSequence",
        "f:lastHeartbeat",
        "f:operatorHealthy",
        "f:resourceCounts",
    }


def test_the_other_replica_learns_of_it_by_the_watch(replicas: Replicas) -> None:
    assert replicas.beat(replicas.first).status_code == 200
    told = wait_until("told", lambda: replicas.second.cluster(replicas.name).get("lastHeartbeat"))
    first = replicas.first.cluster(replicas.name)["lastHeartbeat"]
    apart = datetime.fromisoformat(told) - datetime.fromisoformat(first)
    assert abs(apart) < timedelta(milliseconds=2)
    agent = replicas.second.container.fleet.get(replicas.name).agent
    assert agent
    assert (agent.sequence, agent.counts) == (17, {"gateways": 3, "httpRoutes": 12})


def test_however_many_come_to_both_at_most_one_is_written_an_interval_and_the_last_arrives(
    replicas: Replicas,
) -> None:
    replicas.wait_settled()
    clock, intervals, each = Clock(), 6, 20
    both = [taking(hub, clock) for hub in (replicas.first, replicas.second)]
    told: list[datetime] = []
    sequence = 0
    for _ in range(intervals * each):
        for one in both:
            sequence += 1
            one.take(replicas.name, replace(BEAT, sequence=sequence))
            clock.after(INTERVAL / each / 2)
        for _ in range(sum(one.flush() for one in both)):
            told.append(datetime.fromisoformat(replicas.status["lastHeartbeat"]))
    turn = INTERVAL / each  # what is written may be as old as the last look at what is due
    apart = min(after - before for before, after in pairwise(told))
    assert apart >= timedelta(seconds=INTERVAL - turn)
    assert len(told) <= intervals + 1

    def all_written() -> bool:
        clock.after(INTERVAL)
        for one in both:
            one.flush()
        return replicas.status["heartbeatSequence"] == sequence

    wait_until("the last one", all_written)
    clock.after(10 * INTERVAL)
    assert [one.flush() for one in both] == [0, 0], "nothing is left to write"
    assert replicas.status["heartbeatSequence"] == sequence


def test_an_older_one_that_waits_never_overwrites_a_newer_of_the_other_replica(
    replicas: Replicas,
) -> None:
    replicas.wait_settled()
    clock = Clock()
    one, other = (taking(hub, clock) for hub in (replicas.first, replicas.second))
    one.take(replicas.name, replace(BEAT, sequence=1))
    assert one.flush() == 1
    wait_until("known", lambda: replicas.second.container.fleet.get(replicas.name).agent)
    clock.after(1)
    one.take(replicas.name, replace(BEAT, sequence=2))
    clock.after(1)
    other.take(replicas.name, replace(BEAT, sequence=3))
    clock.after(INTERVAL)
    assert other.flush() == 1
    clock.after(INTERVAL)
    assert one.flush() == 0
    assert replicas.status["heartbeatSequence"] == 3


def test_one_of_a_cluster_that_has_left_is_not_written_to_the_next_of_its_name(
    replicas: Replicas, workload: DemoApi
) -> None:
    hub, clock = replicas.first, Clock()
    taken = taking(hub, clock)
    taken.take(replicas.name, replace(BEAT, sequence=5))
    assert hub.rest("DELETE", f"/clusters/{replicas.name}").status_code == 200
    registered(hub, replicas.name, workload)
    assert taken.flush() == 0
    assert "heartbeatSequence" not in replicas.status


@pytest.mark.parametrize("years", [-1, 1])
def test_stale_is_what_the_hubs_clock_says_whatever_the_agents_does(
    replicas: Replicas, years: int
) -> None:
    clock = Clock()
    agents = (clock.now + timedelta(days=365 * years)).isoformat()
    assert replicas.beat(replicas.first, {**BODY, "timestamp": agents}).status_code == 200
    cluster = replicas.first.container.fleet.get(replicas.name)
    last = cluster.agent
    assert last
    assert abs(last.at - clock.now) < timedelta(seconds=10)
    for seconds, reason in ((0, "Heartbeat"), (3, "Heartbeat"), (3.001, "HeartbeatStale")):
        moment = last.at + timedelta(seconds=seconds * INTERVAL)
        condition = cluster.standing(moment).condition("AgentReporting")
        assert condition.reason == reason, seconds


def test_a_new_interval_is_told_with_the_next_answer(replicas: Replicas) -> None:
    patch = {"agentConfig": {"heartbeatIntervalSeconds": 60, "otelEndpoint": ""}}
    assert replicas.first.rest("PATCH", f"/clusters/{replicas.name}", json=patch).status_code == 200
    answer = replicas.beat(replicas.first).json()
    assert answer["config"] == {"heartbeatIntervalSeconds": 60, "otelEndpoint": None}


def test_unknown_is_not_zero_and_known_to_have_none_is(replicas: Replicas) -> None:
    clock = Clock()
    taken = taking(replicas.first, clock)
    none = {"totalGPUs": 0, "allocatedGPUs": 0, "availableGPUs": 0, "gpuTypes": {}}
    for gpus, told in ((none, 0), (None, None), (none, 0)):
        clock.after(INTERVAL)
        taken.take(replicas.name, replace(BEAT, gpus=gpus))
        wait_until("written", taken.flush)
        assert replicas.status.get("gpuCapacity", {}).get("totalGPUs") == told


def test_a_revoked_token_is_refused_by_both_and_a_rotated_one_by_none(replicas: Replicas) -> None:
    old, path = replicas.token, f"/clusters/{replicas.name}/token"
    new = replicas.second.rest("POST", path, json={}).json()["token"]
    assert replicas.admits(replicas.second, new), "at once where it was made"
    every = [(hub, token) for hub in replicas.both for token in (old, new)]
    wait_until("all admitted", lambda: all(replicas.admits(*one) for one in every))
    assert replicas.first.rest("DELETE", path).status_code == 200
    assert not replicas.admits(replicas.first, new), "at once where it was done"
    wait_until("none admitted", lambda: not any(replicas.admits(*one) for one in every))
    assert replicas.beat(replicas.second).status_code == 401


def test_the_token_of_a_registration_is_valid_at_once(
    hubs: tuple[Hub, Hub], workload: DemoApi
) -> None:
    for number in range(8):
        token = registered(hubs[0], f"new-{number}", workload)
        answer = hubs[0].rest("POST", f"/clusters/new-{number}/heartbeat", token, json=BODY)
        assert answer.status_code == 200, answer.text


def test_those_who_rotate_at_once_get_a_token_each(
    hubs: tuple[Hub, Hub], workload: DemoApi
) -> None:
    hubs[0].create_by_kubectl("made", workload.kubeconfig())
    wait_until("known", lambda: all(hub.cluster("made") for hub in hubs))
    ways = [hub.rest for hub in hubs] * 2
    with ThreadPoolExecutor(len(ways)) as threads:
        answers = list(
            threads.map(lambda rest: rest("POST", "/clusters/made/token", json={}), ways)
        )
    assert [one.status_code for one in answers] == [201] * 4, [one.text for one in answers]
    made = Replicas(*hubs, "made", "")
    tokens = [str(one.json()["token"]) for one in answers]
    wait_until("all admitted", lambda: all(made.admits(hubs[0], one) for one in tokens))
