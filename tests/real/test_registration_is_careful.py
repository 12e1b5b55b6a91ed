"""Promise: registration touches no Secret of anybody else, a dry run says what the real one would,
and what admins do about clusters, or are refused, is in the audit log without any credential."""

import base64
from pathlib import Path
from typing import Any

from services.auth.identity import CONSOLE, Role
from services.demo.api import DemoApi
from tests.real.hub import Hub, hub_on, managed_cluster, secret
from tests.real.kube_api import KubeApi, wait_until


def body(workload: DemoApi, **more: Any) -> dict[str, Any]:
    """A cluster to register."""
    return {
        "name": "edge",
        "displayName": "Edge",
        "kubeconfig": workload.kubeconfig(),
        **more,
    }


def entries(hub: Hub) -> list[dict[str, Any]]:
    """The audit log about the cluster, newest first."""
    items: list[dict[str, Any]] = hub.rest("GET", "/audit?cluster=edge").json()["items"]
    return items


def test_an_edit_leaves_a_secret_of_somebody_else_alone(hub: Hub, workload: DemoApi) -> None:
    hub.create_by_kubectl("edge", workload.kubeconfig())
    wait_until("known", lambda: hub.cluster("edge"))
    theirs = hub.api.post(hub.secret(), secret("edge-prometheus", "theirs")).ok()["data"]
    patch = {"kubeconfig": workload.kubeconfig(), "prometheus": {"url": "https://p.example"}}
    refused = hub.rest("PATCH", "/clusters/edge", json=patch)
    assert (refused.status_code, "somebody else" in refused.text) == (409, True)
    assert hub.api.get(hub.secret("edge-prometheus")).ok()["data"] == theirs
    assert hub.api.get(hub.secret("edge-kubeconfig")).status == 404, "nothing of it is written"
    refs = hub.api.get(hub.managed("edge")).ok()["spec"]
    assert refs["kubeconfigSecretRef"] == {"name": "edge-own"}
    hub.api.post(hub.secret(), secret("edge-agent-token", "theirs")).ok()
    assert hub.rest("POST", "/clusters/edge/token", json={}).status_code == 409


def test_an_edit_replaces_the_secret_that_the_cluster_itself_names(
    hub: Hub, workload: DemoApi
) -> None:
    hub.api.post(hub.secret(), secret("edge-kubeconfig", "not yet")).ok()
    ref = {"kubeconfigSecretRef": {"name": "edge-kubeconfig"}}
    hub.api.post(hub.managed(), managed_cluster("edge", **ref)).ok()
    done = hub.rest("PATCH", "/clusters/edge", json={"kubeconfig": workload.kubeconfig()})
    assert done.status_code == 200, done.text
    wait_until("connected", lambda: hub.cluster("edge").get("connected"))
    held = hub.api.get(hub.secret("edge-kubeconfig")).ok()["data"]["kubeconfig"]
    assert base64.b64decode(held).decode() == workload.kubeconfig()


def test_an_edit_that_breaks_a_rule_changes_no_part(hub: Hub, workload: DemoApi) -> None:
    assert hub.rest("POST", "/clusters", json=body(workload)).status_code == 201
    paths = hub.secret("edge-kubeconfig"), hub.managed("edge")
    before = [hub.api.get(path).ok() for path in paths]
    patch = {"kubeconfig": workload.kubeconfig() + "\n", "displayName": "x" * 254}
    refused = hub.rest("PATCH", "/clusters/edge", json=patch)
    assert refused.status_code == 422, refused.text
    after = [hub.api.get(path).ok() for path in paths]
    assert after[0] == before[0]
    assert after[1]["spec"] == before[1]["spec"]


def test_a_dry_run_says_what_registering_would(hub: Hub, workload: DemoApi) -> None:
    tested = hub.rest("POST", "/clusters?dryRun=true", json=body(workload)).json()
    assert (tested["connected"], tested["kubernetesVersion"]) == (True, "v1.36.3")
    assert hub.rest("POST", "/clusters", json=body(workload)).status_code == 201
    for wrong, status in (
        (body(workload), 409),
        (body(workload, name="register"), 422),
        (body(workload, name="other", isLocal=True), 422),
        (body(workload, name="other", labels={"a b": "c"}), 422),
        (body(workload, name="other", kubeconfig="{}"), 422),
    ):
        refused = [hub.rest("POST", f"/clusters{dry}", json=wrong) for dry in ("?dryRun=true", "")]
        assert [one.status_code for one in refused] == [status, status]
        assert refused[0].json() == refused[1].json()


def test_a_hub_that_keeps_no_clusters_says_so(
    kube_api: KubeApi, workload: DemoApi, tmp_path: Path
) -> None:
    with hub_on(kube_api, "nowhere", tmp_path) as hub:
        refused = hub.rest("POST", "/clusters", json=body(workload))
        assert refused.status_code == 503
        assert 'namespaces "nowhere" not found' in refused.json()["error"]["message"]


def test_what_is_done_is_recorded_field_by_field_without_a_credential(
    hub: Hub, workload: DemoApi
) -> None:
    prometheus = {"url": "https://p.example", "username": "hub", "password": "not to be told"}
    hub.rest("POST", "/clusters", json=body(workload, region="Oslo", prometheus=prometheus))
    hub.rest("PATCH", "/clusters/edge", json={"region": "Bergen", "labels": {"team": "web"}})
    hub.rest("PATCH", "/clusters/edge", json={"kubeconfig": workload.kubeconfig()})
    hub.rest("POST", "/clusters/edge/token", json={})
    hub.rest("DELETE", "/clusters/edge?reason=moved")
    left, rotated, replaced, edited, joined = entries(hub)
    assert (left["verb"], left["reason"], rotated["verb"]) == ("delete", "moved", "rotate")
    assert {one["path"]: (one["old"], one["new"]) for one in edited["diff"]} == {
        "spec.region": ("Oslo", "Bergen"),
        "spec.labels.team": (None, "web"),
    }
    assert [one["path"] for one in replaced["diff"]] == ["Secret edge-kubeconfig"]
    whole = [hub.rest("GET", f"/audit/diff/{one['id']}").text for one in (replaced, joined)]
    for text in (*whole, str(entries(hub))):
        assert workload.token() not in text
        assert "not to be told" not in text


def test_who_is_limited_to_other_clusters_is_refused_and_that_is_recorded(
    hub: Hub, workload: DemoApi
) -> None:
    limited = hub.container.tokens.create(
        CONSOLE, "limited", Role.ADMIN, clusters=frozenset({"other"})
    )[1]
    refused = hub.rest("POST", "/clusters", limited, json=body(workload))
    assert refused.status_code == 403
    assert hub.api.get(hub.managed("edge")).status == 404
    assert [(one["verb"], one["outcome"]) for one in entries(hub)] == [("create", "denied")]
