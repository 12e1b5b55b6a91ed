"""Promise: an agent is told what is wrong with its heartbeat, and when to come again; what it does
not know is no fault, and nobody else can report for it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from services.clusters import agent_tokens
from services.clusters.fleet import Fleet
from services.clusters.registry import API_VERSION, CLUSTER_LABEL, TOKENS_KEY, Registry
from services.container import Container
from services.kube.connection import Connection
from services.settings import load
from tests.api.servers import without_clusters, without_pages
from tests.real.hub import managed_cluster
from tests.real.kube_api import KubeApi, wait_until
from tests.real.replicas import BODY, Obj, Replicas
from tests.serving import loopback
from tests.stores import fresh_store


@pytest.mark.parametrize("token", ["none", "ngfa_AAAAAAAAAAAA_" + "A" * 43, "{admin}"])
def test_nobody_but_an_agent_is_admitted(replicas: Replicas, token: str) -> None:
    answer = replicas.beat(replicas.first, token=token.format(admin=replicas.first.token))
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthenticated")
    assert "WWW-Authenticate" in answer.headers


def test_who_shows_nothing_is_refused_before_the_body_is_read(replicas: Replicas) -> None:
    url = f"{replicas.first.url}/api/v1{replicas.path}"
    assert requests.post(url, data=b"{", timeout=10).status_code == 401
    basic = requests.post(url, json=BODY, auth=("a", replicas.token), timeout=10)
    assert basic.status_code == 401


def test_an_agents_token_opens_no_other_door(replicas: Replicas) -> None:
    hub = replicas.first
    other = hub.rest("POST", "/clusters/other/heartbeat", replicas.token, json=BODY)
    assert (other.status_code, other.json()["error"]["code"]) == (403, "denied")
    for method, path in (
        ("GET", "/clusters"),
        ("GET", f"/clusters/{replicas.name}"),
        ("DELETE", "/tokens"),
    ):
        assert hub.rest(method, path, replicas.token).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sequence": -1}, "sequence"),
        ({"sequence": 2**63}, "sequence"),
        ({"sequence": "many"}, "sequence"),
        ({"resourceCounts": {"gateways": -1}}, "resourceCounts.gateways"),
        ({"resourceCounts": {"gateways": 2**31}}, "resourceCounts.gateways"),
        ({"resourceCounts": [1]}, "resourceCounts"),
        ({"ngfEdition": "plus"}, "ngfEdition"),
        ({"agentVersion": "x" * 254}, "agentVersion"),
        ({"gpuCapacity": {"totalGPUs": 1}}, "gpuCapacity.allocatedGPUs"),
        (
            {
                "gpuCapacity": {
                    "totalGPUs": 1,
                    "allocatedGPUs": 0,
                    "averageUtilization": float("nan"),
                }
            },
            "gpuCapacity.averageUtilization",
        ),
        (
            {
                "gpuCapacity": {
                    "totalGPUs": 1,
                    "allocatedGPUs": 0,
                    "gpuTypes": {str(n): 1 for n in range(101)},
                }
            },
            "gpuCapacity.gpuTypes",
        ),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_bad_body_is_refused_with_the_field(replicas: Replicas, body: Obj, field: str) -> None:
    url = f"{replicas.first.url}/api/v1{replicas.path}"
    headers = {"Authorization": f"Bearer {replicas.token}", "Content-Type": "application/json"}
    answer = requests.post(url, data=json.dumps(body), headers=headers, timeout=10)  # NaN, too
    assert answer.status_code == 422, answer.text
    fields = [one["field"] for one in answer.json()["error"]["details"]["fields"]]
    assert fields == [field]
    assert "heartbeatSequence" not in replicas.status


def test_what_is_no_heartbeat_at_all_is_refused_in_the_same_form(replicas: Replicas) -> None:
    nested = b'{"missing": ' * 100 + b"{}" + b"}" * 100
    kind = {"Content-Type": "application/json"}
    for data, status in (
        (b"", (400, 422)),
        (b"{", (400, 422)),
        (b"[1]", (422,)),
        (b'"text"', (400, 422)),
        (nested, (422,)),
        (b"\xff\xfe", (400, 422)),
        (b"x" * 70_000, (413,)),
        (b'{"missing": {"a": "' + b"x" * 70_000 + b'"}}', (413,)),
    ):
        path = f"{replicas.first.url}/api/v1{replicas.path}"
        headers = {"Authorization": f"Bearer {replicas.token}", **kind}
        answer = requests.post(path, data=data, headers=headers, timeout=10)
        assert answer.status_code in status, (data[:20], answer.text)
        assert answer.json()["error"]["message"], data[:20]
        chunked = requests.post(path, data=iter([data]), headers=headers, timeout=10)
        assert chunked.status_code in (*status, 400, 411, 413), (data[:20], chunked.text)


@pytest.mark.parametrize(
    "body",
    [
        {},
        dict.fromkeys(BODY),
        {**BODY, "later": {"field": [1]}, "resourceCounts": {"tcpRoutes": 4, "gateways": 1}},
        {**BODY, "resourceCounts": dict.fromkeys(BODY["resourceCounts"])},
        {**BODY, "gpuCapacity": {**BODY["gpuCapacity"], "vendor": "x", "gpuTypes": None}},
        {**BODY, "missing": {"a.b": None}},
    ],
    ids=["empty", "all null", "unknown fields", "null counts", "further GPU fields", "no reason"],
)
def test_what_is_not_known_or_not_known_yet_is_taken(replicas: Replicas, body: Obj) -> None:
    answer = replicas.beat(replicas.first, body)
    assert answer.status_code == 200, answer.text
    wait_until("written", lambda: replicas.status.get("agentInstalled"))
    assert "inferencePools" not in replicas.status.get("resourceCounts", {})


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The URL of an application on loopback."""
    server = loopback(app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def test_a_console_without_a_hub_says_what_would_be_needed(tmp_path: Path) -> None:
    with served(without_pages(without_clusters(tmp_path))) as url:
        path = f"{url}/api/v1/clusters/one/heartbeat"
        answer = requests.post(path, json=BODY, timeout=10)
    assert answer.status_code == 501
    assert "--multicluster" in answer.json()["error"]["message"]


def may(api: KubeApi, namespace: str, *resources: str) -> None:
    """Let the stranger read these resources in a namespace."""
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    name, group = "-".join(resources), "rbac.authorization.k8s.io"
    rule = {"apiGroups": ["*"], "resources": list(resources), "verbs": ["get", "list", "watch"]}
    api.post(f"{rbac}/roles", {"metadata": {"name": name}, "rules": [rule]}).ok()
    binding = {
        "metadata": {"name": name},
        "roleRef": {"apiGroup": group, "kind": "Role", "name": name},
        "subjects": [{"apiGroup": group, "kind": "User", "name": "stranger"}],
    }
    api.post(f"{rbac}/rolebindings", binding).ok()


def test_until_clusters_and_tokens_have_been_read_agents_are_asked_to_come_again(
    kube_api: KubeApi, namespace: str, tmp_path: Path
) -> None:
    kubeconfig = kube_api.kubeconfig("stranger")
    fleet = Fleet()
    registry = Registry(fleet, lambda: Connection.from_kubeconfig(kubeconfig), namespace)
    fleet.source = registry
    container = Container.build(
        load({"data": tmp_path, "multicluster": True}), fleet, fresh_store()
    )
    token, text = agent_tokens.mint(datetime.now(UTC))
    spec = {"kubeconfigSecretRef": {"name": "none"}}
    managed = f"/apis/{API_VERSION}/namespaces/{namespace}/managedclusters"
    kube_api.post(managed, managed_cluster("web", **spec)).ok()
    held = {
        "metadata": {"name": "web-agent-token", "labels": {CLUSTER_LABEL: "web"}},
        "stringData": {TOKENS_KEY: agent_tokens.dumped([token])},
    }
    kube_api.post(f"/api/v1/namespaces/{namespace}/secrets", held).ok()
    with served(without_pages(container)) as url:

        def beat() -> requests.Response:
            headers = {"Authorization": f"Bearer {text}"}
            path = f"{url}/api/v1/clusters/web/heartbeat"
            return requests.post(path, json=BODY, headers=headers, timeout=10)

        def told_to_wait() -> bool:
            answer = beat()
            assert answer.status_code == 503, answer.text
            return answer.headers["Retry-After"] == "1"

        assert told_to_wait(), "nothing is known"
        may(kube_api, namespace, "secrets")
        fleet.start()
        try:
            wait_until("tokens are known", lambda: registry.tokens.of("web"))
            assert told_to_wait(), "tokens are known, clusters are not"
            may(kube_api, namespace, "managedclusters")

            def taken() -> bool:
                registry.cache.retry()
                return beat().status_code == 200

            wait_until("taken", taken)
        finally:
            fleet.stop()
            container.db.close()
