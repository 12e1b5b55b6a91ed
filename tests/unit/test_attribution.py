"""Promise: a line of an access log without a marker has the rule that must have taken its request,
by the objects of its time; where something that is not logged decides, those that may have."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from services.clusters.fleet import Fleet, Member
from services.demo.api import DemoApi
from services.demo.definitions import definitions
from services.gatewayapi import manifests
from services.gatewayapi.attribution import Attribution
from services.gatewayapi.history import KEPT_S, MOST, History, Past
from services.gatewayapi.model.model import Model
from services.gatewayapi.models import Models
from services.kube.connection import Connection
from services.telemetry.attribution import UNMARKED, Line, Taken
from tests.unit.modelled import NGF, gateway, gateway_class, made, model, route, service

RECORDED = Path(__file__).parent.parent / "recorded" / "ngf"


def attribution() -> Attribution:
    """One that is only asked ``by`` a model that is given."""
    return Attribution(History(Fleet(), Models()))


def rule(path: str, *backends: str, **match: Any) -> dict[str, Any]:
    refs = [{"name": name, "port": 80} for name in backends]
    return {"matches": [{"path": {"value": path}, **match}], "backendRefs": refs}


def header(name: str, value: str) -> dict[str, Any]:
    return {"headers": [{"name": name, "value": value}]}


def line(target: str, at: float = 0, **fields: str) -> Line:
    told = {
        "host": "shop.example.com",
        "port": "80",
        "scheme": "http",
        "method": "GET",
        "path": target.partition("?")[0],
        "request_uri": target,
        "status": "200",
        "uaddr": "10.0.0.1:8080",
    }
    return Line("web", "infra", "gw", at, told | fields)


def by(rules: list[dict[str, Any]], asked: Line, controller: str = NGF) -> Taken:
    of = model(
        gateway_class("mine", controller),
        gateway(name="mine"),
        route("infra/app", rules=rules),
        service("infra/a"),
        service("infra/b"),
    )
    return attribution().by(of, asked)


def certainly(number: int) -> Taken:
    return Taken((f"infra/app/{number}",), certain=True)


def perhaps(*numbers: int) -> Taken:
    return Taken(tuple(f"infra/app/{number}" for number in numbers), certain=False)


NOBODY = Taken((), certain=False)


def test_each_marked_line_of_a_real_data_plane_has_the_route_of_its_marker() -> None:
    """Of six the header of another route, which is not logged, could have decided."""
    recorded = Model.build(manifests.read([str(RECORDED / "manifests.yaml")]).world)
    asked = attribution()
    marked: dict[bool, int] = {True: 0, False: 0}
    for text in (RECORDED / "access_json.log").read_text(errors="replace").splitlines():
        if not text.startswith("{"):
            continue
        fields: Mapping[str, str] = json.loads(text)
        found = asked.by(recorded, Line("web", "shop", "edge", 0, fields))
        marker = next(
            (fields[n] for n in ("route_var", "route_hdr") if fields[n] not in UNMARKED), ""
        )
        if marker:
            marked[found.certain] += 1
            assert marker in found.rules, text
            assert not found.certain or found.rules == (marker,), text
    assert marked == {True: 131, False: 6}


def test_each_other_line_has_the_rule_that_was_meant_for_its_request() -> None:
    recorded = Model.build(manifests.read([str(RECORDED / "manifests.yaml")]).world)
    said = map(json.loads, (RECORDED / "requests.jsonl").read_text().splitlines())
    wanted = {one["x_request_id"]: one.get("want") for one in said if one["run"] == 2}
    asked, told = attribution(), 0
    for text in (RECORDED / "access_json.log").read_text(errors="replace").splitlines():
        fields = json.loads(text) if text.startswith("{") else {}
        if fields.get("x_request_id") not in wanted:
            continue
        found = asked.by(recorded, Line("web", "shop", "edge", 0, fields))
        want = (wanted[fields["x_request_id"]] or "").replace(" rule ", "/")
        assert want in found.rules if want else found == NOBODY, text
        told += 1
    assert told > 240


def test_a_header_that_is_not_logged_leaves_candidates() -> None:
    rules = [rule("/", "a", **header("x-canary", "yes")), rule("/", "a")]
    assert by(rules, line("/x")) == perhaps(0, 1)
    assert by(rules[1:], line("/x")) == certainly(0)


def test_a_header_that_is_logged_decides() -> None:
    rules = [rule("/", "a", **header("User-Agent", "probe")), rule("/", "a")]
    assert by(rules, line("/x", ua="probe")) == certainly(0)
    assert by(rules, line("/x", ua="browser")) == certainly(1)


def test_the_upstream_tells_rules_apart() -> None:
    rules = [rule("/", "a", **header("x-canary", "yes")), rule("/", "b")]
    assert by(rules, line("/x", proxy_host="infra_a_80")) == certainly(0)
    assert by(rules, line("/x", proxy_host="infra_b_80")) == certainly(1)
    assert by(rules, line("/x", proxy_host="infra_b_80_app_infra_1")) == certainly(1)
    assert by(rules, line("/x", proxy_host="invalid-backend-ref")) == perhaps(0, 1)


def test_a_rule_that_marks_its_lines_took_none_without_marker() -> None:
    ref = {"group": "gateway.nginx.org", "kind": "SnippetsFilter", "name": "mark"}
    marking = rule("/", "a") | {"filters": [{"type": "ExtensionRef", "extensionRef": ref}]}
    of = model(
        gateway_class("mine", NGF),
        gateway(name="mine"),
        route("infra/app", rules=[rule("/", "a", **header("x-canary", "yes")), marking]),
        made("SnippetsFilter", "infra/mark", {"snippets": [{"value": 'set $ngf_route "a/b/1";'}]}),
    )
    assert attribution().by(of, line("/x")) == certainly(0)
    assert attribution().by(of, line("/x", route_var="a/b/1")) == perhaps(0, 1)
    assert attribution().by(of, line("/x", uaddr="", status="302")) == perhaps(0)


def test_the_query_decides_and_without_it_nobody_knows() -> None:
    version = {"queryParams": [{"name": "v", "value": "2"}]}
    rules = [rule("/", "a", **version), rule("/", "a")]
    assert by(rules, line("/x?v=2")) == certainly(0)
    assert by(rules, line("/x?v=3")) == certainly(1)
    assert by(rules, line("/x", request_uri="")) == perhaps(0, 1)


def test_the_method_decides() -> None:
    rules = [rule("/", "a", method="POST"), rule("/", "b")]
    assert by(rules, line("/x", method="POST")) == certainly(0)
    assert by(rules, line("/x")) == certainly(1)


def test_a_header_alone_is_certain_only_where_somebody_took_the_request() -> None:
    rules = [rule("/", "a", **header("x-canary", "yes"))]
    assert by(rules, line("/x")) == certainly(0)
    assert by(rules, line("/x", status="302", uaddr="")) == perhaps(0)


@pytest.mark.parametrize("status", ["404", "400", "421", "414"])
def test_what_the_gateway_refused_itself_was_taken_by_no_route(status: str) -> None:
    rules = [rule("/", "a")]
    assert by(rules, line("/x", status=status, uaddr="")) == NOBODY
    assert by(rules, line("/x", status="404")) == certainly(0)


@pytest.mark.parametrize(
    "asked",
    [
        line("/x", port=""),
        line("/x", port="8080"),
        line("*", method="OPTIONS"),
        line("/x")._replace(gateway="other"),
    ],
)
def test_what_no_listener_has_is_nobodys(asked: Line) -> None:
    assert by([rule("/", "a")], asked) == NOBODY


def test_other_controllers_fall_back_to_shorter_paths() -> None:
    rules = [rule("/api", "a", method="POST"), rule("/", "a")]
    assert by(rules, line("/api"), controller="example.com/other") == certainly(1)


def test_a_model_holds_from_its_change_until_the_next() -> None:
    first, second = model(gateway()), model(gateway(), route())
    past = Past()
    past.add(100, first)
    past.add(200, second)
    assert past.at(99.9) is None
    assert past.at(100) is first
    assert past.at(199.9) is first
    assert past.at(1e12) is second


def test_a_change_that_sends_no_request_elsewhere_makes_no_other_model() -> None:
    first = model(gateway(), route())
    objects = {**first.world.objects, "services": {("infra", "a"): service("infra/a")}}
    second = first.following(type(first.world)(objects))
    past = Past()
    past.add(100, first)
    past.add(200, second)
    assert past.at(150) is second


def test_what_is_remembered_is_bounded() -> None:
    past = Past()
    models = [model(gateway(), route(f"infra/r{number}")) for number in range(3)]
    for number in range(MOST * 2):
        past.add(number, models[number % 3])
    assert past.at(MOST - 1) is None
    assert past.at(MOST) is not None
    past.add(MOST * 2 + KEPT_S + 10, model(gateway()))
    assert past.at(MOST * 2 - 2) is None
    assert past.at(MOST * 2 + 100) is models[(MOST * 2 - 1) % 3], "it held until the newest"


def test_a_route_that_comes_and_goes_has_the_lines_of_its_time() -> None:
    api = DemoApi("web", definitions())
    for obj in (
        made("Namespace", "infra"),
        gateway_class("mine", NGF),
        gateway(name="mine"),
    ):
        versions = {"Namespace": "v1"}
        api.store.create(
            {"apiVersion": versions.get(obj["kind"], "gateway.networking.k8s.io/v1"), **obj}
        )
    api.start()
    kubeconfig = api.kubeconfig()
    fleet = Fleet([Member("web", lambda: Connection.from_kubeconfig(kubeconfig), default=True)])
    history = History(fleet, Models())
    asked = Attribution(history)
    history.start()
    fleet.start()
    try:
        eventually("the first model", lambda: history.at("web", time.time()) is not None)
        before = time.time()
        app = route("infra/app", rules=[rule("/", "a")])
        api.store.create({"apiVersion": "gateway.networking.k8s.io/v1", **app})
        eventually("the route", lambda: asked(line("/x", time.time())) == certainly(0))
        during = time.time()
        api.store.delete("gateway.networking.k8s.io/v1", "HTTPRoute", "infra", "app")
        eventually("its end", lambda: asked(line("/x", time.time())) == NOBODY)
        assert asked(line("/x", before)) == NOBODY
        assert asked(line("/x", during)) == certainly(0)
        assert asked(line("/x", before)._replace(cluster="another")) == NOBODY
    finally:
        history.stop()
        fleet.stop()
        api.stop()


def eventually(what: str, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)
