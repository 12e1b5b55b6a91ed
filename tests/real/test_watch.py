"""A watch tells every change in order, from a known version, and says when it cannot."""

import pytest

from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until
from tests.real.objects import config_map, core, route, routes


def names(events: list[dict]) -> list[tuple[str, str]]:  # type: ignore[type-arg]
    return [(e["type"], e["object"]["metadata"]["name"]) for e in events]


def test_without_a_version_the_present_comes_first(kube_api: KubeApi, namespace: str) -> None:
    for name in ("b", "a"):
        kube_api.post(routes(namespace), route(name)).ok()
    with kube_api.watch(routes(namespace)) as watch:
        first = [watch.next(), watch.next()]
        kube_api.delete(f"{routes(namespace)}/a").ok()
        assert sorted(names(first)) == [("ADDED", "a"), ("ADDED", "b")]
        assert names([watch.next()]) == [("DELETED", "a")]


def test_from_a_version_only_what_happened_since(kube_api: KubeApi, namespace: str) -> None:
    collection = routes(namespace)
    kube_api.post(collection, route("before")).ok()
    version = kube_api.get(collection).ok()["metadata"]["resourceVersion"]
    created = kube_api.post(collection, route("one")).ok()
    kube_api.patch(f"{collection}/one", {"metadata": {"labels": {"a": "b"}}}, MERGE_PATCH).ok()
    kube_api.delete(f"{collection}/one").ok()
    with kube_api.watch(collection, resourceVersion=version) as watch:
        events = [watch.next() for _ in range(3)]
    assert names(events) == [("ADDED", "one"), ("MODIFIED", "one"), ("DELETED", "one")]
    assert events[0]["object"] == created
    versions = [int(e["object"]["metadata"]["resourceVersion"]) for e in events]
    assert versions == sorted(set(versions))
    assert events[2]["object"]["metadata"]["labels"] == {"a": "b"}


def test_an_object_that_leaves_the_selection_is_deleted_from_it(
    kube_api: KubeApi, namespace: str
) -> None:
    collection = routes(namespace)
    version = kube_api.get(collection).ok()["metadata"]["resourceVersion"]
    with kube_api.watch(collection, resourceVersion=version, labelSelector="on=yes") as watch:
        kube_api.post(collection, route("one")).ok()
        for value in ("yes", "no", "yes"):
            patch = {"metadata": {"labels": {"on": value}}}
            kube_api.patch(f"{collection}/one", patch, MERGE_PATCH).ok()
        events = [watch.next() for _ in range(3)]
    assert [e["type"] for e in events] == ["ADDED", "DELETED", "ADDED"]
    assert events[1]["object"]["metadata"]["labels"] == {"on": "yes"}


def test_one_object_can_be_watched(kube_api: KubeApi, namespace: str) -> None:
    with kube_api.watch(core(namespace, "configmaps"), fieldSelector="metadata.name=b") as watch:
        kube_api.post(core(namespace, "configmaps"), config_map("a")).ok()
        kube_api.post(core(namespace, "configmaps"), config_map("b")).ok()
        assert names([watch.next()]) == [("ADDED", "b")]


def test_a_cluster_wide_watch_sees_every_namespace(kube_api: KubeApi, namespace: str) -> None:
    everywhere = "/apis/gateway.networking.k8s.io/v1/httproutes"
    version = kube_api.get(everywhere).ok()["metadata"]["resourceVersion"]
    with kube_api.watch(everywhere, resourceVersion=version) as watch:
        kube_api.post(routes(namespace), route("here")).ok()
        watch.until(lambda e: e["object"]["metadata"].get("namespace") == namespace)


def test_every_served_version_is_watched(kube_api: KubeApi, namespace: str) -> None:
    older = routes(namespace).replace("/v1/", "/v1beta1/")
    with kube_api.watch(older) as watch:
        kube_api.post(routes(namespace), route("one")).ok()
        event = watch.next()
    assert event["object"]["apiVersion"] == "gateway.networking.k8s.io/v1beta1"


def test_initial_events_end_with_a_marked_bookmark(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("one")).ok()
    with kube_api.watch(
        routes(namespace),
        sendInitialEvents="true",
        resourceVersionMatch="NotOlderThan",
        allowWatchBookmarks="true",
    ) as watch:
        events = watch.until(lambda e: e["type"] == "BOOKMARK")
    assert names(events[:-1]) == [("ADDED", "one")]
    metadata = events[-1]["object"]["metadata"]
    assert metadata["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert int(metadata["resourceVersion"]) > 0
    assert events[-1]["object"]["kind"] == "HTTPRoute"


def test_a_quiet_watch_tells_bookmarks_at_most(kube_api: KubeApi, namespace: str) -> None:
    version = kube_api.get(routes(namespace)).ok()["metadata"]["resourceVersion"]
    kube_api.post(core(namespace, "configmaps"), config_map("other")).ok()
    with kube_api.watch(
        routes(namespace), resourceVersion=version, allowWatchBookmarks="true", timeoutSeconds=3
    ) as watch:
        events = list(watch)
    for event in events:
        assert event["type"] == "BOOKMARK"
        assert int(event["object"]["metadata"]["resourceVersion"]) >= int(version)
        assert event["object"]["apiVersion"] == "gateway.networking.k8s.io/v1"


def test_the_server_ends_a_watch_in_time(kube_api: KubeApi, namespace: str) -> None:
    with kube_api.watch(routes(namespace), timeoutSeconds=1) as watch:
        assert list(watch) == []


def test_a_forgotten_version_is_gone(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("one")).ok()
    kube_api.compact()
    with kube_api.watch(routes(namespace), resourceVersion="1") as watch:
        event = watch.next()
    assert event["type"] == "ERROR"
    assert (event["object"]["code"], event["object"]["reason"]) == (410, "Expired")


@pytest.mark.parametrize("version", ["abc", "-1"])
def test_a_version_that_is_none_is_refused(kube_api: KubeApi, namespace: str, version: str) -> None:
    answer = kube_api.get(routes(namespace), watch="true", resourceVersion=version)
    assert answer.status >= 400


def test_watching_needs_its_own_right(kube_api: KubeApi, namespace: str) -> None:
    with kube_api.watch(routes(namespace), user="reader", timeoutSeconds=1) as watch:
        assert list(watch) == []
    answer = kube_api.get(routes(namespace), watch="true", user="stranger")
    assert (answer.status, answer.reason) == (403, "Forbidden")
    assert 'cannot watch resource "httproutes"' in answer.body["message"]


def test_metadata_alone_can_be_watched(kube_api: KubeApi, namespace: str) -> None:
    accept = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
    with kube_api.watch(core(namespace, "secrets"), accept=accept) as watch:
        secret = {**config_map("s", {"key": "dmFsdWU="}), "kind": "Secret"}
        kube_api.post(core(namespace, "secrets"), secret).ok()
        event = watch.next()
    assert event["object"]["kind"] == "PartialObjectMetadata"
    assert "data" not in event["object"]


def test_namespaces_are_watched_through_their_end(kube_api: KubeApi) -> None:
    name = f"watched-{kube_api.name}"
    version = kube_api.get("/api/v1/namespaces").ok()["metadata"]["resourceVersion"]
    selector = f"metadata.name={name}"
    with kube_api.watch(
        "/api/v1/namespaces", resourceVersion=version, fieldSelector=selector
    ) as watch:
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        kube_api.post("/api/v1/namespaces", body).ok()
        assert watch.next()["object"]["status"]["phase"] == "Active"
        kube_api.delete(f"/api/v1/namespaces/{name}").ok()
        events = watch.until(lambda e: e["type"] == "DELETED")
    assert "Terminating" in [e["object"]["status"]["phase"] for e in events]
    wait_until("gone", lambda: kube_api.get(f"/api/v1/namespaces/{name}").status == 404)
