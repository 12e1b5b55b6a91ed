"""Promise: what the hub says of a cluster is of that cluster and of now: not of an older one of the
same name, not of one that rests, not of a Prometheus that nobody has asked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import requests

from services.demo.api import DemoApi
from services.demo.definitions import definitions
from services.prometheus.queries import FIELD
from tests.real.hub import Hub, managed_cluster, secret
from tests.real.kube_api import wait_until
from tests.unit.loopback import Request, Response, answering

MERGE = "application/merge-patch+json"


def test_a_cluster_that_rests_says_when_it_was_seen_and_when_to_come_again(hub: Hub) -> None:
    api = DemoApi("lost", definitions())
    api.start()
    hub.create_by_kubectl("lost", api.kubeconfig())
    wait_until("connected", lambda: hub.cluster("lost").get("connected"))
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
    wait_until("tried", lambda: hub.cluster("never").get("reason"))
    answers: list[requests.Response] = [
        hub.rest("GET", "/clusters/never/gateways/shop/edge"),
        hub.rest("DELETE", "/clusters/never/gateways/shop/edge"),
    ]
    for answer in answers:
        assert answer.status_code == 503
        assert answer.json()["error"]["details"]["cluster"] == "never"
        assert answer.json()["error"]["details"]["last_seen"] is None


def test_a_cluster_that_comes_back_under_its_name_is_another(hub: Hub, workload: DemoApi) -> None:
    hub.create_by_kubectl("edge", workload.kubeconfig())
    wait_until("connected", lambda: hub.cluster("edge").get("connected"))
    token = hub.rest("POST", "/clusters/edge/token", json={}).json()["token"]
    beat = {"sequence": 7, "resourceCounts": {"gateways": 3}, "ngfVersion": "2.6.7"}
    for _ in range(2):  # the second is not due, it waits to be written down
        assert hub.rest("POST", "/clusters/edge/heartbeat", token, json=beat).status_code == 200
    before = hub.container.fleet.get("edge")
    objects = hub.registry.objects
    uid = objects()["edge"]["metadata"]["uid"]
    # Both at once, as a watch that was away for a moment tells of it.
    hub.registry.cache.stop()
    hub.api.delete(hub.managed("edge")).ok()
    ref = {"kubeconfigSecretRef": {"name": "edge-own"}}
    hub.api.post(hub.managed(), managed_cluster("edge", **ref)).ok()
    hub.registry.cache.start()
    wait_until("told", lambda: objects()["edge"]["metadata"]["uid"] != uid)
    wait_until("taken", lambda: hub.container.fleet.get("edge") is not before)
    assert hub.cluster("edge")["agentInstalled"] is False
    wait_until("connected", lambda: hub.cluster("edge").get("connected"))
    assert hub.container.heartbeats
    hub.container.heartbeats.flush()
    assert "lastHeartbeat" not in hub.api.get(hub.managed("edge")).ok().get("status", {})


def test_versions_that_an_agent_told_stay_when_another_replica_hears_it(
    hub: Hub, workload: DemoApi
) -> None:
    hub.create_by_kubectl("edge", workload.kubeconfig())
    wait_until("known", lambda: hub.cluster("edge"))
    token = hub.rest("POST", "/clusters/edge/token", json={}).json()["token"]
    beat = {"sequence": 1, "kubernetesVersion": "v1.36.3", "ngfVersion": "2.6.7"}
    assert hub.rest("POST", "/clusters/edge/heartbeat", token, json=beat).status_code == 200
    later = (datetime.now(UTC) + timedelta(seconds=5)).isoformat(timespec="seconds")
    status = {"status": {"lastHeartbeat": later, "heartbeatSequence": 2}}
    path = f"{hub.managed('edge')}/status"
    wait_until("written", lambda: hub.api.patch(path, status, MERGE).status == 200)
    heard = hub.container.fleet.get("edge")
    wait_until("heard", lambda: heard.agent and heard.agent.sequence == 2)
    assert heard.agent
    assert (heard.agent.ngf_version, heard.agent.kubernetes_version) == ("2.6.7", "v1.36.3")


def test_of_a_prometheus_is_said_what_it_answered_and_nothing_before(
    hub: Hub, workload: DemoApi
) -> None:
    hub.create_by_kubectl("edge", workload.kubeconfig(), prometheusSecretRef={"name": "metrics"})
    wait_until("known", lambda: hub.cluster("edge"))
    assert prometheus(hub) in (("Unknown", "NotAsked"), ("False", "NoAnswer"))
    assert hub.container.jobs
    hub.container.jobs.ask_prometheus()
    assert prometheus(hub) == ("False", "NoAnswer")
    assert "metrics does not exist" in str(hub.cluster("edge")["conditions"])
    hub.api.patch(hub.managed("edge"), {"spec": {"prometheusSecretRef": None}}, MERGE).ok()
    wait_until("none", lambda: prometheus(hub) == ("Unknown", "NotConfigured"))


def test_a_cluster_is_told_the_numbers_of_the_prometheus_that_its_secret_names_now(
    hub: Hub, workload: DemoApi
) -> None:
    def connections() -> tuple[float | None, str]:
        found = hub.rest("GET", "/clusters/edge/metrics/summary").json()
        return found["activeConnections"], found["reasons"].get("activeConnections", "")

    def point_at(url: str) -> None:
        hub.api.patch(hub.secret("metrics"), {"stringData": {"url": url}}, MERGE).ok()

    with answering(counting(3)) as (first, _), answering(counting(5)) as (second, _):
        body = {"metadata": {"name": "metrics"}, "stringData": {"url": first}}
        hub.api.post(hub.secret(), body).ok()
        ref = {"prometheusSecretRef": {"name": "metrics"}}
        hub.create_by_kubectl("edge", workload.kubeconfig(), **ref)
        wait_until("known", lambda: hub.cluster("edge"))
        wait_until("the first", lambda: connections() == (3, ""))
        point_at(second)
        wait_until("the second", lambda: connections() == (5, ""))
        point_at("http://169.254.169.254")
        wait_until("refused", lambda: "link-local" in connections()[1])
        hub.api.patch(hub.managed("edge"), {"spec": {"prometheusSecretRef": None}}, MERGE).ok()
        wait_until("none", lambda: "No Prometheus is named" in connections()[1])


def counting(connections: int) -> Callable[[Request], Response]:
    """What a Prometheus answers that knows one gateway with so many connections."""
    place = {"gateway": "edge", "gateway_namespace": "web", FIELD: "connections"}
    sample = {"metric": place, "value": [1_790_000_000, str(connections)]}
    data = {"resultType": "vector", "result": [sample]}
    return lambda _: Response(200, {"status": "success", "data": data})


@pytest.mark.parametrize("name", ["register", "summary"])
def test_a_name_that_the_console_has_itself_is_refused_and_works_where_it_is_made_elsewhere(
    hub: Hub, workload: DemoApi, name: str
) -> None:
    body = {"name": name, "displayName": "Mine", "kubeconfig": workload.kubeconfig()}
    refused = hub.rest("POST", "/clusters", json=body)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["error"]["details"]["fields"]] == ["name"]
    hub.create_by_kubectl(name, workload.kubeconfig())
    path = f"/clusters/{name}/detail"
    wait_until("connected", lambda: hub.rest("GET", path).json().get("connected"))
    assert hub.rest("GET", f"/clusters/{name}/gateways").status_code == 200
    assert hub.rest("PATCH", f"/clusters/{name}", json={"region": "Oslo"}).status_code == 200
    assert hub.rest("DELETE", f"/clusters/{name}").status_code == 200


def test_what_the_account_may_is_asked_anew_with_another_credential(hub: Hub) -> None:
    gateway = {
        "name": "edge",
        "namespace": hub.namespace,
        "gatewayClassName": "nginx",
        "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
    }

    def may() -> int:
        path = "/clusters/self/gateways?dryRun=true"
        return hub.rest("POST", path, json=gateway).status_code

    hub.create_by_kubectl("self", hub.api.kubeconfig("reader"))
    wait_until("refused", lambda: may() == 403)
    full = secret("self-own", hub.api.kubeconfig())["data"]
    hub.api.patch(hub.secret("self-own"), {"data": full}, MERGE).ok()
    wait_until("permitted", lambda: may() == 200)


def prometheus(hub: Hub) -> tuple[str, str]:
    """Status and reason of the condition."""
    conditions = {one["type"]: one for one in hub.cluster("edge")["conditions"]}
    one = conditions["PrometheusReachable"]
    return one["status"], one["reason"]


def kubeconfig_of_nothing(api: DemoApi) -> str:
    """The kubeconfig of a cluster that has stopped."""
    api.start()
    kubeconfig = api.kubeconfig()
    api.stop()
    return kubeconfig
