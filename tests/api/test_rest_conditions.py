"""Promise: what a GET answers can be sent back, and a change is based on what its client saw."""

from itertools import count
from typing import Any

import pytest
import requests

from services.auth.identity import Role
from tests.api.conftest import Console

WEB = "/api/v1/clusters/web-fra"
ROUTES = f"{WEB}/httproutes"
_number = count(1)


def made(console: Console) -> tuple[str, dict[str, Any]]:
    """Path and GET answer of a new route that no controller looks at."""
    body = {
        "name": f"kept-{next(_number)}",
        "namespace": "sandbox",
        "parentRefs": [{"name": "nowhere"}],
        "hostnames": ["a.example"],
        "rules": [{"backendRefs": [{"name": "web", "port": 8080}]}],
    }
    answer = console.ask("POST", ROUTES, json=body)
    assert answer.status_code == 201, answer.text
    path = f"{ROUTES}/sandbox/{body['name']}"
    return path, console.ask("GET", path).json()


def host(live: dict[str, Any], name: str) -> dict[str, Any]:
    return live | {"hostnames": [name]}


@pytest.mark.parametrize("kind", ["httproutes", "gateways"])
def test_every_object_can_be_sent_back_as_it_was_read(console: Console, kind: str) -> None:
    items = console.ask("GET", f"{WEB}/{kind}?pageSize=500").json()["items"]
    assert len(items) > 3
    for item in items:
        path = f"{WEB}/{kind}/{item['namespace']}/{item['name']}"
        live = console.ask("GET", path).json()
        answer = console.ask("PUT", f"{path}?dryRun=true", json=live)
        assert answer.status_code == 200, answer.text
        assert answer.json()["changes"] == [], path


@pytest.mark.parametrize("kind", ["httproutes", "gateways"])
def test_an_object_can_be_copied_under_another_name(console: Console, kind: str) -> None:
    live = console.ask("GET", f"{WEB}/{kind}?pageSize=1&sort=metadata.name").json()["items"][0]
    answer = console.ask("POST", f"{WEB}/{kind}?dryRun=true", json=live | {"name": "copy"})
    assert answer.status_code == 200, answer.text
    asked = [one["path"] for one in answer.json()["changes"] if not one["serverSet"]]
    assert "metadata.name" in asked
    assert not any(path.startswith("status") for path in asked)


def test_a_route_without_parents_or_hostnames_can_be_sent_back(console: Console) -> None:
    path, live = made(console)
    bare = {"parentRefs": [], "rules": live["rules"], "hostnames": None, "labels": {}}
    assert console.ask("PUT", path, json=bare).status_code == 200
    again = console.ask("GET", path).json()
    assert (again["parentRefs"], again["hostnames"]) == ([], [])
    answer = console.ask("PUT", f"{path}?dryRun=true", json=again)
    assert answer.json()["changes"] == []


def test_labels_are_replaced_as_a_whole_where_they_are_mentioned(console: Console) -> None:
    path, live = made(console)
    console.ask("PUT", path, json=live | {"resourceVersion": "", "labels": {"a": "1", "b": "2"}})
    body = {"parentRefs": live["parentRefs"], "rules": live["rules"]}
    assert console.ask("PUT", path, json=body).json()["labels"] == {"a": "1", "b": "2"}
    assert console.ask("PUT", path, json=body | {"labels": {"b": "3"}}).json()["labels"] == {
        "b": "3"
    }


def test_the_version_in_the_body_is_the_one_the_change_is_based_on(console: Console) -> None:
    path, live = made(console)
    first = console.ask("PUT", path, json=host(live, "b.example"))
    assert first.status_code == 200, first.text
    assert first.headers["ETag"] == f'"{first.json()["resourceVersion"]}"'
    assert console.ask("PUT", path, json=host(live, "c.example")).status_code == 409
    newer = {"If-Match": first.headers["ETag"]}
    assert console.ask("PUT", path, json=host(live, "c.example"), headers=newer).status_code == 200


def test_changes_without_a_version_follow_each_other(console: Console) -> None:
    body = {
        "parentRefs": [{"name": "try-nginx"}],
        "rules": [{"backendRefs": [{"name": "web", "port": 8080}]}],
    }
    name = {"name": f"kept-{next(_number)}", "namespace": "sandbox"}
    assert console.ask("POST", ROUTES, json=body | name).status_code == 201
    for number in range(10):  # the controller answers each one with a new status
        change = body | {"hostnames": [f"h{number}.example"]}
        answer = console.ask("PUT", f"{ROUTES}/sandbox/{name['name']}", json=change)
        assert answer.status_code == 200, answer.text


def sides(answer: requests.Response) -> list[Any]:
    """Hostnames of base, theirs and mine; None for a side that is not known."""
    assert answer.status_code == 409, answer.text
    problem = answer.json()["error"]
    assert problem["code"] == "conflict"
    found = [problem["details"][side] for side in ("base", "theirs", "mine")]
    return [one and one["spec"]["hostnames"] for one in found]


@pytest.mark.parametrize("dry_run", ["?dryRun=true", ""])
def test_a_change_of_an_old_version_is_refused_with_what_is_there(
    console: Console, dry_run: str
) -> None:
    path, live = made(console)
    console.ask("PUT", path, json=host(live, "theirs.example"))
    old = {"If-Match": f'"{live["resourceVersion"]}"'}
    late = console.ask("PUT", path + dry_run, json=host(live, "mine.example"), headers=old)
    assert sides(late) == [None, ["theirs.example"], ["mine.example"]]
    assert sides(console.ask("DELETE", path + dry_run, headers=old)) == [
        None,
        ["theirs.example"],
        None,
    ]
    assert console.ask("GET", path).json()["hostnames"] == ["theirs.example"]


def test_a_name_that_is_taken_is_a_conflict_and_says_so(console: Console) -> None:
    _, live = made(console)
    for dry_run in ("?dryRun=true", ""):
        answer = console.ask("POST", ROUTES + dry_run, json=live)
        assert answer.status_code == 409
        assert answer.json()["error"]["details"] == {"reason": "AlreadyExists"}


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_star_matches_any_version(console: Console, method: str) -> None:
    path, live = made(console)
    old = host(live | {"resourceVersion": "1"}, "b.example")
    answer = console.ask(method, path, json=old, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text


def test_several_versions_are_refused(console: Console) -> None:
    path, live = made(console)
    answer = console.ask("PUT", path, json=live, headers={"If-Match": '"1", "2"'})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["fields"][0]["field"] == "If-Match"


@pytest.mark.parametrize(("field", "value"), [("name", "other"), ("namespace", "shop")])
def test_a_body_that_names_another_object_is_refused(
    console: Console, field: str, value: str
) -> None:
    path, live = made(console)
    answer = console.ask("PUT", path, json=live | {field: value})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["fields"] == [
        {"field": f"metadata.{field}", "rule": f"must be {live[field]!r}"}
    ]


@pytest.mark.parametrize(
    "path",
    [
        ROUTES,
        f"{ROUTES}/payments/checkout",
        "/api/v1/global/gateways",
        "/api/v1/clusters",
        "/api/v1/clusters/web-fra",
        "/api/v1/audit",
        "/api/v1/tokens",
    ],
)
def test_what_the_client_has_already_is_not_sent_again(console: Console, path: str) -> None:
    token = console.token(Role.ADMIN)
    first = console.ask("GET", path, token)
    again = console.ask("GET", path, token, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = console.ask("GET", path, token, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200
