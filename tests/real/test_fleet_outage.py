"""Promise: what stops is told within its time and alone: an agent that is silent for three
intervals, a cluster that does not answer; the others are as they were, and what is back is back by
itself. Hub and workload are real control planes, the agent is the real program."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.kube.breaker import OPEN_SECONDS
from tests.real import definitions
from tests.real.agents import Agent, account
from tests.real.controlplane import ControlPlane, Obj
from tests.real.hub import Hub, hub_on
from tests.real.kube_api import KubeApi, wait_until
from tests.real.objects import route, routes
from tests.real.servers import client_of, compiled_server

pytestmark = pytest.mark.compiled

INTERVAL = 5
SOON_S = 60
"""For what takes seconds on a machine that has nothing else to do."""
RECOVERED_S = OPEN_SECONDS + SOON_S


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """The control plane of the workload cluster."""
    with compiled_server(definitions.for_tests(), controllers=False) as running:
        yield running


@dataclass
class Fleet:
    """A hub, a cluster on another control plane, and the hub's own as the one beside it."""

    hub: Hub
    workload: KubeApi
    token: str

    @property
    def edge(self) -> Obj:
        return self.hub.cluster("edge")

    def conditions(self, name: str = "edge") -> dict[str, str]:
        """As the object on the hub tells them."""
        status = self.hub.api.get(self.hub.managed(name)).ok().get("status", {})
        return {
            one["type"]: f"{one['status']}/{one['reason']}" for one in status.get("conditions", ())
        }

    def phase(self) -> str:
        """As the object on the hub tells it."""
        obj = self.hub.api.get(self.hub.managed("edge")).ok()
        return str(obj.get("status", {}).get("phase", ""))


@pytest.fixture(scope="module")
def fleet(
    real_cluster: ControlPlane, plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    api, workload, namespace = client_of(real_cluster), client_of(plane), "outage"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    api.post("/api/v1/namespaces", body).ok()
    with hub_on(api, namespace, tmp_path_factory.mktemp("hub")) as hub:
        for name, kubeconfig in (("beside", api.kubeconfig()), ("edge", workload.kubeconfig())):
            new = {
                "name": name,
                "displayName": name,
                "kubeconfig": kubeconfig,
                "agentConfig": {"heartbeatIntervalSeconds": INTERVAL},
            }
            made = hub.rest("POST", "/clusters", json=new)
            assert made.status_code == 201, made.text
        running = Fleet(hub, workload, made.json()["token"])
        for name in ("beside", "edge"):
            wait_until("connected", lambda name=name: hub.cluster(name).get("connected"))
        yield running


@contextmanager
def agent(fleet: Fleet, folder: Path) -> Iterator[Agent]:
    """The real program, reporting from the workload cluster to the hub."""
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "agent"}}
    fleet.workload.post("/api/v1/namespaces", body)
    with account(fleet.workload, "agent", folder) as mounted:
        token = folder / "hub-token"
        token.write_text(fleet.token)
        variables = {
            "CLUSTER_NAME": "edge",
            "HUB_API_ENDPOINT": fleet.hub.url,
            "HUB_TOKEN_FILE": str(token),
            "HEALTH_PORT": "0",
            "KUBERNETES_ACCOUNT": str(mounted),
            "KUBERNETES_API_SERVER": fleet.workload.url,
        }
        with Agent("heartbeat", variables) as running:
            yield running


def test_an_agent_that_stops_is_stale_after_three_intervals_and_not_before(
    fleet: Fleet, tmp_path: Path
) -> None:
    with agent(fleet, tmp_path) as running:
        wait_until("it is ready", lambda: running.page("/readyz") == (200, "ok\n"))
        assert running.metric("ngf_console_agent_interval_seconds") == INTERVAL, "as the hub says"
        wait_until("told", lambda: fleet.conditions().get("AgentReporting") == "True/Heartbeat")
        told = fleet.edge
        assert told["agentInstalled"]
        assert told["resourceCounts"]["namespaces"] >= 4
        wait_until("again", lambda: fleet.edge["lastHeartbeat"] != told["lastHeartbeat"], SOON_S)
        assert running.stop() == 0
    cluster = fleet.hub.container.fleet.get("edge")
    assert cluster.agent
    last = cluster.agent.at
    assert fleet.conditions().get("AgentReporting") == "True/Heartbeat"
    wait_until(
        "stale",
        lambda: fleet.conditions().get("AgentReporting") == "Unknown/HeartbeatStale",
        SOON_S,
    )
    assert cluster.agent.at == last
    written = fleet.hub.api.get(fleet.hub.managed("edge")).ok()["status"]
    at = {one["type"]: one["lastTransitionTime"] for one in written["conditions"]}
    silent = datetime.fromisoformat(at["AgentReporting"]) - last
    assert silent > timedelta(seconds=3 * INTERVAL - 1)
    assert (fleet.phase(), fleet.edge["phase"]) == ("Degraded", "Degraded")
    assert fleet.edge["connected"]


def test_a_cluster_that_stops_is_told_alone_and_recovers_by_itself(fleet: Fleet) -> None:
    hub, breaker = fleet.hub, fleet.hub.container.fleet.get("edge").cache.breaker
    beside = hub.container.fleet.get("beside")
    fleet.workload.post(routes("default"), route("kept")).ok()
    kept = "/clusters/edge/httproutes/default/kept"
    wait_until("known", lambda: hub.rest("GET", kept).status_code == 200)
    seen = fleet.edge["lastSeen"]
    fleet.workload.halt()
    wait_until("told", lambda: not fleet.edge["connected"], SOON_S)
    wait_until("written", lambda: fleet.phase() == "Unreachable")
    assert fleet.conditions().get("Connected") == "False/NoAnswer"
    wait_until("the breaker opens", lambda: fleet.edge["breaker"] == "open", SOON_S)
    assert 0 < fleet.edge["retryAfterSeconds"] <= OPEN_SECONDS
    missing = hub.rest("GET", "/clusters/summary").json()["clusters_missing"]
    assert [one["name"] for one in missing] == ["edge"]
    assert missing[0]["last_seen"] >= seen

    answer = hub.rest("DELETE", kept)
    assert answer.status_code == 503, answer.text
    assert 0 < int(answer.headers["Retry-After"]) <= OPEN_SECONDS
    details = answer.json()["error"]["details"]
    assert details["cluster"] == "edge"
    assert details["last_seen"] >= seen
    assert hub.rest("GET", kept).status_code == 200, "what was known stays readable"
    assert hub.rest("GET", "/clusters/none/httproutes").status_code == 404
    tested = hub.rest("POST", "/clusters/edge/test").json()
    assert not tested["connected"], "somebody who asks is told what is so now"
    assert breaker.state == "open"

    began = time.monotonic()
    fleet.workload.resume()
    wait_until("recovered", lambda: fleet.edge["connected"], RECOVERED_S)
    assert fleet.edge["breaker"] == "closed"
    print(f"recovered after {time.monotonic() - began:.1f} s")
    wait_until("written", lambda: fleet.phase() == "Degraded")
    checks = beside.cache.checks.recent(datetime.now(UTC))
    assert all(check.seconds is not None for check in checks), "one was not answered"
    assert hub.cluster("beside")["connected"]


def test_somebody_who_asks_need_not_wait_for_the_end_of_the_rest(fleet: Fleet) -> None:
    fleet.workload.halt()
    wait_until("the breaker opens", lambda: fleet.edge["breaker"] == "open", 40)
    fleet.workload.resume()
    tested = fleet.hub.rest("POST", "/clusters/edge/test").json()
    assert tested["connected"], tested
    wait_until("connected", lambda: fleet.edge["connected"], OPEN_SECONDS / 2)
    assert fleet.edge["breaker"] == "closed"
