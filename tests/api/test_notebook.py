"""Promise: what the page about notebooks shows works as shown; a DataFrame has the rows of the
answer, in types that fit; what goes wrong says so, and half an answer is none."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from services import notebook
from services.auth.identity import Role
from services.notebook.frames import of_answer
from tests.api.conftest import Console
from tests.serving import free_port, loopback

ROOT = Path(__file__).parents[2]
CELLS = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/notebook.md").read_text(), re.S | re.M)
LINES = 120
PICKED = {
    "msg": "Request handled",
    "x-request-id": "nb-1",
    "endpoint": "10.244.3.7:8000",
    "incomingModelName": "chat",
}


def telemetry() -> bytes:
    """Lines of the last two minutes as an agent sends them, and what a picker logged."""
    message = ExportLogsServiceRequest()
    now = datetime.now(UTC) - timedelta(seconds=5)
    for container, lines in (
        ("nginx", [json.dumps(line(number, now)).replace(" ", "") for number in range(LINES)]),
        ("epp", [json.dumps(PICKED)]),
    ):
        resource = message.resource_logs.add()
        told = {"k8s.container.name": container, "k8s.namespace.name": "notebook"}
        for key, value in told.items():
            resource.resource.attributes.add(key=key).value.string_value = value
        records = resource.scope_logs.add().log_records
        for text in lines:
            record = records.add(time_unix_nano=int(now.timestamp() * 1e9))
            record.body.string_value = text
    return message.SerializeToString()


def line(number: int, now: datetime) -> dict[str, str]:
    return {
        "log": "ngf_access",
        "msec": f"{(now - timedelta(seconds=number)).timestamp():.3f}",
        "status": "502" if number % 10 == 0 else "200",
        "rt": f"{number / 1000:.3f}",
        "host": "notebook.example",
        "path": f"/cart/{number}",
        "request_id": f"nb-{number}",
        "route_var": "notebook/cart/0" if number % 2 else "notebook/pay/0",
    }


def eventually(what: str, holds: Any) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not in time"
        threading.Event().wait(0.05)


@pytest.fixture(scope="module")
def client(console: Console) -> notebook.Console:
    """A client of a console that has taken telemetry in."""
    sent = console.ask(
        "POST",
        "/v1/logs",
        console.token(Role.OPERATOR, clusters=("web-fra",)),
        data=telemetry(),
        headers={"Content-Type": "application/x-protobuf"},
    )
    assert sent.status_code == 200, sent.text
    asking = notebook.Console(console.url, console.token(Role.VIEWER))
    eventually("what was sent", lambda: len(asking.decisions(request_id="nb-1")) == 1)
    eventually("what was sent", lambda: len(asking.logs(host="notebook.example")) == LINES)
    return asking


def test_the_page_about_notebooks_works_as_shown(
    client: notebook.Console,
    console: Console,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NGF_URL", console.url)
    monkeypatch.setenv("NGF_TOKEN", console.token(Role.VIEWER))
    monkeypatch.chdir(tmp_path)
    seen: dict[str, Any] = {}
    for cell in CELLS:
        exec(compile(cell, "docs/notebook.md", "exec"), seen)
    assert len(CELLS) > 12
    mine = seen["by_route"].loc["notebook/pay"]
    assert (mine["requests"], mine["failures"]) == (LINES / 2, LINES / 10)
    assert seen["per_minute"]["5xx"].sum() >= LINES / 10
    assert seen["p95"]([{3: 19, 40: 1}]) == 2 ** (4 / 8)
    assert set(seen["failed"]["status_class"]) == {"5xx"}
    assert len(seen["routes"]) > 5
    assert (
        seen["decisions"].set_index("request_id").loc["nb-1", "selected_pod"] == PICKED["endpoint"]
    )
    assert "pool is no filter of access-logs" in capsys.readouterr().out
    kept = pd.read_parquet(tmp_path / "access-logs.parquet")
    assert len(kept) == len(seen["lines"])
    assert kept.attrs["source"] == "access logs"


def test_types_fit_and_say_what_is_missing(client: notebook.Console) -> None:
    lines = client.logs(host="notebook.example")
    kinds = lines.dtypes
    assert kinds["timestamp"] == pd.DatetimeTZDtype("ms", "UTC")
    assert kinds["cluster_name"] == "category"
    assert (kinds["status"], kinds["grpc_status"]) == ("uint16", pd.UInt8Dtype())
    assert (kinds["latency_ms"], kinds["picked"]) == ("float32", "bool")
    assert lines["grpc_status"].isna().all()
    assert lines.loc[lines["request_id"] == "nb-7", "latency_ms"].item() == pytest.approx(7)
    assert pd.Timestamp(lines.attrs["as_of"]) == lines["timestamp"].max()
    assert (lines.attrs["rows"], lines.attrs["demo"]) == (LINES, True)
    empty = client.logs(host="nobody.example")
    assert len(empty) == 0
    assert empty.dtypes.astype(str).equals(kinds.astype(str)), "whatever comes, types stay"
    assert "as_of" not in empty.attrs


def test_answers_become_frames_of_types_that_fit() -> None:
    points = [{"at": "2026-01-01T00:00:00+00:00", "value": 1}, {"at": None, "value": None}]
    made = of_answer({"tracks": [{"name": "a", "of": {"x": True}, "points": points}], "step": 5})
    assert list(made.columns) == ["name", "of.x", "at", "value"]
    assert made["value"].dtype == "Int64"
    assert made["value"].isna().tolist() == [False, True]
    assert made["at"].dt.tz is not None
    assert made["of.x"].dtype == "boolean"
    assert made.attrs == {"step": 5}
    gaps = of_answer({"items": [{"a": 1, "b": "x"}, {"a": 2.5, "b": None}, {}], "as_of": None})
    assert gaps["a"].dtype == "float64"
    assert gaps["a"].isna().sum() == 1
    one = of_answer({"pool": "chat", "as_of": "2026-01-01T00:00:00Z", "engines": []})
    assert len(one) == 1
    assert one.attrs == {"as_of": "2026-01-01T00:00:00Z"}
    assert of_answer({"a": [{"b": 1}], "c": [{"d": 2}]}, "c")["d"].tolist() == [2]


def test_columns_and_their_types_are_there_whatever_rows_come(client: notebook.Console) -> None:
    events = client.get("/inference/scaling-events", cluster="hub-fra")
    assert len(events) == 0
    assert events.dtypes[["timestamp", "fromReplicas"]].astype(str).tolist() == [
        "datetime64[us, UTC]",
        "Int64",
    ]
    points = client.red("over-time", range="15m", cluster="hub-fra")
    assert points.dtypes[["at", "p95LatencyMs"]].astype(str).tolist() == [
        "datetime64[us, UTC]",
        "float64",
    ]
    pools = client.pools(cluster="gpu-iad")
    assert pools["prefixCacheHitRate"].isna().all()  # no engine here has ever told of one
    assert pools.dtypes[["prefixCacheHitRate", "pods"]].astype(str).tolist() == ["float64", "Int64"]
    fleet = client.clusters()
    assert fleet["lastHeartbeat"].dtype == pd.DatetimeTZDtype("us", "UTC")
    assert client.routes().attrs["demo"] is pools.attrs["demo"] is True


def test_what_comes_wins_over_what_is_said_of_it() -> None:
    kinds: dict[str, Any] = {"at": "time", "n": "integer", "of.x": "number", "gone": "text"}
    made = of_answer(
        {"items": [{"at": "2026-99-01T00:00:00Z", "n": "a", "of": None, "more": 1}]}, "", kinds
    )
    assert list(made.columns) == ["at", "n", "of.x", "gone", "more"]
    assert made["at"].tolist() == ["2026-99-01T00:00:00Z"]
    assert made["n"].tolist() == ["a"]
    assert made["of.x"].dtype == "float64"
    mixed = of_answer({"items": [{"key": "2026-11-24T13:00:00Z"}, {"key": "curl/8"}]})
    assert mixed["key"].tolist() == ["2026-11-24T13:00:00Z", "curl/8"]
    first = of_answer({"items": [{"at": "0001-01-01T00:00:00Z"}]})
    assert first["at"].dtype == pd.DatetimeTZDtype("us", "UTC")


def test_another_login_for_the_host_does_not_replace_the_token(
    client: notebook.Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert len(client.clusters()) > 0


def test_no_cluster_is_not_every_cluster(client: notebook.Console) -> None:
    with pytest.raises(ValueError, match="at least one"):
        client.logs(cluster=[])


def test_what_was_begun_is_no_error() -> None:
    def begun(environ: Any, start: Any) -> list[bytes]:
        start("202 ACCEPTED", [("Content-Type", "application/json")])
        return [b"{}" if environ["PATH_INFO"].endswith("openapi.json") else b'{"id": "b1"}']

    with served(begun) as url:
        made = notebook.Console(url, "t").ask("/inference/diagnostics/benchmark", {"pool": "a/b"})
    assert made["id"].tolist() == ["b1"]


@pytest.mark.parametrize(
    ("kind", "ask", "says"),
    [
        (notebook.NotFound, lambda c: c.table("nothing"), "no dataset nothing"),
        (notebook.NotFound, lambda c: c.get("/gateways", cluster="x/../y"), "x/../y"),
        (notebook.Invalid, lambda c: c.logs(range="soon"), "range"),
        (notebook.NotAllowed, lambda c: c.get("/tokens"), "role"),
        (ValueError, lambda c: c.logs(range=(datetime(2026, 1, 1), datetime.now(UTC))), "zone"),
    ],
)
def test_what_goes_wrong_is_told_by_its_kind(
    client: notebook.Console, kind: type[Exception], ask: Any, says: str
) -> None:
    with pytest.raises(kind, match=says):
        ask(client)


def test_a_token_that_is_none_and_a_console_that_is_away_are_told_apart(console: Console) -> None:
    with pytest.raises(notebook.NotSignedIn):
        notebook.Console(console.url, "ngfc_none").clusters()
    with pytest.raises(notebook.Unavailable, match="does not answer"):
        notebook.Console(f"http://127.0.0.1:{free_port()}", "t").clusters()


def test_half_an_answer_is_none(client: notebook.Console, console: Console) -> None:
    whole = console.ask("GET", "/api/v1/export/access-logs?format=arrow").content

    def half(_environ: Any, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "application/vnd.apache.arrow.stream")])
        return [whole[: len(whole) // 2]]

    with served(half) as url, pytest.raises(notebook.BrokenOff):
        notebook.Console(url, "t").logs()

    def page(_environ: Any, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/html")])
        return [b"<html>"]

    with served(page) as url, pytest.raises(notebook.Unavailable, match="is not a console"):
        notebook.Console(url, "t").clusters()


@contextmanager
def served(app: Any) -> Iterator[str]:
    server = loopback(app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_it_is_at_home_where_the_console_is_not(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "services/notebook", tmp_path / "notebook")
    program = (
        "import sys, notebook\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & set(sys.argv[1:])))"
    )
    others = ["services", "api", "flask", "clickhouse_connect", "chdb", "orjson", "structlog"]
    ran = subprocess.run(
        [sys.executable, "-c", program, *others],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "[]"
