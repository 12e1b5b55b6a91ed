"""One demo cluster: seeded without HTTP, used by ordinary clients, cheap to keep, safe to stop."""

import socket
import ssl
import time
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
import urllib3
import yaml
from kubernetes import client, config, watch

from services.demo.api import ApiError, DemoApi
from services.demo.api.host import Host

WIDGETS = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "widgets", "kind": "Widget"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "properties": {
                                    "size": {"type": "integer", "minimum": 1, "default": 3}
                                },
                            },
                            "status": {
                                "type": "object",
                                "x-kubernetes-preserve-unknown-fields": True,
                            },
                        },
                    }
                },
            }
        ],
    },
}


def widget(name: str, spec: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": name, "namespace": "default"},
        "spec": spec or {},
    }


def until(what: str, holds: Any, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not {what} within {seconds} s"
        Event().wait(0.01)


@pytest.fixture
def api() -> Iterator[DemoApi]:
    demo = DemoApi("one", [WIDGETS])
    demo.start()
    yield demo
    demo.stop()


@pytest.fixture
def core(api: DemoApi) -> client.CoreV1Api:
    return client.CoreV1Api(config.new_client_from_config_dict(yaml.safe_load(api.kubeconfig())))


def test_seeding_defaults_numbers_and_keeps_status(api: DemoApi) -> None:
    stored = api.store.create(widget("a") | {"status": {"phase": "Ready"}})
    assert stored["spec"] == {"size": 3}
    assert stored["status"] == {"phase": "Ready"}
    assert stored["metadata"]["generation"] == 1
    assert stored["metadata"]["uid"]


def test_seeding_refuses_what_a_request_would(api: DemoApi) -> None:
    with pytest.raises(ApiError) as refused:
        api.store.create(widget("a", {"size": 0}))
    assert refused.value.code == 422
    assert "spec.size" in refused.value.message


def test_seeding_does_not_keep_the_callers_object(api: DemoApi) -> None:
    mine = widget("a", {"size": 1})
    api.store.create(mine)
    mine["spec"]["size"] = 99
    assert api.store.get("example.com/v1", "Widget", "default", "a")["spec"]["size"] == 1


def test_status_is_patched_alone(api: DemoApi) -> None:
    before = api.store.create(widget("a"))
    after = api.store.patch_status("example.com/v1", "Widget", "default", "a", {"phase": "Up"})
    assert after["status"] == {"phase": "Up"}
    assert after["metadata"]["generation"] == before["metadata"]["generation"]
    assert after["metadata"]["resourceVersion"] != before["metadata"]["resourceVersion"]


def test_thousands_of_objects_are_seeded(api: DemoApi) -> None:
    for number in range(3000):
        api.store.create(widget(f"w{number}", {"size": 1}))
    assert len(api.store.all("example.com/v1", "Widget")) == 3000


def test_the_kubernetes_package_reads_and_writes(core: client.CoreV1Api) -> None:
    body = client.V1ConfigMap(metadata=client.V1ObjectMeta(name="a"), data={"k": "v"})
    core.create_namespaced_config_map("default", body)
    core.patch_namespaced_config_map("a", "default", {"data": {"k": "w"}})
    assert core.read_namespaced_config_map("a", "default").data == {"k": "w"}
    core.delete_namespaced_config_map("a", "default")
    assert core.list_namespaced_config_map("default").items == []


def test_the_kubernetes_package_watches(api: DemoApi, core: client.CoreV1Api) -> None:
    version = core.list_namespaced_config_map("default").metadata.resource_version
    for name in ("a", "b"):
        api.store.create(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": name, "namespace": "default"},
            }
        )
    stream = watch.Watch().stream(
        core.list_namespaced_config_map, "default", resource_version=version, timeout_seconds=5
    )
    assert [next(stream)["object"].metadata.name for _ in range(2)] == ["a", "b"]


def test_a_watch_whose_client_is_gone_is_forgotten(api: DemoApi) -> None:
    connection = watching(api, "pods")
    connection.close()
    followers = api._store.bucket("pods").followers
    until("forgotten", lambda: not followers)


def test_what_still_runs_when_a_host_stops_cleans_up() -> None:
    host = Host()
    api = DemoApi("hosted", host=host)
    api.start()
    connection = watching(api, "pods")
    host.stop()
    connection.close()
    assert not api._store.bucket("pods").followers


def test_a_stopped_cluster_serves_its_objects_again_at_the_same_address(api: DemoApi) -> None:
    api.store.create(widget("a"))
    url = api.url
    api.stop()
    api.start()
    assert api.url == url
    answer = get(api, "/apis/example.com/v1/namespaces/default/widgets/a")
    assert answer.json()["metadata"]["name"] == "a"


def test_clusters_do_not_trust_each_others_tokens(api: DemoApi) -> None:
    other = DemoApi("two")
    other.start()
    try:
        assert get(api, "/api/v1/pods").status == 200
        assert get(api, "/api/v1/pods", other.token()).status == 401
        with pytest.raises(urllib3.exceptions.MaxRetryError):
            get(api, "/api/v1/pods", ca=other.ca_pem)
    finally:
        other.stop()


def get(api: DemoApi, path: str, token: str = "", ca: str = "") -> urllib3.BaseHTTPResponse:
    context = ssl.create_default_context(cadata=ca or api.ca_pem)
    pool = urllib3.PoolManager(ssl_context=context, retries=urllib3.Retry(0))
    return pool.request(
        "GET", api.url + path, headers={"Authorization": f"Bearer {token or api.token()}"}
    )


def watching(api: DemoApi, plural: str) -> ssl.SSLSocket:
    """The connection of a watch of a core kind that the cluster has begun to follow."""
    context = ssl.create_default_context(cadata=api.ca_pem)
    raw = socket.create_connection(("127.0.0.1", api.port))
    wrapped = context.wrap_socket(raw, server_hostname="localhost")
    request = f"GET /api/v1/{plural}?watch=1 HTTP/1.1\r\nHost: demo\r\nAuthorization: Bearer "
    wrapped.sendall(f"{request}{api.token()}\r\n\r\n".encode())
    until("watched", lambda: len(api._store.bucket(plural).followers) == 1)
    return wrapped
