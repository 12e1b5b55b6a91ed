"""Promise: the API server takes the children of a GatewayBundle with all their rules, a bundle is
ready only when NGF says so, and every kind of child is healed when somebody changes it."""

from copy import deepcopy

from tests.operator.bundle_children import (
    back,
    children,
    drifted,
    get,
    healed,
    judged_ready,
    place,
    secrets,
    whole,
)
from tests.operator.bundles import child, condition, in_phase, path
from tests.operator.ngf import ADDRESS, FLAGS, Ngf, issue
from tests.operator.replica import REAL, Replica
from tests.real.controlplane import Obj
from tests.real.kube_api import MERGE_PATCH, KubeApi


def test_every_child_is_made_and_ready_is_said_only_when_ngf_and_cert_manager_do(
    kube_api: KubeApi, namespace: str, certs: str, ngf: Ngf, whole_operator: Replica
) -> None:
    ngf.install(*FLAGS)
    secrets(kube_api, certs, "web")
    kube_api.post(path(namespace), whole(ngf, certs), fieldValidation="Strict").ok()
    grant = f"ngf-console-{namespace}.edge"
    wanted = {
        ("Gateway", namespace, "edge"),
        ("NginxProxy", namespace, "edge-proxy"),
        ("WAFPolicy", namespace, "edge-waf"),
        ("SnippetsFilter", namespace, "edge-snippets"),
        ("SnippetsPolicy", namespace, "edge-snippets"),
        ("SnippetsPolicy", namespace, "edge-marker"),
        ("Certificate", namespace, "edge-tls"),
        ("ReferenceGrant", certs, grant),
    }
    parent = in_phase(kube_api, namespace, "edge", "Pending")
    assert children(parent) == wanted
    assert child(parent, "edge")["reason"] == "WaitingForController"
    gateway = get(kube_api, "Gateway", namespace, "edge")["spec"]
    ref = {"group": "gateway.nginx.org", "kind": "NginxProxy", "name": "edge-proxy"}
    assert gateway["infrastructure"] == {"parametersRef": ref}
    refs = [one.get("tls", {}).get("certificateRefs") for one in gateway["listeners"]]
    assert [[(one["name"], one.get("namespace")) for one in each or ()] for each in refs] == [
        [],
        [("web", certs)],
        [("edge-tls", None)],
    ]
    proxy = get(kube_api, "NginxProxy", namespace, "edge-proxy")["spec"]
    assert proxy["kubernetes"]["deployment"]["replicas"] == 2
    assert proxy["waf"] == {"enable": True}
    assert '"trace_id":"$otel_trace_id"' in proxy["logging"]["accessLog"]["format"]
    assert get(kube_api, "Certificate", namespace, "edge-tls")["spec"]["dnsNames"] == [
        "issued.example"
    ]
    ngf.judge()
    parent = in_phase(kube_api, namespace, "edge", "Pending")
    assert condition(parent, "GatewayProgrammed")["status"] == "False"
    issue(kube_api, namespace, "edge-tls")
    parent = judged_ready(kube_api, namespace, ngf)
    assert {one["state"] for one in parent["status"]["children"]} == {"Ready"}
    assert {
        one["status"] for one in parent["status"]["conditions"] if one["type"] != "Drifted"
    } == {"True"}
    assert parent["status"]["gatewayAddress"] == ADDRESS
    format_ = get(kube_api, "NginxProxy", namespace, "edge-proxy")["spec"]["logging"]["accessLog"]
    assert '"route_var":"$ngf_route"' in format_["format"]
    assert parent["status"]["drift"]["count"] == 0


def made_ready(api: KubeApi, namespace: str, certs: str, ngf: Ngf) -> Obj:
    """A bundle with every kind of child, once all others have done their part for it."""
    ngf.install(*FLAGS)
    secrets(api, certs, "web")
    api.post(path(namespace), whole(ngf, certs)).ok()
    ngf.judge()
    issue(api, namespace, "edge-tls")
    return judged_ready(api, namespace, ngf)


def test_what_is_added_to_a_reference_of_a_child_is_taken_out_again(
    kube_api: KubeApi, namespace: str, certs: str, ngf: Ngf, whole_operator: Replica
) -> None:
    made_ready(kube_api, namespace, certs, ngf)
    before = get(kube_api, "Gateway", namespace, "edge")["spec"]
    edited = deepcopy(before)
    edited["listeners"][2]["tls"]["certificateRefs"][0]["namespace"] = "elsewhere"
    where = place("Gateway", namespace, "edge")
    kube_api.patch(where, {"spec": edited}, MERGE_PATCH, fieldManager="me").ok()
    healed(kube_api, "Gateway", namespace, "edge", before)
    whole_operator.stop()
    kube_api.patch(where, {"spec": edited}, MERGE_PATCH, fieldManager="me").ok()
    whole_operator.start(REAL)
    healed(kube_api, "Gateway", namespace, "edge", before)


EDITS: dict[str, Obj] = {
    "Gateway": {"spec": {"listeners": [{"name": "http", "port": 8080, "protocol": "HTTP"}]}},
    "NginxProxy": {"spec": {"kubernetes": {"deployment": {"replicas": 9}}}},
    "WAFPolicy": {
        "spec": {"policySource": {"httpSource": {"url": "https://else.example/other.tgz"}}}
    },
    "SnippetsFilter": {"spec": {"snippets": [{"context": "http", "value": "a b;"}]}},
    "SnippetsPolicy": {"spec": {"snippets": [{"context": "http", "value": "a b;"}]}},
    "Certificate": {"spec": {"dnsNames": ["other.example"]}},
    "ReferenceGrant": {"spec": {"to": [{"group": "", "kind": "Secret", "name": "other"}]}},
}


def test_every_kind_of_child_that_is_deleted_or_edited_is_healed_and_counted(
    kube_api: KubeApi, namespace: str, certs: str, ngf: Ngf, whole_operator: Replica
) -> None:
    parent = made_ready(kube_api, namespace, certs, ngf)
    rows = sorted(children(parent))
    assert {kind for kind, _, _ in rows} == set(EDITS)
    drift = 0
    for kind, where, name in rows:
        before = get(kube_api, kind, where, name)
        kube_api.delete(place(kind, where, name)).ok()
        after = back(kube_api, kind, where, name, before)
        assert after["spec"] == before["spec"]
        kube_api.patch(place(kind, where, name), EDITS[kind], MERGE_PATCH, fieldManager="me").ok()
        healed(kube_api, kind, where, name, before["spec"])
        drift += 2
        parent = drifted(kube_api, namespace, drift)
        told = [one for one in parent["status"]["children"] if one["name"] == name]
        assert max(one["drift"] for one in told if one["kind"] == kind) == 2
        assert condition(parent, "Drifted")["status"] == "True"
        if kind == "Certificate":
            issue(kube_api, namespace, name)
        judged_ready(kube_api, namespace, ngf)
    events = kube_api.get(f"/api/v1/namespaces/{namespace}/events").ok()["items"]
    assert "ChildRestored" in {one["reason"] for one in events}
