"""Promise: rates, failures and latencies are those of the log lines, whatever table is read, and
what is read for them is bounded: a page of lines costs a page, a range costs its buckets."""

import base64
import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import orjson
import pyarrow.parquet
import pytest

from services.auth.identity import Identity, Role
from services.errors import Invalid
from services.telemetry.access import AccessLogs
from services.telemetry.log_filters import Filters
from services.telemetry.log_lines import LogLines
from services.telemetry.scope import Scope
from services.telemetry.windows import Window
from tests.stores import Watched, watched_store

HOURS = 24
A_MINUTE = 200
LINES = HOURS * 60 * A_MINUTE
END = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
"""The last midnight: rows lie in the parts of a day alike, whatever the time is."""
START = END - timedelta(hours=HOURS)
BETWEEN_MS = 60_000 // A_MINUTE

LINE = """
INSERT INTO {database:Identifier}.ngf_access_logs
    (timestamp, cluster_name, namespace, gateway, route, method, host, path, status, status_class,
     latency_ms, request_id, user_agent, upstream_name, upstream_addr, response_size)
SELECT
    {start:DateTime64(3, 'UTC')} + toIntervalMillisecond(number * {between:UInt32}),
    multiIf(number % 10 < 6, 'web-fra', number % 10 < 9, 'web-iad', 'lab'),
    if(number % 4 = 3, 'payments', 'shop'),
    'edge',
    ['shop/storefront', 'shop/cart', '', 'payments/checkout'][1 + number % 4],
    if(number % 3 = 0, 'POST', 'GET'),
    'shop.example.com',
    multiIf(
        number % 1000 = 7, '/100%_off',
        number % 4 = 1, concat('/cart/', toString(number)), '/checkout'),
    multiIf(number % 100 < 3, 502, number % 100 < 5, 404, 200),
    multiIf(number % 100 < 3, '5xx', number % 100 < 5, '4xx', '2xx'),
    if(number % 100 = 50, NULL, toFloat32(1 + number % 100)),
    concat('r', toString(number)),
    'curl/8', 'shop_cart_80', '10.0.0.1:8080', 100
FROM numbers({lines:UInt64})
"""


@pytest.fixture(scope="module")
def store() -> Iterator[Watched]:
    store = watched_store()
    store.open()
    with store.engine.client() as client:
        client.command(
            LINE,
            parameters={
                "database": store.layout.database,
                "start": START,
                "between": BETWEEN_MS,
                "lines": LINES,
            },
        )
        client.command(f"OPTIMIZE TABLE {store.layout.table('ngf_metrics_1m')} FINAL")
    yield store
    store.close()


@pytest.fixture
def access(store: Watched) -> AccessLogs:
    store.cost()
    return AccessLogs(store)


@pytest.fixture
def lines(store: Watched) -> LogLines:
    store.cost()
    return LogLines(store)


def hours(first: float, last: float) -> Window:
    return Window(START + timedelta(hours=first), START + timedelta(hours=last))


ONE = Scope(("web-fra",))
ALL = Scope(("lab", "web-fra", "web-iad"))


@pytest.mark.parametrize(
    "window",
    [hours(2, 2.1), hours(2, 5), hours(2.25, 9.75), hours(0, 24)],
    ids=["lines", "minutes", "hours and minutes", "a day"],
)
def test_a_window_is_the_same_from_whatever_table_it_is_read(
    access: AccessLogs, window: Window
) -> None:
    red = access.summary(ALL, window).value
    assert red is not None
    assert red.requests == window.seconds / 60 * A_MINUTE
    assert red.per_second == pytest.approx(A_MINUTE / 60)
    assert red.failure_share == pytest.approx(0.03)
    assert red.client_error_share == pytest.approx(0.02)
    known = [1 + number for number in range(100) if number != 50]
    assert red.mean_ms == pytest.approx(sum(known) / 99)
    assert red.p50_ms == pytest.approx(50, rel=0.06)
    assert red.p99_ms == pytest.approx(99, rel=0.06)


def test_a_day_costs_its_hours_and_not_its_lines(access: AccessLogs, store: Watched) -> None:
    access.summary(ALL, hours(1, 24))
    assert store.cost() < 1500
    access.summary(ALL, hours(1.5, 23.5))
    assert store.cost() < LINES / 15


def test_rows_by_route_tell_apart_what_names_no_route(access: AccessLogs) -> None:
    rows = access.table(ONE, hours(0, 24), "route").value
    assert rows is not None
    assert {row.name for row in rows} == {
        "",
        "shop/storefront",
        "shop/cart",
        "payments/checkout",
    }
    assert {row.cluster for row in rows} == {"web-fra"}
    assert sum(row.red.requests for row in rows) == LINES * 0.6


def test_rows_by_gateway_have_its_namespace(access: AccessLogs) -> None:
    rows = access.table(ALL, hours(0, 24), "gateway").value
    assert rows is not None
    assert {row.name for row in rows} == {"payments/edge", "shop/edge"}
    assert {row.cluster for row in rows} == {"lab", "web-fra", "web-iad"}


@pytest.mark.parametrize(
    ("window", "step", "cost"),
    [(hours(3, 3.2), 15, 40_000), (hours(3, 4), 60, 12_500), (hours(0, 24), 1800, 40_000)],
)
def test_series_have_a_point_a_bucket_and_cost_their_buckets(
    access: AccessLogs, store: Watched, window: Window, step: int, cost: int
) -> None:
    series = access.series(ALL, window).value
    assert series is not None
    (one,) = series
    assert one.step == step
    assert len(one.points) == window.seconds / step
    assert all(point.per_second == pytest.approx(A_MINUTE / 60) for point in one.points)
    assert sum(point.requests or 0 for point in one.points) == window.seconds / 60 * A_MINUTE
    assert store.cost() <= cost


def test_a_week_is_read_by_the_hour(access: AccessLogs, store: Watched) -> None:
    series = access.series(ALL, Window(END - timedelta(days=7), END), "cluster").value
    assert series is not None
    assert {one.step for one in series} == {21_600}
    assert sum(point.requests or 0 for one in series for point in one.points) == LINES
    assert store.cost() < 2000


def test_a_bucket_without_a_line_is_not_known(access: AccessLogs) -> None:
    window = Window(START - timedelta(hours=1), START + timedelta(hours=1))
    series = access.series(ONE, window, "cluster").value
    assert series is not None
    values = [point.per_second for point in series[0].points]
    assert values[0] is None
    assert values[-1] == pytest.approx(A_MINUTE / 60 * 0.6)


def test_a_class_without_a_line_is_none_where_others_have_some(access: AccessLogs) -> None:
    window = Window(START, START + timedelta(seconds=30))
    series = access.series(ONE, window, "status_class").value
    assert series is not None
    failures = next(one for one in series if one.name == "5xx")
    assert 0.0 in [point.per_second for point in failures.points]


def test_a_table_that_is_cut_says_so(access: AccessLogs) -> None:
    whole = access.table(ALL, hours(0, 2), "route")
    assert whole.value is not None
    assert whole.reason is None
    assert access.table(ALL, hours(0, 2), "route", len(whole.value)).reason is None
    cut = access.table(ALL, hours(0, 2), "route", 1)
    assert cut.value == whole.value[:1]
    assert cut.reason == "Only the 1 routes with the most requests are told."


def test_routes_beyond_the_first_come_together(access: AccessLogs) -> None:
    series = access.series(ONE, hours(0, 3), "route", limit=2).value
    assert series is not None
    assert [one.rest for one in series] == [0, 0, 2]
    total = sum(point.requests or 0 for one in series for point in one.points)
    assert total == 3 * 60 * A_MINUTE * 0.6


def test_a_bucket_is_told_when_its_lines_had_time_to_arrive(store: Watched) -> None:
    now = START + timedelta(hours=1, minutes=3, seconds=10)
    access = AccessLogs(store, lambda: now)
    series = access.series(ONE, Window(now - timedelta(hours=1), now)).value
    assert series is not None
    last = series[0].points[-1]
    assert (last.at, last.per_second) == (
        START + timedelta(hours=1, minutes=1),
        pytest.approx(A_MINUTE / 60 * 0.6),
    )


def test_a_long_bucket_is_divided_by_what_is_over_of_it(store: Watched) -> None:
    now = START + timedelta(hours=20, minutes=45)
    access = AccessLogs(store, lambda: now)
    window = Window(START, now)
    series = access.series(ONE, window, points=12).value
    assert series is not None
    last = series[0].points[-1]
    assert series[0].step == 7200
    over = (now - last.at).total_seconds()
    assert 1800 <= over < 7200 + 1800
    # The lines of the whole two hours are there already: the clock of this test is behind.
    assert last.per_second == pytest.approx(7200 / min(over, 7200) * A_MINUTE / 60 * 0.6)


def test_a_window_that_is_past_is_divided_by_the_minutes_it_touches(access: AccessLogs) -> None:
    begin = START + timedelta(hours=2, seconds=20)
    red = access.summary(ONE, Window(begin, begin + timedelta(minutes=40))).value
    assert red is not None
    assert red.per_second == pytest.approx(A_MINUTE / 60 * 0.6)


@pytest.mark.parametrize("before", [0.25, 5, 6 * 24])
def test_a_rate_is_of_the_time_since_lines_come_at_all(access: AccessLogs, before: float) -> None:
    window = Window(START - timedelta(hours=before), START + timedelta(hours=2))
    red = access.summary(ALL, window).value
    assert red is not None
    assert red.since == START
    assert red.per_second == pytest.approx(A_MINUTE / 60)
    rows = access.table(ALL, window, "route").value
    assert rows is not None
    assert sum(row.red.per_second for row in rows) == pytest.approx(A_MINUTE / 60)
    later = access.summary(ALL, hours(1, 2)).value
    assert later is not None
    assert later.since is None


def test_nothing_has_a_reason(access: AccessLogs) -> None:
    before = Window(START - timedelta(hours=3), START - timedelta(hours=1))
    answer = access.summary(Scope(("web-sin",)), before)
    assert (answer.value, answer.as_of) == (None, None)
    assert answer.reason == "No access log has come from web-sin yet."
    later = Window(END + timedelta(hours=1), END + timedelta(hours=2))
    assert "the last was logged" in str(access.summary(ONE, later).reason)
    assert access.summary(Scope(()), hours(0, 1)).reason == "There is no cluster here."


def test_a_silent_cluster_is_named(access: AccessLogs) -> None:
    scope = Scope(("web-fra", "web-sin"))
    answer = access.series(scope, hours(0, 1), "cluster")
    assert answer.reason == "No access log of web-sin in this range."
    assert answer.value is not None


def test_a_limit_to_namespaces_leaves_what_touches_them(access: AccessLogs) -> None:
    scope = Scope(("web-fra",), namespaces=("payments",))
    answer = access.table(scope, hours(0, 1), "route")
    assert answer.value is not None
    assert {row.name for row in answer.value} == {"payments/checkout"}
    assert access.table(Scope(("web-fra",), namespaces=()), hours(0, 1), "route").value is None


def test_pages_follow_each_other_without_a_gap_or_a_line_twice(lines: LogLines) -> None:
    window = Window(START, START + timedelta(seconds=30))
    for scope, share in ((ONE, 0.6), (ALL, 1.0)):
        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = lines.page(scope, window, Filters(), cursor, limit=7).value
            assert page is not None
            seen += [line["request_id"] for line in page.lines]
            cursor = page.cursor
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == A_MINUTE / 2 * share


def test_lines_of_one_millisecond_are_told_once_each_however_alike(store: Watched) -> None:
    """Twenty have an id; fifteen are the same to the last byte."""
    moment = END + timedelta(hours=5)
    with store.engine.client() as client:
        client.command(
            f"INSERT INTO {store.layout.table('ngf_access_logs')} "
            "(timestamp, cluster_name, request_id, status) "
            "SELECT {at:DateTime64(3, 'UTC')}, 'same',"
            " if(number < 20, concat('s', toString(number)), ''), 200 FROM numbers(35)",
            parameters={"at": moment},
        )
    window = Window(moment, moment + timedelta(seconds=1))
    seen, cursor = [], None
    for _ in range(7):
        page = LogLines(store).page(Scope(("same",)), window, Filters(), cursor, limit=6).value
        assert page is not None
        seen += [line["request_id"] or "" for line in page.lines]
        cursor = page.cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted([f"s{number}" for number in range(20)] + [""] * 15)


@pytest.mark.parametrize("scope", [ONE, ALL], ids=["one cluster", "several"])
def test_the_newest_lines_of_a_day_cost_a_page(
    lines: LogLines, store: Watched, scope: Scope
) -> None:
    page = lines.page(scope, hours(0, 24), Filters(), limit=100).value
    assert page is not None
    assert len(page.lines) == 100
    assert page.read_rows == store.cost() < 60_000


def test_a_line_has_null_for_what_the_log_left_empty(lines: LogLines) -> None:
    page = lines.page(ONE, hours(0, 24), Filters(exact={"route": ("",)}), limit=1).value
    assert page is not None
    line = page.lines[0]
    assert (line["route"], line["trace_id"], line["grpc_status"]) == (None, None, None)
    assert "key" not in line


@pytest.mark.parametrize(
    ("filters", "share"),
    [
        (Filters(status=("5xx",)), 0.03),
        (Filters(status=("404", "502")), 0.05),
        (Filters(status=("!5xx",)), 0.97),
        (Filters(status=("5xx", "!502")), 0.0),
        (Filters(exact={"method": ("POST",)}), 1 / 3),
        (Filters(exact={"route": ("!shop/cart", "!")}), 0.5),
        (Filters(text="100%_off"), 0.001),
        (Filters(text="CHECKOUT"), 0.749),
        (Filters(text="_off%"), 0.0),
        (Filters(text="r17"), 1 / LINES),
        (Filters(min_ms=91), 0.1),
        (Filters(request_id="r5", status=("2xx",)), 1 / LINES),
        (Filters(exact={"path": ("/checkout' OR 1=1 --",)}), 0.0),
    ],
)
def test_filters_leave_the_lines_they_say(lines: LogLines, filters: Filters, share: float) -> None:
    answer = lines.count(ALL, hours(0, 24), filters)
    assert answer.value == pytest.approx(LINES * share, rel=0.01)


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        (Filters(status=("sixxx",)), "status"),
        (Filters(exact={"secret": ("a",)}), "secret"),
        (Filters(text="a" * 500), "text"),
        (Filters(min_ms=-1), "min_ms"),
        (Filters(exact={"host": tuple(map(str, range(60)))}), "host"),
    ],
)
def test_a_filter_that_is_none_is_refused_by_name(
    lines: LogLines, filters: Filters, named: str
) -> None:
    with pytest.raises(Invalid, match=named):
        lines.page(ONE, hours(0, 1), filters)


@pytest.mark.parametrize(
    "told",
    ["x", "null", '[1,["a"]]', "[1e99,[]]", "[253402300799999,[]]", "[-62135596800000,[]]"],
)
def test_a_cursor_that_is_none_is_refused(lines: LogLines, told: str) -> None:
    cursor = base64.urlsafe_b64encode(told.encode()).decode()
    with pytest.raises(Invalid, match="cursor"):
        lines.page(ONE, hours(0, 1), Filters(), cursor)


@pytest.mark.parametrize("text", ["", "cart"])
def test_a_histogram_counts_every_status_whatever_is_filtered_by(
    lines: LogLines, store: Watched, text: str
) -> None:
    spread = lines.histogram(ONE, hours(1, 2), Filters(text=text, status=("5xx",))).value
    assert spread is not None
    assert {"2xx", "5xx"} <= set(spread.counts)
    assert len(spread.times) == 60
    total = sum(sum(filter(None, counts)) for counts in spread.counts.values())
    assert total == pytest.approx(60 * A_MINUTE * (0.15 if text else 0.6), rel=0.02)
    assert store.cost() < (40_000 if text else 5_000)


def test_top_values_have_their_share_of_all(lines: LogLines) -> None:
    top = lines.top(ONE, hours(0, 1), Filters(), "method", 1).value
    assert top is not None
    assert (top[0].value, top[0].share) == ("GET", pytest.approx(2 / 3, rel=0.01))
    newest = lines.count(ONE, hours(0, 1), Filters()).as_of
    assert newest is not None
    assert lines.top(ONE, hours(0, 1), Filters(), "path", 1).as_of == newest
    assert lines.facets(ONE, hours(0, 1), Filters(), 1).as_of == newest
    for field, n in (("secret", 5), ("path", 0)):
        with pytest.raises(Invalid, match="field" if n else "n"):
            lines.top(ONE, hours(0, 1), Filters(), field, n)


def test_facets_read_the_lines_once(lines: LogLines, store: Watched) -> None:
    facets = lines.facets(ONE, hours(0, 1), Filters()).value
    once = store.cost()
    lines.count(ONE, hours(0, 1), Filters())
    assert facets is not None
    assert once <= store.cost()
    assert facets["status"][0][0] == "200"
    assert dict(facets["cluster_name"]) == {"web-fra": 60 * A_MINUTE * 0.6}
    assert len(facets["path"]) == 5


def test_who_may_see_a_namespace_sees_no_other(lines: LogLines) -> None:
    who = Identity("guest", Role.VIEWER, namespaces=frozenset({"payments"}))
    scope = Scope(("web-fra",), namespaces=tuple(who.namespaces or ()))
    page = lines.page(scope, hours(0, 1), Filters(), limit=500).value
    assert page is not None
    assert {line["namespace"] for line in page.lines} == {"payments"}


def test_the_slowest_lines_are_told_with_what_leads_to_them(
    access: AccessLogs, store: Watched
) -> None:
    found = access.slowest(ONE, hours(0, 1), 3).value
    assert found is not None
    assert [line["latency_ms"] for line in found] == [96.0, 96.0, 96.0]
    assert all(line["request_id"] for line in found)
    assert store.cost() < 25_000


@pytest.mark.parametrize("fmt", ["csv", "parquet", "json"])
def test_lines_become_a_file_with_what_the_filters_leave(lines: LogLines, fmt: str) -> None:
    filters = Filters(status=("5xx",), exact={"method": ("POST",)})
    made = lines.export(ONE, hours(0, 1), filters, fmt)
    if fmt == "parquet":
        rows = pyarrow.parquet.read_table(io.BytesIO(made)).to_pylist()
    elif fmt == "json":
        rows = orjson.loads(made)
    else:
        rows = list(csv.DictReader(io.StringIO(made.decode())))
    assert len(rows) == lines.count(ONE, hours(0, 1), filters).value
    assert {str(row["status"]) for row in rows} == {"502"}
    assert [str(row["timestamp"]) for row in rows] == sorted(
        (str(row["timestamp"]) for row in rows), reverse=True
    )


def test_a_format_that_is_none_is_refused(lines: LogLines) -> None:
    with pytest.raises(Invalid, match="format"):
        lines.export(ONE, hours(0, 1), Filters(), "xlsx")
