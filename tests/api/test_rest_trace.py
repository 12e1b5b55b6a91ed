"""Promise: a trace tells the path of a request and what was recorded of it, and no duration that
nothing recorded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from services.auth.identity import Role
from tests.api.conftest import Console
from tests.real.kube_api import wait_until

TRACE = "/api/v1/clusters/web-fra/diagnostics/trace"
CART = {"scheme": "https", "host": "www.shop.example.com", "path": "/traced/1"}
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture(scope="module", autouse=True)
def records(console: Console) -> None:
    """Three requests, once the cluster has been read: one with its trace, one that another
    route is said to have taken, and one whose backend was not asked."""
    cluster = console.container.fleet.get("web-fra")
    wait_until("web-fra", lambda: not console.container.models.of(cluster).world.unread)
    now = datetime.now(UTC)
    line = {
        "cluster_name": "web-fra",
        "namespace": "shop",
        "gateway": "edge-public",
        "listener": "443",
        "route": "shop/storefront",
        "rule": "0",
        "route_source": "variable",
        "scheme": "https",
        "host": "www.shop.example.com",
        "method": "GET",
        "path": "/traced/1",
        "status": 200,
        "status_class": "2xx",
        "latency_ms": 41.5,
        "upstream_latency_ms": 40.0,
        "upstream_connect_ms": 1.5,
        "upstream_header_ms": 39.0,
        "upstream_name": "shop_shop-web_8080",
        "upstream_addr": "10.0.0.9:8080",
        "request_id": "traced-1",
        "trace_id": TRACE_ID,
    }
    rows = [
        {**line, "timestamp": written(now - timedelta(seconds=30))},
        {**line, "timestamp": written(now - timedelta(seconds=20)), "request_id": "traced-2"}
        | {"route": "shop/cart", "trace_id": ""},
        {**line, "timestamp": written(now - timedelta(seconds=10)), "request_id": "traced-3"}
        | {"status": 404, "status_class": "4xx", "route": "", "rule": "", "trace_id": ""}
        | {"host": "unknown.shop.example.com", "upstream_latency_ms": None}
        | {"upstream_connect_ms": None, "upstream_header_ms": None, "upstream_addr": ""},
        {**line, "timestamp": written(now - timedelta(seconds=5)), "request_id": "traced-4"}
        | {"gateway": "gone", "host": "gone.example.com"},
    ]
    console.container.store.insert(
        "ngf_access_logs", b"\n".join(map(orjson.dumps, rows)), "traced requests"
    )
    span = {
        "Timestamp": written(now - timedelta(seconds=30)),
        "TraceId": TRACE_ID,
        "SpanId": "b7ad6b7169203331",
        "ServiceName": "ngf:shop:edge-public",
        "SpanName": "/traced/1",
        "SpanKind": "Server",
        "Duration": 41_000_000,
        "StatusCode": "Ok",
        "ResourceAttributes": {"cluster_name": "web-fra", "k8s.namespace.name": "shop"},
    }
    console.container.store.insert("otel_traces", orjson.dumps(span), "traced spans")


def written(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def traced(console: Console, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    answer = console.ask("POST", TRACE, token or None, json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def durations(told: dict[str, Any]) -> dict[str, float | None]:
    return {one["name"]: one["durationMs"] for one in told["steps"]}


def test_one_request_has_the_durations_of_its_record_and_no_others(console: Console) -> None:
    told = traced(console, {"requestId": "traced-1"})
    assert told["request"]["host"] == "www.shop.example.com"
    assert told["gateway"] == "shop/edge-public"
    assert (told["matched"], told["matchedRoute"]) == (True, "shop/storefront")
    assert durations(told) == {
        "Gateway Listener Selection": None,
        "Route Matching": None,
        "Rule Matching": None,
        "Backend Selection": None,
        "Connection To Backend": 1.5,
        "First Byte From Backend": 39.0,
        "Answer Of Backend": 40.0,
        "Whole Request": 41.5,
    }
    assert all(one["durationMs"] is not None or one["durationReason"] for one in told["steps"])
    assert told["recorded"]["lines"][0]["agrees"] is True
    span = told["recorded"]["spans"][0]
    assert (span["traceId"], span["duration"]) == (TRACE_ID, 41.0)


def test_requests_alike_are_found_and_each_is_held_against_the_model(console: Console) -> None:
    told = traced(console, CART)
    lines = {one["requestId"]: one for one in told["recorded"]["lines"]}
    assert set(lines) == {"traced-1", "traced-2"}
    assert (lines["traced-1"]["agrees"], lines["traced-2"]["agrees"]) == (True, False)
    assert set(durations(told).values()) == {None}
    reasons = {one["durationReason"] for one in told["steps"]}
    assert "2 requests were logged; each has its own time of the whole request." in reasons


def test_a_time_that_the_log_left_empty_is_none(console: Console) -> None:
    told = traced(console, {"requestId": "traced-3"})
    assert told["matched"] is False
    assert durations(told)["Answer Of Backend"] is None
    assert durations(told)["Whole Request"] == 41.5
    assert told["recorded"]["lines"][0]["agrees"] is None
    by_name = {one["name"]: one for one in told["steps"]}
    assert by_name["Route Matching"]["status"] == "fail"
    assert by_name["Rule Matching"]["status"] == "skip"


def test_a_request_without_records_has_its_path_and_the_reason(console: Console) -> None:
    told = traced(console, {**CART, "path": "/never/asked", "headers": {"x-a": "1"}})
    assert told["matchedRoute"] == "shop/storefront"
    assert told["path"][0]["step"] == "listener"
    assert told["recorded"]["lines"] == []
    assert told["recorded"]["reason"]
    assert set(durations(told).values()) == {None}


def test_a_request_whose_gateway_is_gone_has_its_record_without_a_path(console: Console) -> None:
    told = traced(console, {"requestId": "traced-4"})
    assert (told["simulation"], told["matched"]) == (None, False)
    assert durations(told)["Whole Request"] == 41.5
    assert "shop/gone does not exist" in told["steps"][0]["message"]


def test_an_id_that_nothing_recorded_is_told_as_such(console: Console) -> None:
    told = traced(console, {"requestId": "no-such-request"})
    assert told["simulation"] is None
    assert {one["status"] for one in told["steps"]} == {"skip"}
    assert "no-such-request" in told["steps"][0]["message"]


def test_records_of_hidden_namespaces_are_not_told(console: Console) -> None:
    orders = console.token(Role.VIEWER, namespaces=("orders",))
    told = traced(console, {"requestId": "traced-1"}, orders)
    assert told["recorded"]["lines"] == []
    assert told["recorded"]["spans"] == []


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["host", "path"]),
        ({"path": "/only"}, ["host"]),
        ({"host": "a", "timeRange": "long"}, ["timeRange"]),
        ({"host": "a", "gateway": "edge"}, ["gateway"]),
        ({"host": "a", "scheme": "gopher"}, ["scheme"]),
    ],
)
def test_what_cannot_be_traced_is_named(
    console: Console, body: dict[str, Any], fields: list[str]
) -> None:
    answer = console.ask("POST", TRACE, json=body)
    assert answer.status_code == 422, answer.text
    assert [one["field"] for one in answer.json()["error"]["details"]["fields"]] == fields
