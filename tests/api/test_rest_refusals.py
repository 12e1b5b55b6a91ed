"""Promise: what cannot be meant is refused with the field and the rule, and changes nothing."""

import http.client
import json
from pathlib import Path
from typing import Any

import pytest

from api.bodies import MAX_DEPTH
from services.auth.identity import CONSOLE, Role
from tests.api.conftest import Console
from tests.api.servers import without_clusters, without_pages

ROUTES = "/api/v1/clusters/web-fra/httproutes"
JSON = {"Content-Type": "application/json"}


def fields(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [one["field"] for one in answer.json()["error"]["details"]["fields"]]


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def new_route(extra: str) -> str:
    return (
        '{"name": "deep", "namespace": "sandbox", "parentRefs": [{"name": "try-nginx"}],'
        f' "rules": [{{}}], "extra": {extra}}}'
    )


@pytest.mark.parametrize("path", [f"{ROUTES}?dryRun=true", "/api/v1/tokens"])
@pytest.mark.parametrize(
    "body",
    [
        "[" * 500_000,
        nested(400_000),
        new_route(nested(900)),
        new_route(nested(MAX_DEPTH)),
        '{"a": ' * 90_000,
    ],
    ids=["open", "closed", "900 in a field", "one too many in a field", "objects"],
)
def test_a_body_that_is_nested_too_deeply_names_the_rule(
    console: Console, path: str, body: str
) -> None:
    answer = console.ask("POST", path, data=body, headers=JSON)
    assert fields(answer) == ["body"]
    assert f"at most {MAX_DEPTH} levels" in answer.text


def test_a_body_that_is_nested_just_deeply_enough_is_looked_at(console: Console) -> None:
    deep = new_route(nested(MAX_DEPTH - 1))
    answer = console.ask("POST", f"{ROUTES}?dryRun=true", data=deep, headers=JSON)
    assert "spec.extra" in answer.text
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (400, "application/json", '{"hostnames": ['),
        (400, "application/json", ""),
        (400, "application/json; charset=utf-8", "hostnames: [a.example]"),
        (400, "application/json", json.dumps(new_route(nested(190)))),
        (415, "text/plain", '{"hostnames": []}'),
        (415, "application/yaml", "hostnames: [a.example]"),
        (415, "", "{}"),
        (422, "application/json", "[]"),
        (422, "application/json", "null"),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", ROUTES), ("PUT", f"{ROUTES}/shop/cart"), ("POST", "/api/v1/tokens")],
)
def test_a_body_that_is_no_json_object_says_what_it_must_be(
    console: Console, method: str, path: str, status: int, kind: str, body: str
) -> None:
    answer = console.ask(method, path, data=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    rule = "must be a JSON object, sent as application/json"
    assert answer.json()["error"]["details"]["fields"] == [{"field": "body", "rule": rule}]


def test_a_field_that_the_cluster_does_not_know_is_named(console: Console) -> None:
    body = {"parentRefs": [{"name": "x"}], "rules": [{}], "nonsense": 1, "rubbish": 2}
    answer = console.ask("PUT", f"{ROUTES}/shop/storefront?dryRun=true", json=body)
    assert fields(answer) == ["spec.nonsense", "spec.rubbish"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("place", ["shop/%2e", "shop/%2e%2e", "%2e%2e/cart"])
def test_a_name_that_leads_elsewhere_is_refused(console: Console, method: str, place: str) -> None:
    connection = http.client.HTTPConnection(console.url.removeprefix("http://"), timeout=10)
    headers = {"Authorization": f"Bearer {console.token()}", **JSON}
    body = '{"parentRefs": [], "rules": []}'
    connection.request(method, f"{ROUTES}/{place}", body=body, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status == (404 if method == "GET" else 422), text
    if method != "GET":
        assert "must not be . or .." in text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"{ROUTES}/shop/storefront?dryrun=true"),
        ("DELETE", f"{ROUTES}/shop/storefront?dryrun=true"),
        ("POST", f"{ROUTES}?dryrun=true"),
        ("GET", f"{ROUTES}?dryrun=true"),
        ("GET", f"{ROUTES}/shop/storefront?dryrun=true"),
        ("GET", "/api/v1/clusters?dryrun=true"),
        ("GET", "/api/v1/audit?dryrun=true"),
        ("GET", "/api/v1/config?dryrun=true"),
        ("DELETE", "/api/v1/tokens/nobody?dryrun=true"),
    ],
)
def test_an_unknown_parameter_is_refused_and_nothing_is_changed(
    console: Console, method: str, path: str
) -> None:
    body = {"parentRefs": [{"name": "x"}], "rules": [{}]} if method in ("PUT", "POST") else None
    assert fields(console.ask(method, path, json=body)) == ["dryrun"]
    assert console.ask("GET", f"{ROUTES}/shop/storefront").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "field"),
    [
        ("PUT", f"{ROUTES}/shop/storefront?dryRun=false&dryRun=true", "dryRun"),
        ("DELETE", f"{ROUTES}/shop/storefront?dryRun=false&dryRun=true", "dryRun"),
        ("POST", f"{ROUTES}?reason=a&reason=a", "reason"),
        ("GET", f"{ROUTES}?namespace=shop&namespace=payments", "namespace"),
    ],
)
def test_a_parameter_that_comes_twice_is_refused_and_nothing_is_changed(
    console: Console, method: str, path: str, field: str
) -> None:
    live = console.ask("GET", f"{ROUTES}/shop/storefront").json()
    answer = console.ask(method, path, json={"hostnames": ["x.example"]})
    assert fields(answer) == [field]
    assert "must be given once" in answer.text
    assert console.ask("GET", f"{ROUTES}/shop/storefront").json() == live


def test_probes_may_carry_what_they_like(console: Console) -> None:
    assert console.ask("GET", "/api/v1/readyz?verbose", "").status_code == 200


@pytest.mark.parametrize(
    ("field", "moment"),
    [("since", "0001-01-01T00:00:00+14:00"), ("until", "9999-12-31T23:59:59-14:00")],
)
def test_a_moment_outside_the_calendar_names_the_rule(
    console: Console, field: str, moment: str
) -> None:
    answer = console.ask("GET", "/api/v1/audit", params={field: moment})
    assert fields(answer) == [field]
    assert "between the years 1 and 9999" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/api/v1/clusters", "GET, POST"),
        ("PATCH", f"{ROUTES}/shop/storefront", "GET, PUT, DELETE"),
        ("PUT", ROUTES, "GET, POST"),
        ("POST", "/api/v1/health", "GET"),
        ("BREW", ROUTES, "GET, POST"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(
    console: Console, method: str, path: str, allow: str
) -> None:
    answer = console.ask(method, path)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == allow
    problem = answer.json()["error"]
    assert problem["code"] == "method_not_allowed"
    assert problem["details"] == {"allowed": allow.split(", ")}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "BREW"])
def test_a_path_that_is_not_there_is_404_for_every_method(console: Console, method: str) -> None:
    answer = console.ask(method, "/api/v1/nothing/here")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    "path", ["httproutes", "httproutes/shop/storefront", "gateways", "gatewayclasses", "config"]
)
def test_the_default_cluster_outside_the_limits_is_not_named(console: Console, path: str) -> None:
    token = console.token(Role.OPERATOR, ("gpu-iad",))
    answer = console.ask("GET", f"/api/v1/{path}", token)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert console.container.fleet.default_name() not in answer.text


def test_a_cluster_outside_the_limits_is_as_one_that_does_not_exist(console: Console) -> None:
    token = console.token(Role.OPERATOR, ("gpu-iad",))
    for path in ("httproutes", "config"):
        hidden = console.ask("GET", f"/api/v1/clusters/web-fra/{path}", token)
        absent = console.ask("GET", f"/api/v1/clusters/nowhere/{path}", token)
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert hidden.text.replace("web-fra", "nowhere") == absent.text


@pytest.mark.parametrize("path", ["routes", "gateways"])
def test_a_cluster_asked_for_by_name_must_be_there(console: Console, path: str) -> None:
    known, unknown = f"/api/v1/global/{path}?cluster=gpu-iad", "nosuch"
    answer = console.ask("GET", f"{known},{unknown}")
    assert answer.status_code == 404
    assert unknown in answer.json()["error"]["message"]
    limited = console.token(Role.VIEWER, ("gpu-iad",))
    assert console.ask("GET", known, limited).status_code == 200
    hidden = console.ask("GET", f"{known},web-fra", limited)
    assert hidden.status_code == 404
    assert hidden.text.replace("web-fra", unknown) == answer.text


def test_a_cluster_that_has_said_nothing_yet_is_told_with_the_reason(tmp_path: Path) -> None:
    container = without_clusters(tmp_path)
    _, text = container.tokens.create(CONSOLE, "ci", Role.ADMIN)
    browser = without_pages(container).test_client()
    headers = {"Authorization": f"Bearer {text}"}
    for method in ("get", "delete"):
        answer = getattr(browser, method)("/api/v1/httproutes/shop/cart", headers=headers)
        assert answer.status_code == 503
        assert answer.json["error"]["message"].endswith(": still being read for the first time")
    container.db.close()
