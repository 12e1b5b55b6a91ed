"""Promise: spans and log lines of pickers are explored as access logs are: pages cost what they
hold, filters leave what they say, and nobody sees another's namespace."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pyarrow.parquet
import pytest

from services.errors import Invalid
from services.telemetry.log_filters import Filters
from services.telemetry.log_kinds import PICKER, SPANS, Kind
from services.telemetry.log_lines import LogLines
from services.telemetry.scope import Scope
from services.telemetry.windows import Window
from tests.stores import Watched, watched_store

COUNT = 200_000
END = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
"""The last midnight: rows lie in the parts of a day alike, whatever the time is."""
START = END - timedelta(hours=1)
BETWEEN_US = 3_600_000_000 // COUNT
HOUR = Window(START, END)
DAY = Window(END - timedelta(hours=24), END)
ONE, ALL = Scope(("gpu-iad",)), Scope(("gpu-iad", "gpu-fra"))

SPAN = """
INSERT INTO {database:Identifier}.otel_traces
    (Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ResourceAttributes,
     SpanAttributes, Duration, StatusCode, StatusMessage,
     Events.Timestamp, Events.Name, Events.Attributes)
SELECT
    addMicroseconds(
        toDateTime64({start:DateTime64(3, 'UTC')}, 9, 'UTC'), number * {between:UInt32}),
    hex(intDiv(number, 10)), hex(number), if(number % 10 = 0, '', hex(number - 1)),
    multiIf(number % 10 = 0, 'gateway.request', number % 10 = 1, 'llm_request', 'pick_endpoints'),
    'Server', if(number % 10 = 1, 'vllm', 'llm-d-router/epp'),
    map('cluster_name', if(number % 4 = 0, 'gpu-fra', 'gpu-iad'),
        'k8s.namespace.name', if(number % 5 = 0, 'chat', 'llm'),
        'k8s.pod.name', 'llama-epp-6d9f7c54b8-x2k4p', 'ngf.inference_pool', 'llama'),
    map('gen_ai.request.id', concat(
        multiIf(number % 10 = 1, 'chatcmpl-', number % 10 = 2, 'cmpl-', ''), 'r-', toString(number),
        if(number % 10 = 2, '-0', ''))),
    1000000 * (number % 100), if(number % 50 = 0, 'Error', if(number % 2 = 0, 'Unset', 'Ok')),
    if(number % 50 = 0, 'no endpoint is left', ''),
    if(number % 50 = 0, [toDateTime64({start:DateTime64(3, 'UTC')}, 9, 'UTC')], []),
    if(number % 50 = 0, ['exception'], []),
    if(number % 50 = 0, [map('exception.message', 'full')], [])
FROM numbers({count:UInt64})
"""

LINE = """
INSERT INTO {database:Identifier}.ngf_epp_events
    (timestamp, cluster_name, namespace, picker, pool_name, request_id, message, fields)
SELECT
    addMicroseconds(
        toDateTime64({start:DateTime64(3, 'UTC')}, 6, 'UTC'), number * {between:UInt32}),
    if(number % 4 = 0, 'gpu-fra', 'gpu-iad'), if(number % 5 = 0, 'chat', 'llm'),
    'llama-epp', 'llama',
    concat('r-', toString(number)),
    multiIf(
        number % 50 = 1, 'Error handling request', number % 50 = 3, 'Failed to process request',
        number % 2 = 0, 'EPP received request', 'Request handled'),
    map('endpoint', '10.0.0.7:8000', 'error', if(number % 50 = 1, 'pool is 100% full', ''))
FROM numbers({count:UInt64})
"""


@pytest.fixture(scope="module")
def store() -> Iterator[Watched]:
    store = watched_store()
    store.open()
    with store.engine.client() as client:
        for statement in (SPAN, LINE):
            client.command(
                statement,
                parameters={
                    "database": store.layout.database,
                    "start": START,
                    "between": BETWEEN_US,
                    "count": COUNT,
                },
            )
    yield store
    store.close()


@pytest.fixture(params=[SPANS, PICKER], ids=["spans", "picker"])
def kind(request: pytest.FixtureRequest, store: Watched) -> Kind:
    store.cost()
    found: Kind = request.param
    return found


def page(store: Watched, kind: Kind, filters: Filters, scope: Scope = ONE) -> list[dict[str, Any]]:
    found = LogLines(store, kind).page(scope, HOUR, filters, limit=500).value
    assert found is not None
    return found.lines


@pytest.mark.parametrize("scope", [ONE, ALL], ids=["one cluster", "several"])
def test_a_page_costs_what_it_holds(store: Watched, kind: Kind, scope: Scope) -> None:
    found = LogLines(store, kind).page(scope, DAY, Filters(), limit=100).value
    assert found is not None
    assert len(found.lines) == 100
    assert found.lines[0]["timestamp"] > END - timedelta(seconds=1)
    assert found.read_rows == store.cost() < 40_000


@pytest.mark.parametrize("scope", [ONE, ALL], ids=["one cluster", "several"])
def test_pages_follow_each_other_without_a_gap_or_a_line_twice(
    store: Watched, kind: Kind, scope: Scope
) -> None:
    window = Window(START, START + timedelta(milliseconds=600))
    expected = LogLines(store, kind).count(scope, window, Filters()).value
    seen: list[str] = []
    cursor: str | None = None
    while True:
        found = LogLines(store, kind).page(scope, window, Filters(), cursor, limit=7).value
        assert found is not None
        seen += [line["request_id"] for line in found.lines]
        cursor = found.cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == expected


@pytest.mark.parametrize(
    ("kind", "filters", "share"),
    [
        (SPANS, Filters(status=("error",)), 0.02),
        (SPANS, Filters(status=("!error",)), 0.98),
        (SPANS, Filters(exact={"service": ("vllm",)}), 0.1),
        (SPANS, Filters(exact={"name": ("!pick_endpoints",)}), 0.2),
        (SPANS, Filters(exact={"pool": ("llm/llama",)}), 0.8),
        (SPANS, Filters(exact={"trace_id": ("2A",)}), 10 / COUNT),
        (SPANS, Filters(request_id="r-11"), 1 / COUNT),
        (SPANS, Filters(request_id="r-12"), 1 / COUNT),
        (SPANS, Filters(text="ENDPOINT IS"), 0.02),
        (SPANS, Filters(text="r-13"), 1 / COUNT),
        (SPANS, Filters(min_ms=90), 0.1),
        (PICKER, Filters(status=("refused", "dropped")), 0.04),
        (PICKER, Filters(status=("",)), 0.5),
        (PICKER, Filters(exact={"message": ("EPP received request",)}), 0.5),
        (PICKER, Filters(exact={"endpoint": ("10.0.0.7:8000",)}), 0.46),
        (PICKER, Filters(exact={"pool": ("!llm/llama",)}), 0.2),
        (PICKER, Filters(text="100%"), 0.02),
        (PICKER, Filters(text="1__%"), 0.0),
        (PICKER, Filters(request_id="r-12"), 1 / COUNT),
    ],
)
def test_filters_leave_what_they_say(
    store: Watched, kind: Kind, filters: Filters, share: float
) -> None:
    assert LogLines(store, kind).count(ALL, HOUR, filters).value == pytest.approx(COUNT * share)


@pytest.mark.parametrize(
    ("kind", "filters", "named"),
    [
        (SPANS, Filters(status=("5xx",)), "status"),
        (SPANS, Filters(exact={"host": ("a",)}), "host"),
        (PICKER, Filters(status=("error",)), "status"),
        (PICKER, Filters(exact={"service": ("a",)}), "service"),
        (PICKER, Filters(min_ms=1), "min_ms"),
    ],
)
def test_a_filter_of_another_kind_is_refused_by_name(
    store: Watched, kind: Kind, filters: Filters, named: str
) -> None:
    with pytest.raises(Invalid, match=named):
        LogLines(store, kind).page(ONE, HOUR, filters)


def test_who_may_see_a_namespace_sees_no_other(store: Watched, kind: Kind) -> None:
    chat = Scope(("gpu-iad",), namespaces=("chat",))
    assert {line["namespace"] for line in page(store, kind, Filters(), chat)} == {"chat"}
    facets = LogLines(store, kind).facets(chat, HOUR, Filters()).value
    assert facets is not None
    assert [value for value, _ in facets["pool"]] == ["chat/llama"]
    assert LogLines(store, kind).count(Scope(("gpu-iad",), ()), HOUR, Filters()).value == 0


def test_a_histogram_tells_every_outcome_whatever_is_filtered_by(store: Watched) -> None:
    spans = LogLines(store, SPANS).histogram(ALL, HOUR, Filters(status=("ok",))).value
    lines = LogLines(store, PICKER).histogram(ALL, HOUR, Filters(status=("handled",))).value
    assert spans is not None
    assert lines is not None
    told = {name: sum(filter(None, counts)) for name, counts in spans.counts.items()}
    assert told == {"ok": 0.98 * COUNT, "error": 0.02 * COUNT}
    told = {name: sum(filter(None, counts)) for name, counts in lines.counts.items()}
    assert told == {
        "": 0.5 * COUNT,
        "handled": 0.46 * COUNT,
        "refused": 0.02 * COUNT,
        "dropped": 0.02 * COUNT,
    }


def test_frequent_values_are_read_with_one_question(store: Watched, kind: Kind) -> None:
    facets = LogLines(store, kind).facets(ONE, HOUR, Filters(), 3).value
    assert store.cost() <= 0.75 * COUNT + 8192
    assert facets is not None
    assert set(facets) == set(kind.facets)
    assert facets["cluster_name"] == [("gpu-iad", 0.75 * COUNT)]
    top = LogLines(store, kind).top(ONE, HOUR, Filters(), "pool", 1).value
    assert top is not None
    assert (top[0].value, top[0].share) == ("llm/llama", pytest.approx(0.8))


def test_a_span_has_every_field_and_null_for_what_it_lacks(store: Watched) -> None:
    failed = page(store, SPANS, Filters(status=("error",), exact={"trace_id": ("05",)}), ALL)[0]
    assert (failed["parent_span_id"], failed["kind"], failed["status"]) == (None, "Server", "error")
    assert failed["status_message"] == "no endpoint is left"
    assert failed["attributes"] == {"gen_ai.request.id": "r-50"}
    assert failed["resource"]["k8s.pod.name"] == "llama-epp-6d9f7c54b8-x2k4p"
    assert failed["events"][0]["exception.message"] == "full"
    assert failed["events"][0]["name"] == "exception"


def test_spans_of_one_millisecond_come_in_the_order_of_their_time(store: Watched) -> None:
    with store.engine.client() as client:
        client.command(
            f"INSERT INTO {store.layout.table('otel_traces')}"
            " (Timestamp, SpanName, ResourceAttributes)"
            " SELECT addNanoseconds(toDateTime64({at:DateTime64(3, 'UTC')}, 9, 'UTC'), number),"
            " toString(number), map('cluster_name', 'same') FROM numbers(30)",
            parameters={"at": END + timedelta(hours=5)},
        )
    window = Window(END + timedelta(hours=5), END + timedelta(hours=6))
    found = LogLines(store, SPANS).page(Scope(("same",)), window, Filters()).value
    assert found is not None
    assert [line["name"] for line in found.lines] == [str(number) for number in range(29, -1, -1)]
    assert found.lines[0]["nanoseconds"] == 29


def test_a_line_has_an_endpoint_where_one_was_picked(store: Watched) -> None:
    (handled,) = page(store, PICKER, Filters(request_id="r-5"))
    assert (handled["outcome"], handled["endpoint"]) == ("handled", "10.0.0.7:8000")
    (received,) = page(store, PICKER, Filters(request_id="r-6"))
    assert (received["outcome"], received["endpoint"], received["error"]) == (None, None, None)
    assert received["fields"]["endpoint"] == "10.0.0.7:8000"


@pytest.mark.parametrize("fmt", ["csv", "parquet", "json"])
def test_lines_become_a_file_with_what_the_filters_leave(
    store: Watched, kind: Kind, fmt: str
) -> None:
    made = LogLines(store, kind).export(ALL, HOUR, Filters(request_id="r-50"), fmt)
    if fmt == "parquet":
        rows = pyarrow.parquet.read_table(io.BytesIO(made)).to_pylist()
    elif fmt == "json":
        rows = orjson.loads(made)
    else:
        rows = list(csv.DictReader(io.StringIO(made.decode())))
    (row,) = rows
    assert row["request_id"] == "r-50"
    assert "key" not in row
    texts = ("attributes", "resource", "events") if kind is SPANS else ("fields",)
    assert all(orjson.loads(row[name]) for name in texts)


def test_nothing_has_a_reason(store: Watched, kind: Kind) -> None:
    before = Window(START - timedelta(hours=3), START - timedelta(hours=2))
    answer = LogLines(store, kind).page(ONE, before, Filters())
    assert answer.reason == f"No {kind.one} in this range."
    answer = LogLines(store, kind).page(ONE, before, Filters(text="x"))
    assert answer.reason == f"No {kind.one} in this range matches the filters."
