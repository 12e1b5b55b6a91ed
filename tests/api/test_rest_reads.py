"""Promise: REST lists filter, sort and page as they say, say how old they are, and tell nobody of
clusters outside the own limits."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.auth.identity import Role
from tests.api.conftest import Console
from tests.real.kube_api import wait_until

HTTPROUTES = "/api/v1/clusters/web-fra/httproutes"


def names(answer: object) -> list[str]:
    return [item["name"] for item in answer.json()["items"]]  # type: ignore[attr-defined]


def test_both_trees_answer_the_same_for_the_default_cluster(console: Console) -> None:
    named = console.ask("GET", HTTPROUTES).json()
    default = console.ask("GET", "/api/v1/httproutes").json()
    assert [one["name"] for one in named["items"]] == [one["name"] for one in default["items"]]
    assert named["total"] == default["total"] > 30


def test_a_list_says_how_old_it_is_and_who_is_missing(console: Console) -> None:
    body = console.ask("GET", HTTPROUTES).json()
    assert body["as_of"].endswith("+00:00")
    assert body["clusters_missing"] == []


def test_pages_follow_each_other_in_the_order_asked_for(console: Console) -> None:
    whole = names(console.ask("GET", f"{HTTPROUTES}?sort=-metadata.name&pageSize=500"))
    pages = [
        name
        for page in range(1, 5)
        for name in names(
            console.ask("GET", f"{HTTPROUTES}?sort=-metadata.name&pageSize=10&page={page}")
        )
    ]
    assert whole == sorted(whole, reverse=True)
    assert pages == whole[:40]


def test_namespace_search_and_labels_narrow_a_list(console: Console) -> None:
    assert set(names(console.ask("GET", f"{HTTPROUTES}?namespace=iot"))) == set()
    assert names(console.ask("GET", f"{HTTPROUTES}?search=pay.shop+/checkout/v4")) == ["checkout"]
    found = names(
        console.ask("GET", f"{HTTPROUTES}?labelSelector=team in (orders),app!=stock&pageSize=50")
    )
    assert sorted(found) == ["invoices", "orders", "returns", "shipping"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort=colour", "sort"),
        ("page=0", "page"),
        ("pageSize=501", "pageSize"),
        ("page=x", "page"),
        ("labelSelector=a=b=c", "labelSelector"),
    ],
)
def test_a_wrong_question_names_the_field_and_the_rule(
    console: Console, query: str, field: str
) -> None:
    answer = console.ask("GET", f"{HTTPROUTES}?{query}")
    assert answer.status_code == 422
    problem = answer.json()["error"]
    assert problem["code"] == "invalid"
    assert [part["field"] for part in problem["details"]["fields"]] == [field]
    assert problem["details"]["fields"][0]["rule"]


def test_a_cluster_that_is_asked_for_twice_is_listed_once(console: Console) -> None:
    once = console.ask("GET", "/api/v1/global/routes?cluster=web-fra").json()
    twice = console.ask("GET", "/api/v1/global/routes?cluster=web-fra,web-fra").json()
    assert twice["items"] == once["items"]
    assert twice["total"] == once["total"]


@pytest.mark.parametrize("path", ["/api/v1/audit", "/api/v1/tokens"])
def test_lists_of_the_console_s_own_are_true_now(console: Console, path: str) -> None:
    before = datetime.now(UTC)
    body = console.ask("GET", path).json()
    assert set(body) == {"items", "total", "as_of", "clusters_missing"}
    assert before <= datetime.fromisoformat(body["as_of"]) <= datetime.now(UTC)
    assert body["clusters_missing"] == []
    assert body["total"] >= len(body["items"]) > 0


def test_an_object_is_whole_and_carries_its_version(console: Console) -> None:
    answer = console.ask("GET", f"{HTTPROUTES}/payments/checkout")
    body = answer.json()
    assert answer.headers["ETag"] == f'"{body["resourceVersion"]}"'
    assert body["rules"][1]["filters"][1]["type"] == "URLRewrite"
    assert body["rules"][1]["timeouts"] == {"request": "10s", "backendRequest": "4s"}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nothing",
        "/api/v1/clusters/nowhere/gateways",
        "/api/v1/gateways/shop/nothing",
        "/api/v1/audit/diff/999999",
    ],
)
def test_what_is_not_there_is_404_in_json(console: Console, path: str) -> None:
    answer = console.ask("GET", path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_limits_filter_lists_and_hide_objects(console: Console) -> None:
    token = console.token(Role.VIEWER, ("web-fra",), ("payments",))
    clusters = [one["name"] for one in console.ask("GET", "/api/v1/clusters", token).json()]
    assert clusters == ["web-fra"]
    listed = console.ask("GET", HTTPROUTES, token).json()["items"]
    assert {one["namespace"] for one in listed} == {"payments"}
    assert console.ask("GET", f"{HTTPROUTES}/shop/storefront", token).status_code == 404
    assert console.ask("GET", "/api/v1/clusters/gpu-iad/httproutes", token).status_code == 404
    fleet = console.ask("GET", "/api/v1/global/routes", token).json()["items"]
    assert {one["clusterName"] for one in fleet} == {"web-fra"}


@pytest.mark.parametrize(
    "path",
    [
        "/clusters",
        "/clusters/web-fra",
        "/clusters/summary",
        "/global/gpu-capacity",
        "/global/gateways",
        "/audit",
        "/readyz",
        "/config",
    ],
)
def test_nothing_tells_of_clusters_outside_the_limits(console: Console, path: str) -> None:
    answer = console.ask("GET", f"/api/v1{path}", console.token(Role.VIEWER, ("web-fra",)))
    assert answer.status_code == 200, answer.text
    assert "gpu-iad" not in answer.text
    assert "hub-fra" not in answer.text


def test_sums_are_over_the_own_clusters(console: Console) -> None:
    mine = console.token(Role.VIEWER, ("web-fra",))
    summary = console.ask("GET", "/api/v1/clusters/summary", mine).json()
    assert (summary["totalClusters"], summary["totalGPUs"]) == (1, 0)
    assert console.ask("GET", "/api/v1/global/gpu-capacity", mine).json()["totalGPUs"] == 0
    assert console.ask("GET", "/api/v1/global/gpu-capacity").json()["totalGPUs"] > 0
    assert console.ask("GET", "/metrics", mine).status_code == 403


def test_what_an_agent_counted_is_not_told_to_who_sees_some_namespaces(console: Console) -> None:
    def counted(token: str) -> Any:
        return console.ask("GET", "/api/v1/clusters/web-fra", token).json()["resourceCounts"]

    assert counted(console.token(Role.VIEWER, ("web-fra",), ("payments",))) is None
    wait_until("reported", lambda: counted(console.token()), 20)


def test_ready_names_every_dependency_to_those_who_may_know(console: Console) -> None:
    body = console.ask("GET", "/api/v1/readyz").json()
    assert body["status"] == "ready"
    assert [one["name"] for one in body["dependencies"]] == [
        "config database",
        "the embedded store",
        "hub",
        "cluster gpu-iad",
        "cluster hub-fra",
        "cluster web-fra",
    ]
