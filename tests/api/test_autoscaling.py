"""Promise: REST tells how a pool is scaled, why, how it was and what happened, and says so where it
does not know; a pool that one may not see does not exist."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from services.auth.identity import CONSOLE, Role
from services.clusters.fleet import SINGLE, Fleet
from services.container import Container
from services.demo.definitions import definitions
from services.inference import recording, scaling_steps
from services.kube.connection import Connection
from services.settings import load
from tests.api.listening import messages, opened
from tests.api.servers import without_pages
from tests.real.kube_api import wait_until
from tests.real.scaled_pool import ABOVE, ScaledPool
from tests.real.servers import demo_server
from tests.serving import loopback
from tests.stores import fresh_store

NAMESPACES = ("llm", "batch")


@dataclass
class Console:
    """A console without pages on one cluster with a scaled pool in each of two namespaces."""

    container: Container
    pool: ScaledPool
    url: str

    def token(self, **limits: tuple[str, ...]) -> str:
        name = f"test-{len(self.container.tokens.list(CONSOLE))}"
        return self.container.tokens.create(CONSOLE, name, Role.VIEWER, **limits)[1]

    def ask(self, path: str, token: str = "", **params: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        address = f"{self.url}/api/v1/{path}"
        found = requests.get(address, params, headers=headers, timeout=20)
        return found.status_code, found.json()


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    patch = pytest.MonkeyPatch()
    patch.setattr(recording, "SECONDS", 0.1)
    patch.setattr(scaling_steps, "SETTLE_S", 0.3)
    with demo_server(definitions()) as api:
        for name in NAMESPACES:
            body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            api.post("/api/v1/namespaces", body).ok()
        pool, _ = (ScaledPool(api, name) for name in NAMESPACES)
        fleet = Fleet.single(lambda: Connection.from_kubeconfig(api.kubeconfig()))
        settings = load({"data": tmp_path_factory.mktemp("autoscaling")})
        container = Container.build(settings, fleet, fresh_store())
        container.start()
        fleet.wait_ready(20)
        wait_until("it has looked", lambda: container.scaling.recorder.looked(SINGLE))
        server = loopback(without_pages(container))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Console(container, pool, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        container.stop()
    patch.undo()


@pytest.fixture(scope="module")
def scaled(console: Console) -> datetime:
    """When the pool of ``llm`` grew from 4 to 6; heard live before it is returned."""
    at = datetime.now(UTC).replace(microsecond=0)
    url = f"{console.url}/api/v1/ws/inference/scaling-events?pool=llm/llama"
    with opened(url, console.token()) as client:
        wait_until("it listens", lambda: console.container.topics.listening()["scaling-events"][0])
        console.pool.scale(4, 6, at)
        heard = next(messages(client, "scaling-events"))["data"]
    assert (heard["event"], heard["fromReplicas"], heard["toReplicas"]) == ("scale-up", 4, 6)
    assert (heard["pool"], heard["trigger"], heard["message"]) == ("llama", "s0-prometheus", ABOVE)
    return at


def test_it_says_how_a_pool_is_scaled_and_why(console: Console, scaled: datetime) -> None:
    status, found = console.ask("inference/autoscaling", pool="llm/llama")
    assert status == 200
    assert (found["cluster"], found["namespace"], found["pool"]) == (SINGLE, "llm", "llama")
    sizes = ("minReplicas", "maxReplicas", "replicas")
    assert [found[name] for name in sizes] == [2, 8, 6]
    (workload,) = found["workloads"]
    assert workload["scalers"] == [
        {"kind": "ScaledObject", "name": "llama"},
        {"kind": "HorizontalPodAutoscaler", "name": "llama"},
    ]
    metric = {"name": "s0-prometheus", "type": "External", "per": "pod", "ratio": 1.5}
    assert workload["metrics"] == [{**metric, "value": 7.5, "target": 5.0}]
    assert found["explanation"][0]["text"] == "The autoscaler has not looked at it yet."
    assert found["explanation"][0]["evidence"][0]["field"] == "status.conditions"
    assert found["as_of"] is not None
    assert found["reason"] is None


def test_events_are_listed_for_a_pool_or_for_all(console: Console, scaled: datetime) -> None:
    _, found = console.ask("inference/scaling-events", pool="llm/llama", range="15m")
    (one,) = found["items"]
    assert datetime.fromisoformat(one["timestamp"]) == scaled
    assert (one["event"], one["namespace"], one["scaler"]) == ("scale-up", "llm", "keda")
    assert found["as_of"] == scaled.isoformat()
    _, every = console.ask(f"clusters/{SINGLE}/inference/scaling-events")
    assert every["items"] == found["items"]
    _, other = console.ask("inference/scaling-events", pool="batch/llama")
    assert other["items"] == []
    assert other["reason"] == "Nothing was scaled in this time, and no autoscaler complained."


def test_the_history_has_what_was_sampled_and_says_why_there_is_no_more(console: Console) -> None:
    console.container.scaling.sampler.sample(datetime.now(UTC))
    _, found = console.ask("inference/autoscaling/history", pool="llm/llama", range="1h")
    (track,) = found["tracks"]
    assert (track["name"], track["metric"]) == ("llama", "s0-prometheus")
    assert track["points"][-1]["target"] == 5.0
    assert found["reason"] == "The console began to watch within this time."
    past = "2026-01-01T00:00Z/2026-01-01T01:00Z"
    _, before = console.ask("inference/autoscaling/history", pool="llm/llama", range=past)
    assert before["tracks"] == []
    assert before["reason"].startswith("The console has seen no autoscaler at work in this time.")


def test_a_name_that_two_namespaces_have_needs_its_namespace(console: Console) -> None:
    status, found = console.ask("inference/autoscaling", pool="llama")
    assert status == 422
    assert found["error"]["details"]["fields"] == [
        {"field": "pool", "rule": "must name the namespace as well: batch/llama, llm/llama"}
    ]
    limited = console.token(namespaces=("batch",))
    assert console.ask("inference/autoscaling", limited, pool="llama")[1]["namespace"] == "batch"


def test_what_one_may_not_see_does_not_exist(console: Console, scaled: datetime) -> None:
    limited = console.token(namespaces=("batch",))
    assert console.ask("inference/autoscaling", limited, pool="llm/llama")[0] == 404
    assert console.ask("inference/scaling-events", limited)[1]["items"] == []
    elsewhere = console.token(clusters=("other",))
    path = f"clusters/{SINGLE}/inference/autoscaling"
    assert console.ask(path, elsewhere, pool="llm/llama")[0] == 404


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        ("inference/autoscaling", {}, "pool"),
        ("inference/scaling-events", {"range": "yesterday"}, "range"),
        ("inference/scaling-events", {"limit": 0}, "limit"),
        ("inference/autoscaling/history", {"pool": "llm/llama", "timeRange": "1h"}, "timeRange"),
    ],
)
def test_a_bad_question_is_refused_with_the_field(
    console: Console, path: str, params: dict[str, Any], field: str
) -> None:
    status, found = console.ask(path, **params)
    assert status == 422
    assert field in [one["field"] for one in found["error"]["details"]["fields"]]


def test_a_pool_that_is_not_there_is_not_found(console: Console) -> None:
    status, found = console.ask("inference/autoscaling", pool="llm/nothing")
    assert (status, found["error"]["code"]) == (404, "not_found")
