"""The promise: what the cache shows is what the server has, or it says since when and why not."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.clusters.fleet import Cluster, Fleet
from services.kube.connection import Connection
from tests.real.controlplane import ControlPlane, kubeconfig_text
from tests.real.kube_api import KubeApi, wait_until
from tests.real.objects import route, routes
from tests.real.outage import Passage
from tests.real.servers import client_of

PAYLOAD_PROCESSORS = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "payloadprocessors.gateway.nginx.org"},
    "spec": {
        "group": "gateway.nginx.org",
        "names": {"kind": "PayloadProcessor", "plural": "payloadprocessors"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1alpha1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "x-kubernetes-preserve-unknown-fields": True,
                            }
                        },
                    }
                },
            }
        ],
    },
}
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


@contextmanager
def watching(kubeconfig: str) -> Iterator[Cluster]:
    fleet = Fleet.single(lambda: Connection.from_kubeconfig(kubeconfig))
    fleet.start()
    try:
        fleet.wait_ready(20)
        yield fleet.get("default")
    finally:
        fleet.stop()


@pytest.fixture
def cluster(kube_api: KubeApi) -> Iterator[Cluster]:
    with watching(kube_api.kubeconfig()) as cluster:
        yield cluster


def test_shows_what_is_made_changed_and_deleted(
    kube_api: KubeApi, cluster: Cluster, namespace: str
) -> None:
    def hosts() -> list[list[str]]:
        found = cluster.snapshot("httproutes").objects.items()
        return [route["spec"]["hostnames"] for (where, _), route in found if where == namespace]

    made = kube_api.post(routes(namespace), route("shop", "a.example")).ok()
    wait_until("the route is seen", lambda: hosts() == [["a.example"]])
    made["spec"]["hostnames"] = ["b.example"]
    kube_api.put(f"{routes(namespace)}/shop", made).ok()
    wait_until("its change is seen", lambda: hosts() == [["b.example"]])
    kube_api.delete(f"{routes(namespace)}/shop").ok()
    wait_until("its end is seen", lambda: hosts() == [])
    snapshot = cluster.snapshot("httproutes")
    assert snapshot.state == "live"
    assert snapshot.as_of is not None
    assert snapshot.resource is not None
    assert snapshot.resource.api_version == "gateway.networking.k8s.io/v1"


def test_a_snapshot_in_hand_never_changes(
    kube_api: KubeApi, cluster: Cluster, namespace: str
) -> None:
    before = cluster.snapshot("httproutes")
    kube_api.post(routes(namespace), route("shop")).ok()
    wait_until(
        "the route is seen", lambda: (namespace, "shop") in cluster.snapshot("httproutes").objects
    )
    assert (namespace, "shop") not in before.objects
    assert cluster.snapshot("httproutes").version > before.version
    with pytest.raises(TypeError):
        before.objects[namespace, "shop"] = {}  # type: ignore[index]


def test_keeps_no_bookkeeping_of_other_tools(
    kube_api: KubeApi, cluster: Cluster, namespace: str
) -> None:
    noted = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
    kube_api.post(routes(namespace), route("shop", annotations=noted)).ok()
    seen = wait_until(
        "the route is seen",
        lambda: cluster.snapshot("httproutes").objects.get((namespace, "shop")),
    )
    assert "managedFields" not in seen["metadata"]
    assert "annotations" not in seen["metadata"]
    assert (seen["apiVersion"], seen["kind"]) == ("gateway.networking.k8s.io/v1", "HTTPRoute")


def test_of_secrets_only_certificates_are_kept(
    kube_api: KubeApi, cluster: Cluster, namespace: str
) -> None:
    def secret(name: str, kind: str, **data: str) -> None:
        encoded = {key: base64.b64encode(text.encode()).decode() for key, text in data.items()}
        body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "type": kind}
        kube_api.post(f"/api/v1/namespaces/{namespace}/secrets", {**body, "data": encoded}).ok()

    def seen(name: str) -> dict[str, object]:
        return wait_until(
            f"{name} is seen", lambda: cluster.snapshot("secrets").objects.get((namespace, name))
        )

    secret("login", "Opaque", password="planted-password")
    secret("site", "kubernetes.io/tls", **{"tls.crt": "certificate", "tls.key": "planted-key"})
    assert set(seen("login")) == {"apiVersion", "kind", "metadata"}
    site = seen("site")
    assert site["type"] == "kubernetes.io/tls"
    assert site["data"] == {"tls.crt": base64.b64encode(b"certificate").decode()}
    block = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
    key = "-----BEGIN PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----\n"
    kept = base64.b64encode(block.encode()).decode()
    secret("both", "kubernetes.io/tls", **{"tls.crt": key + block, "tls.key": key})
    assert seen("both")["data"] == {"tls.crt": kept}
    opaque = {"client.pem": block + "\n" + key, "ca.crt": "none", "tls.key": key, "a": block}
    secret("opaque", "Opaque", **opaque)
    assert (seen("opaque")["data"], seen("opaque")["type"]) == ({"client.pem": kept}, "Opaque")
    kube_api.delete(f"/api/v1/namespaces/{namespace}/secrets/site").ok()
    wait_until(
        "the end of the secret is seen",
        lambda: (namespace, "site") not in cluster.snapshot("secrets").objects,
    )
    assert (namespace, "login") in cluster.snapshot("secrets").objects


def test_of_config_maps_only_the_authorities_are_kept(
    kube_api: KubeApi, cluster: Cluster, namespace: str
) -> None:
    block = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
    for name, data in {
        "settings": {"greeting": "planted-text"},
        "backend-ca": {"ca.crt": f"# ours\n{block}\n", "other.crt": block, "text": "planted-text"},
    }.items():
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}
        kube_api.post(f"/api/v1/namespaces/{namespace}/configmaps", body).ok()

    def seen(name: str) -> dict[str, object]:
        return wait_until(
            f"{name} is seen", lambda: cluster.snapshot("configmaps").objects.get((namespace, name))
        )

    assert set(seen("settings")) == {"apiVersion", "kind", "metadata"}
    assert seen("backend-ca")["data"] == {"ca.crt": block}


def test_a_kind_comes_and_goes_with_its_definition(kube_api: KubeApi, cluster: Cluster) -> None:
    def state() -> str:
        return cluster.snapshot("payloadprocessors").state

    assert state() == "absent"
    assert "not installed" in cluster.snapshot("payloadprocessors").reason
    kube_api.post(DEFINITIONS, PAYLOAD_PROCESSORS).ok()
    try:
        wait_until("the kind is watched", lambda: state() == "live")
    finally:
        kube_api.delete(f"{DEFINITIONS}/payloadprocessors.gateway.nginx.org")
    wait_until("the kind is gone", lambda: state() == "absent")


def test_tells_listeners_of_every_change(
    kube_api: KubeApi, cluster: Cluster, namespace: str
) -> None:
    heard: list[tuple[str, str, int]] = []
    end = cluster.cache.subscribe(lambda *event: heard.append(event))
    kube_api.post(routes(namespace), route("shop")).ok()
    wait_until("the change is told", lambda: any(kind == "httproutes" for _, kind, _ in heard))
    assert {name for name, _, _ in heard} == {"default"}
    end()
    told = list(heard)
    kube_api.delete(f"{routes(namespace)}/shop").ok()
    wait_until(
        "the end of the route is seen",
        lambda: (namespace, "shop") not in cluster.snapshot("httproutes").objects,
    )
    assert heard == told


def test_reads_long_lists_page_by_page(kube_api: KubeApi, namespace: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(
            lambda number: kube_api.post(routes(namespace), route(f"r{number}")).ok(), range(620)
        )
        assert len(list(answers)) == 620
    with watching(kube_api.kubeconfig()) as cluster:
        found = [key for key in cluster.snapshot("httproutes").objects if key[0] == namespace]
    assert len(found) == 620


def test_a_server_without_aggregated_discovery_is_asked_group_by_group(
    kube_api: KubeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.kube.discovery.AGGREGATED", "application/json")
    with watching(kube_api.kubeconfig()) as cluster:
        assert cluster.snapshot("httproutes").state == "live"
        assert cluster.snapshot("namespaces").state == "live"
        assert cluster.snapshot("payloadprocessors").state == "absent"


def test_what_may_not_be_listed_says_so(kube_api: KubeApi) -> None:
    with watching(kube_api.kubeconfig("stranger")) as cluster:
        snapshot = cluster.snapshot("httproutes")
        assert cluster.state.connected
    assert snapshot.state == "denied"
    assert "cannot list" in snapshot.reason
    assert snapshot.as_of is None


def test_an_outage_is_named_dated_and_survived(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("kept")).ok()
    kube_api.post(routes(namespace), route("doomed")).ok()
    with (
        Passage(kube_api.url) as passage,
        watching(
            kubeconfig_text("x", passage.url, kube_api.ca_pem, kube_api.tokens["admin"])
        ) as cluster,
    ):
        assert cluster.snapshot("httproutes").state == "live"
        passage.cut()
        stale = wait_until(
            "the outage is noticed",
            lambda: (s := cluster.snapshot("httproutes")).state == "stale" and s,
        )
        assert (namespace, "kept") in stale.objects
        assert stale.reason
        assert stale.as_of is not None
        assert stale.since is not None
        state = wait_until(
            "the cluster is down", lambda: (s := cluster.state).connected is False and s
        )
        assert state.reason
        assert state.last_seen is not None
        assert cluster.snapshot("httproutes").as_of == stale.as_of
        kube_api.delete(f"{routes(namespace)}/doomed").ok()
        kube_api.post(routes(namespace), route("born")).ok()
        kube_api.compact()
        passage.mend()
        cluster.retry()
        wait_until("it is live again", lambda: cluster.snapshot("httproutes").state == "live")

        def names() -> set[str]:
            return {
                name for where, name in cluster.snapshot("httproutes").objects if where == namespace
            }

        wait_until("what happened meanwhile is seen", lambda: names() == {"kept", "born"})
        wait_until("the cluster is up", lambda: cluster.state.connected)
        assert cluster.snapshot("httproutes").since is not None


def test_a_server_that_falls_silent_is_noticed(kube_api: KubeApi, namespace: str) -> None:
    with (
        Passage(kube_api.url) as passage,
        watching(
            kubeconfig_text("x", passage.url, kube_api.ca_pem, kube_api.tokens["admin"])
        ) as cluster,
    ):
        passage.hold()
        stale = wait_until(
            "the silence is noticed",
            lambda: (s := cluster.snapshot("httproutes")).state == "stale" and s,
        )
        assert "timed out" in stale.reason
        assert stale.as_of == cluster.state.last_seen
        kube_api.post(routes(namespace), route("born")).ok()
        passage.mend()
        cluster.retry()
        wait_until(
            "what happened meanwhile is seen",
            lambda: (namespace, "born") in cluster.snapshot("httproutes").objects,
        )
        wait_until("it is live again", lambda: cluster.snapshot("httproutes").state == "live")


def test_a_refused_credential_is_named_and_a_rotated_one_taken(kube_api: KubeApi) -> None:
    tokens = ["expired"]
    fleet = Fleet.single(
        lambda: Connection.from_kubeconfig(
            kubeconfig_text("x", kube_api.url, kube_api.ca_pem, tokens[-1])
        )
    )
    fleet.start()
    try:
        cluster = fleet.get("default")
        wait_until("the refusal is seen", lambda: "credential" in cluster.state.reason)
        assert cluster.snapshot("httproutes").state == "stale"
        assert cluster.snapshot("httproutes").as_of is None
        tokens.append(kube_api.tokens["admin"])
        cluster.retry()
        wait_until("it is live", lambda: cluster.snapshot("httproutes").state == "live")
    finally:
        fleet.stop()


def test_the_version_of_the_server_is_known(cluster: Cluster) -> None:
    version = cluster.state.kubernetes_version
    assert version is not None
    assert version.startswith("v1.")


@pytest.mark.compiled
def test_data_stays_on_screen_while_a_credential_is_replaced(
    real_cluster: ControlPlane, tmp_path: Path
) -> None:
    admin = client_of(real_cluster)
    accounts = "/api/v1/namespaces/default/serviceaccounts"
    admin.post(accounts, {"metadata": {"name": "console"}}).ok()
    binding = {
        "metadata": {"name": "console"},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "reader",
        },
        "subjects": [{"kind": "ServiceAccount", "name": "console", "namespace": "default"}],
    }
    admin.post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding).ok()
    token = admin.post(f"{accounts}/console/token", {"spec": {}}).ok()["status"]["token"]
    kubeconfig = tmp_path / "kubeconfig"

    def write(token: str) -> None:
        kubeconfig.write_text(kubeconfig_text("x", real_cluster.url, real_cluster.ca_pem, token))

    write(token)
    fleet = Fleet.single(lambda: Connection.from_kubeconfig(kubeconfig))
    fleet.start()
    try:
        cluster = fleet.get("default")
        wait_until("it is live", lambda: cluster.snapshot("namespaces").state == "live")
        admin.delete(f"{accounts}/console").ok()
        wait_until("the refusal is seen", lambda: not cluster.state.connected, 40)
        assert "credential" in cluster.snapshot("namespaces").reason
        before = cluster.snapshot("namespaces")
        assert ("", "default") in before.objects
        sizes: list[int] = []
        cluster.cache.subscribe(
            lambda *_: sizes.append(len(cluster.snapshot("namespaces").objects))
        )
        write(real_cluster.tokens["admin"])
        wait_until("it is live again", lambda: cluster.snapshot("namespaces").state == "live", 40)
        assert min(sizes) == len(before.objects)
    finally:
        fleet.stop()
        admin.delete("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/console")
