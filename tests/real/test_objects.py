"""Objects are created, read, listed, replaced and deleted as the Kubernetes API promises."""

import re
from datetime import datetime

import pytest

from tests.real.kube_api import KubeApi
from tests.real.objects import config_map, core, route, routes

UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


def test_creation_fills_in_what_the_server_owns(kube_api: KubeApi, namespace: str) -> None:
    answer = kube_api.post(routes(namespace), route("one"))
    assert answer.status == 201
    metadata = answer.body["metadata"]
    assert metadata["namespace"] == namespace
    assert metadata["generation"] == 1
    assert UUID.match(metadata["uid"])
    assert int(metadata["resourceVersion"]) > 0
    assert datetime.fromisoformat(metadata["creationTimestamp"]).tzinfo is not None
    assert metadata["managedFields"][0]["operation"] == "Update"
    assert kube_api.get(f"{routes(namespace)}/one").ok() == answer.body


def test_what_the_client_says_about_server_owned_fields_is_ignored(
    kube_api: KubeApi, namespace: str
) -> None:
    claimed = route("one", uid="claimed", creationTimestamp="2001-01-01T00:00:00Z", generation=7)
    metadata = kube_api.post(routes(namespace), claimed).ok()["metadata"]
    assert UUID.match(metadata["uid"])
    assert metadata["generation"] == 1
    assert not metadata["creationTimestamp"].startswith("2001")


def test_core_kinds_have_no_generation(kube_api: KubeApi, namespace: str) -> None:
    created = kube_api.post(core(namespace, "configmaps"), config_map("one", {"a": "1"})).ok()
    assert "generation" not in created["metadata"]
    assert created["data"] == {"a": "1"}


def test_a_list_has_its_own_version_and_kind(kube_api: KubeApi, namespace: str) -> None:
    created = kube_api.post(core(namespace, "configmaps"), config_map("b")).ok()
    kube_api.post(core(namespace, "configmaps"), config_map("a")).ok()
    listing = kube_api.get(core(namespace, "configmaps")).ok()
    assert (listing["kind"], listing["apiVersion"]) == ("ConfigMapList", "v1")
    names = [i["metadata"]["name"] for i in listing["items"]]
    assert [n for n in names if n in "ab"] == ["a", "b"]
    assert int(listing["metadata"]["resourceVersion"]) > int(created["metadata"]["resourceVersion"])


def test_items_of_a_custom_list_carry_their_kind_and_core_ones_do_not(
    kube_api: KubeApi, namespace: str
) -> None:
    kube_api.post(routes(namespace), route("one")).ok()
    kube_api.post(core(namespace, "configmaps"), config_map("one")).ok()
    listing = kube_api.get(routes(namespace)).ok()
    assert listing["kind"] == "HTTPRouteList"
    assert listing["items"][0]["kind"] == "HTTPRoute"
    assert "kind" not in kube_api.get(core(namespace, "configmaps")).ok()["items"][0]


def test_a_cluster_wide_list_holds_every_namespace(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("everywhere")).ok()
    answer = kube_api.get("/apis/gateway.networking.k8s.io/v1/httproutes")
    found = [(i["metadata"]["namespace"], i["metadata"]["name"]) for i in answer.ok()["items"]]
    assert (namespace, "everywhere") in found


def test_generate_name_makes_a_new_name_each_time(kube_api: KubeApi, namespace: str) -> None:
    body = config_map("")
    body["metadata"] = {"generateName": "made-"}
    names = {
        kube_api.post(core(namespace, "configmaps"), body).ok()["metadata"]["name"]
        for _ in range(3)
    }
    assert len(names) == 3
    assert all(re.fullmatch(r"made-[a-z0-9]{5}", name) for name in names)


def test_an_object_is_served_in_every_version_of_its_kind(
    kube_api: KubeApi, namespace: str
) -> None:
    kube_api.post(routes(namespace), route("one")).ok()
    older = routes(namespace).replace("/v1/", "/v1beta1/")
    read = kube_api.get(f"{older}/one").ok()
    assert read["apiVersion"] == "gateway.networking.k8s.io/v1beta1"
    assert read["spec"]["hostnames"] == ["a.example"]
    assert kube_api.get(older).ok()["items"][0]["apiVersion"] == read["apiVersion"]


def test_replacing_keeps_identity_and_drops_what_is_not_sent(
    kube_api: KubeApi, namespace: str
) -> None:
    path = f"{core(namespace, 'configmaps')}/one"
    created = kube_api.post(core(namespace, "configmaps"), config_map("one", {"a": "1"})).ok()
    replaced = kube_api.put(path, config_map("one", {"b": "2"})).ok()
    assert replaced["data"] == {"b": "2"}
    for kept in ("uid", "creationTimestamp"):
        assert replaced["metadata"][kept] == created["metadata"][kept]
    assert replaced["metadata"]["resourceVersion"] != created["metadata"]["resourceVersion"]


def test_a_write_that_changes_nothing_keeps_the_version(kube_api: KubeApi, namespace: str) -> None:
    created = kube_api.post(routes(namespace), route("one")).ok()
    again = kube_api.put(f"{routes(namespace)}/one", created).ok()
    assert again["metadata"]["resourceVersion"] == created["metadata"]["resourceVersion"]


def test_deletion_answers_success_and_then_nothing_is_there(
    kube_api: KubeApi, namespace: str
) -> None:
    path = f"{core(namespace, 'configmaps')}/one"
    created = kube_api.post(core(namespace, "configmaps"), config_map("one")).ok()
    status = kube_api.delete(path).ok()
    assert (status["kind"], status["status"]) == ("Status", "Success")
    assert status["details"]["name"] == "one"
    assert status["details"]["uid"] == created["metadata"]["uid"]
    assert kube_api.get(path).status == 404


def test_a_collection_is_deleted_by_selector(kube_api: KubeApi, namespace: str) -> None:
    for name, tier in (("a", "web"), ("b", "web"), ("c", "db")):
        kube_api.post(routes(namespace), route(name, labels={"tier": tier})).ok()
    kube_api.delete(routes(namespace), labelSelector="tier=web").ok()
    assert kube_api.get(routes(namespace)).names == ["c"]


@pytest.mark.parametrize("verb", ["create", "update", "patch", "delete"])
def test_a_dry_run_answers_as_if_and_changes_nothing(
    kube_api: KubeApi, namespace: str, verb: str
) -> None:
    collection = routes(namespace)
    before = kube_api.post(collection, route("one")).ok()
    if verb == "create":
        answer = kube_api.post(collection, route("two"), dryRun="All")
        assert answer.status == 201
        assert UUID.match(answer.body["metadata"]["uid"])
        assert answer.body["spec"]["rules"][0]["matches"]
        assert "resourceVersion" not in answer.body["metadata"]
    elif verb == "update":
        changed = {**before, "spec": {**before["spec"], "hostnames": ["b.example"]}}
        answer = kube_api.put(f"{collection}/one", changed, dryRun="All")
        assert answer.ok()["spec"]["hostnames"] == ["b.example"]
        assert answer.body["metadata"]["generation"] == 2
        assert answer.body["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
    elif verb == "patch":
        patch = {"spec": {"hostnames": ["b.example"]}}
        answer = kube_api.patch(
            f"{collection}/one", patch, "application/merge-patch+json", dryRun="All"
        )
        assert answer.ok()["spec"]["hostnames"] == ["b.example"]
    else:
        kube_api.delete(f"{collection}/one", dryRun="All").ok()
    assert kube_api.get(collection).ok()["items"] == [before]


def test_the_namespace_may_be_left_out_of_the_body_but_not_differ(
    kube_api: KubeApi, namespace: str
) -> None:
    answer = kube_api.post(core(namespace, "configmaps"), config_map("x", namespace="default"))
    assert (answer.status, answer.reason) == (400, "BadRequest")


def test_secrets_take_plain_text_and_give_base64(kube_api: KubeApi, namespace: str) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s"},
        "stringData": {"user": "me"},
    }
    created = kube_api.post(core(namespace, "secrets"), secret).ok()
    assert created["data"] == {"user": "bWU="}
    assert created["type"] == "Opaque"
    assert "stringData" not in created


def test_a_service_is_given_an_address_and_defaults(kube_api: KubeApi, namespace: str) -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
    }
    spec = kube_api.post(core(namespace, "services"), service).ok()["spec"]
    assert re.fullmatch(r"10\.\d+\.\d+\.\d+", spec["clusterIP"])
    assert spec["type"] == "ClusterIP"
    assert spec["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 80}]


def test_metadata_alone_can_be_asked_for(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(core(namespace, "secrets"), {**config_map("s"), "kind": "Secret"}).ok()
    accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
    listing = kube_api.get(core(namespace, "secrets"), accept=accept).ok()
    assert listing["kind"] == "PartialObjectMetadataList"
    assert listing["items"][0].keys() <= {"kind", "apiVersion", "metadata"}
    one = kube_api.get(
        f"{core(namespace, 'secrets')}/s", accept=accept.replace("MetadataList", "Metadata")
    ).ok()
    assert (one["kind"], one["metadata"]["name"]) == ("PartialObjectMetadata", "s")
    assert "data" not in one
