"""The promise: of several served versions the console works with the best, and with none with
none."""

import pytest

from services.errors import Invalid
from services.kube.catalogue import KINDS, Served, resolve

VERBS = frozenset({"get", "list", "watch", "update"})
OLD_POOLS = ("inference.networking.x-k8s.io", "v1alpha2", "inferencepools")
NEW_POOLS = ("inference.networking.k8s.io", "v1", "inferencepools")


def routes(version: str) -> tuple[str, str, str]:
    return ("gateway.networking.k8s.io", version, "httproutes")


def chosen(kind: str, *offers: tuple[str, str, str]) -> str:
    served: Served = dict.fromkeys(offers, (True, VERBS))
    found = resolve(KINDS.values(), served).get(kind)
    return found.api_version if found else ""


def test_the_stable_version_wins() -> None:
    assert chosen("httproutes", routes("v1beta1"), routes("v1")) == routes("v1")[0] + "/v1"
    assert chosen("httproutes", routes("v1beta1")) == routes("v1")[0] + "/v1beta1"


def test_the_new_group_wins_over_the_one_it_grew_up_in() -> None:
    assert chosen("inferencepools", OLD_POOLS, NEW_POOLS) == "inference.networking.k8s.io/v1"
    assert chosen("inferencepools", OLD_POOLS) == "inference.networking.x-k8s.io/v1alpha2"


def test_what_is_not_served_is_left_out() -> None:
    assert chosen("httproutes", NEW_POOLS) == ""
    assert chosen("httproutes", routes("v2")) == ""


def test_what_cannot_be_watched_is_left_out() -> None:
    served = {routes("v1"): (True, frozenset({"get", "list"}))}
    assert resolve(KINDS.values(), served) == {}


@pytest.mark.parametrize("dots", [".", ".."])
def test_a_name_that_leads_out_of_its_path_is_refused(dots: str) -> None:
    resource = resolve(KINDS.values(), {routes("v1"): (True, VERBS)})["httproutes"]
    for field, place in (("name", ("shop", dots)), ("namespace", (dots, "cart"))):
        with pytest.raises(Invalid) as refused:
            resource.path(*place)
        assert refused.value.details["fields"] == [{"field": field, "rule": "must not be . or .."}]


def test_paths() -> None:
    served: Served = {
        routes("v1"): (True, VERBS),
        ("", "v1", "services"): (True, VERBS),
        ("", "v1", "nodes"): (False, VERBS),
    }
    found = resolve(KINDS.values(), served)
    route = found["httproutes"]
    prefix = "/apis/gateway.networking.k8s.io/v1"
    assert route.path() == f"{prefix}/httproutes"
    assert route.path("shop", "cart") == f"{prefix}/namespaces/shop/httproutes/cart"
    assert route.path("a/b", "../x", "status").endswith("/a%2Fb/httproutes/..%2Fx/status")
    assert found["services"].path("shop") == "/api/v1/namespaces/shop/services"
    assert found["nodes"].path("ignored", "n1") == "/api/v1/nodes/n1"
