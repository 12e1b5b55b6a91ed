"""Promise: an export holds every row that was asked for and may be seen, the same in each format,
and says what it is; what is too much is refused before the first byte, never cut off."""

import csv
import io
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pyarrow.ipc
import pyarrow.parquet
import pytest

from api import export as export_api
from services.auth.identity import CONSOLE, Role
from services.errors import Unavailable
from services.telemetry import export as export_module
from services.telemetry.datasets import DATASETS
from services.telemetry.intake import Busy
from services.telemetry.windows import Window
from tests.api.conftest import Console
from tests.real.kube_api import wait_until

START = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=3)
RANGE = f"{START:%Y-%m-%dT%H:%MZ}/{START + timedelta(hours=1):%Y-%m-%dT%H:%MZ}"
LINES, LONG = 60, 20_000


RUNS = {1: "=cmd|'/c calc'!A0", 7: "\n=1", 8: "\uff1d1", 9: "\uff201"}
"""Paths that a spreadsheet would run, by the number of the line."""


def at(minutes: float) -> str:
    return (START + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def place(number: int) -> dict[str, Any]:
    return {
        "timestamp": at(number / 2),
        "cluster_name": "gpu-iad" if number % 3 == 0 else "web-fra",
        "namespace": "shop" if number % 2 else "payments",
    }


ROWS: dict[str, list[dict[str, Any]]] = {
    "ngf_access_logs": [
        place(number)
        | {
            "gateway": "edge",
            "route": "shop/cart" if number % 4 == 0 else "",
            "method": "GET",
            "path": RUNS.get(number, f'/a,"{number}"'),
            "status": 502 if number % 10 == 0 else 200,
            "status_class": "5xx" if number % 10 == 0 else "2xx",
            "latency_ms": None if number == 2 else number / 4,
            "request_id": f"r{number}",
            "waf_signatures": ["a", "b"] if number == 3 else [],
        }
        for number in range(LINES)
    ],
    "ngf_inference_logs": [
        place(number)
        | {"inference_pool": f"chat{-number}", "model_name": "llama", "input_tokens": number}
        for number in range(6)
    ],
    "ngf_epp_decisions": [
        {"evidence": "pick", "request_id": "d1", "trace_id": "t1", "pool_name": "chat"},
        {
            "evidence": "profile",
            "trace_id": "t1",
            "top_endpoints": ["llm/a", "llm/b"],
            "top_scores": [2.5, 1.5],
        },
        {"evidence": "handled", "request_id": "d1", "selected_pod": "10.0.0.7:8000"},
        {"evidence": "refused", "request_id": "d2", "reason": "no endpoint"},
    ],
    "ngf_pod_metrics": [
        place(number) | {"pod_name": f"a{-number}", "queue_depth": 3} for number in range(4)
    ],
    "ngf_scaling_events": [
        place(1) | {"target_name": "chat", "event_id": "e1", "message": message}
        for message in ("first", "again")
    ],
}
for number, row in enumerate(ROWS["ngf_epp_decisions"]):
    row |= {"timestamp": at(number / 60), "cluster_name": "gpu-iad", "namespace": "llm"}


@pytest.fixture(scope="module", autouse=True)
def rows(console: Console) -> None:
    for table, lines in ROWS.items():
        text = b"\n".join(map(orjson.dumps, lines))
        console.container.store.insert(table, text, f"export-{table}")


def file(
    console: Console, dataset: str, fmt: str, token: str | None = None, **query: str
) -> tuple[bytes, Any]:
    answer = console.ask(
        "GET",
        f"/api/v1/export/{dataset}",
        token,
        params={"range": RANGE, "format": fmt, **query},
    )
    assert answer.status_code == 200, answer.text
    return answer.content, answer.headers


def objects(console: Console, dataset: str, token: str | None = None, **query: str) -> list[Any]:
    return list(orjson.loads(file(console, dataset, "json", token, **query)[0]))


def ids(found: list[Any]) -> set[int]:
    return {int(row["request_id"][1:]) for row in found}


def plain(value: Any) -> Any:
    """A value of a JSON text and one of an Arrow table, so that they compare."""
    if isinstance(value, str) and re.fullmatch(r"[-0-9]{10}T[0-9:.]+Z", value):
        return datetime.fromisoformat(value)
    if isinstance(value, dict):
        return [(int(key), str(count)) for key, count in value.items()]
    if isinstance(value, tuple):
        return (value[0], str(value[1]))
    if isinstance(value, list):
        return [plain(one) for one in value]
    return f"{value:.6g}" if type(value) in (int, float) else value


@pytest.mark.parametrize("dataset", sorted(DATASETS))
def test_each_format_holds_the_same(console: Console, dataset: str) -> None:
    found = objects(console, dataset)
    arrow = pyarrow.ipc.open_stream(file(console, dataset, "arrow")[0]).read_all()
    parquet = pyarrow.parquet.read_table(io.BytesIO(file(console, dataset, "parquet")[0]))
    assert parquet.schema.equals(arrow.schema)
    assert parquet.to_pylist() == arrow.to_pylist()
    said, given = [
        [{name: plain(value) for name, value in row.items()} for row in rows]
        for rows in (found, arrow.to_pylist())
    ]
    assert given == said
    text = file(console, dataset, "csv")[0].decode()
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [list(line) for line in lines] == [list(row) for row in found]
    assert text.count("\r\n") == len(found) + 1
    assert len(found) == {"access-logs": LINES, "decisions": 2, "scaling-events": 1}.get(
        dataset, len(found) or -1
    )


def test_columns_have_types_and_a_file_says_what_it_is(console: Console) -> None:
    content, headers = file(console, "access-logs", "arrow")
    schema = pyarrow.ipc.open_stream(content).schema
    assert schema.field("timestamp").type == pyarrow.timestamp("ms", tz="UTC")
    assert pyarrow.types.is_dictionary(schema.field("cluster_name").type)
    assert schema.field("latency_ms").nullable
    said = {name.decode(): value.decode() for name, value in schema.metadata.items()}
    assert said["ngf_console.rows"] == headers["X-Export-Rows"] == str(LINES)
    assert said["ngf_console.demo"] == headers["X-Export-Demo"] == "true"
    assert said["ngf_console.source"] == headers["X-Export-Source"] == "access logs"
    newest = max(row["timestamp"] for row in objects(console, "access-logs"))
    assert datetime.fromisoformat(said["ngf_console.as_of"]) == datetime.fromisoformat(newest)
    begins, ends = (f"{time:%Y%m%dT%H%M%SZ}" for time in (START, START + timedelta(hours=1)))
    assert (
        f"filename=ngf-console-demo-access-logs-{begins}-{ends}.arrow"
        in headers["Content-Disposition"]
    )


def test_rows_are_in_order_of_cluster_and_time_and_a_limit_takes_the_newest(
    console: Console,
) -> None:
    found = objects(console, "access-logs")
    assert found == sorted(found, key=lambda row: (row["cluster_name"], row["timestamp"]))
    assert ids(found) == set(range(LINES))
    newest = objects(console, "access-logs", limit="7")
    assert ids(newest) == set(range(LINES - 7, LINES))
    assert newest == sorted(newest, key=lambda row: (row["cluster_name"], row["timestamp"]))


@pytest.mark.parametrize(
    ("dataset", "order"),
    [
        ("inference-logs", ("cluster_name", "inference_pool", "timestamp")),
        ("pod-metrics", ("cluster_name", "pool_name", "pod_name", "timestamp")),
    ],
)
def test_rows_of_engines_are_in_order_of_pool_and_pod_limited_or_not(
    console: Console, dataset: str, order: tuple[str, ...]
) -> None:
    found = objects(console, dataset)
    assert [row[order[-2]] for row in found] != sorted(row[order[-2]] for row in found)
    assert found == sorted(found, key=lambda row: [row[name] for name in order])
    assert objects(console, dataset, limit=str(len(found) - 1)) == [
        row for row in found if row["timestamp"] != min(one["timestamp"] for one in found)
    ]


def test_nothing_in_a_spreadsheet_runs(console: Console) -> None:
    text = file(console, "access-logs", "csv")[0].decode()
    paths = {
        line["request_id"]: line["path"] for line in csv.DictReader(io.StringIO(text, newline=""))
    }
    assert {number: paths[f"r{number}"] for number in RUNS} == {
        number: f"'{path}" for number, path in RUNS.items()
    }
    assert paths["r5"] == '/a,"5"', "and nothing else is changed"
    lines = {line["request_id"]: line for line in csv.DictReader(io.StringIO(text, newline=""))}
    assert (lines["r2"]["latency_ms"], lines["r0"]["latency_ms"]) == ("", "0")


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"status": "502"}, set(range(0, LINES, 10))),
        ({"status": "5xx", "cluster": "gpu-iad"}, {0, 30}),
        ({"gateway": "shop/edge"}, set(range(1, LINES, 2))),
        ({"gateway": "edge", "request_id": "r9"}, {9}),
        ({"request_id": "r9' OR 1=1 --"}, set()),
        ({"namespace": "shop"}, {n for n in range(LINES) if n % 2 or n % 4 == 0}),
        ({"cluster": "gpu-iad,web-fra", "route": "shop/cart"}, set(range(0, LINES, 4))),
    ],
)
def test_filters_choose_rows(console: Console, query: dict[str, str], wanted: set[int]) -> None:
    assert ids(objects(console, "access-logs", **query)) == wanted


def test_what_is_outside_the_limits_is_in_no_export(console: Console) -> None:
    limited = console.token(Role.VIEWER, clusters=("gpu-iad",), namespaces=("payments",))
    of_cluster = set(range(0, LINES, 3))
    assert ids(objects(console, "access-logs", limited)) == {n for n in of_cluster if n % 2 == 0}
    assert ids(objects(console, "access-logs", limited, namespace="shop")) == set()
    assert {row["namespace"] for row in objects(console, "pod-metrics", limited)} == {"payments"}
    assert objects(console, "decisions", limited) == []
    for path in (
        "/api/v1/export/access-logs?cluster=web-fra",
        "/api/v1/clusters/web-fra/export/access-logs",
        "/api/v1/clusters/nowhere/export/access-logs",
    ):
        assert console.ask("GET", path, limited).status_code == 404
    below = console.ask("GET", f"/api/v1/clusters/gpu-iad/export/access-logs?range={RANGE}")
    assert ids(below.json()) == of_cluster


def test_a_decision_is_one_row_of_all_that_tells_of_it(console: Console) -> None:
    first, second = objects(console, "decisions")
    assert (first["request_id"], first["selected_pod"]) == ("d1", "10.0.0.7:8000")
    assert (first["top_endpoints"], first["top_scores"]) == (["llm/a", "llm/b"], [2.5, 1.5])
    assert (first["outcome"], first["evidence"]) == ("handled", ["handled", "pick"])
    assert (second["outcome"], second["reason"]) == ("refused", "no endpoint")
    assert second["selected_pod"] is None


def test_a_decision_at_the_edge_of_two_exports_is_whole_and_in_one(console: Console) -> None:
    place = {"cluster_name": "gpu-iad", "namespace": "llm", "pool_name": "chat"}
    edge = START - timedelta(hours=3)
    told = [("pick", -0.1, {}), ("handled", 0.1, {"selected_pod": "10.0.0.9:8000"})]
    lines = [
        {**place, **more, "request_id": "edge", "evidence": evidence}
        | {"timestamp": f"{edge + timedelta(seconds=after):%Y-%m-%d %H:%M:%S.%f}"[:-3]}
        for evidence, after, more in told
    ]
    console.container.store.insert(
        "ngf_epp_decisions", b"\n".join(map(orjson.dumps, lines)), "edge"
    )
    hour = timedelta(hours=1)
    before, after = (
        objects(
            console, "decisions", range=f"{start:%Y-%m-%dT%H:%MZ}/{start + hour:%Y-%m-%dT%H:%MZ}"
        )
        for start in (edge - hour, edge)
    )
    assert [(row["evidence"], row["selected_pod"]) for row in before] == [
        (["handled", "pick"], "10.0.0.9:8000")
    ]
    assert after == []


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("nothing", 404, None),
        ("access-logs?format=xlsx", 422, "format"),
        ("access-logs?range=soon", 422, "range"),
        ("access-logs?limit=0", 422, "limit"),
        ("access-logs?limit=5000000", 422, "limit"),
        ("access-logs?pool=chat", 422, "pool"),
        ("scaling-events?host=a", 422, "host"),
        ("access-logs?sql=1", 422, "sql"),
        ("access-logs?status=502&status=503", 422, "status"),
    ],
)
def test_what_cannot_be_exported_is_refused_by_name(
    console: Console, path: str, status: int, field: str | None
) -> None:
    answer = console.ask("GET", f"/api/v1/export/{path}")
    assert answer.status_code == status
    if field:
        assert [one["field"] for one in answer.json()["error"]["details"]["fields"]] == [field]


def test_too_many_rows_are_refused_before_the_first(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_module, "MOST", LINES - 1)
    answer = console.ask("GET", f"/api/v1/export/access-logs?range={RANGE}&format=csv")
    assert answer.status_code == 422
    assert f"has {LINES} rows, over {LINES - 1}" in answer.json()["error"]["message"]
    assert len(objects(console, "access-logs", limit=str(LINES - 1))) == LINES - 1


def test_an_export_nobody_takes_gives_its_place_back(console: Console) -> None:
    exports = console.container.exports
    asked = export_module.Asked("access-logs", Window.parse(RANGE), "arrow")
    others = [replace(CONSOLE, name=name) for name in ("a", "b")]
    under_way = [exports.file(who, asked) for who in others * export_module.EACH]
    refused = console.ask("GET", f"/api/v1/export/access-logs?range={RANGE}")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    for one in under_way:
        one.close()
    for _ in range(export_module.AT_ONCE + 1):
        head = console.ask("HEAD", f"/api/v1/export/access-logs?range={RANGE}")
        assert (head.status_code, head.headers["X-Export-Rows"]) == (200, str(LINES))
        assert console.ask("GET", "/api/v1/export/access-logs?pool=1").status_code == 422
    assert objects(console, "access-logs")


def test_one_identity_leaves_places_to_the_others(console: Console) -> None:
    exports = console.container.exports
    asked = export_module.Asked("access-logs", Window.parse(RANGE), "arrow")
    under_way = [exports.file(CONSOLE, asked) for _ in range(export_module.EACH)]
    with pytest.raises(Busy, match=f"{export_module.EACH} exports of {CONSOLE.name}"):
        exports.file(CONSOLE, asked)
    assert len(objects(console, "access-logs")) == LINES, "of somebody else"
    for one in under_way:
        one.close()
    exports.file(CONSOLE, asked).close()


def test_who_has_read_a_file_may_ask_for_the_next(console: Console) -> None:
    exports = console.container.exports
    asked = export_module.Asked("access-logs", Window.parse(RANGE), "arrow")
    read = [exports.file(CONSOLE, asked) for _ in range(export_module.EACH)]
    for one in read:
        assert b"".join(one.parts), "to the end, though not closed yet"
    exports.file(CONSOLE, asked).close()


def test_an_export_ends_in_slices_or_at_its_time(console: Console, long_hour: str) -> None:
    now = [0.0]
    container = console.container
    exports = export_module.Exports(
        container.store, container.fleet, demo=True, clock=lambda: now[0]
    )
    asked = export_module.Asked("access-logs", Window.parse(long_hour), "json")
    whole = exports.file(CONSOLE, asked)
    parts = list(whole.parts)
    whole.close()
    assert max(map(len, parts)) <= export_module.SLICE
    assert len(orjson.loads(b"".join(parts))) == LONG
    late = exports.file(CONSOLE, asked)
    next(late.parts)
    now[0] += export_module.STREAM_S + 1
    with pytest.raises(Unavailable, match="not taken within 600 seconds"):
        next(late.parts)
    late.close()


@pytest.fixture(scope="module")
def long_hour(console: Console) -> str:
    """The range of an hour with `LONG` lines of half a kilobyte."""
    start = START - timedelta(days=1)
    line = {"timestamp": f"{start:%Y-%m-%d %H:%M:%S}", "cluster_name": "gpu-iad", "path": "/" * 400}
    text = b"\n".join([orjson.dumps(line)] * LONG)
    console.container.store.insert("ngf_access_logs", text, "export-long")
    return f"{start:%Y-%m-%dT%H:%MZ}/{start + timedelta(hours=1):%Y-%m-%dT%H:%MZ}"


@contextmanager
def taking(console: Console, window: str, room: int) -> Iterator[socket.socket]:
    """The connection of a client with little ``room``, after the first bytes of an export."""
    host, port = console.url.removeprefix("http://").split(":")
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        client.connect((host, int(port)))
        asked = f"GET /api/v1/export/access-logs?range={window} HTTP/1.1\r\nHost: {host}\r\n"
        client.sendall(f"{asked}Authorization: Bearer {console.token()}\r\n\r\n".encode())
        assert client.recv(12) == b"HTTP/1.1 200"
        yield client


def test_a_client_that_takes_nothing_holds_no_place(
    console: Console, long_hour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_api, "STUCK_S", 0.5)
    places = console.container.exports._places
    with taking(console, long_hour, 4096):
        wait_until("its place is free again", lambda: not places._taken)


def test_a_client_that_takes_slowly_gets_all(
    console: Console, long_hour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_api, "STUCK_S", 0.5)
    pause, last, took = threading.Event(), b"", 0
    with taking(console, long_hour, export_module.SLICE) as client:
        while part := client.recv(export_module.SLICE):
            last, took = part, took + len(part)
            pause.wait(0.005)
    assert took > LONG * 400
    assert last.endswith(b"\r\n0\r\n\r\n"), "the end of a body in chunks"
