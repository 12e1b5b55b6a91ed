"""DataFrames out of what the console answers: types that fit, and what the rows rest on."""

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd
import pyarrow as pa

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)")
_PREFIX = "ngf_console."

_LISTS = ("items", "slowRequests", "tracks", "workloads")
"""Where answers have their rows; an answer that has none of these is one row itself."""

_FACTS = ("source", "as_of", "window", "reason")

_NULLABLE: dict[Any, Any] = {
    pa.bool_(): pd.BooleanDtype(),
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
}


def of_table(table: pa.Table) -> pd.DataFrame:
    """Rows of an export."""
    columns = {}
    for field, column in zip(table.schema, table.unify_dictionaries().columns, strict=True):
        types = _NULLABLE.get if field.nullable else None
        columns[field.name] = column.to_pandas(types_mapper=types, maps_as_pydicts="strict")
    made = pd.DataFrame(columns)
    made.attrs = facts_of(table)
    return made


def facts_of(table: pa.Table) -> dict[str, Any]:
    """What an export says of itself."""
    told = {name.decode(): value.decode() for name, value in (table.schema.metadata or {}).items()}
    facts = {name.removeprefix(_PREFIX): value for name, value in told.items()}
    return {**facts, "rows": int(facts["rows"]), "demo": facts["demo"] == "true"}


def of_answer(body: Any, rows: str = "") -> pd.DataFrame:
    """Rows of an answer: its items, the list that ``rows`` names, or the one object that it is.

    Points of a row become rows, each with what the row says of them all.
    """
    found, facts = _rows(body, rows)
    spread = [part for row in found for part in _spread(_flat(row))]
    columns = list(dict.fromkeys(name for row in spread for name in row))
    made = pd.DataFrame({name: _column([row.get(name) for row in spread]) for name in columns})
    made.attrs = facts
    return made


def _rows(body: Any, rows: str) -> tuple[list[Any], dict[str, Any]]:
    if isinstance(body, list):
        return body, {}
    if rows:
        return list(body[rows]), {name: value for name, value in body.items() if name != rows}
    if isinstance(body.get("times"), list):
        counts = body.get("counts") or {}
        points = [
            {"time": time, **{name: values[at] for name, values in counts.items()}}
            for at, time in enumerate(body["times"])
        ]
        return points, {k: v for k, v in body.items() if k not in ("times", "counts")}
    name = next((name for name in _LISTS if name in body), "")
    if name:
        return body[name], {key: value for key, value in body.items() if key != name}
    return [body], {name: body[name] for name in _FACTS if name in body}


def _flat(row: Any) -> dict[str, Any]:
    """Objects within a row become columns of their own, one level deep."""
    if not isinstance(row, dict):
        return {"value": row}
    made: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            made |= {f"{name}.{key}": one for key, one in value.items()}
        else:
            made[name] = value
    return made


def _spread(row: dict[str, Any]) -> Iterable[dict[str, Any]]:
    if not isinstance(row.get("points"), list):
        return [row]
    shared = {name: value for name, value in row.items() if name != "points"}
    return [shared | point for point in row["points"]]


def _column(values: list[Any]) -> pd.Series:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pd.Series(values, dtype="boolean")
    if kinds == {int}:
        return pd.Series(values, dtype="Int64")
    if kinds and kinds <= {int, float}:
        return pd.Series(values, dtype="float64")
    if kinds == {str} and all(_TIME.fullmatch(value) for value in values if value is not None):
        return pd.to_datetime(pd.Series(values, dtype="object"), utc=True, format="ISO8601")
    return pd.Series(values, dtype=None if kinds == {str} else "object")
