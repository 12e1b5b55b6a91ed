"""Promise: a route that opts in has its rules marked by the operator, and is as it was before when
that ends, however it ends."""

import pytest

from tests.operator.bundle_children import (
    PATHS,
    PATIENCE_S,
    bundle,
    get,
    gone,
    judged_ready,
    place,
    route,
)
from tests.operator.bundles import condition, path
from tests.operator.ngf import Ngf
from tests.operator.replica import Replica
from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until


def _filters(api: KubeApi, namespace: str) -> list[list[str]]:
    rules = get(api, "HTTPRoute", namespace, "cart")["spec"]["rules"]
    return [
        [
            (each.get("extensionRef") or {}).get("name", each["type"])
            for each in one.get("filters", ())
        ]
        for one in rules
    ]


def _end(api: KubeApi, namespace: str, end: str) -> None:
    if end == "bundle":
        api.delete(path(namespace, "edge")).ok()
    elif end == "section":
        api.patch(path(namespace, "edge"), {"spec": {"routeMarker": None}}, MERGE_PATCH).ok()
    else:
        patch = {"metadata": {"labels": {"ngf-console.f5.com/route-marker": None}}}
        api.patch(place("HTTPRoute", namespace, "cart"), patch, MERGE_PATCH).ok()


def test_a_route_that_somebody_changes_back_each_time_is_left_alone_for_a_while(
    kube_api: KubeApi, namespace: str, ngf: Ngf, whole_operator: Replica
) -> None:
    ngf.install("--snippets")
    kube_api.post(PATHS["HTTPRoute"].format(namespace), route()).ok()
    before = get(kube_api, "HTTPRoute", namespace, "cart")["spec"]
    kube_api.post(path(namespace), bundle(ngf, routeMarker={"enabled": True})).ok()

    def contested() -> bool:
        ngf.judge()
        if get(kube_api, "HTTPRoute", namespace, "cart")["spec"] != before:
            kube_api.patch(place("HTTPRoute", namespace, "cart"), {"spec": before}, MERGE_PATCH)
        said = (kube_api.get(path(namespace, "edge")).ok().get("status") or {}).get("conditions")
        return any(one["reason"] == "Contested" for one in said or ())

    wait_until("contested", contested, PATIENCE_S)


@pytest.mark.parametrize("end", ["label", "bundle"])
def test_a_marker_that_is_the_only_filter_is_taken_back_as_well(
    kube_api: KubeApi, namespace: str, ngf: Ngf, whole_operator: Replica, end: str
) -> None:
    ngf.install("--snippets")
    marked = route()
    del marked["spec"]["rules"][1]
    kube_api.post(PATHS["HTTPRoute"].format(namespace), marked).ok()
    before = get(kube_api, "HTTPRoute", namespace, "cart")["spec"]
    kube_api.post(path(namespace), bundle(ngf, routeMarker={"enabled": True})).ok()

    def refers() -> bool:
        ngf.judge()
        return _filters(kube_api, namespace) == [["cart-marker-0"]]

    wait_until("marked", refers, PATIENCE_S)
    _end(kube_api, namespace, end)

    def as_before() -> bool:
        return bool(get(kube_api, "HTTPRoute", namespace, "cart")["spec"] == before)

    wait_until("the route is as it was", as_before, PATIENCE_S)
    gone(kube_api, "SnippetsFilter", namespace, "cart-marker-0")


@pytest.mark.parametrize("end", ["label", "section", "bundle"])
def test_a_route_that_opts_in_is_marked_and_is_as_it_was_when_that_ends(
    kube_api: KubeApi, namespace: str, ngf: Ngf, whole_operator: Replica, end: str
) -> None:
    ngf.install("--snippets")
    kube_api.post(PATHS["HTTPRoute"].format(namespace), route()).ok()
    before = get(kube_api, "HTTPRoute", namespace, "cart")["spec"]
    kube_api.post(path(namespace), bundle(ngf, routeMarker={"enabled": True})).ok()

    def marked() -> bool:
        ngf.judge()
        expected = [["cart-marker-0"], ["RequestRedirect", "cart-marker-1"]]
        return _filters(kube_api, namespace) == expected

    wait_until("marked", marked, PATIENCE_S)
    parent = judged_ready(kube_api, namespace, ngf)
    assert condition(parent, "RouteMarkerActive")["status"] == "True"
    snippet = get(kube_api, "SnippetsFilter", namespace, "cart-marker-1")
    assert snippet["spec"]["snippets"][0]["value"] == f'set $ngf_route "{namespace}/cart/1";'
    assert [one["kind"] for one in snippet["metadata"]["ownerReferences"]] == ["HTTPRoute"]
    _end(kube_api, namespace, end)

    def as_before() -> bool:
        return bool(get(kube_api, "HTTPRoute", namespace, "cart")["spec"] == before)

    wait_until("the route is as it was", as_before, PATIENCE_S)
    for name in ("cart-marker-0", "cart-marker-1"):
        gone(kube_api, "SnippetsFilter", namespace, name)
