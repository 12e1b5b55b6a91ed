"""Promise: while the ClickHouse server is away, slow or full, the console answers and names it. It
takes telemetry until its own disk may hold no more, says when to come again then, and loses and
doubles nothing when the server is back."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import pytest
import requests
from flask import Flask, Response, request
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from services.auth.identity import CONSOLE, Role
from services.container import Container
from services.telemetry import store as store_module
from services.telemetry import writer
from services.telemetry.engines import Server
from services.telemetry.layout import Layout
from services.telemetry.store import Store
from tests.api.servers import without_clusters, without_pages
from tests.real.clickhouse import ClickHouse
from tests.real.kube_api import wait_until
from tests.real.outage import Passage
from tests.serving import loopback

LINES = 20
DATABASE = "outage"
TIMEOUT_S = 3
SOON_S = 60
"""For what takes a second on a machine that has nothing else to do."""

_number = itertools.count(1)


@dataclass
class Hub:
    """A console whose store is a server behind a passage."""

    container: Container
    url: str
    passage: Passage
    token: str
    sender: str
    clickhouse: ClickHouse
    name: str

    def get(self, path: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.get(f"{self.url}/api/v1{path}", headers=headers, timeout=30)

    def send(self, first: int, size: int = 0) -> requests.Response:
        """Lines ``first`` and following of the cluster ``one``, each with ``size`` bytes more."""
        message = ExportLogsServiceRequest()
        resource = message.resource_logs.add()
        resource.resource.attributes.add(key="k8s.container.name").value.string_value = "nginx"
        records = resource.scope_logs.add().log_records
        for number in range(first, first + LINES):
            said = {
                "log": "ngf_access",
                "msec": f"{time.time():.3f}",
                "status": "200",
                "request_id": f"{self.name}-{number}",
                "ua": "x" * size,
            }
            record = records.add(time_unix_nano=time.time_ns())
            record.body.string_value = json.dumps(said, separators=(",", ":"))
        return requests.post(
            f"{self.url}/v1/logs",
            data=message.SerializeToString(),
            headers={
                "Authorization": f"Bearer {self.sender}",
                "Content-Type": "application/x-protobuf",
            },
            timeout=30,
        )

    def stored(self) -> list[str]:
        """Request ids in the server, asked past the passage."""
        query = "SELECT request_id FROM outage.ngf_access_logs WHERE request_id LIKE {own:String}"
        rows = self.clickhouse.client().query(query, {"own": f"{self.name}-%"}).result_rows
        return [row[0] for row in rows]

    def holds(self, lines: int) -> None:
        """Wait until the server holds each line once, and so many."""
        spool = self.container.intake.spool
        wait_until("nothing waits any more", lambda: spool.rows == 0, SOON_S)
        assert sorted(self.stored()) == sorted(f"{self.name}-{number}" for number in range(lines))


@pytest.fixture
def full(clickhouse: ClickHouse) -> Iterator[tuple[str, threading.Event]]:
    """A server in front of the server that refuses inserts while the event is set, as one whose
    disk is full does."""
    app, event = Flask(__name__), threading.Event()
    address = "http://{}:{}".format(*clickhouse.address)

    @app.route("/", methods=["GET", "POST"])
    def passed() -> Response:
        asked = unquote_plus(request.query_string.decode()).encode() + request.get_data()
        if event.is_set() and b"INSERT INTO" in asked:
            text = "Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space."
            return Response(text, 500, {"X-ClickHouse-Exception-Code": "243"})
        answer = requests.request(
            request.method,
            address,
            params=request.query_string,
            data=request.get_data(),
            headers={
                k: v for k, v in request.headers if k.startswith(("X-", "Content-", "Accept"))
            },
            stream=True,
            timeout=30,
        )
        headers = {k: v for k, v in answer.headers.items() if k.startswith(("X-", "Content-Enc"))}
        return Response(answer.raw.read(), answer.status_code, headers)

    server = loopback(app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", event
    server.shutdown()


@pytest.fixture(scope="module")
def database(clickhouse: ClickHouse) -> Iterator[None]:
    """The tables, made once."""
    store = Store(Server(clickhouse.url), Layout(DATABASE))
    store.open()
    store.close()
    yield
    clickhouse.client().command(f"DROP DATABASE {DATABASE}")


@pytest.fixture
def make(
    clickhouse: ClickHouse, database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Hub]]:
    """Makes a hub; its server is ``of``, or the one of the session."""
    monkeypatch.setattr(writer, "LONGEST_PAUSE_S", 0.5)
    monkeypatch.setattr(writer, "GATHER_S", 0.05)
    monkeypatch.setattr(store_module, "REST_S", 1.0)
    ended: list[Callable[[], object]] = []

    def made(of: str = "", *, cut: bool = False, **options: Any) -> Hub:
        passage = Passage(of or "http://{}:{}".format(*clickhouse.address)).__enter__()
        if cut:
            passage.cut()
        credentials = urlsplit(clickhouse.url).netloc.rpartition("@")[0]
        url = f"http://{credentials}@{urlsplit(passage.url).netloc}"
        store = Store(Server(url, TIMEOUT_S), Layout(DATABASE))
        container = without_clusters(tmp_path, store, **options)
        container.telemetry.start()
        server = loopback(without_pages(container))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        tokens = container.tokens
        ended.extend((server.shutdown, container.telemetry.stop, container.db.close))
        ended.append(lambda: passage.__exit__(None, None, None))
        return Hub(
            container,
            f"http://127.0.0.1:{server.server_port}",
            passage,
            tokens.create(CONSOLE, "reader", Role.VIEWER)[1],
            tokens.create(CONSOLE, "sender", Role.OPERATOR, clusters=("one",))[1],
            clickhouse,
            f"r{next(_number)}",
        )

    yield made
    for end in ended:
        end()


def asked(hub: Hub, path: str = "/clusters/one/logs/topn?field=path") -> tuple[int, float, Any]:
    """Status, seconds, and the answer or the error."""
    started = time.monotonic()
    answer = hub.get(path)
    return answer.status_code, time.monotonic() - started, answer.json()


def test_a_store_that_is_away_is_named_and_nothing_is_lost_meanwhile(
    make: Callable[..., Hub],
) -> None:
    hub = make()
    assert hub.send(0).status_code == 200
    hub.holds(LINES)
    assert asked(hub)[0] == 200
    hub.passage.cut()
    for path in (
        "/clusters/one/logs/topn?field=path",
        "/clusters/one/export/access-logs?format=arrow",
        "/clusters/one/inference/diagnostics/slow",
    ):
        status, _, answer = asked(hub, path)
        assert (status, answer["error"]["code"]) == (503, "unavailable"), answer
        assert "ClickHouse at 127.0.0.1" in answer["error"]["message"]
    for number in range(1, 4):
        assert hub.send(number * LINES).status_code == 200, "it is taken all the same"
    assert asked(hub, "/clusters")[0] == 200
    assert hub.container.store.problem
    hub.passage.mend()
    hub.holds(4 * LINES)
    wait_until("questions are answered again", lambda: asked(hub)[0] == 200, SOON_S)
    assert hub.container.store.problem is None
    assert hub.container.telemetry.writer.put_aside == 0


def test_a_console_that_starts_without_its_store_opens_it_when_it_comes(
    make: Callable[..., Hub],
) -> None:
    hub = make(cut=True)
    assert hub.send(0).status_code == 200
    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(lambda _: asked(hub), range(20)))
    assert {status for status, _, _ in found} == {503}
    hub.passage.mend()
    hub.holds(LINES)


def test_a_store_that_hangs_holds_up_few_and_not_for_long(make: Callable[..., Hub]) -> None:
    hub = make()
    assert hub.send(0).status_code == 200
    hub.holds(LINES)
    hub.passage.hold()
    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(lambda _: asked(hub), range(200)))
    assert {status for status, _, _ in found} == {503}
    # As many as ask at once wait for one answer that does not come, all who come later do not.
    assert sum(seconds >= TIMEOUT_S for _, seconds, _ in found) < 100
    retry = hub.get("/clusters/one/logs/topn?field=path")
    assert int(retry.headers["Retry-After"]) >= 1
    assert asked(hub, "/clusters")[0] == 200
    assert hub.send(LINES).status_code == 200
    hub.passage.mend()
    hub.holds(2 * LINES)


def test_a_server_that_is_full_is_asked_again_and_what_is_there_can_be_read(
    full: tuple[str, threading.Event], make: Callable[..., Hub]
) -> None:
    address, event = full
    hub = make(address)
    hub.send(0)
    hub.holds(LINES)
    event.set()
    assert hub.send(LINES).status_code == 200
    wait_until("an insert was refused", lambda: hub.container.telemetry.writer.failures, SOON_S)
    assert asked(hub)[0] == 200
    assert len(hub.stored()) == LINES
    assert hub.container.intake.spool.rows == LINES, "it waits, and is not put aside"
    event.clear()
    hub.holds(2 * LINES)
    assert hub.container.telemetry.writer.put_aside == 0


def test_a_console_that_may_keep_no_more_says_when_to_come_again(make: Callable[..., Hub]) -> None:
    hub = make(spool_mib=16)
    hub.passage.cut()
    taken = 0
    while (answer := hub.send(taken * LINES, size=40_000)).status_code == 200:
        taken += 1
        assert taken < 40
    assert taken > 10
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
    assert answer.json()["error"]["code"] == "too_many_requests"
    assert hub.container.intake.taken.refused == {"too_many_requests": 1}
    hub.passage.mend()
    hub.holds(taken * LINES)
    assert hub.send(taken * LINES, size=40_000).status_code == 200
    hub.holds((taken + 1) * LINES)
