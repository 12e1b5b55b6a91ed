"""Promise: a cluster that is created, changed, rotated or deleted on the hub, by whatever means,
takes effect within two seconds; registration stores nothing before the kubeconfig has passed."""

from services.demo.api import DemoApi
from tests.real.hub import Hub, managed_cluster, secret
from tests.real.kube_api import wait_until

MERGE = "application/merge-patch+json"


def test_what_kubectl_does_takes_effect_as_it_is_told(hub: Hub, workload: DemoApi) -> None:
    hub.create_by_kubectl("edge", workload.kubeconfig(), region="Oslo")
    wait_until("connected", lambda: hub.cluster("edge").get("connected"))
    assert hub.cluster("edge")["region"] == "Oslo"
    assert hub.cluster("edge")["kubernetesVersion"]

    hub.api.patch(hub.managed("edge"), {"spec": {"region": "Bergen"}}, MERGE).ok()
    wait_until("renamed", lambda: hub.cluster("edge")["region"] == "Bergen")

    hub.api.delete(hub.managed("edge")).ok()
    wait_until("gone", lambda: not hub.cluster("edge"))


def test_a_rotated_kubeconfig_takes_effect_without_a_restart(hub: Hub, workload: DemoApi) -> None:
    hub.create_by_kubectl("edge", workload.kubeconfig())
    wait_until("connected", lambda: hub.cluster("edge").get("connected"))
    refused = workload.kubeconfig().replace(workload.token(), "revoked-token")
    hub.api.patch(hub.secret("edge-own"), {"data": secret("s", refused)["data"]}, MERGE).ok()
    wait_until("refused", lambda: "credential" in hub.cluster("edge")["reason"])
    right = workload.kubeconfig()
    hub.api.patch(hub.secret("edge-own"), {"data": secret("s", right)["data"]}, MERGE).ok()
    wait_until("connected", lambda: hub.cluster("edge")["connected"])


def test_a_cluster_without_its_secret_is_shown_and_waits_for_it(
    hub: Hub, workload: DemoApi
) -> None:
    ref = {"kubeconfigSecretRef": {"name": "late"}}
    hub.api.post(hub.managed(), managed_cluster("early", **ref)).ok()
    wait_until("pending", lambda: hub.cluster("early").get("phase") == "Pending")
    assert "late does not exist" in hub.cluster("early")["reason"]
    hub.api.post(hub.secret(), secret("late", workload.kubeconfig())).ok()
    wait_until("connected", lambda: hub.cluster("early")["connected"])


def test_the_hub_itself_is_a_cluster_without_a_kubeconfig(hub: Hub) -> None:
    hub.api.post(hub.managed(), managed_cluster("here", isLocal=True)).ok()
    wait_until("connected", lambda: hub.cluster("here").get("connected"))
    assert hub.cluster("here")["default"]
    refused = hub.rest("DELETE", "/clusters/here")
    assert refused.status_code == 409


def test_registration_by_rest_gives_a_token_and_works_at_once(hub: Hub, workload: DemoApi) -> None:
    body = {
        "name": "web-1",
        "displayName": "Web 1",
        "environment": "staging",
        "labels": {"team": "web"},
        "kubeconfig": workload.kubeconfig(),
        "ngfEdition": "oss",
    }
    made = hub.rest("POST", "/clusters", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["name"] == "web-1"
    assert made.json()["token"].startswith("ngfa_")
    wait_until("connected", lambda: hub.cluster("web-1").get("connected"))
    assert hub.cluster("web-1")["labels"] == {"team": "web"}
    assert workload.token() not in hub.rest("GET", "/clusters").text

    stored = hub.api.get(hub.secret("web-1-agent-token")).ok()
    assert made.json()["token"] not in str(stored)
    owner = hub.api.get(hub.secret("web-1-kubeconfig")).ok()["metadata"]["ownerReferences"][0]
    assert owner["name"] == "web-1"

    again = hub.rest("POST", "/clusters", json={**body, "displayName": "Mine"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "name_taken")
    assert hub.cluster("web-1")["displayName"] == "Web 1"

    left = hub.rest("DELETE", "/clusters/web-1")
    assert left.status_code == 200, left.text
    assert "helm uninstall" in left.json()["command"]
    assert hub.cluster("web-1") == {}
    for name in ("web-1-kubeconfig", "web-1-agent-token"):
        assert hub.api.get(hub.secret(name)).status == 404
    assert hub.rest("DELETE", "/clusters/web-1").status_code == 404


def test_a_secret_of_somebody_else_is_neither_overwritten_nor_removed(
    hub: Hub, workload: DemoApi
) -> None:
    theirs = hub.api.post(hub.secret(), secret("web-2-kubeconfig", "theirs")).ok()
    body = {"name": "web-2", "displayName": "Web 2", "kubeconfig": workload.kubeconfig()}
    refused = hub.rest("POST", "/clusters", json=body)
    assert refused.status_code == 409
    kept = hub.api.get(hub.secret("web-2-kubeconfig")).ok()
    assert kept["data"] == theirs["data"]
    assert hub.api.get(hub.managed("web-2")).status == 404
    assert hub.api.get(hub.secret("web-2-agent-token")).status == 404


def test_an_edit_by_rest_changes_only_what_it_says(hub: Hub, workload: DemoApi) -> None:
    body = {"name": "web-3", "displayName": "Web 3", "region": "Oslo", "labels": {"a": "1"}}
    hub.rest("POST", "/clusters", json={**body, "kubeconfig": workload.kubeconfig()})
    patch = {"environment": "dev", "labels": {"b": "2"}}
    done = hub.rest("PATCH", "/clusters/web-3", json=patch)
    assert done.status_code == 200, done.text
    cluster = hub.cluster("web-3")
    assert (cluster["region"], cluster["environment"]) == ("Oslo", "dev")
    assert cluster["labels"] == {"a": "1", "b": "2"}
    assert hub.rest("PATCH", "/clusters/none", json=patch).status_code == 404


def test_tokens_overlap_when_rotated_and_end_when_revoked(hub: Hub, workload: DemoApi) -> None:
    body = {"name": "web-4", "displayName": "Web 4", "kubeconfig": workload.kubeconfig()}
    first = hub.rest("POST", "/clusters", json=body).json()["token"]
    second = hub.rest("POST", "/clusters/web-4/token", json={}).json()["token"]
    for token in (first, second):
        beat = hub.rest("POST", "/clusters/web-4/heartbeat", token, json={"sequence": 1})
        assert beat.status_code == 200, beat.text
    elsewhere = hub.rest("POST", "/clusters/other/heartbeat", second, json={"sequence": 1})
    assert elsewhere.status_code == 403
    third = hub.rest("POST", "/clusters/web-4/token", json={"overlapSeconds": 0}).json()["token"]
    told = hub.rest("POST", "/clusters/web-4/heartbeat", first, json={"sequence": 2})
    assert told.status_code == 401
    assert hub.rest("DELETE", "/clusters/web-4/token").status_code == 200
    told = hub.rest("POST", "/clusters/web-4/heartbeat", third, json={"sequence": 3})
    assert told.status_code == 401


def test_a_live_test_tells_each_thing_and_stores_nothing(hub: Hub, workload: DemoApi) -> None:
    body = {"name": "web-5", "displayName": "Web 5", "kubeconfig": workload.kubeconfig()}
    tested = hub.rest("POST", "/clusters?dryRun=true", json=body)
    assert tested.status_code == 200, tested.text
    found = {one["name"]: one["status"] for one in tested.json()["findings"]}
    assert found == {
        "API": "ok",
        "Version": "ok",
        "Permissions": "ok",
        "NGF": "warn",
        "Gateway API": "ok",
        "Prometheus": "unknown",
    }
    assert hub.api.get(hub.managed("web-5")).status == 404
