"""Promise: every kind of route and ListenerSets are read and written over REST alike, nothing that
an object holds is lost on the way, and a kind that is not installed is said so."""

from itertools import count
from typing import Any

import pytest

from tests.api.conftest import Console

WEB = "/api/v1/clusters/web-fra"
_number = count(1)
PARENTS = [{"name": "try-nginx"}]
BACKENDS = [{"name": "web", "port": 8080, "weight": 3}, {"name": "web", "port": 9090}]
HTTP_RULE: dict[str, Any] = {
    "name": "all",
    "matches": [
        {
            "path": {"type": "RegularExpression", "value": "/a/[0-9]+"},
            "method": "GET",
            "headers": [{"name": "x", "value": "1", "type": "Exact"}],
            "queryParams": [{"name": "q", "value": "2", "type": "Exact"}],
        },
        {"path": {"type": "Exact", "value": "/b"}},
    ],
    "filters": [
        {
            "type": "ResponseHeaderModifier",
            "responseHeaderModifier": {"set": [{"name": "a", "value": "b"}]},
        },
        {"type": "CORS", "cors": {"allowOrigins": ["https://a.example"], "maxAge": 60}},
        {
            "type": "RequestMirror",
            "requestMirror": {"percent": 5, "backendRef": {"name": "copy", "port": 80}},
        },
        {
            "type": "ExtensionRef",
            "extensionRef": {"group": "gateway.nginx.org", "kind": "SnippetsFilter", "name": "s"},
        },
    ],
    "timeouts": {"request": "10s", "backendRequest": "2s"},
    "backendRefs": BACKENDS,
}
BODIES: dict[str, dict[str, Any]] = {
    "httproutes": {"parentRefs": PARENTS, "hostnames": ["h.example.com"], "rules": [HTTP_RULE]},
    "grpcroutes": {
        "parentRefs": PARENTS,
        "hostnames": ["g.example.com"],
        "rules": [
            {
                "matches": [{"method": {"service": "a.B", "method": "C", "type": "Exact"}}],
                "filters": HTTP_RULE["filters"][:1],
                "backendRefs": BACKENDS,
            }
        ],
    },
    "tlsroutes": {
        "parentRefs": PARENTS,
        "hostnames": ["t.example.com"],
        "rules": [{"backendRefs": BACKENDS}],
    },
    "tcproutes": {"parentRefs": PARENTS, "rules": [{"backendRefs": BACKENDS}]},
    "udproutes": {"parentRefs": PARENTS, "rules": [{"backendRefs": BACKENDS}]},
    "listenersets": {
        "parentRef": {"name": "try-nginx"},
        "listeners": [
            {"name": "one", "port": 8081, "protocol": "HTTP", "hostname": "a.example.com"},
            {"name": "two", "port": 8082, "protocol": "HTTP"},
        ],
    },
}


def body(kind: str, **more: Any) -> dict[str, Any]:
    name = {"name": f"all-{next(_number)}", "namespace": "sandbox"}
    return {**name, **BODIES[kind], **more}


def holds(stored: Any, sent: Any) -> bool:
    """Whether everything that was sent is there; a server adds defaults."""
    if isinstance(sent, dict):
        return all(key in stored and holds(stored[key], value) for key, value in sent.items())
    if isinstance(sent, list):
        pairs = zip(stored, sent, strict=True)
        return len(stored) == len(sent) and all(holds(one, other) for one, other in pairs)
    return bool(stored == sent)


@pytest.mark.parametrize("kind", BODIES)
def test_an_object_lives_from_its_creation_to_its_end(console: Console, kind: str) -> None:
    sent = body(kind)
    place = f"{WEB}/{kind}/sandbox/{sent['name']}"
    planned = console.ask("POST", f"{WEB}/{kind}?dryRun=true", json=sent)
    assert planned.status_code == 200, planned.text
    assert console.ask("GET", place).status_code == 404
    made = console.ask("POST", f"{WEB}/{kind}", json=sent)
    assert made.status_code == 201, made.text
    assert holds(made.json(), sent)
    read = console.ask("GET", place)
    assert holds(read.json(), sent)
    version = read.headers["ETag"]
    assert console.ask("GET", place, headers={"If-None-Match": version}).status_code == 304
    listed = console.ask("GET", f"{WEB}/{kind}?namespace=sandbox&search={sent['name']}").json()
    assert [one["name"] for one in listed["items"]] == [sent["name"]]

    labelled = console.ask("PUT", place, json={"labels": {"team": "web"}})
    assert labelled.status_code == 200, labelled.text
    assert holds(labelled.json(), sent | {"labels": {"team": "web"}})
    stale = {"If-Match": version}
    changed = {"labels": {"team": "shop"}}
    assert console.ask("PUT", place, json=changed, headers=stale).status_code == 409
    assert console.ask("DELETE", place, headers=stale).status_code == 409
    assert console.ask("DELETE", f"{place}?dryRun=true").status_code == 200
    assert console.ask("DELETE", place).status_code == 200
    assert console.ask("GET", place).status_code == 404


@pytest.mark.parametrize("kind", BODIES)
def test_what_was_read_can_be_written_back_and_changes_nothing(console: Console, kind: str) -> None:
    sent = body(kind)
    made = console.ask("POST", f"{WEB}/{kind}", json=sent).json()
    place = f"{WEB}/{kind}/sandbox/{sent['name']}"
    planned = console.ask("PUT", f"{place}?dryRun=true", json=made)
    assert planned.status_code == 200, planned.text
    assert planned.json()["changes"] == []
    console.ask("DELETE", place)


@pytest.mark.parametrize("kind", [kind for kind in BODIES if kind != "listenersets"])
def test_a_new_weight_leaves_the_rest_of_the_rule(console: Console, kind: str) -> None:
    sent = body(kind)
    place = f"{WEB}/{kind}/sandbox/{sent['name']}"
    before = console.ask("POST", f"{WEB}/{kind}", json=sent).json()
    rule = before["rules"][0]
    weighted = [one | {"weight": 7} for one in rule["backendRefs"]]
    after = console.ask("PUT", place, json={"rules": [{"backendRefs": weighted}]})
    assert after.status_code == 200, after.text
    assert after.json()["rules"] == [rule | {"backendRefs": weighted}]
    console.ask("DELETE", place)


def test_a_listener_of_a_set_keeps_what_is_not_mentioned(console: Console) -> None:
    sent = body("listenersets")
    place = f"{WEB}/listenersets/sandbox/{sent['name']}"
    console.ask("POST", f"{WEB}/listenersets", json=sent)
    moved = [{"name": "one", "port": 8090, "protocol": "HTTP"}]
    after = console.ask("PUT", place, json={"listeners": moved})
    assert after.status_code == 200, after.text
    assert holds(after.json()["listeners"], [moved[0] | {"hostname": "a.example.com"}])
    console.ask("DELETE", place)


@pytest.mark.parametrize(
    ("kind", "wrong", "field"),
    [
        ("httproutes", {"rules": [{"backendRefs": [{"name": "a", "port": 70000}]}]}, "port"),
        ("grpcroutes", {"rules": [{"matches": [{"method": {"type": "Prefix"}}]}]}, "type"),
        ("tlsroutes", {"hostnames": []}, "hostnames"),
        ("tcproutes", {"rules": [{"backendRefs": []}]}, "rules.0.backendRefs"),
        ("udproutes", {"rules": []}, "rules"),
        ("listenersets", {"listeners": [{"name": "a", "port": 0, "protocol": "HTTP"}]}, "port"),
    ],
)
def test_what_breaks_a_rule_names_the_field_and_the_rule(
    console: Console, kind: str, wrong: dict[str, Any], field: str
) -> None:
    sent = body(kind, **wrong)
    answer = console.ask("POST", f"{WEB}/{kind}", json=sent)
    assert answer.status_code == 422, answer.text
    fields = answer.json()["error"]["details"]["fields"]
    assert any(one["field"].endswith(field) and one["rule"] for one in fields), fields
    assert console.ask("GET", f"{WEB}/{kind}/sandbox/{sent['name']}").status_code == 404
