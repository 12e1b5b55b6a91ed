"""Promise: limits to clusters and namespaces hold on every way in; lists are filtered, not refused.

Somebody limited to namespace ``shop`` of cluster ``web-fra`` asks for everything there is, and no
answer may name what lies outside.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from services.auth.identity import CONSOLE, Identity, Role
from services.listing import MAX_PAGE_SIZE, ListQuery
from tests.api.conftest import Console

CLUSTER, NAMESPACE = "web-fra", "shop"
OTHERS = ("hub-fra", "gpu-iad")
LISTS = ("gateways", "httproutes", "gatewayclasses")


@pytest.fixture(scope="module")
def limited(console: Console) -> str:
    """The token of an admin within the limits: only the limits can refuse."""
    return console.token(Role.ADMIN, (CLUSTER,), (NAMESPACE,))


def everything(console: Console, kind: str) -> list[dict[str, Any]]:
    query = ListQuery(page_size=MAX_PAGE_SIZE)
    return console.container.resources.list(CONSOLE, kind, query).items


def outside(console: Console) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in ("gateways", "httproutes"):
        for row in everything(console, kind):
            if (row["cluster"], row["namespace"]) != (CLUSTER, NAMESPACE):
                yield kind, row


def test_lists_hold_exactly_what_is_inside(console: Console, limited: str) -> None:
    for kind in ("gateways", "httproutes"):
        answer = console.ask("GET", f"/api/v1/clusters/{CLUSTER}/{kind}?pageSize=500", limited)
        assert answer.status_code == 200
        inside = [
            row["name"]
            for row in everything(console, kind)
            if (row["cluster"], row["namespace"]) == (CLUSTER, NAMESPACE)
        ]
        assert inside
        assert sorted(item["name"] for item in answer.json()["items"]) == sorted(inside)


def test_lists_over_the_fleet_are_filtered_and_name_no_other_cluster(
    console: Console, limited: str
) -> None:
    for path in ("/api/v1/clusters", "/api/v1/global/gateways", "/api/v1/global/routes"):
        answer = console.ask("GET", path, limited)
        assert answer.status_code == 200
        assert CLUSTER in answer.text
        for other in OTHERS:
            assert other not in answer.text, path


def test_another_cluster_is_refused(console: Console, limited: str) -> None:
    for other in OTHERS:
        for rest in ("config", *LISTS):
            answer = console.ask("GET", f"/api/v1/clusters/{other}/{rest}", limited)
            assert answer.status_code in (403, 404), rest


def test_objects_outside_are_neither_read_nor_changed(console: Console, limited: str) -> None:
    asked = 0
    for kind, row in outside(console):
        path = f"/api/v1/clusters/{row['cluster']}/{kind}/{row['namespace']}/{row['name']}"
        assert console.ask("GET", path, limited).status_code in (403, 404), path
        answer = console.ask("DELETE", f"{path}?dryRun=true", limited)
        assert answer.status_code in (403, 404), path
        asked += 1
    assert asked > 10


def test_what_surrounds_an_object_is_told_within_the_limits_only(console: Console) -> None:
    limits = frozenset({CLUSTER}), frozenset({NAMESPACE})
    reader = Identity("reader", Role.VIEWER, *limits)
    resources = console.container.resources

    def detail(who: Identity, kind: str, namespace: str, name: str) -> dict[str, Any]:
        return resources.detail(who, CLUSTER, kind, namespace, name)

    place = "gateways", NAMESPACE, "edge-public"
    seen, whole = detail(reader, *place), detail(CONSOLE, *place)
    assert {route["namespace"] for route in seen["named_by"]} == {NAMESPACE}
    names = {(one["kind"], one["namespace"], one["name"]) for one in whole["named_by"]}
    inside = sum(namespace == NAMESPACE for _, namespace, _ in names)
    assert (seen["named_hidden"], whole["named_hidden"]) == (len(names) - inside, 0)
    assert seen["named_hidden"] > 0
    assert {one["set_namespace"] for one in whole["set_listeners"]} == {"labs", "status"}
    assert seen["set_listeners"] == []
    one_set = Identity("reader", Role.VIEWER, frozenset({CLUSTER}), frozenset({"status"}))
    assert detail(one_set, "listenersets", "status", "status")["controller"] == ""
    gateways = detail(reader, "gatewayclasses", "", "nginx")["gateways"]
    assert {one["namespace"] for one in gateways} == {NAMESPACE}
    backends = [
        backend
        for row in everything(console, "httproutes")
        if (row["cluster"], row["namespace"]) == (CLUSTER, NAMESPACE)
        for rule in detail(reader, "httproutes", NAMESPACE, row["name"])["rules"]
        for backend in rule["backends"]
    ]
    foreign = [one["state"] for one in backends if one["namespace"] != NAMESPACE]
    assert set(foreign) == {"not visible to you"}


def test_metrics_of_the_whole_fleet_are_not_for_the_limited(console: Console, limited: str) -> None:
    assert console.ask("GET", "/metrics", limited).status_code == 403
    assert console.ask("GET", "/metrics").status_code == 200


def test_readiness_tells_strangers_nothing_of_clusters(console: Console, limited: str) -> None:
    assert "cluster " not in console.ask("GET", "/api/v1/readyz", "").text
    known = console.ask("GET", "/api/v1/readyz", limited).text
    assert CLUSTER in known
    assert not any(other in known for other in OTHERS)


@pytest.mark.timeout(480)  # it asks every callback twice
def test_callbacks_answer_within_the_limits(console: Console, limited: str) -> None:
    """Every callback that needs no more than what stands in the address, asked for everything."""
    asked, telling = 0, 0
    for declared in console.app._callback_list:
        if declared["clientside_function"] or declared["no_output"]:
            continue
        body = {
            "output": declared["output"],
            "outputs": _outputs(declared["output"]),
            "inputs": [{**one, "value": _guess(one)} for one in declared["inputs"]],
            "state": [{**one, "value": _guess(one)} for one in declared["state"]],
            "changedPropIds": [f"{one['id']}.{one['property']}" for one in declared["inputs"][:1]],
        }
        answer = console.ask("POST", "/_dash-update-component", limited, json=body)
        for other in OTHERS:
            assert f'"{other}"' not in answer.text, declared["output"]
        whole = console.ask("POST", "/_dash-update-component", json=body)
        telling += any(f'"{other}"' in whole.text for other in OTHERS)
        asked += 1
    assert asked > 15
    assert telling >= 4  # the questions are good ones: without limits the answers tell


def _guess(part: dict[str, Any]) -> Any:
    """A value as the browser has it on a page that asks for everything."""
    if part["property"] == "getRowsRequest":
        return {"startRow": 0, "endRow": 500, "sortModel": [], "filterModel": {}, "context": {}}
    if part["property"] == "data":
        view = {"path": "/gateways", "query": {}, "text": "e", "id": 1}
        return {**view, "cluster": "", "namespace": "", "clusters": list(OTHERS)}
    return None


def _outputs(written: str) -> Any:
    several = written.startswith("..")
    found = []
    for part in written[2:-2].split("...") if several else [written]:
        name, _, prop = part.rpartition(".")
        found.append({"id": json.loads(name) if name.startswith("{") else name, "property": prop})
    return found if several else found[0]
