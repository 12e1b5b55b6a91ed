"""Promise: NGINX waits for a model and takes its prompts as the stack says, and where it cannot be
told to, the stack works within NGINX's own limits and says which they are."""

from typing import Any

import pytest
from ngf_operator.applying import Applied, Failing, Lacking
from ngf_operator.client import Refused
from ngf_operator.inference.stack import wanted
from ngf_operator.outcomes import delayed, needs_what_was, refused, stands
from ngf_operator.standing import standing
from ngf_operator.wanting import Child, Lack

from tests.known import Known, Obj
from tests.unit.test_stack_children import stack

NGF = "gateway.nginx.org"
PROXY, CLIENT = (NGF, "ProxySettingsPolicy"), (NGF, "ClientSettingsPolicy")
SERVED = {PROXY: f"{NGF}/v1alpha1", CLIENT: f"{NGF}/v1alpha1"}
NGINX = f"{NGF}/nginx-gateway-controller"


def gateway(controller: str = NGINX) -> list[Obj]:
    api = "gateway.networking.k8s.io/v1"
    return [
        {
            "apiVersion": api,
            "kind": "GatewayClass",
            "metadata": {"name": "c"},
            "spec": {"controllerName": controller},
        },
        {
            "apiVersion": api,
            "kind": "Gateway",
            "metadata": {"name": "edge", "namespace": "web"},
            "spec": {"gatewayClassName": "c", "listeners": []},
        },
    ]


def asked(**fields: str) -> Obj:
    return stack(httpRoute={"gatewayRef": "edge", "gatewayNamespace": "web", **fields})


def policy(kind: str, namespace: str, name: str, target: Obj, **content: Any) -> Obj:
    ref = {"group": "gateway.networking.k8s.io", **target}
    whom = {"targetRef": ref} if kind == CLIENT[1] else {"targetRefs": [ref]}
    return {
        "apiVersion": f"{NGF}/v1alpha1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace, "generation": 2},
        "spec": {**whom, **content},
    }


def says(obj: Obj, status: str, reason: str, text: str = "", of: int = 2, **ancestor: str) -> Obj:
    condition = {"type": "Accepted", "status": status, "reason": reason, "message": text}
    entry = {
        "ancestorRef": {"group": "gateway.networking.k8s.io", **ancestor},
        "controllerName": NGINX,
        "conditions": [{**condition, "observedGeneration": of}],
    }
    return {**obj, "status": {"ancestors": [entry]}}


def found(
    parent: Obj, *others: Obj, controller: str = NGINX, **known: Any
) -> tuple[dict[str, Child], dict[str, Lack]]:
    """Policies that are made, and lacks about policies, by kind."""
    made = wanted(parent, Known([*gateway(controller), *others], also=SERVED, **known))
    kinds = {PROXY[1], CLIENT[1]}
    assert all(not one.blocks for one in made.lacks if one.section == "RouteAccepted")
    return (
        {one.obj["kind"]: one for one in made.children if one.obj["kind"] in kinds},
        {one.kind: one for one in made.lacks if one.kind in kinds},
    )


def test_a_route_of_ngf_gets_time_for_models_and_room_for_images() -> None:
    made, lacks = found(asked())
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "llama-route"}
    proxy, client = made[PROXY[1]].obj, made[CLIENT[1]].obj
    assert proxy["spec"] == {"targetRefs": [target], "timeout": {"read": "10m"}}
    assert client["spec"] == {"targetRef": target, "body": {"maxSize": "32m"}}
    for one in (proxy, client):
        assert one["apiVersion"] == "gateway.nginx.org/v1alpha1"
        assert one["metadata"] == {"name": "llama-route", "namespace": "llm"}
    assert lacks == {}


def test_the_stack_says_how_long_and_how_large() -> None:
    made, _ = found(asked(readTimeout="90s", maxBodySize="0"))
    assert made[PROXY[1]].obj["spec"]["timeout"] == {"read": "90s"}
    assert made[CLIENT[1]].obj["spec"]["body"] == {"maxSize": "0"}


def test_nobody_elses_gateway_and_no_route_get_none() -> None:
    assert found(asked(), controller="example.com/other") == ({}, {})
    assert found(stack()) == ({}, {})
    other = stack(httpRoute={"gatewayRef": "none"})
    assert found(other) == ({}, {})


def test_a_policy_stays_while_its_gateway_is_not_to_be_seen() -> None:
    target = {"kind": "HTTPRoute", "name": "llama-route"}
    there = policy(PROXY[1], "llm", "llama-route", target, timeout={"read": "10m"})
    made = wanted(asked(), Known([there], also=SERVED))
    assert [one.obj["kind"] for one in made.children if one.obj["apiVersion"].startswith(NGF)] == [
        PROXY[1]
    ]


@pytest.mark.parametrize(
    ("phrase", "reason"),
    [("may not list gateways", "MissingPermission"), ("cannot list it: 500", "CannotBeListed")],
)
def test_why_nobody_sees_whose_the_gateway_is_is_told(phrase: str, reason: str) -> None:
    unseen = Known(also=SERVED, denied={("gateway.networking.k8s.io", "Gateway"): phrase})
    told = [one for one in wanted(asked(), unseen).lacks if one.kind in (PROXY[1], CLIENT[1])]
    assert [(one.reason, one.blocks) for one in told] == [(reason, False)] * 2
    assert all(f"the operator {phrase}." in one.message for one in told)


def test_a_kind_that_is_not_installed_is_told_with_what_holds_then() -> None:
    made, lacks = found(asked(), absent=[PROXY])
    assert set(made) == {CLIENT[1]}
    lack = lacks[PROXY[1]]
    assert (lack.section, lack.reason) == ("RouteAccepted", "CRDNotInstalled")
    assert "2.6 or newer" in lack.message
    assert "60 s" in lack.message
    assert "A ProxySettingsPolicy on Gateway web/edge" in lack.message
    _, lacks = found(asked(), absent=[CLIENT])
    assert "1 MiB" in lacks[CLIENT[1]].message


@pytest.mark.parametrize("given", [{}, {"readTimeout": "5m"}])
def test_what_others_set_for_the_route_is_left_to_them(given: dict[str, str]) -> None:
    target = {"kind": "HTTPRoute", "name": "llama-route"}
    theirs = policy(PROXY[1], "llm", "patient", target, timeout={"read": "30m"})
    made, lacks = found(asked(**given), theirs)
    assert set(made) == {CLIENT[1]}
    lack = lacks[PROXY[1]]
    assert (lack.reason, lack.namespace, lack.name) == ("Adopted", "llm", "patient")
    assert "30m" in lack.message
    other = policy(PROXY[1], "llm", "buffers", target, buffering={"disable": True})
    elsewhere = policy(PROXY[1], "llm", "b", {**target, "name": "b-route"}, timeout={"read": "1s"})
    made, lacks = found(asked(**given), other, elsewhere)
    assert PROXY[1] in made
    assert lacks == {}


def test_a_default_does_not_take_the_place_of_what_the_gateway_sets() -> None:
    target = {"kind": "Gateway", "name": "edge"}
    theirs = policy(CLIENT[1], "web", "large", target, body={"maxSize": "1g"})
    made, lacks = found(asked(), says(theirs, "True", "Accepted", **target))
    assert set(made) == {PROXY[1]}
    assert (lacks[CLIENT[1]].namespace, lacks[CLIENT[1]].name) == ("web", "large")
    made, _ = found(asked(maxBodySize="2m"), says(theirs, "True", "Accepted", **target))
    assert made[CLIENT[1]].obj["spec"]["body"] == {"maxSize": "2m"}
    assert made[CLIENT[1]].without == (
        "1g holds, as ClientSettingsPolicy of another namespace sets for its Gateway."
    )
    made, lacks = found(asked(), says(theirs, "False", "Conflicted", **target))
    assert (set(made), lacks) == ({PROXY[1], CLIENT[1]}, {})


def test_what_ngf_refuses_is_told_and_keeps_nothing_from_being_ready() -> None:
    child = found(asked())[0][PROXY[1]]
    live = {**child.obj, "metadata": {**child.obj["metadata"], "generation": 2}}
    route = {"kind": "HTTPRoute", "name": "llama-route", "namespace": "llm"}

    def outcome(live: Obj) -> tuple[str, str, bool, str]:
        now = standing(child.obj, live, Known())
        made = stands(child, Applied("nothing", live, "hash"), now)
        assert made.spec_hash == "hash"
        assert not made.blocks
        return made.state, made.reason, made.ready, made.message

    text = "Policy cannot be applied since another Route shares a path."
    state, reason, ready, message = outcome(says(live, "False", "TargetConflict", text, **route))
    assert (state, reason, ready) == ("Skipped", "TargetConflict", True)
    assert message.startswith(f"{text} NGINX waits 60 s")
    assert "A ProxySettingsPolicy on Gateway web/edge" in message
    assert outcome(says(live, "True", "Accepted", **route))[:3] == ("Ready", "Accepted", True)
    for unsaid in (live, says(live, "True", "Accepted", of=1, **route)):
        assert outcome(unsaid)[:3] == ("Skipped", "WaitingForController", True)


@pytest.mark.parametrize(
    "why",
    [
        Failing("NotOurs", "no"),
        Failing("Forbidden", "no"),
        Lacking("MissingPermission", "no"),
        Lacking("OldDefinition", "no"),
    ],
)
def test_what_the_cluster_refuses_keeps_nothing_from_being_ready(why: Failing | Lacking) -> None:
    made = refused(found(asked())[0][PROXY[1]], why, "")
    assert (made.state, made.reason, made.ready, made.blocks) == (
        "Skipped",
        why.reason,
        True,
        False,
    )
    assert made.message.startswith("no NGINX waits 60 s")
    assert not needs_what_was(made)


def test_what_is_tried_again_keeps_nothing_from_being_ready() -> None:
    made = delayed(found(asked())[0][PROXY[1]], "", str(Refused(503, "ServiceUnavailable", "busy")))
    assert (made.state, made.reason, made.ready) == ("Skipped", "Retrying", True)
