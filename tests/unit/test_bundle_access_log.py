"""Promise: an access-log format that NGINX would refuse is never applied, its variable is named,
and the log that was in force stays; the console's own format has what its telemetry reads."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ngf_operator.gateway import access_log, variables
from ngf_operator.wanting import Lack

from services.telemetry import redaction
from tests.bundles import NGF, Cluster, Obj, accepted, bundle, children, installed, lacks, made

ROOT = Path(__file__).parents[2]
TARGET = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "edge"}
DECLARED = [{"context": "http", "value": 'map "" $ngf_route { default "-"; }'}]
TRACING = {"telemetry": {"exporter": {"endpoint": "otel:4317"}}}


def policy(name: str, snippet: str, context: str = "http") -> Obj:
    spec = {"targetRefs": [TARGET], "snippets": [{"context": context, "value": snippet}]}
    return accepted("SnippetsPolicy", f"shop/{name}", spec)


MARKER = policy("edge-marker", DECLARED[0]["value"])


def of(section: Obj, *objects: Obj, flags: tuple[str, ...] = ("--snippets",), **spec: Any) -> Obj:
    """The access log that a bundle gets on a cluster with these objects."""
    world = Cluster([*installed(*flags), *objects])
    found = children(bundle({"nginxProxy": section, **spec}), world)
    log: Obj = found["NginxProxy edge-proxy"]["spec"]["logging"]["accessLog"]
    return log


def fields(log: Obj) -> Obj:
    """The keys of a format in JSON."""
    found: Obj = json.loads(log["format"])
    return found


def custom(text: str, *objects: Obj, **rest: Any) -> str:
    """What keeps a format from being applied; "" when it is."""
    world = Cluster([*installed("--snippets", *rest.pop("flags", ())), *objects])
    section = {"logging": {"accessLog": {"preset": "Custom", "format": text}}}
    parent = bundle({"nginxProxy": section | rest.pop("section", {}), **rest})
    said = lacks(parent, world).get("ProxyConfigured")
    log = children(parent, world)["NginxProxy edge-proxy"]["spec"]["logging"]["accessLog"]
    assert (log["format"] == text) == (said is None)
    return said.message if said else ""


def test_the_format_of_the_console_is_the_one_that_is_documented() -> None:
    (documented,) = re.findall(r"format: '(\{.*\})'", (ROOT / "docs" / "telemetry.md").read_text())
    log = of({})
    assert log == {"disable": False, "escape": "json", "format": documented}
    assert "'" not in documented
    assert len(documented) < 4096


def test_the_console_keeps_every_field_of_its_format() -> None:
    log = of(TRACING, MARKER, routeMarker={})
    assert {"route_var", "trace_id"} < set(fields(log)) <= set(redaction.ACCESS)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"preset": "Off"}, {"disable": True}),
        ({"preset": "Default"}, {"disable": False, "format": ""}),
        (
            {"preset": "Custom", "format": "$status"},
            {"disable": False, "escape": "default", "format": "$status"},
        ),
        (
            {"preset": "Custom", "format": "$status", "escape": "none"},
            {"disable": False, "escape": "none", "format": "$status"},
        ),
    ],
)
def test_a_preset_names_every_setting_because_others_would_come_from_the_class(
    chosen: Obj, expected: Obj
) -> None:
    assert of({"logging": {"accessLog": chosen}}) == expected


@pytest.mark.parametrize(
    "text",
    [
        '$remote_addr - $remote_user [$time_local] "$request" $status',
        "${request_id}:$request_uri_path",
        "$http_x_any $sent_http_y $arg_z $cookie_s $upstream_http_a $sent_trailer_b",
        "$upstream_cookie_a $upstream_trailer_b",
        "$STATUS 100% done",
        "$ssl_client_s_dn $realip_remote_addr $proxy_host $upstream_status",
        "no variable, and a backslash \\\\",
        "ä" * 2047 + "a",
    ],
)
def test_a_format_of_known_variables_is_applied(text: str) -> None:
    assert custom(text) == ""


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("$status $upstream_adress", "$upstream_adress"),
        ("${no_such} $status $no_such $other", "$no_such, $other"),
        ("$match_key", "$match_key"),
        ("$inference_workload_endpoint", "$inference_workload_endpoint"),
        ("$otel_trace_id", "$otel_trace_id"),
        ("$ngf_route", "$ngf_route"),
        ("$upstream_queue_time $jwt_claim_sub", "$upstream_queue_time, $jwt_claim_sub"),
        ("$app_protect_outcome", "$app_protect_outcome"),
        ("$1", "$1"),
        ("cost: 5 $", "a $ without the name of a variable"),
        ("${status", "a $ without the name of a variable"),
        ("$status\\", "ends with a backslash"),
        ("a" * 4096, "it has 4096 bytes"),
        ("ä" * 2048, "it has 4096 bytes"),
    ],
)
def test_a_format_that_nginx_would_refuse_is_not_applied_and_says_why(
    text: str, named: str
) -> None:
    assert named in custom(text)


def test_the_variables_of_tracing_are_known_where_traces_are_exported() -> None:
    shared = made(f"{NGF}/v1alpha2", "NginxProxy", "ngf/shared", spec=TRACING)
    of_class = installed("--snippets", params="ngf/shared")
    off = {"telemetry": {"disabledFeatures": ["DisableTracing"]}}
    assert custom("$otel_trace_id", section=TRACING) == ""
    assert custom("$otel_trace_id", section={"extra": TRACING}) == ""
    assert custom("$otel_trace_id", section=TRACING | {"extra": off}) != ""
    spec = {"nginxProxy": {"logging": {"accessLog": {"preset": "Console"}}}}
    found = children(bundle(spec), Cluster([*of_class, shared]))
    log = found["NginxProxy edge-proxy"]["spec"]["logging"]["accessLog"]
    assert fields(log)["trace_id"] == "$otel_trace_id"
    telemetry = found["NginxProxy edge-proxy"]["spec"]["telemetry"]
    kept = TRACING["telemetry"] | {"disabledFeatures": []}
    assert telemetry == kept, "the module stays when the class exports no more, or disables tracing"
    assert "trace_id" not in fields(of({}))


def test_the_variables_of_nginx_plus_and_of_the_firewall_are_known_where_these_run() -> None:
    plus = ("--nginx-plus",)
    assert custom("$upstream_queue_time $jwt_claim_sub", flags=plus) == ""
    assert custom("$app_protect_outcome", flags=plus) != ""
    assert custom("$app_protect_outcome", flags=plus, waf={}) == ""


@pytest.mark.parametrize(("text", "needed"), [("$app_protect_outcome", True), ("$status", False)])
def test_a_class_cannot_take_the_firewall_from_under_the_log(text: str, needed: bool) -> None:
    shared = made(f"{NGF}/v1alpha2", "NginxProxy", "ngf/shared", spec={"waf": {"enable": True}})
    of_class = installed("--nginx-plus", params="ngf/shared")
    section = {"logging": {"accessLog": {"preset": "Custom", "format": text}}}
    found = children(bundle({"nginxProxy": section}), Cluster([*of_class, shared]))
    spec = found["NginxProxy edge-proxy"]["spec"]
    assert spec["logging"]["accessLog"]["format"] == text
    assert spec.get("waf") == ({"enable": True} if needed else None)


@pytest.mark.parametrize("of_class", [True, False])
def test_a_bundle_without_firewall_switches_that_of_its_class_off(of_class: bool) -> None:
    shared = made(f"{NGF}/v1alpha2", "NginxProxy", "ngf/shared", spec={"waf": {"enable": of_class}})
    world = Cluster([*installed("--nginx-plus", params="ngf/shared"), shared])

    def spec(**rest: Any) -> Obj:
        found = children(bundle({"nginxProxy": {}, **rest}), world)["NginxProxy edge-proxy"]
        answer: Obj = found["spec"]
        return answer

    assert spec(waf={"enabled": False}).get("waf") == ({"enable": False} if of_class else None)
    assert "waf" not in spec()
    section = {"logging": {"accessLog": {"preset": "Custom", "format": "$app_protect_outcome"}}}
    parent = bundle({"nginxProxy": section, "waf": {"enabled": False}})
    assert lacks(parent, world)["ProxyConfigured"].reason == "InvalidAccessLog"


def test_a_variable_of_a_snippets_policy_is_known_once_ngf_has_accepted_that() -> None:
    theirs = policy("theirs", "map $host $tenant { default a; }")
    refused = policy("theirs", "map $host $tenant { default a; }")
    refused["status"]["ancestors"][0]["conditions"][0]["status"] = "False"
    changed = policy("theirs", "map $host $tenant { default a; }")
    changed["metadata"]["generation"] = 2
    elsewhere = policy("theirs", "map $host $tenant { default a; }")
    elsewhere["spec"]["targetRefs"] = [{**TARGET, "name": "other"}]
    assert custom("$tenant", theirs) == ""
    for one in (refused, changed, elsewhere):
        assert "NGINX knows no variable $tenant" in custom("$tenant", one)


@pytest.mark.parametrize("context", ["main", "http.server", "http.server.location"])
def test_variables_of_other_contexts_than_http_do_not_count(context: str) -> None:
    theirs = policy("theirs", "set $tenant a;", context)
    assert "NGINX knows no variable $tenant" in custom("$tenant", theirs)


def test_when_ngf_loses_its_snippets_no_log_has_their_variables() -> None:
    theirs = policy("theirs", "map $host $tenant { default a; }")
    assert "route_var" not in fields(of({}, MARKER, flags=(), routeMarker={}))
    log = {"preset": "Custom", "format": "$tenant"}
    parent = bundle({"nginxProxy": {"logging": {"accessLog": log}}})
    said = lacks(parent, Cluster([*installed(), theirs]))["ProxyConfigured"]
    assert "$tenant" in said.message


def test_a_variable_of_the_bundles_own_snippets_is_waited_for() -> None:
    own = {"snippetsPolicy": {"httpSnippet": "map $host $tenant { default a; }"}}
    section = {"logging": {"accessLog": {"preset": "Custom", "format": "$tenant"}}}
    parent = bundle({"nginxProxy": section, **own})
    world = Cluster(installed("--snippets"))
    said = lacks(parent, world)["ProxyConfigured"]
    assert (said.reason, said.blocks) == ("WaitingForSnippets", True)
    assert custom("$tenant", policy("edge-snippets", "map $host $tenant {}"), **own) == ""
    gone = {"snippetsPolicy": {"httpSnippet": "map $host $other { default a; }"}}
    live = policy("edge-snippets", "map $host $tenant { default a; }")
    assert "$tenant" in custom("$tenant", live, **gone)


def test_lines_name_their_route_once_the_marker_is_declared() -> None:
    assert "route_var" not in fields(of({}, routeMarker={}))
    assert fields(of({}, MARKER, routeMarker={}))["route_var"] == "$ngf_route"
    assert "route_var" not in fields(of({}, MARKER))


@pytest.mark.parametrize("spec", [{}, {"snippetsPolicy": {"httpSnippet": "a 1;"}}])
def test_variables_of_a_log_that_cannot_be_changed_now_stay_declared(spec: Obj) -> None:
    live = policy("edge-snippets", "map $host $tenant { default a; }")
    live["metadata"]["annotations"] = {"ngf-console.f5.com/owner": "GatewayBundle/shop/edge"}
    parent = bundle({"nginxProxy": {}, **spec})
    gateway = children(parent, Cluster(installed()))["Gateway edge"]
    objects = [*installed("--snippets"), live, gateway]
    blind = Cluster(objects, denied={"NginxProxy": "may not list nginxproxies"})
    assert children(parent, blind)["SnippetsPolicy edge-snippets"]["spec"] == live["spec"]
    free = children(parent, Cluster(objects)).get("SnippetsPolicy edge-snippets", {"spec": {}})
    assert "tenant" not in str(free["spec"])


@pytest.mark.parametrize(
    ("section", "named"),
    [
        ({}, True),
        ({"logging": {"accessLog": {"preset": "Custom", "format": "$ngf_route"}}}, True),
        ({"logging": {"accessLog": {"preset": "Custom", "format": "$status"}}}, False),
        ({"logging": {"accessLog": {"preset": "Default"}}}, False),
        ({"logging": {"accessLog": {"preset": "Off"}}}, False),
        ({"enabled": False}, False),
    ],
)
@pytest.mark.parametrize("objects", [(), (MARKER,)], ids=["awaited", "declared"])
def test_a_marker_that_no_line_would_name_is_not_active(
    section: Obj, named: bool, objects: tuple[Obj, ...]
) -> None:
    world = Cluster([*installed("--snippets"), *objects])
    said = lacks(bundle({"nginxProxy": section, "routeMarker": {}}), world).get("RouteMarkerActive")
    assert (said is None) == named
    assert said is None or (said.reason, said.blocks) == ("NotLogged", True)
    assert "RouteMarkerActive" not in lacks(bundle({"nginxProxy": section}), world)


@pytest.mark.parametrize(
    ("before", "stays"),
    [
        ({"format": "$status $request_time", "escape": "json"}, True),
        ({"format": "$gone"}, False),
        (None, False),
    ],
)
def test_what_was_in_force_stays_where_nginx_still_takes_it(
    before: Obj | None, stays: bool
) -> None:
    logging = {"logging": {"accessLog": before}} if before else {}
    live = made(f"{NGF}/v1alpha2", "NginxProxy", "shop/edge-proxy", spec=logging)
    section = {"logging": {"accessLog": {"preset": "Custom", "format": "$nope"}}, "replicas": 4}
    parent, world = bundle({"nginxProxy": section}), Cluster([*installed(), live])
    spec = children(parent, world)["NginxProxy edge-proxy"]["spec"]
    assert spec["kubernetes"] == {"deployment": {"replicas": 4}}
    if stays:
        assert spec["logging"]["accessLog"] == before
    else:
        assert fields(spec["logging"]["accessLog"])["log"] == "ngf_access"
    said = lacks(parent, world)["ProxyConfigured"]
    assert (said.reason, said.name) == ("InvalidAccessLog", "")


@pytest.mark.parametrize(
    "edit", [{"format": "$remote_addr edited"}, {"disable": True}, {"format": ""}]
)
def test_what_others_make_of_the_log_is_not_adopted_while_a_format_is_refused(edit: Obj) -> None:
    def asking(text: str) -> Obj:
        section = {"logging": {"accessLog": {"preset": "Custom", "format": text}}}
        return bundle({"nginxProxy": section})

    live = children(asking("$status"), Cluster(installed()))["NginxProxy edge-proxy"]
    before = live["spec"]["logging"]["accessLog"]
    live["spec"]["logging"]["accessLog"] = before | edit
    found = children(asking("$nope"), Cluster([*installed(), live]))["NginxProxy edge-proxy"]
    assert found["spec"]["logging"]["accessLog"] == before
    assert found["metadata"] == live["metadata"], "it is remembered as long as it is in force"
    for unread in ("", "[]", "{"):
        live["metadata"]["annotations"] = {"ngf-console.f5.com/access-log": unread}
        found = children(asking("$nope"), Cluster([*installed(), live]))["NginxProxy edge-proxy"]
        assert found["spec"]["logging"]["accessLog"] == before | edit


def unseen(asked: str, live: str) -> tuple[str, Lack]:
    """The format, and what is said of it, where nobody sees which edition NGF runs."""
    logging = {"accessLog": {"disable": False, "escape": "default", "format": live}}
    proxy = made(f"{NGF}/v1alpha2", "NginxProxy", "shop/edge-proxy", spec={"logging": logging})
    section = {"logging": {"accessLog": {"preset": "Custom", "format": asked}}}
    parent, world = bundle({"nginxProxy": section}), Cluster([installed()[0], proxy])
    log = children(parent, world)["NginxProxy edge-proxy"]["spec"]["logging"]["accessLog"]
    return log["format"], lacks(parent, world)["ProxyConfigured"]


@pytest.mark.parametrize("text", ["$status $jwt_claim_sub", "$upstream_queue_time"])
def test_a_log_with_variables_of_nginx_plus_stays_while_nobody_knows_the_edition(text: str) -> None:
    stays, said = unseen(text, text)
    assert (stays, said.reason, said.blocks) == (text, "EditionUnknown", False)
    stays, said = unseen("$nope", text)
    assert (stays, said.reason, said.blocks) == (text, "InvalidAccessLog", True)
    stays, said = unseen(text, "$status")
    assert (stays, said.reason, said.blocks) == ("$status", "EditionUnknown", True)
    assert "control plane is not to be seen" in said.message
    assert "knows no variable" not in said.message


def test_what_no_edition_knows_is_refused_where_nobody_knows_the_edition() -> None:
    stays, said = unseen("$jwt_claim_sub $nope", "$jwt_claim_sub $gone")
    assert "ngf_access" in stays
    assert said.reason == "InvalidAccessLog"
    assert "no variable $nope here" in said.message


def test_a_format_among_the_further_fields_is_looked_at_as_well() -> None:
    extra = {"logging": {"accessLog": {"format": "$nope"}}}
    parent = bundle({"nginxProxy": {"extra": extra}})
    assert "$nope" in lacks(parent, Cluster(installed()))["ProxyConfigured"].message


@pytest.mark.parametrize(
    "extra", [{"logging": None}, {"logging": {"accessLog": None}}, {"telemetry": None, "waf": None}]
)
def test_further_fields_that_are_null_change_nothing(extra: Obj) -> None:
    assert of({"extra": extra}) == of({})


@pytest.mark.parametrize(
    ("snippet", "names"),
    [
        ('map "" $ngf_route { default "-"; }', ["ngf_route"]),
        ("map $http_x  $A{default 1;}", ["a"]),
        ("geo $x { default 0; }\ngeo $remote_addr $y { default 0; }", ["x", "y"]),
        ('split_clients "${remote_addr}AAA" $v { * a; }', ["v"]),
        ("set $a 1; js_set $b m.f; auth_request_set $c $upstream_http_c;", ["a", "b", "c"]),
        ("map $uri $n { ~^/(?<part>[^/]+) $part; }", ["n", "part"]),
        ("# set $no 1;\nproxy_set_header X $yes;", []),
    ],
)
def test_directives_that_declare_variables_are_known(snippet: str, names: list[str]) -> None:
    assert list(variables.declared(snippet)) == names


def test_the_presets_have_no_unknown_variable() -> None:
    known = variables.ALWAYS | variables.TRACING | {"ngf_route"}
    text = access_log.written(marked=True, traced=True)
    assert variables.unknown(text, known, variables.PREFIXES) == []
    assert variables.malformed(text) == ""
