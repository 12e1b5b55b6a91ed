"""Promise: an export is the same from a ClickHouse server and from the embedded store, and what
goes wrong in either is told before the first byte."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pyarrow
import pyarrow.ipc
import pyarrow.parquet
import pytest

from services.auth.identity import Identity, Role
from services.clusters.fleet import Fleet, Member
from services.errors import Invalid, Unavailable
from services.telemetry import engines
from services.telemetry.engines import Server
from services.telemetry.export import Asked, Exports
from services.telemetry.export_formats import FORMATS
from services.telemetry.layout import Layout
from services.telemetry.store import Limits, Store
from services.telemetry.windows import Window
from tests.real.clickhouse import ClickHouse
from tests.stores import fresh_store

ROWS = 6_000
END = datetime.now(UTC).replace(second=0, microsecond=0)
WINDOW = Window(END - timedelta(hours=1), END)
WHO = Identity("reader", Role.VIEWER)


def unreachable() -> Any:
    raise Unavailable("There is no cluster in this test.")


def rows() -> bytes:
    """Lines of two clusters, with gaps, lists and odd texts."""
    return b"\n".join(
        orjson.dumps(
            {
                "timestamp": (WINDOW.start + timedelta(milliseconds=500 * number)).strftime(
                    "%Y-%m-%d %H:%M:%S.%f"
                )[:-3],
                "cluster_name": "one" if number % 3 else "two",
                "route": f"shop/route-{number % 50}",
                "path": ["/a", '=1+1,"', "ü/✓\n", ""][number % 4],
                "status": 200,
                "latency_ms": None if number % 7 == 0 else number / 8,
                "waf_signatures": ["a"] * (number % 3),
                "request_id": f"{number:032x}",
            }
        )
        for number in range(ROWS)
    )


@pytest.fixture(scope="module")
def stores(clickhouse: ClickHouse) -> Iterator[list[Store]]:
    """The embedded store and a server with the same rows."""
    both = [fresh_store(), Store(Server(clickhouse.url), Layout("exported"))]
    for store in both:
        store.insert("ngf_access_logs", rows(), "rows")
    yield both
    both[1].close()
    clickhouse.client().command("DROP DATABASE exported")


def file(store: Store, **asked: Any) -> bytes:
    fleet = Fleet([Member("one", unreachable), Member("two", unreachable)])
    made = Exports(store, fleet, demo=False).file(WHO, Asked("access-logs", WINDOW, **asked))
    try:
        return b"".join(made.parts)
    finally:
        made.close()


def plain(table: Any) -> Any:
    """With texts instead of dictionaries, whose order says nothing."""
    columns = {
        field.name: column.cast(pyarrow.string())
        if pyarrow.types.is_dictionary(field.type)
        else column
        for field, column in zip(table.schema, table.columns, strict=True)
    }
    return pyarrow.table(columns).combine_chunks()


@pytest.mark.parametrize("limit", [None, 700])
@pytest.mark.parametrize("fmt", FORMATS)
def test_both_engines_make_the_same_file(
    stores: list[Store], fmt: str, limit: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BATCH_ROWS", 1000)
    monkeypatch.setattr(engines, "CHUNK", 10_000)
    files = [file(store, format=fmt, limit=limit) for store in stores]
    wanted = limit or ROWS
    if fmt in ("csv", "json"):
        assert files[0] == files[1]
        assert files[0].count(b"shop/route-") == wanted
        return
    read = {
        "arrow": lambda content: pyarrow.ipc.open_stream(content).read_all(),
        "parquet": lambda content: pyarrow.parquet.read_table(io.BytesIO(content)),
    }[fmt]
    one, other = map(read, files)
    assert one.schema.equals(other.schema)
    assert plain(one).equals(plain(other))
    assert one.num_rows == wanted


def test_an_answer_in_parts_has_its_columns_even_without_rows(stores: list[Store]) -> None:
    bounds = {"from": WINDOW.start, "to": WINDOW.start + timedelta(microseconds=1000)}
    for store in stores:
        (batch,) = store.batches("export_access_logs", bounds, clusters=["nobody"])
        whole = next(store.batches("export_access_logs", bounds | {"to": END}, clusters=None))
        assert batch.num_rows == 0
        assert batch.schema.equals(whole.schema)


def test_what_goes_wrong_is_told_before_the_first_part(stores: list[Store]) -> None:
    bounds = {"from": WINDOW.start, "to": WINDOW.end}
    few = Limits(seconds=10, rows_to_read=10, rows=10)
    wrong = "SELECT throwIf(status = 200) FROM ($query)"
    for store in stores:
        with pytest.raises(Invalid, match="more rows"):
            next(store.batches("export_access_logs", bounds, clusters=None, limits=few))
        with pytest.raises(Unavailable, match="code 395"):
            next(store.chunks("export_access_logs", bounds, "CSV", clusters=None, around=wrong))
        assert len(store.read("log_access", bounds, clusters=None).rows) == ROWS


def test_a_stream_that_is_left_leaves_nothing_behind(stores: list[Store]) -> None:
    bounds = {"from": WINDOW.start, "to": WINDOW.end}
    for store in stores:
        for _ in range(store.engine.at_once + 1):
            parts = store.chunks(
                "export_access_logs",
                bounds,
                "JSONEachRow",
                clusters=None,
                around="SELECT * FROM ($query) LIMIT 9",
            )
            assert next(parts).startswith(b'{"timestamp":')
            parts.close()  # type: ignore[attr-defined]
        assert len(store.read("log_access", bounds, clusters=None).rows) == ROWS
        assert store.problem is None
