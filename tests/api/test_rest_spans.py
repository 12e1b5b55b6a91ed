"""Promise: spans and log lines of pickers over REST page, refuse and keep limits as access logs."""

from typing import Any

import pytest

from services.auth.identity import Role
from tests.api.conftest import Console
from tests.recorded_picker import CLUSTER, FULLY_LOGGED, POOL, put_recording

BASE = f"/api/v1/clusters/{CLUSTER}/logs"
SPANS, PICKER = f"{BASE}/spans/query", f"{BASE}/picker/query"


@pytest.fixture(scope="module", autouse=True)
def recording(console: Console) -> None:
    put_recording(console.container.store)


def asked(console: Console, path: str, **body: Any) -> dict[str, Any]:
    answer = console.ask("POST", path, json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_trace_is_told_span_by_span_in_the_order_of_time(console: Console) -> None:
    picked = asked(console, SPANS, requestId=FULLY_LOGGED, name=["pick_endpoints"])["items"][0]
    page = asked(console, SPANS, traceId=[picked["traceId"]])
    spans = page["items"]
    assert spans[-1]["name"] == "gateway.request"
    assert spans[-1]["parentSpanId"] is None
    assert {span["pool"] for span in spans} == {f"llm/{POOL}"}
    times = [(span["timestamp"], span["nanoseconds"]) for span in spans]
    assert times == sorted(times, reverse=True)
    assert picked["attributes"]["gen_ai.request.id"] == FULLY_LOGGED
    assert (page["source"], page["as_of"]) == ("spans", spans[0]["timestamp"])


def test_a_line_of_a_picker_tells_its_outcome(console: Console) -> None:
    (line,) = asked(console, PICKER, requestId=FULLY_LOGGED, outcome=["handled"])["items"]
    assert (line["message"], line["error"]) == ("Request handled", None)
    assert line["endpoint"] == line["fields"]["endpoint"]
    others = asked(console, PICKER, requestId=FULLY_LOGGED, outcome=[""])["items"]
    assert {one["outcome"] for one in others} == {None}


@pytest.mark.parametrize("path", [SPANS, PICKER], ids=["spans", "picker"])
def test_pages_end_and_hold_each_line_once(console: Console, path: str) -> None:
    whole = asked(console, path, limit=500)
    assert whole["cursor"] is None
    found, cursor = [], ""
    while cursor is not None:
        page = asked(console, path, limit=100, cursor=cursor)
        found += page["items"]
        cursor = page["cursor"]
    assert found == whole["items"]


@pytest.mark.parametrize("path", [SPANS, PICKER], ids=["spans", "picker"])
def test_limits_are_kept(console: Console, path: str) -> None:
    inside = console.token(Role.VIEWER, namespaces=("llm",))
    assert console.ask("POST", path, inside, json={}).json()["items"]
    outside = console.token(Role.VIEWER, namespaces=("shop",))
    page = console.ask("POST", path, outside, json={}).json()
    assert (page["items"], page["reason"] is None) == ([], False)
    elsewhere = console.token(Role.VIEWER, clusters=("web-iad",))
    assert console.ask("POST", path, elsewhere, json={}).status_code == 404
    assert console.ask("POST", path.replace(CLUSTER, "none"), json={}).status_code == 404


def test_the_default_tree_is_there(console: Console) -> None:
    for kind in ("spans", "picker"):
        page = console.ask("POST", f"/api/v1/logs/{kind}/query", json={}).json()
        assert page["items"] == [], "nothing of that cluster was recorded"
        assert page["reason"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (SPANS, {"timeRange": "yesterday"}, "timeRange"),
        (SPANS, {"status": ["5xx"]}, "status"),
        (SPANS, {"minDuration": -1}, "minDuration"),
        (SPANS, {"traceId": ["x" * 401]}, "traceId"),
        (SPANS, {"hostname": ["x"]}, "hostname"),
        (SPANS, {"cursor": "nonsense"}, "cursor"),
        (PICKER, {"outcome": ["error"]}, "outcome"),
        (PICKER, {"minDuration": 1}, "minDuration"),
        (PICKER, {"message": ["x"] * 51}, "message"),
        (PICKER, {"limit": 501}, "limit"),
        (PICKER, {"search": "x" * 401}, "search"),
    ],
)
def test_a_wrong_question_names_the_field(
    console: Console, path: str, body: dict[str, Any], field: str
) -> None:
    answer = console.ask("POST", path, json=body)
    assert answer.status_code == 422
    assert [part["field"] for part in answer.json()["error"]["details"]["fields"]] == [field]
