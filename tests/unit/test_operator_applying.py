"""Promise: what the server refuses is told as what it is, and deletes nothing."""

import pytest
from ngf_operator.applying import Failing, Lacking, judged
from ngf_operator.client import Refused
from ngf_operator.seen import Ref

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
