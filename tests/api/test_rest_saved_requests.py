"""Promise: a saved request is run again whenever somebody looks, tells what the last edit changed
for it, and is expected to do the new thing once somebody accepts it."""

from typing import Any

import pytest

from services.auth.identity import CONSOLE, Role
from tests.api.conftest import Console
from tests.real.kube_api import wait_until

WEB = "/api/v1/clusters/web-fra"
SAVED = f"{WEB}/saved-requests"
ROUTE = ("web-fra", "httproutes", "orders", "stock")
REQUEST = {"scheme": "https", "host": "orders.example.com", "path": "/stock/7"}


@pytest.fixture(scope="module", autouse=True)
def read(console: Console) -> None:
    """A cluster whose objects have been read."""
    cluster = console.container.fleet.get("web-fra")
    wait_until("web-fra", lambda: not console.container.models.of(cluster).world.unread)


def edit_backend(console: Console, name: str) -> None:
    def edit(live: Any) -> dict[str, Any]:
        wanted = {**live, "spec": {**live["spec"]}}
        rule = {**live["spec"]["rules"][0]}
        rule["backendRefs"] = [{**rule["backendRefs"][0], "name": name}]
        wanted["spec"]["rules"] = [rule]
        return wanted

    console.container.changes.update(CONSOLE, *ROUTE, edit)


def told(console: Console, id: str) -> dict[str, Any]:
    found: dict[str, Any] = console.ask("GET", f"{SAVED}/{id}").json()
    return found


def test_an_edit_shows_in_a_saved_request_until_it_is_accepted(console: Console) -> None:
    body = {"gateway": "orders/api", "name": "stock by id", "request": REQUEST}
    made = console.ask("POST", SAVED, json=body)
    assert made.status_code == 201, made.text
    one = made.json()
    assert (one["changed"], one["differences"]) == (False, [])
    assert one["now"]["route"]["name"] == "stock"
    edit_backend(console, "shipping")
    try:
        seen = wait_until(
            "the edit", lambda: (found := told(console, one["id"]))["changed"] and found
        )
        assert seen["differences"] == ["was 100% to stock:8080"]
        assert seen["now"]["backends"][0]["name"] == "shipping"
        accepted = console.ask("POST", f"{SAVED}/{one['id']}/accept").json()
        assert (accepted["changed"], accepted["expected"]) == (False, accepted["now"])
    finally:
        edit_backend(console, "stock")
    renamed = console.ask("PUT", f"{SAVED}/{one['id']}", json={"name": "stock"}).json()
    assert renamed["name"] == "stock"
    listed = console.ask("GET", f"{SAVED}?gateway=orders/api").json()["items"]
    assert [each["name"] for each in listed] == ["stock"]
    gone = console.ask("DELETE", f"{SAVED}/{one['id']}")
    assert gone.json() == {"message": "forgotten", "name": "stock"}
    assert console.ask("GET", f"{SAVED}/{one['id']}").status_code == 404
    entries = console.container.audit.list(CONSOLE, kind="SavedRequest").items
    verbs = {entry.verb for entry in entries if entry.name.startswith("api: ")}
    assert verbs == {"create", "accept", "update", "delete"}


def test_who_may_not_change_them_is_refused(console: Console) -> None:
    viewer = console.token(Role.VIEWER)
    body = {"gateway": "orders/api", "name": "n", "request": REQUEST}
    assert console.ask("POST", SAVED, viewer, json=body).status_code == 403
    elsewhere = console.token(Role.OPERATOR, namespaces=("shop",))
    assert console.ask("POST", SAVED, elsewhere, json=body).status_code == 404
    assert console.ask("GET", SAVED, elsewhere).json()["items"] == []


def test_what_is_no_request_is_not_kept(console: Console) -> None:
    for body, field in (
        ({"gateway": "orders/api", "name": "n", "request": {"path": "no"}}, "path"),
        ({"gateway": "orders", "name": "n", "request": REQUEST}, "gateway"),
        ({"gateway": "orders/api", "name": "", "request": REQUEST}, "name"),
        ({"gateway": "orders/api", "name": "n"}, "request"),
    ):
        answer = console.ask("POST", SAVED, json=body)
        assert answer.status_code == 422
        assert [one["field"] for one in answer.json()["error"]["details"]["fields"]] == [field]
