"""Status is written through its own door; generation counts changes of what is wanted."""

from tests.real.kube_api import MERGE_PATCH, KubeApi
from tests.real.objects import core, route, routes

PARENT_STATUS = {
    "parents": [
        {
            "parentRef": {
                "group": "gateway.networking.k8s.io",
                "kind": "Gateway",
                "name": "web",
            },
            "controllerName": "example.com/controller",
            "conditions": [
                {
                    "type": "Accepted",
                    "status": "True",
                    "reason": "Accepted",
                    "message": "",
                    "lastTransitionTime": "2026-01-02T03:04:05Z",
                    "observedGeneration": 1,
                }
            ],
        }
    ]
}


def test_status_in_a_plain_write_is_ignored(kube_api: KubeApi, namespace: str) -> None:
    created = kube_api.post(routes(namespace), {**route("one"), "status": PARENT_STATUS}).ok()
    assert "status" not in created
    path = f"{routes(namespace)}/one"
    assert "status" not in kube_api.put(path, {**created, "status": PARENT_STATUS}).ok()


def test_a_node_is_created_with_what_it_offers(kube_api: KubeApi, namespace: str) -> None:
    offered = {"allocatable": {"cpu": "8"}, "capacity": {"cpu": "8"}}
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": namespace}, "status": offered}
    created = kube_api.post("/api/v1/nodes", node).ok()
    assert created["status"]["allocatable"] == {"cpu": "8"}
    created["status"]["allocatable"] = {"cpu": "4"}
    path = f"/api/v1/nodes/{namespace}"
    assert kube_api.put(path, created).ok()["status"]["allocatable"] == {"cpu": "8"}
    kube_api.delete(path).ok()


def test_the_status_subresource_changes_status_alone(kube_api: KubeApi, namespace: str) -> None:
    path = f"{routes(namespace)}/one"
    created = kube_api.post(routes(namespace), route("one")).ok()
    body = {**route("one", host="b.example"), "status": PARENT_STATUS}
    body["metadata"]["resourceVersion"] = created["metadata"]["resourceVersion"]
    changed = kube_api.put(f"{path}/status", body).ok()
    assert changed["spec"]["hostnames"] == ["a.example"]
    assert changed["status"] == PARENT_STATUS
    assert changed["metadata"]["generation"] == 1
    assert changed["metadata"]["resourceVersion"] != created["metadata"]["resourceVersion"]
    assert kube_api.get(f"{path}/status").ok() == changed == kube_api.get(path).ok()


def test_status_can_be_patched(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("one")).ok()
    patch = {"status": PARENT_STATUS, "spec": {"hostnames": ["b.example"]}}
    path = f"{routes(namespace)}/one"
    patched = kube_api.patch(f"{path}/status", patch, MERGE_PATCH).ok()
    assert patched["status"] == PARENT_STATUS
    assert patched["spec"]["hostnames"] == ["a.example"]


def test_a_status_is_validated(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("one")).ok()
    broken = {"status": {"parents": [{"parentRef": {"name": "web"}}]}}
    answer = kube_api.patch(f"{routes(namespace)}/one/status", broken, MERGE_PATCH)
    assert (answer.status, answer.reason) == (422, "Invalid")
    assert "status.parents[0].controllerName: Required value" in answer.body["message"]


def test_generation_counts_spec_and_not_metadata(kube_api: KubeApi, namespace: str) -> None:
    path = f"{routes(namespace)}/one"
    kube_api.post(routes(namespace), route("one")).ok()
    labelled = kube_api.patch(path, {"metadata": {"labels": {"a": "b"}}}, MERGE_PATCH).ok()
    assert labelled["metadata"]["generation"] == 1
    changed = kube_api.patch(path, {"spec": {"hostnames": ["b.example"]}}, MERGE_PATCH).ok()
    assert changed["metadata"]["generation"] == 2


def test_pods_and_their_status(kube_api: KubeApi, namespace: str) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "one"},
        "spec": {"containers": [{"name": "c", "image": "example.com/app:1"}]},
    }
    created = kube_api.post(core(namespace, "pods"), pod).ok()
    assert created["status"]["phase"] == "Pending"
    assert created["spec"]["restartPolicy"] == "Always"
    path = f"{core(namespace, 'pods')}/one"
    kube_api.patch(f"{path}/status", {"status": {"phase": "Running"}}, MERGE_PATCH).ok()
    assert kube_api.get(path).ok()["status"]["phase"] == "Running"


def test_what_clients_require_of_a_status_is_there_when_nothing_was_said(
    kube_api: KubeApi, namespace: str
) -> None:
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": namespace}}
    kube_api.post("/api/v1/nodes", node).ok()
    path = f"/api/v1/nodes/{namespace}"
    told = {"status": {"nodeInfo": {"kubeletVersion": "v1.2.3"}}}
    patched = kube_api.patch(f"{path}/status", told, MERGE_PATCH).ok()
    kube_api.delete(path).ok()
    assert patched["status"]["nodeInfo"] == {
        "machineID": "",
        "systemUUID": "",
        "bootID": "",
        "kernelVersion": "",
        "osImage": "",
        "containerRuntimeVersion": "",
        "kubeletVersion": "v1.2.3",
        "kubeProxyVersion": "",
        "operatingSystem": "",
        "architecture": "",
    }
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "mine"}}
    kube_api.post(core(namespace, "serviceaccounts"), account).ok()
    spec = {"containers": [{"name": "main", "image": "a"}], "serviceAccountName": "mine"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"}, "spec": spec}
    kube_api.post(core(namespace, "pods"), pod).ok()
    told = {"status": {"containerStatuses": [{"name": "main"}]}}
    path = f"{core(namespace, 'pods')}/one/status"
    patched = kube_api.patch(path, told, MERGE_PATCH).ok()
    assert patched["status"]["containerStatuses"] == [
        {
            "name": "main",
            "state": {},
            "lastState": {},
            "ready": False,
            "restartCount": 0,
            "image": "",
            "imageID": "",
        }
    ]
