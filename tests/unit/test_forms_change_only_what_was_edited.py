"""Promise: an edit in the form or the YAML changes what the user changed and nothing else."""

from copy import deepcopy
from typing import Any

import pytest

from components import field_paths, pairs, yaml_reader, yaml_view
from components.gateway_form import GatewayForm
from components.route_form import RouteForm

ROUTE: dict[str, Any] = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "HTTPRoute",
    "metadata": {
        "name": "checkout",
        "namespace": "payments",
        "uid": "0f8b",
        "resourceVersion": "8841207",
        "annotations": {"example.com/owner": "payments", yaml_view.LAST_APPLIED: "{}"},
    },
    "spec": {
        "parentRefs": [{"name": "edge-public", "namespace": "shop", "futureField": {"a": 1}}],
        "hostnames": ["pay.example.com"],
        "rules": [
            {
                "name": "first",
                "matches": [
                    {
                        "path": {"type": "PathPrefix", "value": "/checkout"},
                        "headers": [{"name": "x-canary", "value": "1", "futureField": True}],
                    }
                ],
                "filters": [
                    {
                        "type": "ExtensionRef",
                        "extensionRef": {"group": "gateway.nginx.org", "kind": "SnippetsFilter"},
                    },
                    {"type": "URLRewrite", "urlRewrite": {"hostname": "internal"}},
                ],
                "backendRefs": [{"name": "v2", "port": 8080, "weight": 95, "futureField": 7}],
                "timeouts": {"request": "10s"},
            }
        ],
    },
    "status": {"parents": []},
}
GATEWAY: dict[str, Any] = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "Gateway",
    "metadata": {"name": "edge", "namespace": "shop"},
    "spec": {
        "gatewayClassName": "nginx",
        "infrastructure": {"labels": {"a": "b"}},
        "listeners": [
            {
                "name": "https",
                "port": 443,
                "protocol": "HTTPS",
                "tls": {
                    "mode": "Terminate",
                    "options": {"x": "y"},
                    "certificateRefs": [{"group": "", "kind": "Secret", "name": "cert"}],
                },
                "allowedRoutes": {"kinds": [{"kind": "HTTPRoute"}], "namespaces": {"from": "All"}},
            }
        ],
    },
}


@pytest.mark.parametrize(
    ("field", "value", "path", "stored"),
    [
        ("hostnames", "a.example.com, b.example.com", "spec.hostnames[1]", "b.example.com"),
        ("parent-0-gateway", "edge-2", "spec.parentRefs[0].name", "edge-2"),
        ("parent-0-listener", "https", "spec.parentRefs[0].sectionName", "https"),
        ("match-0-path", "/pay", "spec.rules[0].matches[0].path.value", "/pay"),
        ("match-0-method", "POST", "spec.rules[0].matches[0].method", "POST"),
        ("match-0-headers", "x-canary: 2", "spec.rules[0].matches[0].headers[0].value", "2"),
        ("match-0-query", "a ~ b", "spec.rules[0].matches[0].queryParams[0].value", "b"),
        ("backend-0-weight", "80", "spec.rules[0].backendRefs[0].weight", 80),
        ("backend-0-port", "9090", "spec.rules[0].backendRefs[0].port", 9090),
        ("retry-codes", "503, 504 503", "spec.rules[0].retry.codes", [503, 504]),
        ("retry-attempts", "3", "spec.rules[0].retry.attempts", 3),
        ("retry-backoff", "250ms", "spec.rules[0].retry.backoff", "250ms"),
        ("rewrite-hostname", "other", "spec.rules[0].filters[1].urlRewrite.hostname", "other"),
    ],
)
def test_a_route_field_changes_alone(field: str, value: Any, path: str, stored: Any) -> None:
    before = deepcopy(ROUTE)
    after = RouteForm().write(ROUTE, 0, field, value)
    assert before == ROUTE, "the live object itself is never changed"
    assert field_paths.value_at(after, path) == stored
    for kept in (
        "spec.parentRefs[0].futureField",
        "spec.rules[0].matches[0].headers[0].futureField",
        "spec.rules[0].backendRefs[0].futureField",
        "spec.rules[0].timeouts",
        "spec.rules[0].filters[0]",
        "metadata",
        "status",
    ):
        assert field_paths.value_at(after, kept) == field_paths.value_at(ROUTE, kept)


@pytest.mark.parametrize(
    ("field", "value", "path", "stored"),
    [
        ("class", "nginx-2", "spec.gatewayClassName", "nginx-2"),
        ("port", "8443", "spec.listeners[0].port", 8443),
        ("hostname", "a.example.com", "spec.listeners[0].hostname", "a.example.com"),
        (
            "certificates",
            "cert, certs/other",
            "spec.listeners[0].tls.certificateRefs[1].namespace",
            "certs",
        ),
        ("from", "Same", "spec.listeners[0].allowedRoutes.namespaces.from", "Same"),
    ],
)
def test_a_gateway_field_changes_alone(field: str, value: Any, path: str, stored: Any) -> None:
    after = GatewayForm().write(GATEWAY, 0, field, value)
    assert field_paths.value_at(after, path) == stored
    for kept in (
        "spec.infrastructure",
        "spec.listeners[0].tls.options",
        "spec.listeners[0].allowedRoutes.kinds",
        "spec.listeners[0].tls.certificateRefs[0]",
    ):
        assert field_paths.value_at(after, kept) == field_paths.value_at(GATEWAY, kept)


@pytest.mark.parametrize(("form", "obj"), [(RouteForm(), ROUTE), (GatewayForm(), GATEWAY)])
def test_writing_what_a_form_shows_changes_nothing(form: Any, obj: dict[str, Any]) -> None:
    rows = form.rows(obj, 0)
    for field, value in form.read(obj, 0).items():
        row = "-".join(field.split("-")[:2])
        area = f"filter-{field.split('-')[0]}"
        if field.endswith("-slide") or rows.get(row) is False or rows.get(area) is False:
            continue  # an input that is not to be seen
        written = form.write(obj, 0, field, value)
        told = form.read(written, 0)
        assert told == form.read(obj, 0), field


def test_text_shows_no_server_fields_and_gives_them_back() -> None:
    text = yaml_view.to_text(yaml_view.editable(ROUTE))
    assert "uid" not in text
    assert "last-applied" not in text
    assert "status" not in text
    assert yaml_view.restored(yaml_reader.from_text(text), ROUTE) == ROUTE


def test_comments_survive_an_edit_in_the_form() -> None:
    text = yaml_view.to_text(yaml_view.editable(ROUTE))
    text = text.replace("weight: 95", "weight: 95 # canary, NET-4112")
    edited = RouteForm().write(yaml_reader.from_text(text), 0, "backend-0-weight", "80")
    again = yaml_view.rewritten(text, edited)
    assert "weight: 80 # canary, NET-4112" in again
    assert yaml_reader.from_text(again) == edited


def test_a_value_that_a_line_cannot_tell_is_locked() -> None:
    route = deepcopy(ROUTE)
    route["spec"]["rules"][0]["matches"][0]["headers"][0]["value"] = "a; b"
    assert "match-0-headers" in RouteForm().locked(route, 0)
    assert not RouteForm().locked(ROUTE, 0)


@pytest.mark.parametrize(
    "line", ["x: 1", "x ~ a|b", "x: http://a.example.com", "a: 1; b ~ 2; c: d:e"]
)
def test_pairs_read_back_as_written(line: str) -> None:
    assert pairs.format_pairs(pairs.parse_pairs(line)) == line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1", "Line"),
        ("- a", "not one object"),
        ("a: &x 1\nb: *x", "Line 2 uses an alias"),
        ("a: 1\na: 2", "Line 2 repeats the key a"),
    ],
)
def test_text_that_is_no_object_is_refused_by_line(text: str, said: str) -> None:
    with pytest.raises(yaml_reader.YamlProblem, match=said):
        yaml_reader.from_text(text)


def test_a_date_stays_text() -> None:
    assert yaml_reader.from_text("a: 2026-11-24T10:00:00Z") == {"a": "2026-11-24T10:00:00Z"}


def test_changed_lines_are_those_the_other_text_lacks() -> None:
    assert yaml_view.changed_lines("a\nb\nc", "a\nx\nc\nd") == [(1, 1), (3, 1)]


def test_paths_reach_quoted_keys() -> None:
    obj = {"metadata": {"annotations": {"example.com/owner": "a"}}}
    path = 'metadata.annotations["example.com/owner"]'
    assert field_paths.value_at(obj, path) == "a"
    field_paths.set_at(obj, path, None)
    assert obj == {"metadata": {"annotations": {}}}
