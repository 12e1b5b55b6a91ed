"""Promise: a rule is built in the form, with filters, timeouts and weights, and what was not
touched stays as it is; routes of every kind and ListenerSets are made the same way and stand in one
list."""

from copy import deepcopy
from typing import Any

import pytest

from tests.browser.fleet_of_two import Console, route
from tests.browser.journey import Window, by, field

pytestmark = pytest.mark.browser

NAMED = {
    "backend-0-name": "web",
    "backend-0-port": "8080",
    "parent-0-gateway": "edge",
}
NEW: dict[str, tuple[str, dict[str, str], dict[str, Any]]] = {
    "grpcroutes": (
        "GRPCRoute",
        NAMED | {"hostnames": "rpc.example.com", "parent-0-listener": "https"},
        {"hostnames": ["rpc.example.com"], "parentRefs": [{"sectionName": "https"}]},
    ),
    "tlsroutes": (
        "TLSRoute",
        NAMED | {"hostnames": "tls.example.com"},
        {"hostnames": ["tls.example.com"], "rules": [{"backendRefs": [{"name": "web"}]}]},
    ),
    "tcproutes": (
        "TCPRoute",
        NAMED | {"parent-0-listener": ":443"},
        {"parentRefs": [{"name": "edge", "port": 443}]},
    ),
    "udproutes": (
        "UDPRoute",
        NAMED | {"backend-0-port": "5353"},
        {"rules": [{"backendRefs": [{"name": "web", "port": 5353}]}]},
    ),
    "listenersets": (
        "ListenerSet",
        {"parent": "edge", "name": "more", "port": "8090"},
        {"parentRef": {"name": "edge"}, "listeners": [{"name": "more", "port": 8090}]},
    ),
}


def holds(stored: Any, wanted: Any) -> bool:
    """Whether everything that is wanted is there; a server adds defaults."""
    if isinstance(wanted, dict):
        return all(key in stored and holds(stored[key], one) for key, one in wanted.items())
    if isinstance(wanted, list):
        return len(stored) == len(wanted) and all(map(holds, stored, wanted))
    return bool(stored == wanted)


def watched(pair: Console, opened: Window, name: str) -> None:
    """Make a route and wait until the console knows it."""
    pair.apis["web"].store.create(route(name))
    opened.until(
        lambda: ("shop", name) in pair.container.fleet.get("web").snapshot("httproutes").objects,
        "the watch does not show the route",
    )


def test_a_rule_is_built_and_the_rest_stays(pair: Console, opened: Window) -> None:
    watched(pair, opened, "built")
    before = deepcopy(pair.live("HTTPRoute", "built"))
    opened.open("/edit/httproutes/web/shop/built")
    opened.holds(field("timeouts-request"), "10s")
    opened.fill(field("timeouts-request"), "soon")
    opened.says(".edit-form .fault", "must be a time such as 10s")
    assert not opened.one("#edit-apply").is_enabled()
    opened.fill(field("timeouts-request"), "20s")
    opened.click(by("edit-act", "filter-response-add"))
    opened.fill(field("response-set"), "x-served-by: edge")
    opened.click(by("edit-act", "filter-cors-add"))
    opened.fill(field("cors-origins"), "https://a.example.com")
    opened.fill(field("backend-1-weight"), "45")
    opened.until(lambda: "weight: 45" in opened.value("#edit-yaml"), "the YAML does not follow")
    for name in ("timeouts-request", "response-set", "cors-origins", "backend-1-weight"):
        assert "chg" in opened.one(field(name)).get_attribute("class"), name
    opened.click(by("edit-act", "backend-1-up"))
    opened.holds(field("backend-0-name"), "gone")
    opened.says("#edit-result", "Dry-run passed")
    opened.click("#edit-apply")
    opened.address("/httproute/web/shop/built")
    [rule] = pair.live("HTTPRoute", "built")["spec"]["rules"]
    assert [one["type"] for one in rule.pop("filters")] == ["ResponseHeaderModifier", "CORS"]
    [was] = before["spec"]["rules"]
    web, gone = was["backendRefs"]
    assert rule == was | {
        "timeouts": {"request": "20s"},
        "backendRefs": [gone | {"weight": 45}, web],
    }
    opened.says("#detail-rules", "response header set x-served-by: edge")
    opened.says("#detail-rules", "CORS for https://a.example.com")
    opened.says("#detail-parents", "attached")
    opened.says("#detail-problems", "BackendNotFound")


def own(*way: str | int) -> str:
    """The input of a filter of the first backend."""
    path = "spec.rules[0].backendRefs[0].filters"
    for step in way:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return field(path)


def test_a_backend_gets_filters_of_its_own(pair: Console, opened: Window) -> None:
    watched(pair, opened, "apart")
    room = "#edit-schema-form"
    opened.open("/edit/httproutes/web/shop/apart")
    opened.click(f"{room} summary")
    opened.click(f"{room} details:first-child [data-value*=RequestMirror]")
    name = own(0, "requestMirror", "backendRef", "name")
    opened.says(f"label:has({name}) .fault", "Must not be empty")
    opened.fill(name, "web")
    opened.fill(own(0, "requestMirror", "percent"), "5")
    opened.click(f"{room} details:first-child [data-value*=RequestHeaderModifier]")
    opened.click(f"{room} button[data-way$='\"set\",0]']")
    opened.fill(own(1, "requestHeaderModifier", "set", 0, "name"), "x-part")
    opened.fill(own(1, "requestHeaderModifier", "set", 0, "value"), "of one")
    opened.says("#edit-result", "Dry-run passed")
    opened.click("#edit-apply")
    opened.address("/httproute/web/shop/apart")
    first, *_ = pair.live("HTTPRoute", "apart")["spec"]["rules"][0]["backendRefs"]
    mirror = {"backendRef": {"name": "web", "port": 80}, "percent": 5}
    headers = {"set": [{"name": "x-part", "value": "of one"}]}
    assert holds(
        first["filters"],
        [
            {"type": "RequestMirror", "requestMirror": mirror},
            {"type": "RequestHeaderModifier", "requestHeaderModifier": headers},
        ],
    )


def test_a_field_that_the_cluster_lacks_is_told_at_its_block(pair: Console, opened: Window) -> None:
    watched(pair, opened, "tried-again")
    opened.open("/edit/httproutes/web/shop/tried-again")
    opened.click(by("edit-act", "retry-add"))
    opened.holds(field("retry-codes"), "503")
    opened.says(".edit-form .fault", "The cluster does not have this field")
    opened.click(by("edit-act", "retry-remove"))
    opened.says("#edit-result", "No changes")


@pytest.mark.parametrize("kind", NEW)
def test_every_kind_is_made_in_its_form(pair: Console, opened: Window, kind: str) -> None:
    spoken, typed, wanted = NEW[kind]
    name = f"new-{kind}"
    opened.open(f"/create/{kind}?cluster=web&namespace=shop")
    opened.says("#edit-result", "Give it a name")
    opened.fill(by("edit-new", "name"), name)
    for one, value in typed.items():
        opened.fill(field(one), value)
        opened.holds(field(one), value)
    opened.says("#edit-result", "Dry-run passed")
    opened.click("#edit-apply")
    opened.address(f"/{spoken.lower()}/web/shop/{name}")
    assert holds(pair.live(spoken, name)["spec"], wanted)
    opened.says("h1", name)
    opened.open(f"/routes?cluster=web&kind={spoken}&q={name}", "#routes-grid .ag-row .nm")
    opened.says("#routes-grid", name)
    opened.says("#routes-foot", "1 to 1 of 1")
