"""Promise: a kind that is not installed is named, used once it is, and missed when it goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operator.bundles import bundle, child, condition, in_phase, path, ready
from tests.operator.replica import Replica, running
from tests.real.controlplane import Obj
from tests.real.kube_api import KubeApi, wait_until

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
WIDGETS: Obj = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.widgets.example.com"},
    "spec": {
        "group": "widgets.example.com",
        "scope": "Namespaced",
        "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "x-kubernetes-preserve-unknown-fields": True,
                    }
                },
            }
        ],
    },
}


@pytest.fixture
def widgets(kube_api: KubeApi) -> Iterator[str]:
    """Where their definition is, if it is there; it is gone after the test."""
    where = f"{CRDS}/{WIDGETS['metadata']['name']}"
    yield where
    kube_api.delete(where)


def test_a_kind_is_taken_up_when_it_is_installed_and_missed_when_it_goes(
    kube_api: KubeApi, namespace: str, tmp_path: Path, widgets: str
) -> None:
    kube_api.post(path(namespace), bundle("web", labels={"widget": "yes"})).ok()
    flags = ("--leader-elect=false", "--interval=3600")
    with running(Replica(kube_api, tmp_path, namespace, "one", *flags)):
        parent = in_phase(kube_api, namespace, "web", "Degraded")
        row = child(parent, "web")
        assert (row["kind"], row["state"], row["reason"]) == (
            "Widget",
            "Skipped",
            "CRDNotInstalled",
        )
        assert condition(parent, "WidgetKept")["status"] == "False"
        assert condition(parent, "SettingsKept")["status"] == "True"
        kube_api.post(CRDS, WIDGETS).ok()
        ready(kube_api, namespace, "web", within_s=60)
        made = f"/apis/widgets.example.com/v1/namespaces/{namespace}/widgets/web"
        assert kube_api.get(made).ok()["spec"] == {"a": 1}
        kube_api.delete(made).ok()
        wait_until("healed", lambda: kube_api.get(made).status == 200)
        ready(kube_api, namespace, "web")
        kube_api.delete(widgets).ok()
        in_phase(kube_api, namespace, "web", "Degraded", within_s=60)
