"""Promise: a change that is refused before the cluster is asked for it is in the audit log as well,
and shows nobody a name that is outside their limits."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from services.auth.identity import CONSOLE, Role
from services.configdb.audit import AuditRecord
from tests.api.conftest import Console
from tests.api.leftovers import nothing_stays_of

WEB, GPU = "web-fra", "gpu-iad"
GATEWAYS = f"/api/v1/clusters/{WEB}/gateways"
INFERENCE = f"/api/v1/clusters/{GPU}/inference"
PAGES = "/_dash-update-component"
_number = count(1)


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(console: Console) -> Iterator[None]:
    with (
        nothing_stays_of(console.container.bundles, WEB),
        nothing_stays_of(console.container.stacks, GPU),
    ):
        yield


def newest(console: Console) -> AuditRecord:
    clusters = [WEB, GPU]
    return console.container.audit.list(CONSOLE, cluster=clusters, page_size=1).items[0]


def total(console: Console) -> int:
    clusters = [WEB, GPU]
    return console.container.audit.list(CONSOLE, cluster=clusters, page_size=1).total


def a_gateway(name: str) -> dict[str, Any]:
    listener = {"name": "http", "port": 8080, "protocol": "HTTP"}
    return {
        "name": name,
        "namespace": "sandbox",
        "gatewayClassName": "nginx",
        "listeners": [listener],
    }


REFUSED = [
    ("PUT", f"{INFERENCE}/pools/nowhere?namespace=llm", {"replicas": 1}, "inferencepools"),
    ("DELETE", f"{INFERENCE}/pools/nowhere?namespace=llm", None, "inferencepools"),
    ("POST", f"{INFERENCE}/pools/nowhere/deploy?namespace=llm", None, "inferencepools"),
    ("PUT", f"{INFERENCE}/epp", {"pool": "llm/nowhere", "strategy": "kv_cache"}, "inferencepools"),
    ("PUT", f"{INFERENCE}/autoscaling", {"pool": "llm/nowhere", "replicas": 1}, "inferencepools"),
    ("POST", GATEWAYS, a_gateway("try-nginx"), "gateways"),
    ("POST", f"{GATEWAYS}/sandbox/try-nginx/deploy", None, "gateways"),
]


@pytest.mark.parametrize(("method", "path", "body", "kind"), REFUSED)
def test_what_names_nothing_that_can_be_changed_is_recorded(
    console: Console, method: str, path: str, body: Any, kind: str
) -> None:
    before, mark = total(console), "&" if "?" in path else "?"
    answer = console.ask(method, f"{path}{mark}reason=trying", json=body)
    assert answer.status_code in (404, 409), answer.text
    entry = newest(console)
    assert total(console) == before + 1
    assert (entry.outcome, entry.kind, entry.reason) == ("failed", kind, "trying")
    assert entry.namespace == ("llm" if kind == "inferencepools" else "sandbox")
    assert entry.error == answer.json()["error"]["message"]
    planned = console.ask(method, f"{path}{mark}dryRun=true", json=body)
    assert planned.status_code == answer.status_code
    assert total(console) == before + 1


def test_an_edit_of_several_versions_is_recorded(console: Console) -> None:
    console.ask("POST", GATEWAYS, json=a_gateway("versions"))
    several = {"If-Match": '"1", "2"'}
    for method, path, kind in (
        ("PUT", f"{GATEWAYS}/sandbox/versions", "gatewaybundles"),
        ("DELETE", f"{GATEWAYS}/sandbox/versions", "gatewaybundles"),
        ("PUT", f"{GATEWAYS}/sandbox/try-nginx", "gateways"),
        ("DELETE", f"{GATEWAYS}/sandbox/try-nginx", "gateways"),
    ):
        body = {} if method == "PUT" else None
        answer = console.ask(method, path, json=body, headers=several)
        assert answer.status_code == 422, answer.text
        entry = newest(console)
        assert (entry.outcome, entry.kind) == ("failed", kind)
        assert entry.error == "The change is based on several versions."


def test_an_entry_without_a_namespace_names_none(console: Console) -> None:
    stack = {"modelName": "m", "servingBackend": "vllm", "gpuType": "L4", "name": "twice"}
    for namespace in ("llm", "default"):
        made = console.ask("POST", f"{INFERENCE}/pools", json={**stack, "namespace": namespace})
        assert made.status_code == 201, made.text
    answer = console.ask("PUT", f"{INFERENCE}/epp", json={"pool": "twice", "strategy": "kv_cache"})
    assert answer.status_code == 422
    assert "default, llm" in answer.text
    entry = newest(console)
    assert (entry.outcome, entry.namespace, entry.name) == ("failed", "", "twice")
    assert "default" not in entry.error


def pressed(console: Console, output: str, values: dict[str, Any]) -> Any:
    """What a page is told after a press; ``values`` by component."""
    known = console.app.callback_map[f"{output}.data"]

    def parts(wanted: list[dict[str, Any]]) -> list[Any]:
        return [
            [] if one["id"].startswith("{") else {**one, "value": values.get(one["id"])}
            for one in wanted
        ]

    first = next(iter(values))
    changed = next(one for one in known["inputs"] if one["id"] == first)
    body = {
        "output": f"{output}.data",
        "outputs": {"id": output, "property": "data"},
        "inputs": parts(known["inputs"]),
        "state": parts(known["state"]),
        "changedPropIds": [f"{first}.{changed['property']}"],
    }
    return console.ask("POST", PAGES, console.token(Role.OPERATOR), json=body)


@pytest.fixture
def edit(console: Console) -> dict[str, Any]:
    """An edit of a bundle that the server refuses, as a page has it."""
    sent = a_gateway(f"edited-{next(_number)}")
    made = console.ask("POST", GATEWAYS, json=sent)
    assert made.status_code == 201, made.text
    place = (CONSOLE, WEB, "gatewaybundles", "sandbox", sent["name"])
    base = dict(console.container.resources.raw(*place))
    mine = {**base, "spec": {**base["spec"], "gatewayClassName": ""}}
    ref = {"kind": "gatewaybundles", "namespace": "sandbox", "name": sent["name"], "create": False}
    return {"ref": ref, "base": base, "mine": mine}


def is_recorded(console: Console, edit: dict[str, Any], before: int, outcome: str) -> None:
    entry = newest(console)
    assert total(console) == before + 1
    assert (entry.outcome, entry.verb, entry.name) == (outcome, "update", edit["ref"]["name"])
    assert entry.reason == "because"


def test_an_edit_of_a_wizard_that_is_refused_is_recorded(
    console: Console, edit: dict[str, Any]
) -> None:
    asked = {
        "cluster": WEB,
        "object": edit["mine"],
        "base": edit["base"],
        "reason": "because",
        "at": 1,
    }
    before = total(console)
    told = pressed(console, "wizard-applied", {"wizard-go": asked, "wizard-ref": edit["ref"]})
    assert "gatewayClassName" in told.text
    is_recorded(console, edit, before, "failed")


def test_an_edit_of_a_form_that_is_refused_is_recorded(
    console: Console, edit: dict[str, Any]
) -> None:
    values = {
        "edit-apply": 1,
        "edit-draft": {"cluster": WEB, "object": edit["mine"]},
        "edit-base": {"object": edit["base"]},
        "edit-ref": edit["ref"],
        "edit-reason": "because",
    }
    before = total(console)
    told = pressed(console, "edit-conflict", values)
    assert "gatewayClassName" in told.text
    is_recorded(console, edit, before, "failed")


def test_what_somebody_else_changed_meanwhile_is_kept_and_no_refusal(
    console: Console, edit: dict[str, Any]
) -> None:
    place = f"/api/v1/clusters/{WEB}/gatewaybundles/sandbox/{edit['ref']['name']}"
    other = console.ask("PUT", place, json={"waf": {"enabled": False}})
    assert other.status_code == 200, other.text
    listener = {"name": "http", "port": 8081, "protocol": "HTTP"}
    mine = {**edit["base"], "spec": {**edit["base"]["spec"], "listeners": [listener]}}
    asked = {"cluster": WEB, "object": mine, "base": edit["base"], "reason": "because", "at": 1}
    before = total(console)
    pressed(console, "wizard-applied", {"wizard-go": asked, "wizard-ref": edit["ref"]})
    is_recorded(console, edit, before, "done")
    stored = newest(console)
    assert [one["path"] for one in stored.diff] == ["spec.listeners[0].port"]
    assert console.ask("GET", place).json()["waf"] == {"enabled": False}
