"""Promise: a write over REST changes what it names, is refused with the reason, and is audited."""

from itertools import count
from typing import Any

import pytest

from services.auth.identity import Role
from tests.api.conftest import Console

ROUTES = "/api/v1/clusters/web-fra/httproutes"
_number = count(1)


def new_route(**more: Any) -> dict[str, Any]:
    return {
        "name": f"made-{next(_number)}",
        "namespace": "sandbox",
        "parentRefs": [{"name": "try-nginx"}],
        "hostnames": ["made.example.com"],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": "/a"}}],
                "filters": [
                    {
                        "type": "RequestHeaderModifier",
                        "requestHeaderModifier": {"remove": ["x-debug"]},
                    }
                ],
                "backendRefs": [{"name": "web", "port": 8080}],
            }
        ],
        **more,
    }


def made(console: Console) -> dict[str, Any]:
    answer = console.ask("POST", ROUTES, json=new_route())
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_dry_run_answers_the_diff_and_stores_nothing(console: Console) -> None:
    body = new_route()
    answer = console.ask("POST", f"{ROUTES}?dryRun=true", json=body)
    assert answer.status_code == 200
    assert any(one["path"].startswith("spec.rules") for one in answer.json()["changes"])
    assert console.ask("GET", f"{ROUTES}/sandbox/{body['name']}").status_code == 404


def test_a_dry_run_answers_what_it_would_do_to_traffic(console: Console) -> None:
    body = new_route(
        namespace="shop",
        parentRefs=[{"name": "edge-public", "sectionName": "https"}],
        hostnames=["impact.shop.example.com"],
    )
    body["rules"][0]["backendRefs"] = [{"name": "shop-web", "port": 8080}]
    assert console.ask("POST", ROUTES, json=body).status_code == 201
    place = f"{ROUTES}/shop/{body['name']}"
    missing = [{**body["rules"][0], "backendRefs": [{"name": "nowhere", "port": 8080}]}]
    planned = console.ask("PUT", f"{place}?dryRun=true", json={"rules": missing}).json()["impact"]
    (issue,) = [one for one in planned["introduced"] if one["reason"] == "BackendNotFound"]
    assert (issue["kind"], issue["name"]) == ("HTTPRoute", body["name"])
    assert issue["field"].startswith("spec.rules[0].backendRefs[0]")
    (moved,) = planned["moved"]
    assert moved["request"]["host"] == "impact.shop.example.com"
    assert moved["before"]["backends"][0]["name"] == "shop-web"
    assert (moved["after"]["outcome"], moved["after"]["status"]) == ("response", 500)
    assert (planned["complete"], planned["hidden"]) == (True, 0)
    gone = console.ask("DELETE", f"{place}?dryRun=true").json()["impact"]
    assert [one["after"]["outcome"] for one in gone["moved"]] == ["no_route"]
    assert console.ask("DELETE", place).status_code == 200


def test_an_update_keeps_what_it_does_not_mention(console: Console) -> None:
    route = made(console)
    change = {
        "parentRefs": route["parentRefs"],
        "rules": [{"matches": [{"path": {"type": "Exact", "value": "/b"}}]}],
    }
    path = f"{ROUTES}/sandbox/{route['name']}"
    answer = console.ask("PUT", path, json=change)
    assert answer.status_code == 200, answer.text
    rule = answer.json()["rules"][0]
    assert rule["matches"][0]["path"] == {"type": "Exact", "value": "/b"}
    assert rule["filters"] == route["rules"][0]["filters"]
    assert rule["backendRefs"] == route["rules"][0]["backendRefs"]
    assert answer.json()["hostnames"] == ["made.example.com"]


@pytest.mark.parametrize("kind", ["httproutes/shop/storefront", "gateways/shop/edge-public"])
def test_an_update_that_mentions_nothing_changes_nothing(console: Console, kind: str) -> None:
    path = f"/api/v1/clusters/web-fra/{kind}"
    live = console.ask("GET", path).json()
    assert console.ask("PUT", f"{path}?dryRun=true", json={}).json()["changes"] == []
    answer = console.ask("PUT", path, json={})
    assert answer.status_code == 200, answer.text
    assert answer.json() == live


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"hostnames": ["only.example.com"]}, "spec.hostnames"),
        ({"labels": {"team": "web"}}, "metadata.labels"),
        ({"parentRefs": []}, "spec.parentRefs"),
        ({"parentRefs": None}, "spec.parentRefs"),
    ],
)
def test_an_update_may_mention_one_field(console: Console, change: Any, path: str) -> None:
    route = made(console)
    place = f"{ROUTES}/sandbox/{route['name']}"
    planned = console.ask("PUT", f"{place}?dryRun=true", json=change)
    assert planned.status_code == 200, planned.text
    assert all(one["path"].startswith(path) for one in planned.json()["changes"])
    changed = console.ask("PUT", place, json=change)
    assert changed.status_code == 200, changed.text
    for field in ("parentRefs", "hostnames", "rules", "labels"):
        wanted = (change[field] or []) if field in change else route[field]
        assert changed.json()[field] == wanted


@pytest.mark.parametrize("field", ["gatewayClassName", "listeners"])
def test_what_an_object_cannot_be_without_is_not_removed(console: Console, field: str) -> None:
    path = "/api/v1/clusters/web-fra/gateways/shop/edge-public"
    answer = console.ask("PUT", path, json={field: None})
    assert answer.status_code == 422
    assert field in answer.text


def test_a_stale_version_is_a_conflict_with_both_versions(console: Console) -> None:
    route = made(console)
    path = f"{ROUTES}/sandbox/{route['name']}"
    first = {"parentRefs": route["parentRefs"], "rules": route["rules"], "hostnames": ["b.example"]}
    assert console.ask("PUT", path, json=first).status_code == 200
    second = first | {"hostnames": ["c.example"]}
    stale = console.ask("PUT", path, json=second, headers={"If-Match": route["resourceVersion"]})
    assert stale.status_code == 409, stale.text
    details = stale.json()["error"]["details"]
    assert details["theirs"]["spec"]["hostnames"] == ["b.example"]
    assert details["mine"]["spec"]["hostnames"] == ["c.example"]


def test_what_the_api_server_refuses_is_422_with_its_words(console: Console) -> None:
    answer = console.ask(
        "POST", ROUTES, json=new_route(hostnames=["not a host"]), params={"reason": "try"}
    )
    assert answer.status_code == 422
    assert "hostnames" in answer.text


def test_an_owned_object_asks_for_confirmation_and_a_reason(console: Console) -> None:
    path = f"{ROUTES}/payments/checkout"
    live = console.ask("GET", path).json()
    body = {"parentRefs": live["parentRefs"], "rules": live["rules"], "hostnames": ["x.example"]}
    answer = console.ask("PUT", path, json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "owned"
    assert console.ask("GET", path).json()["hostnames"] == live["hostnames"]


def test_a_viewer_may_not_write_and_the_attempt_changes_nothing(console: Console) -> None:
    body = new_route()
    answer = console.ask("POST", ROUTES, console.token(Role.VIEWER), json=body)
    assert answer.status_code == 403
    assert console.ask("GET", f"{ROUTES}/sandbox/{body['name']}").status_code == 404


def test_limits_hold_for_writes(console: Console) -> None:
    token = console.token(Role.OPERATOR, ("web-fra",), ("payments",))
    answer = console.ask("POST", ROUTES, token, json=new_route())
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "denied"


def test_every_outcome_is_in_the_audit_log(console: Console) -> None:
    route = made(console)
    path = f"{ROUTES}/sandbox/{route['name']}"
    console.ask("DELETE", f"{path}?reason=cleanup")
    found = console.ask("GET", f"/api/v1/audit?name={route['name']}").json()["items"]
    assert [(one["verb"], one["outcome"], one["reason"]) for one in found] == [
        ("delete", "done", "cleanup"),
        ("create", "done", ""),
    ]
    diff = console.ask("GET", f"/api/v1/audit/diff/{found[0]['id']}").json()
    place = f"/api/v1/clusters/{found[0]['cluster']}/audit"
    assert found[0] in console.ask("GET", place).json()["items"]
    assert console.ask("GET", f"{place}/diff/{found[0]['id']}").json() == diff
    elsewhere = "/api/v1/clusters/gpu-iad/audit"
    about = {entry["cluster"] for entry in console.ask("GET", elsewhere).json()["items"]}
    assert about <= {"gpu-iad"}
    assert console.ask("GET", f"{elsewhere}/diff/{found[0]['id']}").status_code == 404
    assert console.ask("GET", "/api/v1/clusters/nowhere/audit").status_code == 404
    assert route["name"] in diff["beforeJson"]
    assert diff["afterJson"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        (new_route(rules=[]), "rules"),
        (new_route(parentRefs=[]), "parentRefs"),
    ],
)
def test_a_body_that_breaks_a_rule_names_it(
    console: Console, body: dict[str, Any], field: str
) -> None:
    answer = console.ask("POST", ROUTES, json=body)
    assert answer.status_code == 422
    assert field in [part["field"] for part in answer.json()["error"]["details"]["fields"]]


def test_a_gateway_keeps_its_tls_when_a_port_changes(console: Console) -> None:
    path = "/api/v1/clusters/web-fra/gateways/partner/b2b"
    live = console.ask("GET", path).json()
    listeners = [
        {"name": "https", "port": 8443, "protocol": "HTTPS"},
        {"name": "mgmt", "port": 10443, "protocol": "HTTPS"},
    ]
    answer = console.ask("PUT", path, json={"gatewayClassName": "nginx", "listeners": listeners})
    assert answer.status_code == 200, answer.text
    after = answer.json()["listeners"]
    assert after[0]["tls"] == live["listeners"][0]["tls"]
    assert after[0]["hostname"] == live["listeners"][0]["hostname"]
    assert after[0]["port"] == 8443
