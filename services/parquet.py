"""Small tables as Parquet: what a chart shows, with times that are times and gaps that are null."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.errors import Invalid

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z")


def parquet(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """A file with ``columns``; of a column each value is a number, a text, a time as ISO 8601 in
    UTC, or None. Raises Invalid."""
    # Half a second of start-up for what few ask for.
    import pyarrow
    import pyarrow.parquet

    if any(len(row) != len(columns) for row in rows):
        raise Invalid.of("rows", "must each have a value for every column")
    made = {}
    for at, name in enumerate(columns):
        values = [_typed(row[at]) for row in rows]
        try:
            made[str(name)] = pyarrow.array(values, from_pandas=False)
        except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError):
            raise Invalid.of(str(name), "must hold values of one type") from None
    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(pyarrow.table(made), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def _typed(value: Any) -> Any:
    if isinstance(value, str) and _TIME.fullmatch(value):
        return datetime.fromisoformat(value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
