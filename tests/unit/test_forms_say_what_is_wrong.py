"""Promise: what is typed is a value of the field or said to be none, and what a server refuses is
found at the input that shows it."""

from typing import Any

import pytest

from callbacks import faults
from callbacks.drafts import Draft
from components import typed
from components.forms import Form, field_id
from components.gateway_form import GatewayForm
from components.route_form import RouteForm

RULE = {
    "matches": [{"path": {"type": "PathPrefix", "value": "/a"}}],
    "filters": [
        {"type": "RequestMirror", "requestMirror": {}},
        {"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath"}}},
    ],
    "backendRefs": [{"name": "web", "port": 80, "weight": 9}],
}
ROUTE: dict[str, Any] = {"spec": {"parentRefs": [{"name": "edge"}], "rules": [RULE, RULE]}}
GATEWAY: dict[str, Any] = {"spec": {"listeners": [{"name": "http", "port": 80}]}}


@pytest.mark.parametrize("text", ["1.5", "1e", "abc", "٣", "+5", "-", "1 2"])
def test_text_that_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(typed.NotAccepted, match="must be a whole number between 1 and 65535"):
        typed.port(text)


@pytest.mark.parametrize("text", ["0", "-5", "65536", "80800", "9" * 5000])
def test_a_number_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(typed.NotAccepted, match="Port must be between 1 and 65535"):
        typed.port(text)


def test_nothing_is_no_number_and_what_is_shown_reads_back() -> None:
    assert typed.port("") is None
    assert typed.port(" ") is None
    assert typed.port(typed.shown(8080)) == 8080
    assert typed.shown(None) == ""


def test_a_path_begins_with_a_slash_unless_it_is_an_expression() -> None:
    assert typed.path("/a", "Exact") == "/a"
    assert typed.path("a.*", "RegularExpression") == "a.*"
    with pytest.raises(typed.NotAccepted, match="begin with /"):
        typed.path("a", "PathPrefix")


@pytest.mark.parametrize(
    ("form", "obj", "path", "place"),
    [
        (RouteForm(), ROUTE, "spec.hostnames[0]", (-1, "hostnames")),
        (RouteForm(), ROUTE, "spec.parentRefs[1].sectionName", (-1, "parent-1-listener")),
        (RouteForm(), ROUTE, "spec.parentRefs[0].namespace", (-1, "parent-0-gateway")),
        (RouteForm(), ROUTE, "spec.rules[1].matches[0].path.value", (1, "match-0-path")),
        (RouteForm(), ROUTE, "spec.rules[1].matches[2].headers[0].name", (1, "match-2-headers")),
        (RouteForm(), ROUTE, "spec.rules[0].matches[0].queryParams", (0, "match-0-query")),
        (RouteForm(), ROUTE, "spec.rules[0].backendRefs[2].port", (0, "backend-2-port")),
        (RouteForm(), ROUTE, "spec.rules[0].backendRefs[0]", (0, "backend-0-name")),
        (RouteForm(), ROUTE, "spec.rules[0].filters[1].urlRewrite.path", (0, "rewrite-path")),
        (RouteForm(), ROUTE, "spec.rules[0].filters[1].urlRewrite.path.type", (0, "rewrite-kind")),
        (RouteForm(), ROUTE, "spec.rules[0].filters[0].requestMirror", (0, "mirror-backend")),
        (RouteForm(), ROUTE, "spec.rules[0].timeouts.request", (0, "timeouts-request")),
        (RouteForm(), ROUTE, "spec.rules[0].retry", (0, "retry-codes")),
        (RouteForm(), ROUTE, "spec.rules[0].retry.codes[1]", (0, "retry-codes")),
        (RouteForm(), ROUTE, "spec.rules[0].backendRefs[0].filters", (0, "backend-0-name")),
        (RouteForm("tcproutes"), ROUTE, "spec.rules[0].backendRefs[0].x", (0, "backend-0-name")),
        (RouteForm(), ROUTE, "metadata.labels", (-1, "")),
        (GatewayForm(), GATEWAY, "spec.listeners[0].port", (0, "port")),
        (GatewayForm(), GATEWAY, "spec.listeners[0].tls.certificateRefs[0]", (0, "certificates")),
        (GatewayForm(), GATEWAY, "spec.listeners[0].allowedRoutes.namespaces.from", (0, "from")),
        (GatewayForm(), GATEWAY, "spec.gatewayClassName", (-1, "class")),
        (GatewayForm(), GATEWAY, "spec.addresses", (-1, "")),
    ],
)  # fmt: skip
def test_a_refused_field_is_found_at_its_input(
    form: Form, obj: dict[str, Any], path: str, place: tuple[int, str]
) -> None:
    assert form.place(obj, path) == place
    item, name = place
    if name and item < 1:
        assert name in form.read(obj, 0), "there is no such input"


def test_an_item_is_told_in_a_line_and_nothing_else_is() -> None:
    assert RouteForm().entry("spec.rules[3]", RULE) == "/a to web"
    assert RouteForm().entry("spec.rules[3].matches[0]", {}) == ""
    listener = GATEWAY["spec"]["listeners"][0] | {"protocol": "HTTP"}
    assert GatewayForm().entry("spec.listeners[0]", listener) == "http, HTTP 80, any host"


def test_the_other_kind_of_path_keeps_what_was_typed() -> None:
    form, route = RouteForm(), ROUTE
    for field, value in (("rewrite-path", "/new"), ("rewrite-kind", "ReplacePrefixMatch")):
        route = form.write(route, 0, field, value)
    rewrite = route["spec"]["rules"][0]["filters"][1]["urlRewrite"]
    assert rewrite["path"] == {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/new"}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("is required", "Is required."),
        ("Required value", "Is required."),
        ('Invalid value: "A_b": must be short (e.g. \'a\', regex used for validation is \'[a-z]\')',
         "Must be short."),
        ("Invalid value: 0: spec.rules[0].x in body should be at least 1", "Should be at least 1."),
        ('Invalid value: "": spec.x in body should be at least 1 chars long', "Must not be empty."),
        ("unknown field", "The cluster does not have this field: its definitions are older, or "
         "without it."),
    ],
)  # fmt: skip
def test_a_servers_rule_is_a_sentence_at_the_field(rule: str, said: str) -> None:
    draft = Draft(GATEWAY, 0, "")
    [fault] = faults.refused(draft, "gateways", [("spec.listeners[0].port", rule)])
    assert (fault.item, fault.input, fault.said) == (0, field_id("port"), said)


def test_what_is_wrong_in_a_closed_item_is_only_counted() -> None:
    route = Draft(ROUTE, 0, "")
    causes = [("spec.rules[1].backendRefs[0].port", "x"), ("spec.rules[0].name", "y"), ("", "z")]
    drawn = faults.drawn(faults.refused(route, "httproutes", causes), route.opened)
    assert drawn == {"inputs": {}, "items": {"1": 1, "0": 1}}


def test_refused_fields_are_told_apart_in_a_line() -> None:
    assert faults.named(["spec.hostnames[0]", "spec.rules[0].name"]) == "hostnames, name"
    alike = ["spec.parentRefs[0].name", "spec.rules[0].backendRefs[1].name", "spec.x"]
    assert faults.named(alike) == "parentRefs[0].name, backendRefs[1].name, x"


@pytest.mark.parametrize("text", ["399", "600", "5xx", "503, x"])
def test_a_status_that_cannot_be_retried_is_refused(text: str) -> None:
    with pytest.raises(typed.NotAccepted, match="Status must be"):
        RouteForm().write(ROUTE, 0, "retry-codes", text)


def test_a_refused_field_of_a_backends_filter_is_told_at_its_own_input() -> None:
    path = "spec.rules[0].backendRefs[0].filters[0].requestMirror.backendRef.name"
    mirror = {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "", "port": 80}}}
    rule = {"backendRefs": [{"name": "web", "port": 80, "filters": [mirror]}]}
    obj = {"spec": {"rules": [rule]}}
    assert RouteForm().place(obj, path) == (0, path)
    assert RouteForm("grpcroutes").place(obj, path) == (0, path)
