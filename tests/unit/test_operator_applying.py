"""Promise: what the server refuses is told as what it is; what is not wanted is known exactly."""

from dataclasses import replace

import pytest
from ngf_operator.applying import Applier, Failing, Lacking, judged
from ngf_operator.client import Api, Refused
from ngf_operator.seen import Parent, Ref, Seen, ref_of
from ngf_operator.served import Served
from ngf_operator.wanting import CHILDREN, Obj, Reads

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
