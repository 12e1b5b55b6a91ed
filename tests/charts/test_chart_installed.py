"""Promise: Helm installs, upgrades and removes the console, and says how to get in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.charts.helm import helm
from tests.real.controlplane import ControlPlane
from tests.real.kube_api import KubeApi, wait_until
from tests.real.servers import client_of

pytestmark = pytest.mark.compiled

NAMESPACE = "installed"
APPS = f"/apis/apps/v1/namespaces/{NAMESPACE}"
SHARED = (
    "database.postgresql.urlSecret.name=ngf-console-postgresql,secretKey.name=ngf-console-key,"
    "clickhouse.urlSecret.name=ngf-console-clickhouse"
)

Run = Callable[..., str]


@pytest.fixture
def run(real_cluster: ControlPlane, tmp_path: Path) -> Run:
    """Helm against the API server; its output."""
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(real_cluster.kubeconfig())
    kubeconfig.chmod(0o600)

    def run(*arguments: str) -> str:
        answer = helm(
            *arguments, f"--namespace={NAMESPACE}", KUBECONFIG=str(kubeconfig), HOME=str(tmp_path)
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    return run


def test_a_console_comes_grows_and_goes(real_cluster: ControlPlane, run: Run) -> None:
    api = client_of(real_cluster)
    values = "--values=ngf-console/ci/values.yaml"
    said = run("install", "ngf-console", "ngf-console", "--create-namespace", values)
    assert "exec statefulset/ngf-console -- python app.py token create" in said
    assert "https://console.example" in said
    clusters = f"/apis/ngf-console.f5.com/v1alpha1/namespaces/{NAMESPACE}/managedclusters"
    assert api.get(clusters).ok()["items"][0]["metadata"]["name"] == "hub"
    assert running(api) == {"StatefulSet"}

    more = f"--set=replicas=2,{SHARED}"
    said = run("upgrade", "ngf-console", "ngf-console", "--reset-then-reuse-values", more)
    assert "exec statefulset/ngf-console --" in said
    assert api.get(f"{APPS}/statefulsets/ngf-console").ok()["spec"]["replicas"] == 2

    run("uninstall", "ngf-console")
    wait_until("no workload", lambda: not running(api))
    assert not api.get(clusters).ok()["items"]


def running(api: KubeApi) -> set[str]:
    found = set()
    for plural, kind in (("statefulsets", "StatefulSet"), ("deployments", "Deployment")):
        if api.get(f"{APPS}/{plural}").ok()["items"]:
            found.add(kind)
    return found
