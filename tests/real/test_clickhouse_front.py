"""Promise: what tests call a ClickHouse server answers clickhouse-connect as a server does."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from tests.real.clickhouse import ClickHouse

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
COLUMNS = ["id", "tags", "at"]


@pytest.fixture(scope="module")
def client(clickhouse: ClickHouse) -> Iterator[Any]:
    """A client on a database of this file, with one table of two rows."""
    admin = clickhouse.client()
    admin.command("DROP DATABASE IF EXISTS front_test")
    admin.command("CREATE DATABASE front_test")
    client = clickhouse.client(database="front_test")
    client.command(
        "CREATE TABLE rows (id UInt64, tags Map(LowCardinality(String), String),"
        " at DateTime64(3, 'UTC')) ENGINE = MergeTree ORDER BY id"
        " SETTINGS non_replicated_deduplication_window = 100"
    )
    client.insert("rows", [[1, {"a": "it's"}, NOON], [2, {}, NOON]], column_names=COLUMNS)
    yield client
    admin.command("DROP DATABASE front_test")


def test_rows_come_back_as_they_were_given(client: Any) -> None:
    asked = "SELECT id, tags, at FROM rows WHERE at <= {to:DateTime64(3, 'UTC')} AND id < 3"
    result = client.query(f"{asked} ORDER BY id", parameters={"to": NOON}, tz_mode="aware")
    assert result.result_rows == [(1, {"a": "it's"}, NOON), (2, {}, NOON)]
    assert result.summary["read_rows"] == "2"


def test_values_are_bound_not_pasted(client: Any) -> None:
    hostile = "'; DROP TABLE rows; --\n\\"
    found = client.query("SELECT {it:String}, {ids:Array(UInt8)}", {"it": hostile, "ids": [1, 2]})
    assert found.result_rows == [(hostile, [1, 2])]


def test_a_batch_with_the_same_token_counts_once(client: Any) -> None:
    line = b'{"id": 7, "tags": {}, "at": "2026-01-01 12:00:00"}\n'
    for _ in range(2):
        client.raw_insert(
            "rows", None, line, {"insert_deduplication_token": "batch-7"}, fmt="JSONEachRow"
        )
    assert client.query("SELECT count() FROM rows WHERE id = 7").result_rows == [(1,)]


def test_arrow_and_streams_carry_every_row(client: Any) -> None:
    asked = "SELECT number FROM numbers(300000)"
    assert client.query_arrow(asked).num_rows == 300_000
    with client.query_arrow_stream(asked) as batches:
        assert sum(batch.num_rows for batch in batches) == 300_000
    with client.raw_stream(asked, fmt="CSVWithNames") as stream:
        assert len(stream.read().splitlines()) == 300_001


@pytest.mark.parametrize(
    ("text", "settings", "code"),
    [
        ("SELECT nothing FROM rows", {}, 47),
        ("SELECT 1 FROM missing", {}, 60),
        ("SELEC 1", {}, 62),
        ("SELECT sleepEachRow(0.1) FROM numbers(30)", {"max_execution_time": 1}, 159),
        ("SELECT * FROM numbers(100)", {"max_rows_to_read": 10}, 158),
    ],
)
def test_what_the_engine_refuses_has_its_code(
    client: Any, text: str, settings: dict[str, Any], code: int
) -> None:
    with pytest.raises(DatabaseError) as refused:
        client.query(text, settings=settings)
    assert refused.value.code == code
    assert client.query("SELECT 1").result_rows == [(1,)], "settings and leftovers are gone"
