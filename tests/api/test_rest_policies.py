"""Promise: policies of every type are read, written and explained over REST, within limits."""

from itertools import count
from typing import Any

import pytest

from components.policy_templates import TEMPLATES, empty
from services.auth.identity import Role
from services.gatewayapi.policies.kinds import ALL, BY_NAME
from tests.api.conftest import Console

BASE = "/api/v1/clusters/web-fra/policies"
_number = count(1)


def got(console: Console, path: str, status: int = 200, **options: Any) -> Any:
    answer = console.ask("GET", f"{BASE}{path}", **options)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.type)
def test_every_type_has_a_list_or_says_that_it_is_not_installed(
    console: Console, kind: Any
) -> None:
    served = {one["type"]: one["served"] for one in got(console, "/types")["items"]}
    answer = console.ask("GET", f"{BASE}/{kind.type}")
    if served[kind.type]:
        assert answer.status_code == 200, answer.text
        assert all(one["type"] == kind.type for one in answer.json()["items"])
        assert got(console, f"/{kind.type}/conflicts")["total"] >= 0
        assert got(console, f"/{kind.type}/schema")["properties"]
    else:
        assert answer.status_code == 404
        assert "not installed on this cluster" in answer.json()["error"]["message"]


def test_a_type_that_does_not_exist_is_refused_with_those_that_do(console: Console) -> None:
    error = got(console, "/ratelimits", 404)["error"]
    assert "ratelimit" in error["details"]["types"]
    assert "clientsettings" in error["message"]


def test_the_list_of_all_types_is_filtered_sorted_and_paged(console: Console) -> None:
    asked = "?kind=RateLimitPolicy,ClientSettingsPolicy&sort=-metadata.name"
    whole = got(console, asked)
    assert {one["policyType"] for one in whole["items"]} == {
        "RateLimitPolicy",
        "ClientSettingsPolicy",
    }
    names = [one["name"] for one in whole["items"]]
    assert names == sorted(names, reverse=True)
    second = got(console, f"{asked}&pageSize=1&page=2")
    assert [one["name"] for one in second["items"]] == names[1:2]
    assert second["total"] == whole["total"]


def body(**more: Any) -> dict[str, Any]:
    target = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "api"}
    return {
        "name": f"made-{next(_number)}",
        "namespace": "orders",
        "spec": {"targetRef": target, "body": {"maxSize": "3m", "timeout": "4s"}},
        **more,
    }


def test_a_policy_is_made_changed_in_place_and_deleted(console: Console) -> None:
    made = console.ask("POST", f"{BASE}/clientsettings", json=body())
    assert made.status_code == 201, made.text
    path = f"/clientsettings/orders/{made.json()['name']}"
    change = {"spec": {"body": {"maxSize": "5m"}, "keepAlive": {"time": "9m"}}}
    dry = console.ask("PUT", f"{BASE}{path}?dryRun=true", json=change)
    assert {one["path"] for one in dry.json()["changes"]} == {
        "spec.body.maxSize",
        "spec.keepAlive.time",
    }
    done = console.ask("PUT", f"{BASE}{path}", json=change)
    assert done.status_code == 200, done.text
    assert done.json()["spec"]["body"] == {"maxSize": "5m", "timeout": "4s"}
    gone = console.ask("PUT", f"{BASE}{path}", json={"spec": {"keepAlive": None}})
    assert "keepAlive" not in gone.json()["spec"]
    assert console.ask("DELETE", f"{BASE}{path}").status_code == 200
    got(console, path, 404)


def test_a_policy_is_reached_by_its_name_and_a_namespace_beside_it(console: Console) -> None:
    made = console.ask("POST", f"{BASE}/clientsettings", json=body()).json()
    path = f"{BASE}/clientsettings/{made['name']}"
    assert console.ask("GET", path).status_code == 404, "the namespace is default"
    found = console.ask("GET", f"{path}?namespace=orders")
    assert found.json()["spec"]["body"]["maxSize"] == "3m"
    change = {"spec": {"body": {"maxSize": "6m"}}}
    done = console.ask("PUT", f"{path}?namespace=orders", json=change)
    assert done.json()["spec"]["body"]["maxSize"] == "6m"
    assert console.ask("DELETE", f"{path}?namespace=orders").status_code == 200
    assert console.ask("GET", f"{path}?namespace=orders").status_code == 404


def test_what_the_definition_forbids_is_refused_by_field(console: Console) -> None:
    wrong = body()
    wrong["spec"]["body"]["maxSize"] = "much"
    answer = console.ask("POST", f"{BASE}/clientsettings", json=wrong)
    assert answer.status_code == 422
    fields = [one["field"] for one in answer.json()["error"]["details"]["fields"]]
    assert fields == ["spec.body.maxSize"]


def test_conflicts_name_the_counterpart_and_what_the_controller_says(console: Console) -> None:
    found = got(console, "/clientsettings/conflicts")["items"]
    gone = next(one for one in found if one["name"] == "no-such-target")
    assert gone["reason"] == "TargetNotFound"
    clash = next(one for one in found if one["reason"] == "Conflicted")
    assert clash["counterpart"]["name"]
    assert clash["fields"]
    assert "conflict" in clash["source"].lower()


def test_what_is_in_effect_names_winner_and_overridden(console: Console) -> None:
    asked = "/effective?kind=HTTPRoute&namespace=shop&name=cart"
    told = got(console, asked)
    over = [one for one in told["settings"] if one["overridden"] and one["kind"] != "NginxProxy"]
    assert over, told["settings"]
    lost = over[0]["overridden"][0]
    assert lost["overridden_by"]["name"]
    assert lost["because"]


def test_limits_of_the_identity_hold_for_policies(console: Console) -> None:
    token = console.token(Role.VIEWER, ("web-fra",), ("orders",))
    assert all(one["namespace"] == "orders" for one in got(console, "", token=token)["items"])
    assert got(console, "/conflicts", token=token)["items"] == [
        one
        for one in got(console, "/conflicts", token=token)["items"]
        if one["namespace"] == "orders"
    ]
    got(console, "/effective?kind=Gateway&namespace=shop&name=edge-public", 404, token=token)
    got(console, "/ratelimit/shop/per-client", 404, token=token)
    answer = console.ask("POST", f"{BASE}/clientsettings", token=token, json=body())
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("?kind=Pod&namespace=shop&name=x", 422),
        ("?kind=Gateway&namespace=shop&name=none", 404),
        ("?namespace=shop&name=x", 422),
    ],
)
def test_bad_questions_about_effects_are_refused(console: Console, asked: str, status: int) -> None:
    got(console, f"/effective{asked}", status)


TEMPLATED = [(kind, made["name"]) for kind, starts in TEMPLATES.items() for made in starts]


@pytest.mark.parametrize(("kind", "name"), TEMPLATED)
def test_a_cluster_takes_every_template_of_the_forms(
    console: Console, kind: str, name: str
) -> None:
    made = next(one for one in TEMPLATES[kind] if one["name"] == name)
    targets = empty(kind)["spec"]
    for ref in [*targets.get("targetRefs", []), *filter(None, [targets.get("targetRef")])]:
        ref["name"] = "any"
    wanted = {"name": "from-template", "namespace": "orders", "spec": targets | made["spec"]}
    answer = console.ask("POST", f"{BASE}/{BY_NAME[kind].type}?dryRun=true", json=wanted)
    assert answer.status_code == 200, answer.text
