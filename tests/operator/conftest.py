"""Fixtures for tests of the operator with its real builders."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operator.ngf import Ngf
from tests.operator.replica import REAL, Replica, running
from tests.real.kube_api import KubeApi


@pytest.fixture
def certs(kube_api: KubeApi, namespace: str) -> str:
    """Another namespace, which lets its Secrets be granted."""
    name = f"{namespace}-certs"
    about = {"name": name, "annotations": {"ngf-console.f5.com/grants-to": namespace}}
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": about}
    kube_api.post("/api/v1/namespaces", body).ok()
    return name


@pytest.fixture
def ngf(kube_api: KubeApi, namespace: str, certs: str) -> Ngf:
    """An NGF for two namespaces, not installed yet."""
    return Ngf(kube_api, namespace, certs)


@pytest.fixture
def whole_operator(kube_api: KubeApi, namespace: str, tmp_path: Path) -> Iterator[Replica]:
    """The operator as it is shipped."""
    replica = Replica(kube_api, tmp_path, namespace, "one", "--leader-elect=false")
    with running(replica, REAL):
        yield replica
