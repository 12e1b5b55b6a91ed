"""Server-side apply: managers own fields, conflicts are named, what is left out is removed."""

from tests.real.controlplane import Obj
from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until
from tests.real.objects import GATEWAY_API, config_map, core, definition, route, routes, widget


def managers(obj: Obj) -> dict[str, str]:
    return {m["manager"]: m["operation"] for m in obj["metadata"]["managedFields"]}


def test_apply_creates_and_then_changes(kube_api: KubeApi, namespace: str) -> None:
    path = f"{routes(namespace)}/one"
    created = kube_api.apply(path, route("one"), "ours")
    assert created.status == 201
    entry = created.body["metadata"]["managedFields"][0]
    assert (entry["manager"], entry["operation"]) == ("ours", "Apply")
    assert (entry["apiVersion"], entry["fieldsType"]) == (GATEWAY_API, "FieldsV1")
    assert "f:hostnames" in entry["fieldsV1"]["f:spec"]
    changed = kube_api.apply(path, route("one", host="b.example"), "ours")
    assert changed.status == 200
    assert changed.body["spec"]["hostnames"] == ["b.example"]
    assert changed.body["metadata"]["generation"] == 2


def test_applying_the_same_again_changes_nothing(kube_api: KubeApi, namespace: str) -> None:
    path = f"{routes(namespace)}/one"
    first = kube_api.apply(path, route("one"), "ours").ok()
    assert kube_api.apply(path, route("one"), "ours").ok() == first


def test_a_field_of_another_manager_is_a_conflict(kube_api: KubeApi, namespace: str) -> None:
    path = f"{core(namespace, 'configmaps')}/one"
    kube_api.apply(path, config_map("one", {"a": "1", "b": "1"}), "theirs").ok()
    answer = kube_api.apply(path, config_map("one", {"a": "2"}), "ours")
    assert (answer.status, answer.reason) == (409, "Conflict")
    assert 'conflict with "theirs": .data.a' in answer.body["message"]
    cause = answer.body["details"]["causes"][0]
    assert (cause["reason"], cause["field"]) == ("FieldManagerConflict", ".data.a")
    assert 'conflict with "theirs"' in cause["message"]


def test_the_same_value_is_shared_not_a_conflict(kube_api: KubeApi, namespace: str) -> None:
    path = f"{core(namespace, 'configmaps')}/one"
    kube_api.apply(path, config_map("one", {"a": "1"}), "theirs").ok()
    kube_api.apply(path, config_map("one", {"a": "1"}), "ours").ok()
    kept = kube_api.apply(path, config_map("one"), "ours").ok()
    assert kept["data"] == {"a": "1"}


def test_force_takes_the_field_over(kube_api: KubeApi, namespace: str) -> None:
    path = f"{core(namespace, 'configmaps')}/one"
    kube_api.apply(path, config_map("one", {"a": "1", "b": "1"}), "theirs").ok()
    taken = kube_api.apply(path, config_map("one", {"a": "2"}), "ours", force="true").ok()
    assert taken["data"] == {"a": "2", "b": "1"}
    owned = {m["manager"]: m["fieldsV1"]["f:data"] for m in taken["metadata"]["managedFields"]}
    assert "f:a" in owned["ours"]
    assert "f:a" not in owned["theirs"]


def test_what_a_manager_no_longer_applies_is_removed(kube_api: KubeApi, namespace: str) -> None:
    path = f"{core(namespace, 'configmaps')}/one"
    kube_api.apply(path, config_map("one", {"a": "1", "b": "1"}), "ours").ok()
    kube_api.apply(path, config_map("one", {"c": "1"}), "theirs").ok()
    rest = kube_api.apply(path, config_map("one", {"a": "1"}), "ours").ok()
    assert rest["data"] == {"a": "1", "c": "1"}


def test_an_update_owns_what_it_changed(kube_api: KubeApi, namespace: str) -> None:
    path = f"{core(namespace, 'configmaps')}/one"
    kube_api.apply(path, config_map("one", {"a": "1", "b": "1"}), "ours").ok()
    patched = kube_api.patch(path, {"data": {"b": "2"}}, MERGE_PATCH, fieldManager="hand").ok()
    assert managers(patched) == {"ours": "Apply", "hand": "Update"}
    answer = kube_api.apply(path, config_map("one", {"a": "1", "b": "3"}), "ours")
    assert (answer.status, answer.reason) == (409, "Conflict")
    assert 'conflict with "hand" using v1: .data.b' in answer.body["message"]


def test_the_manager_of_a_plain_write_is_who_it_says(kube_api: KubeApi, namespace: str) -> None:
    body = config_map("one", {"a": "1"})
    created = kube_api.post(core(namespace, "configmaps"), body, fieldManager="me").ok()
    assert managers(created) == {"me": "Update"}


def test_apply_needs_a_manager_and_a_whole_object(kube_api: KubeApi, namespace: str) -> None:
    path = f"{core(namespace, 'configmaps')}/one"
    answer = kube_api.patch(path, config_map("one"), "application/apply-patch+yaml")
    assert (answer.status, answer.reason) == (422, "Invalid")
    assert "fieldManager: Required value" in answer.body["message"]
    answer = kube_api.apply(path, {"metadata": {"name": "one"}}, "ours")
    assert answer.status == 400
    with_fields = config_map("one", managedFields=[{"manager": "x"}])
    assert kube_api.apply(path, with_fields, "ours").status == 400


def test_keyed_lists_merge_by_their_key(kube_api: KubeApi, namespace: str) -> None:
    gateway = {
        "apiVersion": GATEWAY_API,
        "kind": "Gateway",
        "metadata": {"name": "web"},
        "spec": {
            "gatewayClassName": "nginx",
            "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
        },
    }
    path = routes(namespace).replace("httproutes", "gateways") + "/web"
    kube_api.apply(path, gateway, "ours").ok()
    other = {
        **gateway,
        "spec": {
            "gatewayClassName": "nginx",
            "listeners": [{"name": "alt", "port": 8080, "protocol": "HTTP"}],
        },
    }
    both = kube_api.apply(path, other, "theirs").ok()
    assert [item["name"] for item in both["spec"]["listeners"]] == ["http", "alt"]
    changed = {**gateway, "spec": {"gatewayClassName": "nginx"}}
    rest = kube_api.apply(path, changed, "ours").ok()
    assert [item["name"] for item in rest["spec"]["listeners"]] == ["alt"]


def test_defaults_are_not_the_appliers(kube_api: KubeApi, namespace: str) -> None:
    """So an apply never fights over what the server filled in."""
    created = kube_api.apply(f"{routes(namespace)}/one", route("one"), "ours").ok()
    assert created["spec"]["rules"][0]["matches"]
    fields = created["metadata"]["managedFields"][0]["fieldsV1"]
    assert "matches" not in str(fields)


def test_status_is_applied_apart_from_the_rest(kube_api: KubeApi, namespace: str) -> None:
    group = f"applied-{kube_api.name}.example"
    crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    kube_api.post(crds, definition(group, {"size": {"type": "integer"}})).ok()
    path = f"/apis/{group}/v1/namespaces/{namespace}/widgets/one"
    wait_until("served", lambda: kube_api.get(path.rsplit("/", 1)[0]).status == 200)
    kube_api.apply(path, widget(group, "one", {"size": 1}), "ours").ok()
    status = {**widget(group, "one", {}), "status": {"phase": "Ready"}}
    del status["spec"]
    applied = kube_api.apply(f"{path}/status", status, "controller").ok()
    assert applied["spec"] == {"size": 1}
    assert applied["status"] == {"phase": "Ready"}
    entries = {m["manager"]: m.get("subresource") for m in applied["metadata"]["managedFields"]}
    assert entries == {"ours": None, "controller": "status"}
    kube_api.delete(f"{crds}/widgets.{group}").ok()


def test_a_dry_run_of_an_apply_shows_the_result(kube_api: KubeApi, namespace: str) -> None:
    path = f"{routes(namespace)}/one"
    before = kube_api.apply(path, route("one"), "ours").ok()
    shown = kube_api.apply(path, route("one", host="b.example"), "ours", dryRun="All").ok()
    assert shown["spec"]["hostnames"] == ["b.example"]
    assert kube_api.get(path).ok() == before
