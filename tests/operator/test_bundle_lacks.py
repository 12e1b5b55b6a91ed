"""Promise: what a cluster cannot give a GatewayBundle is named and stops nothing, and what is not
wanted any more leaves nothing behind."""

from tests.operator.bundle_children import (
    PATIENCE_S,
    bundle,
    children,
    get,
    gone,
    judged_ready,
    place,
    secrets,
    state,
    whole,
)
from tests.operator.bundles import condition, in_phase, path
from tests.operator.ngf import FLAGS, Ngf
from tests.operator.replica import Replica
from tests.real.controlplane import Obj
from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until


def test_what_the_cluster_cannot_give_is_named_and_the_gateway_is_made_all_the_same(
    kube_api: KubeApi, namespace: str, certs: str, ngf: Ngf, whole_operator: Replica
) -> None:
    ngf.install()
    secrets(kube_api, certs, "web")
    asked = whole(ngf, certs)
    del asked["spec"]["tls"], asked["spec"]["listeners"][2]
    kube_api.post(path(namespace), asked).ok()

    def told() -> Obj | None:
        ngf.judge()
        obj = state(kube_api, namespace)
        rows = {one["type"]: one for one in (obj.get("status") or {}).get("conditions") or ()}
        return obj if rows.get("GatewayProgrammed", {}).get("status") == "True" else None

    parent = wait_until("programmed", told, PATIENCE_S)
    assert parent["status"]["phase"] == "Degraded"
    for section, reason, word in (
        ("WAFAttached", "NotPlus", "--nginx-plus"),
        ("SnippetsConfigured", "SnippetsDisabled", "--snippets"),
        ("RouteMarkerActive", "SnippetsDisabled", "--snippets"),
    ):
        said = condition(parent, section)
        assert (said["status"], said["reason"]) == ("False", reason)
        assert word in said["message"]
    assert condition(parent, "ProxyConfigured")["status"] == "True"
    assert condition(parent, "Ready")["status"] == "False"
    ngf.restart(*FLAGS)
    judged_ready(kube_api, namespace, ngf)


def test_a_format_that_nginx_would_refuse_stops_nothing(
    kube_api: KubeApi, namespace: str, ngf: Ngf, whole_operator: Replica
) -> None:
    ngf.install()

    def logging(text: str) -> Obj:
        return {"logging": {"accessLog": {"preset": "Custom", "format": text}}}

    kube_api.post(path(namespace), bundle(ngf, nginxProxy=logging("$status good"))).ok()
    judged_ready(kube_api, namespace, ngf)
    change = {"spec": {"nginxProxy": {**logging("$status $upstream_adress"), "replicas": 3}}}
    kube_api.patch(path(namespace, "edge"), change, MERGE_PATCH).ok()
    parent = in_phase(kube_api, namespace, "edge", "Degraded")
    said = condition(parent, "ProxyConfigured")
    assert said["reason"] == "InvalidAccessLog"
    assert "$upstream_adress" in said["message"]
    spec = get(kube_api, "NginxProxy", namespace, "edge-proxy")["spec"]
    assert spec["logging"]["accessLog"]["format"] == "$status good"
    assert spec["kubernetes"]["deployment"]["replicas"] == 3
    change = {"spec": {"nginxProxy": logging("$status $upstream_addr")}}
    kube_api.patch(path(namespace, "edge"), change, MERGE_PATCH).ok()
    judged_ready(kube_api, namespace, ngf)
    spec = get(kube_api, "NginxProxy", namespace, "edge-proxy")["spec"]
    assert spec["logging"]["accessLog"]["format"] == "$status $upstream_addr"


def test_a_section_that_is_taken_out_and_a_bundle_that_is_deleted_leave_nothing(
    kube_api: KubeApi, namespace: str, certs: str, ngf: Ngf, whole_operator: Replica
) -> None:
    ngf.install(*FLAGS)
    secrets(kube_api, certs, "web")
    asked = whole(ngf, certs)
    del asked["spec"]["tls"], asked["spec"]["listeners"][2]
    kube_api.post(path(namespace), asked).ok()
    parent = judged_ready(kube_api, namespace, ngf)
    before = children(parent)
    kube_api.patch(path(namespace, "edge"), {"spec": {"waf": None}}, MERGE_PATCH).ok()
    parent = judged_ready(kube_api, namespace, ngf)
    assert before - children(parent) == {("WAFPolicy", namespace, "edge-waf")}
    assert kube_api.get(place("WAFPolicy", namespace, "edge-waf")).status == 404
    assert "waf" not in get(kube_api, "NginxProxy", namespace, "edge-proxy")["spec"]
    kube_api.delete(path(namespace, "edge")).ok()
    for kind, where, name in before:
        gone(kube_api, kind, where, name)
