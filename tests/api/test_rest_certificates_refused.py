"""Promise: where the console's account may see Secrets and not change them, every way to store,
renew or delete a certificate says which right is missing, and nothing is stored."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from services.auth.identity import CONSOLE, Role
from services.clusters.fleet import Fleet
from services.container import Container
from services.demo.api import DemoApi
from services.demo.definitions import definitions
from services.demo.seed.objects import tls
from services.kube.connection import Connection
from services.settings import load
from tests.api.servers import without_pages
from tests.api.test_rest_certificates import pair
from tests.serving import loopback
from tests.stores import fresh_store

USER = "looks-only"


@pytest.fixture(scope="module")
def cluster() -> Iterator[DemoApi]:
    """A cluster with a TLS Secret, whose user may read everything and change everything but
    Secrets."""
    rules = [
        {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": ["gateway.networking.k8s.io"], "resources": ["*"], "verbs": ["*"]},
        {"nonResourceURLs": ["*"], "verbs": ["get"]},
    ]
    group = "rbac.authorization.k8s.io"
    named = {"apiVersion": f"{group}/v1", "metadata": {"name": USER}}
    role = {"apiGroup": group, "kind": "ClusterRole", "name": USER}
    user = {"apiGroup": group, "kind": "User", "name": USER}
    api = DemoApi("one", definitions())
    api.add_user(USER)
    for obj in (
        {**named, "kind": "ClusterRole", "rules": rules},
        {**named, "kind": "ClusterRoleBinding", "roleRef": role, "subjects": [user]},
        tls("default/site-tls", 1, 60, "site.example.com"),
    ):
        api.store.create(obj)
    api.start()
    yield api
    api.stop()


@pytest.fixture(scope="module")
def certificates(
    cluster: DemoApi, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of its certificates, and the headers of an operator."""
    fleet = Fleet.single(lambda: Connection.from_kubeconfig(cluster.kubeconfig(USER)))
    settings = load({"data": tmp_path_factory.mktemp("refused")})
    container = Container.build(settings, fleet, fresh_store())
    container.start()
    fleet.wait_ready(20)
    server = loopback(without_pages(container))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    [name] = [one.name for one in fleet.clusters()]
    _, token = container.tokens.create(CONSOLE, "operator", Role.OPERATOR)
    address = f"http://127.0.0.1:{server.server_port}/api/v1/clusters/{name}/certificates"
    yield address, {"Authorization": f"Bearer {token}"}
    server.shutdown()
    container.stop()


def sent(verb: str, path: str, **body: Any) -> tuple[str, str, dict[str, Any]]:
    return verb, path, body


@pytest.mark.parametrize(
    ("right", "method", "path", "body"),
    [
        ("create", *sent("POST", "", name="new", namespace="default", **pair("new.example.com"))),
        ("create", *sent("POST", "?dryRun=true", name="new", namespace="default", **pair("a.b"))),
        ("patch", *sent("PUT", "/site-tls?namespace=default", **pair("site.example.com"))),
        ("delete", *sent("DELETE", "/site-tls?namespace=default")),
        ("delete", *sent("DELETE", "/site-tls?namespace=default&dryRun=true")),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_right_that_is_missing_is_named(
    certificates: tuple[str, dict[str, str]],
    cluster: DemoApi,
    right: str,
    method: str,
    path: str,
    body: dict[str, Any],
) -> None:
    address, headers = certificates
    before = cluster.store.all("v1", "Secret")
    answer = requests.request(
        method, f"{address}{path}", headers=headers, json=body or None, timeout=30
    )
    assert answer.status_code == 403, answer.text
    error = answer.json()["error"]
    assert f"may not {right} secrets in namespace default" in error["message"]
    assert error["details"]["verb"] == right
    assert cluster.store.all("v1", "Secret") == before


def test_certificates_are_seen_all_the_same(certificates: tuple[str, dict[str, str]]) -> None:
    address, headers = certificates
    found = requests.get(address, headers=headers, timeout=30).json()
    assert [one["name"] for one in found["items"]] == ["site-tls"]
