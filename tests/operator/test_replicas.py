"""Promise: of several replicas one works, and another goes on where it is stopped or dies."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.operator.bundles import bundle, path, ready, settings
from tests.operator.replica import Replica, running
from tests.real.kube_api import KubeApi, wait_until

LEADER = "ngf_console_operator_leader"


@pytest.fixture
def pair(kube_api: KubeApi, namespace: str, tmp_path: Path) -> Iterator[tuple[Replica, Replica]]:
    """The leader and one that stands by."""
    with ExitStack() as stack:
        one, two = (
            Replica(kube_api, tmp_path, namespace, name, "--lease-seconds=3", "--interval=3600")
            for name in ("one", "two")
        )
        stack.enter_context(running(one))
        wait_until("one leads", lambda: one.metric(LEADER) == 1)
        stack.enter_context(running(two))
        yield one, two


def test_one_works_and_the_other_stands_by(
    kube_api: KubeApi, namespace: str, pair: tuple[Replica, Replica]
) -> None:
    one, two = pair
    kube_api.post(path(namespace), bundle("web")).ok()
    ready(kube_api, namespace, "web")
    standby = (200, "standby: one holds the Lease\n")
    wait_until("two stands by", lambda: two.page("/readyz") == standby)
    assert two.page("/healthz") == (200, "ok\n")
    assert (one.metric(LEADER), two.metric(LEADER)) == (1, 0)
    assert two.metric("ngf_console_operator_reconciles_total") == 0


def test_one_that_is_told_to_stop_hands_over(
    kube_api: KubeApi, namespace: str, pair: tuple[Replica, Replica]
) -> None:
    one, two = pair
    assert one.stop() == 0
    lease = kube_api.get(_lease(namespace)).ok()["spec"]
    assert lease.get("holderIdentity", "") in ("", "two")
    _goes_on(kube_api, namespace, two)


def test_another_takes_over_from_one_that_died(
    kube_api: KubeApi, namespace: str, pair: tuple[Replica, Replica]
) -> None:
    one, two = pair
    one.kill()
    _goes_on(kube_api, namespace, two)


def test_one_whose_lease_was_taken_ends(
    kube_api: KubeApi, namespace: str, pair: tuple[Replica, Replica]
) -> None:
    one, two = pair
    two.kill()

    def taken() -> bool:
        lease = kube_api.get(_lease(namespace)).ok()
        lease["spec"]["holderIdentity"] = "somebody"
        return kube_api.put(_lease(namespace), lease).status == 200

    wait_until("taken", taken)
    assert wait_until("ended", lambda: one.ended() is not None)
    assert one.ended() == 1
    assert "holds the Lease" in one.log


def _goes_on(kube_api: KubeApi, namespace: str, replica: Replica) -> None:
    wait_until("it leads", lambda: replica.metric(LEADER) == 1)
    kube_api.post(path(namespace), bundle("later")).ok()
    ready(kube_api, namespace, "later")
    kube_api.delete(settings(namespace, "later-l80")).ok()
    wait_until("healed", lambda: kube_api.get(settings(namespace, "later-l80")).status == 200)


def _lease(namespace: str) -> str:
    return f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/ngf-console-operator"
