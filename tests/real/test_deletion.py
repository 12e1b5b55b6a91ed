"""Deletion keeps its promises: finalizers hold, owners take their dependents along or not."""

import pytest

from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until
from tests.real.objects import config_map, core, owned_by, route, routes

HOLD = "example.com/hold"


def test_a_finalizer_holds_the_object_until_it_is_removed(
    kube_api: KubeApi, namespace: str
) -> None:
    path = f"{routes(namespace)}/one"
    kube_api.post(routes(namespace), route("one", finalizers=[HOLD])).ok()
    answer = kube_api.delete(path)
    assert answer.status == 200
    held = kube_api.get(path).ok()
    assert held["metadata"]["deletionTimestamp"]
    assert held["metadata"]["deletionGracePeriodSeconds"] == 0
    assert held["metadata"]["generation"] == 2
    assert answer.body["metadata"]["deletionTimestamp"] == held["metadata"]["deletionTimestamp"]
    kube_api.patch(path, {"metadata": {"finalizers": None}}, MERGE_PATCH).ok()
    assert kube_api.get(path).status == 404


def test_a_second_deletion_changes_nothing(kube_api: KubeApi, namespace: str) -> None:
    path = f"{routes(namespace)}/one"
    kube_api.post(routes(namespace), route("one", finalizers=[HOLD])).ok()
    kube_api.delete(path).ok()
    held = kube_api.get(path).ok()
    kube_api.delete(path).ok()
    assert kube_api.get(path).ok() == held
    kube_api.patch(path, {"metadata": {"finalizers": []}}, MERGE_PATCH).ok()


def test_no_finalizer_is_added_to_what_is_going(kube_api: KubeApi, namespace: str) -> None:
    path = f"{routes(namespace)}/one"
    kube_api.post(routes(namespace), route("one", finalizers=[HOLD])).ok()
    kube_api.delete(path).ok()
    more = {"metadata": {"finalizers": [HOLD, "example.com/more"]}}
    answer = kube_api.patch(path, more, MERGE_PATCH)
    assert (answer.status, answer.reason) == (422, "Invalid")
    assert "no new finalizers can be added if the object is being deleted" in answer.body["message"]
    kube_api.patch(path, {"metadata": {"finalizers": []}}, MERGE_PATCH).ok()


def family(kube_api: KubeApi, namespace: str, *, blocks: bool = False) -> tuple[str, str]:
    """Paths of a route and of a config map that it owns."""
    owner = kube_api.post(routes(namespace), route("owner")).ok()
    child = config_map("child", ownerReferences=[owned_by(owner, blocks=blocks)])
    kube_api.post(core(namespace, "configmaps"), child).ok()
    return f"{routes(namespace)}/owner", f"{core(namespace, 'configmaps')}/child"


def gone(kube_api: KubeApi, path: str) -> None:
    wait_until(f"{path} is gone", lambda: kube_api.get(path).status == 404)


def test_in_the_background_dependents_follow(kube_api: KubeApi, namespace: str) -> None:
    owner, child = family(kube_api, namespace)
    kube_api.delete(owner, propagationPolicy="Background").ok()
    assert kube_api.get(owner).status == 404
    gone(kube_api, child)


def test_background_is_what_custom_kinds_do_unasked(kube_api: KubeApi, namespace: str) -> None:
    owner, child = family(kube_api, namespace)
    kube_api.delete(owner).ok()
    gone(kube_api, child)


def test_in_the_foreground_the_owner_waits(kube_api: KubeApi, namespace: str) -> None:
    owner, child = family(kube_api, namespace, blocks=True)
    kube_api.patch(child, {"metadata": {"finalizers": [HOLD]}}, MERGE_PATCH).ok()
    kube_api.delete(owner, {"propagationPolicy": "Foreground"}).ok()
    wait_until(
        "the dependent is going",
        lambda: kube_api.get(child).ok()["metadata"].get("deletionTimestamp"),
    )
    assert kube_api.get(owner).ok()["metadata"]["finalizers"] == ["foregroundDeletion"]
    kube_api.patch(child, {"metadata": {"finalizers": None}}, MERGE_PATCH).ok()
    gone(kube_api, child)
    gone(kube_api, owner)


def test_orphans_stay_and_forget_their_owner(kube_api: KubeApi, namespace: str) -> None:
    owner, child = family(kube_api, namespace)
    kube_api.delete(owner, propagationPolicy="Orphan").ok()
    gone(kube_api, owner)
    assert "ownerReferences" not in kube_api.get(child).ok()["metadata"]


def test_a_dependent_of_two_owners_outlives_the_first(kube_api: KubeApi, namespace: str) -> None:
    owners = [kube_api.post(routes(namespace), route(name)).ok() for name in ("a", "b")]
    child = config_map("child", ownerReferences=[owned_by(owner) for owner in owners])
    kube_api.post(core(namespace, "configmaps"), child).ok()
    path = f"{core(namespace, 'configmaps')}/child"
    kube_api.delete(f"{routes(namespace)}/a").ok()
    wait_until(
        "the first owner is forgotten",
        lambda: len(kube_api.get(path).ok()["metadata"]["ownerReferences"]) == 1,
    )
    kube_api.delete(f"{routes(namespace)}/b").ok()
    gone(kube_api, path)


def test_a_dependent_of_nobody_is_collected(kube_api: KubeApi, namespace: str) -> None:
    owner = kube_api.post(routes(namespace), route("owner")).ok()
    kube_api.delete(f"{routes(namespace)}/owner").ok()
    child = config_map("late", ownerReferences=[owned_by(owner)])
    kube_api.post(core(namespace, "configmaps"), child).ok()
    gone(kube_api, f"{core(namespace, 'configmaps')}/late")


def test_generations_of_dependents_all_go(kube_api: KubeApi, namespace: str) -> None:
    first = kube_api.post(routes(namespace), route("first")).ok()
    second = kube_api.post(
        routes(namespace), route("second", ownerReferences=[owned_by(first)])
    ).ok()
    third = config_map("third", ownerReferences=[owned_by(second)])
    kube_api.post(core(namespace, "configmaps"), third).ok()
    kube_api.delete(f"{routes(namespace)}/first").ok()
    gone(kube_api, f"{core(namespace, 'configmaps')}/third")


@pytest.mark.parametrize("held", [False, True])
def test_a_namespace_empties_itself_before_it_goes(kube_api: KubeApi, held: bool) -> None:
    name = f"ends-{kube_api.name}-{held}".lower()
    path = f"/api/v1/namespaces/{name}"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    created = kube_api.post("/api/v1/namespaces", body).ok()
    assert created["status"]["phase"] == "Active"
    assert created["spec"]["finalizers"] == ["kubernetes"]
    assert created["metadata"]["labels"] == {"kubernetes.io/metadata.name": name}
    kube_api.post(core(name, "configmaps"), config_map("inside")).ok()
    finalizers = {"finalizers": [HOLD]} if held else {}
    kube_api.post(routes(name), route("one", **finalizers)).ok()
    kube_api.delete(path).ok()
    if held:
        going = kube_api.get(path).ok()
        assert going["status"]["phase"] == "Terminating"
        wait_until(
            "the route is going",
            lambda: kube_api.get(f"{routes(name)}/one").ok()["metadata"].get("deletionTimestamp"),
        )
        answer = kube_api.post(core(name, "configmaps"), config_map("late"))
        assert (answer.status, answer.reason) == (403, "Forbidden")
        assert "because it is being terminated" in answer.body["message"]
        release = {"metadata": {"finalizers": None}}
        kube_api.patch(f"{routes(name)}/one", release, MERGE_PATCH).ok()
    gone(kube_api, path)
    assert kube_api.get(f"{core(name, 'configmaps')}/inside").status == 404
