"""Promise: what the server refuses is told as what it is; what is not wanted is known exactly; what
others changed while no operator worked is found without asking for what nobody touched."""

import asyncio
from copy import deepcopy
from dataclasses import replace

import pytest
from ngf_operator.applying import Applied, Applier, Failing, Lacking, judged
from ngf_operator.belonging import dressed
from ngf_operator.client import Api, Refused
from ngf_operator.seen import Parent, Ref, Seen, ref_of
from ngf_operator.served import Resource, Served
from ngf_operator.wanting import CHILDREN, Child, Obj, Reads

WEB = Ref("apps", "Deployment", "shop", "web")


@pytest.mark.parametrize(
    ("status", "said", "kind", "reason"),
    [
        (422, "spec.selector: Invalid value: field is immutable", Failing, "Immutable"),
        (422, "spec.replicas: Invalid value: -1", Failing, "Invalid"),
        (403, 'admission webhook "policy.example" denied the request: no', Failing, "Forbidden"),
        (
            403,
            'User "u" cannot patch resource "deployments" in API group "apps"',
            Lacking,
            "MissingPermission",
        ),
        (404, 'namespaces "shop" not found', Lacking, "NotFound"),
    ],
)
def test_a_refusal_has_a_reason(
    status: int, said: str, kind: type[Failing | Lacking], reason: str
) -> None:
    found = judged(Refused(status, "", said), WEB)
    assert isinstance(found, kind)
    assert found.reason == reason
    assert said.rpartition(":")[2].strip() in str(found) or reason == "MissingPermission"


def test_a_server_that_is_busy_is_asked_again() -> None:
    refused = Refused(503, "ServiceUnavailable", "etcdserver: leader changed")
    assert judged(refused, WEB) is refused


def test_a_pool_of_another_group_is_not_the_one_that_is_wanted() -> None:
    groups = ("inference.networking.k8s.io", "inference.networking.x-k8s.io")
    served = Served(Api.__new__(Api), lambda: None, 60.0)
    seen = Seen(served, (Reads(group, "InferencePool", ("v1",), CHILDREN) for group in groups))
    for shelf in seen.shelves:
        seen.put(shelf, _pool(shelf.reads.group))
    applier = Applier(Api.__new__(Api), served, seen)
    stack = Parent("InferenceStack", "llm", "m")
    new, old = (ref_of(_pool(group)) for group in groups)
    assert [ref_of(one) for one in applier.unwanted(stack, {new})] == [old]
    assert applier.unwanted(stack, {replace(new, group="")}) == []


def _pool(group: str) -> Obj:
    about = {
        "name": "m-pool",
        "namespace": "llm",
        "resourceVersion": "1",
        "annotations": {"ngf-console.f5.com/owner": "InferenceStack/llm/m"},
    }
    return {"apiVersion": f"{group}/v1", "kind": "InferencePool", "metadata": about}


GATEWAYS = "gateway.networking.k8s.io"
BUNDLE: Obj = {
    "apiVersion": "ngf-console.f5.com/v1alpha1",
    "kind": "GatewayBundle",
    "metadata": {"name": "edge", "namespace": "shop", "uid": "b", "generation": 1},
}
OURS: Obj = {
    "manager": "ngf-console-operator",
    "operation": "Apply",
    "fieldsV1": {"f:metadata": {}, "f:spec": {"f:listeners": {}}},
}
NGF: Obj = {
    "manager": "gateway",
    "operation": "Update",
    "subresource": "status",
    "fieldsV1": {"f:status": {}},
}
KUBECTL: Obj = {
    "manager": "kubectl-edit",
    "operation": "Update",
    "fieldsV1": {"f:spec": {"f:listeners": {}}},
}
LABELLED: Obj = {
    "manager": "kubectl-label",
    "operation": "Update",
    "fieldsV1": {"f:metadata": {"f:labels": {}}},
}


def _child() -> Child:
    refs = [{"name": "web"}]
    listener = {"name": "https", "tls": {"certificateRefs": refs}}
    about = {"name": "edge", "namespace": "shop"}
    spec = {"listeners": [listener]}
    obj = {"apiVersion": f"{GATEWAYS}/v1", "kind": "Gateway", "metadata": about, "spec": spec}
    return Child("GatewayProgrammed", obj)


def _live(*managers: Obj, **ref: str) -> Obj:
    """The Gateway as the server has it: with what others added to the reference."""
    live = dressed(BUNDLE, _child())
    live["spec"]["listeners"][0]["tls"]["certificateRefs"][0] |= {"kind": "Secret", **ref}
    live["metadata"] |= {"uid": "g", "resourceVersion": "7", "generation": 2}
    live["metadata"]["managedFields"] = list(managers)
    return live


class Recorded(Api):
    """Answers what is there, and notes what it was asked."""

    def __init__(self, there: Obj | None = None) -> None:
        self.there, self.asked = there, list[str]()

    async def get(self, path: str, **options: object) -> Obj:
        self.asked.append("get")
        if self.there is None:
            raise Refused(404, "NotFound", "not found")
        return deepcopy(self.there)

    async def apply(self, path: str, obj: Obj) -> Obj:
        self.asked.append("apply")
        about = {**obj["metadata"], "uid": "g", "resourceVersion": "9", "generation": 3}
        return {**deepcopy(obj), "metadata": {**about, "managedFields": [OURS]}}


class Gateways(Served):
    """Gateways are served."""

    def resource(self, api_version: str, kind: str) -> Resource:
        return Resource(GATEWAYS, "v1", "Gateway", "gateways", True)


def _applied(api: Recorded, *live: Obj, was: str = "") -> Applied:
    """What an operator does to the Gateway that has just started, and sees it so."""
    served = Gateways(api, lambda: None, 60.0)
    seen = Seen(served, [Reads(GATEWAYS, "Gateway", ("v1",), CHILDREN)])
    for one in live:
        seen.put(seen.shelves[0], one)
    return asyncio.run(Applier(api, served, seen).child(BUNDLE, _child(), was, full=False))


def test_what_was_added_within_a_list_item_while_no_operator_worked_is_taken_out() -> None:
    api = Recorded()
    assert _applied(api, _live(OURS, KUBECTL, namespace="evil")).did == "restored"
    assert api.asked == ["apply"]


@pytest.mark.parametrize("others", [(), (NGF,), (LABELLED,)], ids=["nobody", "status", "label"])
def test_what_nobody_else_touched_is_not_asked_for_at_a_start(others: tuple[Obj, ...]) -> None:
    api = Recorded()
    assert _applied(api, _live(OURS, *others)).did == "nothing"
    assert api.asked == []


def _bare(*managers: Obj, **about: object) -> Obj:
    """The Gateway after somebody replaced it with a manifest that says nothing of us."""
    live = _live(*managers)
    for key in ("labels", "annotations", "ownerReferences"):
        del live["metadata"][key]
    live["metadata"] |= about
    return live


def test_a_child_that_was_replaced_without_our_marks_is_healed() -> None:
    api = Recorded(_bare(OURS, KUBECTL))
    assert _applied(api, was=_hash()).did == "restored"
    assert api.asked == ["get", "apply"]


def _hash() -> str:
    return str(_live()["metadata"]["annotations"]["ngf-console.f5.com/spec-hash"])


@pytest.mark.parametrize(
    ("live", "was"),
    [
        (_bare(KUBECTL), _hash()),
        (_bare(OURS), ""),
        (_bare(OURS, annotations={"ngf-console.f5.com/owner": "GatewayBundle/shop/o"}), _hash()),
        (
            _bare(
                OURS, ownerReferences=[{"kind": "A", "name": "a", "uid": "u", "controller": True}]
            ),
            _hash(),
        ),
    ],
    ids=["made anew", "never ours", "another bundle's", "another controller's"],
)
def test_what_is_somebody_elses_by_now_is_left_alone(live: Obj, was: str) -> None:
    api = Recorded(live)
    with pytest.raises(Failing) as failing:
        _applied(api, was=was)
    assert failing.value.reason == "NotOurs"
    assert api.asked == ["get"]


def test_a_child_without_our_marks_that_a_wider_watch_shows_is_looked_at_as_a_whole() -> None:
    api = Recorded(_bare(OURS, KUBECTL))
    assert _applied(api, _bare(), was=_hash()).did == "restored"
    assert api.asked == ["get", "apply"]
