"""Promise: a chart's table as Parquet has times that are times and gaps that are null."""

import io

import pyarrow
import pyarrow.parquet
import pytest

from services.errors import Invalid
from services.parquet import parquet


def test_types_and_gaps_survive() -> None:
    made = parquet(
        ["time", "web-fra", "name"],
        [["2026-11-24T13:32:00Z", 5, "a"], ["2026-11-24T13:33:00.500Z", None, "2026"]],
    )
    table = pyarrow.parquet.read_table(io.BytesIO(made))
    assert table.schema.field("time").type == pyarrow.timestamp("us", tz="UTC")
    assert table.column("web-fra").to_pylist() == [5, None]
    assert table.column("name").to_pylist() == ["a", "2026"]


@pytest.mark.parametrize("other", ["curl/8", "2026-99-24T13:00:00Z", ""])
def test_a_column_of_texts_of_which_one_looks_like_a_time_stays_text(other: str) -> None:
    values = ["2026-11-24T13:00:00Z", other]
    made = parquet(["key"], [[value] for value in values])
    table = pyarrow.parquet.read_table(io.BytesIO(made))
    assert table.column("key").to_pylist() == values


def test_a_whole_number_keeps_its_last_digit() -> None:
    made = parquet(["status", "bytes", "share"], [[502, 2**53 + 1, 1], [None, 0, 0.5]])
    table = pyarrow.parquet.read_table(io.BytesIO(made))
    assert [str(field.type) for field in table.schema] == ["int64", "int64", "double"]
    assert table.column("bytes").to_pylist() == [2**53 + 1, 0]


def test_a_table_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid, match="web-fra"):
        parquet(["web-fra"], [["a"], [1]])
    with pytest.raises(Invalid, match="rows"):
        parquet(["a", "b"], [[1]])
