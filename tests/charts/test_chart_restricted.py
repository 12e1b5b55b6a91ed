"""Promise: every pod of ours but one starts where only the restricted profile is admitted."""

from collections.abc import Iterator

import pytest

from tests.charts.accounts import NAMESPACES
from tests.charts.helm import Obj, pods, render
from tests.real.controlplane import ControlPlane
from tests.real.kube_api import Answer, KubeApi, wait_until
from tests.real.servers import client_of

pytestmark = pytest.mark.compiled

NAMESPACE = "restricted"
ALL = {
    f"{name} of {chart}": pod
    for chart in ("ngf-console", "ngf-console-agent")
    for name, pod in pods(render(chart, "values", "everything", namespace=NAMESPACE))
}
LOGS = "DaemonSet/edge-ngf-console-agent-logs of ngf-console-agent"


@pytest.fixture(scope="module")
def api(real_cluster: ControlPlane) -> Iterator[KubeApi]:
    """A namespace that enforces the profile, with what the pods refer to."""
    api = client_of(real_cluster)
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    metadata = {"name": NAMESPACE, "labels": labels}
    api.post(NAMESPACES, {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}).ok()
    accounts = f"{NAMESPACES}/{NAMESPACE}/serviceaccounts"
    for name in {pod["serviceAccountName"] for pod in ALL.values() if "serviceAccountName" in pod}:
        body = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}
        api.post(accounts, body).ok()
    wait_until("its account", lambda: api.get(f"{accounts}/default").status == 200)
    runtime = "/apis/node.k8s.io/v1/runtimeclasses"
    body = {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "handler": "nvidia"}
    api.post(runtime, {**body, "metadata": {"name": "nvidia"}}).ok()
    yield api
    api.delete(f"{runtime}/nvidia").ok()


def tried(api: KubeApi, pod: Obj) -> Answer:
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "tried"}, "spec": pod}
    path = f"{NAMESPACES}/{NAMESPACE}/pods"
    return api.post(path, body, dryRun="All", fieldValidation="Strict")


@pytest.mark.parametrize("name", sorted(ALL.keys() - {LOGS}))
def test_a_pod_is_admitted(api: KubeApi, name: str) -> None:
    tried(api, {**ALL[name], "volumes": with_claims(ALL[name])}).ok()


def with_claims(pod: Obj) -> list[Obj]:
    """The volumes of a pod and those that a StatefulSet would add."""
    known = {volume["name"] for volume in pod["volumes"]}
    mounted = {mount["name"] for it in pod["containers"] for mount in it["volumeMounts"]}
    return [*pod["volumes"], *({"name": name, "emptyDir": {}} for name in mounted - known)]


def test_reading_log_files_needs_what_the_profile_excludes(api: KubeApi) -> None:
    refused = tried(api, ALL[LOGS])
    assert refused.status == 403
    said = refused.body["message"]
    assert "hostPath" in said
    assert "runAsNonRoot" in said
    assert "seccomp" not in said
    assert "capabilities" not in said
