"""Patches change what they name: JSON patch, merge patch, and strategic merge for core kinds."""

import pytest

from tests.real.kube_api import JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, KubeApi
from tests.real.objects import config_map, core, route, routes


@pytest.fixture
def one(kube_api: KubeApi, namespace: str) -> str:
    kube_api.post(routes(namespace), route("one", labels={"a": "1", "b": "2"})).ok()
    return f"{routes(namespace)}/one"


def test_a_merge_patch_sets_removes_and_replaces_lists(kube_api: KubeApi, one: str) -> None:
    patch = {
        "metadata": {"labels": {"a": None, "c": "3"}},
        "spec": {"hostnames": ["b.example", "c.example"]},
    }
    patched = kube_api.patch(one, patch, MERGE_PATCH).ok()
    assert patched["metadata"]["labels"] == {"b": "2", "c": "3"}
    assert patched["spec"]["hostnames"] == ["b.example", "c.example"]
    assert patched["metadata"]["generation"] == 2
    assert patched["spec"]["parentRefs"][0]["name"] == "web"


def test_a_json_patch_goes_by_path(kube_api: KubeApi, one: str) -> None:
    patch = [
        {"op": "test", "path": "/spec/hostnames/0", "value": "a.example"},
        {"op": "add", "path": "/spec/hostnames/-", "value": "b.example"},
        {"op": "add", "path": "/metadata/labels/example.com~1team", "value": "x"},
        {"op": "remove", "path": "/metadata/labels/a"},
        {"op": "replace", "path": "/spec/rules/0/backendRefs/0/weight", "value": 7},
        {"op": "copy", "from": "/metadata/labels/b", "path": "/metadata/labels/d"},
        {"op": "move", "from": "/metadata/labels/b", "path": "/metadata/labels/e"},
    ]
    patched = kube_api.patch(one, patch, JSON_PATCH).ok()
    assert patched["spec"]["hostnames"] == ["a.example", "b.example"]
    assert patched["metadata"]["labels"] == {"example.com/team": "x", "d": "2", "e": "2"}
    assert patched["spec"]["rules"][0]["backendRefs"][0]["weight"] == 7


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/spec/hostnames/0", "value": "other"},
        {"op": "remove", "path": "/metadata/labels/nothing"},
        {"op": "replace", "path": "/spec/hostnames/7", "value": "x"},
    ],
)
def test_a_json_patch_applies_wholly_or_not_at_all(
    kube_api: KubeApi, one: str, operation: dict[str, str]
) -> None:
    before = kube_api.get(one).ok()
    first = {"op": "add", "path": "/metadata/labels/z", "value": "1"}
    answer = kube_api.patch(one, [first, operation], JSON_PATCH)
    assert (answer.status, answer.reason) == (422, "Invalid")
    assert kube_api.get(one).ok() == before


def test_a_patch_is_validated_like_any_write(kube_api: KubeApi, one: str) -> None:
    patch = {"spec": {"parentRefs": [{"name": "web", "port": 70000}]}}
    answer = kube_api.patch(one, patch, MERGE_PATCH)
    assert (answer.status, answer.reason) == (422, "Invalid")
    assert "spec.parentRefs[0].port" in answer.body["message"]


def test_an_empty_patch_changes_nothing(kube_api: KubeApi, one: str) -> None:
    before = kube_api.get(one).ok()["metadata"]["resourceVersion"]
    assert kube_api.patch(one, {}, MERGE_PATCH).ok()["metadata"]["resourceVersion"] == before


@pytest.mark.parametrize("field", ["name", "namespace", "uid"])
def test_identity_cannot_be_patched(kube_api: KubeApi, one: str, field: str) -> None:
    before = kube_api.get(one).ok()
    answer = kube_api.patch(one, {"metadata": {field: "other"}}, MERGE_PATCH)
    assert answer.status in (400, 409, 422)
    assert kube_api.get(one).ok() == before


def test_a_strategic_patch_merges_lists_by_their_key(kube_api: KubeApi, namespace: str) -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {
            "ports": [
                {"name": "http", "port": 80, "targetPort": 8080},
                {"name": "https", "port": 443, "targetPort": 8443},
            ]
        },
    }
    kube_api.post(core(namespace, "services"), service).ok()
    path = f"{core(namespace, 'services')}/web"
    patch = {"spec": {"ports": [{"port": 443, "targetPort": 9443}]}}
    patched = kube_api.patch(path, patch, STRATEGIC_PATCH).ok()
    ports = {p["name"]: p["targetPort"] for p in patched["spec"]["ports"]}
    assert ports == {"http": 8080, "https": 9443}
    patch = {"spec": {"ports": [{"port": 80, "$patch": "delete"}]}}
    patched = kube_api.patch(path, patch, STRATEGIC_PATCH).ok()
    assert [p["name"] for p in patched["spec"]["ports"]] == ["https"]


def test_maps_of_core_kinds_merge(kube_api: KubeApi, namespace: str) -> None:
    body = config_map("one", {"a": "1", "b": "2"})
    kube_api.post(core(namespace, "configmaps"), body).ok()
    path = f"{core(namespace, 'configmaps')}/one"
    for content_type in (MERGE_PATCH, STRATEGIC_PATCH):
        patched = kube_api.patch(path, {"data": {"a": None, "c": "3"}}, content_type).ok()
        assert patched["data"] == {"b": "2", "c": "3"}
