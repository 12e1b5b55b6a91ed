"""Clients find out what a cluster serves: version, groups, resources, their verbs and scope."""

import pytest

from tests.real.kube_api import KubeApi, wait_until
from tests.real.objects import GATEWAY_API, definition

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
VERBS = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}


@pytest.mark.parametrize("path", ["/version", "/version/"])
def test_the_version_names_kubernetes(kube_api: KubeApi, path: str) -> None:
    version = kube_api.get(path, user=None).ok()
    assert version["major"] == "1"
    assert version["gitVersion"].startswith(f"v1.{version['minor']}")
    assert {"platform", "goVersion", "buildDate"} <= version.keys()


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz"])
def test_health_is_answered_to_anybody(kube_api: KubeApi, path: str) -> None:
    answer = kube_api.get(path, user=None)
    assert (answer.status, answer.body) == (200, "ok")


def test_the_core_group_is_listed(kube_api: KubeApi) -> None:
    assert kube_api.get("/api").ok()["versions"] == ["v1"]
    resources = {r["name"]: r for r in kube_api.get("/api/v1").ok()["resources"]}
    assert resources["configmaps"]["namespaced"] is True
    assert resources["configmaps"]["kind"] == "ConfigMap"
    assert resources["namespaces"]["namespaced"] is False
    assert set(resources["configmaps"]["verbs"]) == VERBS
    assert resources["services"]["shortNames"] == ["svc"]
    assert set(resources["pods/status"]["verbs"]) == {"get", "patch", "update"}


def test_groups_name_their_preferred_version(kube_api: KubeApi) -> None:
    groups = {g["name"]: g for g in kube_api.get("/apis").ok()["groups"]}
    assert {"apps", "rbac.authorization.k8s.io", "discovery.k8s.io"} <= groups.keys()
    gateway = groups["gateway.networking.k8s.io"]
    assert gateway["preferredVersion"] == {"groupVersion": GATEWAY_API, "version": "v1"}
    versions = [v["version"] for v in gateway["versions"]]
    assert versions[0] == "v1"
    assert "v1beta1" in versions
    one = kube_api.get("/apis/gateway.networking.k8s.io").ok()
    assert (one["kind"], one["preferredVersion"]["version"]) == ("APIGroup", "v1")


def test_a_group_version_lists_its_resources(kube_api: KubeApi) -> None:
    listing = kube_api.get(f"/apis/{GATEWAY_API}").ok()
    assert (listing["kind"], listing["groupVersion"]) == ("APIResourceList", GATEWAY_API)
    resources = {r["name"]: r for r in listing["resources"]}
    assert resources["httproutes"]["kind"] == "HTTPRoute"
    assert resources["httproutes"]["singularName"] == "httproute"
    assert resources["gatewayclasses"]["namespaced"] is False
    assert set(resources["httproutes"]["verbs"]) == VERBS
    assert set(resources["httproutes/status"]["verbs"]) == {"get", "patch", "update"}


def test_aggregated_discovery_says_the_same_in_one_answer(kube_api: KubeApi) -> None:
    answer = kube_api.get("/apis", accept=AGGREGATED)
    assert answer.ok()["kind"] == "APIGroupDiscoveryList"
    groups = {item["metadata"]["name"]: item for item in answer.body["items"]}
    first = groups["gateway.networking.k8s.io"]["versions"][0]
    assert first["version"] == "v1"
    resources = {r["resource"]: r for r in first["resources"]}
    assert resources["httproutes"]["scope"] == "Namespaced"
    assert resources["httproutes"]["responseKind"]["kind"] == "HTTPRoute"
    assert [s["subresource"] for s in resources["httproutes"]["subresources"]] == ["status"]
    core = kube_api.get("/api", accept=AGGREGATED).ok()
    assert [v["version"] for v in core["items"][0]["versions"]] == ["v1"]


@pytest.mark.parametrize("path", ["/api", "/apis"])
def test_aggregated_discovery_is_sent_once_while_it_stays_the_same(
    kube_api: KubeApi, path: str
) -> None:
    first = kube_api.get(path, accept=AGGREGATED)
    again = kube_api.get(path, accept=AGGREGATED, held=first.etag)
    assert (again.status, again.etag) == (304, first.etag)
    other = kube_api.get(path, accept=AGGREGATED, held='"0"')
    assert (other.status, other.body) == (200, first.body)


def test_what_is_not_served_is_not_found(kube_api: KubeApi) -> None:
    for path in ("/apis/nothing.example", "/apis/nothing.example/v1", "/api/v2"):
        assert kube_api.get(path).status == 404
    answer = kube_api.get(f"/apis/{GATEWAY_API}/namespaces/default/nothings")
    assert answer.status == 404


def test_a_definition_is_served_while_it_exists(kube_api: KubeApi) -> None:
    group = "discovered.example"
    crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    kube_api.post(crds, definition(group, {})).ok()
    try:
        wait_until("discovered", lambda: kube_api.get(f"/apis/{group}/v1").status == 200)
        resources = kube_api.get(f"/apis/{group}/v1").ok()["resources"]
        assert [r["name"] for r in resources] == ["widgets", "widgets/status"]
        assert resources[0]["shortNames"] == ["wd"]
        wait_until(
            "listed among groups",
            lambda: group in [g["name"] for g in kube_api.get("/apis").ok()["groups"]],
        )
        stored = kube_api.get(f"{crds}/widgets.{group}").ok()
        conditions = {c["type"]: c["status"] for c in stored["status"]["conditions"]}
        assert conditions == {"NamesAccepted": "True", "Established": "True"}
        assert stored["status"]["acceptedNames"]["plural"] == "widgets"
    finally:
        kube_api.delete(f"{crds}/widgets.{group}").ok()
    wait_until("gone", lambda: kube_api.get(f"/apis/{group}/v1/widgets").status == 404)


def test_openapi_v3_describes_each_group_version(kube_api: KubeApi) -> None:
    index = kube_api.get("/openapi/v3").ok()["paths"]
    assert {"api/v1", f"apis/{GATEWAY_API}"} <= index.keys()
    document = kube_api.get(index[f"apis/{GATEWAY_API}"]["serverRelativeURL"].split("?")[0]).ok()
    kinds = [
        gvk["kind"]
        for schema in document["components"]["schemas"].values()
        for gvk in schema.get("x-kubernetes-group-version-kind", ())
        if gvk["group"] == "gateway.networking.k8s.io"
    ]
    assert {"HTTPRoute", "Gateway", "GatewayClass"} <= set(kinds)
