"""Promise: whatever the REST API answers can be had as a file for a spreadsheet or a notebook, with
the same rows, and with source, age and window; nothing in it runs."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pyarrow
import pyarrow.parquet
import pytest
from flask import Response

from api.tables import table, tell
from tests.api.conftest import Console


def asked(console: Console, path: str, fmt: str, **query: str) -> Any:
    answer = console.ask("GET", f"/api/v1/{path}", params={"format": fmt, **query})
    assert answer.status_code == 200, answer.text
    return answer


def test_a_list_is_the_same_in_each_format(console: Console) -> None:
    items = asked(console, "httproutes", "json", pageSize="7").json()["items"]
    told = asked(console, "httproutes", "csv", pageSize="7")
    lines = list(csv.DictReader(io.StringIO(told.content.decode(), newline="")))
    assert [line["name"] for line in lines] == [item["name"] for item in items]
    assert list(lines[0]) == list(items[0])
    assert told.headers["Content-Type"].startswith("text/csv")
    assert "ngf-console-demo-httproutes.csv" in told.headers["Content-Disposition"]
    assert told.headers["X-Export-Rows"] == "7"
    content = asked(console, "httproutes", "parquet", pageSize="7").content
    rows = pyarrow.parquet.read_table(io.BytesIO(content))
    assert rows.column("name").to_pylist() == [item["name"] for item in items]
    assert rows.schema.field("createdAt").type == pyarrow.timestamp("us", tz="UTC")
    assert rows.column("generation").to_pylist() == [item["generation"] for item in items]
    assert rows.schema.metadata[b"ngf_console.demo"] == b"true"


def test_a_file_of_several_sources_names_them_and_why_something_is_missing(
    console: Console,
) -> None:
    start = datetime.now(UTC).replace(minute=0) - timedelta(days=6)
    line = {"timestamp": f"{start:%Y-%m-%d %H:%M:00}", "cluster_name": "web-fra", "status": 200}
    console.container.store.insert("ngf_access_logs", orjson.dumps(line), "table-line")
    path = "clusters/web-fra/metrics/summary"
    window = f"{start:%Y-%m-%dT%H:%MZ}/{start + timedelta(hours=1):%Y-%m-%dT%H:%MZ}"
    body = asked(console, path, "json", range=window).json()
    told = asked(console, path, "csv", range=window).headers
    assert told["X-Export-Source"] == "access logs"
    assert told["X-Export-Reason"] == " ".join(dict.fromkeys(body["reasons"].values()))


def test_every_answer_says_whether_it_is_the_demos(console: Console) -> None:
    assert asked(console, "gateways", "json").headers["X-Export-Demo"] == "true"
    posted = console.ask("POST", "/api/v1/logs/query", json={})
    assert posted.headers["X-Export-Demo"] == "true"


def test_a_fact_is_one_line_that_a_header_can_carry() -> None:
    response = Response()
    tell(response, {"reason": "no\r\nX-Evil: 1\tat \u201cweb\u201d", "as_of": "t"})
    assert response.headers["X-Export-Reason"] == "no X-Evil: 1 at ?web?"
    assert response.headers["X-Export-As-Of"] == "t"


@pytest.mark.parametrize("fmt", ["csv", "parquet"])
def test_every_path_has_its_rows_as_a_file(console: Console, fmt: str) -> None:
    document = console.ask("GET", "/api/v1/openapi.json").json()
    values = {"cluster": "web-fra", "namespace": "payments", "name": "checkout", "pool": "chat"}
    values |= {"type": "ratelimit", "gateway": "pay-edge", "kind": "httproutes"}
    made = 0
    for path, methods in document["paths"].items():
        if not methods.get("get", {}).get("security") or "/export/" in path or "{id}" in path:
            continue
        named = {one["name"]: one["schema"] for one in methods["get"]["parameters"]}
        assert fmt in named["format"]["enum"], path
        path = path.format_map(values | {"requestId": "r", "request_id": "r"})
        answer = console.ask("GET", path, params={"format": fmt})
        if answer.status_code == 200:
            assert answer.headers["X-Export-Demo"] == "true", path
            made += 1
        else:
            assert answer.json()["error"]["code"] in ("not_found", "invalid", "not_supported"), path
    assert made > 15


def test_an_unknown_format_is_refused_by_name(console: Console) -> None:
    answer = console.ask("GET", "/api/v1/gateways?format=xlsx")
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["fields"] == [
        {"field": "format", "rule": "must be one of json, csv, parquet"}
    ]
    again = console.ask("GET", "/api/v1/gateways?format=csv&format=json")
    assert again.status_code == 422


def test_points_become_rows_and_what_is_nested_stays_text() -> None:
    points = [{"at": "t1", "value": 1}, {"at": "t2", "value": None}]
    body = {"as_of": None, "step": 5, "tracks": [{"name": "a", "more": {"b": 1}, "points": points}]}
    assert table(body) == (
        ["name", "more", "at", "value"],
        [["a", '{"b":1}', "t1", 1], ["a", '{"b":1}', "t2", None]],
    )
    spread = {"times": ["t1", "t2"], "counts": {"2xx": [1, None], "5xx": [0, None]}}
    assert table(spread) == (["time", "2xx", "5xx"], [["t1", 1, 0], ["t2", None, None]])
    assert table({"items": [{"a": 1}, {"a": "x", "b": True}]}) == (
        ["a", "b"],
        [["1", None], ["x", True]],
    )
    assert table({"name": "a", "total": 3}) == (["name", "total"], [["a", 3]])
    assert table({"items": []}) == ([], [])
