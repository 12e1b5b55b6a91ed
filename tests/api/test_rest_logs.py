"""Promise: log lines over REST are those of the cluster that is asked and of nobody else's
namespaces; what cannot be asked is refused by name, and pages end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from services.auth.identity import Role
from tests.api.conftest import Console

BASE = "/api/v1/clusters/web-fra/logs"
HOST = "rest-logs.example.com"


def line(now: datetime, number: int, cluster: str = "web-fra", **fields: Any) -> dict[str, Any]:
    failed = number % 10 == 0
    return {
        "timestamp": (now - timedelta(seconds=30 + number)).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3],
        "cluster_name": cluster,
        "namespace": "shop" if number % 2 else "payments",
        "gateway": "edge-public",
        "method": "GET",
        "host": HOST,
        "path": f"/item/{number}",
        "status": 502 if failed else 200,
        "status_class": "5xx" if failed else "2xx",
        "latency_ms": float(number),
        "request_id": f"r{number}",
        **fields,
    }


@pytest.fixture(scope="module", autouse=True)
def lines(console: Console) -> None:
    now = datetime.now(UTC)
    rows = [line(now, number) for number in range(60)]
    rows.append(line(now, 7, "web-iad", request_id="other"))
    console.container.store.insert(
        "ngf_access_logs", b"\n".join(map(orjson.dumps, rows)), f"rest-logs-{now}"
    )


def asked(console: Console, **body: Any) -> dict[str, Any]:
    """An answer about what this file put in: others of the same console have lines as well."""
    answer = console.ask("POST", f"{BASE}/query", json={"hostname": [HOST], **body})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_line_has_the_names_it_had_before_and_says_what_is_not_known(console: Console) -> None:
    page = asked(console, limit=1)
    (item,) = page["items"]
    assert (item["statusCode"], item["latency"], item["hostname"]) == (502, 0.0, HOST)
    assert (item["cluster"], item["route"], item["upstreamService"]) == ("web-fra", None, None)
    assert page["source"] == "access logs"
    assert page["as_of"] == item["timestamp"]


def test_pages_end_and_hold_each_line_once(console: Console) -> None:
    seen: list[str] = []
    cursor = ""
    for _ in range(9):
        page = asked(console, limit=25, cursor=cursor)
        seen += [item["requestId"] for item in page["items"]]
        cursor = page["cursor"]
        if cursor is None:
            break
    assert seen == [f"r{number}" for number in range(60)]


@pytest.mark.parametrize("body", [b'{"path":["\\ud800"]}', b'{"\\udfff":1}', b'["\\ud83d"]'])
def test_what_is_no_unicode_is_refused(console: Console, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for _ in range(4):
        answer = console.ask("POST", f"{BASE}/query", data=body, headers=headers)
        assert answer.status_code == 422, answer.text
        (told,) = answer.json()["error"]["details"]["fields"]
        assert told == {"field": "body", "rule": "must be Unicode text"}
    assert asked(console, search="\U0001f600")["items"] == []


def test_both_trees_answer_the_same(console: Console) -> None:
    named = asked(console, status=["5xx"])
    body = {"hostname": [HOST], "status": ["5xx"]}
    default = console.ask("POST", "/api/v1/logs/query", json=body).json()
    assert len(named["items"]) == 6
    assert named["items"] == default["items"]


def test_a_limit_to_namespaces_is_kept(console: Console) -> None:
    token = console.token(Role.VIEWER, namespaces=("payments",))
    page = console.ask("POST", f"{BASE}/query", token, json={}).json()
    assert {item["namespace"] for item in page["items"]} == {"payments"}
    other = console.ask("POST", f"{BASE}/query", token, json={"namespace": "shop"}).json()
    assert (other["items"], other["reason"] is None) == ([], False)
    top = console.ask("GET", f"{BASE}/topn?field=namespace", token).json()
    assert [item["key"] for item in top["items"]] == ["payments"]


def test_a_cluster_outside_the_limits_is_not_there(console: Console) -> None:
    token = console.token(Role.VIEWER, clusters=("web-iad",))
    assert console.ask("POST", f"{BASE}/query", token, json={}).status_code == 404


def test_top_values_and_histogram_count_the_same_lines(console: Console) -> None:
    top = console.ask("GET", f"{BASE}/topn?field=status&n=1&timeRange=10m&hostname={HOST}").json()
    assert top["items"] == [{"key": "200", "count": 54, "percentage": pytest.approx(90)}]
    spread = console.ask("GET", f"{BASE}/histogram?timeRange=10m&status=2xx&hostname={HOST}").json()
    assert sum(filter(None, spread["counts"]["5xx"])) == 6
    assert len(spread["times"]) == len(spread["counts"]["5xx"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"timeRange": "yesterday"}, "timeRange"),
        ({"timeRange": "2026-11-24T14:00Z/2026-11-24T13:00Z"}, "timeRange"),
        ({"limit": 501}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"status": ["six"]}, "status"),
        ({"secret": "x"}, "secret"),
        ({"search": "x" * 401}, "search"),
        ({"minLatency": -1}, "minLatency"),
        ({"hostname": ["x"] * 51}, "hostname"),
        ({"upstreamAddress": ["x" * 401]}, "upstreamAddress"),
    ],
)
def test_a_wrong_question_names_the_field(
    console: Console, body: dict[str, Any], field: str
) -> None:
    answer = console.ask("POST", f"{BASE}/query", json=body)
    assert answer.status_code == 422
    assert [part["field"] for part in answer.json()["error"]["details"]["fields"]] == [field]


@pytest.mark.parametrize("query", ["field=secret", "n=101", "colour=red"])
def test_a_wrong_question_of_top_values_is_refused(console: Console, query: str) -> None:
    answer = console.ask("GET", f"{BASE}/topn?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["fields"][0]["field"] == query.partition("=")[0]
