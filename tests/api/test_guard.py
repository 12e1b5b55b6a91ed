"""Promise: nothing answers without identity, below its declared role, or outside the limits.

Every rule of the application and every callback of every page is walked; one that is added without
thinking of the guard fails here.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask import Flask
from requests.adapters import HTTPAdapter

from api.guard import AGENTS, PUBLIC, required_role
from services.auth.identity import CONSOLE, Role
from tests.api.conftest import Console

PUBLIC_REST = {"/api/v1/health", "/api/v1/livez", "/api/v1/readyz"}
VALUES = {"cluster": "web-fra", "namespace": "shop", "name": "storefront", "id": "1"}


def rules(server: Flask) -> Iterator[tuple[str, str]]:
    """Method and rule of everything that is served."""
    for rule in server.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.rule


def filled(server: Flask, wanted: str) -> str:
    """A path for a rule, its variables filled in."""
    rule = next(one for one in server.url_map.iter_rules() if one.rule == wanted)
    if rule.websocket or not rule.arguments:
        return wanted
    values = {name: VALUES.get(name, "x") for name in rule.arguments}
    with server.test_request_context():
        adapter = server.url_map.bind("127.0.0.1")
        return str(adapter.build(rule.endpoint, values, method=next(iter(rule.methods or {"GET"}))))


def test_every_rule_needs_an_identity_unless_it_is_written_down_as_public(
    console: Console,
) -> None:
    server = console.app.server
    walked, open_rules = 0, set()
    for method, rule in rules(server):
        answer = console.ask(method, filled(server, rule), "", headers={"Accept": "*/*"})
        walked += 1
        if answer.status_code == 401 or (
            answer.status_code == 302 and answer.headers["Location"].startswith("/signin")
        ):
            continue
        if method != "GET" and answer.status_code == 403:
            continue  # a change from nowhere is refused before anybody asks who it is
        open_rules.add(rule)
    assert walked > 60
    assert open_rules <= PUBLIC, open_rules - PUBLIC
    assert PUBLIC_REST <= PUBLIC


def test_bad_credentials_are_refused_everywhere_and_soon_no_longer_heard(
    console: Console,
) -> None:
    stranger = requests.Session()
    stranger.mount("http://", From("127.0.0.9"))
    seen = []
    for token in ("x", "ngf_000000000000_wrong", "a.b.c") * 5:
        for path in ("/api/v1/clusters", "/metrics", "/_dash-layout", "/"):
            headers = {"Authorization": f"Bearer {token}"}
            answer = stranger.get(console.url + path, headers=headers, allow_redirects=False)
            seen.append(answer.status_code)
    assert set(seen) == {401, 429}
    assert seen == sorted(seen)
    assert console.ask("GET", "/api/v1/clusters").status_code == 200


class From(HTTPAdapter):
    """Sends from another loopback address, which the server counts apart."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, source_address=(self.address, 0))


ASK_BY_POST = (
    "/logs/query",
    "/logs/spans/query",
    "/logs/picker/query",
    "/inference/diagnostics/replay",
    "/inference/autoscaling/what-if",
    "/simulate",
    "/diagnostics/trace",
    "/diagnostics/route-check",
)
"""Questions too long for a URL: they change nothing."""


def test_every_view_that_changes_something_declares_more_than_viewer(console: Console) -> None:
    server = console.app.server
    weak = []
    for rule in server.url_map.iter_rules():
        changes = {"POST", "PUT", "DELETE"} & (rule.methods or set())
        view = server.view_functions[rule.endpoint]
        if rule.rule.startswith("/api/v1/") and changes and required_role(view) == Role.VIEWER:
            weak.append(rule.rule)
    asking = {rule for rule in weak if rule.endswith(ASK_BY_POST)}
    assert set(weak) - asking == {AGENTS}  # which has tokens of its own
    assert asking


@pytest.mark.parametrize(
    ("method", "path", "role", "allowed"),
    [
        ("GET", "/api/v1/tokens", Role.OPERATOR, False),
        ("POST", "/api/v1/tokens", Role.OPERATOR, False),
        ("DELETE", "/api/v1/tokens/x", Role.OPERATOR, False),
        ("POST", "/api/v1/gateways", Role.VIEWER, False),
        ("PUT", "/api/v1/httproutes/shop/storefront", Role.VIEWER, False),
        ("DELETE", "/api/v1/httproutes/shop/storefront", Role.VIEWER, False),
        ("GET", "/api/v1/httproutes", Role.VIEWER, True),
    ],
)
def test_a_role_below_the_declared_one_is_refused(
    console: Console, method: str, path: str, role: Role, allowed: bool
) -> None:
    answer = console.ask(method, path, console.token(role), json={} if method != "GET" else None)
    assert (answer.status_code != 403) is allowed, answer.text


def test_what_a_role_does_not_permit_stands_in_the_audit_log(console: Console) -> None:
    before = console.container.audit.list(CONSOLE).total
    viewer = console.token(Role.VIEWER)
    path = "/api/v1/clusters/web-fra/gateways/shop/edge-public"
    assert console.ask("GET", "/api/v1/tokens", viewer).status_code == 403
    assert console.ask("DELETE", f"{path}?reason=too old", viewer).status_code == 403
    for flag in ("true", "1"):
        assert console.ask("DELETE", f"{path}?dryRun={flag}", viewer).status_code == 403
    assert console.ask("POST", "/api/v1/tokens", viewer, json={}).status_code == 403
    page = console.container.audit.list(CONSOLE)
    assert page.total == before + 2, "reading is not a change, nor is a dry run"
    told = [
        (one.outcome, one.verb, one.kind, one.namespace, one.name, one.reason)
        for one in page.items[:2]
    ]
    assert told == [
        ("denied", "create", "tokens", "", "", ""),
        ("denied", "delete", "gateways", "shop", "edge-public", "too old"),
    ]
    assert {one.role for one in page.items[:2]} == {"viewer"}


def callbacks(console: Console) -> dict[str, Any]:
    """Server-side callbacks by output id."""
    return {output: one for output, one in console.app.callback_map.items() if "callback" in one}


def test_every_callback_declares_a_role(console: Console) -> None:
    declared = console.roles
    known = {output for output in callbacks(console) if "_pages_content" not in output}
    assert len(known) > 20
    assert not known - set(declared), known - set(declared)


def outputs(written: str) -> Any:
    """Dash's spelling of outputs, taken apart as the browser sends them."""
    several = written.startswith("..")
    found = []
    for part in written[2:-2].split("...") if several else [written]:
        name, _, prop = part.rpartition(".")
        found.append({"id": json.loads(name) if name.startswith("{") else name, "property": prop})
    return found if several else found[0]


def test_a_callback_is_refused_without_identity_and_below_its_role(console: Console) -> None:
    by_output = {one["output"]: one for one in console.app._callback_list}
    strict = {output for output, role in console.roles.items() if role != Role.VIEWER}
    assert strict
    for output in strict:
        described = by_output[output]
        body = {
            "output": output,
            "outputs": outputs(output) if not described["no_output"] else None,
            "inputs": [{**one, "value": 1} for one in described["inputs"]],
            "state": [{**one, "value": None} for one in described["state"]],
            "changedPropIds": [f"{one['id']}.{one['property']}" for one in described["inputs"][:1]],
        }
        path = "/_dash-update-component"
        assert console.ask("POST", path, "", json=body).status_code in (401, 403)
        answer = console.ask("POST", path, console.token(Role.VIEWER), json=body)
        assert answer.status_code in (200, 204)
        if answer.status_code == 200:
            assert "Not permitted" in answer.text, output
