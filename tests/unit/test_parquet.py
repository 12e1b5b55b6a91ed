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
    assert table.column("web-fra").to_pylist() == [5.0, None]
    assert table.column("name").to_pylist() == ["a", "2026"]


def test_a_table_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid, match="web-fra"):
        parquet(["web-fra"], [["a"], [1]])
    with pytest.raises(Invalid, match="rows"):
        parquet(["a", "b"], [[1]])
