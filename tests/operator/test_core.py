"""Promise: children are made, healed, kept and removed as wanted; the status says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ngf_operator.restraint import AT_MOST

from tests.operator.bundles import bundle, change, child, condition, in_phase, path, ready, settings
from tests.operator.replica import Replica, running
from tests.real.kube_api import KubeApi, wait_until


@pytest.fixture
def operator(kube_api: KubeApi, namespace: str, tmp_path: Path) -> Iterator[Replica]:
    """The timer of one that heals by its watches never comes."""
    flags = ("--leader-elect=false", "--interval=3600")
    with running(Replica(kube_api, tmp_path, namespace, "one", *flags)) as replica:
        yield replica


def test_children_are_made_with_owner_labels_and_hash(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(path(namespace), bundle("web", 80, 8080)).ok()
    parent = ready(kube_api, namespace, "web")
    made = kube_api.get(settings(namespace, "web-l8080")).ok()
    assert made["data"] == {"port": "8080", "protocol": "HTTP"}
    about = made["metadata"]
    assert about["labels"]["app.kubernetes.io/managed-by"] == "ngf-console"
    assert about["labels"]["ngf-console.f5.com/bundle"] == "web"
    assert about["annotations"]["ngf-console.f5.com/owner"] == f"GatewayBundle/{namespace}/web"
    [owner] = about["ownerReferences"]
    assert (owner["uid"], owner["controller"]) == (parent["metadata"]["uid"], True)
    [manager] = {each["manager"] for each in about["managedFields"]}
    assert manager == "ngf-console-operator"
    row = child(parent, "web-l8080")
    assert row["specHash"] == about["annotations"]["ngf-console.f5.com/spec-hash"]
    assert (row["state"], row["section"], row["drift"]) == ("Ready", "SettingsKept", 0)
    for name, status in (("Ready", "True"), ("Reconciled", "True"), ("Drifted", "False")):
        said = condition(parent, name)
        assert (said["status"], said["observedGeneration"]) == (status, 1)
    assert condition(parent, "SettingsKept")["status"] == "True"


def test_a_deleted_child_is_back_at_once(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(path(namespace), bundle("web")).ok()
    ready(kube_api, namespace, "web")
    before = kube_api.get(settings(namespace, "web-l80")).ok()["metadata"]["uid"]
    kube_api.delete(settings(namespace, "web-l80")).ok()

    def back() -> bool:
        answer = kube_api.get(settings(namespace, "web-l80"))
        return answer.status == 200 and answer.body["metadata"]["uid"] != before

    wait_until("the child is back", back)
    _drift_is_told(kube_api, namespace, operator)


def test_an_edited_child_is_healed_and_foreign_fields_survive(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(path(namespace), bundle("web")).ok()
    ready(kube_api, namespace, "web")
    where = settings(namespace, "web-l80")
    change(kube_api, where, data={"port": "1", "mine": "stays"})
    healed = {"port": "80", "protocol": "HTTP", "mine": "stays"}
    wait_until("healed", lambda: kube_api.get(where).ok()["data"] == healed)
    _drift_is_told(kube_api, namespace, operator)


def test_a_foreign_field_alone_is_no_drift(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(path(namespace), bundle("web", 80)).ok()
    ready(kube_api, namespace, "web")
    change(kube_api, settings(namespace, "web-l80"), data={"mine": "stays"})
    change(kube_api, settings(namespace, "web-l80"), metadata={"labels": {"mine": "too"}})
    change(kube_api, path(namespace, "web"), metadata={"annotations": _asked("now")})
    parent = wait_until("answered", lambda: _answered(kube_api, namespace, "now"))
    assert parent["status"]["drift"]["count"] == 0
    assert kube_api.get(settings(namespace, "web-l80")).ok()["data"]["mine"] == "stays"


def test_a_child_whose_labels_were_taken_is_marked_again(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(path(namespace), bundle("web")).ok()
    ready(kube_api, namespace, "web")
    where = settings(namespace, "web-l80")
    change(kube_api, where, metadata={"labels": None, "annotations": None})
    label = "app.kubernetes.io/managed-by"
    wait_until(
        "marked again",
        lambda: label in (kube_api.get(where).ok()["metadata"].get("labels") or {}),
    )
    _drift_is_told(kube_api, namespace, operator)


def test_a_child_that_was_replaced_by_one_without_any_mark_is_restored(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(path(namespace), bundle("web")).ok()
    ready(kube_api, namespace, "web")
    where = settings(namespace, "web-l80")
    bare = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web-l80"}}
    kube_api.put(where, {**bare, "data": {"port": "1", "protocol": "HTTP"}}).ok()
    label = "app.kubernetes.io/managed-by"

    def restored() -> bool:
        now = kube_api.get(where).ok()
        return label in (now["metadata"].get("labels") or {}) and now["data"]["port"] == "80"

    wait_until("restored", restored)
    _drift_is_told(kube_api, namespace, operator)


def test_what_is_no_longer_wanted_goes(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(path(namespace), bundle("web", 80, 81)).ok()
    ready(kube_api, namespace, "web")
    change(kube_api, path(namespace, "web"), spec=bundle("web", 81, 82)["spec"])
    parent = ready(kube_api, namespace, "web")
    assert [row["name"] for row in parent["status"]["children"]] == ["web-l81", "web-l82"]
    assert kube_api.get(settings(namespace, "web-l80")).status == 404
    assert parent["status"]["drift"]["count"] == 0


def test_somebody_elses_object_of_the_same_name_is_never_taken(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    foreign = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "web-l80"},
        "data": {"mine": "1"},
    }
    kube_api.post(settings(namespace), foreign).ok()
    kube_api.post(path(namespace), bundle("web", 80, 81)).ok()
    parent = wait_until("told", lambda: _in_error(kube_api, namespace))
    row = child(parent, "web-l80")
    assert (row["state"], row["reason"]) == ("Failed", "NotOurs")
    assert "ConfigMap" in row["message"]
    assert child(parent, "web-l81")["state"] == "Ready"
    assert condition(parent, "SettingsKept")["reason"] == "NotOurs"
    assert kube_api.get(settings(namespace, "web-l80")).ok()["data"] == {"mine": "1"}
    offered = {"annotations": {"ngf-console.f5.com/adopt": "web"}}
    change(kube_api, settings(namespace, "web-l80"), metadata=offered)
    change(kube_api, path(namespace, "web"), metadata={"annotations": _asked("again")})
    ready(kube_api, namespace, "web")
    data = kube_api.get(settings(namespace, "web-l80")).ok()["data"]
    assert data == {"mine": "1", "port": "80", "protocol": "HTTP"}


def test_a_copy_of_a_child_is_not_taken_for_a_child(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(path(namespace), bundle("web", 80)).ok()
    ready(kube_api, namespace, "web")
    copy = kube_api.get(settings(namespace, "web-l80")).ok()
    kept = {key: copy["metadata"][key] for key in ("labels", "annotations")}
    copy["metadata"] = {"name": "mine", **kept}
    kube_api.post(settings(namespace), copy).ok()
    change(kube_api, path(namespace, "web"), metadata={"annotations": _asked("now")})
    wait_until("answered", lambda: _answered(kube_api, namespace, "now"))
    assert kube_api.get(settings(namespace, "mine")).status == 200


def test_children_that_are_orphaned_on_purpose_stay(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(path(namespace), bundle("web", 80, 81, 82)).ok()
    ready(kube_api, namespace, "web")
    kube_api.delete(path(namespace, "web"), propagationPolicy="Orphan").ok()
    wait_until("gone", lambda: kube_api.get(path(namespace, "web")).status == 404)
    kube_api.post(path(namespace), bundle("other")).ok()
    ready(kube_api, namespace, "other")
    for port in (80, 81, 82):
        about = kube_api.get(settings(namespace, f"web-l{port}")).ok()["metadata"]
        assert not about.get("ownerReferences")


def test_children_of_another_namespace_go_with_their_parent(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    away = _namespace(kube_api, f"{namespace}-away")
    kube_api.post(path(namespace), bundle("web", 80, annotations={"copy-to": away})).ok()
    ready(kube_api, namespace, "web")
    made = kube_api.get(settings(away, "web-l80")).ok()
    assert "ownerReferences" not in made["metadata"]
    kube_api.delete(path(namespace, "web")).ok()
    wait_until("gone", lambda: kube_api.get(settings(away, "web-l80")).status == 404)


def test_children_of_another_namespace_go_also_when_nobody_saw_their_parent_go(
    kube_api: KubeApi, namespace: str, tmp_path: Path
) -> None:
    away = _namespace(kube_api, f"{namespace}-away")
    kube_api.post(path(namespace), bundle("web", 80, annotations={"copy-to": away})).ok()
    replica = Replica(kube_api, tmp_path, namespace, "one", "--leader-elect=false")
    with running(replica):
        ready(kube_api, namespace, "web")
    kube_api.delete(path(namespace, "web")).ok()
    with running(replica):
        wait_until("gone", lambda: kube_api.get(settings(away, "web-l80")).status == 404)


def test_no_mark_of_the_framework_stays_on_a_bundle(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(path(namespace), bundle("web")).ok()
    about = ready(kube_api, namespace, "web")["metadata"]
    assert "finalizers" not in about
    assert "annotations" not in about
    kube_api.delete(path(namespace, "web")).ok()
    wait_until("gone at once", lambda: kube_api.get(path(namespace, "web")).status == 404)


def test_a_status_that_says_the_same_is_not_written_again(
    kube_api: KubeApi, namespace: str, tmp_path: Path
) -> None:
    flags = ("--leader-elect=false", "--interval=1")
    kube_api.post(path(namespace), bundle("web", 80, 81)).ok()
    with running(Replica(kube_api, tmp_path, namespace, "one", *flags)) as replica:
        ready(kube_api, namespace, "web")
        _passes(replica, 3)
        before = kube_api.get(path(namespace, "web")).ok()["metadata"]["resourceVersion"]
        _passes(replica, 3)
        now = kube_api.get(path(namespace, "web")).ok()["metadata"]["resourceVersion"]
    assert now == before


def test_a_request_to_reconcile_is_answered(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(path(namespace), bundle("web")).ok()
    ready(kube_api, namespace, "web")
    applied = "ngf_console_operator_api_requests_total"
    before = operator.metric(applied, verb="apply")
    change(kube_api, path(namespace, "web"), metadata={"annotations": _asked("2026-11-28")})
    wait_until("answered", lambda: _answered(kube_api, namespace, "2026-11-28"))
    assert operator.metric(applied, verb="apply") > before


def _passes(replica: Replica, number: int) -> None:
    """Wait until so many more passes have found nothing to do."""
    passes = "ngf_console_operator_reconciles_total"
    done = replica.metric(passes, result="unchanged")
    wait_until(
        "passes of the timer", lambda: replica.metric(passes, result="unchanged") >= done + number
    )


def test_what_cannot_be_changed_is_told_and_is_not_deleted(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(path(namespace), bundle("web")).ok()
    ready(kube_api, namespace, "web")
    where = settings(namespace, "web-l80")
    before = change(kube_api, where, immutable=True)["metadata"]["uid"]
    listener = {"name": "l80", "port": 8080, "protocol": "HTTP"}
    change(kube_api, path(namespace, "web"), spec={"listeners": [listener]})
    row = child(in_phase(kube_api, namespace, "web", "Error"), "web-l80")
    assert (row["state"], row["reason"]) == ("Failed", "Immutable")
    assert kube_api.get(where).ok()["metadata"]["uid"] == before


def test_nothing_is_removed_that_what_could_not_be_changed_may_need(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(path(namespace), bundle("web", 80, 81)).ok()
    ready(kube_api, namespace, "web")
    change(kube_api, settings(namespace, "web-l80"), immutable=True)
    listener = {"name": "l80", "port": 8080, "protocol": "HTTP"}
    change(kube_api, path(namespace, "web"), spec={"listeners": [listener]})
    parent = in_phase(kube_api, namespace, "web", "Error")
    row = child(parent, "web-l81")
    assert (row["state"], row["reason"], row["section"]) == (
        "Waiting",
        "StillNeeded",
        "SettingsKept",
    )
    kube_api.delete(settings(namespace, "web-l80")).ok()
    parent = ready(kube_api, namespace, "web")
    assert [row["name"] for row in parent["status"]["children"]] == ["web-l80"]
    assert kube_api.get(settings(namespace, "web-l81")).status == 404


def test_a_fight_is_left_alone_for_a_while_and_the_spec_is_obeyed_all_the_same(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    kube_api.post(path(namespace), bundle("web")).ok()
    ready(kube_api, namespace, "web")
    where = settings(namespace, "web-l80")

    def contested() -> bool:
        if kube_api.get(where).ok()["data"]["port"] == "80":
            change(kube_api, where, data={"port": "1"})
        row = child(kube_api.get(path(namespace, "web")).ok(), "web-l80")
        return bool((row["state"], row["reason"]) == ("Failed", "Contested"))

    wait_until("contested", contested)
    restored = operator.metric("ngf_console_operator_drift_restored_total", kind="ConfigMap")
    assert restored == AT_MOST
    assert child(kube_api.get(path(namespace, "web")).ok(), "web-l80")["specHash"]
    listener = {"name": "l80", "port": 8080, "protocol": "HTTP"}
    change(kube_api, path(namespace, "web"), spec={"listeners": [listener]})
    wait_until("obeyed", lambda: kube_api.get(where).ok()["data"]["port"] == "8080")


def _drift_is_told(kube_api: KubeApi, namespace: str, operator: Replica) -> None:
    def told() -> bool:
        status = kube_api.get(path(namespace, "web")).ok()["status"]
        return bool(status["drift"]["count"] >= 1)

    wait_until("drift in the status", told)
    parent = kube_api.get(path(namespace, "web")).ok()
    assert parent["status"]["drift"]["last"] == "ConfigMap web-l80"
    assert child(parent, "web-l80")["drift"] >= 1
    assert condition(parent, "Drifted")["status"] == "True"
    assert operator.metric("ngf_console_operator_drift_restored_total", kind="ConfigMap") >= 1
    events = wait_until("an Event", lambda: _events(kube_api, namespace, "ChildRestored"))
    assert events[0]["type"] == "Warning"
    assert "web-l80" in events[0]["message"]


def _events(kube_api: KubeApi, namespace: str, reason: str) -> list[dict[str, str]]:
    events = kube_api.get(f"/api/v1/namespaces/{namespace}/events").ok()["items"]
    return [event for event in events if event["reason"] == reason]


def _asked(when: str) -> dict[str, str]:
    return {"ngf-console.f5.com/reconcile-requested": when}


def _answered(kube_api: KubeApi, namespace: str, when: str) -> dict[str, dict[str, object]] | None:
    obj = kube_api.get(path(namespace, "web")).ok()
    return obj if (obj.get("status") or {}).get("reconcileRequested") == when else None


def _in_error(kube_api: KubeApi, namespace: str) -> dict[str, dict[str, object]] | None:
    obj = kube_api.get(path(namespace, "web")).ok()
    return obj if (obj.get("status") or {}).get("phase") == "Error" else None


def _namespace(kube_api: KubeApi, name: str) -> str:
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    kube_api.post("/api/v1/namespaces", body).ok()
    return name
