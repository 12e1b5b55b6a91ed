"""Promise: whatever stands in the YAML, the form shows what it can, locks the rest, and loses
nothing of it."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callbacks import faults
from callbacks.drafts import Draft
from components import route_backends, route_parents, yaml_reader
from components.field_paths import entries, entry_at, fields, set_at, value_at
from components.forms import Form
from components.gateway_form import GatewayForm, ListenerSetForm
from components.route_form import RouteForm
from components.typed import NotAccepted

RULE: dict[str, Any] = {
    "matches": [
        {
            "path": {"type": "Exact", "value": "/a"},
            "method": "GET",
            "headers": [{"name": "x", "value": "1"}],
            "queryParams": [{"name": "y", "value": "2"}],
        }
    ],
    "filters": [
        {
            "type": "RequestHeaderModifier",
            "requestHeaderModifier": {"set": [{"name": "a", "value": "b"}], "remove": ["c"]},
        },
        {
            "type": "URLRewrite",
            "urlRewrite": {
                "hostname": "h",
                "path": {"type": "ReplaceFullPath", "replaceFullPath": "/"},
            },
        },
        {
            "type": "RequestRedirect",
            "requestRedirect": {"scheme": "https", "hostname": "h", "port": 1, "statusCode": 301},
        },
        {"type": "ExtensionRef", "extensionRef": {"kind": "SnippetsFilter", "name": "s"}},
        {"type": "ExtensionRef", "extensionRef": {"kind": "Other", "name": "s"}},
        {
            "type": "RequestMirror",
            "requestMirror": {
                "backendRef": {"name": "m", "port": 1},
                "fraction": {"numerator": 1, "denominator": 3},
            },
        },
        {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "m"}, "percent": 5}},
        {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "third"}}},
        {"type": "CORS", "cors": {"allowOrigins": ["*"], "allowCredentials": True, "maxAge": 5}},
    ],
    "backendRefs": [{"name": "web", "namespace": "shop", "port": 80, "weight": 9}],
    "timeouts": {"request": "10s"},
    "sessionPersistence": {"type": "Cookie", "cookieConfig": {"lifetimeType": "Permanent"}},
    "retry": {"attempts": 2},
}
GRPC: dict[str, Any] = {
    "matches": [
        {
            "method": {"service": "a.B", "method": "C", "type": "RegularExpression"},
            "headers": [{"name": "x", "value": "1"}],
        }
    ],
    "filters": RULE["filters"],
    "backendRefs": [{"name": "pool", "kind": "InferencePool", "group": "g"}],
}
ROUTE: dict[str, Any] = {
    "metadata": {"name": "a"},
    "spec": {
        "parentRefs": [{"name": "edge", "namespace": "shop", "sectionName": "https"}],
        "hostnames": ["a.example.com"],
        "rules": [RULE],
    },
}
GATEWAY: dict[str, Any] = {
    "metadata": {"name": "a"},
    "spec": {
        "gatewayClassName": "nginx",
        "listeners": [
            {
                "name": "https",
                "port": 443,
                "protocol": "HTTPS",
                "hostname": "a.example.com",
                "tls": {"mode": "Terminate", "certificateRefs": [{"name": "c", "namespace": "n"}]},
                "allowedRoutes": {"namespaces": {"from": "All"}},
            }
        ],
    },
}
LISTENERS: dict[str, Any] = {
    "metadata": {"name": "a"},
    "spec": {"parentRef": {"name": "edge"}, "listeners": GATEWAY["spec"]["listeners"]},
}
ACTIONS = (
    "item",
    "parent",
    "match",
    "backend",
    "filter-headers",
    "filter-rewrite",
    "filter-mirror",
    "filter-cors",
    "timeouts",
    "session",
)
FORMS: list[tuple[Form, dict[str, Any]]] = [
    (RouteForm(), ROUTE),
    (RouteForm("grpcroutes"), ROUTE | {"spec": ROUTE["spec"] | {"rules": [GRPC]}}),
    (RouteForm("tlsroutes"), ROUTE),
    (RouteForm("udproutes"), ROUTE),
    (GatewayForm(), GATEWAY),
    (ListenerSetForm(), LISTENERS),
]
SHAPES: list[Any] = [None, 3, True, "x", [], [1, None], [[]], [{}], {}, {"name": {}}]


def paths(value: Any, path: str) -> list[str]:
    """Every path at and below ``path``."""
    found = [path]
    if isinstance(value, dict):
        for key, item in value.items():
            found += paths(item, f"{path}.{key}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            found += paths(item, f"{path}[{at}]")
    return found


PLACES = [(form, obj, path) for form, obj in FORMS for path in paths(obj["spec"], "spec")]
ALONE = [
    place
    for at, place in enumerate(PLACES)
    if place[0] in (FORMS[0][0], FORMS[4][0]) and not at % 3
]
"""Every third place of the two largest forms, for all shapes; chance has the others."""
shapes = st.recursive(
    st.sampled_from(SHAPES),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "type", "value", "path"]), inner, max_size=2)
    ),
    max_leaves=5,
)


def put_everywhere(form: Form, obj: dict[str, Any], opened: int) -> None:
    """Use all of the form; none of it may raise, or change what the form cannot show."""
    before = deepcopy(obj)
    values, locked = form.read(obj, opened), form.locked(obj, opened)
    rows, heads, items = form.rows(obj, opened), form.heads(obj), form.items(obj)
    assert all(isinstance(value, str | int) for value in values.values())
    assert len(heads) == len(items)
    assert all(isinstance(item, dict) for item in items)
    assert locked <= values.keys()
    form.texts(obj, opened)
    for path in paths(obj.get("spec"), "spec"):
        form.place(obj, path)
        form.entry(path, value_at(obj, path))
    for field in values:
        for typed in ("", "/1"):
            try:
                written = form.write(obj, opened, field, typed)
            except NotAccepted:
                continue
            if field in locked:
                assert written == obj
            form.read(written, opened)
    for area in ACTIONS:
        for action in (f"{area}-add", f"{area}-remove", f"{area}-0-remove", "item-duplicate"):
            if action.count("-") < 3 and rows.get(action, False):
                form.act(obj, opened, action)
    for action in ("item-remove", "item-add", "item-up", "filter-headers-remove", "match-1-up"):
        form.act(obj, opened, action)
    faults.refused(Draft(obj, opened, ""), "httproutes", [("spec.rules[0].matches[0].path", "x")])
    route_parents.named(obj, "shop")
    backends = entries(entry_at(fields(obj, "spec"), "rules", opened), "backendRefs")
    route_backends.live_weights(backends, backends, "shop")
    route_backends.scale(backends, backends)
    route_backends.shares(backends)
    json.dumps([values, rows, heads])
    assert obj == before


@pytest.mark.parametrize(("form", "obj", "path"), ALONE)
def test_any_shape_in_any_place_is_shown_or_locked(form: Form, obj: Any, path: str) -> None:
    for shape in SHAPES:
        odd = deepcopy(obj)
        set_at(odd, path, deepcopy(shape))
        put_everywhere(form, odd, 0)


@pytest.mark.parametrize("opened", [-1, 1])
@pytest.mark.parametrize(("form", "obj"), FORMS)
def test_no_item_need_be_open(form: Form, obj: Any, opened: int) -> None:
    put_everywhere(form, obj, opened)


@settings(deadline=None)
@given(st.sampled_from(PLACES), st.sampled_from(PLACES), shapes, shapes)
def test_any_shapes_in_two_places_are_shown_or_locked(
    place: Any, other: Any, shape: Any, another: Any
) -> None:
    form, obj, path = place
    odd = deepcopy(obj)
    set_at(odd, path, shape)
    if other[0] is form and value_at(odd, other[2]) is not None:
        set_at(odd, other[2], another)
    put_everywhere(form, odd, 0)


@pytest.mark.parametrize(
    ("text", "locked"),
    [
        ("rules: [{matches: [{path: 3}]}]", {"match-0-type", "match-0-path"}),
        ("rules: [{matches: [{path: {type: {}}}]}]", {"match-0-type"}),
        ("rules: [{backendRefs: [null]}]", set()),
        ("rules: [{backendRefs: [{port: []}, 5]}]", {"backend-0-port", "backend-1-name"}),
        ("rules: [{filters: [{type: {}}]}]", set()),
        (
            "rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: }]}]",
            set(),
        ),
        (
            "rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: 3}]}]",
            {"headers-set", "headers-add", "headers-remove"},
        ),
        ("hostnames: [a, 3]", {"hostnames"}),
        ("3", {"hostnames"}),
    ],
)
def test_what_a_route_cannot_show_is_locked(text: str, locked: set[str]) -> None:
    route = yaml_reader.from_text(f"spec: {text}" if text == "3" else f"spec:\n  {text}")
    assert locked <= RouteForm().locked(route, 0)
    assert bool(locked) == bool(RouteForm().locked(route, 0))
    put_everywhere(RouteForm(), route, 0)


def test_no_button_replaces_what_is_no_list() -> None:
    route = yaml_reader.from_text("spec:\n  parentRefs: 3\n  rules: [{matches: {}, filters: 3}]")
    form = RouteForm()
    for action in ("parent-add", "match-add", "match-0-remove", "filter-headers-add"):
        assert form.act(route, 0, action) == (route, 0)
        assert not action.endswith("-add") or form.rows(route, 0)[action] is False
    gateway = {"spec": {"listeners": {}}}
    assert GatewayForm().act(gateway, 0, "item-add") == (gateway, 0)
    assert GatewayForm().rows(gateway, 0)["item-add"] is False


def test_a_value_outside_the_options_is_said_and_left_to_the_yaml() -> None:
    gateway = deepcopy(GATEWAY)
    gateway["spec"]["listeners"][0]["protocol"] = "example.com/quic"
    form = GatewayForm()
    assert form.read(gateway, 0)["protocol"] == ""
    assert form.locked(gateway, 0) == {"protocol"}
    assert (
        "Kept as they are in the YAML: protocol example.com/quic."
        in form.texts(gateway, 0)["selector"]
    )
    renamed = form.write(gateway, 0, "name", "quic")
    assert value_at(renamed, "spec.listeners[0].protocol") == "example.com/quic"
    for word in ("", "-", "Quic"):
        assert form.write(GATEWAY, 0, "protocol", word) == GATEWAY


def test_values_of_a_rule_outside_the_options_are_said() -> None:
    route = deepcopy(ROUTE)
    set_at(route, "spec.rules[0].matches[0].method", "PURGE")
    set_at(route, "spec.rules[0].matches[0].path.type", "Glob")
    set_at(route, "spec.rules[0].filters[2].requestRedirect.statusCode", 418)
    set_at(route, "spec.rules[0].filters[1].urlRewrite.path.type", "Regex")
    form = RouteForm()
    said = form.texts(route, 0)["kept"]
    for words in (
        "path type Glob of match 1", "method PURGE of match 1", "redirect status 418",
        "rewrite path type Regex",
    ):  # fmt: skip
        assert words in said
    selects = {"match-0-type", "match-0-method", "redirect-code", "rewrite-kind"}
    assert form.locked(route, 0) == selects | {"rewrite-path", "extension1-kind"}
    assert {form.read(route, 0)[name] for name in selects} == {""}
