"""Promise: what a cluster cannot give a GatewayBundle is named with what to do, and the rest of the
bundle is made all the same."""

import pytest
from ngf_operator.client import Api
from ngf_operator.gateway.abilities import CONTROL_PLANES, abilities
from ngf_operator.gateway.bundle import READS, wanted
from ngf_operator.gateway.routes import of_interest
from ngf_operator.seen import Asking, Seen
from ngf_operator.served import Served

from tests.bundles import (
    CONTROLLER,
    GATEWAY_API,
    Cluster,
    Obj,
    bundle,
    children,
    consenting,
    installed,
    lacks,
    made,
    reference,
)

SNIPPETS: Obj = {"snippetsFilter": {"serverSnippet": "a 1;"}}
WAF: Obj = {"waf": {"policySource": {"httpSource": {"url": "https://p.example/p"}}}}
CERTIFICATE: Obj = {
    "listeners": [{"name": "https", "port": 443, "protocol": "HTTPS", "hostname": "a.b"}],
    "tls": {"certManager": {"issuerRef": {"name": "ca"}}},
}


def data_plane(image: str, name: str = "edge-nginx") -> Obj:
    container = {"name": "nginx", "image": image}
    labels = {"gateway.networking.k8s.io/gateway-name": "edge"}
    pod = {"template": {"spec": {"containers": [container]}}}
    return made("apps/v1", "Deployment", f"shop/{name}", spec=pod, metadata={"labels": labels})


@pytest.mark.parametrize(
    ("spec", "section", "kind"),
    [
        ({"nginxProxy": {}}, "ProxyConfigured", "NginxProxy"),
        (WAF, "WAFAttached", "WAFPolicy"),
        (SNIPPETS, "SnippetsConfigured", "SnippetsFilter"),
        ({"snippetsPolicy": {"httpSnippet": "a 1;"}}, "SnippetsConfigured", "SnippetsPolicy"),
        (CERTIFICATE, "CertificateReady", "Certificate"),
    ],
)
def test_a_kind_that_is_not_installed_is_named(spec: Obj, section: str, kind: str) -> None:
    world = Cluster(installed("--nginx-plus", "--snippets"), absent=[kind])
    said = lacks(bundle(spec), world)[section]
    assert (said.reason, said.kind, said.blocks) == ("CRDNotInstalled", kind, True)
    assert f"no kind {kind}" in said.message
    assert "nstall" in said.message
    assert "Gateway edge" in children(bundle(spec), world)


def test_a_permission_that_is_missing_is_named() -> None:
    why = "may not create nginxproxies.gateway.nginx.org"
    world = Cluster(installed(), denied={"NginxProxy": why})
    said = lacks(bundle({"nginxProxy": {}}), world)["ProxyConfigured"]
    assert said.reason == "MissingPermission"
    assert why in said.message
    spec = children(bundle({"nginxProxy": {}}), world)["Gateway edge"]["spec"]
    assert "infrastructure" not in spec


FAILS = "cannot list nginxproxies.gateway.nginx.org: conversion webhook failed"


@pytest.mark.parametrize(
    ("kind", "section", "spec"),
    [
        ("NginxProxy", "ProxyConfigured", {"nginxProxy": {}}),
        ("HTTPRoute", "RouteMarkerActive", {"routeMarker": {}}),
        ("Namespace", "ReferencesGranted", {}),
        ("WAFPolicy", "WAFAttached", WAF),
    ],
)
def test_a_kind_that_the_server_fails_to_list_is_not_said_to_be_forbidden(
    kind: str, section: str, spec: Obj
) -> None:
    world = Cluster(installed("--nginx-plus", "--snippets"), denied={kind: FAILS})
    said = lacks(bundle({**ABROAD, **spec}), world)[section]
    assert (said.reason, said.blocks) == ("CannotBeListed", True)
    assert "conversion webhook failed" in said.message
    assert "account" not in said.message
    assert "Grant it" not in said.message


@pytest.mark.parametrize("kind", ["GatewayClass", "Deployment"])
def test_evidence_does_not_say_that_what_the_server_fails_to_list_is_forbidden(kind: str) -> None:
    found = abilities(Cluster(denied={kind: FAILS}), "nginx")
    said = found.class_evidence if kind == "GatewayClass" else found.plus.evidence
    assert "conversion webhook failed" in said
    assert "may not" not in said
    allowed = abilities(Cluster(denied={kind: "may not list them"}), "nginx")
    assert "the operator may not list them" in f"{allowed}"


@pytest.mark.parametrize(
    "why", [{"denied": {"NginxProxy": "may not list nginxproxies"}}, {"absent": ["NginxProxy"]}]
)
def test_a_gateway_keeps_the_settings_that_cannot_be_looked_after_any_more(why: Obj) -> None:
    parent = bundle({"nginxProxy": {}})
    live = children(parent, Cluster(installed()))["Gateway edge"]
    ref = live["spec"]["infrastructure"]
    blind = Cluster([*installed(), live], **why)
    assert children(parent, blind)["Gateway edge"]["spec"]["infrastructure"] == ref
    assert lacks(parent, blind)["ProxyConfigured"].blocks
    assert "infrastructure" not in children(bundle(), blind)["Gateway edge"]["spec"]
    theirs = Cluster([*installed(controller="example.com/other"), live], **why)
    assert "infrastructure" not in children(parent, theirs)["Gateway edge"]["spec"]


@pytest.mark.parametrize(
    ("objects", "reason", "evidence"),
    [
        (installed(), "NotPlus", "Deployment nginx-gateway/ngf runs without --nginx-plus"),
        (installed("--nginx-plus=false"), "NotPlus", "runs with --nginx-plus=false"),
        ([], "EditionUnknown", "control plane is not to be seen"),
        (
            [data_plane("r.example:5000/ngf/nginx:2.6.7")],
            "NotPlus",
            "image r.example:5000/ngf/nginx",
        ),
        (
            [data_plane("r/ngf/nginx"), data_plane("r/ngf/nginx-plus", "b-nginx")],
            "EditionUnknown",
            "not to be seen",
        ),
    ],
)
def test_without_nginx_plus_the_firewall_stays_off(
    objects: list[Obj], reason: str, evidence: str
) -> None:
    said = lacks(bundle(WAF), Cluster(objects))["WAFAttached"]
    assert (said.reason, said.blocks) == (reason, True)
    assert evidence in said.message
    found = children(bundle(WAF), Cluster(objects))
    assert "waf" not in found["NginxProxy edge-proxy"]["spec"]
    assert "WAFPolicy edge-waf" not in found


FURTHER: Obj = {"nginxProxy": {"extra": {"waf": {"enable": True, "bundleFailOpen": True}}}}


@pytest.mark.parametrize(("objects", "reason"), [(installed(), "NotPlus"), ([], "EditionUnknown")])
def test_the_firewall_is_not_switched_on_among_further_fields_either(
    objects: list[Obj], reason: str
) -> None:
    said = lacks(bundle(FURTHER), Cluster(objects))["WAFAttached"]
    assert (said.reason, said.blocks) == (reason, True)
    found = children(bundle(FURTHER), Cluster(objects))
    assert found["NginxProxy edge-proxy"]["spec"]["waf"] == {"bundleFailOpen": True}


def test_where_further_fields_switch_the_firewall_on_it_waits_for_a_policy_as_ever() -> None:
    world = Cluster(installed("--nginx-plus"))
    spec = children(bundle(FURTHER), world)["NginxProxy edge-proxy"]["spec"]
    assert spec["waf"] == {"enable": True, "bundleFailOpen": True}
    assert lacks(bundle(FURTHER), world)["WAFAttached"].reason == "NoPolicy"
    off = {"nginxProxy": {**FURTHER["nginxProxy"], "enabled": False}}
    assert lacks(bundle(off), world) == {}


@pytest.mark.parametrize(
    "objects",
    [
        installed("--nginx-plus"),
        installed("--nginx-plus=true"),
        [data_plane("r/nginx-plus@sha256:1")],
        [data_plane("r/ngf/nginx-plus-f5waf:2.6.7")],
    ],
)
def test_with_nginx_plus_it_is_on(objects: list[Obj]) -> None:
    found = children(bundle(WAF), Cluster(objects))
    assert found["NginxProxy edge-proxy"]["spec"]["waf"] == {"enable": True}
    assert "WAFPolicy edge-waf" in found


def test_a_firewall_that_is_on_stays_on_when_nobody_knows_the_edition_any_more() -> None:
    parent, spec = bundle(WAF), {"waf": {"enable": True}}
    live = made("gateway.nginx.org/v1alpha2", "NginxProxy", "shop/edge-proxy", spec=spec)
    found = children(parent, Cluster([live]))
    assert found["NginxProxy edge-proxy"]["spec"]["waf"] == {"enable": True}
    assert "WAFPolicy edge-waf" in found
    assert lacks(parent, Cluster([live, *installed()]))["WAFAttached"].reason == "NotPlus"


@pytest.mark.parametrize(
    ("denied", "reason"),
    [("may not list wafpolicies", "MissingPermission"), (FAILS, "CannotBeListed")],
)
def test_a_firewall_that_is_on_stays_on_when_its_policy_may_not_be_handled_any_more(
    denied: str, reason: str
) -> None:
    why = {"WAFPolicy": denied}
    live = made("gateway.nginx.org/v1alpha2", "NginxProxy", "shop/edge-proxy", spec={})
    off = Cluster([*installed("--nginx-plus"), live], denied=why)
    assert "waf" not in children(bundle(WAF), off)["NginxProxy edge-proxy"]["spec"]
    live["spec"] = {"waf": {"enable": True}}
    world = Cluster([*installed("--nginx-plus"), live], denied=why)
    found = children(bundle(WAF), world)
    assert found["NginxProxy edge-proxy"]["spec"]["waf"] == {"enable": True}
    assert lacks(bundle(WAF), world)["WAFAttached"].reason == reason


def test_of_several_control_planes_the_one_of_the_class_counts() -> None:
    other = installed("--nginx-plus", "--snippets")[1]
    other["metadata"]["name"] = "another"
    arguments = other["spec"]["template"]["spec"]["containers"][0]["args"]
    arguments[arguments.index("--gatewayclass=nginx")] = "--gatewayclass=other"
    world = Cluster([*installed(), other])
    assert lacks(bundle(WAF), world)["WAFAttached"].reason == "NotPlus"
    flag_and_value = ["controller", "--gatewayclass", "other", "--nginx-plus"]
    other["spec"]["template"]["spec"]["containers"][0]["args"] = flag_and_value
    assert lacks(bundle({**WAF, "gatewayClassName": "other"}), Cluster([other])) == {}


@pytest.mark.parametrize("spec", [SNIPPETS, {"snippetsPolicy": {"httpSnippet": "a 1;"}}])
def test_where_snippets_are_off_the_switch_is_named(spec: Obj) -> None:
    said = lacks(bundle(spec), Cluster(installed()))["SnippetsConfigured"]
    assert said.reason == "SnippetsDisabled"
    assert "--snippets" in said.message
    assert list(children(bundle(spec), Cluster(installed()))) == ["Gateway edge"]
    for flag in ("--snippets", "--snippets-filters"):
        assert not lacks(bundle(spec), Cluster(installed(flag)))


def test_a_filter_that_rules_refer_to_stays_because_they_would_answer_500() -> None:
    metadata = {"annotations": {"ngf-console.f5.com/owner": "GatewayBundle/shop/edge"}}
    spec = {"snippets": [{"context": "http.server", "value": "a 1;"}]}
    version, name = "gateway.nginx.org/v1alpha1", "shop/edge-snippets"
    live = made(version, "SnippetsFilter", name, spec=spec, metadata=metadata)
    rules = [{"filters": [reference("edge-snippets")]}]
    route = made(f"{GATEWAY_API}/v1", "HTTPRoute", "shop/cart", spec={"rules": rules})
    refers = [*installed("--snippets"), live, of_interest(route)]
    for off in (bundle(), bundle({"snippetsFilter": {"enabled": False}})):
        kept = children(off, Cluster(refers))["SnippetsFilter edge-snippets"]
        assert kept["spec"] == spec
        said = lacks(off, Cluster(refers))["SnippetsConfigured"]
        assert (said.reason, said.name, said.blocks) == ("StillReferenced", "", True)
        assert "HTTPRoute cart" in said.message
        assert list(children(off, Cluster(refers[:-1]))) == ["Gateway edge"]
        blind = Cluster(refers[:-1], denied={"GRPCRoute": "may not list grpcroutes"})
        assert "SnippetsFilter edge-snippets" in children(off, blind)
        assert "may not list grpcroutes" in lacks(off, blind)["SnippetsConfigured"].message
    asked = bundle({"snippetsFilter": {"enabled": False, "serverSnippet": "b 1;"}})
    kept = children(asked, Cluster(refers))["SnippetsFilter edge-snippets"]
    assert kept["spec"]["snippets"][0]["value"] == "b 1;", "not what others made of it"
    elsewhere = {**route, "metadata": {**route["metadata"], "namespace": "web"}}
    theirs = {**live, "metadata": {"name": "edge-snippets", "namespace": "shop"}}
    for others in ([live, elsewhere], [theirs, route]):
        world = Cluster([*installed("--snippets"), *others])
        assert list(children(bundle(), world)) == ["Gateway edge"]


def test_where_nobody_knows_whether_snippets_are_on_they_are_made() -> None:
    assert "SnippetsFilter edge-snippets" in children(bundle(SNIPPETS), Cluster())


@pytest.mark.parametrize(
    ("spec", "section"),
    [
        ({"nginxProxy": {}}, "ProxyConfigured"),
        (WAF, "WAFAttached"),
        (SNIPPETS, "SnippetsConfigured"),
        ({"routeMarker": {}}, "RouteMarkerActive"),
    ],
)
def test_a_class_of_another_controller_gets_nothing_of_ngf(spec: Obj, section: str) -> None:
    world = Cluster(installed("--nginx-plus", "--snippets", controller="example.com/other"))
    said = lacks(bundle(spec), world)[section]
    assert said.reason == "NotNGF"
    assert "GatewayClass nginx belongs to example.com/other" in said.message
    assert list(children(bundle(spec), world)) == ["Gateway edge"]


def test_a_class_that_is_not_there_takes_nothing_away() -> None:
    spec = {"nginxProxy": {}, **SNIPPETS}
    there = children(bundle(spec), Cluster(installed("--snippets")))
    gone = children(bundle(spec), Cluster(installed("--snippets")[1:]))
    assert there == gone
    assert CONTROLLER.startswith("gateway.nginx.org/")


def test_no_bundle_hears_of_deployments_but_those_of_control_planes() -> None:
    world = Asking(Seen(Served(Api.__new__(Api), lambda: None, 60.0), READS))
    wanted(bundle({**WAF, **SNIPPETS}), world)
    assert ("apps", "Deployment", None, CONTROL_PLANES) in world.asked
    assert ("apps", "Deployment", None, "") not in world.asked


REFS = [{"name": "web", "namespace": "certs"}]
ABROAD: Obj = {
    "listeners": [
        {"name": "https", "port": 443, "protocol": "HTTPS", "tls": {"certificateRefs": REFS}}
    ]
}


def test_where_grants_are_not_to_be_made_the_one_that_is_missing_is_named() -> None:
    parent = bundle({**ABROAD, "referenceGrants": {"create": False}})
    said = lacks(parent, Cluster([*installed(), consenting("certs", "shop")]))["ReferencesGranted"]
    assert (said.reason, said.namespace, said.blocks) == ("NotGranted", "certs", True)
    assert "Secret web" in said.message


@pytest.mark.parametrize("to", ["", "other", "shop-2, other", "shopping"])
def test_a_namespace_that_does_not_consent_gets_no_grant(to: str) -> None:
    world = Cluster([*installed(), consenting("certs", to)])
    assert "ReferenceGrant ngf-console-shop.edge" not in children(bundle(ABROAD), world)
    said = lacks(bundle(ABROAD), world)["ReferencesGranted"]
    assert (said.reason, said.namespace, said.blocks) == ("NotGranted", "certs", True)
    assert "ngf-console.f5.com/grants-to: shop" in said.message
    assert said.name == "", "one that was made before is taken away"


@pytest.mark.parametrize("to", ["shop", "other, shop", "shop,other"])
def test_a_namespace_that_consents_gets_the_grant(to: str) -> None:
    world = Cluster([*installed(), consenting("certs", to)])
    assert "ReferenceGrant ngf-console-shop.edge" in children(bundle(ABROAD), world)
    assert lacks(bundle(ABROAD), world) == {}


def test_a_grant_stays_while_nobody_can_see_whether_its_namespace_consents() -> None:
    world = Cluster(installed(), denied={"Namespace": "may not list namespaces"})
    said = lacks(bundle(ABROAD), world)["ReferencesGranted"]
    assert (said.reason, said.blocks) == ("MissingPermission", True)
    assert said.name == "ngf-console-shop.edge", "what is lacked and named is not removed"
    assert "may not list namespaces" in said.message
