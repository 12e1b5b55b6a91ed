"""Tables of built-in kinds: the columns of the compiled server, and a cell under each."""

from typing import Any

import pytest

from services.demo.api.kinds import BUILT_IN, Served
from tests.real.controlplane import ControlPlane, Obj
from tests.real.definitions import for_tests
from tests.real.kube_api import MERGE_PATCH, TABLE, KubeApi
from tests.real.objects import core
from tests.real.servers import client_of, demo_server

LISTED = [one for one in BUILT_IN if "list" in one.verbs]
LABELS = {"app": "a"}
TEMPLATE = {
    "metadata": {"labels": LABELS},
    "spec": {"restartPolicy": "Always", "containers": [{"name": "main", "image": "a:1"}]},
}
WORKLOAD = {"selector": {"matchLabels": LABELS}, "template": TEMPLATE}
ROLE = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "one"}
JOB = {"template": {**TEMPLATE, "spec": {**TEMPLATE["spec"], "restartPolicy": "Never"}}}
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
BINDING = ("Status", "Volume", "Capacity", "Access Modes")
SCALED = {
    "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "one"},
    "maxReplicas": 3,
}
BODIES: dict[str, Obj] = {
    "endpoints": {"subsets": [{"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}]},
    "secrets": {"stringData": {"a": "1"}},
    "services": {"spec": {"ports": [{"port": 80}]}},
    "persistentvolumeclaims": {"spec": CLAIM},
    "daemonsets": {"spec": WORKLOAD},
    "deployments": {"spec": WORKLOAD},
    "replicasets": {"spec": WORKLOAD},
    "statefulsets": {"spec": {**WORKLOAD, "serviceName": "one"}},
    "horizontalpodautoscalers": {"spec": SCALED},
    "jobs": {"spec": JOB},
    "endpointslices": {"addressType": "IPv4", "endpoints": []},
    "rolebindings": {"roleRef": ROLE},
}


def where(one: Served, namespace: str = "") -> str:
    root = f"/apis/{one.api_version}" if one.group else "/api/v1"
    return f"{root}/namespaces/{namespace}/{one.plural}" if namespace else f"{root}/{one.plural}"


def shown(column: Obj) -> tuple[Any, ...]:
    return tuple(column[key] for key in ("name", "type", "format", "priority"))


@pytest.mark.compiled
def test_the_columns_of_every_built_in_kind_are_those_of_kubernetes(
    real_cluster: ControlPlane,
) -> None:
    real = client_of(real_cluster)
    with demo_server(for_tests()) as demo:
        for one in LISTED:
            tables = [api.get(where(one), accept=TABLE).ok() for api in (demo, real)]
            ours, theirs = ([shown(c) for c in table["columnDefinitions"]] for table in tables)
            assert ours == theirs, one.plural


@pytest.mark.parametrize("one", LISTED, ids=lambda one: f"{one.plural}.{one.group}")
def test_a_row_has_a_cell_under_every_column(
    kube_api: KubeApi, namespace: str, one: Served
) -> None:
    if one.plural == "events":
        about = {"involvedObject": {"kind": "Pod", "name": "one", "namespace": namespace}}
        event = {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "one"}, **about}
        kube_api.post(core(namespace, "events"), event).ok()
    elif one.namespaced and one.plural != "pods":
        body = {"apiVersion": one.api_version, "kind": one.kind, "metadata": {"name": "one"}}
        kube_api.post(where(one, namespace), {**body, **BODIES.get(one.plural, {})}).ok()
    table = kube_api.get(where(one), accept=TABLE).ok()
    titles = [column["name"] for column in table["columnDefinitions"]]
    for row in table["rows"]:
        named = dict(zip(titles, row["cells"], strict=True))
        assert named["Name"] == row["object"]["metadata"]["name"]


def cells(kube_api: KubeApi, path: str) -> dict[str, Any]:
    table = kube_api.get(path, accept=TABLE).ok()
    names = [column["name"] for column in table["columnDefinitions"]]
    return dict(zip(names, table["rows"][0]["cells"], strict=True))


def created(kube_api: KubeApi, namespace: str, plural: str, spec: Obj) -> str:
    """The path of an object with this ``spec``."""
    one = next(each for each in LISTED if each.plural == plural)
    body = {"apiVersion": one.api_version, "kind": one.kind, "metadata": {"name": "one"}}
    kube_api.post(where(one, namespace), {**body, "spec": spec}).ok()
    return f"{where(one, namespace)}/one"


def test_a_claim_shows_its_volume_once_it_has_one(kube_api: KubeApi, namespace: str) -> None:
    path = created(kube_api, namespace, "persistentvolumeclaims", CLAIM)
    row = cells(kube_api, path)
    assert [row[key] for key in BINDING] == ["Pending", "", "", ""]
    assert (row["VolumeAttributesClass"], row["VolumeMode"]) == ("<unset>", "Filesystem")
    kube_api.patch(path, {"spec": {"volumeName": "disk"}}, MERGE_PATCH).ok()
    bound = {
        "phase": "Bound",
        "accessModes": ["ReadWriteMany", "ReadWriteOnce"],
        "capacity": {"storage": "2Gi"},
    }
    kube_api.patch(f"{path}/status", {"status": bound}, MERGE_PATCH).ok()
    row = cells(kube_api, path)
    assert [row[key] for key in BINDING] == ["Bound", "disk", "2Gi", "RWO,RWX"]


def test_a_job_shows_how_far_it_is(kube_api: KubeApi, namespace: str) -> None:
    path = created(kube_api, namespace, "jobs", {**JOB, "completions": 3})
    row = cells(kube_api, path)
    assert (row["Status"], row["Completions"], row["Duration"]) == ("Running", "0/3", "")
    assert (row["Containers"], row["Images"]) == ("main", "a:1")
    done = {
        "succeeded": 3,
        "startTime": "2026-01-02T03:00:00Z",
        "completionTime": "2026-01-02T03:04:05Z",
        "conditions": [
            {"type": "SuccessCriteriaMet", "status": "True"},
            {"type": "Complete", "status": "True"},
        ],
    }
    kube_api.patch(f"{path}/status", {"status": done}, MERGE_PATCH).ok()
    row = cells(kube_api, path)
    assert (row["Status"], row["Completions"], row["Duration"]) == ("Complete", "3/3", "4m5s")


def test_an_autoscaler_shows_what_is_of_what_should_be(kube_api: KubeApi, namespace: str) -> None:
    path = created(kube_api, namespace, "horizontalpodautoscalers", SCALED)
    row = cells(kube_api, path)
    assert (row["Reference"], row["Targets"]) == ("Deployment/one", "cpu: <unknown>/80%")
    assert (row["MinPods"], row["MaxPods"], row["Replicas"]) == ("1", 3, 0)
    current = {"averageUtilization": 12, "averageValue": "120m"}
    told = {"type": "Resource", "resource": {"name": "cpu", "current": current}}
    status = {"currentReplicas": 2, "desiredReplicas": 2, "currentMetrics": [told]}
    kube_api.patch(f"{path}/status", {"status": status}, MERGE_PATCH).ok()
    assert cells(kube_api, path)["Targets"] == "cpu: 12%/80%"
