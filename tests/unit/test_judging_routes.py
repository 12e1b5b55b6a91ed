"""Promise: what is told of a route, stored or drafted, is what the model says of it, parent by
parent, and nothing of what somebody may not see."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.auth.identity import CONSOLE, Identity, Role
from services.clusters.fleet import Fleet
from services.demo.fleet import start_demo
from services.gatewayapi.drafting import Draft, Drafting
from services.gatewayapi.judging import Judging
from services.gatewayapi.models import Models
from services.gatewayapi.resources import Resources
from services.listing import ListQuery

WEB = "web-fra"
LIMITED = Identity("lea", Role.OPERATOR, None, frozenset({"labs"}))


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    running = start_demo()
    started = Fleet(running.members())
    started.start()
    started.wait_ready(60)
    yield started
    started.stop()
    running.stop()


@pytest.fixture(scope="module")
def judging(fleet: Fleet) -> Judging:
    return Judging(fleet, Models())


@pytest.fixture(scope="module")
def drafting(fleet: Fleet) -> Drafting:
    return Drafting(fleet, Models())


def routes(fleet: Fleet, **filters: tuple[str, ...]) -> list[dict[str, Any]]:
    query = ListQuery(page_size=500, filters=filters)
    return Resources(fleet).list(CONSOLE, "routes", query).items


def test_one_table_has_every_kind_of_route(fleet: Fleet) -> None:
    every = routes(fleet)
    kinds = {row["kind"] for row in every}
    assert {"HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"} <= kinds
    for kind in kinds:
        kept = [row["name"] for row in routes(fleet, kind=(kind,))]
        assert kept == [row["name"] for row in every if row["kind"] == kind]
    hosts = routes(fleet, host=("pay.shop.example.com",))
    assert {row["name"] for row in hosts} >= {"checkout"}


def test_everything_that_decides_is_told(fleet: Fleet) -> None:
    [checkout] = [row for row in routes(fleet) if row["name"] == "checkout"]
    assert "POST = /pay" in checkout["matches_text"]
    assert "header x-canary: true" in checkout["matches_text"]
    assert "request timeout 10s" in checkout["filters"]
    assert "rewrite path to / in place of the prefix" in checkout["filters"]
    assert "checkout-v2:8080 weight 95" in checkout["backends"]


def test_rows_say_of_each_parent_what_the_model_says(fleet: Fleet, judging: Judging) -> None:
    told = {row["name"]: row for row in judging.listed(CONSOLE, routes(fleet))}
    assert told["checkout"]["attached"]["text"] == "yes"
    assert told["checkout"]["parents"][0]["why"].startswith("Attaches to listener https")
    refused = told["firmware"]
    assert refused["attached"]["status"] == "err"
    assert "fw.iot.example.net" in refused["parents"][0]["why"]


def test_problems_name_field_section_and_remedy(judging: Judging) -> None:
    found = judging.of(CONSOLE, WEB, "tlsroutes", "iot", "firmware")["problems"]
    assert found[0]["reason"] == "NoMatchingListenerHostname"
    assert found[0]["section"] == "TLSRoute.spec.hostnames"
    assert found[0]["remedy"]


def test_what_is_outside_the_limits_is_not_told(judging: Judging) -> None:
    assert judging.parents(LIMITED, WEB, "httproutes", "payments", "checkout") == []
    nothing = {"problems": [], "hidden": 0}
    assert judging.of(LIMITED, WEB, "httproutes", "payments", "checkout") == nothing
    [elsewhere] = judging.parents(LIMITED, WEB, "httproutes", "labs", "try")
    assert elsewhere == {"status": "unknown", "state": "not visible to you", "listeners": []}


def drafted(parent: Any, *hosts: str, backends: Any = ()) -> Draft:
    spec = {"parentRefs": [parent], "hostnames": [*hosts], "rules": [{"backendRefs": backends}]}
    return Draft(WEB, "httproutes", "shop", {"metadata": {"name": "new"}, "spec": spec}, 0)


def test_a_draft_is_told_where_it_would_attach(drafting: Drafting) -> None:
    edge = {"name": "edge-public", "sectionName": "https"}
    [taken] = drafting.parent_states(CONSOLE, drafted(edge, "new.shop.example.com"))
    assert taken["status"] == "ok"
    assert taken["state"].startswith("Attaches to listener https; new.shop.example.com is inside")
    [other] = drafting.parent_states(CONSOLE, drafted(edge, "new.example.org"))
    assert other["status"] == "err"
    assert "new.example.org" in other["state"]
    [gone] = drafting.parent_states(CONSOLE, drafted({"name": "none"}))
    assert gone == {"status": "err", "state": "Gateway shop/none does not exist."}


def test_a_backend_elsewhere_needs_a_grant(drafting: Drafting) -> None:
    elsewhere = {"name": "checkout-v2", "namespace": "payments", "port": 8080}
    draft = drafted({"name": "edge-public"}, backends=[elsewhere])
    assert drafting.backend_states(CONSOLE, draft) == [
        {"status": "err", "state": "no ReferenceGrant"}
    ]
    limited = Identity("lea", Role.OPERATOR, None, frozenset({"shop"}))
    assert drafting.backend_states(limited, draft) == [
        {"status": "unknown", "state": "not visible to you"}
    ]


@pytest.mark.parametrize(
    "spec",
    [3, [], {"parentRefs": 3}, {"parentRefs": [None, {"name": {}}]}, {"rules": [[], {"a": 1}]}],
)
def test_a_draft_may_hold_anything(drafting: Drafting, spec: Any) -> None:
    draft = Draft(WEB, "httproutes", "shop", {"metadata": {"name": "new"}, "spec": spec}, 0)
    drafting.parent_states(CONSOLE, draft)
    drafting.backend_states(CONSOLE, draft)
