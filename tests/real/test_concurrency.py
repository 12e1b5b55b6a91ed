"""Nobody overwrites what he has not seen: writes with a version succeed only on that version."""

from concurrent.futures import ThreadPoolExecutor

from tests.real.kube_api import JSON_PATCH, MERGE_PATCH, KubeApi
from tests.real.objects import config_map, core, route, routes


def test_a_put_with_the_seen_version_succeeds_once(kube_api: KubeApi, namespace: str) -> None:
    path = f"{routes(namespace)}/one"
    seen = kube_api.post(routes(namespace), route("one")).ok()
    edits = [{**seen, "spec": {**seen["spec"], "hostnames": [f"{n}.example"]}} for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda edit: kube_api.put(path, edit), edits))
    assert sorted(a.status for a in answers) == [200] + [409] * 7
    winner = next(a for a in answers if a.status == 200)
    assert kube_api.get(path).ok() == winner.body


def test_a_put_without_a_version(kube_api: KubeApi, namespace: str) -> None:
    """Core kinds take it as it comes; custom kinds insist on the version."""
    kube_api.post(core(namespace, "configmaps"), config_map("one")).ok()
    path = f"{core(namespace, 'configmaps')}/one"
    assert kube_api.put(path, config_map("one", {"a": "b"})).status == 200
    kube_api.post(routes(namespace), route("one")).ok()
    answer = kube_api.put(f"{routes(namespace)}/one", route("one", host="b.example"))
    assert (answer.status, answer.reason) == (422, "Invalid")
    assert "metadata.resourceVersion: Invalid value" in answer.body["message"]
    assert "must be specified for an update" in answer.body["message"]


def test_a_put_with_a_foreign_uid(kube_api: KubeApi, namespace: str) -> None:
    seen = kube_api.post(routes(namespace), route("one")).ok()
    kube_api.delete(f"{routes(namespace)}/one").ok()
    again = kube_api.post(routes(namespace), route("one")).ok()
    seen["metadata"]["resourceVersion"] = again["metadata"]["resourceVersion"]
    answer = kube_api.put(f"{routes(namespace)}/one", seen)
    assert (answer.status, answer.reason) == (409, "Conflict")
    assert "uid" in answer.body["message"].lower()


def test_a_patch_may_name_the_version_it_saw(kube_api: KubeApi, namespace: str) -> None:
    path = f"{routes(namespace)}/one"
    seen = kube_api.post(routes(namespace), route("one")).ok()["metadata"]["resourceVersion"]
    patch = {"metadata": {"resourceVersion": seen}, "spec": {"hostnames": ["b.example"]}}
    kube_api.patch(path, patch, MERGE_PATCH).ok()
    answer = kube_api.patch(path, {**patch, "spec": {"hostnames": ["c.example"]}}, MERGE_PATCH)
    assert (answer.status, answer.reason) == (409, "Conflict")
    test = [
        {"op": "test", "path": "/metadata/resourceVersion", "value": seen},
        {"op": "replace", "path": "/spec/hostnames/0", "value": "d.example"},
    ]
    assert kube_api.patch(path, test, JSON_PATCH).status == 422


def test_a_dry_run_notices_a_stale_version_too(kube_api: KubeApi, namespace: str) -> None:
    path = f"{routes(namespace)}/one"
    seen = kube_api.post(routes(namespace), route("one")).ok()
    kube_api.patch(path, {"metadata": {"labels": {"a": "b"}}}, MERGE_PATCH).ok()
    answer = kube_api.put(path, seen, dryRun="All")
    assert (answer.status, answer.reason) == (409, "Conflict")


def test_a_deletion_may_name_what_it_means(kube_api: KubeApi, namespace: str) -> None:
    path = f"{routes(namespace)}/one"
    seen = kube_api.post(routes(namespace), route("one")).ok()["metadata"]
    kube_api.patch(path, {"metadata": {"labels": {"a": "b"}}}, MERGE_PATCH).ok()
    for stale in ({"resourceVersion": seen["resourceVersion"]}, {"uid": "another"}):
        answer = kube_api.delete(path, {"preconditions": stale})
        assert (answer.status, answer.reason) == (409, "Conflict")
    kube_api.delete(path, {"preconditions": {"uid": seen["uid"]}}).ok()
    assert kube_api.get(path).status == 404
