"""The promise: who deletes an object that something holds is told what it waits for, and it is
shown as going until it is gone."""

from collections.abc import Iterator

import pytest

from services.gatewayapi.resources import Resources
from services.kube.deletion import held
from services.kube.fields import editable
from services.listing import ListQuery
from tests.real.kube_api import MERGE_PATCH, KubeApi
from tests.real.objects import route, routes
from tests.real.test_changes import ANNA, HERE, Desk, desk_as, seen

HOLD = "example.com/hold"
PLACE = (ANNA, HERE, "httproutes")


@pytest.fixture(scope="module")
def desk(kube_api: KubeApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from desk_as(kube_api, "admin", tmp_path_factory.mktemp("admin"))


def test_what_a_finalizer_holds_is_deleting_until_it_is_gone(
    kube_api: KubeApi, desk: Desk, namespace: str
) -> None:
    kube_api.post(routes(namespace), route("held", finalizers=[HOLD])).ok()
    seen(desk, namespace, "held")
    plan = desk.changes.plan_delete(*PLACE, namespace, "held")
    assert plan.live
    assert held(plan.live) == f"It is marked for deletion; it goes when {HOLD} is done."

    done = desk.changes.delete(*PLACE, namespace, "held", reason="replaced")
    assert done.object
    assert done.object["metadata"]["finalizers"] == [HOLD]
    assert (desk.record().outcome, desk.record().reason) == ("done", "replaced")
    assert set(editable(done.object)["metadata"]) == {"name", "namespace", "finalizers"}

    model = Resources(desk.fleet)
    [row] = model.list(ANNA, "httproutes", ListQuery(namespace=namespace)).items
    assert (row["status_word"], row["reason"]) == ("Deleting", HOLD)
    assert model.summary(ANNA, namespace)[HERE]["httproutes"] == {"deleting": 1}

    free = {"metadata": {"finalizers": None}}
    kube_api.patch(f"{routes(namespace)}/held", free, MERGE_PATCH).ok()
    assert kube_api.get(f"{routes(namespace)}/held").status == 404


def test_what_nothing_holds_is_gone_at_once(kube_api: KubeApi, desk: Desk, namespace: str) -> None:
    kube_api.post(routes(namespace), route("free")).ok()
    seen(desk, namespace, "free")
    assert desk.changes.delete(*PLACE, namespace, "free").object is None
    assert kube_api.get(f"{routes(namespace)}/free").status == 404
    assert not Resources(desk.fleet).list(ANNA, "httproutes", ListQuery(namespace=namespace)).items
