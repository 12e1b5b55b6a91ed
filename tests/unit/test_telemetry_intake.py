"""Promise: telemetry is taken whole or refused with the reason, belongs to who proved to have sent
it, is on disk when the answer comes, and holds no prompt and no query string by then."""

import gzip
import json
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from services.errors import Unavailable
from services.telemetry import decoding
from services.telemetry import intake as intake_module
from services.telemetry.attribution import Line, Taken
from services.telemetry.decoding import JSON, PROTOBUF, TooLarge, UnknownType, Unreadable
from services.telemetry.intake import Busy, Intake
from services.telemetry.layout import Retention
from services.telemetry.spool import Spool
from services.telemetry.store import Store
from services.telemetry.writer import Writer
from tests.stores import fresh_store

RECORDED = Path(__file__).parent.parent / "recorded"
SECRET = "the-secret-of-the-prompt"
NOW = time.time_ns()
DAY = 86_400 * 10**9
WHENEVER_RECORDED = Retention(hour_days=100 * 365)


class Door:
    """An intake with a store behind it."""

    def __init__(self, folder: Path, limit: int = 2**28) -> None:
        self.folder = folder
        self.store: Store = fresh_store()
        self.intake = Intake(Spool(folder / "spool", limit), WHENEVER_RECORDED)
        self.writer = Writer(self.intake, self.store, folder / "refused")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the store holds when all that waits is in it."""
        self.writer.drain()
        with self.store.engine.client() as client:
            return list(client.query(sql.replace("$db", self.store.layout.database)).result_rows)


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def logs(
    *lines: str, container: str = "nginx", at: int = NOW, **claims: str
) -> ExportLogsServiceRequest:
    message = ExportLogsServiceRequest()
    resource = message.resource_logs.add()
    for key, value in {"k8s.container.name": container, **claims}.items():
        resource.resource.attributes.add(key=key).value.string_value = value
    scope = resource.scope_logs.add()
    for line in lines:
        scope.log_records.add(time_unix_nano=at).body.string_value = line
    return message


ACCESS = json.dumps({"log": "ngf_access", "status": "200", "path": "/a", "rt": "0.1"}).replace(
    " ", ""
)


def test_each_request_of_a_real_data_plane_is_told_as_it_was(door: Door) -> None:
    lines = (RECORDED / "ngf/access_json.log").read_text(errors="replace").splitlines()
    said = (RECORDED / "ngf/requests.jsonl").read_text().splitlines()
    asked = {one["x_request_id"]: one for one in map(json.loads, said)}
    door.intake.accept("web", "logs", logs(*lines).SerializeToString())
    found = door.rows(
        "SELECT x_request_id, status, route, rule, route_source, grpc_status, status_class, "
        "latency_ms FROM $db.ngf_access_logs"
    )
    assert len(found) == 250
    without_id = [row for row in found if row[0] not in asked]
    assert sorted(row[1] for row in without_id) == [400, 414], "malformed, and too long a URI"
    marked = 0
    for name, status, route, rule, source, grpc, kind, latency, *_ in found:
        if name not in asked:
            continue
        want = asked[name]
        if "grpc_code" in want:
            codes = {"OK": 0, "NOT_FOUND": 5, "UNIMPLEMENTED": 12, "UNAVAILABLE": 14}
            assert grpc == codes[want["grpc_code"]] or (grpc is None and status == 404), want
            assert kind == {0: "2xx", None: "4xx", 5: "4xx", 12: "5xx", 14: "5xx"}[grpc]
        else:
            assert status == (want["status"] or 499), want
        if source:
            marked += 1
            assert f"{route} rule {rule}" == want["want"]
        else:
            assert (route, rule) == ("", "")
        assert latency / 1000 <= want["client_s"] + 0.002, "as the caller saw it"
    assert marked == 137


def test_a_line_without_marker_has_the_route_that_the_model_finds(door: Door) -> None:
    """It is asked with the query, which is not kept, and never of a line that is marked."""
    asked: list[Line] = []

    def attribute(line: Line) -> Taken:
        asked.append(line)
        return {
            "/one": Taken(("shop/a/0",), certain=True),
            "/two": Taken(("shop/a/1", "shop/b/0"), certain=False),
            "/three": Taken(("shop/a/2",), certain=False),
        }.get(line.fields["path"], Taken((), certain=False))

    def line(path: str, **fields: str) -> str:
        said = {"log": "ngf_access", "status": "200", "path": path, "request_uri": f"{path}?q=1"}
        return orjson.dumps(said | fields).decode()

    intake = Intake(door.intake.spool, WHENEVER_RECORDED, attribute=attribute)
    place = {"k8s.namespace.name": "edge", "ngf.gateway": "public"}
    lines = [line(path) for path in ("/none", "/one", "/two", "/three")]
    marked = line("/one", route_var="shop/marked/3")
    claimed = line("/none", route_model="shop/forged/0", route_candidates="shop/forged/1")
    intake.accept("web", "logs", logs(*lines, marked, claimed, **place).SerializeToString())
    found = door.rows(
        "SELECT route, rule, route_source, route_candidates FROM $db.ngf_access_logs ORDER BY 1, 4"
    )
    assert found == [
        ("", "", "", []),
        ("", "", "", []),
        ("", "", "", ["shop/a/1", "shop/b/0"]),
        ("", "", "", ["shop/a/2"]),
        ("shop/a", "0", "model", []),
        ("shop/marked", "3", "variable", []),
    ]
    assert len(asked) == 5
    assert {(one.cluster, one.namespace, one.gateway) for one in asked} == {
        ("web", "edge", "public")
    }
    assert all(abs(one.at - NOW / 1e9) < 1 for one in asked)
    assert asked[0].fields["request_uri"] == "/none?q=1"
    minutes = door.rows(
        "SELECT route, sum(request_count) FROM $db.ngf_metrics_1m GROUP BY route ORDER BY route"
    )
    assert minutes == [("", 4), ("shop/a", 1), ("shop/marked", 1)]


def test_upstreams_are_told_per_attempt_and_what_is_not_there_is_null(door: Door) -> None:
    retried = {"uaddr": "10.0.0.1:80, 10.0.0.2:80", "ustatus": "502, 200", "urt": "0.050, 0.071"}
    lines = [
        ACCESS[:-1] + "," + json.dumps(retried)[1:],
        ACCESS[:-1] + ',"uaddr":"10.0.0.3:80","ustatus":"-","urt":"-","uht":"-"}',
        ACCESS[:-1] + ',"uaddr":"","ustatus":"","urt":""}',
        ACCESS[:-1] + ',"uaddr":"a:80 : b:80","ustatus":"302 : 200","urt":"0.001 : 0.002"}',
        ACCESS[:-1] + ',"uaddr":"c:80, d:80","ustatus":"502, -","urt":"0.003, -","uht":"0.5, -"}',
    ]
    door.intake.accept("web", "logs", logs(*lines).SerializeToString())
    found = door.rows(
        "SELECT upstream_addr, upstream_status, upstream_attempts, upstream_latency_ms,"
        " upstream_header_ms FROM $db.ngf_access_logs ORDER BY upstream_addr"
    )
    assert [(*row[:3], row[3] and round(row[3]), row[4]) for row in found] == [
        ("", None, 0, None, None),
        ("10.0.0.2:80", 200, 2, 121, None),
        ("10.0.0.3:80", None, 1, None, None),
        ("b:80", 200, 2, 3, None),
        ("d:80", None, 2, 3, None),
    ]


def test_only_an_address_was_picked(door: Door) -> None:
    """Where all endpoints of an upstream are down, NGINX names the upstream instead of one."""
    for host in ("10.0.0.1:8000", "[fd00::1]:8000", "shop_coffee-v1_80", ""):
        line = ACCESS[:-1] + f',"proxy_host":"{host}","uaddr":"{host}"}}'
        door.intake.accept("web", "logs", logs(line).SerializeToString())
    assert door.rows("SELECT upstream_addr FROM $db.ngf_access_logs WHERE picked ORDER BY 1") == [
        ("10.0.0.1:8000",),
        ("[fd00::1]:8000",),
    ]


def test_protobuf_json_and_gzip_say_the_same(door: Door) -> None:
    spans = (RECORDED / "epp/spans.json").read_bytes()
    message = json_format.Parse(decoding._with_base64_ids(spans), ExportTraceServiceRequest())
    binary = message.SerializeToString()
    door.intake.accept("a", "traces", spans, JSON)
    door.intake.accept("b", "traces", gzip.compress(spans), f"{JSON}; charset=utf-8", "gzip")
    door.intake.accept("c", "traces", gzip.compress(binary), PROTOBUF, "gzip")
    kept = door.rows(
        "SELECT cluster_name, count(), uniq(TraceId), sum(cityHash64(TraceId, SpanId, ParentSpanId,"
        " SpanName, Timestamp, Duration, toString(SpanAttributes))) FROM $db.otel_traces"
        " GROUP BY 1 ORDER BY 1"
    )
    assert [row[0] for row in kept] == ["a", "b", "c"]
    assert len({row[1:] for row in kept}) == 1
    assert kept[0][1:3] == (len(door.rows("SELECT SpanId FROM $db.otel_traces")) // 3, 57)


def test_a_claim_to_be_another_cluster_is_overwritten(door: Door) -> None:
    claims = {"cluster_name": "bank", "k8s.cluster.name": "bank"}
    door.intake.accept("web", "logs", logs(ACCESS, **claims).SerializeToString())
    assert door.rows("SELECT cluster_name FROM $db.ngf_access_logs") == [("web",)]


def test_prompts_answers_and_query_strings_reach_no_disk(door: Door) -> None:
    handled = {"msg": "Request handled", "x-request-id": "r1", "request": SECRET, "body": SECRET}
    dumped = {"msg": "Incoming body chunk", "x-request-id": "r1", "chunk": SECRET}
    access = ACCESS[:-1] + f',"request_uri":"/a?key={SECRET}","x_body":"{SECRET}"}}'
    door.intake.accept("web", "logs", logs(access).SerializeToString())
    lines = logs(json.dumps(handled), json.dumps(dumped), SECRET, container="epp")
    record = lines.resource_logs[0].scope_logs[0].log_records.add()
    record.attributes.add(key="ngf.log").value.string_value = "epp"
    record.attributes.add(key="prompt").value.string_value = SECRET
    record.body.string_value = SECRET
    door.intake.accept("web", "logs", lines.SerializeToString())
    traces = ExportTraceServiceRequest()
    source = traces.resource_spans.add()
    source.resource.attributes.add(key="process.command_line").value.string_value = SECRET
    span = source.scope_spans.add().spans.add(name="llm_request")
    for key in ("gen_ai.prompt.0.content", "gen_ai.completion", "gen_ai.content.prompt",
                "gen_ai.event.content", "input.value", "llm.input_messages.0.message.content",
                "traceloop.entity.input", "http.target", "url.full"):  # fmt: skip
        span.attributes.add(key=key).value.string_value = SECRET
    for part in (span.events.add(name="gen_ai.content.prompt"), span.links.add()):
        part.attributes.add(key="gen_ai.prompt").value.string_value = SECRET
    failed = span.events.add(name="exception").attributes.add(key="exception.message")
    failed.value.string_value = "m" * 300 + SECRET
    door.intake.accept("web", "traces", traces.SerializeToString())
    on_disk = b"".join(path.read_bytes() for path in door.folder.iterdir() if path.is_file())
    assert b"Request handled" in on_disk
    assert SECRET.encode() not in on_disk
    assert door.rows("SELECT message FROM $db.ngf_epp_events ORDER BY 1") == [
        ("Incoming body chunk",),
        ("Request handled",),
    ]


def test_every_row_has_little_of_what_it_came_from(door: Door) -> None:
    """All rows of a resource have its attributes."""
    claims = {"k8s.pod.name": "edge-0", "k8s.namespace.name": "n" * 20_000, "note": "n" * 20_000}
    door.intake.accept("web", "logs", logs(*[ACCESS] * 100, **claims).SerializeToString())
    assert door.intake.spool.bytes < 100_000
    assert door.rows("SELECT DISTINCT pod_name, length(namespace) FROM $db.ngf_access_logs") == [
        ("edge-0", 256)
    ]


def test_odd_values_spoil_nothing(door: Door) -> None:
    message = ExportMetricsServiceRequest()
    metrics = message.resource_metrics.add().scope_metrics.add().metrics
    gauge = metrics.add(name="DCGM_FI_DEV_GPU_UTIL").gauge.data_points
    gauge.add(as_double=float("nan"))
    gauge.add(as_double=float("inf"))
    gauge.add(as_int=7, time_unix_nano=NOW)
    gauge.add(as_int=7, time_unix_nano=2**64 - 1)
    gauge.add(as_double=3, time_unix_nano=1, flags=1)
    histogram = metrics.add(name="vllm:x").histogram.data_points
    histogram.add(count=1, sum=float("nan"), bucket_counts=[1], explicit_bounds=[])
    histogram.add(count=2**63, sum=1, bucket_counts=[1, 2**63], explicit_bounds=[float("inf")])
    points = metrics.add(name="vllm:y").summary.data_points
    summary = points.add(time_unix_nano=NOW, count=1, sum=2)
    summary.quantile_values.add(quantile=0.5, value=float("nan"))
    summary.quantile_values.add(quantile=0.9, value=2)
    taken = door.intake.accept("web", "metrics", message.SerializeToString())
    assert taken.rows == 2
    assert door.intake.taken.untimely == {"otel_metrics_gauge": 1}
    early = logs(ACCESS, at=0)
    early.resource_logs[0].scope_logs[0].log_records[0].observed_time_unix_nano = NOW
    early.resource_logs[0].scope_logs[0].log_records[0].severity_number = 24
    door.intake.accept("web", "logs", early.SerializeToString())
    assert len(door.rows("SELECT timestamp FROM $db.ngf_access_logs")) == 1
    assert door.writer.put_aside == 0


@pytest.mark.parametrize(
    "odd", ["inf", "-inf", "nan", "1e40", "1e-45", "-1", "9" * 400, "0x10", "12,5", " ", "🍵"]
)
def test_no_text_in_the_place_of_a_number_holds_up_the_others(door: Door, odd: str) -> None:
    numbers = ("msec", "status", "bytes_sent", "req_len", "rt", "ustatus", "uct", "uht", "urt",
               "grpc_trailer", "waf_violation_rating", "xc_edge_latency_ms")  # fmt: skip
    lines = [ACCESS] + [ACCESS[:-1] + f',"{name}":"{odd}"}}' for name in numbers]
    told = logs(*lines)
    for record in told.resource_logs[0].scope_logs[0].log_records:
        record.time_unix_nano = 0
    door.intake.accept("web", "logs", told.SerializeToString())
    traces = ExportTraceServiceRequest()
    scope = traces.resource_spans.add().scope_spans.add()
    latencies = [f"gen_ai.latency.{name}" for name in ("time_to_first_token", "time_in_queue")]
    for name in ("", *latencies, "gen_ai.usage.completion_tokens", "gen_ai.latency.e2e"):
        span = scope.spans.add(name="llm_request", start_time_unix_nano=NOW)
        said = {"gen_ai.latency.e2e": "2", "gen_ai.latency.time_to_first_token": "1"}
        for key, value in (said | {"gen_ai.usage.completion_tokens": "3", name: odd}).items():
            span.attributes.add(key=key).value.string_value = value
    door.intake.accept("web", "traces", traces.SerializeToString())
    counted = "SELECT count(), countIf(NOT isFinite({0})), countIf({0} < 0) FROM $db.{1}"
    (lines_of,) = door.rows(counted.format("ifNull(latency_ms, 0)", "ngf_access_logs"))
    assert lines_of[0] >= len(lines) - 1, "only a line without a status is none"
    assert lines_of[1:] == (0, 0)
    (requests,) = door.rows(counted.format("ifNull(tokens_per_second, 0)", "ngf_inference_logs"))
    assert requests == (len(scope.spans), 0, 0)
    assert door.writer.put_aside == 0


def test_a_request_is_known_by_the_id_that_its_sender_gave(door: Door) -> None:
    """Completions have a number behind it, one for each prompt; chats have none."""
    given = {
        "chatcmpl-order-12": "order-12",
        "chatcmpl-2024-11-30": "2024-11-30",
        "cmpl-order-12-0": "order-12",
        "cmpl-a-100": "a",
        "order-12": "order-12",
    }
    traces = ExportTraceServiceRequest()
    scope = traces.resource_spans.add().scope_spans.add()
    for number, name in enumerate(given):
        span = scope.spans.add(name="llm_request", start_time_unix_nano=NOW + number)
        span.attributes.add(key="gen_ai.request.id").value.string_value = name
        span.attributes.add(key="gen_ai.latency.e2e").value.double_value = 1
    door.intake.accept("web", "traces", traces.SerializeToString())
    found = door.rows("SELECT request_id FROM $db.ngf_inference_logs")
    assert sorted(row[0] for row in found) == sorted(given.values())


def test_without_a_status_nothing_is_known_of_errors(door: Door) -> None:
    """An engine's span tells none; another source might."""
    traces = ExportTraceServiceRequest()
    span = traces.resource_spans.add().scope_spans.add().spans.add(name="llm_request")
    span.start_time_unix_nano = NOW
    span.attributes.add(key="gen_ai.latency.e2e").value.double_value = 1
    door.intake.accept("web", "traces", traces.SerializeToString())
    for table in ("ngf_inference_metrics_1m", "ngf_inference_metrics_1h"):
        assert door.rows(f"SELECT sum(requests), sum(errors) FROM $db.{table}") == [(1, None)]
    told = [{"timestamp": NOW // 10**9, "status": status} for status in (200, 503)]
    door.store.insert("ngf_inference_logs", b"\n".join(map(orjson.dumps, told)), "told")
    for table in ("ngf_inference_metrics_1m", "ngf_inference_metrics_1h"):
        assert door.rows(f"SELECT sum(requests), sum(errors) FROM $db.{table}") == [(3, 1)]


def test_tokens_per_second_are_those_after_the_first(door: Door) -> None:
    traces = ExportTraceServiceRequest()
    scope = traces.resource_spans.add().scope_spans.add()
    for tokens in (1, 2, 11):
        span = scope.spans.add(name="llm_request", start_time_unix_nano=NOW + tokens)
        said = {
            "latency.time_to_first_token": 1,
            "latency.e2e": 2,
            "usage.completion_tokens": tokens,
        }
        for key, value in said.items():
            span.attributes.add(key=f"gen_ai.{key}").value.int_value = value
    door.intake.accept("web", "traces", traces.SerializeToString())
    rate = "SELECT output_tokens, tokens_per_second FROM $db.ngf_inference_logs ORDER BY 1"
    assert door.rows(rate) == [(1, None), (2, 1), (11, 10)]


def test_what_is_no_telemetry_is_refused_with_the_reason(door: Door) -> None:
    whole = logs(ACCESS).SerializeToString()
    refused: list[tuple[type[Exception], tuple[Any, ...]]] = [
        (Unreadable, (whole[:-3], PROTOBUF)),
        (Unreadable, (b"{not json", JSON)),
        (Unreadable, (b'{"resourceLogs":[{"scopeLogs":3}]}', JSON)),
        (Unreadable, (b"\xff\xfe", JSON)),
        (Unreadable, (b"[" * 100_000, JSON)),
        (Unreadable, (whole, PROTOBUF, "gzip")),
        (Unreadable, (gzip.compress(whole)[:-9], PROTOBUF, "gzip")),
        (UnknownType, (whole, "text/plain")),
        (UnknownType, (whole, PROTOBUF, "br")),
        (TooLarge, (gzip.compress(b"\0" * (decoding.LARGEST + 1)), PROTOBUF, "gzip")),
        (TooLarge, (b"\0" * (decoding.LARGEST + 1), PROTOBUF)),
    ]
    for kind, arguments in refused:
        with pytest.raises(kind):
            door.intake.accept("web", "logs", *arguments)
    assert door.intake.spool.rows == 0
    assert sum(door.intake.taken.refused.values()) == len(refused)


def test_a_request_whose_answer_was_lost_is_not_taken_twice(door: Door) -> None:
    body = logs(ACCESS).SerializeToString()
    assert not door.intake.accept("web", "logs", body).again
    assert door.intake.accept("web", "logs", gzip.compress(body), PROTOBUF, "gzip").again
    assert not door.intake.accept("gpu", "logs", body).again, "another cluster's is another"
    assert door.rows("SELECT count() FROM $db.ngf_access_logs") == [(2,)]


def test_a_full_spool_tells_the_sender_to_come_again(tmp_path: Path) -> None:
    door = Door(tmp_path, limit=2_000)

    def send(number: int) -> None:
        door.intake.accept("web", "logs", logs(ACCESS, n=str(number)).SerializeToString())

    sent = next(n for n in range(100) if door.intake.spool.bytes + 300 > 2_000 or send(n))
    with pytest.raises(Busy) as refused:
        send(100)
    assert refused.value.details == {"retry_after": 30}
    assert door.rows("SELECT count() FROM $db.ngf_access_logs") == [(sent,)]
    door.intake.accept("web", "logs", logs(ACCESS, n="again").SerializeToString())


class Slow:
    """A body whose first bytes are there, and whose end comes when it may."""

    def __init__(self, begin: bytes) -> None:
        self.pieces = [begin]
        self.begun, self.go_on = threading.Event(), threading.Event()

    def read(self, size: int) -> bytes:
        if self.pieces:
            return self.pieces.pop()
        self.begun.set()
        self.go_on.wait(10)
        return b""


def test_no_more_is_in_memory_at_once_than_there_is_room_for(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "AT_ONCE", 10_000)
    slow = Slow(b"no OTLP message" * 660)
    body = logs(ACCESS).SerializeToString()
    with ThreadPoolExecutor() as threads:
        first = threads.submit(door.intake.accept, "web", "logs", slow)
        assert slow.begun.wait(10)
        with pytest.raises(Busy, match="at once"):
            door.intake.accept("gpu", "logs", body)
        slow.go_on.set()
        with pytest.raises(Unreadable):
            first.result()
    assert door.intake.accept("gpu", "logs", body).rows == 1


def test_what_a_request_unpacks_to_and_becomes_takes_room_too(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "AT_ONCE", 100_000)
    small = gzip.compress(b"\0" * 200_000)
    assert len(small) < 1000
    lines = logs(*[ACCESS] * 600).SerializeToString()
    assert len(lines) < 90_000
    for body, encoding in ((small, "gzip"), (lines, None)):
        with pytest.raises(Busy, match="at once"):
            door.intake.accept("web", "logs", body, PROTOBUF, encoding)
    assert door.intake.accept("web", "logs", logs(ACCESS).SerializeToString()).rows == 1


def test_a_request_whose_rows_repeat_too_much_is_refused(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MOST_ROWS", 10_000)
    with pytest.raises(TooLarge, match="rows of a request"):
        door.intake.accept("web", "logs", logs(*[ACCESS] * 100).SerializeToString())
    assert door.intake.spool.rows == 0


def test_rows_of_a_time_that_is_not_kept_are_dropped_and_counted(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 2**28)
    intake = Intake(spool, Retention(minute_days=10, hour_days=20), now=lambda: NOW / 10**9)
    kept = 0
    for days in (-19, 0, 0.9, -21, 1.1, 80_000, -15_000):
        at = int(NOW + days * DAY)
        kept += intake.accept("web", "logs", logs(ACCESS, at=at).SerializeToString()).rows
    assert kept == spool.rows == intake.taken.rows["otel_logs"] == 3
    assert intake.taken.untimely == {"otel_logs": 4}


def test_an_intake_that_is_closed_tells_the_sender_to_come_again(door: Door) -> None:
    door.intake.close()
    with pytest.raises(Unavailable, match="stopping"):
        door.intake.accept("web", "logs", logs(ACCESS).SerializeToString())
    assert door.intake.taken.refused == {"unavailable": 1}


def test_lengths_that_lie_are_no_way_in(door: Door) -> None:
    with pytest.raises(Unreadable):
        door.intake.accept("web", "logs", b"\x0a" + struct.pack("<I", 0xFFFFFF7F) + b"x")
