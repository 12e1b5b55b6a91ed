"""Promise: a child of a bundle is ready only when the cluster says so of what it is now, and what
the cluster says instead is told in its own words."""

from typing import Any

import pytest
from ngf_operator.gateway.bundle import status
from ngf_operator.standing import standing
from ngf_operator.wanting import Standing

from tests.bundles import CONTROLLER, GATEWAY_API, NGF, Cluster, Obj, bundle, children, made

SPEC: Obj = {
    "listeners": [
        {"name": "http", "port": 80, "protocol": "HTTP"},
        {"name": "https", "port": 443, "protocol": "HTTPS"},
    ],
    "tls": {"secretRefs": [{"name": "web"}]},
    "nginxProxy": {},
}
CLASS = made(f"{GATEWAY_API}/v1", "GatewayClass", "nginx", spec={"controllerName": CONTROLLER})
GATEWAY = children(bundle(SPEC), Cluster([CLASS]))["Gateway edge"]


def said(kind: str, status: str = "True", reason: str = "", of: int = 2, text: str = "") -> Obj:
    reason = reason or kind
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": text,
        "observedGeneration": of,
    }


def listener(name: str, *other: Obj) -> Obj:
    usual = {kind: said(kind) for kind in ("Accepted", "ResolvedRefs", "Programmed")}
    usual |= {one["type"]: one for one in other}
    return {"name": name, "attachedRoutes": 0, "conditions": list(usual.values())}


def gateway(*conditions: Obj, **rest: Any) -> Obj:
    usual = {kind: said(kind) for kind in ("Accepted", "Programmed")}
    usual |= {one["type"]: one for one in conditions}
    status = {
        "addresses": [{"value": "203.0.113.1"}],
        "conditions": list(usual.values()),
        "listeners": [listener("http"), listener("https")],
    }
    metadata = {**GATEWAY["metadata"], "generation": 2}
    return {**GATEWAY, "metadata": metadata, "status": status | rest}


def stands(live: Obj | None, *others: Obj, wanted: Obj = GATEWAY) -> Standing:
    return standing(wanted, live, Cluster(others))


def test_a_gateway_is_ready_when_all_of_it_is_programmed_and_it_has_an_address() -> None:
    assert stands(gateway()).state == "Ready"


@pytest.mark.parametrize(
    ("live", "state", "reason", "words"),
    [
        (None, "Waiting", "NotThere", ""),
        (gateway(said("Accepted", "Unknown", "Pending", 0)), "Waiting", "WaitingForController", ""),
        (gateway(said("Accepted", of=1)), "Waiting", "WaitingForController", CONTROLLER),
        (gateway(said("Programmed", of=1)), "Waiting", "WaitingForController", ""),
        (
            gateway(said("Accepted", "False", "InvalidParameters", text="spec.x: no")),
            "Failed",
            "InvalidParameters",
            "spec.x: no",
        ),
        (
            gateway(said("Programmed", "False", "Invalid", text='unknown "x" variable')),
            "Failed",
            "Invalid",
            'unknown "x" variable',
        ),
        (gateway(said("Programmed", "False", "Pending")), "Waiting", "Pending", ""),
        (gateway(addresses=[]), "Waiting", "NoAddress", "no address"),
        (gateway(listeners=[listener("http")]), "Waiting", "WaitingForController", "https"),
        (
            gateway(listeners=[listener("http"), listener("https", said("Accepted", of=1))]),
            "Ready",
            "Programmed",
            "",
        ),
        (
            gateway(listeners=[listener("http"), listener("https", said("Programmed", of=1))]),
            "Waiting",
            "WaitingForController",
            "https",
        ),
        (
            gateway(
                listeners=[
                    listener("http", said("Programmed", "Unknown", "Pending")),
                    listener("https", said("Conflicted", reason="HostnameConflict", text="taken")),
                ]
            ),
            "Failed",
            "HostnameConflict",
            "Listener https: taken",
        ),
        (
            gateway(
                said("Accepted", "True", "ListenersNotValid"),
                listeners=[
                    listener("http"),
                    listener("https", said("ResolvedRefs", "False", "InvalidCertificateRef")),
                ],
            ),
            "Failed",
            "InvalidCertificateRef",
            "Listener https",
        ),
    ],
)
def test_what_a_gateway_lacks_is_told(live: Obj, state: str, reason: str, words: str) -> None:
    found = stands(live, CLASS)
    assert (found.state, found.reason) == (state, reason)
    assert words in found.message


def certificate(*conditions: Obj) -> Obj:
    status = {"conditions": list(conditions)}
    spec = {"secretName": "web"}
    metadata = {"generation": 2}
    place = "shop/edge-tls"
    return made(
        "cert-manager.io/v1", "Certificate", place, spec=spec, status=status, metadata=metadata
    )


def test_a_listener_waits_for_the_certificate_that_is_being_issued() -> None:
    broken = listener("https", said("ResolvedRefs", "False", "InvalidCertificateRef"))
    live = gateway(listeners=[listener("http"), broken])
    assert stands(live, certificate(said("Ready", "False", "Issuing"))).state == "Waiting"
    assert stands(live, certificate(said("Ready"))).state == "Failed"
    judged = {**broken["conditions"][1], "lastTransitionTime": "2026-01-01T00:00:05Z"}
    live_now = gateway(listeners=[listener("http"), listener("https", judged)])
    for second, state in ((4, "Failed"), (5, "Waiting"), (6, "Waiting")):
        issued = said("Ready") | {"lastTransitionTime": f"2026-01-01T00:00:0{second}Z"}
        assert stands(live_now, certificate(issued)).state == state
    spec = {**SPEC, "tls": {"secretRefs": [{"name": "web", "namespace": "shop"}]}}
    named = children(bundle(spec), Cluster([CLASS]))["Gateway edge"]
    issuing = certificate(said("Ready", "False", "Issuing"))
    assert stands(live, issuing, wanted=named).state == "Waiting"


@pytest.mark.parametrize(
    ("classes", "reason"),
    [
        ((), "GatewayClassNotFound"),
        ((CLASS,), "WaitingForController"),
        (
            ({**CLASS, "status": {"conditions": [said("Accepted", "False", "Conflict", 1)]}},),
            "Conflict",
        ),
    ],
)
def test_why_nobody_takes_a_gateway_is_told(classes: tuple[Obj, ...], reason: str) -> None:
    live = gateway(said("Accepted", "Unknown", "Pending", 0))
    found = stands(live, *classes)
    assert (found.state, found.reason) == ("Waiting", reason)
    assert "nginx" in found.message


PROXY = children(bundle(SPEC), Cluster([CLASS]))["NginxProxy edge-proxy"]
PROXY["metadata"]["annotations"] = {"ngf-console.f5.com/owner": "GatewayBundle/shop/edge"}


@pytest.mark.parametrize(
    ("gateways", "state", "reason"),
    [
        ((), "Waiting", "NotInUse"),
        ((gateway(said("Accepted", of=1)),), "Waiting", "NotInUse"),
        ((gateway(),), "Ready", "InUse"),
        (
            (gateway(said("ResolvedRefs", "False", "ParametersRefNotFound")),),
            "Failed",
            "ParametersRefNotFound",
        ),
        (
            (gateway(said("Accepted", "True", "InvalidParameters")),),
            "Failed",
            "InvalidParameters",
        ),
    ],
)
def test_of_an_nginx_proxy_its_gateway_tells(
    gateways: tuple[Obj, ...], state: str, reason: str
) -> None:
    found = stands(PROXY, *gateways, wanted=PROXY)
    assert (found.state, found.reason) == (state, reason)


def policy(kind: str, *conditions: Obj, controller: str = CONTROLLER) -> Obj:
    entry: Obj = {"controllerName": controller, "conditions": list(conditions)}
    several = "controllers" if kind == "SnippetsFilter" else "ancestors"
    metadata = {"generation": 2}
    status = {several: [entry]}
    return made(f"{NGF}/v1alpha1", kind, "shop/x", spec={}, status=status, metadata=metadata)


@pytest.mark.parametrize("kind", ["SnippetsFilter", "SnippetsPolicy", "WAFPolicy"])
@pytest.mark.parametrize(
    ("conditions", "controller", "state", "reason"),
    [
        ([said("Accepted")], CONTROLLER, "Ready", "Accepted"),
        ([said("Accepted", "False", "Invalid")], CONTROLLER, "Failed", "Invalid"),
        ([said("Accepted", of=1)], CONTROLLER, "Waiting", "WaitingForController"),
        ([], CONTROLLER, "Waiting", "WaitingForController"),
        ([said("Accepted")], "example.com/other", "Waiting", "WaitingForController"),
    ],
)
def test_policies_and_filters_are_judged_by_ngf(
    kind: str, conditions: list[Obj], controller: str, state: str, reason: str
) -> None:
    live = policy(kind, *conditions, controller=controller)
    found = stands(live, wanted=live)
    assert (found.state, found.reason) == (state, reason)


@pytest.mark.parametrize(
    ("condition", "state"),
    [
        (said("Programmed", "False", "FetchError"), "Failed"),
        (said("Programmed", "False", "Pending"), "Waiting"),
        (said("ResolvedRefs", "False", "InvalidRef"), "Failed"),
        (said("Programmed", "True", "StaleBundleWarning"), "Ready"),
    ],
)
def test_a_policy_of_the_firewall_has_to_be_fetched_as_well(condition: Obj, state: str) -> None:
    live = policy("WAFPolicy", said("Accepted"), condition)
    assert stands(live, wanted=live).state == state


@pytest.mark.parametrize(
    ("conditions", "state", "reason"),
    [
        ([], "Waiting", "Issuing"),
        ([said("Ready")], "Ready", "Ready"),
        ([said("Ready", of=1)], "Waiting", "Issuing"),
        ([said("Ready", "False", "DoesNotExist"), said("Issuing")], "Waiting", "Issuing"),
        (
            [said("Ready", "False", "DoesNotExist"), said("Issuing", "False", "Failed")],
            "Failed",
            "Failed",
        ),
    ],
)
def test_a_certificate_is_ready_when_it_is_issued(
    conditions: list[Obj], state: str, reason: str
) -> None:
    live = certificate(*conditions)
    found = stands(live, wanted=live)
    assert (found.state, found.reason) == (state, reason)


@pytest.mark.parametrize(
    ("owner", "told"),
    [
        ({"ngf-console.f5.com/owner": "GatewayBundle/shop/edge"}, "203.0.113.1"),
        ({"ngf-console.f5.com/owner": "GatewayBundle/web/edge"}, None),
        ({}, None),
    ],
)
def test_the_address_of_a_gateway_of_others_is_not_told(owner: Obj, told: str | None) -> None:
    live = gateway()
    live["metadata"] = {**live["metadata"], "annotations": owner}
    assert status(bundle(SPEC), Cluster([CLASS, live])).get("gatewayAddress") == told
