"""Small tables as Parquet: what a chart shows, with times that are times and gaps that are null."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.errors import Invalid

PREFIX = "ngf_console."
"""In front of the names of our facts in the metadata of a file."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)")


def parquet(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], facts: Mapping[str, str] | None = None
) -> bytes:
    """A file with ``columns``; of a column each value is a number, a truth, a text, or None. Texts
    become times where all of the column are, as ISO 8601 in UTC. ``facts`` go into its metadata.
    Raises Invalid."""
    # Half a second of start-up for what few ask for.
    import pyarrow
    import pyarrow.parquet

    if any(len(row) != len(columns) for row in rows):
        raise Invalid.of("rows", "must each have a value for every column")
    made = {}
    for at, name in enumerate(columns):
        values = [row[at] for row in rows]
        try:
            made[str(name)] = pyarrow.array(_times(values) or values, from_pandas=False)
        except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, OverflowError):
            raise Invalid.of(str(name), "must hold values of one type") from None
    sink = pyarrow.BufferOutputStream()
    told = {PREFIX + name: value for name, value in (facts or {}).items()}
    table = pyarrow.table(made).replace_schema_metadata(told)
    pyarrow.parquet.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def _times(values: Sequence[Any]) -> list[datetime | None] | None:
    """The values as times, where each that is there is one."""
    if not all(
        value is None or (isinstance(value, str) and _TIME.fullmatch(value)) for value in values
    ):
        return None
    try:
        return [None if value is None else datetime.fromisoformat(value) for value in values]
    except ValueError:
        return None
