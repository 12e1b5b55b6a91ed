"""Promise: the children of a stack are made, healed, rolled, pruned and removed with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.known import Obj
from tests.operator.bundles import condition
from tests.operator.replica import REAL, Replica, running
from tests.operator.stacks import (
    NAME,
    asked,
    child,
    do_their_part,
    in_phase,
    make_available,
    no_exporters,
    of_stack,
    path,
    ready,
    rows,
    whole,
)
from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until

HEALED_S = 30.0
"""Sooner than the timer, so that it was the watch; tests/bench/bench_healing.py says how soon."""


@pytest.fixture
def operator(kube_api: KubeApi, namespace: str, tmp_path: Path) -> Iterator[Replica]:
    no_exporters(kube_api)
    replica = Replica(kube_api, tmp_path, namespace, "one", "--leader-elect=false")
    with running(replica, REAL) as started:
        yield started


def test_a_stack_is_ready_when_all_of_its_children_are(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(of_stack(namespace), asked(namespace), fieldValidation="Strict").ok()
    pending = in_phase(kube_api, namespace, NAME, "Pending")
    assert condition(pending, "Ready")["reason"] == "ChildrenNotReady"
    stack = ready(kube_api, namespace)
    assert all(row["state"] == "Ready" for row in stack["status"]["children"])
    assert len(stack["status"]["children"]) == 11
    assert stack["status"]["poolRef"] == f"{NAME}-pool"
    for section in (
        "PoolAccepted",
        "PickerReady",
        "ModelServerReady",
        "AutoscalingReady",
        "RouteAccepted",
        "GPUMetricsReady",
    ):
        assert condition(stack, section)["status"] == "True"
    assert "Published" not in {one["type"] for one in stack["status"]["conditions"]}
    scaler = kube_api.get(child("ScaledObject", namespace, f"{NAME}-scaler")).ok()
    target = scaler["spec"]["scaleTargetRef"]["name"]
    assert kube_api.get(child("Deployment", namespace, target)).status == 200
    assert stack["status"]["drift"]["count"] == 0


def _all_made(api: KubeApi, namespace: str) -> Obj | None:
    obj: Obj = api.get(of_stack(namespace, NAME)).ok()
    found = (obj.get("status") or {}).get("children") or ()
    return obj if found and all(row.get("specHash") for row in found) else None


def _as_before(api: KubeApi, where: str, before: Obj) -> bool:
    now = api.get(where).ok()
    if now["metadata"]["labels"] != before["metadata"]["labels"]:
        return False
    keys = set(before) - {"metadata", "status"}
    return all(now.get(key) == before[key] for key in keys)


def _is_new(api: KubeApi, where: str, uid: str) -> bool:
    answer = api.get(where)
    return answer.status == 200 and answer.body["metadata"]["uid"] != uid


def test_another_weight_rolls_the_picker_and_nothing_else(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(of_stack(namespace), asked(namespace)).ok()
    ready(kube_api, namespace)
    picker, engine = (child("Deployment", namespace, name) for name in (f"{NAME}-epp", NAME))
    before = [kube_api.get(where).ok()["spec"]["template"] for where in (picker, engine)]
    weights = {"queueDepth": 1, "kvCache": 1, "prefixAffinity": 5}
    change = {"spec": {"epp": {"weights": weights}}}
    kube_api.patch(of_stack(namespace, NAME), change, MERGE_PATCH).ok()
    ready(kube_api, namespace)
    now = [kube_api.get(where).ok()["spec"]["template"] for where in (picker, engine)]
    assert now[0] != before[0]
    assert now[1] == before[1]
    config = kube_api.get(child("ConfigMap", namespace, f"{NAME}-epp-config")).ok()
    assert "weight: 5" in config["data"]["epp-config.yaml"]
    if kube_api.name == "real":
        _picker_rolled(kube_api, namespace)


def _picker_rolled(api: KubeApi, namespace: str) -> None:
    """The controllers made pods of the new template."""
    sets = f"/apis/apps/v1/namespaces/{namespace}/replicasets"
    label = f"ngf-console.f5.com/workload={NAME}-epp"
    wait_until("rolled", lambda: len(api.get(sets, labelSelector=label).ok()["items"]) == 2)


def test_what_is_taken_out_of_the_spec_is_removed(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(of_stack(namespace), asked(namespace)).ok()
    ready(kube_api, namespace)
    gone = {
        "autoscaling": ("ScaledObject", f"{NAME}-scaler"),
        "httpRoute": ("HTTPRoute", f"{NAME}-route"),
        "dcgm": ("DaemonSet", f"{NAME}-dcgm"),
        "modelServer": ("Deployment", NAME),
    }
    change = {"spec": dict.fromkeys(gone)}
    kube_api.patch(of_stack(namespace, NAME), change, MERGE_PATCH).ok()
    for kind, name in gone.values():
        where = child(kind, namespace, name)
        wait_until(f"{kind} is gone", lambda at=where: kube_api.get(at).status == 404)
    stack = in_phase(kube_api, namespace, NAME, "Degraded")
    assert condition(stack, "ModelServerReady")["reason"] == "NotFound"
    types = {one["type"] for one in stack["status"]["conditions"]}
    assert not {"AutoscalingReady", "RouteAccepted", "GPUMetricsReady"} & types


def test_another_backend_takes_the_place_of_a_scaler_and_is_healed_too(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(of_stack(namespace), asked(namespace, dcgm=None)).ok()
    ready(kube_api, namespace)
    resources = [{"metric": "cpu", "target": 70}]
    change = {"spec": {"autoscaling": {"backend": "hpa", "thresholds": resources}}}
    kube_api.patch(of_stack(namespace, NAME), change, MERGE_PATCH).ok()
    stack = ready(kube_api, namespace)
    place = f"HorizontalPodAutoscaler/{NAME}-scaler"
    assert place in rows(stack)
    old = child("ScaledObject", namespace, f"{NAME}-scaler")
    wait_until("the old one is gone", lambda: kube_api.get(old).status == 404)
    where = child("HorizontalPodAutoscaler", namespace, f"{NAME}-scaler")
    before = kube_api.get(where).ok()
    kube_api.patch(where, {"spec": {"maxReplicas": 99}}, MERGE_PATCH).ok()
    wait_until("it is healed", lambda: _as_before(kube_api, where, before), HEALED_S)
    kube_api.delete(where).ok()
    uid = before["metadata"]["uid"]
    wait_until("it is back", lambda: _is_new(kube_api, where, uid), HEALED_S)


def test_pods_that_somebody_else_runs_are_adopted_as_soon_as_they_are_there(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    stack = asked(namespace, modelServer=None, dcgm=None)
    stack["spec"]["pool"]["selector"] = {"engine": "mine"}
    kube_api.post(of_stack(namespace), stack).ok()
    lacking = in_phase(kube_api, namespace, NAME, "Degraded")
    assert condition(lacking, "ModelServerReady")["reason"] == "NotFound"
    assert condition(lacking, "AutoscalingReady")["reason"] == "NoTarget"
    pods = {
        "metadata": {"labels": {"engine": "mine"}},
        "spec": {"containers": [{"name": "vllm", "image": "vllm/vllm-openai:v0.33.0"}]},
    }
    mine = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "mine"},
        "spec": {"selector": {"matchLabels": {"engine": "mine"}}, "template": pods},
    }
    where = child("Deployment", namespace, "mine")
    kube_api.post(where.rpartition("/")[0], mine).ok()
    scaler = child("ScaledObject", namespace, f"{NAME}-scaler")
    wait_until("it is scaled", lambda: kube_api.get(scaler).status == 200)
    assert kube_api.get(scaler).ok()["spec"]["scaleTargetRef"]["name"] == "mine"
    make_available(kube_api, where)
    found = ready(kube_api, namespace)
    assert rows(found)["Deployment/mine"]["state"] == "Adopted"
    kube_api.delete(of_stack(namespace, NAME)).ok()
    wait_until("the scaler is gone", lambda: kube_api.get(scaler).status == 404)
    assert kube_api.get(where).status == 200, "what was adopted stays"


def test_a_scaler_owns_the_number_of_pods_and_nobody_takes_it_back(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    plain = asked(namespace, autoscaling=None)
    plain["spec"]["pool"]["replicas"] = 3
    kube_api.post(of_stack(namespace), plain).ok()
    ready(kube_api, namespace)
    where = child("Deployment", namespace, NAME)
    assert kube_api.get(where).ok()["spec"]["replicas"] == 3
    scaling = {"spec": {"autoscaling": asked(namespace)["spec"]["autoscaling"]}}
    kube_api.patch(of_stack(namespace, NAME), scaling, MERGE_PATCH).ok()
    ready(kube_api, namespace)
    assert kube_api.get(where).ok()["spec"]["replicas"] == 3, "nobody loses pods by being scaled"
    body = {"spec": {"replicas": 4}}
    kube_api.patch(f"{where}/scale", body, MERGE_PATCH, fieldManager="autoscaler").ok()
    stack = ready(kube_api, namespace)
    assert kube_api.get(where).ok()["spec"]["replicas"] == 4
    assert stack["status"]["drift"]["count"] == 0


def test_a_stack_that_is_deleted_leaves_nothing_behind(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    stack = asked(namespace, distributedCloud=whole(namespace, "vllm")["spec"]["distributedCloud"])
    kube_api.post(of_stack(namespace), stack).ok()
    made = wait_until("made", lambda: _all_made(kube_api, namespace), 30.0)
    places = [
        path({"kind": row["kind"], "metadata": {"namespace": namespace, "name": row["name"]}})
        for row in made["status"]["children"]
    ]
    assert len(places) == 12
    kube_api.delete(of_stack(namespace, NAME)).ok()
    for where in (of_stack(namespace, NAME), *places):
        wait_until(f"{where} is gone", lambda at=where: kube_api.get(at).status == 404, 60.0)
    label = "app.kubernetes.io/managed-by=ngf-console"
    pods = f"/api/v1/namespaces/{namespace}/pods"
    workload = "ngf-console.f5.com/workload"
    wait_until(
        "no pods", lambda: not kube_api.get(pods, labelSelector=workload).ok()["items"], 60.0
    )
    for where in places:
        collection = where.rpartition("/")[0]
        assert kube_api.get(collection, labelSelector=label).ok()["items"] == []


def test_a_stack_that_is_published_waits_for_credentials_and_says_so(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    stack = asked(namespace, distributedCloud=whole(namespace, "vllm")["spec"]["distributedCloud"])
    kube_api.post(of_stack(namespace), stack).ok()
    where = child("DistributedCloudPublish", namespace, f"{NAME}-publish")

    def waits() -> Obj | None:
        obj: Obj = kube_api.get(of_stack(namespace, NAME)).ok()
        if not (obj.get("status") or {}).get("children"):
            return None
        do_their_part(kube_api, obj)
        told = {one["type"]: one for one in obj["status"]["conditions"]}
        left = {row["kind"] for row in obj["status"]["children"] if row["state"] != "Ready"}
        reason = told.get("Published", {}).get("reason")
        done = left == {"DistributedCloudPublish"} and reason == "WaitingForCredentials"
        return obj if done else None

    found = wait_until("only the publication waits", waits, 30.0)
    assert found["status"]["phase"] == "Pending"
    publication = kube_api.get(where).ok()["status"]
    assert publication["phase"] == "Pending"
    told = {one["type"]: one for one in publication["conditions"]}
    assert told["Published"]["status"] == "False"
    assert "credentials" in told["Published"]["message"]
